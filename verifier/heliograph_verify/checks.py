"""The checks of one proof, a whole log, and two checkpoints. Each fills a `Report`; cases are in `cases`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from heliograph_verify.formats import (
    NOTE_LIMIT,
    PROOF_LIMIT,
    UUID,
    Checkpoint,
    Json,
    Manifest,
    ProofFile,
    Reference,
    Unreadable,
    commitment_of,
    parse_checkpoint,
    parse_leaf,
    parse_proof,
    read_manifest,
    reference_of,
)
from heliograph_verify.report import FORGED, NOTE, OK, SKIPPED, Report
from heliograph_verify.trees import (
    HASH,
    WIDTH,
    Rederivation,
    Source,
    Tiles,
    consistency_holds,
    inclusion_holds,
    leaf_hash,
    open_source,
    read_file,
)
from heliograph_verify.trust import POLICY_LIMIT, Judgement, Policy, judge, parse_policy

# A canonical leaf that refers to nothing ends like this: private, then public. All others are read in full.
REFERS_TO_NOTHING = (b'","v":1}', b'"ref":null,"v":1}')
SHOWN_REFERENCES = 100


def load(path: Path, limit: int) -> bytes:
    """Read a file that must be there."""
    data = read_file(path, limit)
    if data is None:
        raise Unreadable("missing_file", name=path)
    return data


PROCESS = "process"
"""Names a log that only its agency reads: its states are witnessed as anchors in the public log."""


def load_policy(path: Path | None) -> Policy | None:
    """Read the policy, if one is named."""
    return parse_policy(load(path, POLICY_LIMIT)) if path else None


def is_process(origin: str) -> bool:
    """Say whether a log is one that only its agency reads."""
    return PROCESS in origin.split("/")


def check_signatures(report: Report, policy: Policy | None, checkpoint: Checkpoint, *, by_anchor: bool = False) -> None:
    """Judge the signatures of a checkpoint by the policy; `by_anchor` where the anchors of its log are judged too."""
    report.add(NOTE, "checkpoint", origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root.hex())
    if policy is None:
        report.add(SKIPPED, "no_policy")
        return
    found = judge(policy, checkpoint)
    for name in found.bad:
        report.add(FORGED, "bad_signature", name=name)
    for name in found.unchecked:
        report.add(SKIPPED, "unchecked_signature", name=name)
    if not policy.logs:
        report.add(SKIPPED, "no_log_keys")
    elif found.signed_by_log is None:
        report.add(FORGED, "log_not_signed", origin=checkpoint.origin)
    else:
        report.add(OK, "log_signed", name=found.signed_by_log)
    _check_quorum(report, policy, found, by_anchor=by_anchor if is_process(checkpoint.origin) else None)


def _check_quorum(report: Report, policy: Policy, found: Judgement, *, by_anchor: bool | None) -> None:
    """Hold the witnesses to the quorum; those of a process log see its anchors (`by_anchor` None for other logs)."""
    if by_anchor is not None and not found.witnesses:
        if not by_anchor:
            report.add(SKIPPED, "quorum_of_process")
    elif policy.quorum == "none":
        report.add(SKIPPED, "quorum_none")
    else:
        names = ", ".join(found.witnesses) or "–"
        report.add(*((OK, "quorum_met") if found.quorum_met else (FORGED, "quorum_missed")), names=names)


def in_tree(proof: ProofFile) -> bool:
    """Say whether the entry is in the tree of the checkpoint."""
    tree = proof.checkpoint
    return inclusion_holds(proof.index, tree.size, leaf_hash(proof.entry), proof.hashes, tree.root)


def differing_key(proof: ProofFile) -> str | None:
    """Return the first member of a public leaf that is not as the record has it.

    The leaf gives the time in whole seconds and the agency by its code; a record that names the agency by an internal
    number has nothing to compare.
    """
    public, manifest = proof.leaf.public, proof.manifest
    if public is None or manifest is None:
        return None
    if _to_the_second(manifest["at"]) != public["at"]:
        return "at"
    agency = manifest["agency"]
    if isinstance(agency, str) and not UUID.fullmatch(agency) and agency != public["agency"]:
        return "agency"
    return next((key for key in ("id", "kind") if public[key] != manifest[key]), None)


def _to_the_second(at: Json) -> str | None:
    try:
        moment = datetime.fromisoformat(str(at))
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def subject_of(manifest: Manifest) -> str:
    """Name what a record is about."""
    return f"{manifest.subject[0]}/{manifest.subject[1]}"


def _record_of(report: Report, proof: ProofFile) -> Manifest | None:
    """Check the contents of a proof file against its leaf; return them if they hold."""
    if proof.manifest is None:
        report.add(SKIPPED, "erased", index=proof.index)
        return None
    if commitment_of(proof.manifest, proof.salt) != proof.leaf.commitment:
        report.add(FORGED, "commitment_wrong")
        return None
    report.add(OK, "commitment_ok")
    manifest = read_manifest(proof.manifest)
    if proof.leaf.public is not None:
        key = differing_key(proof)
        report.add(*((FORGED, "public_wrong") if key else (OK, "public_ok")), key=key)
    shown = proof.leaf.public or manifest.value
    report.add(
        NOTE, "record", kind=manifest.kind, agency=shown["agency"] or "–", at=shown["at"], subject=subject_of(manifest),
        number=manifest.number,
    )  # fmt: skip
    return manifest


def _place(told: dict[str, Json], wanted: str) -> str | None:
    """Return where in a manifest a text stands first. No recursion: the nesting is the writer's choice."""
    waiting: list[tuple[str, Json]] = [*reversed(told.items())]
    while waiting:
        at, value = waiting.pop()
        if value == wanted:
            return at
        if isinstance(value, dict):
            waiting += [(f"{at}.{key}"[:200], member) for key, member in reversed(value.items())]
        elif isinstance(value, list):
            waiting += reversed([(f"{at}[{number}]"[:200], member) for number, member in enumerate(value)])
    return None


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def check_document(report: Report, manifest: Manifest, path: Path) -> None:
    """Find the digest of a document among the texts of a record: its SHA-256, or SM3 where OpenSSL has it."""
    if not path.is_file():
        raise Unreadable("not_a_file", name=path)
    algorithms = ["sha256", *(["sm3"] if "sm3" in hashlib.algorithms_available else [])]
    try:
        digests = {algorithm: _digest(path, algorithm) for algorithm in algorithms}
    except (OSError, ValueError) as error:
        raise Unreadable("not_a_file", name=path) from error
    told = {key: manifest.value.get(key) for key in ("facts", "published", "rows")}
    for algorithm, digest in digests.items():
        place = _place(told, digest)
        if place:
            report.add(OK, "document_ok", algorithm=algorithm.upper(), place=place)
            return
    report.add(FORGED, "document_wrong", digest=digests["sha256"])


