"""Closing and archiving a case (结案、归档)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.destroying import begin_retention
from heliograph.dossiers.actions.freshness import require_fresh_case
from heliograph.dossiers.actions.numbering import document_letters, take_number
from heliograph.dossiers.actions.papers import PaperContent, add_paper, add_papers
from heliograph.dossiers.actions.people import send
from heliograph.dossiers.actions.rows import require_fit
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step, tell
from heliograph.dossiers.models import (
    Case,
    CaseEvent,
    CourtApplication,
    Decision,
    IssuedNumber,
    Measure,
    Message,
    NumberSeries,
    Remedy,
)
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.queries import NOTHING_LEFT, decision_of, owed_on
from heliograph.dossiers.rules.opening import RECORDING, check_text, ended, may_happen_on, may_work_on
from heliograph.dossiers.rules.papers import check_papers
from heliograph.dossiers.rules.serving import ClosingState, is_correction_seen, may_close, may_close_as
from heliograph.dossiers.rules.standing import may_decline_closing
from heliograph.dossiers.rules.volumes import may_lack, told_lack
from heliograph.dossiers.volume_reading import built_documents, lacking
from heliograph.kernel.feel import FactValue, MissingFact, compile_expression
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import Allowed, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account

ARCHIVE_NUMBERS = "归档号"
DECLINED = "case.closing_declined"


@transaction.atomic
def close_case(
    case_id: UUID, step: str, *, outcome: str, opinion: str, corrected_on: date | None = None,
    corrected_how: str = "", missing_reason: str = "", papers: Sequence[PaperContent], actor: Account, at: datetime,
    rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Close a case: measures ended, nothing owed, no remedy pending, every document of its steps there (R10).

    outcome: one of those that the pack has for such a case and that fit its facts. corrected_on, corrected_how: when it
    was seen whether the violation was put right as the decision orders, and what was seen (行政处罚法28).
    missing_reason: why the files of some documents are still missing.
    """
    taken = take_step(case_id, step, act="close_case", actor=actor, at=at, rev=rev)
    decision = decision_of(taken.case)
    pieces = lacking(taken.case, taken.pack)
    ordered = decision if decision and decision.correction and decision.case_id == taken.case.pk else None
    require(
        first_refusal(
            check_text(outcome, what="结案方式", longest=60),
            check_text(opinion, what="审批意见", longest=2000),
            may_close_as(outcome.strip(), fitting=fitting_outcomes(taken.case, taken.pack, taken.standing.facts)),
            may_close(_closing_state(taken, [str(one) for one in pieces if one.required])),
            may_lack(pieces, missing_reason),
            is_correction_seen(ordered=ordered is not None, on=corrected_on, how=corrected_how),
            may_happen_on(corrected_on, today=taken.on, not_before=ordered.decided_on if ordered else None,
                          what="改正核实日期") if corrected_on else Allowed(),
        )
    )  # fmt: skip
    if ordered is not None:
        require_fit(Decision, corrected_how=corrected_how)
        ordered.corrected_on, ordered.corrected_how = corrected_on, corrected_how.strip()
        ordered.save(update_fields=["corrected_on", "corrected_how"])
        taken.rows.append(ordered)
    add_papers(taken, papers)
    taken.case.state, taken.case.closed_on, taken.case.outcome = Case.State.CLOSED, taken.on, outcome.strip()
    text = f"结案（{outcome.strip()}）：{ended(opinion)}{told_lack(pieces, missing_reason)}"
    also = ["case.violation_corrected"] if ordered else []
    return finish_step(taken, event="case.closed", text=text, also=also)


@transaction.atomic
def decline_closing(case_id: UUID, *, reason: str, actor: Account, at: datetime, rev: int | None = None) -> CaseEvent:
    """Send the closing of a case back: it stays at the approval, and the handler is told what has to be put right.

    A decided case never goes back behind its decision (行政处罚法54), so nothing of its flow moves.
    """
    case, _who = access_case(actor, case_id, "return_case", localdate(at))
    require_fresh_case(case, rev)
    require(
        first_refusal(
            may_work_on(case.state),
            may_decline_closing(waiting=is_closing_open(case.pk), declined=_is_unanswered(case)),
            check_text(reason, what="须补正的内容", longest=900),
        )
    )
    said = f"结案退回补正：{reason.strip()}"
    event = tell(case, event=DECLINED, act="decline_closing", step="审批结案", text=said, basis=RECORDING,
                 on=localdate(at), actor=actor, at=at)  # fmt: skip
    message = send(case, case.handler, actor, said, at)
    append(DECLINED, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[event, message])
    return event


