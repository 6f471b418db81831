"""What was released of registers and decisions, and what the public reads of it."""

from heliograph.disclosure.models.decisions import Examination, Publication, PublicationVersion, PublicDecision
from heliograph.disclosure.models.registers import (
    Adjustment,
    AdjustmentConfirmation,
    AdjustmentItem,
    PublicChange,
    PublicVersion,
    Release,
    ReleaseStep,
)

__all__ = [
    "Adjustment",
    "AdjustmentConfirmation",
    "AdjustmentItem",
    "Examination",
    "PublicChange",
    "PublicDecision",
    "PublicVersion",
    "Publication",
    "PublicationVersion",
    "Release",
    "ReleaseStep",
]
