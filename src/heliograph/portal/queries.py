"""Reads of what was released. Every list goes on from a key, never from an offset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from heliograph.disclosure.models import PublicChange, PublicVersion, ReleaseStep
from heliograph.disclosure.queries import with_withdrawal
from heliograph.kernel.packs.schema import Register
from heliograph.portal.search import PAGE_SIZE, Words, fill, joined
from heliograph.portal.values import fields_of
from heliograph.registers.models import Agency, Article, LawVersion

EXPORT_CHUNK = 500
RELATED_LIMIT = 20


def counts_by_register(agency_ids: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """Return how many entries are public now, per agency and register. One query."""
    rows = (
        PublicVersion.objects.filter(agency_id__in=agency_ids, is_current=True)
        .order_by()
        .values_list("agency_id", "register")
        .annotate(many=Count("pk"))
    )
    return {(agency_id, register): many for agency_id, register, many in rows}


def current_entries(agency_id: UUID, register: Register, words: Words, category: str = "") -> QuerySet[PublicVersion]:
    """Return the current entries of a register that may match, in order of their numbers."""
    rows = PublicVersion.objects.filter(agency_id=agency_id, register=register.id, is_current=True)
    if register.derived_from == "certificates":
        rows = rows.select_related("entry__certificate")
    return _matching(rows, words, category).order_by("entry_number").defer("tokens")


def _matching(rows: QuerySet[PublicVersion], words: Words, category: str) -> QuerySet[PublicVersion]:
    if words.tokens:
        rows = rows.filter(tokens__contains=list(words.tokens))
    if category:
        rows = rows.filter(category__contains=category)
    return rows


def phrase_in(register: Register, row: PublicVersion, words: Words) -> bool:
    """Whether the words occur in a row as written; the index only says that their tokens do."""
    return not words or words.occur_in(text_of(register, row))


def text_of(register: Register, row: PublicVersion) -> str:
    """Return everything an entry says, for the phrase test."""
    return joined([row.title, *(field.text for field in fields_of(row, register))])


def page_of_entries(
    rows: QuerySet[PublicVersion], register: Register, words: Words, after: int | None
) -> tuple[list[PublicVersion], int | None]:
    """Return one page of a register and the number from which the next begins. One to four queries."""

    def fetch(last: PublicVersion | None) -> list[PublicVersion]:
        begin = last.entry_number if last else after
        rest = rows if begin is None else rows.filter(entry_number__gt=begin)
        return list(rest[: PAGE_SIZE + 1])

    found, last = fill(fetch, lambda row: phrase_in(register, row, words))
    return found, last.entry_number if last else None


def all_matching(rows: QuerySet[PublicVersion], register: Register, words: Words) -> Iterator[PublicVersion]:
    """Yield every match of a list, for a file: read in chunks, never all in memory."""
    for row in rows.iterator(chunk_size=EXPORT_CHUNK):
        if phrase_in(register, row, words):
            yield row


def gathered_entries(agencies: Iterable[Agency], register: str, words: Words) -> QuerySet[PublicVersion]:
    """Return the current entries of one register over the agencies of a government (D28), agency by agency."""
    rows = PublicVersion.objects.filter(
        agency_id__in=[agency.pk for agency in agencies], register=register, is_current=True
    ).select_related("agency", "entry__certificate")
    return _matching(rows, words, "").order_by("agency__code", "entry_number").defer("tokens")


def page_of_gathered(
    rows: QuerySet[PublicVersion], words: Words, after: tuple[str, int] | None
) -> tuple[list[PublicVersion], tuple[str, int] | None]:
    """Return one page over all agencies and the agency and number from which the next begins."""

    def fetch(last: PublicVersion | None) -> list[PublicVersion]:
        begin = (last.agency.code, last.entry_number) if last else after
        rest = rows
        if begin is not None:
            code, number = begin
            rest = rows.filter(Q(agency__code__gt=code) | Q(agency__code=code, entry_number__gt=number))
        return list(rest[: PAGE_SIZE + 1])

    found, last = fill(fetch, lambda row: _phrase_anywhere(row, words))
    return found, (last.agency.code, last.entry_number) if last else None


def all_gathered(rows: QuerySet[PublicVersion], words: Words) -> Iterator[PublicVersion]:
    """Yield every match over all agencies, for a file: read in chunks, never all in memory."""
    for row in rows.iterator(chunk_size=EXPORT_CHUNK):
        if _phrase_anywhere(row, words):
            yield row


def _phrase_anywhere(row: PublicVersion, words: Words) -> bool:
    return not words or words.occur_in(joined([row.title, *_words_of(row.data)]))


def _words_of(data: object) -> Iterator[str]:
    """Yield every text of an entry whose register differs from agency to agency."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _words_of(value)
    elif isinstance(data, list):
        for value in data:
            yield from _words_of(value)
    elif isinstance(data, str):
        yield data


