"""What the ledger keeps, nobody changes: rights are taken away, and triggers stand for whoever has them all the same.

The triggers fire ALWAYS, so that `session_replication_role` does not switch them off, and for TRUNCATE too. Content and
salt of a record may be deleted, once its erasure is written down. The proof is the log and its witnesses; this is a rail.
"""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import APP, REFUSE_UNLESS_ERASED, keep_rows, let_rows_go

APPEND_ONLY = (
    "ledger_record",
    "ledger_recordedrow",
    "ledger_rowshape",
    "ledger_leaf",
    "ledger_logkey",
    "ledger_logkeyretirement",
    "ledger_checkpoint",
    "ledger_publication",
    "ledger_erasure",
)
ERASABLE = ("ledger_recordcontent", "ledger_recordsalt")

# The path is fixed: else a temporary table named like that of the erasures would be asked instead of it.
FUNCTIONS = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION ledger_refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM ledger_erasure WHERE record_id = OLD.record_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""
# Hashes do not compress: the server need not try, for every batch that is sequenced.
PLAIN_STORAGE = """
ALTER TABLE ledger_staged ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE ledger_log ALTER COLUMN edge SET STORAGE EXTERNAL;
"""
DROP_FUNCTIONS = "DROP FUNCTION ledger_refuse_change(); DROP FUNCTION ledger_refuse_unless_erased();"


class Migration(migrations.Migration):
    """Take rights away and put triggers up."""

    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(PLAIN_STORAGE, migrations.RunSQL.noop),
        *(migrations.RunSQL(keep_rows(table), let_rows_go(table)) for table in APPEND_ONLY),
        *(migrations.RunSQL(keep_rows(table, function=REFUSE_UNLESS_ERASED), let_rows_go(table)) for table in ERASABLE),
        *(
            migrations.RunSQL(
                f"REVOKE UPDATE, DELETE ON {table} FROM {APP}", f"GRANT UPDATE, DELETE ON {table} TO {APP}"
            )
            for table in APPEND_ONLY
        ),
        *(
            migrations.RunSQL(f"REVOKE UPDATE ON {table} FROM {APP}", f"GRANT UPDATE ON {table} TO {APP}")
            for table in ERASABLE
        ),
    ]
