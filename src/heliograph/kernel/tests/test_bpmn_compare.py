"""Two definitions compared: each change is a sentence a lawyer can judge; cases move over only to known markings."""

from __future__ import annotations

import pytest

from heliograph.kernel.bpmn import Definition, compile_definition, prove_flow, read_process
from heliograph.kernel.bpmn.compare import carries_over, compare_definitions
from heliograph.kernel.tests import bpmn_written as w


def changed(*replacements: tuple[str, str]) -> Definition:
    """Return the sample with some of its text replaced."""
    text = w.SAMPLE.decode()
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    files = {"sample": read_process(text.encode()), "review": read_process(w.REVIEW)}
    return compile_definition("sample", files, w.TABLES | {"other": w.TABLES["major"]})


def said(*replacements: tuple[str, str]) -> list[str]:
    return [str(change) for change in compare_definitions(w.sample(), changed(*replacements))]


def test_the_same_definition_has_no_changes() -> None:
    assert compare_definitions(w.sample(), w.sample()) == ()


FROM_TO = "「材料齐全？」→「实质审查（两人以上）」"
LATE = 'sourceRef="b_late" targetRef='
REMINDS = 'cancelActivity="false"', 'cancelActivity="true"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name="受理审查"', 'name="收件审查"', "办理环节「受理审查」改名为「收件审查」"),
        ('zf:limit="accept_5"', 'zf:limit="accept_7"', "办理环节「受理审查」的期限：「accept_5」 → 「accept_7」"),
        ('zf:limit="accept_5"', "", "办理环节「受理审查」的期限：「accept_5」 → 未写"),
        ('zf:limit="ten_days"', 'zf:limit="x"', "期限事件「到期b_late」的期限：「ten_days」 → 「x」"),
        ('id="t_archive"', 'id="t_archive" zf:role="clerk"', "办理环节「归档」的承办角色：「handler」 → 「clerk」"),
        ('zf:officers="2"', "", "办理环节「实质审查（两人以上）」的执法人员人数：「2 人」 → 「1 人」"),
        ('zf:onsite="true"', "", "办理环节「实质审查（两人以上）」的亮证要求：「须先亮证」 → 「不须先亮证」"),
        ('zf:exclude="t_examine"', "", "办理环节「负责人作出决定」的回避的环节：「t_examine」 → 未写"),
        ('zf:act="decide"', 'zf:unit="总队"', "办理环节「负责人作出决定」的办理动作：「decide」 → 未写"),
        ('zf:act="decide"', 'zf:unit="总队"', "办理环节「负责人作出决定」的承办单位：未写 → 「总队」"),
        ('zf:decision="major"', 'zf:decision="other"', "规则环节「对照r_major」的所对照的表：「major」 → 「other」"),
        (*REMINDS,
         "期限事件「到期b_unpublished」的到期的效果：「只作提醒」 → 「中断环节」"),
        ("<bpmn:terminateEventDefinition/>", "", "结束事件「视为撤回」的结束的效果：「终止全部」 → 「只结束本支」"),
        ("材料齐全 = true", "not(材料齐全 = false)",
         f"连线「齐全」（{FROM_TO}）的条件：「材料齐全 = true」 → 「not(材料齐全 = false)」"),
        ('name="不齐全"', 'name="欠缺"', "连线 「材料齐全？」→「一次告知补正」的名称：「不齐全」 → 「欠缺」"),
        (f'{LATE}"e_void"', f'{LATE}"t_accept"',
         "连线改接：原为 「到期b_late」→「视为撤回」，现为 「到期b_late」→「受理审查」"),
    ],
)  # fmt: skip
def test_each_change_is_said(old: str, new: str, message: str) -> None:
    extra: list[tuple[str, str]] = []
    if "targetRef" in old:
        extra.append(('sourceRef="t_correct" targetRef="t_accept"', 'sourceRef="t_correct" targetRef="e_void"'))
    assert message in said((old, new), *extra)


DECIDED = 'sourceRef="t_decide" targetRef='
SPLIT = '<bpmn:parallelGateway id="p_split">'
IN_LANE = "<bpmn:flowNodeRef>t_decide</bpmn:flowNodeRef>"
SIGNED = (
    (
        f'{DECIDED}"p_split"></bpmn:sequenceFlow>',
        f'{DECIDED}"t_sign"></bpmn:sequenceFlow>{w.chain("t_sign", "p_split")}',
    ),
    (SPLIT, w.task("t_sign", "签发", zf_role="") + SPLIT),
    (IN_LANE, IN_LANE + IN_LANE.replace("t_decide", "t_sign")),
)


def test_tasks_added_removed_and_renumbered_are_said() -> None:
    assert said(*SIGNED) == [
        "新增办理环节「签发」",
        "连线改接：原为 「负责人作出决定」→「p_split」，现为 「负责人作出决定」→「签发」",
    ]
    back = [str(change) for change in compare_definitions(changed(*SIGNED), w.sample())]
    assert back[0] == "删去办理环节「签发」"
    assert said(("t_archive", "t_file"))[0] == (
        "办理环节「归档」的编号由 t_archive 改为 t_file，正停在此处的案件不能转入"
    )


def test_flows_between_known_places_are_said() -> None:
    extra = w.flow("f_third", "g_major", "t_archive", "金额 > 9", "特急")
    added = changed(('<bpmn:sequenceFlow id="f_major"', extra + '<bpmn:sequenceFlow id="f_major"'))
    assert [str(one) for one in compare_definitions(w.sample(), added)] == ["新增连线：「须法制审核？」→「归档」"]
    assert [str(one) for one in compare_definitions(added, w.sample())] == ["删去连线：「须法制审核？」→「归档」"]


def test_a_default_reads_as_all_other_cases() -> None:
    flow = w.flow("f_minor", "g_major", "t_decide", name="不须审核")
    explicit = w.flow("f_minor", "g_major", "t_decide", "not(须审核)", "不须审核")
    assert said((flow, explicit), (' default="f_minor"', "")) == [
        "连线「不须审核」（「须法制审核？」→「负责人作出决定」）的条件：「其余情况」 → 「not(须审核)」"
    ]
    unnamed = changed((' name="不须审核"', ""))
    other = changed((flow, explicit.replace(' name="不须审核"', "")), (' default="f_minor"', ""))
    assert str(compare_definitions(unnamed, other)[0]).startswith("连线 「须法制审核？」→「负责人作出决定」的条件")


def test_cases_move_over_only_to_markings_that_the_new_release_knows() -> None:
    old, signed, renamed = w.sample(), changed(*SIGNED), changed(("t_archive", "t_file"))
    proofs = {name: prove_flow(one) for name, one in (("old", old), ("signed", signed), ("renamed", renamed))}
    assert all(carries_over(marking, proofs["signed"]) for marking in proofs["old"].markings)
    refused = [marking for marking in proofs["old"].markings if not carries_over(marking, proofs["renamed"])]
    assert refused
    assert all(any("t_archive" in place for place in marking) for marking in refused)
    assert not carries_over({"t_accept", "t_decide"}, proofs["old"])


def test_nothing_moves_over_to_a_procedure_that_is_not_sound() -> None:
    broken = w.defined(w.start(), w.task("a"), w.task("b"), w.end(), w.chain("s", "a", "e"), w.chain("b", "b"))
    proof = prove_flow(broken)
    assert not proof.sound
    assert not carries_over({"a"}, proof)
