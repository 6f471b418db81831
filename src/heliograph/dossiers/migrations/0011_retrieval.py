"""Retrievals and what was read under them, secrecy, retention and destruction; nothing of it is ever deleted."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
import heliograph.kernel.ids
from django.conf import settings
from django.db import migrations, models

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

ADDED = ("dossiers_retrievalreading", "dossiers_classification", "dossiers_retention")
KEPT = ("dossiers_retrieval", "dossiers_destruction")


class Migration(migrations.Migration):
    """Add the tables and put them under guard."""

    dependencies = [
        ("dossiers", "0010_demand_term"),
        ("registers", "0003_erasure_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Retrieval",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("purpose", models.CharField(max_length=500, verbose_name="调阅事由")),
                ("at_once", models.BooleanField(default=False, verbose_name="直接调阅")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待审批"), ("open", "已准予"), ("refused", "不同意"), ("ended", "已结束")],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="调阅期限")),
                ("side_volume", models.BooleanField(default=False, verbose_name="含副卷")),
                (
                    "levels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("state", "国家秘密"), ("trade", "商业秘密"), ("privacy", "个人隐私")],
                            max_length=10,
                            verbose_name="密级",
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="含密级",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="审批时间")),
                ("opinion", models.CharField(blank=True, max_length=300, verbose_name="审批意见")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("end_reason", models.CharField(blank=True, max_length=300, verbose_name="结束理由")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.agency",
                        verbose_name="机关",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="调阅人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retrievals",
                        to="dossiers.case",
                        verbose_name="案件",
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
                        verbose_name="审批人",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="结束人",
                    ),
                ),
            ],
            options={
                "verbose_name": "案卷调阅",
                "ordering": ["agency_id", "-id"],
            },
        ),
        migrations.CreateModel(
            name="RetrievalReading",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("catalogue", "查看目录"),
                            ("page", "查看案件页"),
                            ("view", "在线阅读"),
                            ("copy", "下载水印副本"),
                            ("pdf", "导出 PDF"),
                            ("zip", "导出数据包"),
                        ],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="内容")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="内容哈希值")),
                ("read_at", models.DateTimeField(verbose_name="阅读时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.agency",
                        verbose_name="机关",
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="阅读人",
                    ),
                ),
                (
                    "retrieval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="dossiers.retrieval",
                        verbose_name="案卷调阅",
                    ),
                ),
            ],
            options={
                "verbose_name": "调阅明细",
                "ordering": ["retrieval_id", "id"],
            },
        ),
        migrations.CreateModel(
            name="Classification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("item", models.UUIDField(verbose_name="卷内材料")),
                ("title", models.CharField(max_length=300, verbose_name="题名")),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("state", "国家秘密"), ("trade", "商业秘密"), ("privacy", "个人隐私")],
                        max_length=10,
                        verbose_name="密级",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                ("made_at", models.DateTimeField(verbose_name="确定时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.agency",
                        verbose_name="机关",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dossiers.case",
                        verbose_name="案件",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确定人",
                    ),
                ),
            ],
            options={
                "verbose_name": "卷内材料定密",
                "ordering": ["case_id", "made_at", "id"],
                "indexes": [models.Index(fields=["case", "made_at", "id"], name="classification_of_case")],
            },
        ),
        migrations.CreateModel(
            name="Destruction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("appraisal", models.CharField(max_length=1000, verbose_name="鉴定意见")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待审批"),
                            ("approved", "等待销毁"),
                            ("refused", "不同意"),
                            ("cancelled", "已撤销"),
                            ("executed", "已销毁"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="审批时间")),
                ("opinion", models.CharField(blank=True, max_length=300, verbose_name="审批意见")),
                ("not_before", models.DateField(blank=True, null=True, verbose_name="最早销毁日期")),
                ("executed_at", models.DateTimeField(blank=True, null=True, verbose_name="销毁时间")),
                ("certificate", models.JSONField(default=list, verbose_name="销毁清册")),
                ("certificate_sha256", models.CharField(blank=True, max_length=64, verbose_name="清册哈希值")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.agency",
                        verbose_name="机关",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="destructions",
                        to="dossiers.case",
                        verbose_name="案件",
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
                        verbose_name="审批人",
                    ),
                ),
                (
                    "executed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="销毁人",
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
                "verbose_name": "案卷销毁",
                "ordering": ["agency_id", "-id"],
                "indexes": [models.Index(fields=["agency", "state", "-id"], name="destruction_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "approved", "executed"])),
                        fields=("case",),
                        name="destruction_once_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="destruction_approved_by_another",
                        violation_error_message="案卷销毁须由另一人审批。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("executed_by__isnull", True),
                            models.Q(
                                models.Q(("executed_by", models.F("proposed_by")), _negated=True),
                                models.Q(("executed_by", models.F("decided_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="destruction_done_by_a_third",
                        violation_error_message="案卷销毁须由提出人、审批人以外的人执行。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "executed"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("executed_at__isnull", False),
                                ("executed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="destruction_executed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("years", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="保管年数")),
                ("from_on", models.DateField(verbose_name="起算日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="届满日期")),
                ("items", models.JSONField(default=dict, verbose_name="各件的保管年数")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                ("set_at", models.DateTimeField(verbose_name="确定时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.agency",
                        verbose_name="机关",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retentions",
                        to="dossiers.case",
                        verbose_name="案件",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确定人",
                    ),
                ),
            ],
            options={
                "verbose_name": "保管期限",
                "ordering": ["case_id", "set_at", "id"],
                "indexes": [models.Index(fields=["agency", "until_on"], name="retention_by_end")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("until_on__isnull", True), ("years__isnull", True)),
                            models.Q(("until_on__gt", models.F("from_on")), ("years__gte", 1)),
                            _connector="OR",
                        ),
                        name="retention_ends_when_it_has_years",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="retrieval",
            index=models.Index(fields=["agency", "state", "-id"], name="retrieval_by_state"),
        ),
        migrations.AddIndex(
            model_name="retrieval",
            index=models.Index(fields=["agency", "asked_by", "-id"], name="retrieval_by_reader"),
        ),
        migrations.AddConstraint(
            model_name="retrieval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("case", "asked_by"), name="retrieval_asked_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="retrieval",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", ""), _negated=True), name="retrieval_states_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="retrieval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "open"), _negated=True), ("until_on__isnull", False), _connector="OR"
                ),
                name="retrieval_open_until_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="retrieval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("at_once", True),
                    ("state__in", ["asked", "ended"]),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="retrieval_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="retrieval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="retrieval_decided_by_another",
                violation_error_message="调阅申请须由另一人审批。",
            ),
        ),
        migrations.AddConstraint(
            model_name="retrieval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ended"), _negated=True),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="retrieval_ended_by_somebody",
            ),
        ),
        *(
            migrations.RunSQL(f"REVOKE {right} ON {table} FROM {APP}", f"GRANT {right} ON {table} TO {APP}")
            for table in (*ADDED, *KEPT)
            for right in ("DELETE", *(("UPDATE",) if table in ADDED else ()))
        ),
        *(migrations.RunSQL(keep_rows(table), let_rows_go(table)) for table in ADDED),
        *(migrations.RunSQL(keep_rows(table, events="DELETE"), let_rows_go(table)) for table in KEPT),
    ]
