"""A witness (C2SP tlog-witness): it cosigns a log's checkpoint only if the log grew from what it cosigned last.

A WSGI callable over one `WitnessHome`, and a small server of the standard library in one process. No Django, no
PostgreSQL: a body outside the agency runs it with nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import re
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from socketserver import ThreadingMixIn
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, Final, cast
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.kernel.tlog.witnessing import PLAIN, Answer, Held, add_checkpoint, origin_of
from heliograph.ledger.witness_home import WitnessError, WitnessHome

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

MAX_BODY: Final = 128 * 1024
"""63 hashes and a checkpoint with more post-quantum lines than any log has keys."""
MAX_CONNECTIONS: Final = 32
IDLE_SECONDS: Final = 10
LINGER_SECONDS: Final = 1

_CHECKPOINT: Final = re.compile("/([0-9a-f]{64})/checkpoint")
_READS: Final = ("GET", "HEAD")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, a text and what kind of text it is."""

    status: int
    body: str
    content_type: str = PLAIN
    allow: str = ""


class Witness:
    """The WSGI callable of one witness."""

    def __init__(
        self, home: WitnessHome, cosigner: Ed25519Cosigner, *, clock: Callable[[], int], demo: bool = False
    ) -> None:
        self.home = home
        self.cosigner = cosigner
        self.clock = clock
        self.demo = demo

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            reply = self._reply(environ)
        except (sqlite3.Error, OSError) as error:
            # Nothing was cosigned; the log asks again.
            logger.error("no answer: %s: %s", type(error).__name__, error)  # noqa: TRY400 - no traceback, on purpose
            reply = Reply(503, "暂时不能见证。 / The witness cannot answer now.\n")
        body = reply.body.encode()
        headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(body)))]
        headers += [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
        if reply.allow:
            headers.append(("Allow", reply.allow))
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _reply(self, environ: WSGIEnvironment) -> Reply:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "") or "/"
        found = _CHECKPOINT.fullmatch(path)
        if path == "/add-checkpoint":
            return self._add(environ) if method == "POST" else _not_allowed("POST")
        if found is None and path != "/":
            return Reply(404, "没有此页。 / Not found.\n")
        if method not in _READS:
            return _not_allowed(", ".join(_READS))
        return self._about() if found is None else self._latest(found[1])

    def _add(self, environ: WSGIEnvironment) -> Reply:
        body = _body(environ)
        if isinstance(body, Reply):
            return body
        origin = origin_of(body)
        answer = self.answer(body, origin)
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            logger.warning("refused: %s shows another history: %s", origin, answer.body.strip())
        return Reply(answer.status, answer.body, answer.content_type)

    def answer(self, body: bytes, origin: str | None) -> Answer:
        """Check a request and keep what is cosigned; for an origin that nobody here knows, nothing is looked up."""
        verifiers = self.home.logs.verifiers(origin) if origin is not None else ()

        def decide(held: Held | None) -> Answer:
            return add_checkpoint(body, held, verifiers, [self.cosigner], time=self.clock())

        return self.home.state.answer(origin, decide) if origin is not None and verifiers else decide(None)

    def _latest(self, origin_hash: str) -> Reply:
        for origin, held in self.home.state.all().items():
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                return Reply(200, held.note)
        return Reply(404, "尚未见证此日志。 / Nothing cosigned for this log.\n")

    def _about(self) -> Reply:
        held = self.home.state.all()
        lines = ["阳光执法日志见证服务（演示）" if self.demo else "阳光执法日志见证服务", ""]
        if self.demo:
            lines += ["演示用途，与日志同机运行，不构成独立见证。", ""]
        lines += [
            "本服务为执法存证日志的检查点附加见证签名。日志只增不改、与此前见证的内容一致的，予以签名；否则拒绝。",
            "",
            f"见证方：{self.cosigner.name}",
            f"验证公钥：{self.cosigner.vkey}",
            "",
        ]
        origins = sorted({verifier.name for verifier in self.home.logs.verifiers()})
        lines.append("见证的日志：" if origins else "尚未登记要见证的日志。")
        for origin in origins:
            count = f"已见证 {held[origin].size} 条" if origin in held else "尚未见证"
            lines.append(f"  {origin}，{count}，/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint")
        return Reply(200, "\n".join([*lines, ""]))


def _not_allowed(allow: str) -> Reply:
    return Reply(405, "不支持此方法。 / Method not allowed.\n", allow=allow)


def _body(environ: WSGIEnvironment) -> bytes | Reply:
    """Return the body, of the length that was said and allowed."""
    said = environ.get("CONTENT_LENGTH") or ""
    if not said:
        return Reply(411, "须写明长度。 / Content-Length is required.\n")
    if not said.isascii() or not said.isdigit():
        return Reply(400, "长度不是整数。 / Content-Length is not a number.\n")
    if len(said) > len(str(MAX_BODY)) or int(said) > MAX_BODY:
        return Reply(413, f"超过 {MAX_BODY} 字节。 / More than {MAX_BODY} bytes.\n")
    try:
        body: bytes = environ["wsgi.input"].read(int(said))
    except OSError:
        return Reply(408, "内容迟迟未到。 / The body did not arrive in time.\n")
    return body if len(body) == int(said) else Reply(400, "内容不完整。 / The body is cut off.\n")


class _Handler(SimpleHandler):
    """What broke is said in one line, and to nobody but the operator."""

    def log_exception(self, exc_info: Any) -> None:
        logger.error("no answer: %s: %s", exc_info[0].__name__, exc_info[1])


class _Requests(WSGIRequestHandler):
    """One connection, one request; who says nothing for long is left."""

    timeout = IDLE_SECONDS
    server_version, sys_version = "heliograph-witness", ""

    def handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if len(self.raw_requestline) > 65536:
            self.requestline = self.request_version = self.command = ""
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
            return
        if self.raw_requestline and self.parse_request():
            # The base classes' types are wider than what they pass to each other.
            link, server = cast("IO[bytes]", self.wfile), cast("WitnessServer", self.server)
            handler = _Handler(self.rfile, link, self.get_stderr(), self.get_environ(), multithread=True)
            handler.run(server.witness)

    def finish(self) -> None:
        """End the answer and read what the peer still sends: closed on unread bytes, it might never see the answer."""
        super().finish()
        end = time.monotonic() + LINGER_SECONDS
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER_SECONDS)
            while self.connection.recv(MAX_BODY) and time.monotonic() < end:
                pass
        except OSError:
            return  # gone already

    def log_message(self, format: str, *args: Any) -> None:
        """Write no line per request: the proxy in front does."""


class WitnessServer(ThreadingMixIn, WSGIServer):
    """A thread for each connection, up to a number; beyond it a connection is closed at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str, port: int, witness: Witness) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self.witness = witness
        super().__init__((host, port), _Requests)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread, if there is a place for it."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve, then give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a peer that went away or fell silent."""
        logger.info("a connection from %s ended early", client_address[0])


def serve(witness: Witness, host: str, port: int, on_ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    try:
        server = WitnessServer(host, port, witness)
    except OSError as error:
        raise WitnessError(
            f"地址 {host}:{port} 不能使用（{error.strerror}）。 / {host}:{port} cannot be used."
        ) from error
    previous = signal.signal(signal.SIGTERM, _stop)
    try:
        on_ready()
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        signal.signal(signal.SIGTERM, previous)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
