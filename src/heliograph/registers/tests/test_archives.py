"""A zip bomb is judged by its directory and never unpacked."""

from __future__ import annotations

import io
import zipfile

import pytest

from heliograph.registers.archives import MEMBERS, ArchiveRefusedError, open_archive
from heliograph.registers.imports import SheetError, read_sheet


def packed(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_an_ordinary_archive_opens() -> None:
    assert open_archive(packed(a=b"text")).namelist() == ["a"]


def test_a_member_that_swells_is_refused() -> None:
    with pytest.raises(ArchiveRefusedError, match="解压后过大"):
        open_archive(packed(a=b"0" * 30_000_000))


def test_too_many_members_are_refused() -> None:
    with pytest.raises(ArchiveRefusedError, match="解压后过大"):
        open_archive(packed(**{f"m{number}": b"" for number in range(MEMBERS + 1)}))


def test_a_bomb_dressed_as_a_workbook_is_refused() -> None:
    with pytest.raises(SheetError, match="解压后过大"):
        read_sheet("a.xlsx", packed(**{"xl/workbook.xml": b" " * 30_000_000}))


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(SheetError, match="不是 Excel 工作簿"):
        read_sheet("a.xlsx", packed(a=b"text"))
