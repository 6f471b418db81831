"""A whole log of 1,000,000 entries under `heliograph-verify`: every tile and the root made anew from the entries.

`.venv/bin/python -m bench verify` prints the figures; `run()` returns them. Rates are per CPU second of one core.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from heliograph.kernel.tlog.tiles import Edge, grow
from heliograph_verify.checks import References
from heliograph_verify.trees import Directory, Rederivation

ENTRIES = 1_000_000
BATCH = 65_536
RUNS = 3
PRIVATE = b'{"c":"%064x","v":1}'
PUBLIC = (
    b'{"agency":"luozhuang-tjj","at":"2026-11-22T04:15:00Z","c":"%064x","id":"0192f3c4-0000-7000-8000-000000000001",'
    b'"kind":"decision.published","ref":null,"v":1}'
)


def _write(folder: Path, pattern: bytes) -> bytes:
    edge, tail = Edge(), b""
    for first in range(0, ENTRIES, BATCH):
        batch = [pattern % number for number in range(first, min(first + BATCH, ENTRIES))]
        growth = grow(edge, tail, batch)
        edge, tail = growth.edge, growth.bundle_tail
        last = edge.size == ENTRIES
        for name, data in growth.resources.items():
            if last or ".p/" not in name:  # only the partial files of the final size, as after a clean-up
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
    return edge.root()


def _rate(folder: Path, root: bytes, references: Callable[[Directory], References]) -> float:
    rates = []
    for _ in range(RUNS):
        source = Directory(folder)
        begin = time.process_time()
        derivation = Rederivation(source, ENTRIES, references(source).visit)
        if derivation.run() != root or derivation.problems:
            raise SystemExit("the log does not verify")
        rates.append(ENTRIES / (time.process_time() - begin))
    return statistics.median(rates)


def _bare_hashing(entry: bytes) -> float:
    """Return how many leaves a second hashing alone allows: one hash of the entry, one of a node."""
    leaf, node = b"\0" + entry, b"\1" + bytes(64)
    rates = []
    for _ in range(RUNS):
        begin = time.process_time()
        for _ in range(ENTRIES):
            sha256(leaf).digest()
            sha256(node).digest()
        rates.append(ENTRIES / (time.process_time() - begin))
    return statistics.median(rates)


def run() -> dict[str, float | str]:
    """Return the figures: medians of three runs."""
    figures: dict[str, float | str] = {"entries": ENTRIES}
    for name, pattern in (("process ledger", PRIVATE), ("public log", PUBLIC)):
        with tempfile.TemporaryDirectory() as folder:
            root = _write(Path(folder), pattern)
            rate = _rate(Path(folder), root, lambda source: References(source, ENTRIES))
        figures[f"{name}: bytes an entry"] = len(pattern % 0)
        figures[f"{name}: leaves/s of CPU"] = round(rate)
        figures[f"{name}: share of bare hashing"] = round(rate / _bare_hashing(pattern % 0), 2)
    return figures


if __name__ == "__main__":
    for label, value in run().items():
        print(f"{label}: {value}")
