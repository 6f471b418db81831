"""What the court ruled: its own number of the matter, and the money that came in (法院案号、执行到位金额)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the columns; of older results neither is known."""

    dependencies = [("dossiers", "0012_measure_basis")]

    operations = [
        migrations.AddField(
            model_name="courtapplication",
            name="number",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="法院案号"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="courtapplication",
            name="recovered",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="执行到位金额"
            ),
        ),
    ]
