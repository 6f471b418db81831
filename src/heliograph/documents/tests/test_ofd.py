"""A PDF as OFD: every character where the PDF has it, rare ones too; bookmarks one inside the other; broken files."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import typst
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from django.conf import settings

from heliograph.documents.ofd import CannotMakeOfdError, write_ofd
from heliograph.documents.ofd_drawing import convert

NAME = "{http://www.ofdspec.org/2016}"
SOURCE = r"""#set page(width: 100mm, height: 50mm, margin: 10mm)
#set text(size: 12pt)
#set heading(bookmarked: true)
= 一
当事人𠮷某 \<甲&乙\> two words
== 二
#place(bottom, rotate(-90deg)[斜])
#pagebreak()
= 三
"""


@pytest.fixture(scope="module")
def drawn() -> bytes:
    fonts = [str(folder) for folder in settings.FONT_FOLDERS if Path(folder).is_dir()]
    compiler = typst.Compiler(font_paths=fonts)
    made = compiler.compile(input=SOURCE.encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


def converted(pdf: bytes) -> bytes:
    made = io.BytesIO()
    convert(pdf, made, title="试\x01", author="某局", made_on="2026-01-05")
    return made.getvalue()


def test_each_character_stands_where_the_pdf_has_it(drawn: bytes) -> None:
    made = converted(drawn)
    assert made == converted(drawn)
    archive = zipfile.ZipFile(io.BytesIO(made))
    assert archive.testzip() is None
    assert [one.text for one in fromstring(archive.read("OFD.xml")).iter(f"{NAME}Title")] == ["试"]
    page = fromstring(archive.read("Doc_0/Pages/Page_0/Content.xml"))
    assert page.findtext(f"{NAME}Area/{NAME}PhysicalBox") == "0 0 100 50"
    found = {one.find(f"{NAME}TextCode").text: one for one in page.iter(f"{NAME}TextObject")}
    line = found["当事人𠮷某 <甲 & 乙> two words"]
    left, top, width, height = map(float, line.get("Boundary").split())
    assert left == pytest.approx(10, abs=0.5)
    assert (top >= 10, left + width <= 100, top + height <= 50) == (True, True, True)
    assert float(line.get("Size")) == pytest.approx(12 * 25.4 / 72, abs=0.01)
    steps = line.find(f"{NAME}TextCode").get("DeltaX").split()
    assert len(steps) == len(line.find(f"{NAME}TextCode").text) - 1
    assert float(steps[0]) == pytest.approx(12 * 25.4 / 72, abs=0.02)
    assert [one.tag for one in next(page.iter(f"{NAME}Layer"))][-1] == f"{NAME}ImageObject"  # over the text


def test_bookmarks_and_numbers_hold_together(drawn: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(converted(drawn)))
    document = fromstring(archive.read("Doc_0/Document.xml"))
    outer = document.findall(f"{NAME}Outlines/{NAME}OutlineElem")
    assert [one.get("Title") for one in outer] == ["一", "三"]
    assert [one.get("Title") for one in outer[0].findall(f"{NAME}OutlineElem")] == ["二"]
    pages = [one.get("ID") for one in document.iter(f"{NAME}Page")]
    assert [one.get("PageID") for one in document.iter(f"{NAME}Dest")] == [pages[0], pages[0], pages[1]]
    parts = [name for name in archive.namelist() if name.endswith(".xml")]
    ids = [one.get("ID") for name in parts for one in fromstring(archive.read(name)).iter() if one.get("ID")]
    assert len(ids) == len(set(ids))
    assert max(map(int, ids)) == int(next(document.iter(f"{NAME}MaxUnitID")).text)


def test_a_broken_file_leaves_nothing(tmp_path: Path, drawn: bytes) -> None:
    for name, content in (("broken", b"%PDF-1.7 nothing"), ("good", drawn)):
        (tmp_path / name).write_bytes(content)
    made = io.BytesIO()
    with (tmp_path / "broken").open("rb") as pdf, pytest.raises(CannotMakeOfdError):
        write_ofd(pdf, made, title="-试", author="某局", on=date(2026, 1, 5))
    assert made.getvalue() == b""
    with (tmp_path / "good").open("rb") as pdf:
        write_ofd(pdf, made, title="-试", author="某局", on=date(2026, 1, 5))
    assert zipfile.ZipFile(made).testzip() is None
