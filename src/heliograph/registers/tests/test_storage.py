"""One contract for every storage: a directory, and a bucket of a real object server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from pytest_django import Settings

from heliograph.registers import storage as storages
from heliograph.registers.object_storage import ObjectStorage
from heliograph.registers.receiving import BrokenOffError, TooLargeError, announced
from heliograph.registers.storage import LocalDirectory, Storage, storage
from tests.object_server import KEY, SECRET, object_server

pytestmark = [pytest.mark.django_db, pytest.mark.allow_hosts(["127.0.0.1", "::1"])]
CONTENT = bytes(range(256)) * 9_000  # more than two pieces
SHA256, SM3 = hashlib.sha256(CONTENT).hexdigest(), hashlib.new("sm3", CONTENT).hexdigest()
HOUR = timedelta(hours=1)
LIMIT = 3_000_000


def pieces(content: bytes = CONTENT, size: int = 100_000) -> Iterator[bytes]:
    return (content[place : place + size] for place in range(0, len(content), size))


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with object_server(tmp_path_factory.mktemp("weed")) as found:
        yield found


@pytest.fixture(params=["directory", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "directory":
        return LocalDirectory(tmp_path / "files")
    return bucket(request.getfixturevalue("endpoint"), tmp_path, request.node.name)


def bucket(endpoint: str, home: Path, name: str, **changes: str) -> ObjectStorage:
    given = {"key": KEY, "secret": SECRET, "region": "us-east-1", **changes}
    prefix = f"{hashlib.sha256(name.encode()).hexdigest()[:8]}/"
    return ObjectStorage(bucket="heliograph", prefix=prefix, endpoint=endpoint, spool=home / "in", **given)


def everything(kept: Storage) -> list[str]:
    """Return every name that is kept, whenever it was."""
    return kept.untouched(datetime.now(UTC) + HOUR)


def test_what_is_put_is_found_under_its_fingerprint(kept: Storage) -> None:
    assert kept.put(CONTENT) == kept.put(CONTENT) == SHA256
    with kept.open(SHA256) as file:
        assert file.read() == CONTENT
    assert everything(kept) == [SHA256]


def test_a_stream_is_hashed_on_its_way(kept: Storage) -> None:
    found = kept.receive(pieces(), limit=len(CONTENT))
    assert (found.sha256, found.sm3, found.size) == (SHA256, SM3, len(CONTENT))
    assert kept.receive(pieces(), limit=LIMIT) == found
    with kept.open(SHA256) as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SHA256  # type: ignore[arg-type]


def test_a_file_is_read_from_any_place(kept: Storage) -> None:
    kept.put(CONTENT)
    with kept.open(SHA256) as file:
        file.seek(-10, 2)
        assert (file.read(), file.read()) == (CONTENT[-10:], b"")
        file.seek(1_000_000)
        assert (file.tell(), file.read(5)) == (1_000_000, CONTENT[1_000_000:1_000_005])
    assert b"".join(kept.read(SHA256, first=5, last=5)) == CONTENT[5:6]
    assert b"".join(kept.read(SHA256, first=77, last=len(CONTENT) - 1)) == CONTENT[77:]


def test_what_breaks_off_leaves_nothing(kept: Storage, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield from pieces()
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        kept.receive(broken(), limit=LIMIT)
    with pytest.raises(BrokenOffError):
        kept.receive(announced(pieces(), len(CONTENT) + 1), limit=LIMIT)
    with pytest.raises(TooLargeError):
        kept.receive(pieces(), limit=len(CONTENT) - 1)
    assert everything(kept) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../settings", "0" * 63, "0" * 64, "A" * 64, "touched"])
def test_nothing_else_is_opened(kept: Storage, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        kept.open(name)
    with pytest.raises(FileNotFoundError):
        list(kept.read(name, first=0, last=1))


def test_what_is_renewed_is_not_dropped(kept: Storage) -> None:
    kept.put(CONTENT)
    now = datetime.now(UTC)
    assert kept.renew(SHA256)
    assert kept.untouched(now - HOUR) == []
    assert not kept.drop(SHA256, before=now - HOUR)
    assert kept.drop(SHA256, before=now + HOUR)
    assert not kept.drop(SHA256, before=now + HOUR)
    assert not kept.renew(SHA256)
    assert everything(kept) == []
    assert kept.put(CONTENT) == SHA256


def test_no_draft_is_left_to_tidy(kept: Storage) -> None:
    kept.put(CONTENT)
    assert kept.tidy(before=datetime.now(UTC) + HOUR) == 0


def test_the_server_refuses_bytes_that_are_not_those_of_the_name(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = bucket(endpoint, tmp_path, "forged")
    monkeypatch.setattr(
        "heliograph.registers.object_storage.hashlib.sha256", lambda _content: hashlib.new("sha256", b"another")
    )
    with pytest.raises(ClientError):
        kept.put(CONTENT)


def test_nobody_reads_or_writes_without_the_key(endpoint: str, tmp_path: Path) -> None:
    bucket(endpoint, tmp_path, "own").put(CONTENT)
    stranger = bucket(endpoint, tmp_path, "own", secret="guessed")
    with pytest.raises(ClientError):
        stranger.open(SHA256)
    with pytest.raises(ClientError):
        stranger.put(b"mine")


def test_an_object_is_never_written_over(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = bucket(endpoint, tmp_path, "once")
    kept.put(CONTENT)
    first = kept.client.head_object(Bucket=kept.bucket, Key=kept._key(SHA256))["LastModified"]
    answers = iter([False, True])  # somebody else kept it in between
    monkeypatch.setattr(kept, "renew", lambda _sha256: next(answers))
    assert kept.put(CONTENT) == SHA256
    assert kept.client.head_object(Bucket=kept.bucket, Key=kept._key(SHA256))["LastModified"] == first
    monkeypatch.setattr(kept, "renew", lambda _sha256: False)
    with pytest.raises(OSError, match="neither keeps nor has"):
        kept.put(CONTENT)


def test_the_settings_choose_the_driver(endpoint: str, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert isinstance(storage(), LocalDirectory)
    settings.OBJECT_STORAGE = {
        "driver": "heliograph.registers.object_storage.ObjectStorage", "bucket": "heliograph", "prefix": "chosen/",
        "endpoint": endpoint, "region": "us-east-1", "key": KEY, "secret": SECRET,
    }  # fmt: skip
    storages._object_storage.cache_clear()
    assert isinstance(storage(), ObjectStorage)
    assert storage() is storage()
