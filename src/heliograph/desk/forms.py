"""Forms of the desk: the shape of input, with labels and limits. What may be done is decided by the actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise

from heliograph.registers.models import Unit
from heliograph.registers.models.laws import Verified

CLASSES: dict[type[forms.Widget], str] = {
    forms.Textarea: "textarea",
    forms.Select: "select",
    forms.TextInput: "input",
    forms.PasswordInput: "input",
    forms.NumberInput: "input",
    forms.DateInput: "input",
    forms.ClearableFileInput: "file",
    forms.FileInput: "file",
}
Choices = Iterable[tuple[str, str | Promise]]


class DeskForm(forms.Form):
    """A form in the look of the desk: classes on widgets, Chinese faults that say what is missing."""

    use_required_attribute = False
    error_css_class = "err"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            css = CLASSES.get(type(field.widget), "")
            if css:
                field.widget.attrs.setdefault("class", css)
            if isinstance(field, forms.FileField):
                field.widget.attrs["required"] = (
                    True  # so that the style can tell, without script, whether one is chosen
                )
            if isinstance(field, forms.CharField) and field.max_length is not None:
                too_long = f"“{field.label}”最多 {field.max_length} 字，现为 %(show_value)d 字。"
                field.error_messages.setdefault("max_length", too_long)
            if field.required:
                field.error_messages["required"] = f"请填写“{field.label}”。"
                field.widget.attrs.setdefault("aria-required", "true")


class Day(forms.DateField):
    """A date with the browser's own picker and a hint of the format."""

    def __init__(self, *, label: str, required: bool = True, help_text: str = "格式如 2026-11-20") -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        message = {"invalid": f"“{label}”应为日期，格式如 2026-11-20。"}
        super().__init__(label=label, required=required, help_text=help_text, widget=widget, error_messages=message)


def text(label: str, *, limit: int = 120, required: bool = True, help_text: str = "") -> forms.CharField:
    """Return a one-line text field that says its own limit."""
    too_long = {"max_length": f"“{label}”最多 {limit} 字，现为 %(show_value)d 字。"}
    return forms.CharField(
        label=label, max_length=limit, required=required, help_text=help_text, error_messages=too_long
    )


def choice(label: str, choices: Choices, *, required: bool = True, help_text: str = "") -> forms.ChoiceField:
    """Return a drop-down list that begins with an empty row."""
    return forms.ChoiceField(
        label=label, choices=[("", "请选择"), *choices], required=required, help_text=help_text, error_messages=UNLISTED
    )


def several(label: str, choices: Choices, *, required: bool = True, help_text: str = "") -> forms.MultipleChoiceField:
    """Return check boxes of which several may be ticked."""
    return forms.MultipleChoiceField(
        label=label,
        choices=list(choices),
        required=required,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
        error_messages=UNLISTED,
    )


UNLISTED = {"invalid_choice": "请从列表中选择。"}
REASON = "请写明理由。理由随版本公开，公众会看到，不要写内部情况。"
READ_IN = "在哪里核对的，如 国家法律法规数据库。会公开。"


class SearchForm(DeskForm):
    """Search and filter of a register's list; everything is optional."""

    q = text("搜索", limit=60, required=False)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部状态"),
            ("draft", "草稿"),
            ("in_review", "审批中"),
            ("returned", "已退回"),
            ("public", "已公开"),
            ("withdrawn", "已撤回"),
        ],
    )


class DecisionForm(DeskForm):
    """An approver's opinion on one stage; unfounded demands are ticked one by one."""

    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="退回时必须写明理由。",
    )
    stage = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, unfounded: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = list(unfounded)
        if lines:
            self.fields["acknowledged"] = several(
                "以下内容没有注明依据，逐项确认已知悉", [(line, line) for line in lines], required=False
            )


class WithdrawForm(DeskForm):
    """Why something public is withdrawn."""

    reason = text("撤回理由", limit=300, help_text="理由会显示在公开页面上。")
    basis = text("依据", limit=200, help_text="如 行政处罚法@2021:48，或作出撤销决定的《文书名称》、文号。")


class UploadForm(DeskForm):
    """A sheet to import, and why."""

    file = forms.FileField(
        label="文件",
        help_text="xlsx 或 csv，第一行为列名，最多 20,000 行。",
        error_messages={
            "required": "请选择要上传的文件。",
            "empty": "文件是空的。",
            "invalid": "没有收到文件，请重新选择。",
        },
    )
    reason = text("导入理由", limit=300, help_text="理由会记入每个条目的版本，并随版本公开。")


class CalendarUploadForm(DeskForm):
    """A holiday notice as a sheet; `confirmed` carries the checked rows back."""

    file = forms.FileField(
        label="放假安排",
        required=False,
        help_text="xlsx 或 csv，列名：日期、类别、名称、通知文号、来源；类别填放假或者上班，名称和来源可以不填。",
    )
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput, max_length=1_000_000)


class LawUploadForm(DeskForm):
    """A law's text with what identifies the version."""

    file = forms.FileField(
        label="文本文件",
        help_text="Markdown、纯文本或 docx，各条以“第…条”开头。",
        error_messages={
            "required": "请选择要上传的文件。",
            "empty": "文件是空的。",
            "invalid": "没有收到文件，请重新选择。",
        },
    )


