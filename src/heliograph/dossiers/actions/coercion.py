"""Sealing and seizure: asked for, approved, carried out before the party, prolonged once, released (查封、扣押)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate, localtime

from heliograph.dossiers.actions.deciding import write_decision
from heliograph.dossiers.actions.investigating import OnSiteContent, write_on_site_act
from heliograph.dossiers.actions.papers import PaperContent, add_paper, add_papers
from heliograph.dossiers.actions.permits import ExaminationContent, propose_outcome
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, require_asked, take_step
from heliograph.dossiers.models import CaseEvent, Decision, Extension, Measure, Service
from heliograph.dossiers.queries import pay_until, served_on
from heliograph.dossiers.rules import coercing as rules
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.dossiers.rules.papers import check_papers
from heliograph.duties.models import Duty
from heliograph.duties.queries import last_day
from heliograph.duties.rules import Change
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.registers.models import Account

MANNER = "强制方式"
SEIZURE = "coercion_seizure"


@dataclass(frozen=True, slots=True)
class CoercionContent:
    """What coercion is asked for. kind: sealing or seizure, with its items; executes_id: the decision to execute."""

    reason: str
    kind: str = ""
    items: str = ""
    executes_id: UUID | None = None


@transaction.atomic
def apply_coercion(
    case_id: UUID,
    step: str,
    *,
    content: CoercionContent,
    facts: Mapping[str, FactValue],
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Ask for leave to use coercion: things to be sealed or seized, or a decision to be executed (行政强制法18)."""
    taken = take_step(case_id, step, act="apply_coercion", actor=actor, at=at)
    require_asked(taken, facts)
    case = taken.case
    manner = str(facts.get(MANNER, ""))
    executes = None
    if content.executes_id is not None:
        executes = Decision.objects.get(pk=content.executes_id, agency_id=case.agency_id)
    served = served_on(executes) if executes else None
    require(
        first_refusal(
            check_text(content.reason, what="理由", longest=1000),
            rules.may_apply_coercion(
                manner,
                kind=content.kind,
                items=content.items,
                executes=executes is not None,
                served=served is not None,
                pay_until=pay_until(executes, taken.pack) if executes and executes.fine else None,
                on=taken.on,
            ),
        )
    )
    add_papers(taken, papers)
    case.executes = executes
    if content.kind:
        _ask_measure(taken, content, urgent=manner == "紧急查封扣押")
    return finish_step(
        taken, event="case.coercion_applied", text=f"申请{manner}：{content.reason.strip()}", facts=facts
    )


def _ask_measure(taken: StepAct, content: CoercionContent, *, urgent: bool) -> None:
    """Write down what is to be sealed or seized; asking again replaces what was never carried out."""
    case = taken.case
    measure = Measure.objects.filter(case=case, started_at__isnull=True).first() or Measure(
        agency_id=case.agency_id, case=case, registered_by=taken.actor, registered_at=taken.at
    )
    measure.kind, measure.items, measure.reason = content.kind, content.items.strip(), content.reason.strip()
    measure.urgent, measure.approved_by, measure.approved_at = urgent, None, None
    measure.save()
    taken.rows.append(measure)


def measure_of(taken: StepAct) -> Measure | None:
    """Return the sealing or seizure of a case, locked; the latest."""
    found = Measure.objects.select_for_update(of=("self",)).filter(case=taken.case, kind__in=list(rules.THINGS))
    return found.order_by("-registered_at", "-id").first()


def _measure(taken: StepAct) -> Measure:
    found = measure_of(taken)
    require(rules.is_running(started=found is not None, ended=False, until=None, on=taken.on))
    assert found is not None  # noqa: S101 - said by the rule above, for the type checker
    taken.rows.append(found)
    return found


