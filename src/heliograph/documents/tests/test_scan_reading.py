"""Scans as pages and lines. The reader itself is an extra; its boxes are given here as it gave them."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from heliograph.documents import scan_reading
from heliograph.documents.scan_reading import CannotReadError, in_order, read_scan

Box = list[list[float]]


def box(left: float, top: float, width: float = 100, height: float = 20) -> Box:
    return [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]


def test_boxes_of_one_line_are_read_from_left_to_right() -> None:
    found = [(box(300, 12), "右"), (box(0, 60), "下"), (box(0, 10), "左")]
    assert in_order(found) == ["左右", "下"]
    assert in_order([]) == []


class Sheet:
    """Stands in for a page or a picture."""

    shape = (1000, 700, 3)

    def __getitem__(self, _where: object) -> Sheet:
        return self

    def get_size(self) -> tuple[float, float]:
        return (595.0, 842.0)

    def render(self, **_how: object) -> Sheet:
        return self

    def to_numpy(self) -> Sheet:
        return self


class PdfError(Exception):
    """Stands in for what the reader of PDF raises."""


class Pdf(list[Sheet]):
    """Stands in for an open PDF."""

    def __init__(self, content: bytes) -> None:
        if b"locked" in content:
            raise PdfError
        super().__init__([Sheet()] * (41 if b"long" in content else 2))

    def close(self) -> None:
        """Nothing to close."""


class Codes:
    """Stands in for the reader of codes."""

    def detectAndDecode(self, _picture: object) -> tuple[str, None, None]:  # noqa: N802 - the name that is called
        return ("号\nff", None, None)


@pytest.fixture(autouse=True)
def extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put stand-ins where the extra would be."""
    texts = SimpleNamespace(boxes=SimpleNamespace(tolist=lambda: [box(0, 10)]), txts=("一行",))
    blank = SimpleNamespace(boxes=None, txts=None)
    turns = iter([texts, blank, texts])
    cv2 = SimpleNamespace(
        IMREAD_COLOR=1,
        BORDER_CONSTANT=0,
        imdecode=lambda content, _how: None if content == b"broken" else Sheet(),
        copyMakeBorder=lambda picture, *_: picture,
        QRCodeDetector=Codes,
    )
    cv2.copyMakeBorder = lambda picture, *_sides, **_how: picture
    modules: dict[str, Any] = {
        "cv2": cv2,
        "numpy": SimpleNamespace(frombuffer=lambda content, dtype: content, uint8=None),
        "pypdfium2": SimpleNamespace(PdfDocument=Pdf, PdfiumError=PdfError),
        "rapidocr": SimpleNamespace(RapidOCR=lambda: lambda _picture: next(turns)),
    }
    scan_reading._engine.cache_clear()
    monkeypatch.setattr(
        scan_reading, "importlib", SimpleNamespace(import_module=modules.__getitem__, util=importlib.util)
    )


def test_pages_of_a_pdf_and_a_picture_are_read() -> None:
    first, second = read_scan(b"%PDF-1.7")
    assert (first.lines, first.codes) == (["一行"], ["号\nff"])
    assert second.lines == []
    [only] = read_scan(b"\x89PNG")
    assert only.lines == ["一行"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF- locked", "设有密码"), (b"%PDF- long", "最多 40 页，现为 41 页"), (b"broken", "已经损坏")],
)
def test_what_cannot_be_read_is_said(content: bytes, said: str) -> None:
    with pytest.raises(CannotReadError, match=said):
        read_scan(content)


def test_reader_is_looked_for() -> None:
    assert scan_reading.is_installed() == all(importlib.util.find_spec(one) for one in scan_reading.MODULES)
