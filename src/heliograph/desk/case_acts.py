"""Acts on a case as a whole, beside its steps: one table of what each asks, of whom, and the call that it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from heliograph.desk import case_grounds as grounds
from heliograph.desk import party_act
from heliograph.desk.article_field import ArticleField
from heliograph.desk.forms import Day, choice, text
from heliograph.desk.people_fit import everybody, others, pick, takers
from heliograph.desk.scope import Scope
from heliograph.desk.steps.fields import area, money, one_of, yes_no
from heliograph.desk.steps.lacking import missing_fields
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers import actions
from heliograph.dossiers.actions.closing import is_closing_open
from heliograph.dossiers.models import Case, Decision, Recusal, Remedy, Suspension
from heliograph.dossiers.queries import decision_of, owed_on
from heliograph.dossiers.rules.remedies import HOW
from heliograph.dossiers.rules.standing import BY_STEP
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES
from heliograph.kernel.bpmn.notation import Kind
from heliograph.procedures.queries import standing, steps_of
from heliograph.registers.models import Role

Fields = dict[str, forms.Field]
Options = list[tuple[str, str]]
HANDLING, SUSPENDED = frozenset({Case.State.HANDLING}), frozenset({Case.State.SUSPENDED})
RUNNING = HANDLING | SUSPENDED
TERMINATED, CLOSED = frozenset({Case.State.TERMINATED}), frozenset({Case.State.CLOSED})
ANY = frozenset(Case.State)


@dataclass(frozen=True, slots=True)
class CaseAct:
    """One act: what it is called, the permission, the states in which it makes sense, its form and its call.

    `rows` names what the act is chosen from; with none there the act is not offered.
    """

    label: str
    act: str
    fields: Callable[[Scope, Case], Fields]
    call: Callable[[Scope, Case, dict[str, Any]], object]
    states: frozenset[str] = RUNNING
    hint: str = ""
    rows: Callable[[Scope, Case], Options] | None = None

    def is_offered(self, scope: Scope, case: Case) -> bool:
        """Say whether the account may do the act now, as far as the page can know; the act decides."""
        if case.state not in self.states or not scope.may(self.act):
            return False
        return self.rows is None or bool(self.rows(scope, case))


def _why() -> Fields:
    return {
        "reason": area("理由", limit=300, rows=3),
        "basis": ArticleField("法律依据"),
    }


def _day(scope: Scope, label: str, hint: str = "") -> Day:
    field = Day(label=label, help_text=hint or "格式如 2026-11-20")
    field.initial = scope.on
    return field


# -- the course of the case
def _suspend_fields(scope: Scope, _case: Case) -> Fields:
    return {"from_on": _day(scope, "中止起始日", "只能从登记当天起，不能补登"), **_why()}


def _suspend(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.suspend_case(case.pk, **given, actor=scope.account, at=scope.at, rev=scope.sent_rev)


def _why_fields(_scope: Scope, _case: Case) -> Fields:
    return _why()


def _resume(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.resume_case(case.pk, **given, actor=scope.account, at=scope.at, rev=scope.sent_rev)


def _archive_fields(_scope: Scope, case: Case) -> Fields:
    note = area("立卷说明", limit=1800, rows=3, hint="归档号由系统按序给出，卷内目录由系统编制")
    return {"note": note, **missing_fields(case)}


def _archive(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.archive_terminated(case.pk, **given, actor=scope.account, at=scope.at, rev=scope.sent_rev)


def _without_steps(_scope: Scope, case: Case) -> Options:
    """Return the end of a case that has no step left to file it, none while one is open."""
    return [] if standing(case.pk).tasks else [("ended", case.outcome)]


def _terminate(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.terminate_case(case.pk, **given, actor=scope.account, at=scope.at, rev=scope.sent_rev)


KINDS_OF_INTERVALS = ("testing", "expert", "public_notice")


def _interval_fields(scope: Scope, _case: Case) -> Fields:
    kinds = [(one, label) for one, label in Suspension.Kind.choices if one in KINDS_OF_INTERVALS]
    return {"kind": choice("情形", kinds), "from_on": _day(scope, "起始日", "只能从登记当天起，不能补登"), **_why()}


def _interval(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.record_interval(case.pk, **given, actor=scope.account, at=scope.at, rev=scope.sent_rev)


def _intervals(_scope: Scope, case: Case) -> Options:
    found = Suspension.objects.filter(case=case, to_on__isnull=True).exclude(kind=Suspension.Kind.SUSPENDED)
    return [(str(one.pk), f"{one.get_kind_display()}，{one.from_on.isoformat()} 起") for one in found]


def _end_interval_fields(scope: Scope, case: Case) -> Fields:
    return {"row": choice("期间", _intervals(scope, case)), "result": area("结果", limit=1900, rows=3)}


def _end_interval(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    return actions.end_interval(UUID(given["row"]), result=given["result"], actor=scope.account, at=scope.at)


def _duties(scope: Scope, case: Case) -> Options:
    """Return the running periods whose article, or another one that it points to, lets them be lengthened."""
    head = Role.HEAD in scope.roles  # what only another law lets be lengthened is for the head
    longer = {one.id for one in scope.pack.rules.time_limits if one.extension or (one.exceptions and head)} - BY_STEP
    found = Duty.objects.filter(
        agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, state__in=OPEN_STATES, kind__in=longer
    )
    return [(str(one.pk), f"{one.limit['name']}，至 {one.due_on}") for one in found]


def _extend_fields(scope: Scope, case: Case) -> Fields:
    return {
        "duty_id": choice("期限", _duties(scope, case)),
        "length": forms.IntegerField(label="延长数", min_value=1, max_value=3650, help_text="单位与原期限相同"),
        **_why(),
    }


def _extend(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    values = {**given, "duty_id": UUID(given["duty_id"])}
    return actions.extend_limit(case.pk, **values, actor=scope.account, at=scope.at, rev=scope.sent_rev)


def _done_steps(_scope: Scope, case: Case) -> Options:
    """Return the steps that a case may go back to; none once it is decided."""
    if case.decided_on is not None:
        return []
    stands = standing(case.pk)
    nodes = stands.compiled.definition.nodes
    places = steps_of(case.agency_id, case.pk).exclude(place="").values_list("place", flat=True)
    return [
        (place, nodes[place].shown)
        for place in dict.fromkeys(places)
        if place in nodes and nodes[place].kind is Kind.TASK and place not in stands.marking
    ]


def _return_fields(scope: Scope, case: Case) -> Fields:
    return {"place": choice("退回到", _done_steps(scope, case)), **_why()}


def _return(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.return_case(case.pk, **given, actor=scope.account, at=scope.at, rev=scope.sent_rev)


def _closings(_scope: Scope, case: Case) -> Options:
    """Return the closing that waits for its approval, none before that."""
    return [("closing", "审批结案")] if is_closing_open(case.pk) else []


def _decline_fields(_scope: Scope, _case: Case) -> Fields:
    return {"reason": area("须补正的内容", limit=900, rows=4)}


def _decline(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.decline_closing(case.pk, **given, actor=scope.account, at=scope.at, rev=scope.sent_rev)


# -- people
def _recusal_fields(scope: Scope, _case: Case) -> Fields:
    return {
        "officer_id": pick("被申请回避人", everybody(scope)),
        "asked_by": text("申请人", help_text="当事人申请的写当事人；本人申请的写本人姓名"),
        "asked_on": _day(scope, "申请日期"),
        "reason": area("理由", limit=1000, rows=3),
    }


def _recusal(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    values = {**given, "officer_id": UUID(given["officer_id"])}
    return actions.ask_recusal(case.pk, **values, actor=scope.account, at=scope.at)


def _recusals(_scope: Scope, case: Case) -> Options:
    found = Recusal.objects.filter(case=case, granted__isnull=True).select_related("officer")
    return [(str(one.pk), f"{one.officer.display_name}（{one.asked_on.isoformat()} 申请）") for one in found]


def _recusal_decision_fields(scope: Scope, case: Case) -> Fields:
    return {
        "row": choice("回避申请", _recusals(scope, case)),
        "granted": yes_no("决定", words=("准予回避", "驳回申请")),
        "reason": area("决定理由", limit=1000, rows=3),
    }


def _recusal_decision(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    key = UUID(given.pop("row"))
    return actions.decide_recusal(key, **given, actor=scope.account, at=scope.at)


def _hand_over_fields(scope: Scope, case: Case) -> Fields:
    return {
        "place": one_of("身份", [("handler", "承办人"), ("co_handler", "协办人")]),
        "to_id": pick("接收人", takers(scope, case), help_text="须持有效的执法证件"),
        "reason": area("理由", limit=1000, rows=3),
    }


def _hand_over(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.hand_over_case(
        case.pk, **{**given, "to_id": UUID(given["to_id"])}, actor=scope.account, at=scope.at, rev=scope.sent_rev
    )


def _message_fields(scope: Scope, _case: Case) -> Fields:
    return {"to_id": pick("收件人", others(scope)), "text": area("内容", limit=1000, rows=3)}


def _message(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    return actions.send_message(
        case.pk, to_id=UUID(given["to_id"]), text=given["text"], actor=scope.account, at=scope.at
    )


# -- after the decision
def _decisions(_scope: Scope, case: Case) -> Options:
    return [(str(one.pk), one.number) for one in Decision.objects.filter(case=case).order_by("-decided_on", "-pk")]


def _remedy_fields(scope: Scope, case: Case) -> Fields:
    return {
        "row": choice("决定", _decisions(scope, case)),
        "kind": one_of("途径", Remedy.Kind.choices),
        "body": text("复议机关或者人民法院"),
        "number": text("案号", limit=60, required=False),
        "received_on": _day(scope, "收到申请书或者起诉状副本日期"),
    }


def _remedy(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    return actions.receive_remedy(UUID(given.pop("row")), **given, actor=scope.account, at=scope.at)


def _remedies(**state: bool) -> Callable[[Scope, Case], Options]:
    def rows(_scope: Scope, case: Case) -> Options:
        found = Remedy.objects.filter(case=case, outcome_on__isnull=True, **state)
        return [(str(one.pk), f"{one.get_kind_display()} {one.body}") for one in found]

    return rows


def _reply_fields(scope: Scope, case: Case) -> Fields:
    return {
        "row": choice("复议或者诉讼", _remedies(replied_on__isnull=True)(scope, case)),
        "replied_on": _day(scope, "答复或者答辩日期"),
    }


def _reply(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    return actions.reply_remedy(UUID(given["row"]), replied_on=given["replied_on"], actor=scope.account, at=scope.at)


def _outcome_fields(scope: Scope, case: Case) -> Fields:
    return {
        "row": choice("复议或者诉讼", _remedies()(scope, case)),
        "outcome": text("结果", limit=300, help_text="如 维持、驳回诉讼请求、撤销、变更、确认违法"),
        "outcome_on": _day(scope, "结果日期"),
    }


def _outcome(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    return actions.end_remedy(UUID(given.pop("row")), **given, actor=scope.account, at=scope.at)


def _to_pay(scope: Scope, case: Case) -> Options:
    """Return the decision on which money is still owed, to one of the two officers."""
    decision = decision_of(case)
    own = scope.account.pk in {case.handler_id, case.co_handler_id}
    if decision is None or not own or not owed_on(decision):
        return []
    return [(str(decision.pk), decision.number)]


def _receipt_fields(scope: Scope, case: Case) -> Fields:
    decision = decision_of(case)
    owed = owed_on(decision) if decision else Decimal(0)
    return {
        "amount": money("缴款金额", hint=f"按代收机构的票据填，尚应缴纳 {owed:,} 元，加处罚款另计"),
        "surcharge": money("其中加处罚款", required=False),
        "paid_on": _day(scope, "缴款日期"),
        "bank": text("代收机构", limit=200, help_text="本系统只登记票据，不收款"),
        "receipt": text("票据号码", limit=60),
        "file": CaseFileField(label="票据"),
    }


def _receipt(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    values = {**given, "surcharge": given["surcharge"] or Decimal(0), "file_id": given["file"]}
    values.pop("file")
    content = actions.ReceiptContent(**values)
    return actions.register_receipt(case.pk, content=content, actor=scope.account, at=scope.at)


def _annul_fields(scope: Scope, case: Case) -> Fields:
    return {
        "row": choice("决定", _decisions(scope, case)),
        "how": one_of("情形", list(HOW.items())),
        "reason": area("理由", limit=1000, rows=3),
        "annulled_on": _day(scope, "日期"),
        "fine_after": money("变更后的罚款", required=False, hint="只在变更罚款数额时填写"),
    }


def _annul(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    return actions.annul_decision(UUID(given.pop("row")), **given, actor=scope.account, at=scope.at)


def _to_withdraw(_scope: Scope, case: Case) -> Options:
    found = Decision.objects.filter(case=case, published_on__isnull=False, withdrawn_on__isnull=True)
    return [(str(one.pk), one.number) for one in found.filter(annulled_on__isnull=False)]


def _withdraw_fields(scope: Scope, case: Case) -> Fields:
    return {
        "row": choice("决定", _to_withdraw(scope, case)),
        "withdrawn_on": _day(scope, "撤下公示日期"),
        "where": text("撤下公示的渠道", limit=300),
    }


def _withdraw(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    return actions.record_withdrawal(UUID(given.pop("row")), **given, actor=scope.account, at=scope.at)


DECIDED = ANY - {Case.State.TERMINATED}
STOPS = "中止期间不办理环节，办案期限停止计算，恢复后继续"
CASE_ACTS: Mapping[str, CaseAct] = {
    "message": CaseAct("发送消息", "send_message", _message_fields, _message, ANY, "收件人在工作台看到，须能查看本案"),
    **{key: CaseAct(*asked) for key, asked in party_act.ACTS.items()},
    "recusal": CaseAct("登记回避申请", "ask_recusal", _recusal_fields, _recusal),
    "recusal-decision": CaseAct(
        "决定回避", "decide_recusal", _recusal_decision_fields, _recusal_decision, rows=_recusals
    ),
    "hand-over": CaseAct("交接案件", "hand_over_case", _hand_over_fields, _hand_over),
    "interval": CaseAct("登记不计入期限的期间", "suspend_case", _interval_fields, _interval, HANDLING),
    "interval-end": CaseAct("结束不计入期限的期间", "end_interval", _end_interval_fields, _end_interval, HANDLING,
                            rows=_intervals),
    "extend": CaseAct("延长期限", "extend_limit", _extend_fields, _extend, HANDLING, rows=_duties),
    "suspend": CaseAct("中止案件", "suspend_case", _suspend_fields, _suspend, HANDLING, STOPS),
    "resume": CaseAct("恢复办理", "suspend_case", _why_fields, _resume, SUSPENDED),
    "return": CaseAct("退回前一环节", "return_case", _return_fields, _return, HANDLING, rows=_done_steps),
    "closing-back": CaseAct("退回结案", "return_case", _decline_fields, _decline, HANDLING,
                            "不同意结案的，写明须补正的内容；承办人收到消息，补正后再审批", rows=_closings),
    "terminate": CaseAct("终止案件", "terminate_case", _why_fields, _terminate, hint="终止后不能恢复，须另行登记案件"),
    "archive-terminated": CaseAct("终止案件归档", "archive_terminated", _archive_fields, _archive, TERMINATED),
    "archive-ended": CaseAct("立卷归档", "archive_terminated", _archive_fields, _archive, CLOSED, rows=_without_steps),
    "receipt": CaseAct("登记缴款回执", "edit_case", _receipt_fields, _receipt, HANDLING,
                       "分期缴纳的每一期、逾期后补缴的款项在此登记；不改变办理环节", rows=_to_pay),
    "citation-back": CaseAct("撤去引用条文", "edit_case", grounds.citation_fields, grounds.take_back, HANDLING,
                             "引用有误的，在作出决定之前撤去；办案经过保留记录", rows=grounds.citations),
    "fine-in": CaseAct("登记当场收缴罚款交机关", "edit_case", grounds.passed_fields, grounds.hand_in, DECIDED,
                       rows=grounds.collected("", grounds.HANDED_IN)),
    "fine-banked": CaseAct("登记罚款缴付银行", "edit_case", grounds.passed_fields, grounds.bank, DECIDED,
                           rows=grounds.collected(grounds.HANDED_IN, grounds.BANKED)),
    "remedy": CaseAct("登记复议诉讼", "track_remedy", _remedy_fields, _remedy, DECIDED, rows=_decisions),
    "remedy-reply": CaseAct("登记答复答辩", "track_remedy", _reply_fields, _reply, DECIDED,
                            rows=_remedies(replied_on__isnull=True)),
    "remedy-end": CaseAct("登记复议诉讼结果", "track_remedy", _outcome_fields, _outcome, DECIDED, rows=_remedies()),
    "annul": CaseAct("登记决定撤销变更", "track_remedy", _annul_fields, _annul, DECIDED, rows=_decisions),
    "withdraw": CaseAct("登记撤下公示", "track_remedy", _withdraw_fields, _withdraw, DECIDED, rows=_to_withdraw),
}  # fmt: skip
