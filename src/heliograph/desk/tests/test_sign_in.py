"""The desk needs both factors, and shows an agency only to those who hold a role there."""

from __future__ import annotations

import time

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import reverse

from heliograph.desk.tests.conftest import BACKEND, Browser
from heliograph.registers.models import Account, Agency
from tests.cast import PASSWORD, Office, grant


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
    asked = client.get(activation, follow=True)
    assert "请再次输入密码" in asked.text
    page = client.post(f"{reverse('account_reauthenticate')}?next={activation}", {"password": PASSWORD}, follow=True)
    assert "启用动态口令" in page.text
    assert "<script" not in page.text
    secret = client.session["mfa.totp.secret"]
    done = client.post(activation, {"code": current_code(secret)}, follow=True)
    assert "备用码" in done.text
    assert client.get("/desk/").status_code == 302


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
