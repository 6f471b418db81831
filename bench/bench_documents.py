"""Documents: an official decision of three pages drawn cold and warm, a thousand in a row, a dossier; beside a peer.

The peer is WeasyPrint, in an environment of its own. LibreOffice is named where it is missing.
"""

from __future__ import annotations

import itertools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from bench.peers import run_peer
from heliograph.documents.comparing import lines_of
from heliograph.documents.composing import compose, fingerprint, sheet_of
from heliograph.documents.tests.sample import AGENCY, MADE_ON, sample_of
from heliograph.documents.typesetting import Press, draw_pages, draw_pdf
from heliograph.documents.word import draw_docx
from heliograph.kernel.packs.load import load_pack, shipped

RUNS = 40
BATCH = 1_000
STEP = 200  # documents between two lines of progress
DOSSIER_GOAL_S = 5
GOAL_MS = 40
HERE = Path(__file__).resolve().parent


def run() -> dict[str, float | str]:
    """Return the figures; each runs in a process of its own, so that the first one is cold."""
    command = [sys.executable, "-m", "bench.bench_documents"]
    cold = [json.loads(_run([*command, "cold"])) for _run_number in range(3)]
    warm = json.loads(_run([*command, "warm"]))
    first = statistics.median(cold)
    bound = json.loads(_run([sys.executable, "-m", "bench.binding"]))
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
        f"dossier of {bound['pages']} pages, {bound['files']} files, as one bookmarked PDF (s)": bound["s"],
        f"share of the goal of {DOSSIER_GOAL_S} s": bound["s"] / DOSSIER_GOAL_S,
        "bytes of the dossier": bound["bytes"],
        **_peers(warm["lines"], warm["pdf"]),
    }


def _peers(lines: list[str], ours: float) -> dict[str, float | str]:
    """Return the same text drawn by others, or why it was not."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "lines.json"
        source.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")
        drawn = run_peer("weasyprint", str(source))
    label = "WeasyPrint 70, the same text as plain paragraphs, warm, median (ms)"
    found: dict[str, float | str] = {label: drawn.get("reason", drawn.get("ms", "")), **_office()}
    if "ms" in drawn:
        found["WeasyPrint to ours"] = float(drawn["ms"]) / ours
    return found


def _office() -> dict[str, float | str]:
    """Say of LibreOffice that it is not here; where it is, somebody has to write its run first."""
    here = shutil.which("soffice") or shutil.which("libreoffice")
    return {"LibreOffice": "installed, but not measured" if here else "not measured: it is not installed here"}


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
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
        if (place + 1) % STEP == 0:
            print(f"{place + 1} of {BATCH} decisions, {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    batch = BATCH / (time.perf_counter() - begun)
    found = {
        "pdf": _median(lambda: draw(f"晴测罚〔2026〕{next(order) + 1}号")),
        "compose": _median(lambda: compose(sheet, data, number=number, made_on=MADE_ON)),
        "docx": _median(lambda: draw_docx(composed, agency=AGENCY)),
        "pages": _median(lambda: draw_pages(composed, sheet.layout, press)),
        "batch": batch,
        "size": len(pdf),
        "same": draw() == pdf,
        "lines": lines_of(composed),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    _child(sys.argv[1])
