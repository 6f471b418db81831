"""Retention on the desk: what ran out, the proposal, the approval, the time to think, the certificate."""

from __future__ import annotations

import pytest

from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Destruction, Retention
from heliograph.dossiers.tests.bureau import Bureau, opened
from heliograph.dossiers.tests.retrieving import archived_early
from heliograph.dossiers.tests.test_dossier import pdf
from tests.cast import grant, new_account, open_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


@pytest.fixture
def case(bureau: Bureau) -> Case:
    made = opened(bureau)
    actions.store_case_file(made.pk, name="笔录.pdf", content=pdf(2), actor=bureau["handler"], at=bureau.later())
    return archived_early(bureau, made)


def test_from_the_list_to_the_certificate(bureau: Bureau, case: Case, browser: Browser) -> None:
    listing = url(bureau, "retention")
    legal = browser(bureau["legality_reviewer"])
    assert "没有保管期满的案卷" in read(legal, listing)
    bureau.now = bureau.now.replace(year=bureau.now.year + 31)
    assert case.archive_number in read(legal, listing)
    new = url(bureau, "destruction-new", case=case.pk)
    assert new in read(legal, listing)
    assert "保管期满" in read(legal, new)
    assert legal.post(new, {"appraisal": ""}).status_code == 422
    assert legal.post(new, {"appraisal": "没有继续保存的价值"}).status_code == 302
    found = Destruction.objects.get()
    page, leader = url(bureau, "destruction", destruction=found.pk), browser(bureau["leader_in_charge"])
    decide = url(bureau, "destruction-decide", destruction=found.pk)
    execute = url(bureau, "destruction-execute", destruction=found.pk)
    assert "同意销毁" in read(leader, page)
    assert "同意销毁" not in read(legal, page)
    assert legal.post(decide, {"decision": "grant"}).status_code == 403
    assert leader.post(decide, {}).status_code == 409
    assert leader.post(decide, {"decision": "refuse"}).status_code == 409
    assert leader.post(decide, {"decision": "grant"}).status_code == 302
    archivist = browser(bureau["archivist"])
    assert execute not in read(archivist, page)
    certificate = url(bureau, "destruction-certificate", destruction=found.pk)
    assert archivist.get(certificate).status_code == 409
    assert archivist.post(execute).status_code == 409
    bureau.later(days=31)
    assert execute in read(archivist, page)
    assert archivist.post(execute).status_code == 302
    assert certificate in read(leader, page)
    assert leader.get(certificate).content.startswith(b"%PDF")
    assert browser(bureau["handler"]).get(certificate).status_code == 403
    assert "没有保管期满的案卷" in read(legal, listing)
    assert archivist.post(execute).status_code == 409


def test_a_leader_stops_what_is_approved(bureau: Bureau, case: Case, browser: Browser) -> None:
    bureau.now = bureau.now.replace(year=bureau.now.year + 31)
    browser(bureau["archivist"]).post(url(bureau, "destruction-new", case=case.pk), {"appraisal": "没有价值"})
    found = Destruction.objects.get()
    leader = browser(bureau["leader_in_charge"])
    decide = url(bureau, "destruction-decide", destruction=found.pk)
    leader.post(decide, {"decision": "grant"})
    assert leader.post(decide, {"decision": "cancel"}).status_code == 409
    assert leader.post(decide, {"decision": "cancel", "opinion": "仍有价值"}).status_code == 302
    found.refresh_from_db()
    assert found.state == "cancelled"


def test_a_term_is_lengthened_by_the_archivist(bureau: Bureau, case: Case, browser: Browser) -> None:
    address = url(bureau, "dossier-retention", case=case.pk)
    archivist = browser(bureau["archivist"])
    assert "30 年" in read(archivist, address)
    sent = {"years": "10", "reason": "经鉴定", "basis": "档案法@2020:21"}
    assert archivist.post(address, {"years": "x"}).status_code == 422
    assert archivist.post(address, sent).status_code == 409
    assert browser(bureau["legality_reviewer"]).post(address, sent).status_code == 403
    assert archivist.post(address, {**sent, "years": ""}).status_code == 302
    assert Retention.objects.filter(case=case, years__isnull=True).count() == 1
    assert "永久" in read(archivist, address)


def test_the_list_goes_on_by_key_and_others_get_nothing(bureau: Bureau, case: Case, browser: Browser) -> None:
    bureau.now = bureau.now.replace(year=bureau.now.year + 31)
    archivist, listing = browser(bureau["archivist"]), url(bureau, "retention")
    later = f"{listing}?after={case.pk}&since={bureau.today.replace(year=bureau.today.year - 1).isoformat()}"
    assert case.archive_number not in read(archivist, later)
    assert archivist.get(f"{listing}?after={case.pk}&since=x").status_code == 404
    assert browser(bureau["handler"]).get(listing).status_code == 403
    office = open_office("cloudy", "邻县测试局")
    outsider = browser(grant(office, new_account("邻局", "case", office.agency), "archivist"))
    assert outsider.get(url(bureau, "dossier-retention", case=case.pk)).status_code == 404
