"""The witness server: what it cosigns, what it refuses, and that it forgets nothing, over real connections."""

from __future__ import annotations

import hashlib
import http.client
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from heliograph.kernel.tlog.notes import SignedNote, open_note, parse_note, parse_signatures, parse_vkey
from heliograph.kernel.tlog.witnessing import AddCheckpoint, format_request
from heliograph.ledger import witness_home, witness_server
from heliograph.ledger.tests.small_log import ORIGIN, SmallLog
from heliograph.ledger.witness_home import LOGS, STATE, WitnessError, WitnessHome
from heliograph.ledger.witness_server import MAX_BODY, Witness, WitnessServer

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOW = 1_795_300_000
NAME = "witness.example/w1"
HELD = f"/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
Got = tuple[int, str, str]


@contextmanager
def serving(home: WitnessHome, *, demo: bool = False) -> Iterator[int]:
    server = WitnessServer("127.0.0.1", 0, Witness(home, home.open(NAME), clock=lambda: NOW, demo=demo))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Got:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        link.request(method, path, body, headers or {})
        answer = link.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read().decode()
    finally:
        link.close()


def add(port: int, body: bytes) -> Got:
    return send(port, "POST", "/add-checkpoint", body)


@pytest.fixture
def log() -> SmallLog:
    return SmallLog([b"entry %d" % number for number in range(20)])


@pytest.fixture
def home(tmp_path: Path, log: SmallLog) -> WitnessHome:
    home = WitnessHome(tmp_path / "witness")
    assert home.add_log(log.signer.vkey)
    return home


@pytest.fixture
def port(home: WitnessHome) -> Iterator[int]:
    with serving(home) as port:
        yield port


def check_cosigned(home: WitnessHome, body: str, note: SignedNote) -> None:
    (line,) = open_note(SignedNote(note.text, parse_signatures(body)), [parse_vkey(home.open().vkey)])
    assert (line.name, line.time) == (NAME, NOW)


def test_a_log_that_grows_is_cosigned_and_its_last_state_served(home: WitnessHome, port: int, log: SmallLog) -> None:
    assert send(port, "GET", HELD)[0] == 404
    for old, size in ((0, 0), (0, 7), (7, 8), (8, 8), (8, 20)):
        status, kind, body = add(port, log.body(old, size))
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        check_cosigned(home, body, log.note(size))
        status, kind, body = send(port, "GET", HELD)
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        assert parse_note(body).text == log.note(size).text
        assert len(open_note(body, [parse_vkey(log.signer.vkey), parse_vkey(home.open().vkey)])) == 2
    assert send(port, "HEAD", HELD) == (200, "text/plain; charset=utf-8", "")


def test_another_history_is_refused_and_the_old_one_kept(home: WitnessHome, port: int, log: SmallLog) -> None:
    assert add(port, log.body(0, 10))[0] == 200
    before = home.state.all()
    forked = SmallLog([*log.entries[:9], b"another", *log.entries[10:]])
    assert add(port, forked.body(10, 20))[0] == 422
    assert add(port, forked.body(10, 10))[0] == 422
    rewritten = AddCheckpoint(10, tuple(log.proof(10, 20)), forked.note(20))
    assert add(port, format_request(rewritten).encode())[0] == 422
    assert home.state.all() == before
    assert add(port, log.body(10, 20))[0] == 200


def test_a_log_rolled_back_is_told_what_the_witness_holds(port: int, log: SmallLog) -> None:
    assert add(port, log.body(0, 10))[0] == 200
    for old, size in ((0, 5), (5, 9), (9, 20)):
        assert add(port, log.body(old, size)) == (409, "text/x.tlog.size", "10\n")
    assert send(port, "GET", HELD)[2].startswith(log.note(10).text)


def test_unknown_log_bad_signature_and_impossible_size(home: WitnessHome, port: int, log: SmallLog) -> None:
    stranger = SmallLog(log.entries, origin="other.example/log", seed=b"\x02" * 32)
    assert add(port, stranger.body(0, 5))[0] == 404
    impostor = SmallLog(log.entries, seed=b"\x03" * 32)
    assert add(port, impostor.body(0, 5))[0] == 403
    mixed = SignedNote(log.note(5).text, log.note(6).signatures)
    assert add(port, format_request(AddCheckpoint(0, (), mixed)).encode())[0] == 403
    assert add(port, log.body(6, 5))[0] == 400
    assert home.state.all() == {}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\n\n", b"old\n\n", b"old 00\n\nx\n", b"old -1\n\n", b"old 0\n\xff\n\n", b"\x00" * 300,
        b"old 0\n" + b"A" * 44 + b"\n\nno note", b"old 0\n" + b"x\n" * 64 + b"\n", b"old 99999999999999999999\n\n",
    ],
)  # fmt: skip
def test_bodies_that_are_no_request(port: int, body: bytes) -> None:
    status, kind, text = add(port, body)
    assert (status, kind) == (400, "text/plain; charset=utf-8")
    assert "Traceback" not in text


