"""Uploaded files: which kinds are taken. Where their bytes lie: `storage`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings

NAME_LIMIT = 120
UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f"\\/:*?<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
MEGABYTE = 1_000_000


class FileRefusedError(ValueError):
    """A file that is not taken; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file, known by its first bytes and not by its name."""

    media_type: str
    start: bytes
    suffixes: tuple[str, ...]


KINDS = (
    Kind("application/pdf", b"%PDF-", (".pdf",)),
    Kind("image/jpeg", b"\xff\xd8\xff", (".jpg", ".jpeg")),
    Kind("image/png", b"\x89PNG\r\n\x1a\n", (".png",)),
)
SUFFIXES = ",".join(suffix for kind in KINDS for suffix in kind.suffixes)


def check_size(size: int) -> None:
    """Refuse an empty file and one above the limit of the installation. FileRefusedError with both numbers."""
    limit: int = settings.ENTRY_FILE_BYTES
    if size > limit:
        raise FileRefusedError(f"文件最大 {limit // MEGABYTE} MB，现为 {size / MEGABYTE:.1f} MB。请压缩后重新上传。")
    if not size:
        raise FileRefusedError("文件是空的，请重新选择。")


def kind_of(content: bytes) -> Kind:
    """Return what a file is by its content. FileRefusedError for anything but PDF, JPEG and PNG."""
    for kind in KINDS:
        if content.startswith(kind.start):
            return kind
    raise FileRefusedError("只能上传 PDF、JPEG 或 PNG 文件。其他格式请先转换为 PDF，或扫描后上传。")


def clean_name(name: str, kind: Kind) -> str:
    """Return a name that can be kept and downloaded anywhere, with an ending that fits the content."""
    plain = UNFIT.sub("", re.split(r"[\\/]", name)[-1]).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    suffix = f".{ending.lower()}" if dot else ""
    if suffix not in kind.suffixes:
        stem, suffix = plain, kind.suffixes[0]
    return (stem.strip(" .") or "附件")[: NAME_LIMIT - len(suffix)] + suffix
