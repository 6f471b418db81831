"""What every page of the desk starts from: the account, the agency in the address and the roles held there."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from heliograph.desk import clock
from heliograph.desk.menu import menu
from heliograph.disclosure.permissions import ACTS as DISCLOSURE_ACTS
from heliograph.documents.permissions import ACTS as DOCUMENT_ACTS
from heliograph.dossiers.permissions import ACTS as DOSSIER_ACTS
from heliograph.dossiers.permissions import Reader
from heliograph.duties.permissions import ACTS as DUTY_ACTS
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.kernel.workdays import WorkCalendar
from heliograph.legality_review.permissions import ACTS as REVIEW_ACTS
from heliograph.procedures.permissions import ACTS as PROCEDURE_ACTS
from heliograph.regimes.queries import pack_in_force, work_calendar
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account, Agency, Role
from heliograph.registers.permissions import ACTS as REGISTER_ACTS
from heliograph.registers.permissions import Act, may, place_of

ACTS: dict[str, Act] = {
    **REGISTER_ACTS, **DISCLOSURE_ACTS, **DUTY_ACTS, **PROCEDURE_ACTS, **DOCUMENT_ACTS,
    **DOSSIER_ACTS, **REVIEW_ACTS,
}  # fmt: skip
_AGENCY = Kept(lambda code: Agency.objects.select_related("government").filter(code=code).order_by(), code=str)
INPUT_FAULTS = {"no_reason", "reason", "no_rev", "vague", "dates", "order", "exists", "unknown"}
WRONG_PERSON = {
    "role.missing", "jurisdiction.outside", "step.role", "case.not_handler", "retrieval.needed", "retrieval.secret",
    "retrieval.not_covered", "retrieval.destroyed", "retrieval.approver", "retrieval.not_yours",
}  # fmt: skip
WHOLE_DOCUMENTS = {"国办发118号@2018", "GB/T 22239-2019"}  # where the code has no closer clause to name
LONGEST_NUMBER = 10
NO_REVISION = -1
UNKNOWN_REGISTER = "register.unknown"
# Two acts on the same things, each waiting for the other: the database ended this one, and nothing of it is left.
COLLISIONS = {"40P01", "40001"}
COLLIDED = Refused(
    "act.collided", "他人正在同时办理相同的事项，本次没有办理，数据没有改变。请再提交一次。", "GB/T 22239-2019"
)


@dataclass(frozen=True)
class Scope:
    """Who asks, in which agency, holding which roles, at what time."""

    request: HttpRequest
    account: Account
    agency: Agency
    roles: frozenset[Role]
    at: datetime
    on: date
    unit_id: UUID | None = None  # the unit that the account works in now
    refusal: Refused | None = None  # why the sent form was not accepted, when its page is drawn again

    @property
    def posted(self) -> bool:
        """Whether a form was sent and is to be acted on: not when its page is only drawn again."""
        return self.request.method == "POST"

    @property
    def sent(self) -> QueryDict | None:
        """What was sent, to fill the form with, also when its page is drawn again."""
        return self.request.POST or None

    @property
    def sent_rev(self) -> int:
        """The revision at which the sent form was opened, as it says; a form that says none is as old as can be."""
        said = self.request.POST.get("rev", "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < LONGEST_NUMBER else NO_REVISION

    def may(self, act: str) -> bool:
        """Say whether the account's roles here cover an act; the act itself decides again."""
        return bool(may(ACTS[act], self.roles))

    @property
    def reads_cases(self) -> bool:
        """Whether the account may look cases up here: then the page has the search box."""
        return self.may("read_cases")

    @functools.cached_property
    def pack(self) -> Pack:
        """The agency's rules in force today."""
        return pack_in_force(self.agency.pk, self.on)

    @functools.cached_property
    def calendar(self) -> WorkCalendar:
        """The working days, read once for a page."""
        return work_calendar()

    @functools.cached_property
    def reader(self) -> Reader:
        """Who reads cases here: the roles and the unit of the account."""
        return Reader(self.account, self.agency.pk, self.roles, self.unit_id)

    @property
    def id(self) -> UUID:
        """The agency's key."""
        return self.agency.pk

    def render(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """Draw a page of the desk."""
        shared = {
            "scope": self,
            "agency": self.agency,
            "menu": menu(self.agency.code, self.may, self.request.path),
            "refusal": self.refusal,
            "refusal_basis": "" if self.refusal is None else shown_basis(self.refusal),
            "refusal_in_form": self.refusal is not None and _holds_sent_form(context.values(), self.request.GET),
        }
        shown = status if self.refusal is None else status_of(self.refusal)
        return render(self.request, f"desk/{template}", {**shared, **context}, status=shown)

    def require(self, act: str) -> None:
        """Raise the refusal of an act that the account's roles here do not cover."""
        require(may(ACTS[act], self.roles))

    def done(self, text: str) -> None:
        """Say on the next page what was done."""
        messages.success(self.request, text)

    def refused(self, verdict: Refused) -> HttpResponse:
        """Show a refusal with its basis as a page of its own: 403 for a missing role, 409 for the state of things."""
        return self.render(
            "refused.html", {"verdict": verdict, "basis": shown_basis(verdict)}, status=status_of(verdict)
        )

    def again(self, verdict: Refused, *, own_form: bool) -> Scope:
        """Return the scope in which a page is drawn again, as for reading, beside the refusal of what was sent to it.

        The page keeps what was typed unless the form stood on another one.
        """
        request = copy(self.request)
        request.method = "GET"
        if not own_form:
            request.POST = QueryDict()
        return replace(self, request=request, refusal=verdict)


PageView = Callable[..., HttpResponseBase]


def shown_basis(verdict: Refused) -> str:
    """Return the basis worth reading beside a refusal: none for a slip of the pen, none that names no article."""
    plain = verdict.code.rpartition(".")[2] in INPUT_FAULTS or verdict.basis in WHOLE_DOCUMENTS
    return "" if plain else verdict.basis


def status_of(verdict: Refused) -> int:
    """Return the HTTP status of a refusal."""
    return 403 if verdict.code in WRONG_PERSON else 409


def scope_of(request: HttpRequest, code: str) -> Scope:
    """Return the scope of a request. 404 where the account holds no role: it does not learn what is there."""
    account = request.user
    if not isinstance(account, Account):
        raise Http404
    agency = _AGENCY.first(code=code)
    at = clock.now()
    on = clock.today()
    roles, unit_id = place_of(account, agency.pk, on) if agency else (frozenset(), None)
    if agency is None or not roles:
        raise Http404
    return Scope(request, account, agency, roles, at, on, unit_id=unit_id)


def _holds_sent_form(values: Iterable[Any], asked: QueryDict) -> bool:
    """Say whether a page shows the form that was sent: there the refusal stands, otherwise on top of the page."""
    for value in values:
        if isinstance(value, forms.BaseForm):
            if value.is_bound and value.data is not asked:
                return True
        elif isinstance(value, Mapping | list | tuple):
            inner = value.values() if isinstance(value, Mapping) else value
            if _holds_sent_form(inner, asked):
                return True
    return False


def page(act: str, *methods: str, also: str = "", shows: PageView | None = None) -> Callable[[PageView], PageView]:
    """Guard a page: agency scope, the act's roles, and refusals and unknown ids turned into answers.

    `also` names a second act whose roles may open the page; `shows` the page on which the button of an act stands that
    has no page of its own.
    """

    def wrap(view: PageView) -> PageView:
        drawn = inspect.unwrap(shows) if shows else None if methods == ("POST",) else view

        @require_http_methods(["GET", "HEAD", "POST"] if not methods else list(methods))
        @functools.wraps(view)
        def guarded(request: HttpRequest, agency: str, **arguments: Any) -> HttpResponseBase:
            scope = scope_of(request, agency)
            verdict = may(ACTS[act], scope.roles)
            if isinstance(verdict, Refused) and not (also and scope.may(also)):
                return scope.refused(verdict)
            try:
                return _called(view, scope, arguments)
            except ActRefusedError as error:
                if error.verdict.code == UNKNOWN_REGISTER and request.method == "GET":
                    raise Http404 from None
                return _answer(scope, error.verdict, drawn, arguments, own_form=shows is None)
            except ObjectDoesNotExist:
                raise Http404 from None

        return guarded

    return wrap


def _called(view: PageView, scope: Scope, arguments: Mapping[str, Any]) -> HttpResponseBase:
    """Call a page; a collision that the database ended becomes a refusal."""
    try:
        return view(scope, **arguments)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) not in COLLISIONS:
            raise
        raise ActRefusedError(COLLIDED) from error


def _answer(
    scope: Scope, verdict: Refused, drawn: PageView | None, arguments: Mapping[str, Any], *, own_form: bool
) -> HttpResponseBase:
    """Answer a refusal on the page that it came from, with what was typed; on a page of its own where there is none.

    Somebody without the role cannot put it right there either and gets the page of its own.
    """
    if drawn is None or not scope.posted or status_of(verdict) == HTTPStatus.FORBIDDEN:
        return scope.refused(verdict)
    try:
        return drawn(scope.again(verdict, own_form=own_form), **arguments)
    except (ActRefusedError, ObjectDoesNotExist):
        return scope.refused(verdict)


def page_number(request: HttpRequest) -> int:
    """Return the page asked for, 1 when it is missing or no number."""
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
