"""Trust policies (C2SP tlog-policy): which logs are known, which witnesses, and how many of them have to have cosigned.

Names of witnesses and groups mean something only inside the file; they are compared as they are written, octet for
octet. A witness counts once, whatever the number of its lines under a note.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from heliograph.kernel.tlog.checkpoints import Checkpoint, parse_checkpoint
from heliograph.kernel.tlog.cosignatures import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.notes import (
    NoKnownSignatureError,
    SignedNote,
    VerifiedSignature,
    Verifier,
    open_note,
    parse_note,
    parse_vkey,
)
from heliograph.kernel.tlog.signatures import ED25519, NoteError
from heliograph.kernel.tlog.sm2 import SM2_SM3

NO_QUORUM: Final = "none"
LOG_KINDS: Final = frozenset({ED25519, ML_DSA_44_COSIGNATURE, SM2_SM3})
WITNESS_KINDS: Final = frozenset({ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE})

_MAX_POLICY: Final = 1_000_000
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SPACES: Final = re.compile("[ \t]+")
_THRESHOLD: Final = re.compile("[1-9][0-9]{0,5}")


class PolicyError(TlogError):
    """A policy that is not one; the message names the line."""


@dataclass(frozen=True, slots=True)
class Log:
    """A known log; its key's name is the origin of its checkpoints."""

    vkey: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A known witness."""

    name: str
    vkey: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group has witnessed what at least ``threshold`` of its members, witnesses or groups, have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Known logs, known witnesses, and the quorum: the name of a witness or group, or ``none``."""

    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[Group, ...]
    quorum: str

    def __post_init__(self) -> None:
        _check_keys([log.vkey for log in self.logs], LOG_KINDS, "log")
        _check_keys([witness.vkey for witness in self.witnesses], WITNESS_KINDS, "witness")
        for word in _words(self):
            _check_word(word)
        _check_names(self)


@dataclass(frozen=True, slots=True)
class QuorumResult:
    """A checkpoint that a known log signed, and whether enough witnesses saw it."""

    satisfied: bool
    checkpoint: Checkpoint
    log_signatures: tuple[VerifiedSignature, ...]
    cosignatures: dict[str, VerifiedSignature]
    """By the witness's name in the policy."""

    def __bool__(self) -> bool:
        return self.satisfied


def satisfied(policy: Policy, note: SignedNote | bytes | str, *, not_after: int | None = None) -> QuorumResult:
    """Check a signed checkpoint against a policy.

    Refused (an exception) when no known log of the checkpoint's origin signed it, or when a line by a known key is
    bad; too few witnesses are an answer. A cosignature of a time after ``not_after`` does not count.
    """
    if not isinstance(note, SignedNote):
        note = parse_note(note)
    checkpoint = parse_checkpoint(note.text)
    logs = [verifier for verifier in map(parse_vkey, _vkeys(policy.logs)) if verifier.name == checkpoint.origin]
    witnesses = {witness.vkey: witness.name for witness in policy.witnesses}
    verified = open_note(note, [*logs, *map(parse_vkey, witnesses)])
    log_vkeys = {verifier.vkey for verifier in logs}
    by_log = tuple(line for line in verified if line.verifier.vkey in log_vkeys)
    if not by_log:
        raise NoKnownSignatureError("policy.no_log", f"no known log signed this checkpoint of {checkpoint.origin}")
    cosigned: dict[str, VerifiedSignature] = {}
    for line in verified:
        if line.verifier.vkey in witnesses and (not_after is None or (line.time or 0) <= not_after):
            cosigned.setdefault(witnesses[line.verifier.vkey], line)
    return QuorumResult(reached(policy, cosigned), checkpoint, by_log, cosigned)


def _vkeys(logs: Iterable[Log]) -> list[str]:
    return [log.vkey for log in logs]


def reached(policy: Policy, cosigned: Collection[str]) -> bool:
    """Say whether the quorum stands when these witnesses have cosigned."""
    # Groups are defined after their members: one pass in order is enough.
    found = {NO_QUORUM, *cosigned}
    for group in policy.groups:
        if len(found.intersection(group.members)) >= group.threshold:
            found.add(group.name)
    return policy.quorum in found


def parse_policy(data: bytes | str) -> Policy:
    """Return the policy of a file."""
    draft = _Draft()
    text = data if isinstance(data, str) else data.decode("utf-8", "surrogateescape")
    if len(text) > _MAX_POLICY:
        raise PolicyError("policy.size", f"longer than {_MAX_POLICY} characters")
    if text and not text.endswith("\n"):
        raise PolicyError("policy.line", "the last line has no line end")
    for number, line in enumerate(text.split("\n"), 1):
        if _FORBIDDEN.search(line):
            raise PolicyError("policy.control", f"line {number}: a control character")
        words = [word for word in _SPACES.split(line) if word]
        if words and not words[0].startswith("#"):
            draft.take(number, words)
    return draft.finish()


