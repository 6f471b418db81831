"""Proving a procedure: sound ones pass, and each seeded fault is refused in words that name the place."""

from __future__ import annotations

import tracemalloc

import pytest

from heliograph.kernel.bpmn import BpmnRefusedError, FlowProof, gateway_faults, prove_flow
from heliograph.kernel.tests.bpmn_written import (
    DICTIONARY,
    call,
    chain,
    choice,
    defined,
    end,
    file,
    flow,
    parallel,
    rule,
    sample,
    start,
    task,
    timer,
)


def said(proof: FlowProof) -> str:
    assert not proof.sound
    return "\n".join(map(str, proof.faults))


def test_the_sample_is_sound_and_all_its_markings_are_known() -> None:
    proof = prove_flow(sample())
    assert proof.sound
    assert (len(proof.markings), proof.edges) == (18, 32)
    assert frozenset() in proof.markings
    assert frozenset({"f_t_deliver_p_join", "t_publish", "t_urge"}) in proof.markings
    assert gateway_faults(sample(), DICTIONARY) == ()


TWO = (start(), task("a"), task("b"), end())

SEEDED = {
    "exclusive gateway closes a parallel split": (
        (*TWO, parallel("p"), choice("m"), task("t"), chain("s", "p", "a", "m", "t", "e"), chain("p", "b", "m")),
        "「办理t」（t）：「办理t」尚未办结又被重复进入；例如正在办理：「办理t」",
    ),
    "parallel join closes an exclusive split": (
        (
            *TWO, choice("g", default="d"), parallel("j"), chain("s", "g"), chain("a", "j", "e"), chain("b", "j"),
            flow("c", "g", "a", "材料齐全"), flow("d", "g", "b"),
        ),
        "（j）：流程在此停住：并行汇合等不到其余分支",
    ),
    "branch arrives twice": (
        (
            *TWO, task("c"), parallel("p"), choice("m"), parallel("j"),
            chain("s", "p", "a", "m", "j", "e"), chain("p", "b", "m"), chain("p", "c", "j"),
        ),
        "同一条分支重复到达",
    ),
    "gateways in a circle": (
        (
            start(), choice("g", "甲？", default="d"), choice("h", "乙？", default="k"), task("a"), end(),
            chain("s", "g"), flow("d", "g", "h"), flow("c", "g", "a", "材料齐全"), flow("k", "h", "g"),
            flow("l", "h", "a", "须审核"), chain("a", "e"),
        ),
        "「甲？」（g）：网关之间循环不止",
    ),
    "circle through a rule task": (
        (
            start(), choice("m"), rule("r", "major"), choice("g", default="d"), end(),
            chain("s", "m", "r", "g"), flow("c", "g", "m", "须审核"), flow("d", "g", "e"),
        ),
        "「对照r」（r）：网关之间循环不止",
    ),
    "no way to the end": (
        (
            *TWO, choice("g", default="d"), chain("s", "g"), flow("c", "g", "a", "材料齐全"), flow("d", "g", "e"),
            chain("a", "b", "a"),
        ),
        "从此处起永远不能办结；正在办理：「办理a」",
    ),
    "reminder entered again": (
        (
            start(), task("a"), end(), choice("g", default="d"), timer("b2", "a", interrupting=False), task("u"),
            end("e2"),
            chain("s", "a", "g"), flow("c", "g", "a", "材料齐全"), flow("d", "g", "e"), chain("b2", "u", "e2"),
        ),
        "「办理u」（u）：「办理u」尚未办结又被重复进入；例如正在办理：「办理a」、「办理u」",
    ),
    "unreachable ring": (
        (*TWO, task("c"), chain("s", "a", "e"), chain("b", "c", "b")),
        "「办理b」（b）：办理环节永远走不到",
    ),
    "terminated before it is reached": (
        (
            *TWO, end("x", terminate=True), parallel("p"), parallel("j"),
            chain("s", "p", "x"), chain("p", "a", "j", "b", "e"),
        ),
        "「办理b」（b）：办理环节永远走不到",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEDED)
def test_seeded_faults_are_refused(name: str) -> None:
    parts, words = SEEDED[name]
    assert words in said(prove_flow(defined(*parts)))


def test_a_circle_through_a_called_process_is_refused() -> None:
    empty = file(start(), end(), chain("s", "e"), id="q")
    parts = (start(), choice("m"), call("c", "q"), choice("g", default="d"), end(), chain("s", "m", "c", "g"))
    definition = defined(*parts, flow("again", "g", "m", "须审核"), flow("d", "g", "e"), q=empty)
    assert "「结束」（c/e）：网关之间循环不止" in said(prove_flow(definition))


def test_more_seeded_faults_do_not_even_compile() -> None:
    for parts in (
        (start(), task("a"), end(), chain("s", "a")),  # dead end
        (start(), task("a"), end(), chain("s", "e")),  # never reached
        (start(), '<bpmn:scriptTask id="a"/>', end(), chain("s", "a", "e")),
        (start(), call("c", "main"), end(), chain("s", "c", "e")),  # calls itself
        (*TWO, choice("g", default="d"), chain("s", "g"), flow("d", "g", "a"), flow("c", "g", "b", "().__class__")),
    ):
        with pytest.raises(BpmnRefusedError):
            defined(*parts)


def wide(branches: int) -> tuple[str, ...]:
    tasks = [task(f"t{number}") for number in range(branches)]
    return (start(), parallel("p"), parallel("j"), end(), chain("s", "p"), chain("j", "e"), *tasks,
            *(chain("p", f"t{number}", "j") for number in range(branches)))  # fmt: skip


def test_a_proof_that_would_take_too_long_is_given_up() -> None:
    proof = prove_flow(defined(*wide(10)))
    assert (len(proof.markings), proof.sound) == (2**10, True)
    assert "可能的办理状态超过 100 种" in said(prove_flow(defined(*wide(10)), limit=100))


def test_gateways_between_two_tasks_are_bounded_too() -> None:
    diamonds = [choice(f"{side}{number}") for number in range(60) for side in "xy"]
    ways = [flow(f"{way}{number}", f"x{number}", f"y{number}", "材料齐全") for number in range(60) for way in "ab"]
    links = [chain(f"y{number}", f"x{number + 1}") for number in range(59)]
    definition = defined(start(), end(), *diamonds, *ways, *links, chain("s", "x0"), chain("y59", "e"))
    assert prove_flow(definition).sound
    assert "超过 1 种" in said(prove_flow(definition, limit=1))


def test_many_branches_at_once_take_neither_memory_nor_time() -> None:
    either = [choice(f"g{number}", default=f"b{number}") for number in range(60)]
    tasks = [task(f"{way}{number}") for number in range(60) for way in "xy"]
    merges = [choice(f"m{number}") for number in range(60)]
    drawn = [
        part
        for number in range(60)
        for part in (
            chain("p", f"g{number}"), flow(f"a{number}", f"g{number}", f"x{number}", "材料齐全"),
            flow(f"b{number}", f"g{number}", f"y{number}"), chain(f"x{number}", f"m{number}", "j"),
            chain(f"y{number}", f"m{number}"),
        )
    ]  # fmt: skip
    ends = (start(), parallel("p"), parallel("j"), end(), chain("s", "p"), chain("j", "e"))
    definition = defined(*ends, *either, *tasks, *merges, *drawn)
    tracemalloc.start()
    proof = prove_flow(definition)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "无法证明流程总能办结" in said(proof)
    assert most < 200_000_000


def test_calls_within_calls_have_an_end() -> None:
    inner = {
        f"q{n}": file(start(), call("c", f"q{n + 1}"), end(), chain("s", "c", "e"), id=f"q{n}") for n in range(300)
    }
    inner["q300"] = file(start(), task("t"), end(), chain("s", "t", "e"), id="q300")
    with pytest.raises(BpmnRefusedError, match="逐层调用超过 10 层"):
        defined(start(), call("c", "q0"), end(), chain("s", "c", "e"), **inner)


@pytest.mark.parametrize(
    "conditions",
    [
        ("金额 < 1000000000000000000", "金额 >= 1000000000000000000"),
        ("人数 <= 1000000000000000000",),
        ('期满日 < date("9999-12-31")', '期满日 >= date("9999-12-31")'),
        ('期满日 >= date("0001-01-01")',),
    ],
)
def test_the_ends_of_what_can_be_said_are_covered(conditions: tuple[str, ...]) -> None:
    assert ways(*conditions) == ""


def ways(*conditions: str, default: str = "") -> str:
    """Return what the coverage proof says of one gateway with these conditions."""
    ends = [end(f"e{number}") for number in range(len(conditions) + 1)]
    drawn = [flow(f"c{number}", "g", f"e{number}", one) for number, one in enumerate(conditions)]
    last = flow("d", "g", f"e{len(conditions)}") if default else ""
    gate = choice("g", "何种情形？", default=default)
    definition = defined(start(), gate, *(ends if default else ends[:-1]), chain("s", "g"), *drawn, last)
    return "\n".join(map(str, gateway_faults(definition, DICTIONARY)))


@pytest.mark.parametrize(
    "conditions",
    [
        ("材料齐全", "not(材料齐全)"),
        ("材料齐全 = true", "材料齐全 = false"),
        ('审核意见 = "同意"', '审核意见 = "不同意"'),
        ("金额 < 100", "金额 >= 100"),
        ("金额 in [0..100)", "金额 in [100..5000]", "金额 > 5000"),
        ("金额 >= 0", "金额 < -1"),
        ("人数 <= 2", "人数 >= 3"),
        ("金额 < 人数", "金额 >= 人数"),
        ('contains(情形, "初次")', 'not(contains(情形, "初次"))'),
        ("count(情形) > 1", "count(情形) <= 1"),
        ('备注 = "急"', '备注 != "急"'),
        ("期满日 > 期满日", "期满日 <= 期满日"),
        ("材料齐全 and 须审核", "not(材料齐全)", "not(须审核)"),
    ],
)
def test_gateways_that_leave_no_case_open_are_proven(conditions: tuple[str, ...]) -> None:
    assert ways(*conditions) == ""


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (("材料齐全", "材料齐全"), "例如材料齐全为「否」"),
        (('审核意见 = "同意"', '审核意见 = "同意" and 须审核'), "例如审核意见为「不同意」，须审核为「是」"),
        (("金额 < 100", "金额 > 100"), "例如金额为「100」"),
        (("人数 <= 2", "人数 >= 4"), "例如人数为「3」"),
        (("金额 < 人数", "金额 > 人数"), "有的情况没有出口，例如人数为「"),
        (('contains(情形, "初次")', 'contains(情形, "轻微")'), "例如情形为「无」"),
        (("count(情形) < 2", "count(情形) > 2"), "例如情形为「初次、轻微」"),
        (('备注 = "急"', '备注 = "缓"'), "例如备注为「（其他1）」"),
        (("期满日 > 期满日", "期满日 < 期满日"), "例如期满日为「"),
        (("1 > 2", "2 > 3"), "例如任何情况"),
        (("count(品类) > 1", "count(品类) <= 1"), "取值过多"),
        (('期满日 > date("2026-01-01")', '期满日 < date("2026-01-01")'), "例如期满日为「2026-01-01」"),
        (("金额 * 2 > 5", "金额 * 2 <= 5"), "条件里有计算或取值过多"),
        (("-金额 > 5", "-金额 <= 5"), "条件里有计算"),
        (("max(金额, 人数) > 5", "max(金额, 人数) <= 5"), "条件里有计算"),
        (('contains(备注, "急")', 'not(contains(备注, "急"))'), "条件里有计算"),
        (("没有 = 1", "金额 > 1"), "没有事实“没有”"),
        (("金额 + 1", "金额 > 1"), "结果须是“是或否”"),
        (('审核意见 = "好"', "材料齐全"), "没有“好”这一项"),
        (
            ("金额 = 1", "人数 = 1", "须审核", "材料齐全", "count(情形) = 1", '备注 = "急"', '审核意见 = "同意"'),
            "取值过多",
        ),
    ],
)
def test_gateways_that_leave_a_case_open_are_refused_with_an_example(conditions: tuple[str, ...], words: str) -> None:
    assert words in ways(*conditions)


def test_a_default_covers_the_rest_but_not_an_unknown_fact() -> None:
    assert ways("金额 * 2 > 5", default="d") == ""
    assert "没有事实" in ways("没有的事实", default="d")


def test_facts_asked_for_must_be_known() -> None:
    definition = defined(start(), task("t", zf_facts="金额，没有的"), end(), chain("s", "t", "e"))
    assert [str(one) for one in gateway_faults(definition, DICTIONARY)] == [
        "「办理t」（t）：要求填写的事项「没有的」不在事项目录里"
    ]
