"""The editable copy (.docx) from the same parts, filled into a plain document by docxtpl.

What was typed is escaped, so that braces in it are braces and never a template. The page is that of the PDF; the copy
has no code and no fingerprint, for whatever is changed in it is no longer the document.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import docx
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate

from heliograph.documents.composing import Composed, Part

BODY, TITLE = "仿宋_GB2312", "方正小标宋简体"
UNITS = 24  # columns of a ruled row, shared by its cells
LABEL = 4
WIDTH = 8844  # of the printed area, in twentieths of a point


def draw_docx(composed: Composed, *, agency: str) -> bytes:
    """Return the document as an editable Word file."""
    template = DocxTemplate(io.BytesIO(_frame()))
    context = {
        "agency": agency if composed.layout != "form" else "",
        "title": composed.title,
        "number": composed.number,
        "parts": [_for_word(part) for part in composed.parts],
    }
    template.render(context, autoescape=True)
    made = io.BytesIO()
    template.save(made)
    return made.getvalue()


def _for_word(part: Part) -> Part:
    """Return a part with its cells laid out side by side, label and value in turn."""
    if part["part"] == "grid":
        return {"part": "table", "rows": [_cells(row) for row in part["rows"]]}
    if part["part"] == "table":
        spans = _spans([one["width"] for one in part["head"]])
        rows = [[one["label"] for one in part["head"]], *part["rows"]]
        cells = ([{"text": text, "span": span} for text, span in zip(row, spans, strict=True)] for row in rows)
        return {"part": "table", "rows": [{"cells": list(one)} for one in cells]}
    if part["part"] == "signatures":
        return {"part": "lines", "lines": [f"{who}：" + "　" * 10 + "年　　月　　日" for who in part["who"]]}
    if part["part"] == "seal":
        return {"part": "seal", "lines": [part["agency"], part["day"]]}
    return {"part": part["part"], "lines": [part["text"]]}


def _cells(row: list[Part]) -> dict[str, Any]:
    share = (UNITS - LABEL * len(row)) // len(row)
    cells: list[Part] = []
    for cell in row:
        text = cell["text"] + ("\n\n" + cell["sign"] + "　　　　　　年　　月　　日" if cell["sign"] else "")
        cells += [{"text": cell["label"], "span": LABEL}, {"text": text, "span": share}]
    return {"cells": cells}


def _spans(widths: Sequence[int]) -> list[int]:
    """Return how many of the units each column takes; the last one takes what is left."""
    found = [max(1, UNITS * width // sum(widths)) for width in widths]
    return [*found[:-1], UNITS - sum(found[:-1])]


@lru_cache(maxsize=1)
def _frame() -> bytes:
    """Return the empty document with the places that docxtpl fills."""
    sheet = docx.Document()
    _page(sheet)
    _line(sheet, "{%p if agency %}")
    _line(sheet, "{{ agency }}", size=22, font=TITLE, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(sheet, "{%p endif %}")
    _line(sheet, "{{ title }}", size=22, font=TITLE, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(sheet, "{%p if number %}")
    _line(sheet, "{{ number }}", align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(sheet, "{%p endif %}")
    _line(sheet, "{%p for part in parts %}")
    _line(sheet, "{%p if part.part == 'table' %}")
    _table(sheet)
    _line(sheet, "{%p else %}")
    _line(sheet, "{%p for line in part.lines %}")
    _line(sheet, "{%p if part.part == 'seal' %}")
    _line(sheet, "{{ line }}", align=WD_ALIGN_PARAGRAPH.RIGHT)
    _line(sheet, "{%p elif part.part in ['addressee', 'note', 'lines'] %}")
    _line(sheet, "{{ line }}")
    _line(sheet, "{%p else %}")
    _line(sheet, "{{ line }}", indent=True)
    _line(sheet, "{%p endif %}")
    _line(sheet, "{%p endfor %}")
    _line(sheet, "{%p endif %}")
    _line(sheet, "{%p endfor %}")
    made = io.BytesIO()
    sheet.save(made)
    return made.getvalue()


def _page(sheet: Docx) -> None:
    """GB/T 9704: the printed area is 156 mm by 225 mm. A grid of lines only: with characters Word doubles spaces."""
    section = sheet.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    for grid in section._sectPr.findall(qn("w:docGrid")):
        grid.set(qn("w:type"), "lines")


def _line(
    sheet: Docx, text: str, *, size: float = 16, font: str = BODY, align: Any = None, indent: bool = False
) -> Paragraph:
    paragraph = sheet.add_paragraph()
    _write(paragraph, text, size=size, font=font)
    paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    return paragraph


def _write(paragraph: Paragraph, text: str, *, size: float, font: str) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(size), font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(max(28.99, size * 1.4))


def _table(sheet: Docx) -> None:
    """A table whose rows and cells are repeated; a tag that repeats takes its own row or cell with it."""
    table = sheet.add_table(rows=3, cols=3, style="Table Grid")
    tags = ("{%tc for cell in row.cells %}", "{% colspan cell.span %}{{ cell.text }}", "{%tc endfor %}")
    for row, words in enumerate((("{%tr for row in part.rows %}",), tags, ("{%tr endfor %}",))):
        for column, word in enumerate(words):
            paragraph = table.cell(row, column).paragraphs[0]
            _write(paragraph, word, size=12, font=BODY)
            paragraph.paragraph_format.line_spacing = Pt(20)
    grid = table._tbl.tblGrid
    for column in list(grid):
        grid.remove(column)
    for _unit in range(UNITS):
        narrow = OxmlElement("w:gridCol")
        narrow.set(qn("w:w"), str(WIDTH // UNITS))
        grid.append(narrow)
