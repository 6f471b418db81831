"""One entry: reading its versions, writing it, handing it in, and withdrawing what is public."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.entry_forms import PREFIX, EntryForm, entry_form, initial_of
from heliograph.desk.entry_states import LABELS, current_public, field_rows, versions_of, with_state
from heliograph.desk.file_fields import with_uploads
from heliograph.desk.forms import WithdrawForm
from heliograph.desk.oversight import only_supervises, public_detail
from heliograph.desk.pages.registers import register_of
from heliograph.desk.scope import Scope, page
from heliograph.disclosure.actions import submit_for_release, withdraw_publication
from heliograph.disclosure.models import ReleaseStep
from heliograph.disclosure.queries import cited_articles
from heliograph.disclosure.rules import entrustment_unfiled
from heliograph.duties.queries import duties_of
from heliograph.kernel.verdict import Allowed, Refused, require
from heliograph.registers.actions import draft_entry, revise_entry
from heliograph.registers.errors import EntryFaultsError
from heliograph.registers.fieldsets import FieldSet, field_set
from heliograph.registers.models import Entry, Unit
from heliograph.registers.queries import choices_of, offered_articles, unit_of
from heliograph.registers.rules import may_write_by_hand


def entry_of(scope: Scope, register: str, entry: UUID) -> Entry:
    """Return an entry of this agency and register, 404 for any other."""
    entries = with_state(Entry.objects.filter(agency_id=scope.id, register=register))
    found: Entry = get_object_or_404(entries.select_related("owner_unit", "created_by"), pk=entry)
    return found


@page("read_registers", "GET", "HEAD")
def detail(scope: Scope, register: str, entry: UUID) -> HttpResponse:
    """Show an entry: its latest version beside the public one, versions and the way of each through approval."""
    found = entry_of(scope, register, entry)
    definition = register_of(scope, register)
    if only_supervises(scope):
        return public_detail(scope, found, definition)
    versions = list(versions_of(found))
    public = current_public(scope.id, found.pk)
    state = getattr(found, "state", "draft")
    steps = ReleaseStep.objects.filter(agency_id=scope.id, release__entry=found).select_related(
        "by", "release__version"
    )
    context = {
        "entry": found,
        "register": definition,
        "state": state,
        "tag": LABELS[state],
        "latest": versions[0],
        "unfiled": entrustment_unfiled(versions[0].data),
        "versions": versions,
        "public": public,
        "rows": field_rows(definition, versions[0].data, public.data if public else None),
        "steps": steps.order_by("-at"),
        "duties": duties_of(scope.id, "entry", found.pk),
        "may_revise": scope.may("revise_entry") and not found.in_review and bool(may_write_by_hand(definition)),
        "may_submit": scope.may("submit_for_release") and state == "draft",
        "may_withdraw": scope.may("withdraw_publication") and public is not None,
    }
    return scope.render("entry.html", context)


def open_units(scope: Scope) -> list[Unit]:
    """Return the agency's units that may be chosen."""
    return list(Unit.objects.filter(agency_id=scope.id, closed_on__isnull=True))


@page("draft_entry")
def new(scope: Scope, register: str) -> HttpResponse:
    """Write a new entry of a register."""
    fields = field_set(scope.id, register, scope.on)
    require(may_write_by_hand(fields.register))
    shape = entry_form(fields, choices_of(scope.id, fields), open_units(scope), new=True)
    form = _filled(scope, fields, shape, {"owner_unit": unit_of(scope.account, scope.id)})
    if scope.posted and form.is_valid():
        try:
            version = draft_entry(
                scope.id,
                register=register,
                content=form.content(),
                owner_unit_id=form.owner().unit_id,
                actor=scope.account,
                at=scope.at,
            )
        except EntryFaultsError as error:
            form.show_faults(error.faults)
        else:
            scope.done(f"已保存“{version.title}”，状态为草稿。")
            return redirect("desk:entry", agency=scope.agency.code, register=register, entry=version.entry_id)
    return _form_page(scope, fields, form, None)


