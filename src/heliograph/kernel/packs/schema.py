"""The shape of a pack, in one place: every rule has an id, a basis and the requirement it serves.

A pack file (`packs/<pack>/<version>/pack.yaml`) holds a head and up to three parts: `add`, `replace`, `remove`.
Nothing is overridden by accident: adding an id that a parent has is a fault, and so is replacing one that it lacks.
Texts in a pack are our own short paraphrase; names, numbers and list terms are those of the source.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from heliograph.kernel.packs.document_rules import DocumentKind, Layout, Statement
from heliograph.kernel.packs.procedure_rules import (
    CASE_EVENTS,
    DecisionTable,
    DrawnRule,
    DutyRule,
    Fact,
    Procedure,
)
from heliograph.kernel.packs.rule import Id, Label, Requirement, Rule, Strict, Text, Verified
from heliograph.kernel.packs.sections import (
    AvDuty,
    Category,
    ChainStage,
    Channel,
    FieldDef,
    FieldType,
    NonDisclosure,
    PeriodRule,
    Policy,
    PolicyArticle,
    PortalColumn,
    Provision,
    Register,
    ReleaseChain,
    ReviewElement,
    ReviewMaterial,
    ReviewTrigger,
    RolloutStage,
    RolloutTask,
    Sections,
    TimeLimit,
    Unit,
)

__all__ = [
    "CASE_EVENTS",
    "CITED_WHOLE",
    "Agency",
    "Article",
    "AvDuty",
    "Category",
    "ChainStage",
    "Channel",
    "Clause",
    "DecisionTable",
    "DocumentKind",
    "DrawnRule",
    "DutyRule",
    "Fact",
    "FieldDef",
    "FieldType",
    "Government",
    "Id",
    "Label",
    "Law",
    "Layout",
    "NonDisclosure",
    "Pack",
    "PackFile",
    "PeriodRule",
    "Policy",
    "PolicyArticle",
    "PortalColumn",
    "Procedure",
    "Provision",
    "Register",
    "ReleaseChain",
    "Removal",
    "Requirement",
    "ReviewElement",
    "ReviewMaterial",
    "ReviewTrigger",
    "RolloutStage",
    "RolloutTask",
    "Rule",
    "Sections",
    "Source",
    "Statement",
    "Strict",
    "Text",
    "TimeLimit",
    "Unit",
    "Verified",
]

# A standard or a normative document may be cited as a whole; a law is cited by its article.
CITED_WHOLE = frozenset({"normative", "standard"})


class Source(Strict):
    """A source document of an agency, e.g. WS公; its clauses are listed under `clauses`."""

    code: Label
    title: Text
    issued_by: str = ""
    issued_on: datetime.date | None = None
    note: str = ""


class FineCap(Strict):
    """How high a fine an article allows for some parties, 元; where `when` names a circumstance, only under it."""

    max: int = Field(ge=0)
    parties: list[Label] = []  # as the fact 当事人类型 names them; empty: every party
    when: Label | None = None  # a fact of yes or no, e.g. 情节严重


class Article(Strict):
    """One article of a law: its number as written in a key (`58`, `58(2)`) and our paraphrase.

    fine_max: the highest fine that it allows, 元; fine_caps: how high for whom and when, where it makes a difference;
    with_kinds: kinds of penalty that always go with it. All only where the text says so.
    """

    no: Label
    text: Text
    fine_max: int | None = Field(default=None, ge=0)
    fine_caps: list[FineCap] = []
    with_kinds: list[Label] = []
    verified: Verified = "unverified"
    read: str = ""


class Law(Strict):
    """A law, regulation or rule version that packs rest on. `key` is `<law>@<version year>`."""

    key: Annotated[str, StringConstraints(pattern=r"^[^@:\s]+@\d{4}$")]
    title: Text
    level: Literal[
        "law", "administrative_regulation", "local_regulation", "department_rule", "local_rule", "normative", "standard"
    ]
    issued_on: datetime.date | None = None
    effective_from: datetime.date | None = None
    effective_to: datetime.date | None = None
    aliases: list[Label] = []
    verified: Verified = "unverified"
    read: str = ""
    articles: list[Article] = []


class Government(Strict):
    """The people's government on whose portal the agency appears. `code` is our slug, not an official code."""

    code: Id
    name: Label
    overseer: Label  # 司法局 or 法制办: the body that supervises enforcement there
    overseer_basis: list[Label] = Field(min_length=1)


