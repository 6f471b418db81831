"""Forms of the transfer of a suspected crime, and of the notice on the spot (移送、当场告知)."""

from __future__ import annotations

from decimal import Decimal

from heliograph.desk.forms import several, text
from heliograph.desk.steps.applications import plain
from heliograph.desk.steps.fields import Moment, area, money, yes_no
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers import actions
from heliograph.dossiers.models import CaseEvent, Citation
from heliograph.dossiers.models.decisions import Penalty

ON_THE_SPOT = (Penalty.WARNING, Penalty.FINE)


def _report_fields(_place: StepPlace) -> Fields:
    return {"to_body": text("受移送机关"), "reason": area("移送理由", hint="涉嫌的罪名、事实和主要证据")}


def _approve_fields(_place: StepPlace) -> Fields:
    return {
        "granted": yes_no("审批结论", words=("批准移送", "不批准移送")),
        "opinion": area("审批意见", limit=1000, rows=3, hint="不批准的写明理由，存入案卷"),
    }


def _deliver_fields(_place: StepPlace) -> Fields:
    return {
        "delivered_at": Moment(label="移交时间"),
        "receipt": text("回执", limit=200),
        "late_reason": text("逾时说明", limit=500, required=False, help_text="只在超过法定时限时填写"),
    }


def _spot_fields(place: StepPlace) -> Fields:
    """What the step before found is filled in, and checked again by the act."""
    found = place.standing.facts
    kinds = several("处罚种类", [(one.value, one.label) for one in ON_THE_SPOT])
    said = str(found.get("当场处罚种类", ""))
    kinds.initial = [one.value for one in ON_THE_SPOT if one.label in said]
    fine = money("罚款金额", required=False, hint="没有罚款的不填")
    fine.initial = found.get("罚款金额")
    cited = Citation.objects.filter(case=place.case, use=Citation.Use.APPLIED).values_list("key", flat=True)
    return {
        "kinds": kinds,
        "fine": fine,
        "facts": area("认定的事实和证据", rows=3),
        "reasons": area("理由", rows=3),
        "basis": several(
            "处理依据",
            [(key, key) for key in cited],
            required=False,
            help_text="从本案引用的“处理依据”中选；没有列出的，请先在案件页面引用条文",
        ),
        "waived": yes_no("当事人是否放弃陈述申辩"),
        "statement": area("当事人的陈述申辩", required=False, rows=3, hint="没有放弃的必须填写"),
    }


def _on_the_spot(place: StepPlace, given: Given) -> CaseEvent:
    values = given.values
    content = actions.ProposalContent(
        outcome="penalty",
        kinds=values["kinds"],
        fine=values["fine"] or Decimal(0),
        confiscated=Decimal(0),
        other="",
        facts=values["facts"],
        reasons=values["reasons"],
        basis=values["basis"],
    )
    return actions.notify_on_the_spot(
        place.case.pk,
        place.place,
        content=content,
        statement=values["statement"],
        waived=values["waived"],
        actor=place.scope.account,
        at=place.scope.at,
    )


TRANSFERS: dict[Act, ActForm] = {
    actions.report_transfer: ActForm("报告移送", plain(actions.report_transfer), _report_fields),
    actions.approve_transfer: ActForm(
        "提交审批结论", plain(actions.approve_transfer), _approve_fields, frozenset({"准予移送"})
    ),
    actions.transfer_case: ActForm("登记移送", plain(actions.transfer_case), _deliver_fields),
    actions.notify_on_the_spot: ActForm("登记当场告知", _on_the_spot, _spot_fields, papers="none"),
}
