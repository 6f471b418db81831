"""Steps on the desk: the form, drafts, stale and repeated forms, wrong people, bad input."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localtime

from heliograph.desk.tests.casework import PDF, open_bureau, read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, CaseEvent, Hearing, Paper, Proposal, StepDraft
from heliograph.dossiers.queries import notice_of
from heliograph.dossiers.tests.bureau import Bureau, at, generic_step, opened, step_of
from heliograph.dossiers.tests.walks import answered, concluded, filed, investigated, noticed

pytestmark = pytest.mark.django_db
CHECKED = {"note": "线索属实", "fact-线索核查结论": "建议立案"}


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


def send(client: Client, bureau: Bureau, case: Case, place: str, *, rev: str = "", **sent: Any) -> Any:
    return client.post(step_url(bureau, case, place), {"rev": rev or rev_of(case), **sent})


def fields(**given: Any) -> dict[str, Any]:
    """The fields of the first document."""
    return {f"paper-0-{name}": value for name, value in given.items()}


def test_a_generic_step_asks_its_facts_and_is_done_once(bureau: Bureau, browser: Browser) -> None:
    case, client = opened(bureau), browser(bureau["handler"])
    place = generic_step(case)
    page = read(client, step_url(bureau, case, place))
    assert "经核查，线索应当如何处理" in page
    assert "建议不予立案" in page
    assert send(client, bureau, case, place, note="线索属实").status_code == 422
    rev = rev_of(case)
    done = send(client, bureau, case, place, **CHECKED)
    assert done.status_code == 302
    assert done["Location"] == url(bureau, "case", case=case.pk)
    again = send(client, bureau, case, place, rev=rev, **{**CHECKED, "note": "再填一次的文字"})
    text = again.content.decode()
    assert again.status_code == 409
    assert "这一环节已经办理过" in text
    assert "再填一次的文字" in text
    clicked_twice = send(client, bureau, case, place, rev=rev, **{**CHECKED, "note": "再填一次的文字"})
    assert clicked_twice.status_code == 409  # the form was never taken
    assert CaseEvent.objects.filter(case=case, act="complete_step").count() == 1
    assert "承办甲于" in read(client, step_url(bureau, case, place), 409)


def test_a_second_click_finds_the_step_done_by_the_first(bureau: Bureau, browser: Browser) -> None:
    case, client = opened(bureau), browser(bureau["handler"])
    place, rev = generic_step(case), rev_of(case)
    first, second = (send(client, bureau, case, place, rev=rev, **CHECKED) for _click in range(2))
    assert first.status_code == second.status_code == 302
    assert second["Location"] == url(bureau, "case", case=case.pk)
    assert CaseEvent.objects.filter(case=case, act="complete_step").count() == 1
    other = browser(bureau["co_handler"])
    assert send(other, bureau, case, place, rev=rev, **CHECKED).status_code == 409


def test_a_stale_form_keeps_what_was_typed(bureau: Bureau, browser: Browser) -> None:
    case, client = opened(bureau), browser(bureau["handler"])
    place = generic_step(case)
    stale = send(client, bureau, case, place, rev="0", **CHECKED)
    text = stale.content.decode()
    assert stale.status_code == 409
    assert "该案件刚被" in text
    assert "线索属实" in text
    assert f'name="rev" value="{rev_of(case)}"' in text
    assert Case.objects.get(pk=case.pk).events.count() == 1


def test_a_draft_is_restored_for_its_writer_alone(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    place = generic_step(case)
    address = f"{step_url(bureau, case, place)}draft/"
    handler, second = browser(bureau["handler"]), browser(bureau["co_handler"])
    kept = handler.post(address, {"note": "写到一半", "rev": "1", "fact-线索核查结论": "建议立案"},
                        headers={"Accept": "application/json"})  # fmt: skip
    assert kept.status_code == 200
    assert kept.json()["saved_at"]
    page = read(handler, step_url(bureau, case, place))
    assert "写到一半" in page
    assert "已恢复您在" in page
    assert 'value="建议立案" selected' in page
    assert "写到一半" not in read(second, step_url(bureau, case, place))
    assert StepDraft.objects.get().data["note"] == ["写到一半"]
    assert "rev" not in StepDraft.objects.get().data
    assert handler.post(address, {"note": "改过"}).status_code == 302
    assert send(handler, bureau, case, place, **CHECKED).status_code == 302
    assert not StepDraft.objects.exists()


def test_a_draft_has_a_limit(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    address = f"{step_url(bureau, case, generic_step(case))}draft/"
    long = browser(bureau["handler"]).post(address, {"note": "长" * 130_000})
    assert long.status_code == 409
    assert "草稿最长" in long.content.decode()
    assert not StepDraft.objects.exists()


def test_the_wrong_person_may_look_and_not_do(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    place = generic_step(case)
    leader = browser(bureau["leader_in_charge"])
    page = read(leader, step_url(bureau, case, place))
    assert "您可以查看，不能办理" in page
    assert "<textarea" not in page
    refused = send(leader, bureau, case, place, **CHECKED)
    assert refused.status_code == 403
    assert "本案由承办甲、协办乙承办" in refused.content.decode()
    assert send(leader, bureau, case, place, note="").status_code == 403  # a form with faults is no way around
    assert Case.objects.get(pk=case.pk).events.count() == 1


def test_an_unknown_place_is_no_step(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    assert "没有这一环节" in read(browser(bureau["handler"]), step_url(bureau, case, "t_nowhere"), 409)
    assert "还没有轮到" in read(browser(bureau["handler"]), step_url(bureau, case, "t_decide"), 409)


def test_documents_are_registered_with_their_file(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    actions.complete_step(case.pk, generic_step(case), note="属实", papers=[], facts={"线索核查结论": "建议立案"},
                          actor=bureau["handler"], at=bureau.later())  # fmt: skip
    client, place = browser(bureau["handler"]), step_of(case, "propose_filing")
    form = {"facts_found": "迟报资料", "paper-0-number": "晴立〔2026〕1号"}
    wrong = send(client, bureau, case, place, **form, **fields(file=SimpleUploadedFile("a.exe", b"MZ")))
    assert wrong.status_code == 422
    assert "只能上传 PDF、JPEG 或 PNG" in wrong.content.decode()
    upload = SimpleUploadedFile("立案审批表.pdf", PDF, "application/pdf")
    late = send(client, bureau, case, place, **form, **fields(on="2027-02-30", file=upload))
    assert late.status_code == 422
    assert "应为日期" in late.content.decode()
    kept = late.content.decode().split('name="paper-0-file-kept" value="')[1].split('"')[0].replace("&amp;", "&")
    future = send(client, bureau, case, place, **form, **{"paper-0-on": "2031-01-01", "paper-0-file-kept": kept})
    assert future.status_code == 409
    assert "不能晚于今天" in future.content.decode()
    assert not Paper.objects.exists()
    good = send(client, bureau, case, place, **form, **{"paper-0-on": "2026-11-20", "paper-0-file-kept": kept})
    assert good.status_code == 302
    paper = Paper.objects.select_related("file").get()
    assert (paper.kind, paper.number) == ("立案审批表", "晴立〔2026〕1号")
    assert paper.file is not None
    assert paper.file.case_id == case.pk


@pytest.mark.parametrize("amount", ["-1", "1e30", "9" * 30, "12.345", "NaN", "一百"])
def test_an_amount_that_cannot_be_is_refused_in_chinese(bureau: Bureau, browser: Browser, amount: str) -> None:
    case = investigated(bureau)
    client, place = browser(bureau["handler"]), step_of(case, "conclude_investigation")
    answer = send(
        client, bureau, case, place, outcome="penalty", kinds=["fine"], fine=amount, facts="迟报", reasons="有据"
    )
    assert answer.status_code == 422
    assert "“罚款金额”应为不小于 0 的数" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_a_text_that_is_too_long_is_a_fault_of_the_form(bureau: Bureau, browser: Browser) -> None:
    case, client = opened(bureau), browser(bureau["handler"])
    place = generic_step(case)
    long = send(client, bureau, case, place, **{**CHECKED, "note": "长" * 3000})
    assert long.status_code == 422
    assert "最多 2000 字，现为 3000 字" in long.content.decode()
    huge = send(client, bureau, case, place, **{**CHECKED, "note": "a" * 20_000_000})
    assert huge.status_code in {400, 413}
    assert Case.objects.get(pk=case.pk).events.count() == 1


def test_a_decision_before_the_statement_is_refused_with_its_article(bureau: Bureau, browser: Browser) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    client, place = browser(bureau["handler"]), step_of(case, "end_statement")
    early = send(client, bureau, case, place, kind="silence", received_on="2026-11-20", content="")
    text = early.content.decode()
    assert early.status_code == 409
    assert "届满前不能登记为期满未提出" in text
    assert "《行政处罚法》（2021）第四十五条" in text
    notice = notice_of(case)
    assert notice is not None
    bureau.now = at(notice.statement_until + timedelta(days=1))
    last_day = send(client, bureau, case, place, kind="silence", received_on=f"{notice.statement_until}", content="")
    assert last_day.status_code == 409  # the hint asks for the day after, and so does the law
    after = f"{notice.statement_until + timedelta(days=1)}"
    assert send(client, bureau, case, place, kind="silence", received_on=after, content="").status_code == 302


def test_the_decision_asks_for_the_bank_and_takes_a_number(bureau: Bureau, browser: Browser) -> None:
    case = answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau))))
    client, place = browser(bureau["leader_in_charge"]), step_of(case, "decide")
    sent = {"verdict": "作出处罚决定", "reason": "", "surcharge": "yes", "late_reason": ""}
    without = send(client, bureau, case, place, collecting_bank="", **sent)
    assert without.status_code == 409
    assert "代收机构" in without.content.decode()
    sent["collecting_bank"] = "晴川农商银行"
    unsigned = send(client, bureau, case, place, **sent)
    assert unsigned.status_code == 409
    assert "须以签章后的文件入卷" in unsigned.content.decode()
    signed = SimpleUploadedFile("决定书.pdf", PDF, "application/pdf")
    done = send(client, bureau, case, place, **sent, **fields(file=signed))
    assert done.status_code == 302
    assert "晴测罚〔2026〕1号" in read(client, url(bureau, "case", case=case.pk))


def test_a_hearing_is_announced_with_its_place_and_hour(bureau: Bureau, browser: Browser) -> None:
    case = answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau), 罚款数额较大=True)), "hearing")
    actions.request_hearing(case.pk, step_of(case, "request_hearing"), note="对金额有异议", actor=bureau["handler"],
                            at=bureau.later())  # fmt: skip
    reviewer = bureau["legality_reviewer"]
    client, place = browser(reviewer), step_of(case, "notify_hearing")
    page = read(client, step_url(bureau, case, place))
    for asked in ("听证地点", "听证时间", "从听证日向前倒数"):
        assert asked in page
    sent = {"notified_on": "2026-11-20", "held_on": "2026-12-02", "held_time": "09:30", "place": "三楼会议室",
            "chair": str(reviewer.pk), "public": "yes"}  # fmt: skip
    sent |= {"rev": rev_of(case), **fields(on="2026-11-20")}
    assert client.post(step_url(bureau, case, place), {**sent, "held_on": "2026-11-30"}).status_code == 409
    assert client.post(step_url(bureau, case, place), sent).status_code == 302
    hearing = Hearing.objects.get(case=case)
    assert (hearing.place, f"{hearing.scheduled_time:%H:%M}") == ("三楼会议室", "09:30")


def test_the_new_case_keeps_what_was_typed_and_names_what_is_wrong(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    chooser = read(client, url(bureau, "case-new"))
    assert "行政处罚普通程序" in chooser
    assert "尚未发布的程序" in chooser
    assert "简易程序" in chooser
    assert "penalty.penalty_summary" not in chooser
    address = f"{url(bureau, 'case-new')}?kind=penalty.penalty_ordinary"
    form = read(client, address)
    assert "承办甲（0000-" in form
    sent = {
        "title": "某公司迟报案", "source": "inspection", "handler": str(bureau["handler"].pk), "co_handler": "",
        "area": "晴川县", "facts": "检查发现", "party0-standing": "party", "party0-kind": "organisation",
        "party0-name": "某公司", "party0-number": "91350100M000100Y43",
        "party1-standing": "party", "party2-standing": "party",
    }  # fmt: skip
    assert 'value="application"' not in form  # nobody applies to be punished
    alone = client.post(address, sent)
    text = alone.content.decode()
    assert alone.status_code == 422
    assert "协办人" in text
    assert "检查发现" in text
    sent["co_handler"] = str(bureau["co_handler"].pk)
    assert client.post(address, {**sent, "party0-number": "913501"}).status_code == 409
    assert client.post(address, {**sent, "party0-name": ""}).status_code == 422
    assert client.post(address, {**sent, "occurred_from": "2026-02-30"}).status_code == 422
    assert not Case.objects.exists()
    done = client.post(address, sent)
    assert done.status_code == 302, done.content.decode()
    assert Case.objects.get().parties.count() == 1


def test_entries_are_the_officers_of_the_case(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    for name in ("evidence-new", "on-site-new", "citation-new", "measure-new"):
        read(browser(bureau["handler"]), url(bureau, name, case=case.pk))
        read(browser(bureau["leader_in_charge"]), url(bureau, name, case=case.pk), 403)
    other = browser(bureau["window_clerk"]).post(
        url(bureau, "citation-new", case=case.pk), {"use": "violated", "key": "行政处罚法@2021:54"}
    )
    assert other.status_code == 403
    assert "由承办人员办理" in other.content.decode()
    client = browser(bureau["co_handler"])
    address = url(bureau, "citation-new", case=case.pk)
    unknown = client.post(address, {"use": "violated", "key": "没有的法@2021:1"})
    assert unknown.status_code == 409
    assert "没有找到条文" in unknown.content.decode()
    assert client.post(address, {"use": "violated", "key": "行政处罚法@2021:54"}).status_code == 302
    assert client.post(address, {"use": "violated", "key": "行政处罚法@2021:54"}).status_code == 409


def test_a_measure_is_approved_by_the_leader_and_its_outcome_registered_once(bureau: Bureau, browser: Browser) -> None:
    case, client, leader = filed(bureau), browser(bureau["handler"]), browser(bureau["leader_in_charge"])
    sent = {"kind": "preservation", "items": "账簿三册", "reason": "可能灭失"}
    without = client.post(url(bureau, "measure-new", case=case.pk), sent)
    assert without.status_code == 422
    assert "请填写“报请批准的负责人”" in without.content.decode()
    asked = {**sent, "approver": str(bureau["leader_in_charge"].pk)}
    assert client.post(url(bureau, "measure-new", case=case.pk), asked).status_code == 302
    measure = case.measures.get()
    begin, approve = (url(bureau, name, measure=measure.pk) for name in ("measure-begin", "measure-approve"))
    early = client.post(begin, {"started_at": "2026-11-20T12:00"})
    assert early.status_code == 409
    assert "尚未获得机关负责人批准" in early.content.decode()
    assert client.post(approve, {"granted": "yes", "opinion": "同意"}).status_code == 403
    page = read(leader, url(bureau, "case", case=case.pk))
    assert approve in page
    assert "承办甲报请批准" in page
    assert "报请批准先行登记保存" in read(leader, url(bureau, "home"))
    assert leader.post(approve, {"granted": "yes", "opinion": "同意"}).status_code == 302
    assert leader.post(approve, {"granted": "yes", "opinion": "同意"}).status_code == 409
    began = f"{localtime(bureau.now):%Y-%m-%dT%H:%M}"
    assert client.post(begin, {"started_at": began}).status_code == 302
    assert "分管丙于" in read(client, url(bureau, "case", case=case.pk))
    address = url(bureau, "measure-end", measure=measure.pk)
    read(client, address)
    assert client.post(address, {"how": "发还", "ended_on": "2026-11-20"}).status_code == 302
    assert client.post(address, {"how": "发还", "ended_on": "2026-11-20"}).status_code == 409


def test_a_discussion_is_called_and_seats_are_taken_by_oneself(bureau: Bureau, browser: Browser) -> None:
    case = concluded(bureau, investigated(bureau), 情节复杂=True)
    head, leader = browser(bureau["head"]), browser(bureau["leader_in_charge"])
    address = url(bureau, "discussion-new", case=case.pk)
    people = [str(bureau[role].pk) for role in ("head", "leader_in_charge")]
    sent = {"held_on": "2026-11-20", "place": "会议室", "chair": people[0], "members": people}
    alone = head.post(address, {**sent, "members": people[:1]})
    assert alone.status_code == 409
    assert "2 名以上" in alone.content.decode()
    assert head.post(address, sent).status_code == 302
    discussion = case.discussions.get()
    seat = url(bureau, "seat", discussion=discussion.pk)
    assert "参加集体讨论" in read(leader, url(bureau, "home"))
    silent = leader.post(seat, {"vote": "disagree", "opinion": ""})
    assert silent.status_code == 409
    assert "请写明意见" in silent.content.decode()
    assert leader.post(seat, {"vote": "agree", "opinion": ""}).status_code == 302
    assert leader.post(seat, {"vote": "agree", "opinion": ""}).status_code == 409
    read(browser(bureau["handler"]), seat, 403)
    uncalled = browser(bureau["unit_head"]).post(seat, {"vote": "agree", "opinion": ""})
    assert uncalled.status_code == 409
    assert "不是这次集体讨论的参加人" in uncalled.content.decode()
