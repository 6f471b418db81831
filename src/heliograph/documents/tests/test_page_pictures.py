"""Pages of a PDF as pictures."""

from __future__ import annotations

import io
import struct

import pytest
from pypdf import PdfWriter

from heliograph.documents.page_pictures import PNG, CannotPictureError, page_pictures


def blank() -> bytes:
    """Return a PDF of one empty page."""
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(made)
    return made.getvalue()


def test_pages_are_drawn_from_one_on() -> None:
    found = page_pictures(blank(), first=1, most=5)
    assert found.total == 1
    [picture] = found.pictures
    assert picture.startswith(PNG)
    width, height = struct.unpack(">II", picture[16:24])
    assert (width, height) == (794, 1123)


def test_beyond_the_last_page_there_is_nothing() -> None:
    assert page_pictures(blank(), first=2, most=5).pictures == []


@pytest.mark.parametrize("content", [b"%PDF-1.4 signed", b"", b"plain text"])
def test_a_broken_file_is_said_to_be_one(content: bytes) -> None:
    with pytest.raises(CannotPictureError):
        page_pictures(content, first=1, most=1)
