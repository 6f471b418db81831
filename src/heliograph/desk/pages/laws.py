"""The law library: laws, one version with its articles and what rests on them, and the import of a text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk import drafts
from heliograph.desk.forms import LawConfirmForm, LawUploadForm, uploaded
from heliograph.desk.scope import Scope, page, page_number
from heliograph.registers.actions import ArticleText, LawText, adopt_law
from heliograph.registers.law_texts import LawTextError, ParsedArticle, ParsedLaw, read_law
from heliograph.registers.models import EntryVersion, Law, LawVersion

PAGE = 50
KIND = "law"
LONG_NAME = re.compile(r"^中华人民共和国")
YEAR = re.compile(r"((?:19|20)\d{2})-\d{2}-\d{2}")


@page("read_registers", "GET", "HEAD")
def laws(scope: Scope) -> HttpResponse:
    """List the laws with their versions."""
    words = scope.request.GET.get("q", "").strip()[:60]
    found = Law.objects.prefetch_related("versions").order_by("name")
    if words:
        found = found.filter(Q(name__icontains=words) | Q(title__icontains=words))
    shown = Paginator(found, PAGE).get_page(page_number(scope.request))
    return scope.render("laws.html", {"shown": shown, "words": words, "may_import": scope.may("adopt_law")})


@page("read_registers", "GET", "HEAD")
def law(scope: Scope, key: str) -> HttpResponse:
    """Show one version with its articles, and how many entries of the agency rest on each."""
    version = get_object_or_404(LawVersion.objects.select_related("law", "imported_by"), key=key)
    articles = list(version.articles.all())
    keys = [article.key for article in articles]
    resting = EntryVersion.objects.filter(agency_id=scope.id, basis__overlap=keys).values_list("entry_id", "basis")
    cited = Counter(key for _entry, key in {(entry, key) for entry, basis in resting for key in basis})
    return scope.render(
        "law.html", {"version": version, "articles": [(article, cited[article.key]) for article in articles]}
    )


@page("adopt_law")
def law_import(scope: Scope) -> HttpResponse:
    """Read an uploaded text, show what was found, and adopt it once somebody has confirmed."""
    if scope.request.method == "POST" and "token" in scope.request.POST:
        return _confirm(scope)
    form = LawUploadForm(scope.request.POST or None, scope.request.FILES or None)
    if scope.request.method == "POST" and form.is_valid():
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
    if not form.is_valid():
        return _preview(scope, parsed, form)
    if parsed.faults:
        form.add_error(None, "文本中的条号还有问题，请改正文件后重新上传。")
        return _preview(scope, parsed, form)
    version = adopt_law(_law_text(parsed, form.cleaned_data), actor=scope.account, at=scope.at)
    drafts.drop(scope.account.pk, KIND, form.cleaned_data["token"])
    scope.done(f"已导入 {version.key}，共 {len(parsed.articles)} 条。")
    return redirect("desk:law", agency=scope.agency.code, key=version.key)


def _law_text(parsed: ParsedLaw, given: dict[str, Any]) -> LawText:
    articles = [
        ArticleText(
            no=article.no, text=article.text, chapter=article.chapter[:120], verified="text", read_in=given["read_in"]
        )
        for article in parsed.articles
    ]
    return LawText(
        key=f"{given['name']}@{given['year']}",
        title=given["title"],
        level=given["level"],
        articles=articles,
        effective_from=given["effective_from"],
        verified="text",
        read_in=given["read_in"],
        overwrite=True,
    )
