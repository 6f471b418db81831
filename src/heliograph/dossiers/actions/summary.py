"""Penalties on the spot: facts found, party told and heard, decided, handed over, the fine collected (当场处罚)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers import benchmarks, gates
from heliograph.dossiers.actions.concluding import (
    ProposalContent,
    may_impose,
    party_kind,
    present_proposal,
    propose,
    with_benchmark,
)
from heliograph.dossiers.actions.deciding import may_decide_now, said_of, write_decision
from heliograph.dossiers.actions.executing import ReceiptContent, pay
from heliograph.dossiers.actions.hearing import write_notice, write_statement
from heliograph.dossiers.actions.inspections import write_clue_of
from heliograph.dossiers.actions.investigating import OnSiteContent, write_on_site_act
from heliograph.dossiers.actions.papers import PaperContent
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, let_duties_follow, require_asked, take_step, tell
from heliograph.dossiers.models import Case, CaseEvent, Decision, Evidence, Notice, OnSiteAct, Service, Statement
from heliograph.dossiers.permissions import access_case, require_handler
from heliograph.dossiers.queries import decision_of, known_articles, notice_of
from heliograph.dossiers.rules import deciding, serving
from heliograph.dossiers.rules import summary as rules
from heliograph.dossiers.rules.investigating import are_known
from heliograph.dossiers.rules.opening import check_text, may_work_on
from heliograph.dossiers.rules.papers import check_papers
from heliograph.dossiers.rules.proposing import is_as_found, is_summary, kinds_on_the_spot, may_put_right
from heliograph.dossiers.rules.terms import Terms, check_correction, check_terms
from heliograph.duties.following import Event
from heliograph.kernel.feel import FactValue
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import Allowed, Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account

BY_OFFICERS = "执法人员当场收缴"  # in place of the bank of a payment
MOST_COLLECTED = "on_spot_fine"  # provision of the packs, 元
COLLECTED, HANDED_IN, BANKED = "case.fine_collected", "case.fine_handed_in", "case.fine_banked"
ONLY_WARNING = "警告"
KINDS, FINE, WITHIN = "当场处罚种类", "罚款金额", "可以当场处罚"  # facts of the packs
LIMITS_TABLE = "summary_allowed"


@dataclass(frozen=True, slots=True)
class Collection:
    """A fine that officers collected: the ground, a value of CollectedOnSpot, and the receipt of the treasury."""

    ground: str
    receipt: str
    asked: bool = False  # by the party, where it could hardly pay at a bank
    file_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OralAnswer:
    """What the party said on the spot and what became of it. adopted: no or partly."""

    content: str
    adopted: str = ""
    review: str = ""


@transaction.atomic
def identify_on_the_spot(
    case_id: UUID,
    step: str,
    *,
    content: OnSiteContent | None,
    found: str,
    facts: Mapping[str, FactValue],
    ordinary: bool = False,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Show certificates and find the facts. What is beyond the summary procedure leaves a clue to be filed.

    content: the act on site, None where it is registered already. ordinary: leaving the procedure is meant. The kind of
    the party is that of the registered one and asked of nobody; a warning alone has no fine.
    """
    taken = take_step(case_id, step, act="investigate", actor=actor, at=at, rev=rev)
    known = {**facts, "当事人类型": party_kind(taken.case)}
    if known.get("罚款金额") is None and facts.get("当场处罚种类") == ONLY_WARNING:
        known["罚款金额"] = 0
    require_asked(taken, known)
    require(check_text(found, what="现场情况", longest=1800))
    if content is not None:
        taken.rows.append(write_on_site_act(taken.case, content, actor, at))
    day = localdate(content.began_at) if content else spot_day(taken.case) or taken.on
    text = f"{taken.node.name}：{found.strip()}"
    told = finish_step(taken, event="case.investigated", text=text, facts=known, on=day)
    beyond = taken.case.state == Case.State.CLOSED
    require(rules.may_go_ordinary(over=beyond, agreed=ordinary))
    if beyond:
        _leave_clue(taken, found.strip())
    return told


def _leave_clue(taken: StepAct, found: str) -> None:
    case = taken.case
    text = f"当场处罚案件 {case.number} 超出简易程序的范围，转普通程序。{found}"
    clue = write_clue_of(case, text, on=taken.on, actor=taken.actor, at=taken.at)
    told = tell(case, event="case.referred", act="investigate", step=taken.node.name, on=taken.on,
                text=f"转普通程序，已登记线索：{clue.target}。", basis=rules.LIMITS, actor=taken.actor,
                at=taken.at)  # fmt: skip
    append("case.referred", subject=case, agency_id=case.agency_id, actor_id=taken.actor.pk, at=taken.at,
           rows=[clue, told])  # fmt: skip


def spot_day(case: Case) -> date | None:
    """Return the day on which officers were before the party, the last where there are several; None before that."""
    began = OnSiteAct.objects.filter(case=case).order_by("-began_at").values_list("began_at", flat=True).first()
    return localdate(began) if began else None


