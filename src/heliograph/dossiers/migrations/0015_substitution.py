"""How a performance in the party's place was decided and done (代履行): its day, its cost, who signed for it."""

from __future__ import annotations

import django.db.models.deletion
import heliograph.kernel.ids
from django.conf import settings
from django.db import migrations, models

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

TABLE = "dossiers_substitution"


class Migration(migrations.Migration):
    """Add the table and put it under guard; of older decisions only the words are known."""

    dependencies = [
        ("dossiers", "0014_told_each"),
        ("registers", "0003_erasure_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Substitution",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("performer", models.CharField(max_length=200, verbose_name="代履行人")),
                ("method", models.CharField(max_length=500, verbose_name="代履行的方式")),
                ("object", models.CharField(max_length=500, verbose_name="标的")),
                ("budget", models.DecimalField(decimal_places=2, max_digits=16, verbose_name="费用预算（元）")),
                ("planned_on", models.DateField(verbose_name="代履行之日")),
                ("at_once", models.BooleanField(default=False, verbose_name="立即代履行")),
                ("performed_on", models.DateField(blank=True, null=True, verbose_name="实施日期")),
                ("moved_reason", models.CharField(blank=True, max_length=500, verbose_name="改期的理由")),
                (
                    "cost",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="实际费用（元）"
                    ),
                ),
                ("cost_note", models.CharField(blank=True, max_length=500, verbose_name="费用说明")),
                ("party_signer", models.CharField(blank=True, max_length=120, verbose_name="签名的当事人或者见证人")),
                ("performer_signer", models.CharField(blank=True, max_length=120, verbose_name="代履行人的签名人")),
                ("party_present", models.BooleanField(blank=True, null=True, verbose_name="当事人在场")),
                ("told_on", models.DateField(blank=True, null=True, verbose_name="事后通知当事人日期")),
                ("registered_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.agency",
                        verbose_name="机关",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitutions",
                        to="dossiers.case",
                        verbose_name="案件",
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitution",
                        to="dossiers.decision",
                        verbose_name="代履行决定",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "代履行",
                "ordering": ["case_id", "registered_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("performed_on__isnull", True),
                            ("performed_on__gte", models.F("planned_on")),
                            _connector="OR",
                        ),
                        name="substitution_not_before_its_day",
                        violation_error_message="代履行不能早于决定书写明的代履行之日。",
                    )
                ],
            },
        ),
        migrations.RunSQL(f"REVOKE DELETE ON {TABLE} FROM {APP}", f"GRANT DELETE ON {TABLE} TO {APP}"),
        migrations.RunSQL(keep_rows(TABLE, events="DELETE"), let_rows_go(TABLE)),
    ]
