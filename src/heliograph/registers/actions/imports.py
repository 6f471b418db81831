"""Importing a sheet into a register: checked first, then whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Model
from django.utils.timezone import localdate

from heliograph.kernel.packs.schema import Register
from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.outbox.jobs import enqueue
from heliograph.registers import rules
from heliograph.registers.actions.entries import Content, content_hash, require_compiler, revise, title_of
from heliograph.registers.exports import NUMBER
from heliograph.registers.fieldsets import FieldSet, field_set
from heliograph.registers.imports import (
    FAULTS_SHOWN,
    CheckedRow,
    CheckedSheet,
    Present,
    RowFault,
    Sheet,
    check_rows,
    check_sheet,
    stale_faults,
)
from heliograph.registers.models import Account, Agency, Entry, EntryVersion, ImportBatch, Unit
from heliograph.registers.permissions import access_agency
from heliograph.registers.queries import choices_of, citable_articles

IMPORT_BASIS = "国办发118号@2018"
CHUNK = 1_000


@transaction.atomic
def check_import(
    agency_id: UUID, *, register: str, file_name: str, sheet: Sheet, reason: str, actor: Account, at: datetime
) -> ImportBatch:
    """Check an uploaded sheet (dry run) and keep it with its faults. Nothing enters the register."""
    on = localdate(at)
    access_agency(actor, agency_id, "import_entries", on)
    fields = field_set(agency_id, register, on)
    require(rules.may_write_by_hand(fields.register))
    require_compiler(fields, agency_id, actor)
    if not reason.strip():
        require(Refused("import.reason", "请写明导入的理由，理由会随各条目公开。", IMPORT_BASIS))
    articles = citable_articles(fields, (cell for _, cells in sheet.rows for cell in cells))
    present = _present(agency_id, fields.register)
    checked = check_sheet(sheet, fields.register, choices_of(agency_id, fields), articles, present)
    refused = bool(checked.faults)
    batch = ImportBatch.objects.create(
        agency_id=agency_id,
        register=register,
        file_name=file_name[:200],
        rows=[] if refused else _with_revisions(checked, present),
        faults=[fault.as_json() for fault in checked.faults[:FAULTS_SHOWN]],
        warnings=[] if refused else [each.as_json() for each in _same_titles(agency_id, fields, checked)],
        row_count=len(sheet.rows),
        state=ImportBatch.State.REFUSED if refused else ImportBatch.State.CHECKED,
        reason=reason.strip(),
        created_by=actor,
        created_at=at,
    )
    _append("checked", batch, actor.pk, at)
    return batch


def _append(what: str, batch: ImportBatch, actor_id: UUID | None, at: datetime, rows: Iterable[Model] = ()) -> None:
    kind = f"import.{what}"
    append(kind, subject=batch, agency_id=batch.agency_id, actor_id=actor_id, at=at, rows=[batch, *rows])


@transaction.atomic
def start_import(batch_id: UUID, *, actor: Account, at: datetime) -> ImportBatch:
    """Confirm a checked sheet: the import runs in the background. Refused with faults left, and twice."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    access_agency(actor, batch.agency_id, "import_entries", localdate(at))
    if batch.created_by_id != actor.pk:
        require(Refused("import.other", "请由上传该表的人确认导入。", IMPORT_BASIS))
    if batch.state == ImportBatch.State.REFUSED:
        require(Refused("import.faults", "表中还有错误，没有导入。请改正后重新上传。", IMPORT_BASIS))
    if batch.state != ImportBatch.State.CHECKED:
        require(Refused("import.twice", "这份表已经导入或正在导入，不能重复导入。", IMPORT_BASIS))
    batch.state = ImportBatch.State.RUNNING
    batch.save(update_fields=["state"])
    _append("started", batch, actor.pk, at)
    enqueue("registers.import_entries", batch_id=str(batch.pk), actor_id=str(actor.pk))
    return batch


