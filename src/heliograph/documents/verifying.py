"""What the signature in a sealed file says: whole, changed, added to, and by whom."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509 as asn1  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

LOG = logging.getLogger(__name__)
UNREADABLE = (PdfError, ValueError, KeyError, IndexError, NotImplementedError)
WORDS = {
    "valid": "签名有效，盖章后没有改动",
    "untrusted": "签名完整，盖章后没有改动；签名证书不在本系统信任的范围内",
    "broken": "文件已被改动，签名无效",
    "unsigned": "文件里没有电子签名",
    "unknown": "签名使用本系统不能核验的算法或者格式，请在印章服务商的软件里核验",
}


@dataclass(frozen=True, slots=True)
class SealState:
    """What a signature comes to: a key of WORDS, who signed, and when as the signature says."""

    verdict: str
    signer: str = ""
    stated_at: datetime | None = None

    @property
    def words(self) -> str:
        """The verdict as people read it."""
        return WORDS[self.verdict]


def check_seal(pdf: bytes, roots: Sequence[x509.Certificate], at: datetime) -> SealState:
    """Return what the last signature of a file says on a day. Nothing is fetched; revocation is not asked."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        signatures = reader.embedded_signatures
        if not signatures:
            return SealState("unsigned")
        last = signatures[-1]
        trusted = [asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in roots]
        context = ValidationContext(trust_roots=trusted, moment=at, allow_fetching=False, revocation_mode="soft-fail")
        found = validate_pdf_signature(last, context)
        signer = str(last.signer_cert.subject.native.get("common_name", ""))
    except UNREADABLE as error:
        LOG.info("a signature cannot be read: %s", error)
        return SealState("unknown" if pdf.startswith(b"%PDF-") and b"/ByteRange" in pdf else "unsigned")
    whole = (
        found.coverage == SignatureCoverageLevel.ENTIRE_FILE
        or found.modification_level == ModificationLevel.LTA_UPDATES
    )
    if not (found.intact and found.valid and whole):
        return SealState("broken", signer, found.signer_reported_dt)
    return SealState("valid" if found.trusted else "untrusted", signer, found.signer_reported_dt)
