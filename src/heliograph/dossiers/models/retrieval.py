"""Reading a dossier that is in the archive: who asked why, who approved until when, and what was read (调阅)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from heliograph.dossiers.models.cases import Case
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class Secrecy(models.TextChoices):
    """Why something in a dossier is not for everybody who reads it."""

    STATE = "state", "国家秘密"
    TRADE = "trade", "商业秘密"
    PRIVACY = "privacy", "个人隐私"


class Retrieval(models.Model):
    """One retrieval of one dossier by one person, from the application to its end. Nobody reads without one."""

    class State(models.TextChoices):
        """How far it is; whether an approved one still runs is a question of its last day."""

        ASKED = "asked", "待审批"
        OPEN = "open", "已准予"
        REFUSED = "refused", "不同意"
        ENDED = "ended", "已结束"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="retrievals", verbose_name="案件")
    purpose = models.CharField("调阅事由", max_length=500)
    at_once = models.BooleanField("直接调阅", default=False)  # by whom the rules let read without approval
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="调阅人")
    asked_at = models.DateTimeField("申请时间")
    until_on = models.DateField("调阅期限", null=True, blank=True)  # the last day
    side_volume = models.BooleanField("含副卷", default=False)
    levels = ArrayField(
        models.CharField("密级", max_length=10, choices=Secrecy.choices),
        default=list,
        blank=True,
        verbose_name="含密级",
    )
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    opinion = models.CharField("审批意见", max_length=300, blank=True)
    ended_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="结束人"
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    end_reason = models.CharField("结束理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "案卷调阅"
        ordering = ["agency_id", "-id"]
        indexes = [
            models.Index(fields=["agency", "state", "-id"], name="retrieval_by_state"),
            models.Index(fields=["agency", "asked_by", "-id"], name="retrieval_by_reader"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "asked_by"], condition=Q(state="asked"), name="retrieval_asked_once"
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="retrieval_states_why"),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(until_on__isnull=False), name="retrieval_open_until_a_day"
            ),
            models.CheckConstraint(
                condition=Q(at_once=True)
                | Q(state__in=["asked", "ended"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="retrieval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="retrieval_decided_by_another",
                violation_error_message="调阅申请须由另一人审批。",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="retrieval_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}：{self.get_state_display()}"


class RetrievalReading(models.Model):
    """One look into a dossier under a retrieval: what was opened or taken, and when. Rows are only added."""

    class Form(models.TextChoices):
        """In which form it was read."""

        CATALOGUE = "catalogue", "查看目录"
        PAGE = "page", "查看案件页"
        VIEW = "view", "在线阅读"
        COPY = "copy", "下载水印副本"
        PDF = "pdf", "导出 PDF"
        BAG = "zip", "导出数据包"
        XML = "xml", "导出 XML 封装包（试验）"
        OFD = "ofd", "导出 OFD（试验）"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    retrieval = models.ForeignKey(Retrieval, on_delete=models.PROTECT, related_name="readings", verbose_name="案卷调阅")
    form = models.CharField("方式", max_length=10, choices=Form.choices)
    title = models.CharField("内容", max_length=300)
    sha256 = models.CharField("内容哈希值", max_length=64, blank=True)
    read_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="阅读人")
    read_at = models.DateTimeField("阅读时间")

    class Meta:
        verbose_name = "调阅明细"
        ordering = ["retrieval_id", "id"]

    def __str__(self) -> str:
        return f"{self.get_form_display()}：{self.title}"


class Classification(models.Model):
    """That something in a dossier is secret, or no longer is, with reason and basis. The latest of an item counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", verbose_name="案件")
    item = models.UUIDField("卷内材料")  # a document, a piece of evidence or a file: its key in the catalogue
    title = models.CharField("题名", max_length=300)
    level = models.CharField("密级", max_length=10, choices=Secrecy.choices, blank=True)  # empty: lifted
    reason = models.CharField("理由", max_length=300)
    basis = models.CharField("依据", max_length=200)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="确定人")
    made_at = models.DateTimeField("确定时间")

    class Meta:
        verbose_name = "卷内材料定密"
        ordering = ["case_id", "made_at", "id"]
        indexes = [models.Index(fields=["case", "made_at", "id"], name="classification_of_case")]

    def __str__(self) -> str:
        return f"{self.title}：{self.get_level_display() or '解除'}"
