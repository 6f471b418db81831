"""The pages of a penalty on the spot: what each step asks, what it takes, and the clue that a too large one leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from heliograph.desk import clock
from heliograph.desk.tests.casework import PDF, read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Citation, Clue, Decision, OnSiteAct, Service
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.dossiers.tests.walks import took_evidence

pytestmark = pytest.mark.django_db
BASIS = "行政处罚法@2021:54"
FORMAT = "%Y-%m-%dT%H:%M"


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    made = found_bureau("jinghai-tjj", "penalty_summary")
    monkeypatch.setattr(clock, "now", lambda: made.later(seconds=1))
    return made


def seen(bureau: Bureau, amount: str) -> dict[str, object]:
    """What officers found on the spot, as the form of the first step holds it."""
    began = bureau.later()
    bureau.later()
    return {
        "spot_place": "晴川县一号",
        "spot_shown_at": (began - timedelta(minutes=1)).strftime(FORMAT),
        "spot_began_at": began.strftime(FORMAT),
        "spot_first_officer": bureau["handler"].pk,
        "spot_second_officer": bureau["co_handler"].pk,
        "spot_person_present": "王某",
        "spot_rights_told": "yes",
        "found": "现场查明",
        "fact-违法事实确凿并有法定依据": "yes",
        "fact-当场处罚种类": "罚款",
        "fact-罚款金额": amount,
    }


def test_a_penalty_on_the_spot_is_done_by_its_pages(bureau: Bureau, browser: Browser) -> None:
    desk = browser(bureau["handler"])
    case = opened(bureau, "penalty_summary")
    took_evidence(bureau, case)
    actions.cite(case.pk, use="applied", key=BASIS, actor=bureau["handler"], at=bureau.later())

    def send(step: str, **given: object) -> None:
        answer = desk.post(step_url(bureau, case, step), {"rev": rev_of(case), **given})
        assert answer.status_code == 302, answer.content.decode()

    page = read(desk, step_url(bureau, case, "t_identify"))
    assert "出示证件的时间" in page
    assert "当事人类型" not in page
    send("t_identify", **seen(bureau, "100"))
    assert OnSiteAct.objects.filter(case=case).count() == 1
    day = bureau.today.isoformat()
    send("t_notice", told_on=day, kinds=["fine"], fine="100", facts="现场查实", reasons="初次违法", basis=[BASIS],
         correction="当场改正", answer="no_comment")  # fmt: skip
    assert "100 元以下的罚款" in read(desk, step_url(bureau, case, "t_decide"))
    paper = SimpleUploadedFile("决定书.pdf", PDF, content_type="application/pdf")
    send("t_decide", decided_on=day, ground="small", receipt="Z-1", **{"paper-0-file": paper})
    page = read(desk, step_url(bureau, case, "t_serve"))
    assert "公告送达" not in page
    send("t_serve", refusal="当事人拒绝签收")
    assert Decision.objects.get(case=case).collected_ground == "small"
    assert Service.objects.get(case=case).refusal_reason == "当事人拒绝签收"
    for act, voucher in (("fine-in", "J-1"), ("fine-banked", "Y-1")):
        address = url(bureau, "case-act", case=case.pk, act=act)
        assert desk.post(address, {"on": day, "voucher": voucher}).status_code == 302
        assert desk.get(url(bureau, "case-acts", case=case.pk)).content.decode().count(address) == 0


def test_what_is_too_large_is_said_and_leaves_a_clue_on_the_desk(bureau: Bureau, browser: Browser) -> None:
    desk = browser(bureau["handler"])
    case = opened(bureau, "penalty_summary")
    sent = {"rev": rev_of(case), **seen(bureau, "3001")}
    refused = desk.post(step_url(bureau, case, "t_identify"), sent)
    assert "转普通程序" in refused.content.decode()
    assert not Clue.objects.exists()
    assert desk.post(step_url(bureau, case, "t_identify"), {**sent, "ordinary": "yes"}).status_code == 302
    clue = Clue.objects.get(inspection=case)
    home = read(desk, url(bureau, "home"))
    assert url(bureau, "clue", clue=clue.pk) in home
    assert case.number in home


def test_a_citation_is_taken_back_on_its_page(bureau: Bureau, browser: Browser) -> None:
    desk = browser(bureau["handler"])
    case = opened(bureau, "penalty_summary")
    made = actions.cite(case.pk, use="applied", key=BASIS, actor=bureau["handler"], at=bureau.later())
    address = url(bureau, "case-act", case=case.pk, act="citation-back")
    assert desk.post(address, {"row": made.pk, "reason": "引用有误"}).status_code == 302
    assert not Citation.objects.filter(case=case).exists()


def test_the_day_of_arrival_is_asked_where_acts_may_come_first(bureau: Bureau, browser: Browser) -> None:
    desk = browser(bureau["handler"])
    assert "到场日期" in read(desk, url(bureau, "case-new") + "?kind=penalty.penalty_summary")
    assert not Case.objects.exists()
