"""The pages of the security administrator: creating, granting, linking, ending, and helping people back in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from heliograph.desk.tests.conftest import Browser
from heliograph.registers.models import Account, Agency, RoleGrant, Unit
from tests.cast import PASSWORD, Staffing

DESK = "/desk/sunny/accounts/"
NEW = {
    "username": "Zhang.Wei",
    "display_name": "张伟",
    "duty_class": "case",
    "password": "伞-灯塔-山楂-2026-xx",
    "role": "handler",
    "from_on": "2026-11-01",
}


def test_an_account_belongs_to_the_agency_the_overseer_or_whom_the_form_names(
    browser: Browser, security_admin: Account, agency: Agency
) -> None:
    desk = browser(security_admin)
    for name, more in {"a": {}, "b": {"role": "supervisor"}, "c": {"organisation": "晴川县气象局"}}.items():
        assert desk.post(DESK, {**NEW, "username": name, "display_name": name, **more}).status_code == 302
    found = {account.username: account.organisation for account in Account.objects.filter(username__in="abc")}
    assert found == {"a": agency.name, "b": agency.government.overseer, "c": "晴川县气象局"}


def test_an_initial_password_is_changed_before_anything_else(
    browser: Browser, security_admin: Account, agency: Agency
) -> None:
    assert browser(security_admin).post(DESK, NEW).status_code == 302
    account = Account.objects.get(username="zhang.wei")
    there = browser(account)
    for address in ("/desk/", f"/desk/{agency.code}/"):
        assert there.get(address)["Location"] == reverse("account_change_password")
    change = reverse("account_change_password")
    assert "由他人设置" in there.get(change).text
    same = {"oldpassword": NEW["password"], "password1": NEW["password"], "password2": NEW["password"]}
    assert "新密码不能与原密码相同" in there.post(change, same).text
    assert there.get("/desk/")["Location"] == change
    done = there.post(change, {**same, "password1": "灯塔-伞-2026-山楂", "password2": "灯塔-伞-2026-山楂"})
    assert done["Location"] == "/desk/"
    assert there.get("/desk/")["Location"] == f"/desk/{agency.code}/"


def test_an_account_of_another_body_gets_a_role_by_its_whole_name(
    browser: Browser, security_admin: Account, outsider: Account
) -> None:
    desk = browser(security_admin)
    given = {"username": "外", "role": "supervisor", "from_on": "2026-11-01"}
    assert "给已有账户授予角色" in desk.get(DESK).text
    unknown = desk.post(f"{DESK}known/", given)
    assert unknown.status_code == 409
    assert "没有可以授予该角色的账户" in unknown.text
    answer = desk.post(f"{DESK}known/", {**given, "username": outsider.username})
    assert answer["Location"] == f"{DESK}{outsider.pk}/"
    page = desk.get(answer["Location"]).text
    assert "由其先任职的机关管理" in page
    assert "重置密码" not in page
    closed = desk.post(f"{DESK}{outsider.pk}/close/", follow=True)
    assert "还在其他机关使用，未停用" in closed.text


def test_a_person_is_linked_from_the_page(
    browser: Browser, security_admin: Account, release_approver: Account, staffing: Staffing, legal_unit: Unit
) -> None:
    desk = browser(security_admin)
    person = staffing.register("审批", legal_unit)
    page = f"{DESK}{release_approver.pk}/"
    assert f"{page}person/" in desk.get(page).text
    assert desk.post(f"{page}person/", {"person": ""}).status_code == 422
    assert desk.post(f"{page}person/", {"person": str(person.pk)}).status_code == 302
    assert "对应人员 审批" in desk.get(page).text
    assert f"{page}person/" not in desk.get(page).text
    release_approver.refresh_from_db()
    assert release_approver.person == person


def test_a_role_is_ended_at_once_from_the_page(browser: Browser, security_admin: Account, handler: Account) -> None:
    desk = browser(security_admin)
    held = RoleGrant.objects.get(account=handler)
    page = f"{DESK}grants/{held.pk}/end/"
    assert "立即终止" in desk.get(page).text
    assert desk.post(page, {"to_on": ""}).status_code == 422
    assert "角色已终止" in desk.post(page, {"to_on": "", "now": "1"}, follow=True).text
    assert browser(handler).get("/desk/sunny/").status_code == 404


def test_a_new_password_is_shown_once_and_lets_its_owner_in(
    browser: Browser, security_admin: Account, handler: Account
) -> None:
    desk = browser(security_admin)
    shown = desk.post(f"{DESK}{handler.pk}/password/")
    drawn = shown.context["password"]
    assert drawn in shown.text
    assert shown["Cache-Control"] == "no-store"
    assert drawn not in desk.get(f"{DESK}{handler.pk}/").text
    assert "重置密码（sunny-安全）" in desk.get(f"{DESK}{handler.pk}/").text
    handler.refresh_from_db()
    assert handler.check_password(drawn)
    assert not handler.check_password(PASSWORD)
    assert browser(handler).get("/desk/")["Location"] == reverse("account_change_password")


def test_a_lost_phone_is_replaced_through_the_security_administrator(
    browser: Browser, security_admin: Account, handler: Account
) -> None:
    there = browser(handler)
    assert there.get("/desk/")["Location"] == "/desk/sunny/"
    done = browser(security_admin).post(f"{DESK}{handler.pk}/second-factor/", follow=True)
    assert "已重置动态验证码" in done.text
    assert there.get("/desk/")["Location"] == reverse("mfa_activate_totp")


def test_nobody_gives_up_their_own_second_factor(browser: Browser, handler: Account) -> None:
    there = browser(handler)
    for answer in (there.get("/accounts/2fa/totp/deactivate/"), there.post("/accounts/2fa/totp/deactivate/")):
        assert answer["Location"] == reverse("mfa_index")
    there.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    there.post("/accounts/2fa/totp/deactivate/", {})
    assert Authenticator.objects.filter(user=handler, type=Authenticator.Type.TOTP).exists()
    assert there.get(reverse("mfa_activate_totp"), follow=True).redirect_chain[-1][0] == reverse("mfa_index")
    assert "联系本机关安全管理员重置" in there.get(reverse("mfa_index")).text


def test_a_locked_name_is_released_and_a_closed_account_opened_again(
    browser: Browser, security_admin: Account, handler: Account
) -> None:
    desk = browser(security_admin)

    def sign_in(password: str) -> int:
        given = {"login": handler.username, "password": password}
        return int(Client().post(reverse("account_login"), given).status_code)

    for _ in range(5):
        sign_in("wrong")
    assert sign_in(PASSWORD) == 429
    assert desk.post(f"{DESK}{handler.pk}/unlock/").status_code == 302
    assert sign_in(PASSWORD) == 302
    assert desk.post(f"{DESK}{handler.pk}/close/").status_code == 302
    assert "重新启用账户" in desk.get(f"{DESK}{handler.pk}/").text
    assert desk.post(f"{DESK}{handler.pk}/reopen/").status_code == 302
    assert sign_in(PASSWORD) == 302
