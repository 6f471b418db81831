"""Coercive measures and execution: approved, on the spot before witnesses, for a time, released (行政强制法)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from heliograph.kernel.verdict import Allowed, Refused, Verdict

APPROVAL = "行政强制法@2011:18"
URGENT = "行政强制法@2011:19"
SEIZURE = "行政强制法@2011:25"
RELEASE = "行政强制法@2011:28"
HANDLING = "行政强制法@2011:27"
DEMAND = "行政强制法@2011:35"
NIGHT = "行政强制法@2011:43"
SUBSTITUTE = "行政强制法@2011:50"
SUBSTITUTE_COURSE = "行政强制法@2011:51"
COURT = "行政强制法@2011:53"
THINGS = {"sealing": "查封", "seizure": "扣押"}


def may_apply_coercion(
    manner: str, *, kind: str, items: str, executes: bool, served: bool, pay_until: date | None, on: date
) -> Verdict:
    """Say whether coercion may be asked for: things to be sealed, or a decision served and not carried out in time."""
    if manner in {"查封扣押", "紧急查封扣押"}:
        if kind not in THINGS or not items.strip():
            return Refused("coercion.items", "请选择查封或者扣押，并列明涉案的场所、设施或者财物。", APPROVAL)
        return Allowed()
    if not executes or not served:
        message = "代履行和申请法院强制执行，须指明已经送达、当事人逾期没有履行的行政决定。"
        return Refused("coercion.no_decision", message, SUBSTITUTE if manner == "代履行" else COURT)
    if pay_until is not None and on <= pay_until:
        message = f"当事人履行该决定的期限至 {pay_until.isoformat()}，届满前不能强制执行。"
        return Refused("coercion.early", message, DEMAND)
    return Allowed()


def may_approve_coercion(*, urgent: bool, latest: datetime | None, at: datetime, reason: str) -> Verdict:
    """Say whether coercion may be approved now: one carried out at once is reported in its hours, or late with why."""
    if urgent and latest is not None and at > latest and not reason.strip():
        message = f"紧急实施的强制措施须在 {latest.strftime('%Y-%m-%d %H:%M')} 前报告并补办批准，现已超过，请写明原因。"
        return Refused("coercion.report_late", message, URGENT)
    return Allowed()


@dataclass(frozen=True, slots=True)
class OnTheSpot:
    """How a measure is said to have been carried out."""

    approved: bool
    urgent: bool
    started: bool
    party_present: bool
    witness: str
    inventory: str


def may_carry_out(state: OnTheSpot) -> Verdict:
    """Say whether a measure may be registered as carried out: approved, once, before party or witness, listed."""
    if state.started:
        return Refused("coercion.twice", "这项强制措施已经实施，不能重复登记。", APPROVAL)
    if not state.approved and not state.urgent:
        return Refused("coercion.not_approved", "实施前须向行政机关负责人报告并经批准。", APPROVAL)
    if not state.party_present and not state.witness.strip():
        message = "当事人不到场的，须邀请见证人到场，由见证人和执法人员在现场笔录上签名。"
        return Refused("coercion.no_witness", message, APPROVAL)
    if not state.inventory.strip():
        return Refused("coercion.no_inventory", "须当场制作并交付查封、扣押清单。", "行政强制法@2011:24")
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


def may_extend_seizure(*, extended: bool, allowed: int | None, told_on: date, on: date) -> Verdict:
    """Say whether a seizure may be prolonged: once, by what the law gives, told to the party in writing at once."""
    if extended or allowed is None:
        return Refused("coercion.extended", "查封、扣押期限只能延长一次，已经延长过。", SEIZURE)
    if told_on > on:
        return Refused("coercion.not_told", "延长决定须及时书面告知当事人，请填写告知日期。", SEIZURE)
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


def may_substitute(*, demanded_on: date | None, earliest: date | None, on: date) -> Verdict:
    """Say whether somebody may perform in the party's place: demanded, and the days after the demand are over."""
    if demanded_on is None or earliest is None:
        return Refused("substitute.no_demand", "代履行前须催告当事人履行。", SUBSTITUTE_COURSE)
    if on < earliest:
        message = f"{demanded_on.isoformat()} 催告的，最早 {earliest.isoformat()} 代履行，现为 {on.isoformat()}。"
        return Refused("substitute.early", message, SUBSTITUTE_COURSE)
    return Allowed()


def may_execute_at(clock: time, *, holiday: bool, night: tuple[time, time] | None, urgent_reason: str) -> Verdict:
    """Say whether execution may go on at an hour: not at night nor on a public holiday, but in an emergency."""
    if urgent_reason.strip():
        return Allowed()
    if holiday:
        return Refused("execution.holiday", "法定节假日不得实施行政强制执行，情况紧急的请写明理由。", NIGHT)
    if night is not None and (clock >= night[0] or clock < night[1]):
        return Refused("execution.night", "夜间不得实施行政强制执行，情况紧急的请写明理由。", NIGHT)
    return Allowed()


def may_decide_substitute(*, executes: bool, performer: str, budget_told: bool, method: str) -> Verdict:
    """Say whether a decision on substitute performance is complete: who performs, how, at what cost."""
    if not executes:
        return Refused("substitute.no_decision", "代履行须指明当事人没有履行的行政决定。", SUBSTITUTE)
    if not (performer.strip() and method.strip() and budget_told):
        message = "代履行决定书须写明代履行人、方式和时间、费用预算。"
        return Refused("substitute.incomplete", message, SUBSTITUTE_COURSE)
    return Allowed()
