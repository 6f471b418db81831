"""The texts of a ledger: signed notes, checkpoints, proof files, leaves, manifests. Bytes in, checked values out.

Whatever does not follow the format to the letter raises `Unreadable`; nothing else leaves these functions, whatever the
bytes are, and every input has a greatest length.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

NOTE_LIMIT = 1 << 20
PROOF_LIMIT = 8 << 20
ENTRY_LIMIT = 0xFFFF
SIGNATURE_LINES_LIMIT = 100
SIZE_LIMIT = (1 << 63) - 1
EXACT_INTEGER = (1 << 53) - 1
COMMITMENT_LABEL = b"heliograph/record/v1\0"
PROOF_HEADER = "c2sp.org/tlog-proof@v1"

CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
HEX32 = re.compile(r"[0-9a-f]{64}")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
PUBLIC_LEAF_KEYS = {"agency", "at", "c", "id", "kind", "ref", "v"}
TEXT_KEYS = ("at", "id", "kind")
MANIFEST_KEYS = {"v", "kind", "agency", "id", "subject", "number", "prev", "actor", "at", "rows", "facts"}


class Unreadable(Exception):  # noqa: N818 - a verdict, named as the exit code is
    """The bytes cannot be judged: exit 2. `code` names a text of the catalogue."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def strict_base64(text: str) -> bytes:
    """Decode standard base64 that has only one spelling for its bytes."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise Unreadable("bad_base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise Unreadable("bad_base64")
    return data


def strict_hash(text: str) -> bytes:
    """Decode a base64 hash of 32 bytes."""
    data = strict_base64(text)
    if len(data) != 32:
        raise Unreadable("bad_hash")
    return data


def strict_decimal(text: str) -> int:
    """Read a count or an index: ASCII digits, no leading zero, below 2^63."""
    if not DECIMAL.fullmatch(text) or int(text) > SIZE_LIMIT:
        raise Unreadable("bad_number")
    return int(text)


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > EXACT_INTEGER:
        raise ValueError(text[:20])
    return int(text)


def _no_such_number(text: str) -> NoReturn:
    raise ValueError(text[:20])


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs) or not all(key.isascii() for key in found):
        raise ValueError("keys")
    return found


def parse_json(data: bytes) -> Json:
    """Parse JSON without floats, doubled keys, keys beyond ASCII, or nesting that a computer cannot follow."""
    try:
        value: Json = json.loads(
            data.decode("utf-8"),
            parse_int=_integer,
            parse_float=_no_such_number,
            parse_constant=_no_such_number,
            object_pairs_hook=_members,
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable("bad_json") from error
    return value


def canonical(value: Json) -> bytes:
    """Return the RFC 8785 bytes of a value of `parse_json`: with ASCII keys and integers only, sorting is all of it."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Unreadable("bad_json") from error


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note, not yet checked."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: so many leaves, this root; with the signatures it carries."""

    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: tuple[Signature, ...]


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "\u2014" or not name or "+" in name or any(mark.isspace() for mark in name):
        raise Unreadable("bad_note")
    value = strict_base64(encoded)
    if len(value) < 5:
        raise Unreadable("bad_note")
    return Signature(name, value[:4], value[4:])


def _split_note(data: bytes) -> tuple[str, tuple[Signature, ...]]:
    if len(data) > NOTE_LIMIT:
        raise Unreadable("too_big")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("bad_note") from error
    cut = whole.rfind("\n\n")
    lines = whole[cut + 2 :].split("\n")
    if CONTROLS.search(whole) or cut < 1 or lines.pop() != "" or not 0 < len(lines) <= SIGNATURE_LINES_LIMIT:
        raise Unreadable("bad_note")
    return whole[: cut + 1], tuple(_signature(line) for line in lines)


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Read a checkpoint: exactly origin, size and root (lines beyond these could not be audited), then signatures."""
    text, signatures = _split_note(data)
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0]:
        raise Unreadable("bad_checkpoint")
    return Checkpoint(lines[0], strict_decimal(lines[1]), strict_hash(lines[2]), text.encode("utf-8"), signatures)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of a log: a commitment, and in the public log what everybody may read."""

    commitment: str
    public: dict[str, Json] | None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a public leaf says of an earlier one; without an index if that one had none yet."""

    index: int | None
    leaf_hash: str


def _is_hash(value: Json) -> bool:
    return isinstance(value, str) and HEX32.fullmatch(value) is not None


def _are_texts(value: dict[str, Json]) -> bool:
    named = all(isinstance(value[key], str) for key in TEXT_KEYS)
    return named and (value["agency"] is None or isinstance(value["agency"], str))


def parse_leaf(data: bytes) -> Leaf:
    """Read an entry of the process ledger or of the public log."""
    if len(data) > ENTRY_LIMIT:
        raise Unreadable("bad_leaf")
    value = parse_json(data)
    if not isinstance(value, dict) or canonical(value) != data or type(value.get("v")) is not int or value["v"] != 1:
        raise Unreadable("bad_leaf")
    commitment = value.get("c")
    if not isinstance(commitment, str) or not _is_hash(commitment):
        raise Unreadable("bad_leaf")
    if value.keys() == {"c", "v"}:
        return Leaf(commitment, None)
    if value.keys() != PUBLIC_LEAF_KEYS or not _are_texts(value) or not INSTANT.fullmatch(str(value["at"])):
        raise Unreadable("bad_leaf")
    if not UUID.fullmatch(str(value["id"])):
        raise Unreadable("bad_leaf")
    leaf = Leaf(commitment, value)
    reference_of(leaf)
    return leaf


def reference_of(leaf: Leaf) -> Reference | None:
    """Return what the leaf refers to."""
    ref = leaf.public.get("ref") if leaf.public is not None else None
    if ref is None:
        return None
    if not isinstance(ref, dict) or ref.keys() != {"hash", "index"} or not _is_hash(ref["hash"]):
        raise Unreadable("bad_leaf")
    index = ref["index"]
    if index is not None and (type(index) is not int or index < 0):
        raise Unreadable("bad_leaf")
    return Reference(index, str(ref["hash"]))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a record says; `value` is all of it, the rest are the members that bind records to each other."""

    value: dict[str, Json]
    kind: str
    subject: tuple[str, str]
    number: int
    prev: str | None


