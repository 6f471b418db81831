"""A bureau with very many cases: one case made by the public acts, copied by SQL inside the database of a benchmark.

Nothing of this reaches a demonstration or an installation: the copies have no records, for no act wrote them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from psycopg import sql

from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.dossiers.tests.walks import concluded, filed, investigated, noticed
from heliograph.kernel.workdays import parse_calendar_csv
from heliograph.regimes.actions import load_calendar
from heliograph.registers.actions import add_unit
from tests.cast import NOON
from tests.database import superuser_link
from tests.settings import ROOT

CALENDAR = ROOT / "packs/cn-national/2026.11/calendar.csv"
OWN = 1_000  # one case of so many is the handler's own, beside the first twenty
OF_UNIT = 10  # one of so many is the unit's, the others are another unit's
DUTIES_OF_A_CASE = 10
SPREAD = timedelta(days=400)  # the days on which duties are due, a quarter of them past
# The tables that hold a case beside its own, each with the column that names it.
PARTS = {
    "procedures_run": "id",
    "procedures_token": "run_id",
    "dossiers_caseevent": "case_id",
    "dossiers_party": "case_id",
}
# Keys in the order of the cases, as those of cases opened one after another are.
CASE_KEY = "('01930000' || lpad(to_hex(n), 8, '0') || '8000000000000000')::uuid"
PART_KEY = "('01940000' || lpad(to_hex(n), 8, '0') || '8000' || lpad(to_hex({part}), 12, '0'))::uuid"


@dataclass(frozen=True, slots=True)
class Archive:
    """A bureau, the case that all others were copied from, one that is far on, and the unit of most of them."""

    bureau: Bureau
    pattern: Case
    far_on: Case
    other_unit: UUID
    someone_else: UUID

    @property
    def today(self) -> date:
        """The day around which duties are due."""
        return NOON.date()


def found_archive() -> Archive:
    """Found the bureau with its two cases; everything by public acts."""
    bureau = found_bureau("jinghai-tjj", "penalty_summary", "penalty_ordinary")
    days, _faults = parse_calendar_csv(CALENDAR.read_text(encoding="utf-8"))
    load_calendar(days, actor=bureau["legality_reviewer"], at=NOON)
    pattern = filed(bureau)
    far_on = investigated(bureau, title="另一迟报资料案")
    concluded(bureau, far_on)
    noticed(bureau, far_on)
    reviewer = bureau["legality_reviewer"]
    other = add_unit(bureau.agency.pk, name="测试二科", functions=["handling"], actor=reviewer, at=NOON)
    return Archive(bureau, pattern, far_on, other.pk, bureau["unit_head"].pk)


def add_cases(archive: Archive, first: int, last: int) -> None:
    """Add the copies numbered so, each with its run, open steps, party, history and ten open duties."""
    values = {
        "pattern": archive.pattern.pk,
        "unit": archive.other_unit,
        "handler": archive.someone_else,
        "first": first,
        "last": last,
    }
    own_unit, own = f"n %% {OF_UNIT} = 0 OR n <= 20", f"n %% {OWN} = 0 OR n <= 20"
    unit = f"CASE WHEN {own_unit} THEN t.unit_id ELSE %(unit)s END"
    of_case = {
        "id": CASE_KEY,
        "number": "'晴测案〔2020〕' || n || '号'",
        "title": "'第' || n || '号迟报资料案'",
        "unit_id": unit,
        "handler_id": f"CASE WHEN {own} THEN t.handler_id ELSE %(handler)s END",
    }
    days, past = SPREAD.days, SPREAD.days // 4
    of_duty = {
        "id": PART_KEY.format(part="k"),
        "subject_id": CASE_KEY,
        "owner_unit_id": unit.replace("t.unit_id", "t.owner_unit_id"),
        "due_on": f"t.event_on + ((n * 7919 + k * 104729) %% {days} - {past})::int",
    }
    with superuser_link() as link:
        link.execute("SET session_replication_role = replica")  # the keys are right; a million look-ups say nothing
        link.execute(_copy("dossiers_case", "id", of_case), values)
        for table, column in PARTS.items():
            changes = {column: CASE_KEY} if column == "id" else {"id": PART_KEY.format(part="k"), column: CASE_KEY}
            link.execute(_copy(table, column, changes), values)
        link.execute(_copy("duties_duty", "subject_id", of_duty, each=DUTIES_OF_A_CASE), values)
        link.execute("VACUUM ANALYZE")


def _copy(table: str, column: str, changes: Mapping[str, str], *, each: int = 0) -> sql.Composed:
    """Copy the rows of the pattern for every number; of a duty `each` copies of one row. k counts rows of one case."""
    names = _columns(table)
    rows = sql.SQL("(SELECT *, row_number() OVER (ORDER BY id) AS k FROM {t} WHERE {c} = %(pattern)s) t")
    if each:
        rows = sql.SQL("(SELECT * FROM {t} WHERE {c} = %(pattern)s ORDER BY id LIMIT 1) t, generate_series(1, {e}) k")
    statement = "INSERT INTO {t} ({names}) SELECT {shown} FROM generate_series(%(first)s::int, %(last)s::int) n, {rows}"
    return sql.SQL(statement).format(
        t=sql.Identifier(table),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
        shown=sql.SQL(", ").join(_shown(name, changes) for name in names),
        rows=rows.format(t=sql.Identifier(table), c=sql.Identifier(column), e=sql.Literal(each)),
    )


def _shown(name: str, changes: Mapping[str, str]) -> sql.Composable:
    return sql.SQL(changes[name]) if name in changes else sql.SQL("t.{}").format(sql.Identifier(name))


def _columns(table: str) -> list[str]:
    with superuser_link() as link:
        found = link.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                             " AND NOT attisdropped ORDER BY attnum", [table])  # fmt: skip
        return [str(name) for (name,) in found]
