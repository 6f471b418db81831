"""Documents of a case: made from its data and a few questions, looked at, issued, copied, voided."""

from __future__ import annotations

import binascii
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from heliograph.desk.case_page import OpenStep, open_step
from heliograph.desk.case_reading import case_of
from heliograph.desk.document_forms import (
    MARKED,
    asked_of,
    document_form,
    given_by_case,
    initial_of,
    missing_of,
    remembered,
)
from heliograph.desk.document_proofs import proofs_of
from heliograph.desk.document_versions import versions_of
from heliograph.desk.file_answers import file_answer, require_not_archived
from heliograph.desk.forms import DeskForm
from heliograph.desk.scope import Scope, page
from heliograph.desk.steps.fields import area
from heliograph.documents import fonts, queries
from heliograph.documents.composing import Data, Sheet
from heliograph.documents.models import Document, SealedFile
from heliograph.documents.page_pictures import CannotPictureError, page_pictures
from heliograph.documents.rules import LONGEST_REASON
from heliograph.documents.typesetting import CannotTypesetError
from heliograph.dossiers.actions.making import (
    SUBJECT,
    WHOLE_CASE,
    answered,
    document_data,
    draft_document,
    issue_document,
    sheet_for,
    sheet_of_document,
    typed_in,
    void_document,
)
from heliograph.dossiers.actions.reading import read_case_file
from heliograph.dossiers.models import Case, CaseFile, Paper
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.storage import storage

MOST_PAGES = 40  # of a sealed file on the page
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class VoidForm(DeskForm):
    """Why an issued document is voided."""

    reason = area("作废理由", limit=LONGEST_REASON, rows=3)


@page("take_step")
def document_make(scope: Scope, case: UUID, kind: str, step: str) -> HttpResponseBase:
    """Show the form of a document that an open step declares, with the pages as they stand; keep the draft."""
    found = case_of(scope, case)
    require_not_archived(found)
    sheet, opened = _sheet(scope, found, kind), _step(scope, found, step)
    if step == WHOLE_CASE:
        if found.category not in sheet.kind.offered:
            raise Http404
    elif opened is None or sheet.kind.name not in opened.place.node.documents:
        return redirect("desk:case-step", agency=scope.agency.code, case=found.pk, step=step)
    draft = _drafted(found, step, sheet)
    known = document_data(found, sheet, {}, scope.at, typed_in(found, step, scope.account))
    of_agency = {name: said for name, said in remembered(found.agency_id, sheet).items() if not known.get(name)}
    data = {**known, **of_agency, **_asked(sheet, draft)}
    shape = document_form(sheet, data)
    form = shape(scope.sent) if scope.sent is not None else shape(initial=initial_of(sheet, data))
    if scope.posted and form.is_valid():
        rev = scope.sent_rev if draft is not None else None
        draft_document(found.pk, step, kind=sheet.kind.name, asked=asked_of(sheet, form.cleaned_data),
                       actor=scope.account, at=scope.at, rev=rev)  # fmt: skip
        scope.done("草稿已保存，下面是目前的样子。")
        return redirect("desk:document-make", agency=scope.agency.code, case=found.pk, kind=kind, step=step)
    context = {
        "case": found,
        "sheet": sheet,
        "step": opened,
        "mine": _is_mine(scope, found, opened),
        "form": form,
        "draft": draft,
        "rev": draft.rev if draft else 0,
        "given": given_by_case(sheet, data),
        "missing": missing_of(sheet, data),
        "must": any(hasattr(one, MARKED) for one in form.fields.values()),
        "signs": draft is not None and bool(queries.signed_places(sheet, draft, data)),
        **_pages(scope, found, sheet, data if scope.sent is None else None),
        **(versions_of(scope, found, sheet, draft, data) if draft else {}),
    }
    return scope.render("document_make.html", context, status=422 if form.errors else 200)


def _sheet(scope: Scope, case: Case, kind: str) -> Sheet:
    rules = pack_in_force(case.agency_id, case.opened_on).rules
    if not any(kind in {one.id, one.name} for one in rules.documents):
        raise Http404
    return sheet_for(case, kind, scope.on)


