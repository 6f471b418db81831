"""The common frame of every step of a case: take it, do the act, finish it. One transaction, one record.

`take_step` locks the case and asks who, when and whether; an act adds its own rules and rows; `finish_step` moves the
flow, tells the story, lets the duties follow and records everything together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers.actions.freshness import require_fresh
from heliograph.dossiers.actions.intervals import stop_again
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.agreeing import differing
from heliograph.dossiers.models import Case, CaseEvent, Measure, OnSiteAct
from heliograph.dossiers.permissions import HANDLERS, Reader, access_case, require_doer
from heliograph.dossiers.queries import investigators_of, officers_of, recused_from
from heliograph.dossiers.reasons import may_answer
from heliograph.dossiers.rules.opening import RECORDING, is_current_step, may_work_on
from heliograph.dossiers.rules.papers import is_as_done
from heliograph.dossiers.rules.people import (
    basis_of_pair,
    may_act_unrecused,
    may_judge,
    may_leave_site,
    may_stay_officers,
    may_take_part,
    may_work_in_pair,
)
from heliograph.duties.actions import Subject
from heliograph.duties.following import Event, Followed, follow
from heliograph.kernel.bpmn import Node
from heliograph.kernel.feel import FactValue
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.kernel.packs.schema import Category, DutyRule, Pack, Procedure, TimeLimit
from heliograph.kernel.verdict import Refused, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.procedures.actions import Moved, advance, follow_duties
from heliograph.procedures.bundles import Compiled
from heliograph.procedures.queries import Standing, standing, steps_of
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role
from heliograph.registers.new_rows import update
from heliograph.registers.permissions import same_person

GENERIC = "complete_step"
PERIOD_OF_ITEM = "permit_decide"  # the period that the law of an item may set otherwise
PERIOD_OF_SEIZURE = "coercion_seizure"  # which a decision may set shorter than the law
HANDLER_ROLES = frozenset(role.value for role in HANDLERS)


@dataclass(slots=True)
class StepAct:
    """A step that somebody has in hand: the locked case, where it stands, and the rows the act writes."""

    case: Case
    who: Reader
    pack: Pack
    standing: Standing
    step: str
    node: Node
    actor: Account
    at: datetime
    recused: frozenset[UUID]
    rows: list[Model] = field(default_factory=list)
    before: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Remember the case as it was read, so that only what the act changed is written."""
        self.before = self._values()

    def _values(self) -> dict[str, Any]:
        return {one.attname: getattr(self.case, one.attname) for one in self.case._meta.concrete_fields}

    @property
    def changed(self) -> list[str]:
        """The columns of the case that the act changed."""
        return [name for name, value in self._values().items() if value != self.before[name]]

    @property
    def on(self) -> date:
        """The day of the act."""
        return localdate(self.at)

    @property
    def category(self) -> Category:
        """The category of enforcement of the case."""
        found: Category = self.pack.rule("categories", self.case.category)
        return found

    @property
    def is_summary(self) -> bool:
        """Whether the case runs by the summary procedure (简易程序), which has rules of its own."""
        procedure: Procedure = self.pack.rule("procedures", self.case.procedure)
        return procedure.kind == "summary"

    def limit(self, limit_id: str) -> TimeLimit:
        """Return a time limit of the pack under which the case was opened."""
        return limit_of(self.pack, limit_id)


def limit_of(pack: Pack, limit_id: str) -> TimeLimit:
    """Return a time limit of a pack."""
    found: TimeLimit = pack.rule("time_limits", limit_id)
    return found


def take_step(
    case_id: UUID,
    step: str,
    *,
    act: str,
    actor: Account,
    at: datetime,
    rev: int | None = None,
    authorised: bool = False,
) -> StepAct:
    """Lock the case and say whether this act may be done now by this person; the act adds its own rules.

    Case.DoesNotExist for a case out of sight. ActRefusedError: suspended, not the current step, without its role or not
    a handler of the case, recused, moved since the form was read, or fewer than the certified officers that the step
    demands (行政处罚法42). rev: the revision of the case that the form was opened at, None to go by the case as it is.
    authorised: an act of a higher floor that this is part of has authorised the actor; the step's role is not asked.
    """
    case, who = access_case(actor, case_id, "take_step", localdate(at))
    require(may_work_on(case.state))
    stands = standing(case.pk)
    node = stands.node(step) if step in {token.place for token in stands.tasks} else None
    require(is_current_step(act, open_act=(node.act or GENERIC) if node else None, name=node.name if node else ""))
    assert node is not None  # noqa: S101 - said by the rule above, for the type checker
    recused = recused_from(case)
    require(may_act_unrecused(actor.pk, recused=recused))
    taken = StepAct(case, who, pack_in_force(case.agency_id, case.opened_on), stands, step, node, actor, at, recused)
    if authorised:
        taken.who = replace(who, roles=who.roles | {Role(one) for one in [node.role] if one})
    else:
        require_doer(case, who, node, localdate(at))
    if node.role not in HANDLER_ROLES:
        _require_not_an_officer(taken)
    if node.role == Role.LEGALITY_REVIEWER:
        require(may_judge(actor.pk, investigators=investigators_of(case), step=node.shown))
    require_fresh(case, rev, stands.run.rev)
    if node.officers > 1:
        require_certified_pair(taken)
    return taken


