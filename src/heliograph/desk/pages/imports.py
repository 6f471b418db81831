"""Importing a sheet: upload and dry run, confirmation, progress."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.forms import UploadForm, uploaded
from heliograph.desk.pages.registers import register_of
from heliograph.desk.scope import Scope, page
from heliograph.kernel.verdict import require
from heliograph.registers.actions.imports import check_import, start_import
from heliograph.registers.imports import RowFault, SheetError, read_sheet
from heliograph.registers.models import ImportBatch
from heliograph.registers.rules import may_write_by_hand

RECENT = 10


@page("import_entries")
def upload(scope: Scope, register: str) -> HttpResponse:
    """Take a sheet and check it; nothing enters the register before it is confirmed."""
    definition = register_of(scope, register)
    require(may_write_by_hand(definition))
    form = UploadForm(scope.sent, scope.request.FILES or None)
    if scope.posted and form.is_valid():
        name, content = uploaded(form, "file")
        try:
            sheet = read_sheet(name, content)
        except SheetError as error:
            form.add_error("file", str(error))
        else:
            batch = check_import(
                scope.id,
                register=register,
                file_name=name,
                sheet=sheet,
                reason=form.cleaned_data["reason"],
                actor=scope.account,
                at=scope.at,
            )
            return redirect("desk:import-progress", agency=scope.agency.code, register=register, batch=batch.pk)
    batches = ImportBatch.objects.filter(agency_id=scope.id, register=register).defer("rows", "faults", "warnings")
    context = {"form": form, "register": definition, "batches": batches.select_related("created_by")[:RECENT]}
    return scope.render("import.html", context, status=422 if form.errors else 200)


def batch_of(scope: Scope, register: str, batch: UUID) -> ImportBatch:
    """Return an import of this agency and register, 404 for any other."""
    return get_object_or_404(ImportBatch.objects.defer("rows"), agency_id=scope.id, register=register, pk=batch)


@page("import_entries")
def progress(scope: Scope, register: str, batch: UUID) -> HttpResponse:
    """Show the outcome of the check, take the confirmation, then show how far the import is."""
    found = batch_of(scope, register, batch)
    if scope.posted:
        start_import(found.pk, actor=scope.account, at=scope.at)
        return redirect("desk:import-progress", agency=scope.agency.code, register=register, batch=batch)
    faults = [RowFault(**fault) for fault in found.faults]
    warnings = [RowFault(**each) for each in found.warnings]
    context = {"batch": found, "register": register_of(scope, register), "faults": faults, "warnings": warnings}
    return scope.render("import_progress.html", context)


@page("import_entries", "GET", "HEAD")
def state(scope: Scope, register: str, batch: UUID) -> HttpResponse:
    """Give the progress as JSON for the page's script."""
    found = batch_of(scope, register, batch)
    return JsonResponse({"state": found.state, "done": found.done_count, "of": found.row_count})
