"""The sections of rules a pack may hold: registers, time limits, procedures, release chains, policies and the rest.

Every rule has an id, a basis and the requirement it serves. Read through `schema`, which names all shapes of a pack.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from heliograph.kernel.packs.document_rules import DocumentKind, Layout, Statement
from heliograph.kernel.packs.procedure_rules import ClosingOutcome, DecisionTable, DutyRule, Fact, Procedure
from heliograph.kernel.packs.redaction_rules import RedactionKeep, RedactionRule
from heliograph.kernel.packs.rule import Id, Label, Rule, Strict, Text, Verified

FieldType = Literal[
    "text", "longtext", "choice", "choices", "date", "number", "phone", "basis", "lines", "yesno", "file"
]  # fmt: skip


class Category(Rule):
    """A category of enforcement (执法类别) the agency has, S23. `code` is the two-digit code of the statistics."""

    name: Label
    code: Annotated[str, StringConstraints(pattern=r"^\d{2}$")]


class Unit(Rule):
    """A unit named by the source. Functions decide who may hand in, review, archive and serve the window."""

    name: Label
    functions: list[Literal["handling", "legal", "office_archive", "window", "personnel", "information"]] = []


class PeriodRule(Rule):
    """How one law counts: which written lengths are working days (行政处罚法85, 行政许可法82, 行政强制法69)."""

    law: Label
    working_when: Literal["listed", "all", "up_to", "explicit"]
    days: list[int] = []
    limit: int | None = None


Bound = Literal["agency", "party", "wait", "other"]
"""Who has to keep a period: the agency, the party, nobody (it has to pass), or another body, such as the police."""


class TimeLimit(Rule):
    """A statutory period. No length and `promptly` means 及时 without a number: no due date is invented.

    event: what starts it. `exceptions` are the levels of norm that may set another period. bound: who has to keep it;
    what only has to pass before an act may follow binds nobody (`wait`).
    date_of_year limits carry month and day of the following year.
    """

    name: Label
    event: Label
    bound: Bound = "agency"
    unit: Literal["working_days", "calendar_days", "months", "hours", "date_of_year", "promptly"]
    length: int | None = Field(default=None, ge=0, le=36500)
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)
    start: Literal["after_event_day"] = "after_event_day"
    roll: Literal["forward", "none"] = "none"
    counted_by: Id | None = None  # the PeriodRule that explains the unit
    exceptions: list[Label] = []
    extension: int | None = None
    applies_to: list[Id] = []  # category ids; empty: all

    @model_validator(mode="after")
    def length_fits_unit(self) -> Self:
        """A number where the unit needs one, none where the text says 及时 or names a date."""
        if self.unit == "promptly" and self.length is not None:
            raise ValueError("unit promptly（及时）不带数字")
        if self.unit == "date_of_year" and (self.month is None or self.day is None):
            raise ValueError("unit date_of_year 须写 month 与 day")
        if self.unit not in {"promptly", "date_of_year"} and self.length is None:
            raise ValueError("须写 length")
        return self


class FieldDef(Strict):
    """One field of a register's form, list and page.

    required_when: other fields and the values of each that together make this one required (yesno: 是 or 否).
    """

    id: Id
    label: Label
    type: FieldType = "text"
    required: bool = False
    required_when: dict[Id, list[Label]] = {}
    public: bool = True
    choices: list[Label] = []
    choices_from: Literal["categories", "units", ""] = ""
    basis: list[Label] = []
    help: str = ""


class Register(Rule):
    """A public register: its fields, who compiles it, who approves its release and where it is shown.

    id: a stable name shared by all agencies (bodies, officers, items, spot_checks, benchmarks, flowcharts, guides,
    powers, av_items, review_catalogue, review_elements, window_boards). Further registers need no code (D29).
    """

    name: Label
    phase: Literal["before", "during", "after"]
    fields: list[FieldDef] = Field(min_length=1)
    title_field: Id
    list_fields: list[Id] = Field(min_length=1)
    compiled_by: Label  # in the source's words, for reading
    compiled_by_units: list[Label] = []  # the units that alone may compile it, where the source names them
    release_chain: Id
    on_government_portal: bool = False
    derived_from: Literal["", "certificates"] = ""
    printable: Literal["", "board"] = ""
    intro: str = ""

    @model_validator(mode="after")
    def fields_are_known(self) -> Self:
        """The title, the list columns and the conditions are fields of the register, and no field stands twice."""
        ids = [field.id for field in self.fields]
        if len(ids) != len(set(ids)):
            raise ValueError("fields 有重复的 id")
        absent = {name for field in self.fields for name in field.required_when} - set(ids)
        if absent:
            raise ValueError(f"required_when 引用了不存在的字段：{'、'.join(sorted(absent))}")
        if any(field.id == self.title_field and field.type == "file" for field in self.fields):
            raise ValueError("title_field 不能是文件")
        unknown = {self.title_field, *self.list_fields} - set(ids)
        if unknown:
            raise ValueError(f"title_field 或 list_fields 引用了不存在的字段：{'、'.join(sorted(unknown))}")
        return self


class ChainStage(Strict):
    """One stage of release approval (信息发布审批): which role decides, of the agency or of the external overseer."""

    id: Literal["unit_check", "legal_review", "external_review", "approve"]
    label: Label
    role: Literal["unit_head", "legality_reviewer", "supervisor", "release_approver", "leader_in_charge", "head"]
    body: str = ""  # the reviewing body's name as the source gives it
    basis: list[Label] = Field(min_length=1)


class ReleaseChain(Rule):
    """The stages an entry passes in order before it is public; the last one publishes (D12)."""

    name: Label
    stages: list[ChainStage] = Field(min_length=1)


class PolicyArticle(Strict):
    """One article of an agency's own policy, as data (D1, L10): heading and our paraphrase with its clause."""

    no: Label
    topic: Literal[
        "scope", "content", "carrier", "manner", "procedure", "time_limits", "term", "review", "correction", "division",
        "supervision", "safeguards", "non_disclosure", "statistics", "body", "catalogue", "elements", "disagreement",
        "responsibility", "retrieval", "recording", "archiving", "other",
    ]  # fmt: skip
    heading: Label
    text: Text
    basis: list[Label] = Field(min_length=1)
    verified: Verified = "text"


