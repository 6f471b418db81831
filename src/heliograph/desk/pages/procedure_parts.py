"""New parts of a draft, made in the browser: a fact, a decision table, a table from a DMN file; and taking them out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect

from heliograph.desk.forms import DeskForm, uploaded
from heliograph.desk.pages.procedure_drafts import draft, draft_of, save, seen_rev
from heliograph.desk.pages.procedure_tables import place_of, table
from heliograph.desk.procedure_part_forms import DmnForm, FactForm, TableForm, discretion_facts
from heliograph.desk.scope import Scope, page
from heliograph.kernel.bpmn import BpmnRefusedError, read_process
from heliograph.kernel.dmn import Table, TableFault, TableRefusedError, check_table, parse_table, write_table
from heliograph.kernel.packs.discretion import RESULTS, discretion_faults
from heliograph.kernel.verdict import Refused, require
from heliograph.procedures.actions.releasing import draft_bundle
from heliograph.procedures.models import Draft

BASIS = "国办发118号@2018"
JSON = "application/json"


def checking(scope: Scope) -> bool:
    """Say whether a script only asks what is wrong with a form as it is being typed."""
    return scope.posted and scope.request.headers.get("Accept", "").startswith(JSON)


def said(form: DeskForm) -> JsonResponse:
    """Tell a script what is wrong, field by field; what is not yet filled in is not complained of."""
    form.is_valid()
    sent = {name for name, values in form.data.lists() if any(values)} if hasattr(form.data, "lists") else set()
    faults = {name: " ".join(map(str, errors)) for name, errors in form.errors.items() if name in {*sent, "__all__"}}
    return JsonResponse({"faults": faults})


@page("draft_procedure")
def fact(scope: Scope, draft: UUID) -> HttpResponse:
    """Add a fact to a draft."""
    found = draft_of(scope, draft)
    form = FactForm(scope.sent, initial={"rev": found.rev}, taken=[one["name"] for one in found.facts])
    if checking(scope):
        return said(form)
    if scope.posted and form.is_valid():
        made = form.kept()
        save(scope, found, form.cleaned_data["rev"] or 0, facts=[*found.facts, made])
        scope.done(f"已增加事实“{made['name']}”。")
        return redirect("desk:procedure-draft", agency=scope.agency.code, draft=found.pk)
    return _form(scope, found, form, "增加事实", "增加后，流程的条件和规则表可以使用这一事实。")


@page("draft_procedure", "POST", shows=draft)
def fact_delete(scope: Scope, draft: UUID) -> HttpResponse:
    """Take a fact out of a draft that nothing in it uses."""
    found = draft_of(scope, draft)
    name = scope.request.POST.get("name", "")
    if name not in {one["name"] for one in found.facts}:
        raise Http404
    users = [*_flows_with(found, name), *_tables_with(found, name)]
    if users:
        require(Refused("procedure.in_use", f"事实“{name}”还在使用（{'、'.join(users)}），不能删除。", BASIS))
    save(scope, found, seen_rev(scope), facts=[one for one in found.facts if one["name"] != name])
    scope.done(f"已删除事实“{name}”。")
    return redirect("desk:procedure-draft", agency=scope.agency.code, draft=found.pk)


def _flows_with(draft: Draft, name: str) -> list[str]:
    """Return the drawings in which a fact is written anywhere; one that is no longer read counts as well."""
    return [f"流程文件 {key}" for key, xml in draft.files.items() if name in xml]


def _tables_with(draft: Draft, name: str) -> list[str]:
    return [f"规则表 {key}" for key, xml in draft.tables.items() if name in xml]


def _form(scope: Scope, found: Draft, form: DeskForm, title: str, lead: str, *, files: bool = False) -> HttpResponse:
    context = {"draft": found, "form": form, "title": title, "lead": lead, "files": files}
    return scope.render("procedure_part.html", context, status=422 if form.errors else 200)


# -- tables
@page("draft_procedure")
def table_new(scope: Scope, draft: UUID) -> HttpResponse:
    """Add a table to a draft; its rows are filled in the grid."""
    found = draft_of(scope, draft)
    form = TableForm(
        scope.sent,
        initial={"rev": found.rev},
        key=_fresh_key(found),
        dictionary=draft_bundle(found).dictionary,
        results=[one["name"] for one in found.facts if one.get("ask") == "rule" and one["name"] not in RESULTS],
    )
    if checking(scope):
        return said(form)
    if scope.posted and form.is_valid():
        return _kept(scope, found, form.table(), form.cleaned_data["rev"] or 0, "已增加规则表“{}”，请填写各行。")
    return _form(scope, found, form, "增加规则表", "先定条件和结果，保存后逐行填写。由流程使用的，再在流程图中选用。")


def _fresh_key(draft: Draft) -> str:
    number = 1
    while f"table_{number}" in draft.tables:
        number += 1
    return f"table_{number}"


def _kept(scope: Scope, found: Draft, table: Table, rev: int, told: str) -> HttpResponse:
    tables = {**found.tables, table.id: write_table(table).decode()}
    save(scope, found, rev, tables=tables, facts=_with_results(found, table))
    scope.done(told.format(table.name))
    return redirect("desk:procedure-table", agency=scope.agency.code, draft=found.pk, table=table.id)


def _with_results(draft: Draft, table: Table) -> list[dict[str, Any]]:
    """Return a draft's facts with those that a discretion table finds."""
    facts: list[dict[str, Any]] = list(draft.facts)
    known = {one["name"] for one in facts}
    for name, one in discretion_facts().items() if table.articles else ():
        if name not in known:
            facts.append({"name": name, "type": one.type, "choices": [], "unit": one.unit, "minimum": None,
                          "ask": "rule", "question": "", "initial": None})  # fmt: skip
    return facts


