"""Forms of the penalty's steps up to the decision."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from heliograph.desk.cited import named
from heliograph.desk.forms import Day, choice, several, text
from heliograph.desk.steps.benchmarks import benchmark_fields, kept_answers, split
from heliograph.desk.steps.fields import area, money, one_of, yes_no
from heliograph.desk.steps.hearings import HEARINGS
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers import actions
from heliograph.dossiers.actions.concluding import PENALTY_KINDS, bounds_of
from heliograph.dossiers.actions.deciding import VERDICTS
from heliograph.dossiers.actions.hearing import statement_end
from heliograph.dossiers.models import CaseEvent, Citation, Proposal
from heliograph.dossiers.models.decisions import Outcome, Penalty
from heliograph.dossiers.queries import notice_of

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
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
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
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at, rev=place.rev
    )


def _investigate_fields(_place: StepPlace) -> Fields:
    return {"summary": area("调查经过", limit=2000, hint="证据、现场活动请先在案件页面登记，这里写调查的主要经过")}


def _investigate(place: StepPlace, given: Given) -> CaseEvent:
    return actions.investigate(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _conclude_fields(place: StepPlace) -> Fields:
    last = Proposal.objects.filter(case=place.case).order_by("-number").first()
    cited = Citation.objects.filter(case=place.case, use=Citation.Use.APPLIED).values_list("key", flat=True)
    found = {
        "outcome": choice("拟处理结果", [(one.value, one.label) for one in PROPOSED]),
        "kinds": several("处罚种类", _kinds(place), required=False, help_text="可以多选；不给予处罚的不选"),
        "fine": money("罚款金额", required=False, hint="没有罚款的不填"),
        "confiscated": money("没收金额", required=False, hint="没收违法所得或者财物的价值，没有的不填"),
        "other": text("其他处罚内容", limit=2000, required=False, help_text="暂扣、停产停业的期限，其他处罚的内容"),
        "facts": area("认定的事实和证据"),
        "reasons": area("处理理由", hint="包括从轻、减轻、从重的情节"),
        "basis": several(
            "处理依据",
            named(place.scope, cited),
            required=False,
            help_text="从本案引用的“处理依据”中选；没有列出的，请先在案件页面引用条文",
        ),
        **benchmark_fields(place),
        **_graver_field(place, list(cited)),
        "correction": area(
            "责令改正的内容",
            limit=1000,
            required=False,
            rows=3,
            hint="给予处罚的必须填写；已经改正或者无法改正的，写明情况",
        ),
        "correct_by": Day(label="改正期限", required=False, help_text="限期改正的填写，立即改正的不填"),
        "deviation_reason": area("突破基准的理由", required=False, rows=3, hint="罚款不在基准幅度内的必须填写"),
    }
    if last is not None:
        kept = kept_answers(last)
        for name in found:
            if name != "graver":
                found[name].initial = kept.get(name, getattr(last, name, None))
    return found


def _graver_field(place: StepPlace, cited: list[str]) -> Fields:
    """Ask for the circumstance under which an article applied allows a higher fine, where one names it."""
    named = [one for one in bounds_of(place.scope.pack, place.case, cited) if one.graver]
    if not named:
        return {}
    first = named[0]
    hint = (
        f"依据的条文一般情形罚款上限 {first.ordinary:,} 元，{first.graver}的上限 {first.fine_max:,} 元；选“是”的，"
        "在处理理由中写明符合的情形和依据"
    )
    field = yes_no(f"是否属于{first.graver}", hint=hint)
    field.initial = _said(place.standing.facts.get(first.graver))
    return {"graver": field}


def _said(known: object) -> str | None:
    return None if known is None else "yes" if known else "no"


def _kinds(place: StepPlace) -> list[tuple[str, str]]:
    """Return the kinds of penalty that the agency may impose by its pack."""
    given = next((one.value for one in place.scope.pack.rules.provisions if one.id == PENALTY_KINDS), None)
    return [(key, label) for key, label in Penalty.choices if not isinstance(given, list) or label in given]


def _conclude(place: StepPlace, given: Given) -> CaseEvent:
    values = split(given.values)
    for name in ("fine", "confiscated"):
        values[name] = values[name] or Decimal(0)
    values["graver"] = bool(values.get("graver", False))
    return actions.conclude_investigation(
        place.case.pk,
        place.place,
        content=actions.ProposalContent(**values),
        papers=given.papers,
        facts=given.facts,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _discuss_fields(_place: StepPlace) -> Fields:
    return {"conclusion": area("讨论结论", hint="是否同意按参加人各自登录确认的表态计算，这里写讨论形成的结论")}


def _discuss(place: StepPlace, given: Given) -> CaseEvent:
    return actions.discuss_collectively(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _approve_fields(_place: StepPlace) -> Fields:
    return {"agreed": yes_no("审批结论", words=AGREED), "opinion": _opinion()}


def _approve(place: StepPlace, given: Given) -> CaseEvent:
    return actions.approve_handling(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _notice_fields(place: StepPlace) -> Fields:
    until = statement_end(place.scope.pack, place.scope.on)
    by_pack = f"规则包（今天送达的至 {until.isoformat()}，日数待核）" if until else ""
    by_pack = f"不填的按系统制作的告知书，没有的按{by_pack}" if by_pack else "规则包没有规定，必须填写"
    return {
        "served_on": Day(label="告知书送达日期", help_text="陈述申辩和要求听证的期限从这一天起算"),
        "statement_until": Day(
            label="陈述申辩期限届满日", required=until is None, help_text=f"按告知书写明的期限填写；{by_pack}"
        ),
    }


def _notice(place: StepPlace, given: Given) -> CaseEvent:
    return actions.give_prior_notice(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _statement_fields(place: StepPlace) -> Fields:
    notice = notice_of(place.case)
    until = notice.statement_until.isoformat() if notice else ""
    kinds = [
        ("waiver", "书面放弃陈述申辩（和听证）的权利"),
        ("statement", "提出陈述申辩"),
        ("hearing", "要求听证"),
        ("silence", "期满未提出"),
    ]
    if notice is not None and not notice.hearing_right:
        kinds = [("waiver", "书面放弃陈述申辩的权利"), kinds[1], kinds[3]]
    return {
        "kind": one_of("当事人意见", kinds),
        "received_on": Day(label="收到日期", help_text="期满未提出的，填期限届满的次日"),
        "content": area(
            "陈述申辩内容", required=False, hint="提出陈述申辩的必须填写；要求听证的，写明当事人的请求和理由"
        ),
        **({} if notice is None or notice.hearing_until else {"rest_waived": _rest_field(until)}),
        "file": CaseFileField(label="当事人的书面材料", hint="放弃权利的必须上传签名或者盖章的书面声明"),
    }


def _rest_field(until: str) -> forms.Field:
    hint = f"只在提出陈述申辩时回答；没有书面放弃的，期限至 {until} 届满后才能作出决定"
    return yes_no("当事人是否书面声明不再补充", required=False, hint=hint)


def _statement(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    file_id = values.pop("file")
    rest_waived = bool(values.pop("rest_waived", False))
    return actions.end_statement(
        place.case.pk,
        place.place,
        **values,
        file_id=file_id,
        rest_waived=rest_waived,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _decide_fields(place: StepPlace) -> Fields:
    said = [(one, one) for one in VERDICTS]
    verdict = {"verdict": one_of("决定意见", said, hint="退回的回到调查终结报告")}
    reason = {"reason": area("不予处罚或者退回的理由", limit=2000, required=False, rows=3)}
    return {
        **verdict,
        **reason,
        "collecting_bank": text("罚款代收机构", limit=200, required=False, help_text=BANK_HINT),
        "surcharge": yes_no(
            "决定书是否写明逾期加处罚款", required=False, hint="处以罚款的必须回答；采用系统生成的决定书的，按决定书"
        ),
        "late_reason": text(
            "超期说明", limit=1000, required=False, help_text="只在办案期限届满后才作出决定时填写，由负责人写明情况"
        ),
    }


def _decide(place: StepPlace, given: Given) -> CaseEvent:
    return actions.decide(
        place.case.pk,
        place.place,
        paper=given.papers[0],
        **given.values,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
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
        rev=place.rev,
    )


BANK_HINT = "处以罚款的必须填写；采用系统生成的决定书的不填，按决定书"
DECIDED = frozenset({"决定意见"})
CONCLUDED = frozenset({"拟处理意见", "处罚种类", "罚款金额", "没收金额", "当事人类型"})
NUMBERED = "先制作文书：文号由系统在制发时按序给出，印制、签章后在此上传；没有制作文书的，文号在办理时给出"

PENALTY: dict[Act, ActForm] = {
    **HEARINGS,
    actions.propose_filing: ActForm("报请立案", _propose_filing, _propose_filing_fields),
    actions.decide_filing: ActForm(
        "提交审批结论", _decide_filing, _filing_fields, frozenset({"准予立案"}), papers="none"
    ),
    actions.investigate: ActForm("调查取证终了", _investigate, _investigate_fields, papers="some"),
    actions.conclude_investigation: ActForm(
        "提交调查终结报告", _conclude, _conclude_fields, CONCLUDED, asks_facts=True
    ),
    actions.discuss_collectively: ActForm("提交讨论结论", _discuss, _discuss_fields, frozenset({"处理审批意见"})),
    actions.approve_handling: ActForm("提交审批结论", _approve, _approve_fields, frozenset({"处理审批意见"})),
    actions.give_prior_notice: ActForm("登记告知", _notice, _notice_fields),
    actions.end_statement: ActForm(
        "登记当事人意见", _statement, _statement_fields, frozenset({"当事人意见"}), papers="none"
    ),
    actions.decide: ActForm("提交决定意见", _decide, _decide_fields, DECIDED, papers="file", note=NUMBERED),
    actions.decide_no_penalty: ActForm("决定不予处罚", _no_penalty, _no_penalty_fields, papers="file", note=NUMBERED),
}