class LawConfirmForm(DeskForm):
    """What identifies the law version that was read; the text comes back with it."""

    name = text("简称", limit=120, help_text="引用键 @ 之前的部分，如 行政处罚法。")
    year = forms.IntegerField(
        label="版本年份",
        min_value=1949,
        max_value=2100,
        error_messages={"invalid": "“版本年份”应为四位数字。"},
        help_text="公布或最近一次修改的年份。",
    )
    title = text("全称", limit=200)
    level = choice(
        "效力层级",
        [
            ("law", "法律"),
            ("administrative_regulation", "行政法规"),
            ("local_regulation", "地方性法规"),
            ("department_rule", "部门规章"),
            ("local_rule", "地方政府规章"),
            ("normative", "规范性文件"),
            ("standard", "标准"),
        ],
    )
    effective_from = Day(label="施行日期", required=False)
    verified = choice("核实情况", Verified.choices, help_text="逐条对照过原文的才选“已核原文”。")
    read_in = text("文本出处", limit=200, help_text="从哪里取得并核对，如 国家法律法规数据库。")
    token = forms.CharField(widget=forms.HiddenInput, max_length=64)


class PersonForm(DeskForm):
    """Somebody who works for the agency."""

    name = text("姓名", limit=60)
    gender = choice("性别", [("男", "男"), ("女", "女")])


class PostForm(DeskForm):
    """A post in a unit from a day."""

    unit = choice("内设机构", [])
    position = text("职务", limit=60)
    duty_post = text("执法岗位", limit=60, required=False)
    from_on = Day(label="任职日期")

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["unit"]).choices = [
            ("", "请选择"),
            *((str(unit.pk), unit.name) for unit in units),
        ]

    def unit_id(self) -> UUID:
        """Return the chosen unit's key."""
        return UUID(self.cleaned_data["unit"])


class CertificateForm(DeskForm):
    """An enforcement certificate."""

    kind = text("证件种类", limit=60)
    number = text("证件编号", limit=40)
    category = text("执法类别", limit=60)
    area = text("执法区域", limit=120)
    issued_on = Day(label="发证日期")
    valid_to = Day(label="有效期至")


class CertificateActForm(DeskForm):
    """An act on one certificate."""

    act = choice(
        "办理",
        [
            ("review", "年度审核"),
            ("suspend", "暂扣"),
            ("reinstate", "恢复"),
            ("revoke", "收回"),
            ("entry", "起草公开信息"),
        ],
    )
    year = forms.IntegerField(label="审核年度", required=False, min_value=2000, max_value=2100)
    on = Day(label="日期", required=False)
    reason = text("理由", limit=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen act needs."""
        data = super().clean() or {}
        wanted = {"review": ["year"], "suspend": ["on", "reason"], "revoke": ["on"], "entry": ["reason"]}
        for name in wanted.get(data.get("act", ""), []):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, f"请填写“{self.fields[name].label}”。")
        return data


class UnitForm(DeskForm):
    """A unit of the agency with its functions."""

    name = text("名称", limit=120)
    functions = several("职能", Unit.Function.choices)


class UnitActForm(DeskForm):
    """What a unit does from now on."""

    functions = several("职能", Unit.Function.choices)


class UnitCloseForm(DeskForm):
    """The day on which a unit was closed."""

    on = Day(label="撤并日期")


class LeaveForm(DeskForm):
    """The last day of a post that no other follows."""

    to_on = Day(label="离任日期")


class AdjustmentForm(DeskForm):
    """A change of law or of the agency's functions that its public lists rest on."""

    kind = choice("类别", [("amended", "条文修改"), ("repealed", "条文废止"), ("function", "职能调整")])
    article = text(
        "条文引用键",
        limit=160,
        required=False,
        help_text="条文修改、废止时填写，如 统计法@2024:45；可从本机关清单所引的条文中选。",
    )
    unit = choice("涉及科室", [], required=False, help_text="职能调整时选择。")
    function = text("职能", limit=200, required=False, help_text="职能调整时填写。")
    effective_on = Day(label="生效日期")
    reason = text("说明", limit=300, help_text="发布审批人确认后，在公开的变更记录里显示。")
    basis = text("依据", limit=200, help_text="引用键、条款，或《文件名称》、文号，如 《某市三定规定》。")

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["article"].widget.attrs["list"] = "cited-articles"  # what entries rest on, offered by the page
        cast(forms.ChoiceField, self.fields["unit"]).choices = [
            ("", "请选择"),
            *((str(unit.pk), unit.name) for unit in units),
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the article, or for the unit and its function."""
        data = super().clean() or {}
        wanted = ["unit", "function"] if data.get("kind") == "function" else ["article"]
        for name in wanted:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, f"请填写“{self.fields[name].label}”。")
        return data


VERIFIED_CHOICES = list(Verified.choices)


def uploaded(form: forms.Form, name: str) -> tuple[str, bytes]:
    """Return an upload's name and content."""
    file: UploadedFile[bytes] = form.cleaned_data[name]
    return str(file.name), file.read()
