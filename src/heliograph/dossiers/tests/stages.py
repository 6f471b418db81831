"""The steps of an ordinary penalty as calls, so that a test can try each by the wrong person, too early and twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, corrected, fine, generic_step, papers, served, step_of
from heliograph.dossiers.tests.walks import answers, took_evidence, went_on_site
from heliograph.registers.models import Account

Call = Callable[[Bureau, Case, str, Account], object]


@dataclass(frozen=True)
class Stage:
    """One step: its act, who does it, what is told of it, and how it is called."""

    act: str
    role: str
    event: str
    call: Call

    def place(self, case: Case) -> str:
        """Where the step waits in a case."""
        return step_of(case, self.act) if self.act else generic_step(case)

    def do(self, bureau: Bureau, case: Case) -> None:
        """Do the step as the one whose it is."""
        self.call(bureau, case, self.place(case), bureau[self.role])


def check(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.complete_step(case.pk, place, note="线索属实", papers=[], facts={"线索核查结论": "建议立案"},
                                 actor=actor, at=bureau.later())  # fmt: skip


def propose(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.propose_filing(case.pk, place, facts_found="迟报统计资料", papers=papers(bureau, "立案审批表"),
                                  actor=actor, at=bureau.later())  # fmt: skip


def file(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.decide_filing(case.pk, place, granted=True, opinion="同意立案", actor=actor, at=bureau.later())


def enter_evidence(bureau: Bureau, case: Case) -> None:
    """What an investigation enters into the file before it ends."""
    went_on_site(bureau, case)
    took_evidence(bureau, case)
    actions.cite(case.pk, use="violated", key="行政处罚法@2021:54", actor=bureau["handler"], at=bureau.later())


def investigate(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    if not case.evidence.exists():
        enter_evidence(bureau, case)
    return actions.investigate(
        case.pk,
        place,
        summary="询问并调取报表",
        papers=papers(bureau, "询问笔录", "现场笔录"),
        actor=actor,
        at=bureau.later(),
    )


def conclude(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.conclude_investigation(case.pk, place, content=fine(), papers=papers(bureau, "调查终结报告"),
                                          facts=answers(bureau, case, place), actor=actor,
                                          at=bureau.later())  # fmt: skip


def approve(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.approve_handling(case.pk, place, agreed=True, opinion="同意", actor=actor, at=bureau.later(),
                                    papers=papers(bureau, "行政处罚审批表"))  # fmt: skip


def notice(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.give_prior_notice(case.pk, place, served_on=bureau.today, actor=actor, at=bureau.later(),
                                     papers=papers(bureau, "行政处罚事先告知书"))  # fmt: skip


def answer(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    paper = bureau.files[case.pk]
    return actions.end_statement(case.pk, place, kind="statement", received_on=bureau.today, content="请求从轻",
                                 file_id=paper, rest_waived=True, actor=actor, at=bureau.later())  # fmt: skip


def review(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.review_defence(case.pk, place, adopted="no", opinion="理由不成立", keeps=True, actor=actor,
                                  papers=papers(bureau, "陈述申辩复核意见"), at=bureau.later())  # fmt: skip


def decide(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    [paper] = papers(bureau, "行政处罚决定书")
    return actions.decide(case.pk, place, paper=paper, collecting_bank="晴川农商银行", surcharge=True, actor=actor,
                          at=bureau.later())  # fmt: skip


def serve(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.serve(case.pk, place, content=served(bureau), papers=papers(bureau, "送达回证"), actor=actor,
                         at=bureau.later())  # fmt: skip


def publish(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.record_publication(case.pk, place, published_on=bureau.today, where="机关网站", actor=actor,
                                      at=bureau.later())  # fmt: skip


def pay(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.record_payment(case.pk, place, state="已履行", amount=Decimal(800),
                                  file_id=bureau.files[case.pk], paid_on=bureau.today,
                                  bank="晴川农商银行", receipt="P-1", actor=actor, at=bureau.later())  # fmt: skip


def close(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.close_case(case.pk, place, outcome="执行完毕", opinion="同意结案", **corrected(bureau),
                              papers=papers(bureau, "结案审批表"), actor=actor, at=bureau.later())  # fmt: skip


def archive(bureau: Bureau, case: Case, place: str, actor: Account) -> object:
    return actions.archive_case(case.pk, place, note="一案一卷", papers=papers(bureau, "卷内目录"), actor=actor,
                                at=bureau.later())  # fmt: skip


ORDINARY = [
    Stage("", "handler", "case.step_completed", check),
    Stage("propose_filing", "handler", "case.filing_proposed", propose),
    Stage("decide_filing", "leader_in_charge", "case.filed", file),
    Stage("investigate", "handler", "case.investigated", investigate),
    Stage("conclude_investigation", "handler", "case.investigation_concluded", conclude),
    Stage("approve_handling", "leader_in_charge", "case.handling_approved", approve),
    Stage("give_prior_notice", "handler", "case.notified", notice),
    Stage("end_statement", "handler", "case.statement_ended", answer),
    Stage("review_defence", "handler", "case.defence_reviewed", review),
    Stage("decide", "leader_in_charge", "case.decided", decide),
    Stage("serve", "handler", "case.served", serve),
    Stage("record_publication", "handler", "case.published", publish),
    Stage("record_payment", "handler", "case.paid", pay),
    Stage("close_case", "leader_in_charge", "case.closed", close),
    Stage("archive_case", "handler", "case.archived", archive),
]


def walk_to(bureau: Bureau, case: Case, act: str) -> Stage:
    """Do every step before an act; return its stage."""
    for stage in ORDINARY:
        if stage.act == act:
            return stage
        stage.do(bureau, case)
    raise AssertionError(act)
