"""No decision without its opinion, whoever writes the row; and what was reviewed stays as it was written.

The trigger stands for what comes past every act: an import, a script, a change of data. It goes by what the flow's
catalogue found and by the last opinion; whether the opinion is about just this decision is asked by the acts, and by
the gate before service, seal and publication. The table's owner could take it down: the recount of rows shows what
was written meanwhile.
"""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

NEVER_UPDATED = ("legality_review_reviewopinion", "legality_review_elementfinding", "legality_review_coordination",
                 "legality_review_reviewcall", "legality_review_training",
                 "legality_review_advisercontract")  # fmt: skip
NEVER_DELETED = ("legality_review_review", "legality_review_reviewmaterial", "legality_review_supplementrequest",
                 "legality_review_opinionitem", "legality_review_reviewer")  # fmt: skip
DECISIONS = "dossiers_decision"
# The path is fixed: else a temporary table named like those of the reviews would be asked instead of them.
FUNCTIONS = """
CREATE FUNCTION legality_review_require_opinion() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  grounds jsonb;
  concluded text;
BEGIN
  SELECT facts -> '审核事由' INTO grounds FROM procedures_run WHERE id = NEW.case_id;
  IF NOT EXISTS (SELECT 1 FROM legality_review_reviewcall WHERE case_id = NEW.case_id)
     AND (grounds IS NULL OR jsonb_typeof(grounds) <> 'array' OR grounds = '[]'::jsonb) THEN
    RETURN NEW;
  END IF;
  SELECT o.conclusion INTO concluded
    FROM legality_review_review r LEFT JOIN legality_review_reviewopinion o ON o.review_id = r.id
    WHERE r.case_id = NEW.case_id ORDER BY r.number DESC, o.number DESC NULLS LAST LIMIT 1;
  IF concluded IS DISTINCT FROM 'agree' THEN
    RAISE EXCEPTION 'a decision that has to be reviewed has no opinion that agrees: case %', NEW.case_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_was_reviewed', TABLE = 'dossiers_decision';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION legality_review_keep_terms() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (OLD.case_id, OLD.outcome, OLD.kinds, OLD.fine, OLD.confiscated, OLD.levied, OLD.other, OLD.correction,
      OLD.correct_by, OLD.facts, OLD.reasons, OLD.basis)
     IS DISTINCT FROM
     (NEW.case_id, NEW.outcome, NEW.kinds, NEW.fine, NEW.confiscated, NEW.levied, NEW.other, NEW.correction,
      NEW.correct_by, NEW.facts, NEW.reasons, NEW.basis) THEN
    RAISE EXCEPTION 'what a decision metes out is not changed: case %', NEW.case_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_terms_stay', TABLE = 'dossiers_decision';
  END IF;
  RETURN NEW;
END $$;
"""
DROP_FUNCTIONS = "DROP FUNCTION legality_review_require_opinion(); DROP FUNCTION legality_review_keep_terms();"
TRIGGERS = f"""
CREATE TRIGGER require_opinion BEFORE INSERT ON {DECISIONS} FOR EACH ROW
  EXECUTE FUNCTION legality_review_require_opinion();
CREATE TRIGGER keep_terms BEFORE UPDATE ON {DECISIONS} FOR EACH ROW EXECUTE FUNCTION legality_review_keep_terms();
ALTER TABLE {DECISIONS} ENABLE ALWAYS TRIGGER require_opinion;
ALTER TABLE {DECISIONS} ENABLE ALWAYS TRIGGER keep_terms;
"""
DROP_TRIGGERS = f"DROP TRIGGER require_opinion ON {DECISIONS}; DROP TRIGGER keep_terms ON {DECISIONS};"


class Migration(migrations.Migration):
    """Put triggers up and take rights away."""

    dependencies = [
        ("legality_review", "0001_initial"),
        ("dossiers", "0010_demand_term"),
        ("procedures", "0003_settled_releases"),
        ("ledger", "0002_guards"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
        *(
            migrations.RunSQL(f"REVOKE {right} ON {table} FROM {APP}", f"GRANT {right} ON {table} TO {APP}")
            for table in (*NEVER_UPDATED, *NEVER_DELETED)
            for right in ("DELETE", *(("UPDATE",) if table in NEVER_UPDATED else ()))
        ),
        *(migrations.RunSQL(keep_rows(table), let_rows_go(table)) for table in NEVER_UPDATED),
        *(migrations.RunSQL(keep_rows(table, events="DELETE"), let_rows_go(table)) for table in NEVER_DELETED),
    ]
