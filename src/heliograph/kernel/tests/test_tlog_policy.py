"""Policies: which logs, which witnesses, how many; nobody counts twice, and a name means what was defined before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.tlog.checkpoints import Checkpoint
from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner, MlDsa44Cosigner
from heliograph.kernel.tlog.hashing import leaf_hash
from heliograph.kernel.tlog.notes import (
    BadSignatureError,
    Ed25519Signer,
    NoKnownSignatureError,
    Signature,
    SignedNote,
    format_note,
)
from heliograph.kernel.tlog.policy import (
    Group,
    Log,
    Policy,
    PolicyError,
    Witness,
    format_policy,
    parse_policy,
    satisfied,
)
from heliograph.kernel.tlog.signatures import Signer
from heliograph.kernel.tlog.sm2 import Sm2Signer

ORIGIN = "log.example/2026"
NOON = 1_795_320_000


def seed(number: int) -> bytes:
    return bytes([number]) * 32


LOG = Ed25519Signer(ORIGIN, seed(1))
WITNESSES = [Ed25519Cosigner(f"w{number}.example", seed(10 + number)) for number in range(5)]
LATTICE = MlDsa44Cosigner("lattice.example", seed(20))
CHECKPOINT = Checkpoint(ORIGIN, 7, leaf_hash(b""))
NAMED = {f"W{number}": witness for number, witness in enumerate(WITNESSES)}
LINES = "".join(f"witness {name} {witness.vkey}\n" for name, witness in NAMED.items())


def note(*numbers: int, log: Signer = LOG, time: int = NOON) -> SignedNote:
    text = CHECKPOINT.text()
    return SignedNote(text, (log.sign(text), *(WITNESSES[number].cosign(text, time) for number in numbers)))


def policy(rules: str) -> Policy:
    return parse_policy(f"log {LOG.vkey}\n{LINES}{rules}")


NESTED = """
# two of the first three, and one of the others
group first 2 W0 W1 W2
  group\tothers any W3 W4
