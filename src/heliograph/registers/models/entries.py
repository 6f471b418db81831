"""Entries of the registers and their versions. A sealed version never changes; what is public is in `disclosure`."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from heliograph.kernel.ids import uuid7
from heliograph.registers.models.accounts import Account
from heliograph.registers.models.bodies import Agency, Unit
from heliograph.registers.models.laws import Verified
from heliograph.registers.models.people import Certificate


class Entry(models.Model):
    """A row of a register over its whole life. `register` is the id of a register of the agency's pack."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="entries", verbose_name="机关")
    register = models.CharField("清单", max_length=40)
    number = models.PositiveIntegerField("编号")
    title = models.CharField("名称", max_length=300)
    owner_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="责任科室"
    )
    certificate = models.OneToOneField(
        Certificate, on_delete=models.PROTECT, null=True, blank=True, related_name="entry", verbose_name="执法证件"
    )
    rev = models.PositiveIntegerField("修订号", default=0)
    in_review = models.BooleanField("审批中", default=False)
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="编制人")
    created_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = "清单条目"
        ordering = ["agency", "register", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "register", "number"], name="entry_number_once_per_register")
        ]

    def __str__(self) -> str:
        return self.title


class EntryVersion(models.Model):
    """What an entry says. `data` holds the register's fields; `basis` the article keys found in them.

    Until it is handed in for release (`sealed_at`) it may be rewritten; afterwards a change is a new version. `authors`
    holds everybody whose hand is in it, also in versions that were returned: none of them may approve it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="versions", verbose_name="条目")
    number = models.PositiveIntegerField("版本")
    title = models.CharField("名称", max_length=300)
    data = models.JSONField("内容")
    basis = ArrayField(models.CharField(max_length=160), verbose_name="依据", default=list, blank=True)
    reason = models.CharField("编制或修改理由", max_length=300)
    verified = models.CharField("核实情况", max_length=12, choices=Verified.choices, default=Verified.UNVERIFIED)
    read_in = models.CharField("核实出处", max_length=200, blank=True)
    pack = models.CharField("适用规则包", max_length=120)
    content_hash = models.CharField("内容指纹", max_length=64)
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="编制人")
    authors = ArrayField(models.UUIDField(), verbose_name="所有编制人", default=list)
    created_at = models.DateTimeField("编制时间")
    sealed_at = models.DateTimeField("送审时间", null=True, blank=True)

    class Meta:
        verbose_name = "条目版本"
        ordering = ["entry", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "entry", "number"], name="version_number_once_per_entry")
        ]
        indexes = [GinIndex(fields=["basis"], name="version_by_basis")]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.number} 版）"


class EntryFile(models.Model):
    """A file that somebody uploaded for an entry. Entries keep its SHA-256, name and size; storage keeps its bytes.

    One row for each content and name; the same file may belong to several versions, so a row is never removed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    sha256 = models.CharField("内容指纹", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    name = models.CharField("文件名", max_length=120)
    media_type = models.CharField("类型", max_length=40)
    uploaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "条目文件"
        ordering = ["agency", "-uploaded_at"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "sha256", "name"], name="entry_file_once_per_content_and_name")
        ]

    def __str__(self) -> str:
        return self.name

    def as_value(self) -> dict[str, str | int]:
        """Return what an entry's content keeps of the file."""
        return {"sha256": self.sha256, "name": self.name, "size": self.size}


class ImportBatch(models.Model):
    """An uploaded sheet: first checked (dry run), then imported whole or not at all."""

    class State(models.TextChoices):
        """Stages of an import."""

        CHECKED = "checked", "已核对"
        RUNNING = "running", "导入中"
        DONE = "done", "已导入"
        REFUSED = "refused", "有错误，未导入"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    register = models.CharField("清单", max_length=40)
    file_name = models.CharField("文件名", max_length=200)
    rows = models.JSONField("各行内容", default=list)
    faults = models.JSONField("错误", default=list)
    warnings = models.JSONField("提示", default=list)
    row_count = models.PositiveIntegerField("行数")
    done_count = models.PositiveIntegerField("已完成", default=0)
    state = models.CharField("状态", max_length=10, choices=State.choices)
    reason = models.CharField("导入理由", max_length=300)
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name="导入人")
    created_at = models.DateTimeField("上传时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "清单导入"
        ordering = ["agency", "-created_at"]
        indexes = [models.Index(fields=["agency", "-created_at"], name="import_newest_first")]

    def __str__(self) -> str:
        return self.file_name
