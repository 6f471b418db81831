"""WeasyPrint as a peer: the lines of a document as HTML on the same page, drawn to PDF warm. Prints JSON."""

from __future__ import annotations

import html
import json
import logging
import statistics
import sys
import time
from pathlib import Path

from weasyprint import HTML  # type: ignore[import-not-found]
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-not-found]

RUNS = 10
PAGE = "@page { size: A4; margin: 37mm 26mm 35mm 28mm } body { font: 16pt/28pt 'Noto Serif CJK SC', serif }"


def main(source: Path) -> None:
    """Draw the lines of a JSON file, once to warm up, then timed."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    lines = json.loads(source.read_text(encoding="utf-8"))
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    text = f"<html lang='zh'><head><style>{PAGE}</style></head><body>{body}</body></html>"
    fonts = FontConfiguration()
    pages = len(HTML(string=text).render(font_config=fonts).pages)
    times = []
    for number in range(RUNS):
        begun = time.perf_counter()
        HTML(string=f"{text}<!-- {number} -->").write_pdf(font_config=fonts)
        times.append((time.perf_counter() - begun) * 1000)
    print(json.dumps({"ms": statistics.median(times), "pages": pages}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