def _is_unanswered(case: Case) -> bool:
    """Say whether the closing was sent back and the case has heard of nothing and of nobody since."""
    last = CaseEvent.objects.filter(case=case).order_by("-made_at", "-pk").first()
    if last is None or last.kind != DECLINED:
        return False
    return not Message.objects.filter(case=case, sent_at__gt=last.made_at).exists()


def is_closing_open(case_id: UUID) -> bool:
    """Say whether a case waits for the approval of its closing."""
    stands = standing(case_id)
    nodes = (stands.node(place) for place in stands.tokens)
    return any(node is not None and node.act == "close_case" for node in nodes)


def fitting_outcomes(case: Case, pack: Pack, facts: Mapping[str, FactValue]) -> list[str]:
    """Return the ways in which a case may be closed as it stands, by the pack; empty where it has none for its kind.

    Where none fits, e.g. a flow of the agency's own without these facts, all of the category are offered.
    """
    decision = decision_of(case)
    revoked = decision is not None and decision.annulled_how in NOTHING_LEFT
    known = {**facts, "决定已被撤销": revoked}
    mine = [one for one in pack.rules.closing_outcomes if not one.categories or case.category in one.categories]
    found = [one.name for one in mine if not one.when or _holds(one.when, known)]
    return list(dict.fromkeys(found or [one.name for one in mine]))


def _holds(condition: str, facts: Mapping[str, FactValue]) -> bool:
    """Say whether a condition holds; each of its alternatives on its own, as a fact of another way is not known."""
    parts = condition.split(" or ")
    return any(_is_met(part, facts) for part in parts)


def _is_met(condition: str, facts: Mapping[str, FactValue]) -> bool:
    try:
        return compile_expression(condition).evaluate(facts) is True
    except MissingFact:
        return False


def _closing_state(taken: StepAct, papers_missing: Sequence[str]) -> ClosingState:
    case = taken.case
    decision = decision_of(case)
    return ClosingState(
        papers_missing=papers_missing,
        measures_open=Measure.objects.filter(case=case, started_at__isnull=False, ended_on__isnull=True).count(),
        owed=owed_on(decision) if decision else Decimal(0),
        remedy_open=Remedy.objects.filter(case=case, outcome_on__isnull=True).exists(),
        released=CourtApplication.objects.filter(case=case).exists(),
    )


@transaction.atomic
def archive_case(
    case_id: UUID,
    step: str,
    *,
    note: str,
    papers: Sequence[PaperContent] = (),
    missing_reason: str = "",
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """File the dossier in the archive under its number; the case takes no further step (R10).

    Its catalogue is built from the dossier, never registered by hand: what `papers` holds of that kind is left out.
    missing_reason: why files are still missing.
    """
    taken = take_step(case_id, step, act="archive_case", actor=actor, at=at, rev=rev)
    pieces = lacking(taken.case, taken.pack)
    require(first_refusal(check_text(note, what="立卷说明", longest=2000), may_lack(pieces, missing_reason)))
    _bind_papers(taken, papers)
    number, numbered = take_archive_number(taken.case, taken.pack, actor=actor, at=at)
    taken.case.state, taken.case.archived_on = Case.State.ARCHIVED, taken.on
    taken.case.archive_number = number.text
    taken.rows += [*numbered, begin_retention(taken.case, taken.pack, actor, at)]
    text = f"立卷归档，归档号 {number.text}。{told_lack(pieces, missing_reason)}"
    return finish_step(taken, event="case.archived", text=text)


def _bind_papers(taken: StepAct, papers: Sequence[PaperContent]) -> None:
    """Register what the step declares: the catalogue as built today, everything else as it is given."""
    built = built_documents(taken.pack)
    others = [one for one in papers if one.kind not in built]
    declared = [name for name in taken.node.documents if name not in built]
    require(check_papers(declared=declared, given=[one.kind for one in others]))
    for one in (*others, *(PaperContent(name, taken.on) for name in taken.node.documents if name in built)):
        add_paper(taken, one)


def take_archive_number(
    case: Case, pack: Pack, *, actor: Account, at: datetime
) -> tuple[IssuedNumber, list[NumberSeries | IssuedNumber]]:
    """Take the number under which a dossier stands in the archive, with the letters of the agency (机关代字)."""
    prefix = f"{document_letters(pack, case.agency_id)}案卷"
    return take_number(case.agency_id, kind=ARCHIVE_NUMBERS, prefix=prefix, case=case, actor=actor, at=at)
