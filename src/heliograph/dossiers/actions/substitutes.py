"""Performance in the party's place (代履行): decided, waited for, overseen, told afterwards (行政强制法36、50–52)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate, localtime

from heliograph.dossiers.actions.coercion import AT_ONCE, MANNER, is_known
from heliograph.dossiers.actions.deciding import approve_proposal, write_decision
from heliograph.dossiers.actions.investigating import OnSiteContent, write_on_site_act
from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.permits import ExaminationContent, propose_outcome
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import Case, CaseEvent, Demand, Party, Substitution
from heliograph.dossiers.rules import substituting as rules
from heliograph.dossiers.rules.coercing import is_based, is_term_over
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.permitting import check_remedies
from heliograph.dossiers.rules.terms import check_amount
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import Allowed, Verdict, first_refusal, require
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Account

NIGHT = "execution_night"  # provision of the pack: "22:00-06:00"
NOTICE = "coercion_substitute_notice"  # time limit of the pack: the days between the demand and the performance
AFTER_DEMAND = "催告后履行情况"
PRESENT = "代履行时当事人在场"
PERFORMED, UNPERFORMED = "已履行", "未履行"


@dataclass(frozen=True, slots=True)
class SubstituteContent:
    """What a decision on substitute performance says: who, how, on what, at what cost in 元, on which day, and why."""

    performer: str
    method: str
    object: str
    budget: Decimal
    planned_on: date
    reasons: str
    basis: Sequence[str]
    remedies: str

    def plan(self, *, at_once: bool) -> rules.Plan:
        """Return what the rules look at."""
        return rules.Plan(self.performer, self.method, self.object, self.budget, self.planned_on, at_once)

    @property
    def said(self) -> str:
        """The content in words, as the decision has it."""
        return (
            f"代履行人：{self.performer.strip()}；方式：{self.method.strip()}；标的：{self.object.strip()}；"
            f"代履行之日：{self.planned_on.isoformat()}；费用预算 {self.budget:,} 元"
        )


def is_at_once(taken: StepAct) -> bool:
    """Say whether a case performs at once, without a demand (行政强制法52)."""
    return taken.standing.facts.get(MANNER) == AT_ONCE


@transaction.atomic
def decide_substitute(
    case_id: UUID, step: str, *, content: SubstituteContent, paper: PaperContent, actor: Account, at: datetime,
    rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Decide that somebody else performs what the party did not, on a day that leaves time for the demand (50、51).

    Where something must be cleared at once, no decision and no demand come before (52).
    """
    taken = take_step(case_id, step, act="decide", actor=actor, at=at, rev=rev)
    at_once = is_at_once(taken)
    plan = content.plan(at_once=at_once)
    require(
        first_refusal(
            check_amount(content.budget, "费用预算"),
            rules.may_decide_substitute(plan, executes=taken.case.executes_id is not None, parties=_parties(taken)),
            check_text(content.reasons, what="理由"),
            is_based(based=is_known(taken, content.basis)),
            rules.is_article_of_course(content.basis, at_once=at_once),
            Allowed() if at_once else is_term_over(term_of(taken.case), on=taken.on),
            rules.may_plan(
                content.planned_on, earliest=earliest_day(taken.pack, taken.on, at_once=at_once), at_once=at_once
            ),
            check_text(content.remedies, what="告知的救济途径和期限", longest=1000),
            check_remedies(content.remedies),
        )
    )
    _decide(taken, content, paper, at_once=at_once)
    return finish_step(taken, event="case.decided", text=f"决定代履行。{content.said}。"[:2000])


def _decide(taken: StepAct, content: SubstituteContent, paper: PaperContent, *, at_once: bool) -> None:
    """Write proposal, decision, and what is to be done on which day."""
    said = content.said[:2000]
    facts = taken.case.facts or said
    proposal = propose_outcome(taken, ExaminationContent("carried_out", facts, content.reasons, content.basis, said))
    approve_proposal(taken, proposal)
    decision = write_decision(taken, proposal, paper)
    decision.remedies_told = content.remedies.strip()
    decision.save(update_fields=["remedies_told"])
    taken.rows.append(
        write_row(
            Substitution,
            agency_id=taken.case.agency_id,
            case=taken.case,
            decision=decision,
            performer=content.performer.strip(),
            method=content.method.strip(),
            object=content.object.strip(),
            budget=content.budget,
            planned_on=content.planned_on,
            at_once=at_once,
            registered_by=taken.actor,
            registered_at=taken.at,
        )
    )


def _parties(taken: StepAct) -> frozenset[str]:
    found = Party.objects.filter(case=taken.case, standing=Party.Standing.PARTY).values_list("name", flat=True)
    return frozenset(name.strip() for name in found)


def earliest_day(pack: Pack, on: date, *, at_once: bool = False) -> date:
    """Return the first day on which it may be performed if the party is demanded today (行政强制法51)."""
    if at_once:
        return on
    days: int = pack.rule("time_limits", NOTICE).length or 0
    return work_calendar().add_workdays(on, days + 1)


def term_of(case: Case) -> date | None:
    """Return the last day that the last demand in a case gave the party to perform, None where it gave none."""
    demands = Demand.objects.filter(case=case).order_by("-served_on", "-registered_at")
    return demands.values_list("perform_by", flat=True).first()


