"""Search tokens: every part of a name is found, widths and case do not matter, numbers fit the column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.bigrams import query_tokens, tokens

SMALLEST, LARGEST = -(2**31), 2**31 - 1
han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
any_han = st.one_of(han, st.sampled_from("〇㐀䶮𬭎\U00030000"))


def found(query: str, text: str, *, singles: bool = True) -> bool:
    wanted = query_tokens(query)
    return bool(wanted) and set(wanted) <= set(tokens(text, singles=singles))


@given(st.text(any_han, min_size=2, max_size=30), st.data())
def test_every_part_of_two_characters_or_more_is_found(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(begin + 2, len(text)))
    assert found(text[begin:end], text)
    assert found(text[begin:end], text, singles=False)


@given(st.text(any_han, min_size=1, max_size=30), st.data())
def test_every_single_character_is_found_where_singles_are_kept(text: str, data: st.DataObject) -> None:
    assert found(data.draw(st.sampled_from(text)), text)


@given(st.text(max_size=200))
def test_tokens_are_distinct_sorted_and_fit_four_signed_bytes(text: str) -> None:
    for result in (tokens(text), query_tokens(text)):
        assert result == sorted(set(result))
        assert all(SMALLEST <= token <= LARGEST for token in result)


@given(st.text(max_size=200))
def test_a_query_asks_for_nothing_a_document_of_the_same_text_lacks(text: str) -> None:
    assert set(query_tokens(text)) <= set(tokens(text))
    assert set(tokens(text, singles=False)) <= set(tokens(text))


@given(han, han, han, han)
def test_pairs_of_the_basic_block_never_collide(a: str, b: str, c: str, d: str) -> None:
    assert (query_tokens(a + b) == query_tokens(c + d)) == (a + b == c + d)


def test_a_pair_is_packed_as_documented_and_words_are_negative() -> None:
    assert query_tokens("一丁") == [1]
    assert query_tokens("丁一") == [1 << 15]
    assert all(token < 0 for token in query_tokens("abc 123"))


COMPANY = "临沂市罗庄区３Ｍ东方A股份有限公司（BOE京东方 2026）91371311MA3C0K2X1T"


@pytest.mark.parametrize(
    "query",
    [
        "罗庄区3m东方a股份",
        "东方A股",
        "方a股",
        "boe京东方",
        "BOE",
        "3M",
        "2026",
        "９１３７１３１１ma3c0k2x1t",
        "有限 公司",
        "京东方（2026）",
    ],
)
def test_names_mixing_characters_letters_and_digits_are_found(query: str) -> None:
    assert found(query, COMPANY)
    assert found(query, COMPANY, singles=False)


@pytest.mark.parametrize("query", ["东方B股", "庄罗", "BO", "202", "南方"])
def test_what_the_text_does_not_hold_is_not_found(query: str) -> None:
    assert not found(query, COMPANY)


def test_a_single_character_needs_singles_unless_it_stands_alone() -> None:
    assert found("庄", COMPANY)
    assert not found("庄", COMPANY, singles=False)
    assert found("股", "A 股 B", singles=False)


def test_a_lone_character_beside_other_terms_is_left_to_the_phrase_test() -> None:
    assert query_tokens("东方A股") == query_tokens("东方A")
    assert len(query_tokens("张 王")) == 2


@pytest.mark.parametrize("text", ["", " \t\n", "，。（）〔〕", "___"])
def test_nothing_to_search_for_gives_no_tokens(text: str) -> None:
    assert tokens(text) == []
    assert query_tokens(text) == []
