"""Release approval: nobody publishes alone, stages come in order, what was public stays readable."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heliograph.disclosure.actions import (
    Decision,
    current_stage,
    decide_stage,
    release_in_bulk,
    submit_for_release,
    withdraw_publication,
)
from heliograph.disclosure.models import PublicChange, PublicVersion, Release
from heliograph.disclosure.queries import with_withdrawal
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import Content, end_role, grant_role, revise_entry
from heliograph.registers.models import Account, Agency, EntryVersion, RoleGrant, Unit
from tests.cast import ITEM, NOON, TODAY, Office, grant, item, publish

PASS_LEGAL = Decision("legal_review", passed=True)
PASS_LAST = Decision("approve", passed=True)
RETURN = Decision("legal_review", passed=False, opinion="依据条文不全，请补注。")
LATER = NOON + timedelta(days=3)


def test_an_entry_is_public_after_both_stages(published: PublicVersion, release_approver: Account) -> None:
    assert published.is_current
    assert published.title == ITEM["name"]
    assert published.published_by == release_approver
    assert published.version.release.state == Release.State.PUBLISHED
    assert PublicChange.objects.get(entry=published.entry).kind == PublicChange.Kind.PUBLISHED


def test_nothing_is_public_before_the_last_stage(handed_in: Release, legality_reviewer: Account) -> None:
    assert current_stage(handed_in).label == "法制审核"
    release = decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=legality_reviewer, at=NOON)
    assert (release.stage_role, current_stage(release).label) == ("release_approver", "发布审批")
    assert not PublicVersion.objects.exists()


def test_only_the_fields_the_pack_calls_public_are_published(
    agency: Agency, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    version = item(agency, handler, verified_note="内部核对意见")
    public = publish(version, handler, legality_reviewer, release_approver)
    assert "verified_note" in version.data
    assert "verified_note" not in public.data
    assert public.category == "行政处罚"


def test_each_stage_records_who_when_and_why(
    published: PublicVersion, legality_reviewer: Account, release_approver: Account
) -> None:
    steps = list(published.version.release.steps.values_list("stage", "by", "decision", "basis", "at"))
    assert steps == [
        ("legal_review", legality_reviewer.pk, "pass", "晴公5", NOON),
        ("approve", release_approver.pk, "pass", "晴公8", NOON),
    ]


# -- nobody alone
def test_nobody_publishes_alone(handed_in: Release, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有审批信息发布的权限"):
        decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=handler, at=NOON)
    assert handed_in.steps.count() == 0


def test_nobody_approves_their_own_work_whatever_roles_they_hold(
    office: Office, handed_in: Release, handler: Account
) -> None:
    grant(office, handler, "legality_reviewer")
    with pytest.raises(ActRefusedError, match="不能由本人审批"):
        decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=handler, at=NOON)


def test_whoever_wrote_the_version_cannot_approve_it_though_another_handed_it_in(
    office: Office, draft: EntryVersion, handler: Account, co_handler: Account
) -> None:
    grant(office, handler, "legality_reviewer")
    release = submit_for_release(draft.pk, actor=co_handler, at=NOON)
    with pytest.raises(ActRefusedError, match="不能由本人审批"):
        decide_stage(release.pk, decision=PASS_LEGAL, actor=handler, at=NOON)


def test_one_person_cannot_pass_two_stages_of_one_release(
    office: Office, handed_in: Release, legality_reviewer: Account
) -> None:
    grant(office, legality_reviewer, "release_approver")
    decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="已办理过前一环节"):
        decide_stage(handed_in.pk, decision=PASS_LAST, actor=legality_reviewer, at=NOON)
    assert not PublicVersion.objects.exists()


# -- order
def test_skipping_a_stage_is_refused_with_the_clause(handed_in: Release, release_approver: Account) -> None:
    with pytest.raises(ActRefusedError, match=r"不能越过它直接办理“发布审批”.*未履行信息发布审批程序.*晴公5"):
        decide_stage(handed_in.pk, decision=PASS_LAST, actor=release_approver, at=NOON)
    assert not PublicVersion.objects.exists()


def test_the_approver_of_another_stage_is_refused(handed_in: Release, release_approver: Account) -> None:
    with pytest.raises(ActRefusedError, match="您没有这一角色"):
        decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=release_approver, at=NOON)


def test_a_stage_is_decided_once(handed_in: Release, legality_reviewer: Account) -> None:
    decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="不能越过它"):
        decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=legality_reviewer, at=NOON)


def test_a_published_release_takes_no_further_decision(published: PublicVersion, release_approver: Account) -> None:
    with pytest.raises(ActRefusedError, match="已公开或已退回"):
        decide_stage(published.version.release.pk, decision=PASS_LAST, actor=release_approver, at=NOON)


def test_a_role_that_ended_yesterday_no_longer_decides(
    handed_in: Release, legality_reviewer: Account, security_admin: Account
) -> None:
    held = RoleGrant.objects.get(account=legality_reviewer)
    end_role(held.pk, to_on=TODAY - timedelta(days=1), actor=security_admin, at=NOON)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=legality_reviewer, at=NOON)


def test_a_role_granted_from_tomorrow_does_not_decide_today(
    office: Office, handed_in: Release, unit_head: Account, security_admin: Account
) -> None:
    grant_role(
        unit_head.pk,
        agency_id=office.agency.pk,
        role="legality_reviewer",
        from_on=TODAY + timedelta(days=1),
        actor=security_admin,
        at=NOON,
    )
    with pytest.raises(ActRefusedError, match="您没有这一角色"):
        decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=unit_head, at=NOON)


def test_an_external_reviewer_stands_between_the_unit_and_the_head(
    agency: Agency, handler: Account, unit_head: Account, supervisor: Account, head: Account
) -> None:
    public = publish(item(agency, handler, register="bodies", name="测试局"), handler, unit_head, supervisor, head)
    assert [step.stage for step in public.version.release.steps.all()] == ["unit_check", "external_review", "approve"]


# -- return
def test_a_returned_entry_shows_the_reason_and_can_be_revised(
    handed_in: Release, legality_reviewer: Account, handler: Account
) -> None:
    release = decide_stage(handed_in.pk, decision=RETURN, actor=legality_reviewer, at=NOON)
    assert release.state == Release.State.RETURNED
    assert release.steps.get().opinion == "依据条文不全，请补注。"
    again = revise_entry(release.entry_id, content=Content(ITEM, "按退回意见补注"), actor=handler, at=LATER)
    assert again.number == 2


def test_a_return_without_a_reason_is_refused(handed_in: Release, legality_reviewer: Account) -> None:
    with pytest.raises(ActRefusedError, match="退回须写明理由"):
        decide_stage(
            handed_in.pk, decision=Decision("legal_review", passed=False, opinion=" "), actor=legality_reviewer, at=NOON
        )


def test_the_returned_version_itself_is_not_handed_in_again(
    handed_in: Release, legality_reviewer: Account, handler: Account
) -> None:
    decide_stage(handed_in.pk, decision=RETURN, actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="以新版送审"):
        submit_for_release(handed_in.version_id, actor=handler, at=LATER)


# -- handing in
def test_a_version_is_handed_in_once(handed_in: Release, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="不能重复送审"):
        submit_for_release(handed_in.version_id, actor=handler, at=NOON)


def test_an_approver_does_not_hand_in(draft: EntryVersion, release_approver: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有送审清单条目的权限"):
        submit_for_release(draft.pk, actor=release_approver, at=NOON)


def test_somebody_from_next_door_neither_hands_in_nor_decides(
    draft: EntryVersion, handler: Account, outsider: Account
) -> None:
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        submit_for_release(draft.pk, actor=outsider, at=NOON)
    release = submit_for_release(draft.pk, actor=handler, at=NOON)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        decide_stage(release.pk, decision=PASS_LEGAL, actor=outsider, at=NOON)


# -- demands without a legal basis (S24)
def test_a_condition_without_a_basis_passes_only_when_it_was_seen(
    agency: Agency, handler: Account, legality_reviewer: Account
) -> None:
    version = item(agency, handler, conditions=["交两张照片", "迟报属实 | 行政处罚法@2021:61"])
    release = submit_for_release(version.pk, actor=handler, at=NOON)
    assert release.unfounded == ["条件：交两张照片"]
    with pytest.raises(ActRefusedError, match="没有注明依据：条件：交两张照片"):
        decide_stage(release.pk, decision=PASS_LEGAL, actor=legality_reviewer, at=NOON)
    seen = Decision("legal_review", passed=True, acknowledged=["条件：交两张照片"])
    decide_stage(release.pk, decision=seen, actor=legality_reviewer, at=NOON)
    assert release.steps.get().acknowledged == ["条件：交两张照片"]


def test_a_condition_that_was_public_before_is_not_asked_about_again(
    agency: Agency, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    public = publish(item(agency, handler, conditions=["交两张照片"]), handler, legality_reviewer, release_approver)
    data = {**ITEM, "conditions": ["交两张照片", "交三份复印件"]}
    version = revise_entry(public.entry_id, content=Content(data, "增加材料"), actor=handler, at=LATER)
    assert submit_for_release(version.pk, actor=handler, at=LATER).unfounded == ["条件：交三份复印件"]


# -- versions
def test_a_new_version_supersedes_the_old_one_which_stays_readable(
    published: PublicVersion, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    content = Content({**ITEM, "name": "对迟报、拒报资料的处罚"}, "名称与条文一致")
    version = revise_entry(published.entry_id, content=content, actor=handler, at=LATER)
    second = publish(version, handler, legality_reviewer, release_approver, at=LATER)
    published.refresh_from_db()
    assert (published.is_current, published.superseded_at) == (False, LATER)
    assert published.data["name"] == ITEM["name"]
    assert (second.number, second.is_current) == (2, True)
    newest = PublicChange.objects.filter(entry=second.entry).latest("at")
    assert (newest.kind, newest.reason) == (PublicChange.Kind.REVISED, "名称与条文一致")


def test_while_a_new_version_waits_the_old_one_stays_public(published: PublicVersion, handler: Account) -> None:
    version = revise_entry(published.entry_id, content=Content(ITEM, "核对"), actor=handler, at=LATER)
    submit_for_release(version.pk, actor=handler, at=LATER)
    assert PublicVersion.objects.get(entry=published.entry, is_current=True).number == 1


# -- bulk
def test_releases_pass_in_bulk_and_refusals_are_told_one_by_one(
    agency: Agency, handler: Account, legality_reviewer: Account
) -> None:
    sound = submit_for_release(item(agency, handler).pk, actor=handler, at=NOON)
    unsound = submit_for_release(item(agency, handler, conditions=["交两张照片"]).pk, actor=handler, at=NOON)
    outcome = dict(release_in_bulk([sound.pk, unsound.pk], stage="legal_review", actor=legality_reviewer, at=NOON))
    refused = outcome[unsound.pk]
    assert outcome[sound.pk] is None
    assert refused is not None
    assert refused.code == "release.unfounded"
    sound.refresh_from_db()
    unsound.refresh_from_db()
    assert (sound.stage_index, unsound.stage_index) == (1, 0)


# -- withdrawal
def withdraw(public: PublicVersion, actor: Account, reason: str = "依据已废止") -> PublicVersion:
    return withdraw_publication(public.pk, reason=reason, basis="行政处罚法@2021:61", actor=actor, at=LATER)


def test_a_withdrawn_entry_leaves_a_tombstone_with_the_reason(
    published: PublicVersion, release_approver: Account
) -> None:
    withdraw(published, release_approver)
    published.refresh_from_db()
    assert (published.is_current, published.withdrawn_reason) == (False, "依据已废止")
    assert published.withdrawn_by == release_approver
    assert PublicChange.objects.filter(entry=published.entry, kind=PublicChange.Kind.WITHDRAWN).exists()


def test_a_withdrawal_without_a_reason_is_refused(published: PublicVersion, release_approver: Account) -> None:
    with pytest.raises(ActRefusedError, match="撤回须公开说明理由"):
        withdraw(published, release_approver, reason="  ")


def test_an_entry_is_withdrawn_once(published: PublicVersion, release_approver: Account) -> None:
    withdraw(published, release_approver)
    with pytest.raises(ActRefusedError, match="已被替代或已撤回"):
        withdraw(published, release_approver)


def test_a_handler_does_not_withdraw(published: PublicVersion, handler: Account, outsider: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有撤回公开信息的权限"):
        withdraw(published, handler)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        withdraw(published, outsider)
    published.refresh_from_db()
    assert published.is_current


def test_superseded_versions_go_with_the_withdrawn_one(
    published: PublicVersion, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    version = revise_entry(published.entry_id, content=Content(ITEM, "核对"), actor=handler, at=LATER)
    second = publish(version, handler, legality_reviewer, release_approver, at=LATER)
    withdraw(second, release_approver)
    published.refresh_from_db()
    assert (published.withdrawn_at, published.withdrawn_reason) == (LATER, "依据已废止")
    again = revise_entry(published.entry_id, content=Content(ITEM, "再次公开"), actor=handler, at=LATER)
    publish(again, handler, legality_reviewer, release_approver, at=LATER)
    told = with_withdrawal(PublicChange.objects.filter(entry=published.entry)).order_by("at", "id")
    assert [(line.number, vars(line)["is_withdrawn"]) for line in told] == [(1, True), (2, True), (2, True), (3, False)]


def test_earlier_versions_stay_when_only_the_current_one_is_wrong(
    published: PublicVersion, handler: Account, legality_reviewer: Account, release_approver: Account
) -> None:
    version = revise_entry(published.entry_id, content=Content(ITEM, "核对"), actor=handler, at=LATER)
    second = publish(version, handler, legality_reviewer, release_approver, at=LATER)
    withdraw_publication(second.pk, reason="有误", basis="晴公5", actor=release_approver, at=LATER, earlier=False)
    published.refresh_from_db()
    assert published.withdrawn_at is None


# -- locks
def test_handing_in_locks_the_entry_before_the_version_as_revising_does(draft: EntryVersion, handler: Account) -> None:
    with CaptureQueriesContext(connection) as handing_in:
        submit_for_release(draft.pk, actor=handler, at=NOON)
    locks = [query["sql"] for query in handing_in if "FOR UPDATE" in query["sql"]]
    assert 'FOR UPDATE OF "registers_entry"' in locks[0]


@pytest.mark.django_db(transaction=True)
def test_handing_in_and_revising_at_once_ends_for_both(draft: EntryVersion, handler: Account) -> None:
    """One of the two may be refused, but neither dies in the other's locks."""

    def hand_in() -> str:
        return attempt(lambda: submit_for_release(draft.pk, actor=handler, at=NOON))

    def revise() -> str:
        content = Content(ITEM, "同时修改")
        return attempt(lambda: revise_entry(draft.entry_id, content=content, actor=handler, at=NOON))

    with ThreadPoolExecutor(2) as pool:
        found = [future.result(timeout=30) for future in (pool.submit(hand_in), pool.submit(revise))]
    assert found[0] == "done"
    assert found[1] in {"done", "entry.in_review"}
    assert Release.objects.filter(entry=draft.entry).count() == 1


def attempt(act: Callable[[], object]) -> str:
    """Do an act on a connection of this thread's own; a deadlock would come out as an error of the database."""
    try:
        act()
    except ActRefusedError as error:
        return error.verdict.code
    finally:
        connection.close()
    return "done"


def test_an_administrator_decides_nothing(
    handed_in: Release, system_admin: Account, security_admin: Account, handling_unit: Unit
) -> None:
    for administrator in (system_admin, security_admin):
        with pytest.raises(ActRefusedError, match="没有审批信息发布的权限"):
            decide_stage(handed_in.pk, decision=PASS_LEGAL, actor=administrator, at=NOON)
