"""The term that a demand gives the party, and sealing up as a measure of its own (催告的履行期限、封存)."""

from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("preservation", "先行登记保存"),
    ("sampling", "抽样取证"),
    ("sealing", "查封"),
    ("seizure", "扣押"),
    ("kept_sealed", "封存"),
    ("freezing", "冻结"),
    ("substitute", "代履行"),
    ("other", "其他措施"),
]


class Migration(migrations.Migration):
    """Add the column; older demands gave no term that is known."""

    dependencies = [("dossiers", "0009_archiving")]

    operations = [
        migrations.AddField(
            model_name="demand",
            name="perform_by",
            field=models.DateField(blank=True, null=True, verbose_name="催告的履行期限"),
        ),
        migrations.AlterField(
            model_name="measure",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20, verbose_name="种类"),
        ),
    ]
