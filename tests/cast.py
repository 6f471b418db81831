"""The cast of the tests: a small office with its pack, its people by their roles, and somebody from next door.

Everybody is made by the public actions, so a test never stands on a state that the product could not reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from heliograph.disclosure.actions import Decision, decide_stage, submit_for_release
from heliograph.disclosure.models import PublicVersion, Release
from heliograph.regimes.actions import install_pack
from heliograph.registers.actions import (
    Content,
    add_agency,
    add_government,
    add_person,
    add_unit,
    appoint,
    appoint_first_security_admin,
    create_account,
    draft_entry,
    grant_role_by_name,
    link_person,
)
from heliograph.registers.models import Account, Agency, EntryVersion, Person, Unit

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=BEIJING)  # a Friday
TODAY = NOON.date()
LONG_AGO = date(2026, 1, 5)
PACKS = Path(__file__).parent / "fixture_packs"
PASSWORD = "晴川局-口令-2026-aa"
ITEM: dict[str, Any] = {"name": "对迟报资料的处罚", "category": "行政处罚", "basis": ["行政处罚法@2021:61"]}


@dataclass
class Office:
    """An agency and the administrators who made it work."""

    agency: Agency
    security_admin: Account
    system_admin: Account


def open_office(code: str, name: str) -> Office:
    """Found an agency with its administrators and its pack, as an operator does."""
    government = add_government(code="qingchuan", name="晴川县人民政府", overseer="晴川县司法局", at=NOON)
    agency = add_agency(government=government, code=code, name=name, short_name=name, legal_body="政策法规科", at=NOON)
    security = new_account(f"{code}-安全", "security_admin", agency)
    appoint_first_security_admin(security.pk, agency_id=agency.pk, from_on=LONG_AGO, at=NOON)
    office = Office(agency, security, new_account(f"{code}-系统", "system_admin", agency))
    grant(office, office.system_admin, "system_admin")
    install_pack(
        agency.pk,
        pack=code,
        version="2026.11",
        in_force_from=LONG_AGO,
        actor=office.system_admin,
        at=NOON,
        root=PACKS,
    )
    return office


def new_account(username: str, duty_class: str, agency: Agency, person: Person | None = None) -> Account:
    """Create an account without roles."""
    return create_account(
        username=username,
        display_name=username,
        organisation=agency.name,
        password=PASSWORD,
        duty_class=duty_class,
        person=person,
        must_change_password=False,
        at=NOON,
    )


def grant(office: Office, account: Account, role: str) -> Account:
    """Have the office's security administrator grant a role."""
    grant_role_by_name(
        account.username, agency_id=office.agency.pk, role=role, from_on=LONG_AGO, actor=office.security_admin, at=NOON
    )
    return account


@dataclass
class Staffing:
    """Brings people into the office, by the hand of its legal officer."""

    office: Office
    registrar: Account

    def join(self, name: str, role: str, unit: Unit) -> Account:
        """Register somebody in a unit, with an account and a role."""
        account = new_account(name, "case", self.office.agency, self.register(name, unit))
        return grant(self.office, account, role)

    def register(self, name: str, unit: Unit) -> Person:
        """Register somebody in a unit who has no account."""
        person = add_person(self.office.agency.pk, name=name, gender="女", actor=self.registrar, at=NOON)
        appoint(
            person.pk,
            unit_id=unit.pk,
            position="科员",
            duty_post="执法岗",
            from_on=LONG_AGO,
            actor=self.registrar,
            at=NOON,
        )
        return person


@pytest.fixture
def office(db: None) -> Office:
    return open_office("sunny", "晴川县测试局")


@pytest.fixture
def agency(office: Office) -> Agency:
    return office.agency


@pytest.fixture
def security_admin(office: Office) -> Account:
    return office.security_admin


@pytest.fixture
def system_admin(office: Office) -> Account:
    return office.system_admin


@pytest.fixture
def audit_admin(office: Office) -> Account:
    return grant(office, new_account("审计", "audit_admin", office.agency), "audit_admin")


@pytest.fixture
def legality_reviewer(office: Office) -> Account:
    """The legal officer, whose account comes before any person is registered."""
    return grant(office, new_account("法审", "case", office.agency), "legality_reviewer")


