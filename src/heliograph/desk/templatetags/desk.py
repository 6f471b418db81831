"""What the desk's templates write often: icons from one sprite, and a field's value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from heliograph.desk.case_page import until
from heliograph.desk.case_reading import near
from heliograph.desk.cited import CitedArticle, in_words, sources_of
from heliograph.desk.scope import Scope
from heliograph.disclosure.adjustments import ADJUST_LIMIT
from heliograph.dossiers.models import Evidence, Proposal
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES
from heliograph.evidence.models import Original
from heliograph.registers.exports import flat

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon beside words; a screen reader hears only the words."""
    return format_html(
        '<svg class="i" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        static("desk/icons.svg"),
        name,
    )


@register.filter
def shown(value: Any) -> str:
    """Return a field's value as people read it, one item a line."""
    return flat(value)


register.filter("until", until)
register.filter("near", near)


@register.filter
def is_checks(field: Any) -> bool:
    """Say whether a form field is a group of boxes, which needs a fieldset and a legend."""
    return bool(field.use_fieldset)


@register.filter
def lookup(names: dict[str, str], key: str) -> str:
    """Return a name from a table, the key itself when it is missing; `names.key` would find the dict's own methods."""
    return names.get(key, key)


@register.filter
def several(citations: str | Iterable[str]) -> str:
    """Return citations, of a pack or as a flowchart writes them with commas, as a list that breaks between them."""
    listed = citations.split(",") if isinstance(citations, str) else citations
    return "、".join(one.strip() for one in listed if one.strip())


@register.filter
def cited(text: str, scope: Scope) -> str:
    """Return a basis in which keys of articles and of clauses of the agency's sources are written for people."""
    return in_words(str(text or ""), sources_of(scope))


@register.filter
def told(text: str) -> str:
    """Return what somebody typed with its keys of articles written for people; nothing else of it is touched."""
    return in_words(str(text or ""))


@register.filter
def article(articles: Mapping[str, CitedArticle], key: str) -> CitedArticle | None:
    """Return what a key names."""
    return articles.get(key)


@register.filter
def tiers(proposal: Proposal) -> list[dict[str, Any]]:
    """Return what the discretion tables of both days said of a proposal, with which of them applies."""
    kept = proposal.benchmark_found
    named = (("then", "行为时"), ("now", "提出时"))
    return [{**kept[when], "label": label, "applies": kept["applied"] == when} for when, label in named if kept[when]]


@register.filter
def asks_adjustment(duties: Iterable[Duty]) -> bool:
    """Say whether a dynamic adjustment is still asked of an entry with these duties."""
    return any(duty.kind == ADJUST_LIMIT and duty.state in OPEN_STATES for duty in duties)


@register.filter
def of_evidence(originals: Mapping[UUID, list[Original]], one: Evidence) -> list[Original]:
    """Return the originals of a piece of evidence."""
    return originals.get(one.pk, [])
