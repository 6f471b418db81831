"""Stretches of a file as a browser asks for them, e.g. to wind a video forward (RFC 9110, 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
LONGEST = 8 << 20  # bytes in one answer: a slow reader holds a thread of the server no longer than this takes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes from one place to another, both included, of a file of some size."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.last - self.first + 1

    @property
    def header(self) -> str:
        """The value of Content-Range."""
        return f"bytes {self.first}-{self.last}/{self.size}"


def asked_stretch(header: str, size: int) -> Stretch | None:
    """Return the stretch that a Range header asks for, no longer than one answer gives; the whole file for none.

    None for a stretch that the file does not have. What is not one range of bytes counts as no header.
    """
    found = ONE_RANGE.fullmatch(header.strip())
    if found is None or found.group(1) == found.group(2) == "":
        return Stretch(0, size - 1, size)
    first, last = found.groups()
    begin = size - min(int(last), size) if first == "" else int(first)
    end = size - 1 if first == "" or last == "" else min(int(last), size - 1)
    if begin > end or begin >= size:
        return None
    return Stretch(begin, min(end, begin + LONGEST - 1), size)
