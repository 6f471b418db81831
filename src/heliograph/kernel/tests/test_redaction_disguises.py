"""What the gate must not overlook: keep-list words beside a person's number; record strings written otherwise."""

from __future__ import annotations

import pytest

from heliograph.kernel.packs.redaction_rules import Kind
from heliograph.kernel.redaction import Decision, Known, find, gate, groups, mask
from heliograph.kernel.redaction.folding import fold
from heliograph.kernel.redaction.masking import first_of
from heliograph.kernel.tests.redaction_profile import hits, national, seen

CARD = "370830197903051234"
MOBILE = "13800138000"
KNOWN: tuple[tuple[str, Kind], ...] = (
    ("马明远", "name"),
    ("买买提·艾力", "name"),
    (MOBILE, "phone"),
    ("0539-8280017", "phone"),
    (CARD, "id_number"),
)


@pytest.mark.parametrize(
    "text",
    [
        f"证人孙伟的身份证编号：{CARD}。",
        f"当事人证件编号：{CARD}。",
        f"证人孙伟的身份证注册号：{CARD}。",
        f"持有许可证号不详，另记有{CARD}。",
        f"向人民政府反映的周某{MOBILE}。",
        f"执业证电话{MOBILE}。",
        f"联系电话、执业证号：{MOBILE}。",
        "本机关地址附近周某138-0013-8000。",
    ],
)
def test_a_word_of_the_keep_list_nearby_does_not_keep_a_number_of_a_person(text: str) -> None:
    assert {kind for kind, _ in seen(text)} - {"name"} in ({"id_number"}, {"phone"})
    assert [leak.code for leak in gate(text, text, (), (), national())] == ["number"]


@pytest.mark.parametrize(
    "text",
    [
        "执法人员刘洋（执法证号：15130101023）到场。",
        f"执法证号{CARD}。",
        "文书编号：6217002340012345678。",
        "举报电话13800138000。",
        "许可证编号经查为JY13711020012345。",
    ],
)
def test_a_cue_directly_before_it_keeps_it(text: str) -> None:
    assert [string for kind, string in seen(text) if kind != "name"] == []
    assert gate(text, text, (), (), national()) == ()


@pytest.mark.parametrize(
    "written",
    [
        "马\u3164明\u2800远",
        "\u2ee2明远",
        "买买提艾力",
        "买买提.艾力",
        "买买提・艾力",
        "买买提\u2800·\n艾力",
        "138_0013_8000",
        "138*0013*8000",
        "138、0013、8000",
        "138——0013——8000",
        "05398280017",
        "0539/8280017",
        "370830_19790305_1234",
    ],
)
def test_a_string_of_the_record_is_found_in_whatever_way_it_is_written(written: str) -> None:
    known = [Known(string, kind, "witness") for string, kind in KNOWN]
    text = f"证人{written}到场"
    place = (2, 2 + len(written))
    assert [(hit.start, hit.end, hit.source) for hit in find(text, known, national())] == [(*place, "record")]
    assert ("known", *place) in {(leak.code, leak.start, leak.end) for leak in gate(text, text, (), known, national())}
    made = gate("证人到场", "证人到场", (), known, national(), final=text)
    assert ("known", *place) in {(leak.code, leak.start, leak.end) for leak in made}


def test_an_amount_a_list_and_other_numbers_are_not_a_known_number() -> None:
    known = (Known("8280017", "phone"), Known("12345", "phone"), Known("军字第12号", "id_number"), Known("—", "phone"))
    for text in ("罚款8,280,017元。", "第1、2、3、4、5项。", "第828件、第0017件。", "军字第1 3号"):
        assert hits(text, *known) == (), text
        assert gate(text, text, (), known, national()) == (), text


def test_one_person_written_in_two_ways_is_one_group_with_one_mark() -> None:
    text = "证人买买提·艾力称，买买提.艾力、买买提江到场。"
    known = (Known("买买提·艾力", "name", "witness"), Known("买买提江", "name", "witness"))
    made = groups(text, find(text, known, national()), national())
    assert sorted(len(group.places) for group in made) == [1, 2]
    decisions = [Decision.of(group) for group in made]
    masked = mask(text, decisions, national())
    assert masked.text == "证人买某甲称，买某甲、买某乙到场。"
    assert gate(text, masked.text, masked.spans, known, national(), decisions=decisions) == ()


def test_radicals_of_a_text_layer_are_the_characters_they_look_like() -> None:
    assert fold("⻢⻩⻰⻬⻘⻄⻔⻋⻓⺠⾦⼾⽯").text == "马黄龙齐青西门车长民金户石"
    assert first_of("⻢明远") == "马"


def test_a_capital_letter_that_grows_when_made_small_moves_nothing() -> None:
    text = f"İİİ证人马明远到场，电话{MOBILE}"
    found = hits(text, Known("马明远", "name", "witness"), Known(MOBILE, "phone"))
    assert [text[hit.start : hit.end] for hit in found] == ["马明远", MOBILE]


@pytest.mark.parametrize(
    "text",
    [
        "本机关查明如下。",
        "查明：货值五元。",
        "文号\n案由\n查明",
        "执法人员查明，",
        "被询问人：文号",
        "经查，",
        "本局认为，",
    ],
)
def test_words_of_procedure_are_no_names(text: str) -> None:
    assert [hit for hit in hits(text) if hit.kind == "name"] == []
