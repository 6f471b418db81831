"""The transparency log at a million entries: append, full check, proofs, signatures, with pymerkle in the same run.

Figures are per second of CPU of one core. `HELIOGRAPH_BENCH_ENTRIES` sets another size. pymerkle is installed, from
hashes, into an environment of its own under `var/`; where that cannot be done, its figures say so.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from functools import partial

from bench.peers import run_peer
from bench.tlog_input import ENTRY_BYTES, entries, indices
from heliograph.kernel.tlog.checkpoints import Checkpoint
from heliograph.kernel.tlog.cosignatures import MlDsa44Cosigner
from heliograph.kernel.tlog.fsck import check_log
from heliograph.kernel.tlog.hashing import leaf_hash
from heliograph.kernel.tlog.notes import Ed25519Signer, ProviderUnavailableError, parse_vkey
from heliograph.kernel.tlog.proofs import consistency_proof, inclusion_proof, verify_inclusion
from heliograph.kernel.tlog.signatures import Signer
from heliograph.kernel.tlog.sm2 import Sm2Signer
from heliograph.kernel.tlog.tiles import Edge, MemoryStore, TileReader, grow

ENTRIES = int(os.environ.get("HELIOGRAPH_BENCH_ENTRIES", "1000000"))
SIGNATURES = 400
Figures = dict[str, float | str]


def per_second(count: int, action: Callable[[], object]) -> float:
    """Return how many of the things an action does are done in a second of CPU."""
    before = time.process_time()
    action()
    return count / (time.process_time() - before)


def append(given: Sequence[bytes], batch: int) -> Edge:
    """Append everything in batches; what a store would write is made and let go."""
    edge, tail = Edge(), b""
    for start in range(0, len(given), batch):
        growth = grow(edge, tail, given[start : start + batch])
        edge, tail = growth.edge, growth.bundle_tail
    return edge


def hash_limit(given: Sequence[bytes]) -> float:
    """Return the leaves per second if hashing one leaf and one node were all there is to do."""
    node = b"\x01" + bytes(64)
    sample = given[:200_000]

    def hash_all() -> None:
        for entry in sample:
            hashlib.sha256(b"\x00" + entry).digest()
            hashlib.sha256(node).digest()

    return per_second(len(sample), hash_all)


def proofs(reader: TileReader, root: bytes, given: Sequence[bytes]) -> Figures:
    """Measure proofs with an empty and a filled cache of tiles, and their verification."""
    asked, size = indices(len(given)), reader.size

    def prove() -> list[list[bytes]]:
        return [inclusion_proof(reader, index, size) for index in asked]

    cold = per_second(len(asked), prove)
    warm = max(per_second(len(asked), prove) for _ in range(3))
    made = prove()
    leaves = [leaf_hash(given[index]) for index in asked]

    def verify() -> None:
        for index, leaf, proof in zip(asked, leaves, made, strict=True):
            verify_inclusion(index, size, leaf, proof, root)

    return {
        "inclusion proofs/s while the cache fills": cold,
        "inclusion proofs/s, warm": warm,
        "consistency proofs/s, warm": per_second(
            len(asked), lambda: [consistency_proof(reader, index + 1, size) for index in asked]
        ),
        "verifications of inclusion/s": per_second(len(asked), verify),
    }


def signatures(text: str) -> Figures:
    """Measure the three kinds of lines under a checkpoint."""
    figures: Figures = {}
    for name, kind in (("Ed25519", Ed25519Signer), ("ML-DSA-44", MlDsa44Cosigner), ("SM2 with SM3", Sm2Signer)):
        try:
            signer: Signer = kind("log.example", bytes(range(32)))
        except ProviderUnavailableError as error:
            figures[f"{name}"] = str(error)
            continue
        verifier, value = parse_vkey(signer.vkey), signer.sign(text).value
        signing = per_second(SIGNATURES, lambda signer=signer: [signer.sign(text) for _ in range(SIGNATURES)])
        verifying = per_second(
            SIGNATURES,
            lambda verifier=verifier, value=value: [verifier.verify(text, value) for _ in range(SIGNATURES)],
        )
        figures[f"{name}, signing / verifying per s"] = f"{signing:,.0f} / {verifying:,.0f}"
    return figures


def beside(ours: Figures, root: bytes) -> Figures:
    """Return pymerkle's figures with the ratio to ours; both must have the same root."""
    theirs = run_peer("pymerkle", str(ENTRIES))
    if "reason" in theirs:
        return {"pymerkle 7.0.0": theirs["reason"]}
    if theirs["root"] != root.hex():
        raise AssertionError("pymerkle has another root over the same entries")
    figures: Figures = {}
    for name, key in (
        ("append", "leaves/s, batches of 10,000"),
        ("prove", "inclusion proofs/s, warm"),
        ("verify", "verifications of inclusion/s"),
    ):
        figure, own = float(theirs[name]), float(ours[key])
        figures[f"pymerkle 7.0.0 in memory, {name}/s (ours is × as fast)"] = f"{figure:,.0f} (× {own / figure:.1f})"
    return figures


def run() -> Figures:
    """Return the figures."""
    given = entries(ENTRIES)
    limit = hash_limit(given)
    figures: Figures = {"entries": ENTRIES, "bytes an entry": ENTRY_BYTES, "limit set by hashing, leaves/s": limit}
    for batch in (256, 10_000):
        figures[f"leaves/s, batches of {batch:,}"] = per_second(len(given), partial(append, given, batch))
    growth = grow(Edge(), b"", given)
    root, store = growth.edge.root(), MemoryStore(growth.resources)
    before = time.process_time()
    report = check_log(store, ENTRIES, root)
    figures["full check, leaves/s"] = ENTRIES / (time.process_time() - before)
    if not report.sound:
        raise AssertionError(f"the log that was grown is not sound: {report.problem}")
    figures["full check, share of the hashing limit"] = f"{float(figures['full check, leaves/s']) / limit:.0%}"
    figures |= proofs(TileReader(store, ENTRIES), root, given)
    figures |= signatures(Checkpoint("log.example", ENTRIES, root).text())
    return figures | beside(figures, root)


if __name__ == "__main__":
    for key, value in run().items():
        print(f"{key}: {value}")
