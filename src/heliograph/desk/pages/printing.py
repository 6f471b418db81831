"""Batch print: several issued documents of a case, chosen from a list, as one PDF."""

from __future__ import annotations

import hashlib
import io
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase
from pypdf import PdfWriter

from heliograph.desk.case_reading import case_of
from heliograph.desk.file_answers import require_not_archived
from heliograph.desk.scope import Scope, page
from heliograph.documents.models import Document
from heliograph.documents.queries import documents_of
from heliograph.dossiers.actions.making import SUBJECT
from heliograph.dossiers.actions.printing import file_of, note_print, sheets_of
from heliograph.registers.storage import storage


@page("read_cases")
def document_print(scope: Scope, case: UUID) -> HttpResponseBase:
    """List the issued documents of a case; give those that were chosen as one PDF."""
    found = case_of(scope, case)
    require_not_archived(found)
    if scope.posted:
        return _printed(scope, found.pk)
    issued = documents_of(found.agency_id, SUBJECT, found.pk).filter(state=Document.State.ISSUED)
    rows = list(issued.select_related("sealed", "issued_by"))
    chosen = set(scope.sent.getlist("documents")) if scope.sent else {str(one.pk) for one in rows}
    context = {"case": found, "rows": [(one, str(one.pk) in chosen, hasattr(one, "sealed")) for one in rows]}
    return scope.render("document_print.html", context)


def _printed(scope: Scope, case: UUID) -> HttpResponseBase:
    try:
        chosen = [UUID(key) for key in scope.request.POST.getlist("documents")]
    except ValueError:
        raise Http404 from None
    found, sheets = sheets_of(case, chosen, actor=scope.account, at=scope.at)
    writer = PdfWriter()
    for one in sheets:
        with storage().open(file_of(one)) as file:
            writer.append(file, outline_item=str(one), import_outline=False)
    made = io.BytesIO()
    writer.add_metadata({"/Title": f"{found.number} 文书", "/Author": found.agency.name})
    writer.write(made)
    sha256 = hashlib.sha256(made.getvalue()).hexdigest()
    note_print(found.pk, chosen, sha256=sha256, actor=scope.account, at=scope.at)
    made.seek(0)
    name = f"{found.number}文书（{len(sheets)}份）.pdf"
    return FileResponse(made, as_attachment=True, filename=name, content_type="application/pdf")
