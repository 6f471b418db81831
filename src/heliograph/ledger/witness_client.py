"""Asking witnesses (C2SP tlog-witness) for cosignatures: all of a policy at once, and what to make of their answers.

No database and no Django. The proofs are made in the caller's thread, so they may come from one.
"""

from __future__ import annotations

import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from queue import Empty, SimpleQueue
from typing import Final
from urllib.parse import urlsplit

from heliograph.kernel.tlog.encoding import EncodingError, decode_number
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.notes import (
    SignedNote,
    VerifiedSignature,
    open_note,
    parse_signatures,
    parse_vkey,
)
from heliograph.kernel.tlog.policy import Policy, Witness, satisfied
from heliograph.kernel.tlog.witnessing import SIZE, AddCheckpoint, format_request

MAX_ANSWER: Final = 64 * 1024
MAX_TEXT: Final = 300
TIMEOUT: Final = 5.0
GRACE: Final = 0.5

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_UNAVAILABLE: Final = 500


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The witness cosigned; every line holds under its key."""

    signatures: tuple[VerifiedSignature, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """The witness holds another size than the request began from."""

    size: int


@dataclass(frozen=True, slots=True)
class WitnessRefusal:
    """The witness refused; the text is its own, cut and cleaned."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class BadAnswer:
    """An answer that no witness gives, or a cosignature that does not hold."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer."""

    reason: str


WitnessReply = Cosigned | Conflict | WitnessRefusal | BadAnswer | Unreachable


class RefusalKind(StrEnum):
    """Why a witness did not cosign."""

    FORK = "fork"
    """It saw another history, or our proof does not fit."""
    AHEAD = "ahead"
    """It saw more than we have: we were rolled back."""
    UNKNOWN_LOG = "unknown_log"
    MALFORMED = "malformed"
    BAD_ANSWER = "bad_answer"
    UNREACHABLE = "unreachable"

    @property
    def label(self) -> str:
        """Return what to tell those who look after the log."""
        return _LABELS[self]


_LABELS: Final[Mapping[RefusalKind, str]] = {
    RefusalKind.FORK: "见证方认为本日志与其此前见证的内容不一致",
    RefusalKind.AHEAD: "见证方已见证的条目多于本日志，本日志可能已被回退",
    RefusalKind.UNKNOWN_LOG: "见证方未登记本日志或其验证公钥",
    RefusalKind.MALFORMED: "见证方不能读取请求",
    RefusalKind.BAD_ANSWER: "见证方的答复无效",
    RefusalKind.UNREACHABLE: "见证方没有答复",
}
_KINDS: Final[Mapping[int, RefusalKind]] = {
    400: RefusalKind.MALFORMED,
    403: RefusalKind.UNKNOWN_LOG,
    404: RefusalKind.UNKNOWN_LOG,
    422: RefusalKind.FORK,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a witness of the policy did not cosign, and why."""

    witness: str
    kind: RefusalKind
    text: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What the witnesses of a policy said to a checkpoint."""

    cosignatures: tuple[VerifiedSignature, ...]
    refusals: tuple[Refusal, ...]
    known_sizes: dict[str, int]
    """By the witness's name: what it holds now, to begin from next time."""
    satisfied: bool
    """Whether the policy's quorum stands."""

    def under(self, note: SignedNote) -> SignedNote:
        """Return the note with the cosignatures."""
        return SignedNote(note.text, (*note.signatures, *(line.signature for line in self.cosignatures)))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A witness is where the policy says, and nowhere else."""

    def redirect_request(self, *_arguments: object, **_named: object) -> None:
        return None


def ask(url: str, request: AddCheckpoint, *, vkey: str, timeout: float = TIMEOUT) -> WitnessReply:
    """Ask one witness, at its address, for a cosignature by its key."""
    verifier = parse_vkey(vkey)
    try:
        status, content_type, body = _post(f"{url.rstrip('/')}/add-checkpoint", format_request(request), timeout)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Unreachable(_clean(f"{type(error).__name__}: {error}"))
    if status == 200:
        try:
            return Cosigned(open_note(SignedNote(request.note.text, parse_signatures(body)), [verifier]))
        except TlogError as error:
            return BadAnswer(_clean(str(error)))
    text = _clean(body.decode("utf-8", "replace"))
    if status == 409:
        return _conflict(content_type, text)
    if status in _KINDS:
        return WitnessRefusal(status, text)
    reason = f"HTTP {status} {text}".strip()
    return Unreachable(reason) if status >= _UNAVAILABLE else BadAnswer(reason)


def _conflict(content_type: str, text: str) -> WitnessReply:
    try:
        size = decode_number(text)
    except EncodingError:
        return BadAnswer("HTTP 409 without a size")
    return Conflict(size) if content_type.partition(";")[0].strip() == SIZE else BadAnswer("HTTP 409 of another kind")


def _post(url: str, body: str, timeout: float) -> tuple[int, str, bytes]:
    """Return status, content type and body, whatever the status."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a witness has an http or https address")
    # A proxy of the network is for other machines.
    proxies = [urllib.request.ProxyHandler({})] if parts.hostname in _LOOPBACK else []
    opener = urllib.request.build_opener(_NoRedirect, *proxies)
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "heliograph"}
    request = urllib.request.Request(url, body.encode(), headers, method="POST")  # noqa: S310 - the scheme is checked above
    end = time.monotonic() + timeout
    try:
        answer = opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.headers.get("Content-Type", ""), _read(answer, end)


