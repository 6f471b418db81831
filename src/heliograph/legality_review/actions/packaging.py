"""The package of a round taken out as one file: who took it, when, and the SHA-256 of the very file."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.file_access import require_in_right, right_to_read
from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.legality_review.models import Review
from heliograph.legality_review.package import Piece, pieces_of
from heliograph.legality_review.permissions import access_review
from heliograph.legality_review.rules.reviewing import SUBMISSION
from heliograph.registers.models import Account


def packable(case_id: UUID, *, actor: Account, at: datetime) -> tuple[Review, list[Piece]]:
    """Return the last round of a case with the pieces of its package.

    Case.DoesNotExist for a case out of sight. ActRefusedError: without the role, no round yet, in the archive without
    a retrieval, or a piece above what they may read.
    """
    case, who = access_review(actor, case_id, "export_package", localdate(at), lock=False)
    review = Review.objects.filter(case=case).select_related("case", "proposal").order_by("-number").first()
    if review is None:
        require(Refused("review.none", "本案没有送过法制审核，没有送审材料。", SUBMISSION))
    assert review is not None  # noqa: S101 - said by the refusal above, for the type checker
    right = right_to_read(case, who, localdate(at))
    pieces = pieces_of(review)
    for one in pieces:
        if one.kept is not None:
            require_in_right(case, right, sha256=one.kept.sha256)
    return review, pieces


@transaction.atomic
def note_package(case_id: UUID, *, sha256: str, actor: Account, at: datetime) -> Review:
    """Record that somebody took the package of the last round out."""
    review, pieces = packable(case_id, actor=actor, at=at)
    case = review.case
    facts = {"round": str(review.number), "pieces": str(len(pieces)), "sha256": sha256}
    append("case.review_package_exported", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[],
           facts=facts)  # fmt: skip
    return review
