"""Releases: held against every gate, proposed by the legal office, approved by another, in force from a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from heliograph.kernel.bpmn import BpmnRefusedError
from heliograph.kernel.packs.procedure_rules import DecisionTable, Fact, Procedure
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.actions import (
    DraftContent,
    approve_release,
    begin_draft,
    begin_new_draft,
    draft_faults,
    propose_from_draft,
    propose_from_pack,
    releasing,
    return_release,
    save_draft,
)
from heliograph.procedures.bundles import digest_of, from_bytes
from heliograph.procedures.gates import ReleaseFaultsError
from heliograph.procedures.models import Draft, Release
from heliograph.procedures.queries import latest_release, release_in_force, releases_in_force
from heliograph.procedures.tables import table_on
from heliograph.procedures.tests.flows import FACTS, content, drawn, penalty, release_of, review, table, task
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, TODAY, Office, grant

LATER = TODAY + timedelta(days=30)


@pytest.fixture
def draft(agency: Agency, legality_reviewer: Account) -> Draft:
    return begin_new_draft(
        agency.pk, "penalty", content=content(), categories=["penalty"], actor=legality_reviewer, at=NOON
    )


def propose(draft: Draft, actor: Account, *, on: date = TODAY, **more: Any) -> Release:
    given = {"effective_from": on, "reason": "首次制定", "rev": draft.rev, **more}
    return propose_from_draft(draft.pk, actor=actor, at=NOON, **given)


@pytest.fixture
def proposed(draft: Draft, legality_reviewer: Account) -> Release:
    return propose(draft, legality_reviewer)


# -- proposed and approved
def test_what_is_approved_is_in_force_from_its_day(
    proposed: Release, agency: Agency, leader_in_charge: Account
) -> None:
    assert release_in_force(agency.pk, "penalty", TODAY) is None
    release = approve_release(proposed.pk, opinion="同意", actor=leader_in_charge, at=NOON)
    assert (release.state, release.number, release.decided_by, release.opinion) == (
        "released",
        1,
        leader_in_charge,
        "同意",
    )
    assert release_in_force(agency.pk, "penalty", TODAY) == release
    assert release_in_force(agency.pk, "penalty", TODAY - timedelta(days=1)) is None


def test_a_release_is_its_bytes_under_one_hash(proposed: Release) -> None:
    kept = Release.objects.get(pk=proposed.pk)
    assert kept.sha256 == digest_of(bytes(kept.bundle))
    bundle = from_bytes(bytes(kept.bundle))
    assert (bundle.root, set(bundle.files), set(bundle.tables)) == ("penalty", {"penalty", "review"}, {"major"})


def test_its_successor_ends_it_the_day_before(
    proposed: Release, draft: Draft, agency: Agency, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    first = approve_release(proposed.pk, actor=leader_in_charge, at=NOON)
    second = propose(draft, legality_reviewer, on=LATER)
    approve_release(second.pk, actor=leader_in_charge, at=NOON)
    first.refresh_from_db()
    assert (first.state, first.effective_to, second.number) == ("superseded", LATER - timedelta(days=1), 2)
    assert release_in_force(agency.pk, "penalty", LATER - timedelta(days=1)) == first
    assert release_in_force(agency.pk, "penalty", LATER) == second
    assert latest_release(agency.pk, "penalty") == second
    assert list(releases_in_force(agency.pk, TODAY)) == [first]


def test_a_release_is_approved_by_another_person_of_rank(
    proposed: Release, legality_reviewer: Account, handler: Account, outsider: Account, head: Account
) -> None:
    for actor in (legality_reviewer, handler):
        with pytest.raises(ActRefusedError, match="没有批准流程版本的权限"):
            approve_release(proposed.pk, actor=actor, at=NOON)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        approve_release(proposed.pk, actor=outsider, at=NOON)
    assert approve_release(proposed.pk, actor=head, at=NOON).state == "released"


def test_nobody_approves_what_they_proposed(office: Office, proposed: Release, legality_reviewer: Account) -> None:
    grant(office, legality_reviewer, "head")
    with pytest.raises(ActRefusedError, match="不能由本人批准"):
        approve_release(proposed.pk, actor=legality_reviewer, at=NOON)


def test_a_release_is_decided_once(proposed: Release, leader_in_charge: Account) -> None:
    approve_release(proposed.pk, actor=leader_in_charge, at=NOON)
    with pytest.raises(ActRefusedError, match="已经批准或者退回"):
        approve_release(proposed.pk, actor=leader_in_charge, at=NOON)
    with pytest.raises(ActRefusedError, match="已经批准或者退回"):
        return_release(proposed.pk, opinion="不行", actor=leader_in_charge, at=NOON)


def test_a_returned_release_says_why_and_makes_room(
    proposed: Release, draft: Draft, agency: Agency, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    with pytest.raises(ActRefusedError, match="已有一个版本待批准"):
        propose(draft, legality_reviewer)
    with pytest.raises(ActRefusedError, match="退回须写明意见"):
        return_release(proposed.pk, opinion=" ", actor=leader_in_charge, at=NOON)
    returned = return_release(proposed.pk, opinion="缺少告知环节", actor=leader_in_charge, at=NOON)
    assert (returned.state, returned.opinion) == ("returned", "缺少告知环节")
    assert release_in_force(agency.pk, "penalty", TODAY) is None
    assert propose(draft, legality_reviewer).number == 2


def test_a_release_takes_effect_not_before_it_is_approved(
    proposed: Release, draft: Draft, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    with pytest.raises(ActRefusedError, match="施行日期不能早于批准之日：现为 2026-11-20，今天是 2026-11-21"):
        approve_release(proposed.pk, actor=leader_in_charge, at=NOON + timedelta(days=1))
    return_release(proposed.pk, opinion="改期", actor=leader_in_charge, at=NOON)
    with pytest.raises(ActRefusedError, match="施行日期不能早于批准之日"):
        propose(draft, legality_reviewer, on=TODAY - timedelta(days=1))
    with pytest.raises(ActRefusedError, match="须写明制定或修改的理由"):
        propose(draft, legality_reviewer, reason=" ")


def test_a_release_takes_effect_after_the_one_before(
    proposed: Release, draft: Draft, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    approve_release(proposed.pk, actor=leader_in_charge, at=NOON)
    with pytest.raises(ActRefusedError, match="应晚于前一版本的施行日期 2026-11-20"):
        propose(draft, legality_reviewer, on=TODAY)


def test_only_the_legal_office_proposes(draft: Draft, handler: Account, head: Account, outsider: Account) -> None:
    for actor in (handler, head):
        with pytest.raises(ActRefusedError, match="没有提出流程版本的权限"):
            propose(draft, actor)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        propose(draft, outsider)


# -- gates
def as_drawn(xml: str) -> str:
    """Lay a file out, where it can be read at all."""
    try:
        return drawn(xml)
    except BpmnRefusedError:
        return xml


def faulty(**changed: Any) -> DraftContent:
    given = content()
    return DraftContent(
        given.title,
        {**given.files, **{key: as_drawn(xml) for key, xml in changed.get("files", {}).items()}},
        {**given.tables, **changed.get("tables", {})},
        changed.get("facts", given.facts),
        changed.get("limits", given.limits),
    )


BROKEN: list[tuple[str, DraftContent, list[str]]] = [
    ("no xml", faulty(files={"penalty": "<"}), ["流程文件 penalty："]),
    ("script", faulty(files={"penalty": penalty(extra=['<scriptTask id="x"/>'])}), ["scriptTask"]),
    ("undrawn", DraftContent("处罚程序", {"penalty": penalty(), "review": review()}), ["没有画在图上"]),
    ("dead end", faulty(files={"penalty": penalty(extra=[task("t_lost", "无人到达", "handler")])}), ["t_lost"]),
    ("role", faulty(files={"penalty": penalty().replace('"unit_head"', '"boss"')}), ["没有“boss”这一角色"]),
    ("no role", faulty(files={"review": review().replace('zf:role="legality_reviewer"', "")}), ["没有写明承办角色"]),
    ("unit", faulty(files={"penalty": penalty().replace('"window"', '"cellar"')}), ["没有“cellar”这一机构职能"]),
    ("long", faulty(files={"penalty": penalty().replace('"督办"', f'"{"督" * 201}"')}), ["名称超过 200 字"]),
    ("limit", faulty(limits={}), ["没有期限“investigate”", "没有期限“statement”", "没有期限“publish”"]),
    ("fact", faulty(facts=[one for one in FACTS if one["name"] != "准予立案"]), ["准予立案"]),
    ("fact twice", faulty(facts=[*FACTS, FACTS[0]]), ["事实“准予立案”重复"]),
    ("result", faulty(facts=[one for one in FACTS if one["name"] != "重大案件"]), ["结果“重大案件”不在事实目录里"]),
    ("no table", faulty(tables={"major": "<x/>"}), ["规则表 major："]),
    ("gap", faulty(tables={"major": table().replace("&gt;= 10000", "&gt; 10000")}), ["规则表“重大案件目录”"]),
    ("called", faulty(files={"penalty": penalty().replace('"review"', '"elsewhere"')}), ["elsewhere"]),
    ("type", faulty(facts=[*FACTS[3:], *({**one, "type": "text"} for one in FACTS[:3])]), ["重大案件目录", "准予立案"]),
]


@pytest.mark.parametrize(("name", "given", "expected"), BROKEN, ids=[name for name, _, _ in BROKEN])
def test_what_has_faults_is_not_proposed_and_every_fault_is_named(
    draft: Draft, legality_reviewer: Account, name: str, given: DraftContent, expected: list[str]
) -> None:
    saved = save_draft(draft.pk, content=given, rev=draft.rev, actor=legality_reviewer, at=NOON)
    with pytest.raises(ReleaseFaultsError) as refused:
        propose(saved, legality_reviewer)
    for words in expected:
        assert any(words in fault for fault in refused.value.faults), refused.value.faults
    assert refused.value.faults == draft_faults(saved)
    assert not Release.objects.exists()


def test_a_timer_needs_a_day_on_which_it_runs_out(draft: Draft, legality_reviewer: Account) -> None:
    promptly = {"statement": {**content().limits["statement"], "unit": "promptly", "length": None}}
    given = faulty(limits={**content().limits, **promptly})
    saved = save_draft(draft.pk, content=given, rev=1, actor=legality_reviewer, at=NOON)
    assert draft_faults(saved) == ("「期满未提出」（b_silent）：期限“statement”为及时办理，没有可以期满的日期",)


def test_a_sound_draft_has_no_faults(draft: Draft) -> None:
    assert draft_faults(draft) == ()


# -- drafts
def test_a_draft_is_saved_by_whoever_read_it_last(draft: Draft, legality_reviewer: Account, handler: Account) -> None:
    saved = save_draft(draft.pk, content=content(bar=5), rev=1, actor=legality_reviewer, at=NOON)
    assert (saved.rev, saved.tables["major"]) == (2, table(5))
    with pytest.raises(ActRefusedError, match="刚被他人修改"):
        save_draft(draft.pk, content=content(), rev=1, actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="刚被他人修改"):
        propose(draft, legality_reviewer)
    with pytest.raises(ActRefusedError, match="没有编辑流程草稿的权限"):
        save_draft(draft.pk, content=content(), rev=2, actor=handler, at=NOON)


def test_there_is_one_draft_of_a_procedure(draft: Draft, agency: Agency, legality_reviewer: Account) -> None:
    with pytest.raises(ActRefusedError, match="已有草稿"):
        begin_draft(agency.pk, "penalty", actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="已有草稿"):
        begin_new_draft(agency.pk, "penalty", content=content(), categories=[], actor=legality_reviewer, at=NOON)


@pytest.mark.by_hand
def test_a_draft_begins_with_the_latest_release(
    agency: Agency, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    release_of(agency, legality_reviewer, leader_in_charge)
    Draft.objects.all().delete()
    again = begin_draft(agency.pk, "penalty", actor=legality_reviewer, at=NOON)
    assert (again.files, again.tables) == ({"penalty": drawn(penalty()), "review": drawn(review())}, {"major": table()})
    assert (again.title, again.categories) == ("处罚程序", ["penalty"])


# -- from the pack
@pytest.fixture
def packed(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> Pack:
    """The agency's pack, with the procedure, its table and its facts."""
    rule: dict[str, Any] = {"basis": ["行政处罚法@2021:54"], "requirement": ["D7"]}
    known = pack_in_force(agency.pk, TODAY)
    limits = [one.id for one in known.rules.time_limits if one.unit == "working_days"]
    drawing = penalty()
    for wanted in ("investigate", "publish", "statement"):
        drawing = drawing.replace(f'zf:limit="{wanted}"', f'zf:limit="{limits[0]}"')
    procedures = [
        Procedure(
            id="penalty",
            name="处罚",
            categories=["penalty"],
            file="p.bpmn",
            source=drawn(drawing),
            calls=["review"],
            **rule,
        ),
        Procedure(id="review", name="审核", kind="called", file="r.bpmn", source=drawn(review()), **rule),
    ]
    tables = [
        DecisionTable(id="major", name="目录", file="m.dmn", source=table(), **rule),
        DecisionTable(id="unused", name="裁量", file="u.dmn", source=table(7), **rule),
    ]
    facts = [Fact(id=f"f{number}", **one, **rule) for number, one in enumerate(FACTS)]
    rules = known.rules.model_copy(update={"procedures": procedures, "tables": tables, "facts": facts})
    pack = known.model_copy(update={"rules": rules})
    monkeypatch.setattr(releasing, "pack_in_force", lambda _agency, _on: pack)
    monkeypatch.setattr("heliograph.procedures.tables.find_pack", lambda _agency, _on: pack)
    return pack


