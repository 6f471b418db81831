"""The court: the application for execution and what came of it (申请法院强制执行, 行政强制法53 to 58)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.executing import (
    PAID,
    ReceiptContent,
    asks_money,
    decided,
    pay,
    settle_surcharge,
)
from heliograph.dossiers.actions.papers import PaperContent, add_main_paper, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import finish_step, take_step
from heliograph.dossiers.court_days import court_state, demand_of
from heliograph.dossiers.models import CaseEvent, CourtApplication
from heliograph.dossiers.queries import owed_on
from heliograph.dossiers.rules import serving
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.dossiers.rules.terms import check_amount
from heliograph.dossiers.surcharges import surcharge_left
from heliograph.kernel.verdict import first_refusal, require
from heliograph.registers.models import Account

DONE, ENDED = "执行完毕", "终结执行"
REFUSED = ("不予受理", "不予执行")
RESULTS = (DONE, ENDED, *REFUSED)


@transaction.atomic
def apply_to_court(
    case_id: UUID, step: str, *, court: str = "", applied_on: date | None = None, paid: bool = False,
    no_surcharge: str = "", papers: Sequence[PaperContent], actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Apply to the court for execution: after demand and remedies, within the period (行政强制法53 to 55).

    paid: the party has paid all after all, and nothing is applied for; its receipts are registered. What is paid in
    full goes to the court no more, but for a surcharge that is still owed; no_surcharge: why that is not asked for.
    """
    taken = take_step(case_id, step, act="apply_to_court", actor=actor, at=at, rev=rev)
    decision = decided(taken)
    if paid:
        require(serving.may_say_carried_out(PAID, owed=owed_on(decision), amount=Decimal(0)))
        text = f"申请法院执行前当事人已经履行，不再申请。{settle_surcharge(taken, decision, no_surcharge)}"
        return finish_step(taken, event="case.paid", text=text, facts={"履行情况": PAID})
    applied_on = applied_on or taken.on
    left = surcharge_left(decision, taken.pack, applied_on)
    require(
        first_refusal(
            serving.is_left_to_enforce(money=asks_money(decision), owed=owed_on(decision), surcharge=left),
            check_text(court, what="人民法院", longest=120),
            may_happen_on(applied_on, today=taken.on, not_before=decision.decided_on, what="申请日期"),
            serving.may_apply_to_court(court_state(decision, taken.pack), on=applied_on),
        )
    )
    demand = demand_of(decision)
    assert demand is not None  # noqa: S101 - said by the rule above, for the type checker
    paper = add_main_paper(taken, papers, kind="强制执行申请书")
    application = write_row(
        CourtApplication, agency_id=decision.agency_id, case=taken.case, decision=decision, demand=demand,
        applied_on=applied_on, court=court.strip(), paper=paper, registered_by=actor, registered_at=at,
    )  # fmt: skip
    taken.rows.append(application)
    text = f"向{court.strip()}申请强制执行。"
    return finish_step(taken, event="case.court_applied", text=text, on=applied_on)


@dataclass(frozen=True, slots=True)
class CourtResult:
    """What the court ruled or carried out: its own number, the day it reached the agency, and the money, 元."""

    outcome: str
    number: str
    told_on: date
    note: str
    recovered: Decimal = Decimal(0)
    surcharge: Decimal = Decimal(0)


@transaction.atomic
def record_court_result(
    case_id: UUID, step: str, *, content: CourtResult, papers: Sequence[PaperContent], actor: Account, at: datetime,
    rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Register the court's ruling or execution with its document; what came in is money paid (行政强制法56 to 58).

    A refusal of the court opens the days in which the next higher court may be asked (复议).
    """
    taken = take_step(case_id, step, act="record_court_result", actor=actor, at=at, rev=rev)
    decision = decided(taken)
    application = CourtApplication.objects.select_for_update(of=("self",)).filter(case=taken.case).latest("applied_on")
    require(
        first_refusal(
            serving.is_court_result(content.outcome, offered=RESULTS),
            check_text(content.number, what="法院案号", longest=120),
            check_text(content.note, what="裁定和执行情况", longest=800),
            may_happen_on(content.told_on, today=taken.on, not_before=application.applied_on, what="收到法院文书日期",
                          since="申请之日"),
            check_amount(content.recovered, "执行到位金额"),
            check_amount(content.surcharge, "加处罚款"),
            serving.may_end_in_court(content.outcome, done=DONE, money=asks_money(decision), owed=owed_on(decision),
                                     recovered=content.recovered - content.surcharge),
        )
    )  # fmt: skip
    add_papers(taken, papers)
    if content.recovered:
        receipt = ReceiptContent(content.recovered, content.surcharge, content.told_on, application.court,
                                 content.number)  # fmt: skip
        taken.rows.append(pay(taken.case, decision, taken.pack, receipt, actor, at))
    application.result, application.result_on = f"{content.outcome}：{content.note.strip()}", content.told_on
    application.number, application.recovered = content.number.strip(), content.recovered
    application.save(update_fields=["result", "result_on", "number", "recovered"])
    taken.rows.append(application)
    event = "case.court_refused" if content.outcome in REFUSED else "case.court_concluded"
    return finish_step(taken, event=event, text=_said(content), facts={"法院执行结果": content.outcome},
                       on=content.told_on)  # fmt: skip


def _said(content: CourtResult) -> str:
    money = f"，执行到位 {content.recovered:,} 元" if content.recovered else ""
    return f"法院{content.outcome}（{content.number.strip()}）{money}：{content.note.strip()}"