def _is_row(row: Json) -> bool:
    """A row has table, key and digest; the digest is empty where the act removed the row."""
    if not isinstance(row, list) or len(row) != 3 or not all(isinstance(cell, str) for cell in row):
        return False
    return row[2] == "" or _is_hash(row[2])


def _is_manifest(value: dict[str, Json]) -> bool:
    subject, number, prev, rows = value["subject"], value["number"], value["prev"], value["rows"]
    return (
        (type(value["v"]) is int and value["v"] == 1)
        and _are_texts(value)
        and (isinstance(subject, dict) and all(isinstance(subject.get(key), str) for key in ("kind", "id")))
        and (type(number) is int and number >= 1)
        and (prev is None or _is_hash(prev))
        and (value["actor"] is None or isinstance(value["actor"], str))
        and (isinstance(rows, list) and all(_is_row(row) for row in rows))
        and isinstance(value["facts"], dict)
        and isinstance(value.get("published", {}), dict)
    )


def read_manifest(value: dict[str, Json]) -> Manifest:
    """Check the shape of a manifest."""
    if not value.keys() >= MANIFEST_KEYS or not _is_manifest(value):
        raise Unreadable("bad_manifest")
    subject, number, prev = value["subject"], value["number"], value["prev"]
    if not isinstance(subject, dict) or not isinstance(number, int):  # narrows for the type checker
        raise Unreadable("bad_manifest")
    named = (str(subject["kind"]), str(subject["id"]))
    return Manifest(value, str(value["kind"]), named, number, None if prev is None else str(prev))


def commitment_of(manifest: dict[str, Json], salt: bytes) -> str:
    """Return what a leaf must show for this manifest."""
    return hashlib.sha256(COMMITMENT_LABEL + salt + canonical(manifest)).hexdigest()


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A `.tlog-proof` file; an erased record has neither manifest nor salt."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint
    entry: bytes
    leaf: Leaf
    manifest: dict[str, Json] | None
    salt: bytes


def _extra(encoded: str) -> tuple[bytes, dict[str, Json] | None, bytes]:
    extra = parse_json(strict_base64(encoded))
    if not isinstance(extra, dict) or not isinstance(extra.get("leaf"), str):
        raise Unreadable("bad_extra")
    entry = strict_base64(str(extra["leaf"]))
    if extra.keys() == {"leaf"}:
        return entry, None, b""
    manifest, salt = extra.get("manifest"), extra.get("salt")
    # A manifest without its salt proves nothing: it could say anything. Both, or neither.
    if extra.keys() != {"leaf", "manifest", "salt"} or not isinstance(manifest, dict) or not isinstance(salt, str):
        raise Unreadable("bad_extra")
    return entry, manifest, strict_hash(salt)


def parse_proof(data: bytes) -> ProofFile:
    """Read a proof file with the record that it carries."""
    if len(data) > PROOF_LIMIT:
        raise Unreadable("too_big")
    head, _, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Unreadable("bad_proof") from error
    if len(lines) < 3 or lines[0] != PROOF_HEADER or len(lines) > 3 + 63:
        raise Unreadable("bad_proof")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Unreadable("bad_proof")
    entry, manifest, salt = _extra(lines[1].removeprefix("extra "))
    index = strict_decimal(lines[2].removeprefix("index "))
    hashes = tuple(strict_hash(line) for line in lines[3:])
    return ProofFile(index, hashes, parse_checkpoint(note), entry, parse_leaf(entry), manifest, salt)


def parse_growth(data: bytes) -> tuple[int, list[bytes]]:
    """Read the proof that a log grew from an earlier state: `old <size>`, then the hashes, each on its line."""
    try:
        first, *lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Unreadable("bad_growth") from error
    if not first.startswith("old ") or not lines or lines.pop() != "" or len(lines) > 63:
        raise Unreadable("bad_growth")
    return strict_decimal(first.removeprefix("old ")), [strict_hash(line) for line in lines]
