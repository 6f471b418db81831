"""Looking into a stored file: what it is, what it is to be called, whether it wants a password. Nothing is unpacked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import BinaryIO

from django.conf import settings
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from heliograph.evidence import rules
from heliograph.evidence.kinds import HEAD, PDF, Kind, kind_of_type, recognise
from heliograph.kernel.verdict import first_refusal, require
from heliograph.registers.files import NAME_LIMIT, UNFIT
from heliograph.registers.receiving import Received
from heliograph.registers.storage import storage

LISTING = 4 << 20  # bytes at the end of a zip in which the names of its files are looked for


@dataclass(frozen=True, slots=True)
class Examined:
    """What a received file turned out to be."""

    name: str
    kind: Kind
    encrypted: bool


def examine(received: Received, name: str) -> Examined:
    """Return what a received file is. ActRefusedError when it is not one that is kept; FileNotFoundError once gone."""
    plain = _plain(name)
    require(rules.may_be_kept(received.size, limit=settings.EVIDENCE_FILE_BYTES))
    with storage().open(received.sha256) as file:
        kind = kind_in(file)
        require(first_refusal(rules.may_be_taken(plain, kind)))
        return Examined(_named(plain, kind), kind, kind is PDF and _is_locked(file))


def named_as(title: str, media_type: str) -> str:
    """Return a name for a copy of a file outside: its title with an ending that fits what it is."""
    kind = kind_of_type(media_type)
    return _named(_plain(title), kind if kind.suffixes else replace(kind, suffixes=(".bin",)))


def kind_in(file: BinaryIO) -> Kind:
    """Return the kind of an open file by its content."""
    file.seek(0)
    head = file.read(HEAD)
    listing = b""
    if head.startswith(b"PK"):
        size = file.seek(0, 2)
        file.seek(max(0, size - LISTING))
        listing = file.read(LISTING)
    file.seek(0)
    return recognise(head, listing)


def _plain(name: str) -> str:
    return UNFIT.sub("", re.split(r"[\\/]", name)[-1]).strip(" .") or "证据文件"


def _named(plain: str, kind: Kind) -> str:
    """Return a name that can be kept and saved anywhere, with an ending that fits the content."""
    end = rules.ending(plain)
    if kind.suffixes and end not in kind.suffixes:
        return plain[: NAME_LIMIT - len(kind.suffixes[0])] + kind.suffixes[0]
    stem = plain[: len(plain) - len(end)]
    return stem[: NAME_LIMIT - len(end)] + end


def _is_locked(file: BinaryIO) -> bool:
    try:
        return bool(PdfReader(file).is_encrypted)
    except (PyPdfError, ValueError, KeyError, RecursionError, OSError, AttributeError, TypeError):
        return False  # broken rather than locked: kept as it is all the same
