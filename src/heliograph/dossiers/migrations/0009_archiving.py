"""Files that came later, and dossiers handed over: a file that came stays, a receipt is never deleted."""

from __future__ import annotations

import django.db.models.deletion
import heliograph.kernel.ids
from django.conf import settings
from django.db import migrations, models

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

SCAN, DEPOSIT = "dossiers_paperscan", "dossiers_deposit"


class Migration(migrations.Migration):
    """Add both tables and put them under guard."""

    dependencies = [
        ("dossiers", "0008_on_the_spot"),
        ("registers", "0003_erasure_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperScan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="补传说明")),
                ("added_at", models.DateTimeField(verbose_name="补传时间")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="补传人",
                    ),
                ),
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dossiers.casefile",
                        verbose_name="文件",
                    ),
                ),
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scan",
                        to="dossiers.paper",
                        verbose_name="文书",
                    ),
                ),
            ],
            options={
                "verbose_name": "补传的文件",
                "ordering": ["case_id", "added_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("keeper", models.CharField(max_length=120, verbose_name="接收机构")),
                ("volumes", models.PositiveSmallIntegerField(verbose_name="卷数")),
                ("items", models.PositiveIntegerField(verbose_name="件数")),
                ("pages", models.PositiveIntegerField(verbose_name="页数")),
                ("catalogue_sha256", models.CharField(max_length=64, verbose_name="目录哈希值")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="移交说明")),
                ("given_at", models.DateTimeField(verbose_name="移交时间")),
                (
                    "state",
                    models.CharField(
                        choices=[("handed", "待签收"), ("received", "已签收"), ("returned", "已退回")],
                        default="handed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("received_at", models.DateTimeField(blank=True, null=True, verbose_name="签收时间")),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="签收意见")),
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
                        related_name="deposits",
                        to="dossiers.case",
                        verbose_name="案件",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="移交人",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签收人",
                    ),
                ),
            ],
            options={
                "verbose_name": "案卷移交",
                "ordering": ["case_id", "given_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "returned"), _negated=True),
                        fields=("agency", "case"),
                        name="deposit_once_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "handed"),
                            models.Q(("received_at__isnull", False), ("received_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="deposit_answered_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(f"REVOKE UPDATE, DELETE ON {SCAN} FROM {APP}", f"GRANT UPDATE, DELETE ON {SCAN} TO {APP}"),
        migrations.RunSQL(f"REVOKE DELETE ON {DEPOSIT} FROM {APP}", f"GRANT DELETE ON {DEPOSIT} TO {APP}"),
        migrations.RunSQL(keep_rows(SCAN), let_rows_go(SCAN)),
        migrations.RunSQL(keep_rows(DEPOSIT, events="DELETE"), let_rows_go(DEPOSIT)),
    ]
