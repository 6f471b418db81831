"""Evidence, acts before the party, and the end of the investigation (调查取证)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers.actions.arriving import keep_originals
from heliograph.dossiers.actions.papers import PaperContent, add_some_papers, file_of_case
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import finish_step, take_step, tell
from heliograph.dossiers.models import Case, CaseEvent, Citation, Decision, Evidence, OnSiteAct
from heliograph.dossiers.permissions import HANDLERS, Reader, access_case, require_handler
from heliograph.dossiers.queries import known_articles, officers_of, proposal_of, recused_among
from heliograph.dossiers.rules import investigating as rules
from heliograph.dossiers.rules.opening import RECORDING, check_text, may_add_grounds, may_enter, may_happen_on
from heliograph.dossiers.rules.people import (
    HeldCertificate,
    certificate_for,
    may_act_unrecused,
    may_go_on_site,
    may_take_part,
    may_work_alone,
    may_work_in_pair,
)
from heliograph.evidence.actions import Arrival
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import roles_of


@dataclass(frozen=True, slots=True)
class EvidenceContent:
    """A piece of evidence. kind: a value of Evidence.Kind; collectors are accounts of the agency.

    originals: the files as they were received; file_id: a sheet of the case that shows it, in their place.
    """

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
    originals: tuple[Arrival, ...] = ()


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


def open_file(case_id: UUID, actor: Account, at: datetime) -> tuple[Case, Reader]:
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
    case = open_for_grounds(case_id, actor, at)
    first, second = content.collector_id, content.second_collector_id
    _require_registrable(case, content, at)
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
    originals = keep_originals(evidence, content.originals, actor=actor, at=at)
    counted = f"（原件 {len(originals)} 个）" if originals else ""
    _tell("case.evidence_added", case, actor, at, [evidence, *originals], f"登记证据：{evidence.name}{counted}。")
    return evidence


def open_for_grounds(case_id: UUID, actor: Account, at: datetime) -> Case:
    """Lock a case for what a decision rests on: by one of its handlers, before the decision."""
    case, _who = open_file(case_id, actor, at)
    require(may_add_grounds(decided=_decided(case)))
    return case


def _require_registrable(case: Case, content: EvidenceContent, at: datetime) -> None:
    """Refuse evidence that is not described, or was not taken by officers of the case's field on that day (42、43)."""
    first, second = content.collector_id, content.second_collector_id
    collectors = [_staff(case, one) for one in dict.fromkeys((first, second)) if one]
    filed = bool(content.originals) or content.file_id is not None
    day, since = began_on(case)
    category = pack_in_force(case.agency_id, case.opened_on).rule("categories", case.category).name
    require(
        first_refusal(
            check_text(content.name, what="证据名称", longest=200),
            check_text(content.proves, what="证明事项", longest=1000),
            check_text(content.source, what="证据来源", longest=300),
            may_happen_on(content.obtained_on, today=localdate(at), not_before=day, what="取得日期", since=since),
            rules.may_be_officers(_reviewers(case, collectors, localdate(at))),
            rules.may_keep(content.kind, filed=filed, alone=second is None),
            rules.may_take(same_person=first == second, unreviewed_monitoring=content.unreviewed_monitoring),
            may_take_part([one.display_name for one in recused_among(case, collectors)]),
            may_work_alone(officers_of(collectors), category=category, area=case.area, on=content.obtained_on),
        )
    )


@transaction.atomic
def cite(case_id: UUID, *, use: str, key: str, actor: Account, at: datetime) -> Citation:
    """Cite an article for a case: violated, or applied. The article must be in the pack or the law library."""
    case, _who = open_file(case_id, actor, at)
    known = key in known_articles(pack_in_force(case.agency_id, case.opened_on), [key])
    require(may_add_grounds(decided=_decided(case)))
    require(rules.may_cite(key, known=known, already=Citation.objects.filter(case=case, use=use, key=key).exists()))
    citation = write_row(
        Citation, agency_id=case.agency_id, case=case, use=use, key=key, registered_by=actor, registered_at=at
    )
    _tell("case.cited", case, actor, at, [citation], f"引用条文（{citation.get_use_display()}）：{key}。")
    return citation


