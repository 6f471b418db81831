"""Digests over other columns: every row is first held to its last digest, and one that differs is refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import isolate_apps

from heliograph.config import upgrading
from heliograph.kernel.canonical import parse_canonical
from heliograph.kernel.ids import uuid7
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger import guards
from heliograph.ledger.actions import redigesting
from heliograph.ledger.actions.reconciling import compare_rows, note_shapes
from heliograph.ledger.actions.records import append
from heliograph.ledger.actions.redigesting import redigest
from heliograph.ledger.guards import Guard, guard
from heliograph.ledger.models import Record, RecordedRow
from heliograph.ledger.tests.making import ACTOR, AGENCY, AT, code_of

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand]
OTHER_AGENCY = UUID(int=17)
TABLE, KIND = "sample", "rows.redigested"
REASON = "升级后列已改名"

Model = type[models.Model]


def sample(**columns: models.Field[str, str]) -> Model:
    """Return a model of the sample table as one version of the code knows it."""
    with isolate_apps("heliograph.ledger"):
        meta = type("Meta", (), {"app_label": "ledger", "db_table": TABLE, "verbose_name": "样表"})
        key = models.UUIDField(primary_key=True, default=uuid7)
        return type("Sample", (models.Model,), {"__module__": __name__, "Meta": meta, "id": key, **columns})


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """A guarded table with the columns name and phone, as the former version of the code knows it."""
    monkeypatch.setattr(guards, "_GUARDS", {})
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {TABLE} (id uuid PRIMARY KEY, name text NOT NULL, phone text NOT NULL)")
    model = sample(name=models.TextField(), phone=models.TextField())
    guard(model)
    note_shapes()
    yield model
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


@pytest.fixture
def new() -> Model:
    """The table as the next version of the code knows it: phone is called telephone, a note has come."""
    return sample(name=models.TextField(), telephone=models.TextField(), note=models.TextField())


def migrate() -> None:
    run(f"ALTER TABLE {TABLE} RENAME COLUMN phone TO telephone; ALTER TABLE {TABLE} ADD note text NOT NULL DEFAULT ''")


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def write(model: Model, name: str, *, agency_id: UUID = AGENCY) -> models.Model:
    """Write a row by an act."""
    row = model._default_manager.create(name=name, phone="0539-1")
    append("row.written", subject=row, agency_id=agency_id, actor_id=ACTOR, at=AT, rows=[row])
    return row


def taken_over(model: Model) -> Guard:
    """Guard the table as another version of the code knows it."""
    guard(model)
    return guards.guard_of(model)


def findings(found: Guard) -> list[tuple[str, str]]:
    return [(finding.row_id, finding.what) for finding in compare_rows(found)]


def test_without_the_act_a_renamed_column_leaves_the_rows_unreadable(old: Model, new: Model) -> None:
    row = write(old, "甲")
    found = taken_over(new)
    migrate()
    assert findings(found) == [(str(row.pk), "unreadable")]
    done = redigest(found, reason=REASON, at=AT)
    assert (done.rows, [finding.what for finding in done.refused]) == (0, ["unreadable"])
    assert not Record.objects.filter(kind=KIND).exists()


def test_rows_stay_guarded_over_a_rename_and_a_new_column(old: Model, new: Model) -> None:
    rows = [write(old, name) for name in "甲乙丙"]
    found = taken_over(new)
    assert redigest(found, reason=REASON, at=AT, only_losing=True).rows == 3
    assert findings(found) == []
    migrate()
    assert findings(found) == []
    note_shapes()
    assert redigest(found, reason=REASON, at=AT).rows == 3
    assert findings(found) == []
    for column in ("name", "telephone", "note"):
        run(f"UPDATE {TABLE} SET {column} = {column} || 'x' WHERE id = '{rows[1].pk}'")
        assert findings(found) == [(str(rows[1].pk), "changed")], column
        run(f"UPDATE {TABLE} SET {column} = left({column}, -1) WHERE id = '{rows[1].pk}'")


def test_between_the_two_the_columns_that_stay_are_guarded(old: Model, new: Model) -> None:
    row = write(old, "甲")
    found = taken_over(new)
    redigest(found, reason=REASON, at=AT, only_losing=True)
    run(f"UPDATE {TABLE} SET name = '改过'")
    assert findings(found) == [(str(row.pk), "changed")]
    migrate()
    assert findings(found) == [(str(row.pk), "changed")]


def test_row_that_differs_is_refused_and_keeps_its_digest(old: Model, new: Model) -> None:
    good, changed = write(old, "甲"), write(old, "乙")
    run(f"UPDATE {TABLE} SET phone = '改过' WHERE id = '{changed.pk}'")
    found = taken_over(new)
    done = redigest(found, reason=REASON, at=AT, only_losing=True)
    assert (done.rows, [(one.row_id, one.what) for one in done.refused]) == (1, [(str(changed.pk), "changed")])
    told = RecordedRow.objects.filter(record__kind=KIND)
    assert list(told.values_list("row_id", flat=True)) == [str(good.pk)]
    run(f"UPDATE {TABLE} SET phone = '0539-1'")
    assert redigest(found, reason=REASON, at=AT, only_losing=True).rows == 1


def test_second_time_finds_nothing_to_do(old: Model, new: Model) -> None:
    write(old, "甲")
    found = taken_over(new)
    for rows in (1, 0):
        assert redigest(found, reason=REASON, at=AT, only_losing=True).rows == rows
    migrate()
    for rows in (1, 0):
        assert redigest(found, reason=REASON, at=AT).rows == rows


def test_nothing_is_done_while_no_column_goes(old: Model) -> None:
    write(old, "甲")
    longer = taken_over(sample(name=models.TextField(), phone=models.TextField(), note=models.TextField()))
    assert redigest(longer, reason=REASON, at=AT, only_losing=True).rows == 0
    assert redigest(longer, reason=REASON, at=AT).rows == 0


def test_removed_rows_are_left_and_a_table_that_is_not_made_has_none(old: Model, new: Model) -> None:
    row = write(old, "甲")
    key = row.pk
    row.delete()
    row.pk = key
    append("row.removed", subject=row, agency_id=AGENCY, actor_id=ACTOR, at=AT, removed=[row])
    found = taken_over(new)
    assert redigest(found, reason=REASON, at=AT, only_losing=True).rows == 0
    run(f"ALTER TABLE {TABLE} RENAME TO elsewhere")
    assert redigest(found, reason=REASON, at=AT) == redigesting.Redigested()
    run(f"ALTER TABLE elsewhere RENAME TO {TABLE}")


def test_record_tells_why_by_agency_and_in_pieces(old: Model, new: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redigesting, "CHUNK", 2)
    for number in range(5):
        write(old, str(number), agency_id=OTHER_AGENCY if number == 4 else AGENCY)
    found = taken_over(new)
    assert redigest(found, reason=f" {REASON} ", at=AT, only_losing=True).rows == 5
    told = Record.objects.filter(kind=KIND).order_by("id")
    assert [(one.agency_id, one.actor_id, one.rows.count()) for one in told] == [
        (AGENCY, None, 2), (AGENCY, None, 2), (OTHER_AGENCY, None, 1),
    ]  # fmt: skip
    assert [one.number for one in told] == [1, 2, 3]
    assert parse_canonical(bytes(told[0].content.manifest))["facts"] == {"table": "样表", "reason": REASON}


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_asked_for(old: Model, new: Model, reason: str) -> None:
    write(old, "甲")
    with pytest.raises(ActRefusedError) as refusal:
        redigest(taken_over(new), reason=reason, at=AT)
    assert code_of(refusal.value) == "redigest.reason"


def test_operators_command_says_what_it_did_and_names_what_differs(old: Model) -> None:
    row = write(old, "甲")
    guard(old, left_out=["phone"])
    out = io.StringIO()
    call_command("ledger_redigest", TABLE, "--reason", REASON, stdout=out)
    assert "已重新登记 1 行" in out.getvalue()
    guard(old)
    run(f"UPDATE {TABLE} SET name = '改过'")
    with pytest.raises(CommandError) as failure:
        call_command("ledger_redigest", TABLE, "--reason", REASON, stdout=out)
    assert failure.value.returncode == 1
    assert f"{TABLE} {row.pk}：内容与最后一次存证不符" in out.getvalue()
    with pytest.raises(CommandError) as failure:
        call_command("ledger_redigest", TABLE, "--reason", " ", stdout=out)
    assert failure.value.returncode == 2
    with pytest.raises(CommandError):
        call_command("ledger_redigest", "no_table", "--reason", REASON)


@pytest.fixture
def pending(old: Model, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An upgrade whose migration renames the column; returns what ran."""
    ran: list[str] = []

    def migrates() -> None:
        ran.append("all")
        migrate()

    monkeypatch.setattr(upgrading, "has_pending_migrations", lambda: True)
    monkeypatch.setattr(upgrading, "call_command", lambda *line, **_more: ran.append(line[1]))
    monkeypatch.setattr(upgrading, "migrate_as_owner", migrates)
    return ran


def test_upgrade_keeps_every_row_guarded(old: Model, new: Model, pending: list[str]) -> None:
    write(old, "甲")
    found = taken_over(new)
    assert upgrading.upgrade(at=AT) == []
    assert pending == ["ledger", "all"]
    assert findings(found) == []
    run(f"UPDATE {TABLE} SET telephone = '改过'")
    assert [what for _row, what in findings(found)] == ["changed"]


def test_upgrade_stops_before_a_change_can_no_longer_be_seen(old: Model, new: Model, pending: list[str]) -> None:
    row = write(old, "甲")
    run(f"UPDATE {TABLE} SET phone = '改过'")
    found = taken_over(new)
    with pytest.raises(CommandError, match="升级后将无从核对") as failure:
        upgrading.upgrade(at=AT)
    assert str(row.pk) in str(failure.value)
    assert pending == ["ledger"]
    assert findings(found) == [(str(row.pk), "changed")]
