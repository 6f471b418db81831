"""How the desk gives a file of a case: as it was kept while the case is handled, as a marked copy from the archive."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from heliograph.desk.scope import Scope
from heliograph.documents.fonts import FontsMissingError
from heliograph.documents.typesetting import CannotTypesetError
from heliograph.dossiers.actions.reading import TakenFile
from heliograph.dossiers.bound_pdf import mark_file, marked
from heliograph.dossiers.models import Case
from heliograph.dossiers.rules.retrieving import RETRIEVAL
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.storage import storage

PDF = "application/pdf"
READ = "调阅"


def file_answer(
    scope: Scope, case: Case, taken: TakenFile, *, name: str = "", inline: bool = False
) -> HttpResponseBase:
    """Give a file that was taken: its bytes, or under a retrieval a copy with name and time across every page."""
    kept, shown = taken.file, name or taken.file.name
    if taken.right.retrieval is None:
        bytes_of = storage().open(kept.sha256)
        return FileResponse(bytes_of, as_attachment=not inline, filename=shown, content_type=kept.media_type)
    return marked_answer(scope, case, title=shown, media_type=kept.media_type, sha256=kept.sha256, inline=inline)


def marked_answer(
    scope: Scope, case: Case, *, title: str, media_type: str, sha256: str, inline: bool
) -> HttpResponseBase:
    """Give a copy of a file with who reads it when across every page; nothing where it cannot be marked."""
    with storage().open(sha256) as file:
        content = file.read()
    mark = marked(scope.account.display_name, scope.at, how=READ)
    pack = pack_in_force(case.agency_id, case.opened_on)
    try:
        copy = mark_file(case, pack, title=title, media_type=media_type, content=content, mark=mark, on=scope.on)
    except (CannotTypesetError, FontsMissingError) as error:
        raise ActRefusedError(Refused("retrieval.not_marked", str(error), RETRIEVAL)) from error
    answer = HttpResponse(copy, content_type=PDF)
    name = f"{title.removesuffix('.pdf')}.pdf"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=not inline, filename=name) or "inline"
    answer["Cache-Control"] = "no-store"
    return answer


def require_not_archived(case: Case) -> None:
    """Refuse what can bear no mark, such as an editable copy, of a case that is in the archive."""
    if case.state == Case.State.ARCHIVED:
        message = "案卷已经归档，不再提供草稿和可以编辑的副本。需要阅读的，请从“案卷调阅”办理。"
        require(Refused("retrieval.no_copy", message, RETRIEVAL))
