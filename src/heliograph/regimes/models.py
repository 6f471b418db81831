"""Which pack an agency stands under on which day, and the working-day calendar."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency

# Both ends belong to the range; no end means until further notice.
IN_FORCE = Func(
    "in_force_from",
    "in_force_to",
    RangeBoundary(inclusive_upper=True),
    function="DATERANGE",
    output_field=DateRangeField(),
)


class InstalledPack(models.Model):
    """A pack in force for an agency. The merged content is kept, so an old pack stays readable for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="packs", verbose_name="机关")
    pack = models.CharField("规则包", max_length=80)
    version = models.CharField("版本", max_length=20)
    content_hash = models.CharField("内容哈希值", max_length=64, db_index=True)
    content = models.JSONField("内容")
    in_force_from = models.DateField("适用起始日")
    in_force_to = models.DateField("适用终止日", null=True, blank=True)
    installed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="安装人"
    )
    installed_at = models.DateTimeField("安装时间")

    class Meta:
        verbose_name = "已安装的规则包"
        ordering = ["agency", "in_force_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force_to__isnull=True) | Q(in_force_to__gte=F("in_force_from")),
                name="pack_ends_after_start",
            ),
            ExclusionConstraint(
                name="one_pack_in_force_per_day",
                expressions=[("agency", RangeOperators.EQUAL), (IN_FORCE, RangeOperators.OVERLAPS)],
                violation_error_message="同一机关在同一天只能适用一个规则包。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack}@{self.version}"


class CalendarDay(models.Model):
    """A day that a holiday notice speaks of: off, or worked in exchange."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField("日期", unique=True)
    is_workday = models.BooleanField("上班")
    name = models.CharField("名称", max_length=60)
    notice = models.CharField("通知", max_length=200)
    source = models.CharField("出处", max_length=200)
    loaded_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入人"
    )
    loaded_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "放假和调休日"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


class CalendarProposal(models.Model):
    """A holiday notice that one person read in and another has to confirm: it moves the days of every agency."""

    class State(models.TextChoices):
        """Where a proposal stands."""

        PENDING = "pending", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "未采用"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="提出机关")
    rows = models.JSONField("各日")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    refusal = models.CharField("未采用的理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "待确认的放假安排"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by"), state="confirmed"),
                name="calendar_confirmed_by_another",
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposed_at:%Y-%m-%d} 放假安排"


class CalendarNotice(models.Model):
    """A year whose holiday notice is loaded; due dates in other years are provisional (暂算)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    year = models.PositiveSmallIntegerField("年份", unique=True)
    notice = models.CharField("通知", max_length=200)
    source = models.CharField("出处", max_length=200)
    loaded_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "年度放假通知"
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year} 年：{self.notice}"
