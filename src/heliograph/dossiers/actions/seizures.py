"""What becomes of things sealed or seized: held longer once, given back, confiscated, transferred (查封、扣押)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.coercion import SEIZURE, is_known, may_rest_on, taken_measure
from heliograph.dossiers.actions.papers import PaperContent, add_papers, require_made_since
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, decided_limit, finish_step, take_step
from heliograph.dossiers.executable import confiscating
from heliograph.dossiers.models import CaseEvent, Decision, Extension, Measure, Suspension
from heliograph.dossiers.rules import coercing as rules
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.duties.models import Duty
from heliograph.duties.queries import last_day
from heliograph.duties.rules import Change
from heliograph.kernel.verdict import Allowed, Verdict, first_refusal, require
from heliograph.registers.models import Account

EXTENSION_GRANTED = "准予延长查封扣押"
DESTRUCTION_LEVELS = "destruction_levels"  # provision of the pack
GIVEN_UP = "财物处置改为解除"
RELEASED = "release"


@transaction.atomic
def extend_coercion(
    case_id: UUID,
    step: str,
    *,
    granted: bool,
    reason: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Prolong a seizure, once and by what the pack allows, or refuse to, with the reason (行政强制法25)."""
    taken = take_step(case_id, step, act="extend_coercion", actor=actor, at=at, rev=rev)
    measure = taken_measure(taken)
    require(check_text(reason, what="审批意见和理由", longest=1000))
    add_papers(taken, papers)
    if granted:
        _prolong(taken, measure, reason)
        event = "case.coercion_extended"
        text = f"准予延长{measure.get_kind_display()}，至 {measure.until_on}：{reason.strip()}"
    else:
        event, text = "case.coercion_extension_refused", f"不准予延长{measure.get_kind_display()}：{reason.strip()}"
    return finish_step(taken, event=event, text=text, facts={EXTENSION_GRANTED: granted})


def _prolong(taken: StepAct, measure: Measure, reason: str) -> None:
    limit = decided_limit(measure, taken.limit(SEIZURE))
    require(
        first_refusal(
            _running(taken, measure), rules.may_extend_seizure(extended=measure.extended, allowed=limit.extension)
        )
    )
    started = localdate(measure.started_at) if measure.started_at else None
    assert started is not None  # noqa: S101 - said by the rule above, for the type checker
    length = limit.extension or 0
    first, longer = (
        last_day(limit, started),
        last_day(limit, started, [Change("extend", length=length, unit=limit.unit)]),
    )
    rest = measure.until_on - first if measure.until_on and first else timedelta()  # days of testing do not count
    measure.extended = True
    measure.until_on = longer + rest if longer else None
    measure.save()
    taken.rows.append(_extension(taken, length, reason))


def _extension(taken: StepAct, length: int, reason: str) -> Extension:
    case = taken.case
    duty = Duty.objects.filter(agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, kind=SEIZURE)
    return write_row(
        Extension,
        agency_id=case.agency_id,
        case=case,
        duty_id=duty.order_by("-opened_at").values_list("pk", flat=True).get(),
        limit=SEIZURE,
        length=length,
        reason=reason.strip(),
        basis=rules.SEIZURE,
        approved_by=taken.actor,
        approved_at=taken.at,
    )


