"""Files in an S3 bucket: each an object named by its SHA-256, written once, its checksum checked by the server.

An object cannot be touched as a file can: a small mark beside it says when it was last renewed. The marks are written
and looked at under a lock of the database, so that nothing is dropped while somebody takes it up again.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from django.db import connection, transaction

from heliograph.registers.receiving import CHUNK, Received, Receiving
from heliograph.registers.rules import SHA256

MARKS = "touched/"
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
THERE = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
TRIES = 3


class ObjectStorage:
    """Files in a bucket, behind a prefix. spool: a folder of this machine where an upload waits for its hash."""

    def __init__(
        self, *, bucket: str, prefix: str, endpoint: str, region: str, key: str, secret: str, spool: Path
    ) -> None:
        self.bucket, self.prefix, self.spool = bucket, prefix, spool
        self.client = boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            region_name=region,
            aws_access_key_id=key or None,  # none: found as boto3 finds them, e.g. from the role of the machine
            aws_secret_access_key=secret or None,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": TRIES, "mode": "standard"}),
        )

    def put(self, content: bytes) -> str:
        """Keep content and return its SHA-256 (hex). Keeping it again only makes it new."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._keep(io.BytesIO(content), sha256)
        return sha256

    def receive(self, chunks: Iterable[bytes], *, limit: int) -> Received:
        """Keep what comes in pieces: spooled in a file without a name, which is gone when anything breaks off."""
        receiving = Receiving(limit)
        self.spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=self.spool) as waiting:
            for chunk in receiving.take(chunks):
                waiting.write(chunk)
            found = receiving.done()
            self._keep(cast(BinaryIO, waiting), found.sha256)
        return found

    def open(self, sha256: str) -> BinaryIO:
        """Open what is kept under a SHA-256; each stretch is fetched when it is read."""
        size = self._size(sha256)
        return cast(BinaryIO, io.BufferedReader(_Stretches(self, sha256, size), buffer_size=CHUNK))

    def read(self, sha256: str, *, first: int, last: int) -> Iterator[bytes]:
        """Return a range of bytes in pieces, fetched by one request."""
        answer = self._asked(sha256, "get_object", Range=f"bytes={first}-{last}")
        with closing(answer["Body"]) as body:
            yield from body.iter_chunks(CHUNK)

    def renew(self, sha256: str) -> bool:
        """Say whether something is kept under a SHA-256, and count its age from now."""
        with _locked(sha256, shared=True):
            try:
                self._size(sha256)
            except FileNotFoundError:
                return False
            self.client.put_object(Bucket=self.bucket, Key=self._mark(sha256), Body=b"")
        return True

    def untouched(self, before: datetime) -> list[str]:
        """Return the SHA-256 of what was neither kept nor renewed since an instant."""
        marks = dict(self._listed(f"{self.prefix}{MARKS}"))
        kept = ((key.rpartition("/")[2], at) for key, at in self._listed(self.prefix) if MARKS not in key)
        return sorted(
            name for name, at in kept if SHA256.fullmatch(name) and max(at, marks.get(self._mark(name), at)) < before
        )

    def drop(self, sha256: str, *, before: datetime) -> bool:
        """Delete what was not touched since an instant; say whether it was."""
        with _locked(sha256, shared=False):
            touched = [self._modified(key) for key in (self._key(sha256), self._mark(sha256))]
            if touched[0] is None or any(at is not None and at >= before for at in touched):
                return False
            for key in (self._key(sha256), self._mark(sha256)):
                self.client.delete_object(Bucket=self.bucket, Key=key)
        return True

    def tidy(self, *, before: datetime) -> int:
        """Nothing to do: an upload that breaks off leaves nothing, here or in the bucket."""
        return 0

    def _keep(self, content: BinaryIO, sha256: str) -> None:
        """Write an object once; the server refuses it when its bytes are not those of the SHA-256."""
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        for _try in range(TRIES):
            if self.renew(sha256):
                return
            content.seek(0)
            try:
                self.client.put_object(
                    Bucket=self.bucket, Key=self._key(sha256), Body=content, ChecksumSHA256=checksum, IfNoneMatch="*"
                )
            except ClientError as error:
                if _code(error) not in THERE:
                    raise
            else:
                return
        raise OSError(f"the object storage neither keeps nor has {sha256}")

    def _key(self, sha256: str) -> str:
        if not SHA256.fullmatch(sha256):
            raise FileNotFoundError(sha256)
        return f"{self.prefix}{sha256[:2]}/{sha256}"

    def _mark(self, sha256: str) -> str:
        return f"{self.prefix}{MARKS}{sha256}"

    def _size(self, sha256: str) -> int:
        return int(self._asked(sha256, "head_object")["ContentLength"])

    def _modified(self, key: str) -> datetime | None:
        try:
            return cast(datetime, self.client.head_object(Bucket=self.bucket, Key=key)["LastModified"])
        except ClientError as error:
            if _code(error) in MISSING:
                return None
            raise

    def _asked(self, sha256: str, call: str, **more: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self.client, call)(Bucket=self.bucket, Key=self._key(sha256), **more)
        except ClientError as error:
            if _code(error) in MISSING:
                raise FileNotFoundError(sha256) from error
            raise
        return answer

    def _listed(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            yield from ((one["Key"], one["LastModified"]) for one in page.get("Contents", ()))


class _Stretches(io.RawIOBase):
    """An object read as a file, for those who have to seek in it."""

    def __init__(self, kept: ObjectStorage, sha256: str, size: int) -> None:
        super().__init__()
        self.kept, self.sha256, self.size, self.place = kept, sha256, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence])
        return self.place

    def readinto(self, target: Any) -> int:
        """Fetch the next stretch."""
        wanted = min(len(target), self.size - self.place)
        if wanted <= 0:
            return 0
        content = b"".join(self.kept.read(self.sha256, first=self.place, last=self.place + wanted - 1))
        target[: len(content)] = content
        self.place += len(content)
        return len(content)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def _locked(sha256: str, *, shared: bool) -> Iterator[None]:
    """Hold the lock of one object to the end of the transaction: many may renew it, one alone drops it."""
    key = int.from_bytes(bytes.fromhex(sha256[:16]), signed=True) if SHA256.fullmatch(sha256) else 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s)", [key])
        yield
