"""What a page says of the act before it: in a signed cookie, so that no session is written for each act."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NoticeCookie(CookieStorage):
    """The cookie, under a name of our own: `__Host-` keeps other hosts of the domain from setting it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cookie_name = settings.NOTICE_COOKIE_NAME


class Notices(FallbackStorage):
    """What does not fit into the cookie waits in the session."""

    storage_classes = (NoticeCookie, SessionStorage)
