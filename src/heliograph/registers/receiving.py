"""Bytes that come in pieces: hashed and counted on their way into storage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

CHUNK = 1 << 20  # bytes


class TooLargeError(ValueError):
    """More bytes came than may be kept."""


class BrokenOffError(OSError):
    """The bytes ended before what was announced had come."""


@dataclass(frozen=True, slots=True)
class Received:
    """What was kept: its SHA-256 and SM3 (hex) and how many bytes it has."""

    sha256: str
    sm3: str
    size: int


class Receiving:
    """What has come so far. SM3 takes four times as long as SHA-256, so that a second thread reckons it meanwhile."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._sm3 = hashlib.new("sm3")

    def take(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the pieces on, counted and hashed. TooLargeError as soon as they are more than the limit."""
        with ThreadPoolExecutor(1) as second:
            behind: Future[None] | None = None
            for chunk in chunks:
                self.size += len(chunk)
                if self.size > self.limit:
                    raise TooLargeError(self.limit)
                if behind is not None:
                    behind.result()
                behind = second.submit(self._sm3.update, chunk)
                self._sha256.update(chunk)
                yield chunk
            if behind is not None:
                behind.result()

    def done(self) -> Received:
        """Return what has come, when all of it has."""
        return Received(self._sha256.hexdigest(), self._sm3.hexdigest(), self.size)


def announced(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Pass pieces on and raise BrokenOffError where they end before `size` bytes."""
    left = size
    for chunk in chunks:
        left -= len(chunk)
        yield chunk
    if left > 0:
        raise BrokenOffError(f"{left} of {size} bytes did not come")
