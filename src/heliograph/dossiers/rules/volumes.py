"""The dossier of a case (案卷): its volumes and their catalogues, what is missing, who hands it over and receives it.

Pure: from papers, evidence and further files to lines with page numbers. Only pages with content are numbered; cover,
catalogue and closing note are not. A file that stands in the dossier once is pointed at the next time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from heliograph.dossiers.rules.opening import RECORDING
from heliograph.kernel.verdict import Allowed, Refused, Verdict

ARCHIVING = "国办发118号@2018:9"
MAIN, SIDE, WHOLE = "main", "side", "whole"
VOLUMES = {MAIN: "正卷", SIDE: "副卷", WHOLE: "案卷"}
BY_VOLUME, BY_TIME = "volumes", "time"
NOT_HERE: Final = "没有登记"
NOT_FILED: Final = "没有上传文件"
NOT_SIGNED: Final = "没有签名、盖章的文件"
AFTER_ALL = 9_000  # the place of what no rule places
LONGEST_REASON = 300
MOST_NAMED = 12  # missing pieces in one sentence


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that belongs into a dossier. pages: None where they cannot be counted; sha256: empty without a file."""

    title: str
    day: date
    volume: str = MAIN
    order: int = AFTER_ALL
    number: str = ""
    author: str = ""
    sha256: str = ""
    media_type: str = ""
    pages: int | None = None
    note: str = ""
    placed: bool = True  # whether a rule gives its place
    key: str = ""
    level: str = ""  # of secrecy


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a catalogue: 序号、文号、责任者、题名、日期、页次、备注."""

    serial: int
    item: Item
    first: int | None
    last: int | None
    note: str
    repeats: int = 0  # the serial number under which the same file stands already
    withheld: str = ""  # why somebody does not get it

    @property
    def pages(self) -> str:
        """The pages as a catalogue writes them."""
        if self.first is None:
            return ""
        return str(self.first) if self.first == self.last else f"{self.first}—{self.last}"


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume: its catalogue and how many numbered pages it has."""

    id: str
    lines: tuple[Line, ...]
    pages: int

    @property
    def name(self) -> str:
        """What it is called."""
        return VOLUMES[self.id]

    @property
    def files(self) -> list[Line]:
        """The lines whose files stand in the volume, each once."""
        return [line for line in self.lines if line.item.sha256 and not line.repeats]


def bind(items: Iterable[Item], *, arrangement: str = BY_VOLUME) -> list[Volume]:
    """Return the volumes of a dossier: by volume and place, or one volume in order of time."""
    every = list(items)
    if arrangement == BY_TIME:
        return [_volume(WHOLE, sorted(every, key=lambda one: (one.day, one.order, one.key)))] if every else []
    found = []
    for volume in (MAIN, SIDE):
        mine = [one for one in every if one.volume == volume]
        if mine:
            found.append(_volume(volume, sorted(mine, key=lambda one: (one.order, one.day, one.key))))
    return found


def _volume(name: str, items: Sequence[Item]) -> Volume:
    lines: list[Line] = []
    used = 0
    seen: dict[str, int] = {}
    for serial, item in enumerate(items, 1):
        before = seen.get(item.sha256, 0) if item.sha256 else 0
        counted = item.pages or 0
        if before or not item.sha256 or not counted:
            lines.append(Line(serial, item, None, None, _note(item, before), before))
        else:
            lines.append(Line(serial, item, used + 1, used + counted, _note(item, 0)))
            used += counted
        if item.sha256:
            seen.setdefault(item.sha256, serial)
    return Volume(name, tuple(lines), used)


def _note(item: Item, before: int) -> str:
    parts = [item.note]
    if before:
        parts.append(f"与第 {before} 项同一文件")
    elif item.sha256 and item.pages is None:
        parts.append("无法计页，附原文件")
    if not item.placed:
        parts.append("次序待核")
    return "；".join(part for part in parts if part)


