"""What the pages of forms show: whose form holds, its pages on sample data or a case, the lines it changes."""

from __future__ import annotations

import binascii
import difflib
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from heliograph.desk.archive_gate import open_cases
from heliograph.desk.forms import Day, DeskForm, text
from heliograph.desk.scope import Scope
from heliograph.desk.template_words import GENERAL, readable
from heliograph.documents import fonts, queries
from heliograph.documents.composing import Data, Sheet, sheet_of
from heliograph.documents.models import Template
from heliograph.documents.rules import LONGEST_OPINION
from heliograph.documents.samples import sample_of
from heliograph.documents.templates import DECIDED, FormFault, faults_of, versions_of
from heliograph.documents.typesetting import CannotTypesetError
from heliograph.dossiers.actions.making import document_data
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import seen_by
from heliograph.kernel.packs.document_rules import DocumentKind

MOST_CASES = 15
AROUND = 2  # lines shown beside a change
LONGEST_DIFF = 4_000  # lines; a longer text has no comparison, which would take quadratic time


class ProposeTemplateForm(DeskForm):
    """From which day a form is to hold, and why; or the way back to the pack's."""

    effective_from = Day(label="施行日期")
    reason = text("理由", limit=LONGEST_OPINION)
    restore = forms.BooleanField(label=f"恢复使用{GENERAL}", required=False)


@dataclass(frozen=True, slots=True)
class FormLine:
    """One kind of document with the agency's own versions of its form."""

    kind: DocumentKind
    current: Template | None
    coming: Template | None
    waiting: Template | None
    faults: list[FormFault]  # why the agency's form in force is not used

    @property
    def own(self) -> bool:
        """Whether the agency's own form is used today."""
        return self.current is not None and self.current.source != "" and not self.faults

    @property
    def in_use(self) -> str:
        """The text of the form that is used today."""
        return self.current.source if self.own and self.current is not None else self.kind.source


@dataclass(frozen=True, slots=True)
class Shown:
    """How a form looks: its faults, else its pages, else why there are none."""

    faults: list[FormFault] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    fonts_missing: str = ""
    not_drawn: str = ""

    @property
    def fonts_said(self) -> str:
        """What to say without fonts."""
        return (
            f"本机没有安装文书字体，暂时不能预览。请系统管理员运行 {self.fonts_missing}。" if self.fonts_missing else ""
        )


def standing_of(version: Template, on: date) -> str:
    """Return in words how a version stands on a day."""
    if version.state not in DECIDED:
        return version.get_state_display()
    if version.effective_to is not None and version.effective_to < on:
        return "已被替代"
    return "将要施行" if version.effective_from > on else "施行中"


def lines_of(scope: Scope) -> list[FormLine]:
    """Return the kinds of the pack in their order. One query beside the pack."""
    versions: dict[str, list[Template]] = {}
    for one in versions_of(scope.id):
        versions.setdefault(one.kind, []).append(one)
    kinds = sorted(scope.pack.rules.documents, key=lambda one: (one.order, one.id))
    return [_line(scope, kind, versions.get(kind.id, [])) for kind in kinds]


def line_of(scope: Scope, kind: str) -> FormLine | None:
    """Return one kind of the pack by its id."""
    found = next((one for one in scope.pack.rules.documents if one.id == kind), None)
    return None if found is None else _line(scope, found, list(versions_of(scope.id, kind)))


def _line(scope: Scope, kind: DocumentKind, versions: list[Template]) -> FormLine:
    stands = {standing_of(one, scope.on): one for one in reversed(versions)}
    current = stands.get("施行中")
    own = current.source if current is not None else ""
    faults = readable(faults_of(own, kind, scope.pack), kind, own) if own else []
    return FormLine(kind, current, stands.get("将要施行"), stands.get(Template.State.PROPOSED.label), faults)


def former_text(scope: Scope, version: Template) -> tuple[str, str]:
    """Return the text that a version follows, and what it is called."""
    of_pack = next((one.source for one in scope.pack.rules.documents if one.id == version.kind), "")
    former = versions_of(version.agency_id, version.kind).filter(state__in=DECIDED, number__lt=version.number).first()
    if former is None or not former.source:
        return of_pack, GENERAL
    return former.source, f"第 {former.number} 版"


def offered_cases(scope: Scope) -> list[Case]:
    """Return the latest running cases that the account may look into."""
    running = open_cases(scope, seen_by(scope.reader)).exclude(state=Case.State.ARCHIVED)
    return list(running.order_by("-opened_at", "-pk")[:MOST_CASES])


def shown_of(scope: Scope, kind: DocumentKind, source: str, case: str) -> Shown:
    """Return how a text looks as the form of a kind, on sample data or on the data of a case."""
    source = source.replace("\r\n", "\n")
    faults = faults_of(source, kind, scope.pack)
    if faults:
        return Shown(readable(faults, kind, source))
    if not fonts.are_ready():
        return Shown(fonts_missing=fonts.COMMAND)
    sheet = sheet_of(scope.pack.rules, kind.id, source)
    assert sheet is not None  # noqa: S101 - the kind is of this pack, for the type checker
    number = f"{scope.agency.short_name}〔{scope.on.year}〕×号" if kind.number else ""
    try:
        pages = queries.preview_pages(
            sheet, _data(scope, sheet, case), agency=scope.agency.name, number=number, on=scope.on
        )
    except CannotTypesetError as error:
        return Shown(not_drawn=str(error))
    return Shown(pages=[f"data:image/png;base64,{binascii.b2a_base64(one, newline=False).decode()}" for one in pages])


def _data(scope: Scope, sheet: Sheet, case: str) -> Data:
    """Return sample data, or those of a case among the offered ones. Case.DoesNotExist for any other."""
    if not case:
        return sample_of(sheet)
    scope.require("propose_template")
    seen = open_cases(scope, seen_by(scope.reader)).exclude(state=Case.State.ARCHIVED)
    try:
        found = seen.select_related("agency").get(pk=UUID(case))
    except (ValueError, ValidationError):
        raise Case.DoesNotExist from None
    return document_data(found, sheet, {}, scope.at)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line of a comparison: added, taken away, or beside one; `gap` where lines are left out."""

    mark: str
    text: str


def changed_lines(former: str, now: str) -> list[ChangedLine]:
    """Return the lines that differ, with their neighbours; empty where nothing does."""
    before, after = former.splitlines(), now.replace("\r\n", "\n").strip("\n").splitlines()
    if len(before) + len(after) > LONGEST_DIFF:
        return [ChangedLine("gap", "文本太长，不逐行比对。")]
    found: list[ChangedLine] = []
    for line in difflib.unified_diff(before, after, lineterm="", n=AROUND):
        if line.startswith(("---", "+++")) and not found:
            continue
        if line.startswith("@@"):
            found.append(ChangedLine("gap", "……"))
        else:
            found.append(ChangedLine({"+": "add", "-": "del"}.get(line[0], ""), line[1:]))
    return found
