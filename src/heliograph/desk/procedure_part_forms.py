"""Forms for new parts of a draft: a fact, a decision table, a DMN file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from heliograph.desk.forms import DeskForm, choice, several, text
from heliograph.desk.procedure_forms import FILE_FAULTS
from heliograph.kernel.dmn import Input, Output, Table, TableRefusedError, check_table
from heliograph.kernel.dmn.cells import ColumnType
from heliograph.kernel.feel import FactDef
from heliograph.kernel.packs.discretion import LOWER, RESULTS, TIER, UPPER, discretion_faults
from heliograph.procedures.shapes import fact_fault
from heliograph.procedures.showing import HIT_POLICIES

TYPES: Final = {
    "boolean": "是或否",
    "integer": "整数",
    "number": "数（可以有小数）",
    "text": "文字",
    "date": "日期",
    "choice": "单选",
    "choices": "多选",
}
ASKS: Final = {
    "handler": "由办理人回答",
    "data": "由办理事项的表单带出",
    "rule": "由规则表得出",
}
COLUMN_KINDS: Final[dict[str, ColumnType]] = {
    "boolean": "boolean",
    "number": "number",
    "date": "date",
    "text": "text",
    "list": "text",
}
BREAKS: Final = re.compile(r"[、\n]")


class FactForm(DeskForm):
    """A fact of a draft: its name is what conditions are written with, and what people read."""

    name = text("名称", limit=60, help_text="条件和规则表里就用这个名称，如 迟报次数；不含空格和符号。")
    type = choice("类型", TYPES.items())
    choices = forms.CharField(
        label="选项",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="单选、多选的写选项，几项之间用顿号或者换行；其他类型不填。",
    )
    unit = text("单位", limit=20, required=False, help_text="数的单位，如 元、次。")
    minimum = forms.IntegerField(
        label="最小值",
        required=False,
        help_text="整数、数可以填，如 0。",
        error_messages={"invalid": "“最小值”应为整数。"},
    )
    ask = choice("由谁给出", ASKS.items())
    question = text("询问办理人的话", limit=200, required=False, help_text="由办理人回答的须填写，如 一年内迟报了几次")
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, taken: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = taken

    def clean(self) -> dict[str, Any]:
        """Say at its field what does not go together."""
        data = super().clean() or {}
        if data.get("name") in self.taken:
            self.add_error("name", f"已有事实“{data['name']}”，请换一个名称。")
        chosen = data.get("type") in {"choice", "choices"}
        if data.get("type") and chosen != bool(self._options(data)):
            self.add_error("choices", "请填写“选项”。" if chosen else "只有单选、多选才填选项。")
        if data.get("minimum") is not None and data.get("type") not in {"integer", "number"}:
            self.add_error("minimum", "只有整数、数才填最小值。")
        if data.get("ask") == "handler" and not data.get("question"):
            self.add_error("question", "请填写“询问办理人的话”。")
        if not self.errors and (fault := fact_fault(self.kept())):
            self.add_error("name", f"{fault}。")
        return data

    @staticmethod
    def _options(data: Mapping[str, Any]) -> list[str]:
        return [one.strip() for one in BREAKS.split(data.get("choices") or "") if one.strip()]

    def kept(self) -> dict[str, Any]:
        """Return the fact as a draft keeps it."""
        given = self.cleaned_data
        plain = {name: given[name] for name in ("name", "type", "unit", "minimum", "ask", "question")}
        return {**plain, "choices": self._options(given), "initial": None}


class TableForm(DeskForm):
    """A new decision table: what it looks at, what it finds; its rows are filled in the grid."""

    name = text("名称", limit=100)
    hit_policy = choice("各行怎样适用", HIT_POLICIES.items())
    inputs = several("条件", (), help_text="表要看的事实；没有列出的，先在草稿中增加事实")
    outputs = several("结果", (), required=False, help_text="由规则表得出的事实；裁量基准不选，由系统给出")
    articles = text(
        "所属处罚条文",
        limit=300,
        required=False,
        help_text="只有裁量基准填写：它是哪些处罚条文的基准，如 行政处罚法@2021:54，几条之间用逗号隔开",
    )
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, key: str, dictionary: Mapping[str, FactDef], results: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.key, self.dictionary = key, dictionary
        for name, facts in (("inputs", dictionary), ("outputs", results)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - said above, for the type checker
            field.choices = [(one, one) for one in facts]

    def clean(self) -> dict[str, Any]:
        """Build the table, and say what is wrong with it as a whole."""
        data = super().clean() or {}
        if self.errors:
            return data
        if not self.listed(data) and not data["outputs"]:
            self.add_error("outputs", "请选择“结果”。")
            return data
        try:
            table = self.table()
        except TableRefusedError as refused:
            self.add_error(None, "；".join(str(fault) for fault in refused.faults))
            return data
        known = {**self.dictionary, **discretion_facts()}
        for fault in (*map(str, check_table(table, known)), *discretion_faults(table, known)):
            self.add_error(None, f"{fault}。")
        return data

    @staticmethod
    def listed(data: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the articles that were typed."""
        return tuple(one.strip() for one in (data.get("articles") or "").replace("，", ",").split(",") if one.strip())

    def table(self) -> Table:
        """Return the table without rows. Raises TableRefusedError."""
        given = self.cleaned_data
        articles = self.listed(given)
        known = {**self.dictionary, **discretion_facts()}
        names = list(RESULTS) if articles else given["outputs"]
        return Table(
            id=self.key,
            name=given["name"],
            hit_policy=given["hit_policy"],
            inputs=tuple(Input(name, name, COLUMN_KINDS[known[name].kind]) for name in given["inputs"]),
            outputs=tuple(Output(name, COLUMN_KINDS[known[name].kind], name) for name in names),
            rows=(),
            articles=articles,
        )


def discretion_facts() -> dict[str, FactDef]:
    """Return the facts that every discretion table finds."""
    return {
        TIER: FactDef(TIER, "text", (), "", None),
        LOWER: FactDef(LOWER, "number", (), "元", None),
        UPPER: FactDef(UPPER, "number", (), "元", None),
    }


class DmnForm(DeskForm):
    """A decision table made in another editor."""

    file = forms.FileField(label="规则表文件", help_text="DMN 1.3 文件，扩展名 .dmn。", error_messages=FILE_FAULTS)
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)
