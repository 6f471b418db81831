"""The rules of release approval from values alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from heliograph.disclosure import rules
from heliograph.kernel.packs.schema import FieldDef, Register
from heliograph.kernel.verdict import Allowed, Refused, Verdict

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
AUTHOR, REVIEWER, APPROVER = uuid4(), uuid4(), uuid4()
STAGES = [
    rules.Stage("legal_review", "法制审核", "legality_reviewer", "WS公5"),
    rules.Stage("approve", "发布审批", "release_approver", "WS公8"),
]
ROLES = {"legality_reviewer", "release_approver"}


def release(
    index: int = 0, state: str = "in_review", unfounded: tuple[str, ...] = (), deciders: frozenset[UUID] = frozenset()
) -> rules.ReleaseState:
    return rules.ReleaseState(state, STAGES, index, frozenset({AUTHOR}), deciders, unfounded)


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize("state", ["returned", "published"])
def test_a_closed_release_takes_no_decision(state: str) -> None:
    verdict = rules.may_decide(release(2, state), stage="approve", roles=ROLES, actor=APPROVER)
    assert code(verdict) == "release.closed"


def test_the_stage_that_waits_is_decided_by_its_role() -> None:
    verdict = rules.may_decide(release(1), stage="approve", roles={"release_approver"}, actor=APPROVER)
    assert verdict == Allowed()


def test_a_stage_that_does_not_wait_is_named_in_the_refusal() -> None:
    verdict = rules.may_decide(release(), stage="approve", roles=ROLES, actor=APPROVER)
    assert code(verdict) == "release.stage_skipped"
    assert "发布审批" in str(verdict)


def test_a_stage_that_does_not_exist_is_named_as_it_was_given() -> None:
    verdict = rules.may_decide(release(), stage="不存在", roles=ROLES, actor=APPROVER)
    assert "不存在" in str(verdict)


def test_the_wrong_role_is_refused() -> None:
    verdict = rules.may_decide(release(), stage="legal_review", roles={"handler"}, actor=REVIEWER)
    assert code(verdict) == "release.wrong_role"


def test_the_author_is_refused() -> None:
    assert code(rules.may_decide(release(), stage="legal_review", roles=ROLES, actor=AUTHOR)) == "release.own_work"


def test_whoever_passed_the_stage_before_is_refused() -> None:
    waiting = release(1, deciders=frozenset({REVIEWER}))
    assert code(rules.may_decide(waiting, stage="approve", roles=ROLES, actor=REVIEWER)) == "release.two_stages"


def test_unfounded_demands_must_each_have_been_seen() -> None:
    waiting = release(unfounded=("条件：甲", "条件：乙"))
    assert code(rules.may_pass(waiting, ["条件：甲"])) == "release.unfounded"
    assert rules.may_pass(waiting, ["条件：甲", "条件：乙"]) == Allowed()


def test_a_return_needs_a_reason() -> None:
    assert code(rules.may_return(release(), "  ")) == "release.no_reason"
    assert rules.may_return(release(), "补注依据") == Allowed()


def test_one_version_at_a_time_is_handed_in_and_each_once() -> None:
    assert rules.may_submit(sealed=False, in_review=False) == Allowed()
    assert code(rules.may_submit(sealed=True, in_review=True)) == "release.pending"
    assert code(rules.may_submit(sealed=True, in_review=False)) == "release.sealed"
    assert code(rules.may_submit(sealed=False, in_review=False, changed=True)) == "release.changed"


def test_only_what_is_current_is_withdrawn_and_the_public_learns_why() -> None:
    assert rules.may_withdraw(current=True, reason="依据废止") == Allowed()
    assert code(rules.may_withdraw(current=False, reason="依据废止")) == "publication.not_current"
    assert code(rules.may_withdraw(current=True, reason=" ")) == "publication.no_reason"


REGISTER = Register(
    id="guides",
    basis=["WS公5"],
    name="服务指南",
    phase="before",
    fields=[
        FieldDef(id="name", label="名称"),
        FieldDef(id="conditions", label="条件", type="lines"),
        FieldDef(id="basis", label="依据", type="basis"),
        FieldDef(id="category", label="类别", type="choices"),
        FieldDef(id="open", label="在办", type="yesno"),
        FieldDef(id="note", label="内部", public=False),
    ],
    title_field="name",
    list_fields=["name"],
    compiled_by="窗口",
    release_chain="default",
)
DATA = {
    "name": "人力资源服务许可",
    "conditions": [{"text": "有场所", "basis": ""}, {"text": "有章程", "basis": "条例@2018:18"}],
    "basis": ["条例@2018:18"],
    "category": ["行政许可", "行政处罚"],
    "open": True,
    "note": "内部核对",
}


def test_lines_without_an_article_are_unfounded_unless_they_were_public() -> None:
    assert rules.unfounded_lines(REGISTER, DATA, None) == ["条件：有场所"]
    assert rules.unfounded_lines(REGISTER, DATA, {"conditions": [{"text": "有场所", "basis": ""}]}) == []
    assert rules.unfounded_lines(REGISTER, {}, None) == []


def test_a_guarded_running_text_is_named_when_it_changed() -> None:
    fields = [FieldDef(id="materials", label="材料", type="longtext"), FieldDef(id="remark", label="说明", type="text")]
    texts = REGISTER.model_copy(update={"fields": fields})
    data = {"materials": "申请书\r\n身份证", "remark": "先到先办"}
    assert rules.unfounded_lines(texts, data, None) == ["材料：申请书 身份证（内容有变动）"]
    assert rules.unfounded_lines(texts, data, {"materials": "申请书\n身份证"}) == []
    assert rules.unfounded_lines(texts, data, data, ["remark"]) == []
    both = rules.unfounded_lines(texts, data, {"materials": "申请书"}, ["remark"])
    assert both == ["材料：申请书 身份证（内容有变动）", "说明：先到先办（内容有变动）"]
    long = {"materials": "材" * 100}
    assert rules.unfounded_lines(texts, long, None) == [f"材料：{'材' * 60}…（内容有变动）"]


def test_the_public_reads_only_public_fields() -> None:
    public = rules.public_fields(REGISTER, DATA)
    assert "note" not in public
    assert public["name"] == "人力资源服务许可"


def test_search_finds_words_lines_and_lists_but_nothing_internal() -> None:
    text = rules.search_text(REGISTER, rules.public_fields(REGISTER, DATA))
    for word in ("人力资源服务许可", "有场所", "行政处罚"):
        assert word in text
    assert "内部" not in text


def test_several_categories_are_joined_and_none_is_empty() -> None:
    assert rules.category_of(DATA) == "行政许可、行政处罚"
    assert rules.category_of({"category": "行政许可"}) == "行政许可"
    assert rules.category_of({}) == ""


# -- what a basis may be
@pytest.mark.parametrize(
    "basis",
    [
        "行政处罚法@2021:48",
        "行政处罚法@2021:48、WS公7(一)",
        "XLT四(一)2",
        "《关于修改某条例的决定》第三项",
        "某政办发〔2026〕5号",
    ],
)
def test_a_basis_names_what_can_be_looked_up(basis: str) -> None:
    assert rules.may_rest_on(basis)


@pytest.mark.parametrize("basis", ["", " ", "领导要求", "行政处罚法", "行政处罚法@2021:48、口头通知"])
def test_a_basis_that_names_nothing_is_refused(basis: str) -> None:
    assert not rules.may_rest_on(basis)


def test_keys_in_one_line_are_whole_and_the_rest_is_counted() -> None:
    keys = [f"行政处罚法@2021:{number}" for number in range(1, 40)]
    line = rules.joined(keys)
    assert len(line) <= rules.BASIS_LIMIT
    kept, _, rest = line.rpartition("等")
    assert kept.split("、") == keys[: kept.count("、") + 1]
    assert rest == " 39 条"
    assert rules.joined(keys[:2]) == "行政处罚法@2021:1、行政处罚法@2021:2"


# -- adjustments
@pytest.mark.parametrize(
    ("cited", "touched"),
    [("a@2021:61", True), ("a@2021:61(2)", True), ("a@2021:61(1)", False), ("a@2021:61-1", False), ("a@2021:6", False)],
)
def test_a_citation_is_touched_by_its_own_paragraph_and_its_whole(cited: str, touched: bool) -> None:
    assert rules.rests_on([cited], "a@2021:61(2)") is touched


@pytest.mark.parametrize(
    ("kind", "cited", "adjusted", "done"),
    [
        ("amended", "a@2021:61", False, False),
        ("amended", "a@2021:61", True, True),
        ("amended", "a@2021:62", False, True),
        ("repealed", "a@2021:61", True, False),
        ("repealed", "a@2021:62", False, True),
    ],
)
def test_what_does_an_adjustment_asked(kind: str, cited: str, adjusted: bool, done: bool) -> None:
    asked = rules.OpenAdjustment(kind, "a@2021:61", NOON)
    assert rules.fulfils(asked, cited=[cited], written_at=NOON, adjusted=adjusted) is done


def test_a_moved_function_is_done_when_the_author_says_so_and_never_by_what_was_written_before() -> None:
    moved = rules.OpenAdjustment("function", "", NOON)
    assert rules.fulfils(moved, cited=[], written_at=NOON, adjusted=True)
    assert not rules.fulfils(moved, cited=[], written_at=NOON, adjusted=False)
    assert not rules.fulfils(moved, cited=[], written_at=NOON - timedelta(days=1), adjusted=True)
