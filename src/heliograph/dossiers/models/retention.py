"""How long a dossier is kept, and its destruction by several people after its term (保管期限、鉴定销毁)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from heliograph.dossiers.models.cases import Case
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Retention(models.Model):
    """The term of a dossier as set when it was filed, and as appraised since. The latest of a case counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="retentions", verbose_name="案件")
    years = models.PositiveSmallIntegerField("保管年数", null=True, blank=True)  # none: for ever
    from_on = models.DateField("起算日期")
    until_on = models.DateField("届满日期", null=True, blank=True)
    items = models.JSONField("各件的保管年数", default=dict)  # by key in the catalogue; null: for ever
    reason = models.CharField("理由", max_length=300)
    basis = models.CharField("依据", max_length=200)
    set_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="确定人")
    set_at = models.DateTimeField("确定时间")

    class Meta:
        verbose_name = "保管期限"
        ordering = ["case_id", "set_at", "id"]
        indexes = [models.Index(fields=["agency", "until_on"], name="retention_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(years__isnull=True, until_on__isnull=True) | Q(years__gte=1, until_on__gt=F("from_on")),
                name="retention_ends_when_it_has_years",
            )
        ]

    def __str__(self) -> str:
        return "永久" if self.years is None else f"{self.years} 年"


class Destruction(models.Model):
    """The destruction of a dossier: proposed with an appraisal, approved by a leader, carried out by an archivist."""

    class State(models.TextChoices):
        """How far it is."""

        PROPOSED = "proposed", "待审批"
        APPROVED = "approved", "等待销毁"
        REFUSED = "refused", "不同意"
        CANCELLED = "cancelled", "已撤销"
        EXECUTED = "executed", "已销毁"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="destructions", verbose_name="案件")
    appraisal = models.CharField("鉴定意见", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    opinion = models.CharField("审批意见", max_length=300, blank=True)
    not_before = models.DateField("最早销毁日期", null=True, blank=True)  # the cooling-off ends the day before
    executed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="销毁人"
    )
    executed_at = models.DateTimeField("销毁时间", null=True, blank=True)
    certificate = models.JSONField("销毁清册", default=list)  # the lines of the catalogue, and what became of each file
    certificate_sha256 = models.CharField("清册哈希值", max_length=64, blank=True)

    class Meta:
        verbose_name = "案卷销毁"
        ordering = ["agency_id", "-id"]
        indexes = [models.Index(fields=["agency", "state", "-id"], name="destruction_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["proposed", "approved", "executed"]),
                name="destruction_once_per_case",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="destruction_approved_by_another",
                violation_error_message="案卷销毁须由另一人审批。",
            ),
            models.CheckConstraint(
                condition=Q(executed_by__isnull=True)
                | (~Q(executed_by=F("proposed_by")) & ~Q(executed_by=F("decided_by"))),
                name="destruction_done_by_a_third",
                violation_error_message="案卷销毁须由提出人、审批人以外的人执行。",
            ),
            models.CheckConstraint(
                condition=~Q(state="executed")
                | Q(executed_by__isnull=False, executed_at__isnull=False, decided_by__isnull=False),
                name="destruction_executed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}：{self.get_state_display()}"
