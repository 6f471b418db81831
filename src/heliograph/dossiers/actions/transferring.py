"""Transfer of a suspected crime to the police, from the report to the things of the case (移送)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate, localtime

from heliograph.dossiers.actions.deciding import approve_proposal
from heliograph.dossiers.actions.papers import PaperContent, add_paper, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import Case, CaseEvent, Proposal, Transfer
from heliograph.dossiers.rules import transferring as rules
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.kernel.verdict import first_refusal, require
from heliograph.registers.models import Account

GRANTED = "准予移送"
EXAMINATION = "检验报告或者鉴定结论"
FILED = "公安机关立案"
REFUSAL_ANSWER = "不予立案的处理"
ACCEPTED = "接受"
ANSWERS = (ACCEPTED, "提请复议", "建议检察机关监督")


def _latest(case: Case) -> Transfer | None:
    return Transfer.objects.select_for_update(of=("self",)).filter(case=case).order_by("-registered_at", "-id").first()


@transaction.atomic
def report_transfer(
    case_id: UUID,
    step: str,
    *,
    to_body: str,
    reason: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Report to the head that a case looks like a crime, by two officers (310号令5)."""
    taken = take_step(case_id, step, act="report_transfer", actor=actor, at=at, rev=rev)
    last = _latest(taken.case)
    waiting = last is not None and last.approved_at is None and not last.result
    require(
        first_refusal(
            rules.may_report(open_already=waiting),
            check_text(to_body, what="受移送机关", longest=120),
            check_text(reason, what="移送理由"),
        )
    )
    add_papers(taken, papers)
    transfer = write_row(
        Transfer,
        agency_id=taken.case.agency_id,
        case=taken.case,
        crime=True,
        to_body=to_body.strip(),
        reason=reason.strip(),
        reported_on=taken.on,
        registered_by=actor,
        registered_at=at,
    )
    taken.rows.append(transfer)
    return finish_step(taken, event="case.transfer_reported", text=f"报告移送{transfer.to_body}。")