def _step(scope: Scope, case: Case, step: str) -> OpenStep | None:
    return open_step(scope, case, standing(case.pk), step)


def _is_mine(scope: Scope, case: Case, opened: OpenStep | None) -> bool:
    """Say whether the account may issue here: whoever may do the step, outside of steps an officer of the case."""
    if opened is not None:
        return opened.place.is_mine
    return scope.account.pk in {case.handler_id, case.co_handler_id}


@page("take_step", "GET", "HEAD")
def document_kinds(scope: Scope, case: UUID) -> HttpResponse:
    """List the documents that a case offers outside its steps."""
    found = case_of(scope, case)
    rules = pack_in_force(found.agency_id, found.opened_on).rules
    kinds = sorted((one for one in rules.documents if found.category in one.offered), key=lambda one: one.order)
    return scope.render("document_kinds.html", {"case": found, "kinds": kinds, "place": WHOLE_CASE})


def _drafted(case: Case, step: str, sheet: Sheet) -> Document | None:
    drafts = queries.documents_of(case.agency_id, SUBJECT, case.pk).filter(state=Document.State.DRAFT)
    return drafts.filter(place=step, kind=sheet.kind.name).first()


def _asked(sheet: Sheet, draft: Document | None) -> dict[str, Any]:
    """Return the answers of a draft; what the case alone gives is read anew."""
    return {} if draft is None else answered(sheet, draft.data)


def _pages(scope: Scope, case: Case, sheet: Sheet, data: Data | None) -> dict[str, Any]:
    """Return the pages of a draft as pictures in the page itself, or why there are none."""
    if not fonts.are_ready():
        return {"fonts_missing": fonts.COMMAND}
    if data is None:
        return {}
    letters = sheet.kind.number.letters if sheet.kind.number else ""
    number = f"{case.agency.short_name}{letters}〔{scope.on.year}〕×号" if letters else ""
    try:
        pages = queries.preview_pages(sheet, data, agency=case.agency.name, number=number, on=scope.on)
    except CannotTypesetError as error:
        return {"not_drawn": str(error)}
    return {"pages": [_inline(one) for one in pages]}


def _inline(png: bytes) -> str:
    return f"data:image/png;base64,{binascii.b2a_base64(png, newline=False).decode()}"


@page("take_step", "POST")
def document_issue(scope: Scope, case: UUID, document: UUID) -> HttpResponseBase:
    """Issue a draft: its number is taken and its file drawn now."""
    found = case_of(scope, case)
    draft = _of_case(found, document)
    made = issue_document(found.pk, draft.pk, actor=scope.account, at=scope.at, rev=scope.sent_rev)
    scope.done(f"已生成{made.kind}{made.number}。办理环节时直接选用，不必再上传。")
    return redirect("desk:document", agency=scope.agency.code, case=found.pk, document=made.pk)


def _of_case(case: Case, document: UUID) -> Document:
    return queries.documents_of(case.agency_id, SUBJECT, case.pk).get(pk=document)


@page("read_cases")
def document(scope: Scope, case: UUID, document: UUID) -> HttpResponseBase:
    """Show an issued document with its number, fingerprint and pages; opening it is recorded like taking the file."""
    found = case_of(scope, case)
    made = _of_case(found, document)
    if made.state == Document.State.DRAFT:
        sheet = _sheet(scope, found, made.kind)
        return redirect("desk:document-make", agency=scope.agency.code, case=found.pk, kind=sheet.kind.id,
                        step=made.place)  # fmt: skip
    form = VoidForm(scope.sent)
    if scope.posted and form.is_valid():
        scope.require("take_step")
        void_document(found.pk, made.pk, reason=form.cleaned_data["reason"], actor=scope.account, at=scope.at)
        scope.done(f"已作废{made.kind}{made.number}。编号保留，不再使用。")
        return redirect("desk:case", agency=scope.agency.code, case=found.pk)
    sealed = SealedFile.objects.filter(document=made).first()
    file = _file_of(found, made)
    taken = read_case_file(found.pk, file.pk, actor=scope.account, at=scope.at)
    if taken.right.retrieval is not None:  # its pages are drawn without a mark; a retrieval gives marked ones only
        return file_answer(scope, found, taken, name=f"{made.kind}{made.number}.pdf", inline=True)
    used = Paper.objects.filter(document=made).exists()
    sheet = sheet_of_document(found, made, scope.on)
    step = None if made.place == WHOLE_CASE else _step(scope, found, made.place)
    pages = _sealed_pages(sealed) if sealed else _issued_pages(found, sheet, made)
    context = {"case": found, "document": made, "file": file, "form": form, "used": used, "step": step,
               "unsealed": _kept_as(found, made.sha256) if file.sha256 != made.sha256 else None,
               "may_void": made.state == Document.State.ISSUED and not used and _is_mine(scope, found, step),
               **versions_of(scope, found, sheet, made, made.data),
               **proofs_of(scope, found, sheet, made), **pages}  # fmt: skip
    return scope.render("document.html", context, status=422 if form.errors else 200)


