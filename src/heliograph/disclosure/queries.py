"""Reads of disclosure: what rests on an article, what adjustments are open, what the change log may still tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from heliograph.disclosure import rules
from heliograph.disclosure.models import Adjustment, AdjustmentItem, PublicChange, PublicVersion
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES
from heliograph.registers.models import Article, Entry, EntryVersion

ELSEWHERE_SHOWN = 50


def live_versions(agency_id: UUID) -> QuerySet[EntryVersion]:
    """Return of each entry its public version and its latest one; a latest version that was withdrawn is neither."""
    newer = EntryVersion.objects.filter(entry=OuterRef("entry"), number__gt=OuterRef("number"))
    latest = ~Exists(newer) & Q(public_version__withdrawn_at__isnull=True)
    return EntryVersion.objects.filter(Q(public_version__is_current=True) | latest, agency_id=agency_id)


def live_entries(agency_id: UUID) -> QuerySet[Entry]:
    """Return the entries that are public or being written, without those withdrawn and not taken up again."""
    return Entry.objects.filter(agency_id=agency_id, pk__in=live_versions(agency_id).values("entry_id"))


def keys_touching(articles: Iterable[str]) -> dict[str, set[str]]:
    """Return for each article the keys whose citation it touches: itself, its paragraphs, what it is part of."""
    found = {article: {article, *rules.broader_keys(article)} for article in articles}
    inner = Q(pk__in=[])
    for article in found:
        inner |= Q(key__startswith=f"{article}(")
    for key in Article.objects.filter(inner).values_list("key", flat=True):
        for outer in {*rules.broader_keys(key)} & found.keys():
            found[outer].add(key)
    return found


def entries_resting_on(agency_id: UUID, article: str) -> list[Entry]:
    """Return the entries of an agency whose latest version or public version cites the article. Two queries."""
    return entries_by_article(agency_id, [article]).get(article, [])


def entries_by_article(
    agency_id: UUID, articles: Iterable[str], *, public_only: bool = False
) -> dict[str, list[Entry]]:
    """Return, for each of several articles that anything rests on, the entries that do. Two queries.

    With `public_only` what is being written does not count, and the entries bear their public titles.
    """
    touched = keys_touching(articles)
    every = set().union(*touched.values())
    versions = live_versions(agency_id).filter(basis__overlap=list(every)).select_related("entry__owner_unit")
    if public_only:
        versions = versions.filter(public_version__is_current=True)
    found: dict[str, dict[UUID, Entry]] = defaultdict(dict)
    for version in versions.order_by("entry__register", "entry__number", "number"):
        if public_only:
            version.entry.title = version.title
        for article, keys in touched.items():
            if keys & set(version.basis):
                found[article].setdefault(version.entry_id, version.entry)
    return {article: list(entries.values()) for article, entries in found.items()}


def cited_articles(agency_id: UUID) -> list[str]:
    """Return every article that an entry of the agency rests on now, in order. One query."""
    bases = live_versions(agency_id).values_list("basis", flat=True)
    return sorted({key for basis in bases for key in basis})


def open_adjustments(agency_id: UUID, entry_id: UUID) -> QuerySet[Duty]:
    """Return the duties to adjust an entry that are still open, with the adjustments that ask it. Two queries."""
    asked = AdjustmentItem.objects.filter(agency_id=agency_id, entry_id=entry_id)
    duties = Duty.objects.filter(agency_id=agency_id, pk__in=asked.values("duty_id"), state__in=OPEN_STATES)
    return duties.prefetch_related("adjustment_items__adjustment")


def duties_already_open(adjustment: Adjustment, entry_ids: Collection[UUID]) -> dict[UUID, Duty]:
    """Return the open duties that earlier adjustments of the same thing put on entries. One query."""
    items = AdjustmentItem.objects.filter(
        agency_id=adjustment.agency_id,
        entry_id__in=entry_ids,
        adjustment__kind=adjustment.kind,
        adjustment__article=adjustment.article,
        adjustment__function=adjustment.function,
        duty__state__in=OPEN_STATES,
    )
    return {item.entry_id: item.duty for item in items.select_related("duty")}


def public_among(agency_id: UUID, entry_ids: Collection[UUID]) -> set[UUID]:
    """Return which of the entries the public can read now. One query."""
    rows = PublicVersion.objects.filter(agency_id=agency_id, entry_id__in=entry_ids, is_current=True)
    return set(rows.values_list("entry_id", flat=True))


def told_kinds(articles: Iterable[Article]) -> dict[str, str]:
    """Return what confirmed adjustments say happened to changed articles, amended or repealed, by key. One query."""
    wanted = {(one.key, one.changed_on) for one in articles if one.changed_on is not None}
    told = Adjustment.objects.filter(article__in={key for key, _ in wanted}, confirmation__passed=True)
    rows = told.order_by("made_at").values_list("article", "effective_on", "kind") if wanted else []
    return {key: kind for key, day, kind in rows if (key, day) in wanted}


def standing() -> QuerySet[Adjustment]:
    """Return the adjustments that no approver returned."""
    return Adjustment.objects.exclude(confirmation__passed=False)


def registered_elsewhere(agency_id: UUID) -> list[tuple[Adjustment, list[Entry]]]:
    """Return changes of articles that other agencies registered, with the entries here that rest on them.

    What this agency registered itself for the same article and day is left out.
    """
    own = standing().filter(agency_id=agency_id, article=OuterRef("article"), effective_on=OuterRef("effective_on"))
    others = standing().filter(~Exists(own)).exclude(agency_id=agency_id).exclude(article="")
    newest: dict[tuple[str, object], Adjustment] = {}
    for one in others.select_related("agency").order_by("-made_at")[:ELSEWHERE_SHOWN]:
        newest.setdefault((one.article, one.effective_on), one)
    resting = entries_by_article(agency_id, {one.article for one in newest.values()})
    return [(one, resting[one.article]) for one in newest.values() if one.article in resting]


def with_withdrawal(changes: QuerySet[PublicChange]) -> QuerySet[PublicChange]:
    """Annotate lines of the change log with `is_withdrawn`: title and reason of such a version are not told any more.

    The line of the withdrawal itself keeps its reason, which is public (撤回 states why).
    """
    withdrawn = PublicVersion.objects.filter(
        entry=OuterRef("entry"), number=OuterRef("number"), withdrawn_at__isnull=False
    )
    return changes.annotate(is_withdrawn=Exists(withdrawn))
