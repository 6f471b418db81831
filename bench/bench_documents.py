"""Documents: an official decision of three pages drawn cold and warm, beside its parts and its editable copy."""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from heliograph.documents.composing import compose, fingerprint, sheet_of
from heliograph.documents.tests.sample import AGENCY, MADE_ON, sample_of
from heliograph.documents.typesetting import Press, draw_pages, draw_pdf
from heliograph.documents.word import draw_docx
from heliograph.kernel.packs.load import load_pack, shipped

RUNS = 40
BATCH = 200
GOAL_MS = 40
HERE = Path(__file__).resolve().parent


def run() -> dict[str, float | str]:
    """Return the figures; each runs in a process of its own, so that the first one is cold."""
    command = [sys.executable, "-m", "bench.bench_documents"]
    cold = [json.loads(_run([*command, "cold"])) for _run_number in range(3)]
    warm = json.loads(_run([*command, "warm"]))
    first = statistics.median(cold)
    return {
        "decision of three pages as PDF, first of a process, fonts read (ms)": first,
        "the same, warm, median (ms)": warm["pdf"],
        f"share of the goal of {GOAL_MS} ms": warm["pdf"] / GOAL_MS,
        "cold to warm": first / warm["pdf"],
        "composing alone (ms)": warm["compose"],
        "editable copy, warm (ms)": warm["docx"],
        "pages of the desk's preview, warm (ms)": warm["pages"],
        f"{BATCH} decisions in a row, one core (documents per second)": warm["batch"],
        "bytes of the PDF": warm["size"],
        "same bytes twice": "yes" if warm["same"] else "no",
    }


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    return done.stdout.strip().splitlines()[-1]


def _median(act: Callable[[], object]) -> float:
    times = []
    for _number in range(RUNS):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _child(how: str) -> None:
    """Measure in this process and print JSON."""
    settings.configure(
        FONT_FOLDERS=[HERE.parent / "var" / "fonts" / "fandol", Path("/usr/share/fonts/opentype/noto")],
        FONT_LATIN=["Noto Serif CJK SC"],
        FONT_BODY=["FandolFang R", "Noto Serif CJK SC"],
        FONT_TITLE=["FandolSong", "Noto Serif CJK SC"],
        FONT_HEADING=["FandolHei", "Noto Sans CJK SC"],
    )
    sheet = sheet_of(load_pack(shipped(), "cn-national@2026.11").rules, "penalty_decision")
    assert sheet is not None
    data, number = sample_of(sheet), "晴测罚〔2026〕37号"

    def draw(text: str = number) -> bytes:
        composed = compose(sheet, data, number=text, made_on=MADE_ON)
        return draw_pdf(composed, sheet.layout, Press(AGENCY, MADE_ON, fingerprint(sheet, data, text, MADE_ON)))

    begun = time.perf_counter()
    pdf = draw()
    cold = (time.perf_counter() - begun) * 1000
    if how == "cold":
        print(json.dumps(cold))
        return
    order = itertools.count(BATCH)  # another number each time: typst remembers what it has drawn
    composed = compose(sheet, data, number=number, made_on=MADE_ON)
    press = Press(AGENCY, MADE_ON, fingerprint(sheet, data, number, MADE_ON))
    begun = time.perf_counter()
    for place in range(BATCH):
        draw(f"晴测罚〔2026〕{place + 1}号")
    batch = BATCH / (time.perf_counter() - begun)
    found = {
        "pdf": _median(lambda: draw(f"晴测罚〔2026〕{next(order) + 1}号")),
        "compose": _median(lambda: compose(sheet, data, number=number, made_on=MADE_ON)),
        "docx": _median(lambda: draw_docx(composed, agency=AGENCY)),
        "pages": _median(lambda: draw_pages(composed, sheet.layout, press)),
        "batch": batch,
        "size": len(pdf),
        "same": draw() == pdf,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    _child(sys.argv[1])
