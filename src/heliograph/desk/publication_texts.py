"""Texts of a publication in pieces, so that a page can mark what is hidden, kept or not decided yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from heliograph.disclosure.rules.showing import Pair, joined_text

Pieces = list[tuple[str, str]]
HIDDEN, OPEN, LABEL = "mask", "open", "label"


def places_of(redactions: Iterable[dict[str, Any]]) -> list[tuple[int, int, str]]:
    """Return every place of the groups with how it stands, in order."""
    found = [
        (start, end, one["action"] if one["confirmed"] else OPEN) for one in redactions for start, end in one["places"]
    ]
    return sorted(found)


def pieces_of(text: str, places: Sequence[tuple[int, int, str]]) -> list[Pieces]:
    """Return a text as lines of pieces, each with how it stands, empty where nothing was found."""
    lines: list[Pieces] = []
    start = 0
    for line in text.split("\n"):
        inside = [(max(a - start, 0), min(b - start, len(line)), how) for a, b, how in places]
        lines.append(list(_cut(line, [one for one in inside if one[0] < one[1]])))
        start += len(line) + 1
    return lines


def _cut(line: str, places: Sequence[tuple[int, int, str]]) -> Iterable[tuple[str, str]]:
    at = 0
    for start, end, how in places:
        if start > at:
            yield line[at:start], ""
        yield line[max(start, at) : end], how
        at = end
    if at < len(line):
        yield line[at:], ""


def original_pieces(lines: Sequence[Pair], text: str, redactions: Iterable[dict[str, Any]]) -> list[Pieces]:
    """Return summary and document before they are masked."""
    return labelled(pieces_of(joined_text(lines, text), places_of(redactions)), lines)


def masked_pieces(text: str, spans: Iterable[Any], lines: Sequence[Sequence[str]]) -> list[Pieces]:
    """Return summary and document as the public reads them. spans: of the kernel, or as they are kept."""
    return labelled(pieces_of(text, sorted((*_ends(one), HIDDEN) for one in spans)), lines)


def labelled(found: list[Pieces], lines: Sequence[Sequence[str]]) -> list[Pieces]:
    """Return the pieces with the label before each line of the summary."""
    labels = [[(f"{label}：", LABEL)] for label, _value in lines]
    return [[*label, *pieces] for label, pieces in zip(labels, found, strict=False)] + found[len(labels) :]


def _ends(span: Any) -> tuple[int, int]:
    if isinstance(span, dict):
        return span["masked_start"], span["masked_end"]
    return span.masked_start, span.masked_end
