"""Every write of legality review, one plain function per act."""

from heliograph.legality_review.actions.answering import (
    AnswerContent,
    CoordinationContent,
    coordinate_review,
    respond_to_opinion,
)
from heliograph.legality_review.actions.calling import call_in, extend_review
from heliograph.legality_review.actions.packaging import note_package, packable
from heliograph.legality_review.actions.people import (
    ContractContent,
    ReviewerContent,
    decline_renewal,
    end_reviewer,
    record_training,
    register_contract,
    register_reviewer,
)
from heliograph.legality_review.actions.reviewing import FindingContent, OpinionContent, review_opinion
from heliograph.legality_review.actions.submitting import (
    MaterialContent,
    answer_supplement,
    ask_supplement,
    check_submission,
    submit_review,
    supplement_review,
)

__all__ = [
    "AnswerContent",
    "ContractContent",
    "CoordinationContent",
    "FindingContent",
    "MaterialContent",
    "OpinionContent",
    "ReviewerContent",
    "answer_supplement",
    "ask_supplement",
    "call_in",
    "check_submission",
    "coordinate_review",
    "decline_renewal",
    "end_reviewer",
    "extend_review",
    "note_package",
    "packable",
    "record_training",
    "register_contract",
    "register_reviewer",
    "respond_to_opinion",
    "review_opinion",
    "submit_review",
    "supplement_review",
]
