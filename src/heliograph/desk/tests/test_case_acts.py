"""Acts on a whole case on the desk, and that every act of a flowchart has a form."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from heliograph.desk import clock
from heliograph.desk.case_acts import CASE_ACTS
from heliograph.desk.scope import scope_of
from heliograph.desk.steps.form import form_class
from heliograph.desk.steps.shape import StepPlace
from heliograph.desk.steps.table import FORMS, form_of
from heliograph.desk.tests.casework import PDF, open_bureau, read, rev_of, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers.actions import ACTS_OF_STEPS
from heliograph.dossiers.models import Case, CaseFile, Message, Payment, Recusal, Suspension
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.dossiers.tests.stages import walk_to
from heliograph.dossiers.tests.walks import answered, concluded, decided, filed, investigated, noticed
from heliograph.kernel.bpmn.notation import Kind
from heliograph.procedures.queries import standing

WHY = {"reason": "等待鉴定", "basis": "行政处罚法@2021:60"}


@pytest.fixture
def bureau(db: None, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


def test_every_act_of_a_flowchart_has_a_form() -> None:
    functions = {does for rows in ACTS_OF_STEPS.values() for does in rows.values()}
    assert sorted(does.__name__ for does in functions - set(FORMS)) == []


def test_each_role_is_offered_what_it_may_do(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    address = url(bureau, "case-acts", case=case.pk)
    officer, leader = read(browser(bureau["handler"]), address), read(browser(bureau["leader_in_charge"]), address)
    assert "发送消息" in officer
    assert "登记回避申请" in officer
    assert "中止案件" not in officer
    for words in ("中止案件", "退回前一环节", "终止案件"):
        assert words in leader
    assert "延长期限" not in leader  # the period of a penalty is lengthened by the head alone
    assert "延长期限" in read(browser(bureau["head"]), address)
    assert "登记复议诉讼" not in leader
    assert "恢复办理" not in leader


def test_a_leader_suspends_and_resumes_a_case(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    address = url(bureau, "case-act", case=case.pk, act="suspend")
    read(browser(bureau["handler"]), address, 403)
    leader = browser(bureau["leader_in_charge"])
    assert leader.post(address, {"from_on": "2026-11-20", "reason": "", "basis": ""}).status_code == 422
    past = leader.post(address, {"from_on": "2026-11-02", **WHY, "rev": rev_of(case)})
    assert past.status_code == 409
    assert "等待鉴定" in past.content.decode()
    old = leader.post(address, {"from_on": "2026-11-20", **WHY, "rev": "1"})
    assert old.status_code == 409
    assert "该案件刚被" in old.content.decode()
    assert f'name="rev" value="{rev_of(case)}"' in old.content.decode()
    assert leader.post(address, {"from_on": "2026-11-20", **WHY, "rev": rev_of(case)}).status_code == 302
    assert "案件已中止" in read(leader, url(bureau, "case", case=case.pk))
    assert leader.post(address, {"from_on": "2026-11-20", **WHY, "rev": rev_of(case)}).status_code == 409
    bureau.later(days=3)
    assert (
        leader.post(url(bureau, "case-act", case=case.pk, act="resume"), {**WHY, "rev": rev_of(case)}).status_code
        == 302
    )
    case.refresh_from_db()
    assert case.state == Case.State.HANDLING
    assert Suspension.objects.get(case=case).to_on is not None


def test_a_message_waits_on_the_desk_until_it_is_read(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    to = bureau["co_handler"]
    sent = {"to_id": str(to.pk), "text": "请核对报表"}
    address = url(bureau, "case-act", case=case.pk, act="message")
    assert browser(bureau["handler"]).post(address, sent).status_code == 302
    client = browser(to)
    assert "请核对报表" in read(client, url(bureau, "home"))
    message = url(bureau, "message-read", message=Message.objects.get().pk)
    assert browser(bureau["handler"]).post(message).status_code == 404
    assert client.get(message).status_code == 405
    assert client.post(message).status_code == 302
    assert "请核对报表" not in read(client, url(bureau, "home"))


def test_a_recusal_is_asked_and_decided(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    asked = {
        "officer_id": str(bureau["co_handler"].pk),
        "asked_by": "当事人",
        "asked_on": "2026-11-20",
        "reason": "亲属",
    }
    assert (
        browser(bureau["handler"]).post(url(bureau, "case-act", case=case.pk, act="recusal"), asked).status_code == 302
    )
    leader = browser(bureau["leader_in_charge"])
    address = url(bureau, "case-act", case=case.pk, act="recusal-decision")
    row = str(Recusal.objects.get().pk)
    assert row in read(leader, address)
    foreign = leader.post(address, {"row": str(case.pk), "granted": "yes", "reason": "属实"})
    assert foreign.status_code == 422
    assert leader.post(address, {"row": row, "granted": "yes", "reason": "属实"}).status_code == 302


def test_a_remedy_is_registered_after_the_decision(bureau: Bureau, browser: Browser) -> None:
    case = decided(bureau, answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau)))))
    page = read(browser(bureau["handler"]), url(bureau, "case-acts", case=case.pk))
    assert "登记复议诉讼" in page
    address = url(bureau, "case-act", case=case.pk, act="remedy")
    early = browser(bureau["handler"]).post(
        address,
        {"row": str(case.decisions.get().pk), "kind": "reconsideration", "body": "晴川县人民政府",
         "received_on": "2026-11-20"},
    )  # fmt: skip
    assert early.status_code == 409  # not served yet


def test_an_instalment_is_registered_by_the_officers_alone(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "serve")
    client, address = browser(bureau["handler"]), url(bureau, "case-act", case=case.pk, act="receipt")
    assert "登记缴款回执" in read(client, url(bureau, "case-acts", case=case.pk))
    assert "尚应缴纳 800" in read(client, address)
    sent = {"amount": "300", "paid_on": "2026-11-20", "bank": "晴川农商银行", "receipt": "P-1"}

    def scan() -> SimpleUploadedFile:
        return SimpleUploadedFile("票据.pdf", PDF)

    before = set(CaseFile.objects.values_list("pk", flat=True))
    much = client.post(address, {**sent, "amount": "900", "file": scan()})
    assert much.status_code == 409
    assert set(CaseFile.objects.values_list("pk", flat=True)) == before
    assert client.post(address, {**sent, "file": scan()}).status_code == 302
    payment = Payment.objects.get(case=case)
    assert payment.amount == 300
    assert payment.file is not None
    assert payment.file.case_id == case.pk
    assert client.post(address, {**sent, "amount": "100"}).status_code == 409  # the same receipt twice
    assert "尚应缴纳 500" in read(client, address)
    assert "登记缴款回执" not in read(browser(bureau["leader_in_charge"]), url(bureau, "case-acts", case=case.pk))
    assert browser(bureau["leader_in_charge"]).post(address, sent).status_code == 403
    assert browser(bureau["window_clerk"]).post(address, {**sent, "receipt": "P-2"}).status_code == 403


def test_an_unknown_act_is_no_page(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    read(browser(bureau["head"]), url(bureau, "case-act", case=case.pk, act="nothing"), 404)


@pytest.mark.parametrize("act", sorted(CASE_ACTS))
def test_every_form_of_an_act_is_drawn(bureau: Bureau, browser: Browser, act: str) -> None:
    case = filed(bureau)
    for role in ("handler", "head"):
        answer = browser(bureau[role]).get(url(bureau, "case-act", case=case.pk, act=act))
        assert answer.status_code in {200, 403}


# an agency whose pack offers the category
KINDS = {
    "penalty_ordinary": ("jinghai-tjj", "penalty"), "penalty_summary": ("jinghai-tjj", "penalty"),
    "permit": ("wenshang-gxj", "permit"), "inspection": ("jinghai-tjj", "inspection"),
    "coercion": ("jinghai-tjj", "coercion"), "levy": ("xinglongtai-mzj", "levy"),
    "simple": ("wenshang-gxj", "other"),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("procedure", KINDS)
def test_every_step_of_a_shipped_procedure_has_a_form_that_is_drawn(
    procedure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, category = KINDS[procedure]
    bureau = found_bureau(code, procedure, category="综合")
    monkeypatch.setattr(clock, "now", lambda: bureau.later(seconds=1))
    source = "application" if procedure in {"permit", "simple"} else "inspection"
    case = opened(bureau, procedure, category=category, source=source)
    request = RequestFactory().get("/")
    request.user = bureau["handler"]
    scope, stands = scope_of(request, bureau.agency.code), standing(case.pk)
    drawn = 0
    for place, node in stands.compiled.definition.nodes.items():
        if node.kind is not Kind.TASK:
            continue
        at = StepPlace(scope, case, stands, place, node)
        row = form_of(at)
        assert row is not None, place
        # what was handed in and what was found: nothing, in a case that is only opened
        asks_what_was_handed_in = at.act in {"check_submission", "respond_to_opinion"}
        assert form_class(at, row)().as_p() or asks_what_was_handed_in, place
        drawn += 1
    assert drawn > 5
