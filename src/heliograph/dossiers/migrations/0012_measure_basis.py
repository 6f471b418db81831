"""What a measure on things rests on and for how many days it is decided (强制措施的依据和期限)."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the columns; of older measures the history tells the articles, and they stand for the days of the law."""

    dependencies = [("dossiers", "0011_retrieval")]

    operations = [
        migrations.AddField(
            model_name="measure",
            name="basis",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list, size=None, verbose_name="依据"
            ),
        ),
        migrations.AddField(
            model_name="measure",
            name="days",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="决定的期限（日）"),
        ),
    ]
