"""Coercive measures and execution: approved, on the spot before witnesses, for a time, released (行政强制法)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from heliograph.kernel.verdict import Allowed, Refused, Verdict, first_refusal

POWER = "行政强制法@2011:10"
APPROVAL = "行政强制法@2011:18"
URGENT = "行政强制法@2011:19"
SEIZURE = "行政强制法@2011:25"
RELEASE = "行政强制法@2011:28"
HANDLING = "行政强制法@2011:27"
DECISION = "行政强制法@2011:24"
TRANSFER = "行政强制法@2011:21"
DEMAND = "行政强制法@2011:35"
NIGHT = "行政强制法@2011:43"
SUBSTITUTE = "行政强制法@2011:50"
SUBSTITUTE_COURSE = "行政强制法@2011:51"
SUBSTITUTE_AT_ONCE = "行政强制法@2011:52"
COURT = "行政强制法@2011:53"
THINGS = {"sealing": "查封", "seizure": "扣押", "kept_sealed": "封存"}  # 封存: as 社会保险法79 has it


# on which harm a substitute performance may rest
SUBSTITUTE_GROUNDS = {
    "traffic": "已经或者将危害交通安全",
    "pollution": "已经或者将造成环境污染",
    "nature": "已经或者将破坏自然资源",
}
# from where something must be cleared at once, that the party cannot clear
IMMEDIATE_GROUNDS = {
    "road": "须立即清除道路上的遗洒物、障碍物或者污染物",
    "river": "须立即清除河道内的遗洒物、障碍物或者污染物",
    "waterway": "须立即清除航道内的遗洒物、障碍物或者污染物",
    "public": "须立即清除公共场所的遗洒物、障碍物或者污染物",
}
# what becomes of things that are not given back
DISPOSALS = {
    "confiscate": "没收",
    "destroy": "销毁",
    "transfer": "移送",
    "auction": "拍卖或者变卖",
    "release": "不再处置，改为解除",
}
BY_LAW = frozenset({"destroy", "auction"})  # disposals that only a law or administrative regulation allows


@dataclass(frozen=True, slots=True)
class ToExecute:
    """A decision that is to be carried out by force. deed: it orders something other than money that is not done.

    deed_until: the day until which the decision itself gives for it, None where it names none in a field of its own.
    """

    number: str
    same_party: bool
    served_on: date | None
    pay_until: date | None
    owed: Decimal
    deed: bool
    deed_until: date | None
    pending: bool
    affirmed: bool
    remedies_until: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What coercion is asked for: things by law, or a decision to execute. due_on: the day it gave for the deed."""

    kind: str = ""
    items: str = ""
    based: bool = False
    executes: ToExecute | None = None
    ground: str = ""
    due_on: date | None = None


def may_apply_coercion(manner: str, asked: Asked, *, on: date) -> Verdict:
    """Say whether coercion may be asked for: things to be sealed by law, or a decision not carried out in time."""
    if manner in {"查封扣押", "紧急查封扣押"}:
        return _may_apply_for_things(kind=asked.kind, items=asked.items, based=asked.based)
    executes = asked.executes
    basis = SUBSTITUTE if manner == "代履行" else COURT
    if executes is None:
        message = "代履行和申请法院强制执行，须指明已经送达、当事人逾期没有履行的行政决定。"
        return Refused("coercion.no_decision", message, basis)
    if not executes.same_party:
        message = f"{executes.number}不是对本案当事人作出的决定，或者已经被撤销，不能对本案当事人强制执行。"
        return Refused("coercion.other_party", message, basis)
    if executes.served_on is None:
        message = f"{executes.number}尚未送达当事人，送达以后当事人逾期不履行的，才能强制执行。"
        return Refused("coercion.not_served", message, basis)
    if not executes.owed and not executes.deed:
        return Refused("coercion.performed", f"{executes.number}已经履行完毕，没有可以强制执行的内容。", basis)
    if manner == "代履行":
        return _may_apply_to_perform(executes, asked, executes.served_on, on=on)
    return first_refusal(
        _is_overdue(executes.pay_until if executes.owed else None, on=on, basis=DEMAND),
        _is_overdue(executes.deed_until if executes.deed else None, on=on, basis=DEMAND),
        is_final(executes, on=on),
    )


