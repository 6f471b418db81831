"""From the rows of a case to its dossier: what belongs into which volume, and what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.timezone import localdate
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from heliograph.documents.models import Document
from heliograph.dossiers.models import Case, CaseFile, Deposit, Evidence, OnSiteAct, Paper, PaperScan
from heliograph.dossiers.queries import signed_papers
from heliograph.dossiers.rules.volumes import (
    AFTER_ALL,
    BY_VOLUME,
    MAIN,
    Item,
    Passed,
    Piece,
    Registered,
    Volume,
    bind,
    missing_pieces,
)
from heliograph.kernel.canonical import canonical_bytes
from heliograph.kernel.packs.schema import Pack
from heliograph.procedures.queries import standing, steps_of
from heliograph.registers.files import storage

CATALOGUE = "dossier_catalogue"  # the kind of document that is built from the dossier and never registered by hand
PDF = "application/pdf"
# Their documents are those of what was really done: a receipt where something was paid, minutes of what was held, a
# demand where one was needed, a decision where it was not sent back. The act itself asks for them.
AS_DONE = frozenset({"record_payment", "investigate", "urge", "decide"})


def built_documents(pack: Pack) -> frozenset[str]:
    """Return the names of the documents that are built from the dossier itself: its catalogue."""
    return frozenset(one.name for one in pack.rules.documents if one.id == CATALOGUE)


def lacking(case: Case, pack: Pack) -> list[Piece]:
    """Return what the dossier of a case lacks by the steps that the case passed. A fixed number of queries."""
    nodes = standing(case.pk).compiled.definition.nodes
    places = steps_of(case.agency_id, case.pk).exclude(place="").values_list("place", flat=True)
    known = [(place, nodes[place]) for place in dict.fromkeys(places) if place in nodes]
    passed = [
        Passed(place, node.shown, node.basis, tuple(node.documents), as_done=node.act in AS_DONE)
        for place, node in known
    ]
    papers = Paper.objects.filter(case=case).order_by("made_on", "pk")
    rows = papers.values_list("pk", "step", "kind", "file_id", "document_id", "scan__file_id")
    registered = [
        Registered(step, kind, bool(file_id or document_id or scan_id), str(key))
        for key, step, kind, file_id, document_id, scan_id in rows
    ]
    return missing_pieces(passed, registered, signed=signed_papers(pack), built=built_documents(pack))


def volumes_of(case: Case, pack: Pack) -> list[Volume]:
    """Return the volumes of a case as they stand, with the pages counted from the files."""
    return bind(_items(case, pack), arrangement=str(_provision(pack, "dossier_arrangement", BY_VOLUME)))


def catalogue_sha256(volumes: list[Volume]) -> str:
    """Return the fingerprint of catalogues: SHA-256 over their lines."""
    lines = [
        {**{name: _said(value) for name, value in asdict(line.item).items()}, "volume": one.id, "pages": line.pages}
        for one in volumes
        for line in one.lines
    ]
    return hashlib.sha256(canonical_bytes(lines)).hexdigest()


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def deposit_of(case: Case) -> Deposit | None:
    """Return the last handing over of a dossier, None where there was none."""
    people = ("given_by", "received_by")
    return Deposit.objects.filter(case=case).select_related(*people).order_by("-given_at", "-pk").first()


def _provision(pack: Pack, name: str, otherwise: Any) -> Any:
    return next((rule.value for rule in pack.rules.provisions if rule.id == name), otherwise)


def _items(case: Case, pack: Pack) -> Iterator[Item]:
    used: set[str] = set()
    for item in (*_papers(case, pack), *_evidence(case, pack)):
        used.add(item.sha256)
        yield item
    yield from _recordings(case)
    yield from _further_files(case, used)


def _papers(case: Case, pack: Pack) -> Iterator[Item]:
    kinds = {one.name: one for one in pack.rules.documents}
    built = built_documents(pack)
    rows = Paper.objects.filter(case=case).exclude(kind__in=built).order_by("made_on", "pk")
    for one in rows.select_related("file", "scan__file", "registered_by"):
        kind = kinds.get(one.kind)
        late = one.file is None and hasattr(one, "scan")
        file = one.scan.file if late else one.file
        yield Item(
            title=one.kind,
            day=one.made_on,
            volume=kind.volume if kind else MAIN,
            order=kind.order if kind else AFTER_ALL,
            number=one.number,
            author=case.agency.name if one.number else one.registered_by.display_name,
            note=_of_file(one, file, late=late),
            placed=kind is not None,
            key=str(one.pk),
            **_file(file),
        )


def _of_file(paper: Paper, file: CaseFile | None, *, late: bool) -> str:
    if file is None:
        return "没有文件"
    return f"{localdate(paper.scan.added_at).isoformat()} 补传" if late else ""


def _file(file: CaseFile | None) -> dict[str, Any]:
    if file is None:
        return {}
    return {"sha256": file.sha256, "media_type": file.media_type, "pages": pages_in(file.sha256, file.media_type)}


def _evidence(case: Case, pack: Pack) -> Iterator[Item]:
    place = int(_provision(pack, "dossier_evidence_place", AFTER_ALL))
    for one in Evidence.objects.filter(case=case).select_related("file").order_by("obtained_on", "pk"):
        note = "" if one.file else "实物或者电子证据，没有文件"
        yield Item(f"{one.get_kind_display()}：{one.name}", one.obtained_on, order=place, author=one.source, note=note,
                   key=str(one.pk), **_file(one.file))  # fmt: skip


def _recordings(case: Case) -> Iterator[Item]:
    """Recordings are kept elsewhere; the catalogue says where."""
    acts = OnSiteAct.objects.filter(case=case).exclude(video="").select_related("first_officer")
    for one in acts.order_by("began_at", "pk"):
        yield Item(f"{one.act}音像记录", localdate(one.began_at), author=one.first_officer.display_name,
                   note=f"另存：{one.video}", key=str(one.pk))  # fmt: skip


def _further_files(case: Case, used: set[str]) -> Iterator[Item]:
    """What was handed in with other acts: statements, receipts, proofs of service. Not what no step has taken."""
    made = Document.objects.filter(agency_id=case.agency_id, subject_kind="case", subject_id=case.pk)
    apart = used | set(made.exclude(sha256="").values_list("sha256", flat=True))
    files = CaseFile.objects.filter(case=case).exclude(sha256__in=apart).select_related("uploaded_by")
    for one in files.order_by("uploaded_at", "pk"):
        yield Item(one.name, localdate(one.uploaded_at), order=AFTER_ALL + 1, author=one.uploaded_by.display_name,
                   key=str(one.pk), **_file(one))  # fmt: skip


def pages_in(sha256: str, media_type: str) -> int | None:
    """Return how many pages a file has: a picture is one. None for a PDF that cannot be read or wants a password."""
    return _pages(sha256) if media_type == PDF else 1


@lru_cache(maxsize=8192)  # a file never changes under its SHA-256
def _pages(sha256: str) -> int | None:
    try:
        with storage().open(sha256) as file:
            found = PdfReader(file)
            return None if found.is_encrypted else len(found.pages) or None
    except (PyPdfError, ValueError, KeyError, RecursionError, OSError, AttributeError, TypeError):
        return None  # a broken file is shown as what it is; it does not keep anybody from the dossier


def has_scan(paper: Paper) -> bool:
    """Say whether a document has its file: registered with it, made by the system, or added later. One query."""
    return bool(paper.file_id or paper.document_id) or PaperScan.objects.filter(paper=paper).exists()
