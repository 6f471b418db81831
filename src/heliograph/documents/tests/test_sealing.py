"""Seals: none, one for trial, and the agency's server; what a signature says afterwards."""

from __future__ import annotations

import io
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pypdf
import pytest
from django.conf import LazySettings
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from heliograph.documents import outbound, sealing
from heliograph.documents.sealing import CannotSealError, RemoteSeal, SealOrder, SealPlace, TrialSeal, sealed_file
from heliograph.documents.tests.test_drawing import drawn, sheet, text_of
from heliograph.documents.trial_seal import TrialAuthority
from heliograph.documents.verifying import check_seal

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
AGENCY = "晴川县测试局"
Answer = Callable[[BaseHTTPRequestHandler, bytes], object]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return drawn(sheet("行政处罚决定书"))


@pytest.fixture
def trial(tmp_path: Path) -> TrialSeal:
    return TrialSeal(tmp_path / "seal")


def order(pdf: bytes) -> SealOrder:
    return SealOrder(pdf, AGENCY, "行政处罚决定书晴测罚〔2026〕37号", SealPlace(2, 420.0, 600.0), AT)


def test_trial_seal_is_added_after_the_file_and_holds(pdf: bytes, trial: TrialSeal) -> None:
    sealed, state = sealed_file(trial, order(pdf))
    assert sealed.startswith(pdf)
    assert (state.verdict, state.signer) == ("valid", "测试印章（没有法律效力）")
    assert "没有改动" in state.words
    assert text_of(sealed) == text_of(pdf), "the seal is a picture and adds no letter"
    [place] = [one.get_object() for one in pypdf.PdfReader(io.BytesIO(sealed)).pages[1]["/Annots"]]  # type: ignore[attr-defined]
    left, low, right, high = (float(side) for side in place["/Rect"])
    assert ((left + right) / 2, 841.89 - (low + high) / 2) == pytest.approx((420, 600), abs=1)
    assert right - left == pytest.approx(42 * 72 / 25.4, abs=1)


def test_signature_says_what_became_of_the_file(pdf: bytes, trial: TrialSeal) -> None:
    sealed, _state = sealed_file(trial, order(pdf))
    roots = trial.roots(AT)
    flipped = bytearray(sealed)
    flipped[len(pdf) // 2] ^= 1
    assert check_seal(bytes(flipped), roots, AT).verdict in {"broken", "unknown"}
    assert check_seal(sealed + b"\n% more\n", roots, AT).verdict == "broken"
    assert check_seal(sealed, [], AT).verdict == "untrusted"
    assert check_seal(pdf, roots, AT).verdict == "unsigned"
    assert check_seal(b"no file", roots, AT).verdict == "unsigned"
    assert check_seal(b"%PDF-1.7 /ByteRange", roots, AT).verdict == "unknown"
    unsigned = io.BytesIO()
    copy_into_new_writer(PdfFileReader(io.BytesIO(sealed))).write(unsigned)  # type: ignore[no-untyped-call]
    assert check_seal(unsigned.getvalue(), roots, AT).verdict in {"broken", "unknown"}


def test_trial_authority_is_made_once_and_read_by_its_user_only(tmp_path: Path) -> None:
    home = tmp_path / "seal"
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: TrialAuthority.of(home, AT).root(), range(4)))
    assert len({one.serial_number for one in made}) == 1
    assert {path.stat().st_mode & 0o077 for path in (home / "trial").iterdir()} == {0}
    assert [path.name for path in home.iterdir()] == ["trial"]


def test_who_seals_is_a_setting(settings: LazySettings, tmp_path: Path, trial: TrialSeal) -> None:
    settings.SEAL_PROVIDER = "none"
    assert sealing.provider() is None
    settings.SEAL_PROVIDER, settings.SEAL_HOME = "test", tmp_path
    assert str(sealing.provider()) == str(TrialSeal(tmp_path))
    TrialAuthority.of(trial.home, AT)
    word = tmp_path / "word"
    word.write_text("open sesame\n", encoding="utf-8")
    settings.SEAL_PROVIDER, settings.SEAL_URL, settings.SEAL_TOKEN_FILE = "remote", "https://seal.invalid/", str(word)
    settings.SEAL_ROOTS = str(trial.home / "trial" / "root.pem")
    found = sealing.provider()
    assert isinstance(found, RemoteSeal)
    assert (found.server.url, found.token, found.roots(AT)) == ("https://seal.invalid/", "open sesame", trial.roots(AT))


