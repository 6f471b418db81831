"""Transfer of a suspected crime to the police, from the report to the things of the case (移送)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate, localtime

from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, let_duties_follow, take_step, tell
from heliograph.dossiers.models import Case, CaseEvent, Transfer
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.rules import transferring as rules
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.duties.following import Event
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account

GRANTED = "准予移送"


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
) -> CaseEvent:
    """Report to the head that a case looks like a crime, by two officers (310号令5)."""
    taken = take_step(case_id, step, act="report_transfer", actor=actor, at=at)
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
) -> CaseEvent:
    """Decide as the head whether a case goes to the police (310号令5); a refusal is reasoned and kept."""
    taken = take_step(case_id, step, act="approve_transfer", actor=actor, at=at)
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
    delivered_at: datetime,
    receipt: str,
    late_reason: str = "",
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Deliver the case to the police within the hours of the pack, against a receipt (310号令5、6)."""
    taken = take_step(case_id, step, act="transfer_case", actor=actor, at=at)
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
    transfer_id: UUID, *, filed: bool, answered_on: date, result: str, actor: Account, at: datetime
) -> Transfer:
    """Register that the police filed the case, or sent it back and why (310号令8); also after it was closed."""
    case, transfer = _follow_up(transfer_id, actor, at)
    on = localdate(at)
    delivered = localdate(transfer.delivered_at) if transfer.delivered_at else None
    require(
        first_refusal(
            rules.may_follow_up(delivered=delivered is not None, answered=bool(transfer.result)),
            may_happen_on(answered_on, today=on, not_before=delivered, what="答复日期"),
            check_text(result, what="答复内容", longest=900),
        )
    )
    transfer.accepted_on = answered_on if filed else None
    transfer.result = f"{'立案' if filed else '不立案'}：{result.strip()}"
    kind = "case.police_filed" if filed else "case.police_refused"
    return _followed_up(case, transfer, kind, f"{transfer.to_body}{transfer.result}", answered_on, actor, at)


@transaction.atomic
def hand_over_transfer_items(
    transfer_id: UUID, *, handed_on: date, note: str, actor: Account, at: datetime
) -> Transfer:
    """Register that the things of the case were handed to the police that filed it (310号令12)."""
    case, transfer = _follow_up(transfer_id, actor, at)
    require(
        first_refusal(
            rules.may_hand_items(
                accepted=transfer.accepted_on is not None, handed=transfer.items_delivered_on is not None
            ),
            may_happen_on(handed_on, today=localdate(at), not_before=transfer.accepted_on, what="物品移交日期"),
            check_text(note, what="移交清单", longest=1900),
        )
    )
    transfer.items_delivered_on = handed_on
    text = f"向{transfer.to_body}移交涉案物品：{note.strip()}"
    return _followed_up(case, transfer, "case.items_handed_over", text, handed_on, actor, at)


def _follow_up(transfer_id: UUID, actor: Account, at: datetime) -> tuple[Case, Transfer]:
    case_id = Transfer.objects.values_list("case_id", flat=True).get(pk=transfer_id)
    case, _who = access_case(actor, case_id, "report_transfer", localdate(at))
    return case, Transfer.objects.select_for_update(of=("self",)).get(pk=transfer_id, case=case)


def _followed_up(
    case: Case, transfer: Transfer, kind: str, text: str, on: date, actor: Account, at: datetime
) -> Transfer:
    transfer.save()
    told = tell(case, event=kind, act=kind.partition(".")[2], step="移送", text=text[:2000], basis=rules.DELIVERY,
                on=on, actor=actor, at=at)  # fmt: skip
    let_duties_follow(case, pack_in_force(case.agency_id, case.opened_on), Event(kind, on, at), actor, at)
    append(kind, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[transfer, told])
    return transfer
