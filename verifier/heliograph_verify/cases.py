"""The check of an exported case: a zip with one proof file for each record of one subject."""

from __future__ import annotations

from pathlib import Path

from heliograph_verify.anchors import Anchors
from heliograph_verify.checks import check_signatures, checkpoint_of, differing_key, in_tree, subject_of
from heliograph_verify.formats import (
    PROOF_LIMIT,
    Checkpoint,
    Manifest,
    ProofFile,
    Unreadable,
    commitment_of,
    parse_proof,
    read_manifest,
)
from heliograph_verify.report import FORGED, NOTE, OK, SKIPPED, UNREADABLE, Finding, Report
from heliograph_verify.trees import Archive, leaf_hash
from heliograph_verify.trust import POLICY_LIMIT, Policy, parse_policy


class CaseChain:
    """The records of a case, one after another."""

    def __init__(self, report: Report, tree: Checkpoint, policy: Policy | None) -> None:
        """Start before the first record."""
        self.report, self.policy = report, policy
        self.trees = {tree.origin: tree}
        self.subject: tuple[str, str] | None = None
        self.before: str | None = None  # leaf hash of the record before; None at the start
        self.gap = False  # after a record that could not be read, the next has nothing to follow from
        self.count = self.erased_tail = 0
        self.places: dict[tuple[str, int], str] = {}

    def take(self, name: str, data: bytes) -> None:
        """Check the next record."""
        self.count += 1
        try:
            proof = parse_proof(data)
        except Unreadable as error:
            self.report.unreadable(error, name)
            self.gap = True
            return
        self._in_tree(name, proof)
        try:
            self._contents(name, proof)
        except Unreadable as error:
            self.report.unreadable(error, name)
        self.before, self.gap = leaf_hash(proof.entry).hex(), False

    def _in_tree(self, name: str, proof: ProofFile) -> None:
        tree = proof.checkpoint
        if tree.origin not in self.trees:  # a case may go on in the log of the next year
            self.report.add(NOTE, "other_log", name=name, origin=tree.origin)
            check_signatures(self.report, self.policy, tree, by_anchor=True)
            self.trees[tree.origin] = tree
        if tree.text != self.trees[tree.origin].text:
            self.report.add(FORGED, "other_checkpoint", name=name)
        if not in_tree(proof):
            self.report.add(FORGED, "record_not_included", name=name)
        if (tree.origin, proof.index) in self.places:
            self.report.add(FORGED, "index_twice", name=name)
        self.places.setdefault((tree.origin, proof.index), name)

    def _contents(self, name: str, proof: ProofFile) -> None:
        if proof.manifest is None:
            self.erased_tail += 1
            self.report.add(SKIPPED, "record_erased", name=name)
            return
        self.erased_tail = 0
        if commitment_of(proof.manifest, proof.salt) != proof.leaf.commitment:
            self.report.add(FORGED, "record_commitment", name=name)
            return
        manifest = read_manifest(proof.manifest)
        if differing_key(proof) is not None:
            self.report.add(FORGED, "record_public", name=name)
        self._place(name, manifest)

    def _place(self, name: str, manifest: Manifest) -> None:
        self.subject = self.subject or manifest.subject
        faults: list[tuple[str, dict[str, object]]] = []
        if manifest.subject != self.subject:
            faults.append(("other_subject", {"subject": subject_of(manifest)}))
        if manifest.number != self.count:
            faults.append(("number_wrong", {"number": manifest.number, "expected": self.count}))
        if manifest.prev != self.before and not self.gap:
            faults.append(("prev_wrong", {}))
        for code, values in faults:
            self.report.add(FORGED, code, name=name, **values)
        if not faults:
            line = {"number": manifest.number, "kind": manifest.kind, "at": manifest.value["at"]}
            self.report.add(OK, "record_ok", name=name, what=Finding(OK, "record_line", dict(line)))


def _policy_of(report: Report, archive: Archive, policy: Policy | None) -> Policy | None:
    if policy is not None:
        return policy
    data = archive.read("policy.txt", POLICY_LIMIT)
    if data is None:
        return None
    report.add(SKIPPED, "own_policy")
    return parse_policy(data)


def check_case(report: Report, path: Path, policy: Policy | None) -> None:
    """Check an exported case: every record in the tree, contents as committed, one chain from 1 without gaps.

    The tree is that of a process log: its anchors show that the public log, and so its witnesses, saw it.
    """
    archive = Archive(path)
    tree = checkpoint_of(archive)
    trusted = _policy_of(report, archive, policy)
    check_signatures(report, trusted, tree, by_anchor=True)
    chain = CaseChain(report, tree, trusted)
    for number, name in enumerate(archive.names("records/"), 1):
        expected = f"records/{number:06d}.tlog-proof"
        if name != expected:
            report.add(FORGED, "name_wrong", name=name, expected=expected)
        chain.take(name, archive.read(name, PROOF_LIMIT) or b"")
    if not chain.count:
        raise Unreadable("no_records")
    anchors = Anchors(report, trusted, chain.trees)
    anchors.take_all(archive)
    anchors.tell(chain.places)
    if chain.erased_tail:
        report.add(SKIPPED, "tail_erased", count=chain.erased_tail)
    if chain.subject and not report.has(FORGED) and not report.has(UNREADABLE):
        report.add(OK, "chain_ok", subject="/".join(chain.subject), count=chain.count)
    report.add(SKIPPED, "case_end")
