"""Governments, agencies and units. The operator sets up the first two, the legal office units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.kernel.verdict import Refused, require
from heliograph.registers.models import Account, Agency, Government, Unit
from heliograph.registers.permissions import access_agency


@transaction.atomic
def add_government(*, code: str, name: str, overseer: str) -> Government:
    """Add a government, or return the one that is there. The operator's command, hence no actor."""
    return Government.objects.get_or_create(code=code, defaults={"name": name, "overseer": overseer})[0]


@transaction.atomic
def add_agency(*, government: Government, code: str, name: str, short_name: str, legal_body: str) -> Agency:
    """Add an agency, or return the one that is there. The operator's command, hence no actor."""
    defaults = {"government": government, "name": name, "short_name": short_name, "legal_body": legal_body}
    return Agency.objects.get_or_create(code=code, defaults=defaults)[0]


@transaction.atomic
def add_unit(agency_id: UUID, *, name: str, functions: Sequence[str], actor: Account, at: datetime) -> Unit:
    """Add a unit with its functions (三定规定). ActRefusedError when its name is taken or the actor may not."""
    access_agency(actor, agency_id, "manage_units", localdate(at))
    unknown = set(functions) - set(Unit.Function.values)
    if unknown:
        require(Refused("unit.function", f"职能“{'、'.join(sorted(unknown))}”不在可选范围内。", "国办发118号@2018"))
    if Unit.objects.filter(agency_id=agency_id, name=name).exists():
        require(Refused("unit.exists", f"本机关已有“{name}”。请直接使用，或换一个名称。", "国办发118号@2018"))
    return Unit.objects.create(agency_id=agency_id, name=name, functions=list(functions))
