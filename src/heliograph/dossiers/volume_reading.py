"""From the rows of a case to its dossier: what belongs into which volume, and what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from heliograph.documents.models import Document, SealedFile, Signature
from heliograph.dossiers.models import (
    Case,
    CaseFile,
    Classification,
    Deposit,
    Evidence,
    OnSiteAct,
    Paper,
    Party,
    Payment,
)
from heliograph.dossiers.originals import originals_by_evidence
from heliograph.dossiers.queries import signed_papers
from heliograph.dossiers.rules.proposing import PARTY_PAPER, PARTY_PAPERS, RECEIPTS
from heliograph.dossiers.rules.retrieving import with_levels
from heliograph.dossiers.rules.volumes import (
    AFTER_ALL,
    BY_VOLUME,
    MAIN,
    NOT_SIGNED,
    Item,
    Passed,
    Piece,
    Registered,
    Volume,
    bind,
    missing_pieces,
    unsigned_pieces,
)
from heliograph.evidence.kinds import Family
from heliograph.evidence.models import Original
from heliograph.kernel.canonical import canonical_bytes
from heliograph.kernel.packs.schema import Pack
from heliograph.procedures.queries import standing, steps_of
from heliograph.registers.storage import storage

CATALOGUE = "dossier_catalogue"  # the kind of document that is built from the dossier and never registered by hand
PDF = "application/pdf"
# Their documents are those of what was really done: a receipt where something was paid, minutes of what was held, a
# demand where one was needed, a decision where it was not sent back. The act itself asks for them.
_BY_HAND = Exists(Signature.objects.filter(document=OuterRef("document")))
AS_DONE = frozenset({"record_payment", "investigate", "urge", "decide"})


def built_documents(pack: Pack) -> frozenset[str]:
    """Return the names of the documents that are built from the dossier itself: its catalogue."""
    return frozenset(one.name for one in pack.rules.documents if one.id == CATALOGUE)


def lacking(case: Case, pack: Pack) -> list[Piece]:
    """Return what the dossier of a case lacks by the steps that the case passed. A fixed number of queries."""
    passed, registered = _passed(case), _registered(case)
    return missing_pieces(passed, registered, signed=signed_papers(pack), built=built_documents(pack))


def unsigned(case: Case, pack: Pack) -> list[Piece]:
    """Return the documents of a case that are neither signed, sealed nor scanned; a warning. Few queries."""
    passed, registered = _passed(case), _registered(case)
    return unsigned_pieces(passed, registered, signed=signed_papers(pack), built=built_documents(pack))


def _passed(case: Case) -> list[Passed]:
    """Return the steps that a case passed, with the documents that they declare."""
    nodes = standing(case.pk).compiled.definition.nodes
    places = steps_of(case.agency_id, case.pk).exclude(place="").values_list("place", flat=True)
    known = [(place, nodes[place]) for place in dict.fromkeys(places) if place in nodes]
    return [
        Passed(place, node.shown, node.basis, tuple(node.documents), as_done=node.act in AS_DONE)
        for place, node in known
    ]


def _registered(case: Case) -> list[Registered]:
    """Return the documents of a case, each with whether it is there and whether anybody put a name or seal to it."""
    papers = Paper.objects.filter(case=case).select_related("file", "document", "document__sealed", "scan")
    found = papers.annotate(by_hand=_BY_HAND).order_by("made_on", "pk")
    return [
        Registered(one.step, one.kind, is_filed(one), str(one.pk), signed=one.by_hand or not is_bare(one))
        for one in found
    ]


def is_filed(paper: Paper) -> bool:
    """Say whether the file of a document is there: registered with it, made by the system, or added later."""
    return bool(paper.file_id or paper.document_id) or hasattr(paper, "scan")


def is_bare(paper: Paper) -> bool:
    """Say whether all there is of a document is the file that the system made: neither sealed nor scanned."""
    made = paper.document
    if made is None or hasattr(paper, "scan") or hasattr(made, "sealed"):
        return False
    return paper.file is None or paper.file.sha256 == made.sha256


def volumes_of(case: Case, pack: Pack) -> list[Volume]:
    """Return the volumes of a case as they stand, with the pages counted from the files."""
    return bind(items_of(case, pack), arrangement=str(provision_of(pack, "dossier_arrangement", BY_VOLUME)))


def items_of(case: Case, pack: Pack) -> list[Item]:
    """Return everything that belongs into the dossier of a case, each with its level of secrecy."""
    levels = levels_of(case)
    found = list(_items(case, pack))
    return with_levels(found, levels) if levels else found


def levels_of(case: Case) -> dict[str, str]:
    """Return the levels of what was classified in a dossier, by key; none for what is secret no longer. One query."""
    rows = Classification.objects.filter(case=case).order_by("made_at", "pk").values_list("item", "level")
    return {key: level for key, level in {str(item): level for item, level in rows}.items() if level}


def catalogue_sha256(volumes: list[Volume]) -> str:
    """Return the fingerprint of catalogues: SHA-256 over their lines; what was classified since changes nothing."""
    lines = [
        {
            **{name: _said(value) for name, value in asdict(line.item).items() if name != "level"},
            "volume": one.id,
            "pages": line.pages,
        }
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


def provision_of(pack: Pack, name: str, otherwise: Any) -> Any:
    """Return the value of a provision of the pack, or what stands for it where the pack has none."""
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
    banks = dict(Payment.objects.filter(case=case, file__isnull=False).values_list("file_id", "bank"))
    party = Party.objects.filter(case=case, standing=Party.Standing.PARTY).order_by("pk").first()
    by_party = {PARTY_PAPER, *PARTY_PAPERS.values()} if party else set()
    made = ("file", "scan__file", "registered_by", "document", "document__sealed")
    under_seal = _sealed_later(case)
    for one in rows.select_related(*made).annotate(by_hand=_BY_HAND):
        author = case.agency.name if one.number or one.document_id else one.registered_by.display_name
        if party and one.kind in by_party:
            author = party.name
        kind = kinds.get(one.kind)
        late = hasattr(one, "scan")
        file = one.scan.file if late else under_seal.get(one.file.sha256, one.file) if one.file else None
        yield Item(
            title=one.kind,
            day=one.made_on,
            volume=kind.volume if kind else MAIN,
            order=kind.order if kind else AFTER_ALL,
            number=one.number,
            author=banks.get(one.file_id, author) if one.file_id and one.kind in RECEIPTS else author,
            note=_of_file(one, file, late=late, signed=one.by_hand or not is_bare(one)),
            placed=kind is not None,
            key=str(one.pk),
            **_file(file),
        )


def _sealed_later(case: Case) -> dict[str, CaseFile]:
    """Return the files under seal by the file that was drawn: a document may be sealed after its step took it."""
    seals = SealedFile.objects.filter(document__subject_kind="case", document__subject_id=case.pk)
    drawn = dict(seals.filter(agency_id=case.agency_id).values_list("sha256", "drawn_sha256"))
    kept = CaseFile.objects.filter(case=case, sha256__in=drawn).order_by("pk") if drawn else ()
    return {drawn[one.sha256]: one for one in kept}


def _of_file(paper: Paper, file: CaseFile | None, *, late: bool, signed: bool) -> str:
    if file is None:
        return "没有文件"
    if not signed:
        return NOT_SIGNED
    return f"{localdate(paper.scan.added_at).isoformat()} 补传" if late else ""


def _file(file: CaseFile | None) -> dict[str, Any]:
    if file is None:
        return {}
    return {"sha256": file.sha256, "media_type": file.media_type, "pages": pages_in(file.sha256, file.media_type)}


def _evidence(case: Case, pack: Pack) -> Iterator[Item]:
    place = int(provision_of(pack, "dossier_evidence_place", AFTER_ALL))
    found = list(Evidence.objects.filter(case=case).select_related("file").order_by("obtained_on", "pk"))
    originals = originals_by_evidence(case.agency_id, found)
    for one in found:
        title = f"{one.get_kind_display()}：{one.name}"
        said: dict[str, Any] = {"order": place, "author": one.source, "key": str(one.pk)}
        mine = originals[one.pk]
        if one.file or not mine:
            note = "" if one.file else "实物或者电子证据，没有文件"
            yield Item(title, one.obtained_on, note=note, **said, **_file(one.file))
        for original in mine:
            shown = f"{title}（{original.name}）"
            yield Item(shown, one.obtained_on, **said, **_original(original))


def _original(original: Original) -> dict[str, Any]:
    pages = {Family.PICTURE: 1, Family.PDF: pages_in(original.sha256, PDF) if original.family is Family.PDF else None}
    apart = {Family.AUDIO: "音像资料，原文件随数据包", Family.VIDEO: "音像资料，原文件随数据包"}
    note = "加密，无法预览" if original.encrypted else apart.get(original.family, "")
    return {
        "sha256": original.sha256,
        "media_type": original.media_type,
        "pages": pages.get(original.family),
        "note": note,
    }


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
    """Say whether a document has its file as it was signed: one that only the system made may still be scanned."""
    return is_filed(paper) and not is_bare(paper)
