"""Rules of publications of decisions, each way out of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from heliograph.disclosure.rules import deciding, showing
from heliograph.disclosure.rules.deciding import CaseStanding, Handled, Standing
from heliograph.disclosure.rules.showing import Replaced
from heliograph.kernel.verdict import Refused, Verdict

DAY = date(2031, 1, 10)
ME, OTHER, OFFICER = uuid4(), uuid4(), uuid4()
CASE = CaseStanding("decision", decided=True, served=True)
WAITING = Standing("new", "waiting", ME)
PUBLIC = Standing("public", "", ME)


def code(verdict: Verdict) -> str:
    if isinstance(verdict, Refused):
        assert verdict.basis
        return verdict.code
    return ""


def test_there_must_be_something_to_publish() -> None:
    assert code(deciding.may_prepare(CASE)) == ""
    assert code(deciding.may_prepare(CaseStanding("decision", decided=False))) == "publication.undecided"
    result = CaseStanding("result", decided=False, has_result=True)
    assert code(deciding.may_prepare(result)) == ""
    assert code(deciding.may_prepare(replace(result, has_result=False))) == "publication.no_result"
    assert code(deciding.may_prepare(replace(result, decided=True))) == "publication.no_result"
    closing = CaseStanding("closing", decided=True, closed=True)
    assert code(deciding.may_prepare(closing)) == ""
    assert code(deciding.may_prepare(replace(closing, closed=False))) == "publication.not_closed"
    assert code(deciding.may_prepare(replace(closing, decided=False))) == "publication.not_closed"


@pytest.mark.parametrize(
    ("draft", "said"),
    [("preparing", ""), ("returned", ""), ("waiting", "publication.waiting"), ("", "publication.closed")],
)
def test_a_draft_is_written_while_nobody_judges_it(draft: str, said: str) -> None:
    assert code(deciding.may_write(Standing("new", draft))) == said


def test_the_summary_is_whole() -> None:
    assert code(deciding.are_lines_sound({"甲": "一"}, ["甲"])) == ""
    assert code(deciding.are_lines_sound({"甲": " "}, ["甲"])) == "publication.incomplete"
    assert code(deciding.are_lines_sound({"甲": "字" * 4001}, ["甲"])) == "publication.too_long"


def test_what_the_case_gives_stays_as_it_is_or_is_left_out() -> None:
    case = {"甲": "一", "乙": "二"}
    assert code(deciding.are_lines_true({"甲": "一", "乙": "另"}, case, {"甲"})) == ""
    assert code(deciding.are_lines_true({"乙": "二"}, case, {"甲"})) == ""
    assert code(deciding.are_lines_true({"甲": "二"}, case, {"甲"})) == "publication.line_changed"
    assert code(deciding.are_lines_true({"丙": "三"}, case, {"丙"})) == "publication.line_changed"


def test_a_term_that_is_over_is_not_begun() -> None:
    assert code(deciding.is_term_open(None, DAY)) == code(deciding.is_term_open(DAY, DAY)) == ""
    assert code(deciding.is_term_open(date(2031, 1, 9), DAY)) == "publication.term_over"


def test_what_stands_is_ended_by_who_decides() -> None:
    assert code(deciding.may_end(annulled=True, deciding=False)) == ""
    assert code(deciding.may_end(annulled=False, deciding=True)) == ""
    assert code(deciding.may_end(annulled=False, deciding=False)) == "publication.stands"


def test_the_full_text_needs_a_document() -> None:
    assert code(deciding.may_choose_form("full", issued=True)) == ""
    assert code(deciding.may_choose_form("summary", issued=False)) == ""
    assert code(deciding.may_choose_form("full", issued=False)) == "publication.no_text"


def test_every_group_is_confirmed_and_keeping_has_its_reason() -> None:
    hidden = Handled("王某", "mask", "mask", "", confirmed=True)
    assert code(deciding.is_handled([hidden, Handled("12345", "keep", "keep", "", confirmed=True)])) == ""
    assert code(deciding.is_handled([replace(hidden, confirmed=False)])) == "publication.unconfirmed"
    assert code(deciding.is_handled([replace(hidden, action="keep")])) == "publication.keep_reason"
    assert code(deciding.is_handled([replace(hidden, action="keep", reason="法定代表人依法公示")])) == ""


def test_a_term_has_its_provision_and_ends_after_the_decision() -> None:
    assert code(deciding.is_term_given(None, "", decided_on=DAY)) == ""
    assert code(deciding.is_term_given(date(2031, 2, 1), " ", decided_on=DAY)) == "publication.term_basis"
    assert code(deciding.is_term_given(DAY, "某文件第三条", decided_on=DAY)) == "publication.term_dates"
    assert code(deciding.is_term_given(date(2031, 2, 1), "某文件第三条", decided_on=DAY)) == ""


def test_a_ground_is_one_of_the_rules() -> None:
    assert code(deciding.is_ground_known("", known=False)) == ""
    assert code(deciding.is_ground_known("secret", known=True)) == ""
    assert code(deciding.is_ground_known("secret", known=False)) == "publication.no_ground"


def test_what_is_handed_in_was_examined_and_tells_of_no_minor() -> None:
    draft = Standing("new", "preparing", ME)

    def may(standing: Standing = draft, case: CaseStanding = CASE, *, ground: str = "", said: str = "无",
            treatable: bool = True) -> str:  # fmt: skip
        return code(deciding.may_submit(standing, case, ground=ground, examined=said, treatable=treatable))

    assert may() == ""
    assert may(WAITING) == "publication.waiting"
    assert may(said=" ") == "publication.unexamined"
    young = replace(CASE, minors=("小明",))
    assert may(case=young) == "publication.minor"
    assert may(case=young, ground="privacy", treatable=True) == "publication.minor"
    assert may(case=young, ground="secret", treatable=False) == ""


def test_a_second_person_of_the_chain_answers() -> None:
    def may(standing: Standing = WAITING, actor: UUID = OTHER, roles: frozenset[str] = frozenset({"approver"})) -> str:
        verdict = deciding.may_answer(
            standing, actor=actor, own={OFFICER}, roles=roles, releasing="approver", basis="WS公8"
        )
        return code(verdict)

    assert may() == ""
    assert may(PUBLIC) == "publication.not_waiting"
    assert may(roles=frozenset({"handler"})) == "role.missing"
    assert may(actor=ME) == may(actor=OFFICER) == "publication.same_person"


def test_what_is_released_stands_unchanged_and_served() -> None:
    def may(case: CaseStanding = CASE, *, unchanged: bool = True, ground: str = "", treatable: bool = True) -> str:
        return code(deciding.may_release(case, unchanged=unchanged, ground=ground, treatable=treatable))

    assert may() == ""
    assert may(replace(CASE, annulled=True)) == "publication.annulled"
    assert may(unchanged=False) == "publication.changed"
    assert may(replace(CASE, served=False)) == "publication.not_served"
    assert may(CaseStanding("result", decided=False, has_result=True)) == ""
    assert may(ground="privacy", treatable=True) == ""
    assert may(ground="secret", treatable=False) == "publication.ground"
    assert may(replace(CASE, minors=("小明",))) == "publication.minor"


def test_returning_and_withholding_say_why() -> None:
    assert code(deciding.may_return("文号有误")) == ""
    assert code(deciding.may_return(" ")) == "publication.no_reason"
    assert code(deciding.may_withhold(WAITING, ground="secret", known=True, treatable=False)) == ""
    assert code(deciding.may_withhold(WAITING, ground="", known=False, treatable=False)) == "publication.no_ground"
    assert (
        code(deciding.may_withhold(WAITING, ground="secret", known=False, treatable=False)) == "publication.no_ground"
    )
    assert code(deciding.may_withhold(WAITING, ground="privacy", known=True, treatable=True)) == "publication.treatable"
    assert code(deciding.may_withhold(PUBLIC, ground="secret", known=True, treatable=False)) == "publication.is_public"


def test_withdrawal_says_why_and_by_what() -> None:
    assert code(deciding.may_withdraw(PUBLIC, reason="决定被撤销", basis="行政处罚法48")) == ""
    assert code(deciding.may_withdraw(WAITING, reason="决定被撤销", basis="行政处罚法48")) == "publication.not_public"
    assert code(deciding.may_withdraw(PUBLIC, reason=" ", basis="行政处罚法48")) == "publication.no_reason"
    assert code(deciding.may_withdraw(PUBLIC, reason="决定被撤销", basis="")) == "publication.no_basis"


def test_a_public_reason_names_nobody() -> None:
    assert code(deciding.may_tell("决定被撤销", ["王某", "决"])) == ""
    assert code(deciding.may_tell("对王某的决定被撤销", ["王某"])) == "publication.tells"
    assert code(deciding.may_tell("字" * 301, [])) == "publication.too_long"


def test_one_correction_at_a_time_with_its_reason() -> None:
    assert code(deciding.may_correct(PUBLIC, reason="金额有误")) == ""
    assert code(deciding.may_correct(WAITING, reason="金额有误")) == "publication.not_public"
    assert code(deciding.may_correct(Standing("public", "preparing"), reason="金额有误")) == "publication.correcting"
    assert code(deciding.may_correct(PUBLIC, reason="")) == "publication.no_reason"


def test_a_term_ends_with_its_last_day() -> None:
    assert code(deciding.may_expire(WAITING, ends_on=DAY, on=DAY)) == "publication.not_public"
    assert code(deciding.may_expire(PUBLIC, ends_on=None, on=DAY)) == "publication.term_runs"
    assert code(deciding.may_expire(PUBLIC, ends_on=DAY, on=DAY)) == "publication.term_runs"
    assert code(deciding.may_expire(PUBLIC, ends_on=DAY, on=date(2031, 1, 11))) == ""


def test_chain_leaks_and_revisions() -> None:
    assert code(deciding.is_one_stage(1, "WS公8")) == ""
    assert code(deciding.is_one_stage(2, "WS公8")) == "publication.chain"
    assert code(deciding.is_safe([])) == ""
    assert code(deciding.is_safe(["姓名“王某”仍在"])) == "publication.leak"
    assert code(deciding.is_read_as_shown(3, 3)) == ""
    assert code(deciding.is_read_as_shown(2, 3)) == "publication.stale"


@pytest.mark.parametrize(
    ("number", "minor"),
    [
        ("371300201301110011", True),  # eighteen tomorrow
        ("371300201301100011", False),  # eighteen today
        ("371300199001010011", False),
        ("91371311MA3C4D5E6D", False),
        ("3713002013", False),
    ],
)
def test_minors_by_their_number(number: str, minor: bool) -> None:
    assert deciding.is_minor(number, DAY) is minor


LINES = [("当事人", "王某某"), ("文号", "晴测罚〔2026〕1号")]
TEXT = "决定书\n王某某：罚款"
ORIGINAL = "王某某\n晴测罚〔2026〕1号\n\n决定书\n王某某：罚款"


def test_summary_and_text_are_told_apart_after_masking() -> None:
    assert showing.joined_text(LINES, TEXT) == ORIGINAL
    second = ORIGINAL.rindex("王某某")
    masked = ORIGINAL.replace("王某某", "王某")
    replaced = [Replaced(0, 3, 0, 2, "姓名"), Replaced(second, second + 3, second - 1, second + 1, "姓名")]
    shown = showing.shown_of(LINES, TEXT, masked, replaced)
    assert shown.lines == (("当事人", "王某"), ("文号", "晴测罚〔2026〕1号"))
    assert shown.text == "决定书\n王某：罚款"
    assert [shown.text[start:end] for start, end, _kind in shown.marks] == ["王某"]
    assert shown.value("当事人") == "王某"
    assert shown.value("没有") == ""
    assert showing.search_text(shown) == "王某\n晴测罚〔2026〕1号\n决定书\n王某：罚款"


def test_a_summary_alone_has_no_text() -> None:
    shown = showing.shown_of(LINES, "", showing.joined_text(LINES, ""), [])
    assert (shown.text, shown.marks, shown.lines) == ("", (), tuple(LINES))


def test_nothing_is_hidden_across_two_lines() -> None:
    with pytest.raises(ValueError, match="inside"):
        showing.shown_of(LINES, "", "王□罚〔2026〕1号", [Replaced(1, 6, 1, 2)])


def test_values_stand_on_one_line_and_terms_in_months() -> None:
    assert showing.one_line(" 甲\n 乙\t丙 ") == "甲 乙 丙"
    assert showing.months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert showing.months_after(date(2026, 1, 15), 24) == date(2028, 1, 15)


def test_words_to_hide_are_there() -> None:
    assert deciding.are_added_found(["某 小区", "三号楼"], "住某小区\n三号楼")
    verdict = deciding.are_added_found(["没有这几个字"], "住某小区三号楼")
    assert isinstance(verdict, Refused)
    assert (verdict.code, "没有这几个字" in verdict.message) == ("publication.added_absent", True)
