"""Somebody's own open duties: their days are read for each own case from the index alone, the rows only of the page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0003_open_by_due"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "suspended"])),
                fields=["agency", "subject_kind", "subject_id", "due_on", "id"],
                name="duty_open_by_subject",
            ),
        ),
    ]