def test_a_procedure_of_the_pack_is_proposed_with_what_it_uses(
    packed: Pack, agency: Agency, legality_reviewer: Account
) -> None:
    release = propose_from_pack(
        agency.pk, "penalty", effective_from=TODAY, reason="按规则包", actor=legality_reviewer, at=NOON
    )
    bundle = from_bytes(bytes(release.bundle))
    assert (set(bundle.files), set(bundle.tables)) == ({"penalty", "review"}, {"major"})
    assert len(bundle.limits) == 1
    assert [one["name"] for one in bundle.facts] == [one["name"] for one in FACTS]
    assert (release.title, release.categories) == ("处罚", ["penalty"])
    with pytest.raises(ActRefusedError, match="里没有流程“nothing”"):
        propose_from_pack(
            agency.pk, "nothing", effective_from=TODAY, reason="按规则包", actor=legality_reviewer, at=NOON
        )


def test_a_draft_begins_with_the_pack_where_nothing_was_released(
    packed: Pack, agency: Agency, legality_reviewer: Account
) -> None:
    draft = begin_draft(agency.pk, "penalty", actor=legality_reviewer, at=NOON)
    assert set(draft.files) == {"penalty", "review"}
    assert draft_faults(draft) == ()


def test_a_pack_whose_drawing_does_not_read_is_refused_with_its_faults(
    packed: Pack, agency: Agency, legality_reviewer: Account
) -> None:
    packed.rules.procedures[1] = packed.rules.procedures[1].model_copy(update={"source": "<"})
    with pytest.raises(ReleaseFaultsError, match="流程文件 review"):
        propose_from_pack(agency.pk, "penalty", effective_from=TODAY, reason="试", actor=legality_reviewer, at=NOON)


