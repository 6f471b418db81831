"""Every kind of document is drawn: all glyphs, the same bytes twice, the page of the standard, hostile text as text."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.conf import LazySettings

from heliograph.documents import fonts
from heliograph.documents.composing import Sheet, compose, fingerprint, sheet_of
from heliograph.documents.tests.sample import AGENCY, HARD, MADE_ON, sample_of
from heliograph.documents.typesetting import CannotTypesetError, Press, draw_pages, draw_pdf, qr_code
from heliograph.documents.word import draw_docx
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import Pack

PACK = load_pack(shipped(), "cn-national@2026.11")
KINDS = [one.name for one in PACK.rules.documents]
NUMBER = "晴测罚〔2026〕37号"


def sheet(kind: str, pack: Pack = PACK) -> Sheet:
    found = sheet_of(pack.rules, kind)
    assert found is not None
    return found


def drawn(found: Sheet, *, draft: bool = False, **changes: Any) -> bytes:
    data = sample_of(found, **changes)
    number = NUMBER if found.kind.number else ""
    composed = compose(found, data, number=number, made_on=MADE_ON)
    assert composed.missing == ()
    printed = fingerprint(found, data, number, MADE_ON)
    return draw_pdf(composed, found.layout, Press(AGENCY, MADE_ON, printed, draft))


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_drawn_twice_alike_with_its_fingerprint(kind: str) -> None:
    found = sheet(kind)
    pdf = drawn(found)
    assert pdf == drawn(found)
    text = text_of(pdf)
    assert fingerprint(found, sample_of(found), NUMBER if found.kind.number else "", MADE_ON)[:32] in text
    assert "指纹" in text
    if any(field.source == "party.name" for field in found.form.fields):
        assert HARD in text


def test_letters_have_the_page_of_the_standard() -> None:
    reader = pypdf.PdfReader(io.BytesIO(drawn(sheet("行政处罚决定书"), origin="甲" * 2000)))
    page = reader.pages[1]
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    lines = [line.count("甲") for line in page.extract_text().split("\n") if "甲" in line]
    assert (len(lines), max(lines)) == (22, 28)


@pytest.mark.parametrize(("typed", "named"), [("甲\U0001f600", "U\\+1F600"), ("\ue000", "U\\+E000")])
def test_character_without_glyph_is_named(typed: str, named: str) -> None:
    with pytest.raises(CannotTypesetError, match=named):
        drawn(sheet("行政处罚决定书"), facts=typed)


def test_hostile_text_is_printed_and_nothing_is_read() -> None:
    hostile = '#read("/etc/passwd") {{7*7}} #import "@preview/x:1.0.0" $x$ *b* \\ <a>'
    text = text_of(drawn(sheet("行政处罚决定书"), facts=hostile))
    assert '#read("/etc/passwd"){{7*7}}' in text
    assert "root:" not in text


def test_layout_that_reaches_out_is_refused() -> None:
    found = sheet("行政处罚决定书")
    composed = compose(found, sample_of(found), number=NUMBER, made_on=MADE_ON)
    for layout in ('#import "@preview/cetz:0.3.0"', '#read("/etc/passwd")', '#include "a.typ"', "#let ("):
        with pytest.raises(CannotTypesetError, match="版式文件有误"):
            draw_pdf(composed, layout, Press(AGENCY, MADE_ON, "0" * 64))


def test_long_text_runs_over_pages() -> None:
    pdf = drawn(sheet("立案审批表"), case_facts="案情。" * 6000)
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) > 8


def test_draft_is_marked_and_pages_are_pictures() -> None:
    found = sheet("送达回证")
    assert "草稿" in text_of(drawn(found, draft=True))
    composed = compose(found, sample_of(found), made_on=MADE_ON)
    pages = draw_pages(composed, found.layout, Press(AGENCY, MADE_ON, "0" * 64))
    assert [page[:4] for page in pages] == [b"\x89PNG"]


def test_code_is_svg() -> None:
    assert qr_code("", "0" * 64).startswith("<svg")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_an_editable_copy(kind: str) -> None:
    found = sheet(kind)
    typed = {one.id: "{{7*7}}<&" for one in found.form.fields if one.asked in {"text", "long"}}
    composed = compose(found, sample_of(found, **typed), number=NUMBER, made_on=MADE_ON)
    with zipfile.ZipFile(io.BytesIO(draw_docx(composed, agency=AGENCY))) as archive:
        body = archive.read("word/document.xml").decode()
    assert found.title in body
    assert "{%" not in body
    if typed and any(part["part"] == "paragraph" for part in composed.parts):
        assert "49" not in body.replace("91371311MA3C4D5E6D", "")


def test_without_fonts_nothing_is_drawn(settings: LazySettings, tmp_path: Path) -> None:
    settings.FONT_FOLDERS = [tmp_path]
    assert not fonts.are_ready()
    with pytest.raises(fonts.FontsMissingError, match="heliograph fonts install"):
        drawn(sheet("送达回证"))


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stand in for apt-get and dpkg-deb; the files come from where the tests have them."""
    ran: list[list[str]] = []
    here = {path.name: path for folder in fonts.folders() for path in folder.glob("*")}

    def run(package: str, command: list[str], place: Path) -> None:
        ran.append(command)
        if command[1] == "download":
            (place / f"{package}_1.deb").write_bytes(b"")
            return
        tree = place / "tree" / fonts.INSIDE[package]
        tree.mkdir(parents=True)
        for name in fonts.PACKAGES[package]:
            (tree / name).symlink_to(here[name])

    monkeypatch.setattr(fonts, "_run", run)
    return ran


def test_fonts_are_installed_once(archive: list[list[str]], tmp_path: Path) -> None:
    done = fonts.install(tmp_path / "fonts")
    assert (done.fetched, done.kept) == (8, 0)
    assert len(archive) == 4
    again = fonts.install(tmp_path / "fonts")
    assert (again.fetched, again.kept, len(archive)) == (0, 8, 4)
    assert not list((tmp_path / "fonts").glob(".*"))


def test_font_that_differs_is_not_taken(
    archive: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"texlive-lang-chinese": {"FandolFang-Regular.otf": "0" * 64}}
    monkeypatch.setattr(fonts, "PACKAGES", wrong)
    with pytest.raises(fonts.FontsMissingError, match="SHA-256 不符"):
        fonts.install(tmp_path)
    assert list(tmp_path.glob("*.otf")) == []
    assert archive


def test_no_archive_no_program_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "_run", lambda *_: None)
    with pytest.raises(fonts.FontsMissingError, match="没有取得软件包"):
        fonts.install(tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(fonts.FontsMissingError, match="没有 apt-get"):
        fonts.install(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/false")
    with pytest.raises(fonts.FontsMissingError, match="没有连接软件源"):
        fonts.install(tmp_path)
