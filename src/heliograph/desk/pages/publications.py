"""Publications of decisions: the list, preparing one, the second person's page, withdrawal and correction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from heliograph.desk.archive_gate import require_whole
from heliograph.desk.case_reading import case_of
from heliograph.desk.publication_forms import (
    AnswerForm,
    CorrectDecisionForm,
    PrepareForm,
    WithdrawDecisionForm,
    choices_in,
)
from heliograph.desk.publication_lists import listed, seen_publications
from heliograph.desk.publication_texts import masked_pieces, original_pieces
from heliograph.desk.scope import Scope, page
from heliograph.disclosure import redacting
from heliograph.disclosure.actions.ending import is_annulled, withdraw_decision
from heliograph.disclosure.actions.preparing import (
    ENDED,
    chain_of,
    correct_publication,
    ground_of,
    is_treatable,
    own_to,
    prepare_publication,
    standing,
    submit_publication,
    treated_draft,
)
from heliograph.disclosure.actions.releasing import release_publication, return_publication, withhold_publication
from heliograph.disclosure.models import Publication
from heliograph.disclosure.permissions import DECIDING
from heliograph.disclosure.rules import deciding, showing
from heliograph.disclosure.sources import Source, known_in, source_of, standing_of, term_of
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import require_handler
from heliograph.kernel.verdict import ActRefusedError, Refused, require

PLATFORM = "行政执法信息公示平台"


@page("read_publications", "GET", "HEAD")
def publications(scope: Scope) -> HttpResponse:
    """List what is to be published, what waits, what is public, what has ended."""
    return scope.render("publications.html", listed(scope))


@page("prepare_publication")
def publication_make(scope: Scope, case: UUID, occasion: str) -> HttpResponse:
    """Prepare the publication of a case: summary, text with what was found in it, examination."""
    if occasion not in Publication.Occasion.values:
        raise Http404
    found = case_of(scope, case)
    require_handler(found, scope.reader)
    require_whole(scope, found)
    draft = Publication.objects.filter(case=found, occasion=occasion).exclude(state__in=ENDED).first()
    require(deciding.may_write(standing(draft)) if draft else deciding.may_prepare(standing_of(found, occasion)))
    source = source_of(found, occasion)
    lines, issued = _lines_of(source, draft), bool(source.text)
    form = PrepareForm(scope.sent, lines=lines, issued=issued, pack=scope.pack, initial=_initial(draft, issued=issued))
    if scope.posted and form.is_valid():
        # lines are sent by their place: those of another state of the case would stand under other labels
        require(deciding.is_read_as_shown(scope.request.POST.get("source", source.sha256), source.sha256))
        content = form.content(occasion, scope.request.POST)
        rev = scope.sent_rev if draft else None
        made = prepare_publication(found.pk, content=content, actor=scope.account, at=scope.at, rev=rev)
        return _after_saving(scope, made)
    context = {
        "case": found,
        "publication": draft,
        "occasion": Publication.Occasion(occasion).label,
        "form": form,
        "rev": draft.rev if draft else 0,
        "changed": draft is not None and _is_changed(source, draft),
        "source_sha256": source.sha256,
        "term": term_of(found, scope.pack, source.decided_on),
        **_suggested(scope, found, lines, source.text, draft),
    }
    return scope.render("publication_make.html", context, status=422 if form.errors else 200)


def _lines_of(source: Source, draft: Publication | None) -> list[showing.Pair]:
    """Return the lines as the draft has them; those of the case that the draft left out are offered empty again.

    Those of the case where it changed since, for what was written then is about another state of it.
    """
    if draft is None or _is_changed(source, draft):
        return list(source.lines)
    written = dict(draft.lines)
    return [
        (label, value if label in showing.FIXED and written.get(label) else written.get(label, ""))
        for label, value in source.lines
    ]


def _is_changed(source: Source, draft: Publication) -> bool:
    return source.sha256 != draft.source_sha256


def _initial(draft: Publication | None, *, issued: bool) -> dict[str, Any]:
    if draft is None:
        return {"form": Publication.Form.FULL if issued else Publication.Form.SUMMARY}
    names = ("form", "ground", "examined")
    term = {"term_ends_on": draft.next_term_ends_on, "term_basis": draft.next_term_basis}
    return {name: getattr(draft, name) for name in names} | term | {"added": "\n".join(draft.added)}


def _suggested(
    scope: Scope, case: Case, lines: list[showing.Pair], text: str, draft: Publication | None
) -> dict[str, Any]:
    """Return the text with what was found in it, group by group; what was just sent stays chosen."""
    if draft is not None and draft.form == Publication.Form.SUMMARY:
        text = ""
    filled = [one for one in lines if one[1]]
    added = draft.added if draft else []
    known = redacting.with_added(known_in(case), added)
    profile = redacting.profile_under(scope.pack)
    choices = choices_in(scope.sent) if scope.sent else {}
    original = showing.joined_text(filled, text)
    groups = redacting.decided(original, known, profile, draft.redactions if draft else [], choices)
    return {"groups": groups, "paragraphs": original_pieces(filled, text, groups)}


def _after_saving(scope: Scope, made: Publication) -> HttpResponse:
    left = sum(not one["confirmed"] for one in made.redactions)
    if left:
        scope.done(f"已保存。还有 {left} 组内容没有确认是否隐去。")
        return _to_make(scope, made)
    scope.done("已保存。请核对公示文本后送审。")
    return _to(scope, made)


def _to_make(scope: Scope, one: Publication) -> HttpResponse:
    return redirect("desk:publication-make", agency=scope.agency.code, case=one.case_id, occasion=one.occasion)


def _to(scope: Scope, one: Publication) -> HttpResponse:
    return redirect("desk:publication", agency=scope.agency.code, publication=one.pk)


def publication_of(scope: Scope, publication: UUID) -> Publication:
    """Return a publication of a case in sight. Publication.DoesNotExist for any other."""
    related = ("case__handler", "case__co_handler", "decision", "prepared_by", "answered_by", "withdrawn_by", "duty")
    return seen_publications(scope).select_related(*related).get(pk=publication)


@page("read_publications")
def publication(scope: Scope, publication: UUID) -> HttpResponse:
    """Show original and public text side by side, and take what its author or the second person decides."""
    found = publication_of(scope, publication)
    form = AnswerForm(scope.sent)
    if scope.posted and form.is_valid():
        return _answer(scope, found, form.cleaned_data["reason"])
    context = {
        "publication": found,
        "case": found.case,
        "form": form,
        "versions": found.versions.select_related("prepared_by", "released_by").order_by("-number"),
        "examinations": found.examinations.select_related("asked_by", "decided_by").order_by("decided_at"),
        "ground": ground_of(scope.pack, found.ground),
        "treatable": is_treatable(scope.pack, found.ground),
        "mine": scope.account.pk in {found.case.handler_id, found.case.co_handler_id},
        "may_withdraw": _may_withdraw(scope, found),
        "portal_url": _portal_url(scope, found),
        **(_compared(scope, found) if found.draft else _public(found)),
    }
    return scope.render("publication.html", context, status=422 if form.errors else 200)


def _may_withdraw(scope: Scope, found: Publication) -> bool:
    if not scope.may("withdraw_decision") or found.state != Publication.State.PUBLIC:
        return False
    own = scope.account.pk in {found.case.handler_id, found.case.co_handler_id}
    return bool(scope.roles & DECIDING) or (own and is_annulled(found))


def _portal_url(scope: Scope, found: Publication) -> str:
    return reverse("portal:decision", args=[scope.agency.code, found.pk]) if found.version else ""


def _compared(scope: Scope, found: Publication) -> dict[str, Any]:
    """Return both texts of what is being prepared, what would leak, and whether the account may decide on it."""
    require_whole(scope, found.case)
    source = source_of(found.case, found.occasion)
    text = source.text if found.form == Publication.Form.FULL else ""
    lines = [(label, value) for label, value in found.lines]
    stage = chain_of(scope.pack).stages[-1]
    verdict = deciding.may_answer(
        standing(found), actor=scope.account.pk, own=own_to(found, found.case),
        roles={role.value for role in scope.roles}, releasing=stage.role, basis=stage.basis[0],
    )  # fmt: skip
    shared: dict[str, Any] = {
        "stage": stage,
        "verdict": verdict,
        "may_answer": bool(verdict),
        "changed": _is_changed(source, found),
        "reworded": _reworded(lines, source),
        "served": standing_of(found.case, found.occasion).served or found.occasion == Publication.Occasion.RESULT,
        "original": original_pieces(lines, text, found.redactions),
        "unconfirmed": sum(not one["confirmed"] for one in found.redactions),
    }
    try:
        done, leaks = treated_draft(found, found.case, scope.on)
    except ActRefusedError as error:
        return {**shared, "masked": [], "leaks": [str(error.verdict.message)]}
    return {**shared, "masked": masked_pieces(done.masked.text, done.masked.spans, lines), "leaks": leaks}


def _reworded(lines: list[showing.Pair], source: Source) -> list[tuple[str, str, str]]:
    """Return the lines that say something else than the case, or nothing: label, as drafted, as the case says."""
    written = dict(lines)
    return [(label, written.get(label, ""), value) for label, value in source.lines if written.get(label, "") != value]


def _public(found: Publication) -> dict[str, Any]:
    last = found.versions.order_by("-number").first()
    return {"masked": masked_pieces(last.masked_text, last.spans, last.lines) if last else []}


def _answer(scope: Scope, found: Publication, reason: str) -> HttpResponse:
    asked = scope.request.POST.get("decision", "")
    given: dict[str, Any] = {"rev": scope.sent_rev, "actor": scope.account, "at": scope.at}
    if asked == "submit":
        submit_publication(found.pk, **given)
        scope.done("已送审，等待发布审批。")
    elif asked == "return":
        return_publication(found.pk, reason=reason, **given)
        scope.done("已退回拟制人。")
    elif asked == "withhold":
        withhold_publication(found.pk, **given)
        scope.done("已决定不予公开，公开审查已记录。")
    elif asked == "release":
        release_publication(found.pk, place=place_of(scope, found), **given)
        scope.done("已公示。")
    else:
        require(Refused("publication.unknown", "请选择办理的事项。", deciding.OPINION))
    return _to(scope, found)


def place_of(scope: Scope, found: Publication) -> str:
    """Return where the public reads a publication, as the case registers it."""
    address = reverse("portal:decision", args=[scope.agency.code, found.pk])
    return f"{PLATFORM}（{scope.request.build_absolute_uri(address)}）"


@page("withdraw_decision")
def publication_withdraw(scope: Scope, publication: UUID) -> HttpResponse:
    """Withdraw what is public, with the reason that the public reads."""
    found = publication_of(scope, publication)
    form = WithdrawDecisionForm(scope.sent)
    if scope.posted and form.is_valid():
        withdraw_decision(found.pk, **form.cleaned_data, place=PLATFORM, actor=scope.account, at=scope.at)
        scope.done("已撤回，公示页只保留文号、时间和理由。")
        return _to(scope, found)
    is_open = found.state == Publication.State.PUBLIC
    context = {"publication": found, "form": form, "is_open": is_open, "act": "撤回公示", "button": "办理撤回"}
    return scope.render("publication_end.html", context, status=422 if form.errors else 200)


@page("prepare_publication")
def publication_correct(scope: Scope, publication: UUID) -> HttpResponse:
    """Begin the correction of what is public."""
    found = publication_of(scope, publication)
    form = CorrectDecisionForm(scope.sent)
    if scope.posted and form.is_valid():
        correct_publication(found.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done("请修改后送审；审批前公示的仍是原版本。")
        return _to_make(scope, found)
    is_open = found.state == Publication.State.PUBLIC and not found.draft
    context = {"publication": found, "form": form, "is_open": is_open, "act": "更正公示", "button": "提出更正"}
    return scope.render("publication_end.html", context, status=422 if form.errors else 200)
