"""What a mistaken or hostile drawing, table, release or caller must not be able to do to cases that run."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from heliograph.kernel.bpmn import BpmnRefusedError, read_process
from heliograph.kernel.dmn import TableRefusedError, parse_table
from heliograph.kernel.ids import uuid7
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures import bundles
from heliograph.procedures.actions import (
    Moved,
    approve_release,
    begin_new_draft,
    complete_task,
    draft_faults,
    fire_due_timers,
    propose_from_draft,
    return_release,
    save_draft,
    start,
)
from heliograph.procedures.models import Draft, Release, Run, Token
from heliograph.procedures.queries import standing
from heliograph.procedures.tests.conftest import begin
from heliograph.procedures.tests.flows import FACTS, LIMITS, content, penalty, table
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, TODAY

LATER = NOON + timedelta(days=30)


@pytest.fixture
def draft(agency: Agency, legality_reviewer: Account) -> Draft:
    return begin_new_draft(
        agency.pk, "penalty", content=content(), categories=["penalty"], actor=legality_reviewer, at=NOON
    )


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(ActRefusedError) as refused:
        act()
    return refused.value.verdict.code


# -- releases
@pytest.fixture
def pending(draft: Draft, legality_reviewer: Account) -> Release:
    return propose_from_draft(
        draft.pk, effective_from=TODAY, reason="首次制定", rev=draft.rev, actor=legality_reviewer, at=NOON
    )


def test_no_case_starts_on_what_nobody_approved(
    pending: Release, agency: Agency, handler: Account, leader_in_charge: Account
) -> None:
    def begun() -> str:
        given: dict[str, Any] = {"agency_id": agency.pk, "procedure": "penalty", "facts": {}, "actor": handler}
        return code_of(lambda: start(uuid7(), at=NOON, release_id=pending.pk, **given))

    assert begun() == "run.not_released"
    return_release(pending.pk, opinion="缺少告知", actor=leader_in_charge, at=NOON)
    assert begun() == "run.not_released"
    assert not Run.objects.exists()


def test_a_release_with_other_bytes_than_its_hash_is_not_run(
    case: UUID, release: Release, handler: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "_kept", {})
    data = bytes(Release.objects.values_list("bundle", flat=True).get(pk=release.pk))
    altered = data.replace(b"leader_in_charge", b"handler         ")
    assert altered != data
    monkeypatch.setattr(bundles, "from_bytes", lambda _data: pytest.fail("read before its hash was checked"))
    with pytest.raises(ActRefusedError, match="与发布时的哈希值不符"):
        bundles.keep(release.sha256, altered)
    assert bundles.kept(release.sha256) is None


def test_timers_of_an_altered_release_do_not_hold_up_the_others(filed: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_kept", {})
    monkeypatch.setattr(bundles, "digest_of", lambda _data: "")
    assert fire_due_timers(at=LATER + timedelta(days=100)) == 0
    assert Token.objects.filter(run_id=filed, place="b_late").exists()


CHANGES = [
    ("bundle", "bundle = ''"),
    ("hash", "sha256 = repeat('0', 64)"),
    ("first day", "effective_from = effective_from - 30"),
    ("last day", "effective_to = effective_from + 30"),
    ("back to a proposal", "state = 'proposed'"),
    ("returned after all", "state = 'returned'"),
    ("who proposed", "proposed_by_id = decided_by_id"),
    ("who decided", "decided_by_id = proposed_by_id"),
    ("the opinion", "opinion = '同意'"),
    ("the differences", "changes = '{}'"),
]


@pytest.mark.parametrize("change", [sql for _, sql in CHANGES], ids=[name for name, _ in CHANGES])
def test_the_database_keeps_a_release_as_it_was_decided(release: Release, change: str) -> None:
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE procedures_release SET {change} WHERE id = %s", [release.pk])
    kept = Release.objects.get(pk=release.pk)
    assert (kept.state, kept.sha256, kept.effective_from, kept.effective_to) == (
        "released",
        release.sha256,
        TODAY,
        None,
    )


# -- what tables answer
def results(kind: str, text: str, **more: Any) -> Any:
    """A draft whose table sets 份数 instead, by a formula."""
    given = content()
    facts = [*FACTS[:2], {"name": "重大案件", "type": kind, **more}, *FACTS[3:]]
    drawing = given.files["penalty"].replace("重大案件 = true", "罚款金额 &gt; 100000")
    made = (
        table().replace('typeRef="boolean"', 'typeRef="number"').replace("<text>false</text>", f"<text>{text}</text>")
    )
    made = made.replace("<text>true</text>", "<text>1</text>")
    return type(given)(given.title, {**given.files, "penalty": drawing}, {"major": made}, facts, given.limits)


def test_a_table_does_not_set_a_fact_that_no_form_could(
    draft: Draft, agency: Agency, handler: Account, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    save_draft(draft.pk, content=results("integer", "罚款金额 / 2", minimum=0), rev=1, actor=legality_reviewer, at=NOON)
    saved = Draft.objects.get(pk=draft.pk)
    assert draft_faults(saved) == ()
    proposed = propose_from_draft(
        draft.pk, effective_from=TODAY, reason="首次制定", rev=2, actor=legality_reviewer, at=NOON
    )
    approve_release(proposed.pk, actor=leader_in_charge, at=NOON)
    case = begin(agency, handler).run.pk
    complete_task(case, "t_file", actor=handler, at=NOON)
    complete_task(case, "t_approve", facts={"准予立案": True}, actor=leader_in_charge, at=NOON)

    def fined(amount: int) -> Moved:
        return complete_task(case, "t_investigate", facts={"罚款金额": Decimal(amount)}, actor=handler, at=NOON)

    assert code_of(lambda: fined(5)) == "step.fact"  # half a copy is none
    fined(6)
    assert standing(case).facts["重大案件"] == 3
    assert type(standing(case).facts["重大案件"]) is int


# -- gates
def with_parts(**changed: Any) -> Any:
    given = content()
    parts = {"files": given.files, "tables": given.tables, "facts": given.facts, "limits": given.limits, **changed}
    return type(given)(given.title, **parts)


def limit(**changed: Any) -> Any:
    return with_parts(limits={**LIMITS, "investigate": {**LIMITS["investigate"], **changed}})


def fact(**changed: Any) -> Any:
    facts = deepcopy(FACTS)
    facts[-1] = {"name": "案情", "type": "text", **changed}
    return with_parts(facts=facts)


def acting(name: str) -> Any:
    given = content()
    drawing = given.files["penalty"].replace('zf:act="decide_filing"', f'zf:act="{name}"')
    return with_parts(files={**given.files, "penalty": drawing})


SHAPES = [
    ("no unit", limit(unit="fortnights"), "期限“investigate”写得不完整"),
    ("negative", limit(length=-1), "期限“investigate”写得不完整"),
    ("text for a number", limit(length="90"), "期限“investigate”写得不完整"),
    ("a century", limit(length=10**9), "期限“investigate”写得不完整"),
    ("no basis", limit(basis=[]), "期限“investigate”写得不完整"),
    ("another's id", limit(id="publish"), "期限“investigate”写得不完整"),
    ("nothing", with_parts(limits={**LIMITS, "publish": {}}), "期限“publish”写得不完整"),
    ("unknown type", fact(type="money"), "事实“案情”写得不完整"),
    ("no choices", fact(type="choice"), "事实“案情”写得不完整"),
    ("choice twice", fact(type="choice", choices=["甲", "甲"]), "事实“案情”写得不完整"),
    ("begins wrongly", fact(type="boolean", initial="是"), "事实“案情”写得不完整"),
    ("begins too low", fact(type="number", initial=1, minimum=2), "事实“案情”写得不完整"),
    ("least of nothing", fact(type="number", minimum="多"), "事实“案情”写得不完整"),
    ("reserved", fact(name="true"), "名称“true”不能用"),
    ("hidden space", fact(name="案 情"), "名称“案 情”不能用"),
    ("no name", fact(name=None), "不能用"),
    ("an act of no page", acting("decide_fling"), "没有“decide_fling”这一办理行为"),
    ("a supervisor's task", with_parts(files={
        **content().files, "penalty": content().files["penalty"].replace('"unit_head"', '"supervisor"')}),
     "没有“supervisor”这一角色"),
    ("another's drawing", with_parts(files={**content().files, "elsewhere": content().files["review"]}), "应与文件的"),
    ("another's table", with_parts(tables={"major": table(), "minor": table()}), "应与文件的编号"),
    ("collected into one value", with_parts(tables={"major": table().replace("UNIQUE", "COLLECT")}), "策略 COLLECT"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), [rest for _, *rest in SHAPES], ids=[name for name, *_ in SHAPES])
def test_what_could_stop_a_case_is_not_released(
    draft: Draft, legality_reviewer: Account, given: Any, words: str
) -> None:
    saved = save_draft(draft.pk, content=given, rev=1, actor=legality_reviewer, at=NOON)
    assert any(words in fault for fault in draft_faults(saved)), draft_faults(saved)


@pytest.mark.parametrize("text", ["<x>\x00</x>", "\ud800", "长" * 8_000_001], ids=["nul", "half a character", "huge"])
def test_what_no_database_keeps_is_refused_before_it(draft: Draft, legality_reviewer: Account, text: str) -> None:
    given = with_parts(files={**content().files, "penalty": text})
    code = code_of(lambda: save_draft(draft.pk, content=given, rev=1, actor=legality_reviewer, at=NOON))
    assert code.startswith("procedure.")
    assert Draft.objects.get(pk=draft.pk).rev == 1


def test_a_note_that_is_too_long_is_refused(case: UUID, handler: Account) -> None:
    assert code_of(lambda: complete_task(case, "t_file", actor=handler, at=NOON, note="长" * 501)) == "text.too_long"


def test_a_drawing_may_not_hide_what_it_says() -> None:
    for hidden in ("\u202e", "\u200b", "\xad", "\U000e0041"):
        with pytest.raises(BpmnRefusedError, match="看不见"):
            read_process(penalty().replace("督办", f"督{hidden}办").encode())
        with pytest.raises(TableRefusedError, match="看不见"):
            parse_table(table().replace("重大案件目录", f"重大{hidden}案件目录").encode())
