"""Who has to keep a period, in the indexes of open duties too: lists of what is late skip what binds others."""

from django.db import migrations, models

OPEN = models.Q(("state__in", ["open", "suspended"]))
BOUND = [("agency", "本机关的期限"), ("party", "当事人的期限"), ("wait", "等待期"), ("other", "有关机关的期限")]


class Migration(migrations.Migration):
    """Add the column; of periods that were opened before, everything counts as the agency's own."""

    dependencies = [
        ("duties", "0004_open_by_subject"),
    ]

    operations = [
        migrations.AddField(
            model_name="duty",
            name="bound",
            field=models.CharField(choices=BOUND, default="agency", max_length=6, verbose_name="谁的期限"),
        ),
        migrations.RemoveIndex(model_name="duty", name="duty_open_by_due"),
        migrations.RemoveIndex(model_name="duty", name="duty_open_by_subject"),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                fields=["agency", "subject_kind", "due_on", "id"],
                name="duty_open_by_due",
                condition=OPEN,
                include=["bound"],
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                fields=["agency", "subject_kind", "due_on", "id"],
                name="duty_others_by_due",
                condition=models.Q(("bound__in", ["party", "wait", "other"]), ("state__in", ["open", "suspended"])),
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                fields=["agency", "subject_kind", "subject_id", "due_on", "id"],
                name="duty_open_by_subject",
                condition=OPEN,
                include=["bound"],
            ),
        ),
    ]
