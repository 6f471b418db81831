"""Which database to use, and as whom: `DATABASE_URL`, else the embedded cluster recorded in the home directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from heliograph.config.database_roles import APP, DATABASE, OWNER
from heliograph.config.embedded_postgres import read_connection
from heliograph.config.env import read_choice, read_database_url, read_text

ROLE_VARIABLE = "HELIOGRAPH_DB_ROLE"
NAME_VARIABLE = "HELIOGRAPH_DB_NAME"
CONNECTION_AGE_SECONDS = 60
STATEMENT_SECONDS = 30  # of the web server: one page must not hold the database for ever; work of the worker may
# A statement that comes again is planned once for each connection: planning took more than half of the database's time.
PREPARED: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 3}


def uses_embedded_cluster() -> bool:
    """Whether this installation brings its own database."""
    return not os.environ.get("DATABASE_URL", "").strip()


def default_database(home: Path) -> dict[str, Any]:
    """Return Django's settings of the one database.

    The server and the tests are `heliograph_app`. A process started with `HELIOGRAPH_DB_ROLE=owner` (the migrate,
    backup and restore commands) is `heliograph_owner`, named by `HELIOGRAPH_OWNER_DATABASE_URL` beside `DATABASE_URL`.
    """
    owner = read_choice(ROLE_VARIABLE, ("app", "owner"), default="app") == "owner"
    named = read_database_url("DATABASE_URL")
    if named is not None and owner:
        read_text("HELIOGRAPH_OWNER_DATABASE_URL")
        named = read_database_url("HELIOGRAPH_OWNER_DATABASE_URL")
    chosen = named or _embedded(home, OWNER if owner else APP)
    options = {**chosen.get("OPTIONS", {}), **PREPARED}
    return {**chosen, "OPTIONS": options, "CONN_MAX_AGE": CONNECTION_AGE_SECONDS, "CONN_HEALTH_CHECKS": True}


def _embedded(home: Path, role: str) -> dict[str, Any]:
    """Settings are also read where no database runs (type checks), so a missing cluster is not refused here."""
    connection = read_connection(home)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": read_text(NAME_VARIABLE, DATABASE),
        "USER": role,
        "PASSWORD": connection.passwords[role] if connection else "",
        "HOST": connection.socket_directory if connection else str(home / "postgres" / "run"),
    }
