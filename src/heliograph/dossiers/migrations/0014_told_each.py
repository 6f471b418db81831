"""The day on which each was told of a hearing, and statements made while an application is examined (听证权利、陈述申辩)."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column, and let a statement be without a notice; older notices have one day for all."""

    dependencies = [("dossiers", "0013_court_result")]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="told_on",
            field=models.JSONField(blank=True, default=dict, verbose_name="各人的送达日期"),
        ),
        migrations.AlterField(
            model_name="statement",
            name="notice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="dossiers.notice",
                verbose_name="告知",
            ),
        ),
    ]
