"""Dynamic adjustment (动态调整, D10): after a law or a function changed, find every entry that rests on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.disclosure.models import Adjustment, AdjustmentItem, PublicChange
from heliograph.disclosure.permissions import access
from heliograph.disclosure.queries import entries_resting_on, live_entries
from heliograph.disclosure.rules import may_rest_on
from heliograph.duties.actions import Subject, open_duty
from heliograph.kernel.verdict import Refused, require
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
    """Mark an article amended or repealed; every entry that rests on it is flagged to its owner with a duty."""
    access(actor, agency_id, "adjust", localdate(at))
    require(may_rest_on(basis))
    record = Article.objects.filter(key=article).first()
    if record is None:
        message = f"执法依据库里没有“{article}”。请核对引用键，或先导入该法律版本。"
        require(Refused("article.unknown", message, "国办发118号@2018"))
    kind = Adjustment.Kind.ARTICLE_REPEALED if repealed else Adjustment.Kind.ARTICLE_AMENDED
    if Adjustment.objects.filter(agency_id=agency_id, article=article, effective_on=effective_on).exists():
        require(Refused("adjustment.twice", f"“{article}”在该日的变动已经登记。", "国办发118号@2018"))
    if record is not None and record.changed_on != effective_on:
        mark_article_changed(record.pk, changed_on=effective_on, note=reason)
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
    _flag(adjustment, entries_resting_on(agency_id, article), f"{article} {kind.label}", actor, at)
    return adjustment


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
    if Adjustment.objects.filter(agency_id=agency_id, function=function, effective_on=effective_on).exists():
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
    _flag(adjustment, affected, f"职能调整：{function}", actor, at)
    return adjustment


def legal_unit_of(agency_id: UUID) -> UUID | None:
    """Return the agency's legal unit, which answers for entries that name no unit of their own."""
    units = Unit.objects.filter(agency_id=agency_id, functions__contains=[Unit.Function.LEGAL], closed_on__isnull=True)
    return units.order_by("name").values_list("pk", flat=True).first()


def _flag(adjustment: Adjustment, entries: Iterable[Entry], cause: str, actor: Account, at: datetime) -> None:
    """Open a duty per entry and tell the public what changed and why."""
    limit = pack_in_force(adjustment.agency_id, localdate(at)).rule("time_limits", ADJUST_LIMIT)
    legal_unit = legal_unit_of(adjustment.agency_id)
    count = 0
    for entry in entries:
        unit = entry.owner_unit_id or legal_unit  # somebody must have it on their list
        subject = Subject("entry", entry.pk, f"调整“{entry.title}”（{cause}）"[:300], unit)
        duty = open_duty(
            adjustment.agency_id,
            limit=limit,
            subject=subject,
            event_on=adjustment.effective_on,
            actor=actor,
            at=at,
        )
        AdjustmentItem.objects.create(agency_id=adjustment.agency_id, adjustment=adjustment, entry=entry, duty=duty)
        count += 1
    PublicChange.objects.create(
        agency_id=adjustment.agency_id,
        kind=PublicChange.Kind.ADJUSTMENT,
        title=f"{cause}，涉及 {count} 条清单信息"[:300],
        reason=adjustment.reason,
        basis=adjustment.basis,
        at=at,
    )
