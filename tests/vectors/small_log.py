"""A log made in the most obvious way, by the recursive definitions, so that verifiers are not tested by their own code.

Nothing of `heliograph` or `heliograph_verify` is used here.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

ORIGIN = "ledger.example/public/2026"
WITNESS = "witness.example/court"
SALT = bytes(range(32))
LABEL = b"heliograph/record/v1\0"


def sha(data: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(data).decode("ascii")


def canonical(value: object) -> bytes:
    """Return canonical JSON of values without floats and with ASCII keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key under its name: kind 1 signs the text, kind 4 cosigns with a time."""

    name: str
    seed: int
    kind: int = 1

    @functools.cached_property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes([self.seed]) * 32)

    @property
    def material(self) -> bytes:
        return bytes([self.kind]) + self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        return sha(self.name.encode() + b"\n" + self.material)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64(self.material)}"

    def line(self, text: str, at: int = 1_790_000_000) -> str:
        if self.kind == 1:
            return f"— {self.name} {b64(self.key_id + self.private.sign(text.encode()))}\n"
        signed = self.private.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        return f"— {self.name} {b64(self.key_id + struct.pack('>Q', at) + signed)}\n"


@dataclass(frozen=True)
class PostQuantumSigner:
    """An ML-DSA-44 key: kind 6."""

    name: str
    seed: int

    @functools.cached_property
    def private(self) -> MLDSA44PrivateKey:
        return MLDSA44PrivateKey.from_seed_bytes(bytes([self.seed]) * 32)

    @property
    def material(self) -> bytes:
        return b"\x06" + self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        return sha(self.name.encode() + b"\n" + self.material)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64(self.material)}"

    def line(self, text: str, at: int = 0) -> str:
        origin, size, root, _ = text.split("\n")
        message = b"subtree/v1\n\0" + bytes([len(self.name.encode())]) + self.name.encode() + struct.pack(">Q", at)
        message += bytes([len(origin)]) + origin.encode() + struct.pack(">QQ", 0, int(size)) + base64.b64decode(root)
        return f"— {self.name} {b64(self.key_id + struct.pack('>Q', at) + self.private.sign(message))}\n"


LOG_KEY = Signer(ORIGIN, 1)
WITNESS_KEY = Signer(WITNESS, 2, 4)
STRANGER = Signer("stranger.example", 3)


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, by the recursive definition of RFC 6962."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha(b"\1" + tree_hash(leaves[:middle]) + tree_hash(leaves[middle:]))


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]) of RFC 6962."""
    if len(leaves) == 1:
        return []
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < middle:
        return [*inclusion(index, leaves[:middle]), tree_hash(leaves[middle:])]
    return [*inclusion(index - middle, leaves[middle:]), tree_hash(leaves[:middle])]


