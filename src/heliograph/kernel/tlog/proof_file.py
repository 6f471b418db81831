"""Proof files (C2SP tlog-proof): one text by which anybody can check, without a network, that an entry was logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heliograph.kernel.tlog.encoding import (
    EncodingError,
    decode_base64,
    decode_hash,
    decode_number,
    decode_text,
    encode_base64,
)
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import HASH_SIZE
from heliograph.kernel.tlog.notes import NoteError, SignedNote, format_note, parse_note
from heliograph.kernel.tlog.policy import Policy, QuorumResult, satisfied
from heliograph.kernel.tlog.proofs import verify_inclusion
from heliograph.kernel.tlog.tiles import MAX_SIZE

HEADER: Final = "c2sp.org/tlog-proof@v1"
FILE_SUFFIX: Final = ".tlog-proof"
MAX_HASHES: Final = 63
MAX_PROOF: Final = 8 * 2**20  # the manifest of a large import stands in `extra`


class ProofFileError(TlogError):
    """A text that is not a proof file."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's place in a log, the hashes up to the root, and the signed checkpoint of that root.

    ``extra`` is signed by nobody: it may only help to make the entry again (the salt), never be believed.
    """

    extra: bytes | None
    index: int
    hashes: tuple[bytes, ...]
    note: SignedNote

    def __post_init__(self) -> None:
        if self.extra == b"":
            raise ProofFileError("proof_file.extra", "extra data is left out when there is none")
        if not 0 <= self.index <= MAX_SIZE:
            raise ProofFileError("proof_file.index", f"index {self.index} is out of range")
        if len(self.hashes) > MAX_HASHES or any(len(value) != HASH_SIZE for value in self.hashes):
            raise ProofFileError("proof_file.hashes", f"a proof has at most {MAX_HASHES} hashes of {HASH_SIZE} bytes")


def parse_proof(data: bytes | str) -> TlogProof:
    """Return what a proof file holds; nothing is verified yet."""
    try:
        head, border, note = decode_text(data, MAX_PROOF).partition("\n\n")
        if not border:
            raise ProofFileError("proof_file.border", "no empty line before the checkpoint")
        header, *lines = head.split("\n")
        if header != HEADER:
            raise ProofFileError("proof_file.header", f"the first line is not {HEADER}")
        extra = decode_base64(lines.pop(0).removeprefix("extra ")) if head.startswith(f"{HEADER}\nextra ") else None
        if not lines or not lines[0].startswith("index "):
            raise ProofFileError("proof_file.index", "no line with the index")
        index = decode_number(lines[0].removeprefix("index "))
        hashes = tuple(decode_hash(line) for line in lines[1:])
        return TlogProof(extra, index, hashes, parse_note(note))
    except (EncodingError, NoteError) as error:
        raise ProofFileError("proof_file.form", f"not a proof file: {error}") from error


def format_proof(proof: TlogProof) -> str:
    """Return the file."""
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(f"extra {encode_base64(proof.extra)}")
    lines += [f"index {proof.index}", *map(encode_base64, proof.hashes), "", format_note(proof.note)]
    return "\n".join(lines)


def verify_proof(proof: TlogProof, leaf: bytes, policy: Policy, *, not_after: int | None = None) -> QuorumResult:
    """Refuse unless the leaf hash stands where the proof says, under a checkpoint of a known log.

    Whether enough witnesses saw the checkpoint is in the answer, to be asked by the caller.
    """
    result = satisfied(policy, proof.note, not_after=not_after)
    verify_inclusion(proof.index, result.checkpoint.size, leaf, proof.hashes, result.checkpoint.root)
    return result
