"""Lists of open duties, however many are open: lanes by urgency, and pages by key.

Both read the index of open duties, one kind of subject at a time and no further than a page shows; what is read is
keys and days, and then the rows that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from heliograph.duties import rules
from heliograph.duties.models import Duty
from heliograph.duties.queries import OURS, THEIRS

MOST_COUNTED = 100
Key = tuple[date | None, UUID]
BoundKey = tuple[date | None, UUID, str]


@dataclass(frozen=True, slots=True)
class Lane:
    """One column of duties: a colour, a shape and words together."""

    key: str
    css: str
    label: str
    duties: list[Duty]
    total: int
    more: bool = False  # there are more than were counted


def by_day(duties: QuerySet[Duty], *, few: bool = False) -> QuerySet[Duty]:
    """Order open duties by their day. few: they are one person's own, to be fetched and sorted.

    In the order of the index the database would look for them along the duties of the whole agency, as long as that
    may take, for it expects to meet enough of them soon.
    """
    return duties.order_by(Coalesce("due_on", Value(date.max)) if few else F("due_on").asc(), "pk")


def first_rows(duties: QuerySet[Duty], most: int, *, few: bool = False) -> QuerySet[Duty]:
    """Return the first open duties by their day, with their units. One query.

    few: they are one person's own. Their days are read from the index of open duties by subject, which needs no row,
    and then no more rows than are shown.
    """
    if few:
        duties = Duty.objects.filter(pk__in=by_day(duties, few=True).values("pk")[:most])
    return by_day(duties.select_related("owner_unit"), few=few)[:most]


def lanes_from(
    sources: Sequence[QuerySet[Duty]],
    on: date,
    soon: date | None,
    *,
    rows: int,
    undated: bool = False,
    few: bool = False,
) -> list[Lane]:
    """Return open duties by urgency: the first rows of each lane, and how many there are. Two queries.

    Without a day that counts as soon there is no middle lane. What binds the party or another body, or only has to
    pass, is nobody's work that is late: it has a lane of its own. That one, and on demand the lane of those without a
    day, are there when they are not empty.
    """
    parts = [
        (rules.OVERDUE, "r", "逾期或今日到期", OURS & Q(due_on__lte=on)),
        (rules.NORMAL, "g", "期限正常", OURS & Q(due_on__gt=soon or on)),
    ]
    if soon is not None:
        label = f"{soon.month} 月 {soon.day} 日前到期"
        parts.insert(1, (rules.SOON, "a", label, OURS & Q(due_on__gt=on, due_on__lte=soon)))
    if undated:
        parts.append((rules.NO_DATE, "g", "及时办理，无固定日期", OURS & Q(due_on__isnull=True)))
    parts.append((rules.OTHERS, "g", "当事人的期限和等待期", THEIRS & Q(due_on__isnull=False)))
    keys = _keys([source.filter(part) for *_head, part in parts for source in sources], MOST_COUNTED + 1, few=few)
    lanes: dict[str, list[Key]] = {key: [] for key, *_rest in parts}
    for due_on, duty, bound in keys:
        own = bound == Duty.Bound.AGENCY
        lanes[rules.urgency(due_on, on, soon or on) if own else rules.OTHERS].append((due_on, duty))
    shown = _rows(key for lane in lanes.values() for key in lane[:rows])
    return [
        Lane(key, css, label, [shown[duty] for _day, duty in lane[:rows]], min(len(lane), MOST_COUNTED),
             more=len(lane) > MOST_COUNTED)
        for (key, css, label, _part), lane in zip(parts, lanes.values(), strict=True)
        if lane or key not in {rules.NO_DATE, rules.OTHERS}
    ]  # fmt: skip


def page_after(sources: Sequence[QuerySet[Duty]], after: Key | None, most: int) -> list[Duty]:
    """Return the open duties after a key, the earliest due first, those without a date last. Two queries."""
    day, duty = after or (None, None)
    parts = [source.filter(due_on__isnull=True) for source in sources]
    if day is None and duty is not None:
        parts = [part.filter(pk__gt=duty) for part in parts]
    else:
        dated = (source.filter(due_on__isnull=False) for source in sources)
        parts += [one.filter(due_on__gte=day).exclude(due_on=day, pk__lte=duty) if day else one for one in dated]
    keys = _keys(parts, most)[:most]
    shown = _rows(keys)
    return [shown[key] for _day, key, _bound in keys]


def day_of(text: str) -> date | None:
    """Return the day at which a page begins, None without one. 404 for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None


def _keys(parts: Sequence[QuerySet[Duty]], most: int, *, few: bool = False) -> list[BoundKey]:
    """Return the first keys of each part, all of them in the order of the days. One query."""
    slices = [by_day(part, few=few).values_list("due_on", "pk", "bound")[:most] for part in parts]
    found = slices[0].union(*slices[1:], all=True)
    return sorted(found, key=lambda key: (key[0] or date.max, key[1]))


def _rows(keys: Iterable[Key | BoundKey]) -> dict[UUID, Duty]:
    return Duty.objects.select_related("owner_unit").in_bulk([key[1] for key in keys])
