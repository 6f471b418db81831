"""A piece of evidence and its originals: what it is, its files, more of them, looking at one, taking one out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast
from urllib.parse import unquote
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.request import UnreadablePostError
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from heliograph.desk.archive_gate import require_whole
from heliograph.desk.case_entry_forms import OriginalsForm
from heliograph.desk.case_page import PENALTY
from heliograph.desk.case_reading import case_of
from heliograph.desk.file_answers import require_not_archived
from heliograph.desk.original_fields import arrivals, originals_form, received_files, waiting
from heliograph.desk.ranges import Stretch, asked_stretch
from heliograph.desk.scope import Scope, page, page_number, status_of
from heliograph.dossiers import actions
from heliograph.dossiers.actions.investigating import open_for_grounds
from heliograph.dossiers.actions.originals import ReadOriginal, original_to_read, take_original, view_original
from heliograph.dossiers.bound_pdf import marked
from heliograph.dossiers.models import Case, Evidence
from heliograph.dossiers.originals import originals_by_evidence
from heliograph.dossiers.volume_reading import pages_in
from heliograph.evidence.actions import receive
from heliograph.evidence.kinds import Family
from heliograph.evidence.models import Original
from heliograph.evidence.previews import NotDrawnError, draw_page, is_drawn
from heliograph.evidence.queries import opened, stretch
from heliograph.evidence.rules import may_be_kept, too_large
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.registers.receiving import CHUNK, BrokenOffError, announced

PASS = "heliograph.desk.original-pass"  # noqa: S105 - the salt of a signature
PASS_SECONDS = 4 * 60 * 60
PLAYED = frozenset({Family.AUDIO, Family.VIDEO})
OCTETS = "application/octet-stream"
BROKEN = "上传中断，没有保存。请检查网络后重新上传。"


def _evidence(case: Case, key: UUID) -> Evidence:
    people = ("file", "first_collector", "second_collector", "registered_by")
    return Evidence.objects.select_related(*people).get(pk=key, case=case, agency_id=case.agency_id)


@page("read_cases", "GET", "HEAD")
def evidence(scope: Scope, case: UUID, evidence: UUID) -> HttpResponse:
    """Show a piece of evidence: kind, source, who, where, when, and its originals with hashes and size."""
    found = case_of(scope, case)
    one = _evidence(found, evidence)
    require_whole(scope, found)
    own = scope.account.pk in {found.handler_id, found.co_handler_id}
    decided = found.category == PENALTY and found.decided_on
    context = {
        "case": found,
        "one": one,
        "originals": originals_by_evidence(scope.id, [one])[one.pk],
        "may_attach": own and found.state == Case.State.HANDLING and not decided and scope.may("edit_case"),
    }
    return scope.render("evidence.html", context)


@page("edit_case")
def attach(scope: Scope, case: UUID, evidence: UUID) -> HttpResponse:
    """Add originals to a piece of evidence."""
    found = case_of(scope, case)
    one = _evidence(found, evidence)
    require_not_archived(found)
    form = originals_form(scope, found, OriginalsForm)
    if scope.posted and form.is_valid():
        sent = list(arrivals(scope, found.pk, received_files(form, "originals")))
        kept = actions.attach_originals(one.pk, arrivals=sent, actor=scope.account, at=scope.at)
        scope.done(f"已附加原件 {len(kept)} 个。")
        return redirect("desk:evidence", agency=scope.agency.code, case=found.pk, evidence=one.pk)
    context = {"case": found, "one": one, "form": form}
    return scope.render("evidence_attach.html", context, status=422 if form.errors else 200)


@page("edit_case", "POST")
def upload(scope: Scope, case: UUID) -> HttpResponseBase:
    """Receive one file of evidence as the whole body of a request, to wait for its act. Answers in JSON."""
    found = case_of(scope, case)
    request = scope.request
    try:
        with transaction.atomic():
            open_for_grounds(found.pk, scope.account, scope.at)
        length = _length(request)
        received = receive(announced(_body(request), length))
        kept = waiting(scope, found.pk, received, unquote(request.headers.get("X-File-Name", ""))[:300])
    except ActRefusedError as error:
        return JsonResponse({"message": error.verdict.message}, status=_status(error.verdict))
    except (BrokenOffError, UnreadablePostError):
        return JsonResponse({"message": BROKEN}, status=400)
    said = {"name": kept.name, "size": kept.size, "kind": kept.kind, "encrypted": kept.encrypted}
    return JsonResponse({**said, "sha256": kept.sha256, "reference": kept.reference})


def _status(verdict: Refused) -> int:
    return {"original.too_large": 413, "original.empty": 422}.get(verdict.code, status_of(verdict))


def _length(request: HttpRequest) -> int:
    """Return how many bytes a request announces. ActRefusedError above the limit, before a byte is read."""
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    length = int(text) if text.isascii() and text.isdigit() else 0
    limit: int = settings.EVIDENCE_FILE_BYTES
    require(too_large(limit) if length > limit else may_be_kept(length, limit=limit))
    return length


def _body(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK):
        yield chunk


# -- looking at one
@page("read_cases", "GET", "HEAD")
def original(scope: Scope, case: UUID, evidence: UUID, original: UUID) -> HttpResponse:
    """Show an original as far as it can be shown. Opening the page is a record; what it shows goes with it."""
    _evidence(case_of(scope, case), evidence)
    found = view_original(evidence, original, actor=scope.account, at=scope.at)
    kept = found.original
    pages = (pages_in(kept.sha256, kept.media_type) or 1) if is_drawn(kept) else 0
    number = min(max(1, page_number(scope.request)), max(1, pages))
    context = {
        "case": found.case,
        "one": found.evidence,
        "original": kept,
        "pages": pages,
        "number": number,
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if number < pages else None,
        "played": str(kept.family) if kept.family in PLAYED else "",
        "ticket": signing.dumps([str(kept.pk), str(scope.account.pk)], salt=PASS),
        "retrieved": found.right.retrieval is not None,
        "mark": marked(scope.account.display_name, scope.at, how="查看"),
    }
    return scope.render("original.html", context)


def _seen(scope: Scope, case: UUID, evidence: UUID, original: UUID) -> ReadOriginal:
    """Return an original for a part of its page: asked without the page's ticket, it is a look of its own."""
    _evidence(case_of(scope, case), evidence)
    try:
        ticket = signing.loads(scope.request.GET.get("ticket", ""), salt=PASS, max_age=PASS_SECONDS)
    except signing.BadSignature:
        ticket = None
    recorded = ticket == [str(original), str(scope.account.pk)]
    read = original_to_read if recorded else view_original
    return read(evidence, original, actor=scope.account, at=scope.at)


