"""What every page of the portal shares: whose site it is, navigation, crumbs, and answers to bad input."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from heliograph.registers.models import Agency, Government

PLATFORM = "行政执法信息公示平台"
GOVERNMENT_SUFFIX = "人民政府"
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go; `key` says which navigation item is the present one."""

    label: str
    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """Whose portal a page belongs to: a government's, one agency's on it, or none (laws, accessibility)."""

    government: Government | None = None
    agency: Agency | None = None

    @property
    def name(self) -> str:
        """The name in the page head: the government's short name before the platform's."""
        return platform_name(self.government) if self.government else PLATFORM

    @property
    def home(self) -> str:
        """Where the name in the page head leads."""
        if self.government is None:
            return reverse("portal:index")
        return reverse("portal:government", args=[self.government.code])

    def navigation(self) -> list[Link]:
        """The main navigation. Only what exists is named."""
        links = [Link("首页", self.home, "home")]
        if self.agency is not None:
            code = self.agency.code
            links += [
                Link(self.agency.short_name, reverse("portal:agency", args=[code]), "agency"),
                Link("核验执法人员", reverse("portal:officer-lookup", args=[code]), "lookup"),
                Link("决定公示", reverse("portal:decisions", args=[code]), "decisions"),
                Link("公示制度", reverse("portal:policy", args=[code, "disclosure"]), "policy"),
                Link("变更记录", reverse("portal:changes", args=[code]), "changes"),
            ]
        elif self.government is not None:
            code = self.government.code
            links += [
                Link("执法事项", reverse("portal:government-register", args=[code, "items"]), "items"),
                Link("核验执法人员", reverse("portal:government-officer-lookup", args=[code]), "lookup"),
            ]
        return [*links, Link("执法依据", reverse("portal:laws"), "laws")]


def platform_name(government: Government) -> str:
    """Return the name of a government's portal."""
    return f"{government.name.removesuffix(GOVERNMENT_SUFFIX)}{PLATFORM}"


class PageError(Exception):
    """A request that cannot be answered; the text says what is wrong and what to do."""

    def __init__(self, status: int, message: str, site: Site | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.site = site or Site()


class NotFoundError(PageError):
    """Nothing at this address."""

    def __init__(self, message: str, site: Site | None = None) -> None:
        super().__init__(404, message, site)


class BadInputError(PageError):
    """The address carries a value that cannot be read."""

    def __init__(self, message: str, site: Site | None = None) -> None:
        super().__init__(400, message, site)


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def public_page(view: View[P]) -> View[P]:
    """Open a page to everybody, for reading only, and answer bad input with a page that says what to do."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except PageError as error:
            context = {"reason": error.message, "site": error.site, "navigation": error.site.navigation()}
            return render(request, f"errors/{error.status}.html", context, status=error.status)

    opened: View[P] = login_not_required(require_safe(guarded))
    return opened


@dataclass(frozen=True, slots=True)
class Page:
    """The frame of one page: title, place in the navigation, crumbs after the home page."""

    site: Site
    title: str
    current: str = ""
    crumbs: Sequence[Link] = ()
    canonical: str = ""
    indexed: bool = True


def show(
    request: HttpRequest, template: str, page: Page, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page in its frame."""
    frame = {
        "page": page,
        "site": page.site,
        "navigation": page.site.navigation(),
        "crumbs": trail(page),
        "canonical": request.build_absolute_uri(page.canonical or request.path),
    }
    return render(request, template, {**frame, **context}, status=status)


def trail(page: Page) -> list[Link]:
    """Return the crumbs that lead to a page, without the page itself."""
    links = [Link("首页", page.site.home)]
    if page.site.agency is not None and page.current != "agency":
        links.append(Link(page.site.agency.short_name, reverse("portal:agency", args=[page.site.agency.code])))
    return [*links, *page.crumbs]
