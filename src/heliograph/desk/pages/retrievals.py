"""Retrieval of dossiers in the archive: the list, asking, deciding, and reading under what was approved (案卷调阅)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from heliograph.desk.case_reading import key_of
from heliograph.desk.file_answers import marked_answer
from heliograph.desk.retrieval_forms import LONGEST_NUMBER, AskForm, DecideForm, EndForm
from heliograph.desk.scope import Scope, page
from heliograph.documents import fonts
from heliograph.dossiers.actions.numbering import document_letters
from heliograph.dossiers.actions.retrieving import (
    ask_for_dossier,
    decide_retrieval,
    end_retrieval,
    open_dossier,
    own_retrieval,
    read_catalogue,
    read_item,
)
from heliograph.dossiers.bound_pdf import MARKABLE
from heliograph.dossiers.file_access import visible_volumes
from heliograph.dossiers.models import Case, Retrieval, RetrievalReading
from heliograph.dossiers.permissions import LEADERS
from heliograph.dossiers.retrieval_reading import (
    ASKED,
    MINE,
    OVER,
    RUNNING,
    retrievals_of,
    rule_of,
    with_readings,
)
from heliograph.dossiers.rules.retrieving import LEVELS, RETRIEVAL, runs
from heliograph.dossiers.rules.volumes import Volume
from heliograph.kernel.verdict import Refused, require
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Role
from heliograph.registers.permissions import roles_of

PAGE = 20
READINGS = 50
SUPERVISING = LEADERS | {Role.LEGALITY_REVIEWER}  # who see what everybody reads (调阅监督)
TABS = ((ASKED, "待审批"), (MINE, "我的调阅"), (RUNNING, "期限内"), (OVER, "已结束"))
OWN_TABS = ((MINE, "我的调阅"),)


def _supervises(scope: Scope) -> bool:
    return bool(scope.roles & SUPERVISING)


@page("read_retrievals", "GET", "HEAD")
def retrievals(scope: Scope) -> HttpResponse:
    """List retrievals, the newest first: those to approve, one's own, those that run, those that are over."""
    every = _supervises(scope)
    tabs = TABS if every else OWN_TABS
    kind = scope.request.GET.get("kind", "")
    first = ASKED if every and scope.roles & LEADERS else MINE
    kind = kind if kind in dict(tabs) else first
    after = key_of(scope.request.GET.get("after", ""))
    found = with_readings(retrievals_of(scope.id, scope.account, kind, scope.on, all_of_agency=every))
    rows = list((found.filter(pk__lt=after) if after else found)[: PAGE + 1])
    context = {
        "rows": [(one, *_tag(scope, one)) for one in rows[:PAGE]],
        "kind": kind,
        "tabs": tabs,
        "after": after,
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "may_open": scope.may("open_dossier"),
        "rule": rule_of(scope.pack),
    }
    return scope.render("retrievals.html", context)


def _tag(scope: Scope, one: Retrieval) -> tuple[str, str]:
    """Return how far a retrieval is, with its colour."""
    if one.state == Retrieval.State.OPEN and not runs(one.state, one.until_on, on=scope.on):
        return "已到期", "grey"
    css = {Retrieval.State.ASKED: "amber", Retrieval.State.OPEN: "green", Retrieval.State.REFUSED: "red"}
    return str(one.get_state_display()), css.get(Retrieval.State(one.state), "grey")


@page("ask_for_dossier")
def retrieval_new(scope: Scope) -> HttpResponseBase:
    """Ask for a dossier by its number, or open it at once."""
    at_once = bool(scope.roles & rule_of(scope.pack).at_once) and scope.may("open_dossier")
    number = scope.request.GET.get("number", "")[:LONGEST_NUMBER]
    example = f"照案卷上的写法，如 {document_letters(scope.pack, scope.id)}案卷〔{scope.on.year}〕3号"
    form = AskForm(scope.sent, at_once=at_once, example=example, initial={"number": number})
    if scope.posted and form.is_valid():
        given = dict(form.cleaned_data)
        case = _archived(scope, given.pop("number"))
        act = open_dossier if at_once else ask_for_dossier
        made = act(scope.id, case.pk, **given, actor=scope.account, at=scope.at)
        scope.done("可以阅读案卷了，每次查看都留记录。" if at_once else "已提交调阅申请，等待审批。")
        return redirect("desk:retrieval", agency=scope.agency.code, retrieval=made.pk)
    context = {"form": form, "at_once": at_once, "rule": rule_of(scope.pack)}
    return scope.render("retrieval_new.html", context, status=422 if form.errors else 200)


def _archived(scope: Scope, number: str) -> Case:
    """Return the archived case of a number; refused where the agency has none, whatever its state."""
    named = Q(number=number.strip()) | Q(archive_number=number.strip())
    found = Case.objects.filter(named, agency_id=scope.id, state=Case.State.ARCHIVED).order_by("pk").first()
    if found is None:
        require(Refused("retrieval.unknown", "没有这一案号或者归档号的归档案卷，请核对后重新填写。", RETRIEVAL))
    assert found is not None  # noqa: S101 - said by the refusal above, for the type checker
    return found


