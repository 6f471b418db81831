"""A release goes one way: proposed, then released or returned, and a released one is superseded once, from a day.

The application may write its state, or no act could; a slip of the code or a statement by hand may not turn it back,
move its last day, or change who proposed and decided it.
"""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import keep_rows, let_rows_go

TABLE = "procedures_release"
# What 0002 sealed against any statement that names these columns, and what belongs to the proposal besides.
SEALED = (
    "DELETE OR UPDATE OF id, agency_id, procedure, title, categories, number, sha256, bundle, effective_from,"
    " proposed_by_id, proposed_at, reason, changes"
)
SEALED_BEFORE = (
    "DELETE OR UPDATE OF id, agency_id, procedure, title, categories, number, sha256, bundle, effective_from"
)
FUNCTION = """
CREATE FUNCTION procedures_release_goes_on() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN
    (('proposed', 'released'), ('proposed', 'returned'), ('released', 'superseded'))
  OR OLD.state <> 'proposed' AND (NEW.decided_by_id, NEW.decided_at, NEW.opinion)
    IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.opinion)
  OR NEW.effective_to IS DISTINCT FROM OLD.effective_to
    AND NOT (OLD.effective_to IS NULL AND OLD.state = 'released' AND NEW.state = 'superseded')
  THEN
    RAISE EXCEPTION 'a release goes one way: % to % on % is refused', OLD.state, NEW.state, TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER goes_on BEFORE UPDATE ON procedures_release
  FOR EACH ROW EXECUTE FUNCTION procedures_release_goes_on();
ALTER TABLE procedures_release ENABLE ALWAYS TRIGGER goes_on;
"""
NO_FUNCTION = "DROP TRIGGER goes_on ON procedures_release; DROP FUNCTION procedures_release_goes_on();"


class Migration(migrations.Migration):
    """Put the trigger up, and seal the columns of the proposal."""

    dependencies = [("procedures", "0002_append_only")]
    operations = [
        migrations.RunSQL(let_rows_go(TABLE), keep_rows(TABLE, events=SEALED_BEFORE)),
        migrations.RunSQL(keep_rows(TABLE, events=SEALED), let_rows_go(TABLE)),
        migrations.RunSQL(FUNCTION, NO_FUNCTION),
    ]
