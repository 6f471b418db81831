"""The law library: laws, their articles, and every public entry that rests on an article."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate

from heliograph.disclosure.models import PublicVersion
from heliograph.disclosure.queries import told_kinds
from heliograph.portal import queries
from heliograph.portal.scope import RETIRED, today
from heliograph.portal.search import QUERY_LIMIT, Turn, parameter
from heliograph.portal.site import BadInputError, Link, NotFoundError, Page, Site, public_page, show
from heliograph.regimes.queries import packs_for_agencies
from heliograph.registers.citations import article_label, in_title_marks
from heliograph.registers.models import Article, LawVersion

LEVELS = {
    "law": "法律",
    "administrative_regulation": "行政法规",
    "local_regulation": "地方性法规",
    "department_rule": "部门规章",
    "local_rule": "地方政府规章",
    "normative": "规范性文件",
    "standard": "标准",
}
TITLE = "执法依据"


@dataclass(frozen=True, slots=True)
class Resting:
    """A public entry that cites an article."""

    entry: PublicVersion
    register: str
    url: str


@public_page
def law_list(request: HttpRequest) -> HttpResponse:
    """Show every law of the library by level."""
    wanted = parameter(request, "q")
    versions = [
        version
        for version in queries.law_versions()
        if not wanted or any(wanted in name for name in (version.law.title, version.law.name, *version.law.aliases))
    ]
    groups = [(name, [version for version in versions if version.law.level == level]) for level, name in LEVELS.items()]
    other = [version for version in versions if version.law.level not in LEVELS]
    context = {
        "groups": [(name, found) for name, found in [*groups, ("其他", other)] if found],
        "wanted": wanted,
        "on": today(),
    }
    page = Page(site=Site(), title=TITLE, current="laws", crumbs=[Link(TITLE, "")])
    return show(request, "portal/laws.html", page, context)


def _version(key: str) -> LawVersion:
    """Return a version of a law. NotFoundError when the library does not have it."""
    if len(key) > QUERY_LIMIT or "\x00" in key:
        raise BadInputError("法律的引用键不正确。请从执法依据列表中选择。")
    version = LawVersion.objects.select_related("law").filter(key=key).first()
    if version is None:
        raise NotFoundError("执法依据库里没有这一版法律。请从执法依据列表中选择。")
    return version


@public_page
def law(request: HttpRequest, key: str) -> HttpResponse:
    """Show a law with its articles."""
    version = _version(key)
    articles = list(version.articles.order_by("order"))
    told = told_kinds(articles)
    context = {
        "version": version,
        "level": LEVELS.get(version.law.level, "其他"),
        "articles": [
            (one, article_label(one.no), reverse("portal:article", args=[key, one.no]), told.get(one.key, ""))
            for one in articles
        ],
        "state": _state(version),
        "on": today(),
        "others": [one for one in version.law.versions.order_by("-key") if one.pk != version.pk],
    }
    crumbs = [Link(TITLE, reverse("portal:laws")), Link(version.law.title, "")]
    page = Page(site=Site(), title=version.law.title, current="laws", crumbs=crumbs)
    return show(request, "portal/law.html", page, context)


def _state(version: LawVersion) -> str:
    on = localdate()
    if version.effective_to is not None and version.effective_to < on:
        return "ended"
    if version.effective_from is not None and version.effective_from > on:
        return "coming"
    return "in_force"


def _article(version: LawVersion, no: str) -> tuple[Article, list[Article]]:
    """Return an article, its whole where the paragraph is not here, and the paragraphs beside it. NotFoundError."""
    whole = no.split("(")[0]
    family = list(version.articles.filter(Q(no=whole) | Q(no__startswith=f"{whole}(")).order_by("order"))
    found = next((one for one in family if one.no == no), None) or next(
        (one for one in family if one.no == whole), None
    )
    if found is None:
        wanted = f"{in_title_marks(version.law.title)}{article_label(no)}"
        raise NotFoundError(f"执法依据库里没有{wanted}。请查看这部法律已收录的条文。")
    return found, family


@public_page
def article(request: HttpRequest, key: str, no: str) -> HttpResponse:
    """Show an article and the public entries of every agency that rest on it, its paragraphs included."""
    version = _version(key)
    if len(no) > 20 or "\x00" in no:
        raise BadInputError("条号不正确。请从这部法律的条文列表中选择。")
    found, family = _article(version, no)
    turn = Turn(_place(request, "after"), _place(request, "before"))
    resting = queries.entries_resting_on(_keys(found, family), turn)
    registers = _register_names({row.agency_id for row in resting.rows})
    context = {
        "version": version,
        "article": found,
        "kind": told_kinds([found]).get(found.key, ""),
        "on": today(),
        "label": article_label(found.no),
        "parts": [
            (one, article_label(one.no), reverse("portal:article", args=[key, one.no]))
            for one in family
            if one.pk != found.pk
        ],
        "resting": [_resting(row, registers) for row in resting.rows],
        "previous": resting.previous.pk if resting.previous else "",
        "following": resting.following.pk if resting.following else "",
        "paged": bool(turn),
        "url": reverse("portal:article", args=[key, found.no]),
    }
    law_url = reverse("portal:law", args=[key])
    crumbs = [Link(TITLE, reverse("portal:laws")), Link(version.law.title, law_url), Link(article_label(found.no), "")]
    page = Page(
        site=Site(),
        title=f"{in_title_marks(version.law.title)}{article_label(found.no)}",
        current="laws",
        crumbs=crumbs,
        canonical=reverse("portal:article", args=[key, found.no]),
    )
    return show(request, "portal/article.html", page, context)


def _keys(article: Article, family: list[Article]) -> list[str]:
    """An article stands for its paragraphs too; a paragraph only for itself."""
    return [article.key] if "(" in article.no else [one.key for one in family]


def _place(request: HttpRequest, name: str) -> UUID | None:
    text = request.GET.get(name)
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise BadInputError("翻页位置不正确。请回到条文页重新翻页。") from None


def _register_names(agency_ids: set[UUID]) -> dict[tuple[UUID, str], str]:
    packs = packs_for_agencies(list(agency_ids), today()) if agency_ids else {}
    return {(agency, register.id): register.name for agency, pack in packs.items() for register in pack.rules.registers}


def _resting(row: PublicVersion, registers: dict[tuple[UUID, str], str]) -> Resting:
    url = reverse("portal:entry", args=[row.agency.code, row.register, row.entry_number])
    return Resting(row, registers.get((row.agency_id, row.register), RETIRED), url)
