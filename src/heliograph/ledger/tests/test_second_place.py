"""The second place: one step from the former state to the new, or a refusal."""

from __future__ import annotations

import sqlite3

import pytest

from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.second_place import SecondPlace, Signed
from heliograph.ledger.tests.making import code_of

FIRST, NEXT, OTHER = Signed(3, bytes(32)), Signed(5, b"\1" * 32), Signed(4, b"\2" * 32)


def test_nothing_is_known_of_a_log_before_it_is_signed(second: SecondPlace) -> None:
    assert second.last("a") is None
    assert second.origins() == set()


def test_each_log_has_its_own_last_state(second: SecondPlace) -> None:
    second.keep("a", None, FIRST)
    second.keep("b", None, OTHER)
    second.keep("a", FIRST, NEXT)
    assert (second.last("a"), second.last("b")) == (NEXT, OTHER)
    assert second.origins() == {"a", "b"}
    assert SecondPlace(second.path).last("a") == NEXT


def test_same_step_again_after_a_crash_is_no_harm(second: SecondPlace) -> None:
    second.keep("a", None, FIRST)
    second.keep("a", None, FIRST)
    assert second.last("a") == FIRST


@pytest.mark.parametrize("former", [None, FIRST])
def test_state_that_another_process_moved_is_not_replaced(former: Signed | None, second: SecondPlace) -> None:
    second.keep("a", None, OTHER)
    with pytest.raises(ActRefusedError, match="另一进程改为 4 条") as refusal:
        second.keep("a", former, NEXT)
    assert code_of(refusal.value) == "ledger.second_place_moved"
    assert second.last("a") == OTHER


def test_same_size_with_another_root_is_not_replaced(second: SecondPlace) -> None:
    second.keep("a", None, FIRST)
    with pytest.raises(ActRefusedError):
        second.keep("a", Signed(3, b"\3" * 32), NEXT)


def test_file_that_is_none_of_ours_is_not_taken_for_an_empty_one(second: SecondPlace) -> None:
    second.path.write_bytes(b"not a database, but long enough to have a header" * 40)
    with pytest.raises(sqlite3.DatabaseError):
        second.last("a")
