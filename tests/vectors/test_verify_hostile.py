"""Hostile input and wrong formats: the verifier says so in one line, with exit code 2, and never with a traceback."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph_verify.formats import Unreadable, parse_proof
from heliograph_verify.trees import Archive
from heliograph_verify.trust import parse_policy
from tests.vectors.small_log import (
    LOG_KEY,
    POLICY,
    SALT,
    STRANGER,
    WITNESS_KEY,
    Signer,
    SmallLog,
    b64,
    canonical,
    case_files,
    chain,
    commitment,
    manifest,
    private_leaf,
    public_leaf,
    zipped,
)
from tests.vectors.verifying import Saved, answer_for, log_of, verify


def test_a_bomb_is_not_unpacked(saved: Saved) -> None:
    files = case_files(*chain(1))
    files["records/000001.tlog-proof"] = bytes(200 << 20)

    answer = answer_for(saved, files)

    assert (answer.code, "longer than allowed" in answer.text) == (2, True)


def test_a_zip_of_too_many_members_is_not_opened(saved: Saved) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(40):
            archive.writestr(f"{number}" + "x" * 65_000, b"")
        for number in range(100):
            archive.writestr(f"{number}" + "y" * 65_000, b"")

    with pytest.raises(Unreadable, match="zip_too_big"):
        Archive(saved("big.zip", stream.getvalue()))
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(65_600):
            archive.writestr(str(number), b"")
    with pytest.raises(Unreadable, match="zip_too_big"):
        Archive(saved("many.zip", many.getvalue()))


def hostile_extras() -> list[bytes]:
    leaf = b64(private_leaf(manifest()))
    around = b'{"leaf":"' + leaf.encode() + b'","manifest":%s,"salt":"' + b64(SALT).encode() + b'"}'
    values = [b"[" * 100_000, b"9" * 5000, b"-0.5", b"1e400", b"NaN", b'{"a":1,"a":2}', b'{"\xc3\xa9":1}', b'"\\ud800"',
              b"null", b"[]", b"7", b"true", b'{"a":' * 900 + b"1" + b"}" * 900]  # fmt: skip
    return [around.replace(b"%s", value) for value in values] + [b"", b"\xff", b"null", b"[" * 100_000, b"{}"]


@pytest.mark.parametrize("extra", hostile_extras(), ids=range(len(hostile_extras())))
def test_hostile_json_is_unreadable_or_not_what_was_committed(extra: bytes, saved: Saved) -> None:
    log = log_of(manifest())

    assert verify("proof", saved("p", log.proof_with(0, extra))).code in (1, 2)


WRONG_SHAPES: list[dict[str, object]] = [
    {"number": 0}, {"number": True}, {"number": "1"}, {"prev": "x"}, {"prev": 1}, {"subject": None}, {"subject": {}},
    {"subject": {"kind": "entry", "id": 7}}, {"v": 2}, {"v": True}, {"v": 1 << 60}, {"rows": {}}, {"kind": None},
    {"rows": [[1, 2, 3]]}, {"rows": [["t", "1", "zz"]]}, {"facts": []}, {"published": []}, {"actor": 5},
]  # fmt: skip


@pytest.mark.parametrize("change", WRONG_SHAPES)
def test_a_committed_record_of_the_wrong_shape_is_unreadable(change: dict[str, Any], saved: Saved) -> None:
    record = manifest() | change

    assert verify("proof", saved("p", log_of(record).proof(0, record))).code == 2


@pytest.mark.parametrize("missing", sorted(manifest()))
def test_a_record_without_a_member_is_unreadable(missing: str, saved: Saved) -> None:
    record = {key: value for key, value in manifest().items() if key != missing}

    assert verify("proof", saved("p", log_of(record).proof(0, record))).code == 2


@pytest.mark.parametrize(
    "leaf",
    [
        b"{}", b'{"c":"00","v":1}', b'{"v":1,"c":"%s"}' % (b"0" * 64), b'{"c":"%s","v":2}' % (b"0" * 64), b"[]",
        b'{"c":"%s","v":true}' % (b"0" * 64), b'{"c":"%s","v":1,"x":0}' % (b"0" * 64), b"x" * 65_536, b'{"c": 1}',
        canonical(json.loads(public_leaf(manifest())) | {"ref": {"index": -1, "hash": "0" * 64}}),
        canonical(json.loads(public_leaf(manifest())) | {"ref": {"index": True, "hash": "0" * 64}}),
        canonical(json.loads(public_leaf(manifest())) | {"ref": []}),
        canonical(json.loads(public_leaf(manifest())) | {"at": "2026-11-22"}),
        canonical(json.loads(public_leaf(manifest())) | {"id": 5}),
    ],
    ids=range(14),
)  # fmt: skip
def test_a_malformed_leaf_is_unreadable(leaf: bytes, saved: Saved) -> None:
    proof = SmallLog([leaf]).proof(0, None) if len(leaf) < 65_536 else log_of(manifest()).proof_with(
        0, canonical({"leaf": b64(leaf)})
    )  # fmt: skip
    assert verify("proof", saved("p", proof)).code == 2


WRONG_PROOFS = [
    (b"tlog-proof@v1", b"tlog-proof@v2"), (b"\nindex 0", b"\nindex 00"), (b"\nindex 0", b"\nindex -1"),
    (b"\nindex 0", b"\nindex " + b"9" * 20), (b"\nindex 0", b"\nindex \xd9\xa1"), (b"\nextra ", b"\nExtra "),
    (b"\n1\n", b"\n01\n"), (b"\n1\n", b"\n" + b"9" * 5000 + b"\n"), (b"=\n\n", b"=\nextension\n\n"),
    (b"\n", b"\r\n"), (b"=\n\n\xe2\x80\x94", b"=\n\n-"), (b"\n\n\xe2", b"\n\n\xe2\x80\x94 a b\n\xe2"),
    (b"example", b"exam\x00ple"), (b"\nindex 0\n", b"\nindex 0\n" + b"A" * 43 + b"=\n" + b"B" * 43 + b"\n"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), WRONG_PROOFS)
def test_a_proof_file_is_read_to_the_letter(old: bytes, new: bytes) -> None:
    data = log_of(manifest()).proof(0, manifest())
    assert old in data

    with pytest.raises(Unreadable):
        parse_proof(data.replace(old, new, 1))


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_no_bytes_make_the_parsers_fail_otherwise(data: st.DataObject) -> None:
    """Mutated files give a value or `Unreadable`, nothing else."""
    seeds = [log_of(manifest(), manifest(2)).proof(0, manifest()), POLICY.encode()]
    seed = bytearray(data.draw(st.sampled_from(seeds)))
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(seed)))
        seed[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    for parse in (parse_proof, parse_policy):
        with contextlib.suppress(Unreadable):
            parse(bytes(seed))


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 1 << 20), new=st.binary(min_size=1, max_size=6))
def test_no_damage_to_a_zip_makes_a_traceback(at: int, new: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    data = bytearray(zipped(case_files(*chain(2))))
    data[at % len(data) : at % len(data) + len(new)] = new
    path = tmp_path_factory.mktemp("zip") / "case.zip"
    path.write_bytes(data)

    assert verify("case", path).code in (0, 1, 2)


# policy


def under(folder: Path, policy: str, *signers: Signer) -> int:
    """Return the exit code for a log signed by these, under a policy with three witnesses."""
    keys = "".join(f"witness w{step} {Signer('w.example', 10 + step, 4).vkey}\n" for step in (1, 2, 3))
    log = SmallLog([private_leaf(manifest())], signers=(LOG_KEY, *signers))
    (folder / "p").write_bytes(log.proof(0, manifest()))
    text = f"# 测试\n\tlog {LOG_KEY.vkey} https://ledger.example/\n\n{keys}{policy}"
    (folder / "policy").write_bytes(text.encode())
    return verify("proof", folder / "p", "--policy", folder / "policy").code


def test_quorums(tmp_path: Path) -> None:
    one, two, three = (Signer("w.example", 10 + step, 4) for step in (1, 2, 3))
    majority = "group g 2 w1 w2 w3\nquorum g\n"
    assert under(tmp_path, "quorum none\n") == 0
    assert under(tmp_path, majority, one, two) == 0
    assert under(tmp_path, majority, one) == 1
    assert under(tmp_path, majority, one, one) == 1
    assert under(tmp_path, "group g all w1 w2\ngroup h any g w3\nquorum h\n", three) == 0
    assert under(tmp_path, "group g all w1 w2\ngroup h any g w3\nquorum h\n", one) == 1
    assert under(tmp_path, "group g all w1 w2\ngroup h all g w3\nquorum h\n", one, two, three) == 0


ONE = Signer("w.example", 11, 4)
WRONG_POLICIES = [
    "", "quorum nobody\n", "quorum none\nquorum none\n", "quorum none extra\n", "other\nquorum none\n",
    "quorum none\r\n",    "group g 0 w1\nquorum g\n", "group g 3 w1 w2\nquorum g\n", "group g any w1 w1\nquorum g\n",
    "group g any\nquorum g\n",
    "group g any w1\ngroup h any w1\nquorum g\n", "group none any w1\nquorum none\n", "log x\nquorum none\n",
    "group g any h\ngroup h any w1\nquorum g\n", f"log {LOG_KEY.vkey}\nquorum none\n",
    f"witness w4 {ONE.vkey}\nquorum none\n", f"witness w1 {WITNESS_KEY.vkey}\nquorum none\n",
    f"witness w4 {STRANGER.vkey}\nquorum none\n", f"log {WITNESS_KEY.vkey}\nquorum none\n",
    f"log {STRANGER.vkey.replace('+', '+0', 1)}\nquorum none\n", f"log {STRANGER.vkey[:-4]}\nquorum none\n",
]  # fmt: skip


@pytest.mark.parametrize("policy", WRONG_POLICIES, ids=range(len(WRONG_POLICIES)))
def test_a_malformed_policy_is_unreadable(policy: str, tmp_path: Path) -> None:
    assert under(tmp_path, policy) == 2


def test_an_algorithm_that_cannot_be_checked_is_said_to_be_unchecked(saved: Saved) -> None:
    class Sm2(Signer):
        @property
        def material(self) -> bytes:
            return b"\xffexample/sm2" + bytes(33)

    sm2 = Sm2(LOG_KEY.name, 7)
    log = SmallLog([private_leaf(manifest())], signers=(LOG_KEY, sm2))
    policy = saved("policy", f"log {LOG_KEY.vkey}\nlog {sm2.vkey}\nquorum none\n".encode())

    answer = verify("proof", saved("p", log.proof(0, manifest())), "--policy", policy)

    assert (answer.code, "a signature's algorithm cannot be checked here" in answer.text) == (0, True)
    alone = verify(
        "proof", saved("p", log.proof(0, manifest())), "--policy", saved("o", f"log {sm2.vkey}\nquorum none\n".encode())
    )
    assert alone.code == 1


def test_the_commitment_is_the_one_of_the_format() -> None:
    """Fixed bytes: another implementation must come to the same."""
    record = {"v": 1, "kind": "测试", "n": [1, None, True, "\u2028\n"]}
    by_hand = b"heliograph/record/v1\0" + SALT + '{"kind":"测试","n":[1,null,true,"\u2028\\n"],"v":1}'.encode()

    assert commitment(record) == hashlib.sha256(by_hand).hexdigest()
