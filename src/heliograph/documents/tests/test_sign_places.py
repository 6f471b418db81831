"""Places to sign and what may be kept as a signature: no database, no page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from heliograph.documents.composing import Composed
from heliograph.documents.rules import LONGEST_NAME, may_sign
from heliograph.documents.sign_places import MOST_BYTES, PNG, Mark, fault_of_picture, places_of, with_marks
from heliograph.kernel.verdict import Refused

DAY = date(2026, 11, 22)
SIGNED = {"label": "收件人", "text": "", "tall": 1, "sign": "签名："}
PLAIN = {"label": "备注", "text": "", "tall": 1, "sign": ""}
PARTS: list[dict[str, Any]] = [
    {"part": "paragraph", "text": "试"},
    {"part": "grid", "rows": [[SIGNED, PLAIN]]},
    {"part": "signatures", "who": ["甲", "乙"]},
]
DOCUMENT = Composed("试", "", "form", PARTS, ())


def png(width: int, height: int) -> bytes:
    return PNG + b"\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")


def test_places_are_counted_through_the_document() -> None:
    assert [(one.index, one.who) for one in places_of(DOCUMENT)] == [(0, "收件人"), (1, "甲"), (2, "乙")]


def test_marks_go_to_their_places_and_the_document_stays() -> None:
    marked, pictures = with_marks(DOCUMENT, {0: Mark(png(9, 9), DAY), 2: Mark(b"\xff\xd8\xff", DAY)})
    assert sorted(pictures) == ["signature-0.png", "signature-2.jpg"]
    assert marked.parts[1]["rows"][0][0]["mark"] == {"file": "signature-0.png", "day": "2026年11月22日"}
    assert marked.parts[2]["marks"] == [None, {"file": "signature-2.jpg", "day": "2026年11月22日"}]
    assert "marks" not in DOCUMENT.parts[2]
    assert with_marks(DOCUMENT, {}) == (DOCUMENT, {})


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (b"", "请先签名"),
        (b"x" * (MOST_BYTES + 1), "最大 400 KB"),
        (b"GIF89a", "PNG 或 JPEG"),
        (PNG, "PNG 或 JPEG"),
        (png(4001, 9), "4000 像素"),
        (png(0, 9), "4000 像素"),
    ],
)
def test_what_is_no_signature_is_said(picture: bytes, said: str) -> None:
    assert said in fault_of_picture(picture)


def test_signatures_are_png_or_jpeg() -> None:
    assert fault_of_picture(png(640, 200)) == fault_of_picture(b"\xff\xd8\xff\xe0") == ""


def test_name_of_a_signer_is_short() -> None:
    verdict = may_sign("draft", known=True, signed=False, signer="王" * (LONGEST_NAME + 1), picture_fault="")
    assert isinstance(verdict, Refused)
    assert "最多 60 字" in verdict.message
