"""Coercion that carries a decision out: demand, substitute performance, and its publication (催告、代履行)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate, localtime

from heliograph.dossiers.actions.coercion import is_known
from heliograph.dossiers.actions.dated import await_court
from heliograph.dossiers.actions.deciding import approve_proposal, write_decision
from heliograph.dossiers.actions.inspections import publish_result
from heliograph.dossiers.actions.investigating import OnSiteContent, write_on_site_act
from heliograph.dossiers.actions.papers import PaperContent, add_papers, require_made_since
from heliograph.dossiers.actions.permits import ExaminationContent, propose_outcome
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.serving import record_publication
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.court_days import DEMANDED
from heliograph.dossiers.models import CaseEvent, Decision, Demand
from heliograph.dossiers.queries import decision_of, owed_on, pay_until
from heliograph.dossiers.rules import coercing as rules
from heliograph.dossiers.rules import serving
from heliograph.dossiers.rules.opening import check_text, may_follow, may_happen_on
from heliograph.dossiers.rules.permitting import check_remedies
from heliograph.duties.queries import last_day
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.procedures.queries import Standing
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Account

NIGHT = "execution_night"  # provision of the pack: "22:00-06:00"


@transaction.atomic
def decide_substitute(
    case_id: UUID,
    step: str,
    *,
    performer: str,
    method: str,
    budget: Decimal,
    reasons: str,
    basis: Sequence[str],
    remedies: str,
    paper: PaperContent,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Decide that somebody else performs what the party did not: who, how, at what cost, 元 (行政强制法50、51)."""
    taken = take_step(case_id, step, act="decide", actor=actor, at=at, rev=rev)
    require(
        first_refusal(
            rules.may_decide_substitute(
                executes=taken.case.executes_id is not None, performer=performer, budget_told=budget >= 0, method=method
            ),
            check_text(reasons, what="理由"),
            rules.is_based(based=is_known(taken, basis)),
            rules.is_term_over(_term_of(taken), on=taken.on),
            check_text(remedies, what="告知的救济途径和期限", longest=1000),
            check_remedies(remedies),
        )
    )
    said = f"代履行人：{performer.strip()}；方式和时间：{method.strip()}；费用预算 {budget:,} 元"
    proposal = propose_outcome(
        taken, ExaminationContent("carried_out", taken.case.facts or said, reasons, basis, said[:2000])
    )
    approve_proposal(taken, proposal)
    decision = write_decision(taken, proposal, paper)
    decision.remedies_told = remedies.strip()
    decision.save(update_fields=["remedies_told"])
    return finish_step(taken, event="case.decided", text=f"决定代履行。{said}。"[:2000])


