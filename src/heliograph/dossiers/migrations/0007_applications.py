"""Applications: when they came in, their own period, whose answer a statement is, certificate and days to pay."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the columns; earlier rows have none of them."""

    dependencies = [("dossiers", "0006_law_and_flow")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="received_on",
            field=models.DateField(blank=True, null=True, verbose_name="收到申请日期"),
        ),
        migrations.AddField(
            model_name="case",
            name="correct_until",
            field=models.DateField(blank=True, null=True, verbose_name="补正期限"),
        ),
        migrations.AddField(
            model_name="case",
            name="own_length",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="事项自有的办理期限"),
        ),
        migrations.AddField(
            model_name="case",
            name="own_unit",
            field=models.CharField(blank=True, max_length=20, verbose_name="期限单位"),
        ),
        migrations.AddField(
            model_name="case",
            name="own_basis",
            field=models.CharField(blank=True, max_length=200, verbose_name="期限依据"),
        ),
        migrations.AddField(
            model_name="decision",
            name="certificate_kind",
            field=models.CharField(blank=True, max_length=40, verbose_name="许可证件类型"),
        ),
        migrations.AddField(
            model_name="decision",
            name="certificate_number",
            field=models.CharField(blank=True, max_length=80, verbose_name="许可证件编号"),
        ),
        migrations.AddField(
            model_name="decision",
            name="pay_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="决定确定的履行期限（日）"),
        ),
        migrations.AddField(
            model_name="statement",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="dossiers.party",
                verbose_name="提出人",
            ),
        ),
    ]