# -- tables by the day
def test_a_table_is_the_one_in_force_on_the_day_not_that_of_the_case(
    packed: Pack, agency: Agency, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    release_of(agency, legality_reviewer, leader_in_charge)
    draft = Draft.objects.get()
    saved = save_draft(draft.pk, content=content(bar=50_000), rev=draft.rev, actor=legality_reviewer, at=NOON)
    approve_release(propose(saved, legality_reviewer, on=LATER).pk, actor=leader_in_charge, at=NOON)
    facts = {"罚款金额": 20_000}
    answers = {}
    for day in (TODAY, LATER):
        found = table_on(agency.pk, "penalty", "major", day)
        assert found is not None
        answers[day] = found.table.decide(facts).outputs["重大案件"]
    assert answers == {TODAY: True, LATER: False}
    assert table_on(agency.pk, "penalty", "nothing", TODAY) is None


def test_a_table_of_the_pack_holds_in_its_own_time(packed: Pack, agency: Agency) -> None:
    dates = ' zf:effectiveFrom="2026-01-01" zf:effectiveTo="2026-12-31"'
    packed.rules.tables[1] = packed.rules.tables[1].model_copy(
        update={"source": table(7, dates).replace('id="major"', 'id="unused"')}
    )
    assert table_on(agency.pk, "penalty", "unused", TODAY) is not None
    assert table_on(agency.pk, "penalty", "unused", date(2027, 1, 1)) is None
    assert table_on(agency.pk, "penalty", "unused", date(2025, 12, 31)) is None