def _require_not_an_officer(taken: StepAct) -> None:
    """Keep both officers of a case from what excludes those who handled it, whichever of them pressed the button."""
    nodes = taken.standing.compiled.definition.nodes
    handled = [nodes[place].shown for place in taken.node.exclude if nodes[place].role in HANDLER_ROLES]
    pair = [one for one in (taken.case.handler, taken.case.co_handler) if one is not None]
    if handled and taken.node.role in taken.who.roles and any(same_person(taken.actor, one) for one in pair):
        names = "、".join(f"“{name}”" for name in handled)
        message = f"您是本案的承办人员，{names}由您承办，不能再办理“{taken.node.shown}”。请由另一人办理。"
        require(Refused("step.excluded", message, taken.node.basis or RECORDING))


def require_asked(taken: StepAct, facts: Mapping[str, FactValue]) -> None:
    """Refuse answers to what a step does not ask: what tables and other acts find out is not for a form to say.

    A step that comes again, after a return, may answer again what it answered before. What a handler answers to the
    catalogue of legality review has its reason, answer by answer.
    """
    require(may_answer(taken.standing, taken.node.facts, facts))
    compiled, known = taken.standing.compiled, taken.standing.facts
    by_rule = {one["name"] for one in compiled.bundle.facts if one.get("ask") == "rule"}
    asked = {*taken.node.facts, *(facts_ahead(compiled.definition, taken.step) - known.keys() - by_rule)}
    if facts.keys() <= asked:
        return
    before = steps_of(taken.case.agency_id, taken.case.pk).filter(place=taken.step).values_list("facts", flat=True)
    asked = asked.union(*before) - by_rule
    for name in sorted(name for name in facts.keys() - asked if known.get(name) != facts[name]):
        message = f"“{taken.node.shown}”不填“{name}”：该事项由规则表或者其他环节得出。"
        require(Refused("step.not_asked", message, taken.node.basis or RECORDING))


def require_certified_pair(taken: StepAct) -> None:
    """Refuse unless handler and co-handler are two people with certificates for the category and area today."""
    case = taken.case
    pair = [one for one in (case.handler, case.co_handler) if one is not None]
    require(
        first_refusal(
            may_stay_officers([one.display_name for one in pair if not one.is_active]),
            may_take_part([one.display_name for one in pair if one.pk in taken.recused]),
            may_work_in_pair(
                officers_of(pair),
                category=taken.category.name,
                area=case.area,
                on=taken.on,
                basis=basis_of_pair(taken.category.id, taken.node.basis or RECORDING),
            ),
        )
    )


def require_shown(taken: StepAct) -> None:
    """Refuse to end a step on site before the officers showed their certificates there (行政处罚法55).

    What an act registers of its own counts; a step without an act of its own waits for what was registered since it
    opened, or ever, where it comes again after a return.
    """
    if not taken.node.onsite:
        return
    shown = OnSiteAct.objects.filter(case=taken.case)
    again = steps_of(taken.case.agency_id, taken.case.pk).filter(place=taken.step).exists()
    if not taken.node.act and not again:
        shown = shown.filter(registered_at__gte=taken.standing.tokens[taken.step].entered_at)
    require(may_leave_site(taken.node.shown, taken.node.basis, shown=shown.exists()))