def _is_overdue(until: date | None, *, on: date, basis: str) -> Verdict:
    if until is not None and on <= until:
        message = f"当事人履行该决定的期限至 {until.isoformat()}，届满前不能强制执行。"
        return Refused("coercion.early", message, basis)
    return Allowed()


def _may_apply_for_things(*, kind: str, items: str, based: bool) -> Verdict:
    if kind not in THINGS or not items.strip():
        return Refused("coercion.items", "请选择查封、扣押或者封存，并列明涉案的场所、设施或者财物。", APPROVAL)
    return is_based(based=based)


def is_based(*, based: bool) -> Verdict:
    """Say whether a measure or a decision on coercion names the articles of law that allow it."""
    if not based:
        message = "请选择采取行政强制所依据的法律、法规条文；没有列出的，请先在案件页面引用条文。"
        return Refused("coercion.no_basis", message, DECISION)
    return Allowed()


def may_rest_on(levels: Collection[str], *, allowed: Collection[str], only_violated: bool, what: str) -> Verdict:
    """Say whether articles can give power over things: of laws that may, and cited for more than being broken.

    levels: of the laws of the articles chosen; allowed: those that the pack lets give such a power, empty for any.
    """
    if only_violated:
        message = f"所选条文中有本案作为“违反条款”引用的，这类条文不授予{what}的权力。请选择作为处理依据引用的条文。"
        return Refused("coercion.violated", message, POWER)
    if allowed and not set(levels) <= set(allowed):
        return Refused("coercion.level", f"{what}只能以法律、法规的规定为依据，所选条文中有其他文件。", POWER)
    return Allowed()


def _may_apply_to_perform(executes: ToExecute, asked: Asked, served_on: date, *, on: date) -> Verdict:
    if not executes.deed:
        message = f"代履行只针对排除妨碍、恢复原状等行为义务，{executes.number}没有尚未履行的这类内容。"
        return Refused("coercion.no_deed", message, SUBSTITUTE)
    if asked.ground not in SUBSTITUTE_GROUNDS:
        listed = "、".join(SUBSTITUTE_GROUNDS.values())
        return Refused("coercion.no_ground", f"代履行须有法定情形之一：{listed}。", SUBSTITUTE)
    return first_refusal(
        _is_term_stated(executes, asked.due_on, served_on),
        _is_overdue(executes.deed_until or asked.due_on, on=on, basis=SUBSTITUTE),
    )


def _is_term_stated(executes: ToExecute, due_on: date | None, served_on: date) -> Verdict:
    """Say whether the application states the day that the decision itself gave for the deed."""
    known = executes.deed_until
    if known is None and due_on is None:
        message = f"代履行须以当事人逾期不履行为前提，请填写{executes.number}确定的履行期限。"
        return Refused("coercion.no_term", message, SUBSTITUTE)
    if known is not None and due_on is not None and due_on != known:
        message = f"{executes.number}确定的改正期限是 {known.isoformat()}，与填写的 {due_on.isoformat()} 不一致。"
        return Refused("coercion.other_term", message, SUBSTITUTE)
    if due_on is not None and due_on < served_on:
        message = f"决定确定的履行期限不能早于送达之日 {served_on.isoformat()}，现为 {due_on.isoformat()}。"
        return Refused("coercion.other_term", message, SUBSTITUTE)
    return Allowed()


def is_deed_left(*, other: bool, ordered: bool, correct_by: date | None, performed_on: date | None) -> bool:
    """Say whether a decision still wants something other than money done.

    ordered: it orders a correction that nobody has seen yet. performed_on: when it was registered as carried out, which
    says nothing of a correction that was not due by then.
    """
    if performed_on is None:
        return other or ordered
    return ordered and correct_by is not None and correct_by > performed_on


