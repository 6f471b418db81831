"""Reads of packs and the calendar for every floor above. Packs are kept in memory by their hash, which never lies."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from heliograph.kernel.packs.merge import from_content
from heliograph.kernel.packs.schema import Pack, Register
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.kernel.workdays import CalendarDay as Day
from heliograph.kernel.workdays import WorkCalendar
from heliograph.regimes.fixed_holidays import fixed_after
from heliograph.regimes.models import CalendarDay, CalendarNotice, CalendarProposal, InstalledPack
from heliograph.regimes.rules import PACK_BASIS, CalendarChange, calendar_change
from heliograph.registers.fieldsets import FieldSet

PACKS_KEPT = 128
CALENDARS_KEPT = 4
_kept: dict[str, Pack] = {}
_calendars: dict[tuple[Any, ...], WorkCalendar] = {}
# By hand, for they stand in the way of every page and every step of a case; see `_in_force` for the first in words.
_PACK = """
SELECT content_hash FROM regimes_installedpack WHERE agency_id = %(agency)s AND in_force_from <= %(on)s
  AND (in_force_to IS NULL OR in_force_to >= %(on)s) ORDER BY in_force_from LIMIT 1
"""
_CALENDAR_STAMP = """
  (SELECT md5(string_agg(d::text, '' ORDER BY d.day)) FROM regimes_calendarday d) AS days,
  (SELECT string_agg(n.year::text, ' ' ORDER BY n.year) FROM regimes_calendarnotice n) AS notices
"""
_CALENDAR = f"""
SELECT d.day, d.is_workday, d.name, d.notice, d.source, s.days, s.notices, s.years
FROM (SELECT {_CALENDAR_STAMP}, (SELECT array_agg(n.year ORDER BY n.year) FROM regimes_calendarnotice n) AS years) s
LEFT JOIN regimes_calendarday d ON true ORDER BY d.day
"""  # noqa: S608 - put together from the constant above


def _in_force(on: date) -> QuerySet[InstalledPack]:
    return InstalledPack.objects.filter(Q(in_force_to__isnull=True) | Q(in_force_to__gte=on), in_force_from__lte=on)


def _packs(hashes: Collection[str]) -> dict[str, Pack]:
    """Return packs by hash; one query for those not yet in memory, none when all are."""
    found = {one: _kept[one] for one in hashes if one in _kept}
    missing = set(hashes) - found.keys()
    if missing:
        contents = InstalledPack.objects.filter(content_hash__in=missing).values_list("content_hash", "content")
        read = {content_hash: from_content(content) for content_hash, content in contents}
        if len(_kept) + len(read) > PACKS_KEPT:
            _kept.clear()
        _kept.update(read)
        found |= read
    return found


def find_pack(agency_id: UUID, on: date) -> Pack | None:
    """Return the pack in force for an agency on a day, None when it has none. One query once the pack is known."""
    with connection.cursor() as cursor:
        cursor.execute(_PACK, {"agency": agency_id, "on": on})
        found = cursor.fetchone()
    return None if found is None else _packs([found[0]])[found[0]]


def pack_in_force(agency_id: UUID, on: date) -> Pack:
    """Return the pack in force for an agency on a day. ActRefusedError with the way out when it has none."""
    pack = find_pack(agency_id, on)
    if pack is None:
        message = f"本机关在 {on} 没有适用的规则包，请先由系统管理员安装规则包。"
        raise ActRefusedError(Refused("pack.none", message, PACK_BASIS))
    return pack


def packs_for_agencies(agency_ids: Collection[UUID], on: date) -> dict[UUID, Pack]:
    """Return the packs in force of several agencies; agencies without one are left out. One query once known."""
    rows = _in_force(on).filter(agency_id__in=agency_ids).values_list("agency_id", "content_hash")
    hashes = dict(rows)
    packs = _packs(set(hashes.values()))
    return {agency_id: packs[content_hash] for agency_id, content_hash in hashes.items()}


def field_set_of_pack(agency_id: UUID, register: str, on: date) -> FieldSet | None:
    """Return what the agency's pack says of a register on a day: the registers' one source of field sets.

    None without a pack in force or without such a register in it. One query once the pack is known.
    """
    pack = find_pack(agency_id, on)
    if pack is None or f"registers/{register}" not in pack.origins:
        return None
    return FieldSet(
        register=pack.register(register),
        categories=tuple(pack.rules.categories),
        units=tuple(pack.rules.units),
        articles=pack.article_keys(),
        pack=pack.lineage[-1],
    )


def retired_registers(agency_id: UUID, registers: Collection[str], on: date) -> dict[str, Register]:
    """Return registers as the last earlier pack of the agency that had them defined them. Two queries at most."""
    rows = InstalledPack.objects.filter(agency_id=agency_id, in_force_from__lte=on).order_by("in_force_from")
    hashes = list(rows.values_list("content_hash", flat=True)) if registers else []
    packs = _packs(set(hashes))
    defined = (one for content_hash in hashes for one in packs[content_hash].rules.registers)
    return {one.id: one for one in defined if one.id in registers}


def installed_packs(agency_id: UUID) -> QuerySet[InstalledPack]:
    """Return every pack an agency has stood under, the latest first, without the contents."""
    packs = InstalledPack.objects.filter(agency_id=agency_id).select_related("installed_by")
    return packs.defer("content").order_by("-in_force_from")


def calendar_days() -> list[Day]:
    """Return every loaded day in order, as the kernel knows days. One query."""
    rows = CalendarDay.objects.values_list("day", "is_workday", "name", "notice", "source").order_by("day")
    return [Day(*row) for row in rows]


def work_calendar() -> WorkCalendar:
    """Return the working-day calendar as loaded. One query, of its hash; the rows are read when it has changed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_CALENDAR_STAMP}")
        stamp = cursor.fetchone()
        found = _calendars.get(stamp)
        if found is None:
            cursor.execute(_CALENDAR)  # with the hash anew, for others may have loaded another one meanwhile
            rows = cursor.fetchall()
            stamp, years = rows[0][-3:-1], rows[0][-1]
            found = _calendar([Day(*row[:-3]) for row in rows if row[0] is not None], years or ())
            if len(_calendars) >= CALENDARS_KEPT:
                _calendars.clear()
            _calendars[stamp] = found
    return found


def _calendar(days: Collection[Day], announced: Collection[int]) -> WorkCalendar:
    fixed = fixed_after(announced, {day.day for day in days})
    return WorkCalendar([*days, *fixed], announced_years=sorted(announced))


def preview_calendar(rows: Collection[Day]) -> CalendarChange:
    """Return what loading these rows would change, without loading them."""
    return calendar_change({day.day: day for day in calendar_days()}, list(rows))


def proposed_days(proposal: CalendarProposal) -> list[Day]:
    """Return the days of a proposed notice, as the kernel knows days."""
    return [Day(**{**row, "day": date.fromisoformat(row["day"])}) for row in proposal.rows]


def calendar_with(rows: Collection[Day]) -> WorkCalendar:
    """Return the working-day calendar as it would be with these rows loaded."""
    change = preview_calendar(rows)
    days = {day.day: day for day in calendar_days()}
    for gone in change.removed:
        del days[gone.day]
    days |= {day.day: day for day in [*change.added, *(after for _before, after in change.changed)]}
    years = {*CalendarNotice.objects.values_list("year", flat=True), *change.announced}
    return _calendar([days[day] for day in sorted(days)], years)
