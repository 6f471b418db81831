"""Who signed: verifier keys, signature lines, and policies of logs, witnesses and quorums (C2SP tlog-policy)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from heliograph_verify.formats import SIZE_LIMIT, Checkpoint, Signature, Unreadable, strict_base64, strict_decimal

ED25519, ED25519_COSIGNATURE, MLDSA44_COSIGNATURE = 1, 4, 6
LENGTHS = {ED25519: 32, ED25519_COSIGNATURE: 32, MLDSA44_COSIGNATURE: 1312}
WITNESS_KINDS = {ED25519_COSIGNATURE, MLDSA44_COSIGNATURE}
POLICY_LIMIT = 1 << 20
NAMES_LIMIT = 1000
FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
BLANKS = re.compile(r"[ \t]+")
KEY_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Key:
    """A key that the reader trusts; `kind` is the signature type of signed-note."""

    name: str
    key_id: bytes
    kind: int
    public: bytes


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these names must have witnessed."""

    threshold: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Policy:
    """Which logs are believed, and which witnesses must have seen the same."""

    logs: list[Key] = field(default_factory=list)
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str | None = None

    def defines(self, name: str) -> bool:
        """Say whether a line above gave this name."""
        return name in self.witnesses or name in self.groups

    def known_keys(self) -> list[Key]:
        """Return every key of the policy."""
        return [*self.logs, *self.witnesses.values()]


def parse_vkey(text: str) -> Key:
    """Read `<name>+<key id>+<base64 of type and public key>`."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0] or not KEY_ID.fullmatch(parts[1]):
        raise Unreadable("bad_vkey")
    material = strict_base64(parts[2])
    if len(material) < 2 or len(material) != 1 + LENGTHS.get(material[0], len(material) - 1):
        raise Unreadable("bad_vkey")
    name = parts[0].encode("utf-8", "surrogateescape")
    if hashlib.sha256(name + b"\n" + material).hexdigest()[:8] != parts[1]:
        raise Unreadable("bad_vkey")
    return Key(parts[0], bytes.fromhex(parts[1]), material[0], material[1:])


def _add_key(policy: Policy, key: Key) -> None:
    for known in policy.known_keys():
        if known.public == key.public or (known.name, known.key_id) == (key.name, key.key_id):
            raise Unreadable("policy_key_twice", name=key.name)


def _log(policy: Policy, words: list[str]) -> None:
    if len(words) not in (1, 2):
        raise Unreadable("bad_policy")
    key = parse_vkey(words[0])
    if key.kind == ED25519_COSIGNATURE:
        raise Unreadable("bad_vkey")
    _add_key(policy, key)
    policy.logs.append(key)


def _witness(policy: Policy, words: list[str]) -> None:
    if len(words) not in (2, 3) or words[0] == "none" or policy.defines(words[0]):
        raise Unreadable("bad_policy")
    key = parse_vkey(words[1])
    if key.kind not in WITNESS_KINDS:
        raise Unreadable("bad_vkey")
    _add_key(policy, key)
    policy.witnesses[words[0]] = key


def _group(policy: Policy, words: list[str]) -> None:
    if len(words) < 3 or words[0] == "none" or policy.defines(words[0]):
        raise Unreadable("bad_policy")
    name, needed, members = words[0], words[1], words[2:]
    taken = {member for group in policy.groups.values() for member in group.members}
    if len(set(members)) != len(members) or taken & set(members) or not all(map(policy.defines, members)):
        raise Unreadable("bad_policy")
    threshold = {"any": 1, "all": len(members)}.get(needed) or strict_decimal(needed)
    if not 1 <= threshold <= len(members):
        raise Unreadable("bad_policy")
    policy.groups[name] = Group(threshold, tuple(members))


def _quorum(policy: Policy, words: list[str]) -> None:
    if len(words) != 1 or policy.quorum is not None or not (words[0] == "none" or policy.defines(words[0])):
        raise Unreadable("bad_policy")
    policy.quorum = words[0]


LINES = {"log": _log, "witness": _witness, "group": _group, "quorum": _quorum}


def parse_policy(data: bytes) -> Policy:
    """Read a policy file."""
    if len(data) > POLICY_LIMIT:
        raise Unreadable("too_big")
    if FORBIDDEN.search(data):
        raise Unreadable("bad_policy")
    policy = Policy()
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        text = line.strip(" \t")
        if not text or text.startswith("#"):
            continue
        word, *rest = BLANKS.split(text)
        if word not in LINES or len(policy.known_keys()) + len(policy.groups) > NAMES_LIMIT:
            raise Unreadable("bad_policy")
        LINES[word](policy, rest)
    if policy.quorum is None:
        raise Unreadable("bad_policy")
    return policy


def _framed(text: bytes) -> bytes:
    if not 1 <= len(text) <= 255:
        raise InvalidSignature
    return bytes([len(text)]) + text


def _subtree_message(key: Key, checkpoint: Checkpoint, timestamp: bytes) -> bytes:
    name, origin = key.name.encode("utf-8", "surrogateescape"), checkpoint.origin.encode("utf-8")
    span = bytes(8) + checkpoint.size.to_bytes(8, "big")
    return b"subtree/v1\n\0" + _framed(name) + timestamp + _framed(origin) + span + checkpoint.root


def _verify(key: Key, checkpoint: Checkpoint, value: bytes) -> None:
    if key.kind == ED25519:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, checkpoint.text)
        return
    timestamp, signature = value[:8], value[8:]
    seconds = int.from_bytes(timestamp, "big")
    if len(timestamp) != 8 or seconds > SIZE_LIMIT:
        raise InvalidSignature
    if key.kind == ED25519_COSIGNATURE:
        message = b"cosignature/v1\ntime %d\n" % seconds + checkpoint.text
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    else:
        message = _subtree_message(key, checkpoint, timestamp)
        MLDSA44PublicKey.from_public_bytes(key.public).verify(signature, message)


def signature_holds(key: Key, checkpoint: Checkpoint, signature: Signature) -> bool | None:
    """Say whether the key made this signature; None where its algorithm is not one that can be checked here."""
    if key.kind not in LENGTHS:
        return None
    try:
        _verify(key, checkpoint, signature.value)
    except UnsupportedAlgorithm:
        return None
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a policy says of one checkpoint."""

    bad: tuple[str, ...]
    unchecked: tuple[str, ...]
    signed_by_log: str | None
    witnesses: tuple[str, ...]
    quorum_met: bool


def _witnessed(policy: Policy, seen: set[str]) -> bool:
    reached = set(seen)
    for name, group in policy.groups.items():  # in the order of their lines: members come first
        if len(reached & set(group.members)) >= group.threshold:
            reached.add(name)
    return policy.quorum == "none" or policy.quorum in reached


def judge(policy: Policy, checkpoint: Checkpoint) -> Judgement:
    """Check every signature by a known key. A bad one spoils the checkpoint; unknown keys are passed over."""
    known = {(key.name, key.key_id): key for key in policy.known_keys()}
    good: set[Key] = set()
    bad: list[str] = []
    unchecked: list[str] = []
    for signature in checkpoint.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        holds = signature_holds(key, checkpoint, signature)
        if holds:
            good.add(key)
        else:
            (unchecked if holds is None else bad).append(signature.name)
    # The key's name must be the origin: a log may not speak for another one.
    by_log = next((key.name for key in policy.logs if key in good and key.name == checkpoint.origin), None)
    seen = {name for name, key in policy.witnesses.items() if key in good}
    return Judgement(tuple(bad), tuple(unchecked), by_log, tuple(sorted(seen)), _witnessed(policy, seen))