def finish_step(
    taken: StepAct,
    *,
    event: str,
    text: str,
    facts: Mapping[str, FactValue] | None = None,
    on: date | None = None,
    happened_at: datetime | None = None,
    also: Iterable[str] = (),
) -> CaseEvent:
    """Move the flow, tell the story, let the duties follow, and record it all with the rows of the act.

    event: an event id of the packs (`case.filed`); `also` further ones of the same act. on: the legal day, today when
    left out; happened_at: the instant, for limits in hours. text: the sentence of the case's history.
    """
    day = on or taken.on
    require_shown(taken)
    require(is_as_done(differing(taken.case, taken.rows)))
    moved = advance(taken.case.pk, taken.step, facts=facts or {}, actor=taken.actor, at=taken.at,
                    found=taken.standing, roles=taken.who.roles)  # fmt: skip
    told = tell(taken.case, event=event, act=taken.node.act or GENERIC, step=taken.node.name, text=text,
                basis=taken.node.basis, on=day, actor=taken.actor, at=taken.at)  # fmt: skip
    close_ended(taken.case, moved, taken.standing.compiled, taken.on)
    if taken.changed:
        update(taken.case, taken.changed)
    known = Standing(moved.run, taken.standing.compiled, {}).facts
    step_event = f"step.{taken.step.rpartition('/')[2]}"
    for kind in dict.fromkeys([event, *also, step_event]):
        let_duties_follow(taken.case, taken.pack, Event(kind, day, happened_at or taken.at), taken.actor, taken.at,
                          known)  # fmt: skip
    append(
        event,
        subject=taken.case,
        agency_id=taken.case.agency_id,
        actor_id=taken.actor.pk,
        at=taken.at,
        rows=[taken.case, told, *taken.rows, *moved.rows, *_let_tasks_follow(taken, moved)],
        removed=moved.removed,
    )
    return told


def _let_tasks_follow(taken: StepAct, moved: Moved) -> list[Model]:
    """Let open tasks be due with the duties of the case; return the rows of those that were open before."""
    waiting = [token for token in taken.standing.tokens.values() if token not in moved.closed]
    due = follow_duties([*waiting, *moved.opened], taken.standing.compiled)
    return [one for one in due if one not in moved.opened]


def close_ended(case: Case, moved: Moved, compiled: Compiled, on: date) -> list[str]:
    """Close a case whose flow ended without an act that closed it, as its end event says; return what changed."""
    if not moved.ended or case.state != Case.State.HANDLING:
        return []
    end = moved.step.passed[-1][0]
    case.state, case.closed_on = Case.State.CLOSED, on
    case.outcome = case.outcome or compiled.shown(end)
    return ["state", "closed_on", "outcome"]


def tell(
    case: Case, *, event: str, act: str, step: str, text: str, basis: str, on: date, actor: Account | None, at: datetime
) -> CaseEvent:
    """Add a sentence to the history of a case; the caller records the row."""
    return write_row(
        CaseEvent,
        agency_id=case.agency_id,
        case=case,
        kind=event,
        act=act,
        step=step,
        text=text,
        basis=basis,
        happened_on=on,
        made_by=actor,
        made_at=at,
    )


def let_duties_follow(
    case: Case,
    pack: Pack,
    event: Event,
    actor: Account | None,
    at: datetime,
    facts: Mapping[str, FactValue] | None = None,
) -> None:
    """Open, fulfil and move the duties that the pack ties to an event of a case of this category and procedure.

    facts: those of the case at the event, for rules that open a duty under a condition; read from the run without.
    """
    subject = Subject("case", case.pk, f"{case.number} {case.title}", case.unit_id)
    known = (lambda: standing(case.pk).facts) if facts is None else (lambda: facts)
    rules = duty_rules_of(case, pack)
    follow(event, case=Followed(case.agency_id, subject, rules, lambda key: own_limit(case, pack, key), actor, at,
                                known))  # fmt: skip
    if any(event.kind in rule.resumed_by for rule in rules):
        stop_again(case, rules, on=event.on, actor=actor, at=at)


def own_limit(case: Case, pack: Pack, limit_id: str) -> TimeLimit:
    """Return a time limit as it holds for a case: that of the item's own law, where the case says so with its article.

    That law may know no extension: what lengthens the general period does not lengthen it.
    """
    limit = limit_of(pack, limit_id)
    if limit_id == PERIOD_OF_SEIZURE:
        begun = Measure.objects.filter(case=case, started_at__isnull=False, days__isnull=False)
        return decided_limit(begun.order_by("-started_at").first(), limit)
    if limit_id != PERIOD_OF_ITEM or case.own_length is None:
        return limit
    own = {"unit": case.own_unit, "length": case.own_length, "basis": [case.own_basis], "extension": None}
    return limit.model_copy(update=own)


def decided_limit(measure: Measure | None, limit: TimeLimit) -> TimeLimit:
    """Return the period of a sealing or seizure: the days it was decided for, else those of the law (行政强制法25)."""
    if measure is None or measure.days is None:
        return limit
    return limit.model_copy(update={"length": measure.days})


def duty_rules_of(case: Case, pack: Pack) -> list[DutyRule]:
    """Return the duty rules of a pack that concern a case by its category and procedure."""
    return [
        rule
        for rule in pack.rules.duty_rules
        if (not rule.categories or case.category in rule.categories)
        and (not rule.procedures or case.procedure in rule.procedures)
    ]
