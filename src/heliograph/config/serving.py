"""Run the web server, the worker and the sequencer side by side until told to stop; when one ends, so do all.

But for a sequencer that refuses to go on: the office works without it, its records wait, and it is tried again.
"""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from heliograph.config.env import BindAddress

GRACE_SECONDS = 10
POLL_SECONDS = 0.1
READY_SECONDS = 60
THREADS_PER_WORKER = 4
REFUSED = 3  # the exit code of a sequencer that says why it does not go on
SEQUENCER = "heliograph.config.sequencer"
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 5.0, 300.0


class ServingError(RuntimeError):
    """The product cannot be served; the message says why."""


def check_free(bind: BindAddress) -> None:
    """Refuse an address that is taken, before anything is started."""
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind.host, bind.port))
        except OSError as error:
            raise ServingError(
                f"地址 {bind.host}:{bind.port} 不能使用（{error.strerror}），请以 HELIOGRAPH_BIND 指定其他端口。 / "
                f"{bind.host}:{bind.port} cannot be used; set HELIOGRAPH_BIND."
            ) from error


def commands(bind: BindAddress, workers: int) -> list[list[str]]:
    """Return the command lines of the three programs."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"]
    web += ["--host", bind.host, "--port", str(bind.port), "--workers", str(workers)]
    web += ["--blocking-threads", str(THREADS_PER_WORKER), "--workers-kill-timeout", str(GRACE_SECONDS // 2)]
    web += ["heliograph.config.wsgi:application"]
    return [web, *([sys.executable, "-m", name] for name in ("heliograph.config.worker", SEQUENCER))]


class Supervisor:
    """The child processes and the order to stop; `others` are programs to run beside the product's own."""

    def __init__(self, others: Sequence[list[str]] = ()) -> None:
        self.others = others
        self.children: list[subprocess.Popen[bytes]] = []
        self.stopping = False
        self.rest = FIRST_REST_SECONDS
        self.began = time.monotonic()
        self.again_at: float | None = None

    def run(self, bind: BindAddress, workers: int, on_ready: Callable[[], None]) -> int:
        """Serve; return 0 after an order to stop, 1 when a child ended by itself."""
        check_free(bind)
        previous = {number: signal.signal(number, self._order) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            web, *beside = commands(bind, workers)
            self.children = [_started(web)]
            if self._wait_until(lambda: answers(bind), READY_SECONDS):
                # Only now: on two cores the first page would wait for programs that no visitor sees.
                self.children += [_started(line) for line in [*self.others, *beside]]
                on_ready()
            self._wait_until(lambda: False, None)
            return 0 if self.stopping else 1
        finally:
            self._end_children()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _order(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _wait_until(self, condition: Callable[[], bool], seconds: float | None) -> bool:
        """Wait for a condition, the order to stop, or the end of a child."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self.stopping and all(self._goes_on(place) for place in range(len(self.children))):
            if condition():
                return True
            if end is not None and time.monotonic() > end:
                raise ServingError(f"服务在 {seconds} 秒内没有应答。 / The server did not answer within {seconds} s.")
            time.sleep(POLL_SECONDS)
        return False

    def _goes_on(self, place: int) -> bool:
        """Whether a child runs, or is a sequencer that refused, which is started again after ever longer rests."""
        child = self.children[place]
        if child.poll() is None:
            return True
        line = [str(word) for word in child.args] if isinstance(child.args, list) else []
        if child.returncode != REFUSED or SEQUENCER not in line:
            return False
        now = time.monotonic()
        if self.again_at is None:
            if now - self.began > LONGEST_REST_SECONDS:
                self.rest = FIRST_REST_SECONDS
            self.again_at, self.rest = now + self.rest, min(self.rest * 2, LONGEST_REST_SECONDS)
        elif now >= self.again_at:
            self.again_at, self.began = None, now
            self.children[place] = _started(line)
        return True

    def _end_children(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.terminate()
        end = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _started(line: list[str]) -> subprocess.Popen[bytes]:
    """Start a program, in a session of its own: a Ctrl-C in the terminal reaches us only, and we stop all in order."""
    return subprocess.Popen(line, start_new_session=True)  # noqa: S603 - our own programs


def answers(bind: BindAddress) -> bool:
    """Whether the server answers a request, with whatever status."""
    link = http.client.HTTPConnection(bind.host, bind.port, timeout=5)
    try:
        link.request("HEAD", "/robots.txt")
        link.getresponse()
    except OSError:
        return False
    finally:
        link.close()
    return True
