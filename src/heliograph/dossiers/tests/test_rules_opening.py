"""Clues, cases, steps, people and documents: what the rules let through, and what each refusal says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from heliograph.dossiers.rules import opening, papers, people
from heliograph.dossiers.rules.people import HeldCertificate, Officer
from heliograph.kernel.verdict import Refused, Verdict
from heliograph.registers.rules import CertificateState
from tests.cast import BEIJING

DAY = date(2026, 11, 20)
YESTERDAY = DAY - timedelta(days=1)
TOMORROW = DAY + timedelta(days=1)
GOOD = CertificateState(date(2026, 1, 5), date(2029, 12, 31))
EXPIRED = CertificateState(date(2020, 1, 5), date(2025, 12, 31))


def refused(verdict: Verdict | HeldCertificate, code: str, *says: str) -> None:
    """A refusal by this code that rests on an article and says what is wrong and the way out."""
    assert isinstance(verdict, Refused), verdict
    assert verdict.code == code
    assert verdict.basis
    assert [word for word in says if word not in verdict.message] == []


def test_a_clue_leads_to_one_case() -> None:
    assert opening.may_open_from("open", has_case=False)
    refused(opening.may_open_from("open", has_case=True), "clue.used", "打开原案件")
    refused(opening.may_open_from("filed", has_case=False), "clue.used")
    refused(opening.may_open_from("merged", has_case=False), "clue.closed")


def test_a_second_clue_on_a_target_is_told_apart() -> None:
    assert opening.may_register_clue([], distinct_reason="")
    assert opening.may_register_clue(["2026-11-01 迟报"], distinct_reason="另一季度的报表")
    refused(
        opening.may_register_clue(["2026-11-01 迟报"], distinct_reason=" "), "clue.duplicate", "2026-11-01 迟报", "并入"
    )


def test_a_category_is_one_that_the_procedure_serves() -> None:
    assert opening.may_use_category("penalty", offered={"penalty"}, name="普通程序")
    refused(
        opening.may_use_category("permit", offered={"penalty"}, name="普通程序"), "case.category", "permit", "普通程序"
    )


def test_a_case_takes_steps_until_its_end() -> None:
    assert opening.may_work_on("handling")
    assert opening.may_work_on("closed")
    refused(opening.may_work_on("suspended"), "case.suspended", "恢复后")
    refused(opening.may_work_on("archived"), "case.ended", "归档")
    refused(opening.may_work_on("terminated"), "case.ended", "终止")


def test_a_closed_case_takes_no_more_entries() -> None:
    assert opening.may_enter("handling")
    refused(opening.may_enter("closed"), "case.closed", "退回")
    refused(opening.may_enter("suspended"), "case.suspended")


def test_a_step_is_done_by_its_act_while_it_is_open() -> None:
    assert opening.is_current_step("decide", open_act="decide", name="作出处罚决定")
    refused(opening.is_current_step("decide", open_act=None, name=""), "step.not_open", "刷新")
    refused(opening.is_current_step("serve", open_act="decide", name="作出处罚决定"), "step.other_act", "作出处罚决定")


@pytest.mark.parametrize(
    ("kind", "number", "number_kind", "good"),
    [
        ("organisation", "", "", True),
        ("organisation", "91370000000000000X", "", False),
        ("business", "12", "", False),
        ("person", "11010519491231002X", "居民身份证", True),
        ("person", "110105194912310021", "居民身份证", False),
        ("person", "P1234567", "护照", True),
    ],
)
def test_the_number_of_a_party_is_checked_by_its_kind(kind: str, number: str, number_kind: str, good: bool) -> None:
    assert bool(opening.check_party_number(kind, number, number_kind=number_kind, on=DAY)) is good


def test_a_case_has_a_party() -> None:
    assert opening.may_be_parties(["third", "party"])
    refused(opening.may_be_parties(["agent"]), "party.none", "当事人")
    refused(opening.may_be_parties([]), "party.none")


def test_consent_to_electronic_service_names_an_address() -> None:
    day = date(2026, 11, 20)
    assert opening.check_consent(None, address="", today=day)
    assert opening.check_consent(day, address="a@b.example", today=day)
    refused(opening.check_consent(day, address=" ", today=day), "party.no_address", "电子送达地址")
    refused(opening.check_consent(day, address="x", today=day), "party.short_address", "不完整")
    refused(opening.check_consent(date(2026, 11, 21), address="a@b.example", today=day), "date.future")


def test_a_telephone_number_is_made_of_digits() -> None:
    for good in ("", "0427-1234567", "+86 13900000000", "（0427）1234567"):
        assert opening.check_phone(good)
    refused(opening.check_phone("abc"), "party.phone", "电话")


def test_an_act_ends_no_earlier_than_it_began() -> None:
    assert opening.may_span(None, None)
    assert opening.may_span(DAY, None)
    assert opening.may_span(DAY, DAY)
    refused(opening.may_span(DAY, YESTERDAY), "date.order", "2026-11-19", "2026-11-20")
    refused(opening.may_span(None, DAY), "date.order", "未填")


def test_a_case_is_in_the_hands_of_a_handler() -> None:
    assert opening.may_handle("甲", handler=True)
    refused(opening.may_handle("甲", handler=False), "case.no_handler", "甲", "授予角色")


def test_a_value_fits_its_column() -> None:
    assert opening.check_value("书证", what="种类", longest=20, choices=["书证"])
    assert opening.check_value(7, what="次数", longest=1, choices=[])
    assert opening.check_value("很长" * 99, what="内容", longest=None, choices=[])
    refused(opening.check_value("很长" * 6, what="地点", longest=10, choices=[]), "text.too_long", "地点", "10", "12")
    refused(opening.check_value("口供", what="种类", longest=20, choices=["书证"]), "choice.unknown", "种类", "口供")


def test_a_day_is_neither_to_come_nor_before_what_it_follows() -> None:
    assert opening.may_happen_on(DAY, today=DAY, not_before=None, what="日期")
    assert opening.may_happen_on(DAY, today=DAY, not_before=DAY, what="日期")
    refused(opening.may_happen_on(TOMORROW, today=DAY, not_before=None, what="送达日期"), "date.future", "送达日期",
            "2026-11-20", "2026-11-21")  # fmt: skip
    refused(
        opening.may_happen_on(YESTERDAY, today=DAY, not_before=DAY, what="送达日期"), "date.too_early", "2026-11-19"
    )
    assert opening.may_follow(TOMORROW, DAY, what="讨论日期")
    refused(opening.may_follow(YESTERDAY, DAY, what="讨论日期"), "date.too_early", "讨论日期")


def test_a_running_text_is_written_and_fits() -> None:
    assert opening.check_text("有", what="案情")
    refused(opening.check_text("  ", what="案情"), "text.no_reason", "案情")
    refused(opening.check_text("长" * 31, what="地点", longest=30), "text.too_long", "30", "31", "附件")


def test_documents_of_a_step_are_there_and_numbered_once() -> None:
    assert papers.check_papers(declared=["立案审批表"], given=["照片", "立案审批表"])
    refused(papers.check_papers(declared=["询问笔录", "现场笔录"], given=["现场笔录"]), "papers.missing", "询问笔录")
    assert papers.is_number_free("1号", kind="决定书", used=False)
    refused(papers.is_number_free("1号", kind="决定书", used=True), "papers.number_used", "决定书", "1号")


def officer(name: str = "甲", *held: tuple[str, str, CertificateState], who: UUID | None = None) -> Officer:
    certificates = tuple(HeldCertificate(f"N{at}", *one) for at, one in enumerate(held))
    return Officer(who or uuid4(), name, certificates)


def good(name: str, who: UUID | None = None) -> Officer:
    return officer(name, ("行政处罚", "晴川县", GOOD), who=who)


@pytest.mark.parametrize(
    ("held", "code", "says"),
    [
        ([], "certificate.none", "甲没有行政执法证件"),
        ([("行政处罚", "晴川县", EXPIRED)], "certificate.invalid", "2026-11-20"),
        ([("行政许可", "晴川县", GOOD)], "certificate.category", "行政许可"),
        ([("行政处罚", "远山县", GOOD)], "certificate.area", "远山县"),
    ],
)
def test_an_officer_without_a_fitting_certificate_may_not_act(held: Any, code: str, says: str) -> None:
    refused(people.certificate_for(officer("甲", *held), category="行政处罚", area="晴川县", on=DAY), code, says)


@pytest.mark.parametrize("category", ["行政处罚", "行政检查、行政处罚", "综合", "行政检查，行政处罚", "综合执法"])
def test_a_certificate_covers_each_of_its_categories(category: str) -> None:
    found = people.certificate_for(
        officer("甲", (category, "晴川县", GOOD)), category="行政处罚", area="晴川县", on=DAY
    )
    assert isinstance(found, HeldCertificate)


@pytest.mark.parametrize(
    ("held", "area", "fits"),
    [
        ("晴川县", "晴川县", True),
        ("晴川县", "", True),
        ("", "晴川县", True),
        ("晴川县", "晴川县城关镇", True),
        ("晴川县", "某某省某某市晴川县", True),
        ("某某省某某市晴川县", "晴川县", True),
        ("远山县、晴川县", "晴川县", True),
        ("晴川县城关镇", "晴川县", False),  # a town's officer is none of the county
        ("川县", "晴川县", False),  # the end of another name
        ("大晴川县", "晴川县", False),
        ("远山县", "晴川县", False),
    ],
)
def test_a_certificate_reaches_as_far_as_its_area(held: str, area: str, fits: bool) -> None:
    found = people.certificate_for(officer("甲", ("行政处罚", held, GOOD)), category="行政处罚", area=area, on=DAY)
    assert isinstance(found, HeldCertificate) is fits


def test_a_pair_is_two_certified_people() -> None:
    assert people.may_work_in_pair([good("甲"), good("乙")], category="行政处罚", area="晴川县", on=DAY)
    one = uuid4()
    alone = people.may_work_in_pair([good("甲", one)], category="行政处罚", area="", on=DAY)
    refused(alone, "officers.two", "两人", "登记另一名")
    twice = people.may_work_in_pair([good("甲", one), good("甲二", one)], category="行政处罚", area="", on=DAY)
    refused(twice, "officers.two")
    half = people.may_work_in_pair([good("甲"), officer("乙")], category="行政处罚", area="", on=DAY)
    refused(half, "certificate.none", "乙")


def test_handler_and_co_handler_are_two() -> None:
    one = uuid4()
    assert people.are_different(one, None)
    assert people.are_different(one, uuid4())
    refused(people.are_different(one, one), "officers.two", "两名不同")


def test_recused_people_keep_away() -> None:
    who = uuid4()
    assert people.may_act_unrecused(who, recused=[uuid4()])
    refused(people.may_act_unrecused(who, recused=[who]), "recusal.granted", "其他人员")
    assert people.may_take_part([])
    refused(people.may_take_part(["甲", "乙"]), "recusal.other", "甲、乙", "交接")


def test_officers_whose_account_was_closed_are_replaced() -> None:
    assert people.may_stay_officers([])
    refused(people.may_stay_officers(["甲"]), "officers.left", "甲", "交接")


NOON = datetime(2026, 11, 20, 12, tzinfo=BEIJING)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"shown_at": None}, "on_site.not_shown"),
        ({"shown_at": NOON + HOUR}, "on_site.shown_late"),
        ({"rights_told": False}, "on_site.rights"),
        ({"ended_at": NOON - HOUR}, "on_site.times"),
        ({"ended_at": NOON + 3 * HOUR}, "on_site.times"),
        ({"at": NOON - HOUR / 2}, "on_site.times"),
    ],
)
def test_an_act_before_the_party_out_of_order_is_refused(changes: dict[str, Any], code: str) -> None:
    refused(people.may_go_on_site(**(ON_SITE | changes)), code)


ON_SITE: dict[str, Any] = {
    "shown_at": NOON - HOUR, "began_at": NOON, "ended_at": NOON + HOUR, "rights_told": True, "at": NOON + 2 * HOUR,
}  # fmt: skip


def test_an_act_before_the_party_in_order_is_registered() -> None:
    assert people.may_go_on_site(**ON_SITE)
    assert people.may_go_on_site(shown_at=NOON, began_at=NOON, rights_told=True)
