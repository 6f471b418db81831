"""A person's case days as an iCalendar file (RFC 5545), behind an address signed for that person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from heliograph.duties.models import Duty
from heliograph.registers.models import Account, Agency

SALT = "heliograph.desk.calendar"
FOLD = 73  # octets of a line, without its end, before it goes on in the next
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


def token_of(account: Account, agency_id: UUID) -> str:
    """Return the signed part of a feed's address: it holds for this account, agency and password alone."""
    return f"{account.pk.hex}.{_signature(account, agency_id)}"


def _signature(account: Account, agency_id: UUID) -> str:
    told = f"{account.pk.hex}:{agency_id.hex}:{account.password}"
    return salted_hmac(SALT, told, algorithm="sha256").hexdigest()


def reads_token(token: str, agency_id: UUID) -> Account | None:
    """Return the account that an address was signed for, None for any other address and for closed accounts."""
    key, _, signature = token.partition(".")
    try:
        account = Account.objects.filter(pk=UUID(hex=key), is_active=True).first()
    except ValueError:
        return None
    if account is None or not constant_time_compare(signature, _signature(account, agency_id)):
        return None
    return account


def calendar_text(
    agency: Agency,
    duties: Iterable[Duty],
    numbers: Mapping[UUID, str],
    tasks: Iterable[Mapping[str, Any]],
    at: datetime,
) -> str:
    """Return the calendar: one whole-day event for each period and each open step that has a day."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Heliograph//cases//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(agency.short_name)}案件期限",
    ]  # fmt: skip
    for duty in duties:
        name = str(duty.limit.get("name", duty.event))
        if duty.due_on:
            whose = "" if duty.is_ours else f"{duty.get_bound_display()}届满："
            title = f"{whose}{name} {numbers.get(duty.subject_id, '')}"
            lines += _event(duty.pk, duty.due_on, title, f"依据：{duty.basis}", at)
    for task in tasks:
        token, case = task["token"], task["case"]
        if token.due_on:
            waits = "届满后可以办理" if task["bound"] == Duty.Bound.WAIT else Duty.Bound(task["bound"]).label
            head = "待办" if task["bound"] == Duty.Bound.AGENCY else waits
            lines += _event(token.pk, token.due_on, f"{head}：{token.name} {case.number}", "", at)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _event(key: UUID, day: date, title: str, note: str, at: datetime) -> list[str]:
    stamp = at.astimezone(UTC)
    return [
        "BEGIN:VEVENT",
        f"UID:{key}@heliograph",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(title.strip())}",
        *([f"DESCRIPTION:{_escaped(note)}"] if note else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    return text.translate(ESCAPES)


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts short enough, a letter never cut: 75 octets a line is what the standard allows."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > FOLD:
            yield part
            part = " "
        part += letter
    yield part