@transaction.atomic
def approve_transfer(
    case_id: UUID,
    step: str,
    *,
    granted: bool,
    opinion: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Decide as the head whether a case goes to the police (310号令5); a refusal is reasoned and kept."""
    taken = take_step(case_id, step, act="approve_transfer", actor=actor, at=at, rev=rev)
    transfer = _latest(taken.case)
    decided = transfer is not None and (transfer.approved_at is not None or bool(transfer.result))
    require(
        first_refusal(
            rules.may_decide_transfer(reported=transfer is not None, decided=decided),
            check_text(opinion, what="审批意见", longest=1000),
        )
    )
    assert transfer is not None  # noqa: S101 - said by the rule above, for the type checker
    add_papers(taken, papers)
    if granted:
        transfer.approved_by, transfer.approved_at = actor, at
        proposal = Proposal.objects.filter(case=taken.case).order_by("-number").first()
        if proposal is not None and proposal.approved_by_id is None and proposal.returned_at is None:
            approve_proposal(taken, proposal)  # whoever approves the transfer approves what was proposed: to transfer
    else:
        transfer.result = f"不予移送：{opinion.strip()}"[:1000]
    transfer.save()
    taken.rows.append(transfer)
    text = f"{'批准' if granted else '不批准'}移送：{opinion.strip()}"
    return finish_step(taken, event="case.transfer_decided", text=text, facts={GRANTED: granted})


@transaction.atomic
def transfer_case(
    case_id: UUID,
    step: str,
    *,
    delivered_at: datetime, receipt: str, late_reason: str = "", examination_id: UUID | None = None,
    papers: Sequence[PaperContent], actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Deliver the case to the police within the hours of the pack, against a receipt (310号令5、6).

    examination_id: the file of the report of an examination or expert opinion, where there is one.
    """
    taken = take_step(case_id, step, act="transfer_case", actor=actor, at=at, rev=rev)
    transfer = _latest(taken.case)
    approved_at = transfer.approved_at if transfer else None
    require(
        first_refusal(
            rules.may_deliver(
                approved_at=approved_at,
                delivered=transfer is not None and transfer.delivered_at is not None,
                at=delivered_at,
                now=at,
                latest=_latest_delivery(taken, approved_at),
                reason=late_reason,
            ),
            check_text(receipt, what="回执", longest=200),
        )
    )
    assert transfer is not None  # noqa: S101 - said by the rule above, for the type checker
    add_papers(taken, papers)
    if examination_id is not None:
        add_paper(taken, PaperContent(EXAMINATION, localdate(delivered_at), "", examination_id))
    transfer.delivered_at, transfer.receipt = delivered_at, receipt.strip()
    transfer.save()
    taken.rows.append(transfer)
    late = f"逾时说明：{late_reason.strip()}" if late_reason.strip() else ""
    text = f"移送{transfer.to_body}，回执 {receipt.strip()}。{late}"
    on = localdate(delivered_at)
    return finish_step(taken, event="case.transferred", text=text, on=on, happened_at=delivered_at)


def _latest_delivery(taken: StepAct, approved_at: datetime | None) -> datetime | None:
    hours = taken.limit("transfer_deliver").length
    return localtime(approved_at) + timedelta(hours=hours) if approved_at and hours else None


@transaction.atomic
def record_police_answer(
    case_id: UUID,
    step: str,
    *,
    filed: bool,
    answered_on: date,
    result: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register that the police filed the case, or sent it back and why (310号令8); again after a reconsideration."""
    taken = take_step(case_id, step, act="record_police_answer", actor=actor, at=at, rev=rev)
    transfer = _latest(taken.case)
    delivered = localdate(transfer.delivered_at) if transfer and transfer.delivered_at else None
    require(
        first_refusal(
            rules.may_follow_up(
                delivered=delivered is not None, answered=transfer is not None and transfer.accepted_on is not None
            ),
            may_happen_on(answered_on, today=taken.on, not_before=delivered, what="答复日期", since="移送之日"),
            check_text(result, what="答复内容", longest=900),
        )
    )
    assert transfer is not None  # noqa: S101 - said by the rule above, for the type checker
    add_papers(taken, papers)
    transfer.accepted_on = answered_on if filed else None
    transfer.result = f"{'立案' if filed else '不予立案'}：{result.strip()}"
    transfer.save()
    taken.rows.append(transfer)
    event = "case.police_filed" if filed else "case.police_refused"
    text = f"{transfer.to_body}{transfer.result}"
    return finish_step(taken, event=event, text=text, facts={FILED: filed}, on=answered_on)


@transaction.atomic
def answer_police_refusal(
    case_id: UUID,
    step: str,
    *,
    how: str,
    reason: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Say what is done about a refusal of the police: taken, reconsidered, or supervised (310号令9、10).

    how: a value of ANSWERS. A case whose refusal is taken goes back to be dealt with here.
    """
    taken = take_step(case_id, step, act="answer_police_refusal", actor=actor, at=at, rev=rev)
    require(
        first_refusal(rules.may_answer_refusal(how, offered=ANSWERS), check_text(reason, what="理由", longest=1900))
    )
    add_papers(taken, papers)
    said = "接受不予立案决定，退回依法处理" if how == ACCEPTED else f"对不予立案决定{how}"
    also = ["case.police_returned"] if how == ACCEPTED else []
    return finish_step(taken, event="case.police_refusal_answered", text=f"{said}：{reason.strip()}",
                       facts={REFUSAL_ANSWER: how}, also=also)  # fmt: skip


@transaction.atomic
def hand_over_transfer_items(
    case_id: UUID,
    step: str,
    *,
    handed_on: date,
    note: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register that the things and papers of the case were handed to the police that filed it (310号令12)."""
    taken = take_step(case_id, step, act="hand_over_transfer_items", actor=actor, at=at, rev=rev)
    transfer = _latest(taken.case)
    accepted = transfer.accepted_on if transfer else None
    require(
        first_refusal(
            rules.may_hand_items(
                accepted=accepted is not None, handed=transfer is not None and transfer.items_delivered_on is not None
            ),
            may_happen_on(
                handed_on, today=taken.on, not_before=accepted, what="物品移交日期", since="公安机关立案之日"
            ),
            check_text(note, what="移交清单", longest=1900),
        )
    )
    assert transfer is not None  # noqa: S101 - said by the rule above, for the type checker
    add_papers(taken, papers)
    transfer.items_delivered_on = handed_on
    transfer.save()
    taken.rows.append(transfer)
    text = f"向{transfer.to_body}移交涉案物品和材料：{note.strip()}"
    return finish_step(taken, event="case.items_handed_over", text=text[:2000], on=handed_on)
