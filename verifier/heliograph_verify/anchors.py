"""Anchors: the public log tells states of a process log, which nobody but its agency reads, so that witnesses see them.

An export carries, for each process log, the public log's entry that tells a state of it and the proof that this state
led to the one its records are proved against. Whatever the process log held then, it cannot be altered any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heliograph_verify.checks import PROCESS, check_signatures, differing_key, in_tree, is_process
from heliograph_verify.formats import (
    HEX32,
    PROOF_LIMIT,
    SIZE_LIMIT,
    Checkpoint,
    ProofFile,
    Unreadable,
    commitment_of,
    parse_growth,
    parse_proof,
    read_manifest,
)
from heliograph_verify.report import FORGED, OK, SKIPPED, Report
from heliograph_verify.trees import Archive, consistency_holds
from heliograph_verify.trust import Policy

FOLDER, PROOF, GROWTH = "anchors/", ".tlog-proof", ".consistency"
KIND, PUBLIC = "ledger.anchor", "public"
GROWTH_LIMIT = 1 << 14


@dataclass(frozen=True, slots=True)
class State:
    """A state of a process log, as an entry of the public log tells it."""

    log: str
    size: int
    root: bytes


def _state_in(proof: ProofFile) -> State:
    """Read what an anchor tells; without contents and salt it tells nothing."""
    if proof.manifest is None:
        raise Unreadable("bad_anchor")
    told = read_manifest(proof.manifest).value.get("published")
    if not isinstance(told, dict) or told.keys() != {"log", "root", "size"}:
        raise Unreadable("bad_anchor")
    log, size, root = told["log"], told["size"], told["root"]
    if not isinstance(log, str) or not isinstance(root, str) or type(size) is not int:
        raise Unreadable("bad_anchor")
    if not HEX32.fullmatch(root) or not 0 < size <= SIZE_LIMIT:
        raise Unreadable("bad_anchor")
    return State(log, size, bytes.fromhex(root))


def _same_house(log: str, public: str) -> bool:
    """Say whether these are a process log and a public log of one installation: `<name>/<tree>/<year>`."""
    parts, others = log.rsplit("/", 2), public.rsplit("/", 2)
    return len(parts) == len(others) == 3 and parts[0] == others[0] and (parts[1], others[1]) == (PROCESS, PUBLIC)


def _fault(proof: ProofFile, state: State) -> str | None:
    """Return what is wrong with the entry that tells a state."""
    public, manifest = proof.leaf.public, proof.manifest or {}
    if not in_tree(proof):
        return "anchor_not_included"
    if commitment_of(manifest, proof.salt) != proof.leaf.commitment:
        return "anchor_commitment"
    if public is None or public["kind"] != KIND or (public["agency"], manifest["agency"]) != (None, None):
        return "anchor_other_kind"
    if differing_key(proof) is not None:
        return "anchor_public"
    return None if _same_house(state.log, proof.checkpoint.origin) else "anchor_other_house"


class Anchors:
    """How much of each process log of a case the public log vouches for."""

    def __init__(self, report: Report, policy: Policy | None, trees: Mapping[str, Checkpoint]) -> None:
        """Check against `trees`: by its name, the state of each log that the records are proved against."""
        self.report, self.policy, self.trees = report, policy, trees
        self.sizes: dict[str, int] = {}
        self.whole = True

    def take_all(self, archive: Archive) -> None:
        """Check every anchor of an export."""
        for name in sorted({name.rpartition(".")[0] for name in archive.names(FOLDER)}):
            found = Report()
            try:
                self._take(found, archive, name)
            except Unreadable as error:
                found.unreadable(error, name)
            self.whole = self.whole and not found.exit_code()
            self.report.findings += found.findings

    def _take(self, report: Report, archive: Archive, name: str) -> None:
        proof = parse_proof(_member(archive, name + PROOF, PROOF_LIMIT))
        old, hashes = parse_growth(_member(archive, name + GROWTH, GROWTH_LIMIT))
        state = _state_in(proof)
        check_signatures(report, self.policy, proof.checkpoint)
        fault = _fault(proof, state) or self._growth_fault(state, old, hashes)
        public = proof.checkpoint.origin
        if fault is not None:
            report.add(FORGED, fault, name=name, log=state.log, public=public)
        if not report.exit_code():
            self.sizes[state.log] = max(state.size, self.sizes.get(state.log, 0))
            where = {"index": proof.index, "at": (proof.leaf.public or {})["at"], "public": public}
            report.add(OK, "anchored", name=name, log=state.log, size=state.size, **where)

    def _growth_fault(self, state: State, old: int, hashes: list[bytes]) -> str | None:
        tree = self.trees.get(state.log)
        if tree is None:
            return "anchor_other_log"
        holds = old == state.size and consistency_holds(old, tree.size, state.root, tree.root, hashes)
        return None if holds else "anchor_apart"

    def tell(self, places: Mapping[tuple[str, int], str]) -> None:
        """Say which records of process logs are anchored, and name those that are not yet."""
        if not self.whole:  # what is said of an anchor that does not hold is enough
            return
        own = {place: name for place, name in places.items() if is_process(place[0])}
        late = [name for (log, index), name in own.items() if log in self.sizes and index >= self.sizes[log]]
        without = sorted({log for log, _ in own} - self.sizes.keys())
        count = sum(log in self.sizes for log, _ in own) - len(late)
        if count:
            self.report.add(OK, "records_anchored", count=count)
        for name in late:
            self.report.add(SKIPPED, "not_anchored", name=name)
        for log in without:
            self.report.add(SKIPPED, "no_anchor", log=log)


def _member(archive: Archive, name: str, limit: int) -> bytes:
    data = archive.read(name, limit)
    if data is None:
        raise Unreadable("missing_file", name=name)
    return data
