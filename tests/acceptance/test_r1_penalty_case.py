"""A penalty by five people in five browsers, from the clue to the archive, with nothing but the pages of the desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, expect

from heliograph.desk import clock
from heliograph.dossiers.models import Case, CaseEvent, StepDraft
from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.procedures.models import Token
from tests.browser.test_desk_pages import look

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PDF: FilePayload = {"name": "签章.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 signed"}
CREDIT_CODE = "91350100M000100Y43"

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[str], Page]


@pytest.fixture
def bureau(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "session", False  # the test's server has no TLS
    settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_SECURE = "csrf", False
    settings.NOTICE_COOKIE_NAME = "notice"
    made = found_bureau("jinghai-tjj", "penalty_ordinary")
    monkeypatch.setattr(clock, "now", lambda: made.later(seconds=1))
    return made


@pytest.fixture
def browsers(bureau: Bureau, browser: Browser, live_server: Any, settings: Any) -> Iterator[Open]:
    """Open one browser for each person, signed in with both factors."""
    opened: dict[str, Page] = {}

    def open_for(role: str) -> Page:
        if role not in opened:
            TOTP.activate(bureau[role], generate_totp_secret())
            client = Client()
            client.force_login(bureau[role], backend=BACKEND)
            context = browser.new_context(
                base_url=live_server.url, locale="zh-CN", viewport={"width": 1360, "height": 900}
            )
            context.set_default_timeout(10_000)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
            opened[role] = context.new_page()
        return opened[role]

    yield open_for
    for page in opened.values():
        with suppress(Exception):
            page.context.close()


def is_fault(message: ConsoleMessage) -> bool:
    """A refusal answers 409 or 422, which the browser notes as well; anything else is wrong with the page."""
    return message.type == "error" and not re.search(r"status of 4(09|22)", message.text)


def desk(bureau: Bureau, path: str = "") -> str:
    return f"/desk/{bureau.agency.code}/{path}"


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def open_step(page: Page, bureau: Bureau, case: Case, name: str) -> None:
    page.goto(desk(bureau, f"cases/{case.pk}/"))
    page.get_by_role("link", name=re.compile(rf"办理\s*“{name}”")).click()
    expect(page.locator("h1")).to_have_text(name)


def fill_papers(page: Page, bureau: Bureau, number: str = "") -> None:
    for field in page.locator("input[name^=paper-][name$=-on]").all():
        field.fill(bureau.today.isoformat())
    for field in page.locator("input[name^=paper-][type=file]").all():
        field.set_input_files(PDF)


def answer_all(page: Page, **yes: str) -> None:
    """Answer no to every question of the step, but those named."""
    for question in page.locator("fieldset:has(input[name^=fact-])").all():
        name = str(question.locator("input").first.get_attribute("name")).removeprefix("fact-")
        question.get_by_label("是" if name in yes else "否", exact=True).check()


def send(page: Page, name: str, said: str) -> None:
    button(page, name)
    expect(page.get_by_role("status").first).to_contain_text(said)


def test_r1_penalty_case_from_clue_to_archive_in_the_browser(bureau: Bureau, browsers: Open) -> None:
    faults: list[str] = []
    page = browsers("handler")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if is_fault(message) else None)
    _register_the_clue(page, bureau, faults)
    case = _open_the_case(page, bureau, faults)
    _file(page, browsers("leader_in_charge"), bureau, case, faults)
    _investigate(page, browsers("co_handler"), bureau, case, faults)
    _conclude(page, bureau, case, faults)
    _discuss(browsers("head"), browsers("leader_in_charge"), bureau, case, faults)
    _notify(page, bureau, case)
    _decide(browsers("leader_in_charge"), bureau, case, faults)
    _carry_out(page, bureau, case)
    _end(browsers("leader_in_charge"), browsers, bureau, case)
    archivist = browsers("archivist")
    archivist.goto(desk(bureau, f"cases/{case.pk}/"))
    expect(archivist.get_by_role("link", name=re.compile("调阅")).first).to_be_visible()  # files by retrieval alone
    expect(archivist.get_by_role("link", name="签章.pdf")).to_have_count(0)
    page.goto(desk(bureau, f"cases/{case.pk}/"))
    faults += look(page, "case-archived")
    for name, path in {"cases": "cases/?whose=all", "board": "cases/board/?whose=all", "search": "cases/search/?q=晴川",
                       "clues": "clues/?state=filed", "home-cases": ""}.items():  # fmt: skip
        page.goto(desk(bureau, path))
        faults += look(page, name)
    assert faults == []
    assert said == []
    case.refresh_from_db()
    assert (case.state, case.archive_number) == (Case.State.ARCHIVED, "晴测案卷〔2026〕1号")
    assert CaseEvent.objects.filter(case=case).order_by("-made_at", "-pk")[0].kind == "case.archived"
    assert not StepDraft.objects.filter(case=case).exists()


def _register_the_clue(page: Page, bureau: Bureau, faults: list[str]) -> None:
    page.goto(desk(bureau, "clues/new/"))
    button(page, "登记")
    expect(page.get_by_role("alert")).to_contain_text("请填写“线索内容”")
    faults += look(page, "clue-new-faults")
    page.get_by_label("来源").select_option("report")
    page.get_by_label("涉嫌对象").fill("晴川县某某有限公司")
    page.get_by_label("线索内容").fill("举报称该公司迟报统计资料")
    page.get_by_label("提供人").fill("匿名群众")
    button(page, "登记")
    expect(page.locator("h1")).to_have_text("晴川县某某有限公司")
    faults += look(page, "clue")


def _open_the_case(page: Page, bureau: Bureau, faults: list[str]) -> Case:
    page.get_by_role("link", name="由此登记案件").click()
    faults += look(page, "case-new")
    page.get_by_role("link", name=re.compile("行政处罚普通程序")).click()
    page.get_by_label("协办人").select_option(str(bureau["co_handler"].pk))
    page.get_by_label("执法区域").fill("晴川县")
    page.get_by_label("行为发生日").fill("2026-09-01")
    page.locator("#id_party0-kind").select_option("organisation")
    page.locator("#id_party0-number").fill("9135")
    button(page, "登记案件")
    expect(page.get_by_role("alert")).to_contain_text("统一社会信用代码")
    expect(page.locator("#id_party0-number")).to_have_value("9135")
    faults += look(page, "case-new-refused")
    page.locator("#id_party0-number").fill(CREDIT_CODE)
    button(page, "登记案件")
    expect(page.get_by_role("status").first).to_contain_text("已登记案件 晴测案〔2026〕1号")
    faults += look(page, "case-opened")
    return Case.objects.get()


def _file(page: Page, leader: Page, bureau: Bureau, case: Case, faults: list[str]) -> None:
    open_step(page, bureau, case, "核查线索")
    page.get_by_label("办理情况").fill("线索属实")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存", timeout=20_000)
    page.goto(desk(bureau))
    faults += look(page, "home-tasks")
    open_step(page, bureau, case, "核查线索")
    expect(page.get_by_label("办理情况")).to_have_value("线索属实")
    page.locator("[name^=fact-]").select_option("建议立案")
    faults += look(page, "step-generic")
    send(page, "完成本环节", "线索属实")
    page.go_back()
    expect(page.get_by_role("alert")).to_contain_text("这一环节已经办理过")
    open_step(page, bureau, case, "填报立案审批表")
    page.get_by_label("案情和立案理由").fill("该公司迟报统计资料，建议立案")
    fill_papers(page, bureau)
    send(page, "报请立案", "报请立案")
    open_step(leader, bureau, case, "审批立案")
    leader.get_by_label("准予立案").check()
    leader.get_by_label("审批意见").fill("同意立案")
    faults += look(leader, "step-filing")
    send(leader, "提交审批结论", "准予立案：同意立案")


def _investigate(page: Page, second: Page, bureau: Bureau, case: Case, faults: list[str]) -> None:
    second.goto(desk(bureau, f"cases/{case.pk}/"))
    second.get_by_role("link", name="登记现场活动").click()
    began = bureau.now - timedelta(hours=1)
    second.get_by_label("事项").select_option("询问")
    second.get_by_label("地点", exact=False).first.fill("晴川县一号")
    second.get_by_label("出示证件的时间").fill(f"{began:%Y-%m-%dT%H:%M}")
    second.get_by_label("开始时间").fill(f"{began + timedelta(minutes=2):%Y-%m-%dT%H:%M}")
    second.get_by_label("在场人").fill("王某")
    second.get_by_label("是", exact=True).check()
    faults += look(second, "on-site")
    send(second, "登记现场活动", "已登记现场活动")
    page.goto(desk(bureau, f"cases/{case.pk}/evidence/"))
    page.get_by_label("种类").select_option("documentary")
    page.get_by_label("名称").fill("统计报表")
    page.get_by_label("证明事项").fill("证明迟报")
    page.locator("#id_source").fill("当事人提供")
    page.get_by_label("取证人之二").select_option(str(bureau["co_handler"].pk))
    page.locator("input[type=file]").set_input_files(PDF)
    faults += look(page, "evidence")
    send(page, "登记证据", "已登记证据")
    for use in ("违反条款", "处理依据"):
        page.goto(desk(bureau, f"cases/{case.pk}/citations/"))
        page.get_by_label(use).check()
        page.locator("#id_key").fill("行政处罚法@2021:54")
        send(page, "引用", "已引用条文")
    open_step(page, bureau, case, "调查取证")
    page.get_by_label("调查经过").fill("询问当事人并调取报表")
    fill_papers(page, bureau)
    faults += look(page, "step-investigate")
    send(page, "调查取证终了", "调查取证终了")


def _conclude(page: Page, bureau: Bureau, case: Case, faults: list[str]) -> None:
    open_step(page, bureau, case, "填写调查终结报告")
    page.get_by_label("拟处理结果").select_option("penalty")
    page.get_by_label("罚款", exact=True).check()
    page.get_by_label("罚款金额（元）").fill("-5")
    button(page, "提交调查终结报告")
    expect(page.get_by_role("alert")).to_contain_text("“罚款金额”应为不小于 0 的数")
    page.get_by_label("罚款金额（元）").fill("800")
    page.get_by_label("认定的事实和证据").fill("迟报一次，有报表为证")
    page.get_by_label("处理理由").fill("事实清楚，证据充分")
    page.get_by_label("责令改正的内容").fill("按时报送统计资料")
    page.locator("input[name=basis]").first.check()
    answer_all(page, 情节复杂="yes")
    for reason in page.locator("label.reason input").all():
        reason.fill("不属于：金额小，只涉及当事人一家")
    fill_papers(page, bureau)
    faults += look(page, "step-conclude")
    send(page, "提交调查终结报告", "调查终结")


def _discuss(head: Page, leader: Page, bureau: Bureau, case: Case, faults: list[str]) -> None:
    head.goto(desk(bureau, f"cases/{case.pk}/"))
    head.get_by_role("link", name="召集集体讨论").click()
    head.get_by_label("讨论地点").fill("会议室")
    head.get_by_label("主持人").select_option(label="局长丁")
    for name in ("局长丁", "分管丙"):
        head.get_by_label(name, exact=True).check()
    faults += look(head, "discussion-new")
    send(head, "召集", "已召集集体讨论")
    for page in (head, leader):
        page.goto(desk(bureau))
        page.get_by_role("link", name=re.compile("参加集体讨论")).click()
        page.get_by_label("同意", exact=True).check()
        faults += look(page, "seat")
        send(page, "确认参加并表态", "已记录您的表态")
    open_step(head, bureau, case, "集体讨论")
    head.get_by_label("讨论结论").fill("一致同意")
    fill_papers(head, bureau)
    send(head, "提交讨论结论", "到会 2 人")


def _notify(page: Page, bureau: Bureau, case: Case) -> None:
    open_step(page, bureau, case, "告知拟作处罚")
    page.get_by_label("告知书送达日期").fill(bureau.today.isoformat())
    fill_papers(page, bureau)
    send(page, "登记告知", "告知拟作的处罚")
    open_step(page, bureau, case, "听取陈述申辩")
    page.get_by_label("书面放弃").check()
    page.get_by_label("收到日期").fill(bureau.today.isoformat())
    page.get_by_label("当事人的书面材料").set_input_files(PDF)
    send(page, "登记当事人意见", "当事人放弃权利")


def _decide(leader: Page, bureau: Bureau, case: Case, faults: list[str]) -> None:
    open_step(leader, bureau, case, "作出处罚决定")
    leader.get_by_label("作出处罚决定", exact=True).check()
    leader.get_by_label("罚款代收机构").fill("晴川农商银行")
    leader.locator("input[name=surcharge][value=yes]").check()
    fill_papers(leader, bureau)
    faults += look(leader, "step-decide")
    send(leader, "提交决定意见", "作出决定")


def _carry_out(page: Page, bureau: Bureau, case: Case) -> None:
    day = bureau.today.isoformat()
    open_step(page, bureau, case, "送达决定书")
    page.get_by_label("送达方式").select_option("direct")
    page.get_by_label("发出日期").fill(day)
    page.get_by_label("送达日期").fill(day)
    page.get_by_label("签收人", exact=True).fill("王某")
    fill_papers(page, bureau)
    send(page, "登记送达", "直接送达")
    open_step(page, bureau, case, "登记公示情况")
    page.get_by_label("公示日期").fill(day)
    page.get_by_label("公示渠道").fill("机关网站")
    send(page, "登记公示情况", "公示决定")
    open_step(page, bureau, case, "登记履行情况")
    page.get_by_label("已履行").check()
    page.get_by_label("缴款金额（元）").fill("800")
    page.get_by_label("缴款日期").fill(day)
    page.get_by_label("代收机构").fill("晴川农商银行")
    page.get_by_label("票据号码").fill("P-1")
    page.locator("input[type=file]").first.set_input_files(PDF)
    send(page, "登记履行情况", "缴纳")


def _end(leader: Page, browsers: Open, bureau: Bureau, case: Case) -> None:
    open_step(leader, bureau, case, "审批结案")
    leader.get_by_label("结案方式").select_option("执行完毕")
    leader.get_by_label("改正核实日期").fill(bureau.today.isoformat())
    leader.get_by_label("改正情况").fill("已经补报")
    leader.get_by_label("审批意见").fill("同意结案")
    fill_papers(leader, bureau)
    send(leader, "批准结案", "结案")
    filer = browsers(Token.objects.get(run_id=case.pk, kind=Token.Kind.TASK).role)
    open_step(filer, bureau, case, "立卷归档")
    filer.get_by_label("立卷说明").fill("一案一卷")
    fill_papers(filer, bureau)
    send(filer, "归档", "归档号")