@dataclass(frozen=True, slots=True)
class Later:
    """An entry that refers to an earlier one."""

    index: int
    kind: str
    at: str
    target: Reference


class References:
    """Which entries of a log refer to which earlier ones; an entry is known by its hash."""

    def __init__(self, source: Source, size: int) -> None:
        """Collect into `later`, by the hash of the target, the last entry that refers to it."""
        self.source, self.size = source, size
        self.later: dict[str, Later] = {}
        self.unknown = 0
        self.wanted: tuple[int, bytes] | None = None
        self.wanted_differs = False

    def visit(self, first: int, entries: list[bytes], _hashes: bytes) -> None:
        """Read the entries of a bundle that may refer to another."""
        if self.wanted and first <= self.wanted[0] < first + len(entries):
            self.wanted_differs = entries[self.wanted[0] - first] != self.wanted[1]
        for at in [at for at, entry in enumerate(entries) if not entry.endswith(REFERS_TO_NOTHING)]:
            self._read(first + at, entries[at])

    def _read(self, index: int, entry: bytes) -> None:
        try:
            leaf = parse_leaf(entry)
        except Unreadable:
            self.unknown += 1
            return
        target = reference_of(leaf)
        if target is not None and leaf.public is not None:
            self.later[target.leaf_hash] = Later(index, str(leaf.public["kind"]), str(leaf.public["at"]), target)

    def places(self) -> dict[str, int]:
        """Return where the targets stand in this log; those of a former year's log do not."""
        found: dict[str, int] = {}
        tiles = Tiles(self.source, self.size)
        for first in range(0, self.size, WIDTH) if self.later else ():
            slots = tiles.slots(0, first // WIDTH)
            for at in range(0, len(slots), HASH):
                leaf = slots[at : at + HASH].hex()
                if leaf in self.later:
                    found[leaf] = first + at // HASH
        return found


def _check_references(report: Report, references: References) -> dict[str, int]:
    """Check that what is referred to stands before, and where it is said to stand; return the places."""
    places = references.places()
    wrong = elsewhere = 0
    for leaf, later in references.later.items():
        place = places.get(leaf)
        if place is None:
            elsewhere += 1
        elif place >= later.index or later.target.index not in (None, place):
            wrong += 1
            if wrong <= SHOWN_REFERENCES:
                report.add(FORGED, "ref_wrong", index=later.index)
    if not wrong:
        report.add(OK, "refs_ok", count=len(references.later) - elsewhere)
    if elsewhere:
        report.add(SKIPPED, "refs_elsewhere", count=elsewhere)
    return places


def _rederive(report: Report, source: Source, tree: Checkpoint, references: References) -> dict[str, int]:
    """Derive a log anew, compare, and return where the entries stand that others refer to."""
    derivation = Rederivation(source, tree.size, references.visit)
    root = derivation.run()
    for name in derivation.problems:
        report.add(FORGED, "tile_wrong", name=name)
    if root is None:
        return {}
    if not derivation.problems:
        report.add(OK, "tiles_ok", files=derivation.files, bytes=derivation.bytes)
        if derivation.older:
            report.add(OK, "older_ok", count=derivation.older)
    report.add(*((OK, "root_ok") if root == tree.root else (FORGED, "root_wrong")))
    if references.unknown:
        report.add(SKIPPED, "unknown_leaves", count=references.unknown)
    return _check_references(report, references)


def checkpoint_of(source: Source) -> Checkpoint:
    """Read the checkpoint that lies with a log or a case."""
    data = source.read("checkpoint", NOTE_LIMIT)
    if data is None:
        raise Unreadable("missing_file", name="checkpoint")
    return parse_checkpoint(data)


def check_log(report: Report, log: Path, policy: Policy | None) -> None:
    """Re-derive a whole log and compare; tell which entries were corrected or withdrawn later."""
    source = open_source(log)
    tree = checkpoint_of(source)
    check_signatures(report, policy, tree)
    references = References(source, tree.size)
    places = _rederive(report, source, tree, references)
    for leaf, place in list(places.items())[:SHOWN_REFERENCES]:
        later = references.later[leaf]
        report.add(NOTE, "referred", target=place, index=later.index, kind=later.kind, at=later.at)
    if len(places) > SHOWN_REFERENCES:
        report.add(NOTE, "referred_more", count=len(places) - SHOWN_REFERENCES)
    report.add(SKIPPED, "leaf_contents")


def _check_later(report: Report, log: Path, policy: Policy | None, proof: ProofFile) -> None:
    """Look in a log, of the same year or a later one, for what became of the entry of a proof."""
    source = open_source(log)
    tree = checkpoint_of(source)
    same = tree.origin == proof.checkpoint.origin
    check_signatures(report, policy, tree)
    references = References(source, tree.size)
    references.wanted = (proof.index, proof.entry) if same else None
    _rederive(report, source, tree, references)
    later = references.later.get(leaf_hash(proof.entry).hex())
    if references.wanted_differs:
        report.add(FORGED, "another_log", index=proof.index)
    elif later is not None:
        report.add(NOTE, "referred", target=proof.index, index=later.index, kind=later.kind, at=later.at)
    elif same and proof.index >= tree.size:
        report.add(SKIPPED, "later_out_of_range", size=tree.size)
    else:
        report.add(*((OK, "no_later") if same else (SKIPPED, "no_later_in_other")), index=proof.index, log=tree.origin)


def check_proof(report: Report, path: Path, policy: Policy | None, document: Path | None, log: Path | None) -> None:
    """Check one proof file: inclusion, signatures, contents, and what else was given."""
    proof = parse_proof(load(path, PROOF_LIMIT))
    check_signatures(report, policy, proof.checkpoint)
    report.add(*((OK, "included") if in_tree(proof) else (FORGED, "not_included")), index=proof.index)
    manifest = _record_of(report, proof)
    if document is None:
        report.add(SKIPPED, "no_document")
    elif manifest is not None:
        check_document(report, manifest, document)
    elif proof.manifest is None:
        report.add(SKIPPED, "document_erased")
    if log is not None:
        _check_later(report, log, policy, proof)
    elif proof.leaf.public is not None:
        report.add(SKIPPED, "later_not_searched")


def check_between(report: Report, old_path: Path, new_path: Path, log: Path | None, policy: Policy | None) -> None:
    """Check that the log of the new checkpoint begins with the log of the old one."""
    old, new = (parse_checkpoint(load(path, NOTE_LIMIT)) for path in (old_path, new_path))
    if old.origin != new.origin:
        raise Unreadable("other_origin", old=old.origin, new=new.origin)
    for checkpoint in (old, new):
        check_signatures(report, policy, checkpoint)
    if old.size == new.size:
        report.add(*((OK, "same_tree") if old.root == new.root else (FORGED, "forked")), size=old.size)
    elif old.size > new.size:
        report.add(FORGED, "shrunk", old=old.size, new=new.size)
    elif log is None and old.size:
        raise Unreadable("need_log")
    else:
        proof = Tiles(open_source(log), new.size).consistency(old.size) if log else []
        holds = consistency_holds(old.size, new.size, old.root, new.root, proof)
        report.add(*((OK, "consistent") if holds else (FORGED, "not_consistent")), old=old.size, new=new.size)