def _filled(scope: Scope, fields: FieldSet, shape: type[EntryForm], initial: dict[str, Any]) -> EntryForm:
    """Return the form as it was sent, with what was uploaded kept, or as it begins."""
    if scope.sent is None:
        return shape(initial=initial)
    data, faults = with_uploads(scope, fields.register.fields, PREFIX)
    form = shape(data)
    for name, message in faults.items():
        form.add_error(name, message)
    return form


def _form_page(scope: Scope, fields: FieldSet, form: EntryForm, entry: Entry | None) -> HttpResponse:
    context = {
        "form": form,
        "register": fields.register,
        "entry": entry,
        "returned": getattr(entry, "state", "") == "returned",
        "citable": offered_articles(fields, cited_articles(scope.id)),
    }
    return scope.render("entry_form.html", context, status=422 if form.errors else 200)


@page("revise_entry")
def edit(scope: Scope, register: str, entry: UUID) -> HttpResponse:
    """Rewrite the draft of an entry, or begin its next version."""
    found = entry_of(scope, register, entry)
    fields = field_set(scope.id, register, scope.on)
    require(may_write_by_hand(fields.register))
    latest = versions_of(found)[0]
    choices = choices_of(scope.id, fields)
    shape = entry_form(fields, choices, open_units(scope), former=found.owner_unit, new=False)
    kept = {"verified": latest.verified, "read_in": latest.read_in, "rev": found.rev, "owner_unit": found.owner_unit_id}
    reason = latest.reason if latest.sealed_at is None else ""
    form = _filled(scope, fields, shape, {**initial_of(fields, latest.data), **kept, "reason": reason})
    if scope.posted and form.is_valid() and (done := _revise(scope, found, form)) is not None:
        return done
    return _form_page(scope, fields, form, found)


def _revise(scope: Scope, entry: Entry, form: EntryForm) -> HttpResponse | None:
    """Save; None when the form has to be shown again with its faults."""
    try:
        version = revise_entry(
            entry.pk,
            content=form.content(),
            actor=scope.account,
            at=scope.at,
            rev=form.cleaned_data["rev"],
            owner=form.owner(),
        )
    except EntryFaultsError as error:
        form.show_faults(error.faults)
        return None
    scope.done(f"已保存“{version.title}”第 {version.number} 版。")
    return redirect("desk:entry", agency=scope.agency.code, register=entry.register, entry=entry.pk)


NO_REVISION = Refused("entry.no_rev", "表单不完整。请重新打开这一条目，核对内容后再送审。", "国办发118号@2018")


def revision(text: str) -> int | None:
    """Return the `rev` of an entry that a form carried, None when it carried none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@page("submit_for_release", "POST", shows=detail)
def submit(scope: Scope, register: str, entry: UUID) -> HttpResponse:
    """Hand the latest version in for release, as it was when the page was opened."""
    found = entry_of(scope, register, entry)
    rev = revision(scope.request.POST.get("rev", ""))
    require(Allowed() if rev is not None else NO_REVISION)
    adjusted = scope.request.POST.get("adjusted") == "yes"
    latest = versions_of(found)[0]
    release = submit_for_release(latest.pk, actor=scope.account, at=scope.at, rev=rev, adjusted=adjusted)
    scope.done(f"已送审，等待“{release.stages[0]['label']}”。")
    return redirect("desk:entry", agency=scope.agency.code, register=register, entry=entry)


@page("withdraw_publication")
def withdraw(scope: Scope, register: str, entry: UUID) -> HttpResponse:
    """Withdraw what is public; the public page keeps the reason."""
    found = entry_of(scope, register, entry)
    public = current_public(scope.id, found.pk)
    form = WithdrawForm(scope.sent)
    if scope.posted and form.is_valid() and public is not None:
        given = form.cleaned_data
        withdraw_publication(public.pk, reason=given["reason"], basis=given["basis"], actor=scope.account, at=scope.at)
        scope.done(f"已撤回“{public.title}”。公开页面保留撤回说明。")
        return redirect("desk:entry", agency=scope.agency.code, register=register, entry=entry)
    context = {"form": form, "entry": found, "public": public, "register": register_of(scope, register)}
    return scope.render("withdraw.html", context, status=422 if form.errors else 200)
