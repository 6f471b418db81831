"""Measures on evidence: registered preservation and sampling (先行登记保存、抽样取证, 行政处罚法56).

Preservation is asked for by the handler, approved by a person in charge signed in as oneself, and carried out after
that: nobody can be put down as having approved it. Sealing and seizure go through the coercion procedure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate, localtime

from heliograph.dossiers.actions.investigating import open_file
from heliograph.dossiers.actions.people import send
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import let_duties_follow, tell
from heliograph.dossiers.models import Case, CaseEvent, Measure
from heliograph.dossiers.permissions import LEADERS, access_case
from heliograph.dossiers.queries import recused_among
from heliograph.dossiers.rules import investigating as rules
from heliograph.dossiers.rules.opening import check_text, may_enter, may_happen_on
from heliograph.dossiers.rules.people import may_act_unrecused
from heliograph.duties.following import Event
from heliograph.duties.queries import last_day
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account
from heliograph.registers.permissions import roles_of, same_person


@dataclass(frozen=True, slots=True)
class MeasureContent:
    """What is done to which things, and why. kind: a value of Measure.Kind."""

    kind: str
    items: str
    reason: str


def _write(case: Case, content: MeasureContent, started_at: datetime | None, actor: Account, at: datetime) -> Measure:
    require(
        first_refusal(check_text(content.items, what="物品清单"), check_text(content.reason, what="理由", longest=1000))
    )
    return write_row(
        Measure,
        agency_id=case.agency_id,
        case=case,
        kind=content.kind,
        items=content.items.strip(),
        reason=content.reason.strip(),
        started_at=started_at,
        registered_by=actor,
        registered_at=at,
    )


def _tell(case: Case, kind: str, act: str, text: str, on: date, actor: Account, at: datetime) -> CaseEvent:
    return tell(case, event=kind, act=act, step="调查取证", text=text, basis=rules.PRESERVATION, on=on, actor=actor,
                at=at)  # fmt: skip


def _record(kind: str, case: Case, actor: Account, at: datetime, *rows: Model) -> None:
    append(kind, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows)


@transaction.atomic
def ask_measure(case_id: UUID, *, content: MeasureContent, approver_id: UUID, actor: Account, at: datetime) -> Measure:
    """Ask a person in charge for leave to preserve evidence; that one is sent a message, any of them may decide."""
    case, _who = open_file(case_id, actor, at)
    approver = Account.objects.get(pk=approver_id, person__agency_id=case.agency_id, is_active=True)
    leader = bool(roles_of(approver, case.agency_id, localdate(at)) & LEADERS)
    require(
        first_refusal(
            rules.is_asked_for(content.kind),
            rules.may_be_asked(approver.display_name, leader=leader, own=same_person(approver, actor)),
        )
    )
    measure = _write(case, content, None, actor, at)
    text = f"报请批准{measure.get_kind_display()}：{measure.items[:200]}"
    told = _tell(case, "case.measure_asked", "ask_measure", text, localdate(at), actor, at)
    sent = send(case, approver, actor, f"{case.number}：{text}", at)
    _record("case.measure_asked", case, actor, at, measure, told, sent)
    return measure


@transaction.atomic
def approve_measure(measure_id: UUID, *, granted: bool, opinion: str, actor: Account, at: datetime) -> Measure:
    """Approve a preservation, or refuse it, as a person in charge signed in: not its own applicant, not an officer."""
    case_id = Measure.objects.values_list("case_id", flat=True).get(pk=measure_id)
    case, _who = access_case(actor, case_id, "approve_measure", localdate(at))
    measure = _locked(measure_id, case)
    officers = [one for one in (case.handler, case.co_handler, measure.registered_by) if one is not None]
    require(
        first_refusal(
            may_enter(case.state),
            may_act_unrecused(actor.pk, recused=[one.pk for one in recused_among(case, [actor])]),
            rules.is_asked_for(measure.kind),
            rules.may_approve_measure(
                decided=measure.approved_at is not None or measure.ended_on is not None,
                own=any(same_person(actor, one) for one in officers),
            ),
            check_text(opinion, what="审批意见", longest=rules.LONGEST_OPINION),
        )
    )
    said = f"{'批准' if granted else '不批准'}{measure.get_kind_display()}：{opinion.strip()}"
    if granted:
        measure.approved_by, measure.approved_at = actor, at
    else:
        measure.ended_on, measure.ended_how = localdate(at), said
    measure.save(update_fields=["approved_by", "approved_at", "ended_on", "ended_how"])
    told = _tell(case, "case.measure_approved", "approve_measure", said, localdate(at), actor, at)
    sent = send(case, measure.registered_by, actor, f"{case.number}：{said}", at)
    _record("case.measure_approved", case, actor, at, measure, told, sent)
    return measure


@transaction.atomic
def begin_measure(measure_id: UUID, *, started_at: datetime, actor: Account, at: datetime) -> Measure:
    """Register that what was approved has been carried out, after the approval; its period opens (行政处罚法56)."""
    case_id = Measure.objects.values_list("case_id", flat=True).get(pk=measure_id)
    case, _who = open_file(case_id, actor, at)
    measure = _locked(measure_id, case)
    on = localdate(started_at)
    require(
        first_refusal(
            rules.is_asked_for(measure.kind),
            rules.may_begin_measure(
                approved_at=localtime(measure.approved_at) if measure.approved_at else None,
                began=measure.started_at is not None or measure.ended_on is not None,
                started_at=started_at,
                at=at,
            ),
        )
    )
    pack = pack_in_force(case.agency_id, case.opened_on)
    measure.started_at = started_at
    measure.until_on = last_day(pack.rule("time_limits", "preserve_evidence_decision"), on)
    measure.save(update_fields=["started_at", "until_on"])
    text = f"{measure.get_kind_display()}：{measure.items[:200]}"
    told = _tell(case, "case.evidence_preserved", "take_measure", text, on, actor, at)
    if _first_preserved(case) == measure:
        let_duties_follow(case, pack, Event("case.evidence_preserved", on, started_at), actor, at)
    _record("case.evidence_preserved", case, actor, at, measure, told)
    return measure


@transaction.atomic
def take_measure(
    case_id: UUID, *, content: MeasureContent, started_at: datetime, actor: Account, at: datetime
) -> Measure:
    """Register a sampling of evidence, which needs nobody's leave (行政处罚法56)."""
    case, _who = open_file(case_id, actor, at)
    on = localdate(started_at)
    require(
        first_refusal(
            rules.may_take_at_once(content.kind),
            may_happen_on(on, today=localdate(at), not_before=case.opened_on, what="实施日期"),
        )
    )
    measure = _write(case, content, started_at, actor, at)
    text = f"{measure.get_kind_display()}：{measure.items[:200]}"
    told = _tell(case, "case.sampled", "take_measure", text, on, actor, at)
    _record("case.sampled", case, actor, at, measure, told)
    return measure


