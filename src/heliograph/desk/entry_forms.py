"""The form of a register's entry, made from the pack's fields: a new kind of list needs no code (D29)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from heliograph.desk.citation_fields import CitationInput, LineCitationInput
from heliograph.desk.file_fields import FileField
from heliograph.desk.forms import READ_IN, REASON, VERIFIED_CHOICES, Choices, Day, DeskForm, choice, several, text
from heliograph.kernel.packs.schema import FieldDef
from heliograph.registers import rules
from heliograph.registers.actions import Content, Owner
from heliograph.registers.exports import flat
from heliograph.registers.fieldsets import FieldSet
from heliograph.registers.models import Unit
from heliograph.registers.models.laws import Verified
from heliograph.registers.rules import FieldFault

PREFIX = "f-"
AS_STORED = {"date", "file"}
NO_REV = {"required": "表单不完整，请重新打开这一条目再修改。", "invalid": "表单不完整，请重新打开这一条目再修改。"}


class EntryForm(DeskForm):
    """What every entry's form ends with: how far it was checked, and why it is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rev"].error_messages |= NO_REV

    def data_fields(self) -> list[forms.BoundField]:
        """Return the register's own fields."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    def end_fields(self) -> list[forms.BoundField]:
        """Return the fields that every register has."""
        return [self[name] for name in self.fields if not name.startswith(PREFIX) and name != "rev"]

    def content(self) -> Content:
        """Return what was written, in the form the actions take."""
        data = {
            name[len(PREFIX) :]: value.isoformat() if isinstance(value, date) else value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX)
        }
        given = self.cleaned_data
        return Content(data=data, reason=given["reason"], verified=given["verified"], read_in=given["read_in"])

    def owner(self) -> Owner:
        """Return the unit that was chosen to answer for the entry, if any."""
        chosen = self.cleaned_data["owner_unit"]
        return Owner(UUID(chosen) if chosen else None)

    def show_faults(self, faults: Iterable[FieldFault]) -> None:
        """Put each fault at its field, those of no field on top."""
        for fault in faults:
            name = PREFIX + fault.field
            self.add_error(name if name in self.fields else None, fault.message)


def entry_form(
    fields: FieldSet, choices: rules.Choices, units: Iterable[Unit], *, former: Unit | None = None, new: bool
) -> type[EntryForm]:
    """Return the form class of a register on the day of the field set.

    `choices` are those of `registers.queries.choices_of`; `former` is the unit that answers for the entry now, which
    may stay though it was closed.
    """
    members: dict[str, Any] = {
        PREFIX + field.id: _form_field(field, choices, fields.register.basis) for field in fields.register.fields
    }
    owners = {str(unit.pk): unit.name for unit in units}
    if former is not None:
        owners.setdefault(str(former.pk), f"{former.name}（已撤并）")
    members |= {
        "owner_unit": choice("责任科室", list(owners.items()), required=False),
        "verified": forms.ChoiceField(
            label="依据核实情况",
            choices=VERIFIED_CHOICES,
            initial=Verified.UNVERIFIED,
            help_text="没有核对原文的选“待核”，公开页面会标明。",
        ),
        "read_in": text("核实出处", limit=200, required=False, help_text=READ_IN),
        "reason": text("理由", limit=300, help_text=REASON),
        "rev": forms.IntegerField(required=not new, widget=forms.HiddenInput),
    }
    return type("RegisterEntryForm", (EntryForm,), members)


def _form_field(field: FieldDef, choices: rules.Choices, shared: list[str]) -> forms.Field:
    made = _MAKERS[field.type](field, choices)
    made.help_text = "；".join(
        part.rstrip("。") for part in (str(made.help_text), field.help, _basis_hint(field, shared)) if part
    )
    return made


def _basis_hint(field: FieldDef, shared: list[str]) -> str:
    """Name the clause that asks for a field, unless it is the one on top of the form."""
    return f"要求见 {'、'.join(field.basis)}" if field.basis and field.basis != shared else ""


def _line(field: FieldDef, _choices: rules.Choices) -> forms.Field:
    return text(field.label, limit=rules.TEXT_LIMIT, required=field.required)


def _long(field: FieldDef, _choices: rules.Choices) -> forms.Field:
    return _area(field, "", 4)


def _area(field: FieldDef, hint: str, rows: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=field.label, required=field.required, help_text=hint, widget=widget, max_length=rules.LONG_TEXT_LIMIT * 25
    )


def _options(field: FieldDef, choices: rules.Choices) -> Choices:
    return [(option, option) for option in rules.options(field, choices)]


def _one(field: FieldDef, choices: rules.Choices) -> forms.Field:
    options = list(_options(field, choices))
    return choice(field.label, options, required=field.required) if options else _line(field, choices)


def _many(field: FieldDef, choices: rules.Choices) -> forms.Field:
    options = list(_options(field, choices))
    if not options:
        return _area(field, "每行一项", 3)
    return several(field.label, options, required=field.required)


def _basis(field: FieldDef, _choices: rules.Choices) -> forms.Field:
    made = _area(field, "每行写一条引用键，如 行政处罚法@2021:58；也可在下面按法律名称或条号选", 3)
    made.widget = CitationInput(attrs={"rows": 3, "class": "textarea"})
    return made


def _lines(field: FieldDef, _choices: rules.Choices) -> forms.Field:
    made = _area(field, "每行一项，写作：内容 | 依据，如 申请书 | 行政许可法@2019:31；依据也可在下面选", 5)
    made.widget = LineCitationInput(attrs={"rows": 5, "class": "textarea"})
    return made


def _date(field: FieldDef, _choices: rules.Choices) -> forms.Field:
    return Day(label=field.label, required=field.required)


def _file(field: FieldDef, _choices: rules.Choices) -> forms.Field:
    return FileField(label=field.label, required=field.required)


def _yesno(field: FieldDef, _choices: rules.Choices) -> forms.Field:
    return choice(field.label, [("是", "是"), ("否", "否")], required=field.required)


_MAKERS: dict[str, Callable[[FieldDef, rules.Choices], forms.Field]] = {
    "text": _line,
    "longtext": _long,
    "number": _line,
    "phone": _line,
    "date": _date,
    "yesno": _yesno,
    "choice": _one,
    "choices": _many,
    "basis": _basis,
    "lines": _lines,
    "file": _file,
}


def initial_of(fields: FieldSet, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form shows of an entry's stored content."""
    shown: dict[str, Any] = {}
    for field in fields.register.fields:
        value = data.get(field.id)
        keep_list = field.type == "choices" and isinstance(value, list) and bool(field.choices or field.choices_from)
        shown[PREFIX + field.id] = value if keep_list or field.type in AS_STORED else flat(value)
    return shown
