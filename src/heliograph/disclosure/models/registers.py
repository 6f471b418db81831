"""Releases under approval, what the public reads, and adjustments after a law or function changed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from heliograph.duties.models import Duty
from heliograph.kernel.ids import uuid7
from heliograph.registers.citations import key_label
from heliograph.registers.models import Account, Agency, Entry, EntryVersion


class Release(models.Model):
    """One version's way through the stages of the agency's chain (D12). `stages` is the chain as the pack had it."""

    class State(models.TextChoices):
        """Where the release stands."""

        IN_REVIEW = "in_review", "审批中"
        RETURNED = "returned", "已退回"
        PUBLISHED = "published", "已公开"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="releases", verbose_name="机关")
    register = models.CharField("清单", max_length=40)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="releases", verbose_name="条目")
    version = models.OneToOneField(EntryVersion, on_delete=models.PROTECT, related_name="release", verbose_name="版本")
    stages = models.JSONField("审批环节")
    stage_index = models.PositiveSmallIntegerField("当前环节", default=0)
    stage_role = models.CharField("待办角色", max_length=20, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.IN_REVIEW)
    unfounded = models.JSONField("未注明依据的新增内容", default=list)
    adjusted = models.BooleanField("已按动态调整修改", default=False)
    submitted_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="送审人")
    submitted_at = models.DateTimeField("送审时间")

    class Meta:
        verbose_name = "信息发布审批"
        ordering = ["agency", "-submitted_at", "-id"]
        indexes = [models.Index(fields=["agency", "state", "stage_role", "-submitted_at"], name="release_inbox")]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "entry"], condition=Q(state="in_review"), name="release_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.get_state_display()}"


class ReleaseStep(models.Model):
    """Who decided one stage, when and why."""

    class Decision(models.TextChoices):
        """Pass on, or return with a reason."""

        PASS = "pass", "同意"
        RETURN = "return", "退回"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="steps", verbose_name="发布审批")
    stage_index = models.PositiveSmallIntegerField("环节序号")
    stage = models.CharField("环节", max_length=20)
    stage_label = models.CharField("环节名称", max_length=120)
    decision = models.CharField("决定", max_length=6, choices=Decision.choices)
    opinion = models.CharField("意见", max_length=500, blank=True)
    acknowledged = models.JSONField("已知悉的无依据新增", default=list)
    basis = models.CharField("依据", max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="审批人")
    at = models.DateTimeField("审批时间")

    class Meta:
        verbose_name = "发布审批记录"
        ordering = ["release", "stage_index", "at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "release", "stage_index"], name="stage_decided_once"),
            models.CheckConstraint(
                condition=Q(decision="pass") | ~Q(opinion=""),
                name="return_states_reason",
                violation_error_message="退回须写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage_label} {self.get_decision_display()}"


class PublicVersion(models.Model):
    """What the public reads: only public fields, only after approval. Withdrawn ones stay as tombstones."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="public_versions", verbose_name="机关")
    register = models.CharField("清单", max_length=40)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="public_versions", verbose_name="条目")
    entry_number = models.PositiveIntegerField("编号")
    version = models.OneToOneField(
        EntryVersion, on_delete=models.PROTECT, related_name="public_version", verbose_name="版本"
    )
    number = models.PositiveIntegerField("版本号")
    title = models.CharField("名称", max_length=300)
    data = models.JSONField("公开内容")
    # id, label and type of every public field as the pack had them: what is public stays readable under a later pack.
    fields = models.JSONField("公开字段", default=list)
    basis = ArrayField(models.CharField(max_length=160), verbose_name="依据", default=list, blank=True)
    category = models.CharField("执法类别", max_length=120, blank=True)
    verified = models.CharField("核实情况", max_length=12)
    read_in = models.CharField("核实出处", max_length=200, blank=True)
    reason = models.CharField("公开或变更理由", max_length=300)
    tokens = ArrayField(models.IntegerField(), verbose_name="检索词", default=list)
    published_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="发布审批人")
    published_at = models.DateTimeField("公开时间")
    is_current = models.BooleanField("现行", default=True)
    superseded_at = models.DateTimeField("被新版替代时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤回人"
    )
    withdrawn_reason = models.CharField("撤回理由", max_length=300, blank=True)
    withdrawn_basis = models.CharField("撤回依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "公开版本"
        ordering = ["agency", "register", "entry_number", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "entry", "number"], name="public_version_once"),
            models.UniqueConstraint(
                fields=["agency", "entry"], condition=Q(is_current=True), name="one_current_version"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | (Q(is_current=False) & ~Q(withdrawn_reason="")),
                name="withdrawn_is_not_current",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("published_at")),
                name="superseded_after_published",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "register", "entry_number"], condition=Q(is_current=True), name="public_current"
            ),
            models.Index(fields=["agency", "register", "entry_number", "-number"], name="public_by_number"),
            models.Index(fields=["agency", "published_at"], name="public_by_time"),
            GinIndex(fields=["tokens"], name="public_by_token"),
            GinIndex(fields=["basis"], name="public_by_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.number} 版）"


class Adjustment(models.Model):
    """A dynamic adjustment (动态调整, D10): an article changed or a function moved, and why."""

    class Kind(models.TextChoices):
        """What happened outside."""

        ARTICLE_AMENDED = "amended", "条文修改"
        ARTICLE_REPEALED = "repealed", "条文废止"
        FUNCTION_MOVED = "function", "职能调整"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="adjustments", verbose_name="机关")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    article = models.CharField("条文", max_length=160, blank=True)
    function = models.CharField("职能", max_length=200, blank=True)
    reason = models.CharField("说明", max_length=300)
    basis = models.CharField("依据", max_length=200)
    effective_on = models.DateField("生效日期")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    made_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "动态调整"
        ordering = ["agency", "-made_at"]

    def __str__(self) -> str:
        return key_label(self.article) or self.function

    @property
    def cause(self) -> str:
        """What happened, as people read it: 《…》（2024）第 47 条修改."""
        if self.kind == self.Kind.FUNCTION_MOVED:
            return f"职能调整：{self.function}"
        return f"{self}{'废止' if self.kind == self.Kind.ARTICLE_REPEALED else '修改'}"


