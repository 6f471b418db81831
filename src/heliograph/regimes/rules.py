"""Verdicts about packs and calendars, from values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from heliograph.kernel.verdict import Allowed, Refused, Verdict
from heliograph.kernel.workdays import CalendarDay

PACK_BASIS = "国办发118号@2018"
CALENDAR_BASIS = "全国年节及纪念日放假办法@2024"


@dataclass(frozen=True, slots=True)
class InForce:
    """A pack as an agency has it, without its content."""

    name: str
    content_hash: str
    in_force_from: date
    in_force_to: date | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pack that is to be installed: whose it is and from when it may hold."""

    name: str
    content_hash: str
    agency: str | None
    effective_from: date
    effective_to: date | None


def may_install(candidate: Candidate, *, agency: str, current: InForce | None, in_force_from: date) -> Verdict:
    """Say whether an agency may stand under a pack from a day. `current` is the latest one it has.

    A pack never reaches back behind the one before it: what was decided under a rule stays judged by that rule.
    """
    if candidate.agency != agency:
        return Refused("pack.other_agency", f"规则包 {candidate.name} 不是本机关的规则包。", PACK_BASIS)
    if in_force_from < candidate.effective_from or (candidate.effective_to and in_force_from > candidate.effective_to):
        until = f"至 {candidate.effective_to} " if candidate.effective_to else "起"
        message = f"规则包 {candidate.name} 自 {candidate.effective_from} {until}有效，不能从 {in_force_from} 起适用。"
        return Refused("pack.not_effective", message, PACK_BASIS)
    if current is None:
        return Allowed()
    if current.content_hash == candidate.content_hash and current.in_force_to is None:
        return Refused("pack.already_installed", f"规则包 {candidate.name} 已在适用，内容没有变化。", PACK_BASIS)
    if in_force_from <= current.in_force_from:
        message = f"{current.name} 自 {current.in_force_from} 起适用，新的规则包须从更晚的日期起适用。"
        return Refused("pack.not_later", message, PACK_BASIS)
    return Allowed()


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What loading some rows does to the calendar, day by day."""

    added: tuple[CalendarDay, ...]
    changed: tuple[tuple[CalendarDay, CalendarDay], ...]  # before, after
    removed: tuple[CalendarDay, ...]
    announced: Mapping[int, CalendarDay]  # years that get a notice → a row that names it

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def calendar_change(known: Mapping[date, CalendarDay], rows: Sequence[CalendarDay]) -> CalendarChange:
    """Return what loading rows would change. A notice that is loaded again replaces what it said before."""
    loaded = {row.day: row for row in rows}
    notices = {row.notice for row in rows}
    return CalendarChange(
        added=tuple(row for row in rows if row.day not in known),
        changed=tuple((known[row.day], row) for row in rows if row.day in known and known[row.day] != row),
        removed=tuple(row for day, row in known.items() if row.notice in notices and day not in loaded),
        announced=_announced(rows),
    )


def _announced(rows: Iterable[CalendarDay]) -> dict[int, CalendarDay]:
    """Return the years that the notices are for: a notice may also move some days of the December before."""
    by_notice: dict[str, list[CalendarDay]] = {}
    for row in rows:
        by_notice.setdefault(row.notice, []).append(row)
    years: dict[int, CalendarDay] = {}
    for spoken in sorted(by_notice.values(), key=len, reverse=True):
        year = Counter(row.day.year for row in spoken).most_common(1)[0][0]
        years.setdefault(year, spoken[0])
    return years


def may_settle(*, pending: bool, own: bool) -> Verdict:
    """Say whether somebody may confirm what was proposed for all agencies: once, and not one's own."""
    if not pending:
        return Refused("calendar.settled", "这份放假安排已经办理，不能重复办理。", CALENDAR_BASIS)
    if own:
        message = "放假安排影响各机关的期限，须由另一名系统管理员或法制审核人确认。"
        return Refused("calendar.own", message, CALENDAR_BASIS)
    return Allowed()


def may_load(rows: Sequence[CalendarDay]) -> Verdict:
    """Say whether rows can be loaded: some, each day once, and each resting on a notice."""
    if not rows:
        return Refused("calendar.empty", "没有可以导入的日期。", CALENDAR_BASIS)
    twice = [day for day, count in Counter(row.day for row in rows).items() if count > 1]
    if twice:
        days = "、".join(str(day) for day in sorted(twice))
        return Refused("calendar.twice", f"日期重复：{days}。每个日期只能有一行。", CALENDAR_BASIS)
    bare = [row.day for row in rows if not row.notice.strip()]
    if bare:
        days = "、".join(str(day) for day in sorted(bare))
        return Refused("calendar.no_notice", f"没有写明通知的日期：{days}。", CALENDAR_BASIS)
    return Allowed()
