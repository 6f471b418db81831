"""How long it takes to load, check and hash a pack, from its files and from memory of its kept content."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.packs.load import available, check_packs, load_pack, shipped
from heliograph.kernel.packs.merge import from_content, to_content
from heliograph.kernel.packs.yaml_source import MAX_BYTES, read_yaml

ROUNDS = 20
HOSTILE = b"a: [" + b"x," * ((MAX_BYTES - 5) // 2) + b"]"


def _milliseconds(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median of some rounds, in milliseconds."""
    taken = []
    for _ in range(rounds):
        before = time.perf_counter()
        action()
        taken.append((time.perf_counter() - before) * 1000)
    return round(median(taken), 2)


def _refuse() -> None:
    try:
        read_yaml(HOSTILE, "hostile.yaml")
    except PackFaultsError:
        return
    raise AssertionError("hostile input was read")


def run() -> dict[str, float | str]:
    """Return the figures; the largest agency pack stands for the rest."""
    root = shipped()
    packs = [load_pack(root, name) for name in available(root)]
    largest = max(packs, key=lambda pack: len(pack.origins) + len(pack.clauses))
    name = largest.lineage[-1]
    content = to_content(largest)
    return {
        "packs": len(packs),
        "load_from_files_ms": _milliseconds(lambda: load_pack(root, name)),
        "load_from_kept_content_ms": _milliseconds(lambda: from_content(content)),
        "check_all_packs_ms": _milliseconds(lambda: check_packs(root), rounds=5),
        "refuse_one_megabyte_of_hostile_yaml_ms": _milliseconds(_refuse, rounds=5),
    }


if __name__ == "__main__":
    for key, value in run().items():
        print(f"{key}: {value}")
