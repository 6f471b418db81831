"""Who may be named in a form about a case: those fit for it, and those who are not, greyed out with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms

from heliograph.desk.case_reading import staff_of
from heliograph.desk.forms import UNLISTED
from heliograph.desk.scope import Scope
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import LEADERS
from heliograph.dossiers.queries import investigators_of, officers_of, recused_among
from heliograph.dossiers.rules.people import certificate_for
from heliograph.kernel.packs.schema import Category
from heliograph.kernel.verdict import Refused
from heliograph.registers.models import Account, Role
from heliograph.registers.queries import accounts_holding

UNCERTIFIED = {
    "certificate.none": "没有执法证件",
    "certificate.invalid": "执法证件无效",
    "certificate.category": "证件类别不符",
    "certificate.area": "执法区域不符",
}
RECUSED = "已回避本案"
REVIEWS = "法制审核人员，接手后不能审核本案"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the agency, and why this one cannot be chosen; nothing where there is no reason."""

    key: str
    name: str
    why: str = ""

    @property
    def shown(self) -> str:
        """The name, with the reason beside it."""
        return f"{self.name}（{self.why}）" if self.why else self.name


def officers(scope: Scope, case: Case) -> list[Person]:
    """Return who may act in a case before the party: certified for its category and area today, not recused."""
    people = staff_of(scope)
    category: Category = scope.pack.rule("categories", case.category)
    held = {
        one.id: certificate_for(one, category=category.name, area=case.area, on=scope.on) for one in officers_of(people)
    }
    lacks = {key: UNCERTIFIED[found.code] for key, found in held.items() if isinstance(found, Refused)}
    recused = {one.pk for one in recused_among(case, people)}
    return [_person(one, RECUSED if one.pk in recused else lacks.get(one.pk, "")) for one in people]


def in_charge(scope: Scope, case: Case, *, approving: bool = False) -> list[Person]:
    """Return the persons in charge of the agency, not recused; approving: neither officers of the case."""
    own = {case.handler_id, case.co_handler_id, scope.account.pk} if approving else set()
    return _holding(scope, case, LEADERS, dict.fromkeys(own, "本案承办人员"))


def chairs(scope: Scope, case: Case, role: Role | None) -> list[Person]:
    """Return who may chair a hearing: with the role of its step, nobody who investigated the case, not recused."""
    out = dict.fromkeys(investigators_of(case), "本案调查人员")
    return _holding(scope, case, frozenset(Role) if role is None else {role}, out)


def takers(scope: Scope, case: Case) -> list[Person]:
    """Return who may take a case over: an officer fit for it who does not have it yet.

    Whoever reviews legality here is told apart: with the case in hand, this one can review it no more (行政处罚法58).
    """
    reviewing = {str(key) for key in accounts_holding(scope.id, {Role.LEGALITY_REVIEWER}, scope.on)}
    own = {str(key) for key in (case.handler_id, case.co_handler_id) if key}
    found = [Person(one.key, one.name, "已是本案承办人员") if one.key in own else one for one in officers(scope, case)]
    return [replace(one, name=f"{one.name}，{REVIEWS}") if one.key in reviewing else one for one in found]


def others(scope: Scope) -> list[Person]:
    """Return everybody but the account itself."""
    return [_person(one) for one in staff_of(scope) if one.pk != scope.account.pk]


def everybody(scope: Scope) -> list[Person]:
    """Return everybody of the agency."""
    return [_person(one) for one in staff_of(scope)]


def _holding(scope: Scope, case: Case, roles: Collection[Role], out: dict[Any, str]) -> list[Person]:
    holders = accounts_holding(scope.id, roles, scope.on)
    people = [one for one in staff_of(scope) if one.pk in holders]
    recused = {one.pk for one in recused_among(case, people)}
    return [_person(one, RECUSED if one.pk in recused else out.get(one.pk, "")) for one in people]


def _person(account: Account, why: str = "") -> Person:
    return Person(str(account.pk), account.display_name, why)


class PeopleSelect(forms.Select):
    """A drop-down list in which those who cannot be chosen are greyed out."""

    def __init__(self, unfit: Iterable[str] = ()) -> None:
        super().__init__(attrs={"class": "select"})
        self.unfit = frozenset(unfit)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Grey out an option of somebody unfit, unless it is the one that was chosen."""
        made: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.unfit and not made["selected"]:
            made["attrs"]["disabled"] = True
        return made


def pick(label: str, people: Sequence[Person], *, required: bool = True, help_text: str = "") -> forms.ChoiceField:
    """Return a list of people, the fit ones first; whether one may be named is for the act to say."""
    field = forms.ChoiceField(label=label, required=required, help_text=help_text, error_messages=UNLISTED)
    fill(field, people)
    return field


def fill(field: forms.ChoiceField, people: Sequence[Person]) -> None:
    """Offer people in a field; where several are ticked, only the fit ones are shown."""
    fit = [(one.key, one.shown) for one in people if not one.why]
    unfit = [(one.key, one.shown) for one in people if one.why]
    if isinstance(field, forms.MultipleChoiceField):
        field.choices = fit
        return
    field.widget = PeopleSelect(key for key, _shown in unfit)
    if field.required:
        field.widget.attrs["aria-required"] = "true"
    field.choices = [("", "请选择" if field.required else "不选"), *fit, *unfit]
