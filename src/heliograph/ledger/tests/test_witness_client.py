"""Asking witnesses: good ones in servers of their own, bad ones that answer whatever a test wants."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.kernel.tlog.notes import NoKnownSignatureError, SignedNote, parse_vkey
from heliograph.kernel.tlog.policy import Group, Log, Policy, satisfied
from heliograph.kernel.tlog.policy import Witness as Known
from heliograph.kernel.tlog.witnessing import add_checkpoint
from heliograph.ledger.tests.small_log import ORIGIN, SmallLog
from heliograph.ledger.witness_client import (
    MAX_ANSWER,
    BadAnswer,
    Collected,
    Conflict,
    Cosigned,
    RefusalKind,
    Unreachable,
    WitnessRefusal,
    WitnessReply,
    ask,
    collect,
)
from heliograph.ledger.witness_home import WitnessHome
from heliograph.ledger.witness_server import Witness, WitnessServer

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOW = 1_795_300_000
FALSE_COSIGNER = Ed25519Cosigner("false.example/w", b"\x07" * 32)
Script = Callable[[bytes], tuple[int, str, bytes]]


@pytest.fixture
def log() -> SmallLog:
    return SmallLog([b"entry %d" % number for number in range(20)])


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@contextmanager
def _serving(server: ThreadingHTTPServer | WitnessServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def good_witness(running: ExitStack, directory: Path, name: str, log: SmallLog) -> Known:
    """Start a witness that knows the log."""
    home = WitnessHome(directory / name)
    home.add_log(log.signer.vkey)
    cosigner = home.open(f"{name}.example")
    server = WitnessServer("127.0.0.1", 0, Witness(home, cosigner, clock=lambda: NOW))
    return Known(name, cosigner.vkey, running.enter_context(_serving(server)))


def scripted(running: ExitStack, answer: Script, name: str = "scripted") -> Known:
    """Start something on the address of a witness that answers by a script."""

    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    return Known(name, FALSE_COSIGNER.vkey, running.enter_context(_serving(server)))


def policy(log: SmallLog, *witnesses: Known, threshold: int = 1) -> Policy:
    names = tuple(witness.name for witness in witnesses)
    return Policy((Log(log.signer.vkey),), witnesses, (Group("g", threshold, names),), "g")


def gather(
    log: SmallLog, known: Policy, size: int, sizes: dict[str, int] | None = None, *, timeout: float = 5.0
) -> Collected:
    return collect(
        known, log.note(size), size, sizes or {}, lambda old: log.proof(old, size), timeout=timeout, grace=0.3
    )


def kinds(collected: Collected) -> dict[str, RefusalKind]:
    return {refusal.witness: refusal.kind for refusal in collected.refusals}


def test_every_answer_of_a_good_witness(running: ExitStack, tmp_path: Path, log: SmallLog) -> None:
    witness = good_witness(running, tmp_path, "w1", log)

    def reply(old: int, size: int, by: SmallLog = log) -> WitnessReply:
        return ask(witness.url, by.request(old, size), vkey=witness.vkey)

    cosigned = reply(0, 5)
    assert isinstance(cosigned, Cosigned)
    (line,) = cosigned.signatures
    assert (line.verifier.vkey, line.time) == (witness.vkey, NOW)
    assert reply(0, 9) == Conflict(5)
    forked = SmallLog([b"other", *log.entries[1:]])
    for answer, status in (
        (reply(5, 9, forked), 422),
        (reply(6, 5), 400),
        (reply(5, 9, SmallLog(log.entries, seed=b"\x02" * 32)), 403),
        (reply(0, 9, SmallLog(log.entries, origin="other.example", seed=b"\x02" * 32)), 404),
    ):
        assert isinstance(answer, WitnessRefusal)
        assert answer.status == status
        assert answer.text


def _right_key_wrong_text(_body: bytes) -> tuple[int, str, bytes]:
    line = FALSE_COSIGNER.cosign(SmallLog([b"else"]).note(1).text, NOW)
    return 200, "text/plain", line.line().encode()


def _unknown_key(body: bytes) -> tuple[int, str, bytes]:
    other = Ed25519Cosigner("other.example/w", b"\x08" * 32)
    answer = add_checkpoint(body, None, [parse_vkey(SmallLog([]).signer.vkey)], [other], time=NOW)
    return 200, "text/plain", answer.body.encode()


SCRIPTS: dict[str, tuple[Script, type[WitnessReply], RefusalKind]] = {
    "a cosignature of another text": (_right_key_wrong_text, BadAnswer, RefusalKind.BAD_ANSWER),
    "a cosignature by another key": (_unknown_key, BadAnswer, RefusalKind.BAD_ANSWER),
    "no cosignature": (lambda _: (200, "text/plain", b""), BadAnswer, RefusalKind.BAD_ANSWER),
    "another page": (lambda _: (200, "text/html", b"<html>\r\n"), BadAnswer, RefusalKind.BAD_ANSWER),
    "elsewhere": (lambda _: (302, "text/plain", b""), BadAnswer, RefusalKind.BAD_ANSWER),
    "a conflict without a size": (lambda _: (409, "text/x.tlog.size", b"many\n"), BadAnswer, RefusalKind.BAD_ANSWER),
    "a conflict of another kind": (lambda _: (409, "text/plain", b"3\n"), BadAnswer, RefusalKind.BAD_ANSWER),
    "too much": (lambda _: (200, "text/plain", b"x" * (MAX_ANSWER + 1)), Unreachable, RefusalKind.UNREACHABLE),
    "out of order": (lambda _: (503, "text/plain", "暂停\x1b[1m".encode()), Unreachable, RefusalKind.UNREACHABLE),
    "an unknown log": (lambda _: (404, "text/plain", b"who?\n"), WitnessRefusal, RefusalKind.UNKNOWN_LOG),
    "an unknown key": (lambda _: (403, "text/plain", b"whose?\n"), WitnessRefusal, RefusalKind.UNKNOWN_LOG),
    "no request": (lambda _: (400, "text/plain", b"what?\n"), WitnessRefusal, RefusalKind.MALFORMED),
    "a fork": (lambda _: (422, "text/plain", b"another history\n"), WitnessRefusal, RefusalKind.FORK),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_answers_that_cosign_nothing(running: ExitStack, log: SmallLog, name: str) -> None:
    script, reply, kind = SCRIPTS[name]
    witness = scripted(running, script)
    assert isinstance(ask(witness.url, log.request(0, 5), vkey=witness.vkey), reply)
    collected = gather(log, policy(log, witness), 5)
    assert kinds(collected) == {"scripted": kind}
    assert not collected.satisfied
    assert collected.cosignatures == ()
    assert collected.known_sizes == {}


def test_every_refusal_has_words_of_its_own() -> None:
    assert len({kind.label for kind in RefusalKind}) == len(RefusalKind)


def test_what_a_witness_writes_is_cut_and_cleaned(running: ExitStack, log: SmallLog) -> None:
    text = b"a\x1b[31m\n\xff" + b"z" * 1000
    witness = scripted(running, lambda _: (422, "text/plain", text))
    reply = ask(witness.url, log.request(0, 5), vkey=witness.vkey)
    assert isinstance(reply, WitnessRefusal)
    assert len(reply.text) == 300
    assert reply.text.isprintable()


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:x/", "//h"])
def test_only_web_addresses_are_asked(log: SmallLog, url: str) -> None:
    assert isinstance(ask(url, log.request(0, 5), vkey=FALSE_COSIGNER.vkey), Unreachable)


def test_nobody_at_the_address(running: ExitStack, log: SmallLog) -> None:
    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)) as url:
        pass
    reply = ask(url, log.request(0, 5), vkey=FALSE_COSIGNER.vkey)
    assert isinstance(reply, Unreachable)
    assert kinds(gather(log, policy(log, Known("gone", FALSE_COSIGNER.vkey, url)), 5)) == {
        "gone": RefusalKind.UNREACHABLE
    }


def test_all_witnesses_are_asked_and_the_note_is_good_for_the_policy(
    running: ExitStack, tmp_path: Path, log: SmallLog
) -> None:
    witnesses = [good_witness(running, tmp_path, name, log) for name in ("w1", "w2", "w3")]
    silent = Known("w4", FALSE_COSIGNER.vkey)  # without an address: its lines come by other ways
    known = policy(log, *witnesses, silent, threshold=3)
    first = gather(log, known, 5)
    assert first.satisfied
    assert first.refusals == ()
    assert [line.name for line in first.cosignatures] == ["w1.example", "w2.example", "w3.example"]
    assert first.known_sizes == {"w1": 5, "w2": 5, "w3": 5}
    assert satisfied(known, first.under(log.note(5))).satisfied
    second = gather(log, known, 12, first.known_sizes)
    assert second.satisfied
    assert second.known_sizes == {"w1": 12, "w2": 12, "w3": 12}


def test_what_each_witness_holds_is_learnt_from_its_answer(running: ExitStack, tmp_path: Path, log: SmallLog) -> None:
    witness = good_witness(running, tmp_path, "w1", log)
    known = policy(log, witness)
    assert gather(log, known, 5).satisfied
    asked: list[int] = []

    def proof_from(old: int) -> list[bytes]:
        assert threading.current_thread() is threading.main_thread()
        asked.append(old)
        return log.proof(old, 9)

    collected = collect(known, log.note(9), 9, {"w1": 2}, proof_from)
    assert collected.satisfied
    assert asked == [2, 5]
    assert collected.known_sizes == {"w1": 9}
    assert gather(log, known, 9).satisfied  # the same once more, from nothing known


@pytest.mark.parametrize("remembered", [{}, {"w1": 10}, {"w1": 3}])
def test_a_witness_with_more_than_we_have_says_we_were_rolled_back(
    running: ExitStack, tmp_path: Path, log: SmallLog, remembered: dict[str, int]
) -> None:
    known = policy(log, good_witness(running, tmp_path, "w1", log))
    assert gather(log, known, 10).satisfied
    collected = gather(log, known, 6, remembered)
    assert kinds(collected) == {"w1": RefusalKind.AHEAD}
    assert collected.refusals[0].text == "it holds 10 entries, we have 6"
    assert collected.known_sizes == {"w1": 10}
    assert not collected.satisfied


@pytest.mark.parametrize("remembered", [{}, {"w1": 10}, {"w1": 3}])
def test_another_history_than_the_witness_saw_is_a_fork(
    running: ExitStack, tmp_path: Path, log: SmallLog, remembered: dict[str, int]
) -> None:
    known = policy(log, good_witness(running, tmp_path, "w1", log))
    assert gather(log, known, 10).satisfied
    forked = SmallLog([*log.entries[:9], b"other", *log.entries[10:]])
    for size in (10, 12):
        assert kinds(gather(forked, known, size, remembered)) == {"w1": RefusalKind.FORK}


def test_a_witness_that_names_ever_another_size_is_asked_twice(running: ExitStack, log: SmallLog) -> None:
    bodies: list[bytes] = []

    def answer(body: bytes) -> tuple[int, str, bytes]:
        bodies.append(body)
        return 409, "text/x.tlog.size; charset=utf-8", b"%d\n" % len(bodies)

    collected = gather(log, policy(log, scripted(running, answer)), 5)
    assert kinds(collected) == {"scripted": RefusalKind.BAD_ANSWER}
    assert [body.split(b"\n")[0] for body in bodies] == [b"old 0", b"old 1"]


def test_a_witness_that_hangs_holds_up_nobody(running: ExitStack, tmp_path: Path, log: SmallLog) -> None:
    released = threading.Event()

    def hang(_body: bytes) -> tuple[int, str, bytes]:
        released.wait(20)
        return 200, "text/plain", b""

    slow = scripted(running, hang)
    good = good_witness(running, tmp_path, "w1", log)
    try:
        start = time.monotonic()
        collected = gather(log, policy(log, slow, good), 5, timeout=10)
        assert time.monotonic() - start < 5
        assert collected.satisfied
        assert kinds(collected) == {"scripted": RefusalKind.UNREACHABLE}
        start = time.monotonic()
        collected = gather(log, policy(log, slow, good, threshold=2), 5, timeout=1)
        assert 0.9 < time.monotonic() - start < 5
        assert not collected.satisfied
        assert [line.name for line in collected.cosignatures] == ["w1.example"]
    finally:
        released.set()


def test_an_answer_that_only_drips_is_none(running: ExitStack, log: SmallLog) -> None:
    class Drip(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            except OSError:
                pass

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Drip)
    server.daemon_threads = True
    url = running.enter_context(_serving(server))
    start = time.monotonic()
    assert isinstance(ask(url, log.request(0, 5), vkey=FALSE_COSIGNER.vkey, timeout=0.5), Unreachable)
    assert time.monotonic() - start < 3


def test_some_refuse_and_the_quorum_stands(running: ExitStack, tmp_path: Path, log: SmallLog) -> None:
    good = [good_witness(running, tmp_path, name, log) for name in ("w1", "w2")]
    bad = scripted(running, lambda _: (422, "text/plain", b"no\n"))
    collected = gather(log, policy(log, bad, *good, threshold=2), 5)
    assert collected.satisfied
    assert len(collected.under(log.note(5)).signatures) == 3
    assert kinds(collected) in ({"scripted": RefusalKind.FORK}, {"scripted": RefusalKind.UNREACHABLE})


def test_without_a_quorum_everything_is_satisfied_and_still_asked(
    running: ExitStack, tmp_path: Path, log: SmallLog
) -> None:
    witness = good_witness(running, tmp_path, "w1", log)
    known = dataclasses.replace(policy(log, witness), groups=(), quorum="none")
    assert len(gather(log, known, 5).cosignatures) == 1


def test_a_checkpoint_of_no_known_log_is_not_taken_to_anybody(log: SmallLog) -> None:
    stranger = SmallLog(log.entries, origin=ORIGIN, seed=b"\x02" * 32)
    witness = Known("w", FALSE_COSIGNER.vkey, "http://127.0.0.1:9/")
    with pytest.raises(NoKnownSignatureError):
        gather(stranger, policy(log, witness), 5)


def test_the_note_under_which_cosignatures_go_is_unchanged(running: ExitStack, tmp_path: Path, log: SmallLog) -> None:
    collected = gather(log, policy(log, good_witness(running, tmp_path, "w1", log)), 5)
    note = log.note(5)
    under = collected.under(note)
    assert isinstance(under, SignedNote)
    assert (under.text, under.signatures[:1]) == (note.text, note.signatures)
