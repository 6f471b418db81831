"""Alarms: once while the cause lasts, anew when it comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heliograph.ledger.actions.alarms import raise_alarm, settle_alarms
from heliograph.ledger.models import Alarm
from heliograph.ledger.tests.making import AT

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand]
LATER = AT + timedelta(minutes=5)


def test_alarm_is_raised_once_while_its_cause_lasts() -> None:
    assert raise_alarm("witness", "w1", "拒绝见证", at=AT)
    assert not raise_alarm("witness", "w1", "仍然拒绝", at=LATER)
    assert raise_alarm("witness", "w2", "拒绝见证", at=LATER)
    assert list(Alarm.objects.values_list("key", "detail").order_by("key")) == [
        ("w1", "拒绝见证"),
        ("w2", "拒绝见证"),
    ]


def test_alarm_is_settled_when_the_cause_is_gone_and_raised_anew_when_it_is_back() -> None:
    for key in ("w1", "w2"):
        raise_alarm("witness", key, "拒绝见证", at=AT)
    raise_alarm("row", "w1", "不符", at=AT)
    assert settle_alarms("witness", still=["w2"], at=LATER) == 1
    assert settle_alarms("witness", still=["w2"], at=LATER) == 0
    assert Alarm.objects.get(kind="witness", key="w1").settled_at == LATER
    assert raise_alarm("witness", "w1", "又拒绝", at=LATER)
    assert Alarm.objects.filter(settled_at__isnull=True).count() == 3


def test_clock_that_was_set_back_does_not_keep_an_alarm_open() -> None:
    raise_alarm("witness", "w1", "拒绝见证", at=LATER)
    assert settle_alarms("witness", still=(), at=AT) == 1
    assert Alarm.objects.get().settled_at == LATER


def test_long_detail_is_cut() -> None:
    raise_alarm("sequencer", "OSError", "长" * 3000, at=AT)
    assert len(Alarm.objects.get().detail) == 1000
