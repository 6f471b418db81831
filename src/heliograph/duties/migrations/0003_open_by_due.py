"""Lists of what is still to be done read one kind of subject in the order of the days, and nothing that is done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0002_event_at"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="duty", name="duty_by_due"),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "suspended"])),
                fields=["agency", "subject_kind", "due_on", "id"],
                name="duty_open_by_due",
            ),
        ),
    ]
