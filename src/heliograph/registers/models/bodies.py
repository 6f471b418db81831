"""Governments, agencies (执法主体) and their units (科室)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from heliograph.kernel.ids import uuid7


class Government(models.Model):
    """A people's government: its portal gathers the registers of its agencies (D28)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120, unique=True)
    overseer = models.CharField("行政执法监督机构", max_length=120)

    class Meta:
        verbose_name = "人民政府"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """An agency that enforces. Its public description (D4) is an entry of the register `bodies`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    government = models.ForeignKey(
        Government, on_delete=models.PROTECT, related_name="agencies", verbose_name="所属政府"
    )
    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120, unique=True)
    short_name = models.CharField("简称", max_length=40)
    legal_body = models.CharField("法制机构", max_length=60)

    class Meta:
        verbose_name = "行政机关"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A unit of an agency. Its functions say what its people may compile, review, archive or serve."""

    class Function(models.TextChoices):
        """What a unit does in the three systems."""

        HANDLING = "handling", "执法承办"
        LEGAL = "legal", "法制审核"
        OFFICE_ARCHIVE = "office_archive", "办公室（档案）"
        WINDOW = "window", "服务窗口"
        PERSONNEL = "personnel", "人事"
        INFORMATION = "information", "信息化"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units", verbose_name="机关")
    name = models.CharField("名称", max_length=120)
    functions = ArrayField(models.CharField(max_length=20, choices=Function.choices), verbose_name="职能", default=list)
    closed_on = models.DateField("撤并日期", null=True, blank=True)

    class Meta:
        verbose_name = "内设机构"
        ordering = ["agency", "name"]
        constraints = [models.UniqueConstraint(fields=["agency", "name"], name="unit_name_once_per_agency")]

    def __str__(self) -> str:
        return self.name
