"""A duty is a due date with an article: opened by one event, fulfilled by another."""

from __future__ import annotations

from typing import Literal

from django.db import models
from django.db.models import Q

from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency, Unit

SubjectKind = Literal["entry", "case", "contract"]
"""What a duty may be on: lists of duties read each kind apart."""


class Duty(models.Model):
    """One statutory time limit on one subject. `limit` is the pack's rule as it stood when the duty opened."""

    class State(models.TextChoices):
        """Where a duty stands."""

        OPEN = "open", "待办"
        SUSPENDED = "suspended", "中止计算"
        FULFILLED = "fulfilled", "已办"
        CANCELLED = "cancelled", "已取消"

    class Bound(models.TextChoices):
        """Who has to keep the period: lists of what is late are of the agency's own periods alone."""

        AGENCY = "agency", "本机关的期限"
        PARTY = "party", "当事人的期限"
        WAIT = "wait", "等待期"
        OTHER = "other", "有关机关的期限"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="duties", verbose_name="机关")
    kind = models.CharField("期限", max_length=80)  # time limit id of the pack
    title = models.CharField("事项", max_length=300)
    subject_kind = models.CharField("对象类别", max_length=40)
    subject_id = models.UUIDField("对象")
    owner_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="duties", verbose_name="责任科室"
    )
    bound = models.CharField("谁的期限", max_length=6, choices=Bound.choices, default=Bound.AGENCY)
    event = models.CharField("起算事件", max_length=120)
    event_on = models.DateField("起算日")
    event_at = models.DateTimeField("起算时刻", null=True, blank=True)  # of limits in hours
    limit = models.JSONField("期限规则")
    basis = models.CharField("依据", max_length=200)
    due_on = models.DateField("到期日", null=True, blank=True)
    due_at = models.DateTimeField("到期时刻", null=True, blank=True)
    alarm_on = models.DateField("提醒日", null=True, blank=True)
    provisional = models.BooleanField("暂算", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    opened_at = models.DateTimeField("登记时间")
    fulfilled_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    fulfilled_at = models.DateTimeField("办理时间", null=True, blank=True)
    fulfilled_event = models.CharField("办理事件", max_length=120, blank=True)

    class Meta:
        verbose_name = "期限"
        ordering = ["agency", "due_on", "id"]
        indexes = [
            models.Index(
                fields=["agency", "subject_kind", "due_on", "id"],
                name="duty_open_by_due",
                condition=Q(state__in=["open", "suspended"]),
                include=["bound"],
            ),
            models.Index(
                fields=["agency", "subject_kind", "due_on", "id"],
                name="duty_others_by_due",
                condition=Q(state__in=["open", "suspended"], bound__in=["party", "wait", "other"]),
            ),
            models.Index(
                fields=["agency", "subject_kind", "subject_id", "due_on", "id"],
                name="duty_open_by_subject",
                condition=Q(state__in=["open", "suspended"]),
                include=["bound"],
            ),
            models.Index(fields=["agency", "subject_kind", "subject_id"], name="duty_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="fulfilled", fulfilled_at__isnull=False) | ~Q(state="fulfilled"),
                name="duty_fulfilled_has_time",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ours(self) -> bool:
        """Whether the agency itself has to keep the period."""
        return self.bound == Duty.Bound.AGENCY


class DutyChange(models.Model):
    """A recorded act that moves a due date: extension (延长), suspension (中止) or its end (恢复)."""

    class Kind(models.TextChoices):
        """What the act does to the period."""

        EXTEND = "extend", "延长"
        SUSPEND = "suspend", "中止"
        RESUME = "resume", "恢复"
        RECOMPUTE = "recompute", "按新公布的放假安排重算"
        CANCEL = "cancel", "取消"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="changes", verbose_name="期限")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    from_on = models.DateField("起始日", null=True, blank=True)
    to_on = models.DateField("终止日", null=True, blank=True)
    length = models.PositiveIntegerField("延长数", null=True, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    reason = models.CharField("理由", max_length=300)
    basis = models.CharField("依据", max_length=200)
    due_before = models.DateField("原到期日", null=True, blank=True)
    due_after = models.DateField("现到期日", null=True, blank=True)
    by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "期限变动"
        ordering = ["duty", "at", "id"]

    def __str__(self) -> str:
        return f"{self.duty} {self.get_kind_display()}"
