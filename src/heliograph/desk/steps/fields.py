"""Fields that the forms of cases share: long texts, amounts, yes or no, people, files, facts and documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django import forms

from heliograph.desk.forms import Choices, Day, choice, several, text
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers.rules.opening import LONGEST_TEXT
from heliograph.kernel.feel import FactDef

YES, NO = "yes", "no"


def area(label: str, *, limit: int = LONGEST_TEXT, required: bool = True, hint: str = "", rows: int = 5) -> forms.Field:
    """Return a text of several lines that says its own limit."""
    too_long = {"max_length": f"“{label}”最多 {limit} 字，现为 %(show_value)d 字。请精简，或者作为附件上传。"}
    return forms.CharField(
        label=label,
        max_length=limit,
        required=required,
        help_text=hint,
        error_messages=too_long,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def money(label: str, *, required: bool = True, hint: str = "", initial: Decimal | None = None) -> forms.DecimalField:
    """Return an amount in 元 with 角 and 分."""
    wrong = f"“{label}”应为不小于 0 的数，最多两位小数，单位元。"
    return forms.DecimalField(
        label=f"{label}（元）",
        min_value=Decimal(0),
        max_digits=16,
        decimal_places=2,
        required=required,
        help_text=hint,
        initial=initial,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"), wrong
        ),
    )


def yes_no(label: str, *, required: bool = True, hint: str = "", words: tuple[str, str] = ("是", "否")) -> forms.Field:
    """Return a question that is answered yes or no; nothing is chosen beforehand."""
    return forms.TypedChoiceField(
        label=label,
        choices=[(YES, words[0]), (NO, words[1])],
        coerce=lambda chosen: chosen == YES,
        empty_value=None,
        required=required,
        help_text=hint,
        widget=forms.RadioSelect(attrs={"class": "pick-one"}),
        error_messages={"invalid_choice": "请从列表中选择。"},
    )


def one_of(label: str, choices: Choices, *, hint: str = "", required: bool = True) -> forms.Field:
    """Return a short list of which one is chosen, all in sight."""
    return forms.ChoiceField(
        label=label,
        choices=list(choices),
        required=required,
        help_text=hint,
        widget=forms.RadioSelect(attrs={"class": "pick-one"}),
        error_messages={"invalid_choice": "请从列表中选择。"},
    )


class Moment(forms.DateTimeField):
    """A day and a time with the browser's own picker."""

    def __init__(self, *, label: str, required: bool = True) -> None:
        hint = "格式如 2026-11-20 09:30"
        super().__init__(
            label=label,
            required=required,
            help_text=hint,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"),
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
            error_messages={"invalid": f"“{label}”应为日期和时间，{hint}。"},
        )


# -- facts
def fact_field(fact: FactDef, question: str) -> forms.Field:
    """Return the field that asks for a fact of the release's dictionary."""
    label = question or fact.name
    return _FACT_FIELDS[fact.type](label, fact)


def _number(label: str, fact: FactDef) -> forms.Field:
    if fact.unit == "元":
        return money(label)
    return forms.DecimalField(label=_with_unit(label, fact), min_value=fact.minimum, max_digits=20, decimal_places=4)


def _integer(label: str, fact: FactDef) -> forms.Field:
    least = None if fact.minimum is None else int(fact.minimum)
    return forms.IntegerField(label=_with_unit(label, fact), min_value=least, max_value=10**9)


def _with_unit(label: str, fact: FactDef) -> str:
    return f"{label}（{fact.unit}）" if fact.unit else label


_FACT_FIELDS: dict[str, Callable[[str, FactDef], forms.Field]] = {
    "boolean": lambda label, _fact: yes_no(label),
    "integer": _integer,
    "number": _number,
    "text": lambda label, _fact: text(label, limit=2000),
    "date": lambda label, _fact: Day(label=label),
    "choice": lambda label, fact: choice(label, [(one, one) for one in fact.choices]),
    "choices": lambda label, fact: several(label, [(one, one) for one in fact.choices]),
}


def paper_fields(number: int, kind: str, *, on: date) -> dict[str, forms.Field]:
    """Return the fields in which a document made by hand is registered."""
    return {
        f"paper-{number}-on": Day(label="制作日期"),
        f"paper-{number}-number": text("文号", limit=60, required=False, help_text="没有文号的不填"),
        f"paper-{number}-file": CaseFileField(label=f"{kind}（签章后的文件）"),
    }