def _sealed_pages(sealed: SealedFile) -> dict[str, Any]:
    """Return the pages of the sealed file itself, with the seal on them."""
    with storage().open(sealed.sha256) as kept:
        content = kept.read()
    try:
        return {"pages": [_inline(one) for one in page_pictures(content, first=1, most=MOST_PAGES).pictures]}
    except CannotPictureError:
        return {"not_drawn": "盖章后的文件不能在这里显示，请下载 PDF 查看。"}


def _issued_pages(case: Case, sheet: Sheet, made: Document) -> dict[str, Any]:
    """Return the pages of an issued document, drawn anew from its data: the same data give the same pages."""
    if not fonts.are_ready():
        return {"fonts_missing": fonts.COMMAND}
    if sheet.template_sha256 != made.template_sha256:
        return {"not_drawn": "这份文书按以前的模板生成，请下载 PDF 查看。"}
    return {"pages": [_inline(one) for one in queries.issued_pages(sheet, made, agency=case.agency.name)]}


def _file_of(case: Case, made: Document) -> CaseFile:
    """Return the file that counts: the sealed one, once there is one, else the one that was issued."""
    sealed = SealedFile.objects.filter(document=made).values_list("sha256", flat=True).first()
    return _kept_as(case, sealed or made.sha256)


def _kept_as(case: Case, sha256: str) -> CaseFile:
    return CaseFile.objects.filter(case=case, agency_id=case.agency_id, sha256=sha256).order_by("pk")[:1].get()


@page("read_cases", "GET", "HEAD")
def document_pdf(scope: Scope, case: UUID, document: UUID) -> HttpResponseBase:
    """Give the PDF to be shown by the browser: of an issued document its file, of a draft how it stands."""
    found = case_of(scope, case)
    made = _of_case(found, document)
    if made.state != Document.State.DRAFT:
        taken = read_case_file(found.pk, _file_of(found, made).pk, actor=scope.account, at=scope.at)
        return file_answer(scope, found, taken, name=f"{made.kind}{made.number}.pdf", inline=True)
    require_not_archived(found)
    sheet = sheet_of_document(found, made, scope.on)
    data = document_data(found, sheet, made.data, scope.at, typed_in(found, made.place, scope.account))
    try:
        pdf = queries.preview_pdf(sheet, data, agency=found.agency.name, number="", on=scope.on)
    except (CannotTypesetError, fonts.FontsMissingError) as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = "inline"
    return answer


@page("read_cases", "GET", "HEAD")
def document_word(scope: Scope, case: UUID, document: UUID) -> HttpResponseBase:
    """Give an editable copy, made from the data of the document."""
    found = case_of(scope, case)
    require_not_archived(found)
    made = _of_case(found, document)
    sheet = sheet_of_document(found, made, scope.on)
    data = made.data
    if made.state == Document.State.DRAFT:
        data = document_data(found, sheet, made.data, scope.at, typed_in(found, made.place, scope.account))
    else:
        read_case_file(found.pk, _file_of(found, made).pk, actor=scope.account, at=scope.at)
    copy = queries.editable(sheet, data, agency=found.agency.name, number=made.number, on=made.made_on or scope.on)
    answer = HttpResponse(copy, content_type=WORD)
    answer["Content-Disposition"] = _attached(f"{made.kind}{made.number}.docx")
    return answer


def _attached(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"
