"""How the public log stands, in words that say by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.ledger.models import Tree
from heliograph.ledger.queries import Health, health_of, oldest_waiting, standstill

LATE = timedelta(minutes=1)
STOPPED = timedelta(hours=1)
RULE = (
    "按等待最久的记录判断：没有记录等待，或者等待不超过 1 分钟的，为正常；超过 1 分钟的，为延迟；"
    "超过 1 小时的，为停止。日志因故暂停写入的，也为停止。"
)


@dataclass(frozen=True, slots=True)
class LogHealth:
    """The public log at a moment: its figures, how long the oldest record waits, and the word for it."""

    health: Health
    wait: timedelta | None
    halted: bool = False
    """Whether the sequencer refuses to go on."""

    @property
    def label(self) -> str:
        """The word."""
        if self.halted:
            return "停止"
        if self.wait is None or self.wait <= LATE:
            return "正常"
        return "延迟" if self.wait <= STOPPED else "停止"

    @property
    def tone(self) -> str:
        """Its colour; the word and an icon stand beside it."""
        return {"正常": "green", "延迟": "amber"}.get(self.label, "red")

    @property
    def icon(self) -> str:
        """Its icon."""
        return {"正常": "i-check", "延迟": "i-clock"}.get(self.label, "i-warn")

    @property
    def waiting(self) -> int:
        """How many records no published checkpoint covers."""
        return self.health.waiting + self.health.unpublished

    @property
    def waited(self) -> str:
        """How long the oldest record waits, in the largest unit that fits; asked only where one does."""
        seconds = max(0, int((self.wait or timedelta()).total_seconds()))
        for unit, length in (("天", 86_400), ("小时", 3_600), ("分钟", 60)):
            if seconds >= length:
                return f"{seconds // length} {unit}"
        return f"{seconds} 秒"


def public_log_health(now: datetime) -> LogHealth | None:
    """Return how the public log stands, None before the sequencer ran for the first time. Six queries."""
    health = health_of(Tree.PUBLIC)
    if health is None:
        return None
    oldest = oldest_waiting(health)
    return LogHealth(health, None if oldest is None else now - oldest, standstill() is not None)
