"""Forms of penalties on the spot: facts, notice by word of mouth, decision, handing over (当场处罚)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.timezone import localdate

from heliograph.desk.cited import named
from heliograph.desk.forms import Day, choice, several, text
from heliograph.desk.steps.benchmarks import split, table_fields
from heliograph.desk.steps.fields import area, money, one_of, yes_no
from heliograph.desk.steps.on_site import SPOT, on_site_fields, on_site_of
from heliograph.desk.steps.penalty import NUMBERED
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers import actions
from heliograph.dossiers.actions.summary import MOST_COLLECTED
from heliograph.dossiers.models import CaseEvent, Citation, OnSiteAct, Proposal
from heliograph.dossiers.models.decisions import CollectedOnSpot, Penalty
from heliograph.dossiers.queries import notice_of, proposal_of

ON_THE_SPOT = (Penalty.WARNING, Penalty.FINE)
SAID, NOTHING = "statement", "no_comment"
ADOPTED = [("no", "不采纳"), ("partly", "部分采纳")]
PARTY_KIND = "当事人类型"
SPOT_ACT = "当场检查"


def _went(place: StepPlace) -> OnSiteAct | None:
    return OnSiteAct.objects.filter(case=place.case).order_by("-began_at").first()


def _identify_fields(place: StepPlace) -> Fields:
    """Ask what happened on site, unless it is registered already; the kind of the party is known."""
    registered = _went(place) is not None
    there = {} if registered else on_site_fields(place)
    found = area("现场情况", limit=1800, hint="发现的违法事实；现场活动已经登记" if registered else "发现的违法事实")
    return {
        **there,
        "found": found,
        "ordinary": yes_no(
            "超出当场处罚范围时是否转普通程序",
            required=False,
            words=("转普通程序", "不转"),
            hint="事实依据不足、罚款超过限额的，不能当场处罚；转普通程序的，本案办结并登记一条线索，由原承办人立案",
        ),
    }


def _identify(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    content = on_site_of(given, SPOT_ACT) if f"{SPOT}place" in values else None
    facts = {name: value for name, value in given.facts.items() if value is not None}
    return actions.identify_on_the_spot(
        place.case.pk,
        place.place,
        content=content,
        found=values["found"],
        ordinary=bool(values["ordinary"]),
        facts=facts,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _day(label: str, first: date | None, hint: str) -> Day:
    field = Day(label=label, help_text=hint)
    field.initial = first
    return field


def _told_fields(place: StepPlace) -> Fields:
    """What the step before found is filled in, and checked again by the act."""
    found = place.standing.facts
    kinds = several("处罚种类", [(one.value, one.label) for one in ON_THE_SPOT])
    said = str(found.get("当场处罚种类", ""))
    kinds.initial = [one.value for one in ON_THE_SPOT if one.label in said]
    fine = money("罚款金额", required=False, hint="没有罚款的不填")
    fine.initial = found.get("罚款金额") or None
    cited = Citation.objects.filter(case=place.case, use=Citation.Use.APPLIED).values_list("key", flat=True)
    went = _went(place)
    answer = one_of("当事人意见", [(NOTHING, "当场表示没有意见"), (SAID, "提出陈述申辩")])
    return {
        "told_on": _day("告知日期", localdate(went.began_at) if went else place.scope.on, "当场告知的那一天"),
        "kinds": kinds,
        "fine": fine,
        "facts": area("认定的事实和证据", rows=3),
        "reasons": area("理由", rows=3),
        "basis": several(
            "处理依据",
            named(place.scope, cited),
            required=False,
            help_text="从本案引用的“处理依据”中选；没有列出的，请先在案件页面引用条文",
        ),
        **table_fields(place),
        "correction": area("责令改正的内容", limit=1000, rows=3, hint="已经改正或者无法改正的，写明情况"),
        "answer": answer,
        "statement": area("当事人的陈述申辩", required=False, rows=3, hint="提出陈述申辩的必须填写"),
        "adopted": one_of("采纳情况", ADOPTED, required=False, hint="提出陈述申辩的必须选择；全部采纳的不能当场处罚"),
        "review": area("复核意见", required=False, rows=3, hint="提出陈述申辩的必须填写"),
    }


def _told(place: StepPlace, given: Given) -> CaseEvent:
    values = split(given.values)
    content = actions.ProposalContent(
        outcome="penalty",
        kinds=values["kinds"],
        fine=values["fine"] or Decimal(0),
        confiscated=Decimal(0),
        other="",
        facts=values["facts"],
        reasons=values["reasons"],
        basis=values["basis"],
        correction=values["correction"],
        benchmark_table=values.get("benchmark_table", ""),
        benchmark_facts=values["benchmark_facts"],
    )
    answer = actions.OralAnswer(values["statement"], values["adopted"], values["review"])
    return actions.notify_on_the_spot(
        place.case.pk,
        place.place,
        content=content,
        told_on=values["told_on"],
        answer=answer if values["answer"] == SAID else None,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _decide_fields(place: StepPlace) -> Fields:
    """Ask the day, and of a fine who collects it."""
    notice = notice_of(place.case)
    day = _day("决定日期", notice.served_on if notice else place.scope.on, "当场作出决定的那一天，可以事后登记")
    return {"decided_on": day, **(_money_fields(place) if _is_fined(proposal_of(place.case)) else {})}


def _is_fined(proposal: Proposal | None) -> bool:
    return proposal is not None and proposal.fine > 0


def _money_fields(place: StepPlace) -> Fields:
    most = next((one.value for one in place.scope.pack.rules.provisions if one.id == MOST_COLLECTED), None)
    grounds = [(one.value, f"{most} 元以下的罚款" if one == CollectedOnSpot.SMALL else str(one.label))
               for one in CollectedOnSpot]  # fmt: skip
    return {
        "collecting_bank": text(
            "罚款代收机构", limit=200, required=False, help_text="写明名称和地址；当事人到银行缴纳的必须填写"
        ),
        "surcharge": yes_no("决定书是否写明逾期加处罚款", required=False, hint="到银行缴纳的必须回答"),
        "ground": choice("当场收缴的情形", grounds, required=False, help_text="由当事人到银行缴纳的不选"),
        "asked": yes_no("当事人是否提出当场缴纳", required=False, hint="只在边远、水上、交通不便地区当场收缴时回答"),
        "receipt": text(
            "专用票据号码", limit=60, required=False, help_text="当场收缴的必须填写：财政部门统一制发的专用票据"
        ),
        "receipt_file": CaseFileField(label="专用票据"),
    }


def _decide(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    ground, receipt = values.pop("ground", ""), values.pop("receipt", "")
    asked, file_id = bool(values.pop("asked", False)), values.pop("receipt_file", None)
    collection = actions.Collection(ground, receipt, asked, file_id) if ground else None
    return actions.decide_on_the_spot(
        place.case.pk,
        place.place,
        paper=given.papers[0],
        **values,
        collection=collection,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _hand_over_fields(_place: StepPlace) -> Fields:
    return {
        "receiver": text("签收人", limit=120, required=False, help_text="当事人或者其负责人在决定书上签名或者盖章"),
        "refusal": text(
            "拒绝签收的情况", limit=1000, required=False, help_text="当事人拒绝签收的，填写在决定书上注明的内容"
        ),
    }


def _hand_over(place: StepPlace, given: Given) -> CaseEvent:
    return actions.hand_over_on_the_spot(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at, rev=place.rev
    )


SUMMARY_FORMS: dict[Act, ActForm] = {
    actions.identify_on_the_spot: ActForm(
        "登记现场情况", _identify, _identify_fields, frozenset({PARTY_KIND}), asks_facts=True, papers="none",
        optional=frozenset({"罚款金额"}),
    ),
    actions.notify_on_the_spot: ActForm("登记当场告知", _told, _told_fields, papers="none"),
    actions.decide_on_the_spot: ActForm("作出当场处罚决定", _decide, _decide_fields, papers="file", note=NUMBERED),
    actions.hand_over_on_the_spot: ActForm("登记当场交付", _hand_over, _hand_over_fields, papers="none"),
}  # fmt: skip
