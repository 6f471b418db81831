"""Dynamic adjustment (D10): what rests on a changed article is found, flagged with a duty, and told to the public."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from heliograph.disclosure.actions import (
    Decision,
    adjust_for_function_change,
    adjust_for_law_change,
    confirm_adjustment,
    decide_stage,
    submit_for_release,
    withdraw_publication,
)
from heliograph.disclosure.models import Adjustment, PublicVersion, Release
from heliograph.disclosure.queries import entries_resting_on, registered_elsewhere
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import ArticleText, Content, LawText, adopt_law, revise_entry
from heliograph.registers.models import Account, Agency, Article, Entry, EntryVersion, Unit
from tests.cast import ITEM, NOON, TODAY, item, publish

ARTICLE = "行政处罚法@2021:61"
OTHER = "行政处罚法@2021:85"
LATER = NOON + timedelta(days=2)


def change_law(
    agency: Agency, actor: Account, article: str = ARTICLE, on: date = TODAY, *, repealed: bool = False
) -> Adjustment:
    return adjust_for_law_change(
        agency.pk,
        article=article,
        repealed=repealed,
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


def test_an_entry_that_nobody_can_read_yet_is_flagged_as_a_draft(
    agency: Agency, handler: Account, legality_reviewer: Account
) -> None:
    waiting = item(agency, handler)
    flagged = change_law(agency, legality_reviewer).items.get()
    assert flagged.draft
    assert flagged.duty.title == f"调整未公开的“{waiting.title}”（《行政处罚法》（2021）第 61 条修改）"


def test_a_second_change_of_the_same_article_goes_on_with_the_open_duty(
    published: PublicVersion, agency: Agency, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    first = change_law(agency, legality_reviewer).items.get()
    fresh = item(agency, handler, name="后来编制的事项")
    second = adjust_for_law_change(
        agency.pk,
        article=ARTICLE,
        repealed=False,
        effective_on=TODAY + timedelta(days=30),
        reason="再次修改",
        basis="晴公5",
        actor=legality_reviewer,
        at=LATER + timedelta(hours=1),
    )
    assert second.items.get(entry=published.entry).duty == first.duty
    assert Duty.objects.filter(subject_id=published.entry_id).count() == 1
    assert second.items.get(entry=fresh.entry).duty != first.duty
    # A version written between the two answers only the first: the duty stays.
    republish(published.entry, ITEM, handler, legality_reviewer, release_approver, adjusted=True)
    first.duty.refresh_from_db()
    assert first.duty.state == Duty.State.OPEN
    another = change_law(agency, legality_reviewer, on=TODAY + timedelta(days=60), repealed=True)
    assert another.items.get(entry=published.entry).duty != first.duty


def test_an_earlier_day_than_the_known_change_is_refused(
    agency: Agency, legality_reviewer: Account, release_approver: Account
) -> None:
    confirm_adjustment(change_law(agency, legality_reviewer).pk, actor=release_approver, at=LATER)
    with pytest.raises(ActRefusedError, match="不能再登记更早的变动"):
        change_law(agency, legality_reviewer, on=TODAY - timedelta(days=1))


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


def test_a_later_change_of_the_same_article_is_recorded_again(
    agency: Agency, legality_reviewer: Account, release_approver: Account
) -> None:
    again = change_law(agency, legality_reviewer, on=TODAY + timedelta(days=30))
    first = change_law(agency, legality_reviewer)
    for one in (again, first):  # in either order
        confirm_adjustment(one.pk, actor=release_approver, at=LATER)
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
    assert Adjustment.objects.count() == 2


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


# -- which entries rest on an article
PARAGRAPH = "行政处罚法@2021:61(2)"


@pytest.fixture
def paragraphs(db: None) -> None:
    articles = [ArticleText("61"), ArticleText("61(1)"), ArticleText("61(2)"), ArticleText("61(2)(1)")]
    adopt_law(LawText("行政处罚法@2021", "行政处罚法", "law", [*articles, ArticleText("61-1")]), actor=None, at=NOON)


def titles(agency: Agency, article: str) -> set[str]:
    return {entry.title for entry in entries_resting_on(agency.pk, article)}


def test_an_article_is_found_with_its_paragraphs_and_a_paragraph_with_its_whole(
    agency: Agency, handler: Account, paragraphs: None
) -> None:
    for name, key in (("全条", ARTICLE), ("一款", f"{ARTICLE}(1)"), ("二款", PARAGRAPH), ("一项", f"{PARAGRAPH}(1)")):
        item(agency, handler, name=name, basis=[key])
    item(agency, handler, name="之一", basis=[f"{ARTICLE}-1"])
    assert titles(agency, ARTICLE) == {"全条", "一款", "二款", "一项"}
    assert titles(agency, PARAGRAPH) == {"全条", "二款", "一项"}
    assert titles(agency, f"{PARAGRAPH}(1)") == {"全条", "二款", "一项"}


def give_back(version: EntryVersion, by: Account, reviewer: Account) -> None:
    release = submit_for_release(version.pk, actor=by, at=LATER)
    decision = Decision("legal_review", passed=False, opinion="退回")
    decide_stage(release.pk, decision=decision, actor=reviewer, at=LATER)


def test_an_old_returned_version_does_not_count(
    published: PublicVersion, agency: Agency, handler: Account, legality_reviewer: Account
) -> None:
    cited = revise_entry(
        published.entry_id, content=Content({**ITEM, "basis": [OTHER]}, "改引"), actor=handler, at=LATER
    )
    give_back(cited, handler, legality_reviewer)
    assert titles(agency, OTHER) == {ITEM["name"]}
    revise_entry(published.entry_id, content=Content(ITEM, "改回"), actor=handler, at=LATER)
    assert titles(agency, OTHER) == set()
    assert titles(agency, ARTICLE) == {ITEM["name"]}


def test_a_withdrawn_entry_is_left_alone_until_somebody_takes_it_up_again(
    published: PublicVersion, agency: Agency, handler: Account, handling_unit: Unit, legality_reviewer: Account,
    release_approver: Account,
) -> None:  # fmt: skip
    withdraw_publication(published.pk, reason="有误", basis="晴公5", actor=release_approver, at=LATER)
    assert titles(agency, ARTICLE) == set()
    assert not move_function(agency, handling_unit, legality_reviewer).items.exists()
    revise_entry(published.entry_id, content=Content(ITEM, "再次编制"), actor=handler, at=LATER)
    assert titles(agency, ARTICLE) == {ITEM["name"]}
    assert move_function(agency, handling_unit, legality_reviewer, "受理").items.count() == 1


# -- what fulfils the duty
def republish(
    entry: Entry, data: dict[str, object], by: Account, *approvers: Account, adjusted: bool = False
) -> Release:
    version = revise_entry(entry.pk, content=Content(data, "修改"), actor=by, at=LATER)
    release = submit_for_release(version.pk, actor=by, at=LATER, adjusted=adjusted)
    for stage, approver in zip(release.stages, approvers, strict=True):
        decide_stage(release.pk, decision=Decision(stage["id"], passed=True), actor=approver, at=LATER)
    return release


def test_a_correction_of_something_else_does_not_fulfil_the_duty(
    published: PublicVersion, agency: Agency, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    duty = change_law(agency, legality_reviewer).items.get().duty
    phone = {**ITEM, "phone": "0539-1234567"}
    republish(published.entry, phone, handler, legality_reviewer, release_approver)
    duty.refresh_from_db()
    assert duty.state == Duty.State.OPEN
    republish(published.entry, ITEM, handler, legality_reviewer, release_approver, adjusted=True)
    duty.refresh_from_db()
    assert (duty.state, duty.fulfilled_event) == (Duty.State.FULFILLED, "公开第 3 版")


def test_a_repealed_article_must_go_whatever_the_author_says(
    published: PublicVersion, agency: Agency, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    duty = change_law(agency, legality_reviewer, repealed=True).items.get().duty
    republish(published.entry, ITEM, handler, legality_reviewer, release_approver, adjusted=True)
    duty.refresh_from_db()
    assert duty.state == Duty.State.OPEN
    republish(published.entry, {**ITEM, "basis": [OTHER]}, handler, legality_reviewer, release_approver)
    duty.refresh_from_db()
    assert duty.state == Duty.State.FULFILLED


def test_an_entry_without_a_unit_falls_to_the_legal_unit(
    agency: Agency, handler: Account, legal_unit: Unit, legality_reviewer: Account
) -> None:
    item(agency, handler)
    assert change_law(agency, legality_reviewer).items.get().duty.owner_unit == legal_unit


# -- agencies side by side
def test_a_change_registered_elsewhere_is_shown_until_it_is_registered_here(
    published: PublicVersion, agency: Agency, legality_reviewer: Account, outsider: Account
) -> None:
    theirs = outsider.grants.all()[0].agency
    change_law(theirs, outsider)
    [(found, entries)] = registered_elsewhere(agency.pk)
    assert (found.article, entries) == (ARTICLE, [published.entry])
    assert registered_elsewhere(theirs.pk) == []
    change_law(agency, legality_reviewer)
    assert registered_elsewhere(agency.pk) == []


def test_a_vague_basis_is_refused(agency: Agency, published: PublicVersion, release_approver: Account) -> None:
    with pytest.raises(ActRefusedError, match="依据应写引用键"):
        withdraw_publication(published.pk, reason="有误", basis="领导要求", actor=release_approver, at=LATER)
