"""A bureau with a real pack of ours, its people and its released procedures, made by the public acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from heliograph.dossiers import actions
from heliograph.dossiers.actions import CaseContent, PaperContent, PartyContent, ProposalContent, ServiceContent
from heliograph.dossiers.models import Case
from heliograph.procedures.actions import approve_release, propose_from_pack
from heliograph.procedures.queries import standing
from heliograph.regimes.actions import install_pack
from heliograph.registers.actions import (
    add_agency,
    add_government,
    add_person,
    add_unit,
    appoint,
    appoint_first_security_admin,
    issue_certificate,
    link_person,
)
from heliograph.registers.models import Account, Agency, Unit
from tests.cast import BEIJING, LONG_AGO, NOON, Office, grant, new_account
from tests.replay import replayed

PROOF = b"%PDF-1.4 signed"
PACK_FROM = date(2026, 11, 1)
NAMES = {
    "handler": "承办甲",
    "co_handler": "协办乙",
    "leader_in_charge": "分管丙",
    "head": "局长丁",
    "archivist": "档案戊",
    "unit_head": "科长己",
    "window_clerk": "窗口庚",
}


@dataclass
class Bureau:
    """The bureau, and the clock of its working day."""

    agency: Agency
    unit: Unit
    people: dict[str, Account]
    procedures: list[str]
    now: datetime = NOON
    category: str = "penalty"
    files: dict[UUID, UUID] = field(default_factory=dict)  # of every case the scan that stands for its signed papers
    scan: UUID | None = None

    def __getitem__(self, role: str) -> Account:
        """Return the account that holds a role."""
        return self.people[role]

    def later(self, **delta: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**(delta or {"minutes": 10}))
        return self.now

    @property
    def today(self) -> date:
        """The day it is."""
        return self.now.date()


@replayed
def found_bureau(code: str, *procedures: str, category: str = "行政处罚") -> Bureau:
    """Found an agency on a pack of ours, staff it, certify its officers, and release procedures."""
    government = add_government(code="qingchuan", name="晴川县人民政府", overseer="晴川县司法局", at=NOON)
    agency = add_agency(
        government=government, code=code, name="晴川县测试局", short_name="晴测", legal_body="政策法规科", at=NOON
    )
    security = new_account("安全", "security_admin", agency)
    appoint_first_security_admin(security.pk, agency_id=agency.pk, from_on=LONG_AGO, at=NOON)
    office = Office(agency, security, new_account("系统", "system_admin", agency))
    grant(office, office.system_admin, "system_admin")
    install_pack(agency.pk, pack=code, version="2026.11", in_force_from=PACK_FROM, actor=office.system_admin, at=NOON)
    reviewer = grant(office, new_account("法审", "case", agency), "legality_reviewer")
    legal = add_unit(agency.pk, name="测试法规科", functions=["legal"], actor=reviewer, at=NOON)
    unit = add_unit(agency.pk, name="测试执法科", functions=["handling"], actor=reviewer, at=NOON)
    people = {"legality_reviewer": reviewer}
    for role, name in {**NAMES, "legality_reviewer": "法审"}.items():
        person = add_person(agency.pk, name=name, gender="男", actor=reviewer, at=NOON)
        at_unit = legal if role == "legality_reviewer" else unit
        appoint(person.pk, unit_id=at_unit.pk, position="科员", duty_post="执法岗", from_on=LONG_AGO,
                actor=reviewer, at=NOON)  # fmt: skip
        if role == "legality_reviewer":
            link_person(reviewer.pk, person=person, actor=security, at=NOON)
            reviewer.refresh_from_db()
            continue
        people[role] = grant(office, new_account(name, "case", agency, person), role)
        issue_certificate(
            person.pk,
            kind="行政执法证",
            number=f"0000-{len(people):04d}",
            category=category,
            area="晴川县",
            issued_on=LONG_AGO,
            valid_to=date(2029, 12, 31),
            actor=reviewer,
            at=NOON,
        )
    for procedure in procedures:
        release = propose_from_pack(agency.pk, procedure, effective_from=NOON.date(), reason="首次发布",
                                    actor=reviewer, at=NOON)  # fmt: skip
        approve_release(release.pk, actor=people["leader_in_charge"], at=NOON)
    return Bureau(agency, unit, people, list(procedures))


def company(**changes: Any) -> PartyContent:
    """A company as a party."""
    return PartyContent(**{"kind": "organisation", "name": "晴川县某某有限公司", "address": "晴川县一号", **changes})


def opened(bureau: Bureau, procedure: str = "penalty_ordinary", **changes: Any) -> Case:
    """Open a case as its handler."""
    content: dict[str, Any] = {
        "procedure": procedure,
        "category": bureau.category,
        "title": "迟报资料案",
        "source": "inspection",
        "handler_id": bureau["handler"].pk,
        "co_handler_id": bureau["co_handler"].pk,
        "parties": [company()],
        "facts": "检查发现",
        "area": "晴川县",
        "occurred_from": date(2026, 9, 1),
        "occurred_to": date(2026, 9, 1),
        **changes,
    }
    case = actions.open_case(
        bureau.agency.pk, unit_id=bureau.unit.pk, content=CaseContent(**content), actor=bureau["handler"], at=bureau.now
    )
    stored = actions.store_case_file(case.pk, name="签章件.pdf", content=PROOF, actor=bureau["handler"], at=bureau.now)
    bureau.files[case.pk] = bureau.scan = stored.pk
    return case


def papers(bureau: Bureau, *kinds: str) -> list[PaperContent]:
    """Papers made by hand today, signed, of the case that was opened last."""
    return [PaperContent(kind, bureau.today, file_id=bureau.scan) for kind in kinds]


def fine(**changes: Any) -> ProposalContent:
    """A proposal to fine."""
    content: dict[str, Any] = {
        "outcome": "penalty",
        "kinds": ["fine"],
        "fine": Decimal(800),
        "confiscated": Decimal(0),
        "other": "",
        "facts": "迟报一次",
        "reasons": "事实清楚",
        "basis": ["行政处罚法@2021:54"],
        "correction": "按时报送统计资料",
        **changes,
    }
    return ProposalContent(**content)


def corrected(bureau: Bureau) -> dict[str, Any]:
    """What was seen of the order to correct that `fine` makes."""
    return {"corrected_on": bureau.today, "corrected_how": "已经补报"}


def step_of(case: Case, act: str) -> str:
    """Return the place of the open task that does an act."""
    place = standing(case.pk).place_of(act)
    assert place is not None, f"no open step {act}: {[token.place for token in standing(case.pk).tasks]}"
    return place


def generic_step(case: Case) -> str:
    """Return the open task that has no act of its own."""
    stands = standing(case.pk)
    return next(token.place for token in stands.tasks if not stands.compiled.definition.nodes[token.place].act)


def served(bureau: Bureau, **changes: Any) -> ServiceContent:
    """Direct service today."""
    content = {"method": "direct", "sent_on": bureau.today, "received_on": bureau.today, "receiver": "王某", **changes}
    return ServiceContent(**content)


def at(day: date, hour: int = 10) -> datetime:
    """An instant of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=BEIJING)
