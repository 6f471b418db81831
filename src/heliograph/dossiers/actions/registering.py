"""Clues and the opening of cases (线索登记、案件登记)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers.actions.numbering import document_letters, take_number
from heliograph.dossiers.actions.parties import PartyContent, may_be_named, write_party
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import let_duties_follow, tell
from heliograph.dossiers.models import Case, Clue
from heliograph.dossiers.models.cases import Source
from heliograph.dossiers.permissions import ACTS, Reader, reader
from heliograph.dossiers.queries import officers_of
from heliograph.dossiers.rules import opening
from heliograph.dossiers.rules.people import are_different, basis_of_pair, may_work_alone, may_work_in_pair
from heliograph.duties.following import Event
from heliograph.kernel.bpmn import Node
from heliograph.kernel.packs.schema import Pack, Procedure
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.procedures.actions import follow_duties, start
from heliograph.procedures.models import Release
from heliograph.procedures.queries import definition_of
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account, Role, Unit
from heliograph.registers.new_rows import insert
from heliograph.registers.permissions import may, roles_of

CASE_NUMBERS = "案件"
_STAFF = Kept(
    lambda agency, account: Account.objects.filter(person__agency_id=agency, is_active=True, pk=account).order_by(),
    agency=UUID,
    account=UUID,
)
_OWN_UNIT = Kept(lambda agency, unit: Unit.objects.filter(pk=unit, agency_id=agency).order_by(), agency=UUID, unit=UUID)
ON_APPLICATION = "accept_application"  # the act of flows that begin with somebody's application
GONE_AT_ONCE = frozenset({"inspect_on_site", "carry_out_coercion"})  # what urgency lets come before its registration
REFUSING = "refuse_application"  # of flows that nothing but an application begins


@dataclass(frozen=True, slots=True)
class ClueContent:
    """What is known when a clue comes in. source: a value of models.cases.Source."""

    source: str
    received_on: date
    target: str
    content: str
    reporter: str = ""
    inspection_id: UUID | None = None
    distinct_reason: str = ""


@dataclass(frozen=True, slots=True)
class CaseContent:
    """What the law needs to open a case. procedure and category are ids of the pack."""

    procedure: str
    category: str
    title: str
    source: str
    handler_id: UUID
    co_handler_id: UUID | None
    parties: Sequence[PartyContent]
    facts: str = ""
    place: str = ""
    area: str = ""
    occurred_from: date | None = None
    occurred_to: date | None = None
    received_on: date | None = None  # of an application: the day it came in, that of the registration when left out
    arrived_on: date | None = None  # of what may begin before it is registered: the day the officers arrived
    clue_id: UUID | None = None


@transaction.atomic
def register_clue(agency_id: UUID, *, unit_id: UUID, content: ClueContent, actor: Account, at: datetime) -> Clue:
    """Register a clue (线索). Another open one on the same target must be named as the same or told apart."""
    on = localdate(at)
    who = reader(actor, agency_id, on)
    require(may(ACTS["register_clue"], who.roles))
    same = Clue.objects.filter(agency_id=agency_id, target=content.target.strip(), state=Clue.State.OPEN)
    listed = [f"{one.received_on.isoformat()} {one.content[:30]}" for one in same.order_by("received_on")[:5]]
    require(
        first_refusal(
            opening.check_text(content.target, what="涉嫌对象", longest=200),
            opening.check_text(content.content, what="线索内容"),
            opening.may_happen_on(content.received_on, today=on, not_before=None, what="收到日期"),
            opening.may_register_clue(listed, distinct_reason=content.distinct_reason),
        )
    )
    clue = write_row(
        Clue,
        agency_id=agency_id,
        unit=Unit.objects.get(pk=unit_id, agency_id=agency_id),
        source=content.source,
        received_on=content.received_on,
        target=content.target.strip(),
        content=content.content.strip(),
        reporter=content.reporter.strip(),
        inspection_id=content.inspection_id and Case.objects.get(pk=content.inspection_id, agency_id=agency_id).pk,
        reason=content.distinct_reason.strip(),
        registered_by=actor,
        registered_at=at,
    )
    append("clue.registered", subject=clue, agency_id=agency_id, actor_id=actor.pk, at=at, rows=[clue])
    return clue


@transaction.atomic
def close_clue(clue_id: UUID, *, reason: str, same_as_id: UUID | None, actor: Account, at: datetime) -> Clue:
    """Close a clue that comes to no case, or merge it into another one of the agency (不予立案、并案)."""
    clue = Clue.objects.select_for_update(of=("self",)).get(pk=clue_id)
    who = reader(actor, clue.agency_id, localdate(at))
    require(may(ACTS["close_clue"], who.roles))
    require(
        first_refusal(
            opening.may_open_from(clue.state, has_case=False), opening.check_text(reason, what="处理理由", longest=1000)
        )
    )
    if same_as_id is not None:
        clue.same_as = Clue.objects.exclude(pk=clue.pk).get(pk=same_as_id, agency_id=clue.agency_id)
    clue.state = Clue.State.CLOSED if same_as_id is None else Clue.State.MERGED
    clue.reason = reason.strip()
    clue.save(update_fields=["state", "reason", "same_as"])
    append("clue.closed", subject=clue, agency_id=clue.agency_id, actor_id=actor.pk, at=at, rows=[clue])
    return clue


@transaction.atomic
def open_case(agency_id: UUID, *, unit_id: UUID, content: CaseContent, actor: Account, at: datetime) -> Case:
    """Open a case on the procedure released for its category: parties, officers, number, flow, first duties.

    ActRefusedError: not this category, a clue used already, a wrong number, officers not certified, no release.
    """
    on = localdate(at)
    who = reader(actor, agency_id, on)
    require(may(ACTS["open_case"], who.roles))
    pack = pack_in_force(agency_id, on)
    procedure: Procedure = pack.rule("procedures", content.procedure)
    clue = _clue_for(agency_id, content)
    require(_may_open(content, pack, procedure, on))
    case = _opened(who, unit_id, content, clue, at)
    numbered = _numbered(case, pack, actor, at)
    parties = [write_party(case, party, actor, at) for party in content.parties]
    moved = start(case.pk, agency_id=agency_id, procedure=case.procedure, facts={}, actor=actor, at=at,
                  unit_id=case.unit_id)  # fmt: skip
    _require_officers(case, moved.run.release, pack, on)
    text = f"登记{case.get_source_display()}来源的案件，由{case.handler.display_name}承办。"
    day = case.received_on or case.opened_on
    told = tell(case, event="case.received", act="open_case", step="登记", text=text,
                basis="、".join(procedure.basis), on=day, actor=actor, at=at)  # fmt: skip
    let_duties_follow(case, pack, Event("case.received", day, at), actor, at)
    follow_duties(moved.opened, definition_of(moved.run.release))
    rows = [case, told, *_used(clue), *numbered, *parties, *moved.rows]
    append("case.received", subject=case, agency_id=agency_id, actor_id=actor.pk, at=at, rows=rows, new=True)
    return case


def _numbered(case: Case, pack: Pack, actor: Account, at: datetime) -> list[Model]:
    """Give a new case its number and write it; returns the rows of the number."""
    prefix = f"{document_letters(pack, case.agency_id)}案"
    number, numbered = take_number(case.agency_id, kind=CASE_NUMBERS, prefix=prefix, case=case, actor=actor, at=at)
    case.number = number.text
    insert(case)
    return [*numbered]


def _used(clue: Clue | None) -> list[Model]:
    """Mark the clue of which a case comes; returns it as the row written."""
    if clue is None:
        return []
    clue.state = Clue.State.FILED
    clue.save(update_fields=["state"])
    return [clue]


def _clue_for(agency_id: UUID, content: CaseContent) -> Clue | None:
    if content.clue_id is None:
        return None
    clue = Clue.objects.select_for_update(of=("self",)).get(pk=content.clue_id, agency_id=agency_id)
    require(opening.may_open_from(clue.state, has_case=Case.objects.filter(clue=clue).exists()))
    return clue


def _may_open(content: CaseContent, pack: Pack, procedure: Procedure, on: date) -> Verdict:
    offered = {one.id for one in pack.rules.categories} & set(procedure.categories)
    checks = [
        are_different(
            content.handler_id, content.co_handler_id, basis=basis_of_pair(content.category, procedure.basis[0])
        ),
        opening.may_use_category(content.category, offered=offered, name=procedure.name),
        opening.check_text(content.title, what="案由或者事项", longest=200),
        opening.may_be_parties([party.standing for party in content.parties]),
        opening.may_span(content.occurred_from, content.occurred_to),
    ]
    for day, what in ((content.occurred_from, "行为发生日"), (content.occurred_to, "行为终了日"),
                      (content.received_on, "收到申请日期"), (content.arrived_on, "到场日期")):  # fmt: skip
        if day is not None:
            checks.append(opening.may_happen_on(day, today=on, not_before=None, what=what))
    return first_refusal(*checks, *(may_be_named(party, on) for party in content.parties))


def _opened(who: Reader, unit_id: UUID, content: CaseContent, clue: Clue | None, at: datetime) -> Case:
    require_fit(Case, source=content.source, facts=content.facts, place=content.place, area=content.area)
    return Case(
        agency_id=who.agency_id,
        procedure=content.procedure,
        category=content.category,
        title=content.title.strip(),
        source=content.source,
        clue=clue,
        unit=_OWN_UNIT.get(agency=who.agency_id, unit=unit_id),
        handler=_STAFF.get(agency=who.agency_id, account=content.handler_id),
        co_handler=_STAFF.get(agency=who.agency_id, account=content.co_handler_id) if content.co_handler_id else None,
        facts=content.facts.strip(),
        place=content.place.strip(),
        area=content.area.strip(),
        occurred_from=content.occurred_from,
        occurred_to=content.occurred_to,
        opened_on=localdate(at),
        received_on=(content.received_on or localdate(at)) if content.source == Source.APPLICATION else None,
        arrived_on=content.arrived_on,
        opened_by=who.account,
        opened_at=at,
    )


def is_for_one(nodes: Collection[Node]) -> bool:
    """Say whether one officer is enough for a flow: a matter on application, none of whose tasks asks for two."""
    applied_for = any(node.act == ON_APPLICATION and node.role == Role.WINDOW_CLERK for node in nodes)
    return applied_for and all(node.officers < 2 for node in nodes)


def comes_by_application(nodes: Collection[Node]) -> bool:
    """Say whether somebody can apply for what a flow does: it takes an application, or refuses one."""
    return any(node.act in {ON_APPLICATION, REFUSING} for node in nodes)


def _require_officers(case: Case, release: Release, pack: Pack, on: date) -> None:
    """A case is in the hands of a certified handler, and from its first day of two where its flow asks for two.

    A matter on application asks for them where one of its tasks does; every other case does (行政处罚法42).
    """
    roles = roles_of(case.handler, case.agency_id, on)
    require(opening.may_handle(case.handler.display_name, handler=Role.HANDLER in roles))
    nodes = definition_of(release).definition.nodes.values()
    screened = any(node.act == REFUSING for node in nodes)
    summary = pack.rule("procedures", case.procedure).kind == "summary"
    require(opening.may_arrive_before(case.arrived_on, may=summary or any(node.act in GONE_AT_ONCE for node in nodes)))
    require(opening.may_come_from(case.source, applied_for=screened))
    alone = is_for_one(nodes)
    officers = officers_of([one for one in (case.handler, case.co_handler) if one is not None])
    fit = may_work_alone if alone else may_work_in_pair
    basis = basis_of_pair(case.category, pack.rule("procedures", case.procedure).basis[0])
    require(fit(officers, category=pack.rule("categories", case.category).name, area=case.area, on=on, basis=basis))