class AdjustmentItem(models.Model):
    """One entry that an adjustment touches, with the duty to revise it.

    Two adjustments of the same thing share the duty while it is open. A draft's duty is not told to the public.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="items", verbose_name="动态调整")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="adjustment_items", verbose_name="条目")
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="adjustment_items", verbose_name="期限")
    draft = models.BooleanField("登记时未公开", default=False)

    class Meta:
        verbose_name = "受影响条目"
        ordering = ["adjustment", "entry"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "adjustment", "entry"], name="entry_once_per_adjustment")
        ]

    def __str__(self) -> str:
        return str(self.entry)


class AdjustmentConfirmation(models.Model):
    """An approver's word whether an adjustment is told to the public: a second person, as for every release (D12).

    One that was returned, with the opinion, may be registered anew; the duties it opened go on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    adjustment = models.OneToOneField(
        Adjustment, on_delete=models.PROTECT, related_name="confirmation", verbose_name="动态调整"
    )
    passed = models.BooleanField("同意公开")
    opinion = models.CharField("退回意见", max_length=300, blank=True)
    basis = models.CharField("依据", max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="确认人")
    at = models.DateTimeField("确认时间")

    class Meta:
        verbose_name = "动态调整公开确认"
        ordering = ["agency", "-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(passed=True) | ~Q(opinion=""),
                name="returned_adjustment_states_why",
                violation_error_message="退回须写明意见。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.adjustment} {'已确认公开' if self.passed else '已退回'}"


class PublicChange(models.Model):
    """A line of the public change log (变更记录): what changed, when, why, by which article."""

    class Kind(models.TextChoices):
        """Kinds of change the public sees."""

        PUBLISHED = "published", "公开"
        REVISED = "revised", "更新"
        WITHDRAWN = "withdrawn", "撤回"
        ADJUSTMENT = "adjustment", "动态调整"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="public_changes", verbose_name="机关")
    register = models.CharField("清单", max_length=40, blank=True)
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="条目"
    )
    number = models.PositiveIntegerField("版本号", null=True, blank=True)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    title = models.CharField("名称", max_length=300)
    reason = models.CharField("理由", max_length=300)
    basis = models.CharField("依据", max_length=200, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "变更记录"
        ordering = ["agency", "-at", "-id"]
        indexes = [models.Index(fields=["agency", "-at", "-id"], name="change_newest_first")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}"
