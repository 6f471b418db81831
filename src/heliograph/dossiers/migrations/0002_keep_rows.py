"""What was done in a case stays as it was written: rows of the history are only added, no row of a case is deleted."""

from __future__ import annotations

from django.db import migrations

from heliograph.ledger.database_guards import APP, keep_rows, let_rows_go

NEVER_UPDATED = ("dossiers_caseevent", "dossiers_citation", "dossiers_evidence", "dossiers_onsiteact", "dossiers_paper",
                 "dossiers_service", "dossiers_payment", "dossiers_demand", "dossiers_extension", "dossiers_handover",
                 "dossiers_casefile", "dossiers_notice", "dossiers_deferral")  # fmt: skip
NEVER_DELETED = ("dossiers_case", "dossiers_clue", "dossiers_party", "dossiers_measure", "dossiers_statement",
                 "dossiers_hearing", "dossiers_discussion", "dossiers_discussionseat", "dossiers_proposal",
                 "dossiers_decision", "dossiers_suspension", "dossiers_transfer", "dossiers_remedy",
                 "dossiers_recusal", "dossiers_numberseries", "dossiers_issuednumber",
                 "dossiers_courtapplication", "dossiers_message", "dossiers_inspection")  # fmt: skip


class Migration(migrations.Migration):
    """Take rights away and put triggers up."""

    dependencies = [("dossiers", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        *(
            migrations.RunSQL(f"REVOKE {right} ON {table} FROM {APP}", f"GRANT {right} ON {table} TO {APP}")
            for table in (*NEVER_UPDATED, *NEVER_DELETED)
            for right in ("DELETE", *(("UPDATE",) if table in NEVER_UPDATED else ()))
        ),
        *(migrations.RunSQL(keep_rows(table), let_rows_go(table)) for table in NEVER_UPDATED),
        *(migrations.RunSQL(keep_rows(table, events="DELETE"), let_rows_go(table)) for table in NEVER_DELETED),
    ]
