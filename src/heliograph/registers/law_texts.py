"""Reads the text of a law (Markdown, plain text or docx) into its title, chapters and articles.

Articles are recognised by a paragraph that begins 第…条. Chinese numerals become the Arabic numbers of keys:
第五十八条 is `58`, 第十条之一 is `10-1`. What does not add up (a missing or repeated number) is a fault, never guessed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from heliograph.registers.archives import ArchiveRefusedError, open_archive

TEXT_BYTES = 5_000_000
NUMERAL = "[零〇一二三四五六七八九十百千两\\d]"
ARTICLE = re.compile(rf"第\s*({NUMERAL}{{1,8}})\s*条(?:\s*之\s*({NUMERAL}{{1,3}}))?(?![款项、，和至及或])\s*")
CHAPTER = re.compile(rf"(第\s*{NUMERAL}{{1,6}}\s*[编分章节][编]?)\s*(\S.{{0,60}})?")
MARKDOWN = re.compile(r"^(#{1,6})\s*|\*\*|^\s*[-*]\s+(?=第)")
INFO_END = re.compile(r"<!--\s*INFO\s*END\s*-->", re.IGNORECASE)
END_OF_BODY = re.compile(r"^(?:附件|附表|附录|附\s*[:：]|附$)")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}


class LawTextError(ValueError):
    """A file that cannot be read as a law; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One article: its number as keys write it, the chapter it stands in and its paragraphs."""

    no: str
    chapter: str
    text: str

    @property
    def first_line(self) -> str:
        """The first words, for a preview."""
        return self.text.split("\n", 1)[0][:60]


@dataclass(frozen=True, slots=True)
class ParsedLaw:
    """What a file says, and what is wrong with it."""

    title: str
    articles: list[ParsedArticle]
    chapters: list[str]
    faults: list[str] = field(default_factory=list)


def numeral(text: str) -> int:
    """Return the value of a Chinese or Arabic numeral up to 9999: `一百零三` is 103. ValueError for anything else."""
    if text.isascii() and text.isdigit():
        return int(text)
    total, pending = 0, 0
    for character in text:
        if character in UNITS:
            total += (pending or 1) * UNITS[character]
            pending = 0
        elif character in DIGITS:
            pending = DIGITS[character] if total or not pending else pending * 10 + DIGITS[character]
        else:
            raise ValueError(f"not a numeral: {text}")
    return total + pending


def read_law(file_name: str, content: bytes) -> ParsedLaw:
    """Read an uploaded law. LawTextError when the file is no Markdown, text or docx, or holds no article."""
    suffix = file_name.rpartition(".")[2].lower()
    if len(content) > TEXT_BYTES:
        raise LawTextError(f"文件最大 {TEXT_BYTES // 1_000_000} MB。请删去图片和附件后再上传。")
    if suffix == "docx":
        law = parse_law(_docx_paragraphs(content))
    elif suffix in {"md", "markdown", "txt"}:
        law = parse_law(_decoded(content).splitlines())
    else:
        raise LawTextError("请上传 Markdown（.md）、纯文本（.txt）或 Word（.docx）文件。")
    if not law.articles:
        raise LawTextError("没有找到以“第…条”开头的段落，请核对文件是不是法律文本。")
    return law


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LawTextError("文字编码无法识别，请另存为 UTF-8 编码后再上传。")


def _docx_paragraphs(content: bytes) -> list[str]:
    """Return a docx's paragraphs. Entities and external references in its XML are refused."""
    try:
        with open_archive(content) as archive, archive.open("word/document.xml") as document:
            return list(_paragraphs(io.BytesIO(document.read())))
    except ArchiveRefusedError as error:
        raise LawTextError(str(error)) from None
    except (KeyError, ParseError, ValueError, zipfile.BadZipFile):
        raise LawTextError("不是可读的 Word 文件。请用 Word 或 WPS 另存为 .docx 后再上传。") from None


def _paragraphs(document: io.BytesIO) -> Iterator[str]:
    for _event, element in iterparse(document, forbid_dtd=True):
        if element.tag == f"{WORD}p":
            yield "".join(_run_text(node) for node in element.iter())
            element.clear()


def _run_text(node: object) -> str:
    tag, text = getattr(node, "tag", ""), getattr(node, "text", "") or ""
    return str(text) if tag == f"{WORD}t" else ("\n" if tag == f"{WORD}br" else "")


def parse_law(lines: Iterable[str]) -> ParsedLaw:
    """Read the lines of a law: a title, then chapters and articles in order."""
    reader = _Reader()
    for line in lines:
        reader.take(line.replace("\u3000", " ").strip())
    return reader.finish()


class _Reader:
    """Goes through a law line by line; an article ends where the next article or chapter begins."""

    def __init__(self) -> None:
        self.title = ""
        self.chapter = ""
        self.chapters: list[str] = []
        self.articles: list[ParsedArticle] = []
        self._number = ""
        self._paragraphs: list[str] = []
        self._ended = False

    def take(self, line: str) -> None:
        """Read one line. Lines after an annex's heading belong to no article."""
        if INFO_END.search(line) or not line or self._ended:
            return
        text = MARKDOWN.sub("", line).strip()
        if not self.title:
            self.title = text
            return
        chapter, article = CHAPTER.match(text), ARTICLE.match(text)
        if article:
            self._begin(article, text)
        elif chapter and len(text) < 60 and not text.endswith(("。", "；", "：")):
            self._close()
            self.chapter = " ".join(part for part in chapter.groups() if part)
            self.chapters.append(self.chapter)
        elif self._number and END_OF_BODY.match(text):
            self._close()
            self._ended = True
        elif self._number:
            self._paragraphs.append(text)

    def _begin(self, article: re.Match[str], text: str) -> None:
        self._close()
        main, sub = article.groups()
        self._number = str(numeral(main)) + (f"-{numeral(sub)}" if sub else "")
        rest = text[article.end() :].strip()
        self._paragraphs = [rest] if rest else []

    def _close(self) -> None:
        if self._number:
            self.articles.append(ParsedArticle(self._number, self.chapter, "\n".join(self._paragraphs)))
        self._number, self._paragraphs = "", []

    def finish(self) -> ParsedLaw:
        """Return what was read with every fault in the numbering."""
        self._close()
        return ParsedLaw(self.title, self.articles, self.chapters, _faults(self.articles))


def _faults(articles: list[ParsedArticle]) -> list[str]:
    seen: set[str] = set()
    faults: list[str] = []
    expected = 1
    for article in articles:
        main, _, sub = article.no.partition("-")
        if article.no in seen:
            faults.append(f"第 {article.no} 条出现了两次，请核对原文，只保留一条。")
        elif not sub and int(main) != expected:
            missing = f"第 {expected} 条" if int(main) == expected + 1 else f"第 {expected} 条至第 {int(main) - 1} 条"
            faults.append(
                f"第 {main} 条之前缺少{missing}。" if int(main) > expected else f"第 {main} 条的位置不对，请核对顺序。"
            )
        elif sub and main not in seen:
            faults.append(f"第 {main} 条之{sub}之前没有第 {main} 条。")
        if not article.text:
            faults.append(f"第 {article.no} 条没有内容。")
        seen.add(article.no)
        expected = expected if sub else max(expected, int(main) + 1)
    return faults
