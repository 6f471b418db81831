"""Coercion asked for and approved; sealing and seizure told, carried out before the party, handed over (查封、扣押)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate, localtime

from heliograph.dossiers import gates
from heliograph.dossiers.actions.dated import await_court
from heliograph.dossiers.actions.deciding import write_decision
from heliograph.dossiers.actions.investigating import OnSiteContent, write_on_site_act
from heliograph.dossiers.actions.papers import PaperContent, add_paper, add_papers, require_made_since
from heliograph.dossiers.actions.permits import ExaminationContent, propose_outcome
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, decided_limit, finish_step, require_asked, take_step
from heliograph.dossiers.executable import state_of_execution
from heliograph.dossiers.models import CaseEvent, Citation, Decision, Measure, OnSiteAct, Party, Service
from heliograph.dossiers.queries import known_articles, levels_among, listed_in
from heliograph.dossiers.rules import coercing as rules
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.papers import check_papers
from heliograph.dossiers.rules.permitting import check_remedies
from heliograph.dossiers.rules.substituting import is_article_of_course, may_ask_at_once
from heliograph.duties.queries import last_day
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import Allowed, Verdict, first_refusal, require
from heliograph.registers.models import Account

MANNER = "强制方式"
BY_COURT = "申请法院强制执行"
AT_ONCE = "立即代履行"
SEIZURE = "coercion_seizure"
SEIZURE_LEVELS = "seizure_levels"  # provision of the pack
DELIVERED = "决定书当场交付"
TOLD = "告知"  # how the act of telling the party on the spot is named among the acts on site


@dataclass(frozen=True, slots=True)
class CoercionContent:
    """What coercion is asked for. kind: sealing or seizure, with its items; executes_id: the decision to execute.

    basis: the articles that allow to seal or seize; ground: of a substitute performance, a key of SUBSTITUTE_GROUNDS,
    or of IMMEDIATE_GROUNDS at once; due_on: the day until which the decision to execute gave the party to do it.
    """

    reason: str
    kind: str = ""
    items: str = ""
    executes_id: UUID | None = None
    basis: Sequence[str] = ()
    ground: str = ""
    due_on: date | None = None


@transaction.atomic
def apply_coercion(
    case_id: UUID, step: str, *, content: CoercionContent, facts: Mapping[str, FactValue],
    papers: Sequence[PaperContent], actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Ask for leave to use coercion: things to be sealed or seized, or a decision to be executed (行政强制法18)."""
    taken = take_step(case_id, step, act="apply_coercion", actor=actor, at=at, rev=rev)
    require_asked(taken, facts)
    case = taken.case
    manner = str(facts.get(MANNER, ""))
    executes = None
    if content.executes_id is not None:
        executes = Decision.objects.get(pk=content.executes_id, agency_id=case.agency_id)
    require(
        first_refusal(
            check_text(content.reason, what="理由", longest=1000),
            _may_apply(taken, manner, content, executes),
            may_rest_on(taken, content.basis, by=SEIZURE_LEVELS, what="查封、扣押") if content.kind else Allowed(),
        )
    )
    add_papers(taken, papers)
    case.executes = executes if manner != AT_ONCE else None
    if content.kind:
        _ask_measure(taken, content, urgent=manner == "紧急查封扣押")
    asked = manner if manner.startswith("申请") else f"申请{manner}"
    text = f"{asked}：{content.reason.strip().rstrip('。')}{_rests_on(content, executes)}"
    return finish_step(taken, event="case.coercion_applied", text=text[:2000], facts=facts)


def _may_apply(taken: StepAct, manner: str, content: CoercionContent, executes: Decision | None) -> Verdict:
    """Say whether coercion of this manner may be asked for; at once it needs no decision before it (52)."""
    if manner == AT_ONCE:
        return first_refusal(
            may_ask_at_once(content.ground),
            rules.is_based(based=is_known(taken, content.basis)),
            is_article_of_course(content.basis, at_once=True),
        )
    asked = rules.Asked(
        kind=content.kind,
        items=content.items,
        based=is_known(taken, content.basis),
        executes=state_of_execution(taken.case, executes, taken.pack) if executes else None,
        ground=content.ground,
        due_on=content.due_on,
    )
    return rules.may_apply_coercion(manner, asked, on=taken.on)


