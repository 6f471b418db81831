"""Governments, agencies and units. The operator sets up the first two, the legal office units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.registers.models import Account, Agency, Government, Post, Unit
from heliograph.registers.permissions import access_agency

UNIT_BASIS = "国办发118号@2018"


@transaction.atomic
def add_government(*, code: str, name: str, overseer: str, at: datetime) -> Government:
    """Add a government, or return the one that is there. The operator's command, hence no actor."""
    found, new = Government.objects.get_or_create(code=code, defaults={"name": name, "overseer": overseer})
    if new:
        append("government.added", subject=found, agency_id=None, actor_id=None, at=at, rows=[found])
    return found


@transaction.atomic
def add_agency(
    *, government: Government, code: str, name: str, short_name: str, legal_body: str, at: datetime
) -> Agency:
    """Add an agency, or return the one that is there. The operator's command, hence no actor."""
    defaults = {"government": government, "name": name, "short_name": short_name, "legal_body": legal_body}
    found, new = Agency.objects.get_or_create(code=code, defaults=defaults)
    if new:
        append("agency.added", subject=found, agency_id=found.pk, actor_id=None, at=at, rows=[found])
    return found


@transaction.atomic
def add_unit(agency_id: UUID, *, name: str, functions: Sequence[str], actor: Account, at: datetime) -> Unit:
    """Add a unit with its functions (三定规定). ActRefusedError when its name is taken or the actor may not."""
    access_agency(actor, agency_id, "manage_units", localdate(at))
    _require_known(functions)
    if Unit.objects.filter(agency_id=agency_id, name=name).exists():
        require(Refused("unit.exists", f"本机关已有“{name}”。请直接使用，或换一个名称。", "国办发118号@2018"))
    unit = Unit.objects.create(agency_id=agency_id, name=name, functions=list(functions))
    return _append("added", unit, actor, at)


def _append(what: str, unit: Unit, actor: Account, at: datetime) -> Unit:
    append(f"unit.{what}", subject=unit, agency_id=unit.agency_id, actor_id=actor.pk, at=at, rows=[unit])
    return unit


def _require_known(functions: Sequence[str]) -> None:
    unknown = set(functions) - set(Unit.Function.values)
    if unknown:
        require(Refused("unit.function", f"职能“{'、'.join(sorted(unknown))}”不在可选范围内。", UNIT_BASIS))


def _open_unit(unit_id: UUID, actor: Account, at: datetime) -> Unit:
    """Fetch, lock and authorise; a closed unit takes no further act."""
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit_id)
    access_agency(actor, unit.agency_id, "manage_units", localdate(at))
    if unit.closed_on is not None:
        require(Refused("unit.closed", f"“{unit.name}”已于 {unit.closed_on.isoformat()} 撤并。", UNIT_BASIS))
    return unit


@transaction.atomic
def change_functions(unit_id: UUID, *, functions: Sequence[str], actor: Account, at: datetime) -> Unit:
    """Change what a unit does in the three systems (三定规定)."""
    unit = _open_unit(unit_id, actor, at)
    _require_known(functions)
    if not functions:
        require(Refused("unit.function", "请至少选择一项职能；不再使用的机构请登记撤并。", UNIT_BASIS))
    unit.functions = list(functions)
    unit.save(update_fields=["functions"])
    return _append("changed", unit, actor, at)


@transaction.atomic
def close_unit(unit_id: UUID, *, on: date, actor: Account, at: datetime) -> Unit:
    """Close a unit: it can no longer be chosen. Refused while people hold posts in it, and for a day to come."""
    unit = _open_unit(unit_id, actor, at)
    if on > localdate(at):
        require(Refused("unit.close_date", "撤并日期不能晚于今天。", UNIT_BASIS))
    staff = Post.objects.filter(unit=unit, to_on__isnull=True).count()
    if staff:
        message = f"仍有 {staff} 人在“{unit.name}”任职。请先登记其新任职或离任，再登记撤并。"
        require(Refused("unit.staffed", message, UNIT_BASIS))
    unit.closed_on = on
    unit.save(update_fields=["closed_on"])
    return _append("closed", unit, actor, at)