@transaction.atomic
def answer_demand(
    case_id: UUID, step: str, *, state: str, statement: str, papers: Sequence[PaperContent], actor: Account,
    at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Register what came of a demand: done, or not when its days are over; and what the party said (36、37、51)."""
    taken = take_step(case_id, step, act="answer_demand", actor=actor, at=at, rev=rev)
    offered = (PERFORMED, UNPERFORMED)
    require(
        first_refusal(
            rules.may_say_after_demand(state, offered=offered, perform_by=term_of(taken.case), on=taken.on),
            check_text(statement, what="当事人的陈述、申辩和复核情况（没有提出的写明没有）", longest=1900),
        )
    )
    add_papers(taken, papers)
    event = "case.performed" if state == PERFORMED else "case.demand_answered"
    text = f"催告后当事人{state}。陈述、申辩和复核：{statement.strip()}"
    return finish_step(taken, event=event, text=text, facts={AFTER_DEMAND: state})


@dataclass(frozen=True, slots=True)
class PerformedContent:
    """How it was performed: who was on site, what came of it, at what cost in 元, and who signed for it (51).

    moved_reason: why not on the day of the decision; party_present: asked where nothing was told beforehand (52).
    """

    on_site: OnSiteContent
    result: str
    cost: Decimal
    party_signer: str
    performer_signer: str
    cost_note: str = ""
    moved_reason: str = ""
    urgent_reason: str = ""
    party_present: bool = True


@transaction.atomic
def substitute_performance(
    case_id: UUID, step: str, *, content: PerformedContent, papers: Sequence[PaperContent], actor: Account,
    at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Oversee on site that somebody performs in the party's place (行政强制法43、51): demanded before, on its day."""
    taken = take_step(case_id, step, act="substitute_performance", actor=actor, at=at, rev=rev)
    plan = Substitution.objects.select_for_update(of=("self",)).filter(case=taken.case).first()
    on = localdate(content.on_site.began_at)
    done = rules.Done(content.party_signer, content.performer_signer, content.cost, plan.budget if plan else None,
                      content.cost_note)  # fmt: skip
    require(
        first_refusal(
            check_text(content.result, what="代履行的经过和结果", longest=1900),
            check_amount(content.cost, "实际费用"),
            *([] if is_at_once(taken) else _waits(taken, content)),
            rules.is_on_its_day(on, planned_on=plan.planned_on if plan else None, reason=content.moved_reason),
            rules.is_signed_off(done),
        )
    )
    taken.rows.append(write_on_site_act(taken.case, content.on_site, actor, at))
    add_papers(taken, papers)
    if plan is not None:
        _write_done(taken, plan, content, on)
    text = f"代履行，到场监督：{content.result.strip()}。实际费用 {content.cost:,} 元。"[:2000]
    facts = {PRESENT: content.party_present} if is_at_once(taken) else {}
    also = [] if all(facts.values()) else ["case.substituted_absent"]
    return finish_step(taken, event="case.substituted", text=text, on=on, happened_at=content.on_site.began_at,
                       facts=facts, also=also)  # fmt: skip


def _waits(taken: StepAct, content: PerformedContent) -> list[Verdict]:
    """Return what the days of the demand, the hour and the holidays say."""
    began, calendar = localtime(content.on_site.began_at), work_calendar()
    demands = Demand.objects.filter(case=taken.case).order_by("-served_on")
    demanded = demands.values_list("served_on", flat=True).first()
    row = calendar.row(began.date())
    return [
        is_term_over(term_of(taken.case), on=began.date()),
        rules.may_substitute(
            demanded_on=demanded,
            earliest=earliest_day(taken.pack, demanded) if demanded else None,
            on=began.date(),
        ),
        rules.may_execute_at(
            began.time(),
            holiday=row is not None and not row.is_workday,
            night=night_of(taken.pack),
            urgent_reason=content.urgent_reason,
        ),
    ]


def _write_done(taken: StepAct, plan: Substitution, content: PerformedContent, on: date) -> None:
    plan.performed_on, plan.moved_reason = on, content.moved_reason.strip()
    plan.cost, plan.cost_note = content.cost, content.cost_note.strip()
    plan.party_signer, plan.performer_signer = content.party_signer.strip(), content.performer_signer.strip()
    plan.party_present = content.party_present if plan.at_once else None
    plan.save()
    taken.rows.append(plan)


def night_of(pack: Pack) -> tuple[time, time] | None:
    """Return when the pack says that night begins and ends, None where it does not say."""
    given = [str(rule.value) for rule in pack.rules.provisions if rule.id == NIGHT]
    if not given:
        return None
    begins, _, ends = given[0].partition("-")
    return time.fromisoformat(begins), time.fromisoformat(ends)


@transaction.atomic
def tell_afterwards(
    case_id: UUID, step: str, *, told_on: date, how: str, papers: Sequence[PaperContent], actor: Account,
    at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Register that a party that was away was told at once afterwards what was cleared in its place (行政强制法52)."""
    taken = take_step(case_id, step, act="tell_afterwards", actor=actor, at=at, rev=rev)
    plan = Substitution.objects.select_for_update(of=("self",)).get(case=taken.case)
    done_on = plan.performed_on or plan.planned_on
    require(
        first_refusal(
            rules.may_tell_afterwards(told_on=told_on, done_on=done_on, on=taken.on),
            check_text(how, what="通知的方式和结果", longest=1900),
        )
    )
    add_papers(taken, papers)
    plan.told_on = told_on
    plan.save(update_fields=["told_on"])
    taken.rows.append(plan)
    return finish_step(taken, event="case.told_afterwards", text=f"立即代履行后通知当事人：{how.strip()}", on=told_on)
