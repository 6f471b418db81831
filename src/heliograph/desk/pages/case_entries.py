"""What officers add to a case's file outside its steps, and taking a file out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from heliograph.desk.case_entry_forms import (
    CitationForm,
    EvidenceForm,
    MeasureBeginForm,
    MeasureDecisionForm,
    MeasureEndForm,
    MeasureForm,
    OnSiteForm,
    PeopleForm,
)
from heliograph.desk.case_reading import case_of
from heliograph.desk.cited import CitedArticle, articles_of
from heliograph.desk.file_answers import file_answer
from heliograph.desk.forms import DeskForm
from heliograph.desk.original_fields import arrivals, originals_form, received_files
from heliograph.desk.people_fit import in_charge, officers
from heliograph.desk.scope import Scope, page
from heliograph.disclosure.queries import cited_articles
from heliograph.dossiers import actions
from heliograph.dossiers.actions.reading import read_case_file
from heliograph.dossiers.models import Case, Measure
from heliograph.dossiers.permissions import seen_by
from heliograph.dossiers.queries import known_articles


@dataclass(frozen=True, slots=True)
class Entry:
    """A kind of entry: its heading, what the page says, its form, and the act."""

    title: str
    hint: str
    button: str
    form: type[DeskForm]
    act: Callable[[Scope, Case, Any], object]
    done: str


def _evidence(scope: Scope, case: Case, form: EvidenceForm) -> object:
    files = list(arrivals(scope, case.pk, received_files(form, "originals")))
    content = form.content({**form.cleaned_data, "originals": files})
    return actions.add_evidence(case.pk, content=content, actor=scope.account, at=scope.at)


def _on_site(scope: Scope, case: Case, form: OnSiteForm) -> object:
    return actions.register_on_site_act(case.pk, content=form.content(), actor=scope.account, at=scope.at)


def _citation(scope: Scope, case: Case, form: CitationForm) -> object:
    return actions.cite(case.pk, **form.cleaned_data, actor=scope.account, at=scope.at)


def _measure(scope: Scope, case: Case, form: MeasureForm) -> object:
    given: dict[str, Any] = {"content": form.content(), "actor": scope.account, "at": scope.at}
    if form.is_asked_for:
        return actions.ask_measure(case.pk, approver_id=UUID(form.cleaned_data["approver"]), **given)
    return actions.take_measure(case.pk, started_at=form.cleaned_data["started_at"], **given)


ENTRIES: dict[str, Entry] = {
    "evidence": Entry(
        "登记证据", "证据须写明来源、取证人和证明事项。依据：行政处罚法@2021:46", "登记证据", EvidenceForm, _evidence,
        "已登记证据。",
    ),
    "on-site": Entry(
        "登记现场活动", "先出示执法证件、告知权利义务，再开始询问或者检查。依据：行政处罚法@2021:55", "登记现场活动",
        OnSiteForm, _on_site, "已登记现场活动。",
    ),
    "citation": Entry(
        "引用条文", "违反条款和处理依据分别引用；作出的决定须有依据。依据：国办发118号@2018:7", "引用", CitationForm,
        _citation, "已引用条文。",
    ),
    "measure": Entry(
        "登记措施",
        "先行登记保存在此报请批准，负责人审批后再登记实施；抽样取证直接登记。查封、扣押另按行政强制程序办理。"
        "依据：行政处罚法@2021:56",
        "提交", MeasureForm, _measure, "已提交。先行登记保存须等负责人批准后实施。",
    ),
}  # fmt: skip


@page("edit_case")
def entry_new(scope: Scope, case: UUID, kind: str) -> HttpResponse:
    """Add one entry to the file of a case."""
    found, entry = case_of(scope, case), ENTRIES[kind]
    form = _form(scope, found, entry)
    if scope.posted and form.is_valid():
        entry.act(scope, found, form)
        scope.done(entry.done)
        return redirect("desk:case", agency=scope.agency.code, case=found.pk)
    context = {"case": found, "entry": entry, "form": form, "citable": _citable(scope) if kind == "citation" else None}
    return scope.render("case_entry.html", context, status=422 if form.errors else 200)


def _form(scope: Scope, case: Case, entry: Entry) -> Any:
    more: dict[str, Any] = {}
    if issubclass(entry.form, PeopleForm):
        approving = issubclass(entry.form, MeasureForm)
        more["people"] = in_charge(scope, case, approving=True) if approving else officers(scope, case)
    if "originals" in entry.form.base_fields:
        return originals_form(scope, case, entry.form, initial=_initial(scope, case), **more)
    return entry.form(scope.sent, **more) if scope.sent else entry.form(initial=_initial(scope, case), **more)


def _initial(scope: Scope, case: Case) -> dict[str, Any]:
    return {
        "obtained_on": scope.on,
        "place": case.place,
        "collector": str(case.handler_id),
        "first_officer": str(case.handler_id),
        "second_officer": str(case.co_handler_id or ""),
    }


def _citable(scope: Scope) -> list[CitedArticle]:
    """Return the articles that the agency's registers rest on, which its cases cite most. Two queries or three."""
    cited = cited_articles(scope.id)
    return list(articles_of(scope, sorted(known_articles(scope.pack, cited))).values())


@page("edit_case")
def measure_end(scope: Scope, measure: UUID) -> HttpResponse:
    """Register what became of things that were preserved or sampled."""
    return _on_measure(scope, measure, "登记处理结果", MeasureEndForm, actions.end_measure, "已登记措施的处理结果。")


@page("approve_measure")
def measure_approve(scope: Scope, measure: UUID) -> HttpResponse:
    """Decide as a person in charge whether evidence may be preserved."""
    return _on_measure(scope, measure, "审批", MeasureDecisionForm, actions.approve_measure, "已审批。")


@page("edit_case")
def measure_begin(scope: Scope, measure: UUID) -> HttpResponse:
    """Register that an approved preservation was carried out."""
    return _on_measure(
        scope, measure, "登记实施", MeasureBeginForm, actions.begin_measure, "已登记实施，处理期限开始计算。"
    )


def _on_measure(
    scope: Scope, key: UUID, title: str, shape: type[DeskForm], act: Callable[..., object], done: str
) -> HttpResponse:
    """Do one act on a measure; its form gives what the act takes."""
    found = Measure.objects.select_related("case").get(pk=key, case__in=seen_by(scope.reader))
    form = shape(scope.sent, initial={"ended_on": scope.on})
    if scope.posted and form.is_valid():
        act(found.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done(done)
        return redirect("desk:case", agency=scope.agency.code, case=found.case_id)
    hint = f"清单：{found.items[:300]}。理由：{found.reason[:300]}"
    entry = Entry(f"{title}：{found.get_kind_display()}", hint, title, shape, _measure, "")
    context = {"case": found.case, "entry": entry, "form": form}
    return scope.render("case_entry.html", context, status=422 if form.errors else 200)


@page("read_cases", "GET", "HEAD")
def case_file(scope: Scope, case: UUID, file: UUID) -> HttpResponseBase:
    """Give a file of a case to be saved; taking it out is a record. 404 for what is not there or not to be seen.

    From the archive it is a copy that says on every page whose it is.
    """
    found = case_of(scope, case)
    taken = read_case_file(found.pk, file, actor=scope.account, at=scope.at)
    return file_answer(scope, found, taken)
