"""Where people sign a document by hand, and signatures captured on a pad in these places. Pure.

A place is counted through the whole document: lines for signatures and cells with a line to sign on, as they are read.
What somebody signs is told by a hash of its content: a draft that is changed afterwards has another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date

from heliograph.documents.composing import Composed, Part
from heliograph.documents.wording import chinese_day
from heliograph.kernel.canonical import canonical_bytes

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
MOST_BYTES = 400_000
MOST_PIXELS = 4000
_SIZE_AT = slice(16, 24)  # of a PNG: width and height, four bytes each


@dataclass(frozen=True, slots=True)
class SignPlace:
    """One place to sign: its number in the document and who signs there."""

    index: int
    who: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A captured signature: its picture and the day it was given."""

    picture: bytes
    day: date

    def name(self, index: int) -> str:
        """Return the name under which the layout finds the picture."""
        return f"signature-{index}.{'png' if self.picture.startswith(PNG) else 'jpg'}"


def content_sha256(data_sha256: str, template_sha256: str) -> str:
    """Return the hash of what somebody signs: the data and the wording of a document, whatever number it gets later."""
    return hashlib.sha256(canonical_bytes([data_sha256, template_sha256])).hexdigest()


def places_of(composed: Composed) -> list[SignPlace]:
    """Return the places to sign of a document in the order of reading."""
    names = (name for part in composed.parts for name in _names(part))
    return [SignPlace(index, who) for index, who in enumerate(names)]


def _names(part: Part) -> Iterator[str]:
    if part["part"] == "signatures":
        yield from part["who"]
    elif part["part"] == "grid":
        yield from (cell["label"] for row in part["rows"] for cell in row if cell["sign"])


def with_marks(composed: Composed, marks: Mapping[int, Mark]) -> tuple[Composed, dict[str, bytes]]:
    """Return the document with signatures in their places, and the pictures by the names that the parts give them."""
    if not marks:
        return composed, {}
    parts: list[Part] = deepcopy(composed.parts)
    numbers = iter(range(len(places_of(composed))))
    for part in parts:
        if part["part"] == "signatures":
            part["marks"] = [_shown(next(numbers), marks) for _who in part["who"]]
        elif part["part"] == "grid":
            for cell in (cell for row in part["rows"] for cell in row if cell["sign"]):
                cell["mark"] = _shown(next(numbers), marks)
    return replace(composed, parts=parts), {mark.name(index): mark.picture for index, mark in marks.items()}


def _shown(index: int, marks: Mapping[int, Mark]) -> dict[str, str] | None:
    mark = marks.get(index)
    return None if mark is None else {"file": mark.name(index), "day": chinese_day(mark.day)}


def fault_of_picture(content: bytes) -> str:
    """Return why a picture is no signature to be kept, empty when it is one."""
    if not content:
        return "请先签名，或者选择签名图片。"
    if len(content) > MOST_BYTES:
        return f"签名图片最大 {MOST_BYTES // 1000} KB，现为 {len(content) // 1000} KB。"
    if content.startswith(JPEG):
        return ""
    if not content.startswith(PNG) or len(content) < _SIZE_AT.stop:
        return "签名图片应为 PNG 或 JPEG。"
    size = content[_SIZE_AT]
    if not all(0 < int.from_bytes(side, "big") <= MOST_PIXELS for side in (size[:4], size[4:])):
        return f"签名图片每边最多 {MOST_PIXELS} 像素。"
    return ""
