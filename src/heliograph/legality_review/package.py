"""What a reviewer has before them: the package of a round as files and texts, in its order, then the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from heliograph.dossiers.models import Case, CaseFile, Evidence, Proposal
from heliograph.dossiers.originals import originals_by_evidence
from heliograph.evidence.models import Original
from heliograph.legality_review.models import Review
from heliograph.legality_review.models import ReviewMaterial as Submitted
from heliograph.legality_review.queries import latest_materials

PROPOSAL, BASIS, EVIDENCE = "proposal", "legal_basis", "evidence"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a package: its file, or the text that stands for it. note: what is said of it."""

    title: str
    note: str
    file: CaseFile | None = None
    text: str = ""
    original: Original | None = None

    @property
    def kept(self) -> CaseFile | Original | None:
        """The file of the piece, whoever keeps it."""
        return self.file or self.original


def pieces_of(review: Review) -> list[Piece]:
    """Return the pieces of a round: every material as it counts, each piece of evidence of the case, its opinions."""
    found: list[Piece] = []
    for row in latest_materials(review).values():
        found.append(_of_material(review, row))
        if row.material == EVIDENCE:
            found += _evidence(review.case)
    return found


def _of_material(review: Review, row: Submitted) -> Piece:
    note = f"{row.held}{'，有签章' if row.signed else ''}"
    if row.file is not None:
        return Piece(row.name, note, row.file)
    text = _proposed(review.proposal) if row.material == PROPOSAL and review.proposal else row.held
    return Piece(row.name, note, text=text)


def _proposed(proposal: Proposal) -> str:
    parts = (
        ("处理结果", str(proposal.get_outcome_display())),
        ("罚款", f"{proposal.fine:,} 元" if proposal.fine else ""),
        ("没收", f"{proposal.confiscated:,} 元" if proposal.confiscated else ""),
        ("征收或者收费", f"{proposal.levied:,} 元" if proposal.levied else ""),
        ("责令改正", proposal.correction),
        ("认定的事实", proposal.facts),
        ("理由", proposal.reasons),
        ("裁量基准", proposal.benchmark),
        ("突破基准的理由", proposal.deviation_reason),
        ("依据", "、".join(proposal.basis)),
    )
    return "\n".join(f"{label}：{text}" for label, text in parts if text)


def _evidence(case: Case) -> Iterator[Piece]:
    rows = list(Evidence.objects.filter(case=case).select_related("file").order_by("id"))
    originals = originals_by_evidence(case.agency_id, rows)
    for number, one in enumerate(rows, 1):
        said, title = f"{one.get_kind_display()}，证明：{one.proves}", f"证据 {number}：{one.name}"
        if one.file is not None or not originals[one.pk]:
            yield Piece(title, said, one.file, "" if one.file else said)
        for original in originals[one.pk]:
            yield Piece(f"{title}（{original.name}）", said, original=original)
