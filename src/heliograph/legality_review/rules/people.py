"""Who may review (行政处罚法58, L7): registered, in term, qualified, under contract, and not of the case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from heliograph.kernel.verdict import Allowed, Refused, Verdict

REVIEW = "行政处罚法@2021:58"
STAFFING = "国办发118号@2018:11"
OUTSIDE = frozenset({"adviser", "purchased"})


@dataclass(frozen=True, slots=True)
class ReviewerState:
    """A reviewer of the register as the rules see one."""

    kind: str
    from_on: date
    to_on: date | None
    qualified_on: date | None
    began_on: date
    contract_from: date | None = None
    contract_to: date | None = None


def may_review(state: ReviewerState | None, *, on: date, qualified_from: date | None, penalty: bool) -> Verdict:
    """Say whether somebody may give an opinion on a day.

    qualified_from: since when who begins to review penalties must hold the qualification; None: the pack does not say.
    """
    if state is None or on < state.from_on or (state.to_on is not None and on > state.to_on):
        message = "您没有登记为本机关的法制审核人员，或者不在任职期间。请先在“审核人员”中登记。"
        return Refused("reviewer.not_registered", message, STAFFING)
    if state.kind in OUTSIDE and not _under_contract(state, on):
        message = f"您以法律顾问或者购买服务的方式参加审核，{on.isoformat()} 没有有效的合同。请先续签并登记合同。"
        return Refused("reviewer.no_contract", message, STAFFING)
    first_time = qualified_from is not None and state.began_on >= qualified_from
    if penalty and first_time and (state.qualified_on is None or state.qualified_on > on):
        message = "初次从事行政处罚决定法制审核的人员，应当取得法律职业资格。登记中没有您的资格证书。"
        return Refused("reviewer.not_qualified", message, REVIEW)
    return Allowed()


def _under_contract(state: ReviewerState, on: date) -> bool:
    since, until = state.contract_from, state.contract_to
    return since is not None and until is not None and since <= on <= until


def is_apart(took_part: Collection[str], *, penalty: bool) -> Verdict:
    """Say whether a reviewer had no part in the case. took_part: in words, what the reviewer did in it."""
    if took_part:
        message = f"您参加过本案的办理（{'、'.join(took_part)}），不能审核本案。请由其他审核人员办理。"
        return Refused("reviewer.of_the_case", message, REVIEW if penalty else STAFFING)
    return Allowed()


def may_register(
    kind: str, *, contract: bool, from_on: date, to_on: date | None, began_on: date, already: bool
) -> Verdict:
    """Say whether somebody may be put into the register of reviewers."""
    if already:
        return Refused("reviewer.twice", "该人员已经登记为审核人员。请先登记离任，再重新登记。", STAFFING)
    if kind in OUTSIDE and not contract:
        return Refused("reviewer.no_contract", "法律顾问和购买服务的审核人员须选择合同。", STAFFING)
    if to_on is not None and to_on < from_on:
        return Refused("reviewer.dates", "任职止不能早于任职起。", STAFFING)
    if began_on > from_on:
        return Refused("reviewer.dates", "初次从事审核日期不能晚于任职起。", STAFFING)
    return Allowed()


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many reviewers there are, how many officers, and how many reviewers the pack asks for.

    percent: of the officers; least, most: how many the agency's document names beside it, 0 and None where it does not.
    """

    reviewers: int
    officers: int
    percent: int | None
    least: int = 0
    most: int | None = None

    @property
    def wanted(self) -> int:
        """The least number of reviewers: the share of officers rounded up, and no fewer than the document names."""
        if self.percent is None:
            return self.least
        share = int((Decimal(self.officers * self.percent) / 100).to_integral_value(ROUND_CEILING))
        return max(share, self.least)

    @property
    def short(self) -> int:
        """How many reviewers are missing."""
        return max(self.wanted - self.reviewers, 0)

    @property
    def share(self) -> Decimal | None:
        """The reviewers as a share of the officers in percent, None without officers."""
        if not self.officers:
            return None
        return (Decimal(self.reviewers * 100) / self.officers).quantize(Decimal("0.1"))
