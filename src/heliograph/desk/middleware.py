"""Nobody reaches the desk with a password alone: the second factor is never off."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

DESK = "/desk/"

Handler = Callable[[HttpRequest], HttpResponse]


class SecondFactor:
    """Send a signed-in account without an authenticator app to its activation before any page of the desk."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at desk addresses only; signing in and the activation itself lie elsewhere."""
        if request.path.startswith(DESK) and request.user.is_authenticated and not self._has_totp(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _has_totp(self, request: HttpRequest) -> bool:
        kinds = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP)
        return bool(kinds.exists())
