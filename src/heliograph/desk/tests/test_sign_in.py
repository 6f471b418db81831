"""The desk needs both factors, and shows an agency only to those who hold a role there."""

from __future__ import annotations

import time

import pytest
from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from heliograph.desk.tests.conftest import BACKEND, Browser
from heliograph.registers.actions import reset_password
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, PASSWORD, Office, grant


def current_code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD)))


def test_a_visitor_is_sent_to_the_sign_in(client: Client, agency: Agency) -> None:
    answer = client.get(f"/desk/{agency.code}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_password_and_code_together_open_the_desk(client: Client, handler: Account, agency: Agency) -> None:
    secret = generate_totp_secret()
    TOTP.activate(handler, secret)
    first = client.post(reverse("account_login"), {"login": handler.username, "password": PASSWORD})
    assert first["Location"] == reverse("mfa_authenticate")
    assert client.get("/desk/")["Location"].startswith(reverse("account_login"))
    second = client.post(reverse("mfa_authenticate"), {"code": current_code(secret)})
    assert second["Location"] == "/desk/"
    assert client.get("/desk/")["Location"] == f"/desk/{agency.code}/"


def test_a_password_alone_leads_to_the_activation_of_the_second_factor(client: Client, handler: Account) -> None:
    client.force_login(handler, backend=BACKEND)
    for address in ("/desk/", "/desk/sunny/", "/desk/sunny/registers/items/new/"):
        assert client.get(address)["Location"] == reverse("mfa_activate_totp")


def test_the_pages_of_signing_in_are_chinese(client: Client, handler: Account) -> None:
    assert "先输入用户名和密码" in client.get(reverse("account_login")).text
    client.post(reverse("account_login"), {"login": handler.username, "password": PASSWORD})
    activation = reverse("mfa_activate_totp")
    page = client.get(activation)
    assert page.status_code == 200, "the password was asked for a second time"
    assert "启用动态验证码" in page.text
    assert "<script" not in page.text
    secret = client.session["mfa.totp.secret"]
    wrong = client.post(activation, {"code": "x"})
    assert "动态验证码或恢复码不正确。" in wrong.text
    done = client.post(activation, {"code": current_code(secret)}, follow=True)
    assert render_to_string("mfa/messages/totp_activated.txt").strip() == "已启用动态验证码。"
    assert "已保存，进入工作台" in done.text
    for words in ("动态口令", "备用码", "认证器代码", "恢复代码", "placeholder"):
        assert words not in page.text + wrong.text + done.text
    assert client.get("/desk/").status_code == 302


def test_an_initial_password_is_changed_next_and_the_page_of_recovery_codes_says_so(
    client: Client, agency: Agency, handler: Account, security_admin: Account
) -> None:
    drawn = "安全管理员代拟-2026-bb"
    reset_password(handler.pk, agency_id=agency.pk, password=drawn, actor=security_admin, at=NOON)
    client.post(reverse("account_login"), {"login": handler.username, "password": drawn})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    page = client.post(reverse("mfa_activate_totp"), {"code": current_code(secret)}, follow=True)
    assert "已保存，下一步修改密码" in page.text
    assert "进入工作台" not in page.text
    change = client.get(reverse("account_change_password"))
    assert "返回工作台" not in change.text


def test_account_matters_ask_again_when_the_sign_in_lies_back(
    client: Client, handler: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = generate_totp_secret()
    TOTP.activate(handler, secret)
    client.post(reverse("account_login"), {"login": handler.username, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": current_code(secret)})
    codes = reverse("mfa_generate_recovery_codes")
    assert client.get(codes).status_code == 200
    later = time.time() + 16 * 60
    monkeypatch.setattr("heliograph.config.identity.time.time", lambda: later)
    asked = client.get(codes)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert "请再次输入密码" in client.get(asked["Location"]).text
    there = client.get(reverse("mfa_reauthenticate"))
    assert "动态验证码或恢复码" in there.text


def test_the_only_agency_opens_at_once_and_several_are_offered(
    browser: Browser, handler: Account, next_door: Office
) -> None:
    there = browser(handler)
    assert there.get("/desk/")["Location"] == "/desk/sunny/"
    grant(next_door, handler, "handler")
    page = there.get("/desk/")
    assert page.status_code == 200
    assert "/desk/sunny/" in page.text
    assert "/desk/cloudy/" in page.text


def test_an_agency_without_a_role_does_not_exist_for_the_account(
    browser: Browser, outsider: Account, agency: Agency
) -> None:
    assert browser(outsider).get(f"/desk/{agency.code}/").status_code == 404
    assert browser(outsider).get("/desk/nowhere/").status_code == 404
