"""What is drafted of a publication is kept apart from what was released, with everybody who had a hand in it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add both."""

    dependencies = [("disclosure", "0004_publications")]
    operations = [
        migrations.AddField(
            model_name="publication",
            name="drafted",
            field=models.JSONField(default=dict, verbose_name="拟制中的文号和期限"),
        ),
        migrations.AddField(
            model_name="publication",
            name="authors",
            field=models.JSONField(default=list, verbose_name="拟制和送审的人"),
        ),
    ]
