"""Run `heliograph-verify` in this process, as a person would call it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heliograph_verify.cli import main
from tests.vectors.small_log import SmallLog, private_leaf, zipped

Saved = Callable[[str, bytes], Path]


@dataclass(frozen=True)
class Answer:
    """Exit code and what was printed."""

    code: int
    text: str


def verify(*arguments: str | Path, lang: str = "en") -> Answer:
    """Run the command."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(stream):
        code = main([*map(str, arguments), "--lang", lang])
    stream.seek(0)
    return Answer(code, stream.read())


def answer_for(saved: Saved, files: dict[str, bytes], *more: str | Path) -> Answer:
    """Check a case made of these files."""
    return verify("case", saved("case.zip", zipped(files)), *more)


def log_of(*records: dict[str, Any]) -> SmallLog:
    """Return a process ledger of these records."""
    return SmallLog([private_leaf(record) for record in records])