def versions_of(agency_id: UUID, register: str, number: int) -> list[PublicVersion]:
    """Return every version of an entry that was ever public, newest first. One query."""
    return list(
        PublicVersion.objects.filter(agency_id=agency_id, register=register, entry_number=number)
        .select_related("published_by", "entry__owner_unit", "entry__certificate", "version__release")
        .defer("tokens", "version__data", "version__basis")
        .order_by("-number")
    )


def approvals_of(versions: Iterable[PublicVersion]) -> dict[UUID, list[ReleaseStep]]:
    """Return who passed each stage of the versions' releases, in order. One query."""
    steps = (
        ReleaseStep.objects.filter(
            release__version__in=[version.version_id for version in versions], decision=ReleaseStep.Decision.PASS
        )
        .select_related("by", "release")
        .order_by("stage_index")
    )
    found: dict[UUID, list[ReleaseStep]] = {}
    for step in steps:
        found.setdefault(step.release.version_id, []).append(step)
    return found


def changed_articles(keys: Sequence[str]) -> list[Article]:
    """Return the cited articles that were amended or repealed since. One query."""
    return list(Article.objects.filter(key__in=keys, changed_on__isnull=False).order_by("key"))


def changes_of(agency_ids: Collection[UUID]) -> QuerySet[PublicChange]:
    """Return the change log, newest first.

    `is_public` says whether the entry can be read today, `is_withdrawn` whether the version of the line was withdrawn:
    it stays unnamed also after the entry came back in a new version.
    """
    current = PublicVersion.objects.filter(entry=OuterRef("entry"), agency=OuterRef("agency"), is_current=True)
    return (
        with_withdrawal(PublicChange.objects.filter(agency_id__in=agency_ids))
        .select_related("agency", "entry")
        .annotate(is_public=Exists(current))
        .order_by("-at", "-id")
    )


def changes_after(rows: QuerySet[PublicChange], place: tuple[datetime, UUID] | None) -> list[PublicChange]:
    """Return one page of the log and one line more, if there is one."""
    if place is not None:
        at, row_id = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=row_id))
    return list(rows[: PAGE_SIZE + 1])


def officers_named(agency_ids: Collection[UUID], words: Words) -> list[PublicVersion]:
    """Return the published officers whose name holds the words or whose certificate number is exactly them.

    Only what is public now is looked at: somebody not published, or withdrawn, is not found.
    """
    rows = (
        PublicVersion.objects.filter(agency_id__in=agency_ids, register="officers", is_current=True)
        .filter(tokens__contains=list(words.tokens))
        .select_related("agency", "entry__certificate")
        .defer("tokens")
        .order_by("agency__code", "entry_number")
    )
    wanted = Words(text=words.text, terms=("".join(words.terms),), tokens=words.tokens)
    # The tokens of a name may all occur in a unit's name: go on until the page is full or everybody was looked at.
    matches = (row for row in rows.iterator(chunk_size=EXPORT_CHUNK) if _is_officer(row, wanted))
    return list(islice(matches, PAGE_SIZE))


def _is_officer(row: PublicVersion, wanted: Words) -> bool:
    (term,) = wanted.terms
    number = Words(text=str(row.data.get("certificate_no", "")), terms=(), tokens=())
    return wanted.occur_in(row.title) or (
        bool(number) and wanted.occur_in(number.text) and len(number.text) == len(term)
    )


def law_versions() -> list[LawVersion]:
    """Return every law version with how many articles it has here. One query."""
    return list(LawVersion.objects.select_related("law").annotate(many=Count("articles")).order_by("law__name", "-key"))


def entries_resting_on(keys: Sequence[str], after: UUID | None) -> list[PublicVersion]:
    """Return current public entries of all agencies that cite one of the keys, one page and one more. One query."""
    rows = PublicVersion.objects.filter(basis__overlap=list(keys), is_current=True)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.select_related("agency").defer("tokens", "data").order_by("pk")[: PAGE_SIZE + 1])


def related_entries(version: PublicVersion, registers: Collection[str]) -> list[PublicVersion]:
    """Return current entries of the agency's registers that rest on one of the same articles. One query."""
    rows = PublicVersion.objects.filter(basis__overlap=version.basis, agency_id=version.agency_id, is_current=True)
    found = rows.filter(register__in=registers).exclude(pk=version.pk).defer("tokens", "data", "fields")
    return list(found.order_by("register", "entry_number")[:RELATED_LIMIT])
