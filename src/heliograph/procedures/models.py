"""Releases of procedures, drafts of them, and where every running case stands.

The state of a case is rows: a run with its facts and `rev`, and one token for each open task, armed timer and arrival
at a join. Whoever writes a run guards it by `rev`; `Step` and `RunChange` are only added.
"""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency, Role, Unit

NO_DAY = date.max
"""Stands for “no due date” where tasks are put in order."""
DUE_ORDER = Coalesce("due_on", Value(NO_DAY))

# Both ends belong to the range; no end means until further notice.
EFFECTIVE = Func(
    "effective_from",
    "effective_to",
    RangeBoundary(inclusive_upper=True),
    function="DATERANGE",
    output_field=DateRangeField(),
)


class Release(models.Model):
    """A procedure with everything it runs by, under one hash; once released it never changes, and its cases keep it."""

    class State(models.TextChoices):
        """Where a release stands."""

        PROPOSED = "proposed", "待批准"
        RELEASED = "released", "已发布"
        RETURNED = "returned", "已退回"
        SUPERSEDED = "superseded", "已被新版替代"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="procedure_releases", verbose_name="机关")
    procedure = models.CharField("流程", max_length=60)
    title = models.CharField("名称", max_length=120)
    categories = models.JSONField("执法类别", default=list)
    number = models.PositiveIntegerField("版本号")
    sha256 = models.CharField("内容哈希值", max_length=64, db_index=True)
    bundle = models.BinaryField("内容")
    effective_from = models.DateField("施行日期")
    effective_to = models.DateField("失效日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    reason = models.CharField("理由", max_length=300)
    opinion = models.CharField("批准或退回意见", max_length=300, blank=True)
    changes = models.JSONField("与前一版本的差异", default=dict)

    class Meta:
        verbose_name = "流程版本"
        ordering = ["agency", "procedure", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "procedure", "number"], name="procedure_release_number_once"),
            models.UniqueConstraint(
                fields=["agency", "procedure"], condition=Q(state="proposed"), name="procedure_one_proposal"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="procedure_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="procedure_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "returned"]) | ~Q(decided_by=F("proposed_by")),
                name="procedure_approved_by_another",
            ),
            ExclusionConstraint(
                name="one_procedure_release_per_day",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("procedure", RangeOperators.EQUAL),
                    (EFFECTIVE, RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["released", "superseded"]),
                violation_error_message="同一机关的同一流程在同一天只能有一个版本施行。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}第 {self.number} 版"


class Draft(models.Model):
    """A procedure being edited: the files as the editor saved them, guarded by `rev`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="procedure_drafts", verbose_name="机关")
    procedure = models.CharField("流程", max_length=60)
    title = models.CharField("名称", max_length=120)
    categories = models.JSONField("执法类别", default=list)
    files = models.JSONField("流程文件", default=dict)
    tables = models.JSONField("规则表", default=dict)
    limits = models.JSONField("期限", default=dict)
    facts = models.JSONField("事实", default=list)
    rev = models.PositiveIntegerField("修改次数", default=1)
    edited_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="编辑人")
    edited_at = models.DateTimeField("编辑时间")

    class Meta:
        verbose_name = "流程草稿"
        ordering = ["agency", "procedure"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "procedure"], name="one_draft_per_procedure"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（草稿）"


class Run(models.Model):
    """A case on its way through a release. Its key is the case's, given by whoever starts it."""

    class State(models.TextChoices):
        """Whether the case moves."""

        RUNNING = "running", "办理中"
        SUSPENDED = "suspended", "已中止"
        ENDED = "ended", "已办结"

    id = models.UUIDField(primary_key=True, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="runs", verbose_name="机关")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="runs", verbose_name="流程版本")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="runs", verbose_name="承办机构"
    )
    facts = models.JSONField("事实", default=dict)
    rev = models.PositiveIntegerField("变动次数")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta:
        verbose_name = "流程办理"
        ordering = ["agency", "-started_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="run_ended_has_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Token(models.Model):
    """One thing a run waits for: a task, a timer, or the other branches of a join. `place` is its node or flow."""

    class Kind(models.TextChoices):
        """What is waited for."""

        TASK = "task", "环节"
        TIMER = "timer", "期限"
        JOIN = "join", "等待汇合"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="机关")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="tokens", db_index=False, verbose_name="办理")
    place = models.CharField("位置", max_length=300)
    kind = models.CharField("类别", max_length=5, choices=Kind.choices)
    name = models.CharField("名称", max_length=200, blank=True)
    role = models.CharField("办理角色", max_length=20, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理机构"
    )
    due_on = models.DateField("到期日", null=True, blank=True)
    alarm_on = models.DateField("提醒日", null=True, blank=True)
    provisional = models.BooleanField("暂算", default=False)
    timer_at = models.DateTimeField("期满时刻", null=True, blank=True)
    entered_at = models.DateTimeField("进入时间")

    class Meta:
        verbose_name = "待办位置"
        ordering = ["run", "entered_at", "id"]
        constraints = [models.UniqueConstraint(fields=["agency", "run", "place"], name="token_once_per_place")]
        indexes = [
            models.Index("agency", "role", DUE_ORDER, "id", name="token_task_by_due", condition=Q(kind="task")),
            models.Index(fields=["timer_at", "id"], name="token_timer_by_time", condition=Q(timer_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name or self.place

    @property
    def role_label(self) -> str:
        """Who does it, in Chinese."""
        return Role(self.role).label if self.role else ""


class Step(models.Model):
    """What moved a run once: the task done or the timer fired, by whom, and what followed. `number` is the new rev."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="机关")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="steps", db_index=False, verbose_name="办理")
    number = models.PositiveIntegerField("序号")
    place = models.CharField("位置", max_length=300, blank=True)
    name = models.CharField("名称", max_length=200)
    act = models.CharField("行为", max_length=40)
    actor = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="办理人",
    )
    at = models.DateTimeField("办理时间")
    facts = models.JSONField("变动的事实", default=dict)
    passed = models.JSONField("经过", default=list)
    fired = models.JSONField("适用的规则行", default=dict)
    note = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = "办理步骤"
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["agency", "run", "number"], name="step_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class RunChange(models.Model):
    """An act on a whole run beside its flow: suspended, resumed, sent back, moved to another release."""

    class Kind(models.TextChoices):
        """What was done."""

        SUSPENDED = "suspended", "中止"
        RESUMED = "resumed", "恢复"
        RETURNED = "returned", "退回"
        MIGRATED = "migrated", "更换流程版本"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="机关")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="changes", db_index=False, verbose_name="办理")
    number = models.PositiveIntegerField("序号")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    from_on = models.DateField("起始日", null=True, blank=True)
    marking_before = models.JSONField("原位置", default=list)
    marking_after = models.JSONField("现位置", default=list)
    release_before = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+", verbose_name="原流程版本")
    release_after = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+", verbose_name="现流程版本")
    reason = models.CharField("理由", max_length=300)
    basis = models.CharField("依据", max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="办理人")
    at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "流程办理变动"
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "run", "number"], name="run_change_once"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(basis=""), name="run_change_has_reason_and_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"
