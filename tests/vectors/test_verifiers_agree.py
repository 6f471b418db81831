"""Logs, proofs and policies of `heliograph.kernel.tlog` are read by the verifiers that share no code with it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.kernel.canonical import MAX_INTEGER, canonical_bytes
from heliograph.kernel.tlog.checkpoints import Checkpoint
from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner, MlDsa44Cosigner
from heliograph.kernel.tlog.notes import Ed25519Signer, SignedNote, format_note, sign_note
from heliograph.kernel.tlog.proof_file import TlogProof, format_proof
from heliograph.kernel.tlog.proofs import consistency_proof, inclusion_proof
from heliograph.kernel.tlog.tiles import Edge, MemoryStore, TileReader, entries_path, grow, tile_path
from heliograph.ledger.actions.records import commitment
from heliograph_verify.formats import Unreadable, commitment_of, parse_json, strict_decimal
from heliograph_verify.formats import canonical as verifiers_canonical
from heliograph_verify.trees import consistency_holds, file_path
from heliograph_verify.trust import parse_vkey
from tests.vectors.small_log import SALT, b64, manifest, private_leaf, tree_hash
from tests.vectors.verifying import verify

ORIGIN = "ledger.example/public/2026"
SIGNERS = (Ed25519Signer(ORIGIN, b"\1" * 32), MlDsa44Cosigner(ORIGIN, b"\2" * 32))
WITNESSES = (Ed25519Cosigner("court.example", b"\3" * 32), MlDsa44Cosigner("archive.example", b"\4" * 32))
POLICY = "\n".join([
    *(f"log {signer.vkey}" for signer in SIGNERS),
    *(f"witness w{number} {witness.vkey}" for number, witness in enumerate(WITNESSES)),
    "group both all w0 w1",
    "quorum both",
    "",
])  # fmt: skip


def signed(edge: Edge) -> SignedNote:
    """Return the checkpoint as the product publishes it."""
    note = sign_note(Checkpoint(ORIGIN, edge.size, edge.root()).text(), SIGNERS)
    return SignedNote(note.text, (*note.signatures, *(who.cosign(note.text, 1_790_000_000) for who in WITNESSES)))


def grown(*batches: int) -> tuple[Edge, dict[str, bytes], list[Edge]]:
    """Return a log that grew by these numbers of entries, its files, and where it stood after each."""
    edge, tail, files, edges, at = Edge(), b"", {}, [], 0
    for batch in batches:
        growth = grow(edge, tail, [private_leaf(manifest(at + step + 1)) for step in range(batch)])
        at += batch
        edge, tail = growth.edge, growth.bundle_tail
        files |= growth.resources
        edges.append(edge)
    return edge, files, edges


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.txt"
    path.write_text(POLICY, encoding="utf-8")
    return path


@pytest.mark.parametrize("batches", [(1,), (255, 1), (256,), (100, 200, 300), (65_536, 300)])
def test_a_log_of_the_product_passes_both(
    batches: tuple[int, ...], go_verifier: Path, tmp_path: Path, policy: Path
) -> None:
    edge, files, edges = grown(*batches)
    log = written(tmp_path / "log", files | {"checkpoint": format_note(signed(edge)).encode()})

    answer = verify("log", log, "--policy", policy)
    go = subprocess.run([go_verifier, log, SIGNERS[0].vkey], capture_output=True, text=True, check=False)

    assert answer.code == 0, answer.text
    assert go.stdout.startswith(f"OK {edge.size} entries"), go.stdout
    for number, before in enumerate(edges):
        saved = tmp_path / f"before-{number}"
        saved.write_text(format_note(signed(before)), encoding="utf-8")
        assert verify("between", saved, log / "checkpoint", "--log", log, "--policy", policy).code == 0


@pytest.mark.parametrize("size", [1, 2, 7, 256, 300])
def test_a_proof_of_the_product_passes(size: int, tmp_path: Path, policy: Path) -> None:
    edge, files, _ = grown(size)
    reader = TileReader(MemoryStore(files), size)
    for index in {0, size // 2, size - 1}:
        record = manifest(index + 1)
        extra = canonical_bytes({"leaf": b64(private_leaf(record)), "manifest": record, "salt": b64(SALT)})
        proof = TlogProof(extra, index, tuple(inclusion_proof(reader, index, size)), signed(edge))
        (tmp_path / "p").write_text(format_proof(proof), encoding="utf-8")

        answer = verify("proof", tmp_path / "p", "--policy", policy)

        assert answer.code == 0, answer.text
        assert "the record agrees with the log entry" in answer.text


def test_consistency_proofs_of_the_product_hold() -> None:
    edge, files, edges = grown(3, 100, 150, 300)
    reader = TileReader(MemoryStore(files), edge.size)
    for before in edges[:-1]:
        proof = list(consistency_proof(reader, before.size, edge.size))
        assert consistency_holds(before.size, edge.size, before.root(), edge.root(), proof)


def test_both_come_to_the_same_commitment() -> None:
    record = manifest(facts={"text": '\u2028\U0001f600"\\\n\x7f', "n": [0, -1, MAX_INTEGER, None, True]})

    assert commitment(SALT, canonical_bytes(record)).hex() == commitment_of(record, SALT)


def test_both_name_files_alike() -> None:
    for number in (0, 1, 999, 1000, 999_999, 1_000_000, 1_234_067, 10**12):
        assert file_path("3", number) == tile_path(3, number)
        assert file_path("entries", number) == entries_path(number)


def test_both_read_the_same_keys() -> None:
    for signer in (*SIGNERS, *WITNESSES):
        key = parse_vkey(signer.vkey)
        assert (key.name, key.key_id, bytes([key.kind]), key.public) == (
            signer.name, signer.key_id, signer.kind, signer.public_key,
        )  # fmt: skip


ASCII = st.text(st.characters(max_codepoint=126), max_size=5)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(value=VALUES)
def test_both_write_the_same_canonical_bytes(value: object) -> None:
    data = canonical_bytes(value)

    assert verifiers_canonical(parse_json(data)) == data


@pytest.mark.parametrize("size", [0, 1, 5, 256, 257, 300])
def test_the_root_is_that_of_the_definition(size: int) -> None:
    edge, files, _ = grown(size) if size else (Edge(), {}, [])
    leaves = b"".join(data for name, data in sorted(files.items()) if name.startswith("tile/0/"))

    assert edge.root() == tree_hash([leaves[at : at + 32] for at in range(0, len(leaves), 32)])


def test_numbers_have_one_spelling() -> None:
    assert strict_decimal(str((1 << 63) - 1)) == (1 << 63) - 1
    for text in ("", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "٣", str(1 << 63), "9" * 400):
        with pytest.raises(Unreadable):
            strict_decimal(text)
