"""Lists of people offer the fit ones; the others stand below, greyed out, with the reason."""

from __future__ import annotations

import re

import pytest

from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.models import OnSiteAct
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.dossiers.tests.walks import filed, investigated
from heliograph.registers.actions import add_person
from heliograph.registers.models import Account, Role, RoleGrant
from tests.cast import new_account


@pytest.fixture
def bureau(db: None, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


def option(page: str, name: str, who: Account) -> str:
    """The option of somebody in the list of that name, nothing where there is none."""
    listed = page.split(f'name="{name}"')[1].split("</select>")[0]
    found = re.search(rf'<option value="{who.pk}"[^>]*>[^<]*', listed)
    return found.group() if found else ""


def reviewer(bureau: Bureau) -> Account:
    """Somebody of the bureau without a certificate."""
    grants = RoleGrant.objects.filter(agency=bureau.agency, role=Role.LEGALITY_REVIEWER).select_related("account")
    return grants.get().account


def test_certified_officers_are_offered_for_an_act_on_site(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    page = read(browser(bureau["handler"]), url(bureau, "on-site-new", case=case.pk))
    assert "disabled" not in option(page, "first_officer", bureau["handler"])
    clerk = option(page, "first_officer", reviewer(bureau))
    assert "disabled" in clerk
    assert "没有执法证件" in clerk
    bureau.later(days=4000)
    later = read(browser(bureau["handler"]), url(bureau, "on-site-new", case=case.pk))
    assert "执法证件无效" in option(later, "second_officer", bureau["co_handler"])


def test_whoever_was_recused_is_greyed_out(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    asked = actions.ask_recusal(case.pk, officer_id=bureau["co_handler"].pk, asked_by="当事人", asked_on=bureau.today,
                                reason="亲属", actor=bureau["handler"], at=bureau.later())  # fmt: skip
    actions.decide_recusal(asked.pk, granted=True, reason="属实", actor=bureau["head"], at=bureau.later())
    page = read(browser(bureau["handler"]), url(bureau, "evidence-new", case=case.pk))
    assert "已回避本案" in option(page, "second_collector", bureau["co_handler"])
    taker = read(browser(bureau["head"]), url(bureau, "case-act", case=case.pk, act="hand-over"))
    assert "已是本案承办人员" in option(taker, "to_id", bureau["handler"])


def test_leave_is_asked_of_persons_in_charge_alone(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    page = read(browser(bureau["handler"]), url(bureau, "measure-new", case=case.pk))
    assert option(page, "approver", bureau["head"])
    assert option(page, "approver", bureau["unit_head"]) == ""


def test_a_discussion_is_offered_persons_in_charge_alone(bureau: Bureau, browser: Browser) -> None:
    case = investigated(bureau)
    page = read(browser(bureau["handler"]), url(bureau, "discussion-new", case=case.pk))
    assert option(page, "chair", bureau["head"])
    assert str(bureau["unit_head"].pk) not in page


def test_a_message_goes_to_somebody_else(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    page = read(browser(bureau["handler"]), url(bureau, "case-act", case=case.pk, act="message"))
    assert option(page, "to_id", bureau["co_handler"])
    assert option(page, "to_id", bureau["handler"]) == ""


def test_who_is_named_all_the_same_is_refused_by_the_act(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    clerk = add_person(bureau.agency.pk, name="内勤", gender="男", actor=reviewer(bureau), at=bureau.now)
    nobody = new_account("内勤", "case", bureau.agency, clerk)
    sent = {
        "act": "询问", "place": "某处", "shown_at": "2026-11-20T12:00", "began_at": "2026-11-20T12:00",
        "first_officer": str(bureau["handler"].pk), "person_present": "王某", "rights_told": "yes",
    }  # fmt: skip
    client, address = browser(bureau["handler"]), url(bureau, "on-site-new", case=case.pk)
    for who, said in [(nobody, "内勤没有行政执法证件"), (reviewer(bureau), "法审从事法制审核，不是办案人员")]:
        answer = client.post(address, {**sent, "second_officer": str(who.pk)})
        assert answer.status_code == 409
        assert said in answer.content.decode()
    assert not OnSiteAct.objects.exists()
