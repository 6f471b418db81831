"""Forms of the penalty's steps up to the decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from heliograph.desk.forms import Day, choice, several, text
from heliograph.desk.steps.fields import area, money, one_of, yes_no
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers import actions
from heliograph.dossiers.models import CaseEvent, Citation, Proposal
from heliograph.dossiers.models.decisions import Outcome, Penalty

PROPOSED = (
    Outcome.PENALTY, Outcome.MINOR, Outcome.FIRST, Outcome.NO_FAULT, Outcome.TIME_BARRED, Outcome.NOT_ESTABLISHED,
    Outcome.CRIME,
)  # fmt: skip
GROUNDS = PROPOSED[1:-1]
OPINION = "审批意见"
AGREED = ("同意", "退回")


def _opinion(label: str = OPINION) -> forms.Field:
    return area(label, limit=2000, rows=3)


def _propose_filing_fields(place: StepPlace) -> Fields:
    found = area("案情和立案理由", hint="写明线索来源、初步核查的事实、涉嫌违反的条款和建议立案的理由")
    found.initial = place.case.facts
    return {"facts_found": found}


def _propose_filing(place: StepPlace, given: Given) -> CaseEvent:
    return actions.propose_filing(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _filing_fields(_place: StepPlace) -> Fields:
    return {
        "granted": yes_no("审批结论", words=("准予立案", "不予立案")),
        "opinion": _opinion(),
        "long_ground": text(
            "适用较长追责期限的理由",
            limit=300,
            required=False,
            help_text="行为终了已满一般追责期限，但涉及公民生命健康安全、金融安全且有危害后果的，写明理由",
        ),
    }


def _decide_filing(place: StepPlace, given: Given) -> CaseEvent:
    return actions.decide_filing(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at
    )


def _investigate_fields(_place: StepPlace) -> Fields:
    return {"summary": area("调查经过", limit=2000, hint="证据、现场活动请先在案件页面登记，这里写调查的主要经过")}


def _investigate(place: StepPlace, given: Given) -> CaseEvent:
    return actions.investigate(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _conclude_fields(place: StepPlace) -> Fields:
    last = Proposal.objects.filter(case=place.case).order_by("-number").first()
    cited = Citation.objects.filter(case=place.case, use=Citation.Use.APPLIED).values_list("key", flat=True)
    found = {
        "outcome": choice("拟处理结果", [(one.value, one.label) for one in PROPOSED]),
        "kinds": several("处罚种类", Penalty.choices, required=False, help_text="可以多选；不给予处罚的不选"),
        "fine": money("罚款金额", required=False, hint="没有罚款的不填"),
        "confiscated": money("没收金额", required=False, hint="没收违法所得或者财物的价值，没有的不填"),
        "other": text("其他处罚内容", limit=2000, required=False, help_text="暂扣、停产停业的期限，其他处罚的内容"),
        "facts": area("认定的事实和证据"),
        "reasons": area("处理理由", hint="包括从轻、减轻、从重的情节"),
        "basis": several(
            "处理依据",
            [(key, key) for key in cited],
            required=False,
            help_text="从本案引用的“处理依据”中选；没有列出的，请先在案件页面引用条文",
        ),
        "benchmark": text("适用的裁量基准", limit=300, required=False, help_text="写明基准名称和裁量阶次"),
        "benchmark_min": money("基准下限", required=False),
        "benchmark_max": money("基准上限", required=False),
        "deviation_reason": area("突破基准的理由", required=False, rows=3, hint="罚款不在基准幅度内的必须填写"),
    }
    if last is not None:
        for name in found:
            found[name].initial = getattr(last, name)
    return found


def _conclude(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    for name in ("fine", "confiscated"):
        values[name] = values[name] or Decimal(0)
    return actions.conclude_investigation(
        place.case.pk,
        place.place,
        content=actions.ProposalContent(**values),
        papers=given.papers,
        facts=given.facts,
        actor=place.scope.account,
        at=place.scope.at,
    )


def _discuss_fields(_place: StepPlace) -> Fields:
    return {"conclusion": area("讨论结论", hint="是否同意按参加人各自登录确认的表态计算，这里写讨论形成的结论")}


def _discuss(place: StepPlace, given: Given) -> CaseEvent:
    return actions.discuss_collectively(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _approve_fields(_place: StepPlace) -> Fields:
    return {"agreed": yes_no("审批结论", words=AGREED), "opinion": _opinion()}


def _approve(place: StepPlace, given: Given) -> CaseEvent:
    return actions.approve_handling(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _notice_fields(_place: StepPlace) -> Fields:
    return {"served_on": Day(label="告知书送达日期", help_text="陈述申辩和要求听证的期限从这一天起算")}


def _notice(place: StepPlace, given: Given) -> CaseEvent:
    return actions.give_prior_notice(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _statement_fields(_place: StepPlace) -> Fields:
    kinds = [
        ("waiver", "书面放弃陈述申辩（和听证）的权利"),
        ("statement", "提出陈述申辩"),
        ("hearing", "要求听证"),
        ("silence", "期满未提出"),
    ]
    return {
        "kind": one_of("当事人意见", kinds),
        "received_on": Day(label="收到日期", help_text="期满未提出的，填期限届满的次日"),
        "content": area("陈述申辩内容", required=False, hint="提出陈述申辩的必须填写"),
    }


def _statement(place: StepPlace, given: Given) -> CaseEvent:
    return actions.end_statement(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at
    )


def _request_fields(_place: StepPlace) -> Fields:
    return {"note": area("申请要点", limit=2000, rows=3)}


def _request(place: StepPlace, given: Given) -> CaseEvent:
    return actions.request_hearing(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at
    )


def notify_fields(place: StepPlace) -> Fields:
    """Return what is asked of the announcement of a hearing."""
    return {
        "notified_on": Day(label="通知日期"),
        "held_on": Day(label="听证日期"),
        "place": text("听证地点", limit=300),
        "chair": choice("听证主持人", place.staff, help_text="须由非本案调查人员担任"),
        "public": yes_no("是否公开举行", hint="涉及国家秘密、商业秘密、个人隐私的不公开"),
    }


def notify_values(given: Given) -> dict[str, Any]:
    """Return when and where the hearing is and who chairs it, as the acts take it."""
    values = {name: value for name, value in given.values.items() if name != "chair"}
    return {**values, "chair_id": given.key("chair")}


def _notify(place: StepPlace, given: Given) -> CaseEvent:
    return actions.notify_hearing(
        place.case.pk,
        place.place,
        **notify_values(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
    )


def _hold_fields(_place: StepPlace) -> Fields:
    return {"held_on": Day(label="举行日期"), "opinion": area("听证意见")}


def _hold(place: StepPlace, given: Given) -> CaseEvent:
    return actions.hold_hearing(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _review_fields(_place: StepPlace) -> Fields:
    adopted = [("yes", "采纳"), ("partly", "部分采纳"), ("no", "不采纳")]
    return {
        "adopted": one_of("采纳情况", adopted),
        "opinion": area("复核意见", hint="写明对当事人提出的事实、理由和证据复核的结果"),
        "keeps": yes_no("复核结论", words=("维持原意见", "改变处理意见"), hint="改变的，退回调查终结报告并重新告知"),
    }


def _review(place: StepPlace, given: Given) -> CaseEvent:
    return actions.review_defence(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _decide_fields(_place: StepPlace) -> Fields:
    return {
        "collecting_bank": text("罚款代收机构", limit=200, required=False, help_text="处以罚款的必须填写"),
        "surcharge": yes_no("决定书是否写明逾期加处罚款", required=False),
        "late_reason": text(
            "超期说明", limit=1000, required=False, help_text="只在办案期限届满后才作出决定时填写，由负责人写明情况"
        ),
    }


def _decide(place: StepPlace, given: Given) -> CaseEvent:
    return actions.decide(
        place.case.pk,
        place.place,
        paper=given.papers[0],
        collecting_bank=given.values["collecting_bank"],
        surcharge=bool(given.values["surcharge"]),
        late_reason=given.values["late_reason"],
        actor=place.scope.account,
        at=place.scope.at,
    )


def _no_penalty_fields(_place: StepPlace) -> Fields:
    return {
        "outcome": one_of("不予处罚的法定情形", [(one.value, one.label) for one in GROUNDS]),
        "reason": area("事实和理由"),
    }


def _no_penalty(place: StepPlace, given: Given) -> CaseEvent:
    return actions.decide_no_penalty(
        place.case.pk,
        place.place,
        **given.values,
        paper=given.papers[0],
        actor=place.scope.account,
        at=place.scope.at,
    )


CONCLUDED = frozenset({"拟处理意见", "处罚种类", "罚款金额", "没收金额", "当事人类型"})
NUMBERED = "文号由系统在办理时按序给出，此处只上传签章后的决定书"

PENALTY: dict[Act, ActForm] = {
    actions.propose_filing: ActForm("报请立案", _propose_filing, _propose_filing_fields),
    actions.decide_filing: ActForm(
        "提交审批结论", _decide_filing, _filing_fields, frozenset({"准予立案"}), papers="none"
    ),
    actions.investigate: ActForm("调查取证终了", _investigate, _investigate_fields),
    actions.conclude_investigation: ActForm(
        "提交调查终结报告", _conclude, _conclude_fields, CONCLUDED, asks_facts=True
    ),
    actions.discuss_collectively: ActForm("提交讨论结论", _discuss, _discuss_fields, frozenset({"处理审批意见"})),
    actions.approve_handling: ActForm("提交审批结论", _approve, _approve_fields, frozenset({"处理审批意见"})),
    actions.give_prior_notice: ActForm("登记告知", _notice, _notice_fields),
    actions.end_statement: ActForm(
        "登记当事人意见", _statement, _statement_fields, frozenset({"当事人意见"}), papers="none"
    ),
    actions.request_hearing: ActForm("登记听证申请", _request, _request_fields, papers="none"),
    actions.notify_hearing: ActForm("登记听证通知", _notify, notify_fields),
    actions.hold_hearing: ActForm("登记听证", _hold, _hold_fields, frozenset({"经过听证"})),
    actions.review_defence: ActForm("提交复核意见", _review, _review_fields, frozenset({"复核结论"})),
    actions.decide: ActForm("作出决定", _decide, _decide_fields, papers="file", note=NUMBERED),
    actions.decide_no_penalty: ActForm("决定不予处罚", _no_penalty, _no_penalty_fields, papers="file", note=NUMBERED),
}
