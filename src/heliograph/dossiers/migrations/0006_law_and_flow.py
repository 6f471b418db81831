"""What the law asks of a penalty beside the fine: orders to correct, who sent a proposal back, the hour of a hearing."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ORDERED = (
    ("correction", models.CharField(blank=True, default="", max_length=1000, verbose_name="责令改正的内容")),
    ("correct_by", models.DateField(blank=True, null=True, verbose_name="改正期限")),
)


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0005_order_by_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.AddField(model_name=model, name=name, field=field.clone())
            for model in ("proposal", "decision")
            for name, field in ORDERED
        ),
        migrations.AddField(
            model_name="decision",
            name="corrected_on",
            field=models.DateField(blank=True, null=True, verbose_name="改正核实日期"),
        ),
        migrations.AddField(
            model_name="decision",
            name="corrected_how",
            field=models.CharField(blank=True, default="", max_length=1000, verbose_name="改正情况"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="returned_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="退回人",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="returned_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="退回时间"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="returned_reason",
            field=models.TextField(blank=True, default="", max_length=20000, verbose_name="退回理由"),
        ),
        migrations.AddField(
            model_name="hearing",
            name="scheduled_time",
            field=models.TimeField(blank=True, null=True, verbose_name="通知的举行时间"),
        ),
    ]
