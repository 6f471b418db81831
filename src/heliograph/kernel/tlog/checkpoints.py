"""Checkpoints (C2SP tlog-checkpoint): the text by which a log commits to its origin, its size and its root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heliograph.kernel.tlog.encoding import (
    EncodingError,
    decode_hash,
    decode_number,
    decode_text,
    encode_base64,
)
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import HASH_SIZE
from heliograph.kernel.tlog.tiles import MAX_SIZE

_LINES: Final = 3
_MAX_TEXT: Final = 10_000


class CheckpointError(TlogError):
    """A text that is not a checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one moment."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or any(char < " " for char in self.origin):
            raise CheckpointError("checkpoint.origin", "the origin is empty or has a control character")
        if not 0 <= self.size <= MAX_SIZE:
            raise CheckpointError("checkpoint.size", f"size {self.size} is out of range")
        if len(self.root) != HASH_SIZE:
            raise CheckpointError("checkpoint.root", f"a root of {len(self.root)} bytes")

    def text(self) -> str:
        """Return the text to be signed."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


def parse_checkpoint(text: str | bytes) -> Checkpoint:
    """Return the checkpoint of a note's text. Extension lines are refused: nobody could audit them."""
    try:
        *lines, end = decode_text(text, _MAX_TEXT).split("\n")
        if end or len(lines) != _LINES:
            raise CheckpointError("checkpoint.lines", f"a checkpoint is {_LINES} lines, each with its line end")
        return Checkpoint(lines[0], decode_number(lines[1]), decode_hash(lines[2]))
    except EncodingError as error:
        raise CheckpointError("checkpoint.form", f"not a checkpoint: {error}") from error
