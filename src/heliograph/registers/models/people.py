"""People, the posts they held, and their enforcement certificates (执法证件)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from heliograph.kernel.ids import uuid7
from heliograph.registers.models.bodies import Agency, Unit


class Person(models.Model):
    """Somebody who works for an agency. `name_pinyin` is what lists are sorted by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="people", verbose_name="机关")
    name = models.CharField("姓名", max_length=60)
    name_pinyin = models.CharField("姓名拼音", max_length=200)
    gender = models.CharField("性别", max_length=4, choices=[("男", "男"), ("女", "女")])

    class Meta:
        verbose_name = "人员"
        ordering = ["agency", "name_pinyin", "id"]
        indexes = [models.Index(fields=["agency", "name_pinyin", "id"], name="person_by_pinyin")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post held from a day to a day; an open end is the present post. History is kept, not overwritten."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name="机关")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts", verbose_name="人员")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts", verbose_name="内设机构")
    position = models.CharField("职务", max_length=60)
    duty_post = models.CharField("执法岗位", max_length=60, blank=True)
    from_on = models.DateField("任职日期")
    to_on = models.DateField("离任日期", null=True, blank=True)

    class Meta:
        verbose_name = "任职"
        ordering = ["person", "-from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="post_ends_after_start",
                violation_error_message="离任日期不能早于任职日期。",
            ),
            models.UniqueConstraint(
                fields=["agency", "person"], condition=Q(to_on__isnull=True), name="post_one_present_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.position}"


class Certificate(models.Model):
    """An enforcement certificate. One person may hold several: a provincial and a ministry one (LZ二(一)4)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="certificates", verbose_name="机关")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates", verbose_name="持证人")
    kind = models.CharField("证件种类", max_length=60)
    number = models.CharField("证件编号", max_length=40)
    category = models.CharField("执法类别", max_length=60)
    area = models.CharField("执法区域", max_length=120)
    issued_on = models.DateField("发证日期")
    valid_to = models.DateField("有效期至")
    reviewed_year = models.PositiveSmallIntegerField("最近年度审核", null=True, blank=True)
    suspended_from = models.DateField("暂扣起始日", null=True, blank=True)
    suspended_reason = models.CharField("暂扣事由", max_length=200, blank=True)
    revoked_on = models.DateField("收回日期", null=True, blank=True)

    class Meta:
        verbose_name = "执法证件"
        ordering = ["agency", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "kind", "number"], name="certificate_number_once"),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("issued_on")),
                name="certificate_valid_after_issue",
                violation_error_message="有效期不能早于发证日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
