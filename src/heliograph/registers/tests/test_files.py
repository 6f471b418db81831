"""Files of entries: what is taken, where it lies, and that an entry refers only to what its agency uploaded."""

from __future__ import annotations

import hashlib
import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.models import Record
from heliograph.registers import tasks
from heliograph.registers.actions import drop_unused_files, store_file
from heliograph.registers.actions.imports import check_import
from heliograph.registers.errors import EntryFaultsError
from heliograph.registers.files import FileRefusedError, clean_name, kind_of
from heliograph.registers.imports import read_sheet
from heliograph.registers.models import Account, Agency, EntryFile, ImportBatch
from heliograph.registers.queries import file_of
from heliograph.registers.storage import LocalDirectory
from tests.cast import NOON, Office, item

PDF = b"%PDF-1.7 letter"
PNG = b"\x89PNG\r\n\x1a\n picture"
JPEG = b"\xff\xd8\xff\xe0 picture"


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def letter(agency: Agency, actor: Account, *, name: str = "委托书.pdf", content: bytes = PDF) -> EntryFile:
    return store_file(agency.pk, name=name, content=content, actor=actor, at=NOON)


def test_a_file_lies_under_its_own_fingerprint_and_is_private(home: Path, agency: Agency, handler: Account) -> None:
    found = letter(agency, handler)
    sha256 = hashlib.sha256(PDF).hexdigest()
    path = home / sha256[:2] / sha256
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (found.sha256, found.size, found.media_type) == (sha256, len(PDF), "application/pdf")
    assert (found.uploaded_by, found.uploaded_at) == (handler, NOON)


