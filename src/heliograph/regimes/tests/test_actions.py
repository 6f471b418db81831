"""Installing packs and loading the calendar: by the right person, once, forward in time, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.tests.packs_written import agency as agency_pack
from heliograph.kernel.tests.packs_written import write
from heliograph.kernel.verdict import ActRefusedError
from heliograph.kernel.workdays import CalendarDay as Day
from heliograph.regimes import actions
from heliograph.regimes.actions import install_pack, load_calendar, seed_calendar
from heliograph.regimes.models import CalendarDay, CalendarNotice, InstalledPack
from heliograph.regimes.queries import pack_in_force
from heliograph.regimes.tests.conftest import NOON, TODAY
from heliograph.registers.models import Account, Agency, Article

pytestmark = pytest.mark.by_hand

NEXT_YEAR = date(2027, 1, 1)


def install(agency: Agency, root: Path, actor: Account | None, **changes: Any) -> InstalledPack:
    wanted = {"pack": "office", "version": "2026.11", "in_force_from": TODAY, **changes}
    return install_pack(agency.pk, actor=actor, at=NOON, root=root, **wanted)


def newer(root: Path) -> str:
    write(root, {**agency_pack(), "version": "2027.1", "title": "某局规则（修订）"})
    return "2027.1"


def test_the_system_administrator_installs_a_pack(agency: Agency, root: Path, system_admin: Account) -> None:
    installed = install(agency, root, system_admin)
    assert str(installed) == "office@2026.11"
    assert (installed.in_force_from, installed.in_force_to) == (TODAY, None)
    assert (installed.installed_by, installed.installed_at) == (system_admin, NOON)
    assert installed.content["title"] == "某局规则"
    assert installed.content["content_hash"] == installed.content_hash


def test_the_command_line_installs_without_an_account(agency: Agency, root: Path) -> None:
    assert install(agency, root, None).installed_by is None


def test_a_handler_cannot_install_a_pack(agency: Agency, root: Path, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="安装规则包"):
        install(agency, root, handler)
    assert not InstalledPack.objects.exists()


def test_the_administrator_of_another_agency_cannot_install_a_pack(
    agency: Agency, root: Path, outsider: Account
) -> None:
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        install(agency, root, outsider)
    assert not InstalledPack.objects.exists()


def test_a_pack_is_not_installed_twice(agency: Agency, root: Path, system_admin: Account) -> None:
    install(agency, root, system_admin)
    with pytest.raises(ActRefusedError, match="已在适用"):
        install(agency, root, system_admin, in_force_from=NEXT_YEAR)
    assert InstalledPack.objects.count() == 1


def test_the_pack_of_another_agency_is_refused(another: Agency, root: Path) -> None:
    with pytest.raises(ActRefusedError, match="不是本机关的规则包"):
        install(another, root, None)


def test_a_pack_with_faults_is_refused_with_its_faults(agency: Agency, root: Path) -> None:
    spoiled = agency_pack()
    spoiled["clauses"][0]["requirement"] = ["S9"]
    write(root, spoiled)
    with pytest.raises(PackFaultsError, match="没有编号为 S9 的要求"):
        install(agency, root, None)
    assert not InstalledPack.objects.exists()


def test_a_later_pack_ends_the_one_before_it(agency: Agency, root: Path) -> None:
    first = install(agency, root, None)
    install(agency, root, None, version=newer(root), in_force_from=NEXT_YEAR)
    first.refresh_from_db()
    assert first.in_force_to == date(2026, 12, 31)
    assert pack_in_force(agency.pk, date(2026, 12, 31)).version == "2026.11"
    assert pack_in_force(agency.pk, NEXT_YEAR).version == "2027.1"


def test_a_pack_that_has_ended_keeps_its_end(agency: Agency, root: Path) -> None:
    write(root, {**agency_pack(), "effective_to": "2026-12-01"})
    first = install(agency, root, None)
    install(agency, root, None, version=newer(root), in_force_from=NEXT_YEAR)
    first.refresh_from_db()
    assert first.in_force_to == date(2026, 12, 1)


def test_a_pack_cannot_reach_back(agency: Agency, root: Path) -> None:
    install(agency, root, None)
    with pytest.raises(ActRefusedError, match="更晚的日期"):
        install(agency, root, None, version=newer(root), in_force_from=TODAY)


def test_a_pack_stays_readable_when_its_file_is_gone(agency: Agency, root: Path) -> None:
    install(agency, root, None)
    (root / "office" / "2026.11" / "pack.yaml").unlink()
    assert pack_in_force(agency.pk, TODAY).title == "某局规则"


def test_the_database_keeps_two_packs_off_one_day(agency: Agency, root: Path) -> None:
    install(agency, root, None)
    with pytest.raises(IntegrityError, match="one_pack_in_force_per_day"), transaction.atomic():
        InstalledPack.objects.create(
            agency=agency, pack="x", version="1", content={}, in_force_from=NEXT_YEAR, installed_at=NOON
        )


def test_the_database_keeps_a_pack_from_ending_before_it_starts(agency: Agency) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        InstalledPack.objects.create(
            agency=agency,
            pack="x",
            version="1",
            content={},
            in_force_from=TODAY,
            in_force_to=TODAY - timedelta(days=1),
            installed_at=NOON,
        )


def day(text: str, notice: str = "2027 年通知", name: str = "元旦") -> Day:
    return Day(date.fromisoformat(text), is_workday=False, name=name, notice=notice, source="公报")


ROWS = [day("2026-12-31"), day("2027-01-01"), day("2027-02-08", name="春节")]


def test_loading_a_notice_keeps_its_days_and_announces_its_year(system_admin: Account) -> None:
    change = load_calendar(ROWS, actor=system_admin, at=NOON)
    assert change.added == tuple(ROWS)
    assert [str(row) for row in CalendarDay.objects.all()] == ["2026-12-31 元旦", "2027-01-01 元旦", "2027-02-08 春节"]
    assert [str(row) for row in CalendarNotice.objects.all()] == ["2027 年：2027 年通知"]
    assert CalendarDay.objects.filter(loaded_by=system_admin, loaded_at=NOON).count() == 3


def test_loading_the_same_rows_twice_changes_nothing(db: None) -> None:
    load_calendar(ROWS, actor=None, at=NOON)
    assert not load_calendar(ROWS, actor=None, at=NOON)
    assert CalendarDay.objects.count() == 3


def test_a_notice_loaded_again_corrects_what_it_said(db: None) -> None:
    load_calendar([*ROWS, day("2026-10-01", "2026 年通知", "国庆节")], actor=None, at=NOON)
    corrected = [replace(ROWS[1], name="新年"), day("2027-02-09", name="春节")]
    change = load_calendar(corrected, actor=None, at=NOON)
    assert [row.day for row in change.removed] == [date(2026, 12, 31), date(2027, 2, 8)]
    assert [str(row) for row in CalendarDay.objects.all()] == [
        "2026-10-01 国庆节",
        "2027-01-01 新年",
        "2027-02-09 春节",
    ]


def test_a_refused_load_leaves_the_calendar_as_it_was(db: None) -> None:
    load_calendar(ROWS, actor=None, at=NOON)
    with pytest.raises(ActRefusedError, match="日期重复"):
        load_calendar([day("2027-05-01"), day("2027-05-01")], actor=None, at=NOON)
    assert CalendarDay.objects.count() == 3


def test_a_pack_brings_its_articles_into_the_law_library(agency: Agency, root: Path) -> None:
    install(agency, root, None)
    assert set(Article.objects.values_list("key", flat=True)) == {"行政处罚法@2021:61", "行政处罚法@2021:85"}


def test_an_empty_installation_is_seeded_with_the_shipped_notices(db: None) -> None:
    seed_calendar(at=NOON)
    assert list(CalendarNotice.objects.values_list("year", flat=True)) == list(range(2017, 2027))


def test_a_calendar_that_holds_notices_is_not_seeded_over(db: None) -> None:
    load_calendar(ROWS, actor=None, at=NOON)
    seed_calendar(at=NOON)
    assert CalendarDay.objects.count() == 3


def test_a_spoiled_seed_stops_the_installation(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = tmp_path.joinpath(*actions.CALENDAR_SEED)
    seed.parent.mkdir(parents=True)
    seed.write_text("date,kind,name,notice,source\n2027-01-01,off,元旦,,公报\n", encoding="utf-8")
    monkeypatch.setattr(actions, "shipped", lambda: tmp_path)
    with pytest.raises(ValueError, match="没有依据"):
        seed_calendar(at=NOON)
    assert not CalendarDay.objects.exists()
