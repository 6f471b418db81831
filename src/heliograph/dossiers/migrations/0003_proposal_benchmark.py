"""A proposal keeps what the discretion tables of both days said, or the source of a benchmark typed by hand."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add both columns; earlier proposals have neither."""

    dependencies = [("dossiers", "0002_keep_rows")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="benchmark_found",
            field=models.JSONField(blank=True, default=dict, verbose_name="基准表得出的阶次"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="benchmark_source",
            field=models.CharField(blank=True, max_length=300, verbose_name="基准出处"),
        ),
    ]
