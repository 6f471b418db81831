"""The page of an open step: one form, saved as it is typed, sent once."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from heliograph.desk.archive_gate import require_whole
from heliograph.desk.case_groups import doers_of
from heliograph.desk.case_matter import matter_of
from heliograph.desk.case_page import OpenStep, clock_of, open_step
from heliograph.desk.case_reading import case_of
from heliograph.desk.scope import Scope, page, shown_basis, status_of
from heliograph.desk.steps.benchmarks import WEIGH, panels
from heliograph.desk.steps.form import StepForm, filled, form_class
from heliograph.desk.steps.shape import StepPlace
from heliograph.desk.steps.table import form_of
from heliograph.desk.steps.typed_words import typed_words
from heliograph.disclosure.actions.stepping import ACT as PUBLISHES
from heliograph.disclosure.sources import decision_in
from heliograph.dossiers.actions.drafting import drop_step_draft, save_step_draft
from heliograph.dossiers.models import Case, CaseEvent, StepDraft
from heliograph.dossiers.permissions import require_doer, seen_by
from heliograph.dossiers.rules.citing import at_step
from heliograph.dossiers.rules.opening import is_current_step
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.procedures.models import Step
from heliograph.procedures.queries import following, settled, standing
from heliograph.registers.models import Role

SENT = "step_sent"  # in the session: the fingerprint of the last form that did a step, or tried to
NOT_KEPT = {"csrfmiddlewaretoken", "rev", "draft", "act"}


@page("take_step")
def case_step(scope: Scope, case: UUID, step: str) -> HttpResponseBase:
    """Show an open step with its form, and do it."""
    found = case_of(scope, case)
    stands = standing(found.pk)
    opened = open_step(scope, found, stands, step)
    if opened is None:
        return _twice(scope, found, step) or _closed(scope, found, step)
    row = form_of(opened.place)
    if row is None:
        return _page(scope, opened, None)
    if scope.posted:
        require_doer(found, scope.reader, opened.place.node, scope.on)
    draft = _draft(scope, found, step) if scope.sent is None else None
    shape = form_class(opened.place, row)
    form = filled(opened.place, shape, _initial(shape, draft))
    weighing = scope.sent is not None and scope.sent.get("act") == WEIGH
    if scope.posted and not weighing and form.is_valid():
        scope.request.session[SENT] = _print_of(scope)
        scope.request.session.save()  # before the act: a second click comes while the first is still at work
        try:
            told = _send(form)
        except ActRefusedError:
            if (done := _twice(scope, found, step)) is not None:
                return done
            raise
        drop_step_draft(found.pk, step, actor=scope.account)
        scope.done(told.text)
        at_window = Role.WINDOW_CLERK in scope.roles
        if at_window and not seen_by(scope.reader).filter(pk=found.pk).exists():  # it no longer waits for the window
            return redirect("desk:home", agency=scope.agency.code)
        return redirect("desk:case", agency=scope.agency.code, case=found.pk)
    return _page(scope, opened, form, draft)


def _send(form: StepForm) -> CaseEvent:
    """Do the act of a form; what refuses it cites the law of the step, not that of penalties, in any other matter."""
    place = form.place
    try:
        return form.send()
    except ActRefusedError as refused:
        cited = at_step(refused.verdict, category=place.case.category, basis=place.node.basis)
        raise ActRefusedError(cited) from refused


def _twice(scope: Scope, case: Case, step: str) -> HttpResponse | None:
    """Answer the second click on a button whose first one did the step: the step is done, by this very form.

    The form carries the revision of the case that it was opened at; the step that it did is the one right after. What
    was typed anew into an old form is none of this: it is shown again, so that nothing is lost.
    """
    session = scope.request.session
    if not scope.posted or session.__class__(session.session_key).get(SENT) != _print_of(scope):
        return None
    own = Step.objects.filter(agency_id=case.agency_id, run_id=case.pk, place=step, actor=scope.account,
                              number=scope.sent_rev + 1)  # fmt: skip
    return redirect("desk:case", agency=scope.agency.code, case=case.pk) if own.exists() else None


def _print_of(scope: Scope) -> str:
    """Return the fingerprint of a sent form: its address, what was typed, and the names and sizes of its files."""
    sent = sorted((name, values) for name, values in scope.request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, str(one.name), one.size) for name, all_of in scope.request.FILES.lists() for one in all_of)
    return hashlib.sha256(repr((scope.request.path, sent, files)).encode()).hexdigest()


def _publishing(opened: OpenStep) -> str:
    """Return on which occasion the case can be published here, where the step is that of publication."""
    if opened.place.node.act != PUBLISHES:
        return ""
    return "decision" if decision_in(opened.place.case) else "result"


def _page(scope: Scope, opened: OpenStep, form: StepForm | None, draft: StepDraft | None = None) -> HttpResponse:
    stands = opened.place.standing
    case = opened.place.case
    given = {"agency": scope.agency.code, "case": case.pk, "step": opened.place.place}
    context = {
        "case": case,
        "step": opened,
        "form": form,
        "row": form_of(opened.place),
        "rev": stands.run.rev,
        "draft": draft,
        "draft_url": reverse("desk:case-draft", kwargs=given),
        "clock": clock_of(scope, case)[:2],
        "following": following(stands.compiled, frozenset({opened.place.place}), settled(stands, [opened.place.place])),
        "done_by": _excluded(opened),
        "benchmarks": panels(opened.place, form),
        "doer": doers_of(scope, case, [opened.token])[opened.token.place],
        "is_co_handler": scope.account.pk == case.co_handler_id,
        "matter": matter_of(opened.place),
        "publishing": _publishing(opened),
    }
    row = form_of(opened.place)
    if row is not None and form is not None and row.beside is not None:
        context |= row.beside(opened.place, form)
    template = row.template if row is not None else "case_step.html"
    return scope.render(template, context, status=422 if form is not None and form.errors else 200)


def _excluded(opened: OpenStep) -> list[str]:
    """Return the names of the steps whose doer may not do this one."""
    nodes = opened.place.standing.compiled.definition.nodes
    return [nodes[place].shown for place in opened.place.node.exclude if place in nodes]


def _closed(scope: Scope, case: Case, step: str) -> HttpResponse:
    """Say that a step is done or not yet open, with what was typed, so that nothing is lost."""
    require_whole(scope, case)
    node = standing(case.pk).node(step)
    last = Step.objects.filter(agency_id=case.agency_id, run_id=case.pk, place=step).select_related("actor")
    done = last.order_by("-number").first()
    verdict = is_current_step("", open_act=None, name="")
    assert isinstance(verdict, Refused)  # noqa: S101 - nothing is open here
    context = {
        "case": case,
        "name": node.shown if node else "",
        "verdict": verdict,
        "basis": shown_basis(verdict),
        "done": done,
        "typed": _typed(scope, case, step),
    }
    return scope.render("case_step_closed.html", context, status=status_of(verdict))


def _typed(scope: Scope, case: Case, step: str) -> list[tuple[str, str]]:
    """Return what was typed into a form that can no longer be sent, each under its question."""
    found = scope.request.POST.copy()
    for name in [name for name in found if name in NOT_KEPT or name.endswith("-kept")]:
        del found[name]
    stands = standing(case.pk)
    node = stands.node(step)
    place = StepPlace(scope, case, stands, step, node) if node is not None and found else None
    return typed_words(place, found)


# -- drafts
def _draft(scope: Scope, case: Case, step: str) -> StepDraft | None:
    drafts = StepDraft.objects.filter(agency_id=scope.id, case=case, step=step, account=scope.account)
    return drafts.first()


def _initial(shape: type[StepForm], draft: StepDraft | None) -> dict[str, Any]:
    """Return what a draft holds in the form that the fields begin with."""
    if draft is None:
        return {}
    sent = {name: values for name, values in draft.data.items() if isinstance(values, list)}
    found: dict[str, Any] = {}
    for name, field in shape.base_fields.items():
        data = _DraftData(sent)
        if not field.widget.value_omitted_from_data(data, {}, name):
            found[name] = field.widget.value_from_datadict(data, {}, name)
    return found


class _DraftData(dict[str, Any]):
    """A draft as widgets read sent data."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return the last value of a name."""
        values = super().get(name)
        return values[-1] if values else default

    def getlist(self, name: str) -> list[str]:
        """Return every value of a name."""
        return list(super().get(name) or [])


@page("take_step", "POST")
def case_draft(scope: Scope, case: UUID, step: str) -> HttpResponseBase:
    """Keep what is being typed; a script asks in the background, a button without one."""
    found = case_of(scope, case)
    sent = scope.request.POST
    data = {name: sent.getlist(name) for name in sent if name not in NOT_KEPT}
    draft = save_step_draft(found.pk, step, data=data, actor=scope.account, at=scope.at)
    if scope.request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"saved_at": f"{draft.saved_at.astimezone():%H:%M}"})
    scope.done("草稿已保存，只有您自己能看到。")
    return redirect("desk:case-step", agency=scope.agency.code, case=found.pk, step=step)
