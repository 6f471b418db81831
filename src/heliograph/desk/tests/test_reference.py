"""People, accounts, laws, calendar and adjustments through the pages."""

from __future__ import annotations

import io
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.actions import adjust_for_law_change, confirm_adjustment
from heliograph.disclosure.models import Adjustment, PublicChange, PublicVersion, Release
from heliograph.duties.actions import Subject, open_duty
from heliograph.duties.models import Duty
from heliograph.kernel.workdays import CalendarDay
from heliograph.regimes.actions import propose_calendar
from heliograph.regimes.models import CalendarNotice
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.actions import (
    ArticleText,
    Content,
    LawText,
    adopt_law,
    mark_article_changed,
    propose_law,
    revise_entry,
)
from heliograph.registers.models import Account, Agency, Article, Certificate, Person, RoleGrant, Unit
from tests.cast import ITEM, NOON, TODAY, Office, grant, item

LAW = "# 晴川县伞具管理办法\n\n第一条 伞应当轻。\n\n第二条 借伞须还。\n"
NOTICE = "date,kind,name,notice,source\n2031-01-01,off,元旦,测试通知,测试出处\n"
DESK = "/desk/sunny/"


def file(name: str, content: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def test_a_law_is_previewed_then_confirmed_by_another(
    browser: Browser, legality_reviewer: Account, outsider: Account
) -> None:
    desk = browser(legality_reviewer)
    preview = desk.post(f"{DESK}laws/import/", {"file": file("伞具办法(2026-03-01).md", LAW)})
    assert "共 2 条" in preview.text
    assert not Article.objects.filter(key__startswith="晴川县伞具管理办法@").exists()
    token = preview.context["form"].initial["token"]
    given = {
        "name": "晴川县伞具管理办法",
        "year": "2026",
        "title": "晴川县伞具管理办法",
        "level": "normative",
        "verified": "text",
        "read_in": "公报",
        "token": token,
    }
    assert desk.post(f"{DESK}laws/import/", {**given, "year": "两千"}).status_code == 422
    where = desk.post(f"{DESK}laws/import/", given)["Location"]
    assert "须由另一名法制审核人" in desk.get(where).text
    assert desk.post(where, {"decision": "confirm"}).status_code == 409
    assert not Article.objects.filter(key__startswith="晴川县伞具管理办法@").exists()
    assert "等待另一名法制审核人确认" in desk.get(f"{DESK}laws/").text
    second = browser(outsider)
    there = where.replace("/sunny/", "/cloudy/")
    assert "已核对，确认入库" in second.get(there).text
    assert second.post(there, {"decision": "confirm"}).status_code == 302
    assert Article.objects.get(key="晴川县伞具管理办法@2026:2").text == "借伞须还。"
    assert "借伞须还" in desk.get(f"{DESK}laws/晴川县伞具管理办法@2026/").text
    assert desk.post(f"{DESK}laws/import/", given).status_code == 409


def test_a_law_with_a_gap_is_not_adopted(browser: Browser, legality_reviewer: Account) -> None:
    desk = browser(legality_reviewer)
    preview = desk.post(f"{DESK}laws/import/", {"file": file("办法.md", LAW.replace("第二条", "第四条"))})
    assert "缺少第 2 条至第 3 条" in preview.text
    assert "导入 2 条" not in preview.text


def test_a_preview_belongs_to_who_uploaded_it(browser: Browser, legality_reviewer: Account, outsider: Account) -> None:
    preview = browser(legality_reviewer).post(f"{DESK}laws/import/", {"file": file("办法.md", LAW)})
    token = preview.context["form"].initial["token"]
    assert browser(outsider).post("/desk/cloudy/laws/import/", {"token": token}).status_code == 409


def test_a_holiday_notice_is_previewed_then_confirmed_by_another(
    browser: Browser, system_admin: Account, legality_reviewer: Account
) -> None:
    desk = browser(system_admin)
    preview = desk.post(f"{DESK}calendar/", {"file": file("放假.csv", NOTICE)})
    assert "读到 1 天" in preview.text
    assert not CalendarNotice.objects.filter(year=2031).exists()
    where = desk.post(f"{DESK}calendar/", {"confirmed": preview.context["token"]})["Location"]
    assert desk.post(where, {"decision": "confirm"}).status_code == 409
    assert not CalendarNotice.objects.filter(year=2031).exists()
    second = browser(legality_reviewer)
    assert "将改变 0 个机关 0 项期限" in second.get(where).text
    assert second.post(where, {"decision": "confirm"}).status_code == 302
    assert CalendarNotice.objects.get(year=2031).notice == "测试通知"
    assert "元旦" in desk.get(f"{DESK}calendar/?year=2031").text
    wrong = desk.post(f"{DESK}calendar/", {"file": file("放假.csv", NOTICE.replace("2031-01-01", "2031-13-01"))})
    assert wrong.status_code == 422
    assert "第 2 行" in wrong.text
    assert ">日期</td>" in wrong.text
    assert "预览表" not in wrong.text


def test_the_template_of_a_notice_is_filled_in_and_read_back(browser: Browser, system_admin: Account) -> None:
    desk = browser(system_admin)
    page = desk.get(f"{DESK}calendar/").text
    assert f"{DESK}calendar/template/" in page
    assert '<span class="none">没有选择文件</span>' in page
    book = load_workbook(io.BytesIO(desk.get(f"{DESK}calendar/template/").content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["日期", "类别", "名称", "通知文号", "来源"]
    for column, value in zip("ABD", ("2031-01-01", "放假", "测试通知"), strict=True):
        sheet[f"{column}2"] = value
    for column, value in zip("ABD", ("2031-01-05", "歇", "测试通知"), strict=True):
        sheet[f"{column}4"] = value
    buffer = io.BytesIO()
    book.save(buffer)
    refused = desk.post(f"{DESK}calendar/", {"file": file("放假.xlsx", buffer.getvalue())})
    assert refused.status_code == 422
    assert "第 4 行" in refused.text
    assert "类别「歇」无法识别，只能填放假或者上班" in refused.text
    sheet["B4"] = "上班"
    sheet["G4"] = " "  # left over beside the table
    buffer = io.BytesIO()
    book.save(buffer)
    preview = desk.post(f"{DESK}calendar/", {"file": file("放假.xlsx", buffer.getvalue())})
    assert "读到 2 天" in preview.text
    assert desk.post(f"{DESK}calendar/", {"confirmed": preview.context["token"]}).status_code == 302


def test_people_posts_and_certificates_are_registered(
    browser: Browser, legality_reviewer: Account, handling_unit: Unit
) -> None:
    desk = browser(legality_reviewer)
    where = desk.post(f"{DESK}people/", {"name": "何景", "gender": "男"})["Location"]
    person = Person.objects.get(name="何景")
    post = {"form": "post", "post-unit": str(handling_unit.pk), "post-position": "科员", "post-from_on": "2026-03-01"}
    assert desk.post(where, post).status_code == 302
    certificate = {
        "form": "certificate",
        "certificate-kind": "行政执法证",
        "certificate-number": "Q-7",
        "certificate-category": "统计",
        "certificate-area": "晴川县",
        "certificate-issued_on": "2026-01-05",
        "certificate-valid_to": "2024-01-05",
    }
    assert desk.post(where, certificate).status_code == 409
    assert desk.post(where, {**certificate, "certificate-valid_to": "2030-01-05"}).status_code == 302
    held = Certificate.objects.get(person=person)
    act = {"form": "act", "certificate": str(held.pk), "act-act": "suspend"}
    assert desk.post(where, act).status_code == 422
    assert desk.post(where, {**act, "act-on": "2026-02-01", "act-reason": "年审未过"}).status_code == 302
    assert "已暂扣" in desk.get(where).text
    assert desk.post(where, {**act, "certificate": "别人的", "act-act": "reinstate"}).status_code == 404
    assert "何景" in desk.get(f"{DESK}people/?q=hejing").text or "何景" in desk.get(f"{DESK}people/?q=he").text


def test_an_account_comes_with_its_role_or_not_at_all(browser: Browser, security_admin: Account) -> None:
    desk = browser(security_admin)
    given = {
        "username": "新人",
        "display_name": "新人",
        "duty_class": "case",
        "password": "1234",
        "role": "handler",
        "from_on": "2026-11-01",
    }
    assert desk.post(f"{DESK}accounts/", given).status_code == 422
    strong = {**given, "password": "伞-灯塔-山楂-2026-xx"}
    assert desk.post(f"{DESK}accounts/", {**strong, "role": "audit_admin"}).status_code == 422
    assert not Account.objects.filter(username="新人").exists()
    assert desk.post(f"{DESK}accounts/", strong).status_code == 302
    account = Account.objects.get(username="新人")
    grant = RoleGrant.objects.get(account=account)
    assert desk.post(f"{DESK}accounts/grants/{grant.pk}/end/", {"to_on": "2026-11-30"}).status_code == 302
    assert desk.post(f"{DESK}accounts/{account.pk}/close/").status_code == 302
    account.refresh_from_db()
    assert not account.is_active
    assert desk.post(f"{DESK}accounts/{security_admin.pk}/close/").status_code == 409


def test_a_changed_article_flags_what_rests_on_it(
    browser: Browser, legality_reviewer: Account, published: PublicVersion
) -> None:
    desk = browser(legality_reviewer)
    given = {
        "kind": "amended",
        "article": "行政处罚法@2021:61",
        "effective_on": "2026-12-01",
        "reason": "条文修改",
        "basis": "《测试条例修改决定》",
    }
    assert desk.post(f"{DESK}adjustments/", {**given, "article": ""}).status_code == 422
    assert desk.post(f"{DESK}adjustments/", {**given, "article": "没有@2021:1"}).status_code == 409
    done = desk.post(f"{DESK}adjustments/", given, follow=True)
    assert published.title in done.text
    assert Duty.objects.get().subject_id == published.entry_id
    assert Adjustment.objects.count() == 1
    assert desk.post(f"{DESK}adjustments/", given).status_code == 409


def test_an_adjustment_waits_for_the_approver_before_the_public_reads_of_it(
    browser: Browser,
    legality_reviewer: Account,
    release_approver: Account,
    legal_unit: Unit,
    handler: Account,
    agency: Agency,
) -> None:
    item(agency, handler)  # without a unit of its own: the legal unit answers for it, on the duty and on the page
    made = adjust_for_law_change(
        agency.pk, article="行政处罚法@2021:61", repealed=False, effective_on=TODAY, reason="修改", basis="晴公5",
        actor=legality_reviewer, at=NOON,
    )  # fmt: skip
    where = f"{DESK}adjustments/{made.pk}/"
    desk = browser(legality_reviewer)
    own = desk.get(where).text
    assert "待确认公开" in own
    assert "未指定" not in own
    assert legal_unit.name in own
    assert "确认公开</button>" not in own
    assert "待确认公开" in desk.get(f"{DESK}adjustments/").text
    assert desk.post(f"{where}confirm/").status_code == 403
    approver = browser(release_approver)
    assert "确认公开</button>" in approver.get(where).text
    assert approver.post(f"{where}confirm/", {"decision": "return"}).status_code == 409
    assert "变更记录已公开" in approver.post(f"{where}confirm/", follow=True).text
    assert approver.post(f"{where}confirm/").status_code == 409
    assert PublicChange.objects.filter(kind="adjustment").count() == 1


def test_what_waits_for_a_confirmation_is_announced_to_those_who_may_give_it(
    browser: Browser, legality_reviewer: Account, release_approver: Account, handler: Account, agency: Agency
) -> None:
    item(agency, handler)
    made = adjust_for_law_change(
        agency.pk, article="行政处罚法@2021:61", repealed=False, effective_on=TODAY, reason="修改", basis="晴公5",
        actor=legality_reviewer, at=NOON,
    )  # fmt: skip
    where = f"{DESK}adjustments/{made.pk}/"
    inboxes = (DESK, f"{DESK}releases/")
    approver = browser(release_approver)
    for inbox in inboxes:
        assert where in approver.get(inbox).text
        assert "待确认公开" in approver.get(inbox).text
        for other in (legality_reviewer, handler):
            assert "待确认公开" not in browser(other).get(inbox).text
    confirm_adjustment(made.pk, actor=release_approver, at=NOON)
    for inbox in inboxes:
        assert where not in approver.get(inbox).text


def test_who_registered_an_adjustment_is_not_asked_to_confirm_it(
    browser: Browser, office: Office, release_approver: Account, handler: Account
) -> None:
    grant(office, release_approver, "legality_reviewer")
    item(office.agency, handler)
    adjust_for_law_change(
        office.agency.pk, article="行政处罚法@2021:61", repealed=False, effective_on=TODAY, reason="修改",
        basis="晴公5", actor=release_approver, at=NOON,
    )  # fmt: skip
    own = browser(release_approver)
    for inbox in (DESK, f"{DESK}releases/"):
        assert "待确认公开" not in own.get(inbox).text


def test_a_link_from_the_law_or_another_agency_fills_the_form(
    browser: Browser, legality_reviewer: Account, outsider: Account, published: PublicVersion
) -> None:
    given = {
        "kind": "amended",
        "article": "行政处罚法@2021:61",
        "effective_on": "2026-12-01",
        "reason": "条文修改",
        "basis": "行政处罚法@2021:61",
    }
    assert browser(outsider).post("/desk/cloudy/adjustments/", given).status_code == 302
    desk = browser(legality_reviewer)
    listed = desk.get(f"{DESK}adjustments/").text
    assert "其他机关登记的条文变动，本机关受影响的条目" in listed
    assert '<option value="行政处罚法@2021:61">' in listed
    filled = desk.get(f"{DESK}adjustments/", {"article": "行政处罚法@2021:61", "effective_on": "2026-12-01"}).text
    assert 'value="2026-12-01"' in filled


def test_a_new_version_of_a_law_lists_what_still_rests_on_the_former(
    browser: Browser, legality_reviewer: Account, published: PublicVersion
) -> None:
    newer = LawText("行政处罚法@2027", "行政处罚法", "law", [ArticleText("61")], effective_from=date(2027, 1, 1))
    adopt_law(newer, actor=None, at=NOON)
    shown = browser(legality_reviewer).get(f"{DESK}laws/行政处罚法@2027/").text
    assert "本机关仍依据旧版本的信息" in shown
    assert published.title in shown
    assert "effective_on=2027-01-01" in shown


def test_a_leader_moves_a_duty_through_its_page(
    browser: Browser, legality_reviewer: Account, leader_in_charge: Account, handler: Account, agency: Agency
) -> None:
    limit = pack_in_force(agency.pk, TODAY).rule("time_limits", "publish_decision")
    subject = Subject("entry", agency.pk, "公开一份决定")
    opened = open_duty(agency.pk, limit=limit, subject=subject, event_on=TODAY, actor=None, at=NOON)
    where = f"{DESK}duties/{opened.pk}/"
    assert "累计最多延长" not in browser(handler).get(where).text
    assert browser(handler).post(where, {"form": "cancel", "cancel-reason": "误登"}).status_code == 403
    desk = browser(leader_in_charge)
    assert "累计最多延长 10 工作日" in desk.get(where).text
    why = {"reason": "案情复杂", "basis": "行政处罚法@2021:61"}

    def act(name: str, **given: str) -> int:
        return desk.post(where, {"form": name, **{f"{name}-{key}": value for key, value in given.items()}}).status_code

    assert act("extend", **why) == 422
    assert act("extend", length="5", **why) == 302
    assert act("extend", length="6", **why) == 409
    assert act("suspend", from_on="2026-11-23", **why) == 302
    assert "中止期间不计算" in desk.get(where).text
    assert act("resume", on="2026-11-30", **why) == 302
    assert act("cancel", reason="误登") == 302
    opened.refresh_from_db()
    assert opened.state == "cancelled"
    assert list(opened.changes.values_list("kind", flat=True)) == ["extend", "suspend", "resume", "cancel"]


def test_the_author_says_that_an_adjustment_was_taken_in(
    browser: Browser, legality_reviewer: Account, handler: Account, published: PublicVersion, agency: Agency
) -> None:
    desk = browser(handler)
    where = f"{DESK}registers/items/{published.entry_id}/"
    revise_entry(published.entry_id, content=Content(ITEM, "核对"), actor=handler, at=NOON)
    assert "已按动态调整修改" not in desk.get(where).text
    adjust_for_law_change(
        agency.pk, article="行政处罚法@2021:61", repealed=False, effective_on=TODAY, reason="修改", basis="晴公5",
        actor=legality_reviewer, at=NOON,
    )  # fmt: skip
    assert "已按动态调整修改" in desk.get(where).text
    published.entry.refresh_from_db()
    sent = {"rev": str(published.entry.rev), "adjusted": "yes"}
    assert desk.post(f"{where}submit/", sent).status_code == 302
    assert Release.objects.get(entry=published.entry, state="in_review").adjusted


def test_a_mistaken_change_of_an_article_is_corrected_on_its_page(
    browser: Browser, legality_reviewer: Account, published: PublicVersion
) -> None:
    article = Article.objects.get(key="行政处罚法@2021:61")
    mark_article_changed(article.pk, changed_on=date(2036, 1, 1), note="误登")
    desk = browser(legality_reviewer)
    assert "将于 2036-01-01 变动" in desk.get(f"{DESK}laws/行政处罚法@2021/").text
    where = f"{DESK}laws/articles/{article.pk}/correct/"
    assert desk.post(where, {"changed_on": "2026-12-01"}).status_code == 422
    assert desk.post(where, {"changed_on": "2026-12-01", "reason": "年份误写"}).status_code == 302
    assert "年份误写" in desk.get(where).text


def test_what_was_proposed_is_put_aside_with_a_reason(
    browser: Browser, legality_reviewer: Account, outsider: Account
) -> None:
    agency = legality_reviewer.grants.all()[0].agency
    adopt_law(LawText("伞法@2026", "伞法", "normative", [ArticleText("1", text="旧")]), actor=None, at=NOON)
    text = LawText("伞法@2026", "伞法", "normative", [ArticleText("1", text="新"), ArticleText("2", text="另")])
    law = propose_law(text, agency_id=agency.pk, actor=legality_reviewer, at=NOON)
    off = CalendarDay(date(2031, 1, 1), is_workday=False, name="元旦", notice="测试通知", source="测试")
    notice = propose_calendar([off], agency_id=agency.pk, actor=legality_reviewer, at=NOON)
    desk = browser(outsider)
    assert "将替换 1 条已有的条文" in desk.get(f"/desk/cloudy/laws/imports/{law.pk}/").text
    for where in (f"/desk/cloudy/laws/imports/{law.pk}/", f"/desk/cloudy/calendar/{notice.pk}/"):
        assert desk.post(where, {"decision": "refuse"}).status_code == 422
        assert desk.post(where, {"decision": "refuse", "reason": "传错文件"}).status_code == 302
        assert "传错文件" in desk.get(where).text
        assert desk.post(where, {"decision": "confirm"}).status_code == 409
    assert Article.objects.get(key="伞法@2026:1").text == "旧"
