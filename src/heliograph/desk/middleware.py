"""Nobody reaches the desk with a password alone, or with one that somebody else chose."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account

DESK = "/desk/"
_TOTP = Kept(
    lambda user: Authenticator.objects.filter(user_id=user, type=Authenticator.Type.TOTP).values_list("pk", flat=True),
    user=UUID,
)

Handler = Callable[[HttpRequest], HttpResponse]


class SecondFactor:
    """Send a signed-in account to what is missing before any page of the desk: its second factor, its own password."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at desk addresses only; signing in and the activation itself lie elsewhere."""
        if request.path.startswith(DESK) and isinstance(request.user, Account):
            if not self._has_totp(request):
                return redirect("mfa_activate_totp")
            if request.user.must_change_password:
                return redirect("account_change_password")
        return self.get_response(request)

    def _has_totp(self, request: HttpRequest) -> bool:
        return bool(_TOTP(user=request.user.pk))
