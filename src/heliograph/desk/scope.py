"""What every page of the desk starts from: the account, the agency in the address and the roles held there."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from heliograph.desk import clock
from heliograph.desk.menu import menu
from heliograph.disclosure.permissions import ACTS as DISCLOSURE_ACTS
from heliograph.duties.permissions import ACTS as DUTY_ACTS
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Agency, Role
from heliograph.registers.permissions import ACTS as REGISTER_ACTS
from heliograph.registers.permissions import Act, may, roles_of

ACTS: dict[str, Act] = {**REGISTER_ACTS, **DISCLOSURE_ACTS, **DUTY_ACTS}
UNKNOWN_REGISTER = "register.unknown"


@dataclass(frozen=True)
class Scope:
    """Who asks, in which agency, holding which roles, at what time."""

    request: HttpRequest
    account: Account
    agency: Agency
    roles: frozenset[Role]
    at: datetime
    on: date

    def may(self, act: str) -> bool:
        """Say whether the account's roles here cover an act; the act itself decides again."""
        return bool(may(ACTS[act], self.roles))

    @functools.cached_property
    def pack(self) -> Pack:
        """The agency's rules in force today."""
        return pack_in_force(self.agency.pk, self.on)

    @property
    def id(self) -> UUID:
        """The agency's key."""
        return self.agency.pk

    def render(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """Draw a page of the desk."""
        shared = {"scope": self, "agency": self.agency, "menu": menu(self.agency.code, self.may, self.request.path)}
        return render(self.request, f"desk/{template}", {**shared, **context}, status=status)

    def require(self, act: str) -> None:
        """Raise the refusal of an act that the account's roles here do not cover."""
        require(may(ACTS[act], self.roles))

    def done(self, text: str) -> None:
        """Say on the next page what was done."""
        messages.success(self.request, text)

    def refused(self, verdict: Refused) -> HttpResponse:
        """Show a refusal with its basis as a page of its own: 403 for a missing role, 409 for the state of things."""
        return self.render("refused.html", {"verdict": verdict}, status=status_of(verdict))


PageView = Callable[..., HttpResponse]


def status_of(verdict: Refused) -> int:
    """Return the HTTP status of a refusal."""
    return 403 if verdict.code in {"role.missing", "jurisdiction.outside"} else 409


def scope_of(request: HttpRequest, code: str) -> Scope:
    """Return the scope of a request. 404 where the account holds no role: it does not learn what is there."""
    account = request.user
    if not isinstance(account, Account):
        raise Http404
    agency = Agency.objects.select_related("government").filter(code=code).first()
    at = clock.now()
    on = clock.today()
    roles = roles_of(account, agency.pk, on) if agency else frozenset()
    if agency is None or not roles:
        raise Http404
    return Scope(request=request, account=account, agency=agency, roles=roles, at=at, on=on)


def page(act: str, *methods: str, also: str = "") -> Callable[[PageView], PageView]:
    """Guard a page: agency scope, the act's roles, and refusals and unknown ids turned into answers.

    `also` names a second act whose roles may open the page.
    """

    def wrap(view: PageView) -> PageView:
        @require_http_methods(["GET", "HEAD", "POST"] if not methods else list(methods))
        @functools.wraps(view)
        def guarded(request: HttpRequest, agency: str, **arguments: Any) -> HttpResponse:
            scope = scope_of(request, agency)
            verdict = may(ACTS[act], scope.roles)
            if isinstance(verdict, Refused) and not (also and scope.may(also)):
                return scope.refused(verdict)
            try:
                return view(scope, **arguments)
            except ActRefusedError as error:
                if error.verdict.code == UNKNOWN_REGISTER and request.method == "GET":
                    raise Http404 from None
                return scope.refused(error.verdict)
            except ObjectDoesNotExist:
                raise Http404 from None

        return guarded

    return wrap


def page_number(request: HttpRequest) -> int:
    """Return the page asked for, 1 when it is missing or no number."""
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
