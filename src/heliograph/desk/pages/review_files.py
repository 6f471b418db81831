"""The package of a review before the reviewer: a file of it beside the form, and the whole as one PDF."""

from __future__ import annotations

import binascii
import hashlib
import tempfile
from typing import IO, Any
from uuid import UUID

from csp.decorators import csp_replace
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin

from heliograph.desk.case_reading import case_of
from heliograph.desk.cited import in_words
from heliograph.desk.pages.reviews import case_review
from heliograph.desk.scope import LONGEST_NUMBER, Scope, page
from heliograph.documents import fonts
from heliograph.documents.page_pictures import CannotPictureError, page_pictures
from heliograph.documents.typesetting import CannotTypesetError
from heliograph.dossiers.actions.reading import TakenFile, read_case_file
from heliograph.dossiers.bound_pdf import Bundled, bind_package, marked
from heliograph.kernel.verdict import Refused, require
from heliograph.legality_review.actions import note_package, packable
from heliograph.legality_review.models import Review
from heliograph.legality_review.package import Piece
from heliograph.legality_review.rules.reviewing import SUBMISSION
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.files import MEGABYTE
from heliograph.registers.storage import storage

IN_MEMORY = 16 * MEGABYTE
AT_ONCE = 10  # pages of a file on one page of the desk
PDF = "application/pdf"
PICTURES = frozenset({"image/jpeg", "image/png"})
NAME = "法制审核送审材料"


@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})
@page("read_reviews", "GET", "HEAD")
def review_shown(scope: Scope, case: UUID, file: UUID) -> HttpResponse:
    """Show the pages of a file of a case as pictures, in a frame beside the form; looking is a record."""
    found = case_of(scope, case)
    taken = read_case_file(found.pk, file, actor=scope.account, at=scope.at)
    first = _first(scope)
    return scope.render("review_shown.html", {"case": found, "file": taken.file, **_shown(taken, first)})


def _first(scope: Scope) -> int:
    said = scope.request.GET.get("from", "")
    return max(int(said), 1) if said.isdecimal() and len(said) < LONGEST_NUMBER else 1


def _shown(taken: TakenFile, first: int) -> dict[str, Any]:
    """Return the pages from one on as pictures in the page, and where the next ones begin; nothing of other kinds."""
    kind = taken.file.media_type
    if taken.right.retrieval is not None or kind not in {PDF, *PICTURES}:
        return {}  # from the archive a file is read under its mark
    with storage().open(taken.file.sha256) as kept:
        content = kept.read()
    if kind in PICTURES:
        return {"pages": [(1, _inline(content, kind))], "total": 1}
    try:
        drawn = page_pictures(content, first=first, most=AT_ONCE)
    except CannotPictureError:
        return {}
    pages = [(first + at, _inline(one, "image/png")) for at, one in enumerate(drawn.pictures)]
    return {"pages": pages, "total": drawn.total, "before": max(first - AT_ONCE, 1) if first > 1 else None,
            "after": first + AT_ONCE if first + AT_ONCE <= drawn.total else None}  # fmt: skip


def _inline(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{binascii.b2a_base64(content, newline=False).decode()}"


@page("export_package", "POST", shows=case_review)
def review_package(scope: Scope, case: UUID) -> HttpResponseBase:
    """Give the package of the last round as one PDF with bookmarks, under a watermark; taking it out is a record."""
    review, pieces = packable(case, actor=scope.account, at=scope.at)
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    try:
        _write(scope, review, pieces, file)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        note_package(case, sha256=sha256, actor=scope.account, at=scope.at)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"{review.case.number}送审材料（第{review.number}轮）.pdf"
    return FileResponse(file, as_attachment=True, filename=name, content_type=PDF)


def _write(scope: Scope, review: Review, pieces: list[Piece], into: IO[bytes]) -> None:
    case = review.case
    rows = (
        ("案号", case.number),
        ("案由", case.title),
        ("送审轮次", f"第 {review.number} 轮"),
        ("承办机构", case.unit.name),
        ("送审人", f"{review.submitted_by.display_name}，{review.submitted_at.astimezone():%Y-%m-%d}"),
        ("审核事由", "、".join(one["ground"] for one in review.grounds)),
        ("材料", f"{len(pieces)} 件"),
        ("责任声明", "承办机构对送审材料的真实性、准确性、完整性负责"),
    )
    bundled = [
        Bundled(one.title, one.kept.sha256, one.kept.media_type)
        if one.kept
        else Bundled(one.title, text=in_words(one.text or one.note))
        for one in pieces
    ]
    mark = marked(scope.account.display_name, scope.at)
    pack = pack_in_force(case.agency_id, case.opened_on)
    try:
        bind_package(case, pack, NAME, rows, bundled, mark=mark, on=scope.on, into=into)
    except (CannotTypesetError, fonts.FontsMissingError) as error:
        require(Refused("review.not_drawn", str(error), SUBMISSION))
