"""What a new version does to the digests of rows: those over columns that go are made anew while they can be held."""

from __future__ import annotations

from datetime import datetime

from django.core.management import CommandError, call_command
from django.db import connection

from heliograph.config.installation import has_pending_migrations, migrate_as_owner
from heliograph.ledger.actions.reconciling import CHANGED, Finding, note_shapes
from heliograph.ledger.actions.redigesting import redigest
from heliograph.ledger.guards import guards
from heliograph.ledger.models import RecordedRow

BEFORE = "升级前：部分列将由新版本移除或改名"
AFTER = "升级后：按新版本的列重新登记"
SHOWN = 20


def upgrade(*, at: datetime) -> list[Finding]:
    """Migrate as the owner with every row guarded throughout; return the rows that are not as their records say.

    CommandError before anything is migrated when one of them would lose the columns that show the change.
    """
    if has_pending_migrations() and RecordedRow._meta.db_table in connection.introspection.table_names():
        call_command("migrate", "ledger", verbosity=0, interactive=False)  # what the records are written with
        _require_unchanged(_redigest_all(BEFORE, at=at, only_losing=True))
    migrate_as_owner()
    note_shapes()
    return _redigest_all(AFTER, at=at)


def _redigest_all(reason: str, *, at: datetime, only_losing: bool = False) -> list[Finding]:
    done = [redigest(found, reason=reason, at=at, only_losing=only_losing) for found in guards()]
    return [finding for one in done for finding in one.refused]


def _require_unchanged(findings: list[Finding]) -> None:
    """Refuse while a row has been changed past the acts: without the column nobody could see it any more."""
    changed = [str(finding) for finding in findings if finding.what == CHANGED]
    if changed:
        lines = [f"{len(changed)} 行数据与存证不符，升级后将无从核对。请查明并恢复原状后再升级。", *changed[:SHOWN]]
        raise CommandError("\n".join(lines), returncode=1)
