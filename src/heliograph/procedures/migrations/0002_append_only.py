"""What is kept of a case and of a release, nobody changes: rights are taken back, and triggers stand for everybody.

Steps and acts on a run are only added; releases and runs are never deleted, and what a release is made of, its hash and
its number stay as they were proposed.
"""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

NEVER_UPDATED = ("procedures_step", "procedures_runchange")
NEVER_DELETED = ("procedures_release", "procedures_run")
SEALED = "DELETE OR UPDATE OF id, agency_id, procedure, title, categories, number, sha256, bundle, effective_from"


class Migration(migrations.Migration):
    """Take rights away and put triggers up."""

    dependencies = [("procedures", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        *(
            migrations.RunSQL(f"REVOKE {right} ON {table} FROM {APP}", f"GRANT {right} ON {table} TO {APP}")
            for table in (*NEVER_UPDATED, *NEVER_DELETED)
            for right in ("DELETE", *(("UPDATE",) if table in NEVER_UPDATED else ()))
        ),
        *(migrations.RunSQL(keep_rows(table), let_rows_go(table)) for table in NEVER_UPDATED),
        migrations.RunSQL(keep_rows("procedures_release", events=SEALED), let_rows_go("procedures_release")),
        migrations.RunSQL(keep_rows("procedures_run", events="DELETE"), let_rows_go("procedures_run")),
    ]
