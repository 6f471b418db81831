"""Dynamic adjustment (动态调整, D10): after a law or a function changed, find every entry that rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.disclosure.models import Adjustment, AdjustmentConfirmation, AdjustmentItem, PublicChange
from heliograph.disclosure.permissions import ACTS, PUBLISHERS, access
from heliograph.disclosure.queries import duties_already_open, entries_resting_on, live_entries, public_among, standing
from heliograph.disclosure.rules import joined, may_confirm, may_rest_on
from heliograph.duties.actions import Subject, open_duty
from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.actions import mark_article_changed
from heliograph.registers.models import Account, Article, Entry, Unit

ADJUST_LIMIT = "adjust_register"


@transaction.atomic
def adjust_for_law_change(
    agency_id: UUID,
    *,
    article: str,
    repealed: bool,
    effective_on: date,
    reason: str,
    basis: str,
    actor: Account,
    at: datetime,
) -> Adjustment:
    """Register that an article was amended or repealed; every entry that rests on it gets a duty at once.

    The public learns of it when an approver confirms it.
    """
    access(actor, agency_id, "adjust", localdate(at))
    require(may_rest_on(basis))
    record = Article.objects.filter(key=article).first()
    if record is None:
        message = f"执法依据库里没有“{article}”。请核对引用键，或先导入该法律版本。"
        require(Refused("article.unknown", message, "国办发118号@2018"))
    kind = Adjustment.Kind.ARTICLE_REPEALED if repealed else Adjustment.Kind.ARTICLE_AMENDED
    if standing().filter(agency_id=agency_id, article=article, effective_on=effective_on).exists():
        require(Refused("adjustment.twice", f"“{article}”在该日的变动已经登记。", "国办发118号@2018"))
    if record is not None and record.changed_on is not None and record.changed_on > effective_on:
        message = f"该条已登记于 {record.changed_on.isoformat()} 变动，不能再登记更早的变动；原登记有误的，请先更正。"
        require(Refused("article.changed", message, "国办发118号@2018"))
    adjustment = Adjustment.objects.create(
        agency_id=agency_id,
        kind=kind,
        article=article,
        reason=reason,
        basis=basis,
        effective_on=effective_on,
        made_by=actor,
        made_at=at,
    )
    items = _flag(adjustment, entries_resting_on(agency_id, article), actor, at)
    return _append("adjustment.registered", adjustment, actor, at, [adjustment, *items])


@transaction.atomic
def adjust_for_function_change(
    agency_id: UUID,
    *,
    unit_id: UUID,
    function: str,
    effective_on: date,
    reason: str,
    basis: str,
    actor: Account,
    at: datetime,
) -> Adjustment:
    """Record that a function moved away from a unit; every entry of that unit is flagged with a duty."""
    access(actor, agency_id, "adjust", localdate(at))
    require(may_rest_on(basis))
    unit = Unit.objects.filter(pk=unit_id, agency_id=agency_id).first()
    if unit is None:
        require(Refused("unit.elsewhere", "所选科室不属于本机关。", "国办发118号@2018"))
    if standing().filter(agency_id=agency_id, function=function, effective_on=effective_on).exists():
        require(Refused("adjustment.twice", f"“{function}”在该日的调整已经登记。", "国办发118号@2018"))
    adjustment = Adjustment.objects.create(
        agency_id=agency_id,
        kind=Adjustment.Kind.FUNCTION_MOVED,
        function=function,
        reason=reason,
        basis=basis,
        effective_on=effective_on,
        made_by=actor,
        made_at=at,
    )
    affected = live_entries(agency_id).filter(owner_unit_id=unit_id).order_by("register", "number")
    items = _flag(adjustment, list(affected), actor, at)
    return _append("adjustment.registered", adjustment, actor, at, [adjustment, *items])


def _append(kind: str, adjustment: Adjustment, actor: Account, at: datetime, rows: Sequence[Model]) -> Adjustment:
    append(kind, subject=adjustment, agency_id=adjustment.agency_id, actor_id=actor.pk, at=at, rows=rows)
    return adjustment


def legal_unit_of(agency_id: UUID) -> UUID | None:
    """Return the agency's legal unit, which answers for entries that name no unit of their own."""
    units = Unit.objects.filter(agency_id=agency_id, functions__contains=[Unit.Function.LEGAL], closed_on__isnull=True)
    return units.order_by("name").values_list("pk", flat=True).first()


