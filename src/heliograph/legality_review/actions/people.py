"""The register of reviewers, contracts with advisers, training and examinations (L7, S15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import limit_of
from heliograph.dossiers.rules.opening import check_text
from heliograph.duties.actions import Subject, fulfil, open_duty
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import Refused, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.legality_review.models import AdviserContract, Reviewer, Training
from heliograph.legality_review.permissions import access
from heliograph.legality_review.rules import people as rules
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import roles_of

RENEWAL = "adviser_renewal"  # a time limit of the packs


@dataclass(frozen=True, slots=True)
class ContractContent:
    """A contract as signed."""

    firm: str
    lawyer: str
    signed_on: date
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class ReviewerContent:
    """Somebody to be put into the register; kind as in the model, qualification: number of the certificate."""

    account_id: UUID
    kind: str
    began_on: date
    from_on: date
    qualification: str = ""
    qualified_on: date | None = None
    contract_id: UUID | None = None


@transaction.atomic
def register_contract(agency_id: UUID, *, content: ContractContent, actor: Account, at: datetime) -> AdviserContract:
    """Register a contract with a law firm or a provider of review (S15)."""
    access(actor, agency_id, "manage_reviewers", localdate(at))
    require(
        first_refusal(
            check_text(content.firm, what="律师事务所或者服务机构", longest=200),
            check_text(content.lawyer, what="律师或者承办人员", longest=120),
        )
    )
    if content.to_on < content.from_on:
        require(Refused("contract.dates", "合同期限止不能早于期限起。", rules.STAFFING))
    made = write_row(
        AdviserContract,
        agency_id=agency_id,
        firm=content.firm.strip(),
        lawyer=content.lawyer.strip(),
        signed_on=content.signed_on,
        from_on=content.from_on,
        to_on=content.to_on,
        registered_by=actor,
        registered_at=at,
    )
    append("contract.registered", subject=made, agency_id=agency_id, actor_id=actor.pk, at=at, rows=[made])
    for duty in _running(agency_id).filter(due_on__lt=made.to_on):
        fulfil(duty.pk, event="contract.registered", actor=actor, at=at)
    subject = Subject("contract", made.pk, f"法律顾问合同：{made.firm}"[:200])
    limit = limit_of(pack_in_force(agency_id, localdate(at)), RENEWAL)
    open_duty(agency_id, limit=limit, subject=subject, event_on=made.to_on, actor=actor, at=at)
    return made


def _running(agency_id: UUID) -> QuerySet[Duty]:
    """Return the open reminders to renew a contract (S15)."""
    return Duty.objects.filter(agency_id=agency_id, kind=RENEWAL, subject_kind="contract", state=Duty.State.OPEN)


@transaction.atomic
def decline_renewal(contract_id: UUID, *, reason: str, actor: Account, at: datetime) -> AdviserContract:
    """Say that a contract will not be renewed, and why; the reminder ends."""
    contract = AdviserContract.objects.get(pk=contract_id)
    access(actor, contract.agency_id, "manage_reviewers", localdate(at))
    require(check_text(reason, what="不续签的理由", longest=300))
    duty = _running(contract.agency_id).select_for_update(of=("self",)).filter(subject_id=contract.pk).first()
    if duty is None:
        require(Refused("contract.settled", "该合同没有待办的续签事项。", rules.STAFFING))
    assert duty is not None  # noqa: S101 - said by the refusal above, for the type checker
    fulfil(duty.pk, event="contract.renewal_declined", actor=actor, at=at)
    append("contract.renewal_declined", subject=contract, agency_id=contract.agency_id, actor_id=actor.pk, at=at,
           rows=[], facts={"reason": reason.strip()})  # fmt: skip
    return contract


@transaction.atomic
def register_reviewer(agency_id: UUID, *, content: ReviewerContent, actor: Account, at: datetime) -> Reviewer:
    """Put somebody who holds the role of reviewer into the register, with what the part rests on (L7)."""
    access(actor, agency_id, "manage_reviewers", localdate(at))
    account = Account.objects.get(pk=content.account_id)
    if Role.LEGALITY_REVIEWER not in roles_of(account, agency_id, localdate(at)):
        message = f"{account.display_name}没有法制审核人的角色，请先由安全管理员授予。"
        require(Refused("reviewer.role", message, rules.STAFFING))
    contract = AdviserContract.objects.get(pk=content.contract_id, agency_id=agency_id) if content.contract_id else None
    already = Reviewer.objects.filter(agency_id=agency_id, account=account, to_on__isnull=True).exists()
    require(
        rules.may_register(content.kind, contract=contract is not None, from_on=content.from_on, to_on=None,
                           began_on=content.began_on, already=already)
    )  # fmt: skip
    if content.qualification.strip() and content.qualified_on is None:
        require(Refused("reviewer.dates", "请填写取得法律职业资格的日期。", rules.REVIEW))
    made = write_row(
        Reviewer,
        agency_id=agency_id,
        account=account,
        kind=content.kind,
        qualification=content.qualification.strip(),
        qualified_on=content.qualified_on,
        began_on=content.began_on,
        contract=contract,
        from_on=content.from_on,
        registered_by=actor,
        registered_at=at,
    )
    append("reviewer.registered", subject=made, agency_id=agency_id, actor_id=actor.pk, at=at, rows=[made])
    return made


@transaction.atomic
def end_reviewer(reviewer_id: UUID, *, to_on: date, actor: Account, at: datetime) -> Reviewer:
    """Note the last day of a reviewer; the row and the opinions given stay."""
    reviewer = Reviewer.objects.select_for_update(of=("self",)).get(pk=reviewer_id)
    access(actor, reviewer.agency_id, "manage_reviewers", localdate(at))
    if reviewer.to_on is not None:
        require(Refused("reviewer.ended", "该人员已经登记离任。", rules.STAFFING))
    require(
        rules.may_register(reviewer.kind, contract=reviewer.contract_id is not None, from_on=reviewer.from_on,
                           to_on=to_on, began_on=reviewer.began_on, already=False)
    )  # fmt: skip
    reviewer.to_on = to_on
    reviewer.save(update_fields=["to_on"])
    append("reviewer.ended", subject=reviewer, agency_id=reviewer.agency_id, actor_id=actor.pk, at=at, rows=[reviewer])
    return reviewer


@transaction.atomic
def record_training(
    reviewer_id: UUID, *, kind: str, title: str, held_on: date, hours: int, result: str, actor: Account, at: datetime
) -> Training:
    """Record a training or an examination of a reviewer (L7)."""
    reviewer = Reviewer.objects.select_for_update(of=("self",)).get(pk=reviewer_id)
    access(actor, reviewer.agency_id, "manage_reviewers", localdate(at))
    require(check_text(title, what="内容", longest=200))
    if held_on > localdate(at):
        require(Refused("training.day", "培训或者考核的日期不能晚于今天。", rules.STAFFING))
    made = write_row(
        Training,
        agency_id=reviewer.agency_id,
        reviewer=reviewer,
        kind=kind,
        title=title.strip(),
        held_on=held_on,
        hours=hours,
        result=result.strip(),
        registered_by=actor,
        registered_at=at,
    )
    append("reviewer.trained", subject=reviewer, agency_id=reviewer.agency_id, actor_id=actor.pk, at=at, rows=[made])
    return made
