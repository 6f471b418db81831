"""People, accounts, laws, calendar and adjustments through the pages."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.models import Adjustment, PublicVersion
from heliograph.duties.models import Duty
from heliograph.regimes.models import CalendarNotice
from heliograph.registers.models import Account, Article, Certificate, Person, RoleGrant, Unit

LAW = "# 晴川县伞具管理办法\n\n第一条 伞应当轻。\n\n第二条 借伞须还。\n"
NOTICE = "date,kind,name,notice,source\n2031-01-01,off,元旦,测试通知,测试出处\n"
DESK = "/desk/sunny/"


def file(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def test_a_law_is_previewed_then_adopted(browser: Browser, legality_reviewer: Account) -> None:
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
        "read_in": "公报",
        "token": token,
    }
    assert desk.post(f"{DESK}laws/import/", {**given, "year": "两千"}).status_code == 422
    assert desk.post(f"{DESK}laws/import/", given).status_code == 302
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


def test_a_holiday_notice_is_previewed_then_loaded(browser: Browser, system_admin: Account) -> None:
    desk = browser(system_admin)
    preview = desk.post(f"{DESK}calendar/", {"file": file("放假.csv", NOTICE)})
    assert "读到 1 天" in preview.text
    assert not CalendarNotice.objects.filter(year=2031).exists()
    assert desk.post(f"{DESK}calendar/", {"confirmed": preview.context["token"]}).status_code == 302
    assert CalendarNotice.objects.get(year=2031).notice == "测试通知"
    assert "元旦" in desk.get(f"{DESK}calendar/?year=2031").text
    wrong = desk.post(f"{DESK}calendar/", {"file": file("放假.csv", NOTICE.replace("2031-01-01", "2031-13-01"))})
    assert wrong.status_code == 422
    assert "第 2 行" in wrong.text


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
    assert desk.post(f"{DESK}accounts/", {**strong, "role": "audit_admin"}).status_code == 409
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
        "basis": "测试决定",
    }
    assert desk.post(f"{DESK}adjustments/", {**given, "article": ""}).status_code == 422
    assert desk.post(f"{DESK}adjustments/", {**given, "article": "没有@2021:1"}).status_code == 409
    done = desk.post(f"{DESK}adjustments/", given, follow=True)
    assert published.title in done.text
    assert Duty.objects.get().subject_id == published.entry_id
    assert Adjustment.objects.count() == 1
    assert desk.post(f"{DESK}adjustments/", given).status_code == 409
