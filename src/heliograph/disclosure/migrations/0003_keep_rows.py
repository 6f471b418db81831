"""What 0002 takes from the server's role, triggers now refuse to everybody, the tables' owner included."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

from heliograph.ledger.database_guards import keep_rows, let_rows_go

APPEND_ONLY = import_module("heliograph.disclosure.migrations.0002_append_only")
NEVER_UPDATED = APPEND_ONLY.NEVER_UPDATED
NEVER_DELETED = tuple(table for table in APPEND_ONLY.NEVER_DELETED if table not in NEVER_UPDATED)


class Migration(migrations.Migration):
    """Put the triggers up."""

    dependencies = [("disclosure", "0002_append_only"), ("ledger", "0002_guards")]
    operations = [
        *(migrations.RunSQL(keep_rows(table), let_rows_go(table)) for table in NEVER_UPDATED),
        *(migrations.RunSQL(keep_rows(table, events="DELETE"), let_rows_go(table)) for table in NEVER_DELETED),
    ]
