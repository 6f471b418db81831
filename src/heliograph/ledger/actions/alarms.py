"""Alarms: raised once while the cause lasts, settled when it is gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from heliograph.ledger.models import Alarm

DETAIL_LENGTH = 1000


@transaction.atomic
def raise_alarm(kind: str, key: str, detail: str, *, at: datetime) -> bool:
    """Note that something is wrong; return whether it was not known yet."""
    _, new = Alarm.objects.get_or_create(
        kind=kind, key=key, settled_at=None, defaults={"detail": detail[:DETAIL_LENGTH], "raised_at": at}
    )
    return new


@transaction.atomic
def settle_alarms(kind: str, *, still: Collection[str], at: datetime) -> int:
    """Settle the alarms of a kind but those whose cause lasts; return how many. A clock set back does no harm."""
    gone = Alarm.objects.filter(kind=kind, settled_at__isnull=True).exclude(key__in=still)
    return gone.update(settled_at=Greatest(F("raised_at"), Value(at, output_field=DateTimeField())))
