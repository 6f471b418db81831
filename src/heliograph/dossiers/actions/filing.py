"""From the clue to the filed case (立案)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.accepting import answer_due
from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.steps import GENERIC, StepAct, finish_step, require_asked, take_step
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.rules import permitting
from heliograph.dossiers.rules.deciding import may_file
from heliograph.dossiers.rules.opening import check_text
from heliograph.duties.queries import last_day
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import Verdict, require
from heliograph.registers.models import Account


@transaction.atomic
def complete_step(
    case_id: UUID,
    step: str,
    *,
    note: str,
    papers: Sequence[PaperContent],
    facts: Mapping[str, FactValue],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Complete a step that has no act of its own: what was done, its documents, and the facts it is to ask for."""
    taken = take_step(case_id, step, act=GENERIC, actor=actor, at=at, rev=rev)
    require_asked(taken, facts)
    require(check_text(note, what="办理情况", longest=2000))
    require(permitting.may_still_ask(on=taken.on, due_on=answer_due(taken)))
    add_papers(taken, papers)
    return finish_step(taken, event="case.step_completed", text=f"{taken.node.name}：{note.strip()}", facts=facts)


@transaction.atomic
def propose_filing(
    case_id: UUID,
    step: str,
    *,
    facts_found: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Fill in the filing form (立案审批表): what was found and why it should be filed (行政处罚法54)."""
    taken = take_step(case_id, step, act="propose_filing", actor=actor, at=at, rev=rev)
    require(check_text(facts_found, what="案情和立案理由"))
    taken.case.facts = facts_found.strip()
    add_papers(taken, papers)
    return finish_step(taken, event="case.filing_proposed", text="填报立案审批表，报请立案。")


@transaction.atomic
def decide_filing(
    case_id: UUID,
    step: str,
    *,
    granted: bool,
    opinion: str,
    long_ground: str = "",
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Decide whether the case is filed. Refused for an act that came to light after its limitation (行政处罚法36、54).

    long_ground: why the longer limitation of article 36 holds, where it does.
    """
    taken = take_step(case_id, step, act="decide_filing", actor=actor, at=at, rev=rev)
    require(check_text(opinion, what="审批意见", longest=2000))
    if granted:
        require(_not_barred(taken, long_ground))
        taken.case.filed_on = taken.on
    else:
        taken.case.closed_on, taken.case.outcome = taken.on, "不予立案"
        taken.case.state = Case.State.CLOSED
    return finish_step(
        taken,
        event="case.filed" if granted else "case.filing_refused",
        text=f"{'准予立案' if granted else '不予立案'}：{opinion.strip()}",
        facts={"准予立案": granted},
    )


def _not_barred(taken: StepAct, long_ground: str) -> Verdict:
    """The act came to light when its clue came in; a continuing one is counted from its end (行政处罚法36)."""
    case = taken.case
    ended_on = case.occurred_to or case.occurred_from
    found_on = case.clue.received_on if case.clue else case.opened_on
    barred_after = None if ended_on is None else last_day(taken.limit("penalty_limitation"), ended_on)
    return may_file(ended_on=ended_on, barred_after=barred_after, found_on=found_on, long_ground=long_ground)
