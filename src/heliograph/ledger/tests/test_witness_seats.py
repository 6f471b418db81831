"""Replaced witnesses keep a seat: proofs that were saved before stay good under the policy that is published."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.notes import Ed25519Signer, SignedNote, sign_note
from heliograph.kernel.tlog.policy import Log, Policy, format_policy, parse_policy, satisfied
from heliograph.ledger.witness_seats import keep_former, seated, still_meets

SIGNER = Ed25519Signer("log.example", bytes(32))
TEXT = f"log.example\n1\n{'A' * 43}=\n"
KEYS = {name: Ed25519Cosigner(f"{name}.example", bytes([number]) * 32) for number, name in enumerate("abcdefgh", 1)}


def policy(names: str, threshold: int) -> Policy:
    lines = "".join(f"witness {name} {KEYS[name].vkey} http://{name}.example\n" for name in names)
    return parse_policy(f"{lines}group main {threshold} {' '.join(names)}\nquorum main\n")


def note(names: str) -> SignedNote:
    """A checkpoint, saved with the cosignatures of these."""
    signed = sign_note(TEXT, [SIGNER])
    return SignedNote(TEXT, (*signed.signatures, *(KEYS[name].cosign(TEXT, 1_800_000_000) for name in names)))


def good(names: str, under: Policy) -> bool:
    known = Policy((Log(SIGNER.vkey),), under.witnesses, under.groups, under.quorum)
    return bool(satisfied(known, note(names)))


def all_good(before: str, threshold: int, under: Policy) -> bool:
    return all(good("".join(chosen), under) for chosen in combinations(before, threshold))


@pytest.mark.parametrize(
    ("before", "after"), [("abc", "abd"), ("abc", "bcd"), ("abc", "ade"), ("abc", "def"), ("a", "b")]
)
def test_proofs_saved_before_stay_good_whoever_is_replaced(before: str, after: str) -> None:
    threshold = 2 if len(before) > 1 else 1
    kept = seated(policy(after, threshold), policy(before, threshold))
    assert all_good(before, threshold, kept)
    assert all_good(after, threshold, kept)
    assert still_meets(policy(before, threshold), kept)
    assert parse_policy(format_policy(kept)) == kept
    assert {one.name for one in kept.witnesses if one.url} == set(after)  # the former ones are not asked


def test_one_seat_counts_once(tmp_path: Path) -> None:
    kept = seated(policy("abd", 2), policy("abc", 2))
    assert not good("cd", kept)
    assert not good("c", kept)


def test_second_replacement_in_the_same_seat_keeps_both(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.policy"
    for names in ("abc", "abd", "abe", "abe"):
        path.write_text(f"# 由三家单位见证\n{format_policy(policy(names, 2))}", encoding="utf-8")
        keep_former(path)
    text = path.read_text(encoding="utf-8")
    kept = parse_policy(text)
    assert text.startswith("# 由三家单位见证\n")
    for names in ("abc", "abd", "abe"):
        assert all_good(names, 2, kept)
    assert not keep_former(path)  # and it stays as it is
    edited = text.replace(KEYS["e"].vkey, KEYS["f"].vkey)  # as an operator edits it, in place
    path.write_text(edited, encoding="utf-8")
    assert keep_former(path)
    kept = parse_policy(path.read_text(encoding="utf-8"))
    for names in ("abc", "abd", "abe", "abf"):
        assert all_good(names, 2, kept)
    assert not good("cd", kept)


def test_revoked_key_keeps_no_seat(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.policy"
    path.write_text(format_policy(policy("abc", 2)), encoding="utf-8")
    assert not keep_former(path)
    path.write_text(f"# revoked {KEYS['c'].vkey}\n{format_policy(policy('abd', 2))}", encoding="utf-8")
    assert not keep_former(path)
    kept = parse_policy(path.read_text(encoding="utf-8"))
    assert not good("ac", kept)
    assert good("ab", kept)


def test_change_that_no_seat_can_mend_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "witnesses.policy"
    path.write_text(format_policy(policy("abc", 1)), encoding="utf-8")
    keep_former(path)
    path.write_text(format_policy(policy("abd", 2)), encoding="utf-8")
    keep_former(path)
    assert "no longer witnessed enough" in caplog.text
    assert still_meets(policy("ab", 2), policy("abc", 2))
    assert not still_meets(policy("abc", 2), policy("ab", 2))


def test_file_that_is_no_policy_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.policy"
    assert not keep_former(path)  # none yet
    path.write_text(format_policy(policy("abc", 2)), encoding="utf-8")
    keep_former(path)
    path.write_text("witness\n", encoding="utf-8")
    with pytest.raises(TlogError):
        keep_former(path)
    assert path.read_text(encoding="utf-8") == "witness\n"
    path.write_text(format_policy(policy("abd", 2)), encoding="utf-8")
    assert keep_former(path)  # and what was there last is not forgotten


def test_new_address_of_the_same_witness_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.policy"
    text = format_policy(policy("abc", 2))
    path.write_text(text, encoding="utf-8")
    keep_former(path)
    path.write_text(text.replace("http://a.example", "http://127.0.0.1:8011"), encoding="utf-8")
    assert not keep_former(path)
