"""Forms of the procedure pages: proposing, deciding, a time limit. What may be done is decided by the actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from heliograph.desk.forms import Day, DeskForm, choice, text
from heliograph.procedures.showing import LENGTHS, PROMPTLY

LONGEST = 3650
LIMIT_UNITS = [*LENGTHS.items(), ("promptly", PROMPTLY)]
FILE_FAULTS = {
    "required": "请选择要上传的文件。",
    "empty": "文件是空的。",
    "invalid": "没有收到文件，请重新选择。",
}


class ProposeForm(DeskForm):
    """From which day a version is to hold, and why; the reason becomes public with it."""

    effective_from = Day(label="施行日期")
    reason = text("理由", limit=300, help_text="理由随版本公开。")


class DraftProposeForm(ProposeForm):
    """The same for a draft, as it was read."""

    rev = forms.IntegerField(widget=forms.HiddenInput)


class OpinionForm(DeskForm):
    """A leader's opinion on a proposed version."""

    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="退回时必须写明意见。",
    )


class FlowUploadForm(DeskForm):
    """A drawing made in another editor."""

    file = forms.FileField(label="流程文件", help_text="BPMN 2.0 文件，扩展名 .bpmn。", error_messages=FILE_FAULTS)
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)


class TableUploadForm(DeskForm):
    """A table filled in as a sheet; `confirmed` carries the checked rows back."""

    file = forms.FileField(label="规则表文件", required=False, help_text="下载的 xlsx 改好后上传。")
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)


class TableHeadForm(DeskForm):
    """From when to when a table holds."""

    effective_from = Day(label="生效日期", required=False)
    effective_to = Day(label="失效日期", required=False)
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)


class LimitForm(DeskForm):
    """A time limit of a draft."""

    name = text("名称", limit=60)
    unit = choice("单位", LIMIT_UNITS)
    length = forms.IntegerField(
        label="长度",
        required=False,
        min_value=1,
        max_value=LONGEST,
        error_messages={
            "invalid": "“长度”应为整数。",
            "min_value": "“长度”不小于 1。",
            "max_value": f"“长度”不大于 {LONGEST}。",
        },
        help_text="只写数字；及时办理的不填。",
    )
    basis = text("依据", limit=300, help_text="如 行政处罚法@2021:60，几条之间用逗号隔开。")
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a number where the unit needs one, and for none where it has none."""
        data = super().clean() or {}
        promptly = data.get("unit") == "promptly"
        if promptly and data.get("length"):
            self.add_error("length", "及时办理的期限不填长度。")
        if not promptly and data.get("unit") and not data.get("length") and "length" not in self.errors:
            self.add_error("length", "请填写“长度”。")
        return data

    def kept(self, key: str, former: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the limit as a draft keeps it; what the form does not ask stays."""
        given = self.cleaned_data
        fresh: dict[str, Any] = {"month": None, "day": None, "roll": "none", "extension": None}
        basis = [part.strip() for part in given["basis"].replace("，", ",").split(",") if part.strip()]
        changed = {"id": key, "name": given["name"], "unit": given["unit"], "length": given["length"], "basis": basis}
        return {**fresh, **(former or {}), **changed}


def limit_initial(kept: Mapping[str, Any] | None, rev: int) -> dict[str, Any]:
    """Return what the form of a limit shows at first."""
    if kept is None:
        return {"rev": rev}
    shown = {key: kept[key] for key in ("name", "unit", "length")}
    return {**shown, "basis": "，".join(kept["basis"]), "rev": rev}
