"""The files of public entries, e.g. a letter of entrustment (委托书, 行政处罚法第二十条)."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponseBase

from heliograph.portal.pages.entries import opened
from heliograph.portal.site import NotFoundError, public_page
from heliograph.portal.values import definitions_of
from heliograph.registers.queries import file_of
from heliograph.registers.storage import storage


@public_page
def entry_file(
    request: HttpRequest, agency: str, register: str, number: int, version: int, field: str
) -> HttpResponseBase:
    """Give a public file of a version that is not withdrawn, to be saved. NotFoundError for anything else."""
    found = opened(agency, register, number)
    wanted = found.version(version)
    public = any(one.id == field and one.type == "file" for one in definitions_of(wanted, found.register))
    readable = found.current is not None and wanted.withdrawn_at is None
    kept = file_of(found.scope.agency.pk, wanted.data.get(field)) if public and readable else None
    if kept is None:
        raise NotFoundError("没有公开这个文件。请从条目页查看。", found.scope.site)
    content = storage().open(kept.sha256)
    return FileResponse(content, as_attachment=True, filename=kept.name, content_type=kept.media_type)
