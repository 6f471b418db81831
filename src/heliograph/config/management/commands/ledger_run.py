"""`heliograph ledger run`: gives records their places in the logs, signs the logs and publishes their states."""

from __future__ import annotations

import logging
import signal
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils import timezone

from heliograph.config.ledger_place import installation_place
from heliograph.config.serving import REFUSED
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.alarms import raise_alarm, settle_alarms
from heliograph.ledger.actions.running import Asking, Place, anchor, check_logs, open_logs, run_round, tidy
from heliograph.ledger.actions.sequencing import only_sequencer
from heliograph.ledger.actions.succeeding import turn_year

PAUSE_SECONDS = 0.25
PAUSE_AFTER_FAULT_SECONDS = 5.0
ALARM = "sequencer"
logger = logging.getLogger("heliograph.sequencer")


class Command(BaseCommand):
    """Run until told to stop."""

    help = "为存证排序、签名和发布检查点"

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse to start where going on would fork a log."""
        told = threading.Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            told.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        try:
            with ThreadPoolExecutor(1) as background, only_sequencer():
                place = replace(installation_place(), asking=Asking(background))
                tidy(place)
                check_logs(open_logs(place, at=self._now()), place)
                self._run(place, told)
        except (ActRefusedError, TlogError, OSError, sqlite3.Error) as error:
            self._alarm(error)
            raise CommandError(f"公示日志暂停写入：{error}", returncode=REFUSED) from error

    def _now(self) -> datetime:
        return timezone.now()  # noqa: TID251 - a command reads the clock

    def _alarm(self, error: Exception) -> None:
        """Say why the ledger stands still; the causes before are gone, or hidden behind this one."""
        key = error.verdict.code if isinstance(error, ActRefusedError) else type(error).__name__
        raise_alarm(ALARM, key, str(error), at=self._now())
        settle_alarms(ALARM, still={key}, at=self._now())

    def _run(self, place: Place, told: threading.Event) -> None:
        while not told.wait(self._round(place)):
            pass

    def _round(self, place: Place) -> float:
        """Do one round and return how long to rest; a refusal is an alarm, and tried again.

        Not so a fault of the disk: after a failed fsync only a new process knows what is safe.
        """
        now = self._now()
        try:
            logs = turn_year(open_logs(place, at=now), place, at=now)
            run_round(logs, place, at=now)
            anchor(logs, place, at=now)
            settle_alarms(ALARM, still=(), at=now)
        except OperationalError:
            connection.close()
            raise
        except (ActRefusedError, TlogError) as error:
            logger.exception("the ledger stands still")
            self._alarm(error)
            return PAUSE_AFTER_FAULT_SECONDS
        return PAUSE_SECONDS
