"""Rules of penalties on the spot: every branch, by the code of its refusal."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers.rules import summary as rules
from heliograph.dossiers.rules.terms import may_rest_on
from heliograph.dossiers.tests.test_rules_categories import code

DAY = date(2026, 11, 20)
NEXT = DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ground": "", "receipt": ""}, ""),
        ({}, ""),
        ({"ground": "kind"}, "collection.ground"),
        ({"fine": Decimal(0)}, "collection.no_fine"),
        ({"fine": Decimal(101)}, "collection.too_much"),
        ({"most": None}, "collection.too_much"),
        ({"ground": "hard", "fine": Decimal(101)}, ""),
        ({"ground": "remote"}, "collection.not_asked"),
        ({"ground": "remote", "asked": True}, ""),
        ({"receipt": " "}, "collection.no_receipt"),
    ],
)
def test_officers_collect_on_a_ground_for_a_receipt(changes: dict[str, Any], expected: str) -> None:
    given: dict[str, Any] = {"ground": "small", "fine": Decimal(100), "most": 100, "receipt": "Z-1", "asked": False}
    given |= changes
    assert code(rules.may_collect(given.pop("ground"), **given)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"after": None}, "collection.none"),
        ({"already": True}, "collection.twice"),
        ({"after": NEXT}, "collection.day"),
        ({"today": DAY - timedelta(days=1)}, "collection.day"),
        ({"voucher": ""}, "collection.no_voucher"),
    ],
)
def test_money_is_passed_on_once_with_its_voucher(changes: dict[str, Any], expected: str) -> None:
    given: dict[str, Any] = {"today": DAY, "after": DAY, "already": False, "voucher": "J-1", "what": "缴付银行"}
    assert code(rules.may_pass_on(DAY, **(given | changes))) == expected


def test_what_is_done_on_the_spot_stands_in_order() -> None:
    said: dict[str, Any] = {"what": "决定日期", "of": "告知之日"}
    assert code(rules.may_follow_up(DAY, after=None, today=DAY, **said)) == ""
    assert code(rules.may_follow_up(NEXT, after=None, today=DAY, **said)) == "summary.future"
    assert code(rules.may_follow_up(DAY, after=NEXT, today=NEXT, **said)) == "summary.order"
    assert code(rules.may_go_ordinary(over=True, agreed=False)) == "summary.beyond"
    assert code(rules.may_go_ordinary(over=True, agreed=True)) == ""
    assert code(rules.is_proved(evidence=0)) == "summary.no_evidence"
    assert code(rules.may_hand_over(receiver="王某", refusal="")) == ""


def test_a_penalty_rests_on_law_and_not_on_office_papers_alone() -> None:
    assert code(may_rest_on([], office_papers=[])) == ""
    assert code(may_rest_on(["甲"], office_papers=["甲"])) == "terms.no_statute"
    assert code(may_rest_on(["甲", "乙"], office_papers=["甲"])) == ""