@page("draft_procedure")
def table_file(scope: Scope, draft: UUID) -> HttpResponse:
    """Take a table as a DMN file: one that is new, or in place of the table with its id."""
    found = draft_of(scope, draft)
    form = DmnForm(scope.sent, scope.request.FILES or None, initial={"rev": found.rev})
    if scope.posted and form.is_valid():
        _, content = uploaded(form, "file")
        try:
            made = _sound(found, content)
        except TableRefusedError as refused:
            for fault in refused.faults:
                form.add_error("file", f"{fault}。")
        else:
            told = "已用上传的文件替换规则表“{}”。" if made.id in found.tables else "已增加规则表“{}”。"
            return _kept(scope, found, made, form.cleaned_data["rev"] or 0, told)
    lead = "文件里的编号（id）与草稿中某张表相同的，替换那张表；不同的，增加一张表。"
    return _form(scope, found, form, "上传规则表", lead, files=True)


def _sound(found: Draft, content: bytes) -> Table:
    """Return the table of a file that this draft can use. Raises TableRefusedError with every fault."""
    table = parse_table(content)
    dictionary = {**draft_bundle(found).dictionary, **(discretion_facts() if table.articles else {})}
    faults = [*check_table(table, dictionary)]
    if not faults:
        faults = [TableFault(0, "", one) for one in discretion_faults(table, dictionary)]
    if faults:
        raise TableRefusedError(faults)
    return table


@page("draft_procedure", "POST", shows=table)
def table_delete(scope: Scope, draft: UUID, table: str) -> HttpResponse:
    """Take a table out of a draft that no drawing of it asks."""
    found = draft_of(scope, draft)
    place = place_of(scope, draft, table)
    users = _callers(found, table)
    if users:
        message = f"规则表“{place.table.name}”还由流程使用（{'、'.join(users)}），不能删除。请先修改流程图。"
        require(Refused("procedure.in_use", message, BASIS))
    of_pack = {one.id for one in scope.pack.rules.tables}
    if place.table.articles and table in of_pack:
        message = f"“{place.table.name}”是规则包里的裁量基准，办案时按条文适用，不能删除。停止适用的，填写失效日期。"
        require(Refused("procedure.in_use", message, BASIS))
    kept = {key: xml for key, xml in found.tables.items() if key != table}
    save(scope, found, seen_rev(scope), tables=kept)
    scope.done(f"已删除规则表“{place.table.name}”。")
    return redirect("desk:procedure-draft", agency=scope.agency.code, draft=found.pk)


def _callers(draft: Draft, table: str) -> list[str]:
    """Return the steps that ask a table; a drawing that does not read counts when it names the table at all."""
    users: list[str] = []
    for key, xml in draft.files.items():
        try:
            elements = read_process(xml.encode()).elements.values()
        except BpmnRefusedError:
            users += [f"流程文件 {key}"] if f'"{table}"' in xml else []
            continue
        users += [one.name or one.id for one in elements if one.decision == table]
    return users