group both all first others
quorum both
"""


@pytest.mark.parametrize(
    ("rules", "numbers", "reached"),
    [
        ("quorum none\n", (), True),
        ("quorum W0\n", (0,), True),
        ("quorum W0\n", (1, 2), False),
        (NESTED, (0, 1, 3), True),
        (NESTED, (0, 1, 2, 3, 4), True),
        (NESTED, (0, 1), False),
        (NESTED, (0, 3, 4), False),
        ("group g all W0 W1\nquorum g\n", (0, 1), True),
        ("group g all W0 W1\nquorum g\n", (0,), False),
        ("group g 2 W0 W1\nquorum g\n", (0, 0), False),
    ],
)
def test_a_quorum_stands_or_does_not(rules: str, numbers: tuple[int, ...], reached: bool) -> None:
    result = satisfied(policy(rules), note(*numbers))
    assert bool(result) is result.satisfied is reached
    assert result.checkpoint == CHECKPOINT
    assert [line.name for line in result.log_signatures] == [ORIGIN]
    assert set(result.cosignatures) == {f"W{number}" for number in numbers}
    assert all(line.time == NOON for line in result.cosignatures.values())
    assert satisfied(policy(rules), format_note(note(*numbers))).satisfied is reached


def test_a_cosignature_from_the_future_does_not_count_when_the_time_is_known() -> None:
    rules = policy("quorum W0\n")
    assert satisfied(rules, note(0, time=NOON), not_after=NOON)
    assert not satisfied(rules, note(0, time=NOON + 1), not_after=NOON)
    assert satisfied(rules, note(0, time=NOON + 1))


def test_a_checkpoint_that_no_known_log_signed_is_refused() -> None:
    rules = policy("quorum none\n")
    for unknown in (Ed25519Signer(ORIGIN, seed(2)), Ed25519Signer("other.example", seed(1))):
        with pytest.raises(NoKnownSignatureError):
            satisfied(rules, note(log=unknown))
        with pytest.raises(NoKnownSignatureError) as refused:
            satisfied(rules, note(0, log=unknown))
        assert refused.value.code == "policy.no_log"


def test_a_known_log_speaks_only_for_its_own_origin() -> None:
    other = Ed25519Signer("other.example", seed(3))
    rules = parse_policy(f"log {LOG.vkey}\nlog {other.vkey}\nquorum none\n")
    with pytest.raises(NoKnownSignatureError):
        satisfied(rules, note(log=other))


def test_a_bad_line_by_a_known_witness_refuses_the_whole_checkpoint() -> None:
    text = CHECKPOINT.text()
    bad = Signature(WITNESSES[0].name, WITNESSES[0].key_id, bytes(72))
    with pytest.raises(BadSignatureError):
        satisfied(policy("quorum none\n"), SignedNote(text, (LOG.sign(text), bad)))


def test_logs_and_witnesses_may_have_newer_keys() -> None:
    lattice_log, sm2_log = MlDsa44Cosigner(ORIGIN, seed(4)), Sm2Signer(ORIGIN, seed(5))
    rules = parse_policy(
        f"log {LOG.vkey}\nlog {lattice_log.vkey} https://log.example/\nlog {sm2_log.vkey}\n"
        f"witness L {LATTICE.vkey} https://lattice.example/\nquorum L\n"
    )
    text = CHECKPOINT.text()
    lines = (LOG.sign(text), lattice_log.sign(text), sm2_log.sign(text), LATTICE.cosign(text, NOON))
    result = satisfied(rules, SignedNote(text, lines))
    assert result.satisfied
    assert len(result.log_signatures) == 3


def test_the_same_key_as_log_and_as_witness_is_told_apart_by_its_type() -> None:
    """A witness's line does not make the log's, whatever its key is called."""
    twin = Ed25519Cosigner(ORIGIN, seed(1))
    rules = parse_policy(f"log {LOG.vkey}\nwitness T {twin.vkey}\nquorum T\n")
    text = CHECKPOINT.text()
    with pytest.raises(NoKnownSignatureError):
        satisfied(rules, SignedNote(text, (twin.cosign(text, NOON),)))
    assert not satisfied(rules, SignedNote(text, (LOG.sign(text),)))


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ("", "policy.quorum"),
        ("quorum W0", "policy.line"),
        ("quorum none\nquorum none\n", "policy.line"),
        ("quorum W9\n", "policy.undefined"),
        ("quorum\n", "policy.line"),
        ("Quorum none\n", "policy.line"),
        ("quorum none extra\n", "policy.line"),
        ("log\nquorum none\n", "policy.line"),
        (f"log {LOG.vkey} a b\nquorum none\n", "policy.line"),
        ("log vkey\nquorum none\n", "policy.vkey"),
        (f"log {LOG.vkey}\nquorum none\n", "policy.duplicate_key"),
        (f"log {Ed25519Signer('renamed.example', seed(1)).vkey}\nquorum none\n", "policy.duplicate_key"),
        (f"log {WITNESSES[0].vkey}\nquorum none\n", "policy.key_type"),
        (f"witness X {LOG.vkey}\nquorum none\n", "policy.key_type"),
        (f"witness X {WITNESSES[0].vkey}\nquorum none\n", "policy.duplicate_key"),
        (f"witness W0 {LATTICE.vkey}\nquorum none\n", "policy.name"),
        (f"witness none {LATTICE.vkey}\nquorum none\n", "policy.name"),
        (f"witness X {LATTICE.vkey} a b\nquorum none\n", "policy.line"),
        ("group g 1\nquorum none\n", "policy.line"),
        ("group g 0 W0\nquorum none\n", "policy.threshold"),
        ("group g 01 W0\nquorum none\n", "policy.threshold"),
        ("group g -1 W0\nquorum none\n", "policy.threshold"),
        ("group g some W0\nquorum none\n", "policy.threshold"),
        ("group g 2 W0\nquorum none\n", "policy.threshold"),
        ("group g any none\nquorum none\n", "policy.undefined"),
        ("group g any g\nquorum none\n", "policy.undefined"),
        (f"group g any X\nwitness X {LATTICE.vkey}\nquorum g\n", "policy.undefined"),
        ("group g any W0 W0\nquorum none\n", "policy.member"),
        ("group g any W0\ngroup h any W0\nquorum none\n", "policy.member"),
        ("group g any W0\ngroup h all W0 g\nquorum none\n", "policy.member"),
        ("group none any W0\nquorum none\n", "policy.name"),
        ("group W1 any W0\nquorum none\n", "policy.name"),
        ("quorum W0\ngroup g any W0\nquorum none\n", "policy.line"),
        ("quorum none\r\n", "policy.control"),
        ("# \x00\nquorum none\n", "policy.control"),
        ("# \x7f\nquorum none\n", "policy.control"),
        ("#" * 1_000_001 + "\n", "policy.size"),
    ],
)
def test_policies_that_are_none_are_refused_by_name(rules: str, code: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy(rules)
    assert refused.value.code == code


def test_spaces_comments_and_octets_that_are_no_utf_8_are_taken() -> None:
    data = b"  # \xff\xfe\n\t\n\twitness  \xe7\x9b\x91\xff \t" + LATTICE.vkey.encode() + b" \nquorum \xe7\x9b\x91\xff\n"
    parsed = parse_policy(data)
    assert parsed.witnesses[0].name == parsed.quorum == "监\udcff"
    assert parse_policy(format_policy(parsed)) == parsed
    with pytest.raises(PolicyError):
        parse_policy(b"witness \xe2\x84\xaa " + LATTICE.vkey.encode() + b"\nquorum K\n")


def test_thirty_two_logs_witnesses_and_groups_are_taken() -> None:
    lines = [f"log {Ed25519Signer(f'log{number}.example', seed(100 + number)).vkey}" for number in range(32)]
    lines += [f"witness w{number} {Ed25519Cosigner('w.example', seed(150 + number)).vkey}" for number in range(32)]
    lines += [f"group g{number} any w{number}" for number in range(32)]
    lines += ["group top 20 " + " ".join(f"g{number}" for number in range(32)), "quorum top", ""]
    parsed = parse_policy("\n".join(lines))
    assert parse_policy(format_policy(parsed)) == parsed


def test_policies_that_could_not_be_written_cannot_be_made() -> None:
    good = policy("group g 1 W0 W1\nquorum g\n")
    assert parse_policy(format_policy(good)) == good
    for changed in (
        {"quorum": ""},
        {"quorum": "x"},
        {"logs": (Log(LOG.vkey, "a b"),)},
        {"logs": (Log(LOG.vkey, "a\nb"),)},
        {"logs": (Log(LOG.vkey, "\ud800"),)},
        {"groups": (Group("g g", 1, ("W0",)),), "quorum": "W0"},
        {"groups": (Group("g", 1, ()),)},
        {"groups": (Group("g", 1, ("",)),)},
        {"groups": (Group("", 1, ("W0",)),)},
        {"witnesses": (Witness("W0", "no key"),)},
    ):
        with pytest.raises(PolicyError):
            replace(good, **changed)


words = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "any", "all", "2", "W0", "W1", "g", "#", LOG.vkey, WITNESSES[0].vkey]
)


@given(st.lists(st.lists(words, max_size=5).map(" ".join), max_size=8).map(lambda lines: "\n".join([*lines, ""])))
def test_any_lines_are_a_policy_or_refused(text: str) -> None:
    try:
        parsed = parse_policy(text)
    except PolicyError:
        return
    assert parse_policy(format_policy(parsed)) == parsed


@given(st.binary(max_size=80) | st.text(max_size=60))
def test_anything_is_a_policy_or_refused(data: bytes | str) -> None:
    try:
        parse_policy(data)
    except PolicyError:
        return
    pytest.fail("a policy without a quorum was taken")
