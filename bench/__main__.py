"""Run every benchmark and write `bench/RESULTS.md`: figures with the machine and the day they were measured on.

`python -m bench` runs all of them, `python -m bench due_dates import` only those named.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
BEGIN, END = "<!-- measured by make bench: begin -->", "<!-- measured by make bench: end -->"
TITLES = {
    "cases": "Cases on the desk (PostgreSQL and the web server on the same machine)",
    "decisions": "Decision tables (kernel, figures per second of CPU of one core)",
    "documents": "Documents (one process, fonts as the tests have them)",
    "evidence": "Files of evidence (one process, local disk)",
    "due_dates": "Due dates (kernel, one process)",
    "packs": "Loading packs",
    "procedures": "Running cases (PostgreSQL on the same machine)",
    "redaction": "Redaction (kernel, one process)",
    "import": "Importing a register of 10,000 rows",
    "verify": "Checking a whole log with heliograph-verify",
    "portal": "Portal at 10,000 entries (server on the same machine)",
    "ledger": "Records and the sequencer (PostgreSQL on the same machine)",
    "tlog": "Transparency log (kernel, figures per second of CPU of one core)",
}


def machine() -> str:
    """Describe where the figures come from."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def names() -> list[str]:
    """Return the benchmarks of this folder, in a fixed order."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def section(name: str, figures: dict[str, float | str]) -> str:
    """Return one table."""
    rows = "\n".join(f"| {label} | {_shown(value)} |" for label, value in figures.items())
    return f"### {TITLES.get(name, name)}\n\n| Figure | Value |\n|---|---|\n{rows}\n"


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main() -> None:
    """Measure what was asked for, print it, and put it into the results between the two marks."""
    wanted = sys.argv[1:] or names()
    unknown = set(wanted) - set(names())
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    day = datetime.now(tz=UTC).date().isoformat()
    parts = [f"{day}, {machine()}.\n"]
    for name in wanted:
        parts.append(section(name, importlib.import_module(f"bench.bench_{name}").run()))
        print(parts[-1])
    if wanted != names():
        return  # a part of the figures would pass for all of them
    text = RESULTS.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    RESULTS.write_text(f"{before}{BEGIN}\n{chr(10).join(parts)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
