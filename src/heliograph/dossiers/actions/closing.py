"""Closing and archiving a case (结案、归档)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.numbering import take_number
from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import Case, CaseEvent, CourtApplication, Measure, Paper, Remedy
from heliograph.dossiers.queries import decision_of, owed_on
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.serving import ClosingState, may_close
from heliograph.kernel.verdict import first_refusal, require
from heliograph.procedures.queries import steps_of
from heliograph.registers.models import Account

ARCHIVE_NUMBERS = "归档号"
RECEIPTS = "record_payment"  # its document is the bank's, and there is one only where something was paid


@transaction.atomic
def close_case(
    case_id: UUID,
    step: str,
    *,
    outcome: str,
    opinion: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Close a case: measures ended, nothing owed, no remedy pending, every document of its steps there (R10)."""
    taken = take_step(case_id, step, act="close_case", actor=actor, at=at)
    require(
        first_refusal(
            check_text(outcome, what="结案方式", longest=60),
            check_text(opinion, what="审批意见", longest=2000),
            may_close(_closing_state(taken)),
        )
    )
    add_papers(taken, papers)
    taken.case.state, taken.case.closed_on, taken.case.outcome = Case.State.CLOSED, taken.on, outcome.strip()
    return finish_step(taken, event="case.closed", text=f"结案（{outcome.strip()}）：{opinion.strip()}")


def _closing_state(taken: StepAct) -> ClosingState:
    case = taken.case
    decision = decision_of(case)
    return ClosingState(
        papers_missing=_missing_papers(taken),
        measures_open=Measure.objects.filter(case=case, ended_on__isnull=True).count(),
        owed=owed_on(decision) if decision else Decimal(0),
        remedy_open=Remedy.objects.filter(case=case, outcome_on__isnull=True).exists(),
        released=CourtApplication.objects.filter(case=case).exists(),
    )


def _missing_papers(taken: StepAct) -> list[str]:
    """Return the documents that steps taken ask for and that nobody registered, in the order of the steps."""
    case = taken.case
    there = set(Paper.objects.filter(case=case).values_list("step", "kind"))
    places = steps_of(case.agency_id, case.pk).exclude(place="").values_list("place", flat=True)
    nodes = taken.standing.compiled.definition.nodes
    wanted = [
        (place, kind)
        for place in places
        if place in nodes and nodes[place].act != RECEIPTS
        for kind in nodes[place].documents
    ]
    return list(dict.fromkeys(kind for place, kind in wanted if (place, kind) not in there))


@transaction.atomic
def archive_case(
    case_id: UUID, step: str, *, note: str, papers: Sequence[PaperContent], actor: Account, at: datetime
) -> CaseEvent:
    """File the dossier in the archive under its number; the case takes no further step (R10)."""
    taken = take_step(case_id, step, act="archive_case", actor=actor, at=at)
    require(check_text(note, what="立卷说明", longest=2000))
    add_papers(taken, papers)
    number, numbered = take_number(
        taken.case.agency_id, kind=ARCHIVE_NUMBERS, prefix="案卷", case=taken.case, actor=actor, at=at
    )
    taken.case.state, taken.case.archived_on = Case.State.ARCHIVED, taken.on
    taken.case.archive_number = number.text
    taken.rows += numbered
    return finish_step(taken, event="case.archived", text=f"立卷归档，归档号 {number.text}。")
