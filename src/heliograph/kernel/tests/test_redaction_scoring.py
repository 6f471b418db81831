"""Measuring redaction on marked texts: what counts as found, as right, and what cannot be read."""

from __future__ import annotations

import json

import pytest

from heliograph.kernel.redaction import RedactionError
from heliograph.kernel.redaction.scoring import half_of, read_sentences, score
from heliograph.kernel.tests.redaction_profile import national

TEXT = "法定代表人李秀兰，电话13853901234，本局电话0539-8280017。\n一二三"
SPANS = [
    {"start": 5, "end": 8, "kind": "name", "role": "representative", "cue": True},
    {"start": 11, "end": 22, "kind": "phone"},
    {"start": 40, "end": 43, "kind": "name", "cue": False},
    {"start": 40, "end": 43, "kind": "address"},
    {"start": 41, "end": 43, "kind": "name"},
]


def line(text: object = TEXT, spans: object = SPANS) -> str:
    return json.dumps({"text": text, "spans": spans}, ensure_ascii=False)


def test_what_was_found_missed_and_found_wrongly() -> None:
    found = score(read_sentences(f"{line()}\n\n{line('证人王丽丽称', [])}\n"), national())
    assert (found.sentences, found.clean) == (2, 1)
    name, phone = found.kinds["name"], found.kinds["phone"]
    assert (name.marked, name.found, name.hits, name.right) == (3, 1, 2, 1)
    assert (phone.recall, phone.precision) == (1.0, 1.0)
    assert (found.cued.recall, found.bare.recall) == (1.0, 0.0)
    assert (found.kinds["plate"].recall, found.kinds["plate"].precision) == (None, None)
    assert (found.numbers.marked, found.numbers.right) == (1, 1)
    assert found.misses[0] == ("name", "8280017。【 一二】三")
    assert found.false == [("name", "证人【王丽丽】称")]


def test_a_part_of_a_name_is_not_the_name() -> None:
    cut = score(read_sentences(line("证人王丽丽称", [{"start": 2, "end": 4, "kind": "name"}])), national())
    assert (cut.kinds["name"].found, cut.kinds["name"].right) == (1, 0)


def test_halves_go_by_the_hash_of_the_text() -> None:
    assert {half_of("甲"), half_of("乙"), half_of("丙"), half_of("丁")} == {"tune", "held-out"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "没有句子"),
        ("\n{", "第 2 行"),
        ("[]", "第 1 行"),
        ('{"text": "a"}', "第 1 行"),
        (line(text=5, spans=[]), "第 1 行"),
        (line(spans=[{"start": 0, "end": 99, "kind": "name"}]), "第 1 行"),
        (line(spans=[{"start": 0, "end": 1, "kind": "nose"}]), "第 1 行"),
        (line(spans=[{"start": "0", "end": 1, "kind": "name"}]), "第 1 行"),
        ("[" * 100_000, "第 1 行"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(RedactionError, match=message):
        read_sentences(text)
