"""The two database roles: who owns the tables, who may only read and write their rows.

The server and all tests connect as `heliograph_app`; migrations run as `heliograph_owner`. The app role can neither
create, alter nor truncate a table, so a rule that a table is append-only can be kept by the database.
"""

from __future__ import annotations

OWNER = "heliograph_owner"
APP = "heliograph_app"
DATABASE = "heliograph"

_DEFAULT = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public"

# Run as the owner, inside the database, before every migration. Default privileges are per database; they are given for
# new tables only, so that a migration that takes UPDATE or DELETE away is not undone by the next run.
GRANTS = (
    f"GRANT USAGE ON SCHEMA public TO {APP}",
    f"{_DEFAULT} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
    f"{_DEFAULT} GRANT USAGE, SELECT ON SEQUENCES TO {APP}",
    f"{_DEFAULT} GRANT EXECUTE ON FUNCTIONS TO {APP}",
)
