"""Applications till they are accepted or turned away: supplemented once, accepted, refused, withdrawn (受理)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.queries import known_articles, was_told
from heliograph.dossiers.rules import permitting
from heliograph.dossiers.rules.opening import check_text, ended, may_follow, may_happen_on
from heliograph.kernel.verdict import Allowed, first_refusal, require
from heliograph.procedures.queries import steps_of
from heliograph.registers.models import Account

CORRECTION = "case.correction_requested"
PERIOD = "permit_accept"  # the time limit of the packs for saying what an application lacks
RECEIVED, EXPIRED, WITHDRAWN = "收到补正材料", "逾期未补正", "撤回申请"


@transaction.atomic
def request_correction(
    case_id: UUID,
    step: str,
    *,
    missing: str,
    until: date | None = None,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Tell the applicant everything that is missing, at once and only once (一次告知补正, 行政许可法32).

    until: the last day for handing it in as the notice says it; without one the applicant is waited for.
    """
    taken = take_step(case_id, step, act="request_correction", actor=actor, at=at, rev=rev)
    require(
        first_refusal(
            permitting.may_still_ask(on=taken.on, due_on=answer_due(taken)),
            permitting.may_request_correction(asked_before=was_told(taken.case, CORRECTION)),
            check_text(missing, what="需要补正的全部内容", longest=1900),
            Allowed() if until is None else may_follow(until, taken.on, what="补正期限"),
        )
    )
    _require_after_receipt(taken, papers)
    add_papers(taken, papers)
    taken.case.correct_until = until
    term = f"（补正期限至 {until.isoformat()}）" if until else ""
    return finish_step(taken, event=CORRECTION, text=f"一次告知补正{term}：{missing.strip()}")


@transaction.atomic
def hand_in_corrections(
    case_id: UUID,
    step: str,
    *,
    received_on: date,
    note: str,
    outcome: str = RECEIVED,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register what became of the request to supplement (行政许可法32). outcome: handed in, run out, or withdrawn.

    received_on: the day of the materials or of the withdrawal; the days for an answer count from it.
    """
    taken = take_step(case_id, step, act="hand_in_corrections", actor=actor, at=at, rev=rev)
    require(
        first_refusal(
            permitting.may_end_correction(
                outcome, offered=(RECEIVED, EXPIRED, WITHDRAWN), until=taken.case.correct_until, on=taken.on
            ),
            may_happen_on(received_on, today=taken.on, not_before=taken.case.began_on, what="日期"),
            check_text(note, what="补正材料或者说明", longest=1900),
        )
    )
    add_papers(taken, papers)
    if outcome == WITHDRAWN:
        taken.case.state, taken.case.closed_on = Case.State.CLOSED, taken.on
        taken.case.outcome = "申请人撤回申请"
    events = {RECEIVED: "case.corrected", WITHDRAWN: "case.application_withdrawn"}
    return finish_step(taken, event=events.get(outcome, "case.step_completed"), text=f"{outcome}：{note.strip()}",
                       facts={"补正情况": outcome}, on=received_on)  # fmt: skip


@transaction.atomic
def accept_application(
    case_id: UUID,
    step: str,
    *,
    note: str,
    own_length: int | None = None,
    own_unit: str = "",
    own_basis: str = "",
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Accept an application (受理). One left unanswered counts as accepted on the day it came in (行政许可法32).

    own_length, own_unit, own_basis: the period that the item's own law or regulation sets, with its article, where it
    is not the general one (行政许可法42).
    """
    taken = take_step(case_id, step, act="accept_application", actor=actor, at=at, rev=rev)
    article = own_basis.strip()
    known = bool(article) and article in known_articles(taken.pack, [article])
    require(
        first_refusal(
            check_text(note, what="受理意见", longest=1900),
            permitting.check_own_period(own_length, unit=own_unit, article=article, known=known),
        )
    )
    _require_after_receipt(taken, papers)
    add_papers(taken, papers)
    deemed = _deemed_on(taken)
    taken.case.filed_on = deemed or taken.on
    taken.case.own_length = own_length
    taken.case.own_unit, taken.case.own_basis = (own_unit, article) if own_length else ("", "")
    said = f"逾期未告知，自 {deemed.isoformat()} 收到材料之日起视为受理" if deemed else "受理"
    own = f"办理期限 {own_length} {permitting.UNITS[own_unit]}（{article}）。" if own_length else ""
    return finish_step(taken, event="case.accepted", text=f"{said}：{note.strip()}{own}", on=deemed)


def _deemed_on(taken: StepAct) -> date | None:
    """Return the day of receipt where a timer, not a person, let the application go on; None otherwise."""
    case = taken.case
    last = steps_of(case.agency_id, case.pk).exclude(place="").order_by("-number").values_list("act", flat=True).first()
    if last != "timer":
        return None
    return _came_on(case)


def answer_due(taken: StepAct) -> date | None:
    """Return the last day for saying what an application lacks, at the tasks that the law lets a timer end."""
    if taken.node.limit != PERIOD or not any(one.host == taken.step for one in taken.standing.compiled.definition.nodes
                                             .values()):  # fmt: skip
        return None
    return taken.standing.tokens[taken.step].due_on


def _came_on(case: Case) -> date:
    """Return the day on which the materials came, the last time they did."""
    again = CaseEvent.objects.filter(case=case, kind="case.corrected").order_by("-made_at")
    return again.values_list("happened_on", flat=True).first() or case.began_on


def _require_after_receipt(taken: StepAct, papers: Sequence[PaperContent]) -> None:
    """Refuse an answer to an application that is older than what it answers."""
    came_on = _came_on(taken.case)
    require(first_refusal(*(permitting.is_made_after(one.kind, one.made_on, came_on=came_on) for one in papers
                            if one.document_id is None)))  # fmt: skip


@transaction.atomic
def refuse_application(
    case_id: UUID,
    step: str,
    *,
    ground: str,
    reason: str,
    remedies: str,
    competent: str = "",
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Turn an application away, in writing and with the reason (不予受理, 行政许可法32). ground: see the rules.

    competent: the agency to apply to, where the matter is not this one's. remedies: how and until when it may be
    contested. The case is closed when the document has been served.
    """
    taken = take_step(case_id, step, act="refuse_application", actor=actor, at=at, rev=rev)
    require(
        first_refusal(
            permitting.may_refuse_application(ground, asked_to_correct=was_told(taken.case, CORRECTION),
                                              competent=competent),
            check_text(reason, what="不予受理的理由", longest=800),
            check_text(remedies, what="告知的救济途径和期限", longest=700),
            permitting.check_remedies(remedies),
        )
    )  # fmt: skip
    _require_after_receipt(taken, papers)
    add_papers(taken, papers)
    taken.case.outcome = "不予受理"
    to = f"已告知申请人向{competent.strip()[:120]}申请。" if competent.strip() else ""
    text = f"不予受理（{permitting.GROUNDS[ground]}）：{ended(reason)}{to}救济途径：{remedies.strip()}"
    return finish_step(taken, event="case.not_accepted", text=text)
