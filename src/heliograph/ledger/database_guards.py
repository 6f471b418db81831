"""SQL that makes a table append-only in the database, for migrations of every app that owns one.

The triggers fire ALWAYS, so that `session_replication_role` does not switch them off, and for TRUNCATE too. The
functions are made by the ledger's migration `0002_guards`, on which whoever uses them depends.
"""

from __future__ import annotations

APP = "heliograph_app"  # as config.database_roles names it, which stands above this floor
REFUSE = "ledger_refuse_change"
REFUSE_UNLESS_ERASED = "ledger_refuse_unless_erased"


def keep_rows(table: str, *, events: str = "UPDATE OR DELETE", function: str = REFUSE) -> str:
    """Return the statements that put a table's triggers up."""
    return f"""
CREATE TRIGGER keep_rows BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();
CREATE TRIGGER keep_table BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {REFUSE}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER keep_rows;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER keep_table;
"""


def let_rows_go(table: str) -> str:
    """Return the statements that take them down."""
    return f"DROP TRIGGER keep_rows ON {table}; DROP TRIGGER keep_table ON {table};"
