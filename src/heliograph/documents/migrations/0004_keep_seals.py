"""Signatures, seals, timestamps are only added; a comparison is finished once and then stays."""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

ADDED = ("documents_signature", "documents_sealedfile", "documents_timetoken")
TABLE = "documents_comparison"
FINISHED = """
CREATE FUNCTION documents_keep_finished() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.state = 'waiting' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a finished comparison stays as it is' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_finished BEFORE UPDATE ON documents_comparison
  FOR EACH ROW EXECUTE FUNCTION documents_keep_finished();
ALTER TABLE documents_comparison ENABLE ALWAYS TRIGGER keep_finished;
"""
UNFINISHED = "DROP TRIGGER keep_finished ON documents_comparison; DROP FUNCTION documents_keep_finished();"


class Migration(migrations.Migration):
    """Take rights away and put triggers up."""

    dependencies = [("documents", "0003_seals"), ("ledger", "0002_guards")]
    operations = [
        *(
            migrations.RunSQL(f"REVOKE {right} ON {table} FROM {APP}", f"GRANT {right} ON {table} TO {APP}")
            for table in (*ADDED, TABLE)
            for right in ("DELETE", *(("UPDATE",) if table in ADDED else ()))
        ),
        *(migrations.RunSQL(keep_rows(table), let_rows_go(table)) for table in ADDED),
        migrations.RunSQL(keep_rows(TABLE, events="DELETE"), let_rows_go(TABLE)),
        migrations.RunSQL(FINISHED, UNFINISHED),
    ]
