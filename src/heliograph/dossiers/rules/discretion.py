"""The benchmark of a fine, found by a discretion table on the day of the act and today: the lighter applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from heliograph.kernel.dmn import Table
from heliograph.kernel.feel import FactValue
from heliograph.kernel.packs.discretion import LOWER, TIER, UPPER
from heliograph.kernel.verdict import Allowed, Refused, Verdict

DISCRETION = "行政处罚法@2021:34"
LIGHTER = "行政处罚法@2021:37"
When = Literal["then", "now"]


@dataclass(frozen=True, slots=True)
class Tier:
    """What a discretion table says of a case on a day: the row that fired, its article, and its bounds in 元."""

    day: date
    table: str
    name: str
    source: str
    row: int
    tier: str
    basis: str
    note: str
    lower: Decimal
    upper: Decimal

    def to_json(self) -> dict[str, Any]:
        """Return it as a proposal keeps it."""
        kept = {name: getattr(self, name) for name in ("table", "name", "source", "row", "tier", "basis", "note")}
        return {**kept, "day": self.day.isoformat(), "lower": str(self.lower), "upper": str(self.upper)}


def tier_of(kept: Mapping[str, Any]) -> Tier:
    """Return a tier as a proposal keeps it."""
    return Tier(
        **{
            **kept,
            "day": date.fromisoformat(kept["day"]),
            "lower": Decimal(kept["lower"]),
            "upper": Decimal(kept["upper"]),
        }
    )


def find_tier(table: Table, facts: Mapping[str, FactValue], *, day: date, source: str) -> Tier:
    """Return what a discretion table says; raises a FeelError that names the fact or row that it fails by."""
    decision = table.decide(dict(facts))
    places = {row.id: number for number, row in enumerate(table.rows, 1)}
    number = places[decision.rows[0]]
    row = table.rows[number - 1]
    found = decision.outputs
    return Tier(
        day=day,
        table=table.id,
        name=table.name,
        source=source,
        row=number,
        tier=str(found[TIER]),
        basis=row.basis,
        note=row.description,
        lower=Decimal(str(found[LOWER])),
        upper=Decimal(str(found[UPPER])),
    )


def said_tier(tier: Tier) -> str:
    """Return a tier as a proposal names its benchmark."""
    return f"{tier.name}：{tier.tier}"


def lighter(then: Tier | None, now: Tier | None) -> When:
    """Say which of two benchmarks applies (从旧兼从轻): that of the day of the act, unless today's is lighter.

    Lighter is the lower upper bound, and with the same upper bound the lower lower one.
    """
    if then is None or now is None:
        return "now" if then is None else "then"
    return "now" if (now.upper, now.lower) < (then.upper, then.lower) else "then"


def check_by_hand(*, benchmark: str, bounded: bool, source: str, tables: str) -> Verdict:
    """Check a benchmark typed by hand: only where no table is the benchmark of the article, and with its source."""
    typed = bounded or bool(benchmark.strip())
    if tables and (typed or source.strip()):
        message = f"本案的处罚依据已有裁量基准表（{tables}），幅度由表得出，不手工填写。"
        return Refused("discretion.has_table", message, DISCRETION)
    if typed and not source.strip():
        message = "手工填写裁量基准的，须写明基准的出处（文件名称、文号和条款）。"
        return Refused("discretion.no_source", message, DISCRETION)
    return Allowed()


def is_one_table(chosen: str, tables: Mapping[str, str]) -> Verdict:
    """Check that it is said which table applies, where the cited articles have several."""
    if len(tables) > 1 and chosen not in tables:
        message = f"本案的处罚依据有几张裁量基准表，请选定适用的一张：{'、'.join(tables.values())}。"
        return Refused("discretion.which", message, DISCRETION)
    return Allowed()


def is_day_known(day: date | None) -> Verdict:
    """Check that the day of the act is on file: the benchmark of that day is asked for."""
    if day is None:
        message = "本案没有登记行为发生日。适用裁量基准要比较行为时和现行的规定，请先在案件信息中补充。"
        return Refused("discretion.no_day", message, LIGHTER)
    return Allowed()


def cannot_weigh(name: str, fault: str) -> Refused:
    """Return the refusal of a benchmark that a table cannot find."""
    return Refused("discretion.unanswered", f"裁量基准“{name}”无法得出：{fault}。", DISCRETION)


def may_stay_decided(fine: Decimal, *, lighter_since: Tier | None) -> Verdict:
    """Say whether a fine may be decided as proposed after the table changed: a lighter one in force by now applies."""
    if lighter_since is not None and fine > lighter_since.upper:
        message = (
            f"提出处理意见后，裁量基准“{lighter_since.name}”已经修改，现行幅度较轻"
            f"（{lighter_since.tier}，{lighter_since.lower} 至 {lighter_since.upper} 元），"
            f"罚款 {fine} 元超出。须按现行基准重新提出处理意见并告知当事人。"
        )
        return Refused("discretion.lighter_since", message, LIGHTER)
    return Allowed()
