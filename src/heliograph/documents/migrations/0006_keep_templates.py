"""No version of a form is deleted, and its text never changes: it is decided once, and ended by its successor."""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

TABLE = "documents_template"
SETTLED = """
CREATE FUNCTION documents_keep_templates() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  decided text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'opinion'];
  ended text[] := ARRAY['state', 'effective_to'];
BEGIN
  IF OLD.state = 'proposed' AND NEW.state IN ('in_force', 'returned')
     AND to_jsonb(NEW) - decided = to_jsonb(OLD) - decided THEN
    RETURN NEW;
  END IF;
  IF OLD.state = 'in_force' AND NEW.state = 'superseded' AND to_jsonb(NEW) - ended = to_jsonb(OLD) - ended THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a form is decided once and then only ended' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_templates BEFORE UPDATE ON documents_template
  FOR EACH ROW EXECUTE FUNCTION documents_keep_templates();
ALTER TABLE documents_template ENABLE ALWAYS TRIGGER keep_templates;
"""
UNSETTLED = "DROP TRIGGER keep_templates ON documents_template; DROP FUNCTION documents_keep_templates();"


class Migration(migrations.Migration):
    """Take rights away and put triggers up."""

    dependencies = [("documents", "0005_template"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL(f"REVOKE DELETE ON {TABLE} FROM {APP}", f"GRANT DELETE ON {TABLE} TO {APP}"),
        migrations.RunSQL(keep_rows(TABLE, events="DELETE"), let_rows_go(TABLE)),
        migrations.RunSQL(SETTLED, UNSETTLED),
    ]
