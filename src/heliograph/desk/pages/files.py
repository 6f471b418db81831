"""The files of entries, for those who may read the entry."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404

from heliograph.desk.oversight import may_read_version
from heliograph.desk.pages.registers import register_of
from heliograph.desk.scope import Scope, page
from heliograph.registers.models import EntryVersion
from heliograph.registers.queries import file_of
from heliograph.registers.storage import storage


@page("read_registers", "GET", "HEAD")
def entry_file(scope: Scope, register: str, entry: UUID, version: int, field: str) -> HttpResponseBase:
    """Give a file of one version to be saved; 404 for what is not there or not to be seen."""
    versions = EntryVersion.objects.filter(agency_id=scope.id, entry__register=register)
    found = get_object_or_404(versions, entry_id=entry, number=version)
    definition = next((one for one in register_of(scope, register).fields if one.id == field), None)
    public = definition is not None and definition.public
    kept = file_of(scope.id, found.data.get(field))
    if kept is None or not may_read_version(scope, found, public=public):
        raise Http404
    return FileResponse(
        storage().open(kept.sha256), as_attachment=True, filename=kept.name, content_type=kept.media_type
    )