class _Draft:
    """A policy while its lines are read."""

    def __init__(self) -> None:
        self.logs: list[Log] = []
        self.witnesses: list[Witness] = []
        self.groups: list[Group] = []
        self.names: set[str] = set()
        self.quorum: str | None = None

    def take(self, number: int, words: list[str]) -> None:
        """Take the words of a line."""
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                self.logs.append(Log(vkey, *url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self.witnesses.append(Witness(name, vkey, *url))
                self.names.add(name)
            case ["group", name, threshold, *members] if members:
                self.groups.append(Group(name, _threshold(number, threshold, len(members)), tuple(members)))
                self._known(number, members)
                self.names.add(name)
            case ["quorum", name] if self.quorum is None:
                self._known(number, [] if name == NO_QUORUM else [name])
                self.quorum = name
            case _:
                raise PolicyError("policy.line", f"line {number} is none that a policy has, or a second quorum")

    def _known(self, number: int, names: Sequence[str]) -> None:
        for name in names:
            if name not in self.names:
                raise PolicyError("policy.undefined", f"line {number}: {name!r} is not defined before this line")

    def finish(self) -> Policy:
        """Return the policy, its names and keys checked."""
        if self.quorum is None:
            raise PolicyError("policy.quorum", "there is no quorum line")
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)


def _threshold(number: int, word: str, members: int) -> int:
    if word in {"any", "all"}:
        return 1 if word == "any" else members
    if not _THRESHOLD.fullmatch(word):
        raise PolicyError("policy.threshold", f"line {number}: {word!r} is neither all, any nor a number")
    return int(word)


def _check_keys(vkeys: Iterable[str], kinds: frozenset[bytes], what: str) -> None:
    seen: set[bytes] = set()
    for vkey in vkeys:
        key = _verifier(vkey)
        if key.kind not in kinds:
            raise PolicyError("policy.key_type", f"{key.name}: type 0x{key.kind[:1].hex()} is not for a {what}")
        if key.public_key in seen:
            raise PolicyError("policy.duplicate_key", f"{key.name}: one {what} key counted as two")
        seen.add(key.public_key)


def _verifier(vkey: str) -> Verifier:
    try:
        return parse_vkey(vkey)
    except NoteError as error:
        raise PolicyError("policy.vkey", f"{vkey[:64]!r}: {error}") from error


def _words(policy: Policy) -> Iterable[str]:
    """Yield what is written between spaces, so that a policy made in a program can be written and read again."""
    for log in policy.logs:
        yield log.url
    for witness in policy.witnesses:
        yield from (witness.name, witness.url)
    for group in policy.groups:
        yield group.name


def _check_word(word: str) -> None:
    if _SPACES.search(word) or _FORBIDDEN.search(word) or "\n" in word:
        raise PolicyError("policy.word", f"{word!r} has a space or control character")
    try:
        word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise PolicyError("policy.word", f"{word!r} has no octets") from error


def _check_names(policy: Policy) -> None:
    """Every name is given once, used after it was given, and each is a member at most once: nobody counts twice."""
    defined: set[str] = {NO_QUORUM, ""}
    used: set[str] = set()
    for witness in policy.witnesses:
        _define(witness.name, defined)
    for group in policy.groups:
        if not 1 <= group.threshold <= len(group.members):
            raise PolicyError("policy.threshold", f"{group.name}: {group.threshold} of {len(group.members)} members")
        for member in group.members:
            if member in used or member in {NO_QUORUM, ""} or member not in defined:
                raise PolicyError("policy.member", f"{group.name}: {member!r} is unknown, or a member twice")
            used.add(member)
        _define(group.name, defined)
    if policy.quorum not in defined or not policy.quorum:
        raise PolicyError("policy.undefined", f"the quorum {policy.quorum!r} is not defined")


def _define(name: str, defined: set[str]) -> None:
    if name in defined:
        raise PolicyError("policy.name", f"the name {name!r} is empty, reserved or given twice")
    defined.add(name)


def format_policy(policy: Policy) -> str:
    """Return a policy as a file: logs, witnesses, groups, quorum."""
    lines = [f"log {log.vkey} {log.url}" for log in policy.logs]
    lines += [f"witness {witness.name} {witness.vkey} {witness.url}" for witness in policy.witnesses]
    lines += [f"group {group.name} {group.threshold} {' '.join(group.members)}" for group in policy.groups]
    lines.append(f"quorum {policy.quorum}")
    return "".join(line.removesuffix(" ") + "\n" for line in lines)
