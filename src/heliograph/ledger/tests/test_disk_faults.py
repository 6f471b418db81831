"""A disk that is full or broken while the log is written: nothing is signed over what is not there, nothing is lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

import pytest

from heliograph.kernel.tlog.checkpoints import parse_checkpoint
from heliograph.kernel.tlog.fsck import check_log
from heliograph.kernel.tlog.notes import parse_note
from heliograph.ledger.actions.running import Place, check_files, check_logs, open_logs, run_round, tidy
from heliograph.ledger.models import Checkpoint, Log, Publication, Record, Tree
from heliograph.ledger.queries import newest_publication, proof_of
from heliograph.ledger.tests.making import AT, fill, make_row, publish

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]
FIRST, MORE = 250, 10  # the second round makes a tile full, and with it one of the level above


class Disk:
    """Counts what is done to it; at a number of the first kind asked for, it fails, and at each one after."""

    def __init__(self, step: str, fails_at: int, code: int) -> None:
        self.step, self.fails_at, self.code = step, fails_at, code
        self.done = 0

    def meet(self, step: str) -> None:
        """Fail, or count."""
        if step == self.step:
            self.done += 1
            if self.done >= self.fails_at:
                raise OSError(self.code, os.strerror(self.code))


class Stream:
    """A file that takes half of what is written before the disk is full."""

    def __init__(self, stream: IO[bytes], disk: Disk) -> None:
        self.stream, self.disk = stream, disk

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, data: bytes) -> int:
        """Write, or half of it."""
        try:
            self.disk.meet("write")
        except OSError:
            self.stream.write(data[: len(data) // 2])
            self.stream.flush()
            raise
        return self.stream.write(data)


@contextmanager
def on(disk: Disk) -> Iterator[None]:
    """Let the files of logs lie on that disk."""
    real_open, real_fsync, real_replace = Path.open, os.fsync, Path.replace

    def opened(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        stream = real_open(path, mode, *more, **named)
        return Stream(stream, disk) if mode == "wb" else stream

    def synced(handle: int) -> None:
        disk.meet("fsync")
        real_fsync(handle)

    def replaced(path: Path, target: Path) -> Path:
        disk.meet("rename")
        return real_replace(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", opened)
        patch.setattr(os, "fsync", synced)
        patch.setattr(Path, "replace", replaced)
        yield


def assert_sound(place: Place, *, before: dict[int, int]) -> None:
    """Demand that all that is signed or published is whole on the disk, and that nothing published went back."""
    for log in Log.objects.all():
        files = place.files(log)
        for checkpoint in Checkpoint.objects.filter(log=log):
            assert check_log(files, checkpoint.size, bytes(checkpoint.root)).problem is None
        state = parse_checkpoint(parse_note(files.read("checkpoint")).text)
        assert check_log(files, state.size, state.root).problem is None
        assert state.size >= before[log.pk]
        signed = place.second.last(log.origin)
        assert signed is not None
        assert check_log(files, signed.size, signed.root).problem is None


@pytest.mark.parametrize("fails_at", [1, 2, 4, 7])
@pytest.mark.parametrize(
    ("step", "code"),
    [("write", errno.ENOSPC), ("fsync", errno.EIO), ("rename", errno.EIO)],
    ids=["full", "sync", "name"],
)
def test_log_stands_still_on_a_broken_disk_and_goes_on_when_it_is_mended(
    place: Place, step: str, code: int, fails_at: int
) -> None:
    logs = open_logs(place, at=AT)
    fill(FIRST)
    run_round(logs, place, at=AT)
    before = {log.pk: log.size for log in logs.values()}
    fill(MORE)
    publish(make_row())
    disk = Disk(step, fails_at, code)
    with on(disk):
        for _ in range(2):  # it stays refused, and no try makes it worse
            with pytest.raises(OSError, match=os.strerror(code)):
                run_round(logs, place, at=AT)
            assert_sound(place, before=before)
            assert Publication.objects.filter(checkpoint__log=logs[Tree.PUBLIC]).count() == 1
    tidy(place)
    logs = open_logs(place, at=AT)
    check_logs(logs, place)
    run_round(logs, place, at=AT)
    assert_sound(place, before=before)
    assert check_files(place, at=AT) == []
    assert not list(place.directory.rglob("*.tmp"))
    for record in Record.objects.select_related("place__log"):
        assert proof_of(record, place.files(record.place.log), newest_publication(record.place.log_id)) is not None
