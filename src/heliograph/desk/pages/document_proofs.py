"""Sealing a document, signing it by hand on a pad, and holding a scan of the signed sheet against it."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from heliograph.desk.case_reading import case_of
from heliograph.desk.file_answers import require_not_archived
from heliograph.desk.forms import DeskForm, choice, text
from heliograph.desk.pages.documents import document as document_page
from heliograph.desk.scope import Scope, page
from heliograph.desk.steps.uploads import CaseFileField, content_of, with_case_uploads
from heliograph.documents import scan_reading
from heliograph.documents.actions import Handwriting
from heliograph.documents.comparing import NOTE, STRICT
from heliograph.documents.models import Comparison, Document, Signature
from heliograph.documents.queries import documents_of, signed_places, text_of
from heliograph.documents.rules import LONGEST_NAME, NO_ENGINE
from heliograph.documents.sign_places import MOST_BYTES
from heliograph.dossiers.actions.comparing import compare_scan
from heliograph.dossiers.actions.making import SUBJECT, document_data, sheet_of_document, typed_in
from heliograph.dossiers.actions.reading import read_case_file
from heliograph.dossiers.actions.sealing import capture_signature, seal_document
from heliograph.dossiers.models import Case, CaseFile

DRAWN = "data:image/png;base64,"
UPLOAD_HINT = f"不便在屏幕上书写时使用：PNG 或 JPEG，最大 {MOST_BYTES // 1000} KB"


class SignatureForm(DeskForm):
    """Who signs where; the signature itself is drawn on the page or chosen as a picture."""

    side = choice("签名人", Signature.Side.choices)
    signer = text("姓名", limit=LONGEST_NAME)
    drawn = forms.CharField(required=False, max_length=2 * MOST_BYTES, widget=forms.HiddenInput)
    picture = forms.FileField(label="上传签名图片", required=False, help_text=UPLOAD_HINT)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"place": choice("签名处", places), **self.fields}
        self.fields["place"].widget.attrs["class"] = "select"
        self.fields["picture"].widget = forms.FileInput(attrs={"class": "file", "accept": ".png,.jpg,.jpeg"})

    def content(self) -> bytes:
        """Return the picture: the uploaded one, else what was drawn; empty where there is neither."""
        upload = self.cleaned_data["picture"]
        if upload is not None:
            upload.seek(0)  # read before, when the form is drawn again after a refusal
            return bytes(upload.read(MOST_BYTES + 1))
        drawn = str(self.cleaned_data["drawn"])
        try:
            return base64.b64decode(drawn.removeprefix(DRAWN), validate=True) if drawn.startswith(DRAWN) else b""
        except binascii.Error:
            return b""


class CompareForm(DeskForm):
    """A scan of the signed sheet."""

    file = CaseFileField(label="扫描件", required=True)


def _found(scope: Scope, case: UUID, document: UUID) -> tuple[Case, Document]:
    found = case_of(scope, case)
    require_not_archived(found)
    return found, documents_of(found.agency_id, SUBJECT, found.pk).get(pk=document)


def _to_document(scope: Scope, case: Case, made: Document) -> HttpResponseBase:
    return redirect("desk:document", agency=scope.agency.code, case=case.pk, document=made.pk)


@page("seal_document", "POST", shows=document_page)
def document_seal(scope: Scope, case: UUID, document: UUID) -> HttpResponseBase:
    """Put the electronic seal on an issued document."""
    found, made = _found(scope, case, document)
    seal_document(found.pk, made.pk, actor=scope.account, at=scope.at, rev=scope.sent_rev)
    scope.done(f"已在{made.kind}{made.number}上加盖电子印章。盖章前的文件保留不变。")
    return _to_document(scope, found, made)


@page("take_step")
def document_sign(scope: Scope, case: UUID, document: UUID) -> HttpResponseBase:
    """Take a signature by hand for one place of a document."""
    found, made = _found(scope, case, document)
    sheet = sheet_of_document(found, made, scope.on)
    is_draft = made.state == Document.State.DRAFT
    typed = typed_in(found, made.place, scope.account)
    data = document_data(found, sheet, made.data, scope.at, typed) if is_draft else None
    places = signed_places(sheet, made, data)
    open_places = [(str(one.index), f"{one.index + 1}．{one.who}") for one in places if one.held is None]
    sent = None if scope.sent is None else (scope.sent, scope.request.FILES)
    form = SignatureForm(*(sent or ()), places=open_places)
    if scope.posted and form.is_valid():
        values = form.cleaned_data
        given = Handwriting(int(values["place"]), values["side"], values["signer"], form.content(),
                            drawn=values["picture"] is None)  # fmt: skip
        kept = capture_signature(found.pk, made.pk, given=given, actor=scope.account, at=scope.at, rev=scope.sent_rev)
        scope.done(f"已采集{kept.signer}的签名（{kept.place_name}）。")
        return redirect("desk:document-sign", agency=scope.agency.code, case=found.pk, document=made.pk)
    context = {"case": found, "document": made, "form": form, "places": places, "is_draft": is_draft,
               "left": bool(open_places), "rev": made.rev}  # fmt: skip
    return scope.render("document_sign.html", context, status=422 if form.errors else 200)


@page("compare_scan")
def document_compare(scope: Scope, case: UUID, document: UUID) -> HttpResponseBase:
    """Take a scan of the signed sheet, to be compared in the background."""
    found, made = _found(scope, case, document)
    form = CompareForm()
    if scope.posted or scope.sent is not None:
        data, faults = with_case_uploads(scope, found.pk, ["file"])
        form = CompareForm(data)
        for name, message in faults.items():
            form.add_error(name, message)
    if scope.posted and form.is_valid():
        upload = form.cleaned_data["file"]
        kept = compare_scan(found.pk, made.pk, name=upload.name, content=content_of(scope, found.pk, upload),
                            actor=scope.account, at=scope.at)  # fmt: skip
        scope.done("扫描件已保存，正在识别和比对，请稍后刷新本页查看结果。")
        return redirect("desk:comparison", agency=scope.agency.code, case=found.pk, document=made.pk,
                        comparison=kept.pk)  # fmt: skip
    context = {"case": found, "document": made, "form": form,
               "no_engine": "" if scan_reading.is_installed() else NO_ENGINE}  # fmt: skip
    return scope.render("document_compare.html", context, status=422 if form.errors else 200)


@page("read_cases", "GET", "HEAD")
def comparison(scope: Scope, case: UUID, document: UUID, comparison: UUID) -> HttpResponse:
    """Show what a scan says beside what the document says; opening it is recorded like taking the scan."""
    found, made = _found(scope, case, document)
    held = Comparison.objects.select_related("uploaded_by").get(pk=comparison, document=made)
    file = CaseFile.objects.filter(case=found, agency_id=found.agency_id, sha256=held.file_sha256)
    scan = file.order_by("pk")[:1].get()
    read_case_file(found.pk, scan.pk, actor=scope.account, at=scope.at)
    rows = held.differences
    context = {
        "case": found,
        "document": made,
        "comparison": held,
        "scan": scan,
        "decisive": [one for one in rows if one["weight"] != NOTE],
        "notes": [one for one in rows if one["weight"] == NOTE],
        "strict": STRICT,
        "likeness": None if held.likeness is None else f"{100 * held.likeness:.1f}%",
        "lines": text_of(sheet_of_document(found, made, scope.on), made),
        "waiting": held.state == Comparison.State.WAITING,
    }
    return scope.render("comparison.html", context)
