"""Accounts and roles, for the security administrator only."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.forms import AccountForm, EndRoleForm, GrantForm
from heliograph.desk.scope import Scope, page
from heliograph.registers.actions import close_account, create_account, end_role, grant_role
from heliograph.registers.models import Account, Person, RoleGrant


@page("manage_accounts")
def accounts(scope: Scope) -> HttpResponse:
    """List the accounts that hold or held a role in the agency; create one with its first role."""
    people = Person.objects.filter(agency_id=scope.id, account__isnull=True)
    choices = [(str(person.pk), person.name) for person in people]
    form = AccountForm(scope.request.POST or None, people=choices)
    if scope.request.method == "POST" and form.is_valid() and _create(scope, form):
        return redirect("desk:accounts", agency=scope.agency.code)
    context = {"accounts": _accounts(scope), "form": form}
    return scope.render("accounts.html", context, status=422 if form.errors else 200)


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
                organisation=scope.agency.name,
                password=given["password"],
                duty_class=given["duty_class"],
                person=person,
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
    scope.done(f"已建立账户“{account.username}”。请本人首次登录后修改密码并启用动态口令。")
    return True


def account_of(scope: Scope, account: UUID) -> Account:
    """Return an account with a role in the agency, 404 for any other."""
    return get_object_or_404(Account.objects.filter(grants__agency_id=scope.id).distinct(), pk=account)


@page("manage_accounts")
def account(scope: Scope, account: UUID) -> HttpResponse:
    """Show one account's roles in the agency and grant another."""
    found = account_of(scope, account)
    form = GrantForm(scope.request.POST or None)
    if scope.request.method == "POST" and form.is_valid():
        grant = grant_role(found.pk, agency_id=scope.id, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done(f"已授予“{grant.get_role_display()}”。")
        return redirect("desk:account", agency=scope.agency.code, account=account)
    grants = (
        RoleGrant.objects.filter(agency_id=scope.id, account=found).select_related("granted_by").order_by("-from_on")
    )
    context = {"account": found, "grants": grants, "form": form, "own": found.pk == scope.account.pk}
    return scope.render("account.html", context, status=422 if form.errors else 200)


@page("manage_accounts")
def end_grant(scope: Scope, grant: UUID) -> HttpResponse:
    """End a role on a day; it stays as history."""
    found = get_object_or_404(RoleGrant.objects.select_related("account"), agency_id=scope.id, pk=grant)
    form = EndRoleForm(scope.request.POST or None)
    if scope.request.method == "POST" and form.is_valid():
        end_role(found.pk, to_on=form.cleaned_data["to_on"], actor=scope.account, at=scope.at)
        scope.done(f"“{found.get_role_display()}”角色的终止日已登记。")
        return redirect("desk:account", agency=scope.agency.code, account=found.account_id)
    context = {"grant": found, "form": form}
    return scope.render("grant_end.html", context, status=422 if form.errors else 200)


@page("manage_accounts", "POST")
def close(scope: Scope, account: UUID) -> HttpResponse:
    """Disable an account: its next request fails."""
    found = account_of(scope, account)
    close_account(found.pk, agency_id=scope.id, actor=scope.account, at=scope.at)
    scope.done(f"已停用账户“{found.username}”。")
    return redirect("desk:accounts", agency=scope.agency.code)
