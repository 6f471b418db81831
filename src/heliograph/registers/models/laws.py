"""The law library (执法依据库): laws, their versions and articles. Shared reference, of no agency."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from heliograph.kernel.ids import uuid7
from heliograph.registers.models.accounts import Account
from heliograph.registers.models.bodies import Agency


class Verified(models.TextChoices):
    """How sure the text is; `unverified` is shown 「待核」."""

    TEXT = "text", "已核原文"
    SECONDARY = "secondary", "据转述"
    UNVERIFIED = "unverified", "待核"


class Law(models.Model):
    """A law, regulation or rule, whatever its versions. `name` is the part of a key before `@`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField("简称", max_length=120, unique=True)
    title = models.CharField("名称", max_length=200)
    level = models.CharField("效力层级", max_length=40)
    aliases = ArrayField(models.CharField(max_length=200), verbose_name="别名", default=list, blank=True)

    class Meta:
        verbose_name = "法律法规规章"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.title


class LawVersion(models.Model):
    """One version of a law; `key` is `<name>@<year>`, the form in which rules cite it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    law = models.ForeignKey(Law, on_delete=models.PROTECT, related_name="versions", verbose_name="法律法规规章")
    key = models.CharField("引用键", max_length=130, unique=True)
    issued_on = models.DateField("公布日期", null=True, blank=True)
    effective_from = models.DateField("施行日期", null=True, blank=True)
    effective_to = models.DateField("失效日期", null=True, blank=True)
    verified = models.CharField("核实情况", max_length=12, choices=Verified.choices, default=Verified.UNVERIFIED)
    read_in = models.CharField("核实出处", max_length=200, blank=True)
    imported_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入人"
    )
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "法律版本"
        ordering = ["law", "key"]

    def __str__(self) -> str:
        return self.key


class LawImport(models.Model):
    """A law text that one legal officer read in and another, of any agency, has to confirm. `law` is what was read."""

    class State(models.TextChoices):
        """Where an import stands."""

        PENDING = "pending", "待确认"
        CONFIRMED = "confirmed", "已入库"
        REFUSED = "refused", "未采用"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="提出机关")
    key = models.CharField("引用键", max_length=130)
    law = models.JSONField("法律文本")
    article_count = models.PositiveIntegerField("条数")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="导入人")
    proposed_at = models.DateTimeField("导入时间")
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    refusal = models.CharField("未采用的理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "待确认的法律文本"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by"), state="confirmed"),
                name="law_confirmed_by_another",
            )
        ]

    def __str__(self) -> str:
        return self.key


class Article(models.Model):
    """One article. `summary` is a paraphrase from a pack, `text` the full text if somebody imported it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(LawVersion, on_delete=models.CASCADE, related_name="articles", verbose_name="法律版本")
    no = models.CharField("条号", max_length=20)
    order = models.PositiveIntegerField("顺序")
    key = models.CharField("引用键", max_length=160, unique=True)
    summary = models.TextField("要旨", blank=True)
    text = models.TextField("条文", blank=True)
    chapter = models.CharField("章节", max_length=120, blank=True)
    verified = models.CharField("核实情况", max_length=12, choices=Verified.choices, default=Verified.UNVERIFIED)
    read_in = models.CharField("核实出处", max_length=200, blank=True)
    changed_on = models.DateField("修改或废止日期", null=True, blank=True)
    change_note = models.CharField("修改或废止说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "条文"
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "no"], name="article_once_per_version")]

    def __str__(self) -> str:
        return self.key


class FormerArticle(models.Model):
    """What an article said, or when it was said to change, before somebody replaced it. Only added, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="former", verbose_name="条文")
    text = models.TextField("条文", blank=True)
    verified = models.CharField("核实情况", max_length=12, choices=Verified.choices)
    read_in = models.CharField("核实出处", max_length=200, blank=True)
    changed_on = models.DateField("修改或废止日期", null=True, blank=True)
    change_note = models.CharField("修改或废止说明", max_length=300, blank=True)
    reason = models.CharField("替换或更正理由", max_length=300)
    replaced_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    replaced_at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "条文原内容"
        ordering = ["article", "-replaced_at", "-id"]

    def __str__(self) -> str:
        return f"{self.article} {self.replaced_at:%Y-%m-%d}"
