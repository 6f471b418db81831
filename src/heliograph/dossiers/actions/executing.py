"""Payment, deferral and demand (缴款、延期分期、催告). The system never takes money; the court is in `courts`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.timezone import localdate

from heliograph.dossiers.actions.dated import await_court, follow_plan
from heliograph.dossiers.actions.papers import PaperContent, add_main_paper, add_paper, add_papers, file_of_case
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.serving import ServiceContent, served_how
from heliograph.dossiers.actions.steps import StepAct, finish_step, let_duties_follow, take_step, tell
from heliograph.dossiers.court_days import demanded_until
from heliograph.dossiers.models import (
    Case,
    CaseEvent,
    Decision,
    Deferral,
    Demand,
    Payment,
)
from heliograph.dossiers.permissions import access_case, require_handler
from heliograph.dossiers.queries import decision_of, next_due, owed_on, pay_until, recused_among
from heliograph.dossiers.rules import levying, serving
from heliograph.dossiers.rules.opening import check_text, may_enter, may_happen_on
from heliograph.dossiers.rules.people import may_act_unrecused
from heliograph.dossiers.rules.terms import check_amount
from heliograph.dossiers.surcharges import Surcharge
from heliograph.duties.following import Event
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account

PENALTY = "penalty"
PAID, DEFERRED, UNPAID = "已履行", "申请延期分期", "未履行"


@dataclass(frozen=True, slots=True)
class ReceiptContent:
    """A receipt of the collecting bank, amounts in 元; surcharge is what of the amount was added for being late."""

    amount: Decimal
    surcharge: Decimal
    paid_on: date
    bank: str
    receipt: str
    file_id: UUID | None = None


def decided(taken: StepAct) -> Decision:
    """Return the decision that a step carries out. Refused without one."""
    return _decision(taken.case)


def _decision(case: Case) -> Decision:
    decision = decision_of(case)
    require(serving.is_decided(decided=decision is not None))
    assert decision is not None  # noqa: S101 - said by the rule above, for the type checker
    return decision


@transaction.atomic
def record_payment(
    case_id: UUID,
    step: str,
    *,
    state: str, amount: Decimal = Decimal(0), surcharge: Decimal = Decimal(0), paid_on: date | None = None,
    bank: str = "", receipt: str = "", file_id: UUID | None = None, delivered: str = "", no_surcharge: str = "",
    actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Register how the decision is carried out: the bank's receipt, a request to pay later, or nothing (行政处罚法67).

    state: 已履行, 申请延期分期 or 未履行. 已履行 needs a receipt for all that is owed, where money is owed.
    delivered: what was handed over instead, to whom and when, where a requisition asks for no money. no_surcharge: why
    what was added for being late is not asked for, or not in full.
    """
    taken = take_step(case_id, step, act="record_payment", actor=actor, at=at, rev=rev)
    decision = decided(taken)
    require(first_refusal(check_amount(amount, "缴款金额"), check_amount(surcharge, "加处罚款")))
    require(_may_perform(taken, decision, state, amount - surcharge, delivered, filed=file_id is not None))
    said = f"履行情况：{state}。{delivered.strip()}"[:1800]
    if amount:
        content = ReceiptContent(amount, surcharge, paid_on or taken.on, bank, receipt, file_id)
        taken.rows.append(pay(taken.case, decision, taken.pack, content, actor, at))
        said = _said(content) + said
        follow_plan(taken.case, decision, taken.pack, paid=True, actor=actor, at=at)
    for kind in taken.node.documents if amount or (delivered.strip() and file_id is not None) else ():
        add_paper(taken, PaperContent(kind, paid_on or taken.on, "", file_id))
    done = state == PAID
    if done:
        said += settle_surcharge(taken, decision, no_surcharge)
    if state == UNPAID:
        await_court(taken.case, taken.pack, actor=actor, at=at)
    return finish_step(
        taken, event="case.paid" if done else "case.payment_checked", text=said, facts={"履行情况": state},
        on=paid_on if amount else None,
    )  # fmt: skip


