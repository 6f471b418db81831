"""Browsers in which the cast has signed in with both factors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from heliograph.registers.models import Account

Browser = Callable[[Account], Client]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def browser(db: None) -> Browser:
    """Open a browser in which somebody is signed in."""

    def open_for(account: Account) -> Client:
        if not Authenticator.objects.filter(user=account).exists():
            TOTP.activate(account, generate_totp_secret())
        client = Client()
        client.force_login(account, backend=BACKEND)
        return client

    return open_for