def consistency(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """Return SUBPROOF(m, D[n], b) of RFC 6962."""
    if old == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    if old <= middle:
        return [*consistency(old, leaves[:middle], whole=whole), tree_hash(leaves[middle:])]
    return [*consistency(old - middle, leaves[middle:], whole=False), tree_hash(leaves[:middle])]


def number(value: int) -> str:
    """Return the path elements of a tile's number."""
    digits = f"{value:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def rows(kind: str, cells: Sequence[bytes]) -> dict[str, bytes]:
    """Return the files of one row of tiles or bundles, 256 cells a file."""
    files = {}
    for at in range(0, len(cells), 256):
        part = cells[at : at + 256]
        suffix = "" if len(part) == 256 else f".p/{len(part)}"
        files[f"tile/{kind}/{number(at // 256)}{suffix}"] = b"".join(part)
    return files


@dataclass
class SmallLog:
    """Entries, and all that follows from them."""

    entries: list[bytes] = field(default_factory=list)
    origin: str = ORIGIN
    signers: tuple[Signer | PostQuantumSigner, ...] = (LOG_KEY, WITNESS_KEY)

    @property
    def leaves(self) -> list[bytes]:
        return [sha(b"\0" + entry) for entry in self.entries]

    def text(self) -> str:
        return f"{self.origin}\n{len(self.entries)}\n{b64(tree_hash(self.leaves))}\n"

    def checkpoint(self) -> bytes:
        text = self.text()
        return (text + "\n" + "".join(signer.line(text) for signer in self.signers)).encode()

    def files(self) -> dict[str, bytes]:
        """Return every file of the log."""
        found = {"checkpoint": self.checkpoint()}
        found |= rows("entries", [struct.pack(">H", len(entry)) + entry for entry in self.entries])
        cells, level = self.leaves, 0
        while cells:
            found |= rows(str(level), cells)
            full = len(cells) // 256 * 256
            cells = [tree_hash(cells[at : at + 256]) for at in range(0, full, 256)]
            level += 1
        return found

    def write(self, folder: Path) -> Path:
        """Write the log, beside what is there already."""
        for name, data in self.files().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder

    def proof(self, index: int, record: dict[str, Any] | None, salt: bytes = SALT) -> bytes:
        """Return a proof file; without a record it is that of an erased one."""
        extra: dict[str, Any] = {"leaf": b64(self.entries[index])}
        if record is not None:
            extra |= {"manifest": record, "salt": b64(salt)}
        return self.proof_with(index, canonical(extra))

    def proof_with(self, index: int, extra: bytes) -> bytes:
        """Return a proof file with any extra data."""
        path = [b64(node) for node in inclusion(index, self.leaves)]
        head = ["c2sp.org/tlog-proof@v1", f"extra {b64(extra)}", f"index {index}", *path, ""]
        return "\n".join(head).encode() + b"\n" + self.checkpoint()


POLICY = f"log {LOG_KEY.vkey}\nwitness court {WITNESS_KEY.vkey}\nquorum court\n"


def manifest(number: int = 1, prev: str | None = None, **changes: object) -> dict[str, Any]:
    """Return a manifest as the product writes it."""
    return {
        "v": 1, "kind": "entry.published", "agency": "luozhuang-tjj", "id": f"0192f3c4-0000-7000-8000-{number:012d}",
        "subject": {"kind": "entry", "id": "0192f3c4-1111-7000-8000-000000000001"}, "number": number, "prev": prev,
        "actor": None, "at": f"2026-11-22T04:{number % 60:02d}:00Z",
        "rows": [["registers_entry", "7", hashlib.sha256(b"row").hexdigest()]], "facts": {"title": "执法依据"},
        **changes,
    }  # fmt: skip


def commitment(record: dict[str, Any], salt: bytes = SALT) -> str:
    """Return what the leaf shows."""
    return sha(LABEL + salt + canonical(record)).hex()


def private_leaf(record: dict[str, Any]) -> bytes:
    """Return a leaf of the process ledger."""
    return canonical({"c": commitment(record), "v": 1})


def public_leaf(record: dict[str, Any], ref: dict[str, Any] | None = None) -> bytes:
    """Return a leaf of the public log."""
    shared = {key: record[key] for key in ("agency", "at", "id", "kind")}
    return canonical({**shared, "c": commitment(record), "ref": ref, "v": 1})


def chain(count: int) -> tuple[SmallLog, list[dict[str, Any]]]:
    """Return a log with the records of one case between others, and the records."""
    log, records, prev = SmallLog(), [], None
    for step in range(1, count + 1):
        log.entries.append(private_leaf(manifest(900 + step, subject={"kind": "entry", "id": "another"})))
        records.append(manifest(step, prev))
        log.entries.append(private_leaf(records[-1]))
        prev = log.leaves[-1].hex()
    return log, records


def case_files(log: SmallLog, records: Sequence[dict[str, Any] | None]) -> dict[str, bytes]:
    """Return the files of an exported case; the records stand at the odd places of the log of `chain`."""
    files = {"policy.txt": POLICY.encode(), "checkpoint": log.checkpoint(), "README.txt": "案卷\n".encode()}
    for step, record in enumerate(records):
        files[f"records/{step + 1:06d}.tlog-proof"] = log.proof(2 * step + 1, record)
    return files


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def flipped(data: bytes, bit: int) -> bytes:
    """Return the data with one bit turned."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
