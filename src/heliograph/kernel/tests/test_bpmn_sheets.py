"""Drawings on paper: nothing cut through, no word too small, every line that is cut found again on the next part."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from heliograph.kernel.bpmn import PAPERS, draw_sheets, lay_out, read_process
from heliograph.kernel.bpmn.drawing import Picture
from heliograph.kernel.bpmn.geometry import SMALL
from heliograph.kernel.bpmn.sheets import HEADING, LEAST, MARGIN, PaperSize, SheetOf, _best, _cut, _ways
from heliograph.kernel.bpmn.source import parse
from heliograph.kernel.tests.bpmn_written import chain, end, file, lanes, start, task

PACKS = Path(__file__).parents[4] / "packs"
FILES = sorted(PACKS.glob("*/*/*.bpmn"))
SVG = "{http://www.w3.org/2000/svg}"
POINT = 25.4 / 72


def numbers(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"-?[0-9.]+", text)]


def measures(part: str) -> tuple[float, float, float]:
    """Width and height in mm, and mm for each unit."""
    root = ET.fromstring(part)
    wide, high = (numbers(root.get(name, ""))[0] for name in ("width", "height"))
    return wide, high, wide / numbers(root.get("viewBox", ""))[2]


def bands(sheets: list[SheetOf]) -> list[tuple[float, float]]:
    """From where to where each part shows the drawing."""
    found = []
    for sheet in sheets:
        for part in sheet.parts:
            inner = ET.fromstring(part).find(f"{SVG}svg")
            assert inner is not None
            _, top, _, height = numbers(inner.get("viewBox", ""))
            found.append((top, top + height))
    return found


@pytest.mark.parametrize("paper", list(PAPERS))
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_shipped_procedure_is_legible_and_whole(file: Path, paper: PaperSize) -> None:
    xml = file.read_bytes()
    sheets = draw_sheets(xml, paper)
    for sheet in sheets:
        short, long = PAPERS[paper]
        across, down = (short, long) if sheet.orientation == "portrait" else (long, short)
        sizes = [measures(part) for part in sheet.parts]
        assert sum(wide for wide, _, _ in sizes) <= across - 2 * MARGIN + 0.1
        assert all(high <= down - 2 * MARGIN - HEADING + 0.1 for _, high, _ in sizes)
        assert all(SMALL * unit / POINT >= 7 for _, _, unit in sizes)
    shown = bands(sheets)
    picture = picture_of(xml)
    assert (shown[0][0], shown[-1][1]) == (picture.extent()[1], picture.extent()[3])
    cuts = [bottom for _, bottom in shown[:-1]]
    assert cuts == pytest.approx([top for top, _ in shown[1:]])
    boxes = [*(picture.boxes[key] for key in picture.process.elements), *picture.labels.values()]
    assert [cut for cut in cuts if any(box.y < cut < box.bottom for box in boxes)] == []
    for key, element in picture.process.elements.items():
        assert any(f'data-node="{key}"' in part for sheet in sheets for part in sheet.parts), element.name


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_line_that_is_cut_goes_on_at_the_same_number(file: Path) -> None:
    parts = [part for sheet in draw_sheets(file.read_bytes(), "A4") for part in sheet.parts]
    marks: Counter[str] = Counter()
    for part in parts:
        root = ET.fromstring(part)
        marks.update(text.text or "" for text in root.findall(f"{SVG}text") if (text.text or "").isdigit())
    assert set(marks.values()) <= {2}
    assert bool(marks) == (len(parts) > 1)


def test_a_drawing_without_words_between_has_one_sheet() -> None:
    """Taller than an upright page holds at a readable size: it stands in two columns on one sheet."""
    small = next(file for file in FILES if file.stem == "crime_transfer").read_bytes()
    [sheet] = draw_sheets(lay_out(small))
    assert (sheet.number, sheet.paper, sheet.orientation, len(sheet.parts)) == (1, "A4", "landscape", 2)


def picture_of(xml: bytes) -> Picture:
    return Picture(read_process(xml), parse(xml), {})


def column(tasks: int, *before: str) -> bytes:
    """A drawing of so many tasks, one below the other."""
    names = [f"t_{number}" for number in range(tasks)]
    parts = (*before, start(), *(task(name) for name in names), end(), chain("s", *names, "e"))
    return lay_out(file(*parts))


def row(count: int) -> bytes:
    """A drawing of so many lanes with one task each."""
    names = [f"t_{number}" for number in range(count)]
    members = dict(zip(names, names, strict=True)) | {"t_0": "s t_0", names[-1]: f"{names[-1]} e"}
    drawn = lanes(**{f"l_{name}": f"科室{name}:role_{name}:{held}" for name, held in members.items()})
    tasks = (task(name, zf_role="") for name in names)
    return lay_out(file(drawn, start(), *tasks, end(), chain("s", *names, "e")))


def test_the_smallest_words_serve_where_larger_ones_need_another_sheet() -> None:
    """Eight tasks fill an upright page exactly when nothing is larger than the least that can be read."""
    found = _best(picture_of(column(8)), "A4", "portrait", 1)
    assert found is not None
    assert (found.sheets, found.scale) == (1, LEAST)
    larger = _best(picture_of(column(7)), "A4", "portrait", 1)
    assert larger is not None
    assert (larger.sheets, larger.scale > LEAST) == (1, True)


def test_a_drawing_wider_than_the_paper_fills_its_width() -> None:
    wide = row(8)
    assert all(_best(picture_of(wide), "A4", way, columns) is None for way, columns in _ways())
    [sheet] = draw_sheets(wide)
    [part] = sheet.parts
    across, _, unit = measures(part)
    assert sheet.orientation == "landscape"
    assert across == pytest.approx(PAPERS["A4"][1] - 2 * MARGIN, abs=0.01)
    assert unit < LEAST
    [large] = draw_sheets(wide, "A3")
    assert measures(large.parts[0])[2] >= LEAST


@pytest.mark.parametrize(
    ("taken", "cut"),
    [
        ([], 50),
        ([(40, 60)], 40),
        ([(40, 60), (20, 45)], 20),
        ([(0, 100)], 50),
        ([(30, 60), (5, 35)], 50),
    ],
)
def test_a_cut_is_the_lowest_that_is_free_or_the_lowest_there_is(taken: list[tuple[float, float]], cut: float) -> None:
    assert _cut(taken, 10, 50) == cut


def test_a_lane_that_is_not_drawn_has_no_heading_on_the_next_part() -> None:
    names = " ".join(f"t_{number}" for number in range(9))
    both = column(9, lanes(l_first=f"甲科:handler:s {names}", l_second="乙科:leader:e"))
    undrawn = re.sub(rb'<bpmndi:BPMNShape[^>]*bpmnElement="l_second".*?</bpmndi:BPMNShape>', b"", both, flags=re.DOTALL)
    assert undrawn != both
    for xml, headed in ((both, {"甲科", "乙科"}), (undrawn, {"甲科"})):
        parts = [part for sheet in draw_sheets(xml) for part in sheet.parts]
        assert len(parts) > 1
        words = {text.text for part in parts[1:] for text in ET.fromstring(part).findall(f"{SVG}text")}
        assert words & {"甲科", "乙科"} == headed