@pytest.fixture
def legal_unit(agency: Agency, legality_reviewer: Account) -> Unit:
    return add_unit(agency.pk, name="政策法规科", functions=["legal"], actor=legality_reviewer, at=NOON)


@pytest.fixture
def handling_unit(agency: Agency, legality_reviewer: Account) -> Unit:
    return add_unit(agency.pk, name="执法科", functions=["handling"], actor=legality_reviewer, at=NOON)


@pytest.fixture
def window_unit(agency: Agency, legality_reviewer: Account) -> Unit:
    return add_unit(agency.pk, name="服务窗口", functions=["window"], actor=legality_reviewer, at=NOON)


@pytest.fixture
def staffing(office: Office, legality_reviewer: Account, legal_unit: Unit) -> Staffing:
    staffing = Staffing(office, legality_reviewer)
    person = staffing.register("法审", legal_unit)
    link_person(legality_reviewer.pk, person=person, actor=office.security_admin, at=NOON)
    legality_reviewer.refresh_from_db()
    return staffing


@pytest.fixture
def handler(staffing: Staffing, handling_unit: Unit) -> Account:
    return staffing.join("承办", "handler", handling_unit)


@pytest.fixture
def co_handler(staffing: Staffing, handling_unit: Unit) -> Account:
    return staffing.join("协办", "co_handler", handling_unit)


@pytest.fixture
def unit_head(staffing: Staffing, handling_unit: Unit) -> Account:
    return staffing.join("科长", "unit_head", handling_unit)


@pytest.fixture
def window_clerk(staffing: Staffing, window_unit: Unit) -> Account:
    return staffing.join("窗口", "window_clerk", window_unit)


@pytest.fixture
def release_approver(office: Office) -> Account:
    return grant(office, new_account("审批", "case", office.agency), "release_approver")


@pytest.fixture
def leader_in_charge(office: Office) -> Account:
    return grant(office, new_account("分管", "case", office.agency), "leader_in_charge")


@pytest.fixture
def head(office: Office) -> Account:
    return grant(office, new_account("局长", "case", office.agency), "head")


@pytest.fixture
def supervisor(office: Office) -> Account:
    return grant(office, new_account("司法局审核", "case", office.agency), "supervisor")


@pytest.fixture
def next_door(db: None) -> Office:
    return open_office("cloudy", "晴川县邻局")


@pytest.fixture
def outsider(next_door: Office) -> Account:
    """Holds every right role, in another agency."""
    account = new_account("外人", "case", next_door.agency)
    for role in ("handler", "legality_reviewer", "release_approver", "leader_in_charge"):
        grant(next_door, account, role)
    return account


def item(
    agency: Agency, actor: Account, *, register: str = "items", unit: Unit | None = None, **data: Any
) -> EntryVersion:
    """Draft an entry, by default an item of the list."""
    content = Content({**ITEM, **data} if register == "items" else data, "首次编制", verified="text")
    owner = unit.pk if unit else None
    return draft_entry(agency.pk, register=register, content=content, owner_unit_id=owner, actor=actor, at=NOON)


def publish(version: EntryVersion, by: Account, *approvers: Account, at: datetime = NOON) -> PublicVersion:
    """Hand a draft in and pass its stages, one approver each."""
    release = submit_for_release(version.pk, actor=by, at=at)
    for stage, approver in zip(release.stages, approvers, strict=True):
        decision = Decision(stage["id"], passed=True, acknowledged=release.unfounded)
        decide_stage(release.pk, decision=decision, actor=approver, at=at)
    return PublicVersion.objects.get(version=version)


@pytest.fixture
def draft(agency: Agency, handler: Account, handling_unit: Unit) -> EntryVersion:
    return item(agency, handler, unit=handling_unit)


@pytest.fixture
def handed_in(draft: EntryVersion, handler: Account) -> Release:
    return submit_for_release(draft.pk, actor=handler, at=NOON)


@pytest.fixture
def published(
    draft: EntryVersion, handler: Account, legality_reviewer: Account, release_approver: Account
) -> PublicVersion:
    return publish(draft, handler, legality_reviewer, release_approver)