@page("read_cases", "GET", "HEAD")
def original_page(scope: Scope, case: UUID, evidence: UUID, original: UUID) -> HttpResponse:
    """Give a page of a picture or PDF, drawn anew; under a retrieval with name and time across it."""
    found = _seen(scope, case, evidence, original)
    mark = "" if found.right.retrieval is None else marked(scope.account.display_name, scope.at, how="调阅")
    try:
        drawn = draw_page(found.original, page_number(scope.request), mark=mark)
    except NotDrawnError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(drawn, content_type="image/jpeg")


@page("read_cases", "GET", "HEAD")
def original_media(scope: Scope, case: UUID, evidence: UUID, original: UUID) -> HttpResponseBase:
    """Give a stretch of a recording, so that it can be wound forward. 404 for what is no recording."""
    found = _seen(scope, case, evidence, original).original
    if found.family not in PLAYED:
        raise Original.DoesNotExist
    asked = asked_stretch(scope.request.headers.get("Range", ""), found.size)
    if asked is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{found.size}"})
    answer = StreamingHttpResponse(stretch(found, asked.first, asked.last), content_type=found.media_type)
    return _with_length(answer, asked, partial="Range" in scope.request.headers, name=found.name)


def _with_length(answer: StreamingHttpResponse, asked: Stretch, *, partial: bool, name: str) -> StreamingHttpResponse:
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Length"] = str(asked.length)
    answer.headers["Content-Disposition"] = cast(str, content_disposition_header(as_attachment=False, filename=name))
    if partial:
        answer.status_code = 206
        answer.headers["Content-Range"] = asked.header
    return answer


@page("read_cases", "GET", "HEAD")
def original_file(scope: Scope, case: UUID, evidence: UUID, original: UUID) -> HttpResponseBase:
    """Give the bytes of an original to be saved, never to be run by the browser; taking it out is a record."""
    _evidence(case_of(scope, case), evidence)
    found = take_original(evidence, original, actor=scope.account, at=scope.at)
    return FileResponse(opened(found.original), as_attachment=True, filename=found.original.name, content_type=OCTETS)
