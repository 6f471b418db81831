"""Measure pymerkle in memory: run by bench_tlog with the interpreter of pymerkle's own environment, prints JSON."""

from __future__ import annotations

import json
import sys
import time

from pymerkle import InmemoryTree, verify_inclusion

from bench.tlog_input import entries, indices


def main() -> None:
    """Append, prove and verify, and print entries per second of CPU."""
    count = int(sys.argv[1])
    given, asked = entries(count), indices(count)
    tree = InmemoryTree(algorithm="sha256")
    before = time.process_time()
    tree.append_entries(given)
    appended = time.process_time()
    proofs = [tree.prove_inclusion(index + 1) for index in asked]
    proved = time.process_time()
    root = tree.get_root()
    bases = [tree.get_leaf(index + 1) for index in asked]
    ready = time.process_time()
    for base, proof in zip(bases, proofs, strict=True):
        verify_inclusion(base, root, proof)
    verified = time.process_time()
    figures = {
        "root": root.hex(),
        "append": count / (appended - before),
        "prove": len(asked) / (proved - appended),
        "verify": len(asked) / (verified - ready),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
