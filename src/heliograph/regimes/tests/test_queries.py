"""Reading packs and the calendar: the right one for the day, and few queries."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from heliograph.kernel.tests.packs_written import agency as agency_pack
from heliograph.kernel.tests.packs_written import write
from heliograph.kernel.verdict import ActRefusedError
from heliograph.kernel.workdays import CalendarDay as Day
from heliograph.regimes import queries
from heliograph.regimes.actions import install_pack, load_calendar
from heliograph.regimes.models import InstalledPack
from heliograph.regimes.queries import (
    field_set_of_pack,
    find_pack,
    installed_packs,
    pack_in_force,
    packs_for_agencies,
    preview_calendar,
    work_calendar,
)
from heliograph.regimes.tests.conftest import NOON, TODAY
from heliograph.registers.fieldsets import field_set
from heliograph.registers.models import Agency

pytestmark = pytest.mark.by_hand

BEFORE = date(2026, 11, 22)
Queries = Callable[[int], Any]


@pytest.fixture
def installed(agency: Agency, root: Path) -> InstalledPack:
    return install_pack(
        agency.pk, pack="office", version="2026.11", in_force_from=TODAY, actor=None, at=NOON, root=root
    )


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_kept", {})


def test_a_pack_is_found_from_the_day_it_is_in_force(agency: Agency, installed: InstalledPack) -> None:
    assert pack_in_force(agency.pk, TODAY).content_hash == installed.content_hash
    assert find_pack(agency.pk, BEFORE) is None


def test_without_a_pack_the_way_out_is_said(agency: Agency) -> None:
    with pytest.raises(ActRefusedError, match="2026-11-23 没有适用的规则包，请先由系统管理员安装"):
        pack_in_force(agency.pk, TODAY)


def test_a_known_pack_costs_one_query(
    agency: Agency, installed: InstalledPack, django_assert_num_queries: Queries
) -> None:
    with django_assert_num_queries(2):
        first = pack_in_force(agency.pk, TODAY)
    with django_assert_num_queries(1):
        assert pack_in_force(agency.pk, TODAY) is first


def test_packs_of_several_agencies_cost_one_query(
    agency: Agency, another: Agency, root: Path, installed: InstalledPack, django_assert_num_queries: Queries
) -> None:
    spoken = {"code": "another", "name": "某县另一局", "short": "另一局", "legal_body": "法制科"}
    write(root, {**agency_pack(), "pack": "another", "agency": spoken})
    install_pack(another.pk, pack="another", version="2026.11", in_force_from=TODAY, actor=None, at=NOON, root=root)
    ids = [agency.pk, another.pk, uuid.uuid4()]
    packs = packs_for_agencies(ids, TODAY)
    assert {key: pack.pack for key, pack in packs.items()} == {agency.pk: "office", another.pk: "another"}
    with django_assert_num_queries(1):
        assert packs_for_agencies(ids, TODAY) == packs
    assert packs_for_agencies(ids, BEFORE) == {}


def test_memory_holds_a_limited_number_of_packs(
    agency: Agency, installed: InstalledPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PACKS_KEPT", 1)
    monkeypatch.setattr(queries, "_kept", {"0" * 64: None})
    pack = pack_in_force(agency.pk, TODAY)
    assert queries._kept == {installed.content_hash: pack}


def test_content_changed_behind_our_back_is_not_used(agency: Agency, installed: InstalledPack) -> None:
    InstalledPack.objects.update(content={**installed.content, "title": "改过"})
    with pytest.raises(ValueError, match="哈希"):
        pack_in_force(agency.pk, TODAY)


def test_the_packs_of_an_agency_are_listed_without_content(
    agency: Agency, installed: InstalledPack, django_assert_num_queries: Queries
) -> None:
    with django_assert_num_queries(1):
        (found,) = installed_packs(agency.pk)
        assert (found, found.installed_by) == (installed, None)
    assert "content" in found.get_deferred_fields()


def test_registers_take_their_fields_from_the_pack_in_force(agency: Agency, installed: InstalledPack) -> None:
    fields = field_set(agency.pk, "items", TODAY)
    assert fields.register.compiled_by == "政策法规科"
    assert [category.id for category in fields.categories] == ["penalty"]
    assert [unit.name for unit in fields.units] == ["法制科"]
    assert fields.articles == {"行政处罚法@2021:61", "行政处罚法@2021:85"}
    assert fields.pack == "office@2026.11"


def test_no_register_and_no_pack_give_no_fields(agency: Agency, installed: InstalledPack) -> None:
    assert field_set_of_pack(agency.pk, "guides", TODAY) is None
    assert field_set_of_pack(agency.pk, "items", BEFORE) is None


ROW = Day(date(2027, 1, 1), is_workday=False, name="元旦", notice="2027 年通知", source="公报")


def test_the_calendar_follows_what_is_loaded(db: None) -> None:
    assert work_calendar().is_workday(ROW.day)
    load_calendar([ROW], actor=None, at=NOON)
    assert not work_calendar().is_workday(ROW.day)
    assert work_calendar().announced_years == {2027}
    assert work_calendar() is work_calendar()


def test_a_day_of_the_december_before_does_not_announce_its_year(db: None) -> None:
    eve = Day(date(2026, 12, 31), is_workday=False, name="元旦", notice="2027 年通知", source="公报")
    load_calendar([eve, ROW, Day(date(2027, 1, 2), False, "元旦", "2027 年通知", "公报")], actor=None, at=NOON)
    calendar = work_calendar()
    assert not calendar.is_workday(eve.day)
    assert calendar.is_provisional(eve.day)


def test_a_preview_changes_nothing(db: None) -> None:
    assert preview_calendar([ROW]).added == (ROW,)
    assert work_calendar().is_workday(ROW.day)
