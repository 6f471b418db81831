"""Acts on one account, each one button: close it, open it again, and help its owner back in."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from heliograph.desk.pages.accounts import account as account_page
from heliograph.desk.pages.accounts import account_of
from heliograph.desk.scope import Scope, page
from heliograph.registers.actions import (
    close_account,
    release_lock,
    reopen_account,
    reset_password,
    reset_second_factor,
)

PASSWORD_BYTES = 15


@page("manage_accounts", "POST", shows=account_page)
def close(scope: Scope, account: UUID) -> HttpResponse:
    """Disable an account: its next request fails. One that also works elsewhere loses its roles here."""
    found = account_of(scope, account)
    closed = close_account(found.pk, agency_id=scope.id, actor=scope.account, at=scope.at)
    if closed.is_active:
        scope.done(f"账户“{found.username}”还在其他机关使用，未停用；其在本机关的角色已全部终止。")
    else:
        scope.done(f"已停用账户“{found.username}”。")
    return redirect("desk:accounts", agency=scope.agency.code)


@page("manage_accounts", "POST", shows=account_page)
def reopen(scope: Scope, account: UUID) -> HttpResponse:
    """Enable an account again, with the roles that have not ended."""
    reopen_account(account_of(scope, account).pk, agency_id=scope.id, actor=scope.account, at=scope.at)
    return _back(scope, account, "已重新启用账户。")


@page("manage_accounts", "POST", shows=account_page)
def unlock(scope: Scope, account: UUID) -> HttpResponse:
    """Forget the wrong passwords that locked an account."""
    release_lock(account_of(scope, account).pk, agency_id=scope.id, actor=scope.account, at=scope.at)
    return _back(scope, account, "已解除登录锁定。")


@page("manage_accounts", "POST", shows=account_page)
def second_factor(scope: Scope, account: UUID) -> HttpResponse:
    """Remove the authenticator app and the recovery codes of an account."""
    reset_second_factor(account_of(scope, account).pk, agency_id=scope.id, actor=scope.account, at=scope.at)
    return _back(scope, account, "已重置动态验证码。本人下次登录时须重新启用。")


@page("manage_accounts", "POST", shows=account_page)
def password(scope: Scope, account: UUID) -> HttpResponse:
    """Give an account a new initial password and show it: on this answer and never again."""
    drawn = secrets.token_urlsafe(PASSWORD_BYTES)
    found = account_of(scope, account)
    reset_password(found.pk, agency_id=scope.id, password=drawn, actor=scope.account, at=scope.at)
    return scope.render("account_password.html", {"account": found, "password": drawn})


def _back(scope: Scope, account: UUID, done: str) -> HttpResponse:
    scope.done(done)
    return redirect("desk:account", agency=scope.agency.code, account=account)