def _read(answer: http.client.HTTPResponse | urllib.error.HTTPError, end: float) -> bytes:
    """Return the body; too long a one, or one that only drips, is no answer."""
    parts: list[bytes] = []
    left = MAX_ANSWER
    while part := answer.read1(left + 1):
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise ValueError(f"an answer of more than {MAX_ANSWER} bytes")
        if time.monotonic() > end:
            raise TimeoutError("the answer did not arrive in time")
    return b"".join(parts)


def _clean(text: str) -> str:
    """Return what others wrote as one short line."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:MAX_TEXT]


def collect(
    policy: Policy,
    checkpoint_note: SignedNote,
    size: int,
    known_sizes: Mapping[str, int],
    proof_from: Callable[[int], list[bytes]],
    *,
    timeout: float = TIMEOUT,
    grace: float = GRACE,
) -> Collected:
    """Ask every witness of a policy that has an address, side by side; return within the timeout.

    When the quorum stands, the others get `grace` seconds more: one that hangs does not hold up a publication.
    `TlogError` when the checkpoint is not signed by a log of the policy.
    """
    satisfied(policy, checkpoint_note)
    return _Round(policy, checkpoint_note, size, dict(known_sizes), proof_from, timeout, grace).run()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request under way."""

    witness: Witness
    again: bool = False


class _Round:
    """One checkpoint before all witnesses. Only the asking happens in other threads."""

    def __init__(
        self,
        policy: Policy,
        note: SignedNote,
        size: int,
        known: dict[str, int],
        proof_from: Callable[[int], list[bytes]],
        timeout: float,
        grace: float,
    ) -> None:
        self.policy, self.note, self.size, self.known = policy, note, size, known
        self.proof_from, self.grace = proof_from, grace
        self.end = time.monotonic() + timeout
        self.replies: SimpleQueue[tuple[_Asked, WitnessReply]] = SimpleQueue()
        self.waiting: dict[str, _Asked] = {}
        self.cosigned: dict[str, VerifiedSignature] = {}
        self.refused: dict[str, Refusal] = {}

    def run(self) -> Collected:
        """Ask, and take answers until there are enough, or all, or no more time."""
        for witness in self.policy.witnesses:
            if witness.url:
                known = self.known.get(witness.name, 0)
                # More than we have cannot be asked from: it will name its size, and that tells.
                self._send(_Asked(witness), known if known <= self.size else 0)
        ended = False
        while self.waiting:
            if not ended and self._satisfied():
                ended, self.end = True, min(self.end, time.monotonic() + self.grace)
            try:
                self._take(*self.replies.get(timeout=max(0.0, self.end - time.monotonic())))
            except Empty:
                break
        for name in self.waiting:
            self._refuse(name, RefusalKind.UNREACHABLE, "no answer in time")
        order = [witness.name for witness in self.policy.witnesses]
        return Collected(
            tuple(self.cosigned[name] for name in order if name in self.cosigned),
            tuple(self.refused[name] for name in order if name in self.refused),
            self.known,
            self._satisfied(),
        )

    def _satisfied(self) -> bool:
        lines = tuple(line.signature for line in self.cosigned.values())
        return satisfied(self.policy, replace(self.note, signatures=(*self.note.signatures, *lines))).satisfied

    def _send(self, asked: _Asked, old: int) -> None:
        request = AddCheckpoint(old, tuple(self.proof_from(old)), self.note)
        timeout = max(0.1, self.end - time.monotonic())
        self.waiting[asked.witness.name] = asked
        # A daemon: one that hangs keeps neither this round nor the end of the program waiting.
        threading.Thread(target=self._ask, args=(asked, request, timeout), daemon=True).start()

    def _ask(self, asked: _Asked, request: AddCheckpoint, timeout: float) -> None:
        witness = asked.witness
        self.replies.put((asked, ask(witness.url, request, vkey=witness.vkey, timeout=timeout)))

    def _take(self, asked: _Asked, reply: WitnessReply) -> None:
        name = asked.witness.name
        del self.waiting[name]
        match reply:
            case Cosigned(signatures):
                self.cosigned[name], self.known[name] = signatures[0], self.size
            case Conflict(size):
                self._conflict(asked, size)
            case WitnessRefusal(status, text):
                self._refuse(name, _KINDS[status], text)
            case BadAnswer(reason):
                self._refuse(name, RefusalKind.BAD_ANSWER, reason)
            case Unreachable(reason):
                self._refuse(name, RefusalKind.UNREACHABLE, reason)

    def _conflict(self, asked: _Asked, size: int) -> None:
        self.known[asked.witness.name] = size
        if size > self.size:
            self._refuse(asked.witness.name, RefusalKind.AHEAD, f"it holds {size} entries, we have {self.size}")
        elif asked.again:
            self._refuse(asked.witness.name, RefusalKind.BAD_ANSWER, "another size at every request")
        else:
            self._send(replace(asked, again=True), size)

    def _refuse(self, name: str, kind: RefusalKind, text: str) -> None:
        self.refused[name] = Refusal(name, kind, text)