def settle_surcharge(taken: StepAct, decision: Decision, reason: str) -> str:
    """Refuse to call a fine paid while what lateness adds is neither paid nor given up; say what was given up."""
    most = Surcharge.of(decision, taken.pack)
    found = Payment.objects.filter(decision=decision).aggregate(last=Max("paid_on"), extra=Sum("surcharge"))
    last, paid = found["last"], found["extra"] or Decimal(0)
    if last is None or most.pay_until is None or most.until(last) <= paid:
        return ""
    late = (last - most.pay_until).days
    require(serving.is_surcharge_settled(due=most.until(last), paid=paid, late_days=late, reason=reason))
    return f"加处罚款应为 {most.until(last):,} 元，已收 {paid:,} 元，其余不收取：{reason.strip()}"[:600]


def _may_perform(
    taken: StepAct, decision: Decision, state: str, paid: Decimal, delivered: str, *, filed: bool
) -> Verdict:
    """Say whether this may be registered of a decision; of a levy or a fee only what its flow can go on with."""
    owed = owed_on(decision)
    checks = [serving.may_say_carried_out(state, owed=owed, amount=paid)]
    if taken.category.id != PENALTY:
        checks.append(_as_its_flow_waits(taken, decision, state, delivered, filed=filed))
    if state == UNPAID:
        checks.append(serving.may_say_still_unpaid(on=taken.on, until=demanded_until(decision, taken.pack)))
    if state == UNPAID and asks_money(decision):
        checks.append(serving.may_say_unpaid(on=taken.on, due_on=next_due(decision, taken.pack), owed=owed - paid))
    return first_refusal(*checks)


def _as_its_flow_waits(taken: StepAct, decision: Decision, state: str, delivered: str, *, filed: bool) -> Verdict:
    courts = any(one.act == "apply_to_court" for one in taken.standing.compiled.definition.nodes.values())
    return first_refusal(
        levying.may_say_at_all(state, enforced=courts),
        levying.may_say_delivered(state, money=asks_money(decision), delivered=delivered, filed=filed),
        levying.may_say_undelivered(state, money=asks_money(decision), on=taken.on,
                                    until=pay_until(decision, taken.pack)),
    )  # fmt: skip


@transaction.atomic
def register_receipt(case_id: UUID, *, content: ReceiptContent, actor: Account, at: datetime) -> Payment:
    """Register a receipt without saying how the decision is carried out: an instalment, or money that came in late."""
    case, who = access_case(actor, case_id, "edit_case", localdate(at))
    require(may_enter(case.state))
    require_handler(case, who)
    require(may_act_unrecused(actor.pk, recused=[one.pk for one in recused_among(case, [actor])]))
    decision = _decision(case)
    pack = pack_in_force(case.agency_id, case.opened_on)
    payment = pay(case, decision, pack, content, actor, at)
    told = tell(case, event="case.receipt_registered", act="register_receipt", step="履行", text=_said(content),
                basis=serving.PAYMENT, on=content.paid_on, actor=actor, at=at)  # fmt: skip
    append("case.receipt_registered", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[payment, told])  # fmt: skip
    follow_plan(case, decision, pack, paid=True, actor=actor, at=at)
    if owed_on(decision) <= 0:  # the periods to pay and to go to the court end, whichever step is open
        let_duties_follow(case, pack, Event("case.paid", content.paid_on, at), actor, at)
    return payment


def _said(content: ReceiptContent) -> str:
    of_it = f"（其中加处罚款 {content.surcharge:,} 元）" if content.surcharge else ""
    return f"缴纳 {content.amount:,} 元{of_it}，票据 {content.receipt.strip()}。"


def pay(case: Case, decision: Decision, pack: Pack, content: ReceiptContent, actor: Account, at: datetime) -> Payment:
    """Write a receipt down, checked; part of the act that registers it."""
    receipt, bank = content.receipt.strip(), content.bank.strip()
    require(first_refusal(check_amount(content.amount, "缴款金额"), check_amount(content.surcharge, "加处罚款")))
    before = Payment.objects.filter(decision=decision).aggregate(all=Sum("surcharge"))["all"] or Decimal(0)
    most = Surcharge.of(decision, pack)
    require(
        first_refusal(
            serving.may_record_payment(
                amount=content.amount, owed=owed_on(decision), surcharge=content.surcharge, receipt=receipt
            ),
            serving.may_surcharge(surcharge=content.surcharge, before=before, cap=most.cap,
                                  ceiling=most.until(content.paid_on)),
            serving.is_receipt_new(receipt, used=_is_used(decision, bank, receipt)),
            check_text(bank, what="代收机构", longest=200),
            may_happen_on(content.paid_on, today=localdate(at), not_before=decision.decided_on, what="缴款日期"),
        )
    )  # fmt: skip
    return write_row(
        Payment,
        agency_id=decision.agency_id,
        case=case,
        decision=decision,
        amount=content.amount,
        surcharge=content.surcharge,
        paid_on=content.paid_on,
        bank=bank,
        receipt=receipt,
        file=file_of_case(case, content.file_id),
        registered_by=actor,
        registered_at=at,
    )