def _rests_on(content: CoercionContent, executes: Decision | None) -> str:
    """Return in words what an application rests on: the articles, or the decision and the harm."""
    based = f"依据：{'、'.join(content.basis)}。" if content.basis else ""
    decision = f"要执行的决定：{executes.number}。" if executes else ""
    due_on = content.due_on or (executes.correct_by if executes and content.ground else None)
    decision += f"决定确定的履行期限：{due_on.isoformat()}。" if executes and due_on else ""
    ground = (rules.SUBSTITUTE_GROUNDS | rules.IMMEDIATE_GROUNDS).get(content.ground, "")
    return "。" + based + decision + (f"情形：{ground}。" if ground else "") if based or decision else ""


def is_known(taken: StepAct, basis: Sequence[str]) -> bool:
    """Say whether articles are named as basis, all of them of the pack or the law library."""
    return bool(basis) and set(basis) <= known_articles(taken.pack, basis)


def may_rest_on(taken: StepAct, basis: Sequence[str], *, by: str, what: str) -> Verdict:
    """Say whether articles can give the power they are named for. by: the provision with the levels of law that may."""
    cited = Citation.objects.filter(case=taken.case, key__in=list(basis)).values_list("key", "use")
    applied = {key for key, use in cited if use == Citation.Use.APPLIED}
    violated = {key for key, use in cited if use == Citation.Use.VIOLATED}
    return rules.may_rest_on(
        set(levels_among(taken.pack, basis).values()),
        allowed=listed_in(taken.pack, by),
        only_violated=bool(violated - applied),
        what=what,
    )


def _ask_measure(taken: StepAct, content: CoercionContent, *, urgent: bool) -> None:
    """Write down what is to be sealed or seized; asking again replaces what was never carried out."""
    case = taken.case
    measure = Measure.objects.filter(case=case, started_at__isnull=True).first() or Measure(
        agency_id=case.agency_id, case=case, registered_by=taken.actor, registered_at=taken.at
    )
    measure.kind, measure.items, measure.reason = content.kind, content.items.strip(), content.reason.strip()
    measure.basis = list(content.basis)
    measure.urgent, measure.approved_by, measure.approved_at = urgent, None, None
    measure.save()
    taken.rows.append(measure)


def measure_of(taken: StepAct) -> Measure | None:
    """Return the sealing or seizure of a case, locked; the latest."""
    found = Measure.objects.select_for_update(of=("self",)).filter(case=taken.case, kind__in=list(rules.THINGS))
    return found.order_by("-registered_at", "-id").first()


def taken_measure(taken: StepAct) -> Measure:
    """Return the sealing or seizure that was asked for, locked, to be written by the act. Refused without one."""
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
    rev: int | None = None,
) -> CaseEvent:
    """Approve coercion beforehand, or within the hours of the pack what was carried out at once (行政强制法18、19)."""
    taken = take_step(case_id, step, act="approve_coercion", actor=actor, at=at, rev=rev)
    measure = measure_of(taken)
    started = measure.started_at if measure else None
    hours = taken.limit("coercion_urgent_report").length or 0
    latest = localtime(started) + timedelta(hours=hours) if started else None
    require(
        first_refusal(
            check_text(opinion, what="审批意见", longest=1000),
            gates.asked(gates.LEGALITY_REVIEW, taken.case.pk) if granted else Allowed(),
            rules.may_approve_coercion(urgent=started is not None, latest=latest, at=at, reason=late_reason),
        )
    )
    add_papers(taken, papers)
    if measure is not None:
        if granted:
            measure.approved_by, measure.approved_at = actor, at
        measure.save()
        taken.rows.append(measure)
    if granted and taken.standing.facts.get(MANNER) == BY_COURT:
        await_court(taken.case, taken.pack, actor=actor, at=at)
    late = f"。逾时补报说明：{late_reason.strip()}" if late_reason.strip() else ""
    text = f"{'准予' if granted else '不准予'}采取行政强制：{opinion.strip()}{late}"
    return finish_step(taken, event="case.coercion_approved", text=text, facts={"准予强制": granted})


