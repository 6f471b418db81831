"""Coercion that carries a decision out: demand, substitute performance, and its publication (催告、代履行)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.coercion import MANNER
from heliograph.dossiers.actions.dated import await_court
from heliograph.dossiers.actions.executing import asks_money
from heliograph.dossiers.actions.inspections import publish_result
from heliograph.dossiers.actions.papers import PaperContent, add_papers, require_made_since
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.serving import ServiceContent, record_publication, served_how
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.court_days import DEMANDED
from heliograph.dossiers.models import CaseEvent, Decision, Demand
from heliograph.dossiers.queries import decision_of, owed_on, pay_until
from heliograph.dossiers.rules import coercing as rules
from heliograph.dossiers.rules import serving
from heliograph.dossiers.rules.opening import may_follow, may_happen_on
from heliograph.dossiers.rules.substituting import is_term_given
from heliograph.duties.queries import last_day
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.procedures.queries import Standing
from heliograph.registers.models import Account

SUBSTITUTION = "代履行"  # how a decision is executed, as the case was asked to


@transaction.atomic
def demand_performance(
    case_id: UUID, step: str, *, served_on: date, content: str, statement: str, papers: Sequence[PaperContent],
    actor: Account, at: datetime, perform_by: date | None = None, service: ServiceContent | None = None,
    rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Serve a written demand to perform, of money or of anything else, and hear the party (行政强制法35、51、54).

    perform_by: the last day that it gives the party; before it is over nothing is carried out by force. Before an
    application to the court it is by default, and at least, the wait of the law, as the document itself says (54).
    service: how it reached the party (38).
    """
    taken = take_step(case_id, step, act="urge", actor=actor, at=at, rev=rev)
    decision = _decided(taken)
    require(
        first_refusal(
            _may_demand(taken, decision, content, served_on),
            may_happen_on(
                served_on, today=taken.on, not_before=decision.decided_on, what="催告书送达日期", since="作出决定之日"
            ),
            _may_follow_application(taken, served_on),
        )
    )
    waits = _wait_of_the_court(taken, served_on)
    perform_by = perform_by or waits
    require(_may_end_on(perform_by, waits, served_on))
    made = add_papers(taken, papers)
    require_made_since(made, decision.decided_on, since="作出决定之日")
    demand = write_row(
        Demand, agency_id=decision.agency_id, case=taken.case, decision=decision, served_on=served_on,
        content=content.strip(), statement=statement.strip(), perform_by=perform_by, paper=made[0],
        registered_by=actor, registered_at=at,
    )  # fmt: skip
    taken.rows.append(demand)
    how = served_how(taken, made[0], service)
    if waits is not None:
        await_court(taken.case, taken.pack, actor=actor, at=at)
    term = f"，履行期限至 {perform_by.isoformat()}" if perform_by else ""
    return finish_step(taken, event="case.urged", text=f"送达催告书，催告当事人履行义务{term}。{how}",
                       facts={"履行情况": "未履行"}, on=served_on)  # fmt: skip


def _may_follow_application(taken: StepAct, served_on: date) -> Verdict:
    """Say whether a demand came after coercion was asked for, which waits for the decision's own term (35)."""
    return may_happen_on(
        served_on,
        today=taken.on,
        not_before=taken.case.opened_on if taken.case.executes_id else None,
        what="催告书送达日期",
        since="申请强制之日",
    )


def _may_end_on(perform_by: date | None, waits: date | None, served_on: date) -> Verdict:
    """Say whether a demand gives the party a last day, and none before the law's own wait is over."""
    if perform_by is None:
        return is_term_given(perform_by)
    since = "催告书送达后须等候的期限届满之日" if waits else "催告书送达之日"
    return may_follow(perform_by, waits or served_on, what="催告的履行期限", since=since)


def _wait_of_the_court(taken: StepAct, served_on: date) -> date | None:
    """Return the last day on which an application to the court waits for the party, None where the flow has none."""
    courts = comes_before_court(taken.standing, taken.step)
    return last_day(taken.limit(DEMANDED), served_on) if courts else None


def comes_before_court(stands: Standing, step: str) -> bool:
    """Say whether a step belongs to a procedure that leads to the court."""
    called = step.rpartition("/")[0]
    nodes = stands.compiled.definition.nodes.items()
    return any(one.act == "apply_to_court" and place.rpartition("/")[0] == called for place, one in nodes)


def _may_demand(taken: StepAct, decision: Decision, content: str, on: date) -> Verdict:
    """Say whether a demand may be served; one to do something does not look at money that was paid or is not due."""
    money = asks_money(decision) and taken.standing.facts.get(MANNER) != SUBSTITUTION
    return rules.may_demand(
        content=content,
        pay_until=pay_until(decision, taken.pack) if money and (decision.fine or decision.pay_days) else None,
        on=on,
        money=money,
        owed=owed_on(decision) > 0,
    )


def _decided(taken: StepAct) -> Decision:
    decision = decision_of(taken.case)
    require(serving.is_decided(decided=decision is not None))
    assert decision is not None  # noqa: S101 - said by the rule above, for the type checker
    return decision


@transaction.atomic
def publish_coercion(
    case_id: UUID,
    step: str,
    *,
    published_on: date | None,
    where: str,
    withheld_reason: str = "",
    released: bool = False,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register that coercion was made public: its own decision where it has one, else what came of it."""
    given: dict[str, Any] = {"published_on": published_on, "where": where, "withheld_reason": withheld_reason}
    given["released"] = released
    said = published_on is not None or bool((where or "").strip())
    require(serving.is_one_or_other(published=said, withheld_reason=withheld_reason))
    if Decision.objects.filter(case_id=case_id).exists():
        return record_publication(case_id, step, **given, actor=actor, at=at, rev=rev)
    return publish_result(case_id, step, **given, actor=actor, at=at, rev=rev)
