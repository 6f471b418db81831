"""The list of cases, the search over them, and the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.safestring import mark_safe

from heliograph.desk.archive_gate import Entrance, entrance_of, note_page
from heliograph.desk.case_page import clock_of, overview
from heliograph.desk.case_reading import (
    MINE,
    PAGE,
    WHOSE,
    case_of,
    cases_of,
    key_of,
    lanes_of,
    search,
    seen_clues,
    whose_of,
    with_left,
    with_next,
)
from heliograph.desk.forms import DeskForm, choice
from heliograph.desk.scope import Scope, page
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import seen_by
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.pictures import picture
from heliograph.procedures.queries import Standing, following, settled, standing

LANE_ROWS = 3
FOUND = 50
WORDS = 60


class FilterForm(DeskForm):
    """Filter of the list; everything is optional, and what is not known is left out."""

    def __init__(self, *args: Any, pack: Pack | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = [(one.id, one.name) for one in pack.rules.categories] if pack else []
        self.fields["category"] = choice("执法类别", categories, required=False)
        self.fields["state"] = choice("状态", Case.State.choices, required=False)
        for name, words in (("category", "全部类别"), ("state", "全部状态")):
            self.fields[name].choices = [("", words), *self.fields[name].choices[1:]]  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["class"] = "select"

    def chosen(self) -> dict[str, str]:
        """Return what was chosen among what is offered."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def pack_of(scope: Scope) -> Pack | None:
    """Return the agency's rules, None before any are installed."""
    try:
        return scope.pack
    except ActRefusedError:
        return None


@page("read_cases", "GET", "HEAD")
def cases(scope: Scope) -> HttpResponse:
    """List the cases in sight: what is due by urgency, then every case, the newest first."""
    pack = pack_of(scope)
    whose = whose_of(scope, scope.request.GET.get("whose", ""))
    form = FilterForm(scope.request.GET, pack=pack)
    chosen = form.chosen()
    mine = cases_of(scope, whose)
    after = key_of(scope.request.GET.get("after", ""))
    found = mine.filter(**chosen)
    page_of = with_next(found.filter(pk__lt=after) if after else found).order_by("-pk")
    rows = list(page_of[: PAGE + 1])
    context = {
        "rows": with_left(scope, rows[:PAGE], pack),
        "lanes": lanes_of(scope, mine.filter(**chosen), pack, rows=LANE_ROWS, few=whose == MINE) if not after else [],
        "form": form,
        "whose": whose,
        "tabs": WHOSE,
        "query": "&".join(f"{name}={value}" for name, value in {"whose": whose, **chosen}.items()),
        "after": after,
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "categories": {one.id: one.name for one in pack.rules.categories} if pack else {},
        "may_open": scope.may("open_case"),
        "may_register": scope.may("register_clue"),
    }
    return scope.render("cases.html", context)


@page("read_cases", "GET", "HEAD")
def case_search(scope: Scope) -> HttpResponse:
    """Find cases and clues in sight by number, title, or the name or number of a party."""
    words = scope.request.GET.get("q", "").strip()[:WORDS]
    found: list[dict[str, Any]] = []
    clues: list[Any] = []
    if len(words) > 1:
        cases = search(seen_by(scope.reader), words)
        found = with_left(scope, with_next(cases).order_by("-pk")[:FOUND], pack_of(scope))
        clues = list(seen_clues(scope.reader).filter(target__icontains=words).order_by("-received_on", "pk")[:FOUND])
    context = {"words": words, "words_sought": words, "rows": found, "clues": clues, "most": FOUND}
    return scope.render("case_search.html", context)


@page("read_cases", "GET", "HEAD")
def case(scope: Scope, case: UUID) -> HttpResponse:
    """Show a case: its clock, its flowchart, what the open steps need, its story and its file."""
    found = case_of(scope, case, "executes", "inspection", "inspection__approved_by")
    entrance = entrance_of(scope, found)
    named = next((one.name for one in scope.pack.rules.categories if one.id == found.category), found.category)
    if not entrance.whole:
        return _head_of(scope, found, named, entrance)
    note_page(scope, found, entrance)
    stands = standing(found.pk)
    context = {
        "case": found,
        "category": named,
        "files_shut": not entrance.files,
        "retrieval": entrance.retrieval,
        "clock": clock_of(scope, found),
        # drawn by our own code from a released drawing, every text in it escaped
        "picture": mark_safe(picture(found.pk)),  # noqa: S308
        "following": _following(stands),
        **overview(scope, found, stands),
    }
    return scope.render("case.html", context)


def _following(stands: Standing) -> tuple[str, ...]:
    if not stands.tasks:
        return ()
    return following(stands.compiled, stands.marking, settled(stands, [token.place for token in stands.tasks]))


def _head_of(scope: Scope, case: Case, category: str, entrance: Entrance) -> HttpResponse:
    """Show of a case in the archive what its list shows, and the way to its dossier."""
    context = {
        "case": case,
        "category": category,
        "retrieval": entrance.retrieval,
        "may_open": scope.may("open_dossier"),
    }
    return scope.render("case_archived.html", context)
