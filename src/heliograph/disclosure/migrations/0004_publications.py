"""Publications of decisions: what is prepared, what was released, what the public reads of it."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import heliograph.kernel.ids
from django.conf import settings
from django.db import migrations, models

from heliograph.ledger.database_guards import keep_rows, let_rows_go

APP = "heliograph_app"
ADDED = ("disclosure_publicationversion", "disclosure_examination")
KEPT = ("disclosure_publication", "disclosure_publicdecision")


class Migration(migrations.Migration):
    """Make the tables; what was released and examined is only ever added, nothing is deleted."""

    dependencies = [
        ("disclosure", "0003_keep_rows"),
        ("documents", "0006_keep_templates"),
        ("dossiers", "0014_told_each"),
        ("duties", "0005_bound"),
        ("registers", "0003_erasure_request"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[("decision", "执法决定"), ("result", "检查或者办理结果"), ("closing", "结案情况")],
                        max_length=10,
                        verbose_name="公示事由",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "未公示"),
                            ("public", "公示中"),
                            ("withheld", "不予公开"),
                            ("withdrawn", "已撤回"),
                            ("expired", "公示期满"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="公示状态",
                    ),
                ),
                (
                    "draft",
                    models.CharField(
                        blank=True,
                        choices=[("", "—"), ("preparing", "拟制中"), ("waiting", "待审"), ("returned", "已退回")],
                        default="preparing",
                        max_length=10,
                        verbose_name="拟制状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, verbose_name="公示版次")),
                (
                    "form",
                    models.CharField(
                        choices=[("full", "全文"), ("summary", "摘要")],
                        default="full",
                        max_length=10,
                        verbose_name="公示形式",
                    ),
                ),
                ("lines", models.JSONField(default=list, verbose_name="摘要")),
                ("redactions", models.JSONField(default=list, verbose_name="隐去处理")),
                ("added", models.JSONField(default=list, verbose_name="拟制人补充隐去的内容")),
                ("ground", models.CharField(blank=True, max_length=40, verbose_name="不予公开情形")),
                ("examined", models.CharField(blank=True, max_length=500, verbose_name="公开审查意见")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="更正理由")),
                ("conceals", models.BooleanField(default=False, verbose_name="更正后不再显示原版本")),
                ("source_sha256", models.CharField(max_length=64, verbose_name="案件和文书内容哈希值")),
                ("prepared_at", models.DateTimeField(verbose_name="拟制时间")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="送审时间")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="审批时间")),
                ("return_reason", models.CharField(blank=True, max_length=500, verbose_name="退回理由")),
                ("term_ends_on", models.DateField(blank=True, null=True, verbose_name="公示期限届满日")),
                ("term_rule", models.CharField(blank=True, max_length=200, verbose_name="公示期限的规定")),
                ("term_basis", models.CharField(blank=True, max_length=200, verbose_name="公示期限的依据")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="首次公示时间")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=300, verbose_name="撤回理由")),
                ("withdrawn_basis", models.CharField(blank=True, max_length=200, verbose_name="撤回依据")),
                ("expired_at", models.DateTimeField(blank=True, null=True, verbose_name="期满下架时间")),
                ("rev", models.PositiveIntegerField(default=0, verbose_name="修改次数")),
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
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审批人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="dossiers.case",
                        verbose_name="案件",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="dossiers.decision",
                        verbose_name="决定",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="公示的文书",
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="duties.duty",
                        verbose_name="公示期限",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟制人",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤回人",
                    ),
                ),
            ],
            options={
                "verbose_name": "决定公示",
                "ordering": ["agency", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Examination",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("open", "可以公开"), ("treated", "处理后公开"), ("withheld", "不予公开")],
                        max_length=10,
                        verbose_name="审查结论",
                    ),
                ),
                ("ground", models.CharField(blank=True, max_length=40, verbose_name="不予公开情形")),
                ("reason", models.CharField(max_length=500, verbose_name="审查意见")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                ("decided_at", models.DateTimeField(verbose_name="审定时间")),
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
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审定人",
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="examinations",
                        to="disclosure.publication",
                        verbose_name="公示",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开审查",
                "ordering": ["publication", "decided_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="PublicationVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="版次")),
                (
                    "form",
                    models.CharField(
                        choices=[("full", "全文"), ("summary", "摘要")], max_length=10, verbose_name="公示形式"
                    ),
                ),
                ("lines", models.JSONField(default=list, verbose_name="摘要")),
                ("original_sha256", models.CharField(max_length=64, verbose_name="原文 SHA-256")),
                ("salt", models.CharField(max_length=64, verbose_name="承诺盐值")),
                ("commitment", models.CharField(max_length=64, verbose_name="原文承诺")),
                ("masked_text", models.TextField(verbose_name="公示文本")),
                ("masked_sha256", models.CharField(max_length=64, verbose_name="公示文本 SHA-256")),
                ("spans", models.JSONField(default=list, verbose_name="隐去位置")),
                ("redactions", models.JSONField(default=list, verbose_name="隐去处理")),
                ("policy", models.CharField(max_length=64, verbose_name="去隐私规则版本")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="更正理由")),
                ("prepared_at", models.DateTimeField(verbose_name="拟制时间")),
                ("released_at", models.DateTimeField(verbose_name="公示时间")),
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
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟制人",
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="disclosure.publication",
                        verbose_name="公示",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发布审批人",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示版本",
                "ordering": ["publication", "number"],
            },
        ),
        migrations.CreateModel(
            name="PublicDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=heliograph.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="版次")),
                (
                    "occasion",
                    models.CharField(
                        choices=[("decision", "执法决定"), ("result", "检查或者办理结果"), ("closing", "结案情况")],
                        max_length=10,
                        verbose_name="公示事由",
                    ),
                ),
                ("category", models.CharField(max_length=120, verbose_name="执法类别")),
                ("document_number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="名称")),
                ("party", models.CharField(blank=True, max_length=300, verbose_name="行政相对人")),
                ("decided_on", models.DateField(verbose_name="作出日期")),
                ("published_at", models.DateTimeField(verbose_name="公示时间")),
                ("term_ends_on", models.DateField(blank=True, null=True, verbose_name="公示期限届满日")),
                ("lines", models.JSONField(default=list, verbose_name="摘要")),
                ("text", models.TextField(blank=True, verbose_name="文书文本")),
                ("marks", models.JSONField(default=list, verbose_name="隐去位置")),
                ("masked_sha256", models.CharField(blank=True, max_length=64, verbose_name="公示文本 SHA-256")),
                (
                    "tokens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None, verbose_name="检索词"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="更正理由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("public", "公示中"),
                            ("former", "原版本"),
                            ("concealed", "已更正，不再显示"),
                            ("withdrawn", "已撤回"),
                            ("expired", "公示期满"),
                        ],
                        default="public",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="不再公示的时间")),
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
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shown",
                        to="disclosure.publication",
                        verbose_name="公示",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示内容",
                "ordering": ["agency", "-published_at", "-id"],
            },
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["agency", "state", "-id"], name="publication_by_state"),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                condition=models.Q(("draft", ""), _negated=True),
                fields=["agency", "draft", "-id"],
                name="publication_by_draft",
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                condition=models.Q(("state", "public")), fields=["term_ends_on", "id"], name="publication_by_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["withdrawn", "expired"]), _negated=True),
                fields=("agency", "case", "occasion"),
                name="publication_once_per_occasion",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "public"), _negated=True),
                    models.Q(("published_at__isnull", False), ("version__gte", 1)),
                    _connector="OR",
                ),
                name="publication_public_has_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "withdrawn"), _negated=True),
                    models.Q(
                        models.Q(("withdrawn_reason", ""), _negated=True),
                        models.Q(("withdrawn_basis", ""), _negated=True),
                        ("withdrawn_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="publication_withdrawn_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "expired"), _negated=True),
                    models.Q(("expired_at__isnull", False), ("term_ends_on__isnull", False)),
                    _connector="OR",
                ),
                name="publication_expired_has_term",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("term_ends_on__isnull", True), models.Q(("term_basis", ""), _negated=True), _connector="OR"
                ),
                name="publication_term_has_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="examination",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                name="examination_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="examination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "withheld"), _negated=True),
                    models.Q(("ground", ""), _negated=True),
                    _connector="OR",
                ),
                name="examination_withheld_names_ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicationversion",
            constraint=models.UniqueConstraint(fields=("publication", "number"), name="publication_version_once"),
        ),
        migrations.AddConstraint(
            model_name="publicationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="publication_correction_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("released_by", models.F("prepared_by")), _negated=True),
                name="publication_released_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="publicdecision",
            index=models.Index(
                condition=models.Q(("state", "public")),
                fields=["agency", "-published_at", "-id"],
                name="decision_newest_first",
            ),
        ),
        migrations.AddIndex(
            model_name="publicdecision",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tokens"], name="decision_by_token"),
        ),
        migrations.AddConstraint(
            model_name="publicdecision",
            constraint=models.UniqueConstraint(fields=("publication", "number"), name="public_decision_once"),
        ),
        migrations.AddConstraint(
            model_name="publicdecision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "public")), fields=("publication",), name="public_decision_one_current"
            ),
        ),
        migrations.AddConstraint(
            model_name="publicdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["public", "former"]),
                    models.Q(
                        ("lines", []),
                        ("marks", []),
                        ("masked_sha256", ""),
                        ("party", ""),
                        ("reason", ""),
                        ("text", ""),
                        ("title", ""),
                        ("tokens", []),
                    ),
                    _connector="OR",
                ),
                name="public_decision_gone_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "public"), ("tokens", []), _connector="OR"),
                name="public_decision_found_while_public",
            ),
        ),
        *(
            migrations.RunSQL(f"REVOKE {right} ON {table} FROM {APP}", f"GRANT {right} ON {table} TO {APP}")
            for table in (*ADDED, *KEPT)
            for right in ("DELETE", *(("UPDATE",) if table in ADDED else ()))
        ),
        *(migrations.RunSQL(keep_rows(table), let_rows_go(table)) for table in ADDED),
        *(migrations.RunSQL(keep_rows(table, events="DELETE"), let_rows_go(table)) for table in KEPT),
    ]
