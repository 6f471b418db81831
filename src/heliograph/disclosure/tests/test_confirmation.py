"""What the public learns of a dynamic adjustment: nothing before a second person, an approver, confirms it."""

from __future__ import annotations

import pytest

from heliograph.disclosure.actions import confirm_adjustment, return_adjustment
from heliograph.disclosure.models import PublicChange, PublicVersion
from heliograph.disclosure.queries import told_kinds
from heliograph.disclosure.tests.test_adjustments import ARTICLE, LATER, change_law
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.models import Account, Agency, Article
from tests.cast import TODAY, Office, grant, item


def told(agency: Agency) -> list[PublicChange]:
    return list(PublicChange.objects.filter(agency=agency, kind=PublicChange.Kind.ADJUSTMENT))


def test_the_public_learns_what_changed_and_why_when_a_second_person_confirms(
    published: PublicVersion, agency: Agency, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    item(agency, handler, name="还没有公开的事项")
    adjustment = change_law(agency, legality_reviewer)
    assert adjustment.items.count() == 2
    assert told(agency) == []
    assert Article.objects.get(key=ARTICLE).changed_on is None
    confirm_adjustment(adjustment.pk, actor=release_approver, at=LATER)
    [line] = told(agency)
    assert line.title == "《行政处罚法》（2021）第 61 条修改，涉及 1 条公开信息"
    assert (line.reason, line.at) == ("条文修改，期限变化", LATER)
    article = Article.objects.get(key=ARTICLE)
    assert article.changed_on == TODAY
    assert told_kinds([article]) == {ARTICLE: "amended"}
    assert (adjustment.confirmation.by, adjustment.confirmation.basis) == (release_approver, "晴公8")


def test_who_registered_an_adjustment_cannot_tell_the_public(
    agency: Agency, office: Office, legality_reviewer: Account
) -> None:
    adjustment = change_law(agency, legality_reviewer)
    with pytest.raises(ActRefusedError, match="确认公开动态调整"):
        confirm_adjustment(adjustment.pk, actor=legality_reviewer, at=LATER)
    grant(office, legality_reviewer, "release_approver")
    with pytest.raises(ActRefusedError, match="由另一名审批人") as refused:
        confirm_adjustment(adjustment.pk, actor=legality_reviewer, at=LATER)
    assert refused.value.verdict.basis == "晴公8"
    assert told(agency) == []


def test_an_adjustment_is_confirmed_once_and_not_from_next_door(
    agency: Agency, legality_reviewer: Account, release_approver: Account, outsider: Account
) -> None:
    adjustment = change_law(agency, legality_reviewer, repealed=True)
    with pytest.raises(ActRefusedError):
        confirm_adjustment(adjustment.pk, actor=outsider, at=LATER)
    confirm_adjustment(adjustment.pk, actor=release_approver, at=LATER)
    with pytest.raises(ActRefusedError, match="已经确认公开"):
        confirm_adjustment(adjustment.pk, actor=release_approver, at=LATER)
    assert [line.title for line in told(agency)] == ["《行政处罚法》（2021）第 61 条废止，涉及 0 条公开信息"]


def test_a_returned_adjustment_stays_unread_and_is_registered_anew_on_the_same_duty(
    published: PublicVersion, agency: Agency, legality_reviewer: Account, release_approver: Account
) -> None:
    first = change_law(agency, legality_reviewer)
    with pytest.raises(ActRefusedError, match="退回须写明意见"):
        return_adjustment(first.pk, opinion=" ", actor=release_approver, at=LATER)
    with pytest.raises(ActRefusedError, match="确认公开动态调整"):
        return_adjustment(first.pk, opinion="改说明", actor=legality_reviewer, at=LATER)
    return_adjustment(first.pk, opinion="说明写错了", actor=release_approver, at=LATER)
    assert str(first.confirmation).endswith("已退回")
    with pytest.raises(ActRefusedError, match="已经确认公开或者退回"):
        confirm_adjustment(first.pk, actor=release_approver, at=LATER)
    assert told(agency) == []
    again = change_law(agency, legality_reviewer)
    assert again.items.get().duty == first.items.get().duty
    confirm_adjustment(again.pk, actor=release_approver, at=LATER)
    assert len(told(agency)) == 1
