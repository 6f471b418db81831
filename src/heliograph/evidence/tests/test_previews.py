"""What is drawn for the screen, and what is not."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytest_django import Settings

from heliograph.evidence import drawing, previews
from heliograph.evidence.models import Original
from heliograph.evidence.previews import NotDrawnError, draw_page, is_drawn
from heliograph.evidence.reading import kind_in
from heliograph.evidence.tests.samples import pdf, picture
from heliograph.registers.storage import storage

BOMB = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00"
    + b"\x00" * 4
    + b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def kept(content: bytes, **changes: Any) -> Original:
    given = {
        "sha256": storage().put(content),
        "size": len(content),
        "media_type": kind_in(io.BytesIO(content)).media_type,
    }
    return Original(**{**given, **changes})


def drawn(content: bytes, page: int = 1, mark: str = "") -> Image.Image:
    found = Image.open(io.BytesIO(draw_page(kept(content), page, mark=mark)))
    assert found.format == "JPEG"
    assert not found.getexif()
    return found


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_pictures_of_every_kind_are_drawn_anew(form: str) -> None:
    assert drawn(picture(form)).size == (60, 30)


def test_a_picture_stands_upright_and_is_made_smaller() -> None:
    assert drawn(picture(turned=6)).size == (30, 60)
    assert drawn(picture(size=(4_000, 1_000))).size == (previews.SIDE, previews.SIDE // 4)


def test_pages_of_a_pdf_are_drawn_one_by_one() -> None:
    width, height = drawn(pdf(2), page=2).size
    assert height == width * 3 // 2
    with pytest.raises(NotDrawnError, match="损坏或者过大"):
        draw_page(kept(pdf(2)), 3)


def test_a_mark_stands_across_the_page() -> None:
    plain, marked = drawn(pdf()), drawn(pdf(), mark="承办甲 2026-11-20 10:00 调阅")
    assert plain.getextrema() == ((255, 255),) * 3
    assert marked.size == plain.size
    assert marked.getextrema() != plain.getextrema()


def test_nothing_is_shown_without_its_mark(settings: Settings, tmp_path: Path) -> None:
    settings.FONT_FOLDERS = [tmp_path / "none"]
    with pytest.raises(NotDrawnError, match="水印"):
        draw_page(kept(pdf()), mark="承办甲")


@pytest.mark.parametrize("content", [BOMB, b"\xff\xd8\xff\xe0 broken", b"%PDF-1.7 broken"])
def test_what_breaks_the_drawing_breaks_nothing_else(content: bytes) -> None:
    with pytest.raises(NotDrawnError, match="损坏或者过大"):
        draw_page(kept(content))


def test_what_is_locked_or_huge_or_no_picture_is_not_drawn() -> None:
    for one in (
        kept(pdf(), encrypted=True),
        kept(pdf(), size=previews.MOST_BYTES + 1),
        kept(b"text"),
    ):
        assert not is_drawn(one)
        with pytest.raises(NotDrawnError, match="不能在线预览"):
            draw_page(one)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "I;16", "1"])
def test_every_colour_becomes_plain(mode: str) -> None:
    made = io.BytesIO()
    Image.new(mode, (20, 10)).save(made, "TIFF" if mode in {"CMYK", "I;16"} else "PNG")
    made.seek(0)
    assert drawing.draw("picture", made, page=1, side=100).mode == "RGB"
