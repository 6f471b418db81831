"""Pictures that the product draws or looks at itself: the seal for trial, and signatures before they are kept."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from heliograph.documents import fonts

ACROSS = 42  # millimetres of a seal
POINTS_ACROSS = ACROSS * 72 / 25.4
DPI = 300.0
FAMILIES = ("FandolSong", "FandolHei", "Noto Serif CJK SC")
_PAGE = f"#set page(width: {ACROSS}mm, height: {ACROSS}mm, margin: 0pt, fill: none)\n"
_SEAL = (
    _PAGE
    + """
#set text(fill: rgb("#c8161d"), font: json(bytes(sys.inputs.fonts)), weight: "bold")
#let name = json(bytes(sys.inputs.name)).clusters()
#place(center + horizon, circle(radius: 20mm, stroke: 1.1mm + rgb("#c8161d")))
#let star = range(10).map(one => {
  let reach = if calc.even(one) { 6mm } else { 2.3mm }
  (6mm + reach * calc.sin(one * 36deg), 6mm - reach * calc.cos(one * 36deg))
})
#place(center + horizon, box(width: 12mm, height: 12mm, place(polygon(fill: rgb("#c8161d"), ..star))))
#let step = calc.min(24deg, 250deg / calc.max(name.len() - 1, 1))
#for (index, one) in name.enumerate() {
  let turn = (index - (name.len() - 1) / 2) * step
  let size = calc.min(15pt, 200pt / calc.max(name.len(), 1))
  place(center + horizon, rotate(turn, box(height: 33mm, align(top, text(size: size, one)))))
}
#place(center + horizon, dy: 9mm, text(size: 12pt)[测试 TEST])
#place(center + horizon, dy: 14mm, text(size: 7pt)[没有法律效力])
"""
)
_SHEET = _PAGE + '#image("seal.png", width: 100%)'


def draw_seal(agency: str) -> bytes:
    """Return the seal for trial as PNG: the letters of a drawn one would stand in the text of the file."""
    known = set(fonts.loaded().families())
    inputs = {"name": json.dumps(agency), "fonts": json.dumps([name for name in FAMILIES if name in known])}
    return _compiled(_SEAL, inputs, {}, {"format": "png", "ppi": DPI})


def seal_sheet(picture: bytes) -> bytes:
    """Return a page of the size of a seal that holds its picture and nothing else."""
    return _compiled(_SHEET, {}, {"seal.png": picture}, {})


def is_readable(picture: bytes, name: str) -> bool:
    """Say whether a picture can be drawn at all; the ending of the name says its kind."""
    try:
        _compiled(f'#image("{name}", width: 40mm)', {}, {name: picture}, {})
    except typst.TypstError:
        return False
    return True


def _compiled(source: str, inputs: Mapping[str, str], files: Mapping[str, bytes], how: Mapping[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="heliograph-picture-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        compiler = typst.Compiler(
            source.encode(),
            root=folder,
            font_paths=fonts.loaded(),
            ignore_system_fonts=True,
            sys_inputs=dict(inputs),
            package_path=folder,
            package_cache_path=folder,
        )
        made = compiler.compile(**how)
    first = made[0] if isinstance(made, list) else made
    return first or b""