@transaction.atomic
def inform_on_the_spot(
    case_id: UUID,
    step: str,
    *,
    content: OnSiteContent,
    statement: str,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Tell the party on the spot the reasons, basis and rights, and hear it, before the measure (行政强制法18).

    statement: what the party said, or that it said nothing.
    """
    taken = take_step(case_id, step, act="give_prior_notice", actor=actor, at=at, rev=rev)
    measure = measure_of(taken)
    approved = measure.approved_at if measure else None
    require(
        first_refusal(
            check_text(statement, what="当事人的陈述申辩（没有的写明没有）", longest=1900),
            rules.may_begin(
                localtime(content.began_at), approved_at=localtime(approved) if approved else None, what="当场告知"
            ),
        )
    )
    taken.rows.append(write_on_site_act(taken.case, replace(content, act=TOLD), actor, at))
    text = f"当场告知理由、依据和权利，当事人陈述：{statement.strip()}"
    return finish_step(taken, event="case.notified", text=text, on=localdate(content.began_at))


@dataclass(frozen=True, slots=True)
class SeizureContent:
    """How a measure was carried out: on site, before party or witness, with its inventory and its grounds.

    notified: how the party was told to come; statement: what it said there; refusal: that it would not sign or take
    the document, which is then left before a witness or a recording. days: a period shorter than that of the law.
    """

    on_site: OnSiteContent
    party_present: bool
    inventory: str
    facts: str
    basis: Sequence[str]
    remedies: str
    witness: str = ""
    notified: str = ""
    statement: str = ""
    refusal: str = ""
    days: int | None = None


@transaction.atomic
def carry_out_coercion(
    case_id: UUID,
    step: str,
    *,
    content: SeizureContent,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Seal or seize: two officers, certificates shown, decision and inventory handed over there (行政强制法18、24)."""
    taken = take_step(case_id, step, act="carry_out_coercion", actor=actor, at=at, rev=rev)
    measure = taken_measure(taken)
    spot = content.on_site
    require(
        first_refusal(
            gates.asked(gates.IN_EFFECT, taken.case.pk),
            rules.may_carry_out(_said_of(taken, measure, content)),
            _may_begin(taken, measure, spot),
            check_text(content.facts, what="违法事实和证据"),
            rules.is_based(based=is_known(taken, content.basis)),
            may_rest_on(taken, content.basis, by=SEIZURE_LEVELS, what="查封、扣押"),
            check_text(content.remedies, what="告知的救济途径和期限", longest=1000),
            check_remedies(content.remedies),
            rules.may_last(content.days, most=taken.limit(SEIZURE).length),
        )
    )
    taken.rows.append(write_on_site_act(taken.case, replace(spot, note=_noted(content)), actor, at))
    on = localdate(spot.began_at)
    measure.decision = _decide(taken, measure, content, papers, on)
    if content.party_present:
        taken.rows.append(_hand_over(taken, measure.decision, content, on))
    until = _write_measure(taken, measure, content, on)
    text = f"{measure.get_kind_display()}，期限至 {until.isoformat()}。{_handed_over(content)}"
    also = ["case.coercion_urgent"] if measure.urgent else []
    told = {DELIVERED: content.party_present} if DELIVERED in taken.standing.compiled.dictionary else {}
    return finish_step(taken, event="case.coercion_carried_out", text=text[:2000], on=on, happened_at=spot.began_at,
                       also=also, facts=told)  # fmt: skip


def _write_measure(taken: StepAct, measure: Measure, content: SeizureContent, on: date) -> date:
    """Write what was sealed or seized, and return the last day until which it may be held."""
    measure.items, measure.witness = content.inventory.strip(), content.witness.strip()
    measure.started_at, measure.days = content.on_site.began_at, content.days
    until = last_day(decided_limit(measure, taken.limit(SEIZURE)), on)
    measure.until_on = until
    measure.save()
    return until


def _said_of(taken: StepAct, measure: Measure, content: SeizureContent) -> rules.OnTheSpot:
    parties = Party.objects.filter(case=taken.case, standing=Party.Standing.PARTY)
    names = {name.strip() for pair in parties.values_list("name", "representative") for name in pair}
    return rules.OnTheSpot(
        approved=measure.approved_by_id is not None,
        urgent=measure.urgent,
        started=measure.started_at is not None,
        party_present=content.party_present,
        witness=content.witness,
        inventory=content.inventory,
        present=content.on_site.person_present,
        names=frozenset(names - {""}),
        notified=content.notified,
        statement=content.statement,
        refusal=content.refusal,
        recorded=bool(content.on_site.video.strip()),
    )


def _may_begin(taken: StepAct, measure: Measure, spot: OnSiteContent) -> Verdict:
    """Say whether the measure began after its approval and after the telling; an urgent one needs neither before it."""
    if measure.urgent:
        return Allowed()
    told = OnSiteAct.objects.filter(case=taken.case, act=TOLD).order_by("-began_at").first()
    approved = measure.approved_at
    return rules.may_begin(
        localtime(spot.began_at),
        approved_at=localtime(approved) if approved else None,
        told_at=localtime(told.began_at) if told else None,
    )


def _noted(content: SeizureContent) -> str:
    """Return the record of the site: its own text, who was told to come, said what, would not sign, witnessed it."""
    said = (
        ("通知到场", content.notified),
        ("当事人陈述", content.statement),
        ("拒绝签名或者签收", content.refusal),
        ("见证人", content.witness),
    )
    own = content.on_site.note.strip()
    return "；".join([*([own] if own else []), *(f"{label}：{text.strip()}" for label, text in said if text.strip())])


def _handed_over(content: SeizureContent) -> str:
    """Return in words how decision and list reached the party."""
    who = content.on_site.person_present.strip()
    if not content.party_present:
        return f"当事人没有到场，见证人{content.witness.strip()}；决定书和清单另行送达当事人。"
    if content.refusal.strip():
        return f"{who}拒绝签名或者签收，决定书和清单当场留置。"
    return f"决定书和清单当场交付{who}。"


def _decide(
    taken: StepAct, measure: Measure, content: SeizureContent, papers: Sequence[PaperContent], on: date
) -> Decision:
    """Write the decision there and then; the first document that the step declares is the decision."""
    require(check_papers(declared=taken.node.documents, given=[one.kind for one in papers]))
    first = next(one for one in papers if one.kind == taken.node.documents[0])
    beside = [add_paper(taken, other) for other in papers if other is not first]
    require_made_since(beside, on, since="实施之日")
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
    return decision


def _hand_over(taken: StepAct, decision: Decision, content: SeizureContent, on: date) -> Service:
    """Write down that the party itself took the decision there, or that it was left with it (行政强制法24)."""
    refused = content.refusal.strip()
    return write_row(
        Service,
        agency_id=taken.case.agency_id,
        case=taken.case,
        paper=decision.paper,
        method=Service.Method.LEFT if refused else Service.Method.DIRECT,
        sent_on=on,
        received_on=on,
        receiver="" if refused else content.on_site.person_present.strip(),
        refusal_reason=refused,
        witness=content.witness.strip() or (content.on_site.video.strip() if refused else ""),
        first_server=taken.case.handler,
        second_server=taken.case.co_handler,
        registered_at=taken.at,
    )
