"""Our bytes against values that others published: RFC 6962's reference tree, C2SP texts, Go's notes, GB/T 32918.5."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from heliograph.kernel.canonical import canonical_bytes
from heliograph.kernel.tlog.checkpoints import Checkpoint, parse_checkpoint
from heliograph.kernel.tlog.cosignatures import (
    Ed25519CosignatureVerifier,
    MlDsa44Cosigner,
    ed25519_message,
    ml_dsa_44_message,
)
from heliograph.kernel.tlog.hashing import EMPTY_ROOT, leaf_hash, node_hash, root_of
from heliograph.kernel.tlog.notes import (
    BadSignatureError,
    NoteError,
    format_note,
    open_note,
    parse_note,
    parse_skey,
    parse_vkey,
    sign_note,
    skey,
)
from heliograph.kernel.tlog.proofs import ProofError, consistency_proof, inclusion_proof, verify_consistency
from heliograph.kernel.tlog.sm2 import Sm2Signer, Sm2Verifier
from heliograph.kernel.tlog.tiles import Edge, MemoryStore, TileReader, grow, parse_path, tile_path
from heliograph.kernel.tlog.witnessing import parse_request

HERE = Path(__file__).resolve().parent

# The reference tree of the Certificate Transparency sources: eight entries and the root after each of them.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PROOF_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
PROOF_2_TO_5 = [
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
]


def reference_log() -> TileReader:
    growth = grow(Edge(), b"", ENTRIES)
    return TileReader(MemoryStore(growth.resources), len(ENTRIES))


def hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def test_reference_tree_has_the_published_roots() -> None:
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
    assert [root_of([leaf_hash(entry) for entry in ENTRIES[: size + 1]]).hex() for size in range(8)] == ROOTS
    assert [reference_log().root(size + 1).hex() for size in range(8)] == ROOTS


def test_reference_tree_has_the_published_proofs() -> None:
    log = reference_log()
    assert consistency_proof(log, 6, 8) == hashes(PROOF_6_TO_8)
    assert consistency_proof(log, 2, 5) == hashes(PROOF_2_TO_5)
    assert inclusion_proof(log, 2, 3) == hashes(ROOTS[1:2])
    verify_consistency(6, 8, *hashes([ROOTS[5], ROOTS[7]]), hashes(PROOF_6_TO_8))
    with pytest.raises(ProofError):
        verify_consistency(6, 8, *hashes([ROOTS[4], ROOTS[7]]), hashes(PROOF_6_TO_8))


def test_proof_shapes_of_the_standard_s_seven_leaf_example() -> None:
    """RFC 6962, 2.1.3: seven leaves d0…d6, nodes a to l, proofs named by their nodes."""
    entries = [f"d{number}".encode() for number in range(7)]
    a, b, c, d, e, f, j = map(leaf_hash, entries)
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, l = node_hash(g, h), node_hash(i, j)  # noqa: E741  (the standard's letter)
    log = TileReader(MemoryStore(grow(Edge(), b"", entries).resources), 7)
    assert log.root() == node_hash(k, l)
    assert inclusion_proof(log, 0, 7) == [b, h, l]
    assert inclusion_proof(log, 3, 7) == [c, g, l]
    assert inclusion_proof(log, 4, 7) == [f, j, k]
    assert inclusion_proof(log, 6, 7) == [i, k]
    assert consistency_proof(log, 3, 7) == [c, d, g, l]
    assert consistency_proof(log, 4, 7) == [l]
    assert consistency_proof(log, 6, 7) == [i, j, k]


def test_tile_paths_of_the_specification() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert parse_path("tile/0/x001/x234/067").index == 1234067
    growth = grow(Edge(), b"", [b"%d" % number for number in range(70_000)])
    paths = [path for path in growth.resources if not path.startswith("tile/entries/")]
    full_leaf_tiles = [path for path in paths if path.startswith("tile/0/") and ".p/" not in path]
    assert len(full_leaf_tiles) == 273
    others = {"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"}
    assert set(paths) - set(full_leaf_tiles) == others
    small = grow(Edge(), b"", [b""] * 256).resources
    assert set(small) == {"tile/0/000", "tile/1/000.p/1", "tile/entries/000"}


GO_SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_note_of_the_go_library_is_made_and_opened_byte_for_byte() -> None:
    signer = parse_skey(GO_SKEY)
    assert signer.vkey == GO_VKEY
    assert skey(signer, base64.b64decode(GO_SKEY.split("+", 4)[4])[1:]) == GO_SKEY
    note = f"{GO_TEXT}\n{GO_LINE}"
    assert format_note(sign_note(GO_TEXT, [signer])) == note
    assert [line.name for line in open_note(note, [parse_vkey(GO_VKEY)])] == ["PeterNeumann"]


@pytest.mark.parametrize(
    "bad",
    [
        GO_TEXT.encode(),
        f"{GO_TEXT}\n".encode(),
        f"{GO_TEXT}\n{GO_LINE[:-1]}".encode(),
        b"\x01" + f"{GO_TEXT}\n{GO_LINE}".encode(),
        b"\xff" + f"{GO_TEXT}\n{GO_LINE}".encode(),
        f"{GO_TEXT}\n{GO_LINE.replace('PeterNeumann', 'Bad Name')}".encode(),
        f"{GO_TEXT}\n{GO_LINE}Unexpected line.\n".encode(),
    ],
)
def test_notes_the_go_library_refuses_are_refused(bad: bytes) -> None:
    with pytest.raises(NoteError):
        open_note(bad, [parse_vkey(GO_VKEY)])


@pytest.mark.parametrize(
    "bad",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_keys_the_go_library_refuses_are_refused(bad: str) -> None:
    with pytest.raises(NoteError):
        parse_vkey(bad)


def test_no_part_of_a_key_and_no_changed_letter_of_it_is_a_key() -> None:
    for begin in range(len(GO_VKEY)):
        for end in range(begin + 1, len(GO_VKEY) + 1):
            if (begin, end) != (0, len(GO_VKEY)):
                with pytest.raises(NoteError):
                    parse_vkey(GO_VKEY[begin:end])
    for at, letter in enumerate(GO_VKEY):
        with pytest.raises(NoteError):
            parse_vkey(GO_VKEY[:at] + chr(ord(letter) + 1) + GO_VKEY[at + 1 :])


SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SOFA_LOG = (
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
SOFA_WITNESS = (
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+"
    "mbIUBkBIfZ+qnA==\n"
)


def test_checkpoint_of_the_specification_is_read_and_written() -> None:
    note = parse_note(f"{SOFA}\n{SOFA_LOG}{SOFA_WITNESS}")
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == SOFA
    assert format_note(note) == f"{SOFA}\n{SOFA_LOG}{SOFA_WITNESS}"
    log, witness = note.signatures
    assert (log.key_id.hex(), len(log.value)) == ("033de0ae", 64)
    assert (witness.key_id.hex(), len(witness.value)) == ("8d66cf3f", 8 + 64)


def test_cosignature_of_the_specification_names_its_time() -> None:
    """The specification publishes no keys for its example: its form and its message can be checked."""
    witness = parse_note(f"{SOFA}\n{SOFA_WITNESS}").signatures[0]
    any_key = Ed25519CosignatureVerifier("witness.example.com/w1", bytes([9]) + bytes(31))
    assert any_key.time_of(witness.value) == 1679315147
    assert ed25519_message(SOFA, 1679315147).decode() == f"cosignature/v1\ntime 1679315147\n{SOFA}"


def test_witness_request_of_the_specification_is_read() -> None:
    proof = (
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
        "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    )
    request = parse_request(f"old 20852014\n{proof}\n{SOFA}\n{SOFA_LOG}")
    assert (request.old, len(request.proof), request.checkpoint.size) == (20852014, 4, 20852163)


def test_ml_dsa_44_message_has_the_layout_of_the_specification() -> None:
    checkpoint = Checkpoint("b", 0x18191A1B1C1D1E1F, bytes([0x42]) * 32)
    expected = (
        b"subtree/v1\n\x00" + b"\x01a" + bytes.fromhex("0102030405060708") + b"\x01b" + bytes(8)
        + bytes.fromhex("18191a1b1c1d1e1f") + bytes([0x42]) * 32
    )  # fmt: skip
    assert ml_dsa_44_message("a", checkpoint.text(), 0x0102030405060708) == expected


def test_ml_dsa_44_checkpoint_signed_by_another_program_is_opened() -> None:
    """From the test data of the witness of filippo.io/torchwood 0.10.0, with the seed of its key."""
    seed = bytes.fromhex("2886adc2b0eabfce67c0472939127998bf886cf256bfee8ba76a253fce1146e0")
    vkey = MlDsa44Cosigner("example.com/mldsa-log", seed).vkey
    note = (HERE / "ml_dsa_44_checkpoint.txt").read_text(encoding="utf-8")
    (line,) = open_note(note, [parse_vkey(vkey)])
    assert (line.signature.key_id.hex(), line.time) == ("b5df45c5", 0)
    assert parse_checkpoint(parse_note(note).text).root == leaf_hash(b"testonly")
    with pytest.raises(BadSignatureError):
        open_note(note.replace("\n1\n", "\n2\n"), [parse_vkey(vkey)])


def test_sm2_example_of_the_national_standard_verifies() -> None:
    """GB/T 32918.5, annex A: key, message, identity and signature of the recommended curve."""
    private = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
    point = bytes.fromhex(
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    first = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    second = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    signature = bytes.fromhex(f"3046022100{first}022100{second}")
    assert Sm2Signer("a.example", private).public_key == point
    verifier = Sm2Verifier("a.example", point)
    verifier.verify("message digest", signature)
    with pytest.raises(BadSignatureError):
        verifier.verify("message digesu", signature)


def test_canonical_bytes_of_the_standard_s_examples() -> None:
    """RFC 8785, 3.2.2 and 3.2.3, as far as records use them: escapes, literals, order of keys."""
    value = {
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
        "numbers": [0, -1, 9007199254740991],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[0,-1,9007199254740991],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_bytes(value) == expected.encode()
