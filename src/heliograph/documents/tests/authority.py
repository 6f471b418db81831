"""A timestamp authority for tests: a root, a certificate for timestamps, and a server that answers queries."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import keys, tsp  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

STATED = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _built(subject: str, issuer: str, key: rsa.RSAPublicKey, *, authority: bool) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer)).public_key(key)
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(STATED - timedelta(days=9)).not_valid_after(STATED + timedelta(days=900))
    made = made.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    if not authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(usage, critical=True)
    return made


class Authority:
    """A timestamp authority; `answers` is what it sends in place of a true answer, `asked` what it was sent."""

    def __init__(self) -> None:
        self.root_key, self.key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self.root = _built("测试根", "测试根", self.root_key.public_key(), authority=True).sign(
            self.root_key, hashes.SHA256()
        )
        self.certificate = _built("测试时间戳", "测试根", self.key.public_key(), authority=False).sign(
            self.root_key, hashes.SHA256()
        )
        self.asked: list[bytes] = []
        self.answers: bytes | None = None

    def write_root(self, path: Path) -> str:
        """Write the certificate that is to be trusted into a file."""
        path.write_bytes(self.root.public_bytes(Encoding.PEM))
        return str(path)

    def answer(self, query: bytes) -> bytes:
        """Answer a query."""
        self.asked.append(query)
        if self.answers is not None:
            return self.answers
        secret = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register(asn1.Certificate.load(self.root.public_bytes(Encoding.DER)))
        stamper = DummyTimeStamper(
            asn1.Certificate.load(self.certificate.public_bytes(Encoding.DER)),
            keys.PrivateKeyInfo.load(secret),
            certs_to_embed=store,
            fixed_dt=STATED,
        )
        made: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump()
        return made

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve on this machine; gives the address."""
        answer = self.answer

        class Clerk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Clerk)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/tsa"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