def test_the_same_file_twice_is_one_row_and_one_file(home: Path, agency: Agency, handler: Account) -> None:
    assert letter(agency, handler) == letter(agency, handler)
    letter(agency, handler, name="另一个名称.pdf")
    assert EntryFile.objects.count() == 2
    assert len([path for path in home.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("content", [b"<html>", b"PK\x03\x04", b"MZ", b" %PDF-1.7"])
def test_what_a_file_is_shows_its_content_not_its_name(agency: Agency, handler: Account, content: bytes) -> None:
    with pytest.raises(FileRefusedError, match="PDF、JPEG 或 PNG"):
        letter(agency, handler, content=content)
    assert not EntryFile.objects.exists()


def test_size_has_a_limit_and_an_empty_file_is_none(settings: Settings, agency: Agency, handler: Account) -> None:
    settings.ENTRY_FILE_BYTES = 1_000_000
    letter(agency, handler, content=PDF.ljust(1_000_000))
    with pytest.raises(FileRefusedError, match=r"最大 1 MB，现为 1\.2 MB"):
        letter(agency, handler, content=PDF.ljust(1_200_000))
    with pytest.raises(FileRefusedError, match="空的"):
        letter(agency, handler, content=b"")


@pytest.mark.parametrize(
    ("given", "content", "kept"),
    [
        ("委托书.PDF", PDF, "委托书.pdf"),
        ("C:\\扫描\\委托书.pdf", PDF, "委托书.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("页面.html", PNG, "页面.html.png"),
        ("图.jpeg", JPEG, "图.jpeg"),
        ("fdp.\u202eexe", PDF, "fdp.exe.pdf"),
        ("", PDF, "附件.pdf"),
        ("长" * 300 + ".pdf", PDF, "长" * 116 + ".pdf"),
    ],
)
def test_a_name_is_fit_for_every_computer(given: str, content: bytes, kept: str) -> None:
    assert clean_name(given, kind_of(content)) == kept


def test_only_those_who_write_entries_upload(
    agency: Agency, handler: Account, outsider: Account, release_approver: Account
) -> None:
    for wrong in (outsider, release_approver):
        with pytest.raises(ActRefusedError):
            letter(agency, wrong)
    assert letter(agency, handler)


def test_storage_opens_nothing_but_fingerprints(home: Path) -> None:
    (home / "se").mkdir()
    (home / "se" / "secret").write_text("x")
    for name in ("secret", "../settings", "0" * 63, "0" * 64):
        with pytest.raises(FileNotFoundError):
            LocalDirectory(home).open(name)


def test_an_entry_refers_only_to_what_its_agency_uploaded(
    agency: Agency, handler: Account, outsider: Account, next_door: Office
) -> None:
    foreign = letter(next_door.agency, outsider, content=PNG, name="邻局.png")
    made_up = {"sha256": "0" * 64, "name": "没有.pdf", "size": 1}
    for value in (foreign.as_value(), made_up):
        with pytest.raises(EntryFaultsError, match="不在本机关上传过的文件中"):
            item(agency, handler, register="bodies", name="队", entrustment_letter=value)
    with pytest.raises(EntryFaultsError, match="请在条目页面上传"):
        item(agency, handler, register="bodies", name="队", entrustment_letter="委托书.pdf")
    own = letter(agency, handler).as_value()
    version = item(agency, handler, register="bodies", name="队", entrustment_letter=own)
    assert version.data["entrustment_letter"] == own
    assert file_of(agency.pk, version.data["entrustment_letter"]) is not None
    assert file_of(next_door.agency.pk, version.data["entrustment_letter"]) is None


def test_the_letter_is_required_once_it_is_said_to_be_filed(agency: Agency, handler: Account) -> None:
    body: dict[str, Any] = {"name": "队", "body_type": "委托"}
    item(agency, handler, register="bodies", **body)
    item(agency, handler, register="bodies", **body, entrustment_filed=False)
    with pytest.raises(EntryFaultsError, match="须上传“委托书”"):
        item(agency, handler, register="bodies", **body, entrustment_filed=True)
    own = letter(agency, handler).as_value()
    item(agency, handler, register="bodies", **body, entrustment_filed=True, entrustment_letter=own)


def test_a_sheet_repeats_the_name_of_a_file_and_cannot_bring_one(agency: Agency, handler: Account) -> None:
    own = letter(agency, handler).as_value()
    item(agency, handler, register="bodies", name="队", entrustment_letter=own)

    def check(*rows: str) -> ImportBatch:
        text = "编号,名称,主体类别,委托书已备案,委托书,内部底稿\n" + "\n".join(rows)
        sheet = read_sheet("a.csv", text.encode())
        return check_import(
            agency.pk, register="bodies", file_name="a.csv", sheet=sheet, reason="改", actor=handler, at=NOON
        )

    assert check("1,队,委托,是,委托书.pdf,").state == "checked"
    assert check("1,队,委托,是,,").state == "checked"
    for bad in ("1,队,委托,是,别的.pdf,", ",新队,法定,否,委托书.pdf,"):
        batch = check(bad)
        assert batch.state == "refused"
        assert "不能导入" in batch.faults[0]["message"]


DAY = timedelta(hours=24)


def age(home: Path, *, hours: float) -> None:
    """Make every kept file as old as that at noon."""
    then = (NOON - timedelta(hours=hours)).timestamp()
    for path in home.glob("*/*"):
        os.utime(path, (then, then))


def left(home: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in home.glob("*/*"))


def test_an_upload_that_no_entry_came_to_hold_is_dropped_with_a_record(
    home: Path, agency: Agency, handler: Account
) -> None:
    held, unused = letter(agency, handler), letter(agency, handler, content=PNG, name="图.png")
    item(agency, handler, register="bodies", name="队", entrustment_letter=held.as_value())
    age(home, hours=25)
    assert drop_unused_files(unused_for=DAY, at=NOON) == 1
    assert left(home) == [PDF]
    record = Record.objects.get(kind="file.dropped")
    assert (record.subject_id, record.agency_id, record.actor_id) == (str(unused.pk), agency.pk, None)
    assert EntryFile.objects.count() == 2  # who uploaded what is not forgotten
    assert drop_unused_files(unused_for=DAY, at=NOON) == 0
    assert Record.objects.filter(kind="file.dropped").count() == 1


def test_a_young_upload_waits_for_its_form(home: Path, agency: Agency, handler: Account) -> None:
    letter(agency, handler)
    age(home, hours=23)
    assert drop_unused_files(unused_for=DAY, at=NOON) == 0
    assert left(home) == [PDF]


def test_one_who_uploads_again_begins_anew(home: Path, agency: Agency, handler: Account) -> None:
    found = letter(agency, handler)
    age(home, hours=25)
    letter(agency, handler)
    before = NOON - DAY
    assert not LocalDirectory(home).drop(found.sha256, before=before)
    assert left(home) == [PDF]
    age(home, hours=25)
    assert drop_unused_files(unused_for=DAY, at=NOON) == 1
    assert letter(agency, handler) == found
    assert left(home) == [PDF]


def test_what_is_renewed_while_it_is_looked_for_stays_and_nothing_is_recorded(
    home: Path, agency: Agency, handler: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = letter(agency, handler)
    age(home, hours=1)
    monkeypatch.setattr(LocalDirectory, "untouched", lambda self, before: [found.sha256])
    assert drop_unused_files(unused_for=DAY, at=NOON) == 0
    assert left(home) == [PDF]
    assert not Record.objects.filter(kind="file.dropped").exists()


def test_a_form_sent_after_its_file_was_dropped_asks_for_it_anew(home: Path, agency: Agency, handler: Account) -> None:
    value = letter(agency, handler).as_value()
    age(home, hours=25)
    drop_unused_files(unused_for=DAY, at=NOON)
    with pytest.raises(EntryFaultsError, match="请重新上传"):
        item(agency, handler, register="bodies", name="队", entrustment_letter=value)
    letter(agency, handler)
    assert item(agency, handler, register="bodies", name="队", entrustment_letter=value)


def test_an_entry_makes_the_file_that_it_takes_new_again(home: Path, agency: Agency, handler: Account) -> None:
    found = letter(agency, handler)
    age(home, hours=25)
    item(agency, handler, register="bodies", name="队", entrustment_letter=found.as_value())
    assert LocalDirectory(home).untouched(NOON - DAY) == []


def test_broken_uploads_and_files_without_a_row_go_too(home: Path, agency: Agency, handler: Account) -> None:
    sha256 = LocalDirectory(home).put(b"left by a crash")
    (home / sha256[:2] / f"{sha256}.abc.part").write_bytes(b"half")
    (home / "README").write_text("not ours")
    age(home, hours=25)
    assert drop_unused_files(unused_for=DAY, at=NOON) == 1
    assert left(home) == []
    assert (home / "README").exists()


def test_it_is_done_every_night_after_the_hours_of_the_settings(
    home: Path, agency: Agency, handler: Account, settings: Settings
) -> None:
    letter(agency, handler)
    settings.UNUSED_FILE_HOURS = 12
    (path,) = home.glob("*/*")
    os.utime(path, (0, 0))
    tasks.drop_files(0)
    assert left(home) == []
    assert Record.objects.filter(kind="file.dropped").count() == 1
