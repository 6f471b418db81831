"""Tables of the case file, one module per part of the proceedings."""

from heliograph.dossiers.models.archiving import Deposit, PaperScan
from heliograph.dossiers.models.cases import Case, CaseEvent, Clue, Party
from heliograph.dossiers.models.citations import Citation
from heliograph.dossiers.models.collaboration import Handover, IssuedNumber, Message, NumberSeries, Recusal, StepDraft
from heliograph.dossiers.models.decisions import Decision, Proposal, Service
from heliograph.dossiers.models.execution import (
    CourtApplication,
    Deferral,
    Demand,
    Extension,
    Payment,
    Remedy,
    Substitution,
    Suspension,
    Transfer,
)
from heliograph.dossiers.models.inspections import Inspection
from heliograph.dossiers.models.proceedings import (
    CaseFile,
    Discussion,
    DiscussionSeat,
    Evidence,
    Hearing,
    Measure,
    Notice,
    OnSiteAct,
    Paper,
    Statement,
)
from heliograph.dossiers.models.retention import Destruction, Retention
from heliograph.dossiers.models.retrieval import Classification, Retrieval, RetrievalReading, Secrecy

__all__ = [
    "Case",
    "CaseEvent",
    "CaseFile",
    "Citation",
    "Classification",
    "Clue",
    "CourtApplication",
    "Decision",
    "Deferral",
    "Demand",
    "Deposit",
    "Destruction",
    "Discussion",
    "DiscussionSeat",
    "Evidence",
    "Extension",
    "Handover",
    "Hearing",
    "Inspection",
    "IssuedNumber",
    "Measure",
    "Message",
    "Notice",
    "NumberSeries",
    "OnSiteAct",
    "Paper",
    "PaperScan",
    "Party",
    "Payment",
    "Proposal",
    "Recusal",
    "Remedy",
    "Retention",
    "Retrieval",
    "RetrievalReading",
    "Secrecy",
    "Service",
    "Statement",
    "StepDraft",
    "Substitution",
    "Suspension",
    "Transfer",
]
