"""Legality review on the desk: the six forms, the queue, the rounds, the people and the figures."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfWriter

from heliograph.desk.steps.reasons import ReasonsField
from heliograph.desk.tests.casework import PDF, open_bureau, read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers.actions import store_case_file
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, step_of
from heliograph.dossiers.tests.doing import open_steps
from heliograph.dossiers.tests.walks import answered, concluded, investigated, noticed, took_evidence
from heliograph.ledger.models import Record
from heliograph.legality_review.models import AdviserContract, Review, ReviewCall, Reviewer, Training
from heliograph.legality_review.queries import elements_of
from heliograph.legality_review.tests.reviewing import checked, registered, responded, reviewed, submitted, to_review
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    found = open_bureau(monkeypatch)
    registered(found)
    return found


@pytest.fixture
def case(bureau: Bureau) -> Case:
    return to_review(bureau)


def send(client: Client, bureau: Bureau, case: Case, act: str, **sent: Any) -> Any:
    place = step_of(case, act)
    paper = {
        "paper-0-on": bureau.today.isoformat(),
        "paper-0-file": SimpleUploadedFile("签章.pdf", PDF, content_type="application/pdf"),
    }
    return client.post(step_url(bureau, case, place), {"rev": rev_of(case), **paper, **sent})


def test_a_package_is_sent_only_when_answered_for(bureau: Bureau, browser: Browser, case: Case) -> None:
    client = browser(bureau["handler"])
    page = read(client, step_url(bureau, case, step_of(case, "submit_review")))
    assert "调查终结报告（签章后的文件）" in page
    assert "案卷中已有" in page
    assert send(client, bureau, case, "submit_review", note="").status_code == 422
    done = send(client, bureau, case, "submit_review", note="争议在数额", truth_stated="yes")
    assert done.status_code == 302
    assert Review.objects.get(case=case).note == "争议在数额"


def test_the_check_names_what_is_lacking_and_the_supplement_asks_for_it(
    bureau: Bureau, browser: Browser, case: Case
) -> None:
    submitted(bureau, case)
    reviewer, handler = browser(bureau["legality_reviewer"]), browser(bureau["handler"])
    assert send(reviewer, bureau, case, "check_submission", **{"lacking-report": "缺页"}).status_code == 302
    place = step_of(case, "supplement_review")
    assert "须补充：缺页" in read(handler, step_url(bureau, case, place))
    file = SimpleUploadedFile("报告.pdf", PDF + b"2", content_type="application/pdf")
    assert send(handler, bureau, case, "supplement_review", note="已补", **{"file-report": file}).status_code == 302
    assert open_steps(case) == {"t_completeness"}


def opinion(bureau: Bureau, conclusion: str, **problems: str) -> dict[str, str]:
    keys = elements_of(pack_in_force(bureau.agency.pk, bureau.today))
    found = {f"finding-{key}": "problem" if key in problems else "ok" for key in keys}
    notes = {f"note-{key}": said for key, said in problems.items()}
    cited = {f"cited-{key}": "行政处罚法@2021:46" for key in problems}
    return {**found, **notes, **cited, "conclusion": conclusion, "text": "书面意见"}


def test_an_opinion_is_given_element_by_element(bureau: Bureau, browser: Browser, case: Case) -> None:
    submitted(bureau, case)
    checked(bureau, case)
    reviewer = browser(bureau["legality_reviewer"])
    place = step_of(case, "review_opinion")
    page = read(reviewer, step_url(bureau, case, place))
    assert "执法主体是否合法" in page
    assert "证据：报表" in page
    half = {name: value for name, value in opinion(bureau, "agree").items() if name != "finding-facts"}
    assert send(reviewer, bureau, case, "review_opinion", **half).status_code == 422
    told = send(reviewer, bureau, case, "review_opinion", **opinion(bureau, "agree", evidence="不足"))
    assert "审核结论不能是同意" in told.content.decode()
    bare = {**opinion(bureau, "problems", evidence="", law=" "), "cited-evidence": "", "cited-law": ""}
    told = send(reviewer, bureau, case, "review_opinion", **bare)
    assert told.status_code == 422
    faults = told.content.decode().split('class="faults"')[1].split("</ul>")[0]
    assert faults.count("请写明说明") == faults.count("请选择所指的文书或者证据") == 2  # all of them, at the top
    assert told.content.decode().count("<details open") >= 2
    assert page.count('data-article=""') == len(elements_of(pack_in_force(bureau.agency.pk, bureau.today)))
    assert "data-find=" in page
    done = send(reviewer, bureau, case, "review_opinion", **opinion(bureau, "problems", evidence="不足"))
    assert done.status_code == 302
    handler = browser(bureau["handler"])
    assert "第 1 项：不足" in read(handler, step_url(bureau, case, step_of(case, "respond_to_opinion")))
    answer = {"answer-1": "not_adopted", "reason-1": "已经足够"}
    assert send(handler, bureau, case, "respond_to_opinion", **answer).status_code == 302
    settled = {
        "manner": "leader",
        "held_on": bureau.today.isoformat(),
        "minutes": "听取意见",
        "result": "again",
        "grounds": "证据相互印证",
    }
    head = browser(bureau["head"])
    assert send(head, bureau, case, "coordinate_review", **settled).status_code == 302
    assert open_steps(case) == {"t_opinion"}


def test_the_queue_and_the_rounds_are_shown(bureau: Bureau, browser: Browser, case: Case) -> None:
    reviewed(bureau, case, "problems")
    responded(bureau, case)
    concluded(bureau, case, 涉及重大公共利益=True)
    submitted(bureau, case)
    reviewer = browser(bureau["legality_reviewer"])
    queue = read(reviewer, url(bureau, "reviews"))
    assert "第 2 轮" in queue
    assert "待核对材料" in queue
    rounds = read(reviewer, url(bureau, "case-review", case=case.pk))
    assert rounds.index("第 2 轮") < rounds.index("第 1 轮")
    assert "现在不得作出决定" in rounds
    assert "缺少送达时间的证据" in rounds
    assert "已补充证据" in rounds
    figures = read(reviewer, url(bureau, "review-statistics"))
    assert "证据是否合法充分" in figures
    assert "采纳 1 项" in figures
    checked(bureau, case)
    assert "审核中" in read(reviewer, url(bureau, "reviews"))


def test_the_page_of_the_decision_refuses_what_was_not_reviewed(bureau: Bureau, browser: Browser) -> None:
    """The page is no way round: it does the same act."""
    case = answered(bureau, noticed(bureau, reviewed(bureau, to_review(bureau))))
    leader = browser(bureau["leader_in_charge"])
    from_page = {"collecting_bank": "农商银行", "surcharge": "yes", "verdict": "作出处罚决定", "reason": ""}
    assert Review.objects.get(case=case).state == Review.State.PASSED
    took_evidence(bureau, case)
    told = send(leader, bureau, case, "decide", **from_page)
    assert told.status_code != 302
    assert "证据已经变动，该意见失效" in told.content.decode()


def test_a_case_is_called_in_and_its_review_supplemented_from_the_list_of_acts(
    bureau: Bureau, browser: Browser
) -> None:
    case = concluded(bureau, investigated(bureau))
    reviewer = browser(bureau["legality_reviewer"])
    assert "调取审核" in read(reviewer, url(bureau, "case-acts", case=case.pk))
    address = url(bureau, "case-act", case=case.pk, act="review-call")
    assert reviewer.post(address, {"reason": "影响大", "rev": rev_of(case)}).status_code == 302
    assert ReviewCall.objects.get(case=case).reason == "影响大"
    concluded(bureau, case)
    submitted(bureau, case)
    checked(bureau, case)
    ask = url(bureau, "case-act", case=case.pk, act="review-ask")
    assert reviewer.post(ask, {"text": "鉴定意见", "rev": rev_of(case)}).status_code == 302
    handler = browser(bureau["handler"])
    answer = url(bureau, "case-act", case=case.pk, act="review-answer")
    assert "鉴定意见" in read(handler, answer)
    assert handler.post(answer, {"note": "已交", "rev": rev_of(case)}).status_code == 302


def test_people_contracts_and_trainings_are_registered(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["head"])
    page = read(client, url(bureau, "reviewers"))
    assert "审核人员 1 人" in page
    contract = {"contract-firm": "某律师事务所", "contract-lawyer": "律师甲", "contract-signed_on": "2026-09-08",
                "contract-from_on": "2026-09-20", "contract-to_on": "2027-09-19", "act": "contract"}  # fmt: skip
    assert client.post(url(bureau, "reviewers"), {**contract, "contract-firm": ""}).status_code == 422
    assert client.post(url(bureau, "reviewers"), contract).status_code == 302
    assert AdviserContract.objects.get().lawyer == "律师甲"
    reviewer = Reviewer.objects.get()
    address = url(bureau, "reviewer", reviewer=reviewer.pk)
    training = {"kind": "training", "title": "行政处罚法", "held_on": "2026-10-01", "hours": "8", "result": ""}
    assert client.post(address, training).status_code == 302
    assert Training.objects.get().hours == 8
    assert client.post(address, {"act": "end", "end-to_on": bureau.today.isoformat()}).status_code == 302
    again = {
        "account_id": str(bureau["legality_reviewer"].pk),
        "kind": "staff",
        "began_on": "2020-01-01",
        "from_on": bureau.today.isoformat(),
        "qualification": "",
        "qualified_on": "",
        "contract_id": "",
    }
    assert client.post(url(bureau, "reviewers"), again).status_code == 302
    assert "行政处罚法" in read(client, address)
    assert client.post(url(bureau, "reviewers"), again).status_code == 409


def test_the_opinion_is_written_beside_the_package(bureau: Bureau, browser: Browser, case: Case) -> None:
    submitted(bureau, case)
    checked(bureau, case)
    reviewer = browser(bureau["legality_reviewer"])
    page = read(reviewer, step_url(bureau, case, step_of(case, "review_opinion")))
    assert 'target="shown"' in page
    assert page.index("送审材料和证据") < page.index("审核要素")
    assert "行政处罚法@2021" not in page  # keys read as people write them
    kept = case.files.order_by("pk")[0]
    answer = reviewer.get(url(bureau, "review-shown", case=case.pk, file=kept.pk))
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "不能在这里显示" in answer.content.decode()
    assert Record.objects.filter(kind="case.file_read", actor_id=bureau["legality_reviewer"].pk).exists()


def blank() -> bytes:
    """Return a PDF of one empty page."""
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(made)
    return made.getvalue()


def test_a_file_of_pages_is_shown_as_pictures(bureau: Bureau, browser: Browser, case: Case) -> None:
    kept = store_case_file(case.pk, name="一页.pdf", content=blank(), actor=bureau["handler"], at=bureau.later())
    page = read(browser(bureau["legality_reviewer"]), url(bureau, "review-shown", case=case.pk, file=kept.pk))
    assert page.count("data:image/png;base64,") == 1
    assert "1 页" in page


def test_rounds_are_compared_grounds_named_and_responsibility_listed(
    bureau: Bureau, browser: Browser, case: Case
) -> None:
    reviewed(bureau, case, "problems")
    responded(bureau, case)
    concluded(bureau, case, 涉及重大公共利益=True)
    reviewed(bureau, case)
    reviewer = browser(bureau["legality_reviewer"])
    page = read(reviewer, url(bureau, "case-review", case=case.pk))
    assert "各轮意见对照" in page
    assert "《行政处罚法》（2021）第五十八条" in page
    assert "@2021" not in page
    listed = read(reviewer, url(bureau, "review-accountability"))
    assert listed.count("已声明") == 2
    assert bureau["handler"].display_name in listed


def test_a_case_that_needs_none_says_why(bureau: Bureau, browser: Browser) -> None:
    case = concluded(bureau, investigated(bureau))
    page = read(browser(bureau["handler"]), url(bureau, "case-review", case=case.pk))
    assert "不属于审核情形的判断" in page
    assert "是否涉及重大公共利益" in page


def test_l2_every_answer_to_the_catalogue_asks_its_reason(bureau: Bureau, browser: Browser) -> None:
    case = investigated(bureau)
    place = step_of(case, "conclude_investigation")
    page = read(browser(bureau["handler"]), step_url(bureau, case, place))
    assert page.count('name="fact-审核情形判断理由-') == 6
    field = ReasonsField("理由", {"甲": "是否甲", "乙": "是否乙"})
    with pytest.raises(ValidationError, match="是否乙"):
        field.clean("甲：有据")
    with pytest.raises(ValidationError, match="最多 300 字"):
        field.clean(f"甲：有据\n乙：{'长' * 301}")
    sent = {"r-1": "有据", "r-2": " 无关 "}
    assert field.clean(field.widget.value_from_datadict(sent, {}, "r")) == "甲：有据\n乙：无关"


def test_a_contract_that_is_not_renewed_is_said_so(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["head"])
    contract = {"contract-firm": "某律师事务所", "contract-lawyer": "律师甲", "contract-signed_on": "2026-09-08",
                "contract-from_on": "2026-09-20", "contract-to_on": "2027-09-19", "act": "contract"}  # fmt: skip
    client.post(url(bureau, "reviewers"), contract)
    assert 'value="decline"' in read(client, url(bureau, "reviewers"))
    made = str(AdviserContract.objects.get().pk)
    decline = {"act": "decline", "contract": made, "decline-reason": "改为购买服务"}
    assert client.post(url(bureau, "reviewers"), decline).status_code == 302
    assert 'value="decline"' not in read(client, url(bureau, "reviewers"))
