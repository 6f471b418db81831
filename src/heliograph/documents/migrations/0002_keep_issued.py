"""No document is deleted, and what was issued stays as it was: afterwards it can only be voided."""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

TABLE = "documents_document"
SETTLED = """
CREATE FUNCTION documents_keep_issued() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  may_change text[] := ARRAY['state', 'void_reason', 'voided_at'];
BEGIN
  IF OLD.state = 'draft' THEN
    RETURN NEW;
  END IF;
  IF OLD.state = 'issued' AND NEW.state = 'voided' AND to_jsonb(NEW) - may_change = to_jsonb(OLD) - may_change THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an issued document can only be voided' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_issued BEFORE UPDATE ON documents_document
  FOR EACH ROW EXECUTE FUNCTION documents_keep_issued();
ALTER TABLE documents_document ENABLE ALWAYS TRIGGER keep_issued;
"""
UNSETTLED = "DROP TRIGGER keep_issued ON documents_document; DROP FUNCTION documents_keep_issued();"


class Migration(migrations.Migration):
    """Take rights away and put triggers up."""

    dependencies = [("documents", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL(f"REVOKE DELETE ON {TABLE} FROM {APP}", f"GRANT DELETE ON {TABLE} TO {APP}"),
        migrations.RunSQL(keep_rows(TABLE, events="DELETE"), let_rows_go(TABLE)),
        migrations.RunSQL(SETTLED, UNSETTLED),
    ]
