"""Whatever a handful of people try in whatever order, nothing becomes public but by every stage and other hands."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from heliograph.disclosure.actions import Decision, decide_stage, submit_for_release, withdraw_publication
from heliograph.disclosure.models import PublicVersion, Release, ReleaseStep
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import Content, revise_entry
from heliograph.registers.models import Account, Entry, EntryVersion
from tests.cast import ITEM, NOON

SHORT, LONG = 15, 600
LAST_STAGE = 1
PEOPLE = ("handler", "co_handler", "legality_reviewer", "release_approver", "outsider")
ACTS = ("revise", "submit", "pass", "return", "skip", "withdraw")
PUBLISHING = [("submit", "handler"), ("pass", "legality_reviewer"), ("pass", "release_approver")]
MOVES = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE)), max_size=25)


class Walk:
    """Tries acts on one entry and notes what was allowed."""

    def __init__(self, entry: Entry, cast: dict[str, Account]) -> None:
        self.entry, self.cast = entry, cast

    def try_act(self, act: str, person: str) -> bool:
        """Try one act as one person; a refusal writes nothing."""
        try:
            with transaction.atomic():
                getattr(self, act)(self.cast[person])
        except ActRefusedError:
            return False
        return True

    @property
    def latest(self) -> EntryVersion:
        return EntryVersion.objects.filter(entry=self.entry).order_by("-number")[0]

    @property
    def waiting(self) -> Release | None:
        return Release.objects.filter(entry=self.entry).order_by("-submitted_at", "-pk").first()

    def revise(self, by: Account) -> None:
        content = Content({**ITEM, "name": f"第 {self.latest.number} 版之后"}, "走一步")
        revise_entry(self.entry.pk, content=content, actor=by, at=NOON)

    def submit(self, by: Account) -> None:
        submit_for_release(self.latest.pk, actor=by, at=NOON)

    def _decide(self, by: Account, stage: int | None, *, passed: bool) -> None:
        release = self.waiting
        if release is None:
            return
        index = min(release.stage_index if stage is None else stage, len(release.stages) - 1)
        decision = Decision(release.stages[index]["id"], passed, "退回重写", release.unfounded)
        decide_stage(release.pk, decision=decision, actor=by, at=NOON)

    def skip(self, by: Account) -> None:
        self._decide(by, LAST_STAGE, passed=True)

    def withdraw(self, by: Account) -> None:
        public = PublicVersion.objects.filter(entry=self.entry, is_current=True).first()
        if public is not None:
            withdraw_publication(public.pk, reason="核对", basis="行政处罚法@2021:48", actor=by, at=NOON)


setattr(Walk, "pass", lambda walk, by: walk._decide(by, None, passed=True))
setattr(Walk, "return", lambda walk, by: walk._decide(by, None, passed=False))


def check(entry: Entry) -> None:
    """What must hold after every step."""
    assert PublicVersion.objects.filter(entry=entry, is_current=True).count() <= 1
    for public in PublicVersion.objects.filter(entry=entry).select_related("version__release"):
        release = public.version.release
        steps = list(ReleaseStep.objects.filter(release=release, decision="pass").order_by("stage_index"))
        assert release.state == Release.State.PUBLISHED
        assert [step.stage for step in steps] == [stage["id"] for stage in release.stages]
        assert len({step.by_id for step in steps}) == len(steps)
        assert not {step.by_id for step in steps} & {release.submitted_by_id, public.version.created_by_id}
    for version in EntryVersion.objects.filter(entry=entry, sealed_at__isnull=True):
        assert not hasattr(version, "public_version")


def walk(request: pytest.FixtureRequest, draft: EntryVersion, moves: list[tuple[str, str]]) -> None:
    """Make the moves on a draft and undo everything."""
    cast: dict[str, Any] = {name: request.getfixturevalue(name) for name in PEOPLE}
    with transaction.atomic():
        steps = Walk(draft.entry, cast)
        for act, person in moves:
            allowed = steps.try_act(act, person)
            assert not (allowed and person == "outsider" and act in {"revise", "submit"})
            check(draft.entry)
        transaction.set_rollback(True)


FREE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=SHORT, deadline=None, suppress_health_check=FREE)
@given(moves=MOVES)
@example(moves=[*PUBLISHING, ("revise", "handler"), *PUBLISHING, ("withdraw", "release_approver")])
def test_d12_no_walk_publishes_what_was_not_passed_by_others(
    request: pytest.FixtureRequest, draft: EntryVersion, moves: list[tuple[str, str]]
) -> None:
    walk(request, draft, moves)


@pytest.mark.deep
@settings(max_examples=LONG, deadline=None, suppress_health_check=FREE)
@given(moves=MOVES)
@example(moves=[*PUBLISHING, ("revise", "handler"), *PUBLISHING, ("withdraw", "release_approver")])
def test_d12_no_long_campaign_of_walks_publishes_either(
    request: pytest.FixtureRequest, draft: EntryVersion, moves: list[tuple[str, str]]
) -> None:
    walk(request, draft, moves)
