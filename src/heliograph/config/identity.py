"""How people sign in: accounts are made by an administrator, second-factor secrets are kept encrypted."""

from __future__ import annotations

import base64
import hashlib
import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal import ratelimit
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.models import AccessAttempt
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from heliograph.config.keys import read_or_create_key
from heliograph.config.sign_in_records import CLOSED, client_address, moment, note_sign_in, note_wrong_password
from heliograph.registers.actions.signing_in import change_own_password, is_outdated, renew_password_hash
from heliograph.registers.models import Account

__all__ = ["client_address"]  # the settings name it here

KEY_NAME = "second-factor-key"


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """There is no public sign-up; names are kept in one way; an initial password is changed by its owner.

    Signing in, what was tried with it and a changed password are records, made by the hooks that allauth offers.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": "当前密码不正确。",
        "incorrect_password": "密码不正确。",
        "rate_limited": "提交过于频繁，请 5 分钟后再试。",
        "too_many_login_attempts": "失败次数过多，请 5 分钟后再试。",
        "username_password_mismatch": "用户名或密码不正确。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Look the name up as it is kept, whatever way it was typed; renew a hash that is no longer good enough.

        Not when a password is only confirmed: another hash would end the session in which it was typed.
        """
        name = Account.normalize_username(credentials.get("username", ""))
        account = super().authenticate(request, **{**credentials, "username": name})
        if isinstance(account, Account) and not request.user.is_authenticated and is_outdated(account):
            renew_password_hash(account, password=credentials["password"], at=moment())
        return account

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record a wrong password of a name that there is."""
        note_wrong_password(request, Account.objects.filter(username=credentials["username"]).first())

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Record that the owner of a closed account tried; allauth then says that it is closed."""
        if not user.is_active:
            note_wrong_password(request, user, CLOSED)
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign somebody in who has shown every factor, and record it: one does not happen without the other."""
        with transaction.atomic():
            super().login(request, user)
            note_sign_in(request, user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Slow down an address that tries many names.

        Wrong passwords of one name are counted by axes, for longer than allauth would: its own count would answer
        first and outlast a release by the security administrator. Codes keep allauth's count, the only one they have.
        """
        self._login_failed_rl_usage = ratelimit.consume(request, app="allauth.account", action="password_failed")
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for no confirmation shortly after the sign-in: whoever just typed the password is not asked twice."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(self.request, self.request.user)
        return all(time.time() - record["at"] >= account_settings.REAUTHENTICATION_TIMEOUT for record in records)

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse the password that is to be changed as the new one."""
        if isinstance(user, Account) and user.check_password(password):
            raise ValidationError("新密码不能与原密码相同。")
        return str(super().clean_password(password, user=user))

    def set_password(self, user: Any, password: str) -> None:
        """Keep the password that its owner chose, by the act that records it."""
        change_own_password(user, password=password, at=moment())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead on to the desk."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)


def _cipher() -> Fernet:
    key = read_or_create_key(settings.HOME, KEY_NAME)
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


class EncryptingMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets in the database are useless without the key file of the installation."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "不能停用动态验证码。",
        "cannot_generate_recovery_codes": "启用动态验证码后才能生成恢复码。",
        "incorrect_code": "动态验证码或恢复码不正确。",
    }

    def encrypt(self, text: str) -> str:
        """Return what is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


def sign_in_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Return the name a lock is kept under; sign-in ignores case, so writing it differently must not give new tries."""
    name = (credentials or {}).get("username") or request.POST.get("login", "")
    return Account.normalize_username(name)


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, credentials: Mapping[str, str] | None
) -> HttpResponse:
    """429: the name is locked; say for how long, and where to sign in then. Unknown names are answered alike."""
    attempts = AccessAttempt.objects.filter(username=sign_in_name(request, credentials))
    last = attempts.aggregate(last=Max("attempt_time"))["last"]
    left = timedelta(hours=settings.AXES_COOLOFF_TIME)
    if last is not None:
        left = min(left, last + left - datetime.fromtimestamp(time.time(), tz=UTC))
    minutes = max(1, math.ceil(left.total_seconds() / 60))
    return render(request, "errors/429.html", {"minutes": minutes}, status=429)


def current_code(secret: str) -> str:
    """Return the code an authenticator app shows now for a TOTP secret."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD)))
