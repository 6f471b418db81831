"""Keeps what was uploaded between a preview and its confirmation, for the person who uploaded it and a short time."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.core.cache import caches

KEPT_SECONDS = 60 * 60
PREVIEWS = "previews"  # not the cache in which tries to sign in are counted: uploads could push those out


def keep(account_id: UUID, kind: str, value: Any) -> str:
    """Keep a value and return the token under which this account finds it again."""
    token = secrets.token_urlsafe(24)
    caches[PREVIEWS].set(_key(account_id, kind, token), value, KEPT_SECONDS)
    return token


def find(account_id: UUID, kind: str, token: str) -> Any | None:
    """Return what this account kept, None when the time is over or the token is another's."""
    return caches[PREVIEWS].get(_key(account_id, kind, token)) if token.isprintable() and len(token) < 65 else None


def drop(account_id: UUID, kind: str, token: str) -> None:
    """Forget a value that was used."""
    caches[PREVIEWS].delete(_key(account_id, kind, token))


def _key(account_id: UUID, kind: str, token: str) -> str:
    return f"desk:{kind}:{account_id}:{token.replace(' ', '')}"