@transaction.atomic
def take_back_citation(citation_id: UUID, *, reason: str, actor: Account, at: datetime) -> CaseEvent:
    """Take a citation out again before the decision, with the reason; the history keeps that it was there."""
    citation = Citation.objects.get(pk=citation_id)
    case, _who = open_file(citation.case_id, actor, at)
    stands = proposal_of(case)
    rests = stands.basis if stands is not None and stands.returned_at is None else []
    require(
        first_refusal(
            may_add_grounds(decided=_decided(case)),
            check_text(reason, what="撤去的理由", longest=300),
            rules.may_take_back(citation.key, relied_on=citation.use == Citation.Use.APPLIED and citation.key in rests),
        )
    )
    text = f"撤去引用条文（{citation.get_use_display()}）：{citation.key}。理由：{reason.strip()}"
    told = tell(case, event="case.citation_taken_back", act="take_back_citation", step="案卷登记", text=text,
                basis=RECORDING, on=localdate(at), actor=actor, at=at)  # fmt: skip
    citation.taken_back_by, citation.taken_back_at, citation.taken_back_reason = actor, at, reason.strip()
    citation.save(update_fields=["taken_back_by", "taken_back_at", "taken_back_reason"])
    _record("case.citation_taken_back", case, actor, at, citation, told)
    return told


def _tell(kind: str, case: Case, actor: Account, at: datetime, rows: Sequence[Model], text: str) -> None:
    """Record an entry into the file and tell of it in the history of the case."""
    told = tell(case, event=kind, act=kind.partition(".")[2], step="案卷登记", text=text, basis=RECORDING,
                on=localdate(at), actor=actor, at=at)  # fmt: skip
    _record(kind, case, actor, at, *rows, told)


def _decided(case: Case) -> str:
    """Return the number of the penalty decision that stands on the file, empty while there is none."""
    if case.category != "penalty":
        return ""
    made = Decision.objects.filter(case=case, annulled_on__isnull=True).order_by("-decided_at")
    return made.values_list("number", flat=True).first() or ""


def began_on(case: Case) -> tuple[date, str]:
    """Return the first day on which something can have been done for a case, and what day that is."""
    first = (case.opened_on, "登记案件之日")
    if case.arrived_on is not None and case.arrived_on < case.opened_on:
        first = (case.arrived_on, "到场之日")
    if case.clue is None:
        return first
    found = [first, (case.clue.received_on, "收到线索之日")]
    if case.clue.inspection is not None:
        found.append((case.clue.inspection.began_on, "前案开始之日"))
    return min(found, key=lambda one: one[0])


def _reviewers(case: Case, accounts: Sequence[Account], on: date) -> list[str]:
    """Return the names of those who review legality here and handle no cases."""
    found = ((one, roles_of(one, case.agency_id, on)) for one in accounts)
    return [one.display_name for one, held in found if Role.LEGALITY_REVIEWER in held and not held & HANDLERS]


@transaction.atomic
def register_on_site_act(case_id: UUID, *, content: OnSiteContent, actor: Account, at: datetime) -> OnSiteAct:
    """Register an act before the party: two certified officers, certificates shown first (行政处罚法42、55)."""
    case, _who = open_file(case_id, actor, at)
    made = write_on_site_act(case, content, actor, at)
    _record("case.on_site", case, actor, at, made)
    return made


def write_on_site_act(case: Case, content: OnSiteContent, actor: Account, at: datetime) -> OnSiteAct:
    """Write down an act before the party, checked; part of the act that records it."""
    on = localdate(content.began_at)
    category = pack_in_force(case.agency_id, case.opened_on).rule("categories", case.category).name
    accounts = [_staff(case, one) for one in (content.first_officer_id, content.second_officer_id)]
    day, since = began_on(case)
    officers = officers_of(accounts)
    require(
        first_refusal(
            may_happen_on(on, today=localdate(at), not_before=day, what="活动日期", since=since),
            rules.may_be_officers(_reviewers(case, accounts, on)),
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
def investigate(
    case_id: UUID,
    step: str,
    *,
    summary: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """End the taking of evidence: there is some, and certificates were shown where asked (行政处罚法54、55)."""
    taken = take_step(case_id, step, act="investigate", actor=actor, at=at, rev=rev)
    require(check_text(summary, what="调查经过", longest=2000))
    require(
        rules.may_end_investigation(
            evidence=Evidence.objects.filter(case=taken.case).count(),
            on_site_wanted=taken.node.onsite,
            on_site_acts=OnSiteAct.objects.filter(case=taken.case).count(),
        )
    )
    acts = OnSiteAct.objects.filter(case=taken.case).values_list("act", flat=True)
    add_some_papers(taken, papers, wanted=rules.papers_of_acts(acts))
    return finish_step(taken, event="case.investigated", text=f"调查取证终了：{summary.strip()}")