def _is_used(decision: Decision, bank: str, receipt: str) -> bool:
    return Payment.objects.filter(agency_id=decision.agency_id, bank=bank, receipt=receipt).exists()


@transaction.atomic
def grant_deferral(
    case_id: UUID,
    step: str,
    *,
    granted: bool,
    asked_on: date,
    reason: str,
    plan: Sequence[tuple[date, Decimal]],
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Grant or refuse leave to pay later or by instalments (行政处罚法66). plan: (day, 元) of each part."""
    taken = take_step(case_id, step, act="grant_deferral", actor=actor, at=at, rev=rev)
    decision = decided(taken)
    require(
        first_refusal(
            check_text(reason, what="理由", longest=1000),
            may_happen_on(asked_on, today=taken.on, not_before=decision.decided_on, what="申请日期"),
        )
    )
    add_papers(taken, papers)
    if granted:
        require(serving.check_plan(owed=owed_on(decision), parts=plan, asked_on=asked_on))
        deferral = write_row(
            Deferral, agency_id=decision.agency_id, case=taken.case, decision=decision, asked_on=asked_on,
            reason=reason.strip(), plan=[{"on": day.isoformat(), "amount": str(amount)} for day, amount in plan],
            until_on=plan[-1][0], approved_by=actor, approved_at=at,
        )  # fmt: skip
        taken.rows.append(deferral)
        follow_plan(taken.case, decision, taken.pack, paid=False, actor=actor, at=at)
    text = f"{'准予' if granted else '不准予'}延期或者分期缴纳罚款：{reason.strip()}"
    event = "case.deferred" if granted else "case.deferral_refused"  # refused: the days to pay run on
    return finish_step(taken, event=event, text=text, facts={"准予延期": granted})


@transaction.atomic
def urge(
    case_id: UUID, step: str, *, served_on: date | None = None, content: str = "", statement: str = "",
    paid: bool = False, no_surcharge: str = "", service: ServiceContent | None = None,
    papers: Sequence[PaperContent], actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Serve a written demand to carry the decision out, and hear the party (催告, 行政强制法35、36、54).

    paid: the party has paid all after all, so that nothing is left to be demanded; its receipts are registered.
    service: how the demand reached the party (38).
    """
    taken = take_step(case_id, step, act="urge", actor=actor, at=at, rev=rev)
    decision = decided(taken)
    if paid:
        require(serving.may_say_carried_out(PAID, owed=owed_on(decision), amount=Decimal(0)))
        given_up = settle_surcharge(taken, decision, no_surcharge)
        return finish_step(taken, event="case.paid", text=f"催告前当事人已经履行，不再催告。{given_up}",
                           facts={"履行情况": PAID})  # fmt: skip
    served_on = served_on or taken.on
    require(
        first_refusal(
            serving.may_urge(pay_until=next_due(decision, taken.pack), on=served_on, owed=owed_on(decision),
                             money=asks_money(decision)),
            check_text(content, what="履行期限、方式和金额"),
            may_happen_on(served_on, today=taken.on, not_before=decision.decided_on, what="催告书送达日期"),
        )
    )  # fmt: skip
    paper = add_main_paper(taken, papers, kind="履行催告书")
    demand = write_row(
        Demand, agency_id=decision.agency_id, case=taken.case, decision=decision, served_on=served_on,
        content=content.strip(), statement=statement.strip(), paper=paper, registered_by=actor, registered_at=at,
    )  # fmt: skip
    taken.rows.append(demand)
    how = served_how(taken, paper, service)
    await_court(taken.case, taken.pack, actor=actor, at=at)
    return finish_step(taken, event="case.urged", text=f"送达催告书，催告当事人履行义务。{how}",
                       facts={"履行情况": UNPAID}, on=served_on)  # fmt: skip


def asks_money(decision: Decision) -> bool:
    """Say whether a decision asks for money at all."""
    return decision.fine + decision.confiscated + decision.levied > 0
