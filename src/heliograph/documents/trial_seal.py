"""The seal for trial: a certificate authority made at first use and kept with the keys, and a picture that says TEST.

Its signatures have no legal force. The private key of the authority is thrown away once it has signed the one
certificate; the signer's key lies in the installation's key place, readable by its own user only.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import StaticStampStyle

from heliograph.documents.pictures import POINTS_ACROSS, seal_sheet

KEY, CERTIFICATE, ROOT = "signer.key.pem", "signer.pem", "root.pem"
LIFE = timedelta(days=3650)
FIELD = "Seal1"
A4_HEIGHT = 841.89


@dataclass(frozen=True, slots=True)
class TrialAuthority:
    """The folder of the trial authority."""

    folder: Path

    @classmethod
    def of(cls, home: Path, at: datetime) -> TrialAuthority:
        """Return the installation's trial authority, made at first use; two processes that start it agree on one."""
        folder = home / "trial"
        if not folder.is_dir():
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = Path(tempfile.mkdtemp(prefix=".trial-", dir=home))
            _make(draft, at)
            try:
                draft.rename(folder)
            except OSError:  # another process was first: its authority holds
                shutil.rmtree(draft)
        return cls(folder)

    def root(self) -> x509.Certificate:
        """Return the certificate that the signatures go back to."""
        return x509.load_pem_x509_certificate((self.folder / ROOT).read_bytes())

    def signer(self) -> SimpleSigner:
        """Return the signer."""
        place = self.folder
        return SimpleSigner.load(  # type: ignore[no-any-return, no-untyped-call]
            str(place / KEY), str(place / CERTIFICATE), ca_chain_files=(str(place / ROOT),)
        )


def _make(folder: Path, at: datetime) -> None:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _named("阳光执法 测试根证书"), _named("测试印章（没有法律效力）")
    root = _certificate(root_name, root_name, root_key.public_key(), at, authority=True).sign(root_key, hashes.SHA256())
    certificate = _certificate(name, root_name, key.public_key(), at, authority=False).sign(root_key, hashes.SHA256())
    _write(folder / KEY, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _write(folder / CERTIFICATE, certificate.public_bytes(Encoding.PEM))
    _write(folder / ROOT, root.public_bytes(Encoding.PEM))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, *, authority: bool
) -> x509.CertificateBuilder:
    usage = {"digital_signature", "content_commitment"} if not authority else {"key_cert_sign", "crl_sign"}
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(int.from_bytes(secrets.token_bytes(16), "big") >> 1)
    builder = builder.not_valid_before(at - timedelta(days=1)).not_valid_after(at + LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    return builder.add_extension(x509.KeyUsage(**{one: one in usage for one in every}), critical=True)


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sign_with(
    authority: TrialAuthority,
    pdf: bytes,
    *,
    picture: bytes,
    page: int,
    middle: tuple[float, float],
    name: str,
    reason: str,
) -> bytes:
    """Return a file with a PAdES signature and the picture of a seal, both added after its end.

    page: from 1; middle: of the seal, in points from the left and from the top of the page.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    half = POINTS_ACROSS / 2
    x, y = middle[0], A4_HEIGHT - middle[1]  # layouts set A4 pages
    box = (round(x - half), round(y - half), round(x + half), round(y + half))
    meta = PdfSignatureMetadata(
        field_name=FIELD, name=name, reason=reason, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    with tempfile.TemporaryDirectory(prefix="heliograph-seal-") as folder:  # the stamp is read while it is drawn
        sheet = Path(folder) / "seal.pdf"
        sheet.write_bytes(seal_sheet(picture))
        field = SigFieldSpec(FIELD, on_page=page - 1, box=box)
        signer = PdfSigner(meta, authority.signer(), stamp_style=_stamp(sheet), new_field_spec=field)
        made: io.BytesIO = signer.sign_pdf(writer)
    return made.getvalue()


def _stamp(sheet: Path) -> StaticStampStyle:
    """Return the look of the signature: a page that holds the picture and nothing else, without border."""
    filled = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, margins=Margins())
    return StaticStampStyle.from_pdf_file(str(sheet), border_width=0, background_opacity=1.0, background_layout=filled)
