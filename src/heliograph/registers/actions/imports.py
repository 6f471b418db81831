"""Importing a sheet into a register: checked first, then whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from heliograph.kernel.verdict import Refused, require
from heliograph.outbox.jobs import enqueue
from heliograph.registers import rules
from heliograph.registers.actions.entries import Content, content_hash, require_compiler, title_of
from heliograph.registers.fieldsets import FieldSet, field_set
from heliograph.registers.imports import FAULTS_SHOWN, CheckedRow, RowFault, Sheet, check_rows, check_sheet
from heliograph.registers.models import Account, Agency, Article, Entry, EntryVersion, ImportBatch, Unit
from heliograph.registers.permissions import access_agency

IMPORT_BASIS = "国办发118号@2018"
CHUNK = 1_000
CITED = re.compile(r"[^\s@|｜,，;；]{2,80}@\d{4}[^\s|｜,，;；]*")


@transaction.atomic
def check_import(
    agency_id: UUID, *, register: str, file_name: str, sheet: Sheet, reason: str, actor: Account, at: datetime
) -> ImportBatch:
    """Check an uploaded sheet (dry run) and keep it with its faults. Nothing enters the register."""
    on = localdate(at)
    access_agency(actor, agency_id, "import_entries", on)
    fields = field_set(agency_id, register, on)
    require_compiler(fields, agency_id, actor)
    if not reason.strip():
        require(Refused("import.reason", "请写明导入的理由，理由会随各条目公开。", IMPORT_BASIS))
    articles = cited_articles(fields, (cell for _, cells in sheet.rows for cell in cells if isinstance(cell, str)))
    checked = check_sheet(sheet, fields.register, choices_of(fields), articles, _units(agency_id))
    refused = bool(checked.faults)
    return ImportBatch.objects.create(
        agency_id=agency_id,
        register=register,
        file_name=file_name[:200],
        rows=[] if refused else checked.raw,
        faults=[fault.as_json() for fault in checked.faults[:FAULTS_SHOWN]],
        row_count=len(sheet.rows),
        state=ImportBatch.State.REFUSED if refused else ImportBatch.State.CHECKED,
        reason=reason.strip(),
        created_by=actor,
        created_at=at,
    )


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
    enqueue("registers.import_entries", batch_id=str(batch.pk), actor_id=str(actor.pk))
    return batch


def import_entries(batch_id: UUID, *, actor: Account, at: datetime) -> ImportBatch:
    """Import a confirmed sheet: every row becomes an entry with version 1, or none does. Running it again is harmless.

    Rows are checked again, against the pack of today; progress is committed on the way so that the page can show it.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    on = localdate(at)
    access_agency(actor, batch.agency_id, "import_entries", on)
    if batch.state != ImportBatch.State.RUNNING:
        return batch
    fields = field_set(batch.agency_id, batch.register, on)
    require_compiler(fields, batch.agency_id, actor)
    rows, faults = _check_again(batch, fields)
    if faults:
        return _refuse(batch.pk, faults, at)
    return _write(batch.pk, fields, rows, actor, at)


def choices_of(fields: FieldSet) -> dict[str, list[str]]:
    """Return what choice fields may hold: the agency's categories and units by name."""
    return {
        "categories": [category.name for category in fields.categories],
        "units": [unit.name for unit in fields.units],
    }


def cited_articles(fields: FieldSet, texts: Iterable[str]) -> frozenset[str]:
    """Return the article keys that may be cited: the pack's, and those of the law library that the texts name."""
    named = {key for text in texts if "@" in text for key in CITED.findall(text)} - fields.articles
    library = Article.objects.filter(key__in=named).values_list("key", flat=True) if named else []
    return fields.articles | frozenset(library)


def _units(agency_id: UUID) -> dict[str, UUID]:
    return dict(Unit.objects.filter(agency_id=agency_id, closed_on__isnull=True).values_list("name", "id"))


def _texts(rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for row in rows:
        for value in row["data"].values():
            yield from (value if isinstance(value, list) else [str(value)])


def _check_again(batch: ImportBatch, fields: FieldSet) -> tuple[list[CheckedRow], list[RowFault]]:
    choices, articles = choices_of(fields), cited_articles(fields, _texts(batch.rows))
    units = _units(batch.agency_id)
    rows: list[CheckedRow] = []
    faults: list[RowFault] = []
    for start in range(0, len(batch.rows), CHUNK):
        chunk, found = check_rows(batch.rows[start : start + CHUNK], fields.register, choices, articles, units)
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
    batch.state, batch.finished_at, batch.done_count = ImportBatch.State.REFUSED, at, 0
    batch.faults = [fault.as_json() for fault in faults[:FAULTS_SHOWN]]
    batch.rows = []
    batch.save(update_fields=["state", "finished_at", "done_count", "faults", "rows"])
    return batch


@transaction.atomic
def _write(batch_id: UUID, fields: FieldSet, rows: list[CheckedRow], actor: Account, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state != ImportBatch.State.RUNNING:
        return batch
    Agency.objects.select_for_update().get(pk=batch.agency_id)  # numbers of a register are handed out one at a time
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
    batch.state, batch.finished_at, batch.done_count = ImportBatch.State.DONE, at, len(entries)
    batch.rows = []  # the entries hold them now
    batch.save(update_fields=["state", "finished_at", "done_count", "rows"])
    return batch


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
        created_at=entry.created_at,
    )
