"""A file is what its content says, and its name may not say otherwise."""

from __future__ import annotations

import pytest

from heliograph.evidence import kinds, rules
from heliograph.evidence.kinds import Kind, recognise
from heliograph.evidence.tests.samples import boxed, pdf, picture, zipped
from heliograph.kernel.verdict import Allowed, Refused

TS = (b"\x47" + b"\x01" * 187) * 4
M2TS = (b"\x00\x00\x00\x00\x47" + b"\x01" * 187) * 4
BMP = b"BM" + b"\x00" * 12 + (40).to_bytes(4, "little") + b"\x00" * 30
SAMPLES: list[tuple[str, bytes, Kind]] = [
    ("a.pdf", pdf(), kinds.PDF), ("a.jpg", picture(), kinds.JPEG), ("a.png", picture("PNG"), kinds.PNG),
    ("a.gif", picture("GIF"), kinds.GIF), ("a.bmp", picture("BMP"), kinds.BMP), ("a.tif", picture("TIFF"), kinds.TIFF),
    ("a.webp", picture("WEBP"), kinds.WEBP), ("a.bmp", BMP, kinds.BMP), ("a.heic", boxed(b"heic"), kinds.HEIC),
    ("a.mp4", boxed(b"isom"), kinds.MP4), ("a.3gp", boxed(b"3gp5"), kinds.MP4), ("a.mov", boxed(b"qt  "), kinds.MOV),
    ("a.mov", b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", kinds.MOV), ("a.m4a", boxed(b"M4A "), kinds.M4A),
    ("a.webm", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", kinds.WEBM),
    ("a.mkv", b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", kinds.MKV),
    ("a.avi", b"RIFF\x00\x00\x00\x00AVI LIST", kinds.AVI), ("a.wav", b"RIFF\x00\x00\x00\x00WAVEfmt ", kinds.WAV),
    ("a.dat", b"RIFF\x00\x00\x00\x00CDXAfmt ", kinds.DATA), ("a.ts", TS, kinds.MPEG_TS), ("a.mts", M2TS, kinds.MPEG_TS),
    ("a.mpg", b"\x00\x00\x01\xba\x44", kinds.MPEG), ("a.dav", b"DHAV\xfd\x00\x00\x00", kinds.CAMERA),
    ("a.mp4", b"IMKH\x01\x01\x00\x00", kinds.CAMERA), ("a.mp3", b"ID3\x04\x00\x00", kinds.MP3),
    ("a.mp3", b"\xff\xfb\x90\x64\x00", kinds.MP3), ("a.amr", b"#!AMR\n\x3c", kinds.AMR),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, kinds.OLE),
    ("a.docx", zipped("[Content_Types].xml", "word/document.xml"), kinds.DOCX),
    ("a.xlsx", zipped("xl/workbook.xml"), kinds.XLSX), ("a.pptx", zipped("ppt/presentation.xml"), kinds.PPTX),
    ("a.odt", b"PK\x03\x04" + b"\x00" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text", kinds.ODF),
    ("a.ofd", zipped("OFD.xml", "Doc_0/Document.xml"), kinds.OFD), ("a.zip", zipped("a.jpg"), kinds.ZIP),
    ("a.zip", b"PK\x05\x06" + b"\x00" * 18, kinds.ZIP), ("a.rar", b"Rar!\x1a\x07\x01\x00", kinds.RAR),
    ("a.tar", b"\x00" * 257 + b"ustar\x0000", kinds.TAR), ("a.rtf", b"{\\rtf1 x}", kinds.RTF),
    ("a.txt", "询问笔录".encode(), kinds.TEXT), ("a.csv", "编号,金额\n一,800".encode("gb18030"), kinds.TEXT),
    ("a.txt", "询问笔录".encode("utf-16"), kinds.TEXT), ("a.txt", b"\xef\xbb\xbfabc", kinds.TEXT),
    ("a.txt", "询问".encode()[:-1], kinds.TEXT), ("a.xml", b"<?xml version='1.0'?><invoice/>", kinds.TEXT),
    ("a.dat", b"\x01\x02\x03\x04" * 8, kinds.DATA), ("a.dat", b"\xff\xfe\x01\x00\x02\x00", kinds.DATA),
    ("a.dat", b"\x80\x81\xff\xff\xff", kinds.DATA),
]  # fmt: skip
ACTIVE: list[tuple[str, bytes]] = [
    ("a.exe", b"MZ\x90\x00"), ("a.jpg", b"MZ\x90\x00"), ("a.so", b"\x7fELF\x02"), ("a.sh", b"#!/bin/sh\n"),
    ("a.txt", b"#!/usr/bin/python"), ("a.html", b"<!DOCTYPE html><p>x"), ("a.txt", b"<html><script>1</script>"),
    ("a.svg", b"<?xml version='1.0'?>\n<!-- x -->\n<svg xmlns=''/>"), ("a.xml", b"<x><svg onload='1'/></x>"),
    ("a.mht", b"MIME-Version: 1.0\nContent-Type: multipart/related"), ("a.apk", zipped("AndroidManifest.xml")),
    ("a.zip", zipped("META-INF/MANIFEST.MF")), ("a.js", b"alert(1)"), ("a.bat", b"del x"), ("a.exe", picture()),
    ("a.msi", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
]  # fmt: skip
FORGED: list[tuple[str, bytes]] = [
    ("a.pdf", picture()), ("a.jpg", pdf()), ("a.docx", zipped("a.jpg")), ("a.mp4", picture()), ("a.pdf", b"\x01\x02"),
    ("a.png", "文本".encode()), ("a.zip", pdf()),
]  # fmt: skip


def found(content: bytes) -> Kind:
    return recognise(content, content if content.startswith(b"PK") else b"")


@pytest.mark.parametrize(("name", "content", "kind"), SAMPLES)
def test_a_kind_is_known_by_its_content(name: str, content: bytes, kind: Kind) -> None:
    assert found(content) is kind
    assert rules.may_be_taken(name, kind) == Allowed()


def code_of(name: str, content: bytes) -> str:
    verdict = rules.may_be_taken(name, found(content))
    assert isinstance(verdict, Refused)
    assert name in verdict.message
    return verdict.code


@pytest.mark.parametrize(("name", "content"), ACTIVE)
def test_what_runs_where_it_is_opened_is_not_kept(name: str, content: bytes) -> None:
    assert code_of(name, content) == "original.active"


@pytest.mark.parametrize(("name", "content"), FORGED)
def test_a_name_that_contradicts_the_content_is_refused(name: str, content: bytes) -> None:
    assert code_of(name, content) == "original.forged"


@pytest.mark.parametrize("name", ["照片", "照片.", ".jpg", "照片.第一次", "照片.JPG", "a.b.jpeg"])
def test_a_name_that_says_nothing_else_is_taken(name: str) -> None:
    assert rules.may_be_taken(name, kinds.JPEG) == Allowed()


def test_a_file_has_a_size_above_nothing_and_under_the_limit() -> None:
    assert rules.may_be_kept(10, limit=10) == Allowed()
    codes = [getattr(rules.may_be_kept(size, limit=10), "code", "") for size in (0, -1, 11)]
    assert codes == ["original.empty", "original.empty", "original.too_large"]


def test_the_same_bytes_are_attached_once_and_only_while_they_are_here() -> None:
    assert rules.may_attach("a", already=False) == rules.is_here("a", here=True) == Allowed()
    assert getattr(rules.may_attach("a", already=True), "code", "") == "original.twice"
    assert getattr(rules.is_here("a", here=False), "code", "") == "original.gone"


def test_a_media_type_leads_back_to_its_kind() -> None:
    assert all(kinds.kind_of_type(one.media_type) is one for one in kinds.KINDS)
    assert kinds.kind_of_type("x/unheard-of") is kinds.DATA
