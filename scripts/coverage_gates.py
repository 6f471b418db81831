"""Coverage gates, run by `make test`: the whole at least 90 %, the kernel and every `rules.py` with all branches."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

WHOLE_PERCENT = 90.0
REPORT = Path(__file__).resolve().parent.parent / "var" / "coverage.json"


def must_be_complete(name: str) -> bool:
    """Whether a file decides in law's name."""
    return "heliograph/kernel/" in name or Path(name).name == "rules.py" or "/rules/" in name


def findings(report: dict[str, Any]) -> list[str]:
    """Return what is below its gate, in words."""
    found = []
    whole = report["totals"]["percent_covered"]
    if whole < WHOLE_PERCENT:
        found.append(f"whole: {whole:.1f} %, at least {WHOLE_PERCENT:.0f} % is asked")
    for name, content in sorted(report["files"].items()):
        lines, branches = content["missing_lines"], content.get("missing_branches", [])
        if must_be_complete(name) and (lines or branches):
            found.append(f"{name}: lines {lines}, branches {branches} are not tested")
    return found


def main() -> int:
    """Print the findings; 1 when there are any."""
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    found = findings(report)
    for line in found:
        print(line)
    print(f"coverage: {report['totals']['percent_covered']:.1f} %")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
