"""How people sign in: accounts are made by an administrator, second-factor secrets are kept encrypted."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import resolve_url

from heliograph.config.keys import read_or_create_key
from heliograph.registers.models import Account

KEY_NAME = "second-factor-key"


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """There is no public sign-up; names are kept in one way; an initial password is changed by its owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Look the name up as it is kept, whatever way it was typed."""
        name = Account.normalize_username(credentials.get("username", ""))
        return super().authenticate(request, **{**credentials, "username": name})

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Slow down an address that tries many names.

        Wrong passwords of one name are counted by axes, for longer than allauth would: its own count would answer
        first and outlast a release by the security administrator. Codes keep allauth's count, the only one they have.
        """
        self._login_failed_rl_usage = ratelimit.consume(request, app="allauth.account", action="password_failed")
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse the password that is to be changed as the new one."""
        if isinstance(user, Account) and user.check_password(password):
            raise ValidationError("新密码不能与原密码相同。")
        return str(super().clean_password(password, user=user))

    def set_password(self, user: Any, password: str) -> None:
        """Note that the password is now known to nobody but its owner."""
        user.must_change_password = False
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead on to the desk."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)


def _cipher() -> Fernet:
    key = read_or_create_key(settings.HOME, KEY_NAME)
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


class EncryptingMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets in the database are useless without the key file of the installation."""

    def encrypt(self, text: str) -> str:
        """Return what is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address, which a forged X-Forwarded-For cannot change."""
    return str(get_client_ip(request) or "")


def sign_in_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Return the name a lock is kept under; sign-in ignores case, so writing it differently must not give new tries."""
    name = (credentials or {}).get("username") or request.POST.get("login", "")
    return Account.normalize_username(name)


def current_code(secret: str) -> str:
    """Return the code an authenticator app shows now for a TOTP secret."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD)))
