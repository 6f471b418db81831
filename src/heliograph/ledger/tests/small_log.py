"""A log in memory, small enough to show a witness every trick a bad log could try."""

from __future__ import annotations

from heliograph.kernel.tlog.checkpoints import Checkpoint
from heliograph.kernel.tlog.hashing import leaf_hash, root_of
from heliograph.kernel.tlog.notes import Ed25519Signer, SignedNote, sign_note
from heliograph.kernel.tlog.proofs import consistency_proof
from heliograph.kernel.tlog.tiles import Edge, MemoryStore, TileReader, grow
from heliograph.kernel.tlog.witnessing import AddCheckpoint, format_request

ORIGIN = "log.example/public/2026"


class SmallLog:
    """Entries, a key, and what the log says of any of its sizes."""

    def __init__(self, entries: list[bytes], *, origin: str = ORIGIN, seed: bytes = b"\x01" * 32) -> None:
        self.signer = Ed25519Signer(origin, seed)
        self.entries = entries
        self.reader = TileReader(MemoryStore(grow(Edge(), b"", entries).resources), len(entries))

    def note(self, size: int) -> SignedNote:
        root = root_of([leaf_hash(entry) for entry in self.entries[:size]])
        return sign_note(Checkpoint(self.signer.name, size, root).text(), [self.signer])

    def proof(self, old: int, size: int) -> list[bytes]:
        return consistency_proof(self.reader, old, size)

    def request(self, old: int, size: int) -> AddCheckpoint:
        proof = self.proof(old, size) if old <= size else []
        return AddCheckpoint(old, tuple(proof), self.note(size))

    def body(self, old: int, size: int) -> bytes:
        return format_request(self.request(old, size)).encode()
