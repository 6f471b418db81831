"""How people sign in: accounts are made by an administrator, second-factor secrets are kept encrypted."""

from __future__ import annotations

import base64
import hashlib
import time
import unicodedata
from collections.abc import Mapping

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from heliograph.config.keys import read_or_create_key

KEY_NAME = "second-factor-key"


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """There is no public sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False


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
    return unicodedata.normalize("NFKC", name).strip().casefold()


def current_code(secret: str) -> str:
    """Return the code an authenticator app shows now for a TOTP secret."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // app_settings.TOTP_PERIOD)))
