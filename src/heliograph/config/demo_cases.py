"""Cases of the demonstration: each is walked through its released procedure by the people whose tasks they are.

A line of the script says what the case is about and how far it gets. Every step is the public act of the desk at a past
instant, so that a case of the demonstration is a case like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

from heliograph.config.demo_publications import withdraw_again
from heliograph.config.demo_retrievals import retrieve
from heliograph.config.demo_reviews import register_reviewers, was_called_in
from heliograph.config.demo_script import AgencyScript, CaseLine, OfficeHours
from heliograph.config.demo_steps import do
from heliograph.config.demo_task import Task
from heliograph.dossiers import actions
from heliograph.dossiers.actions import CaseContent, ClueContent, PartyContent
from heliograph.dossiers.models import Case
from heliograph.kernel.packs.schema import Pack
from heliograph.procedures.actions import approve_release, propose_from_pack
from heliograph.procedures.models import Token
from heliograph.procedures.queries import Standing, standing
from heliograph.registers.models import Account, Agency, Role, Unit

MOST_STEPS = 80
MINUTES = 60  # of an hour
ON_APPLICATION = "application"


@dataclass(frozen=True)
class Office:
    """The agency with its pack, its people by the keys of the script, and their units."""

    agency: Agency
    pack: Pack
    script: AgencyScript
    accounts: dict[str, Account]
    units: dict[str, Unit]
    minute: int  # of the hour, so that agencies do not act at the same instant

    def holder(self, role: str) -> Account | None:
        """Return the first of the staff who holds a role, None where nobody does."""
        holds = (line.id for line in self.script.staff if role == line.role or role in line.also)
        key = next(holds, None)
        return self.accounts[key] if key else None

    def unit_of(self, key: str) -> Unit:
        """Return the unit somebody of the staff works in."""
        return self.units[next(line.unit for line in self.script.staff if line.id == key)]

    def people_for(self, line: CaseLine) -> dict[str, Account]:
        """Return who does the tasks of which role in a case."""
        found = {role: account for role in Role.values if (account := self.holder(role))}
        # in these offices the leader in charge approves what is released
        return {**found, "leader_in_charge": found["release_approver"], "handler": self.accounts[line.by]}


def load_cases(office: Office, *, released_from: OfficeHours) -> None:
    """Release the procedures of an agency and walk its cases, the first to begin first."""
    _release_procedures(office, released_from)
    for line in sorted(office.script.cases, key=lambda one: one.begins):
        _walk(office, line)


def _release_procedures(office: Office, hours: OfficeHours) -> None:
    """Register the reviewer, and release every procedure that serves a category of the agency, by two people."""
    own = {category.id for category in office.pack.rules.categories}
    people = {role: office.holder(role) for role in ("legality_reviewer", "release_approver")}
    proposer, approver = people["legality_reviewer"], people["release_approver"]
    if proposer is None or approver is None:
        raise ValueError(f"nobody in {office.script.agency} releases procedures")
    register_reviewers(office.agency, proposer, at=hours.next())
    for procedure in office.pack.rules.procedures:
        if not own & set(procedure.categories):
            continue
        at = hours.next()
        release = propose_from_pack(
            office.agency.pk, procedure.id, effective_from=at.date(), reason="首次发布", actor=proposer, at=at
        )
        approve_release(release.pk, opinion="同意发布。", actor=approver, at=hours.next(3))


def _walk(office: Office, line: CaseLine) -> None:
    """Do one task after another until only the one is left that waits for the visitor, or none."""
    hours = OfficeHours(line.begins, minute=office.minute)
    people = office.people_for(line)
    task = Task(_open(office, line, people, hours), line, people, hours)
    for _step in range(MOST_STEPS):
        task.stands = standing(task.case.pk)
        token = _next(task.stands, line.waits_at)
        if token is None:
            break
        task.token = token
        if was_called_in(task):
            continue
        if line.pace:
            hours.next(line.pace * MINUTES)
        do(task)
    withdraw_again(task)
    retrieve(task, office.accounts)


def _next(stands: Standing, waits_at: str) -> Token | None:
    open_tasks = [token for token in stands.tasks if token.place.rpartition("/")[2] != waits_at]
    return min(open_tasks, key=lambda token: (token.entered_at, token.place), default=None)


def _open(office: Office, line: CaseLine, people: dict[str, Account], hours: OfficeHours) -> Case:
    """Register the clue, where there is one, and the case: an application by the window, the rest by the handler."""
    handler, applied = people["handler"], line.source == ON_APPLICATION
    by = people["window_clerk"] if applied else handler
    unit = office.unit_of(line.by)
    clue_id, at = None, hours.next()
    if not applied:
        content = ClueContent(line.source, at.date(), line.party.name, line.facts)
        clue_id = actions.register_clue(office.agency.pk, unit_id=unit.pk, content=content, actor=handler, at=at).pk
    case = CaseContent(
        procedure=line.procedure,
        category=line.category,
        title=line.title,
        source=line.source,
        handler_id=handler.pk,
        co_handler_id=people["co_handler"].pk,
        parties=[PartyContent(**line.party.model_dump())],
        facts=line.facts,
        place=line.place,
        area=office.script.area,
        occurred_from=line.occurred_on,
        occurred_to=line.occurred_on,
        clue_id=clue_id,
    )
    return actions.open_case(office.agency.pk, unit_id=unit.pk, content=case, actor=by, at=hours.next())
