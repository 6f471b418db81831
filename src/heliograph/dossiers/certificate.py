"""The certificate of a destroyed dossier as a drawn document (销毁清册): the same bytes each time it is drawn.

What it says is kept with the destruction and bound by its record; the hash of that stands at the foot of each page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.timezone import localdate, localtime

from heliograph.documents.composing import Composed
from heliograph.documents.typesetting import Press, draw_pdf
from heliograph.dossiers.bound_pdf import LAYOUT, layout_of
from heliograph.dossiers.models import Destruction
from heliograph.dossiers.retention_reading import retention_of
from heliograph.kernel.packs.schema import Pack

NAME: Final = "案卷销毁清册"
NOT_ERASED: Final = "案件和文书的登记内容、卷内目录、存证记录和本清册不在销毁范围，继续保留；此前的备份按备份期限清除。"


def draw_certificate(done: Destruction, pack: Pack) -> bytes:
    """Return the certificate of a destruction that was carried out.

    FontsMissingError without fonts, CannotTypesetError for what cannot be drawn.
    """
    assert done.executed_at is not None  # noqa: S101 - the caller asks for what was carried out
    case = done.case
    lines = [_line(line) for line in done.certificate]
    parts = [
        {"part": "cover", "name": NAME, "rows": list(_cover(done))},
        {"part": "catalogue", "name": "销毁清册", "rows": lines},
        {"part": "remarks", "name": "销毁情况", "rows": list(_remarks(done)), "who": ["监销人", "销毁人"]},
    ]
    press = Press(case.agency.name, localdate(done.executed_at), done.certificate_sha256)
    return draw_pdf(Composed(NAME, case.archive_number, LAYOUT, parts, ()), layout_of(pack), press)


def _line(line: dict[str, object]) -> list[str]:
    """Return a line in the columns of a catalogue; the volume stands where its author would."""
    fields = (line["serial"], line["number"], line["volume"], line["title"], line["day"], line["pages"],
              line["became"] or "没有文件")  # fmt: skip
    return [str(one) for one in fields]


def _cover(done: Destruction) -> Iterator[list[str]]:
    case = done.case
    yield from (["案号", case.number], ["案由", case.title], ["归档号", case.archive_number])
    yield ["保管期限", str(retention_of(case) or "待核")]
    yield ["鉴定意见", done.appraisal]
    for what, who, at in (
        ("提出", done.proposed_by, done.proposed_at),
        ("审批", done.decided_by, done.decided_at),
        ("销毁", done.executed_by, done.executed_at),
    ):
        if who is not None and at is not None:
            yield [what, f"{who.display_name}，{localtime(at):%Y-%m-%d %H:%M}"]
    yield ["清册哈希值", f"{done.certificate_sha256[:32]} {done.certificate_sha256[32:]}"]


def _remarks(done: Destruction) -> Iterator[list[str]]:
    counted: dict[str, set[str]] = {}
    for line in done.certificate:
        if line["sha256"]:
            counted.setdefault(line["became"], set()).add(line["sha256"])
    for became, files in sorted(counted.items()):
        yield [f"{len(files)} 个文件", became]
    yield ["没有销毁的内容", NOT_ERASED]
