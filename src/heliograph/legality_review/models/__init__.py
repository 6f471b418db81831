"""Tables of legality review: its rounds, what was found, and the people who review."""

from heliograph.legality_review.models.people import AdviserContract, Reviewer, Training
from heliograph.legality_review.models.reviews import (
    Coordination,
    ElementFinding,
    OpinionItem,
    Review,
    ReviewCall,
    ReviewMaterial,
    ReviewOpinion,
    SupplementRequest,
)

__all__ = [
    "AdviserContract",
    "Coordination",
    "ElementFinding",
    "OpinionItem",
    "Review",
    "ReviewCall",
    "ReviewMaterial",
    "ReviewOpinion",
    "Reviewer",
    "SupplementRequest",
    "Training",
]
