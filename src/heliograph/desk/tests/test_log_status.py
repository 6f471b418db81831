"""How the logs stand, for the audit and the system administrator: sizes, what waits, alarms with the way out."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from heliograph.desk import record_alarms
from heliograph.desk.record_alarms import WORDS, shown_alarms
from heliograph.desk.tests.conftest import Browser
from heliograph.ledger.actions.alarms import raise_alarm, settle_alarms
from heliograph.ledger.models import Alarm, Record, Tree
from heliograph.outbox.jobs import last_done
from heliograph.registers.models import Account, Agency, EntryVersion
from tests.cast import NOON, Office, item
from tests.logs import Rounds

STATUS, HOME = "/desk/sunny/records/", "/desk/sunny/"


def test_state_of_both_logs_is_shown(
    browser: Browser, agency: Agency, audit_admin: Account, handler: Account, sequence_all: Rounds
) -> None:
    client = browser(audit_admin)
    assert "日志还没有启用" in client.get(STATUS).text
    sequence_all()
    item(agency, handler)
    page = client.get(STATUS).text
    records = Record.objects.filter(tree=Tree.PROCESS).count()
    for words in ("过程存证", "公开存证", f"{records - 1} 条", "1 条", "没有未解除的告警", "还没有完成过夜间重算核对"):
        assert words in page
    assert f"含 {records - 1} 条" in page


def test_only_the_two_administrators_read_it(
    browser: Browser, audit_admin: Account, system_admin: Account, security_admin: Account, handler: Account
) -> None:
    for reader, status in ((audit_admin, 200), (system_admin, 200), (security_admin, 403), (handler, 403)):
        assert browser(reader).get(STATUS).status_code == status
    assert "账户存证记录" in browser(audit_admin).get(STATUS).text
    assert "账户存证记录" not in browser(system_admin).get(STATUS).text


def test_alarm_is_explained_until_it_is_settled(
    browser: Browser, audit_admin: Account, system_admin: Account, security_admin: Account
) -> None:
    raise_alarm("files", "zf.example/process/2026", "日志 zf.example/process/2026 的文件与条目不符。", at=NOON)
    for reader in (audit_admin, system_admin):
        assert "存证有 1 项告警" in browser(reader).get(HOME).text
    assert "项告警" not in browser(security_admin).get(HOME).text
    page = browser(audit_admin).get(STATUS).text
    for words in ("日志文件与条目不符", "heliograph ledger rebuild", "zf.example/process/2026", "2026-11-20 12:00"):
        assert words in page
    settle_alarms("files", still=(), at=NOON + timedelta(hours=1))
    assert "项告警" not in browser(audit_admin).get(HOME).text
    assert "没有未解除的告警" in browser(audit_admin).get(STATUS).text


@pytest.mark.parametrize("kind", [*WORDS, "new-kind"])
def test_every_alarm_has_words(browser: Browser, audit_admin: Account, kind: str) -> None:
    raise_alarm(kind, "a/b", "细节说明", at=NOON)
    page = browser(audit_admin).get(STATUS).text
    assert "细节说明" in page
    assert "请" in page


def test_rows_of_other_agencies_are_counted_and_not_named(
    browser: Browser, next_door: Office, audit_admin: Account, draft: EntryVersion
) -> None:
    foreign = Record.objects.filter(agency_id=next_door.agency.pk, rows__table_name="registers_rolegrant")[0]
    key = foreign.rows.filter(table_name="registers_rolegrant")[0].row_id
    raise_alarm("row", f"registers_rolegrant/{key}", f"registers_rolegrant {key}：内容与最后一次存证不符", at=NOON)
    raise_alarm("row", f"ledger_record/{foreign.pk}", f"ledger_record {foreign.pk}：存证内容与日志条目不符", at=NOON)
    raise_alarm("row", f"registers_entry/{draft.entry_id}", "本机关条目：内容与最后一次存证不符", at=NOON)
    raise_alarm("row", "registers_entry/unknown", "没有人知道的行：没有存证", at=NOON)
    page = browser(audit_admin).get(STATUS).text
    assert "本机关条目" in page
    assert "没有人知道的行" in page
    assert key not in page
    assert str(foreign.pk) not in page
    assert "另有 2 项告警涉及其他机关" in page


def test_alarms_of_others_push_none_of_the_agencys_own_off_the_page(
    browser: Browser, next_door: Office, audit_admin: Account, draft: EntryVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_alarms, "PAGE", 2)
    raise_alarm("row", f"registers_entry/{draft.entry_id}", "本机关条目：内容与最后一次存证不符", at=NOON)
    others = Record.objects.filter(agency_id=next_door.agency.pk)[:3]
    for foreign in others:
        raise_alarm("row", f"ledger_record/{foreign.pk}", "别处", at=NOON + timedelta(hours=1))
    page = browser(audit_admin).get(STATUS).text
    assert "本机关条目" in page
    assert len(others) == 3
    assert "另有 3 项告警涉及其他机关" in page
    assert "其余告警" not in page


def test_gravest_come_first_and_then_the_newest_page_by_page(
    browser: Browser, agency: Agency, audit_admin: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_alarms, "PAGE", 2)
    told = ["row 1", "row 2", "sequencer 1", "files 1", "row 3", "witness 1", "unheard-of 1"]
    for hour, words in enumerate(told):
        raise_alarm(words.split()[0], words, f"说明 {words}", at=NOON + timedelta(hours=hour))
    client, address, seen = browser(audit_admin), STATUS, []
    while address:
        page = client.get(address).text
        assert "数据与存证不符 3 项" in page
        shown = shown_alarms(agency.pk, after=UUID(address.partition("=")[2]) if "=" in address else None)
        assert all(one.alarm.detail in page for one in shown.alarms)
        seen += [one.alarm.key for one in shown.alarms]
        assert ("其余告警" in page) == (shown.next is not None)
        address = f"{STATUS}?after={shown.next}" if shown.next else ""
    assert seen == ["witness 1", "sequencer 1", "files 1", "row 3", "row 2", "row 1", "unheard-of 1"]
    assert client.get(f"{STATUS}?after=x").status_code == 404
    assert client.get(f"{STATUS}?after={agency.pk}").status_code == 404


def test_alarm_that_names_no_row_concerns_everybody(agency: Agency, next_door: Office) -> None:
    for key in ("registers_entry/*", "ledger_record/x", "registers_entry", f"ledger_record/{agency.pk}"):
        raise_alarm("row", key, key, at=NOON)
    for one in (agency, next_door.agency):
        found = shown_alarms(one.pk)
        assert (len(found.alarms), found.elsewhere, found.next) == (4, 0, None)
    settle_alarms("row", still=(), at=NOON)
    assert shown_alarms(agency.pk).counts == []
    assert Alarm.objects.count() == 4


def test_last_nightly_recount_is_named(browser: Browser, audit_admin: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status)"
            " VALUES ('default', 'config.check_ledger', NULL, '{}', 'doing') RETURNING id"
        )
        (job,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'succeeded', %s)",
            [job, NOON - timedelta(hours=8)],
        )
    assert last_done("config.check_ledger") == NOON - timedelta(hours=8)
    assert last_done("config.other") is None
    assert "2026-11-20 04:00 完成" in browser(audit_admin).get(STATUS).text
