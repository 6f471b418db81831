"""Dynamic adjustment (D10): what rests on a changed article is found, flagged with a duty, and told to the public."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from heliograph.disclosure.actions import adjust_for_function_change, adjust_for_law_change, withdraw_publication
from heliograph.disclosure.adjustments import entries_resting_on
from heliograph.disclosure.models import Adjustment, PublicChange, PublicVersion
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import Content, revise_entry
from heliograph.registers.models import Account, Agency, Article, Unit
from tests.cast import ITEM, NOON, TODAY, item, publish

ARTICLE = "行政处罚法@2021:61"
OTHER = "行政处罚法@2021:85"
LATER = NOON + timedelta(days=2)


def change_law(agency: Agency, actor: Account, article: str = ARTICLE, on: date = TODAY) -> Adjustment:
    return adjust_for_law_change(
        agency.pk,
        article=article,
        repealed=False,
        effective_on=on,
        reason="条文修改，期限变化",
        basis="晴公5",
        actor=actor,
        at=NOON,
    )


def move_function(agency: Agency, unit: Unit, actor: Account, function: str = "送达") -> Adjustment:
    return adjust_for_function_change(
        agency.pk,
        unit_id=unit.pk,
        function=function,
        effective_on=TODAY,
        reason="三定规定调整",
        basis="晴公5",
        actor=actor,
        at=NOON,
    )


def test_every_entry_that_rests_on_the_article_is_flagged_to_its_unit(
    published: PublicVersion, agency: Agency, handler: Account, handling_unit: Unit, legality_reviewer: Account
) -> None:
    waiting = item(agency, handler, name="对拒报资料的处罚", conditions=["送达 | 行政处罚法@2021:61"], basis=[OTHER])
    item(agency, handler, name="与该条无关", basis=[OTHER])
    adjustment = change_law(agency, legality_reviewer)
    assert {each.entry_id for each in adjustment.items.all()} == {published.entry_id, waiting.entry_id}
    duty = adjustment.items.get(entry=published.entry).duty
    assert duty.owner_unit == handling_unit
    assert (duty.state, duty.due_on, duty.kind) == (Duty.State.OPEN, None, "adjust_register")


def test_the_public_learns_what_changed_and_why(
    published: PublicVersion, agency: Agency, legality_reviewer: Account
) -> None:
    change_law(agency, legality_reviewer)
    told = PublicChange.objects.get(kind=PublicChange.Kind.ADJUSTMENT)
    assert told.title == "行政处罚法@2021:61 条文修改，涉及 1 条清单信息"
    assert told.reason == "条文修改，期限变化"
    assert Article.objects.get(key=ARTICLE).changed_on == TODAY


def test_publishing_the_adjusted_version_fulfils_the_duty(
    published: PublicVersion,
    agency: Agency,
    handler: Account,
    legality_reviewer: Account,
    release_approver: Account,
) -> None:
    duty = change_law(agency, legality_reviewer).items.get().duty
    content = Content({**ITEM, "basis": [OTHER]}, "按修改后的条文调整")
    version = revise_entry(published.entry_id, content=content, actor=handler, at=LATER)
    publish(version, handler, legality_reviewer, release_approver, at=LATER)
    duty.refresh_from_db()
    assert (duty.state, duty.fulfilled_event) == (Duty.State.FULFILLED, "公开第 2 版")


def test_a_version_written_before_the_change_does_not_fulfil_the_duty(
    agency: Agency, handler: Account, handling_unit: Unit, legality_reviewer: Account, release_approver: Account
) -> None:
    version = item(agency, handler, unit=handling_unit)
    adjustment = adjust_for_law_change(
        agency.pk,
        article=ARTICLE,
        repealed=True,
        effective_on=TODAY,
        reason="条文废止",
        basis="晴公5",
        actor=legality_reviewer,
        at=LATER,
    )
    publish(version, handler, legality_reviewer, release_approver, at=LATER)
    assert adjustment.items.get().duty.state == Duty.State.OPEN


def test_withdrawing_the_entry_fulfils_the_duty_too(
    published: PublicVersion, agency: Agency, legality_reviewer: Account, release_approver: Account
) -> None:
    duty = change_law(agency, legality_reviewer).items.get().duty
    withdraw_publication(published.pk, reason="依据废止", basis="晴公5", actor=release_approver, at=LATER)
    duty.refresh_from_db()
    assert (duty.state, duty.fulfilled_event) == (Duty.State.FULFILLED, "撤回第 1 版")


def test_an_entry_whose_current_version_no_longer_cites_the_article_is_left_alone(
    published: PublicVersion,
    agency: Agency,
    handler: Account,
    legality_reviewer: Account,
    release_approver: Account,
) -> None:
    content = Content({**ITEM, "basis": [OTHER]}, "改引另一条")
    version = revise_entry(published.entry_id, content=content, actor=handler, at=LATER)
    publish(version, handler, legality_reviewer, release_approver, at=LATER)
    assert entries_resting_on(agency.pk, ARTICLE) == []


def test_the_same_change_is_recorded_once(agency: Agency, legality_reviewer: Account) -> None:
    change_law(agency, legality_reviewer)
    with pytest.raises(ActRefusedError, match="变动已经登记"):
        change_law(agency, legality_reviewer)


def test_a_later_change_of_the_same_article_is_recorded_again(agency: Agency, legality_reviewer: Account) -> None:
    change_law(agency, legality_reviewer)
    again = change_law(agency, legality_reviewer, on=TODAY + timedelta(days=30))
    assert Article.objects.get(key=ARTICLE).changed_on == again.effective_on


def test_an_article_that_the_library_lacks_is_refused_with_the_way_out(
    agency: Agency, legality_reviewer: Account
) -> None:
    with pytest.raises(ActRefusedError, match="先导入该法律版本"):
        change_law(agency, legality_reviewer, article="统计法@2024:999")


def test_another_agency_registers_the_same_change_for_itself(
    published: PublicVersion, agency: Agency, legality_reviewer: Account, outsider: Account
) -> None:
    theirs = outsider.grants.all()[0].agency
    change_law(agency, legality_reviewer)
    adjustment = change_law(theirs, outsider)
    assert not adjustment.items.exists()
    assert PublicChange.objects.filter(kind=PublicChange.Kind.ADJUSTMENT).count() == 2


def test_every_entry_of_a_unit_that_lost_a_function_is_flagged(
    agency: Agency, handler: Account, handling_unit: Unit, legality_reviewer: Account
) -> None:
    own = item(agency, handler, unit=handling_unit)
    item(agency, handler, name="他科事项")
    adjustment = move_function(agency, handling_unit, legality_reviewer)
    assert [each.entry_id for each in adjustment.items.all()] == [own.entry_id]
    assert "职能调整：送达" in adjustment.items.get().duty.title


def test_the_same_move_is_recorded_once(agency: Agency, handling_unit: Unit, legality_reviewer: Account) -> None:
    move_function(agency, handling_unit, legality_reviewer)
    with pytest.raises(ActRefusedError, match="调整已经登记"):
        move_function(agency, handling_unit, legality_reviewer)


def test_a_unit_of_another_agency_is_refused(
    agency: Agency, handling_unit: Unit, legality_reviewer: Account, outsider: Account
) -> None:
    theirs = outsider.grants.all()[0].agency
    with pytest.raises(ActRefusedError, match="不属于本机关"):
        move_function(theirs, handling_unit, outsider)
    assert not Adjustment.objects.exists()


def test_only_the_legal_office_of_the_agency_adjusts(
    agency: Agency, handler: Account, handling_unit: Unit, outsider: Account
) -> None:
    with pytest.raises(ActRefusedError, match="没有登记动态调整的权限"):
        change_law(agency, handler)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        change_law(agency, outsider)
    with pytest.raises(ActRefusedError, match="没有登记动态调整的权限"):
        move_function(agency, handling_unit, handler)