@page("read_retrievals")
def retrieval(scope: Scope, retrieval: UUID) -> HttpResponseBase:
    """Show a retrieval: to its reader the dossier while it runs, to whoever approves or supervises what was read.

    Whoever approves decides on this very page, so that what was typed stays beside the fault.
    """
    found = _seen(scope, retrieval)
    form = DecideForm(scope.sent)
    if scope.posted:
        scope.require("decide_retrieval")
        if form.is_valid():
            return _decide(scope, found, form.cleaned_data)
    mine = found.asked_by_id == scope.account.pk
    running = runs(found.state, found.until_on, on=scope.on)
    tag, css = _tag(scope, found)
    readings = RetrievalReading.objects.filter(retrieval=found)
    context = {
        "retrieval": found,
        "case": found.case,
        "tag": tag,
        "css": css,
        "mine": mine,
        "levels": "、".join(LEVELS[one] for one in found.levels),
        "volumes": _volumes(scope, found) if mine and running else [],
        "running": running,
        "form": form if _decides(scope, found) else None,
        "may_end": (mine or bool(scope.roles & LEADERS)) and (running or found.state == Retrieval.State.ASKED),
        "readings": readings.order_by("-pk")[:READINGS],
        "count": readings.count(),
        "most": READINGS,
        "markable": MARKABLE,
        "fonts_missing": "" if fonts.are_ready() else fonts.COMMAND,
    }
    return scope.render("retrieval.html", context, status=422 if form.errors else 200)


def _seen(scope: Scope, key: UUID) -> Retrieval:
    """Return a retrieval that the account may look at: one's own, any for whoever approves or supervises."""
    people = ("case__unit", "case__agency", "asked_by", "decided_by", "ended_by")
    seen = Retrieval.objects.filter(agency_id=scope.id).select_related(*people)
    return (seen if _supervises(scope) else seen.filter(asked_by=scope.account)).get(pk=key)


def _volumes(scope: Scope, found: Retrieval) -> list[Volume]:
    """Return the volumes as the reader may see them; looking at them is recorded."""
    own, right = own_retrieval(scope.id, found.pk, actor=scope.account, on=scope.on)
    if scope.request.method == "GET" and scope.refusal is None:
        read_catalogue(scope.id, found.pk, actor=scope.account, at=scope.at)
    return visible_volumes(own.case, pack_in_force(scope.id, own.case.opened_on), right)


def _decides(scope: Scope, found: Retrieval) -> bool:
    if found.state != Retrieval.State.ASKED or found.asked_by_id == scope.account.pk:
        return False
    asking = roles_of(found.asked_by, scope.id, scope.on)
    return bool(scope.roles & rule_of(scope.pack).approvers_of(asking))


def _decide(scope: Scope, found: Retrieval, cleaned: dict[str, Any]) -> HttpResponseBase:
    """Approve an application until a day, or refuse it with the reason."""
    given = {**cleaned, "side_volume": bool(cleaned["side_volume"])}
    decide_retrieval(scope.id, found.pk, **given, actor=scope.account, at=scope.at)
    scope.done("已准予调阅。" if given["granted"] else "已登记不同意调阅。")
    return redirect("desk:retrievals", agency=scope.agency.code)


@page("end_retrieval")
def retrieval_end(scope: Scope, retrieval: UUID) -> HttpResponseBase:
    """End a retrieval whose reason fell away, or take an application back."""
    found = _seen(scope, retrieval)
    form = EndForm(scope.sent)
    if scope.posted and form.is_valid():
        end_retrieval(scope.id, found.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done("调阅已经结束。")
        return redirect("desk:retrievals", agency=scope.agency.code)
    context = {"retrieval": found, "case": found.case, "form": form}
    return scope.render("retrieval_end.html", context, status=422 if form.errors else 200)


@page("read_retrievals", "GET")
def retrieval_file(scope: Scope, retrieval: UUID, volume: str, serial: int) -> HttpResponseBase:
    """Show one line of the catalogue as a marked PDF; looking at it is recorded."""
    return _read(scope, retrieval, volume, serial, form="view")


@page("read_retrievals", "GET")
def retrieval_copy(scope: Scope, retrieval: UUID, volume: str, serial: int) -> HttpResponseBase:
    """Give the same to be saved."""
    return _read(scope, retrieval, volume, serial, form="copy")


def _read(scope: Scope, retrieval: UUID, volume: str, serial: int, *, form: str) -> HttpResponseBase:
    case, item = read_item(scope.id, retrieval, volume=volume, serial=serial, form=form, actor=scope.account,
                           at=scope.at)  # fmt: skip
    return marked_answer(scope, case, title=item.title, media_type=item.media_type, sha256=item.sha256,
                         inline=form == "view")  # fmt: skip
