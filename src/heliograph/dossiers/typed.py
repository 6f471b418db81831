"""What somebody has typed into the form of an open step and not sent: its documents are drawn up from it.

A report of an investigation carries the proposal that is made with it, so it cannot wait for the step to be done; and
the proposal that was sent back is not the one it carries. Only the one who typed has their own draft read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from heliograph.documents.composing import Json
from heliograph.dossiers.models import Case, Proposal, StepDraft
from heliograph.dossiers.models.decisions import Penalty
from heliograph.kernel.bpmn import Node
from heliograph.registers.models import Account

CONCLUDING = "conclude_investigation"
YES = "yes"  # how a form says so
MEASURING = frozenset({"apply_coercion", "carry_out_coercion"})  # their forms describe a measure on things
# Fields of a step's form, by its act, and the paths of documents that they become. `who`: a key of an account.
PATHS: dict[str, dict[str, tuple[str, str]]] = {
    "notify_hearing": {
        "held_on": ("hearing.scheduled_on", "day"),
        "held_time": ("hearing.hour", "text"),
        "place": ("hearing.place", "text"),
        "chair": ("hearing.chair", "who"),
    },
    "decide": {
        "collecting_bank": ("agency.bank", "text"),
        "surcharge": ("decision.surcharge", "yes"),
        "ground": ("decision.collected_on_spot", "said"),
        "performer": ("substitute.performer", "text"),
        "method": ("substitute.method", "text"),
        "object": ("substitute.object", "text"),
        "planned_on": ("substitute.planned_on", "day"),
        "budget": ("substitute.budget", "amount"),
        "reasons": ("substitute.reason", "text"),
    },
    "urge": {
        "perform_by": ("demand.perform_by", "day"),
        "content": ("demand.content", "text"),
    },
    "substitute_performance": {
        "spot_place": ("on_site.place", "text"),
        "result": ("on_site.note", "text"),
        "cost": ("substitute.cost", "amount"),
    },
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A proposal in the making, where the step makes one, and values by path. replaces: earlier proposals count not.

    measure: what the form says of a measure on things, by field. basis: the articles that it names.
    """

    replaces: bool = False
    proposal: Proposal | None = None
    values: Mapping[str, Json] = field(default_factory=dict)
    measure: Mapping[str, list[str]] = field(default_factory=dict)
    basis: Sequence[str] = ()


NOTHING = Typed()


def typed_at(case: Case, node: Node | None, step: str, account: Account) -> Typed:
    """Return what an account has typed at an open step, as documents of the step need it. One query, or none."""
    if node is None or not (node.act == CONCLUDING or node.act in PATHS or node.act in MEASURING):
        return NOTHING
    draft = StepDraft.objects.filter(agency_id=case.agency_id, case=case, step=step, account=account).first()
    sent = draft.data if draft is not None else {}
    if node.act == CONCLUDING:
        return Typed(replaces=True, proposal=_proposal(case, sent) if sent else None)
    if node.act in MEASURING:
        return Typed(measure={name: _all(sent, name) for name in sent})
    return Typed(values=dict(_values(PATHS[node.act], sent, case)), basis=_all(sent, "basis"))


def _values(paths: Mapping[str, tuple[str, str]], sent: Mapping[str, Any], case: Case) -> Any:
    for name, (path, kind) in paths.items():
        found = _READ[kind](_one(sent, name), case)
        if found is not None:
            yield path, found


def _one(sent: Mapping[str, Any], name: str) -> str:
    values = sent.get(name)
    return str(values[-1]).strip() if isinstance(values, list) and values else ""


def _all(sent: Mapping[str, Any], name: str) -> list[str]:
    values = sent.get(name)
    return [str(one) for one in values if str(one).strip()] if isinstance(values, list) else []


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(text: str, _case: Case) -> Json:
    found = _date(text)
    return found.isoformat() if found else None


def _who(key: str, case: Case) -> Json:
    """Return the name of somebody of the agency, None for nobody."""
    try:
        found = Account.objects.filter(pk=UUID(key), person__agency_id=case.agency_id).select_related("person").first()
    except ValueError:
        return None
    return found.person.name if found is not None and found.person is not None else None


_READ: dict[str, Callable[[str, Case], Json]] = {
    "text": lambda text, _case: text or None,
    "day": _day,
    "who": _who,
    "yes": lambda text, _case: text == YES if text else None,
    "said": lambda text, _case: bool(text),
    "amount": lambda text, _case: str(_amount(text)) if text else None,
}


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "").removesuffix("元"))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() and 0 <= amount < Decimal(10) ** 14 else Decimal(0)


def _proposal(case: Case, sent: Mapping[str, Any]) -> Proposal:
    """Return the proposal that is being typed; it is never saved."""
    return Proposal(
        case=case,
        outcome=_one(sent, "outcome"),
        kinds=[kind for kind in _all(sent, "kinds") if kind in Penalty.values],
        fine=_amount(_one(sent, "fine")),
        confiscated=_amount(_one(sent, "confiscated")),
        other=_one(sent, "other"),
        facts=_one(sent, "facts"),
        reasons=_one(sent, "reasons"),
        basis=_all(sent, "basis"),
        benchmark=_one(sent, "benchmark"),
        correction=_one(sent, "correction"),
        correct_by=_date(_one(sent, "correct_by")),
    )
