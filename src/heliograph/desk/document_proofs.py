"""What the page of a document shows beside its pages: seal, timestamps, signatures by hand, scans compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from heliograph.desk.scope import Scope
from heliograph.documents import scan_reading, sealing, timestamps
from heliograph.documents.composing import Sheet
from heliograph.documents.models import Comparison, Document, SealedFile, TimeToken
from heliograph.documents.queries import signed_places
from heliograph.documents.rules import NO_ENGINE
from heliograph.documents.verifying import SealState, check_seal
from heliograph.dossiers.models import Case, CaseFile
from heliograph.registers.storage import storage


@dataclass(frozen=True, slots=True)
class ShownSeal:
    """A sealed file, the file of the case that it is, and what its signature says now."""

    row: SealedFile
    file: CaseFile | None
    state: SealState


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A timestamp, of which file, and whether it holds for what is kept."""

    row: TimeToken
    of: str
    holds: bool


def proofs_of(scope: Scope, case: Case, sheet: Sheet, made: Document) -> dict[str, Any]:
    """Return what stands beside the pages of an issued document."""
    chosen = sealing.provider()
    sealed = SealedFile.objects.select_related("sealed_by").filter(document=made).first()
    return {
        "seal": _shown(scope, case, sealed, chosen) if sealed else None,
        "seal_label": chosen.label if chosen else "",
        "tokens": _tokens(made, sealed),
        "stamped": timestamps.is_set_up(),
        "places": signed_places(sheet, made),
        "comparisons": Comparison.objects.filter(document=made).select_related("uploaded_by").order_by("-pk"),
        "no_engine": "" if scan_reading.is_installed() else NO_ENGINE,
        "own": scope.account.pk in {case.handler_id, case.co_handler_id},
    }


def _shown(scope: Scope, case: Case, sealed: SealedFile, chosen: sealing.SealProvider | None) -> ShownSeal:
    roots = chosen.roots(scope.at) if chosen else []
    with storage().open(sealed.sha256) as file:
        state = check_seal(file.read(), roots, scope.at)
    kept = CaseFile.objects.filter(case=case, agency_id=case.agency_id, sha256=sealed.sha256).order_by("pk").first()
    return ShownSeal(sealed, kept, state)


def _tokens(made: Document, sealed: SealedFile | None) -> list[ShownToken]:
    names = {made.sha256: "文书文件"} | ({sealed.sha256: "盖章文件"} if sealed else {})
    found = []
    for one in TimeToken.objects.filter(document=made).order_by("pk"):
        with storage().open(one.file_sha256) as file:
            found.append(ShownToken(one, names.get(one.file_sha256, ""), timestamps.holds(one.token, file.read())))
    return found
