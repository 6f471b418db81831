"""Timestamps of a trusted authority (RFC 3161): asked over the SHA-256 of a file, verified before they are kept.

The authority learns the hash alone. Its certificate comes from a file of the installation, never from the answer.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from heliograph.documents.outbound import OutboundError, Server, post
from heliograph.documents.sealing import certificates

MOST = 64 * 1024
LABEL = "时间戳服务器"
HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class NoTimestampError(RuntimeError):
    """No timestamp came, or none that holds; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a timestamp states: the token as Base64, when, and by whom."""

    token: str
    at: datetime
    authority: str


def is_set_up() -> bool:
    """Say whether this installation has an authority for timestamps."""
    return bool(settings.TSA_URL)


def obtain(content: bytes) -> Stated:
    """Return a timestamp over a file. NoTimestampError when none comes or it does not hold."""
    request = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).build()
    server = Server(settings.TSA_URL, LABEL, settings.TSA_SECONDS, settings.OUTBOUND_CA)
    try:
        answer = decode_timestamp_response(post(server, request.as_bytes(), HEADERS, most=MOST))
    except OutboundError as error:
        raise NoTimestampError(str(error)) from error
    except ValueError as error:
        raise NoTimestampError(f"{LABEL}返回的内容不是时间戳，没有采用。") from error
    _require_true(answer, content, nonce=request.nonce)
    name = _authority(answer, certificates(settings.TSA_ROOTS))
    return Stated(base64.b64encode(answer.as_bytes()).decode(), answer.tst_info.gen_time, name)


def holds(token: str, content: bytes) -> bool:
    """Say whether a kept timestamp is one of the trusted authority over this very file."""
    try:
        _require_true(decode_timestamp_response(base64.b64decode(token)), content)
    except (NoTimestampError, ValueError):
        return False
    return True


def _require_true(answer: TimeStampResponse, content: bytes, *, nonce: int | None = None) -> None:
    builder = VerifierBuilder()
    for one in certificates(settings.TSA_ROOTS):
        builder = builder.add_root_certificate(one)
    if nonce is not None:
        builder = builder.nonce(nonce)
    try:
        builder.build().verify_message(answer, content)
    except (VerificationError, ValueError) as error:
        raise NoTimestampError(f"{LABEL}返回的时间戳没有通过验证，没有采用。请系统管理员核对信任的证书。") from error


def _authority(answer: TimeStampResponse, roots: Sequence[x509.Certificate]) -> str:
    """Return what the authority is called, by its own certificate, else by the trusted one."""
    sent = [x509.load_der_x509_certificate(one) for one in answer.signed_data.certificates]
    own = sorted([*sent, *roots], key=lambda one: one.subject == one.issuer)
    names = [name for one in own for name in one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return str(names[0].value)[:200] if names else LABEL