@transaction.atomic
def approve_coercion(
    case_id: UUID,
    step: str,
    *,
    granted: bool,
    opinion: str,
    late_reason: str = "",
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Approve coercion beforehand, or within the hours of the pack what was carried out at once (行政强制法18、19)."""
    taken = take_step(case_id, step, act="approve_coercion", actor=actor, at=at)
    measure = measure_of(taken)
    started = measure.started_at if measure else None
    hours = taken.limit("coercion_urgent_report").length or 0
    latest = localtime(started) + timedelta(hours=hours) if started else None
    require(
        first_refusal(
            check_text(opinion, what="审批意见", longest=1000),
            rules.may_approve_coercion(urgent=started is not None, latest=latest, at=at, reason=late_reason),
        )
    )
    add_papers(taken, papers)
    if measure is not None:
        if granted:
            measure.approved_by, measure.approved_at = actor, at
        measure.save()
        taken.rows.append(measure)
    late = f"逾时补报说明：{late_reason.strip()}" if late_reason.strip() else ""
    text = f"{'准予' if granted else '不准予'}采取行政强制：{opinion.strip()}{late}"
    return finish_step(taken, event="case.coercion_approved", text=text, facts={"准予强制": granted})


@transaction.atomic
def inform_on_the_spot(
    case_id: UUID, step: str, *, content: OnSiteContent, statement: str, actor: Account, at: datetime
) -> CaseEvent:
    """Tell the party on the spot the reasons, basis and rights, and hear it, before the measure (行政强制法18).

    statement: what the party said, or that it said nothing.
    """
    taken = take_step(case_id, step, act="give_prior_notice", actor=actor, at=at)
    require(check_text(statement, what="当事人的陈述申辩（没有的写明没有）", longest=1900))
    taken.rows.append(write_on_site_act(taken.case, content, actor, at))
    text = f"当场告知理由、依据和权利，当事人陈述：{statement.strip()}"
    return finish_step(taken, event="case.notified", text=text, on=localdate(content.began_at))


@dataclass(frozen=True, slots=True)
class SeizureContent:
    """How a measure was carried out: on site, before party or witness, with its inventory and its grounds."""

    on_site: OnSiteContent
    party_present: bool
    inventory: str
    facts: str
    basis: Sequence[str]
    remedies: str
    witness: str = ""


@transaction.atomic
def carry_out_coercion(
    case_id: UUID,
    step: str,
    *,
    content: SeizureContent,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Seal or seize: two officers, certificates shown, decision and inventory handed over there (行政强制法18、24)."""
    taken = take_step(case_id, step, act="carry_out_coercion", actor=actor, at=at)
    measure = _measure(taken)
    spot = content.on_site
    require(
        first_refusal(
            rules.may_carry_out(
                rules.OnTheSpot(
                    approved=measure.approved_by_id is not None,
                    urgent=measure.urgent,
                    started=measure.started_at is not None,
                    party_present=content.party_present,
                    witness=content.witness,
                    inventory=content.inventory,
                )
            ),
            check_text(content.facts, what="违法事实和证据"),
            check_text(content.remedies, what="告知的救济途径和期限", longest=1000),
        )
    )
    taken.rows.append(write_on_site_act(taken.case, spot, actor, at))
    on = localdate(spot.began_at)
    decision = _hand_over(taken, measure, content, papers, on)
    measure.items, measure.started_at, measure.decision = content.inventory.strip(), spot.began_at, decision
    measure.witness, measure.until_on = content.witness.strip(), last_day(taken.limit(SEIZURE), on)
    measure.save()
    until = measure.until_on.isoformat()
    text = f"{measure.get_kind_display()}，期限至 {until}，决定书和清单当场交付{spot.person_present}。"
    also = ["case.coercion_urgent"] if measure.urgent else []
    return finish_step(taken, event="case.coercion_carried_out", text=text, on=on, happened_at=spot.began_at, also=also)


def _hand_over(
    taken: StepAct, measure: Measure, content: SeizureContent, papers: Sequence[PaperContent], on: date
) -> Decision:
    """Write the decision and its service there and then; the first document that the step declares is the decision."""
    require(check_papers(declared=taken.node.documents, given=[one.kind for one in papers]))
    first = next(one for one in papers if one.kind == taken.node.documents[0])
    for other in papers:
        if other is not first:
            add_paper(taken, other)
    proposal = propose_outcome(
        taken,
        ExaminationContent(
            "carried_out", content.facts, measure.reason, content.basis, measure.get_kind_display(), Decimal(0)
        ),
    )
    proposal.approved_by, proposal.approved_at = measure.approved_by, measure.approved_at
    proposal.save(update_fields=["approved_by", "approved_at"])
    decision = write_decision(taken, proposal, first, on=on)
    decision.on_the_spot, decision.remedies_told = True, content.remedies.strip()
    decision.save(update_fields=["on_the_spot", "remedies_told"])
    service = write_row(
        Service,
        agency_id=taken.case.agency_id,
        case=taken.case,
        paper=decision.paper,
        method=Service.Method.DIRECT,
        sent_on=on,
        received_on=on,
        receiver=content.on_site.person_present,
        witness=content.witness.strip(),
        first_server=taken.case.handler,
        second_server=taken.case.co_handler,
        registered_at=taken.at,
    )
    taken.rows.append(service)
    return decision


@transaction.atomic
def extend_coercion(
    case_id: UUID,
    step: str,
    *,
    reason: str,
    told_on: date,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Prolong a seizure, once and by what the pack allows, and tell the party in writing (行政强制法25)."""
    taken = take_step(case_id, step, act="extend_coercion", actor=actor, at=at)
    measure = _measure(taken)
    limit = taken.limit(SEIZURE)
    started = localdate(measure.started_at) if measure.started_at else None
    require(
        first_refusal(
            _running(measure, taken),
            rules.may_extend_seizure(extended=measure.extended, allowed=limit.extension, told_on=told_on, on=taken.on),
            may_happen_on(told_on, today=taken.on, not_before=started, what="告知日期"),
            check_text(reason, what="延长理由", longest=1000),
        )
    )
    assert started is not None  # noqa: S101 - said by the rule above, for the type checker
    add_papers(taken, papers)
    length = limit.extension or 0
    measure.extended = True
    measure.until_on = last_day(limit, started, [Change("extend", length=length, unit=limit.unit)])
    measure.save()
    taken.rows.append(_extension(taken, length, reason))
    text = f"延长查封扣押至 {measure.until_on.isoformat()}：{reason.strip()}"
    return finish_step(taken, event="case.coercion_extended", text=text, on=told_on)


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


def _running(measure: Measure, taken: StepAct) -> Verdict:
    return rules.is_running(
        started=measure.started_at is not None,
        ended=measure.ended_on is not None,
        until=measure.until_on,
        on=taken.on,
    )


@transaction.atomic
def release_coercion(
    case_id: UUID,
    step: str,
    *,
    how: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Release what was sealed or seized and give it back, once; on time or, alas, late (行政强制法28)."""
    taken = take_step(case_id, step, act="release_coercion", actor=actor, at=at)
    measure = _measure(taken)
    _end(taken, measure, how)
    add_papers(taken, papers)
    late = measure.until_on is not None and taken.on > measure.until_on
    text = f"解除{measure.get_kind_display()}：{how.strip()}{'（已超过期限）' if late else ''}"
    return finish_step(taken, event="case.coercion_released", text=text)


@transaction.atomic
def hand_over_items(
    case_id: UUID, step: str, *, how: str, papers: Sequence[PaperContent], actor: Account, at: datetime
) -> CaseEvent:
    """Hand over what is confiscated, destroyed or transferred (行政强制法27); past its last day it is released."""
    taken = take_step(case_id, step, act="hand_over_items", actor=actor, at=at)
    measure = _measure(taken)
    require(_running(measure, taken))
    _end(taken, measure, how)
    add_papers(taken, papers)
    return finish_step(taken, event="case.items_handled", text=f"移交涉案财物：{how.strip()}")


def _end(taken: StepAct, measure: Measure, how: str) -> None:
    require(
        first_refusal(
            rules.may_release(started=measure.started_at is not None, ended=measure.ended_on is not None, how=how),
            check_text(how, what="处理结果", longest=300),
        )
    )
    measure.ended_on, measure.ended_how = taken.on, how.strip()
    measure.save()
