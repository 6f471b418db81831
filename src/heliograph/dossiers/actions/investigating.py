"""Evidence, acts before the party, measures on things, and the end of the investigation (调查取证)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers.actions.papers import PaperContent, add_papers, file_of_case
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import finish_step, let_duties_follow, take_step, tell
from heliograph.dossiers.models import Case, CaseEvent, Citation, Evidence, Measure, OnSiteAct
from heliograph.dossiers.permissions import LEADERS, Reader, access_case, require_handler
from heliograph.dossiers.queries import known_articles, officers_of, recused_among
from heliograph.dossiers.rules import investigating as rules
from heliograph.dossiers.rules.opening import check_text, may_enter, may_happen_on
from heliograph.dossiers.rules.people import (
    HeldCertificate,
    certificate_for,
    may_act_unrecused,
    may_go_on_site,
    may_take_part,
    may_work_in_pair,
)
from heliograph.duties.following import Event
from heliograph.duties.queries import last_day
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account
from heliograph.registers.permissions import roles_of, same_person


@dataclass(frozen=True, slots=True)
class EvidenceContent:
    """A piece of evidence. kind: a value of Evidence.Kind; collectors are accounts of the agency."""

    kind: str
    name: str
    proves: str
    source: str
    obtained_on: date
    collector_id: UUID
    second_collector_id: UUID | None = None
    place: str = ""
    file_id: UUID | None = None
    unreviewed_monitoring: bool = False


@dataclass(frozen=True, slots=True)
class OnSiteContent:
    """An act before the party: when certificates were shown, when it began, by which two officers."""

    act: str
    place: str
    shown_at: datetime | None
    began_at: datetime
    ended_at: datetime | None
    first_officer_id: UUID
    second_officer_id: UUID
    person_present: str
    rights_told: bool
    video: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MeasureContent:
    """A measure on things. kind: a value of Measure.Kind; approved_by: whoever approved it, none only when urgent."""

    kind: str
    items: str
    reason: str
    started_at: datetime
    approved_by_id: UUID | None
    urgent: bool = False


def _open_file(case_id: UUID, actor: Account, at: datetime) -> tuple[Case, Reader]:
    """Lock a case for an entry into its file by one of its handlers, outside any step."""
    case, who = access_case(actor, case_id, "edit_case", localdate(at))
    require(may_enter(case.state))
    require_handler(case, who)
    require(may_act_unrecused(actor.pk, recused=[one.pk for one in recused_among(case, [actor])]))
    return case, who


def _staff(case: Case, account_id: UUID) -> Account:
    return Account.objects.get(pk=account_id, person__agency_id=case.agency_id)


def _record(kind: str, case: Case, actor: Account, at: datetime, *rows: Model) -> None:
    append(kind, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows)


@transaction.atomic
def add_evidence(case_id: UUID, *, content: EvidenceContent, actor: Account, at: datetime) -> Evidence:
    """Register evidence with its source and who took it; unreviewed monitoring is none (行政处罚法41、46)."""
    case, _who = _open_file(case_id, actor, at)
    first, second = content.collector_id, content.second_collector_id
    require(
        first_refusal(
            check_text(content.name, what="证据名称", longest=200),
            check_text(content.proves, what="证明事项", longest=1000),
            check_text(content.source, what="证据来源", longest=300),
            may_happen_on(content.obtained_on, today=localdate(at), not_before=None, what="取得日期"),
            rules.may_take(same_person=first == second, unreviewed_monitoring=content.unreviewed_monitoring),
        )
    )
    evidence = write_row(
        Evidence,
        agency_id=case.agency_id,
        case=case,
        kind=content.kind,
        name=content.name.strip(),
        proves=content.proves.strip(),
        source=content.source.strip(),
        place=content.place.strip(),
        obtained_on=content.obtained_on,
        first_collector=_staff(case, first),
        second_collector=_staff(case, second) if second else None,
        file=file_of_case(case, content.file_id),
        registered_by=actor,
        registered_at=at,
    )
    _record("case.evidence_added", case, actor, at, evidence)
    return evidence


@transaction.atomic
def cite(case_id: UUID, *, use: str, key: str, actor: Account, at: datetime) -> Citation:
    """Cite an article for a case: violated, or applied. The article must be in the pack or the law library."""
    case, _who = _open_file(case_id, actor, at)
    known = key in known_articles(pack_in_force(case.agency_id, case.opened_on), [key])
    require(rules.may_cite(key, known=known, already=Citation.objects.filter(case=case, use=use, key=key).exists()))
    citation = write_row(
        Citation, agency_id=case.agency_id, case=case, use=use, key=key, registered_by=actor, registered_at=at
    )
    _record("case.cited", case, actor, at, citation)
    return citation


@transaction.atomic
def register_on_site_act(case_id: UUID, *, content: OnSiteContent, actor: Account, at: datetime) -> OnSiteAct:
    """Register an act before the party: two certified officers, certificates shown first (行政处罚法42、55)."""
    case, _who = _open_file(case_id, actor, at)
    made = write_on_site_act(case, content, actor, at)
    _record("case.on_site", case, actor, at, made)
    return made


def write_on_site_act(case: Case, content: OnSiteContent, actor: Account, at: datetime) -> OnSiteAct:
    """Write down an act before the party, checked; part of the act that records it."""
    on = localdate(content.began_at)
    category = pack_in_force(case.agency_id, case.opened_on).rule("categories", case.category).name
    accounts = [_staff(case, one) for one in (content.first_officer_id, content.second_officer_id)]
    officers = officers_of(accounts)
    require(
        first_refusal(
            may_happen_on(on, today=localdate(at), not_before=None, what="活动日期"),
            may_go_on_site(shown_at=content.shown_at, began_at=content.began_at, rights_told=content.rights_told,
                           ended_at=content.ended_at, at=at),
            may_take_part([one.display_name for one in recused_among(case, accounts)]),
            may_work_in_pair(officers, category=category, area=case.area, on=on),
            check_text(content.person_present, what="在场人", longest=120),
        )
    )  # fmt: skip
    held = [certificate_for(one, category=category, area=case.area, on=on) for one in officers]
    numbers = [one.number for one in held if isinstance(one, HeldCertificate)]
    return write_row(
        OnSiteAct,
        agency_id=case.agency_id,
        case=case,
        act=content.act,
        place=content.place,
        began_at=content.began_at,
        ended_at=content.ended_at,
        shown_at=content.shown_at or content.began_at,  # the rule has refused none
        first_officer=accounts[0],
        first_certificate=numbers[0],
        second_officer=accounts[1],
        second_certificate=numbers[1],
        person_present=content.person_present,
        rights_told=content.rights_told,
        video=content.video,
        note=content.note,
        registered_by=actor,
        registered_at=at,
    )


@transaction.atomic
def take_measure(case_id: UUID, *, content: MeasureContent, actor: Account, at: datetime) -> Measure:
    """Register registered preservation or sampling of evidence, approved by a person in charge (行政处罚法56).

    Sealing and seizure go through the coercion procedure. The period for the decision on what was preserved opens.
    """
    case, _who = _open_file(case_id, actor, at)
    on = localdate(content.started_at)
    pack = pack_in_force(case.agency_id, case.opened_on)
    require(
        first_refusal(
            check_text(content.items, what="物品清单"),
            check_text(content.reason, what="理由", longest=1000),
            may_happen_on(on, today=localdate(at), not_before=case.opened_on, what="实施日期"),
            rules.may_measure(content.kind, approved=content.approved_by_id is not None),
        )
    )
    until = None
    if content.kind == Measure.Kind.PRESERVATION:
        until = last_day(pack.rule("time_limits", "preserve_evidence_decision"), on)
    measure = write_row(
        Measure,
        agency_id=case.agency_id,
        case=case,
        kind=content.kind,
        items=content.items.strip(),
        reason=content.reason.strip(),
        approved_by=_approver(case, content, actor, on),
        approved_at=content.started_at,
        started_at=content.started_at,
        until_on=until,
        registered_by=actor,
        registered_at=at,
    )
    told = tell(case, event="case.evidence_preserved", act="take_measure", step="调查取证",
                text=f"{measure.get_kind_display()}：{measure.items[:200]}", basis="行政处罚法@2021:56",
                on=on, actor=actor, at=at)  # fmt: skip
    if _first_preserved(case) == measure:
        let_duties_follow(case, pack, Event("case.evidence_preserved", on, content.started_at), actor, at)
    _record("case.evidence_preserved", case, actor, at, measure, told)
    return measure


def _approver(case: Case, content: MeasureContent, actor: Account, on: date) -> Account | None:
    """Return the person in charge who approved a measure; none is named for sampling."""
    if content.approved_by_id is None:
        return None
    approver = _staff(case, content.approved_by_id)
    leader = bool(roles_of(approver, case.agency_id, on) & LEADERS)
    require(rules.may_approve_measure(approver.display_name, leader=leader, self_approved=same_person(approver, actor)))
    return approver


def _first_preserved(case: Case) -> Measure | None:
    """Return the earliest preservation of a case that nobody decided on yet: its period is the one that runs."""
    preserved = Measure.objects.filter(case=case, kind=Measure.Kind.PRESERVATION, ended_on__isnull=True)
    return preserved.order_by("started_at", "id").first()


@transaction.atomic
def end_measure(measure_id: UUID, *, how: str, ended_on: date, actor: Account, at: datetime) -> Measure:
    """Decide what becomes of things that were preserved or sampled (行政处罚法56)."""
    found = Measure.objects.only("case_id", "kind").get(pk=measure_id)
    case, _who = _open_file(found.case_id, actor, at)
    measure = Measure.objects.select_for_update(of=("self",)).get(pk=measure_id, case=case)
    started = localdate(measure.started_at) if measure.started_at else None
    require(
        first_refusal(
            rules.may_measure(measure.kind, approved=True),
            rules.may_end_measure(ended=measure.ended_on is not None, how=how),
            may_happen_on(ended_on, today=localdate(at), not_before=started, what="处理日期"),
        )
    )
    require_fit(Measure, ended_how=how)
    measure.ended_on, measure.ended_how = ended_on, how.strip()
    measure.save(update_fields=["ended_on", "ended_how"])
    told = tell(case, event="case.preservation_decided", act="end_measure", step="调查取证",
                text=f"{measure.get_kind_display()}的处理：{how.strip()}", basis="行政处罚法@2021:56",
                on=ended_on, actor=actor, at=at)  # fmt: skip
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


@transaction.atomic
def investigate(
    case_id: UUID, step: str, *, summary: str, papers: Sequence[PaperContent], actor: Account, at: datetime
) -> CaseEvent:
    """End the taking of evidence: there is some, and certificates were shown where asked (行政处罚法54、55)."""
    taken = take_step(case_id, step, act="investigate", actor=actor, at=at)
    require(check_text(summary, what="调查经过", longest=2000))
    require(
        rules.may_end_investigation(
            evidence=Evidence.objects.filter(case=taken.case).count(),
            on_site_wanted=taken.node.onsite,
            on_site_acts=OnSiteAct.objects.filter(case=taken.case).count(),
        )
    )
    add_papers(taken, papers)
    return finish_step(taken, event="case.investigated", text=f"调查取证终了：{summary.strip()}")