def _locked(measure_id: UUID, case: Case) -> Measure:
    found = Measure.objects.select_for_update(of=("self",)).select_related("registered_by")
    return found.get(pk=measure_id, case=case)


def _first_preserved(case: Case) -> Measure | None:
    """Return the earliest preservation of a case that nobody decided on yet: its period is the one that runs."""
    preserved = Measure.objects.filter(
        case=case, kind=Measure.Kind.PRESERVATION, started_at__isnull=False, ended_on__isnull=True
    )
    return preserved.order_by("started_at", "id").first()


@transaction.atomic
def end_measure(measure_id: UUID, *, how: str, ended_on: date, actor: Account, at: datetime) -> Measure:
    """Decide what becomes of things that were preserved or sampled (行政处罚法56)."""
    case_id = Measure.objects.values_list("case_id", flat=True).get(pk=measure_id)
    case, _who = open_file(case_id, actor, at)
    measure = _locked(measure_id, case)
    started = localdate(measure.started_at) if measure.started_at else None
    require(
        first_refusal(
            rules.is_of_evidence(measure.kind),
            rules.may_end_measure(ended=measure.ended_on is not None, how=how, began=started is not None),
            may_happen_on(ended_on, today=localdate(at), not_before=started, what="处理日期"),
        )
    )
    require_fit(Measure, ended_how=how)
    measure.ended_on, measure.ended_how = ended_on, how.strip()
    measure.save(update_fields=["ended_on", "ended_how"])
    text = f"{measure.get_kind_display()}的处理：{how.strip()}"
    told = _tell(case, "case.preservation_decided", "end_measure", text, ended_on, actor, at)
    if measure.kind == Measure.Kind.PRESERVATION:
        _follow_decided(case, ended_on, actor, at)
    _record("case.preservation_decided", case, actor, at, measure, told)
    return measure


def _follow_decided(case: Case, ended_on: date, actor: Account, at: datetime) -> None:
    """The period of the next preservation runs on; only after the last one the duty is done."""
    rest = _first_preserved(case)
    if rest is None or rest.started_at is None:
        event = Event("case.preservation_decided", ended_on, at)
    else:
        event = Event("case.evidence_preserved", localdate(rest.started_at), rest.started_at)
    let_duties_follow(case, pack_in_force(case.agency_id, case.opened_on), event, actor, at)