def import_entries(batch_id: UUID, *, actor: Account, at: datetime) -> ImportBatch:
    """Import a confirmed sheet: every row becomes an entry, or a new text of the one it numbers, or none does.

    Running it again is harmless. Rows are checked again, against the pack of today; progress is committed on the way so
    that the page can show it.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    on = localdate(at)
    access_agency(actor, batch.agency_id, "import_entries", on)
    if batch.state != ImportBatch.State.RUNNING:
        return batch
    fields = field_set(batch.agency_id, batch.register, on)
    require(rules.may_write_by_hand(fields.register))
    require_compiler(fields, batch.agency_id, actor)
    rows, faults = _check_again(batch, fields)
    if faults:
        return _refuse(batch.pk, faults, at)
    return _write(batch.pk, fields, rows, actor, at)


def _present(agency_id: UUID, register: Register) -> Present:
    held = Entry.objects.filter(agency_id=agency_id, register=register.id).values_list("number", "in_review", "rev")
    return Present(
        units=_units(agency_id),
        entries={number: in_review for number, in_review, _ in held},
        files=_files(agency_id, register),
        revisions={number: rev for number, _, rev in held},
    )


def _with_revisions(checked: CheckedSheet, present: Present) -> list[dict[str, Any]]:
    """Note on each row that revises an entry how the dry run found it, where the sheet itself does not say it."""
    known = {row.row: present.revisions[row.number] for row in checked.rows if row.number is not None}
    return [{**raw, "revision": raw["revision"] or str(known.get(raw["row"], ""))} for raw in checked.raw]


def _files(agency_id: UUID, register: Register) -> dict[int, dict[str, dict[str, Any]]]:
    """Return the files that the latest version of each entry has, by the entry's number."""
    ids = [field.id for field in register.fields if field.type == "file"]
    if not ids:
        return {}
    versions = EntryVersion.objects.filter(agency_id=agency_id, entry__register=register.id)
    newest = versions.order_by("entry_id", "-number").distinct("entry_id").values_list("entry__number", "data")
    return {number: {name: data[name] for name in ids if name in data} for number, data in newest}


def _same_titles(agency_id: UUID, fields: FieldSet, checked: CheckedSheet) -> list[RowFault]:
    """Point at rows that would become a second entry of the same name: perhaps they were meant to revise the first."""
    new = {row.row: title_of(fields, row.data) for row in checked.rows if row.number is None}
    held = Entry.objects.filter(agency_id=agency_id, register=fields.register.id, title__in=set(new.values()))
    numbers = dict(held.order_by("-number").values_list("title", "number"))
    return [
        RowFault(
            row, NUMBER, f"已有同名条目“{title[:60]}”，编号 {numbers[title]}；编号留空将另建一条，如要修改请填编号。"
        )
        for row, title in new.items()
        if title in numbers
    ][:FAULTS_SHOWN]


def _units(agency_id: UUID) -> dict[str, UUID]:
    return dict(Unit.objects.filter(agency_id=agency_id, closed_on__isnull=True).values_list("name", "id"))


def _check_again(batch: ImportBatch, fields: FieldSet) -> tuple[list[CheckedRow], list[RowFault]]:
    choices = choices_of(batch.agency_id, fields)
    articles = citable_articles(fields, (row["data"] for row in batch.rows))
    present = _present(batch.agency_id, fields.register)
    rows: list[CheckedRow] = []
    faults: list[RowFault] = []
    for start in range(0, len(batch.rows), CHUNK):
        chunk, found = check_rows(batch.rows[start : start + CHUNK], fields.register, choices, articles, present)
        rows += chunk
        faults += found
        ImportBatch.objects.filter(pk=batch.pk).update(done_count=len(rows))
    return rows, faults


@transaction.atomic
def refuse_import(batch_id: UUID, *, verdict: Refused, at: datetime) -> ImportBatch:
    """Note why a running import could not be done: the person has lost the role, or the register has gone."""
    return _refuse(batch_id, [RowFault(0, "", str(verdict))], at)


