"""Forms of applications and levies: acceptance, correction, examination, hearing, decision (受理、审查、决定)."""

from __future__ import annotations

from decimal import Decimal

from heliograph.desk.forms import Day, several, text
from heliograph.desk.steps.fields import area, money, one_of
from heliograph.desk.steps.penalty import NUMBERED, notify_fields, notify_values
from heliograph.desk.steps.shape import Act, ActForm, Call, Fields, Given, StepPlace
from heliograph.dossiers.actions import levies, permits
from heliograph.dossiers.models import CaseEvent, Citation
from heliograph.dossiers.models.decisions import Outcome
from heliograph.dossiers.rules.permitting import GROUNDS

REMEDIES = "写明申请行政复议、提起行政诉讼的机关和期限"


def _correction_fields(_place: StepPlace) -> Fields:
    return {"missing": area("需要补正的全部内容", limit=1900, hint="须一次告知全部内容，不得多次要求补正")}


def _corrected_fields(place: StepPlace) -> Fields:
    received = Day(label="收到补正材料日期")
    received.initial = place.scope.on
    return {"received_on": received, "note": area("补正材料", limit=1900, rows=3)}


def _accept_fields(_place: StepPlace) -> Fields:
    return {"note": area("受理意见", limit=1900, rows=3)}


def _refuse_fields(_place: StepPlace) -> Fields:
    return {
        "ground": one_of("不予受理的情形", list(GROUNDS.items())),
        "reason": area("理由", limit=1800, rows=3),
    }


def _examine_fields(place: StepPlace) -> Fields:
    offered = permits.OUTCOMES.get(place.case.category, permits.GRANT_OR_DENY)
    cited = Citation.objects.filter(case=place.case).order_by("key").values_list("key", flat=True).distinct()
    return {
        "outcome": one_of("审查意见", [(one, str(Outcome(one).label)) for one in offered]),
        "facts": area("审查认定的事实"),
        "reasons": area("理由"),
        "basis": several(
            "依据",
            [(key, key) for key in cited],
            required=False,
            help_text="从本案引用的条文中选；没有列出的，请先在案件页面引用条文",
        ),
        "other": text("决定的内容", limit=2000, required=False, help_text="许可的范围、条件，征收征用的对象"),
        "levied": money("征收或者收费金额", required=False, hint="没有的不填"),
    }


def _examine(place: StepPlace, given: Given) -> CaseEvent:
    values = {**given.values, "levied": given.values["levied"] or Decimal(0)}
    return permits.examine(
        place.case.pk,
        place.place,
        content=permits.ExaminationContent(**values),
        papers=given.papers,
        facts=given.facts,
        actor=place.scope.account,
        at=place.scope.at,
    )


def _told_fields(_place: StepPlace) -> Fields:
    return {"served_on": Day(label="告知书送达日期", help_text="当事人提出意见、申请听证的期限从这一天起算")}


def _notify(place: StepPlace, given: Given) -> CaseEvent:
    return permits.notify_permit_hearing(
        place.case.pk,
        place.place,
        **notify_values(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
    )


def _decide_fields(_place: StepPlace) -> Fields:
    return {
        "remedies": text("告知的救济途径和期限", limit=1000, required=False, help_text=f"不予的必须填写，{REMEDIES}"),
        "valid_to": Day(label="有效期至", required=False, help_text="没有有效期的不填"),
        "late_reason": text(
            "超期说明", limit=1000, required=False, help_text="只在期限届满后才作出决定时填写，由负责人写明情况"
        ),
    }


def _decide(place: StepPlace, given: Given) -> CaseEvent:
    return permits.decide_application(
        place.case.pk,
        place.place,
        paper=given.papers[0],
        **given.values,
        actor=place.scope.account,
        at=place.scope.at,
    )


def _levy_fields(_place: StepPlace) -> Fields:
    return {"remedies": text("告知的救济途径和期限", limit=1000, help_text=REMEDIES)}


def _levy(place: StepPlace, given: Given) -> CaseEvent:
    return levies.decide_levy(
        place.case.pk,
        place.place,
        paper=given.papers[0],
        **given.values,
        actor=place.scope.account,
        at=place.scope.at,
    )


def plain(act: Act) -> Call:
    """Return the call of an act that takes just its form's values and the documents."""

    def call(place: StepPlace, given: Given) -> CaseEvent:
        done: CaseEvent = act(
            place.case.pk,
            place.place,
            **given.values,
            papers=given.papers,
            actor=place.scope.account,
            at=place.scope.at,
        )
        return done

    return call


APPLICATIONS: dict[Act, ActForm] = {
    permits.request_correction: ActForm("登记补正告知", plain(permits.request_correction), _correction_fields),
    permits.hand_in_corrections: ActForm("登记补正材料", plain(permits.hand_in_corrections), _corrected_fields),
    permits.accept_application: ActForm("受理", plain(permits.accept_application), _accept_fields),
    permits.refuse_application: ActForm("不予受理", plain(permits.refuse_application), _refuse_fields),
    permits.examine: ActForm("提交审查意见", _examine, _examine_fields, asks_facts=True),
    permits.tell_hearing_right: ActForm("登记告知", plain(permits.tell_hearing_right), _told_fields),
    permits.notify_permit_hearing: ActForm("登记听证通知", _notify, notify_fields),
    permits.decide_application: ActForm("作出决定", _decide, _decide_fields, papers="file", note=NUMBERED),
    levies.tell_levy: ActForm("登记告知", plain(levies.tell_levy), _told_fields),
    levies.decide_levy: ActForm("作出决定", _levy, _levy_fields, papers="file", note=NUMBERED),
}
