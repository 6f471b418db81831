"""What a demonstration agency's file may say, and the office hours in which its acts happen."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

BEIJING = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = 9, 17
SATURDAY = 5

End = Literal["public", "draft", "waiting_first", "waiting_external", "waiting_last", "returned", "withdrawn"]


class Strict(BaseModel):
    """A misspelt key must not silently lose a line of the demonstration."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CertificateLine(Strict):
    """An enforcement certificate, valid unless the dates say otherwise."""

    number: str
    kind: str
    category: str
    area: str
    issued_on: datetime.date = datetime.date(2023, 6, 1)
    valid_to: datetime.date
    reviewed: int | None = None
    suspended: datetime.date | None = None
    suspended_reason: str = ""


class StaffLine(Strict):
    """Somebody of the cast. With a role the person signs in; without one only the registers know them."""

    id: str
    name: str
    gender: Literal["男", "女"]
    unit: str
    position: str
    duty_post: str = ""
    role: str = ""
    also: list[str] = []  # further roles, where the agency has nobody for them alone
    certificates: list[CertificateLine] = []


class UnitLine(Strict):
    """A unit that the source document does not name."""

    name: str
    functions: list[str]


class RevisionLine(Strict):
    """A second version: what changes, and why."""

    reason: str
    data: dict[str, Any]


class EntryLine(Strict):
    """One entry, or with `each` one for every rule of a section of the pack; how far it gets, and by whose hand."""

    register_id: str = Field(alias="register")  # pydantic keeps the short name for itself
    data: dict[str, Any] = {}
    each: str = ""
    at_most: int | None = None  # of the rules of `each`
    certificates: Literal["", "all"] = ""
    by: str = ""
    reason: str = "首次编制"
    ends: End = "public"
    why: str = ""  # of a return or a withdrawal
    basis: str = ""
    verified: Literal["text", "secondary", "unverified"] = "text"
    read_in: str = "国家法律文本（2025-04 收录）"
    revision: RevisionLine | None = None


class AdjustmentLine(Strict):
    """A dynamic adjustment: an article changed, or a function left a unit."""

    article: str = ""
    repealed: bool = False
    unit: str = ""
    function: str = ""
    effective_on: datetime.date
    reason: str
    basis: str


class PartyLine(Strict):
    """The party of a case; invented."""

    kind: Literal["person", "organisation", "business"]
    name: str
    representative: str = ""
    address: str = ""


class CaseLine(Strict):
    """One case: what it is about, what is answered at its steps, and the task at which the demonstration leaves it."""

    procedure: str
    category: str
    title: str
    source: str
    party: PartyLine
    facts: str
    place: str
    begins: datetime.date
    waits_at: str = ""  # the task that is left to the visitor; empty: none, the case is archived
    pace: int = 0  # hours between two steps
    by: str = "handler"  # of the staff
    occurred_on: datetime.date | None = None
    found: str = ""  # on site, at the examination, in the inventory
    reasons: str = "事实清楚，证据充分，适用依据正确。"
    evidence: str = ""
    violated: list[str] = []
    applied: list[str] = []
    kinds: list[str] = []
    fine: Decimal = Decimal(0)
    levied: Decimal = Decimal(0)
    rectify_by: datetime.date | None = None
    valid_to: datetime.date | None = None
    items: list[str] = []  # titles of published entries that are inspected
    measure: str = ""
    missing: str = ""
    statement: str = ""
    hearing: bool = False
    problems: int = 0  # how many opinions of the legality review find problems before one agrees
    disputed: bool = False  # the handling unit does not adopt them, and the leaders settle it together
    called_in: str = ""  # why the legal office calls the case in, which nobody submitted
    retrieved_by: str = ""  # of the staff: reads the dossier under an approval
    asked_for_by: str = ""  # of the staff: waits for the approval
    published: Literal["", "here", "withdrawn"] = ""  # on this platform; else it is registered as published elsewhere
    answers: dict[str, Any] = {}
    notes: dict[str, str] = {}


class AgencyScript(Strict):
    """The file of one agency."""

    agency: str
    prefix: str
    area: str  # where its officers act, as their certificates say
    supervisor: str = ""  # name of the overseer's reviewer, where the agency's chains need one
    units: list[UnitLine] = []
    staff: list[StaffLine]
    entries: list[EntryLine]
    cases: list[CaseLine] = []
    adjustment: AdjustmentLine | None = None


class LawLine(Strict):
    """A law that entries rest on, with our paraphrase of its articles."""

    key: str
    title: str
    level: str
    issued_on: datetime.date
    effective_from: datetime.date | None = None
    articles: dict[str, str]


class OfficeHours:
    """Hands out instants one after another on Beijing workdays, so that nothing happens at night or at once."""

    def __init__(self, first: datetime.date, *, minute: int = 0) -> None:
        self._now = datetime.datetime.combine(first, datetime.time(OPENS, minute), tzinfo=BEIJING)

    @property
    def now(self) -> datetime.datetime:
        """The instant that was handed out last."""
        return self._now

    def next(self, minutes: int = 11) -> datetime.datetime:
        """Return an instant some minutes later, tomorrow morning when the office has closed."""
        self._now += datetime.timedelta(minutes=minutes)
        if self._now.hour >= CLOSES:
            self.skip_to(self._now.date() + datetime.timedelta(days=1))
        return self._now

    def skip_to(self, day: datetime.date) -> None:
        """Go to the morning of a day, or of the Monday after; never back."""
        while day.weekday() >= SATURDAY:
            day += datetime.timedelta(days=1)
        morning = datetime.datetime.combine(day, datetime.time(OPENS, self._now.minute), tzinfo=BEIJING)
        self._now = max(self._now, morning)
