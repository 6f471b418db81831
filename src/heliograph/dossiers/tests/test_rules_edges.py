"""Single answers of the rules beside the ordinary course: no period known, nothing owed, refused or kept open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from heliograph.dossiers.rules import deciding, levying, opening, papers, people, permitting, serving, standing, terms
from heliograph.dossiers.rules.people import HeldCertificate, Officer
from heliograph.dossiers.rules.terms import Discretion, Terms
from heliograph.dossiers.tests.test_rules_opening import DAY, EXPIRED, GOOD, TOMORROW, YESTERDAY, refused
from heliograph.kernel.verdict import Allowed

PERMIT = permitting.CERTIFICATES[0]


# -- periods that a notice gives
def test_the_days_to_state_a_case_are_said_and_lie_ahead() -> None:
    assert deciding.may_be_given_till(TOMORROW, served_on=DAY) == Allowed()
    refused(deciding.may_be_given_till(None, served_on=DAY), "statement.no_period", "期限届满日")
    refused(deciding.may_be_given_till(DAY, served_on=DAY), "statement.no_days", DAY.isoformat())


@pytest.mark.parametrize("until", [None, YESTERDAY, DAY])
def test_a_levy_is_told_with_days_that_lie_ahead(until: date | None) -> None:
    refused(levying.may_tell_levy(until, least=None, served_on=DAY), "levy.no_period", "送达日之后")
    assert levying.may_tell_levy(TOMORROW, least=None, served_on=DAY) == Allowed()
    assert levying.may_tell_levy(TOMORROW, least=TOMORROW, served_on=DAY) == Allowed()


def test_a_term_to_perform_belongs_to_what_is_owed() -> None:
    assert levying.check_pay_days(None, owed=False) == Allowed()
    assert levying.check_pay_days(15, owed=True) == Allowed()
    refused(levying.check_pay_days(15, owed=False), "decision.term")
    refused(levying.check_pay_days(None, owed=True), "decision.no_term")
    refused(levying.check_pay_days(0, owed=True), "decision.no_term")


# -- opening and people
def test_a_form_goes_by_as_long_as_nobody_moved_the_case() -> None:
    assert opening.may_go_by(3, 3, by="王某", step="审查") == Allowed()
    refused(opening.may_go_by(3, 4, by="王某", step="审查"), "run.stale", "王某", "审查")
    refused(opening.may_go_by(3, 4, by="", step=""), "run.stale")


def officer(number: int, *held: HeldCertificate) -> Officer:
    return Officer(UUID(int=number), f"执法人员{number}", held)


def test_each_of_those_who_work_alone_is_certified() -> None:
    certificate = HeldCertificate("A1", "行政处罚", "某县", GOOD)
    certified = officer(1, certificate)
    expired = officer(2, replace(certificate, state=EXPIRED))
    about = {"category": "行政处罚", "area": "某县"}
    assert people.may_work_alone([certified], **about, on=DAY) == Allowed()
    refused(people.may_work_alone([certified, expired], **about, on=DAY), "certificate.invalid", "执法人员2")
    refused(people.may_work_alone([officer(3)], **about, on=DAY), "certificate.none", "执法人员3")
    refused(people.may_work_in_pair([certified, expired], **about, on=DAY), "certificate.invalid", "执法人员2")


# -- permits
def test_a_correction_ends_in_one_of_the_ways_that_are_offered() -> None:
    offered = ("已补正", "逾期未补正")
    assert permitting.may_end_correction("已补正", offered=offered, until=None, on=DAY) == Allowed()
    assert permitting.may_end_correction("逾期未补正", offered=offered, until=YESTERDAY, on=DAY) == Allowed()
    refused(permitting.may_end_correction("撤回", offered=offered, until=None, on=DAY), "correction.outcome")
    refused(permitting.may_end_correction("逾期未补正", offered=offered, until=DAY, on=DAY), "correction.not_over")


def test_a_right_is_answered_once_it_was_told() -> None:
    assert permitting.is_right_told(told=True) == Allowed()
    refused(permitting.is_right_told(told=False), "statement.no_notice")


@pytest.mark.parametrize(
    ("kind", "on_paper", "day", "code"),
    [
        ("hearing", False, DAY, None),
        ("silence", False, TOMORROW, None),
        ("waiver", True, TOMORROW, None),
        ("hearing", True, TOMORROW, "hearing.late"),
        ("waiver", False, DAY, "waiver.no_paper"),
        ("nothing", True, DAY, "hearing.answer"),
    ],
)
def test_a_hearing_is_asked_for_in_time_and_waived_on_paper(
    kind: str, *, on_paper: bool, day: date, code: str | None
) -> None:
    verdict = permitting.may_answer_right(kind, name="李某", on_paper=on_paper, day=day, until=DAY)
    if code is None:
        assert verdict == Allowed()
    else:
        refused(verdict, code, "李某")


@pytest.mark.parametrize(
    ("kind", "number", "permitted", "code"),
    [
        (PERMIT, "甲01", True, None),
        (permitting.NO_CERTIFICATE, " ", True, None),
        ("", "", False, None),
        ("", "甲01", True, "certificate.kind"),
        ("奖状", "甲01", True, "certificate.kind"),
        (PERMIT, " ", True, "certificate.number"),
        (permitting.NO_CERTIFICATE, "甲01", True, "certificate.number"),
        (PERMIT, "", False, "certificate.none"),
    ],
)
def test_a_certificate_has_kind_and_number_or_is_none(
    kind: str, number: str, *, permitted: bool, code: str | None
) -> None:
    verdict = permitting.check_certificate(kind, number, permitted=permitted)
    if code is None:
        assert verdict == Allowed()
    else:
        refused(verdict, code)


def test_a_missing_number_and_one_too_many_are_told_apart() -> None:
    refused(permitting.check_certificate(PERMIT, "", permitted=True), "certificate.number", "请填写")
    none = permitting.check_certificate(permitting.NO_CERTIFICATE, "甲01", permitted=True)
    refused(none, "certificate.number", "不填编号")


# -- payment, time and amounts
def test_nobody_is_in_default_who_owes_nothing() -> None:
    assert serving.may_say_unpaid(on=TOMORROW, due_on=DAY, owed=Decimal(1)) == Allowed()
    refused(serving.may_say_unpaid(on=TOMORROW, due_on=DAY, owed=Decimal(0)), "payment.all_paid", "已履行")
    refused(serving.may_say_unpaid(on=DAY, due_on=DAY, owed=Decimal(1)), "payment.not_due", DAY.isoformat())


@pytest.mark.parametrize("limit", sorted(standing.BY_STEP))
def test_a_period_with_a_step_of_its_own_is_lengthened_there(limit: str) -> None:
    refused(standing.is_lengthened_here(limit), "extension.by_step", "环节")
    assert standing.is_lengthened_here("penalty_decision") == Allowed()


FINED = Terms("penalty", frozenset({"fine"}), Decimal(500), Decimal(0), "", frozenset({"行政处罚法@2021:9"}))
RANGE = Discretion("一般", Decimal(100), Decimal(300), "", approved=False)


@pytest.mark.parametrize(
    ("discretion", "code"),
    [
        (replace(RANGE, maximum=Decimal(500)), None),
        (replace(RANGE, minimum=None, maximum=None), None),
        (RANGE, "discretion.no_reason"),
        (replace(RANGE, minimum=Decimal(600), maximum=None), "discretion.no_reason"),
        (replace(RANGE, reason="主动消除危害后果"), "discretion.not_approved"),
        (replace(RANGE, approved=True), "discretion.no_reason"),
        (replace(RANGE, reason="主动消除危害后果", approved=True), None),
    ],
)
def test_an_amount_leaves_its_benchmark_with_a_reason_and_an_approval(discretion: Discretion, code: str | None) -> None:
    verdict = terms.may_depart(FINED, discretion)
    if code is None:
        assert verdict == Allowed()
    else:
        refused(verdict, code, "500")


def test_a_person_is_registered_once_and_a_file_that_is_gone_is_asked_for_again() -> None:
    assert opening.is_party_new("芦花寺", known=False) == Allowed()
    refused(opening.is_party_new(" 芦花寺 ", known=True), "party.twice", "芦花寺已经登记")
    assert papers.is_file_here("报表.pdf", here=True) == Allowed()
    refused(papers.is_file_here("报表.pdf", here=False), "file.gone", "报表.pdf")
