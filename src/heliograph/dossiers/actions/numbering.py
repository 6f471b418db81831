"""Numbers of cases and documents: one row per agency, kind and year, locked while a number is taken."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers.actions.papers import PaperContent, issued_document
from heliograph.dossiers.actions.steps import StepAct
from heliograph.dossiers.models import Case, IssuedNumber, NumberSeries
from heliograph.dossiers.permissions import ACTS
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account, Agency
from heliograph.registers.new_rows import insert
from heliograph.registers.permissions import may, raise_outsider, roles_of

_COUNT = """
INSERT INTO dossiers_numberseries AS s (id, agency_id, kind, year, last) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (agency_id, kind, year) DO UPDATE SET last = s.last + 1 RETURNING s.id, s.last
"""
_SHORT_NAME = Kept(lambda agency: Agency.objects.filter(pk=agency).values_list("short_name", flat=True), agency=UUID)
NUMBER_BASIS = "GB/T 9704-2012:7.2.5"
DECISION_NUMBERS = {
    "penalty": ("行政处罚决定书", "罚"),
    "permit": ("行政许可决定书", "许"),
    "coercion": ("行政强制决定书", "强"),
    "levy": ("行政征收征用决定书", "征"),
    "levy_requisition": ("行政征收征用决定书", "征"),
}
OTHER_NUMBERS = ("行政决定书", "决")


def take_number(
    agency_id: UUID, *, kind: str, prefix: str, case: Case | None, actor: Account, at: datetime
) -> tuple[IssuedNumber, list[NumberSeries | IssuedNumber]]:
    """Take the next number of a kind in its year, e.g. 罗统罚〔2026〕3号; part of the caller's transaction.

    Returns the number and the rows written, for the caller's record. The row of the series stays locked till commit:
    a number of an act that fails is taken again by the next one, so none is skipped.
    """
    series = _counted(NumberSeries(agency_id=agency_id, kind=kind, year=localdate(at).year))
    number = insert(
        IssuedNumber(
            agency_id=agency_id,
            series=series,
            value=series.last,
            text=f"{prefix}〔{series.year}〕{series.last}号",
            case=case,
            issued_by=actor,
            issued_at=at,
        )
    )
    return number, [series, number]


def _counted(series: NumberSeries) -> NumberSeries:
    """Count a series on, its first number included, by one statement that waits for whoever holds its row."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [series.pk, series.agency_id, series.kind, series.year])
        series.pk, series.last = cursor.fetchone()
    series._state.adding = False
    return series


def document_letters(pack: Pack, agency_id: UUID) -> str:
    """Return the letters by which the agency numbers its documents (机关代字): the pack's, else its short name."""
    given = [rule.value for rule in pack.rules.provisions if rule.id == "document_letters"]
    return str(given[0]) if given else _SHORT_NAME.get(agency=agency_id)


def decision_number(taken: StepAct, paper: PaperContent) -> tuple[str, list[Model]]:
    """Return the number of a decision: that of its document where the system made it, else the next one."""
    made = issued_document(taken, paper)
    if made is not None and made.number:
        return made.number, []
    case = taken.case
    kind, letter = _series_of(taken.pack, paper.kind) or DECISION_NUMBERS.get(case.category, OTHER_NUMBERS)
    prefix = f"{document_letters(taken.pack, case.agency_id)}{letter}"
    number, rows = take_number(case.agency_id, kind=kind, prefix=prefix, case=case, actor=taken.actor, at=taken.at)
    return number.text, list(rows)


def _series_of(pack: Pack, kind: str) -> tuple[str, str] | None:
    """Return name and letters under which a kind of document is numbered, made by the system or by hand alike."""
    found = next((one for one in pack.rules.documents if one.name == kind), None)
    return (found.name, found.number.letters) if found is not None and found.number is not None else None


@transaction.atomic
def void_number(number_id: UUID, *, reason: str, actor: Account, at: datetime) -> IssuedNumber:
    """Void a number that was given to a spoilt document. It keeps its place and reason and is never used again."""
    number = IssuedNumber.objects.select_for_update(of=("self",)).get(pk=number_id)
    roles = roles_of(actor, number.agency_id, localdate(at))
    if not roles:
        raise_outsider()
    require(may(ACTS["void_number"], roles))
    if number.voided_at is not None:
        require(Refused("number.voided", f"{number.text} 已经作废。", NUMBER_BASIS))
    if not reason.strip():
        require(Refused("number.no_reason", "作废编号须写明理由。", NUMBER_BASIS))
    number.void_reason, number.voided_at = reason.strip(), at
    number.save(update_fields=["void_reason", "voided_at"])
    append("number.voided", subject=number, agency_id=number.agency_id, actor_id=actor.pk, at=at, rows=[number])
    return number
