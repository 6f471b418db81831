"""An inspection: what was to be inspected, who approved it, what was found and told (行政检查)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from heliograph.dossiers.models.cases import Case
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Inspection(models.Model):
    """The inspection of a case: published items only, approved first or, when urgent, at once afterwards.

    `items` are the published items as they were named that day: [{"id": entry, "name": text}].
    """

    class Result(models.TextChoices):
        """What an inspection comes to."""

        CLEAN = "clean", "未发现问题"
        RECTIFY = "rectify", "责令改正"
        SUSPECTED = "suspected", "涉嫌违法"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="inspection", verbose_name="案件")
    items = models.JSONField("检查事项")
    reason = models.CharField("检查理由", max_length=1000)
    urgent = models.BooleanField("情况紧急", default=False)
    inspected_at = models.DateTimeField("现场检查时间", null=True, blank=True)
    granted = models.BooleanField("准予检查", null=True, blank=True)
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    approved_at = models.DateTimeField("审批时间", null=True, blank=True)
    notified_on = models.DateField("通知书送达日期", null=True, blank=True)
    result = models.CharField("检查结果", max_length=10, choices=Result.choices, blank=True)
    result_on = models.DateField("认定日期", null=True, blank=True)
    found = models.TextField("检查情况", max_length=20000, blank=True)
    rectify_until = models.DateField("改正期限", null=True, blank=True)
    told_on = models.DateField("结果告知日期", null=True, blank=True)
    rectified = models.BooleanField("整改合格", null=True, blank=True)
    published_on = models.DateField("结果公示日期", null=True, blank=True)
    published_where = models.CharField("公示渠道", max_length=300, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "行政检查"
        ordering = ["case_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(approved_by__isnull=False, granted__isnull=False),
                name="inspection_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(published_on__isnull=True) | ~Q(result=""),
                name="inspection_published_after_result",
                violation_error_message="认定检查结果后才能公示。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} 检查"
