"""The seam of electronic seals: none, one for trial that says TEST, or the agency's own seal server.

A seal is added to a file after its end; what was drawn before stays byte for byte in front of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from cryptography import x509
from django.conf import settings

from heliograph.documents.outbound import OutboundError, Server, post
from heliograph.documents.pictures import draw_seal
from heliograph.documents.trial_seal import TrialAuthority, sign_with
from heliograph.documents.verifying import SealState, check_seal

GROWTH = 4_000_000  # bytes that a seal may add to a file
PDF = "application/pdf"


class CannotSealError(RuntimeError):
    """No seal came; the text says why, in Chinese. Nothing has changed."""


@dataclass(frozen=True, slots=True)
class SealPlace:
    """Where the middle of a seal goes: page from 1, points from the left and from the top."""

    page: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class SealOrder:
    """What is to be sealed: the file, whose seal, what the document is called, where on it and when."""

    pdf: bytes
    agency: str
    title: str
    place: SealPlace
    at: datetime


class SealProvider(Protocol):
    """Whoever puts seals on files."""

    @property
    def label(self) -> str:
        """What people call it."""
        ...

    def seal(self, order: SealOrder) -> bytes:
        """Return the sealed file. CannotSealError."""
        ...

    def roots(self, at: datetime) -> Sequence[x509.Certificate]:
        """Return whose signatures count."""
        ...


@dataclass(frozen=True, slots=True)
class TrialSeal:
    """Signs with an authority of this installation's own, for demonstration; the picture says TEST."""

    home: Path
    label: str = "测试印章"

    def seal(self, order: SealOrder) -> bytes:
        """Sign the file and put a picture of a seal on it."""
        authority = TrialAuthority.of(self.home, order.at)
        place = order.place
        return sign_with(
            authority,
            order.pdf,
            picture=draw_seal(order.agency),
            page=place.page,
            middle=(place.x, place.y),
            name=f"{order.agency}（测试）",
            reason=order.title,
        )

    def roots(self, at: datetime) -> Sequence[x509.Certificate]:
        """Return the trial authority itself."""
        return [TrialAuthority.of(self.home, at).root()]


@dataclass(frozen=True, slots=True)
class RemoteSeal:
    """Asks the agency's seal server. The protocol stands in docs/reference/seal-server.md."""

    server: Server
    token: str
    trusted: Sequence[x509.Certificate]
    label: str = "印章服务器"

    def seal(self, order: SealOrder) -> bytes:
        """Send the file and take the sealed one, if it holds what was sent and carries a whole signature."""
        place = order.place
        headers = {
            "Content-Type": PDF,
            "Accept": PDF,
            "X-Seal-Agency": quote(order.agency),
            "X-Seal-Title": quote(order.title),
            "X-Seal-Place": f"{place.page};{place.x:.1f};{place.y:.1f}",
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            sealed = post(self.server, order.pdf, headers, most=len(order.pdf) + GROWTH)
        except OutboundError as error:
            raise CannotSealError(str(error)) from error
        if not sealed.startswith(order.pdf) or len(sealed) == len(order.pdf):
            raise CannotSealError("印章服务器返回的不是这份文书加盖印章后的文件，没有采用。请联系印章服务商。")
        return sealed

    def roots(self, at: datetime) -> Sequence[x509.Certificate]:
        """Return the authorities that the installation was told to trust."""
        return self.trusted


def provider() -> SealProvider | None:
    """Return who seals in this installation; None where nobody does."""
    return _PROVIDERS[settings.SEAL_PROVIDER]()


def _remote() -> SealProvider:
    token = settings.SEAL_TOKEN_FILE
    server = Server(settings.SEAL_URL, "印章服务器", settings.SEAL_SECONDS, settings.OUTBOUND_CA)
    return RemoteSeal(
        server, Path(token).read_text("utf-8").strip() if token else "", certificates(settings.SEAL_ROOTS)
    )


_PROVIDERS: Mapping[str, Callable[[], SealProvider | None]] = {
    "none": lambda: None,
    "test": lambda: TrialSeal(settings.SEAL_HOME),
    "remote": _remote,
}


def certificates(path: str) -> Sequence[x509.Certificate]:
    """Return the certificates of a PEM file, none where no file is named. OSError, ValueError."""
    return x509.load_pem_x509_certificates(Path(path).read_bytes()) if path else []


def sealed_file(chosen: SealProvider, order: SealOrder) -> tuple[bytes, SealState]:
    """Return the sealed file and what its signature says; CannotSealError when it does not hold."""
    sealed = chosen.seal(order)
    state = check_seal(sealed, chosen.roots(order.at), order.at)
    if state.verdict in {"broken", "unsigned"}:
        raise CannotSealError("加盖印章后的文件没有通过签名验证，没有采用。请联系系统管理员。")
    return sealed, state
