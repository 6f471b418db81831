"""What is meted out, compared: a decision against its notice, an amount against its benchmark."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from heliograph.kernel.verdict import Allowed, Refused, Verdict, first_refusal

DISCRETION = "行政处罚法@2021:34"
KINDS = "行政处罚法@2021:9"
CORRECTION = "行政处罚法@2021:28"
TOP = Decimal("99999999999999.99")


@dataclass(frozen=True, slots=True)
class Terms:
    """Outcome, kinds (ids of article 9) and amounts in 元 of a proposal, notice or decision."""

    outcome: str
    kinds: frozenset[str]
    fine: Decimal
    confiscated: Decimal
    other: str
    basis: frozenset[str]


@dataclass(frozen=True, slots=True)
class Discretion:
    """The benchmark applied: its bounds in 元, None where it sets none, and what departs from it."""

    benchmark: str
    minimum: Decimal | None
    maximum: Decimal | None
    reason: str
    approved: bool


def check_terms(terms: Terms) -> Verdict:
    """Check that kinds and amounts belong together and can be meant."""
    amounts = first_refusal(check_amount(terms.fine, "罚款金额"), check_amount(terms.confiscated, "没收金额"))
    return amounts if isinstance(amounts, Refused) else _together(terms)


def check_amount(amount: Decimal, name: str) -> Verdict:
    """Check an amount in 元: a number, not negative, no more than fits, in 角 and 分 at most."""
    if not amount.is_finite() or amount < 0:
        return Refused("terms.negative", f"{name}应为不小于 0 的数，单位元。", KINDS)
    if amount > TOP:
        return Refused("terms.too_large", f"{name}超出可以登记的最大数 {TOP} 元，请核对单位是否为元。", KINDS)
    if amount != amount.quantize(Decimal("0.01")):
        return Refused("terms.cents", f"{name}最多两位小数（元、角、分），现为 {amount}。", KINDS)
    return Allowed()


def check_benchmark(discretion: Discretion) -> Verdict:
    """Check the bounds of a benchmark as amounts in order; where a fine departs from them a reason is given."""
    named = ((discretion.minimum, "裁量基准下限"), (discretion.maximum, "裁量基准上限"))
    wrong = first_refusal(*(check_amount(amount, name) for amount, name in named if amount is not None))
    if isinstance(wrong, Refused):
        return wrong
    lower, upper = discretion.minimum, discretion.maximum
    if lower is not None and upper is not None and lower > upper:
        return Refused("discretion.order", f"裁量基准下限 {lower} 元高于上限 {upper} 元，请核对。", DISCRETION)
    return Allowed()


def _together(terms: Terms) -> Verdict:
    if terms.outcome == "penalty" and not terms.basis:
        return Refused("terms.no_basis", "没有依据的处罚无效，请引用处罚依据的条文。", "行政处罚法@2021:38")
    if terms.outcome == "penalty" and not terms.kinds:
        return Refused("terms.no_kind", "请至少选择一个处罚种类。", KINDS)
    if terms.outcome != "penalty" and (terms.kinds or terms.fine or terms.confiscated):
        return Refused("terms.no_penalty", "不给予处罚的，不填处罚种类和金额。", KINDS)
    if ("fine" in terms.kinds) != (terms.fine > 0):
        return Refused("terms.fine", "选择罚款的须填罚款金额，填了罚款金额的须选择罚款。", KINDS)
    if terms.confiscated > 0 and not terms.kinds & {"confiscate_income", "confiscate_property"}:
        return Refused("terms.confiscated", "填了没收金额的，须选择没收违法所得或者没收非法财物。", KINDS)
    if "other" in terms.kinds and not terms.other.strip():
        return Refused("terms.other", "选择其他行政处罚的，须写明具体内容。", KINDS)
    return Allowed()


@dataclass(frozen=True, slots=True)
class Bound:
    """What a pack says an article allows this party: the highest fine in 元, and kinds that always go with it.

    ordinary: the highest without the circumstance that the article names, None where it names none; graver: that
    circumstance; is_graver: what was answered to it.
    """

    key: str
    fine_max: int | None
    with_kinds: tuple[str, ...]
    ordinary: int | None = None
    graver: str = ""
    is_graver: bool = False

    @property
    def most(self) -> int:
        """The highest fine as things were answered."""
        return (self.fine_max or 0) if self.ordinary is None or self.is_graver else self.ordinary


def may_use_kinds(kinds: Sequence[str], *, allowed: Collection[str] | None) -> Verdict:
    """Say whether the agency has the power to impose these kinds; None where its pack does not say (18)."""
    beyond = [kind for kind in kinds if allowed is not None and kind not in allowed]
    if beyond:
        message = f"本机关没有“{'、'.join(beyond)}”的处罚权，不能选择这一处罚种类。"
        return Refused("terms.no_power", message, "行政处罚法@2021:18")
    return Allowed()


def may_rest_on(basis: Collection[str], *, office_papers: Collection[str]) -> Verdict:
    """Say whether a penalty has a ground in law: office papers alone set none (行政处罚法16、38).

    office_papers: what of the basis is neither of a law, regulation or rule nor named by an item of the agency.
    """
    if basis and set(basis) <= set(office_papers):
        named = "、".join(sorted(office_papers))
        message = f"处罚不能只依据规范性文件（{named}）：请引用设定该项处罚的法律、法规或者规章的条文。"
        return Refused("terms.no_statute", message, "行政处罚法@2021:38")
    return Allowed()


def may_apply(bounds: Sequence[Bound], *, fine: Decimal, kinds: Collection[str], punished: bool) -> Verdict:
    """Say whether what is meted out is what the articles applied allow, where the pack states their bounds."""
    capped = [one for one in bounds if one.fine_max is not None]
    most = max(capped, key=lambda one: one.fine_max or 0, default=None)
    if most is not None and len(capped) == len(bounds) and fine > (most.fine_max or 0):
        message = f"罚款 {fine:,} 元超过依据条文的上限 {most.fine_max:,} 元，请核对罚款金额和处理依据。"
        return Refused("terms.above_article", message, most.key)
    if most is not None and len(capped) == len(bounds) and fine > max(one.most for one in capped):
        named = next(one for one in capped if one.graver)
        top = max(one.most for one in capped)
        message = (
            f"罚款 {fine:,} 元超过依据条文对一般情形规定的上限 {top:,} 元。只有“{named.graver}”的才能处以更高的罚款："
            f"请回答是否属于“{named.graver}”，并在处理理由中写明符合的情形和依据；不属于的，请核对罚款金额。"
        )
        return Refused("terms.not_graver", message, named.key)
    for one in bounds if punished else ():
        missing = [kind for kind in one.with_kinds if kind not in kinds]
        if missing:
            message = f"依据的条文规定应当同时给予“{'、'.join(missing)}”，请补选处罚种类。"
            return Refused("terms.article_kind", message, one.key)
    return Allowed()


def check_correction(outcome: str, correction: str, *, by: date | None, on: date) -> Verdict:
    """Check that whoever is punished is ordered to put the violation right, by a day still to come (28)."""
    if outcome == "penalty" and not correction.strip():
        message = "给予处罚时应当责令改正，请写明责令改正的内容；已经改正或者无法改正的，写明情况。"
        return Refused("correction.no_reason", message, CORRECTION)
    if by is not None and (by < on or not correction.strip()):
        message = f"改正期限应为今天（{on.isoformat()}）以后的日期，并写明责令改正的内容。"
        return Refused("correction.day", message, CORRECTION)
    return Allowed()


def heavier(noticed: Terms, decided: Terms) -> tuple[str, ...]:
    """Say in what a decision is heavier than what the party was told; empty when in nothing."""
    found = []
    if decided.kinds - noticed.kinds:
        found.append("增加了处罚种类")
    if decided.fine > noticed.fine:
        found.append(f"罚款由 {noticed.fine} 元增加到 {decided.fine} 元")
    if decided.confiscated > noticed.confiscated:
        found.append(f"没收金额由 {noticed.confiscated} 元增加到 {decided.confiscated} 元")
    if decided.other.strip() and decided.other.strip() != noticed.other.strip():
        found.append("其他处罚内容与告知的不同")
    return tuple(found)


def changed(noticed: Terms, decided: Terms) -> tuple[str, ...]:
    """Say in what a decision departs from what the party was told, beside being lighter in kind or amount."""
    found = list(heavier(noticed, decided))
    if decided.outcome != noticed.outcome and decided.outcome == "penalty":
        found.append("处理结果与告知的不同")
    if decided.basis - noticed.basis:
        found.append("处罚依据与告知的不同")
    return tuple(found)


def may_depart(terms: Terms, discretion: Discretion) -> Verdict:
    """Say whether an amount may stand: within the benchmark, or outside it with a reason and an approval (D6)."""
    low = discretion.minimum is not None and terms.fine < discretion.minimum
    high = discretion.maximum is not None and terms.fine > discretion.maximum
    if not (low or high):
        return Allowed()
    lower, upper = discretion.minimum, discretion.maximum
    bounds = f"{'不限' if lower is None else lower} 至 {'不限' if upper is None else upper} 元"
    if not discretion.reason.strip():
        message = (
            f"罚款 {terms.fine} 元不在裁量基准“{discretion.benchmark}”的幅度（{bounds}）内，须写明理由并报负责人批准。"
        )
        return Refused("discretion.no_reason", message, DISCRETION)
    if not discretion.approved:
        message = f"罚款 {terms.fine} 元突破裁量基准的幅度（{bounds}），须先经主要负责人批准或者集体讨论。"
        return Refused("discretion.not_approved", message, DISCRETION)
    return Allowed()
