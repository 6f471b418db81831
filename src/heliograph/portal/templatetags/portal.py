"""Tags and filters of the portal: icons from the one sprite, dates as Chinese prose writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from heliograph.disclosure.rules import entrustment_unfiled
from heliograph.portal.citations import Citation, citations, explained
from heliograph.portal.scope import Scope
from heliograph.portal.values import long_date
from heliograph.registers.citations import in_title_marks

register = template.Library()
JOINS = re.compile("[、,，]")
VERIFIED = {"unverified": "待核", "secondary": "据转述"}
TONES = {"published": "blue", "revised": "blue", "withdrawn": "grey", "adjustment": "amber"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; the word beside it says what it means."""
    address = f"{static('img/icons.svg')}#{name}"
    return format_html('<svg class="i" aria-hidden="true" focusable="false"><use href="{}"/></svg>', address)


@register.filter
def cn_date(value: date | datetime | None) -> str:
    """Write a date in full: 2026 年 11 月 20 日."""
    if value is None:
        return ""
    return long_date(localtime(value).date() if isinstance(value, datetime) else value)


@register.filter
def cn_moment(value: datetime | None) -> str:
    """Write a moment in full: 2026 年 11 月 20 日 16:20."""
    return "" if value is None else f"{long_date(localtime(value).date())} {localtime(value):%H:%M}"


@register.filter
def iso_day(value: datetime) -> str:
    """Write a day as lists do: 2026-11-20."""
    return f"{localtime(value):%Y-%m-%d}"


@register.filter
def cited(keys: str | list[str]) -> list[Citation]:
    """Turn a list of bases, or several joined in one text, into citations with their pages."""
    parts = JOINS.split(keys) if isinstance(keys, str) else keys
    return citations(part.strip() for part in parts if part.strip())


@register.filter
def of_agency(bases: Citation | Iterable[Citation] | None, scope: Scope | str) -> list[Citation]:
    """Name the source documents behind clauses, where the page is of an agency whose pack lists them."""
    found = [bases] if isinstance(bases, Citation) else list(bases or ())
    if not isinstance(scope, Scope) or scope.pack is None:
        return found
    return explained(found, scope.pack.sources, reverse("portal:policy", args=[scope.agency.code, "disclosure"]))


@register.filter
def book_title(title: str) -> str:
    """Write a title in 《》, titles inside it in 〈〉."""
    return in_title_marks(title)


@register.filter
def happened(kind: str) -> str:
    """Say what became of an article: amended, repealed, or one of the two where nobody registered which."""
    return {"amended": "修改", "repealed": "废止"}.get(kind, "修改或者废止")


@register.filter
def verified_label(value: str) -> str:
    """Return the tag of what was not read in the text itself; nothing for what was."""
    return VERIFIED.get(value, "")


@register.filter
def unfiled(data: dict[str, Any]) -> bool:
    """Whether an entry is of a body that enforces by entrustment without a filed letter of entrustment."""
    return entrustment_unfiled(data)


@register.filter
def tone(kind: str) -> str:
    """Return the colour of a kind of change; the word stands beside it."""
    return TONES.get(kind, "")
