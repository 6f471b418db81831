"""Erasing what a record says under a legal ground: asked by a legal officer, decided by the head, never by one person.

What an act wrote into the business tables is not touched: the record's content and its salt go, its leaf and its
proof stay (个人信息保护法第四十七条).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.ledger.actions.erasing import erase_content
from heliograph.ledger.actions.reconciling import compare_rows, lock_rows
from heliograph.ledger.guards import Guard
from heliograph.ledger.histories import rows_last_told_by
from heliograph.ledger.models import Erasure, Record
from heliograph.registers.citations import law_key
from heliograph.registers.models import Account, ErasureRequest
from heliograph.registers.permissions import ERASURE_BASIS, access_agency, same_person

TWO_PEOPLE_BASIS = "个人信息保护法@2021:51"
OWN_KINDS = ("erasure.", "record.erased")  # what tells of an erasure is itself never erased


@transaction.atomic
def request_erasure(
    record_id: UUID, *, agency_id: UUID, ground: str, basis: str, actor: Account, at: datetime
) -> ErasureRequest:
    """Ask the head to have the content of one of the agency's records erased, with the ground and the article.

    Record.DoesNotExist for one of another agency or of none. ActRefusedError without ground or article, for a record
    of an erasure, for one that was erased, and while another request waits.
    """
    access_agency(actor, agency_id, "request_erasure", localdate(at))
    record = Record.objects.get(pk=record_id, agency_id=agency_id)
    if not ground.strip():
        require(Refused("erasure.no_reason", "申请删除须写明理由。", ERASURE_BASIS))
    cited = law_key(basis.strip())
    if cited is None or not cited.no:
        message = "依据应写到条，如 个人信息保护法@2021:47。"
        require(Refused("erasure.vague", message, ERASURE_BASIS))
    if record.kind.startswith(OWN_KINDS):
        message = "存证内容删除的申请、审批和删除记录须长期保存，不能删除。"
        require(Refused("erasure.of_erasure", message, TWO_PEOPLE_BASIS))
    if Erasure.objects.filter(record=record).exists():
        require(Refused("erasure.done", "该存证的内容已经删除。", ERASURE_BASIS))
    request, new = ErasureRequest.objects.get_or_create(
        record=record,
        state=ErasureRequest.State.PENDING,
        defaults={
            "agency_id": agency_id,
            "ground": ground.strip(),
            "basis": basis.strip(),
            "requested_by": actor,
            "requested_at": at,
        },
    )
    if not new:
        require(Refused("erasure.pending", "该存证已有一份删除申请在等待审批。", ERASURE_BASIS))
    return _record("erasure.requested", request, actor, at)


@transaction.atomic
def confirm_erasure(request_id: UUID, *, agency_id: UUID, actor: Account, at: datetime) -> ErasureRequest:
    """Approve a request, upon which content and salt go at once. The head, and another person than who asked; once.

    Rows that no later record tells of are digested anew in this act's record, so that they stay guarded. Refused when
    one of them is not as the record says: an erasure must not cover up a change. They are locked first: an act that
    wrote one meanwhile would otherwise be followed by a digest of the row as it was before.
    """
    access_agency(actor, agency_id, "confirm_erasure", localdate(at))
    request = _pending(request_id, agency_id)
    if same_person(actor, request.requested_by):
        message = "删除存证内容须由另一人批准，申请人不能批准自己的申请。"
        require(Refused("erasure.own_request", message, TWO_PEOPLE_BASIS))
    left = _rows_left(request.record)
    erase_content(request.record_id, ground=request.ground, basis=request.basis, by_id=actor.pk, at=at)
    return _settle(request, ErasureRequest.State.CONFIRMED, actor, at, left)


def _rows_left(record: Record) -> list[Model]:
    """Lock and return the rows that no later record tells of; the work is bounded by the rows of this one record."""
    for found, keys in _keys_by_table(rows_last_told_by(record)).items():
        lock_rows(found, keys)
    left = rows_last_told_by(record)  # anew: an act that was waited for may have written some
    for found, keys in _keys_by_table(left).items():
        if compare_rows(found, keys=keys):
            message = "该存证所涉数据与存证不符，可能被直接改动过。请先由审计管理员查明，再删除存证内容。"
            require(Refused("erasure.row_changed", message, TWO_PEOPLE_BASIS))
    return [row for _found, row in left]


def _keys_by_table(rows: Iterable[tuple[Guard, Model]]) -> dict[Guard, list[str]]:
    """Sort rows by their table, tables by name: everybody locks in the same order."""
    by_table: dict[Guard, list[str]] = {}
    for found, row in sorted(rows, key=lambda each: each[0].table):
        by_table.setdefault(found, []).append(str(row.pk))
    return by_table


@transaction.atomic
def refuse_erasure(request_id: UUID, *, agency_id: UUID, reason: str, actor: Account, at: datetime) -> ErasureRequest:
    """Turn a request down with the reason; the record keeps its content."""
    access_agency(actor, agency_id, "confirm_erasure", localdate(at))
    request = _pending(request_id, agency_id)
    if not reason.strip():
        require(Refused("erasure.no_reason", "不同意删除须写明理由。", ERASURE_BASIS))
    request.refusal = reason.strip()
    return _settle(request, ErasureRequest.State.REFUSED, actor, at)


def _pending(request_id: UUID, agency_id: UUID) -> ErasureRequest:
    """Fetch and lock a request of the agency that nobody has decided yet."""
    request = ErasureRequest.objects.select_for_update(of=("self",)).get(pk=request_id, agency_id=agency_id)
    if request.state != ErasureRequest.State.PENDING:
        require(Refused("erasure.settled", "这份申请已经办理，不能重复办理。", ERASURE_BASIS))
    return request


def _settle(
    request: ErasureRequest, state: ErasureRequest.State, actor: Account, at: datetime, rows: Iterable[Model] = ()
) -> ErasureRequest:
    request.state, request.decided_by, request.decided_at = state, actor, at
    request.save(update_fields=["state", "decided_by", "decided_at", "refusal"])
    return _record(f"erasure.{state}", request, actor, at, rows)


def _record(
    kind: str, request: ErasureRequest, actor: Account, at: datetime, rows: Iterable[Model] = ()
) -> ErasureRequest:
    facts = {"record": str(request.record_id), "ground": request.ground, "basis": request.basis}
    append(
        kind,
        subject=request,
        agency_id=request.agency_id,
        actor_id=actor.pk,
        at=at,
        rows=[request, *rows],
        facts=facts,
    )
    return request
