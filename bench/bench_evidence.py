"""Files of evidence: a stream received into a directory, with its hashes, beside a plain copy hashed afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from heliograph.registers import receiving
from heliograph.registers.receiving import CHUNK
from heliograph.registers.storage import LocalDirectory

MEGABYTES = 256
RUNS = 5
HERE = Path(__file__).resolve().parent


class _NoHash:
    """Takes bytes and reckons nothing: SM3 left out."""

    def update(self, _content: bytes) -> None:
        """Do nothing."""

    def hexdigest(self) -> str:
        """Return nothing."""
        return ""


def run() -> dict[str, float | str]:
    """Return the figures; each way runs in a process of its own, so that its memory is its own."""
    copied, both, one = (_child(how) for how in ("copy", "both", "sha256"))
    return {
        f"{MEGABYTES} MB received with SHA-256 and SM3, on disk (MB/s)": both["rate"],
        "the same with SHA-256 only (MB/s)": one["rate"],
        "cp, fsync, then SHA-256 (MB/s)": copied["rate"],
        "received with both hashes to cp and SHA-256": both["rate"] / copied["rate"],
        "received with SHA-256 only to cp and SHA-256": one["rate"] / copied["rate"],
        "most memory while receiving with both (MB)": both["memory"],
        "of it before the first byte (MB)": both["before"],
    }


def _child(how: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.bench_evidence", how]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while content := file.read(CHUNK):
            yield content


def _copied(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
        hashlib.file_digest(file, "sha256")


def _measured(act: Callable[[], object], undo: Callable[[], object]) -> float:
    times = []
    for _number in range(RUNS):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
        undo()
    return MEGABYTES / statistics.median(times)


def _main(how: str) -> None:
    """Measure one way in this process and print JSON."""
    settings.configure(MEDIA_ROOT="", OBJECT_STORAGE=None)
    with tempfile.TemporaryDirectory(dir=HERE.parent / "var") as folder:
        root = Path(folder)
        source, kept = root / "film", root / "files"
        block = os.urandom(CHUNK)
        with source.open("wb") as file:
            for number in range(MEGABYTES * 1_000_000 // CHUNK + 1):
                file.write(number.to_bytes(8, "big") + block[8:])
        if how == "sha256":
            receiving.hashlib.new = lambda *_names: _NoHash()  # type: ignore[assignment, attr-defined]
        before = _memory()
        storage, limit = LocalDirectory(kept), 2 * source.stat().st_size
        if how == "copy":
            rate = _measured(lambda: _copied(source, root / "copy"), (root / "copy").unlink)
        else:
            rate = _measured(lambda: storage.receive(_pieces(source), limit=limit), lambda: shutil.rmtree(kept))
    print(json.dumps({"rate": rate, "memory": _memory(), "before": before}))


if __name__ == "__main__":
    _main(sys.argv[1])
