"""A leaf may go from a closed log whose published checkpoints do not cover it, once that is written down."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

LAPSED, LEAF = "ledger_lapsedleaf", "ledger_leaf"
REFUSE_UNLESS_LAPSED = "ledger_refuse_unless_lapsed"  # as the function below is called
# The path is fixed: else a temporary table named like one of these would be asked instead of it.
FUNCTION = """
CREATE FUNCTION ledger_refuse_unless_lapsed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE'
    AND EXISTS (
      SELECT 1 FROM ledger_lapsedleaf l JOIN ledger_log g ON g.id = l.log_id
      WHERE l.record_id = OLD.record_id AND l.log_id = OLD.log_id AND l.index = OLD.index AND g.closed_at IS NOT NULL)
    AND NOT EXISTS (
      SELECT 1 FROM ledger_publication p JOIN ledger_checkpoint c ON c.id = p.checkpoint_id
      WHERE c.log_id = OLD.log_id AND c.size > OLD.index)
  THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class Migration(migrations.Migration):
    """The table of lapsed places, as append-only as the others, and what a deletion of a leaf asks."""

    dependencies = [("ledger", "0002_guards")]
    operations = [
        migrations.CreateModel(
            name="LapsedLeaf",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("index", models.BigIntegerField(verbose_name="位置")),
                (
                    "log",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lapsed_leaves",
                        to="ledger.log",
                        verbose_name="日志",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lapsed_places",
                        to="ledger.record",
                        verbose_name="存证",
                    ),
                ),
            ],
            options={
                "verbose_name": "失效的日志位置",
                "constraints": [models.UniqueConstraint(fields=("log", "index"), name="lapsed_leaf_once")],
            },
        ),
        migrations.RunSQL(keep_rows(LAPSED), let_rows_go(LAPSED)),
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE ON {LAPSED} FROM {APP}", f"GRANT UPDATE, DELETE ON {LAPSED} TO {APP}"
        ),
        migrations.RunSQL(FUNCTION, f"DROP FUNCTION {REFUSE_UNLESS_LAPSED}()"),
        migrations.RunSQL(let_rows_go(LEAF), keep_rows(LEAF)),
        migrations.RunSQL(keep_rows(LEAF, function=REFUSE_UNLESS_LAPSED), let_rows_go(LEAF)),
        migrations.RunSQL(f"GRANT DELETE ON {LEAF} TO {APP}", f"REVOKE DELETE ON {LEAF} FROM {APP}"),
    ]
