"""Numbers, drafts, recusal, handover and messages (编号、草稿、回避、交接、消息)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from heliograph.dossiers.models.cases import Case
from heliograph.kernel.ids import uuid7
from heliograph.registers.models import Account, Agency


class NumberSeries(models.Model):
    """The counter of one agency, kind of document and year. Taken with its row locked, so that no number is skipped."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    kind = models.CharField("文种", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("已用至", default=0)

    class Meta:
        verbose_name = "编号序列"
        ordering = ["agency_id", "kind", "year"]
        constraints = [models.UniqueConstraint(fields=["agency", "kind", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.kind}〔{self.year}〕{self.last}"


class IssuedNumber(models.Model):
    """A number given out. A voided one keeps its reason and is never given out again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT, related_name="numbers", verbose_name="序列")
    value = models.PositiveIntegerField("序号")
    text = models.CharField("编号", max_length=60)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="案件")
    issued_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="取号人")
    issued_at = models.DateTimeField("取号时间")
    void_reason = models.CharField("作废理由", max_length=300, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        verbose_name = "编号"
        ordering = ["series_id", "value"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "series", "value"], name="number_issued_once"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""), name="number_voided_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class StepDraft(models.Model):
    """What somebody is still typing into a step's form. Not part of the case file, and not recorded."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", verbose_name="案件")
    step = models.CharField("环节", max_length=160)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="填写人")
    data = models.JSONField("内容")
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "环节草稿"
        ordering = ["case_id", "step"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "case", "step", "account"], name="step_draft_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.step}"


class Recusal(models.Model):
    """Somebody asked to keep away from a case (回避, 行政处罚法43), and what the person in charge decided."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recusals", verbose_name="案件")
    officer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="被申请回避人")
    asked_by = models.CharField("申请人", max_length=120)
    asked_on = models.DateField("申请日期")
    reason = models.CharField("理由", max_length=1000)
    granted = models.BooleanField("准予回避", null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="登记人")
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "回避"
        ordering = ["case_id", "asked_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("officer")), name="recusal_decided_by_another"
            )
        ]

    def __str__(self) -> str:
        return f"{self.officer} 回避"


class Handover(models.Model):
    """A case handed from one officer to another (交接), decided by the head of the unit or above."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handovers", verbose_name="案件")
    place = models.CharField("身份", max_length=20, choices=[("handler", "承办人"), ("co_handler", "协办人")])
    from_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="移交人"
    )
    to_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="接收人")
    reason = models.CharField("理由", max_length=1000)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间")

    class Meta:
        verbose_name = "案件交接"
        ordering = ["case_id", "decided_at", "id"]

    def __str__(self) -> str:
        return f"{self.case} 交接"


class Message(models.Model):
    """A message to somebody about a case, shown on the desk until read (消息)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages", verbose_name="案件")
    to_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="收件人")
    from_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发件人"
    )
    text = models.CharField("内容", max_length=1000)
    sent_at = models.DateTimeField("发出时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta:
        verbose_name = "消息"
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["agency", "to_account", "read_at", "-sent_at"], name="message_inbox")]

    def __str__(self) -> str:
        return self.text
