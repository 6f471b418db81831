"""The dossier of a case: its catalogue as built, what is missing, taking it out, handing it over, the receipt."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import IO, Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from heliograph.desk.archive_gate import Entrance, entrance_of, may_see_catalogue
from heliograph.desk.case_reading import case_of
from heliograph.desk.dossier_forms import LATER, HandOverForm, ReceiptForm, ScanForm
from heliograph.desk.retrieval_forms import LIFT, ClassifyForm
from heliograph.desk.scope import Scope, page
from heliograph.desk.steps.uploads import content_of, with_case_uploads
from heliograph.documents import fonts
from heliograph.documents.ofd import CannotMakeOfdError, write_ofd
from heliograph.documents.typesetting import CannotTypesetError
from heliograph.dossiers.actions.binding import (
    add_scan,
    exportable,
    hand_over_dossier,
    note_export,
    receive_dossier,
)
from heliograph.dossiers.actions.classifying import classify_item
from heliograph.dossiers.archive_package import pack_archive
from heliograph.dossiers.bag import pack_bag
from heliograph.dossiers.bound_pdf import bind_pdf, marked
from heliograph.dossiers.file_access import FileRight, right_to_read, visible_volumes
from heliograph.dossiers.models import Case, Deposit, Paper, Retrieval
from heliograph.dossiers.permissions import DOSSIER_OFFICE, LEADERS
from heliograph.dossiers.retrieval_reading import with_readings
from heliograph.dossiers.rules.packaging import COMPLETE
from heliograph.dossiers.rules.retrieving import AT_ONCE_LEVELS, LEVELS, shown_volumes
from heliograph.dossiers.rules.volumes import ARCHIVING, may_add_scan, may_hand_over
from heliograph.dossiers.volume_reading import deposit_of, has_scan, items_of, lacking, unsigned, volumes_of
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.policy import PolicyError
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.ledger.case_export import chain_of, export_case
from heliograph.ledger.histories import asked_witnesses, files_of
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.files import MEGABYTE
from heliograph.registers.models import Role

IN_MEMORY = 16 * MEGABYTE
READERS = 20


def _is_officer(scope: Scope, case: Case) -> bool:
    return scope.account.pk in {case.handler_id, case.co_handler_id}


def _pack(case: Case) -> Pack:
    return pack_in_force(case.agency_id, case.opened_on)


@page("read_cases", "GET", "HEAD")
def dossier(scope: Scope, case: UUID) -> HttpResponse:
    """Show the dossier as it stands: volumes with their catalogues, what is missing, where it is, who read it."""
    found = case_of(scope, case)
    entrance = entrance_of(scope, found)
    deposit = deposit_of(found)
    own = _is_officer(scope, found)
    handed = deposit.state if deposit and deposit.state != Deposit.State.RETURNED else ""
    takes = scope.may("export_dossier") and (own or bool(scope.roles & DOSSIER_OFFICE))
    context = {
        "case": found,
        "entrance": entrance,
        **_contents(scope, found, entrance),
        "deposit": deposit,
        "may_add": own and scope.may("add_scan") and found.state != Case.State.SUSPENDED,
        "may_export": takes and entrance.files,
        "may_try": takes and entrance.files and found.state in COMPLETE,
        "may_classify": scope.may("classify_item") and (own or scope.may("open_dossier")),
        "may_hand_over": own and scope.may("hand_over_dossier") and bool(may_hand_over(found.state, handed=handed)),
        "may_receive": handed == Deposit.State.HANDED and scope.may("receive_dossier"),
        "may_open": scope.may("open_dossier"),
        "readers": _readers(scope, found),
        "levels": LEVELS,
        "may_keep": entrance.archived and scope.may("read_retention"),
        "fonts_missing": "" if fonts.are_ready() else fonts.COMMAND,
    }
    return scope.render("dossier.html", context)


def _contents(scope: Scope, case: Case, entrance: Entrance) -> dict[str, Any]:
    """Return the catalogue and what is missing, as far as the account sees it; what is secret stays out."""
    if not may_see_catalogue(scope, entrance):
        return {"volumes": [], "pieces": [], "unsigned": [], "shut": True}
    pack = _pack(case)
    if entrance.archived and entrance.retrieval is None:
        covered: Collection[str] = LEVELS if entrance.officer else AT_ONCE_LEVELS
        volumes = shown_volumes(volumes_of(case, pack), covered=covered, side=True)
    else:
        volumes = visible_volumes(case, pack, right_to_read(case, scope.reader, scope.on))
    return {"volumes": volumes, "pieces": lacking(case, pack), "unsigned": unsigned(case, pack),
            "shut": False}  # fmt: skip


def _readers(scope: Scope, case: Case) -> list[Any]:
    """Return who retrieved the dossier lately, for whoever supervises it."""
    if case.state != Case.State.ARCHIVED or not scope.roles & (LEADERS | {Role.LEGALITY_REVIEWER}):
        return []
    found = with_readings(Retrieval.objects.filter(case=case)).select_related("asked_by").order_by("-pk")
    return list(found[:READERS])


@page("export_dossier", "POST", shows=dossier)
def dossier_pdf(scope: Scope, case: UUID) -> HttpResponseBase:
    """Give the whole dossier as one PDF under a watermark; taking it out is a record."""

    def write(found: Case, right: FileRight, into: IO[bytes]) -> None:
        _bind(scope, found, right, into)

    return _taken_out(scope, case, "pdf", "application/pdf", write)


def _bind(scope: Scope, case: Case, right: FileRight, into: IO[bytes]) -> None:
    pack = _pack(case)
    mark = marked(scope.account.display_name, scope.at)
    volumes = visible_volumes(case, pack, right)
    try:
        bind_pdf(case, pack, volumes, lacking(case, pack), mark=mark, on=scope.on, into=into)
    except (CannotTypesetError, fonts.FontsMissingError) as error:
        require(Refused("dossier.not_drawn", str(error), ARCHIVING))


@page("export_dossier", "POST", shows=dossier)
def dossier_bag(scope: Scope, case: UUID) -> HttpResponseBase:
    """Give the dossier as a BagIt package with the proofs of its records; taking it out is a record."""

    def write(found: Case, right: FileRight, into: IO[bytes]) -> None:
        pack = _pack(found)
        volumes = visible_volumes(found, pack, right)
        pack_bag(found, volumes, lacking(found, pack), proofs=_proofs(scope, found), on=scope.on, into=into)

    return _taken_out(scope, case, "zip", "application/zip", write)


@page("export_dossier", "POST", shows=dossier)
def dossier_xml(scope: Scope, case: UUID) -> HttpResponseBase:
    """Give the dossier as an experimental XML package; taking it out is a record."""

    def write(found: Case, right: FileRight, into: IO[bytes]) -> None:
        pack = _pack(found)
        volumes = visible_volumes(found, pack, right)
        pack_archive(found, volumes, lacking(found, pack), proofs=_proofs(scope, found), at=scope.at, into=into)

    return _taken_out(scope, case, "xml", "application/xml", write)


@page("export_dossier", "POST", shows=dossier)
def dossier_ofd(scope: Scope, case: UUID) -> HttpResponseBase:
    """Give the PDF of the dossier as an experimental OFD under the same watermark; taking it out is a record."""

    def write(found: Case, right: FileRight, into: IO[bytes]) -> None:
        with tempfile.TemporaryFile() as drawn:
            _bind(scope, found, right, drawn)
            drawn.seek(0)
            try:
                write_ofd(drawn, into, title=f"{found.number} {found.title}", author=scope.agency.name, on=scope.on)
            except CannotMakeOfdError as error:
                require(Refused("dossier.not_drawn", str(error), ARCHIVING))

    return _taken_out(scope, case, "ofd", "application/ofd", write)


def _outside(scope: Scope) -> bool:
    """Say whether the copy is for somebody outside of the agency."""
    return scope.request.POST.get("outside") == "yes"


def _proofs(scope: Scope, case: Case) -> bytes | str:
    """Return the records of a case for the cold verifier, or why they do not go with it."""
    if _outside(scope):
        return "对外提供的案卷不附存证文件。"
    title = f"{case.number} {case.title}"
    try:
        return export_case(chain_of(case), title=title, agency=scope.agency.name, files=files_of,
                           witnesses=asked_witnesses())  # fmt: skip
    except ActRefusedError as error:
        return error.verdict.message
    except (PolicyError, TlogError):
        return "存证文件暂时无法读取，本数据包没有附存证证明。请联系系统管理员。"


def _taken_out(
    scope: Scope, case: UUID, suffix: str, media_type: str, write: Callable[[Case, FileRight, IO[bytes]], None]
) -> HttpResponseBase:
    """Make the file, record its SHA-256, and only then hand it out."""
    found, right = exportable(case, form=suffix, actor=scope.account, at=scope.at)
    outside = _outside(scope)
    right = replace(right, levels=frozenset(), side=False) if outside else right
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    try:
        write(found, right, file)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        note_export(found.pk, form=suffix, sha256=sha256, outside=outside, actor=scope.account, at=scope.at)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"{found.archive_number or found.number}案卷.{suffix}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type)


@page("add_scan")
def paper_scan(scope: Scope, case: UUID, registered: UUID) -> HttpResponseBase:
    """Add the file of a document that was registered without one."""
    found = case_of(scope, case)
    wanted = Paper.objects.get(pk=registered, case=found, agency_id=found.agency_id)
    if not scope.posted:
        require(may_add_scan(wanted.kind, filed=has_scan(wanted), state=found.state))
    form = _scan_form(scope, found)
    if scope.posted and form.is_valid():
        upload = form.cleaned_data["file"]
        add_scan(found.pk, wanted.pk, name=upload.name, content=content_of(scope, found.pk, upload),
                 reason=form.cleaned_data["reason"], actor=scope.account, at=scope.at)  # fmt: skip
        scope.done(f"已补传“{wanted}”的文件。")
        return _to_dossier(scope, found)
    return _asked(scope, found, form, title=f"补传文件：{wanted}", hint=LATER, button="补传")


def _scan_form(scope: Scope, case: Case) -> ScanForm:
    if scope.sent is None:
        return ScanForm()
    data, faults = with_case_uploads(scope, case.pk, ["file"])
    form = ScanForm(data)
    for name, message in faults.items():
        form.add_error(name, message)
    return form


@page("classify_item")
def dossier_secrecy(scope: Scope, case: UUID, item: UUID) -> HttpResponseBase:
    """Give something of the dossier a level of secrecy, or lift it."""
    found = case_of(scope, case)
    line = next((one for one in items_of(found, _pack(found)) if one.key == str(item)), None)
    if line is None:
        raise Http404
    form = ClassifyForm(scope.sent)
    if scope.posted and form.is_valid():
        given = dict(form.cleaned_data)
        level = "" if given["level"] == LIFT else given["level"]
        classify_item(found.pk, item, **{**given, "level": level}, actor=scope.account, at=scope.at)
        scope.done("已登记密级。")
        return _to_dossier(scope, found)
    now = LEVELS.get(line.level, "没有定密")
    hint = f"现在：{now}。定密后，没有权限的人看不到文件，案卷导出时注明未附；降低或者解除由法制机构办理。"
    return _asked(scope, found, form, title=f"密级：{line.title}", hint=hint, button="登记")


@page("hand_over_dossier")
def dossier_hand_over(scope: Scope, case: UUID) -> HttpResponseBase:
    """Hand the dossier over to the office that keeps it."""
    found = case_of(scope, case)
    form = HandOverForm(scope.sent)
    if scope.posted and form.is_valid():
        hand_over_dossier(found.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done("已移交，待接收人签收。")
        return _to_dossier(scope, found)
    hint = "移交时记下卷数、件数、页数和目录的哈希值，签收后作为回执。"
    return _asked(scope, found, form, title="移交案卷", hint=hint, button="移交")


@page("receive_dossier")
def dossier_receive(scope: Scope, case: UUID, deposit: UUID) -> HttpResponseBase:
    """Receive a dossier, or send it back with a reason."""
    found = case_of(scope, case)
    handed = Deposit.objects.select_related("given_by").get(pk=deposit, case=found)
    form = ReceiptForm(scope.sent)
    if scope.posted and form.is_valid():
        receive_dossier(found.pk, handed.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done("已签收案卷。" if form.cleaned_data["accepted"] else "已退回案卷。")
        return _to_dossier(scope, found)
    hint = f"{handed.given_by.display_name}移交 {handed.volumes} 卷 {handed.items} 件 {handed.pages} 页，请清点后签收。"
    return _asked(scope, found, form, title="签收案卷", hint=hint, button="提交")


def _to_dossier(scope: Scope, case: Case) -> HttpResponseBase:
    return redirect("desk:dossier", agency=scope.agency.code, case=case.pk)


def _asked(scope: Scope, case: Case, form: Any, **words: str) -> HttpResponse:
    status = 422 if form.errors else 200
    return scope.render("dossier_act.html", {"case": case, "form": form, **words}, status=status)
