"""Refusals outside penalties cite the statute of the step."""

from __future__ import annotations

from datetime import date

from heliograph.dossiers.rules.citing import at_step
from heliograph.dossiers.rules.opening import RECORDING, may_go_by, may_happen_on
from heliograph.kernel.verdict import Refused


def test_a_matter_that_is_no_penalty_cites_the_law_of_its_step() -> None:
    said = Refused("payment.receipt", "请填写票据号码。", "行政处罚法@2021:67")
    assert at_step(said, category="fee", basis="国办发118号@2018:7").basis == "国办发118号@2018:7"
    assert at_step(said, category="penalty", basis="国办发118号@2018:7") is said
    assert at_step(said, category="permit", basis="") is said
    other = Refused("decision.late", "已经届满。", "行政许可法@2019:42")
    assert at_step(other, category="permit", basis="行政许可法@2019:38") is other


def test_days_and_stale_pages_cite_what_holds_for_every_category() -> None:
    day = may_happen_on(date(2026, 11, 21), today=date(2026, 11, 20), not_before=None, what="日期")
    stale = may_go_by(1, 2, by="某人", step="某环节")
    assert isinstance(day, Refused)
    assert isinstance(stale, Refused)
    assert {day.basis, stale.basis} == {RECORDING}
    assert not RECORDING.startswith("行政处罚法")
