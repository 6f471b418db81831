"""A refused form comes back as it was sent, with the reason on top of it; an act without a page shows its page."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.models import PublicVersion, Release
from heliograph.registers.actions import add_person, issue_certificate
from heliograph.registers.models import Account, Agency, Certificate, EntryVersion, Unit
from tests.cast import LONG_AGO, NOON, item

DESK = "/desk/sunny/"
SAID = "没有办理："
CERTIFICATE = {
    "form": "certificate",
    "certificate-kind": "统计执法证",
    "certificate-number": "T-1",
    "certificate-category": "统计",
    "certificate-area": "晴川县东城街道",
    "certificate-issued_on": "2026-01-05",
    "certificate-valid_to": "2028-01-05",
}


@pytest.fixture
def legal(browser: Browser, legality_reviewer: Account) -> Client:
    return browser(legality_reviewer)


@pytest.fixture
def person(agency: Agency, legality_reviewer: Account) -> UUID:
    made = add_person(agency.pk, name="何景", gender="男", actor=legality_reviewer, at=NOON)
    issue_certificate(
        made.pk, kind="统计执法证", number="T-1", category="统计", area="晴川县",
        issued_on=LONG_AGO, valid_to=LONG_AGO.replace(year=2028), actor=legality_reviewer, at=NOON,
    )  # fmt: skip
    return made.pk


def test_a_certificate_of_a_taken_number_keeps_what_was_typed(legal: Client, person: UUID) -> None:
    answer = legal.post(f"{DESK}people/{person}/", CERTIFICATE)
    assert answer.status_code == 409
    assert answer.text.count(SAID) == 1
    form = answer.text.split('value="certificate"', 1)[1]
    assert SAID in form.split("</form>", 1)[0]  # on top of its own form, not of another
    assert 'value="晴川县东城街道"' in form
    assert Certificate.objects.count() == 1


def test_an_act_on_a_certificate_keeps_the_chosen_one_and_its_input(legal: Client, person: UUID) -> None:
    key = Certificate.objects.get().pk
    sent = {"form": "act", "certificate": str(key), "act-act": "suspend", "act-on": "2026-11-20", "act-reason": "待查"}
    assert legal.post(f"{DESK}people/{person}/", sent).status_code == 302
    answer = legal.post(f"{DESK}people/{person}/", sent)
    assert answer.status_code == 409
    assert answer.text.count(SAID) == 1
    assert 'value="待查"' in answer.text
    assert f'<option value="{key}" selected>' in answer.text


def test_a_unit_of_a_taken_name_keeps_what_was_typed(legal: Client, handling_unit: Unit) -> None:
    answer = legal.post(f"{DESK}units/", {"name": handling_unit.name, "functions": ["window"]})
    assert answer.status_code == 409
    assert answer.text.count(SAID) == 1
    assert f'value="{handling_unit.name}"' in answer.text
    assert Unit.objects.filter(name=handling_unit.name).count() == 1


def test_closing_a_unit_with_people_says_why(legal: Client, handler: Account, handling_unit: Unit) -> None:
    answer = legal.post(f"{DESK}units/{handling_unit.pk}/", {"form": "close", "close-on": "2026-11-20"})
    assert answer.status_code == 409
    assert answer.text.count(SAID) == 1


def test_a_return_without_its_reason_names_no_article(legal: Client, handed_in: Release) -> None:
    sent = {"stage": "legal_review", "decision": "return", "opinion": "  "}
    answer = legal.post(f"{DESK}releases/{handed_in.pk}/", sent)
    assert answer.status_code == 409
    note = answer.text.split(SAID, 1)[1].split("</div>", 1)[0]
    assert "退回须写明理由" in note
    assert "依据" not in note


def test_unseen_demands_keep_the_opinion(legal: Client, agency: Agency, handler: Account, browser: Browser) -> None:
    version = item(agency, handler, conditions=["须有担保人"])
    browser(handler).post(f"{DESK}registers/items/{version.entry_id}/submit/", {"rev": "1"})
    where = f"{DESK}releases/{Release.objects.get().pk}/"
    answer = legal.post(where, {"stage": "legal_review", "decision": "pass", "opinion": "先看条款"})
    assert answer.status_code == 409
    assert "先看条款</textarea>" in answer.text
    assert "《行政许可法》（2019）第十六条" in answer.text  # here the article is why


def test_a_withdrawal_on_a_vague_basis_keeps_the_reason(
    browser: Browser, published: PublicVersion, release_approver: Account
) -> None:
    where = f"{DESK}registers/items/{published.entry_id}/withdraw/"
    answer = browser(release_approver).post(where, {"reason": "决定被撤销", "basis": "领导要求"})
    assert answer.status_code == 409
    assert answer.text.count(SAID) == 1
    assert 'value="决定被撤销"' in answer.text
    published.refresh_from_db()
    assert published.is_current


def test_a_stale_form_keeps_what_was_typed(browser: Browser, handler: Account, draft: EntryVersion) -> None:
    where = f"{DESK}registers/items/{draft.entry_id}/edit/"
    sent = {
        "f-name": "我的写法", "f-category": "行政处罚", "f-basis": "行政处罚法@2021:61", "verified": "text",
        "reason": "改", "rev": "0",
    }  # fmt: skip
    answer = browser(handler).post(where, sent)
    assert answer.status_code == 409
    assert answer.text.count(SAID) == 1
    assert 'value="我的写法"' in answer.text
    draft.refresh_from_db()
    assert draft.title != "我的写法"


def test_an_act_without_a_page_of_its_own_shows_the_page_of_its_button(
    browser: Browser, handler: Account, draft: EntryVersion, security_admin: Account
) -> None:
    stale = browser(handler).post(f"{DESK}registers/items/{draft.entry_id}/submit/", {"rev": "0"})
    assert stale.status_code == 409
    assert stale.text.count(SAID) == 1
    assert draft.title in stale.text
    security = browser(security_admin)
    free = security.post(f"{DESK}accounts/{handler.pk}/unlock/", {"x": "1"})
    assert free.status_code == 409
    assert free.text.count(SAID) == 1
    assert "请填写" not in free.text  # the page's own form was not sent


def test_somebody_without_the_role_gets_a_page_of_its_own(browser: Browser, handler: Account, person: UUID) -> None:
    answer = browser(handler).post(f"{DESK}people/{person}/", CERTIFICATE)
    assert answer.status_code == 403
    assert "不能办理" in answer.text
