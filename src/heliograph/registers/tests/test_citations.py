"""How keys and titles are written for people."""

from __future__ import annotations

import pytest

from heliograph.registers.citations import article_label, in_title_marks, key_label


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("统计法@2024:47", "《统计法》（2024）第 47 条"),
        ("行政处罚法@2021:58(2)", "《行政处罚法》（2021）第 58 条（2）"),
        ("行政处罚法@2021:58-1", "《行政处罚法》（2021）第 58 条之 1"),
        ("统计法@2024", "《统计法》（2024）"),
        ("国办发118号@2018:13", "国办发〔2018〕118 号第 13 条"),
        ("GB/T22239@2019:1", "GB/T22239@2019:1"),
        ("WS公8", "WS公8"),
        ("", ""),
    ],
)
def test_a_key_is_read_as_people_cite_it(key: str, label: str) -> None:
    assert key_label(key) == label


def test_what_is_no_number_of_an_article_stays() -> None:
    assert article_label("附则") == "附则"


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("实施方案", "《实施方案》"),
        ("关于印发《实施方案》的通知", "《关于印发〈实施方案〉的通知》"),
        ("《实施方案》", "《实施方案》"),
        ("《甲》和《乙》", "《〈甲〉和〈乙〉》"),
    ],
)
def test_titles_inside_a_title_take_the_inner_marks(title: str, written: str) -> None:
    assert in_title_marks(title) == written
