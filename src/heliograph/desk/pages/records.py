"""Records (存证记录) of a row, their proofs, the chain as a file, and how the logs stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from heliograph.desk.oversight import only_supervises
from heliograph.desk.pages.registers import attachment
from heliograph.desk.record_alarms import shown_alarms
from heliograph.desk.record_subjects import records_seen, subject_of, title_of
from heliograph.desk.reference_forms import ErasureForm
from heliograph.desk.scope import Scope, page
from heliograph.kernel.canonical import parse_canonical
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.policy import PolicyError
from heliograph.kernel.tlog.proof_file import format_proof
from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.case_export import BASIS, chain_of, export_case
from heliograph.ledger.guards import guards
from heliograph.ledger.histories import asked_witnesses, covered_rows, files_of, published_sizes
from heliograph.ledger.models import Record, Tree
from heliograph.ledger.queries import health_of, newest_publication, proof_of, standstill
from heliograph.ledger.record_names import FACTS, name_of
from heliograph.outbox.jobs import last_done
from heliograph.registers.actions import export_records, read_proof, read_records, request_erasure
from heliograph.registers.models import Account, ErasureRequest, RoleGrant

PAGE = 30
NIGHTLY = "config.check_ledger"
SYSTEM, UNNAMED = "系统或运维人员", "—"  # the public log names nobody


@dataclass(frozen=True, slots=True)
class Line:
    """One record as the page shows it."""

    record: Record
    name: str
    actor: str
    place: str
    provable: bool
    rows: list[str]
    facts: list[tuple[str, str]]
    asked: bool  # whether a request to erase its content waits


@page("read_records", "GET", "HEAD", also="read_account_records")
def history(scope: Scope, table: str, row: UUID) -> HttpResponse:
    """Show the records that tell of a row, the newest first; opening the page is a record itself."""
    kind, subject = subject_of(scope, table, row)
    reads = scope.request.GET.get("reads") == "1"
    records = records_seen(scope, kind, subject, reads=reads)
    before = _key(scope.request.GET.get("before", ""))
    slice_ = list((records.filter(pk__lt=before) if before else records)[: PAGE + 1])
    shown = slice_[:PAGE]
    if scope.request.method == "GET" and scope.refusal is None:
        read_records(subject, agency_id=scope.id, count=len(shown), actor=scope.account, at=scope.at)
    context = {
        "table": table,
        "subject": subject,
        "kind": kind.label,
        "title": title_of(scope, subject),
        "address": kind.address(scope, subject),
        "lines": _lines(scope, shown),
        "before": before,
        "next": shown[-1].pk if len(slice_) > PAGE else None,
        "reads": reads,
        "may_see_reads": not only_supervises(scope),
        "may_export": scope.may(kind.export_act),
        "may_erase": scope.may("request_erasure"),
    }
    return scope.render("records.html", context)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _lines(scope: Scope, records: Sequence[Record]) -> list[Line]:
    """Return the records with everything the page says of them, in a fixed number of queries."""
    actors = {record.actor_id for record in records if record.actor_id is not None}
    names = dict(Account.objects.filter(pk__in=actors).values_list("pk", "display_name"))
    rows, published = covered_rows(records), published_sizes(records)
    labels = {found.table: str(found.model._meta.verbose_name) for found in guards()}
    waiting = ErasureRequest.objects.filter(agency_id=scope.id, record__in=[record.pk for record in records])
    asked = set(waiting.filter(state=ErasureRequest.State.PENDING).values_list("record_id", flat=True))
    return [
        Line(
            record=record,
            name=name_of(record.kind),
            actor=_actor(record, names),
            place=_place(record, published),
            provable=_provable(record, published),
            rows=[f"{labels.get(table, table)} {count} 条" for table, count in rows.get(record.pk, [])],
            facts=_facts(record),
            asked=record.pk in asked,
        )
        for record in records
    ]


def _actor(record: Record, names: dict[UUID, str]) -> str:
    if record.actor_id is None:
        return UNNAMED if record.tree == Tree.PUBLIC else SYSTEM
    return names.get(record.actor_id, UNNAMED)


def _provable(record: Record, published: dict[int, int]) -> bool:
    place = getattr(record, "place", None)
    return place is not None and place.index < published.get(place.log_id, 0)


def _place(record: Record, published: dict[int, int]) -> str:
    place = getattr(record, "place", None)
    if place is None:
        return "等待排序"
    where = f"{Tree(record.tree).label}（{place.log.shard}）第 {place.index + 1} 条"
    return where if _provable(record, published) else f"{where}，等待发布检查点"


def _facts(record: Record) -> list[tuple[str, str]]:
    """Return what a record says beside who, when and which rows; nothing once it was erased."""
    content = getattr(record, "content", None)
    if content is None:
        return []
    facts: dict[str, Any] = parse_canonical(bytes(content.manifest)).get("facts", {})
    return [(FACTS[name], str(value)) for name, value in facts.items() if name in FACTS and value]


@page("read_records", "GET", "HEAD", also="read_account_records")
def proof(scope: Scope, table: str, row: UUID, record: UUID) -> HttpResponse:
    """Give the proof of one record as a file for the cold verifier; refused while no checkpoint covers it."""
    kind, subject = subject_of(scope, table, row)
    found = records_seen(scope, kind, subject, reads=True).get(pk=record)
    place = getattr(found, "place", None)
    made = None
    if place is not None:
        try:
            made = proof_of(found, files_of(place.log), newest_publication(place.log_id))
        except TlogError:
            require(_broken())
    if made is None:
        require(Refused("records.waiting", "该存证还在排序，请稍候几秒再下载证明。", BASIS))
        raise Http404
    if scope.request.method == "GET":
        read_proof(subject, agency_id=scope.id, record=found, actor=scope.account, at=scope.at)
    return attachment(format_proof(made).encode(), "application/octet-stream", f"{found.pk}.tlog-proof")


def _broken() -> Refused:
    return Refused("records.files", "日志文件不完整，暂时不能出具证明，请联系系统管理员。", BASIS)


@page("export_records", "POST", also="read_account_records", shows=history)
def export(scope: Scope, table: str, row: UUID) -> HttpResponse:
    """Give the whole chain of a row as a zip for the cold verifier; taking it out is a record itself."""
    kind, subject = subject_of(scope, table, row)
    scope.require(kind.export_act)
    chain = chain_of(subject)
    if any(record.agency_id not in {None, scope.id} for record in chain):
        message = "该对象的存证中有其他机关的记录，不能由本机关整体导出。可以逐条下载本机关的证明。"
        require(Refused("records.elsewhere", message, BASIS))
    try:
        content = export_case(
            chain,
            title=title_of(scope, subject),
            agency=scope.agency.name,
            files=files_of,
            witnesses=asked_witnesses(),
        )
    except PolicyError:
        require(Refused("records.policy", "见证规则暂时无法读取，不能导出，请联系系统管理员。", BASIS))
        raise
    except TlogError:
        require(_broken())
        raise
    export_records(subject, agency_id=scope.id, count=len(chain), actor=scope.account, at=scope.at)
    return attachment(content, "application/zip", f"{scope.agency.code}-{table}-{row}.zip")


@page("request_erasure")
def erase(scope: Scope, table: str, row: UUID, record: UUID) -> HttpResponse:
    """Ask the head to have the content of one record erased."""
    kind, subject = subject_of(scope, table, row)
    found = records_seen(scope, kind, subject, reads=True).get(pk=record)
    form = ErasureForm(scope.sent)
    if scope.posted and form.is_valid():
        request_erasure(found.pk, agency_id=scope.id, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done("已提交删除申请，待主要负责人审批。")
        return redirect("desk:record-history", agency=scope.agency.code, table=table, row=row)
    context = {
        "table": table,
        "subject": subject,
        "title": title_of(scope, subject),
        "line": _lines(scope, [found])[0],
        "form": form,
    }
    return scope.render("erasure_request.html", context, status=422 if form.errors else 200)


@page("read_log_status", "GET", "HEAD")
def status(scope: Scope) -> HttpResponse:
    """Show how both logs stand, what is wrong and how it is put right, and when everything was last recounted."""
    after = _key(scope.request.GET.get("after", ""))
    context: dict[str, Any] = {
        "logs": [(tree.label, health_of(tree)) for tree in Tree],
        "standstill": standstill(),
        "alarms": shown_alarms(scope.id, after=after),
        "after": after,
        "checked_at": last_done(NIGHTLY),
        "may_read": scope.may("read_account_records"),
        "accounts": _accounts(scope) if scope.may("read_account_records") else [],
    }
    return scope.render("log_status.html", context)


def _accounts(scope: Scope) -> list[Account]:
    here = RoleGrant.objects.filter(agency_id=scope.id).values("account_id")
    return list(Account.objects.filter(pk__in=here).order_by("display_name", "pk"))
