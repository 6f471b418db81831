"""The files of a log: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from heliograph.kernel.tlog.tiles import MissingTileError
from heliograph.ledger.files import LogFiles


def test_resource_is_read_as_it_was_written_and_replaced_whole(files: LogFiles) -> None:
    files.write("tile/0/x001/234", b"old")
    files.write("tile/0/x001/234", b"new and longer")
    files.sync()
    assert files.read("tile/0/x001/234") == b"new and longer"
    assert [path.name for path in (files.root / "tile/0/x001").iterdir()] == ["234"]


def test_former_content_stays_when_the_disk_is_full(files: LogFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write("checkpoint", b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write("checkpoint", b"new")
    assert files.read("checkpoint") == b"old"


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/000.p/3", "checkpoint/x"])
def test_resource_that_is_not_there_is_missing(path: str, files: LogFiles) -> None:
    files.write("checkpoint", b"x")
    with pytest.raises(MissingTileError):
        files.read(path)


def test_names_are_made_safe_once(files: LogFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write("tile/0/000", b"x")
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    files.sync()
    # the three directories that are new, and where they hang
    assert len(flushed) == len({"tile/0", "tile", "", ".."})
    files.sync()
    assert len(flushed) == 4


def test_partials_of_a_tile_go_with_what_a_killed_process_left_beside_them(files: LogFiles, tmp_path: Path) -> None:
    for name in ("tile/0/000.p/3", "tile/0/000.p/7.999.tmp", "tile/0/000", "tile/0/001.p/3"):
        files.write(name, b"x")
    files.drop_partials("tile/0/000")
    files.drop_partials("tile/0/000")
    assert sorted(path.name for path in (tmp_path / "log/tile/0").iterdir()) == ["000", "001.p"]


def test_drafts_of_a_killed_process_go_and_nothing_else(files: LogFiles) -> None:
    kept = [
        "checkpoint",
        "tile/0/000",
        "tile/0/000.p/7",
        "tile/entries/x001/234",
        "notes.tmp",
        "tile/0/000.tmp",
        "a.1.tmp",
    ]
    drafts = ["checkpoint.17.tmp", "tile/0/001.4711.tmp", "tile/0/000.p/8.3.tmp", "tile/entries/x001/235.99.tmp"]
    for path in (*kept, *drafts):
        files.write(path, b"1")
    assert files.tidy() == len(drafts)
    left = {str(path.relative_to(files.root)) for path in files.root.rglob("*") if path.is_file()}
    assert left == set(kept)
    assert files.tidy() == 0


def test_directory_that_is_not_there_yet_is_tidy(files: LogFiles) -> None:
    assert files.tidy() == 0
    assert not files.root.exists()
