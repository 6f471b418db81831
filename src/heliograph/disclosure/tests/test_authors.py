"""Nobody approves what their own hand is in; what is handed in is what its author had read (D12, WS公8, S24)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heliograph.disclosure.actions import Decision, decide_stage, submit_for_release, submit_in_bulk
from heliograph.disclosure.models import Release
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import Content, revise_entry
from heliograph.registers.models import Account, Agency, Entry, EntryVersion
from tests.cast import ITEM, NOON, Office, grant, item, publish

PASS_LEGAL = Decision("legal_review", passed=True)
RETURN = Decision("legal_review", passed=False, opinion="请补条款。")
LATER = NOON + timedelta(days=3)


def rewrite(entry: Entry, actor: Account) -> EntryVersion:
    return revise_entry(entry.pk, content=Content(ITEM, "核对"), actor=actor, at=LATER)


def test_whoever_wrote_a_draft_cannot_approve_it_after_somebody_else_saved_it(
    office: Office, draft: EntryVersion, handler: Account, co_handler: Account
) -> None:
    grant(office, handler, "legality_reviewer")
    again = rewrite(draft.entry, co_handler)
    assert (again.created_by, again.authors) == (co_handler, [handler.pk, co_handler.pk])
    release = submit_for_release(draft.pk, actor=co_handler, at=LATER)
    with pytest.raises(ActRefusedError, match="不能由本人审批"):
        decide_stage(release.pk, decision=PASS_LEGAL, actor=handler, at=LATER)


def test_whoever_wrote_a_returned_version_cannot_approve_the_one_made_from_it(
    office: Office, handed_in: Release, handler: Account, co_handler: Account, legality_reviewer: Account
) -> None:
    decide_stage(handed_in.pk, decision=RETURN, actor=legality_reviewer, at=NOON)
    grant(office, handler, "legality_reviewer")
    second = rewrite(handed_in.entry, co_handler)
    assert second.number == 2
    release = submit_for_release(second.pk, actor=co_handler, at=LATER)
    with pytest.raises(ActRefusedError, match="不能由本人审批"):
        decide_stage(release.pk, decision=PASS_LEGAL, actor=handler, at=LATER)


def test_who_wrote_what_is_public_may_approve_what_another_wrote_next(
    office: Office, draft: EntryVersion, handler: Account, co_handler: Account, request: pytest.FixtureRequest
) -> None:
    approvers = [request.getfixturevalue(name) for name in ("legality_reviewer", "release_approver")]
    publish(draft, handler, *approvers)
    grant(office, handler, "legality_reviewer")
    release = submit_for_release(rewrite(draft.entry, co_handler).pk, actor=co_handler, at=LATER)
    assert decide_stage(release.pk, decision=PASS_LEGAL, actor=handler, at=LATER).stage_index == 1


# -- what was read is what is handed in
def test_a_draft_that_changed_after_it_was_read_is_not_handed_in(
    draft: EntryVersion, handler: Account, co_handler: Account
) -> None:
    seen = Entry.objects.get(pk=draft.entry_id).rev
    rewrite(draft.entry, co_handler)
    with pytest.raises(ActRefusedError, match=r"别人已保存过这一条目.*再送审"):
        submit_for_release(draft.pk, actor=handler, at=LATER, rev=seen)
    assert not Release.objects.exists()
    assert submit_for_release(draft.pk, actor=handler, at=LATER, rev=seen + 1).state == Release.State.IN_REVIEW


def test_drafts_are_handed_in_together_and_each_refusal_is_told(
    agency: Agency, handler: Account, co_handler: Account
) -> None:
    sound, stale = item(agency, handler), item(agency, handler, name="第二项")
    seen = stale.entry.rev
    rewrite(stale.entry, co_handler)
    asked = [(sound.pk, sound.entry.rev), (stale.pk, seen)]
    outcome = dict(submit_in_bulk(asked, actor=handler, at=LATER))
    assert outcome[sound.pk] is None
    refused = outcome[stale.pk]
    assert refused is not None
    assert refused.code == "release.changed"
    assert [release.version_id for release in Release.objects.all()] == [sound.pk]


def test_somebody_from_next_door_hands_in_nothing_in_bulk(draft: EntryVersion, outsider: Account) -> None:
    (outcome,) = submit_in_bulk([(draft.pk, None)], actor=outsider, at=NOON)
    assert outcome[1] is not None
    assert outcome[1].code == "jurisdiction.outside"
    assert not Release.objects.exists()


# -- running texts that the pack guards
def test_a_guarded_text_of_the_pack_is_acknowledged_when_it_changed(
    agency: Agency, handler: Account, request: pytest.FixtureRequest
) -> None:
    approvers = [request.getfixturevalue(name) for name in ("legality_reviewer", "release_approver")]
    public = publish(item(agency, handler, entry_terms="须有固定场所"), handler, *approvers)
    assert public.version.release.unfounded == ["准入条件：须有固定场所（内容有变动）"]
    same = Content({**ITEM, "entry_terms": "须有固定场所", "duties": "改了职责"}, "核对")
    version = revise_entry(public.entry_id, content=same, actor=handler, at=LATER)
    assert submit_for_release(version.pk, actor=handler, at=LATER).unfounded == []