def _flag(adjustment: Adjustment, entries: Sequence[Entry], actor: Account, at: datetime) -> list[AdjustmentItem]:
    """Put a duty on every entry, or leave it with the open one that an earlier adjustment of the same thing put there.

    An entry that nobody can read yet gets one too: its draft would else become public as it is.
    """
    limit = pack_in_force(adjustment.agency_id, localdate(at)).rule("time_limits", ADJUST_LIMIT)
    legal_unit = legal_unit_of(adjustment.agency_id)
    ids = [entry.pk for entry in entries]
    public = public_among(adjustment.agency_id, ids)
    running = duties_already_open(adjustment, ids)
    items: list[AdjustmentItem] = []
    for entry in entries:
        draft = entry.pk not in public
        unit = entry.owner_unit_id or legal_unit  # somebody must have it on their list
        title = f"调整{'未公开的' if draft else ''}“{entry.title}”（{adjustment.cause}）"[:300]
        duty = running.get(entry.pk) or open_duty(
            adjustment.agency_id,
            limit=limit,
            subject=Subject("entry", entry.pk, title, unit),
            event_on=adjustment.effective_on,
            actor=actor,
            at=at,
        )
        items.append(
            AdjustmentItem.objects.create(
                agency_id=adjustment.agency_id, adjustment=adjustment, entry=entry, duty=duty, draft=draft
            )
        )
    return items


@transaction.atomic
def confirm_adjustment(adjustment_id: UUID, *, actor: Account, at: datetime) -> Adjustment:
    """Let an approver, another than who registered it, tell an adjustment to the public: log line and article mark."""
    confirmation = _answer(adjustment_id, passed=True, opinion="", actor=actor, at=at)
    adjustment = confirmation.adjustment
    marked = _mark_article(adjustment)
    count = adjustment.items.filter(draft=False).count()
    change = PublicChange.objects.create(
        agency_id=adjustment.agency_id,
        kind=PublicChange.Kind.ADJUSTMENT,
        title=f"{adjustment.cause}，涉及 {count} 条公开信息"[:300],
        reason=adjustment.reason,
        basis=adjustment.basis,
        at=at,
    )
    return _append("adjustment.confirmed", adjustment, actor, at, [confirmation, change, *marked])


@transaction.atomic
def return_adjustment(adjustment_id: UUID, *, opinion: str, actor: Account, at: datetime) -> Adjustment:
    """Return an adjustment with the reason: the public reads nothing of it, and it may be registered anew."""
    answer = _answer(adjustment_id, passed=False, opinion=opinion, actor=actor, at=at)
    return _append("adjustment.returned", answer.adjustment, actor, at, [answer])


def _answer(adjustment_id: UUID, *, passed: bool, opinion: str, actor: Account, at: datetime) -> AdjustmentConfirmation:
    adjustment = Adjustment.objects.get(pk=adjustment_id)
    on = localdate(at)
    access(actor, adjustment.agency_id, "confirm_adjustment", on)
    basis = _approval_basis(adjustment.agency_id, on)
    given: dict[str, Any] = {"passed": passed, "opinion": opinion, "basis": basis}
    own = adjustment.made_by_id == actor.pk
    require(may_confirm(answered=False, own=own, **given))
    # The table is only added to and cannot be locked by the server's role: its unique key decides between two at once.
    kept = {"agency_id": adjustment.agency_id, "by": actor, "at": at, **given, "opinion": opinion.strip()}
    answer, first = AdjustmentConfirmation.objects.get_or_create(adjustment=adjustment, defaults=kept)
    require(may_confirm(answered=not first, own=own, **given))
    return answer


def _approval_basis(agency_id: UUID, on: date) -> str:
    """Return the clause that asks for an approver before anything becomes public, as the agency's pack cites it."""
    chains = pack_in_force(agency_id, on).rules.release_chains
    found = [stage.basis for chain in chains for stage in chain.stages if stage.role in PUBLISHERS]
    return joined(found[0]) if found else ACTS["confirm_adjustment"].basis


def _mark_article(adjustment: Adjustment) -> list[Article]:
    """Mark the article for every reader, unless another agency's adjustment did it or a later change is known."""
    record = Article.objects.filter(key=adjustment.article).first() if adjustment.article else None
    if record is not None and (record.changed_on is None or record.changed_on < adjustment.effective_on):
        return [mark_article_changed(record.pk, changed_on=adjustment.effective_on, note=adjustment.reason)]
    return []
