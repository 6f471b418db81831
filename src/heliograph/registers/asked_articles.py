"""An article as people ask for it: 统计法第四十四条, 《统计法》（2024）第四十四条, 统计法44. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from heliograph.registers.law_texts import NUMERAL, numeral

_ASKED = re.compile(
    r"《?(?P<law>[^《》（）()@:：]+?)》?\s*(?:[（(@]\s*(?P<year>\d{4})\s*[）)]?)?\s*[:：]?\s*"
    rf"(?:第\s*(?P<no>{NUMERAL}{{1,8}})\s*条(?:\s*之\s*(?P<sub>{NUMERAL}{{1,3}}))?|(?P<plain>\d{{1,4}})\s*条?)"
    r"\s*(?:[（(]\s*(?P<part>\d{1,2})\s*[）)])?"
)


# 国办发〔2018〕118 号, as headings print the number of a document
_PAPER = re.compile(r"^《?([^《》〔〕\[\]\s]+?)\s*[〔\[［]\s*(\d{4})\s*[〕\]］]\s*(\d+)\s*号》?")


@dataclass(frozen=True, slots=True)
class Asked:
    """A law by part of its name, its version if said, and the number of the article as keys write it."""

    law: str
    year: str
    no: str


def asked_article(words: str) -> Asked | None:
    """Return the article that some words ask for, None where they name none."""
    found = _ASKED.fullmatch(_PAPER.sub(r"\1\3号（\2）", words.strip()))
    if found is None:
        return None
    try:
        number = numeral(found["no"] or found["plain"])
        sub = f"-{numeral(found['sub'])}" if found["sub"] else ""
    except ValueError:
        return None
    part = f"({found['part']})" if found["part"] else ""
    return Asked(found["law"].strip(), found["year"] or "", f"{number}{sub}{part}")