class Policy(Rule):
    """A policy page: disclosure (D1), recording (R2) or legality review (L10)."""

    kind: Literal["disclosure", "recording", "review"]
    title: Label
    articles: list[PolicyArticle] = Field(min_length=1)


class AvDuty(Rule):
    """When an act must, may according to circumstances, or is encouraged to be recorded in sound and picture (R5)."""

    act: Label  # 现场检查, 听证, 留置送达 …
    strength: Literal["must", "circumstances", "encouraged"]
    whole: bool = False  # 全程
    waivable_by_text: bool = False  # WS记11


class ReviewElement(Rule):
    """One thing a legality review looks at (L4)."""

    text: Label
    order: int = Field(ge=1)


class ReviewTrigger(Rule):
    """What makes a decision a major one that must, or may, be reviewed (L2, L3)."""

    text: Text
    strength: Literal["must", "may"]
    categories: list[Id] = []


class ReviewMaterial(Rule):
    """One material that the handling unit submits for legality review (L6), and where the case file has it.

    found_in: `papers` a document of one of the kinds in `papers`, `hearing` the same where a hearing was held,
    `evidence`, `basis` and `proposal` what is registered of the case, `file` only what is uploaded. signed: a signed
    file is needed.
    """

    name: Label
    order: int = Field(ge=1)
    found_in: Literal["papers", "evidence", "proposal", "basis", "hearing", "file"]
    papers: list[Label] = []
    signed: bool = False
    categories: list[Id] = []  # empty: all

    @model_validator(mode="after")
    def papers_fit(self) -> Self:
        """Kinds of document where the material is one, and nowhere else."""
        if bool(self.papers) != (self.found_in in {"papers", "hearing"}):
            raise ValueError("found_in 为 papers 或 hearing 的须写 papers，其他不写")
        return self


class NonDisclosure(Rule):
    """A ground on which information is not disclosed (D23); only some may be published after treatment."""

    text: Text
    redactable: bool = False


class Channel(Rule):
    """Where information is published (载体)."""

    name: Label
    carries: list[Id] = []  # register codes; empty: all


class PortalColumn(Rule):
    """A named column of the portal (D25, D26)."""

    name: Label
    registers: list[Id] = []


class Provision(Rule):
    """A named value of the source that some act or page reads: a ratio, a minimum, a name, a yes or no.

    value is typed; unit says what it counts. `text` is what the public reads.
    """

    label: Label
    value: int | bool | str | list[str]
    unit: str = ""
    text: str = ""


class RolloutTask(Rule):
    """A task of the rollout ledger (落实台账, S1), with the number, units and deadline as printed."""

    no: int = Field(ge=1)
    system: Literal["disclosure", "recording", "review"]
    measure: Text
    demand: Text  # our paraphrase
    units: list[Label] = Field(min_length=1)
    deadline: datetime.date | Literal["长期执行", "根据实际情况确定"]
    printed_deadline: Label


class RolloutStage(Rule):
    """A dated phase, report or filing of the rollout plan (S4, S17), as written even if at odds with itself (C16)."""

    name: Label
    deadline: datetime.date | None = None
    printed: Label
    to: list[Label] = []  # who receives it


class Sections(Strict):
    """All sections of rules a pack may add or replace."""

    categories: list[Category] = []
    units: list[Unit] = []
    period_rules: list[PeriodRule] = []
    time_limits: list[TimeLimit] = []
    registers: list[Register] = []
    release_chains: list[ReleaseChain] = []
    policies: list[Policy] = []
    av_duties: list[AvDuty] = []
    review_elements: list[ReviewElement] = []
    review_triggers: list[ReviewTrigger] = []
    review_materials: list[ReviewMaterial] = []
    non_disclosure: list[NonDisclosure] = []
    channels: list[Channel] = []
    columns: list[PortalColumn] = []
    provisions: list[Provision] = []
    facts: list[Fact] = []
    tables: list[DecisionTable] = []
    procedures: list[Procedure] = []
    duty_rules: list[DutyRule] = []
    closing_outcomes: list[ClosingOutcome] = []
    layouts: list[Layout] = []
    statements: list[Statement] = []
    documents: list[DocumentKind] = []
    redaction_rules: list[RedactionRule] = []
    redaction_keeps: list[RedactionKeep] = []
    rollout_tasks: list[RolloutTask] = []
    rollout_stages: list[RolloutStage] = []
