"""The official PDF: parts drawn by the pack's layout with typst, archival (PDF/A-2b), the same bytes every time.

Data go in as JSON and are shown as strings. The compiler sees one text in memory: no file, no package, no network. A
character that none of the fonts can draw is an error that names it; PDF/A forbids empty boxes.
"""

from __future__ import annotations

import io
import json
import logging
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import segno
import typst
from django.conf import settings

from heliograph.documents import fonts
from heliograph.documents.composing import Composed

LOG = logging.getLogger(__name__)
ARCHIVAL = "a-2b"
NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})
_UNDRAWN = re.compile(r"could not be displayed with font")
_NAMED = re.compile(r'the text `"(.*?)"`', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


class CannotTypesetError(ValueError):
    """A document that cannot be set; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Press:
    """What is printed beside the parts: whose document it is, its day, its fingerprint, whether it is a draft."""

    agency: str
    dated: date
    fingerprint: str
    draft: bool = False


def draw_pdf(composed: Composed, layout: str, press: Press, *, pictures: Mapping[str, bytes] = NO_PICTURES) -> bytes:
    """Return the PDF of a document. FontsMissingError without fonts, CannotTypesetError for what cannot be drawn.

    pictures: files that the layout may place, by the names that the parts give them.
    """
    how = {"pdf_standards": ARCHIVAL, "timestamp": _midnight(press.dated)}
    made = _compiled(composed, layout, press, how, pictures)
    return made[0]


def draw_pages(
    composed: Composed, layout: str, press: Press, *, dpi: int = 96, pictures: Mapping[str, bytes] = NO_PICTURES
) -> list[bytes]:
    """Return the pages as PNG, to be looked at on a page of the desk; refused like the PDF."""
    draw_pdf(composed, layout, press, pictures=pictures)  # a picture would show an empty box where the PDF refuses
    return _compiled(composed, layout, press, {"format": "png", "ppi": float(dpi)}, pictures)


def ask_pages(
    composed: Composed, layout: str, press: Press, label: str, *, pictures: Mapping[str, bytes] = NO_PICTURES
) -> list[Any]:
    """Return the values of the marks that a layout left under a label, such as where the seal goes."""
    with _compiler(composed, layout, press, pictures) as compiler:
        found = json.loads(compiler.query(f"<{label}>"))
    return [one["value"] for one in found]


def _compiled(
    composed: Composed, layout: str, press: Press, how: Mapping[str, Any], pictures: Mapping[str, bytes] = NO_PICTURES
) -> list[bytes]:
    with _compiler(composed, layout, press, pictures) as compiler:
        made = compiler.compile(**how)
    return made if isinstance(made, list) else [made or b""]


@contextmanager
def _compiler(composed: Composed, layout: str, press: Press, pictures: Mapping[str, bytes]) -> Iterator[typst.Compiler]:
    """Give a compiler that sees the layout, the data and the pictures alone."""
    found = fonts.loaded()
    with tempfile.TemporaryDirectory(prefix="heliograph-typst-") as empty:
        for name, content in pictures.items():
            (Path(empty) / name).write_bytes(content)
        try:
            yield typst.Compiler(
                layout.encode(),
                root=empty,
                font_paths=found,
                ignore_system_fonts=True,
                sys_inputs={"data": json.dumps(_inputs(composed, press), ensure_ascii=False, sort_keys=True)},
                package_path=empty,
                package_cache_path=empty,
            )
        except typst.TypstError as error:
            raise CannotTypesetError(_said(error)) from error


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _inputs(composed: Composed, press: Press) -> Mapping[str, Any]:
    return {
        "title": composed.title,
        "number": composed.number,
        "parts": composed.parts,
        "agency": press.agency,
        "dated": [press.dated.year, press.dated.month, press.dated.day],
        "fingerprint": press.fingerprint,
        "draft": press.draft,
        "qr": qr_code(composed.number, press.fingerprint),
        "fonts": _families(),
    }


def _families() -> Mapping[str, Sequence[str]]:
    present = set(fonts.loaded().families())
    wanted = {
        "latin": settings.FONT_LATIN,
        "body": settings.FONT_BODY,
        "title": settings.FONT_TITLE,
        "heading": settings.FONT_HEADING,
    }
    found = {use: [name for name in names if name in present] for use, names in wanted.items()}
    return {**found, "latin": found["latin"][:1]}


def qr_code(number: str, printed: str) -> str:
    """Return the code on each page as SVG: the number and the fingerprint, to be read by any phone."""
    picture = io.BytesIO()
    segno.make(f"{number}\n{printed}".strip(), error="m", micro=False).save(
        picture, kind="svg", xmldecl=False, svgns=True, border=0, omitsize=True, nl=False
    )
    return picture.getvalue().decode()


def _said(error: typst.TypstError) -> str:
    if not _UNDRAWN.search(error.message):
        LOG.error("a layout does not compile: %s", error.diagnostic or error.message)
        return "版式文件有误，不能排版。请联系维护规则包的人员。"
    named = _NAMED.search(error.message)
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), named[1]) if named else ""
    listed = "、".join(f"“{one}”（U+{ord(one):04X}）" for one in dict.fromkeys(text))
    return f"文书字体里没有 {listed}，不能生成文书。请更换该字，或者安装含有该字的字体。"
