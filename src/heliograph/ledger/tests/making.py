"""Rows and records to test with: the ledger's own alarms stand for business rows, for it knows no higher floor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from heliograph.kernel.tlog.notes import VerifiedSignature
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.alarms import raise_alarm
from heliograph.ledger.actions.records import PublicFacts, append, append_public
from heliograph.ledger.actions.sequencing import open_log, sequence
from heliograph.ledger.models import Alarm, Log, Record, Tree
from heliograph.ledger.witness_client import Collected, Refusal
from tests.database import superuser_link

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
AGENCY, ACTOR = UUID(int=7), UUID(int=8)
ORIGIN = "zf.example.gov.cn"


def make_row(key: str = "1", detail: str = "甲") -> Alarm:
    """Write a business row, by no act that would be recorded."""
    raise_alarm("row", key, detail, at=AT)
    return Alarm.objects.get(kind="row", key=key)


def record(row: Alarm, kind: str = "row.written", **more: Any) -> Record:
    """Record an act on a row."""
    details: dict[str, Any] = {"agency_id": AGENCY, "actor_id": ACTOR, "at": AT, "rows": [row], **more}
    return append(kind, subject=row, **details)


def publish(row: Alarm, kind: str = "row.published", *, ref: Record | None = None, **published: Any) -> Record:
    """Record in the public log that a row was published."""
    facts = PublicFacts(agency="luozhuang-tjj", published=published, ref=ref)
    return append_public(kind, subject=row, agency_id=AGENCY, actor_id=ACTOR, at=AT, facts=facts)


def fill(count: int, *, row: Alarm | None = None) -> list[Record]:
    """Record that many acts."""
    subject = row or make_row()
    return [record(subject, facts={"number": number}) for number in range(count)]


def log_of(tree: Tree = Tree.PROCESS) -> Log:
    """Begin a log without keys."""
    return open_log(tree, origin=ORIGIN, at=AT)


def sequenced(log: Log) -> Log:
    """Give everything that waits its place, and return the log as it stands."""
    while sequence(log.pk):
        pass
    log.refresh_from_db()
    return log


def code_of(error: ActRefusedError) -> str:
    """Return the code of a refusal."""
    return error.verdict.code


def tamper(table: str, statement: str, *values: object) -> None:
    """Change a guarded table as whoever owns the machine can; for tests whose rows are committed."""
    name = sql.Identifier(table)
    with superuser_link() as link:
        link.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(name))
        link.execute(statement.encode(), values)
        link.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(name))
        for trigger in ("keep_rows", "keep_table"):
            link.execute(sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(name, sql.Identifier(trigger)))


def answers(
    satisfied: bool,
    cosignatures: tuple[VerifiedSignature, ...] = (),
    refusals: tuple[Refusal, ...] = (),
) -> Callable[..., Collected]:
    """Return a stand-in for asking the witnesses, which gives these answers."""
    return lambda *_asked: Collected(cosignatures, refusals, {}, satisfied)
