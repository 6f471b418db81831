"""Tells the acts of signing in who, with what, from where and when; the adapter, the pages and the forms call it."""

from __future__ import annotations

from datetime import datetime

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest
from django.utils import timezone

from heliograph.registers.actions.signing_in import record_failed_sign_in, record_sign_in
from heliograph.registers.models import Account

NOT_THIS_WORD = "密码不正确"
NOT_THIS_CODE = "动态验证码或恢复码不正确"
CLOSED = "账户已停用"
FACTORS = {"password": "密码", "totp": "动态验证码", "recovery_codes": "恢复码"}


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address, which a forged X-Forwarded-For cannot change."""
    return str(get_client_ip(request) or "")


def moment() -> datetime:
    """Return what time it is, for the acts of signing in."""
    return timezone.now()  # noqa: TID251 - a page of the sign-in reads the clock


def note_sign_in(request: HttpRequest, account: Account) -> None:
    """Record a sign-in with the factors that this session has seen."""
    shown = [record.get("type", record["method"]) for record in get_authentication_records(request, account)]
    factors = "、".join(dict.fromkeys(FACTORS.get(factor, factor) for factor in shown))
    record_sign_in(account, factors=factors, address=client_address(request), at=moment())


def note_wrong_password(request: HttpRequest, account: Account | None, cause: str = NOT_THIS_WORD) -> None:
    """Record a try that axes counted, and the lock if it was the last; tries while a name is locked are not counted."""
    if account is None or getattr(request, "axes_failures_since_start", None) is None:
        return
    locked = bool(getattr(request, "axes_locked_out", False))
    record_failed_sign_in(account, cause=cause, locked=locked, address=client_address(request), at=moment())


def note_wrong_code(request: HttpRequest, account: Account) -> None:
    """Record a wrong code. allauth lets five be tried in five minutes, the others come to no form."""
    record_failed_sign_in(account, cause=NOT_THIS_CODE, locked=False, address=client_address(request), at=moment())
