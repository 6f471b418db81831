"""What happens on the spot: when officers arrived, when a result was found, how a fine was collected there."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

CITATION = "dossiers_citation"
SOURCES = [
    ("inspection", "检查发现"),
    ("plan", "检查计划"),
    ("spot_check", "双随机抽查"),
    ("complaint", "投诉"),
    ("report", "举报"),
    ("assigned", "上级交办"),
    ("submitted", "下级报请"),
    ("transferred", "其他机关移送"),
    ("media", "媒体披露"),
    ("monitoring", "电子监控"),
    ("application", "当事人申请"),
    ("other", "其他"),
]
ANSWERS = [
    ("statement", "提出陈述申辩"),
    ("waiver", "书面放弃"),
    ("silence", "期满未提出"),
    ("no_comment", "当场表示没有意见"),
]


class Migration(migrations.Migration):
    """Add the columns; earlier rows have none of them."""

    dependencies = [
        ("dossiers", "0007_applications"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="arrived_on",
            field=models.DateField(blank=True, null=True, verbose_name="到场日期"),
        ),
        migrations.AddField(
            model_name="inspection",
            name="result_on",
            field=models.DateField(blank=True, null=True, verbose_name="认定日期"),
        ),
        migrations.AddField(
            model_name="decision",
            name="collected_ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("small", "法定限额以下的罚款"),
                    ("hard", "不当场收缴事后难以执行"),
                    ("remote", "边远、水上、交通不便地区，当事人缴纳确有困难并提出"),
                ],
                max_length=10,
                verbose_name="当场收缴的情形",
            ),
        ),
        *(
            migrations.AlterField(
                model_name=model,
                name="source",
                field=models.CharField(choices=SOURCES, max_length=20, verbose_name="来源"),
            )
            for model in ("case", "clue")
        ),
        migrations.AlterField(
            model_name="clue",
            name="inspection",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clues",
                to="dossiers.case",
                verbose_name="关联案件",
            ),
        ),
        migrations.AddField(
            model_name="citation",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="撤去人",
            ),
        ),
        migrations.AddField(
            model_name="citation",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="撤去时间"),
        ),
        migrations.AddField(
            model_name="citation",
            name="taken_back_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="撤去的理由"),
        ),
        migrations.AlterModelManagers(name="citation", managers=[("every", models.Manager())]),
        migrations.RemoveConstraint(model_name="citation", name="citation_once"),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.UniqueConstraint(
                fields=["agency", "case", "use", "key"],
                condition=Q(taken_back_at__isnull=True),
                name="citation_once",
            ),
        ),
        # what is taken back stays in its row; the row itself is not deleted
        migrations.RunSQL(let_rows_go(CITATION), keep_rows(CITATION)),
        migrations.RunSQL(keep_rows(CITATION, events="DELETE"), let_rows_go(CITATION)),
        migrations.RunSQL(f"GRANT UPDATE ON {CITATION} TO {APP}", f"REVOKE UPDATE ON {CITATION} FROM {APP}"),
        migrations.AlterField(
            model_name="statement",
            name="kind",
            field=models.CharField(choices=ANSWERS, max_length=10, verbose_name="情形"),
        ),
    ]
