"""Pages of a penalty after a new user walked it: what people typed stays as typed, and the way on is in sight."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from heliograph.desk.case_reading import near
from heliograph.desk.cited import in_words
from heliograph.desk.templatetags.desk import told
from heliograph.desk.tests.casework import open_bureau, read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.models import Statement
from heliograph.dossiers.tests.bureau import Bureau, fine, papers, step_of
from heliograph.dossiers.tests.walks import concluded, investigated, noticed
from heliograph.kernel.packs.schema import Source

pytestmark = pytest.mark.django_db
LZ = Source(code="LZ", title="罗庄区统计局推行三项制度实施方案")


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


def test_a_receipt_is_no_clause_of_a_source() -> None:
    assert told("票据 LZ20261130001。") == "票据 LZ20261130001。"
    assert in_words("票据 LZ20261130001。", [LZ]) == "票据 LZ20261130001。"
    assert told("见 LZ7，引用 行政处罚法@2021:44") == "见 LZ7，引用 《行政处罚法》（2021）第四十四条"
    assert in_words("LZ7", [LZ]) == "《罗庄区统计局推行三项制度实施方案》第七条"
    assert in_words("LZ表26", [LZ]) == "《罗庄区统计局推行三项制度实施方案》任务表第26项"
    assert in_words("LZ表2026", [LZ]) == "LZ表2026"


def test_a_day_of_another_year_is_written_with_it() -> None:
    assert near(date(2026, 12, 28), date(2026, 11, 22)) == "12-28"
    assert near(date(2027, 2, 28), date(2026, 11, 22)) == "2027-02-28"


def test_a_returned_proposal_is_told_until_the_next_one_is_approved(bureau: Bureau, browser: Browser) -> None:
    case = concluded(bureau, investigated(bureau))
    leader = bureau["leader_in_charge"]
    actions.approve_handling(case.pk, step_of(case, "approve_handling"), agreed=False, opinion="证据不足",
                             papers=papers(bureau, "行政处罚审批表"), actor=leader, at=bureau.later())  # fmt: skip
    desk = browser(bureau["handler"])
    assert "退回拟处理意见：证据不足" in read(desk, step_url(bureau, case, step_of(case, "conclude_investigation")))
    noticed(bureau, concluded(bureau, case, fine()))
    page = read(desk, step_url(bureau, case, step_of(case, "end_statement")))
    assert "note amber" not in page.split("办理内容")[0]


def test_the_page_asks_whether_the_rest_of_the_period_is_given_up(bureau: Bureau, browser: Browser) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    desk, place = browser(bureau["handler"]), step_of(case, "end_statement")
    address = step_url(bureau, case, place)
    page = read(desk, address)
    assert "当事人是否书面声明不再补充" in page
    sent: dict[str, Any] = {"rev": rev_of(case), "kind": "statement", "received_on": bureau.today.isoformat(),
                            "content": "请求从轻", "rest_waived": "yes"}  # fmt: skip
    assert "书面声明" in desk.post(address, sent).content.decode()
    assert desk.post(address, {**sent, "rest_waived": ""}).status_code == 302
    assert [one.kind for one in Statement.objects.filter(case=case)] == ["statement"]


def test_a_stale_page_names_what_was_typed(bureau: Bureau, browser: Browser) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    desk, place = browser(bureau["handler"]), step_of(case, "end_statement")
    sent = {"rev": rev_of(case), "kind": "statement", "received_on": bureau.today.isoformat(), "content": "请求从轻"}
    assert desk.post(step_url(bureau, case, place), sent).status_code == 302
    page = desk.post(step_url(bureau, case, place), {**sent, "content": "再补充一点"}).content.decode()
    assert "陈述申辩内容" in page
    assert "再补充一点" in page
    assert ">statement<" not in page


def test_the_dossier_names_what_nobody_signed(bureau: Bureau, browser: Browser) -> None:
    case = investigated(bureau)
    page = read(browser(bureau["handler"]), url(bureau, "dossier", case=case.pk))
    assert "文件齐全" in page
