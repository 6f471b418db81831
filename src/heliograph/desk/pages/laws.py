"""The law library: laws, one version with its articles and what rests on them, the import of a text by two people."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk import drafts
from heliograph.desk.cited import in_words
from heliograph.desk.forms import LawConfirmForm, LawUploadForm, uploaded
from heliograph.desk.oversight import only_supervises
from heliograph.desk.reference_forms import CorrectionForm, RefuseForm
from heliograph.desk.scope import Scope, page, page_number
from heliograph.disclosure.queries import entries_by_article
from heliograph.registers.actions import (
    ArticleText,
    LawText,
    confirm_law,
    correct_article_change,
    propose_law,
    proposed_law,
    refuse_law,
)
from heliograph.registers.law_texts import LawTextError, ParsedArticle, ParsedLaw, read_law
from heliograph.registers.models import Article, Law, LawImport, LawVersion
from heliograph.registers.models.laws import Verified
from heliograph.registers.permissions import same_person
from heliograph.registers.queries import article_title, articles_like

PAGE = 50
WORDS = 60
KIND = "law"
REPLACES = "替换原条文"
LONG_NAME = re.compile(r"^中华人民共和国")
YEAR = re.compile(r"((?:19|20)\d{2})-\d{2}-\d{2}")


@page("read_registers", "GET", "HEAD")
def laws(scope: Scope) -> HttpResponse:
    """List the laws with their versions, and the texts that wait for a second legal officer."""
    words = scope.request.GET.get("q", "").strip()[:60]
    found = Law.objects.prefetch_related("versions").order_by("name")
    if words:
        found = found.filter(Q(name__icontains=words) | Q(title__icontains=words))
    shown = Paginator(found, PAGE).get_page(page_number(scope.request))
    may_import = scope.may("adopt_law")
    pending = LawImport.objects.filter(state=LawImport.State.PENDING).select_related("agency", "proposed_by")
    context = {"shown": shown, "words": words, "may_import": may_import, "pending": pending if may_import else []}
    return scope.render("laws.html", context)


@page("read_registers", "GET", "HEAD")
def law(scope: Scope, key: str) -> HttpResponse:
    """Show one version with its articles, what of the agency rests on each, and what rests on former versions."""
    version = get_object_or_404(LawVersion.objects.select_related("law", "imported_by"), key=key)
    articles = list(version.articles.annotate(former_count=Count("former")))
    former = Article.objects.filter(version__law=version.law_id, version__key__lt=key).order_by("version", "order")
    keys = list(former.values_list("key", flat=True))
    every = [*keys, *(article.key for article in articles)]
    resting = entries_by_article(scope.id, every, public_only=only_supervises(scope))
    context = {
        "version": version,
        "articles": [(article, len(resting.get(article.key, []))) for article in articles],
        "former": [(key, resting[key]) for key in keys if key in resting],
        "may_adjust": scope.may("adjust"),
        "may_correct": scope.may("correct_article"),
    }
    return scope.render("law.html", context)


@page("read_registers", "GET", "HEAD")
def articles(scope: Scope) -> HttpResponse:
    """Give the articles that fit some words as JSON, for the inputs that offer citations."""
    found = articles_like(scope.request.GET.get("q", "").strip()[:WORDS])
    told = [
        {
            "key": one.key,
            "title": article_title(one),
            "label": in_words(one.key),
            "text": one.text or one.summary,
            "gist": not one.text,
        }
        for one in found
    ]
    return JsonResponse({"articles": told})


@page("adopt_law")
def law_proposal(scope: Scope, proposal: UUID) -> HttpResponse:
    """Show a text that somebody read in, beside what it replaces; confirm it, or put it aside with a reason."""
    found = get_object_or_404(LawImport.objects.select_related("agency", "proposed_by", "decided_by"), pk=proposal)
    decision = scope.request.POST.get("decision", "")
    form = RefuseForm(scope.request.POST if decision == "refuse" else None)
    posted = scope.posted
    if posted and decision == "confirm":
        version = confirm_law(found.pk, agency_id=scope.id, actor=scope.account, at=scope.at)
        scope.done(f"已确认 {version.key}，共 {found.article_count} 条进入执法依据库。")
        return redirect("desk:law", agency=scope.agency.code, key=version.key)
    if posted and form.is_valid():
        refuse_law(found.pk, agency_id=scope.id, reason=form.cleaned_data["reason"], actor=scope.account, at=scope.at)
        scope.done(f"已不采用 {found.key}。")
        return redirect("desk:laws", agency=scope.agency.code)
    pending = found.state == LawImport.State.PENDING
    law = proposed_law(found)
    present = dict(Article.objects.filter(version__key=found.key).values_list("no", "text"))
    rows = [(article, _what_happens(article, present)) for article in law.articles]
    context = {
        "proposal": found,
        "law": law,
        "rows": rows,
        "replaced": sum(outcome == REPLACES for _article, outcome in rows),
        "version": LawVersion.objects.filter(key=found.key).select_related("imported_by").first(),
        "verified": dict(Verified.choices).get(law.verified, ""),
        "own": same_person(scope.account, found.proposed_by),
        "pending": pending,
        "form": form if pending else None,
    }
    return scope.render("law_proposal.html", context, status=422 if posted else 200)


def _what_happens(article: ArticleText, present: dict[str, str]) -> str:
    if article.no not in present:
        return "新增"
    if present[article.no] in {"", article.text}:
        return "补全" if not present[article.no] else "相同"
    return REPLACES


@page("correct_article")
def correct(scope: Scope, article: UUID) -> HttpResponse:
    """Correct the day on which an article changes, with what it said before."""
    found = get_object_or_404(Article.objects.select_related("version__law"), pk=article)
    form = CorrectionForm(scope.sent, initial={"changed_on": found.changed_on})
    posted = scope.posted
    if posted and form.is_valid():
        given = form.cleaned_data
        correct_article_change(found.pk, agency_id=scope.id, **given, actor=scope.account, at=scope.at)
        scope.done(f"已更正 {found.key} 的变动登记。")
        return redirect("desk:law", agency=scope.agency.code, key=found.version.key)
    context = {"article": found, "form": form, "former": found.former.select_related("replaced_by")}
    return scope.render("article_correct.html", context, status=422 if posted else 200)


@page("adopt_law")
def law_import(scope: Scope) -> HttpResponse:
    """Read an uploaded text, show what was found, and put it before a second legal officer."""
    if "token" in scope.request.POST:
        return _confirm(scope)
    form = LawUploadForm(scope.sent, scope.request.FILES or None)
    if scope.posted and form.is_valid():
        name, content = uploaded(form, "file")
        try:
            parsed = read_law(name, content)
        except LawTextError as error:
            form.add_error("file", str(error))
        else:
            token = drafts.keep(scope.account.pk, KIND, asdict(parsed))
            return _preview(scope, parsed, LawConfirmForm(initial=_guessed(name, parsed, token)))
    return scope.render("law_import.html", {"form": form}, status=422 if form.errors else 200)


def _guessed(file_name: str, parsed: ParsedLaw, token: str) -> dict[str, Any]:
    years = YEAR.findall(file_name)
    return {
        "name": LONG_NAME.sub("", parsed.title)[:120],
        "title": parsed.title[:200],
        "year": years[-1] if years else None,
        "token": token,
    }


def _preview(scope: Scope, parsed: ParsedLaw, form: LawConfirmForm) -> HttpResponse:
    context = {"parsed": parsed, "form": form, "count": len(parsed.articles), "last": parsed.articles[-1].no}
    return scope.render("law_preview.html", context, status=422 if form.errors else 200)


def _confirm(scope: Scope) -> HttpResponse:
    form = LawConfirmForm(scope.request.POST)
    kept = drafts.find(scope.account.pk, KIND, scope.request.POST["token"])
    if kept is None:
        again = LawUploadForm()
        return scope.render("law_import.html", {"form": again, "expired": True}, status=409)
    parsed = ParsedLaw(**{**kept, "articles": [ParsedArticle(**article) for article in kept["articles"]]})
    if not form.is_valid() or not scope.posted:
        return _preview(scope, parsed, form)
    if parsed.faults:
        form.add_error(None, "文本中的条号还有问题，请改正文件后重新上传。")
        return _preview(scope, parsed, form)
    proposal = propose_law(_law_text(parsed, form.cleaned_data), agency_id=scope.id, actor=scope.account, at=scope.at)
    drafts.drop(scope.account.pk, KIND, form.cleaned_data["token"])
    scope.done(f"已提交 {proposal.key}，共 {len(parsed.articles)} 条，待另一名法制审核人确认后入库。")
    return redirect("desk:law-proposal", agency=scope.agency.code, proposal=proposal.pk)


def _law_text(parsed: ParsedLaw, given: dict[str, Any]) -> LawText:
    articles = [
        ArticleText(
            no=article.no,
            text=article.text,
            chapter=article.chapter[:120],
            verified=given["verified"],
            read_in=given["read_in"],
        )
        for article in parsed.articles
    ]
    return LawText(
        key=f"{given['name']}@{given['year']}",
        title=given["title"],
        level=given["level"],
        articles=articles,
        effective_from=given["effective_from"],
        verified=given["verified"],
        read_in=given["read_in"],
        overwrite=True,
    )
