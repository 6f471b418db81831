"""Units, people, posts and certificates: history is kept, an expired or suspended certificate blocks acting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from heliograph.kernel.ids import uuid7
from heliograph.kernel.verdict import ActRefusedError, Allowed, Refused
from heliograph.registers.actions import (
    add_agency,
    add_government,
    add_person,
    add_unit,
    appoint,
    issue_certificate,
    reinstate_certificate,
    review_certificate,
    revoke_certificate,
    suspend_certificate,
)
from heliograph.registers.models import Account, Agency, Certificate, Government, Person, Post, Unit
from heliograph.registers.queries import may_enforce, officer_fields, people_of, status_on
from tests.cast import LONG_AGO, NOON, TODAY, Staffing

REFUSED = "没有登记.*的权限|不是本机关人员"


@pytest.fixture
def person(staffing: Staffing, handling_unit: Unit) -> Person:
    return staffing.register("路遥", handling_unit)


def certify(person: Person, actor: Account, **changes: Any) -> Certificate:
    details: dict[str, Any] = {
        "kind": "山东省行政执法证",
        "number": "37-0001",
        "category": "行政处罚",
        "area": "晴川县",
        "issued_on": LONG_AGO,
        "valid_to": date(2027, 1, 4),
    }
    return issue_certificate(person.pk, **{**details, **changes}, actor=actor, at=NOON)


@pytest.fixture
def certificate(person: Person, legality_reviewer: Account) -> Certificate:
    return certify(person, legality_reviewer)


# -- governments, agencies, units
def test_founding_an_agency_again_returns_the_one_there_is(agency: Agency) -> None:
    government = add_government(code="qingchuan", name="另一名称", overseer="另一机关", at=NOON)
    again = add_agency(
        government=government, code="sunny", name="另一名称", short_name="另", legal_body="法规科", at=NOON
    )
    assert (again, Government.objects.count()) == (agency, 1)
    assert again.name == "晴川县测试局"


def test_a_unit_is_added_once_under_its_name(agency: Agency, handling_unit: Unit, legality_reviewer: Account) -> None:
    with pytest.raises(ActRefusedError, match="本机关已有“执法科”"):
        add_unit(agency.pk, name="执法科", functions=[], actor=legality_reviewer, at=NOON)


def test_a_unit_has_known_functions(agency: Agency, legality_reviewer: Account) -> None:
    with pytest.raises(ActRefusedError, match="职能“烧水”不在可选范围内"):
        add_unit(agency.pk, name="后勤科", functions=["烧水", "legal"], actor=legality_reviewer, at=NOON)


@pytest.mark.parametrize("actor", ["handler", "outsider", "security_admin"])
def test_only_the_legal_office_registers_units_and_people(
    request: pytest.FixtureRequest, actor: str, agency: Agency
) -> None:
    account = request.getfixturevalue(actor)
    with pytest.raises(ActRefusedError, match=REFUSED):
        add_unit(agency.pk, name="新科", functions=[], actor=account, at=NOON)
    with pytest.raises(ActRefusedError, match=REFUSED):
        add_person(agency.pk, name="新人", gender="男", actor=account, at=NOON)


# -- people and posts
def test_people_are_sorted_by_pinyin(agency: Agency, staffing: Staffing, handling_unit: Unit) -> None:
    for name in ("周明", "安宁", "李想"):
        staffing.register(name, handling_unit)
    assert [each.name for each in people_of(agency.pk)] == ["安宁", "法审", "李想", "周明"]


def test_a_new_post_closes_the_former_and_keeps_it(
    person: Person, legal_unit: Unit, legality_reviewer: Account
) -> None:
    appoint(person.pk, unit_id=legal_unit.pk, position="科长", from_on=TODAY, actor=legality_reviewer, at=NOON)
    former, present = Post.objects.filter(person=person).order_by("from_on")
    assert (former.to_on, present.to_on) == (TODAY - timedelta(days=1), None)
    assert present.unit == legal_unit


def test_a_post_begins_after_the_former_began(person: Person, legal_unit: Unit, legality_reviewer: Account) -> None:
    with pytest.raises(ActRefusedError, match="应晚于现任职务的任职日期 2026-01-05"):
        appoint(person.pk, unit_id=legal_unit.pk, position="科长", from_on=LONG_AGO, actor=legality_reviewer, at=NOON)


def test_nobody_is_appointed_to_a_unit_of_another_agency(
    person: Person, legality_reviewer: Account, outsider: Account
) -> None:
    elsewhere = outsider.grants.all()[0].agency
    unit = add_unit(elsewhere.pk, name="邻科", functions=[], actor=outsider, at=NOON)
    with pytest.raises(ActRefusedError, match="不属于本机关"):
        appoint(person.pk, unit_id=unit.pk, position="科员", from_on=TODAY, actor=legality_reviewer, at=NOON)


def test_only_the_legal_office_appoints(
    person: Person, handling_unit: Unit, handler: Account, outsider: Account
) -> None:
    for actor in (handler, outsider):
        with pytest.raises(ActRefusedError, match=REFUSED):
            appoint(person.pk, unit_id=handling_unit.pk, position="科长", from_on=TODAY, actor=actor, at=NOON)


def test_sql_cannot_give_a_person_two_present_posts(person: Person, handling_unit: Unit) -> None:
    with (
        pytest.raises(IntegrityError, match="post_one_present_per_person"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO registers_post (id, agency_id, person_id, unit_id, position, duty_post, from_on) "
            "VALUES (%s, %s, %s, %s, '科长', '', '2026-11-20')",
            [uuid7(), person.agency_id, person.pk, handling_unit.pk],
        )


# -- certificates
def test_a_certificate_number_is_registered_once_per_kind(
    person: Person, certificate: Certificate, legality_reviewer: Account
) -> None:
    with pytest.raises(ActRefusedError, match="编号 37-0001 已经登记"):
        certify(person, legality_reviewer)
    second = certify(person, legality_reviewer, kind="国家统计局统计执法证")
    assert set(person.certificates.all()) == {certificate, second}


def test_a_certificate_does_not_end_before_it_begins(person: Person, legality_reviewer: Account) -> None:
    with pytest.raises(ActRefusedError, match="早于发证日期"):
        certify(person, legality_reviewer, valid_to=LONG_AGO - timedelta(days=1))


def test_a_holder_of_a_valid_certificate_may_enforce(person: Person, certificate: Certificate) -> None:
    assert may_enforce(person.pk, TODAY) == Allowed()
    assert status_on(certificate, TODAY) == "valid"


def test_an_expired_certificate_blocks_acting(person: Person, certificate: Certificate) -> None:
    refused = may_enforce(person.pk, certificate.valid_to + timedelta(days=1))
    assert isinstance(refused, Refused)
    assert "已过有效期" in refused.message


def test_a_suspended_certificate_blocks_acting_until_it_is_given_back(
    person: Person, certificate: Certificate, legality_reviewer: Account
) -> None:
    suspend_certificate(certificate.pk, reason="未审核", from_on=TODAY, actor=legality_reviewer, at=NOON)
    refused = may_enforce(person.pk, TODAY)
    assert isinstance(refused, Refused)
    assert "已暂扣" in refused.message
    with pytest.raises(ActRefusedError, match="起已暂扣"):
        suspend_certificate(certificate.pk, reason="再扣", from_on=TODAY, actor=legality_reviewer, at=NOON)
    reinstate_certificate(certificate.pk, actor=legality_reviewer, at=NOON)
    assert may_enforce(person.pk, TODAY) == Allowed()
    with pytest.raises(ActRefusedError, match="没有暂扣"):
        reinstate_certificate(certificate.pk, actor=legality_reviewer, at=NOON)


def test_a_revoked_certificate_takes_no_further_act(
    person: Person, certificate: Certificate, legality_reviewer: Account
) -> None:
    revoke_certificate(certificate.pk, on=TODAY, actor=legality_reviewer, at=NOON)
    assert isinstance(may_enforce(person.pk, TODAY), Refused)
    with pytest.raises(ActRefusedError, match="已于 2026-11-20 收回"):
        review_certificate(certificate.pk, year=2026, actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="已于 2026-11-20 收回"):
        revoke_certificate(certificate.pk, on=TODAY, actor=legality_reviewer, at=NOON)


def test_a_year_is_reviewed_once(certificate: Certificate, legality_reviewer: Account) -> None:
    review_certificate(certificate.pk, year=2026, actor=legality_reviewer, at=NOON)
    for year in (2026, 2025):
        with pytest.raises(ActRefusedError, match="已完成 2026 年度审核"):
            review_certificate(certificate.pk, year=year, actor=legality_reviewer, at=NOON)


@pytest.mark.parametrize("actor", ["handler", "outsider"])
def test_only_the_legal_office_handles_certificates(
    request: pytest.FixtureRequest, actor: str, person: Person, certificate: Certificate
) -> None:
    account = request.getfixturevalue(actor)
    acts: list[Callable[[], Certificate]] = [
        lambda: certify(person, account, number="37-0002"),
        lambda: review_certificate(certificate.pk, year=2026, actor=account, at=NOON),
        lambda: suspend_certificate(certificate.pk, reason="事由", from_on=TODAY, actor=account, at=NOON),
        lambda: reinstate_certificate(certificate.pk, actor=account, at=NOON),
        lambda: revoke_certificate(certificate.pk, on=TODAY, actor=account, at=NOON),
    ]
    for act in acts:
        with pytest.raises(ActRefusedError, match=REFUSED):
            act()
    assert status_on(Certificate.objects.get(), TODAY) == "valid"


def test_the_officer_fields_come_from_the_certificate_and_the_present_post(certificate: Certificate) -> None:
    fields = officer_fields(certificate, TODAY)
    assert fields["name"] == "路遥"
    assert (fields["unit"], fields["position"], fields["duty_post"]) == ("执法科", "科员", "执法岗")
    assert (fields["certificate_no"], fields["valid_to"]) == ("37-0001", "2027-01-04")


def test_somebody_without_a_post_has_no_unit_to_show(
    agency: Agency, staffing: Staffing, legality_reviewer: Account
) -> None:
    person = add_person(agency.pk, name="无职", gender="男", actor=legality_reviewer, at=NOON)
    assert officer_fields(certify(person, legality_reviewer), TODAY)["unit"] == ""
