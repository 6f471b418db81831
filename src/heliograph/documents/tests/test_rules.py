"""What may be done with a document, without a database."""

from __future__ import annotations

import pytest

from heliograph.documents import rules
from heliograph.documents.composing import Missing
from heliograph.kernel.verdict import Refused, Verdict


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


def test_kind_draft_and_revision() -> None:
    assert (code(rules.is_declared("某书", declared=True)), code(rules.is_declared("某书", declared=False))) == (
        "",
        "document.unknown",
    )
    assert [code(rules.may_change(state)) for state in ("draft", "issued")] == ["", "document.not_draft"]
    assert [code(rules.is_fresh(rev, 2)) for rev in (None, 2, 1)] == ["", "", "document.stale"]
    assert code(rules.not_drawn("无字")) == "document.not_drawn"
    assert code(rules.not_fit("过长")) == "document.vague"


def test_missing_fields_are_named_with_the_first_article() -> None:
    assert not code(rules.is_complete(()))
    verdict = rules.is_complete((Missing("案由", ()), Missing("地址", ("行政处罚法@2021:59",))))
    assert isinstance(verdict, Refused)
    assert "案由、地址（行政处罚法@2021:59）" in verdict.message
    assert verdict.basis == "行政处罚法@2021:59"
    bare = rules.is_complete((Missing("案由", ()),))
    assert isinstance(bare, Refused)
    assert bare.basis == rules.RECORDING


@pytest.mark.parametrize(
    ("state", "reason", "used", "expected"),
    [
        ("issued", "有误", False, ""),
        ("draft", "有误", False, "document.not_issued"),
        ("issued", "有误", True, "document.used"),
        ("issued", " ", False, "document.no_reason"),
        ("issued", "字" * 1001, False, "document.reason"),
    ],
)
def test_voiding(state: str, reason: str, used: bool, expected: str) -> None:
    assert code(rules.may_void(state, reason, used=used)) == expected


def test_a_deciding_document_is_sealed_after_its_review_alone() -> None:
    assert code(rules.is_reviewed(passed=True)) == ""
    assert code(rules.is_reviewed(passed=False)) == "review.not_passed"