def test_lengths_methods_and_places(port: int) -> None:
    assert add(port, b"x" * (MAX_BODY * 20))[0] == 413
    for length in (str(MAX_BODY + 1), "9" * 30):
        assert send(port, "POST", "/add-checkpoint", None, {"Content-Length": length})[0] == 413
    assert send(port, "POST", "/add-checkpoint", None, {"Content-Length": "-1"})[0] == 400
    assert send(port, "POST", "/add-checkpoint", iter([b"old 0"]))[0] == 411  # type: ignore[arg-type]
    for method, path in (("GET", "/add-checkpoint"), ("POST", "/"), ("DELETE", HELD)):
        assert send(port, method, path, b"")[0] == 405
    for path in ("/x", "/add-checkpoint/", "/../witness.key", HELD.upper(), "/%00"):
        assert send(port, "GET", path)[0] == 404
    assert send(port, "GET", "/?a=b")[0] == 200


def raw(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(data)
        link.shutdown(socket.SHUT_WR)
        answer = b""
        while part := link.recv(65536):
            answer += part
        return answer


def test_bytes_that_are_not_http(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    assert raw(port, b"") == b""
    assert b"414" in raw(port, b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n").split(b"\r\n", 1)[0]
    raw(port, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
    assert b" 400 " in raw(port, b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nold 0\n")
    assert send(port, "GET", "/")[0] == 200
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_silent_peer_is_left(home: WitnessHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness_server._Requests, "timeout", 0.2)
    with serving(home) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        assert link.recv(100) == b""
        with socket.create_connection(("127.0.0.1", port), timeout=10) as other:
            other.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nold 0\n")
            assert b" 408 " in other.recv(100)


def test_more_connections_than_places_are_closed(home: WitnessHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness_server, "MAX_CONNECTIONS", 1)
    with serving(home) as port:
        place = ("127.0.0.1", port)
        with socket.create_connection(place, timeout=10), socket.create_connection(place, timeout=10) as second:
            assert second.recv(100) == b""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                assert send(port, "GET", "/")[0] == 200
                break
            except (http.client.HTTPException, OSError):
                time.sleep(0.05)
        else:
            pytest.fail("the place was not given back")


def test_of_two_requests_at_once_one_is_cosigned(port: int, log: SmallLog) -> None:
    assert add(port, log.body(0, 4))[0] == 200
    for old in range(4, 10):
        gate, answers = threading.Barrier(2), list[Got]()
        sides = [log, SmallLog([*log.entries[:old], b"other", *log.entries[old + 1 :]])]

        def post(body: bytes, gate: threading.Barrier = gate, answers: list[Got] = answers) -> None:
            gate.wait()
            answers.append(add(port, body))

        # The second one is another history: if both were cosigned, the log would have two.
        threads = [threading.Thread(target=post, args=[side.body(old, old + 1)]) for side in sides]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(status for status, _, _ in answers) == [200, 409]
        if not send(port, "GET", HELD)[2].startswith(log.note(old + 1).text):
            log = sides[1]


def test_the_first_page_says_who_and_what(home: WitnessHome, log: SmallLog) -> None:
    with serving(home) as port:
        status, kind, text = send(port, "GET", "/")
        assert (status, kind) == (200, "text/plain; charset=utf-8")
        assert home.open().vkey in text
        assert f"{ORIGIN}，尚未见证" in text
        assert "演示" not in text
        add(port, log.body(0, 5))
        assert f"{ORIGIN}，已见证 5 条，{HELD}" in send(port, "GET", "/")[2]
    with serving(home, demo=True) as port:
        assert "（演示）" in send(port, "GET", "/")[2]


def test_a_log_added_while_the_witness_runs_is_known(home: WitnessHome, port: int, log: SmallLog) -> None:
    late = SmallLog(log.entries, origin="late.example/log", seed=b"\x02" * 32)
    assert add(port, late.body(0, 5))[0] == 404
    assert WitnessHome(home.directory).add_log(late.signer.vkey)
    assert add(port, late.body(0, 5))[0] == 200
    path = home.directory / LOGS
    good = path.read_text()
    path.write_text(good + "log nonsense\n")
    assert add(port, late.body(5, 6))[0] == 200  # the last good reading holds
    path.write_text(good + "witness w " + home.open().vkey + "\nquorum w\n")  # a whole policy is taken, too
    assert add(port, late.body(6, 7))[0] == 200
    path.unlink()
    assert add(port, late.body(7, 8))[0] == 404


def test_a_lost_state_is_an_error_and_cosigns_nothing(home: WitnessHome, port: int, log: SmallLog) -> None:
    assert add(port, log.body(0, 5))[0] == 200
    (home.directory / STATE).unlink()
    status, _, text = add(port, log.body(0, 4))
    assert status == 503
    assert str(home.directory) not in text
    assert not (home.directory / STATE).exists()
    with pytest.raises(WitnessError, match="原密钥不得继续使用"):
        home.open()


def test_a_state_that_is_locked_is_waited_for_and_then_an_error(
    home: WitnessHome, port: int, log: SmallLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness_home, "LOCK_SECONDS", 0.2)
    with home.state._open() as link:
        link.execute("BEGIN IMMEDIATE")
        assert add(port, log.body(0, 5))[0] == 503
        link.execute("ROLLBACK")
    assert add(port, log.body(0, 5))[0] == 200


def test_the_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    home = WitnessHome(tmp_path / "new")
    with pytest.raises(WitnessError, match="--name"):
        home.open()
    with pytest.raises(WitnessError, match="名称"):
        home.open("two words")
    vkey = home.open(NAME).vkey
    assert home.open().vkey == home.open(NAME).vkey == vkey
    assert stat.S_IMODE(home.key_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.directory.stat().st_mode) == 0o700
    assert WitnessHome(tmp_path / "other").open(NAME).vkey != vkey
    with pytest.raises(WitnessError, match=NAME):
        home.open("another.name")


@pytest.mark.parametrize("key", ["", "PRIVATE+KEY+x", "PRIVATE+KEY+a+00000000+AQ=="])
def test_a_file_that_is_no_key(tmp_path: Path, key: str) -> None:
    home = WitnessHome(tmp_path)
    home.key_path.write_text(key)
    with pytest.raises(WitnessError):
        home.open()


def test_logs_that_cannot_be_added(home: WitnessHome, log: SmallLog) -> None:
    before = (home.directory / LOGS).read_text()
    assert not home.add_log(log.signer.vkey)
    stranger = SmallLog([], origin="other.example/log", seed=b"\x02" * 32).signer.vkey
    witness = WitnessHome(home.directory / "w").open(NAME).vkey
    same_key = SmallLog([], origin="other.example/log").signer.vkey
    for bad in ("", "nonsense", f"{stranger} x", f"{stranger}\nquorum none", f" {stranger}", witness, same_key):
        with pytest.raises(WitnessError, match="日志公钥不能使用"):
            home.add_log(bad)
    assert (home.directory / LOGS).read_text() == before


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def process(home: WitnessHome, port: int) -> Iterator[subprocess.Popen[str]]:
    """The command as an operator runs it, without a database and without Django's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HELIOGRAPH_", "DJANGO_"))}
    environment |= {"HELIOGRAPH_PROFILE": "demo", "DATABASE_URL": "nonsense"}
    line = [sys.executable, "-m", "heliograph.config.cli", "witness", "--home", str(home.directory)]
    line += ["--bind", f"127.0.0.1:{port}", "--name", NAME]
    child = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == f"见证服务已启动：http://127.0.0.1:{port}/\n"
        yield child
    finally:
        child.kill()
        child.communicate()


def test_the_state_outlives_a_kill_and_an_order_to_stop_is_kept(home: WitnessHome, log: SmallLog) -> None:
    port = free_port()
    for old in range(3):
        with process(home, port) as child:
            assert add(port, log.body(old, old + 1))[0] == 200
            child.send_signal(signal.SIGKILL)
            child.wait(10)
        held = home.state.held(ORIGIN)
        assert held is not None
        assert held.size == old + 1
    with process(home, port) as child:
        assert "（演示）" in send(port, "GET", "/")[2]
        assert add(port, log.body(0, 2)) == (409, "text/x.tlog.size", "3\n")
        child.terminate()
        assert child.wait(10) == 0


def test_a_kill_in_the_middle_of_many_requests_leaves_no_answer_without_memory(
    home: WitnessHome, log: SmallLog
) -> None:
    port, answered = free_port(), list[int]()
    with process(home, port) as child:
        threading.Timer(0.1, child.kill).start()
        try:
            for size in range(1, 10_000):
                assert add(port, log.body(min(size - 1, 20), min(size, 20)))[0] == 200
                answered.append(min(size, 20))
        except (http.client.HTTPException, OSError):
            pass
        child.wait(10)
    held = home.state.held(ORIGIN)
    assert (held.size if held else 0) >= max(answered, default=0)
    with process(home, port):
        old = held.size if held else 0
        assert add(port, log.body(old, 20))[0] == 200