@transaction.atomic
def _refuse(batch_id: UUID, faults: list[RowFault], at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state != ImportBatch.State.RUNNING:
        return batch
    batch.state, batch.finished_at, batch.done_count = ImportBatch.State.REFUSED, at, 0
    batch.faults = [fault.as_json() for fault in faults[:FAULTS_SHOWN]]
    batch.rows = []
    batch.save(update_fields=["state", "finished_at", "done_count", "faults", "rows"])
    _append("refused", batch, None, at)
    return batch


@transaction.atomic
def _write(batch_id: UUID, fields: FieldSet, rows: list[CheckedRow], actor: Account, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state != ImportBatch.State.RUNNING:
        return batch
    Agency.objects.select_for_update().get(pk=batch.agency_id)  # numbers of a register are handed out one at a time
    revised = [row for row in rows if row.number is not None]
    entries = _locked(batch, revised)
    stale = stale_faults(revised, {number: entry.rev for number, entry in entries.items()})
    if stale:
        return _refuse(batch_id, stale, at)
    written = _write_new(batch, fields, [row for row in rows if row.number is None], actor, at)
    written += _write_revised(batch, fields, revised, entries, actor, at)
    batch.state, batch.finished_at, batch.done_count = ImportBatch.State.DONE, at, len(rows)
    batch.rows = []  # the entries hold them now
    batch.save(update_fields=["state", "finished_at", "done_count", "rows"])
    _append("done", batch, actor.pk, at, written)
    return batch


def _write_new(
    batch: ImportBatch, fields: FieldSet, rows: Sequence[CheckedRow], actor: Account, at: datetime
) -> list[Model]:
    held = Entry.objects.filter(agency_id=batch.agency_id, register=batch.register)
    last = held.aggregate(last=Max("number"))["last"] or 0
    units = _units(batch.agency_id)
    content = Content(data={}, reason=batch.reason)
    entries: list[Entry] = []
    versions: list[EntryVersion] = []
    for number, row in enumerate(rows, start=last + 1):
        entry = _entry(batch, fields, row, number, units)
        entry.created_by, entry.created_at = actor, at
        entries.append(entry)
        versions.append(_version(entry, fields, row, content))
    Entry.objects.bulk_create(entries, batch_size=CHUNK)
    EntryVersion.objects.bulk_create(versions, batch_size=CHUNK)
    return [*entries, *versions]


def _locked(batch: ImportBatch, rows: Sequence[CheckedRow]) -> dict[int, Entry]:
    """Lock the entries that the rows number."""
    held = Entry.objects.filter(agency_id=batch.agency_id, register=batch.register)
    locked = held.filter(number__in=[row.number for row in rows]).select_for_update(of=("self",)).order_by("pk")
    return {entry.number: entry for entry in locked}


def _write_revised(
    batch: ImportBatch,
    fields: FieldSet,
    rows: Sequence[CheckedRow],
    entries: Mapping[int, Entry],
    actor: Account,
    at: datetime,
) -> list[Model]:
    """Revise the entries that the rows number. A row that changes nothing leaves no version; an empty owner stays."""
    newest = EntryVersion.objects.filter(entry__in=entries.values()).order_by("entry_id", "-number")
    written = {version.entry_id: version.data for version in newest.distinct("entry_id")}
    units = _units(batch.agency_id)
    changed: list[Model] = []
    for row in rows:
        entry = entries[row.number or 0]
        owner = units.get(row.owner, entry.owner_unit_id)
        if (written[entry.pk], entry.owner_unit_id) == (row.data, owner):
            continue
        entry.owner_unit_id = owner
        changed += [entry, revise(entry, fields, Content(data=row.data, reason=batch.reason), actor, at)]
    return changed


def _entry(batch: ImportBatch, fields: FieldSet, row: CheckedRow, number: int, units: Mapping[str, UUID]) -> Entry:
    return Entry(
        agency_id=batch.agency_id,
        register=batch.register,
        number=number,
        title=title_of(fields, row.data),
        owner_unit_id=units.get(row.owner),
        rev=1,
    )


def _version(entry: Entry, fields: FieldSet, row: CheckedRow, content: Content) -> EntryVersion:
    return EntryVersion(
        agency_id=entry.agency_id,
        entry=entry,
        number=1,
        title=entry.title,
        data=row.data,
        basis=rules.bases_of(fields.register, row.data),
        reason=content.reason,
        verified=content.verified,
        read_in=content.read_in,
        pack=fields.pack,
        content_hash=content_hash(fields.register.id, row.data, content),
        created_by=entry.created_by,
        authors=[entry.created_by_id],
        created_at=entry.created_at,
    )
