"""An open task of a demonstration case, with what is needed to do it: who does it, when, the papers, the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from heliograph.config.demo_script import CaseLine, OfficeHours
from heliograph.dossiers import actions
from heliograph.dossiers.actions import OnSiteContent, PaperContent, ProposalContent
from heliograph.dossiers.models import Case
from heliograph.dossiers.reasons import REASONS, questions_of, reasons_in
from heliograph.kernel.bpmn import Node
from heliograph.kernel.feel import FactDef, FactValue
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.procedures.models import Token
from heliograph.procedures.queries import Standing
from heliograph.registers.models import Account

CORRECTION = "按照规定报送资料，建立健全有关制度。"
_WORDS = b"BT /F 26 Tf 90 640 Td (DEMONSTRATION SCAN) Tj 0 -40 Td /F 14 Tf (Not a real document) Tj ET"
_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
    b"<</Length " + str(len(_WORDS)).encode() + b">>stream\n" + _WORDS + b"\nendstream",
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
)


LAST_HOUR_TO_GO_OUT = 15
SO = "经比对卷内材料，属于该情形。"
NOT_SO = "经比对卷内材料，不属于该情形。"


def _scanned() -> bytes:
    """Return a PDF of one page, so that a dossier of the demonstration has something to look at."""
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(_OBJECTS, 1):
        places.append(len(content))
        content += b"%d 0 obj" % number + one + b"endobj\n"
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(_OBJECTS) + 1) + rows
    ends = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(_OBJECTS) + 1, len(content))
    return content + table + ends


SCAN = _scanned()


@dataclass
class Task:
    """An open task of a case, with everything needed to do it."""

    case: Case
    line: CaseLine
    people: dict[str, Account]
    hours: OfficeHours
    scans: dict[UUID, UUID] = field(default_factory=dict)  # one file per case serves all its documents
    stands: Standing = field(init=False)
    token: Token = field(init=False)

    @property
    def node(self) -> Node:
        """The task as the flowchart has it."""
        return self.stands.compiled.definition.nodes[self.token.place]

    @property
    def actor(self) -> Account:
        """Whoever holds the role of the task."""
        return self.people[self.token.role]

    @property
    def today(self) -> date:
        """The day it is."""
        return self.hours.now.date()

    @property
    def has_spoken(self) -> bool:
        """Whether the party has made its statement and is asked only whether it wants a hearing."""
        return self.token.place.rpartition("/")[2] == "t_hearing_wait"

    @property
    def receiver(self) -> str:
        """Who signs for the party."""
        return self.line.party.representative or self.line.party.name

    def papers(self) -> list[PaperContent]:
        """Register the documents that the step declares, each with the scan of the case."""
        return [PaperContent(kind, self.today, file_id=self.scan()) for kind in self.node.documents]

    def scan(self) -> UUID:
        """Return the scan of the case, stored once."""
        if self.case.pk not in self.scans:
            stored = actions.store_case_file(
                self.case.pk, name="演示扫描件.pdf", content=SCAN, actor=self.people["handler"], at=self.hours.next(1)
            )
            self.scans[self.case.pk] = stored.pk
        return self.scans[self.case.pk]

    def answers(self) -> dict[str, FactValue]:
        """Answer what the step asks: as the line says, else no, else the first choice."""
        compiled = self.stands.compiled
        asked = (facts_ahead(compiled.definition, self.token.place) - set(self.stands.facts)) | set(self.node.facts)
        by_hand = {str(one["name"]) for one in compiled.bundle.facts if one.get("ask") == "handler"}
        wanted = sorted(asked & (by_hand | set(self.line.answers)))
        given = {name: self._answer(compiled.dictionary[name]) for name in wanted}
        return {**given, REASONS: self._reasons(given)} if REASONS in given else given

    def _reasons(self, given: Mapping[str, FactValue]) -> str:
        """Return a reason for each answer to the catalogue: that of the line, else what it says of those that fit."""
        told = str(self.line.answers.get(REASONS, ""))
        asked = questions_of(self.stands)
        own = reasons_in(told, asked)
        yes = [name for name in asked if given.get(name) is True]
        general = "" if own else told
        rest = {name: (general or SO) if name in yes else NOT_SO if yes else general or NOT_SO for name in asked}
        return "\n".join(f"{name}：{reason}" for name, reason in {**rest, **own}.items())

    def _answer(self, fact: FactDef) -> FactValue:
        given: FactValue | None = self.line.answers.get(fact.name)
        if given is not None:
            return Decimal(str(given)) if fact.type == "number" else given
        defaults: dict[str, FactValue] = {"boolean": False, "number": Decimal(0), "integer": 0, "choices": []}
        return fact.choices[0] if fact.type == "choice" else defaults.get(fact.type, "无")

    def on_site(self, act: str) -> OnSiteContent:
        """Two officers go there, show their certificates and come back before the office closes."""
        if self.hours.now.hour >= LAST_HOUR_TO_GO_OUT:
            self.hours.skip_to(self.today + timedelta(days=1))
        began = self.hours.next(40)
        self.hours.next(45)
        return OnSiteContent(
            act=act,
            place=self.line.place,
            shown_at=began - timedelta(minutes=2),
            began_at=began,
            ended_at=began + timedelta(minutes=30),
            first_officer_id=self.people["handler"].pk,
            second_officer_id=self.people["co_handler"].pk,
            person_present=self.receiver,
            rights_told=True,
        )

    def proposal(self) -> ProposalContent:
        """The penalty that the line proposes."""
        line = self.line
        return ProposalContent(
            outcome="penalty",
            kinds=line.kinds,
            fine=line.fine,
            confiscated=Decimal(0),
            other="",
            facts=line.facts,
            reasons=line.reasons,
            basis=line.applied,
            correction=CORRECTION,
        )
