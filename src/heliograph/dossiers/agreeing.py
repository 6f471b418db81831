"""Whether a document that the system made says what its step then did: the two are told apart before it is too late.

A document is issued before its step is done, so that what is said at the step may have changed since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from django.db.models import Model

from heliograph.documents.composing import Json, Sheet, shown
from heliograph.documents.templates import sheet_as_made
from heliograph.dossiers.document_data import data_for
from heliograph.dossiers.models import Case, Paper
from heliograph.dossiers.rules.papers import Differing
from heliograph.kernel.packs.document_rules import DocumentField
from heliograph.kernel.packs.schema import Pack
from heliograph.regimes.queries import pack_in_force

# What a step decides and its document must say alike. Facts and reasons are worded anew in documents; they are not.
COMPARED = frozenset(
    {
        "terms.items", "terms.fine", "terms.confiscated", "terms.levied", "terms.basis",
        "hearing.scheduled_on", "hearing.hour", "hearing.place", "hearing.chair",
        "decision.surcharge", "decision.collected_on_spot", "agency.bank",
        "substitute.performer", "substitute.method", "substitute.object", "substitute.planned_on", "substitute.budget",
        "substitute.cost", "demand.perform_by", "terms.correct_by",
    }
)  # fmt: skip
_BLANK = re.compile(r"[\s，。、；：:（）()]+")


def differing(case: Case, rows: Sequence[Model]) -> list[Differing]:
    """Return what documents of the system among the rows of an act say otherwise than the act. No query without one."""
    made = [one for one in rows if isinstance(one, Paper) and one.document is not None]
    if not made:
        return []
    pack = pack_in_force(case.agency_id, case.opened_on)
    return [one for paper in made for one in _differing(case, pack, paper)]


def _differing(case: Case, pack: Pack, paper: Paper) -> Iterator[Differing]:
    sheet = sheet_as_made(pack, paper.document) if paper.document is not None else None
    if sheet is None or paper.document is None or not any(one.source in COMPARED for one in sheet.form.fields):
        return
    done = data_for(sheet, case, pack, paper.made_on)
    said = paper.document.data
    for one in _compared(sheet):
        if _is_other(one, said.get(one.id), done.get(one.id)):
            yield Differing(paper.kind, one.label, shown(one, said.get(one.id)), shown(one, done.get(one.id)))


def _compared(sheet: Sheet) -> Iterator[DocumentField]:
    yield from (one for one in sheet.form.fields if one.source in COMPARED)


def _is_other(field: DocumentField, said: Json, done: Json) -> bool:
    """Say whether two values are not the same; what either leaves open is not compared."""
    if isinstance(said, bool) or isinstance(done, bool):
        return isinstance(said, bool) and isinstance(done, bool) and said != done
    if not said or not done:
        return False
    if field.kind == "amount":
        return _amount(said) != _amount(done)
    if isinstance(said, list) or isinstance(done, list):
        return said != done
    first, second = _BLANK.sub("", str(said)), _BLANK.sub("", str(done))
    return first not in second and second not in first


def _amount(value: Json) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