@transaction.atomic
def notify_on_the_spot(
    case_id: UUID,
    step: str,
    *,
    content: ProposalContent,
    answer: OralAnswer | None = None,
    told_on: date | None = None,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Tell the party by word of mouth what is to be decided on the spot, and hear it (行政处罚法44、45、52).

    answer: None where the party had nothing to say. Kinds and amount are those that the step before found to be within
    the limits; others put its answers right, if they are within them too. told_on: today when left out.
    """
    taken = take_step(case_id, step, act="give_prior_notice", actor=actor, at=at, rev=rev)
    day = told_on or taken.on
    require(
        first_refusal(
            is_summary(summary=taken.is_summary),
            rules.may_follow_up(day, after=spot_day(taken.case), today=taken.on, what="告知日期", of="到场之日"),
            check_terms(content.terms),
            check_correction(content.outcome, content.correction, by=None, on=day),
            may_impose(taken, content.terms),
            are_known(sorted(set(content.basis) - known_articles(taken.pack, content.basis))),
            _may_answer(answer),
        )
    )
    right = _put_right(taken, content.terms)
    require(may_put_right(content.terms, within=_is_within(taken, right)))
    content, found = with_benchmark(taken, content)
    proposal = propose(taken, content, found)
    notice = write_notice(taken, proposal, served_on=day, hearing_right=False, statement_until=day)
    said = _write_answer(taken, notice, answer, day)
    text = f"{_told_right(taken, right)}{_heard(said)}"[:2000]
    return finish_step(taken, event="case.notified", text=text, on=day, also=["case.statement_ended"], facts=right)


def _put_right(taken: StepAct, terms: Terms) -> dict[str, FactValue]:
    """Return the answers of the step before as what is told makes them, none where it makes them no other."""
    known = taken.standing.facts
    kinds = kinds_on_the_spot(terms)
    if is_as_found(terms, kinds=known.get(KINDS), fine=known.get(FINE)):
        return {}
    return {KINDS: kinds or "其他", FINE: terms.fine}


def _is_within(taken: StepAct, right: Mapping[str, FactValue]) -> bool:
    """Say whether the answers, put right, are within the limits by the very table that the step before looked at."""
    table = taken.standing.compiled.definition.tables.get(LIMITS_TABLE)
    if not right or table is None:
        return not right
    return table.decide({**taken.standing.facts, **right}).outputs.get(WITHIN) is True


def _told_right(taken: StepAct, right: Mapping[str, FactValue]) -> str:
    known = taken.standing.facts
    if not right:
        return ""
    before, after = (f"{one.get(KINDS)}、罚款 {one.get(FINE)} 元" for one in (known, right))
    return f"更正前一环节登记的拟作处罚：{before}改为{after}。"


def _may_answer(answer: OralAnswer | None) -> Verdict:
    if answer is None:
        return Allowed()
    return rules.may_answer_orally(answer.content, adopted=answer.adopted, review=answer.review)


def _write_answer(taken: StepAct, notice: Notice, answer: OralAnswer | None, day: date) -> Statement:
    """Write what the party said, with its review; that it had nothing to say is written too."""
    kind = Statement.Kind.NO_COMMENT if answer is None else Statement.Kind.STATEMENT
    said = write_statement(taken, notice, kind, day, answer.content if answer else "")
    if answer is not None:
        said.adopted, said.review, said.reviewed_by, said.reviewed_on = (
            answer.adopted, answer.review.strip(), taken.actor, day,
        )  # fmt: skip
        said.save(update_fields=["adopted", "review", "reviewed_by", "reviewed_on"])
    taken.rows.append(said)
    return said


def _heard(answer: Statement) -> str:
    said = f"：{answer.content}。复核：{answer.get_adopted_display()}，{answer.review}" if answer.content else ""
    return f"当场告知拟作的处罚，当事人{answer.get_kind_display()}{said}"[:2000]


@transaction.atomic
def decide_on_the_spot(
    case_id: UUID,
    step: str,
    *,
    paper: PaperContent,
    decided_on: date | None = None,
    collecting_bank: str = "",
    surcharge: bool | None = None,
    collection: Collection | None = None,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Decide on the spot, on the day of `decided_on`; the fine goes to the bank, or officers collect it (52、68)."""
    taken = take_step(case_id, step, act="decide", actor=actor, at=at, rev=rev)
    proposal = present_proposal(taken)
    notice = notice_of(taken.case)
    day = decided_on or (notice.served_on if notice else taken.on)
    given = collection or Collection("", "")
    to_bank = proposal.fine > 0 and not given.ground
    require(
        first_refusal(
            check_papers(declared=taken.node.documents, given=[paper.kind]),
            gates.asked(gates.LEGALITY_REVIEW, taken.case.pk),
            may_decide_now(taken, proposal),
            rules.is_proved(evidence=Evidence.objects.filter(case=taken.case).count()),
            rules.may_follow_up(day, after=notice.served_on if notice else None, today=taken.on, what="决定日期",
                                of="告知之日"),
            benchmarks.may_stay(taken.case, proposal, taken.on),
            rules.may_collect(given.ground, fine=proposal.fine, most=_most_collected(taken.pack),
                              receipt=given.receipt, asked=given.asked),
            deciding.is_bank_named(fined=to_bank, bank=collecting_bank),
            deciding.is_surcharge_said(fined=to_bank, said=surcharge),
        )
    )  # fmt: skip
    decision = write_decision(taken, proposal, paper, bank=collecting_bank, surcharge=bool(surcharge), on=day,
                              collected=given.ground)  # fmt: skip
    also = _collect(taken, decision, given) if given.ground else []
    return finish_step(taken, event="case.decided", text=f"当场作出决定：{said_of(proposal)}。", on=day, also=also)


def _most_collected(pack: Pack) -> int | None:
    value = next((one.value for one in pack.rules.provisions if one.id == MOST_COLLECTED), None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _collect(taken: StepAct, decision: Decision, given: Collection) -> list[str]:
    """Write down what officers collected; return the events that open the days to hand it in."""
    receipt = ReceiptContent(decision.fine, decision.fine * 0, decision.decided_on, BY_OFFICERS, given.receipt,
                             given.file_id)  # fmt: skip
    taken.rows.append(pay(taken.case, decision, taken.pack, receipt, taken.actor, taken.at))
    return [COLLECTED]


@transaction.atomic
def hand_over_on_the_spot(
    case_id: UUID,
    step: str,
    *,
    receiver: str = "",
    refusal: str = "",
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Hand the decision over on the spot, on its own day; a refusal to sign is noted on it (行政处罚法52)."""
    taken = take_step(case_id, step, act="serve", actor=actor, at=at, rev=rev)
    decision = decision_of(taken.case)
    require(
        first_refusal(
            serving.is_decided(decided=decision is not None), rules.may_hand_over(receiver=receiver, refusal=refusal)
        )
    )
    assert decision is not None  # noqa: S101 - said by the rule above, for the type checker
    service = write_row(
        Service, agency_id=taken.case.agency_id, case=taken.case, paper=decision.paper, method=Service.Method.DIRECT,
        sent_on=decision.decided_on, received_on=decision.decided_on, receiver=receiver.strip(), relation="",
        refusal_reason=refusal.strip(), witness="", reason="", proof=decision.paper.file,
        first_server=taken.case.handler, second_server=taken.case.co_handler, registered_at=at,
    )  # fmt: skip
    taken.rows.append(service)
    said = f"{receiver.strip()}签收" if receiver.strip() else f"当事人拒绝签收，已在决定书上注明：{refusal.strip()}"
    return finish_step(taken, event="case.served", text=f"当场交付{decision.number}，{said}。"[:2000],
                       on=decision.decided_on)  # fmt: skip


@transaction.atomic
def hand_in_fine(case_id: UUID, *, on: date, voucher: str, actor: Account, at: datetime) -> CaseEvent:
    """Register that officers handed in to their agency what they collected (行政处罚法71)."""
    return _pass_on(case_id, COLLECTED, HANDED_IN, "交至本机关", on=on, voucher=voucher, actor=actor, at=at)


@transaction.atomic
def bank_fine(case_id: UUID, *, on: date, voucher: str, actor: Account, at: datetime) -> CaseEvent:
    """Register that the agency paid to the bank what officers handed in (行政处罚法71)."""
    return _pass_on(case_id, HANDED_IN, BANKED, "缴付银行", on=on, voucher=voucher, actor=actor, at=at)


def _pass_on(
    case_id: UUID, after: str, event: str, what: str, *, on: date, voucher: str, actor: Account, at: datetime
) -> CaseEvent:
    case, who = access_case(actor, case_id, "edit_case", localdate(at))
    require(may_work_on(case.state))
    require_handler(case, who)
    require(
        rules.may_pass_on(
            on, today=localdate(at), after=_collected_on(case) if after == COLLECTED else _told_on(case, after),
            already=_told_on(case, event) is not None, voucher=voucher, what=what,
        )
    )  # fmt: skip
    told = tell(case, event=event, act=event.removeprefix("case."), step="当场收缴", basis=rules.HANDING_IN, on=on,
                text=f"当场收缴的罚款{what}，凭证 {voucher.strip()}。"[:2000], actor=actor, at=at)  # fmt: skip
    let_duties_follow(case, pack_in_force(case.agency_id, case.opened_on), Event(event, on, at), actor, at)
    append(event, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[told])
    return told


def _collected_on(case: Case) -> date | None:
    found = Decision.objects.filter(case=case).exclude(collected_ground="").order_by("-decided_at")
    return found.values_list("decided_on", flat=True).first()


def _told_on(case: Case, event: str) -> date | None:
    return CaseEvent.objects.filter(case=case, kind=event).values_list("happened_on", flat=True).first()