@transaction.atomic
def demand_performance(
    case_id: UUID, step: str, *, served_on: date, content: str, statement: str, papers: Sequence[PaperContent],
    actor: Account, at: datetime, perform_by: date | None = None, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Serve a written demand to perform, of money or of anything else, and hear the party (行政强制法35、51、54).

    perform_by: the last day that it gives the party; before it is over nothing is carried out by force. Before an
    application to the court it is by default, and at least, the wait of the law, as the document itself says (54).
    """
    taken = take_step(case_id, step, act="urge", actor=actor, at=at, rev=rev)
    decision = _decided(taken)
    require(
        first_refusal(
            _may_demand(taken, decision, content, served_on),
            may_happen_on(
                served_on, today=taken.on, not_before=decision.decided_on, what="催告书送达日期", since="作出决定之日"
            ),
        )
    )
    waits = _wait_of_the_court(taken, served_on)
    perform_by = perform_by or waits
    if perform_by is not None:
        since = "催告书送达后须等候的期限届满之日" if waits else "催告书送达之日"
        require(may_follow(perform_by, waits or served_on, what="催告的履行期限", since=since))
    made = add_papers(taken, papers)
    require_made_since(made, decision.decided_on, since="作出决定之日")
    demand = write_row(
        Demand, agency_id=decision.agency_id, case=taken.case, decision=decision, served_on=served_on,
        content=content.strip(), statement=statement.strip(), perform_by=perform_by, paper=made[0],
        registered_by=actor, registered_at=at,
    )  # fmt: skip
    taken.rows.append(demand)
    if waits is not None:
        await_court(taken.case, taken.pack, actor=actor, at=at)
    term = f"，限 {perform_by.isoformat()} 前履行" if perform_by else ""
    return finish_step(taken, event="case.urged", text=f"送达催告书，催告当事人履行义务{term}。",
                       facts={"履行情况": "未履行"}, on=served_on)  # fmt: skip


def _wait_of_the_court(taken: StepAct, served_on: date) -> date | None:
    """Return the last day on which an application to the court waits for the party, None where the flow has none."""
    courts = comes_before_court(taken.standing, taken.step)
    return last_day(taken.limit(DEMANDED), served_on) if courts else None


def comes_before_court(stands: Standing, step: str) -> bool:
    """Say whether a step belongs to a procedure that leads to the court."""
    called = step.rpartition("/")[0]
    nodes = stands.compiled.definition.nodes.items()
    return any(one.act == "apply_to_court" and place.rpartition("/")[0] == called for place, one in nodes)


def _term_of(taken: StepAct) -> date | None:
    """Return the last day that the demand gave the party to perform, None where it gave none."""
    demands = Demand.objects.filter(case=taken.case).order_by("-served_on", "-id")
    return demands.values_list("perform_by", flat=True).first()


def _may_demand(taken: StepAct, decision: Decision, content: str, on: date) -> Verdict:
    return rules.may_demand(
        content=content,
        pay_until=pay_until(decision, taken.pack) if decision.fine or decision.pay_days else None,
        on=on,
        money=decision.fine + decision.confiscated + decision.levied > 0,
        owed=owed_on(decision) > 0,
    )


def _decided(taken: StepAct) -> Decision:
    decision = decision_of(taken.case)
    require(serving.is_decided(decided=decision is not None))
    assert decision is not None  # noqa: S101 - said by the rule above, for the type checker
    return decision


@transaction.atomic
def substitute_performance(
    case_id: UUID, step: str, *, content: OnSiteContent, result: str, urgent_reason: str = "",
    papers: Sequence[PaperContent], actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Oversee on site that somebody performs in the party's place (行政强制法43、51): demanded before, not at night."""
    taken = take_step(case_id, step, act="substitute_performance", actor=actor, at=at, rev=rev)
    began = localtime(content.began_at)
    demanded = Demand.objects.filter(case=taken.case).order_by("-served_on").values_list("served_on", flat=True).first()
    days = taken.limit("coercion_substitute_notice").length or 0
    calendar = work_calendar()
    row = calendar.row(began.date())
    require(
        first_refusal(
            check_text(result, what="代履行的经过和结果", longest=1900),
            rules.is_term_over(_term_of(taken), on=began.date()),
            rules.may_substitute(
                demanded_on=demanded,
                earliest=calendar.add_workdays(demanded, days + 1) if demanded else None,
                on=began.date(),
            ),
            rules.may_execute_at(
                began.time(),
                holiday=row is not None and not row.is_workday,
                night=night_of(taken.pack),
                urgent_reason=urgent_reason,
            ),
        )
    )
    taken.rows.append(write_on_site_act(taken.case, content, actor, at))
    add_papers(taken, papers)
    text = f"代履行，到场监督：{result.strip()}"
    return finish_step(
        taken, event="case.substituted", text=text, on=localdate(content.began_at), happened_at=content.began_at
    )


def night_of(pack: Pack) -> tuple[time, time] | None:
    """Return when the pack says that night begins and ends, None where it does not say."""
    given = [str(rule.value) for rule in pack.rules.provisions if rule.id == NIGHT]
    if not given:
        return None
    begins, _, ends = given[0].partition("-")
    return time.fromisoformat(begins), time.fromisoformat(ends)


@transaction.atomic
def publish_coercion(
    case_id: UUID,
    step: str,
    *,
    published_on: date | None,
    where: str,
    withheld_reason: str = "",
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register that coercion was made public: its own decision where it has one, else what came of it."""
    given: dict[str, Any] = {"published_on": published_on, "where": where, "withheld_reason": withheld_reason}
    said = published_on is not None or bool((where or "").strip())
    require(serving.is_one_or_other(published=said, withheld_reason=withheld_reason))
    if Decision.objects.filter(case_id=case_id).exists():
        return record_publication(case_id, step, **given, actor=actor, at=at, rev=rev)
    return publish_result(case_id, step, **given, actor=actor, at=at, rev=rev)