@transaction.atomic
def tell_extension(
    case_id: UUID,
    step: str,
    *,
    told_on: date,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register that the party was told in writing that its things are held longer, and why (行政强制法25)."""
    taken = take_step(case_id, step, act="tell_extension", actor=actor, at=at, rev=rev)
    approved = Extension.objects.filter(case=taken.case, limit=SEIZURE).order_by("-approved_at").first()
    require(
        may_happen_on(told_on, today=taken.on, not_before=localdate(approved.approved_at) if approved else None,
                      what="书面告知当事人的日期", since="批准延长之日")
    )  # fmt: skip
    require_made_since(
        add_papers(taken, papers), localdate(approved.approved_at) if approved else None, since="批准延长之日"
    )
    text = "书面告知当事人延长查封扣押的决定和理由。"
    return finish_step(taken, event="case.coercion_extension_told", text=text, on=told_on)


@transaction.atomic
def release_coercion(
    case_id: UUID,
    step: str,
    *,
    how: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Release what was sealed or seized and give it back, once; on time or, alas, late (行政强制法28)."""
    taken = take_step(case_id, step, act="release_coercion", actor=actor, at=at, rev=rev)
    measure = taken_measure(taken)
    _end(taken, measure, how)
    require_made_since(add_papers(taken, papers), _decided_on(taken), since="提出处理意见之日")
    late = measure.until_on is not None and taken.on > measure.until_on
    text = f"解除{measure.get_kind_display()}：{how.strip()}{'（已超过期限）' if late else ''}"
    return finish_step(taken, event="case.coercion_released", text=text)


@dataclass(frozen=True, slots=True)
class DisposalContent:
    """What is done with things that are not given back. kind: a key of rules.coercing.DISPOSALS.

    decision_id: the penalty that confiscates them; basis: the articles by which they are destroyed or sold; body and
    told_on: to whom they are transferred, and when the party was told in writing.
    """

    kind: str
    how: str
    decision_id: UUID | None = None
    basis: Sequence[str] = ()
    body: str = ""
    told_on: date | None = None


@transaction.atomic
def hand_over_items(
    case_id: UUID, step: str, *, content: DisposalContent, papers: Sequence[PaperContent], actor: Account,
    at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Confiscate, destroy, transfer or sell what was seized (行政强制法21、27), or say that it is released after all.

    Past the last day only what a penalty confiscated in time may still be handed over; the rest is released.
    """
    taken = take_step(case_id, step, act="hand_over_items", actor=actor, at=at, rev=rev)
    measure = taken_measure(taken)
    decision = next((one for one in confiscating(taken.case) if one.pk == content.decision_id), None)
    require(
        first_refusal(
            rules.may_dispose(
                rules.Disposal(
                    content.kind,
                    follows=decision is not None,
                    based=is_known(taken, content.basis),
                    body=content.body,
                    told=content.told_on is not None,
                )
            ),
            may_rest_on(taken, content.basis, by=DESTRUCTION_LEVELS, what="销毁、拍卖或者变卖")
            if content.kind in rules.BY_LAW
            else Allowed(),
            check_text(content.how, what="处置的经过", longest=300),
        )
    )
    if content.kind == RELEASED:
        text = f"不再处置，改为解除：{content.how.strip()}"
        return finish_step(taken, event="case.disposal_given_up", text=text, facts={GIVEN_UP: True})
    require(_may_still_dispose(taken, measure, decision if content.kind == "confiscate" else None))
    started = localdate(measure.started_at) if measure.started_at else None
    if content.told_on is not None:
        require(may_happen_on(content.told_on, today=taken.on, not_before=started, what="书面告知当事人的日期",
                              since="实施之日"))  # fmt: skip
    text = _said(content, decision)
    _end(taken, measure, text)
    require_made_since(add_papers(taken, papers), _decided_on(taken), since="提出处理意见之日")
    return finish_step(taken, event="case.items_handled", text=text, facts={GIVEN_UP: False})


def _decided_on(taken: StepAct) -> date:
    """Return the day on which it was decided what becomes of the things: when the flow came to this step."""
    return localdate(taken.standing.tokens[taken.step].entered_at)


def _may_still_dispose(taken: StepAct, measure: Measure, decision: Decision | None) -> Verdict:
    in_time = decision is not None and measure.until_on is not None and decision.decided_on <= measure.until_on
    return Allowed() if in_time and measure.ended_on is None else _running(taken, measure)


def _said(content: DisposalContent, decision: Decision | None) -> str:
    """Return what became of the things in one sentence, no longer than its column."""
    label = rules.DISPOSALS[content.kind]
    if content.kind == "confiscate" and decision is not None:
        label += f"（依据{decision.number}）"
    elif content.kind == "transfer":
        label += f"{content.body.strip()}，{content.told_on} 书面告知当事人"
    elif content.basis:
        label += f"（依据：{'、'.join(content.basis)}）"
    return f"{label}：{content.how.strip()}"[:300]


def _running(taken: StepAct, measure: Measure) -> Verdict:
    """Say whether a measure still holds; while things are tested its days stand still."""
    testing = Suspension.objects.filter(case=taken.case, kind=Suspension.Kind.TESTING, to_on__isnull=True).exists()
    return rules.is_running(
        started=measure.started_at is not None,
        ended=measure.ended_on is not None,
        until=None if testing else measure.until_on,
        on=taken.on,
    )


def _end(taken: StepAct, measure: Measure, how: str) -> None:
    require(
        first_refusal(
            rules.may_release(started=measure.started_at is not None, ended=measure.ended_on is not None, how=how),
            check_text(how, what="处理结果", longest=300),
        )
    )
    measure.ended_on, measure.ended_how = taken.on, how.strip()
    measure.save()
