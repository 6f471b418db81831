"""Performance in the party's place (代履行): decided for a day, demanded before, overseen, signed (强制法50–52)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from heliograph.dossiers.rules.coercing import (
    DEMAND,
    IMMEDIATE_GROUNDS,
    NIGHT,
    SUBSTITUTE,
    SUBSTITUTE_AT_ONCE,
    SUBSTITUTE_COURSE,
    is_term_over,
)
from heliograph.kernel.verdict import Allowed, Refused, Verdict

REVIEW = "行政强制法@2011:36"
UNPERFORMED = "未履行"
SHORTEST_NAME = 4  # characters: a shorter part of a party's name may as well be a place


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is decided to perform: who, how, on what, at what cost, 元. at_once: nobody can wait (行政强制法52)."""

    performer: str
    method: str
    object: str
    budget: Decimal
    planned_on: date
    at_once: bool = False


def may_decide_substitute(plan: Plan, *, executes: bool, parties: Collection[str]) -> Verdict:
    """Say whether a decision on substitute performance is complete, and its performer somebody else than the party."""
    if not executes and not plan.at_once:
        return Refused("substitute.no_decision", "代履行须指明当事人没有履行的行政决定。", SUBSTITUTE)
    if not (plan.performer.strip() and plan.method.strip() and plan.object.strip() and plan.budget >= 0):
        message = "代履行决定书须写明代履行人、方式、标的和费用预算。"
        return Refused("substitute.incomplete", message, SUBSTITUTE_COURSE)
    if any(_is_same(plan.performer.strip(), party) for party in parties):
        message = f"代履行由本机关或者没有利害关系的第三人实施，{plan.performer.strip()}是本案当事人，不能作代履行人。"
        return Refused("substitute.performer", message, SUBSTITUTE)
    return Allowed()


def _is_same(performer: str, party: str) -> bool:
    """Whether a performer is named like a party, perhaps by a part of its name only."""
    return performer == party or (len(performer) >= SHORTEST_NAME and performer in party)


def may_plan(planned_on: date, *, earliest: date, at_once: bool = False) -> Verdict:
    """Say whether a decision may name this day: the demand and its days have to come before it, but not at once."""
    if at_once and planned_on != earliest:
        message = f"立即代履行的，代履行之日就是决定之日 {earliest.isoformat()}，现为 {planned_on.isoformat()}。"
        return Refused("substitute.not_at_once", message, SUBSTITUTE_AT_ONCE)
    if planned_on < earliest:
        message = f"代履行之前还要催告当事人，代履行之日最早为 {earliest.isoformat()}，现为 {planned_on.isoformat()}。"
        return Refused("substitute.day_early", message, SUBSTITUTE_COURSE)
    return Allowed()


def is_term_given(perform_by: date | None) -> Verdict:
    """Say whether a demand gives the party a day to perform."""
    if perform_by is None:
        return Refused("urge.no_term", "催告书须写明履行义务的期限，请填写催告的履行期限。", DEMAND)
    return Allowed()


def may_say_after_demand(state: str, *, offered: Collection[str], perform_by: date | None, on: date) -> Verdict:
    """Say whether this may be registered of a demand: that nothing was done only when its days are over.

    That the party says beforehand that it will not perform shortens nothing: the statute waits for the days to end.
    """
    if state not in offered:
        return Refused("urge.state", f"请选择催告后的履行情况：{'、'.join(offered)}。", REVIEW)
    return is_term_over(perform_by, on=on) if state == UNPERFORMED else Allowed()


def may_substitute(*, demanded_on: date | None, earliest: date | None, on: date) -> Verdict:
    """Say whether somebody may perform in the party's place: demanded, and the days after the demand are over."""
    if demanded_on is None or earliest is None:
        return Refused("substitute.no_demand", "代履行前须催告当事人履行。", SUBSTITUTE_COURSE)
    if on < earliest:
        message = f"{demanded_on.isoformat()} 催告的，最早 {earliest.isoformat()} 代履行，现为 {on.isoformat()}。"
        return Refused("substitute.early", message, SUBSTITUTE_COURSE)
    return Allowed()


def is_on_its_day(on: date, *, planned_on: date | None, reason: str) -> Verdict:
    """Say whether it is done on the day that the decision names: never before it, later only with a reason."""
    if planned_on is None or on == planned_on:
        return Allowed()
    if on < planned_on:
        message = f"代履行决定书写明的代履行之日是 {planned_on.isoformat()}，不能提前到 {on.isoformat()}。"
        return Refused("substitute.before_day", message, SUBSTITUTE_COURSE)
    if not reason.strip():
        message = (
            f"代履行决定书写明的代履行之日是 {planned_on.isoformat()}，在 {on.isoformat()} 实施的，"
            "请写明改期的理由和告知当事人的情况。"
        )
        return Refused("substitute.other_day", message, SUBSTITUTE_COURSE)
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


@dataclass(frozen=True, slots=True)
class Done:
    """What was left on paper: who signed, what it cost, 元, and why that is more or somebody else's to bear."""

    party_signer: str
    performer_signer: str
    cost: Decimal
    budget: Decimal | None
    cost_note: str = ""


def is_signed_off(done: Done) -> Verdict:
    """Say whether the record bears the signatures it needs, and its cost is explained where it is over the budget."""
    if not (done.party_signer.strip() and done.performer_signer.strip()):
        message = "代履行完毕，到场监督人员、代履行人和当事人或者见证人须在执行文书上签名或者盖章，请填写签名的人。"
        return Refused("substitute.unsigned", message, SUBSTITUTE_COURSE)
    if done.cost < 0:
        return Refused("substitute.cost", "请填写代履行的实际费用，没有发生费用的填 0。", SUBSTITUTE_COURSE)
    if done.budget is not None and done.cost > done.budget and not done.cost_note.strip():
        message = (
            f"实际费用 {done.cost:,} 元超过决定书写明的预算 {done.budget:,} 元，费用按照成本合理确定，请写明原因。"
        )
        return Refused("substitute.over_budget", message, SUBSTITUTE_COURSE)
    return Allowed()


def may_tell_afterwards(*, told_on: date, done_on: date, on: date) -> Verdict:
    """Say whether a party that was away can have been told on this day: after it was done, and not in time to come."""
    if done_on <= told_on <= on:
        return Allowed()
    message = f"通知当事人的日期应在 {done_on.isoformat()} 至 {on.isoformat()} 之间，现为 {told_on.isoformat()}。"
    return Refused("substitute.told", message, SUBSTITUTE_AT_ONCE)


def may_ask_at_once(ground: str) -> Verdict:
    """Say whether performance at once may be asked for: something must be cleared from where everybody passes."""
    if ground in IMMEDIATE_GROUNDS:
        return Allowed()
    listed = "、".join(IMMEDIATE_GROUNDS.values())
    return Refused("coercion.no_place", f"立即代履行须有法定情形之一：{listed}。", SUBSTITUTE_AT_ONCE)


def is_article_of_course(basis: Collection[str], *, at_once: bool) -> Verdict:
    """Say whether the article of this course is among those cited: at once only under 52, else under 50."""
    needed = SUBSTITUTE_AT_ONCE if at_once else SUBSTITUTE
    if needed in basis:
        return Allowed()
    what, article = ("立即代履行", "五十二") if at_once else ("代履行", "五十")
    return Refused("substitute.article", f"{what}须以行政强制法第{article}条为依据，请在依据中选上。", needed)
