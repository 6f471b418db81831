"""The forms of applications: what each step asks, and what a refusal cites."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from heliograph.desk.tests.casework import read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.actions import ExaminationContent, PartyContent
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, company, found_bureau, opened, step_of
from heliograph.dossiers.tests.doing import do, tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    made = found_bureau("xinglongtai-mzj", "permit", "levy", category="行政许可、行政征收")
    made.category = "permit"
    return made


def received(bureau: Bureau) -> Case:
    third = PartyContent("person", "相邻权利人丙", standing="third")
    return opened(bureau, "permit", source="application", title="许可", occurred_from=None, occurred_to=None,
                  parties=[company(), third])  # fmt: skip


def test_an_application_asks_for_its_own_period_and_no_money(bureau: Bureau, browser: Browser) -> None:
    case = received(bureau)
    tick(bureau, case, 收件意见="受理")
    page = read(browser(bureau["window_clerk"]), step_url(bureau, case, step_of(case, "accept_application")))
    assert "事项另有规定的办理期限" in page
    do(bureau, case, "accept_application", note="齐全")
    handler = browser(bureau["handler"])
    page = read(handler, step_url(bureau, case, step_of(case, "examine")))
    assert "征收或者收费金额" not in page
    assert "准予许可" in page
    assert "登记陈述申辩" in read(handler, url(bureau, "case-acts", case=case.pk))
    said_by = {"row": str(case.parties.get(standing="third").pk), "received_on": bureau.today.isoformat(),
               "content": "采光受影响", "adopted": "no", "opinion": "经核实不受影响"}  # fmt: skip
    answer = handler.post(url(bureau, "case-act", case=case.pk, act="statement"), said_by)
    assert answer.status_code == 302, answer.content.decode()
    fourth = {"standing": "third", "kind": "person", "name": "相邻权利人丁", "reason": "采光相邻"}
    answer = handler.post(url(bureau, "case-act", case=case.pk, act="third"), fourth)
    assert answer.status_code == 302, answer.content.decode()
    page = read(handler, url(bureau, "case", case=case.pk))
    assert "相邻权利人丙的意见" in page
    assert "相邻权利人丁" in page
    examined = ExaminationContent("granted", "材料真实可信", "符合条件", ["行政许可法@2019:38"])
    do(bureau, case, "examine", content=examined, facts={"涉及他人重大利益": True})
    page = read(handler, step_url(bureau, case, step_of(case, "give_prior_notice")))
    assert "送达相邻权利人丁的日期" in page, "each is told on a day of its own"
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    place = step_of(case, "end_statement")
    page = read(handler, step_url(bureau, case, place))
    assert "相邻权利人丙（第三人）" in page
    sent: dict[str, Any] = {"rev": rev_of(case), "kind0": "waiver", "kind1": "waiver", "kind2": "waiver"}
    answer = handler.post(step_url(bureau, case, place), sent)
    assert answer.status_code == 409
    assert "书面声明" in answer.content.decode()
    actions.return_case(case.pk, place="t_examine", reason="补充", basis="行政许可法@2019:34", actor=bureau["head"],
                        at=bureau.later())  # fmt: skip
    again = read(handler, step_url(bureau, case, step_of(case, "examine")))
    assert "材料真实可信" in again, "what was examined before is not typed again"


def test_a_refusal_cites_the_law_of_the_matter(bureau: Bureau, browser: Browser) -> None:
    case = received(bureau)
    tick(bureau, case, 收件意见="需要补正")
    do(bureau, case, "request_correction", missing="申请书未签名")
    place = step_of(case, "hand_in_corrections")
    sent = {"rev": rev_of(case), "outcome": "收到补正材料", "received_on": "2031-01-01", "note": "已签名"}
    page = browser(bureau["window_clerk"]).post(step_url(bureau, case, place), sent).content.decode()
    assert "不能晚于今天" in page
    assert "行政处罚法" not in page


def test_the_window_says_when_an_application_came_in(bureau: Bureau, browser: Browser) -> None:
    page = read(browser(bureau["window_clerk"]), url(bureau, "case-new") + "?kind=permit.permit")
    assert "收到申请日期" in page
    assert "迟报统计资料" not in page


def test_a_new_application_is_not_asked_for_a_violation_and_tells_every_fault_at_once(
    bureau: Bureau, browser: Browser
) -> None:
    client, address = browser(bureau["window_clerk"]), url(bureau, "case-new") + "?kind=permit.permit"
    page = read(client, address)
    assert "行为发生日" not in page
    assert "双随机抽查" not in page
    sent = {"handler": str(bureau["handler"].pk), "area": "别处县", "source": "application"}
    page = client.post(address, sent).content.decode()
    assert page.count("没有保存，请改正以下各项") == 1
    assert "别处县" in page.partition("没有保存")[2].partition("</ul>")[0], "the area is told with the rest"
    assert "请填写“姓名或者名称”" in page


def test_a_levy_is_registered_not_accepted_and_nobody_asks_for_a_hearing(bureau: Bureau, browser: Browser) -> None:
    bureau.category = "levy"
    case = opened(bureau, "levy", title="征收某费", source="other")
    handler = browser(bureau["handler"])
    page = read(handler, step_url(bureau, case, step_of(case, "accept_application")))
    assert "登记意见" in page
    do(bureau, case, "accept_application", note="登记")
    levy = ExaminationContent("carried_out", "占用河道", "核定", ["行政处罚法@2021:9"], levied=Decimal(300))
    do(bureau, case, "examine", content=levy, facts={"征收征用类型": "征收"})
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    page = read(handler, step_url(bureau, case, step_of(case, "end_statement")))
    assert "要求听证</" not in page
    assert 'value="hearing"' not in page
