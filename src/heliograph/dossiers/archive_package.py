"""The dossier as one XML file in the manner of DA/T 48-2009 (基于XML的电子文件封装规范): experimental.

Nobody here has read the standard: the names of the elements and their order are from memory and from what others do
[M]. So the namespace is our own, the file says of itself that it is a trial, and no conformity is claimed. Whatever it
says is true all the same: the catalogue, the files as Base64 with their SHA-256 and SM3, the records of the case.

Written as it is read, piece by piece: a dossier of any size needs the memory of one piece.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Final
from xml.sax.saxutils import escape, quoteattr

from django.utils.timezone import localtime

from heliograph.documents.composing import UNPRINTED
from heliograph.dossiers.bound_pdf import cover_rows
from heliograph.dossiers.models import Case
from heliograph.dossiers.rules.packaging import damaged, why_left_out
from heliograph.dossiers.rules.retrieving import LEVELS
from heliograph.dossiers.rules.volumes import Item, Line, Piece, Volume
from heliograph.evidence.reading import named_as
from heliograph.kernel.verdict import require
from heliograph.registers.receiving import CHUNK
from heliograph.registers.storage import storage

NAMESPACE: Final = "urn:heliograph:archive-package:trial:1"
VERSION: Final = "试验-1"
DIGESTS: Final = {"SHA-256": "sha256", "SM3": "sm3"}
ROW: Final = 57  # bytes in a line of Base64
NO_CHARACTERS: Final = {0xFFFE: None, 0xFFFF: None}
BLOCK: Final = CHUNK // ROW * ROW
FORMAT: Final = (
    "试验格式。本文件参照 DA/T 48-2009 的结构封装案卷的文本和静态图像，元素名称和次序没有对照标准原文核对，"
    "不能作为符合该标准的封装包移交档案馆。文件内容采用 Base64 编码，每份文件附 SHA-256 和 SM3 值。"
    "没有电子签名，也没有锁定签名。"
)
UNSIGNED: Final = (
    "本文件没有电子签名。以下是被签名对象从起始标记到结束标记全部字节的哈希值，以及本系统为案件留存的存证证明，"
    "二者都不是电子签名，也不能代替档案机构的签名。整个文件的 SHA-256 值记入本次导出的存证。"
)


class _Sheet:
    """XML on its way out, and the digests of what passes while some are set."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into
        self.digests: dict[str, hashlib._Hash] = {}
        self.found: dict[str, hashlib._Hash] = {}

    def write(self, text: str) -> None:
        """Write what is XML already."""
        content = text.encode()
        self._into.write(content)
        for digest in self.digests.values():
            digest.update(content)

    def leaf(self, name: str, text: str, **said: str) -> None:
        """Write an element with a text."""
        self.write(f"<{name}{_attributes(said)}>{escape(_plain(text))}</{name}>\n")

    def leaves(self, *pairs: tuple[str, str]) -> None:
        """Write elements with texts, without those that have none."""
        for name, text in pairs:
            if text:
                self.leaf(name, text)

    @contextmanager
    def within(self, name: str, **said: str) -> Iterator[None]:
        """Write an element around what is written inside."""
        self.write(f"<{name}{_attributes(said)}>\n")
        yield
        self.write(f"</{name}>\n")

    @contextmanager
    def digested(self, name: str) -> Iterator[None]:
        """Write an element around what is written inside and digest it, from its first byte to its last."""
        self.digests = _digests()
        self.write(f"<{name}>\n")
        yield
        self.write(f"</{name}>")
        self.found, self.digests = self.digests, {}
        self.write("\n")


def pack_archive(
    case: Case, volumes: list[Volume], lacking: Sequence[Piece], *, proofs: bytes | str, at: datetime, into: IO[bytes]
) -> None:
    """Write the package. proofs: the export of the case's records, or in words why there is none.

    ActRefusedError for a file that is no longer what it was when it was registered.
    """
    sheet = _Sheet(into)
    sheet.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    with sheet.within("电子文件封装包", xmlns=NAMESPACE, 状态="试验"):
        sheet.leaves(("封装包格式描述", FORMAT), ("版本", VERSION))
        with sheet.digested("被签名对象"):
            _add_signed(sheet, case, volumes, lacking, at)
        with sheet.within("电子签名块"):
            sheet.leaf("说明", UNSIGNED)
            _add_digests(sheet, sheet.found)
            _add_proofs(sheet, proofs)


def _add_signed(sheet: _Sheet, case: Case, volumes: list[Volume], lacking: Sequence[Piece], at: datetime) -> None:
    sheet.leaves(
        ("封装包类型", "原始型"),
        ("封装包类型描述", "案卷目录、元数据和文件的首次封装"),
        ("封装包创建时间", localtime(at).isoformat(timespec="seconds")),
        ("封装包创建单位", case.agency.name),
    )
    with sheet.within("封装内容"), sheet.within("文件实体块"):
        _add_case(sheet, case, volumes, lacking)
        for volume in volumes:
            for line in volume.lines:
                _add_line(sheet, volume, line)


