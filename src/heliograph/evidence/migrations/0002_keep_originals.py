"""An original is neither changed nor deleted."""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

TABLE = "evidence_original"


class Migration(migrations.Migration):
    """Take rights away and put triggers up."""

    dependencies = [("evidence", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL(f"REVOKE UPDATE, DELETE ON {TABLE} FROM {APP}", f"GRANT UPDATE, DELETE ON {TABLE} TO {APP}"),
        migrations.RunSQL(keep_rows(TABLE), let_rows_go(TABLE)),
    ]
