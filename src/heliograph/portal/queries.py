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
from heliograph.portal.search import PAGE_SIZE, Leaf, Turn, Words, joined, leaf
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


def kept_fields(agency_ids: Collection[UUID], register: str) -> dict[UUID, list[list[dict[str, str]]]]:
    """Return by agency every set of fields that current entries of a register were published with. One query."""
    rows = PublicVersion.objects.filter(agency_id__in=agency_ids, register=register, is_current=True)
    found: dict[UUID, list[list[dict[str, str]]]] = {}
    for agency_id, fields in rows.order_by().values_list("agency_id", "fields").distinct():
        found.setdefault(agency_id, []).append(fields)
    return found


def filled_fields(agency_id: UUID, register: str) -> set[str]:
    """Return the fields that any entry on the first page of a register fills. One query."""
    rows = PublicVersion.objects.filter(agency_id=agency_id, register=register, is_current=True)
    page = rows.order_by("entry_number").values_list("data", flat=True)[:PAGE_SIZE]
    return {name for data in page for name, value in data.items() if value not in ("", None, [])}


def phrase_in(register: Register, row: PublicVersion, words: Words) -> bool:
    """Whether the words occur in a row as written; the index only says that their tokens do."""
    return not words or words.occur_in(text_of(register, row))


def text_of(register: Register, row: PublicVersion) -> str:
    """Return everything an entry says, for the phrase test."""
    return joined([row.title, *(field.text for field in fields_of(row, register))])


def page_of_entries(
    rows: QuerySet[PublicVersion], register: Register, words: Words, turn: Turn[int]
) -> Leaf[PublicVersion]:
    """Return one page of a register. One to four queries."""

    def fetch(last: PublicVersion | None) -> list[PublicVersion]:
        if turn.before is not None:
            rest = rows.filter(entry_number__lt=last.entry_number if last else turn.before).order_by("-entry_number")
            return list(rest[: PAGE_SIZE + 1])
        begin = last.entry_number if last else turn.after
        rest = rows if begin is None else rows.filter(entry_number__gt=begin)
        return list(rest[: PAGE_SIZE + 1])

    return leaf(turn, fetch, lambda row: phrase_in(register, row, words))


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
    rows: QuerySet[PublicVersion], agencies: Iterable[Agency], words: Words, turn: Turn[tuple[str, int]]
) -> Leaf[PublicVersion]:
    """Return one page over all agencies, agency by agency: one query for each until the page is full.

    One query over all of them would sort every entry of the government for the sake of a page.
    """
    back = turn.before is not None
    line = sorted(agencies, key=lambda agency: agency.code, reverse=back)

    def fetch(last: PublicVersion | None) -> list[PublicVersion]:
        code, number = (last.agency.code, last.entry_number) if last else turn.before or turn.after or ("", 0)
        found: list[PublicVersion] = []
        for agency in line:
            if code and (agency.code > code if back else agency.code < code):
                continue
            rest = rows.filter(agency=agency).order_by("-entry_number" if back else "entry_number")
            if agency.code == code:
                rest = rest.filter(entry_number__lt=number) if back else rest.filter(entry_number__gt=number)
            found += rest[: PAGE_SIZE + 1 - len(found)]
            if len(found) > PAGE_SIZE:
                break
        return found

    return leaf(turn, fetch, lambda row: _phrase_anywhere(row, words))


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


def page_of_changes(rows: QuerySet[PublicChange], turn: Turn[tuple[datetime, UUID]]) -> Leaf[PublicChange]:
    """Return one page of the log, newest first. One query."""
    place = turn.before or turn.after
    if place is not None:
        at, row_id = place
        way = "gt" if turn.before else "lt"
        rows = rows.filter(Q(**{f"at__{way}": at}) | Q(at=at, **{f"id__{way}": row_id}))
    if turn.before:
        rows = rows.order_by("at", "id")
    return leaf(turn, lambda last: [] if last else list(rows[: PAGE_SIZE + 1]))


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


def entries_resting_on(keys: Sequence[str], turn: Turn[UUID]) -> Leaf[PublicVersion]:
    """Return one page of the current public entries of all agencies that cite one of the keys. One query."""
    rows = PublicVersion.objects.filter(basis__overlap=list(keys), is_current=True)
    rows = rows.select_related("agency").defer("tokens", "data").order_by("-pk" if turn.before else "pk")
    if turn:
        rows = rows.filter(pk__lt=turn.before) if turn.before else rows.filter(pk__gt=turn.after)
    return leaf(turn, lambda last: [] if last else list(rows[: PAGE_SIZE + 1]))


def related_entries(version: PublicVersion, registers: Collection[str]) -> list[PublicVersion]:
    """Return current entries of the agency's registers that rest on one of the same articles. One query."""
    rows = PublicVersion.objects.filter(basis__overlap=version.basis, agency_id=version.agency_id, is_current=True)
    found = rows.filter(register__in=registers).exclude(pk=version.pk).defer("tokens", "data", "fields")
    return list(found.order_by("register", "entry_number")[:RELATED_LIMIT])
