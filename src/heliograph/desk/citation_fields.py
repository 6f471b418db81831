"""Inputs of citations: lines to write, and beside them an input that offers the articles of the law library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

CITABLE, ADD = "citable-articles", "-add"


class CitationInput(forms.Textarea):
    """Article keys one a line; what is chosen is one line more."""

    template_name = "desk/_citation_input.html"
    offer, aim = "从依据库选一条加入", "field"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name the second input, the list that the page offers, and what a choice becomes."""
        context = super().get_context(name, value, attrs)
        return {**context, "add_name": name + ADD, "options": CITABLE, "offer": self.offer, "aim": self.aim}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        """Return the written lines and the chosen one together."""
        written, chosen = str(data.get(name) or ""), str(data.get(name + ADD) or "").strip()
        return self.joined(written, chosen) if chosen else written

    def joined(self, written: str, chosen: str) -> str:
        """Return the lines with the chosen article in them."""
        return "\n".join(part for part in (written, chosen) if part)


class LineCitationInput(CitationInput):
    """Lines of `内容 | 依据`; what is chosen is the basis of a line, without script of the last that has none."""

    offer, aim = "从依据库选一条，写到光标所在的行", "line"

    def joined(self, written: str, chosen: str) -> str:
        """Return the lines with the chosen basis. Where every line has one it stands alone, and the rules say so."""
        lines = written.splitlines()
        for at in reversed(range(len(lines))):
            text, _, basis = lines[at].replace("｜", "|").partition("|")
            if text.strip() and not basis.strip():
                lines[at] = f"{text.strip()} | {chosen}"
                return "\n".join(lines)
        return "\n".join([*lines, f"| {chosen}"])
