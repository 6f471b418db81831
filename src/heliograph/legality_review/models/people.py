"""Who reviews: the register of reviewers, contracts with advisers, training and examinations (L7, S15)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class AdviserContract(models.Model):
    """A contract with a law firm or a provider of review (法律顾问、购买服务), with its term (S15)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    firm = models.CharField("律师事务所或者服务机构", max_length=200)
    lawyer = models.CharField("律师或者承办人员", max_length=120)
    signed_on = models.DateField("签订日期")
    from_on = models.DateField("期限起")
    to_on = models.DateField("期限止")
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "法律顾问合同"
        ordering = ["agency", "-to_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="contract_ends_after_start",
                violation_error_message="合同期限止不能早于期限起。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.firm} {self.lawyer}"


class Reviewer(models.Model):
    """Somebody who may review, with what it rests on: qualification, first work, contract. Ended, never deleted."""

    class Kind(models.TextChoices):
        """How somebody came to review."""

        STAFF = "staff", "专职"
        PART_TIME = "part_time", "兼职"
        ADVISER = "adviser", "法律顾问"
        PURCHASED = "purchased", "购买服务"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="账户")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    qualification = models.CharField("法律职业资格证书号", max_length=60, blank=True)
    qualified_on = models.DateField("取得资格日期", null=True, blank=True)
    began_on = models.DateField("初次从事审核日期")
    contract = models.ForeignKey(
        AdviserContract, on_delete=models.PROTECT, null=True, blank=True, related_name="reviewers", verbose_name="合同"
    )
    from_on = models.DateField("任职起")
    to_on = models.DateField("任职止", null=True, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "法制审核人员"
        ordering = ["agency", "from_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "account"], condition=Q(to_on__isnull=True), name="reviewer_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(qualification="") | Q(qualified_on__isnull=False), name="qualification_has_its_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}（{self.get_kind_display()}）"


class Training(models.Model):
    """A training or an examination of a reviewer, with hours or result (L7)."""

    class Kind(models.TextChoices):
        """Two kinds of record."""

        TRAINING = "training", "培训"
        EXAMINATION = "examination", "考核"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="trainings", verbose_name="审核人员")
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    title = models.CharField("内容", max_length=200)
    held_on = models.DateField("日期")
    hours = models.PositiveSmallIntegerField("学时", default=0)
    result = models.CharField("结果", max_length=120, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "审核人员培训考核"
        ordering = ["reviewer", "-held_on", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}"
