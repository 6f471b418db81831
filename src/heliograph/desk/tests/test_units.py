"""Units and posts end through the pages, and a person's page says whether the person may enforce today."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from heliograph.desk.tests.conftest import Browser
from heliograph.registers.actions import issue_certificate, suspend_certificate
from heliograph.registers.models import Account, Person, Post, Unit
from tests.cast import LONG_AGO, NOON, Staffing


@pytest.fixture
def desk(browser: Browser, legality_reviewer: Account) -> Client:
    return browser(legality_reviewer)


@pytest.fixture
def person(staffing: Staffing, window_unit: Unit) -> Person:
    return staffing.register("路遥", window_unit)


def test_a_unit_closes_after_its_people_have_left(desk: Client, person: Person, window_unit: Unit) -> None:
    where = f"/desk/sunny/units/{window_unit.pk}/"
    assert "路遥" in desk.get(where).text
    assert desk.post(where, {"form": "close", "close-on": "2026-01-06"}).status_code == 409
    assert desk.post(where, {"form": "close", "close-on": ""}).status_code == 422
    leave = {"form": "leave", "leave-to_on": "2026-01-06"}
    assert desk.post(f"/desk/sunny/people/{person.pk}/", leave).status_code == 302
    assert Post.objects.get(person=person).to_on == date(2026, 1, 6)
    assert desk.post(where, {"form": "close", "close-on": "2026-01-06"}).status_code == 302
    assert "2026-01-06 撤并" in desk.get("/desk/sunny/units/").text
    assert "服务窗口" not in desk.get("/desk/sunny/registers/guides/new/").text


def test_a_unit_changes_its_functions(desk: Client, browser: Browser, handler: Account, window_unit: Unit) -> None:
    where = f"/desk/sunny/units/{window_unit.pk}/"
    assert desk.post(where, {"form": "functions", "unit-functions": ["window", "information"]}).status_code == 302
    assert Unit.objects.get(pk=window_unit.pk).functions == ["window", "information"]
    assert desk.post(where, {"form": "functions"}).status_code == 422
    assert browser(handler).get(where).status_code == 403


def test_who_has_no_post_does_not_leave_it(desk: Client, person: Person) -> None:
    where = f"/desk/sunny/people/{person.pk}/"
    leave = {"form": "leave", "leave-to_on": "2026-01-06"}
    desk.post(where, leave)
    assert desk.post(where, leave).status_code == 404
    assert 'value="leave"' not in desk.get(where).text


def test_a_persons_page_says_whether_the_person_may_enforce_today(
    desk: Client, person: Person, legality_reviewer: Account
) -> None:
    where = f"/desk/sunny/people/{person.pk}/"
    assert "没有行政执法证件，不得从事行政执法活动" in desk.get(where).text
    certificate = issue_certificate(
        person.pk,
        kind="山东省行政执法证",
        number="37-0001",
        category="行政处罚",
        area="晴川县",
        issued_on=LONG_AGO,
        valid_to=date(2099, 1, 4),
        actor=legality_reviewer,
        at=NOON,
    )
    assert "今天可以从事行政执法" in desk.get(where).text
    suspend_certificate(certificate.pk, reason="调查", from_on=LONG_AGO, actor=legality_reviewer, at=NOON)
    assert "执法证件已暂扣，不得从事行政执法活动" in desk.get(where).text
