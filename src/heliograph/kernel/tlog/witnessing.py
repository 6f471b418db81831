"""What a witness answers (C2SP tlog-witness): it cosigns a checkpoint only if the log grew from what it saw last.

Pure: the caller looks up what the witness holds for the origin, and must store ``new_held`` in the same transaction,
before the answer goes out. Otherwise two requests at once could roll the log back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from heliograph.kernel.tlog.checkpoints import Checkpoint, CheckpointError, parse_checkpoint
from heliograph.kernel.tlog.encoding import EncodingError, decode_hash, decode_number, decode_text, encode_base64
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import EMPTY_ROOT, HASH_SIZE
from heliograph.kernel.tlog.notes import (
    MAX_NOTE,
    Cosigner,
    NoteError,
    SignedNote,
    Verifier,
    format_note,
    open_note,
    parse_note,
)
from heliograph.kernel.tlog.proofs import ProofError, verify_consistency
from heliograph.kernel.tlog.tiles import MAX_SIZE

MAX_PROOF_LINES: Final = 63
PLAIN: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"
"""The content type of a conflict: the body is the size the witness holds."""


class WitnessRequestError(TlogError):
    """A request that cannot be read or sent."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: the size the log believes the witness holds, the proof from there, the signed checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: SignedNote

    def __post_init__(self) -> None:
        if not 0 <= self.old <= MAX_SIZE:
            raise WitnessRequestError("witness.old", f"old size {self.old} is out of range")
        if len(self.proof) > MAX_PROOF_LINES or any(len(value) != HASH_SIZE for value in self.proof):
            raise WitnessRequestError("witness.proof", f"at most {MAX_PROOF_LINES} hashes of {HASH_SIZE} bytes")

    @property
    def checkpoint(self) -> Checkpoint:
        """Return what the note says; not verified."""
        return parse_checkpoint(self.note.text)


@dataclass(frozen=True, slots=True)
class Held:
    """The latest checkpoint that a witness cosigned for an origin."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send; ``new_held`` is what has to be stored first, None where nothing changes."""

    status: int
    body: str
    content_type: str = PLAIN
    new_held: Held | None = None


def parse_request(body: bytes | str) -> AddCheckpoint:
    """Return what a request asks."""
    try:
        head, border, note = decode_text(body, MAX_NOTE).partition("\n\n")
        old, *lines = head.split("\n")
        if not border or not old.startswith("old "):
            raise WitnessRequestError("witness.form", "a request is an old size, proof lines, an empty line, a note")
        proof = tuple(decode_hash(line) for line in lines)
        request = AddCheckpoint(decode_number(old.removeprefix("old ")), proof, parse_note(note))
        parse_checkpoint(request.note.text)
    except (EncodingError, NoteError, CheckpointError) as error:
        raise WitnessRequestError("witness.form", f"not a request to a witness: {error}") from error
    return request


def format_request(request: AddCheckpoint) -> str:
    """Return the body to send."""
    return "\n".join([f"old {request.old}", *map(encode_base64, request.proof), "", format_note(request.note)])


def origin_of(body: bytes | str) -> str | None:
    """Return the origin to look up; None for a body that will be answered with 400 anyway."""
    try:
        return parse_request(body).checkpoint.origin
    except WitnessRequestError:
        return None


def add_checkpoint(
    body: bytes | str,
    held: Held | None,
    log_verifiers: Sequence[Verifier],
    cosigners: Sequence[Cosigner],
    *,
    time: int,
) -> Answer:
    """Answer a request; ``held`` and ``log_verifiers`` are those of its origin (none known: an unknown log)."""
    try:
        request = parse_request(body)
    except WitnessRequestError as error:
        return Answer(400, f"{error}\n")
    checkpoint = request.checkpoint
    if not log_verifiers:
        return Answer(404, "unknown origin\n")
    try:
        by_log = open_note(request.note, log_verifiers)
    except NoteError as error:
        return Answer(403, f"{error}\n")
    if request.old > checkpoint.size:
        return Answer(400, "the old size is larger than the checkpoint's\n")
    known = held or Held(0, EMPTY_ROOT, "")
    if request.old != known.size:
        return Answer(409, f"{known.size}\n", SIZE)
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        return Answer(422, "an empty log with another than the empty root\n")
    try:
        verify_consistency(known.size, checkpoint.size, known.root, checkpoint.root, request.proof)
    except ProofError as error:
        return Answer(422, f"{error}\n")
    lines = tuple(cosigner.cosign(request.note.text, time) for cosigner in cosigners)
    # Lines by unknown keys are not kept: whoever reads the held note would take them for checked.
    cosigned = SignedNote(request.note.text, (*(line.signature for line in by_log), *lines))
    new_held = Held(checkpoint.size, checkpoint.root, format_note(cosigned))
    return Answer(200, "".join(line.line() for line in lines), PLAIN, new_held)
