"""Running a case: what opens, what closes, what is refused; and random procedures that always come to an end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.kernel.bpmn import Definition, Move, Passed, StuckError, begin, complete, fire, prove_flow
from heliograph.kernel.bpmn.notation import Kind
from heliograph.kernel.feel import FactValue, MissingFact
from heliograph.kernel.tests.bpmn_blocks import Block, blocks, parts_of
from heliograph.kernel.tests.bpmn_written import (
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


def walked(definition: Definition, *places: str, **facts: FactValue) -> Move:
    """Take steps one after the other, whether tasks or timers; the facts are there from the start."""
    move = begin(definition, facts)
    known = dict(facts)
    for place in places:
        step = fire if definition.nodes[place].kind is Kind.TIMER else complete
        move = step(definition, move.marking, place, known)
        known.update(move.facts)
    return move


def test_a_case_runs_to_its_end() -> None:
    definition = sample()
    facts: dict[str, FactValue] = {"材料齐全": True, "金额": 20_000, "审核意见": "同意"}
    move = walked(definition, "t_accept", "t_examine", **facts)
    assert (move.opened, move.closed, move.facts) == (("c_review/t_opinion",), ("t_examine",), {"须审核": True})
    assert Passed("r_major", "f_r_major_g_major", ("row_large",)) in move.passed
    assert move.passed[-1] == Passed("c_review/s", "c_review/f_s_t_opinion")
    path = ["t_accept", "t_examine", "c_review/t_opinion"]
    move = walked(definition, *path, **facts)
    assert Passed("c_review/e_agreed", None) in move.passed
    assert Passed("c_review", "f_c_review_g_opinion") in move.passed
    assert (move.opened, move.ended) == (("t_decide",), False)
    path += ["t_decide", "t_deliver"]
    move = walked(definition, *path, **facts)
    assert move.opened == ("f_t_deliver_p_join",)
    assert move.marking == {"f_t_deliver_p_join", "t_publish", "b_unpublished"}
    path += ["b_unpublished", "t_publish", "t_archive"]
    move = walked(definition, *path, **facts)
    assert (set(move.marking), move.ended) == ({"t_urge"}, False)
    move = walked(definition, *path, "t_urge", **facts)
    assert (move.marking, move.ended, move.opened, move.closed) == (frozenset(), True, (), ("t_urge",))


def test_timers_interrupt_or_remind() -> None:
    definition = sample()
    move = walked(definition, "t_accept", 材料齐全=False)
    assert move.opened == ("t_correct", "b_late")
    late = walked(definition, "t_accept", "b_late", 材料齐全=False)
    assert (late.ended, late.closed) == (True, ("b_late", "t_correct"))
    done = walked(definition, "t_accept", "t_correct", 材料齐全=False)
    assert (done.opened, done.closed) == (("t_accept",), ("b_late", "t_correct"))
    reminder = defined(
        start(),
        task("t"),
        timer("b", "t", interrupting=False),
        task("u"),
        end(),
        chain("s", "t", "e"),
        chain("b", "u", "e"),
    )
    assert walked(reminder, "b").marking == {"t", "u"}
    assert walked(reminder, "b", "t").marking == {"u"}


def test_a_step_twice_or_of_the_wrong_kind_is_refused() -> None:
    definition = sample()
    marking = walked(definition, "t_accept", 材料齐全=False).marking
    with pytest.raises(StuckError, match="「受理审查」不是当前待办的环节"):
        complete(definition, marking, "t_accept", {})
    with pytest.raises(StuckError, match="「gone」不是当前待办的环节") as refused:
        complete(definition, marking, "gone", {})
    assert refused.value.place == "gone"
    with pytest.raises(StuckError, match="是期限，只能到期触发"):
        complete(definition, marking, "b_late", {})
    with pytest.raises(StuckError, match="是办理环节，不会到期"):
        fire(definition, marking, "t_correct", {})
    with pytest.raises(StuckError, match="不是当前待办"):
        complete(definition, {"f_t_deliver_p_join"}, "f_t_deliver_p_join", {})


def test_facts_given_are_not_changed_and_missing_ones_are_named() -> None:
    definition = sample()
    facts: dict[str, FactValue] = {"金额": 5}
    assert complete(definition, {"t_examine"}, "t_examine", facts).facts == {"须审核": False}
    assert facts == {"金额": 5}
    with pytest.raises(MissingFact, match="金额"):
        complete(definition, {"t_examine"}, "t_examine", {})
    with pytest.raises(MissingFact) as missing:
        complete(definition, {"t_accept"}, "t_accept", {})
    assert missing.value.name == "材料齐全"


def test_a_gateway_without_a_way_out_and_a_condition_without_an_answer_are_refused() -> None:
    two = (start(), choice("g", "是否？"), end(), end("e2"), chain("s", "g"))
    definition = defined(*two, flow("a", "g", "e", "人数 > 3"), flow("b", "g", "e2", "人数 < 3"))
    assert begin(definition, {"人数": 4}).ended
    with pytest.raises(StuckError, match="「是否？」没有满足条件的出口"):
        begin(definition, {"人数": 3})
    odd = defined(*two, flow("a", "g", "e", "人数 + 1"), flow("b", "g", "e2", "人数 < 3"))
    with pytest.raises(StuckError, match="得不出是或否"):
        begin(odd, {"人数": 3})


def test_the_first_way_that_holds_is_taken_and_the_default_only_then() -> None:
    ways = flow("z", "g", "t1"), flow("a", "g", "t2", "人数 > 3"), flow("b", "g", "t3", "人数 > 5")
    tasks = (task("t1"), task("t2"), task("t3"), end(), *(chain(f"t{n}", "e") for n in (1, 2, 3)))
    definition = defined(start(), choice("g", default="z"), *tasks, chain("s", "g"), *ways)
    assert begin(definition, {"人数": 6}).opened == ("t2",)
    assert begin(definition, {"人数": 1}).opened == ("t1",)
    assert begin(definition, {"人数": 1}).passed[-1] == Passed("g", "z")


def test_a_task_that_loops_to_itself_closes_and_opens() -> None:
    loop = flow("again", "g", "t", "材料齐全 = false")
    parts = (start(), task("t"), timer("b", "t"), choice("g", default="on"), end(), end("e2"), chain("b", "e2"))
    definition = defined(*parts, chain("s", "t", "g"), loop, flow("on", "g", "e"))
    move = complete(definition, {"t", "b"}, "t", {"材料齐全": False})
    assert (move.closed, move.opened, set(move.marking)) == (("b", "t"), ("t", "b"), {"t", "b"})


CALLED = file(
    start(), parallel("p"), task("a"), task("b"), end("e1"), end("e2", terminate=True),
    chain("s", "p", "a", "e1"), chain("p", "b", "e2"), id="q",
)  # fmt: skip


def test_a_called_process_goes_on_when_its_last_token_ends_or_is_terminated() -> None:
    parts = (start(), parallel("f"), call("c", "q"), task("x"), parallel("j"), task("t"), end())
    definition = defined(*parts, chain("s", "f", "c", "j"), chain("f", "x", "j"), chain("j", "t", "e"), q=CALLED)
    assert begin(definition, {}).marking == {"c/a", "c/b", "x"}
    assert walked(definition, "c/a").marking == {"c/b", "x"}
    assert walked(definition, "c/a", "c/b").marking == {"f_c_j", "x"}
    terminated = walked(definition, "c/b")
    assert (set(terminated.marking), terminated.closed) == ({"f_c_j", "x"}, ("c/a", "c/b"))
    assert walked(definition, "x", "c/b").marking == {"t"}


def test_terminating_stops_tokens_still_on_their_way() -> None:
    parts = (start(), parallel("p"), end("e1", terminate=True), task("t"), end("e2"))
    definition = defined(*parts, chain("s", "p", "e1"), chain("p", "t", "e2"))
    move = begin(definition, {})
    assert (move.ended, move.opened) == (True, ())


def test_a_called_process_with_tokens_on_their_way_is_not_over() -> None:
    called = file(
        start(), parallel("p"), end("e1"), task("t"), end("e2"), chain("s", "p", "e1"), chain("p", "t", "e2"), id="q"
    )
    definition = defined(start(), call("c", "q"), end(), chain("s", "c", "e"), q=called)
    assert begin(definition, {}).marking == {"c/t"}
    assert walked(definition, "c/t").ended


def test_gateways_that_turn_for_ever_are_stopped() -> None:
    parts = (start(), choice("g", default="out"), rule("r", "major"), end())
    definition = defined(
        *parts, chain("s", "g"), flow("in", "g", "r", "金额 > 0"), chain("r", "g"), flow("out", "g", "e")
    )
    assert begin(definition, {"金额": 0}).ended
    with pytest.raises(StuckError, match="循环不止"):
        begin(definition, {"金额": 1})


def test_an_open_task_is_not_entered_again_and_no_branch_arrives_twice() -> None:
    merged = (start(), parallel("p"), task("a"), task("b"), choice("m"), task("t"), end())
    definition = defined(*merged, chain("s", "p", "a", "m", "t", "e"), chain("p", "b", "m"))
    with pytest.raises(StuckError, match="「办理t」尚未办结又被重复进入"):
        walked(definition, "a", "b")
    joined = (start(), parallel("p"), task("a"), task("b"), task("c"), choice("m"), parallel("j"), end())
    definition = defined(*joined, chain("s", "p", "a", "m", "j", "e"), chain("p", "b", "m"), chain("p", "c", "j"))
    with pytest.raises(StuckError, match="同一条分支重复到达"):
        walked(definition, "a", "b")


@settings(max_examples=60, deadline=None)
@given(blocks(), st.data())
def test_procedures_made_of_blocks_are_sound_and_every_walk_through_them_ends(
    block: Block, data: st.DataObject
) -> None:
    definition = defined(*parts_of(block))
    proof = prove_flow(definition)
    assert proof.faults == ()
    assert frozenset() in proof.markings
    move = begin(definition, {"材料齐全": data.draw(st.booleans())})
    for _ in range(400):
        assert move.marking in proof.markings
        if move.ended:
            break
        place = data.draw(st.sampled_from(sorted(move.marking & set(definition.nodes))))
        facts = {"材料齐全": data.draw(st.booleans())}
        before = move.marking
        step = fire if definition.nodes[place].kind is Kind.TIMER else complete
        move = step(definition, before, place, facts)
        assert place in move.closed
        assert move.marking == (before - set(move.closed)) | set(move.opened)
    else:
        # A loop may be walked long; giving the answer that leaves it always leads out.
        move = _led_out(definition, move)
    assert move.ended


def _led_out(definition: Definition, move: Move) -> Move:
    for _ in range(2_000):
        tasks = sorted(place for place in move.marking if place in definition.nodes)
        if not tasks:
            break
        place = next((one for one in tasks if definition.nodes[one].kind is Kind.TASK), tasks[0])
        move = complete(definition, move.marking, place, {"材料齐全": True})
    return move