class Agency(Strict):
    """The agency whose pack this is. `short` is for crumbs and lists."""

    code: Id
    name: Label
    short: Label
    superior: Label | None = None  # 上级主管部门
    legal_body: Label  # who reviews legality: 法制股, 政策法规科 …
    leader_title: Label = "局长"


class Clause(Strict):
    """One clause of the source document and what becomes of it here: the compliance table.

    served_by: `rule:<section>/<id>`, `page:<url name>`, `act:<app>.<function>`; needed when state is served.
    """

    id: Label  # the citation, e.g. WS公7(一)
    summary: Text
    requirement: list[Requirement] = []
    state: Literal["served", "partly", "open", "asks_nothing"]
    served_by: list[Label] = []
    reason: str = ""

    @model_validator(mode="after")
    def state_is_explained(self) -> Self:
        """A served clause points to something; one that asks nothing, or is partly or not yet served, says why."""
        if self.state in {"served", "partly"} and not self.served_by:
            raise ValueError("state 为 served 或 partly 时须写 served_by")
        if self.state in {"asks_nothing", "partly", "open"} and not self.reason:
            raise ValueError("state 为 asks_nothing、partly 或 open 时须写 reason")
        if self.state != "asks_nothing" and not self.requirement:
            raise ValueError("有要求的条款须写 requirement")
        return self


class Removal(Strict):
    """A parent's rule that does not hold here, with the clause and the reason."""

    section: Label
    id: Id
    basis: list[Label] = Field(min_length=1)
    why: Text


class PackFile(Strict):
    """One `pack.yaml` as written."""

    pack: Id
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}\.\d{1,2}(\.\d{1,3})?$")]
    kind: Literal["nation", "province", "agency"]
    title: Label
    extends: Annotated[str, StringConstraints(pattern=r"^[a-z0-9\-]+@\d{4}\.\d{1,2}(\.\d{1,3})?$")] | None = None
    effective_from: datetime.date
    effective_to: datetime.date | None = None
    sources: list[Source] = []
    laws: list[Law] = []
    government: Government | None = None
    agency: Agency | None = None
    add: Sections = Sections()
    replace: Sections = Sections()
    remove: list[Removal] = []
    clauses: list[Clause] = []

    @model_validator(mode="after")
    def agency_pack_names_its_agency(self) -> Self:
        """An agency pack says whose it is and under which government; a level pack does not."""
        if any((self.kind == "agency") != (part is not None) for part in (self.agency, self.government)):
            raise ValueError("kind 为 agency 的包须写 agency 与 government，其他包不写")
        return self


class Pack(Strict):
    """A pack with its parents merged in: what the product reads. `origins` says which pack each rule came from."""

    pack: Id
    version: str
    kind: Literal["nation", "province", "agency"]
    title: Label
    lineage: list[str]  # ["cn-national@2026.11", …, this one]
    content_hash: str  # sha256 over the canonical form of the merged content
    effective_from: datetime.date
    effective_to: datetime.date | None
    sources: list[Source]
    laws: list[Law]
    government: Government | None
    agency: Agency | None
    rules: Sections
    removed: list[Removal]
    clauses: list[Clause]
    origins: dict[str, str]  # "time_limits/publish.penalty" -> "wenshang-gxj@2026.11"

    def rule(self, section: str, rule_id: str) -> Any:
        """Return the rule of a section. KeyError names both when it is missing."""
        for item in getattr(self.rules, section):
            if item.id == rule_id:
                return item
        raise KeyError(f"{section}/{rule_id}")

    def register(self, code: str) -> Register:
        """Return the definition of a register by its code. KeyError when the agency has none such."""
        found: Register = self.rule("registers", code)
        return found

    def chain_for(self, register: str) -> ReleaseChain:
        """Return the stages that an entry of this register must pass before it is public."""
        found: ReleaseChain = self.rule("release_chains", self.register(register).release_chain)
        return found

    def article_keys(self) -> frozenset[str]:
        """Return every key by which a register entry may cite the laws of this pack."""
        whole = {law.key for law in self.laws if law.level in CITED_WHOLE}
        return frozenset(whole | {f"{law.key}:{article.no}" for law in self.laws for article in law.articles})
