"""Session limits and page headers that Django does not bring."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

STARTED = "heliograph_session_started"
SEEN = "heliograph_session_seen"
SEEN_RESOLUTION_SECONDS = 60  # a session row is not written more often than this
PRIVATE_PREFIXES = ("/desk/", "/accounts/")
# Files that every cache on the way may keep: who reads them is not asked, so that no session is looked up for them.
SAME_FOR_ALL = ("/log/public/", "/log/policy.txt")

Handler = Callable[[HttpRequest], HttpResponse]


class SessionLimits:
    """End a signed-in session after 30 minutes without a request, and after 8 hours in any case."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check the session's age before anything else looks at who is signed in."""
        if request.user.is_authenticated:
            self._check(request, int(time.time()))
        return self.get_response(request)

    def _check(self, request: HttpRequest, now: int) -> None:
        started = request.session.setdefault(STARTED, now)
        seen = request.session.setdefault(SEEN, now)
        if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
            logout(request)
        elif now - seen >= SEEN_RESOLUTION_SECONDS:
            request.session[SEEN] = now


class PageHeaders:
    """Forbid what pages never need, and keep pages behind the sign-in out of every cache."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to an answer."""
        same_for_all = request.path.startswith(SAME_FOR_ALL)
        if same_for_all:
            request.COOKIES = {}
        response = self.get_response(request)
        if same_for_all:
            _vary_less(response, "Cookie")
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        if request.path.startswith(PRIVATE_PREFIXES):
            response.headers["Cache-Control"] = "no-store"
        return response


def _vary_less(response: HttpResponse, header: str) -> None:
    """Take a header of requests from those that an answer is said to depend on."""
    names = [name.strip() for name in response.get("Vary", "").split(",")]
    del response["Vary"]
    kept = [name for name in names if name not in {"", header}]
    if kept:
        response["Vary"] = ", ".join(kept)
