"""Keys: made and retired in the open, private halves in files that only the product reads."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from heliograph.kernel.canonical import parse_canonical
from heliograph.kernel.tlog.notes import open_note, parse_vkey, sign_note
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.keys import make_key, retire_key, signers_of
from heliograph.ledger.keystore import KeyStore
from heliograph.ledger.models import LogKey, LogKeyRetirement, Record, RecordContent, Tree
from heliograph.ledger.tests.making import AT, code_of, log_of

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys")


@pytest.mark.parametrize("algorithm", ["ed25519", "ml-dsa-44"])
def test_key_that_was_made_signs_and_only_its_owner_reads_it(algorithm: str, keys: KeyStore) -> None:
    log = log_of()
    made = make_key(log, algorithm=algorithm, keys=keys, at=AT)
    note = sign_note(f"{log.origin}\n1\n{'A' * 43}=\n", signers_of(log, keys))
    assert open_note(note, [parse_vkey(made.vkey)])[0].name == log.origin
    path = keys.directory / made.file_name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.directory.stat().st_mode) == 0o700
    assert str(made).startswith(f"{log.origin}+{parse_vkey(made.vkey).key_id.hex()}")


def test_change_of_keys_is_a_leaf_of_the_public_log(keys: KeyStore) -> None:
    log = log_of()
    made = make_key(log, algorithm="ed25519", keys=keys, at=AT)
    make_key(log, algorithm="ed25519", keys=keys, at=AT)
    retire_key(made, at=AT)
    told = Record.objects.filter(tree=Tree.PUBLIC, kind="key.changed").order_by("id")
    said = [parse_canonical(bytes(RecordContent.objects.get(record=one).manifest))["published"] for one in told]
    assert [one["change"] for one in said] == ["made", "made", "retired"]
    assert said[0] == {"log": log.origin, "vkey": made.vkey, "change": "made"}
    assert said[2]["vkey"] == made.vkey


def test_both_keys_sign_until_one_is_retired(keys: KeyStore) -> None:
    log = log_of()
    old, new = (make_key(log, algorithm="ed25519", keys=keys, at=AT) for _ in range(2))
    assert [signer.vkey for signer in signers_of(log, keys)] == [old.vkey, new.vkey]
    retire_key(old, at=AT)
    assert [signer.vkey for signer in signers_of(log, keys)] == [new.vkey]


def test_last_ed25519_key_cannot_be_retired(keys: KeyStore) -> None:
    log = log_of()
    only = make_key(log, algorithm="ed25519", keys=keys, at=AT)
    other = make_key(log, algorithm="ml-dsa-44", keys=keys, at=AT)
    with pytest.raises(ActRefusedError, match="唯一在用") as refusal:
        retire_key(only, at=AT)
    assert code_of(refusal.value) == "ledger.last_key"
    retire_key(other, at=AT)
    assert list(LogKeyRetirement.objects.values_list("key_id", flat=True)) == [other.pk]


def test_key_is_retired_once(keys: KeyStore) -> None:
    log = log_of()
    first, _ = (make_key(log, algorithm="ed25519", keys=keys, at=AT) for _ in range(2))
    retire_key(first, at=AT)
    with pytest.raises(ActRefusedError) as refusal:
        retire_key(first, at=AT)
    assert code_of(refusal.value) == "ledger.key_retired"
    assert Record.objects.filter(kind="key.changed").count() == 3


def test_unknown_algorithm_is_refused_with_the_known_ones(keys: KeyStore) -> None:
    with pytest.raises(ActRefusedError, match="ed25519、ml-dsa-44、sm2") as refusal:
        make_key(log_of(), algorithm="rsa", keys=keys, at=AT)
    assert code_of(refusal.value) == "ledger.algorithm"
    assert not LogKey.objects.exists()


def test_missing_private_key_stops_the_signing_and_names_the_way_out(keys: KeyStore) -> None:
    log = log_of()
    made = make_key(log, algorithm="ed25519", keys=keys, at=AT)
    (keys.directory / made.file_name).unlink()
    with pytest.raises(ActRefusedError, match="heliograph ledger key") as refusal:
        signers_of(log, keys)
    assert code_of(refusal.value) == "ledger.key_missing"


def test_key_file_is_never_written_over(keys: KeyStore) -> None:
    keys.make("one.key", name="a", algorithm="ed25519")
    with pytest.raises(FileExistsError):
        keys.make("one.key", name="a", algorithm="ed25519")


def test_cosigning_key_of_a_witness_is_none_of_the_log(keys: KeyStore) -> None:
    signer = keys.make("one.key", name="a", algorithm="ed25519")
    witness = signer.vkey.rsplit("+", 1)[0]
    (keys.directory / "one.key").write_text(f"PRIVATE+KEY+{witness}+BA==\n", encoding="utf-8")
    with pytest.raises((TypeError, ValueError)):
        keys.load("one.key")
