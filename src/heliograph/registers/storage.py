"""Where the bytes of files lie: by their SHA-256, never overwritten. One port, two drivers (local directory, S3).

Whoever keeps a file holds its SHA-256; nobody is ever handed an address of the storage, the server streams.
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from heliograph.registers.receiving import CHUNK, Received, Receiving
from heliograph.registers.rules import SHA256

DRAFT = ".part"
INCOMING = "in"  # two letters, as the folders of what is kept, so that one sweep finds every draft


class Storage(Protocol):
    """What every driver offers. FileNotFoundError for what is not kept."""

    def put(self, content: bytes) -> str:
        """Keep content and return its SHA-256 (hex). Keeping it again only makes it new."""
        ...

    def receive(self, chunks: Iterable[bytes], *, limit: int) -> Received:
        """Keep what comes in pieces and return its hashes and size; nothing is kept when it breaks off.

        TooLargeError above the limit (bytes); what the pieces themselves raise passes through.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Open what is kept under a SHA-256 for reading from any place."""
        ...

    def read(self, sha256: str, *, first: int, last: int) -> Iterator[bytes]:
        """Return the bytes from place `first` to place `last`, both included, in pieces."""
        ...

    def renew(self, sha256: str) -> bool:
        """Say whether something is kept under a SHA-256, and count its age from now."""
        ...

    def untouched(self, before: datetime) -> list[str]:
        """Return the SHA-256 of what was neither kept nor renewed since an instant."""
        ...

    def drop(self, sha256: str, *, before: datetime) -> bool:
        """Delete what was not touched since an instant; say whether it was."""
        ...

    def tidy(self, *, before: datetime) -> int:
        """Delete what broken-off uploads left before an instant; return how many."""
        ...


class LocalDirectory:
    """Files in a directory of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Keep content and return its SHA-256 (hex). Keeping it again only makes it new."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.renew(sha256):
            self._keep([content], sha256)
        return sha256

    def receive(self, chunks: Iterable[bytes], *, limit: int) -> Received:
        """Keep what comes in pieces; nothing is kept when it breaks off."""
        receiving = Receiving(limit)
        draft = self._draft()
        try:
            _write(draft, receiving.take(chunks))
            found = receiving.done()
            self._place(draft, found.sha256)
        finally:
            draft.unlink(missing_ok=True)
        return found

    def open(self, sha256: str) -> BinaryIO:
        """Open what is kept under a SHA-256. FileNotFoundError when nothing is."""
        return self._path(sha256).open("rb")

    def read(self, sha256: str, *, first: int, last: int) -> Iterator[bytes]:
        """Return a range of bytes in pieces."""
        with self.open(sha256) as source:
            source.seek(first)
            left = last - first + 1
            while left > 0 and (content := source.read(min(CHUNK, left))):
                left -= len(content)
                yield content

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

    def _draft(self) -> Path:
        folder = self.root / INCOMING
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / f"{secrets.token_hex(16)}{DRAFT}"

    def _keep(self, chunks: Iterable[bytes], sha256: str) -> None:
        draft = self._draft()
        try:
            _write(draft, chunks)
            self._place(draft, sha256)
        finally:
            draft.unlink(missing_ok=True)

    def _place(self, draft: Path, sha256: str) -> None:
        """Give a whole draft its name, unless the same bytes lie there: what is kept is never written over."""
        if self.renew(sha256):
            return
        target = self._path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.replace(target)


def _write(draft: Path, chunks: Iterable[bytes]) -> None:
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        for chunk in chunks:
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())


def storage() -> Storage:
    """Return where this installation keeps its files."""
    root, objects = Path(settings.MEDIA_ROOT), settings.OBJECT_STORAGE
    return LocalDirectory(root) if objects is None else _object_storage(**objects, spool=root / INCOMING)


@functools.lru_cache(maxsize=4)
def _object_storage(*, driver: str, **options: Any) -> Storage:
    """Return the driver of a place, made once: its library costs a process a third of a second, so only where used."""
    made: Storage = import_string(driver)(**options)
    return made
