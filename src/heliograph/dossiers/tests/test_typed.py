"""Documents of a step are drawn up from what is being typed there, and must say what the step then does."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from heliograph.documents.models import Document
from heliograph.dossiers import actions
from heliograph.dossiers.actions import PaperContent
from heliograph.dossiers.actions.drafting import save_step_draft
from heliograph.dossiers.actions.making import draft_document, issue_document
from heliograph.dossiers.document_data import case_data
from heliograph.dossiers.models import Case, Paper, Proposal
from heliograph.dossiers.tests.bureau import Bureau, fine, found_bureau, papers, step_of
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.walks import answered, answers, concluded, decided, investigated, noticed
from heliograph.dossiers.volume_reading import lacking, unsigned
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.actions import issue_certificate
from tests.cast import LONG_AGO

pytestmark = pytest.mark.django_db
REPORT = "调查终结报告"
TYPED = {
    "outcome": ["penalty"], "kinds": ["fine"], "fine": ["800"], "facts": ["迟报一次"], "reasons": ["事实清楚"],
    "basis": ["行政处罚法@2021:54"], "correction": ["按时报送"], "confiscated": ["很多"],
}  # fmt: skip


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def save(bureau: Bureau, case: Case, act: str, data: dict[str, Any], who: str = "handler") -> None:
    save_step_draft(case.pk, step_of(case, act), data=data, actor=bureau[who], at=bureau.later())


def report(bureau: Bureau, case: Case, who: str = "handler") -> Document:
    return draft_document(case.pk, step_of(case, "conclude_investigation"), kind=REPORT, asked={}, actor=bureau[who],
                          at=bureau.later())  # fmt: skip


def conclude(bureau: Bureau, case: Case, document: Document, **changes: Any) -> object:
    place = step_of(case, "conclude_investigation")
    return actions.conclude_investigation(
        case.pk, place, content=fine(**changes), papers=[PaperContent(REPORT, bureau.today, document_id=document.pk)],
        facts=answers(bureau, case, place), actor=bureau["handler"], at=bureau.later(),
    )  # fmt: skip


def test_the_report_carries_the_proposal_that_is_made_with_it(bureau: Bureau) -> None:
    case = investigated(bureau)
    assert refused(lambda: issue_document(case.pk, report(bureau, case).pk, actor=bureau["handler"],
                                          at=bureau.later())) == "document.incomplete"  # fmt: skip
    save(bureau, case, "conclude_investigation", TYPED)
    document = Document.objects.get(kind=REPORT)
    made = issue_document(case.pk, document.pk, actor=bureau["handler"], at=bureau.later())
    assert made.data["items"] == ["罚款800元（大写：捌佰元整）"]
    assert made.data["correction"] == "按时报送"
    assert not Proposal.objects.exists()
    assert refused(lambda: conclude(bureau, case, made, fine=Decimal(5000))) == "papers.differ"
    assert not Paper.objects.filter(document=made).exists()
    conclude(bureau, case, made)
    assert Paper.objects.get(document=made).kind == REPORT


def test_the_proposal_that_was_sent_back_is_not_printed_again(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau), fine(fine=Decimal(5000)))
    actions.approve_handling(case.pk, step_of(case, "approve_handling"), agreed=False, opinion="过重",
                             papers=papers(bureau, "行政处罚审批表"), actor=bureau["leader_in_charge"],
                             at=bureau.later())  # fmt: skip
    assert not report(bureau, case).data["items"]
    save(bureau, case, "conclude_investigation", TYPED)
    assert report(bureau, case, "co_handler").data["items"] is None, "what somebody else types is theirs"


def test_a_decision_and_its_document_say_the_same_of_bank_and_surcharge(bureau: Bureau) -> None:
    case = answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau))))
    leader, step = bureau["leader_in_charge"], step_of(case, "decide")
    save(bureau, case, "decide", {"collecting_bank": ["晴川农商银行"], "surcharge": ["yes"]}, "leader_in_charge")
    asked: dict[str, Any] = {"court": "晴川县人民法院", "add_surcharge": True, "bank": "晴川农商银行"}
    draft = draft_document(case.pk, step, kind="行政处罚决定书", asked=asked, actor=leader, at=bureau.later())
    made = issue_document(case.pk, draft.pk, actor=leader, at=bureau.later())

    def decide(**changes: Any) -> object:
        given = {"collecting_bank": "晴川农商银行", "surcharge": True, **changes}
        return actions.decide(case.pk, step, paper=PaperContent(made.kind, bureau.today, document_id=made.pk),
                              actor=leader, at=bureau.later(), **given)  # fmt: skip

    assert refused(lambda: decide(surcharge=False)) == "decision.other_surcharge"
    assert refused(lambda: decide(collecting_bank="另一家银行")) == "decision.other_bank"
    decide()


def test_the_certificate_of_the_case_is_the_one_everywhere(bureau: Bureau) -> None:
    person = bureau["handler"].person_id
    assert person is not None
    issue_certificate(person, kind="统计执法证", number="9999-TJ", category="统计执法", area="晴川县",
                      issued_on=LONG_AGO, valid_to=date(2029, 12, 31), actor=bureau["legality_reviewer"],
                      at=bureau.later())  # fmt: skip
    case = investigated(bureau)
    known = case_data(case, pack_in_force(case.agency_id, bureau.today), bureau.today)
    on_site = case.on_site_acts.get()
    assert known["handler.certificate"] == on_site.first_certificate != "9999-TJ"


def test_a_hearing_is_told_to_the_party_without_the_opinion_of_its_chair(bureau: Bureau) -> None:
    case = decided(bureau, answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau)))))
    known = case_data(case, pack_in_force(case.agency_id, bureau.today), bureau.today)
    assert known["notice.name"] == "事先告知书"
    assert known["statement.story"] == "当事人书面放弃陈述、申辩的权利。"


def test_a_document_that_only_the_system_made_is_not_called_signed(bureau: Bureau) -> None:
    case = investigated(bureau)
    save(bureau, case, "conclude_investigation", TYPED)
    made = issue_document(case.pk, report(bureau, case).pk, actor=bureau["handler"], at=bureau.later())
    conclude(bureau, case, made)
    pack = pack_in_force(case.agency_id, bureau.today)
    [piece] = unsigned(case, pack)
    assert (piece.document, piece.required) == (REPORT, False)
    assert lacking(case, pack) == []
    paper = Paper.objects.get(document=made)
    actions.add_scan(case.pk, paper.pk, name="报告.pdf", content=b"%PDF-1.4 signed by hand", reason="签名后扫描",
                     actor=bureau["handler"], at=bureau.later())  # fmt: skip
    assert unsigned(case, pack) == []
    assert refused(lambda: actions.add_scan(case.pk, paper.pk, name="再.pdf", content=b"%PDF-1.4 again", reason="再传",
                                            actor=bureau["handler"], at=bureau.later())) == "scan.twice"  # fmt: skip


def test_a_hearing_is_announced_as_its_document_says(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau), 罚款数额较大=True))
    answered(bureau, case, "hearing")
    chair = bureau["legality_reviewer"]
    place = step_of(case, "request_hearing")
    actions.request_hearing(case.pk, place, note="要求听证", actor=bureau["handler"], at=bureau.later())
    step = step_of(case, "notify_hearing")
    typed = {"held_on": ["2026-12-14"], "held_time": ["09:30"], "place": ["二楼会议室"], "chair": [str(chair.pk)]}
    save_step_draft(case.pk, step, data=typed, actor=chair, at=bureau.later())
    asked = {"recorder": "李某", "contact": "承办甲", "phone": "0539-1"}
    draft = draft_document(case.pk, step, kind="听证通知书", asked=asked, actor=chair, at=bureau.later())
    made = issue_document(case.pk, draft.pk, actor=chair, at=bureau.later())
    assert (made.data["scheduled_on"], made.data["hour"], made.data["where"]) == ("2026-12-14", "09:30", "二楼会议室")

    def notify(**changes: Any) -> object:
        given = {"held_on": date(2026, 12, 14), "held_time": time(9, 30), "place": "二楼会议室", **changes}
        return actions.notify_hearing(
            case.pk, step, notified_on=bureau.today, chair_id=chair.pk, public=True, actor=chair, at=bureau.later(),
            papers=[PaperContent(made.kind, bureau.today, document_id=made.pk)], **given,
        )  # fmt: skip

    assert refused(lambda: notify(held_on=date(2026, 12, 8))) == "papers.differ"
    assert refused(lambda: notify(held_time=time(14, 30))) == "papers.differ"
    assert refused(lambda: notify(place="三楼会议室")) == "papers.differ"
    notify()
