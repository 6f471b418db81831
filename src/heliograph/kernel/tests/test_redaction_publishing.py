"""From what was found to what is published: groups, decisions, the masked text, and the gate before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from heliograph.kernel.packs.redaction_rules import RedactionKeep, RedactionRule
from heliograph.kernel.redaction import (
    Decision,
    Group,
    Known,
    Leak,
    Masked,
    RedactionError,
    Span,
    find,
    gate,
    groups,
    load_profile,
    mask,
)
from heliograph.kernel.redaction.masking import first_of
from heliograph.kernel.tests.redaction_profile import national

ID = "371311198503124010"
TEXT = (
    f"当事人：赵建国，公民身份号码{ID}，电话13853901234。\n"
    "证人王建军和王丽丽称，赵建国驾驶鲁Q8D615运货，王 建军在场。本机关电话0539-8280017。"
)
RECORD = (Known("赵建国", "name", "party"), Known(ID, "id_number", "party"), Known("王建军", "name", "witness"))


def found(text: str = TEXT, known: tuple[Known, ...] = RECORD) -> dict[str, Group]:
    profile = national()
    return {group.text: group for group in groups(text, find(text, known, profile), profile)}


def confirmed(text: str = TEXT, known: tuple[Known, ...] = RECORD) -> list[Decision]:
    return [Decision.of(group) for group in found(text, known).values()]


def leaks(masked: Masked, decisions: list[Decision], **more: Any) -> tuple[Leak, ...]:
    return gate(TEXT, masked.text, masked.spans, RECORD, national(), decisions=decisions, **more)


def data(**changes: Any) -> dict[str, Any]:
    rules = [rule.model_dump(mode="json") for rule in national().rules]
    return {"rules": rules, "keeps": [], **changes}


def test_groups_say_what_is_suggested_and_why_the_surest_first() -> None:
    made = found()
    assert [made[text].action for text in ("赵建国", ID, "王建军", "0539-8280017")] == ["keep", "mask", "mask", "keep"]
    assert [TEXT[start:end] for start, end in made["王建军"].places] == ["王建军", "王 建军"]
    assert made["王建军"].role == "witness"
    assert "写法不一（空格、全角或者不可见字符）" in made["王建军"].notes
    assert made["王建军"].basis
    assert made["王建军"].rule == "other_name"
    assert (made["0539-8280017"].rule, made["0539-8280017"].sources) == ("agency_phone", ("pattern",))
    ranks = [group.rank for group in made.values()]
    assert ranks == sorted(ranks, reverse=True)
    assert found(f"只有{ID}", ())[ID].key == made[ID].key
    assert len({group.key for group in made.values()}) == len(made)
    mistyped = found("身份证号371311198513124010", ())["371311198513124010"]
    assert "校验位或者日期不符，可能抄录有误" in mistyped.notes


def test_decisions_and_spans_are_kept_as_plain_data() -> None:
    decision = confirmed()[0]
    assert Decision.from_dict(decision.to_dict()) == decision
    other = Decision.of(found()["王丽丽"], "keep", "法律顾问，姓名已经公开")
    assert (other.action, other.reason) == ("keep", "法律顾问，姓名已经公开")
    span = mask(TEXT, confirmed(), national()).spans[0]
    assert Span.from_dict(span.to_dict()) == span


def test_people_who_look_alike_are_told_apart_and_the_same_person_stays_the_same() -> None:
    masked = mask(TEXT, confirmed(), national())
    assert masked.text == (
        "当事人：赵建国，公民身份号码〔隐去：证件号码〕，电话〔隐去：通讯方式〕。\n"
        "证人王某甲和王某乙称，赵建国驾驶〔隐去：车牌号〕运货，王某甲在场。本机关电话0539-8280017。"
    )
    for span in masked.spans:
        assert masked.text[span.masked_start : span.masked_end] in {"王某甲", "王某乙"} or span.kind != "name"
    assert leaks(masked, confirmed()) == ()
    assert (
        leaks(masked, confirmed(), final="第1页\n" + "\n".join(masked.text[i : i + 9] for i in range(0, 200, 9))) == ()
    )


def test_a_name_that_stands_there_already_belongs_to_somebody_else() -> None:
    def written(text: str, *names: str) -> str:
        decisions = [
            Decision(name, "name", "witness", "mask", ((text.index(name), text.index(name) + len(name)),))
            for name in names
        ]
        return mask(text, decisions, national()).text

    assert written("李梅来过", "李梅") == "李某某来过"
    assert written("李某某和李梅来过", "李梅") == "李某某和李某甲来过"
    many = [f"钱{letter}{letter}" for letter in "春夏秋冬东西南北中和平安"]
    assert written("、".join(many), *many).endswith("、钱某癸、钱某11、钱某12")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("王丽", "王"),
        ("欧阳明远", "欧阳"),
        ("欧阳", "欧"),
        ("阿不都·买买提", "阿"),
        ("乌云其木格", "乌"),
        ("Ｊack", "J"),
    ],
)
def test_what_is_shown_of_a_name(name: str, first: str) -> None:
    assert first_of(name) == first


def test_what_the_profile_keeps_can_be_hidden_all_the_same() -> None:
    text = "当事人赵建国到场"
    assert mask(text, [Decision("赵建国", "name", "party", "mask", ((3, 6),))], national()).text == "当事人赵某某到场"
    rules = [rule for rule in data()["rules"] if rule["id"] != "plate"]
    kept = {"id": "plates", "kinds": ["plate"], "action": "keep", "reason": "公开", "basis": ["甲1"]}
    profile = load_profile({"rules": [*rules, kept]})
    assert mask("鲁Q8D615", [Decision("鲁Q8D615", "plate", "other", "mask", ((0, 7),))], profile).text == "〔隐去〕"


@pytest.mark.parametrize(
    ("decisions", "message"),
    [
        (
            [
                Decision("王丽", "name", "other", "mask", ((0, 2),)),
                Decision("丽人", "name", "other", "mask", ((1, 3),)),
            ],
            "重叠",
        ),
        ([Decision("王丽", "name", "other", "mask", ((1, 3),))], "不在原来的位置"),
        ([Decision("王丽", "name", "other", "mask", ((0, 99),))], "不在原来的位置"),
        ([Decision("", "name", "other", "mask", ((1, 1),))], "不在原来的位置"),
    ],
)
def test_a_decision_that_does_not_fit_the_text_is_refused(decisions: list[Decision], message: str) -> None:
    with pytest.raises(RedactionError, match=message):
        mask("王丽人", decisions, national())


def test_the_gate_blocks_what_was_left_out() -> None:
    made = confirmed()
    without_plate = [one for one in made if one.kind != "plate"]
    assert [(leak.code, leak.kind) for leak in leaks(mask(TEXT, without_plate, national()), without_plate)] == [
        ("number", "plate")
    ]
    kept = [replace(one, action="keep") if one.kind in {"plate", "id_number"} else one for one in made]
    codes = [(leak.code, leak.text) for leak in leaks(mask(TEXT, kept, national()), kept)]
    assert codes == [("known", ID), ("number", ID)]  # nobody may keep a number of identity that the record knows
    places = [replace(one, places=one.places[:1]) if one.text == "王建军" else one for one in made]
    assert [(leak.code, leak.text) for leak in leaks(mask(TEXT, places, national()), places)] == [("known", "王 建军")]
    witness = [replace(one, action="keep") if one.text == "王建军" else one for one in made]
    assert leaks(mask(TEXT, witness, national()), witness) == ()


def test_a_hidden_name_that_still_stands_elsewhere_blocks_unless_it_is_something_else() -> None:
    text = "证人李秀兰称，李秀兰盖章，李秀兰食品厂发货"
    decisions = [Decision("李秀兰", "name", "witness", "mask", ((2, 5),))]
    masked = mask(text, decisions, national())
    found_ = gate(text, masked.text, masked.spans, (), national(), decisions=decisions)
    assert [(leak.code, leak.start) for leak in found_] == [("hidden", 7)]


def test_the_gate_wants_the_rest_unchanged() -> None:
    made = confirmed()
    masked = mask(TEXT, made, national())
    for text, spans in (
        (masked.text.replace("运货", "运贷"), masked.spans),
        (masked.text + "。", masked.spans),
        (masked.text, masked.spans[:-1]),
        (masked.text, (masked.spans[1], masked.spans[0], *masked.spans[2:])),
    ):
        assert "changed" in {leak.code for leak in gate(TEXT, text, spans, RECORD, national(), decisions=made)}


def test_the_text_layer_shows_no_more_than_the_text() -> None:
    made = confirmed()
    masked = mask(TEXT, made, national())
    broken = masked.text + f"\n{ID[:5]} {ID[5:11]}\n{ID[11:]} 王建\n军 账号6217 0023 4001\n2345 678"
    codes = [(leak.code, leak.kind) for leak in leaks(masked, made, final=broken)]
    assert {("known", "id_number"), ("known", "name"), ("number", "bank_account")} <= set(codes)
    assert leaks(masked, made, final=masked.text + "\n监督电话0539-8280018\n统一社会信用代码91371311MA3D2H8K4D") == ()


def test_a_profile_is_checked_and_has_a_version() -> None:
    profile = load_profile(data())
    assert profile.version == load_profile(data()).version != national().version
    assert national().keep("hotlines").name
    with pytest.raises(KeyError):
        national().keep("none")
    rules = data()["rules"]
    for broken, message in (
        ({"rules": rules, "more": []}, "只写 rules 和 keeps"),
        ({"rules": rules[1:4]}, "没有规则"),
        ({"keeps": []}, "list"),
        (data(rules=[{**rules[0], "text": ""}]), "须写 text"),
        (
            data(
                rules=[*(rule for rule in rules if rule["id"] != "other"), {**rules[-1], "action": "keep", "text": ""}]
            ),
            "只能是隐去",
        ),
    ):
        with pytest.raises(RedactionError, match=message):
            load_profile(broken)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"marks": []}, "一起写"),
        ({"marks": ["甲", "甲"]}, "不重复"),
        ({"apart": "{first}某"}, "须含"),
        ({"text": "{name}某"}, "只能用"),
        ({"apart": "", "marks": []}, "须写 apart"),
        ({"action": "keep"}, "keep 的不写"),
    ],
)
def test_a_rule_that_cannot_be_written_is_refused(changes: dict[str, Any], message: str) -> None:
    rule = next(rule for rule in data()["rules"] if rule["id"] == "other_name")
    with pytest.raises(ValueError, match=message):
        RedactionRule.model_validate({**rule, **changes})


def test_an_entry_of_the_keep_list_says_what_it_keeps() -> None:
    entry = {"id": "a", "basis": ["甲1"], "name": "甲", "kinds": ["phone"]}
    with pytest.raises(ValueError, match="须写 strings"):
        RedactionKeep.model_validate(entry)
    profile = load_profile(data(keeps=[{**entry, "strings": ["13853901234"]}, {**entry, "id": "b", "near": ["专线"]}]))
    text = "打13853901234或者专线号码是0539-8280017，另有0539-8280018，专线号码是13853901236"
    assert [hit.kept_by for hit in find(text, (), profile)] == ["a", "b", "", ""]
