"""Uploaded files: which kinds are taken, and where their bytes lie, by their SHA-256 and never overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from heliograph.registers.rules import SHA256

NAME_LIMIT = 120
UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f"\\/:*?<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
MEGABYTE = 1_000_000
DRAFT = ".part"


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


class LocalDirectory:
    """Files in a directory of this machine. Another driver offers the same functions."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Keep content and return its SHA-256 (hex). Keeping it again only makes it new."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = self._path(sha256)
        if not self.renew(sha256):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = target.with_name(f"{sha256}.{secrets.token_hex(8)}{DRAFT}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
                copy.write(content)
                copy.flush()
                os.fsync(copy.fileno())
            draft.replace(target)
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open what is kept under a SHA-256. FileNotFoundError when nothing is."""
        return self._path(sha256).open("rb")

    def renew(self, sha256: str) -> bool:
        """Say whether something is kept under a SHA-256, and count its age from now."""
        try:
            os.utime(self._path(sha256))
        except FileNotFoundError:
            return False
        return True

    def untouched(self, before: datetime) -> list[str]:
        """Return the SHA-256 of what was neither kept nor renewed since an instant."""
        found = (path for path in self.root.glob("??/*") if SHA256.fullmatch(path.name))
        return sorted(path.name for path in found if path.stat().st_mtime < before.timestamp())

    def drop(self, sha256: str, *, before: datetime) -> bool:
        """Delete what was not touched since an instant; say whether it was.

        Set aside first and looked at then: what is renewed at the same moment is either found gone or stays.
        """
        path = self._path(sha256)
        aside = path.with_name(f"{sha256}.{secrets.token_hex(8)}{DRAFT}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= before.timestamp():
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def tidy(self, *, before: datetime) -> int:
        """Delete the drafts of uploads that were broken off before an instant; return how many."""
        broken = [path for path in self.root.glob(f"??/*{DRAFT}") if path.stat().st_mtime < before.timestamp()]
        for path in broken:
            path.unlink(missing_ok=True)
        return len(broken)

    def _path(self, sha256: str) -> Path:
        if not SHA256.fullmatch(sha256):
            raise FileNotFoundError(sha256)
        return self.root / sha256[:2] / sha256


def storage() -> LocalDirectory:
    """Return where this installation keeps its files."""
    return LocalDirectory(Path(settings.MEDIA_ROOT))
