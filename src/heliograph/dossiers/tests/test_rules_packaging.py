"""Which dossiers are taken out in an experimental form, and which files the XML package holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from heliograph.dossiers.rules.packaging import damaged, may_package, why_left_out
from heliograph.dossiers.rules.volumes import Item, Line
from heliograph.kernel.verdict import Refused

LINE = Line(1, Item("笔录", date(2026, 1, 5), sha256="0" * 64, media_type="application/pdf"), 1, 2, "")


def test_an_experimental_form_waits_for_the_end_of_the_case() -> None:
    assert all(may_package(form, state) for form in ("xml", "ofd") for state in ("closed", "archived", "terminated"))
    verdict = may_package("xml", "handling")
    assert isinstance(verdict, Refused)
    assert verdict.code == "dossier.not_complete"
    assert not may_package("ofd", "suspended")
    assert may_package("pdf", "handling")


@pytest.mark.parametrize(
    ("media_type", "words"),
    [("application/pdf", ""), ("image/jpeg", ""), ("text/plain", ""), ("video/mp4", "音频、视频不在"),
     ("audio/mpeg", "音频、视频不在"), ("application/zip", "格式不在"), ("application/x-surveillance", "格式不在")],
)  # fmt: skip
def test_only_text_and_still_images_go_in(media_type: str, words: str) -> None:
    found = why_left_out(replace(LINE, item=replace(LINE.item, media_type=media_type)))
    assert found.startswith(words)
    assert bool(found) == bool(words)


def test_what_is_withheld_or_has_no_file_says_so() -> None:
    assert why_left_out(replace(LINE, withheld="因商业秘密未附")) == "因商业秘密未附"
    bare = replace(LINE.item, sha256="", media_type="")
    assert why_left_out(replace(LINE, item=bare)) == "没有文件"
    assert why_left_out(replace(LINE, item=replace(bare, note="另存：光盘 1"))) == "另存：光盘 1"
    assert damaged("笔录").code == "dossier.damaged"
