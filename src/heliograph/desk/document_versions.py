"""The versions of a document on its page: drafts, issued and voided ones of its step, and what two say differently."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from heliograph.desk.case_reading import key_of
from heliograph.desk.scope import Scope
from heliograph.documents.composing import Data, Sheet
from heliograph.documents.models import Document
from heliograph.documents.queries import documents_of
from heliograph.documents.versions import Version, changes
from heliograph.dossiers.actions.making import SUBJECT, document_data, typed_in
from heliograph.dossiers.actions.reading import read_case_file
from heliograph.dossiers.models import Case, CaseFile

DRAFT = Document.State.DRAFT


def versions_of(scope: Scope, case: Case, sheet: Sheet, made: Document, data: Data) -> dict[str, Any]:
    """Return the versions of a document, and how the one asked for (`with`) differs from it.

    data: what the document itself says. Opening an issued version to compare is a record, like taking its file.
    """
    same = documents_of(case.agency_id, SUBJECT, case.pk).filter(kind=made.kind, place=made.place)
    others = list(same.select_related("drafted_by", "issued_by").exclude(pk=made.pk))
    asked = key_of(scope.request.GET.get("with", ""))
    chosen = next((one for one in others if one.pk == asked), None)
    found: dict[str, Any] = {"versions": others, "compared": chosen}
    if chosen is not None:
        there = Version(_data_of(scope, case, sheet, chosen), _beside(chosen))
        here = Version(data, _beside(made))
        older, newer = (there, here) if chosen.pk < made.pk else (here, there)
        found |= {"changed": changes(sheet, older, newer), "is_older": chosen.pk < made.pk}
    return found


def _data_of(scope: Scope, case: Case, sheet: Sheet, one: Document) -> Data:
    """Return what a version says; a draft as it would be issued now."""
    if one.state == DRAFT:
        return document_data(case, sheet, one.data, scope.at, typed_in(case, one.place, scope.account))
    read_case_file(case.pk, _file_of(case, one), actor=scope.account, at=scope.at)
    kept: Data = one.data
    return kept


def _file_of(case: Case, one: Document) -> UUID:
    files = CaseFile.objects.filter(case=case, agency_id=case.agency_id, sha256=one.sha256)
    return files.order_by("pk").values_list("pk", flat=True)[:1].get()


def _beside(one: Document) -> dict[str, str]:
    if one.state == DRAFT:
        return {}
    day = one.made_on.isoformat() if one.made_on else ""
    return {"文号": one.number, "日期": day, "作废理由": one.void_reason}
