"""What never changes, the running server cannot change: its role loses DELETE, on some tables UPDATE too.

Default privileges give the app role all four rights on a new table; here they are taken back table by table, and
grants are never given anew to a table that is there.
"""

from __future__ import annotations

from django.db import migrations

APP = "heliograph_app"  # as config.database_roles names it, which stands above this floor

NEVER_DELETED = (
    "registers_entryfile",
    "registers_entryversion",
    "registers_lawimport",
    "registers_formerarticle",
    "regimes_calendarproposal",
    "duties_duty",
    "duties_dutychange",
    "disclosure_release",
    "disclosure_releasestep",
    "disclosure_publicversion",
    "disclosure_publicchange",
    "disclosure_adjustment",
    "disclosure_adjustmentitem",
    "disclosure_adjustmentconfirmation",
)
NEVER_UPDATED = (
    "registers_entryfile",
    "registers_formerarticle",
    "disclosure_releasestep",
    "disclosure_publicchange",
    "disclosure_adjustment",
    "disclosure_adjustmentitem",
    "disclosure_adjustmentconfirmation",
)


class Migration(migrations.Migration):
    """Take the rights away."""

    dependencies = [
        ("disclosure", "0001_initial"),
        ("duties", "0001_initial"),
        ("regimes", "0001_initial"),
        ("registers", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(f"REVOKE {right} ON {table} FROM {APP}", f"GRANT {right} ON {table} TO {APP}")
        for right, tables in (("DELETE", NEVER_DELETED), ("UPDATE", NEVER_UPDATED))
        for table in tables
    ]
