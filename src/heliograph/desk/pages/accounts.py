"""Accounts and roles, for the security administrator only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.account_forms import AccountForm, EndRoleForm, GrantForm, KnownGrantForm, LinkForm
from heliograph.desk.scope import Scope, page
from heliograph.registers.actions import create_account, end_role, grant_role, grant_role_by_name, link_person
from heliograph.registers.models import Account, Person, Role, RoleGrant
from heliograph.registers.permissions import managing_agency
from heliograph.registers.queries import sign_in_state


@page("manage_accounts")
def accounts(scope: Scope) -> HttpResponse:
    """List the accounts that hold or held a role in the agency; create one with its first role."""
    form = AccountForm(scope.sent, people=_people(scope))
    if scope.posted and form.is_valid() and _create(scope, form):
        return redirect("desk:accounts", agency=scope.agency.code)
    context = {"accounts": _accounts(scope), "form": form}
    return scope.render("accounts.html", context, status=422 if form.errors else 200)


def _people(scope: Scope) -> list[tuple[str, str]]:
    """Return the agency's people who have no account yet."""
    people = Person.objects.filter(agency_id=scope.id, account__isnull=True)
    return [(str(person.pk), person.name) for person in people]


def _organisation(scope: Scope, role: str) -> str:
    """Return whom an account belongs to when the form does not say: the overseer sends its own reviewer."""
    return scope.agency.government.overseer if role == Role.SUPERVISOR else scope.agency.name


def _accounts(scope: Scope) -> list[Account]:
    grants = RoleGrant.objects.filter(agency_id=scope.id).order_by("-from_on")
    holders = Account.objects.filter(grants__agency_id=scope.id).distinct().select_related("person")
    return list(holders.prefetch_related(Prefetch("grants", queryset=grants, to_attr="grants_here")))


def _create(scope: Scope, form: AccountForm) -> bool:
    given = form.cleaned_data
    person = Person.objects.filter(agency_id=scope.id, pk=given["person"]).first() if given["person"] else None
    try:
        with transaction.atomic():  # an account without its role would be seen by no agency
            account = create_account(
                username=given["username"],
                display_name=given["display_name"],
                organisation=given["organisation"] or _organisation(scope, given["role"]),
                password=given["password"],
                duty_class=given["duty_class"],
                person=person,
                actor=scope.account,
                at=scope.at,
            )
            grant_role(
                account.pk,
                agency_id=scope.id,
                role=given["role"],
                from_on=given["from_on"],
                actor=scope.account,
                at=scope.at,
            )
    except ValidationError as error:
        form.add_error("password", error)
        return False
    scope.done(f"已建立账户“{account.username}”。请本人首次登录后修改密码并启用动态验证码。")
    return True


def account_of(scope: Scope, account: UUID) -> Account:
    """Return an account with a role in the agency, 404 for any other."""
    return get_object_or_404(Account.objects.filter(grants__agency_id=scope.id).distinct(), pk=account)


@page("manage_accounts")
def account(scope: Scope, account: UUID) -> HttpResponse:
    """Show one account's roles in the agency and grant another."""
    found = account_of(scope, account)
    form = GrantForm(scope.sent, duty_class=found.duty_class)
    if scope.posted and form.is_valid():
        grant = grant_role(found.pk, agency_id=scope.id, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done(f"已授予“{grant.get_role_display()}”。")
        return redirect("desk:account", agency=scope.agency.code, account=account)
    return scope.render("account.html", _context(scope, found, form), status=422 if form.errors else 200)


def _context(scope: Scope, found: Account, form: GrantForm) -> dict[str, Any]:
    grants = RoleGrant.objects.filter(agency_id=scope.id, account=found).select_related("granted_by")
    own = found.pk == scope.account.pk
    managed = not own and managing_agency(found.pk, scope.on) in {scope.id, None}
    return {
        "account": found,
        "grants": [(grant, grant.to_on is None or grant.to_on >= scope.on) for grant in grants.order_by("-from_on")],
        "changes": found.changes.filter(agency_id=scope.id).select_related("made_by"),
        "form": form,
        "own": own,
        "sign_in": sign_in_state(found, scope.at),
        "managed": managed,
        "may_link": managed and found.person_id is None and found.duty_class == Account.DutyClass.CASE,
    }


@page("manage_accounts")
def known(scope: Scope) -> HttpResponse:
    """Grant a role to an account that another body uses, by its whole user name."""
    form = KnownGrantForm(scope.sent)
    if scope.posted and form.is_valid():
        grant = grant_role_by_name(**form.cleaned_data, agency_id=scope.id, actor=scope.account, at=scope.at)
        scope.done(f"已授予“{grant.get_role_display()}”。")
        return redirect("desk:account", agency=scope.agency.code, account=grant.account_id)
    return scope.render("account_known.html", {"form": form}, status=422 if form.errors else 200)


@page("manage_accounts")
def link(scope: Scope, account: UUID) -> HttpResponse:
    """Say which registered person an account belongs to, once."""
    found = account_of(scope, account)
    form = LinkForm(scope.sent, people=_people(scope))
    if scope.posted and form.is_valid():
        person = Person.objects.get(agency_id=scope.id, pk=form.cleaned_data["person"])
        link_person(found.pk, person=person, actor=scope.account, at=scope.at)
        scope.done(f"账户“{found.username}”已关联“{person.name}”。")
        return redirect("desk:account", agency=scope.agency.code, account=account)
    return scope.render("account_person.html", {"account": found, "form": form}, status=422 if form.errors else 200)


@page("manage_accounts")
def end_grant(scope: Scope, grant: UUID) -> HttpResponse:
    """End a role on a day, or at once; it stays as history."""
    found = get_object_or_404(RoleGrant.objects.select_related("account"), agency_id=scope.id, pk=grant)
    at_once = "now" in scope.request.POST
    form = EndRoleForm(None if at_once else scope.sent)
    if scope.posted and (at_once or form.is_valid()):
        to_on = None if at_once else form.cleaned_data["to_on"]
        end_role(found.pk, to_on=to_on, actor=scope.account, at=scope.at)
        scope.done(f"“{found.get_role_display()}”角色{'已终止' if at_once else '的终止日已登记'}。")
        return redirect("desk:account", agency=scope.agency.code, account=found.account_id)
    context = {"grant": found, "form": form}
    return scope.render("grant_end.html", context, status=422 if form.errors else 200)
