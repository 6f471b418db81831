"""Lists of open duties: lanes, pages by key, and the index that both read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet

from heliograph.desk.case_reading import Left, bound_words, left_of
from heliograph.desk.duty_lists import MOST_COUNTED, Key, by_day, lanes_from, page_after
from heliograph.desk.tests.casework import open_bureau
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import own_cases, reader, seen_by, unit_cases
from heliograph.dossiers.tests.bureau import opened
from heliograph.duties.actions import Subject, open_duty
from heliograph.duties.models import Duty, SubjectKind
from heliograph.duties.queries import OURS, SUBJECT_KINDS, THEIRS, open_duties
from heliograph.kernel.ids import uuid7
from heliograph.regimes.queries import pack_in_force, work_calendar
from heliograph.registers.models import Agency
from tests.cast import NOON, TODAY

pytestmark = pytest.mark.django_db


def add(
    agency: Agency, event_on: date = TODAY, *, limit: str = "publish_decision", kind: SubjectKind = "entry",
    bound: str = "agency",
) -> Duty:  # fmt: skip
    """Open a duty on something of the agency."""
    rule = pack_in_force(agency.pk, TODAY).rule("time_limits", limit).model_copy(update={"bound": bound})
    subject = Subject(kind, uuid7(), f"{event_on} 的事项")
    return open_duty(agency.pk, limit=rule, subject=subject, event_on=event_on, actor=None, at=NOON)


def sources(agency: Agency) -> list[QuerySet[Duty]]:
    """Every open duty of the agency, each kind of subject apart."""
    return [open_duties(agency.pk, subject_kind=kind) for kind in SUBJECT_KINDS]


def test_pages_show_every_duty_once_in_the_order_of_the_days(agency: Agency) -> None:
    made = [add(agency, TODAY + timedelta(days=day // 2), kind=SUBJECT_KINDS[day % 2]) for day in range(5)]
    made += [add(agency, limit="adjust_register", kind=kind) for kind in SUBJECT_KINDS]
    seen: list[Duty] = []
    after: Key | None = None
    while found := page_after(sources(agency), after, 2):
        seen += found
        after = (found[-1].due_on, found[-1].pk)
    assert seen == list(open_duties(agency.pk))
    assert len(seen) == len(made) == len(set(seen))
    assert [duty.due_on for duty in seen[-2:]] == [None, None]


def test_lanes_count_to_a_limit_and_show_the_first(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    first = add(agency)
    assert first.due_on is not None
    rest = [add(agency, TODAY + timedelta(days=day + 20), kind="case") for day in range(3)]
    prompt = add(agency, limit="adjust_register")
    soon = first.due_on + timedelta(days=1)
    lanes = {lane.key: lane for lane in lanes_from(sources(agency), first.due_on, soon, rows=2, undated=True)}
    assert (lanes["overdue"].duties, lanes["overdue"].total) == ([first], 1)
    assert (lanes["soon"].duties, lanes["soon"].total) == ([], 0)
    assert (lanes["normal"].duties, lanes["normal"].total, lanes["normal"].more) == (rest[:2], 3, False)
    assert lanes["no_date"].duties == [prompt]
    assert "others" not in lanes  # a lane that is there when it has something
    theirs = [add(agency, bound=bound, kind="case") for bound in ("party", "wait")]
    others = lanes_from(sources(agency), first.due_on + timedelta(days=400), None, rows=2)[-1]
    assert (others.key, set(others.duties), others.css) == ("others", set(theirs), "g")
    monkeypatch.setattr("heliograph.desk.duty_lists.MOST_COUNTED", 2)
    [_overdue, normal, _others] = lanes_from(sources(agency), first.due_on, None, rows=1)
    assert (normal.duties, normal.total, normal.more) == (rest[:1], 2, True)


def plan_of(duties: QuerySet[Duty]) -> str:
    """How the database would read so many duties that sorting them were out of the question."""
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    return str(duties.explain())


def test_open_duties_of_a_kind_are_read_along_their_index(agency: Agency) -> None:
    for source in sources(agency):
        dated = source.filter(due_on__isnull=False)
        for part in (dated, dated.filter(due_on__lte=TODAY), source.filter(due_on__isnull=True)):
            plan = plan_of(part.order_by("due_on", "pk")[: MOST_COUNTED + 1])
            assert "duty_open_by_due" in plan or "duty_others_by_due" in plan
            assert "Sort" not in plan
        assert "duty_open_by_due" in plan_of(dated.filter(OURS, due_on__lte=TODAY).order_by("due_on", "pk")[:101])
        assert "duty_others_by_due" in plan_of(dated.filter(THEIRS).order_by("due_on", "pk")[:101])


def test_the_board_is_read_along_the_index_and_each_case_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bureau = open_bureau(monkeypatch)
    opened(bureau)
    handler, leader = (reader(bureau[role], bureau.agency.pk, TODAY) for role in ("handler", "head"))
    duties = open_duties(bureau.agency.pk, subject_kind="case").filter(due_on__isnull=False)
    boards: Sequence[QuerySet[Case]] = (seen_by(leader), seen_by(handler), unit_cases(handler))
    for cases in boards:
        plan = plan_of(by_day(duties.filter(subject_id__in=cases.order_by().values("pk")))[:51])
        assert "duty_open_by_due" in plan
        assert "Sort" not in plan
        assert str(cases.query).count('unit_id" = ') <= 1
    own = own_cases(handler)
    assert "Sort" in plan_of(by_day(duties.filter(subject_id__in=own.order_by().values("pk")), few=True)[:51])


def test_only_the_agencys_own_periods_are_ever_late(agency: Agency) -> None:
    calendar = work_calendar()
    fine, wait = (add(agency, bound=bound, kind="case") for bound in ("party", "wait"))
    own = add(agency, kind="case")
    assert fine.due_on is not None
    assert left_of(fine, TODAY, None, calendar) == Left(f"当事人的期限，{fine.due_on:%m-%d} 届满", "g")
    assert left_of(wait, TODAY, None, calendar).words == f"{wait.due_on:%m-%d} 届满后可以办理"
    after = TODAY + timedelta(days=400)
    assert left_of(fine, after, None, calendar) == Left("当事人的期限已届满", "a")
    assert left_of(wait, after, None, calendar) == Left("等待期已满，可以办理", "a")
    assert left_of(own, after, None, calendar).css == "r"
    assert bound_words("agency", "12-16") == "限 12-16 前"