def is_final(executes: ToExecute, *, on: date) -> Verdict:
    """Say whether a decision may go to the court: no remedy is pending, and their time is over or one upheld it."""
    if executes.pending:
        return Refused("coercion.remedy", "对该决定的行政复议或者行政诉讼尚未终结，不能申请法院强制执行。", COURT)
    if executes.affirmed or executes.remedies_until is None or on > executes.remedies_until:
        return Allowed()
    message = (
        f"当事人申请行政复议、提起行政诉讼的期限至 {executes.remedies_until.isoformat()}，届满后仍不履行的才能申请。"
    )
    return Refused("coercion.not_final", message, COURT)


def may_approve_coercion(*, urgent: bool, latest: datetime | None, at: datetime, reason: str) -> Verdict:
    """Say whether coercion may be approved now: one carried out at once is reported in its hours, or late with why."""
    if urgent and latest is not None and at > latest and not reason.strip():
        message = f"紧急实施的强制措施须在 {latest.strftime('%Y-%m-%d %H:%M')} 前报告并补办批准，现已超过，请写明原因。"
        return Refused("coercion.report_late", message, URGENT)
    return Allowed()


@dataclass(frozen=True, slots=True)
class OnTheSpot:
    """How a measure is said to have been carried out. present: who was there; names: of party and representative."""

    approved: bool
    urgent: bool
    started: bool
    party_present: bool
    witness: str
    inventory: str
    present: str = ""
    names: frozenset[str] = frozenset()
    notified: str = ""
    statement: str = ""
    refusal: str = ""
    recorded: bool = False


def may_carry_out(state: OnTheSpot) -> Verdict:
    """Say whether a measure may be registered as carried out: approved, once, before party or witness, listed."""
    if state.started:
        return Refused("coercion.twice", "这项强制措施已经实施，不能重复登记。", APPROVAL)
    if not state.approved and not state.urgent:
        return Refused("coercion.not_approved", "实施前须向行政机关负责人报告并经批准。", APPROVAL)
    if not state.inventory.strip():
        return Refused("coercion.no_inventory", "须当场制作并交付查封、扣押清单。", DECISION)
    if state.urgent and not state.statement.strip():
        message = "当场实施的，同样须听取当事人的陈述和申辩；没有提出或者不在场的，写明没有。"
        return Refused("coercion.not_heard", message, APPROVAL)
    return _may_stand_without(state)


def _may_stand_without(state: OnTheSpot) -> Verdict:
    """Say whether what is said of the people there fits: who was told to come, who witnessed, who would not sign."""
    if state.party_present:
        if state.refusal.strip() and not (state.witness.strip() or state.recorded):
            message = "当事人拒绝签名或者签收的，须有见证人，或者以音像记录留置的过程。"
            return Refused("coercion.refusal", message, APPROVAL)
        return Allowed()
    if state.present.strip() in state.names:
        message = f"填写了当事人没有到场，在场人却是{state.present.strip()}。请核对后重新填写。"
        return Refused("coercion.present", message, APPROVAL)
    if not state.witness.strip():
        message = "当事人不到场的，须邀请见证人到场，由见证人和执法人员在现场笔录上签名。"
        return Refused("coercion.no_witness", message, APPROVAL)
    if not state.notified.strip():
        message = "当事人不到场的，写明通知当事人到场的时间、方式和结果。"
        return Refused("coercion.not_notified", message, APPROVAL)
    return Allowed()


def may_begin(
    began_at: datetime, *, approved_at: datetime | None, told_at: datetime | None = None, what: str = "实施"
) -> Verdict:
    """Say whether a measure, or the telling before it, can have begun then: after its approval, and after the telling.

    Forms know minutes, so the second of the approval does not count.
    """
    for before, name in ((approved_at, "负责人批准的时间"), (told_at, "当场告知的时间")):
        if before is not None and began_at < before.replace(second=0, microsecond=0):
            message = (
                f"{what}的时间不能早于{name}（{before.strftime('%Y-%m-%d %H:%M')}），"
                f"现为 {began_at.strftime('%Y-%m-%d %H:%M')}。"
            )
            return Refused("coercion.before_approval", message, APPROVAL)
    return Allowed()


