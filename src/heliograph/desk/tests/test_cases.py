"""Cases on the desk: lists, search, the page of one, who sees it, and how many queries it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heliograph.desk.tests.casework import PDF, open_bureau, read, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers.actions import store_case_file
from heliograph.dossiers.models import Clue
from heliograph.dossiers.tests.bureau import Bureau, generic_step, opened, step_of
from heliograph.dossiers.tests.walks import concluded, filed, investigated, noticed
from heliograph.ledger.models import Record
from heliograph.registers.actions import add_unit, appoint
from heliograph.registers.models import Account
from tests.cast import LONG_AGO, NOON, Office, grant, new_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


@pytest.fixture
def other_unit(bureau: Bureau) -> Account:
    """A handler of another unit, who sees none of these cases."""
    reviewer = bureau["legality_reviewer"]
    unit = add_unit(bureau.agency.pk, name="测试二科", functions=["handling"], actor=reviewer, at=NOON)
    window = bureau["window_clerk"]
    assert window.person_id is not None
    later = LONG_AGO + timedelta(days=9)
    appoint(window.person_id, unit_id=unit.pk, position="科员", duty_post="执法岗", from_on=later, actor=reviewer,
            at=NOON)  # fmt: skip
    return window


def test_a_case_is_shown_with_its_clock_its_steps_and_its_story(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    page = read(browser(bureau["handler"]), url(bureau, "case", case=case.pk))
    assert case.number in page
    assert "调查取证" in page
    assert "询问笔录" in page
    assert "准予立案：同意立案" in page
    assert "依据：《行政处罚法》（2021）第五十四条" in page
    assert "日</b>" in page
    assert "届满" in page
    assert "<svg" in page
    assert "办理后可能进入" in page


def test_every_stage_has_a_page(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    case = investigated(bureau)
    concluded(bureau, case)
    noticed(bureau, case)
    assert "第 1 次告知" in read(client, url(bureau, "case", case=case.pk))
    assert "当事人意见" in read(client, step_url(bureau, case, step_of(case, "end_statement")))


def test_somebody_of_another_unit_or_agency_finds_nothing(
    bureau: Bureau, browser: Browser, other_unit: Account, next_door: Office, outsider: Account
) -> None:
    case = opened(bureau)
    place = generic_step(case)
    for name, given in (("case", {"case": case.pk}), ("case-step", {"case": case.pk, "step": place})):
        read(browser(other_unit), url(bureau, name, **given), 404)
        read(browser(outsider), url(bureau, name, **given), 404)
    assert case.number not in read(browser(other_unit), f"{url(bureau, 'cases')}?whose=all")
    assert case.number not in read(browser(other_unit), f"{url(bureau, 'case-search')}?q={case.title[:4]}")
    assert case.number not in read(browser(other_unit), url(bureau, "board"))
    assert case.number not in read(browser(other_unit), url(bureau, "duties"))


def test_a_supervisor_and_an_administrator_read_no_case(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    office = Office(bureau.agency, Account.objects.get(username="安全"), Account.objects.get(username="系统"))
    supervisor = grant(office, new_account("监督", "case", bureau.agency), "supervisor")
    for account in (supervisor, office.system_admin):
        for name in ("cases", "clues", "board", "case-search"):
            read(browser(account), url(bureau, name), 403)
        read(browser(account), url(bureau, "case", case=case.pk), 403)


def test_a_leader_finds_every_case_and_filters_it(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    client = browser(bureau["head"])
    listing = url(bureau, "cases")
    assert case.number in read(client, listing)
    assert case.number in read(client, f"{listing}?category=penalty&state=handling")
    assert case.number not in read(client, f"{listing}?state=archived")
    assert case.number in read(client, f"{listing}?state=nonsense")
    assert "期限正常" in read(client, listing)
    read(client, f"{listing}?after=nonsense", 404)


def test_search_finds_by_number_title_and_party(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    client = browser(bureau["handler"])
    for words in (case.number, "迟报资料", "某某有限"):
        assert case.number in read(client, f"{url(bureau, 'case-search')}?q={words}")
    for words in ("没有这样的案件", "", "案"):
        assert case.number not in read(client, f"{url(bureau, 'case-search')}?q={words}")


def test_the_list_goes_on_by_key(bureau: Bureau, browser: Browser) -> None:
    cases = [opened(bureau, title=f"第{number}案") for number in range(21)]
    client = browser(bureau["handler"])
    first = read(client, url(bureau, "cases"))
    assert cases[20].number in first
    assert f"{cases[0].number}<" not in first
    assert "更早的案件" in first
    assert cases[0].title in read(client, f"{url(bureau, 'cases')}?after={cases[1].pk}")


def test_the_list_takes_few_queries_however_long(
    bureau: Bureau, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    client = browser(bureau["handler"])
    for number in range(5):
        opened(bureau, title=f"第{number}案")
    read(client, url(bureau, "cases"))
    with django_assert_max_num_queries(SIGNED_IN + 8):
        read(client, url(bureau, "cases"))


SIGNED_IN = 5  # session, account, second factor, agency, roles


def test_a_case_takes_few_queries(bureau: Bureau, browser: Browser, django_assert_max_num_queries: Any) -> None:
    case = investigated(bureau)
    client = browser(bureau["handler"])
    read(client, url(bureau, "case", case=case.pk))
    with django_assert_max_num_queries(SIGNED_IN + 32):
        read(client, url(bureau, "case", case=case.pk))


def test_open_steps_wait_on_the_desk_of_whoever_does_them(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    assert "核查线索" in read(browser(bureau["handler"]), url(bureau, "home"))
    assert "核查线索" not in read(browser(bureau["leader_in_charge"]), url(bureau, "home"))
    filed_case = filed(bureau, title="另一案")
    page = read(browser(bureau["handler"]), url(bureau, "home"))
    assert filed_case.title in page
    assert case.title in page


def test_records_of_a_case_are_for_those_who_see_it(bureau: Bureau, browser: Browser, other_unit: Account) -> None:
    case = opened(bureau)
    address = url(bureau, "record-history", table="dossiers_case", row=case.pk)
    assert "存证记录" in read(browser(bureau["handler"]), address)
    read(browser(other_unit), address, 404)


def test_the_board_lists_by_day_and_urgency(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    client = browser(bureau["leader_in_charge"])
    board = url(bureau, "board")
    assert case.number in read(client, board)
    assert case.number in read(client, f"{board}?lane=normal")
    assert case.number not in read(client, f"{board}?lane=overdue")
    bureau.later(days=200)
    assert "逾期" in read(client, f"{board}?lane=overdue&whose=all")
    read(client, f"{board}?day=yesterday", 404)


@pytest.mark.by_hand  # a password changed where nobody signs in
def test_the_feed_is_for_one_person_and_dies_with_the_password(bureau: Bureau, browser: Browser, client: Any) -> None:
    case = filed(bureau)
    page = read(browser(bureau["handler"]), url(bureau, "board"))
    address = page.split("http://testserver", 1)[1].split("<", 1)[0].strip()
    feed = client.get(address)
    assert feed.status_code == 200
    assert feed["Content-Type"].startswith("text/calendar")
    text = feed.content.decode().replace("\r\n ", "")
    assert case.number in text
    assert "BEGIN:VEVENT" in text
    assert "某某有限公司" not in text
    assert case.title not in text
    assert all(len(line.encode()) <= 75 for line in feed.content.decode().split("\r\n"))
    other = "1" if address[-2] == "0" else "0"
    assert client.get(f"{address[:-2]}{other}/").status_code == 404
    assert client.post(address).status_code == 405
    bureau["handler"].set_password("新的-口令-2026-bb")
    Account.objects.filter(pk=bureau["handler"].pk).update(password=bureau["handler"].password)
    assert client.get(address).status_code == 404


def test_a_file_is_taken_out_by_readers_alone_and_recorded(
    bureau: Bureau, browser: Browser, other_unit: Account
) -> None:
    case = filed(bureau)
    client = browser(bureau["handler"])
    kept = store_case_file(case.pk, name="报表.pdf", content=PDF, actor=bureau["handler"], at=bureau.later())
    address = url(bureau, "case-file", case=case.pk, file=kept.pk)
    got = client.get(address)
    assert b"".join(got.streaming_content) == PDF  # type: ignore[attr-defined]
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert Record.objects.filter(kind="case.file_read", actor_id=bureau["handler"].pk).count() == 1
    read(browser(other_unit), address, 404)
    another = opened(bureau, title="另一案")
    read(client, url(bureau, "case-file", case=another.pk, file=kept.pk), 404)


def test_the_reporter_of_a_clue_is_not_shown_outside_its_unit(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    sent = {
        "source": "report",
        "received_on": "2026-11-20",
        "target": "某公司",
        "content": "迟报",
        "reporter": "李某某",
    }
    assert client.post(url(bureau, "clue-new"), sent).status_code == 302
    clue = Clue.objects.get()
    assert "李某某" in read(client, url(bureau, "clue", clue=clue.pk))
    assert "李某某" not in read(browser(bureau["legality_reviewer"]), url(bureau, "clue", clue=clue.pk))
    again = client.post(url(bureau, "clue-new"), sent)
    assert again.status_code == 409
    assert "同一对象已有未办结的线索" in again.content.decode()
    assert "迟报" in again.content.decode()
    merged = client.post(url(bureau, "clue", clue=clue.pk), {"reason": "查无实据", "same_as": ""})
    assert merged.status_code == 302
    clue.refresh_from_db()
    assert clue.state == Clue.State.CLOSED
