"""Installed packs and the working-day calendar."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import heliograph.kernel.ids
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),  # the exclusion constraint compares a uuid for equality
        migrations.CreateModel(
            name="CalendarNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(unique=True, verbose_name="年份")),
                ("notice", models.CharField(max_length=200, verbose_name="通知")),
                ("source", models.CharField(max_length=200, verbose_name="出处")),
                ("loaded_at", models.DateTimeField(verbose_name="导入时间")),
            ],
            options={
                "verbose_name": "年度放假通知",
                "ordering": ["year"],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="日期")),
                ("is_workday", models.BooleanField(verbose_name="上班")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("notice", models.CharField(max_length=200, verbose_name="通知")),
                ("source", models.CharField(max_length=200, verbose_name="出处")),
                ("loaded_at", models.DateTimeField(verbose_name="导入时间")),
                (
                    "loaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="导入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "放假和调休日",
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="InstalledPack",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("pack", models.CharField(max_length=80, verbose_name="规则包")),
                ("version", models.CharField(max_length=20, verbose_name="版本")),
                ("content_hash", models.CharField(db_index=True, max_length=64, verbose_name="内容哈希值")),
                ("content", models.JSONField(verbose_name="内容")),
                ("in_force_from", models.DateField(verbose_name="适用起始日")),
                ("in_force_to", models.DateField(blank=True, null=True, verbose_name="适用终止日")),
                ("installed_at", models.DateTimeField(verbose_name="安装时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packs",
                        to="registers.agency",
                        verbose_name="机关",
                    ),
                ),
                (
                    "installed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="安装人",
                    ),
                ),
            ],
            options={
                "verbose_name": "已安装的规则包",
                "ordering": ["agency", "in_force_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_to__isnull", True),
                            ("in_force_to__gte", models.F("in_force_from")),
                            _connector="OR",
                        ),
                        name="pack_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("agency", "="),
                            (
                                models.Func(
                                    "in_force_from",
                                    "in_force_to",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True),
                                    function="DATERANGE",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="one_pack_in_force_per_day",
                        violation_error_message="同一机关在同一天只能适用一个规则包。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarProposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rows", models.JSONField(verbose_name="各日")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "待确认"), ("confirmed", "已确认"), ("refused", "未采用")],
                        default="pending",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("refusal", models.CharField(blank=True, max_length=300, verbose_name="未采用的理由")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.agency",
                        verbose_name="提出机关",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
            ],
            options={
                "verbose_name": "待确认的放假安排",
                "ordering": ["-proposed_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), ("state", "confirmed"), _negated=True),
                            _connector="OR",
                        ),
                        name="calendar_confirmed_by_another",
                    )
                ],
            },
        ),
    ]
