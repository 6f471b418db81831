"""Forms of publications of decisions: the summary line by line, the groups of strings, the examination, the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from heliograph.desk.forms import Day, DeskForm, choice, text
from heliograph.disclosure.actions.preparing import PublicationContent
from heliograph.disclosure.models import Publication
from heliograph.disclosure.redacting import Choice
from heliograph.disclosure.rules import showing
from heliograph.kernel.packs.schema import Pack

LONG = 60  # characters from which a value is written into several rows
LINE = "line-{}"


class PrepareForm(DeskForm):
    """What is to be published: form, summary, further strings to hide, examination, term."""

    def __init__(self, *args: Any, lines: Sequence[Sequence[str]], issued: bool, pack: Pack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = [label for label, _value in lines]
        forms_of = [one for one in Publication.Form.choices if issued or one[0] != Publication.Form.FULL]
        self.fields["form"] = choice("公示形式", forms_of)
        for place, (label, value) in enumerate(lines):
            self.fields[LINE.format(place)] = _value(label, value)
        self.fields["added"] = forms.CharField(
            label="补充隐去的内容",
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 2, "class": "textarea"}),
            help_text="系统没有找出而需要隐去的，每行一项，与文中的写法一致",
        )
        grounds = [(one.id, f"{one.text.rstrip('。')}{_path(redactable=one.redactable)}") for one in _grounds(pack)]
        self.fields["ground"] = choice(
            "涉及不予公开的情形",
            grounds,
            required=False,
            help_text="没有的不选；选择不能处理后公开的情形，送审后由审批人决定不予公开",
        )
        self.fields["examined"] = forms.CharField(
            label="公开审查意见",
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3, "class": "textarea"}),
            help_text="写明是否涉及国家秘密、商业秘密、个人隐私，公开后有无危害；送审前必填",
        )
        self.fields["term_ends_on"] = Day(
            label="公示期限届满日",
            required=False,
            help_text="本机关的规则没有写期限的，由拟制人按规定填写；没有规定的不填",
        )
        self.fields["term_basis"] = text("期限的依据", limit=200, required=False, help_text="规定期限的文件和条款")
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs.setdefault("class", "select")
            elif isinstance(field.widget, forms.TextInput | forms.DateInput):
                field.widget.attrs.setdefault("class", "input")

    @property
    def line_fields(self) -> list[Any]:
        """The fields of the summary."""
        return [self[LINE.format(place)] for place, _label in enumerate(self.labels)]

    @property
    def other_fields(self) -> list[Any]:
        """The fields of the examination and the term."""
        return [self[name] for name in ("ground", "examined", "term_ends_on", "term_basis")]

    def content(self, occasion: str, sent: QueryDict) -> PublicationContent:
        """Return what was written; of groups what was chosen."""
        given = self.cleaned_data
        return PublicationContent(
            occasion=occasion,
            form=given["form"],
            values={label: given[LINE.format(place)] for place, label in enumerate(self.labels)},
            choices=choices_in(sent),
            added=given["added"].splitlines(),
            ground=given["ground"],
            examined=given["examined"],
            term_ends_on=given["term_ends_on"],
            term_basis=given["term_basis"],
        )


def _value(label: str, value: str) -> forms.CharField:
    rows = min(6, len(value) // LONG + 1)
    widget = forms.Textarea(attrs={"rows": rows, "class": "textarea"}) if rows > 1 else forms.TextInput()
    said = "取自案卷，不能改写" if label in showing.FIXED else ""
    return forms.CharField(label=label, required=False, max_length=4000, initial=value, widget=widget, help_text=said)


def _grounds(pack: Pack) -> Sequence[Any]:
    return pack.rules.non_disclosure


def _path(*, redactable: bool) -> str:
    return "（可以经处理后公开）" if redactable else "（不能经处理后公开）"


def choices_in(sent: Mapping[str, Any]) -> dict[str, Choice]:
    """Return what was chosen of each group, by key; what was not chosen stays open."""
    keys = [name.removeprefix("g-") for name in sent if name.startswith("g-")]
    return {key: Choice(str(sent[f"g-{key}"]), str(sent.get(f"r-{key}", ""))[:300]) for key in keys}


class AnswerForm(DeskForm):
    """What the second person says of a draft."""

    reason = forms.CharField(
        label="退回理由",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "textarea"}),
        help_text="退回时必填",
    )


class WithdrawDecisionForm(DeskForm):
    """Why a publication is withdrawn; the public reads it."""

    reason = text("撤回理由", limit=300, help_text="向社会公开，不写当事人的名称和个人信息")
    basis = text("依据", limit=200, help_text="条款或者撤销决定的文书，如 行政处罚法第四十八条第二款")


class CorrectDecisionForm(DeskForm):
    """Why a publication is corrected; the public reads it."""

    reason = text("更正理由", limit=300, help_text="向社会公开，不写当事人的名称和个人信息")
    conceals = forms.BooleanField(
        label="原版本含有不应公开的内容，更正后不再显示", required=False, help_text="不选的，原版本作为历史版本仍可查看"
    )