# -- what is missing
@dataclass(frozen=True, slots=True)
class Passed:
    """A step that a case has passed: where, what it is called, its article, and the documents that it declares."""

    place: str
    name: str
    basis: str
    documents: tuple[str, ...]
    as_done: bool = False  # its documents are those of what was really done; the act itself asked for them


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece that a dossier lacks. required: the pack wants it in the file as signed, no reason stands for it."""

    document: str
    step: str
    basis: str
    lack: Literal["没有登记", "没有上传文件", "没有签名、盖章的文件"]
    required: bool
    paper: str = ""  # the key of the registered document whose file is missing

    def __str__(self) -> str:
        where = f"（环节“{self.step}”{'，依据：' + self.basis if self.basis else ''}）" if self.step else ""
        return f"{self.document}{self.lack}{where}"


@dataclass(frozen=True, slots=True)
class Registered:
    """A document that is registered in a case, and whether its file is there.

    signed: signed by hand, sealed or scanned; a file made by the system alone is none of these.
    """

    place: str
    document: str
    filed: bool
    key: str = ""
    signed: bool = True


def missing_pieces(
    passed: Sequence[Passed],
    registered: Sequence[Registered],
    *,
    signed: Collection[str],
    built: Collection[str] = (),
) -> list[Piece]:
    """Return what a dossier lacks, in the order of the steps: documents never registered, then those without a file.

    One that was made again at the same step, after a return, stands for the earlier one.
    signed: documents that are wanted as signed; built: those that the system makes itself, e.g. the catalogue.
    """
    there = {(one.place, one.document) for one in registered}
    steps = {one.place: one for one in passed}
    found = [
        Piece(document, step.name, step.basis, NOT_HERE, required=True)
        for step in steps.values()
        if not step.as_done
        for document in step.documents
        if document not in built and (step.place, document) not in there
    ]
    return found + list(_without_file(registered, steps, signed, built))


def unsigned_pieces(
    passed: Sequence[Passed], registered: Sequence[Registered], *, signed: Collection[str], built: Collection[str] = ()
) -> list[Piece]:
    """Return the documents that nobody signed, sealed or scanned, of those that the pack does not want as signed.

    A dossier may be closed with them; whoever looks after it is told.
    """
    steps = {one.place: one for one in passed}
    found = _present(registered, built)
    return [_piece(one, steps, NOT_SIGNED) for one in found if not one.signed and one.document not in signed]


def _without_file(
    registered: Sequence[Registered], steps: Mapping[str, Passed], signed: Collection[str], built: Collection[str]
) -> Iterator[Piece]:
    for one in _present(registered, built):
        if not one.filed:
            yield _piece(one, steps, NOT_FILED, required=one.document in signed)
        elif not one.signed and one.document in signed:
            yield _piece(one, steps, NOT_SIGNED, required=True)


def _present(registered: Sequence[Registered], built: Collection[str]) -> list[Registered]:
    """Return the registered documents without those that a whole one of the same step and kind came after."""
    whole = {(one.place, one.document): number for number, one in enumerate(registered) if one.filed and one.signed}
    return [
        one
        for number, one in enumerate(registered)
        if one.document not in built and number >= whole.get((one.place, one.document), 0)
    ]


def _piece(
    one: Registered,
    steps: Mapping[str, Passed],
    lack: Literal["没有上传文件", "没有签名、盖章的文件"],
    *,
    required: bool = False,
) -> Piece:
    step = steps.get(one.place)
    name, basis = (step.name, step.basis) if step else ("", "")
    return Piece(one.document, name, basis, lack, required=required, paper=one.key)


def named(pieces: Sequence[Piece]) -> str:
    """Return the pieces as one sentence says them."""
    more = f"；等 {len(pieces)} 件" if len(pieces) > MOST_NAMED else ""
    return "；".join(str(one) for one in pieces[:MOST_NAMED]) + more


def may_lack(pieces: Sequence[Piece], reason: str) -> Verdict:
    """Say whether a dossier may be closed or filed as it stands: complete, or with a reason for what is missing.

    What is required is asked before, when the case is closed; see `may_close`.
    """
    if pieces and not reason.strip():
        message = f"案卷还缺：{named(pieces)}。请在案卷页补传文件，或者写明缺少的理由。"
        return Refused("dossier.incomplete", message, ARCHIVING)
    if len(reason) > LONGEST_REASON:
        message = f"缺少材料的理由最长 {LONGEST_REASON} 字，现为 {len(reason)} 字。请精简。"
        return Refused("dossier.too_long", message, ARCHIVING)
    return Allowed()


def told_lack(pieces: Sequence[Piece], reason: str) -> str:
    """Return what the history of a case says of the pieces that were missing, nothing when none was."""
    if not pieces:
        return ""
    kinds = "、".join(dict.fromkeys(one.document for one in pieces[:MOST_NAMED]))
    return f"案卷缺少 {len(pieces)} 件文件（{kinds}），理由：{reason.strip()}。"


# -- a file that comes later, and handing the dossier over
def may_add_scan(document: str, *, filed: bool, state: str) -> Verdict:
    """Say whether the missing file of a registered document may be added: once, at any time after it was registered."""
    if filed:
        message = f"“{document}”已经有文件，不得替换。确需更正的，另行登记文书并写明情况。"
        return Refused("scan.twice", message, RECORDING)
    if state == "suspended":
        return Refused("scan.suspended", "案件中止期间不能补传文件，恢复后再办理。", RECORDING)
    return Allowed()


def may_hand_over(state: str, *, handed: str) -> Verdict:
    """Say whether a dossier may be handed over: when it is in the archive order, and not already on its way.

    handed: the state of the last handing over that was not sent back, empty without one.
    """
    if state != "archived":
        return Refused("deposit.state", "案件归档后才能移交案卷。", ARCHIVING)
    if handed:
        words = {"handed": "案卷已经移交，待接收人签收。", "received": "案卷已经移交并签收，不能重复移交。"}
        return Refused("deposit.twice", words[handed], ARCHIVING)
    return Allowed()


def may_receive(state: str, *, own: bool, accepted: bool, remark: str) -> Verdict:
    """Say whether a handed-over dossier may be received or sent back: once, by another person, back with a reason."""
    if state != "handed":
        return Refused("deposit.done", "这次移交已经签收或者退回。", ARCHIVING)
    if own:
        return Refused("deposit.self", "移交人不能签收自己移交的案卷，请由另一人签收。", ARCHIVING)
    if not accepted and not remark.strip():
        return Refused("deposit.reason", "退回案卷须写明理由。", ARCHIVING)
    return Allowed()
