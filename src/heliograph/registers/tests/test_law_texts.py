"""Reading law texts: numbering in Chinese, chapters, docx, and what does not add up."""

from __future__ import annotations

import io

import pytest
from docx import Document

from heliograph.registers.law_texts import LawTextError, numeral, parse_law, read_law

TEXT = """# 晴川县伞具管理办法

2026年3月1日 公布

<!-- INFO END -->

## 第一章 总则

第一条 为了让每个人都有伞，写下本办法。

第二条　伞应当轻。

（一）不超过一斤；

依照第一条办理的除外。

### 第二节 借伞

第十条之一 本条在第二条之后。

第三条 借伞须还。

附件

第四条 这是附件里的字。
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("一百一十", 110), ("二〇", 20), ("58", 58)],
)
def test_numerals(text: str, value: int) -> None:
    assert numeral(text) == value


def test_a_numeral_of_other_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="not a numeral"):
        numeral("条")


def test_articles_chapters_and_paragraphs() -> None:
    law = parse_law(TEXT.splitlines())
    assert law.title == "晴川县伞具管理办法"
    assert [article.no for article in law.articles] == ["1", "2", "10-1", "3"]
    assert law.chapters == ["第一章 总则", "第二节 借伞"]
    second = law.articles[1]
    assert second.text == "伞应当轻。\n（一）不超过一斤；\n依照第一条办理的除外。"
    assert law.articles[0].chapter == "第一章 总则"
    assert law.faults == ["第 10 条之1之前没有第 10 条。"]


def test_missing_repeated_and_empty_numbers_are_faults() -> None:
    law = parse_law(["标题", "第一条 甲", "第四条 乙", "第四条 丙", "第五条"])
    assert law.faults == [
        "第 4 条之前缺少第 2 条至第 3 条。",
        "第 4 条出现了两次，请核对原文，只保留一条。",
        "第 5 条没有内容。",
    ]


def test_a_paragraph_that_only_mentions_an_article_begins_none() -> None:
    law = parse_law(["标题", "第一条 甲", "第一条、第二条所称的伞，是雨伞。", "第二条 乙"])
    assert [article.no for article in law.articles] == ["1", "2"]
    assert law.articles[0].text == "甲\n第一条、第二条所称的伞，是雨伞。"


def test_docx_reads_as_markdown_does() -> None:
    document = Document()
    for line in ("晴川县伞具管理办法", "第一章　总则", "第一条　为了让每个人都有伞。", "第二条　伞应当轻。"):
        document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    law = read_law("办法.docx", buffer.getvalue())
    assert [(article.no, article.chapter) for article in law.articles] == [("1", "第一章 总则"), ("2", "第一章 总则")]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"%PDF", "请上传"),
        ("a.docx", b"PK", "扩展名不符"),
        ("a.txt", "没有条文".encode(), "没有找到"),
        ("a.txt", b"\xff\xff\xff", "编码"),
    ],
)
def test_other_files_are_refused_in_words(name: str, content: bytes, words: str) -> None:
    with pytest.raises(LawTextError, match=words):
        read_law(name, content)
