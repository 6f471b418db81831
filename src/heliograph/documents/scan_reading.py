"""Reading scans: pages as pictures, their text and codes, with rapidocr where it is installed (extra `ocr`).

The models lie in the package; nothing is fetched. Without it `is_installed` says so and nothing here is called.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

MODULES: Final = ("rapidocr", "onnxruntime", "pypdfium2", "cv2", "numpy")
MOST_PAGES: Final = 40
DOTS: Final = 300  # an inch: the code at the foot needs it; for text the reader makes pages smaller itself
POINTS: Final = 72
MOST_PIXELS: Final = 40_000_000
FOOT: Final = 0.82  # of the height of a page: below it the code stands
EDGE: Final = 40  # pixels
LINE: Final = 0.6  # of the height of a line: boxes whose middles are closer stand on one line


class CannotReadError(RuntimeError):
    """A scan that cannot be read; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as read: its lines from top to bottom, and what the codes on it say."""

    lines: list[str]
    codes: list[str]


def is_installed() -> bool:
    """Say whether scans can be read here."""
    return all(importlib.util.find_spec(name) is not None for name in MODULES)


def read_scan(content: bytes) -> list[ReadPage]:
    """Return the pages of a PDF, JPEG or PNG as read. CannotReadError."""
    pages = _of_pdf(content) if content.startswith(b"%PDF-") else iter([_of_picture(content)])
    return [_read(picture) for picture in pages]


def _of_pdf(content: bytes) -> Iterator[Any]:
    pdfium = importlib.import_module("pypdfium2")
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise CannotReadError("扫描件不能打开，可能设有密码或者已经损坏。请重新扫描后上传。") from error
    try:
        if len(document) > MOST_PAGES:
            raise CannotReadError(f"扫描件最多 {MOST_PAGES} 页，现为 {len(document)} 页。请只扫描这一份文书。")
        for page in document:
            width, height = page.get_size()
            scale = min(DOTS / POINTS, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            yield page.render(scale=scale, rev_byteorder=False).to_numpy()[:, :, :3]
    finally:
        document.close()


def _of_picture(content: bytes) -> Any:
    cv2, numpy = importlib.import_module("cv2"), importlib.import_module("numpy")
    picture = cv2.imdecode(numpy.frombuffer(content, dtype=numpy.uint8), cv2.IMREAD_COLOR)
    if picture is None or picture.shape[0] * picture.shape[1] > MOST_PIXELS:
        raise CannotReadError("扫描件不能打开，可能已经损坏，或者尺寸过大。请重新扫描后上传。")
    return picture


@functools.lru_cache(maxsize=1)
def _engine() -> Any:
    return importlib.import_module("rapidocr").RapidOCR()


def _read(picture: Any) -> ReadPage:
    found = _engine()(picture)
    boxes = [] if found.boxes is None else list(zip(found.boxes.tolist(), found.txts, strict=True))
    return ReadPage(in_order(boxes), _codes(picture))


def _codes(picture: Any) -> list[str]:
    """Return what the code at the foot of a page says, given the white edge that readers of codes want."""
    cv2 = importlib.import_module("cv2")
    foot = picture[int(picture.shape[0] * FOOT) :]
    edged = cv2.copyMakeBorder(foot, EDGE, EDGE, EDGE, EDGE, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    said, _points, _straight = cv2.QRCodeDetector().detectAndDecode(edged)
    return [said] if said else []


def in_order(boxes: list[tuple[list[list[float]], str]]) -> list[str]:
    """Return the texts of boxes as lines: from top to bottom, those of one line from left to right."""
    rest = sorted(boxes, key=lambda one: _middle(one[0]))
    rows: list[list[tuple[list[list[float]], str]]] = []
    for one in rest:
        last = rows[-1][-1] if rows else None
        near = last is not None and _middle(one[0]) - _middle(last[0]) < LINE * min(_height(one[0]), _height(last[0]))
        if near:
            rows[-1].append(one)
        else:
            rows.append([one])
    return ["".join(text for _box, text in sorted(row, key=lambda one: one[0][0][0])) for row in rows]


def _middle(box: list[list[float]]) -> float:
    return sum(point[1] for point in box) / len(box)


def _height(box: list[list[float]]) -> float:
    return max(point[1] for point in box) - min(point[1] for point in box)