def is_running(*, started: bool, ended: bool, until: date | None, on: date) -> Verdict:
    """Say whether a seizure still holds: begun, not ended, not past its last day; past it, it must be released."""
    if not started:
        return Refused("coercion.not_started", "这项强制措施还没有实施。", RELEASE)
    if ended:
        return Refused("coercion.ended", "这项强制措施已经解除或者处理，不能重复办理。", RELEASE)
    if until is not None and on > until:
        message = f"查封、扣押期限至 {until.isoformat()}，已经届满，只能立即解除。"
        return Refused("coercion.expired", message, RELEASE)
    return Allowed()


def may_last(days: int | None, *, most: int | None) -> Verdict:
    """Say whether a measure may be decided for some days: None for those of the law, fewer but never more."""
    if days is None or (days > 0 and (most is None or days <= most)):
        return Allowed()
    return Refused("coercion.days", f"查封、扣押的期限应为 1 日至 {most} 日，现为 {days} 日。", SEIZURE)


def may_extend_seizure(*, extended: bool, allowed: int | None) -> Verdict:
    """Say whether a seizure may be prolonged: once, by what the law gives."""
    if extended or allowed is None:
        return Refused("coercion.extended", "查封、扣押期限只能延长一次，已经延长过。", SEIZURE)
    return Allowed()


@dataclass(frozen=True, slots=True)
class Disposal:
    """What is to become of things. follows: a penalty decision of the same party confiscates; based: an article."""

    kind: str
    follows: bool
    based: bool
    body: str
    told: bool


def may_dispose(disposal: Disposal) -> Verdict:
    """Say whether things may be dealt with so: confiscated by a penalty, destroyed by law, transferred and told."""
    if disposal.kind not in DISPOSALS:
        return Refused("disposal.kind", f"请选择财物的处置方式：{'、'.join(DISPOSALS.values())}。", HANDLING)
    if disposal.kind == "confiscate" and not disposal.follows:
        message = "没收须依据对同一当事人作出、包含没收非法财物的行政处罚决定，请选择该决定；没有的，先作出处罚决定。"
        return Refused("disposal.no_decision", message, HANDLING)
    if disposal.kind in BY_LAW and not disposal.based:
        message = "销毁、拍卖或者变卖须有法律、行政法规的规定，请选择所依据的条文。"
        return Refused("disposal.no_basis", message, HANDLING)
    if disposal.kind == "transfer" and not disposal.body.strip():
        return Refused("disposal.no_body", "移送财物须写明接收机关。", TRANSFER)
    if disposal.kind == "transfer" and not disposal.told:
        return Refused("disposal.not_told", "移送财物须书面告知当事人，请填写告知日期。", TRANSFER)
    return Allowed()


def may_release(*, started: bool, ended: bool, how: str) -> Verdict:
    """Say whether a measure may be ended: begun, once, with what becomes of the things. Being late is no obstacle."""
    running = is_running(started=started, ended=ended, until=None, on=date.min)
    if not running:
        return running
    if not how.strip():
        return Refused("coercion.no_reason", "请填写财物的处理结果，例如退还、没收、销毁、移送。", HANDLING)
    return Allowed()


def may_demand(*, content: str, pay_until: date | None, on: date, money: bool, owed: bool) -> Verdict:
    """Say whether a demand may be served: with manner and term of performance, after the decision's own term."""
    if money and not owed:
        return Refused("urge.paid", "当事人已经履行完毕，无需催告。", DEMAND)
    if not content.strip():
        return Refused("urge.no_reason", "催告书须写明履行义务的期限、方式，涉及金钱的写明金额。", DEMAND)
    if pay_until is not None and on <= pay_until:
        message = f"履行期限至 {pay_until.isoformat()}，届满前不能催告。"
        return Refused("urge.early", message, DEMAND)
    return Allowed()


def is_term_over(perform_by: date | None, *, on: date) -> Verdict:
    """Say whether the days that a demand gave the party are over."""
    if perform_by is not None and on <= perform_by:
        message = f"催告书给当事人的履行期限至 {perform_by.isoformat()}，届满后仍不履行的才能强制执行。"
        return Refused("urge.term", message, DEMAND)
    return Allowed()
