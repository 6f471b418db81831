"""Roles are offered by the account's class of duty, and its page tells how signing in stands."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.test import Client

from heliograph.desk import clock
from heliograph.desk.tests.conftest import Browser
from heliograph.registers.models import Account
from tests.cast import PASSWORD

ACCOUNTS = "/desk/sunny/accounts/"
NEW = {
    "username": "xinren", "display_name": "新人", "duty_class": "case", "password": PASSWORD + "x",
    "role": "handler", "from_on": "2026-11-20",
}  # fmt: skip


@pytest.fixture
def security(browser: Browser, security_admin: Account) -> Client:
    return browser(security_admin)


def test_an_account_is_offered_the_roles_of_its_own_class(
    security: Client, handler: Account, audit_admin: Account
) -> None:
    page = security.get(f"{ACCOUNTS}{handler.pk}/").text
    assert '<option value="handler">' in page
    assert '<option value="system_admin">' not in page
    page = security.get(f"{ACCOUNTS}{audit_admin.pk}/").text
    assert '<option value="audit_admin">' in page
    assert '<option value="handler">' not in page


def test_a_role_of_another_class_is_not_taken(security: Client, handler: Account) -> None:
    granted = security.post(f"{ACCOUNTS}{handler.pk}/", {"role": "system_admin", "from_on": "2026-11-20"})
    assert granted.status_code == 422
    assert "请从列表中选择" in granted.text
    created = security.post(ACCOUNTS, {**NEW, "role": "audit_admin"})
    assert created.status_code == 422
    assert "不能授予“审计管理员”" in created.text
    assert not Account.objects.filter(username="xinren").exists()
    assert security.post(ACCOUNTS, NEW).status_code == 302


def test_the_page_tells_lock_and_second_factor(security: Client, browser: Browser, handler: Account) -> None:
    where = f"{ACCOUNTS}{handler.pk}/"
    page = security.get(where).text
    assert "未启用" in page
    assert "未锁定" in page
    browser(handler)
    AccessAttempt.objects.create(
        username=handler.username, ip_address="127.0.0.1", failures_since_start=5, attempt_time=clock.now()
    )
    page = security.get(where).text
    assert "已锁定" in page
    assert "已启用" in page
