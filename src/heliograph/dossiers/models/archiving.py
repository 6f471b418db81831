"""What happens to a dossier: a file that came later, and its handing over to whoever keeps it (补传、移交)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from heliograph.dossiers.models.cases import Case
from heliograph.dossiers.models.proceedings import CaseFile, Paper
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class PaperScan(models.Model):
    """The file of a document that was registered without one. The document itself stays as it was registered."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", verbose_name="案件")
    paper = models.OneToOneField(Paper, on_delete=models.PROTECT, related_name="scan", verbose_name="文书")
    file = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="+", verbose_name="文件")
    reason = models.CharField("补传说明", max_length=300)
    added_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="补传人")
    added_at = models.DateTimeField("补传时间")

    class Meta:
        verbose_name = "补传的文件"
        ordering = ["case_id", "added_at", "id"]

    def __str__(self) -> str:
        return f"{self.paper}"


class Deposit(models.Model):
    """A dossier handed over to the office that keeps it, and the receipt (移交案卷、签收)."""

    class State(models.TextChoices):
        """How far the handing over is."""

        HANDED = "handed", "待签收"
        RECEIVED = "received", "已签收"
        RETURNED = "returned", "已退回"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deposits", verbose_name="案件")
    keeper = models.CharField("接收机构", max_length=120)
    volumes = models.PositiveSmallIntegerField("卷数")
    items = models.PositiveIntegerField("件数")
    pages = models.PositiveIntegerField("页数")
    catalogue_sha256 = models.CharField("目录哈希值", max_length=64)
    note = models.CharField("移交说明", max_length=300, blank=True)
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="移交人")
    given_at = models.DateTimeField("移交时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.HANDED)
    received_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签收人"
    )
    received_at = models.DateTimeField("签收时间", null=True, blank=True)
    remark = models.CharField("签收意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "案卷移交"
        ordering = ["case_id", "given_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "case"], condition=~Q(state="returned"), name="deposit_once_per_case"
            ),
            models.CheckConstraint(
                condition=Q(state="handed") | Q(received_by__isnull=False, received_at__isnull=False),
                name="deposit_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.keeper}：{self.get_state_display()}"
