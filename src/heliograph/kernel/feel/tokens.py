"""Expressions cut into words. Full-width signs, typed by habit, are refused with the sign to type instead."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, cast

from heliograph.kernel.feel.errors import FeelError

MAX_LENGTH: Final = 500
MAX_DIGITS: Final = 24
_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |"(?P<text>[^"\\\x00-\x1f\x7f]*)"
    |(?P<sign>\.\.|<=|>=|!=|[-+*/=<>()\[\],])
    |(?P<name>list[ ]contains\b|[^\W\d]\w*)""",
    re.VERBOSE,
)
_SIGNS_MEANT: Final = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "“": '"', "”": '"', "、": ",", "。": "."}

TokenKind = Literal["number", "text", "sign", "name", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression; ``at`` counts characters from 1."""

    kind: TokenKind
    text: str
    at: int


def tokens_of(text: str) -> list[Token]:
    """Return the words of an expression, closed by one of kind "end"."""
    if len(text) > MAX_LENGTH:
        raise FeelError(f"表达式过长（最多 {MAX_LENGTH} 个字符）")
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise FeelError(_unknown(text, place), place + 1)
        kind = match.lastgroup
        if kind == "number" and len(match.group()) > MAX_DIGITS:
            raise FeelError(f"数过长（最多 {MAX_DIGITS} 位）", place + 1)
        if kind is not None and kind != "space":
            found.append(Token(cast("TokenKind", kind), match.group(kind), place + 1))
        place = match.end()
    found.append(Token("end", "", len(text) + 1))
    return found


def _unknown(text: str, place: int) -> str:
    """Say what is wrong with a character that begins no word."""
    sign = text[place]
    if sign == '"':
        return "引号没有收尾，或引号内有反斜线、换行"
    meant = _SIGNS_MEANT.get(sign) or unicodedata.normalize("NFKC", sign)
    if meant != sign and meant.isascii() and meant.strip():
        return f"“{sign}”请改用半角符号 {meant}"
    if not sign.isprintable() or sign.isspace():
        return "有看不见的字符，请删去"
    return f"无法识别“{sign}”"