# -- the agency's server
class Office(ThreadingHTTPServer):
    """A seal server of a test."""

    answer: Answer
    asked: list[tuple[dict[str, str], bytes]]


class Clerk(BaseHTTPRequestHandler):
    """Answers as the test wants."""

    server: Office

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((dict(self.headers), body))
        type(self.server).answer(self, body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def office() -> Iterator[Office]:
    server = Office(("127.0.0.1", 0), Clerk)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def told(office: Office, answer: Answer) -> RemoteSeal:
    Office.answer = answer
    server = outbound.Server(f"http://127.0.0.1:{office.server_address[1]}/seals", "印章服务器", 0.6)
    return RemoteSeal(server, "open sesame", [])


def send(clerk: BaseHTTPRequestHandler, content: bytes, *, status: int = 200, length: int | None = None) -> None:
    clerk.send_response(status)
    clerk.send_header("Content-Length", str(len(content) if length is None else length))
    clerk.end_headers()
    clerk.wfile.write(content)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_server_gets_the_file_and_its_answer_is_held_against_it(office: Office, pdf: bytes, trial: TrialSeal) -> None:
    remote = told(office, lambda clerk, body: send(clerk, trial.seal(order(body))))
    sealed, state = sealed_file(remote, order(pdf))
    assert (sealed[: len(pdf)], state.verdict) == (pdf, "untrusted")
    [(headers, body)] = office.asked
    assert body == pdf
    assert headers["Authorization"] == "Bearer open sesame"
    assert unquote(headers["X-Seal-Agency"]) == AGENCY
    assert headers["X-Seal-Place"] == "2;420.0;600.0"


def slowly(clerk: BaseHTTPRequestHandler, body: bytes) -> None:
    threading.Event().wait(1.2)


def dripping(clerk: BaseHTTPRequestHandler, body: bytes) -> None:
    clerk.send_response(200)
    clerk.end_headers()
    for _turn in range(12):
        threading.Event().wait(0.1)
        try:
            clerk.wfile.write(b"x")
        except OSError:
            return


BAD: dict[str, tuple[Answer, str]] = {
    "refused": (lambda clerk, _body: send(clerk, "印章已停用".encode(), status=403), "没有办理（403）：印章已停用"),
    "redirect": (lambda clerk, _body: send(clerk, b"", status=302), "没有办理（302）"),
    "other file": (lambda clerk, _body: send(clerk, b"%PDF-1.7 other"), "不是这份文书加盖印章后的文件"),
    "same file": (lambda clerk, body: send(clerk, body), "不是这份文书加盖印章后的文件"),
    "no signature": (lambda clerk, body: send(clerk, body + b"\n% more"), "没有通过签名验证"),
    "half": (lambda clerk, body: send(clerk, body, length=len(body) + 9), "印章服务器"),
    "huge": (lambda clerk, body: send(clerk, body + b"x" * 5_000_000), "过大"),
    "slow": (slowly, "0.6 秒内没有答复"),
    "dripping": (dripping, "0.6 秒内没有答复"),
    "broken": (lambda clerk, _body: clerk.wfile.write(b"nonsense\r\n\r\n"), "连接不上印章服务器"),
}


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("how", BAD)
def test_bad_answers_are_said_and_nothing_is_taken(office: Office, pdf: bytes, how: str) -> None:
    answer, said = BAD[how]
    with pytest.raises(CannotSealError, match=said):
        sealed_file(told(office, answer), order(pdf))


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_no_server_and_no_https(pdf: bytes) -> None:
    for url, said in (
        ("http://127.0.0.1:9/", "连接不上"),
        ("http://seal.invalid/", "https://"),
        ("ftp://a/", "https://"),
    ):
        with pytest.raises(CannotSealError, match=said):
            RemoteSeal(outbound.Server(url, "印章服务器", 0.5), "", []).seal(order(pdf))


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_https_takes_the_named_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(ssl, "create_default_context", lambda cafile: asked.append(cafile))
    server = outbound.Server("https://127.0.0.1:9/seals", "印章服务器", 0.5, "own.pem")
    with pytest.raises(outbound.OutboundError):
        outbound.post(server, b"", {}, most=1)
    assert asked == ["own.pem"]
