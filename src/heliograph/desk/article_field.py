"""A field that asks for one article of the law library, as people write it."""

from __future__ import annotations

from typing import Any

from django import forms

from heliograph.desk.cited import in_words
from heliograph.registers.queries import articles_like
from heliograph.registers.rules import BASIS_KEY

HINT = "写法律名称和条号，如 统计法第四十四条；从列出的条文中选"


class ArticleField(forms.CharField):
    """One article, e.g. 统计法第四十四条; its key comes out. A key itself stays for the act to judge."""

    def __init__(self, label: str, *, hint: str = HINT, required: bool = True) -> None:
        wanted = {"required": f"请填写“{label}”。"}
        super().__init__(
            label=label,
            required=required,
            max_length=200,
            help_text=hint,
            error_messages=wanted,
            widget=forms.TextInput(attrs={"autocomplete": "off", "data-article": ""}),
        )

    def clean(self, value: Any) -> str:
        """Return the key of the one article that was asked for."""
        said = str(super().clean(value)).strip()
        if not said or BASIS_KEY.fullmatch(said):
            return said
        found = [one.key for one in articles_like(said)]
        exact = [key for key in found if in_words(key) == said]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(f"执法依据库中没有“{said}”。请核对法律名称和条号，或者先由法制机构导入该法律。")
        listed = "、".join(in_words(key) for key in found[:8])
        raise forms.ValidationError(f"“{said}”对应 {len(found)} 条：{listed}。请写明其中一条。")
