"""The dossier as one PDF with bookmarks: cover, catalogue, files in their order, closing note, of each volume.

Whose copy it is, and of when, stands across every page. A file that cannot be merged (a password, a broken PDF) leaves
a page that names it by its SHA-256; the original goes with the BagIt package.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any

from django.utils.timezone import localtime
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from pypdf.generic import IndirectObject

from heliograph.documents.composing import Composed
from heliograph.documents.typesetting import CannotTypesetError, Press, draw_pdf
from heliograph.dossiers.models import Case
from heliograph.dossiers.retention_reading import retention_of
from heliograph.dossiers.rules.volumes import MAIN, WHOLE, Line, Piece, Volume, named
from heliograph.dossiers.volume_reading import PDF, catalogue_sha256
from heliograph.kernel.packs.check_documents import COMMON
from heliograph.kernel.packs.schema import Pack
from heliograph.registers.storage import storage

LAYOUT = "dossier"
WITHIN = {"image/jpeg": "picture.jpg", "image/png": "picture.png"}
MARKABLE = frozenset({PDF, *WITHIN})  # kinds of files that can bear a mark
UNREADABLE = (PyPdfError, CannotTypesetError, OSError, ValueError, KeyError)


@dataclass(slots=True)
class _Bound:
    """What is drawn for one dossier, and the pages gathered so far with the numbers that they bear."""

    case: Case
    layout: str
    press: Press
    writer: PdfWriter = field(default_factory=PdfWriter)
    numbers: list[str] = field(default_factory=list)

    def drawn(self, *parts: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> PdfReader:
        """Return pages set from parts."""
        composed = Composed(self.case.title, self.case.number, LAYOUT, [dict(part) for part in parts], ())
        return PdfReader(io.BytesIO(draw_pdf(composed, self.layout, self.press, pictures=pictures or {})))

    def add(self, pages: Sequence[PageObject], first: int | None = None) -> int:
        """Add pages, numbered from `first` on; return the place of the first one."""
        place = len(self.numbers)
        for offset, page in enumerate(pages):
            added = self.writer.add_page(page)
            added.pop("/AA", None)  # nothing runs when a page is opened
            self.numbers.append("" if first is None else str(first + offset))
        return place

    def mark(self, title: str, place: int, parent: IndirectObject | None = None) -> IndirectObject:
        """Add a bookmark."""
        return self.writer.add_outline_item(title=title, page_number=place, parent=parent)


def layout_of(pack: Pack) -> str:
    """Return the text of the layout that dossiers are drawn with; CannotTypesetError where the pack has none."""
    known = {one.id: one.source for one in pack.rules.layouts}
    if LAYOUT not in known:
        raise CannotTypesetError("规则包里没有案卷封面和目录的版式，不能合成 PDF。请联系管理员安装完整的规则包。")
    return f"{known.get(COMMON, '')}\n{known.get(LAYOUT, '')}"


def bind_pdf(
    case: Case, pack: Pack, volumes: list[Volume], lacking: Sequence[Piece], *, mark: str, on: date, into: IO[bytes]
) -> None:
    """Write the dossier into a file. FontsMissingError without fonts, CannotTypesetError for what cannot be drawn."""
    bound = _Bound(case, layout_of(pack), Press(case.agency.name, on, catalogue_sha256(volumes)))
    for volume in volumes:
        _bind_volume(bound, volume, lacking, on)
    _stamp(bound, mark)
    bound.writer.add_metadata({"/Title": f"{case.number} {case.title}", "/Author": case.agency.name})
    bound.writer.write(into)


@dataclass(frozen=True, slots=True)
class Bundled:
    """A piece of a package: its file, or the text that stands for it."""

    title: str
    sha256: str = ""
    media_type: str = ""
    text: str = ""


def bind_package(
    case: Case, pack: Pack, name: str, rows: Sequence[Sequence[str]], pieces: Sequence[Bundled], *, mark: str, on: date,
    into: IO[bytes]
) -> None:  # fmt: skip
    """Write some pieces of a case into a file: a cover with rows of facts, then each piece under its bookmark.

    FontsMissingError without fonts, CannotTypesetError for what cannot be drawn.
    """
    bound = _Bound(case, layout_of(pack), Press(case.agency.name, on, ""))
    cover = {"part": "cover", "name": name, "rows": [list(row) for row in rows]}
    root = bound.mark(name, bound.add(bound.drawn(cover).pages))
    for number, one in enumerate(pieces, 1):
        first = len(bound.numbers) + 1
        pages = _pages_of_piece(bound, one)
        bound.mark(f"{number}．{one.title}", bound.add(pages, first), root)
    _stamp(bound, mark)
    bound.writer.add_metadata({"/Title": f"{case.number} {name}", "/Author": case.agency.name})
    bound.writer.write(into)


def _pages_of_piece(bound: _Bound, one: Bundled) -> list[PageObject]:
    text = one.text
    if one.sha256:
        try:
            with storage().open(one.sha256) as file:
                pages = _pages_of(bound, one.title, one.media_type, file.read())
            if pages:
                return pages
        except UNREADABLE:
            pass  # the page below says so
        text = f"本件不能合成 PDF，请在案件中下载原文件。SHA-256：{one.sha256[:32]} {one.sha256[32:]}"
    return list(bound.drawn({"part": "absent", "title": one.title, "text": text}).pages)


def mark_file(case: Case, pack: Pack, *, title: str, media_type: str, content: bytes, mark: str, on: date) -> bytes:
    """Return a PDF or a picture as a PDF with whose copy it is across every page.

    CannotTypesetError for a file that cannot be marked, so that nothing is given without its mark; FontsMissingError.
    """
    bound = _Bound(case, layout_of(pack), Press(case.agency.name, on, ""))
    try:
        bound.add(_pages_of(bound, title, media_type, content))
    except UNREADABLE as error:
        message = f"“{title}”加密、损坏或者格式不能加水印，不能在线阅读。有权导出的人员可以从数据包取得原文件。"
        raise CannotTypesetError(message) from error
    _stamp(bound, mark)
    bound.writer.add_metadata({"/Title": title, "/Author": case.agency.name})
    made = io.BytesIO()
    bound.writer.write(made)
    return made.getvalue()


def marked(name: str, at: datetime, *, how: str = "导出") -> str:
    """Return whose copy it is, as each page says it."""
    return f"{name} {localtime(at).strftime('%Y-%m-%d %H:%M')} {how}"


def _bind_volume(bound: _Bound, volume: Volume, lacking: Sequence[Piece], on: date) -> None:
    title = volume.name if volume.id == WHOLE else f"案卷（{volume.name}）"
    cover = {"part": "cover", "name": title, "rows": list(cover_rows(bound.case, volume))}
    catalogue = {"part": "catalogue", "name": "卷内目录", "rows": [list(_row(line)) for line in volume.lines]}
    root = bound.mark(volume.name, bound.add(bound.drawn(cover).pages))
    bound.mark("卷内目录", bound.add(bound.drawn(catalogue).pages), root)
    for line in volume.lines:
        if line.withheld and not line.repeats:
            bound.mark(f"{line.serial}．{line.item.title}", _add_absent(bound, line, f"本件{line.withheld}。"), root)
        elif line.item.sha256 and not line.repeats:
            bound.mark(f"{line.serial}．{line.item.title}", _add_file(bound, line), root)
    missing = lacking if volume.id in {MAIN, WHOLE} else []
    rows = list(_remarks(volume, missing, on))
    note = {"part": "remarks", "name": "卷内备考表", "rows": rows, "who": ["立卷人", "检查人"]}
    bound.mark("卷内备考表", bound.add(bound.drawn(note).pages), root)


def cover_rows(case: Case, volume: Volume) -> Iterator[list[str]]:
    """Return what the cover of a volume says, each with its name."""
    parties = "、".join(party.name for party in case.parties.filter(standing="party").order_by("pk"))
    days = [_day(case.filed_on or case.opened_on), _day(case.closed_on)]
    yield from (
        ["案号", case.number], ["案由", case.title], ["当事人", parties], ["处理结果", case.outcome],
        ["起止日期", " 至 ".join(days)],
        ["承办人", "、".join(one.display_name for one in (case.handler, case.co_handler) if one)],
        ["承办机构", case.unit.name], ["归档日期", _day(case.archived_on)], ["归档号", case.archive_number],
        ["保管期限", str(retention_of(case) or "待核")], ["卷内页数", f"{volume.pages} 页，{len(volume.lines)} 件"],
    )  # fmt: skip


def _remarks(volume: Volume, lacking: Sequence[Piece], on: date) -> Iterator[list[str]]:
    yield ["本卷情况", f"共 {len(volume.lines)} 件，编页 {volume.pages} 页。"]
    yield ["缺少的材料", named(lacking) if lacking else "无"]
    apart = [f"第 {line.serial} 项：{line.note}" for line in volume.lines if line.note]
    yield ["需要说明的情况", "；".join(apart) if apart else "无"]
    yield ["编制日期", _day(on)]


def _row(line: Line) -> Iterator[str]:
    item = line.item
    yield from (str(line.serial), item.number, item.author, item.title, item.day.isoformat(), line.pages, line.note)


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _add_file(bound: _Bound, line: Line) -> int:
    item = line.item
    try:
        if item.media_type in WITHIN or (item.media_type == PDF and line.first is not None):
            with storage().open(item.sha256) as file:
                pages = _pages_of(bound, item.title, item.media_type, file.read())
            return bound.add(pages, line.first)
    except UNREADABLE:
        pass  # the page below says so
    hashed = f"{item.sha256[:32]} {item.sha256[32:]}"  # in two, for it does not break
    text = f"本件无法并入（文件加密、损坏或者格式不符），见数据包中的原文件。SHA-256：{hashed}"
    return _add_absent(bound, line, text)


def _pages_of(bound: _Bound, title: str, media_type: str, content: bytes) -> list[PageObject]:
    """Return the pages of a file, one of UNREADABLE for one that has none."""
    if media_type in WITHIN:
        name = WITHIN[media_type]
        picture = {"part": "picture", "file": name, "title": title}
        return list(bound.drawn(picture, pictures={name: content}).pages)
    if media_type != PDF:
        raise ValueError(media_type)
    return list(PdfReader(io.BytesIO(content)).pages)


def _add_absent(bound: _Bound, line: Line, text: str) -> int:
    return bound.add(bound.drawn({"part": "absent", "title": line.item.title, "text": text}).pages)


def _stamp(bound: _Bound, mark: str) -> None:
    stamps = bound.drawn({"part": "stamps", "numbers": bound.numbers, "mark": mark}).pages
    for page, stamp in zip(bound.writer.pages, stamps, strict=True):
        if page.rotation:
            page.transfer_rotation_to_content()
        box, paper = page.mediabox, stamp.mediabox
        fit = Transformation().scale(float(box.width / paper.width), float(box.height / paper.height))
        page.merge_transformed_page(stamp, fit.translate(float(box.left), float(box.bottom)))
