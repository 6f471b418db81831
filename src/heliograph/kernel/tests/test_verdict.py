"""Verdicts: truth, the text people read, and the first refusal among several."""

from __future__ import annotations

import pickle

import pytest

from heliograph.kernel.verdict import ActRefusedError, Allowed, Refused, first_refusal, require

NOT_REVIEWED = Refused("review.not_passed", "法制审核尚未通过", "行政处罚法@2021:58")
NOT_HEARD = Refused("statement.open", "陈述申辩期未满", "行政处罚法@2021:62")


def test_allowed_is_true_and_refused_is_false() -> None:
    assert Allowed()
    assert not NOT_REVIEWED


def test_require_lets_an_allowed_act_pass() -> None:
    require(Allowed())


def test_require_raises_with_the_message_and_the_article() -> None:
    with pytest.raises(ActRefusedError) as raised:
        require(NOT_REVIEWED)
    assert raised.value.verdict is NOT_REVIEWED
    assert str(raised.value) == "法制审核尚未通过（行政处罚法@2021:58）"


def test_a_refusal_without_basis_shows_no_empty_brackets() -> None:
    assert str(ActRefusedError(Refused("form.empty", "未填写", ""))) == "未填写"


def test_a_refusal_survives_the_way_to_a_worker_and_back() -> None:
    assert pickle.loads(pickle.dumps(ActRefusedError(NOT_HEARD))).verdict == NOT_HEARD


def test_first_refusal_keeps_the_order_given() -> None:
    assert first_refusal(Allowed(), NOT_HEARD, NOT_REVIEWED) is NOT_HEARD
    assert first_refusal(Allowed(), Allowed()) == Allowed()
    assert first_refusal() == Allowed()