def _add_case(sheet: _Sheet, case: Case, volumes: list[Volume], lacking: Sequence[Piece]) -> None:
    with sheet.within("文件实体"):
        sheet.leaf("聚合层次", "案卷")
        with sheet.within("来源"):
            sheet.leaf("立档单位名称", case.agency.name)
        sheet.leaves(("电子文件号", str(case.pk)), ("档号", case.archive_number))
        with sheet.within("内容描述"):
            sheet.leaf("题名", case.title)
            for volume in volumes:
                for name, text in cover_rows(case, volume):
                    if text:
                        sheet.leaf("项", text, 卷=volume.name, 名称=name)
            for piece in lacking:
                sheet.leaf("缺少的材料", str(piece))


def _add_line(sheet: _Sheet, volume: Volume, line: Line) -> None:
    item = line.item
    with sheet.within("文件实体"):
        sheet.leaves(("聚合层次", "文件"), ("卷", volume.name), ("顺序号", str(line.serial)))
        with sheet.within("内容描述"):
            sheet.leaves(("题名", item.title), ("文件编号", item.number), ("责任者", item.author),
                         ("日期", item.day.isoformat()), ("密级", LEVELS.get(item.level, "")),
                         ("备注", line.note))  # fmt: skip
        with sheet.within("形式特征"):
            sheet.leaves(("页数", str(item.pages or "")), ("页次", line.pages))
        with sheet.within("文件数据"):
            _add_data(sheet, volume, line)


def _add_data(sheet: _Sheet, volume: Volume, line: Line) -> None:
    reason = why_left_out(line)
    if reason:
        said = {"SHA-256": line.item.sha256} if line.item.sha256 else {}
        sheet.leaf("未封装", reason, **said)
    elif line.repeats:
        sheet.leaf("同一文件", _identifier(volume, line.repeats))
    else:
        with sheet.within("文档"):
            sheet.leaf("文档标识符", _identifier(volume, line.serial))
            with sheet.within("文档数据"), sheet.within("编码"):
                _add_file(sheet, line.item)


def _identifier(volume: Volume, serial: int) -> str:
    return f"修改0-{volume.id}-文档{serial}"


def _add_file(sheet: _Sheet, item: Item) -> None:
    digests = _digests()
    with storage().open(item.sha256) as file:
        size = file.seek(0, 2)
        file.seek(0)
        with sheet.within("电子属性"):
            sheet.leaves(("格式信息", item.media_type), ("计算机文件名", named_as(item.title, item.media_type)),
                         ("计算机文件大小", str(size)))  # fmt: skip
        sheet.leaves(("编码描述", "原文件的全部字节，没有压缩和转换"), ("反编码关键字", "base64"))
        sheet.write("<编码数据>\n")
        for block in _blocks(file):
            for digest in digests.values():
                digest.update(block)
            _add_base64(sheet, block)
        sheet.write("</编码数据>\n")
    if digests["SHA-256"].hexdigest() != item.sha256:
        require(damaged(item.title))
    _add_digests(sheet, digests)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Return a file in blocks of whole lines of Base64, also where the storage gives less than asked."""
    kept = b""
    while piece := file.read(BLOCK):
        kept += piece
        whole = len(kept) // ROW * ROW
        yield kept[:whole]
        kept = kept[whole:]
    yield kept


def _add_base64(sheet: _Sheet, block: bytes) -> None:
    lines = (b64encode(block[place : place + ROW]).decode() for place in range(0, len(block), ROW))
    sheet.write("".join(f"{line}\n" for line in lines))


def _add_digests(sheet: _Sheet, digests: dict[str, hashlib._Hash]) -> None:
    for name, digest in digests.items():
        sheet.leaf("摘要", digest.hexdigest(), 算法=name)


def _add_proofs(sheet: _Sheet, proofs: bytes | str) -> None:
    if isinstance(proofs, str):
        sheet.leaf("未附存证证明", proofs)
        return
    digests = _digests()
    with sheet.within("存证证明"):
        sheet.leaves(("编码描述", "存证导出压缩包，用 heliograph-verify case 核验"), ("反编码关键字", "base64"))
        sheet.write("<编码数据>\n")
        _add_base64(sheet, proofs)
        sheet.write("</编码数据>\n")
        for digest in digests.values():
            digest.update(proofs)
        _add_digests(sheet, digests)


def _digests() -> dict[str, hashlib._Hash]:
    return {name: hashlib.new(algorithm) for name, algorithm in DIGESTS.items()}


def _attributes(said: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_plain(text))}" for name, text in said.items())


def _plain(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return UNPRINTED.sub("", text).translate(NO_CHARACTERS)
