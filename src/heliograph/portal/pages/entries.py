"""One entry: as it stands, as it stood in an earlier version, and what changed between two versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from heliograph.disclosure.models import PublicVersion, ReleaseStep
from heliograph.disclosure.queries import told_kinds
from heliograph.kernel.packs.schema import Register
from heliograph.ledger.queries import public_standings
from heliograph.portal import queries
from heliograph.portal.attested import Attested, attested, attested_by_number
from heliograph.portal.citations import citation
from heliograph.portal.compare import compare
from heliograph.portal.drawn import drawn
from heliograph.portal.scope import Scope, agency_scope
from heliograph.portal.site import Link, NotFoundError, Page, public_page, show
from heliograph.portal.status import certificate_state
from heliograph.portal.values import Shown, fields_of
from heliograph.registers.models import Role

# Registers whose entries belong together when they rest on the same article.
RELATED = {"powers": ("items", "benchmarks"), "items": ("powers", "benchmarks"), "benchmarks": ("items", "powers")}
ANSWERING = frozenset({Role.LEGALITY_REVIEWER, Role.RELEASE_APPROVER})


@dataclass(frozen=True, slots=True)
class Approval:
    """One stage that a version passed: what it was called, who passed it, in which role, when."""

    label: str
    role: str
    name: str
    organisation: str
    step: ReleaseStep


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of versions."""

    version: PublicVersion
    url: str
    diff: str
    approvals: list[Approval]
    state: str
    attested: Attested
    proof_url: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry with every version that was ever public."""

    scope: Scope
    register: Register
    versions: list[PublicVersion]

    @property
    def current(self) -> PublicVersion | None:
        """The version in force, None when the entry is withdrawn."""
        return next((version for version in self.versions if version.is_current), None)

    def version(self, number: int) -> PublicVersion:
        """Return one version. NotFoundError when it was never public."""
        for version in self.versions:
            if version.number == number:
                return version
        raise NotFoundError(f"这一条目没有公开过第 {number} 版。请从条目页的版本记录中选择。", self.scope.site)

    def url(self, name: str, *arguments: int) -> str:
        """Return the address of a page of this entry."""
        entry = self.versions[0].entry_number
        return reverse(f"portal:{name}", args=[self.scope.agency.code, self.register.id, entry, *arguments])


def opened(agency: str, register: str, number: int) -> Opened:
    """Return an entry. NotFoundError when nothing of that number was ever public."""
    scope = agency_scope(agency)
    definition = scope.register(register)
    versions = queries.versions_of(scope.agency.pk, definition.id, number)
    if not versions:
        raise NotFoundError(f"《{definition.name}》没有编号 {number} 的公开信息。请回到清单查找。", scope.site)
    return Opened(scope, definition, versions)


@public_page
def entry(request: HttpRequest, agency: str, register: str, number: int) -> HttpResponse:
    """Show an entry as it stands, or its tombstone once it is withdrawn."""
    found = opened(agency, register, number)
    if found.current is None:
        return tombstone(request, found)
    return _shown(request, found, found.current)


@public_page
def entry_version(request: HttpRequest, agency: str, register: str, number: int, version: int) -> HttpResponse:
    """Show an entry as one version had it. What was withdrawn is not shown in any form."""
    found = opened(agency, register, number)
    wanted = found.version(version)
    if found.current is None or wanted.withdrawn_at is not None:
        return tombstone(request, found, wanted)
    return _shown(request, found, wanted)


def _shown(request: HttpRequest, found: Opened, version: PublicVersion) -> HttpResponse:
    scope, register = found.scope, found.register
    derived = register.derived_from == "certificates"
    changed = queries.changed_articles(version.basis)
    told, lines = told_kinds(changed), _lines(found)
    context = {
        "scope": scope,
        "register": register,
        "retired": scope.is_retired(register),
        "version": version,
        "fields": _fields(found, version),
        "unit": version.entry.owner_unit,
        "status": certificate_state(version.entry.certificate, scope.on) if derived and version.is_current else None,
        "changed": [(citation(one.key), one, told.get(one.key, "")) for one in changed],
        "lines": lines,
        "shown": next(line for line in lines if line.version.pk == version.pk),
        "related": _related(found, version),
        "drawn": drawn(scope, register).of(version.category),
        "current_url": found.url("entry"),
        "register_basis": [citation(key) for key in register.basis],
    }
    page = Page(
        site=scope.site,
        title=version.title,
        crumbs=[scope.register_link(register), Link(version.title, "")],
        canonical=found.url("entry") if version.is_current else "",
        indexed=version.is_current and not derived,
    )
    return show(request, "portal/entry.html", page, context)


def _fields(found: Opened, version: PublicVersion) -> list[Shown]:
    """Return the fields below the title. One that is empty here and all over the register says nothing and is left."""
    fields = [one for one in fields_of(version, found.register) if one.id != found.register.title_field]
    if not any(one.is_empty for one in fields):
        return fields
    filled = queries.filled_fields(found.scope.agency.pk, found.register.id)
    return [one for one in fields if not one.is_empty or one.id in filled]


def _related(found: Opened, version: PublicVersion) -> list[tuple[str, Link]]:
    """Return what else this agency made public on the same articles: a power leads to its items and back (D9)."""
    registers = RELATED.get(found.register.id, ())
    rows = queries.related_entries(version, registers) if registers and version.is_current else []
    code = found.scope.agency.code
    return [
        (
            found.scope.register_name(row.register),
            Link(row.title, reverse("portal:entry", args=[code, row.register, row.entry_number])),
        )
        for row in rows
    ]


def _lines(found: Opened) -> list[VersionLine]:
    """Return the versions, newest first, each with the way to what changed in it."""
    approvals = queries.approvals_of(found.versions)
    readable = [version for version in found.versions if version.withdrawn_at is None]
    before = {newer.pk: older for newer, older in pairwise(readable)}
    records = attested_by_number(found.versions, public_standings(found.versions[0].entry))
    return [
        VersionLine(
            version=version,
            url="" if version.withdrawn_at else found.url("entry-version", version.number),
            diff=_diff(found, before.get(version.pk), version),
            approvals=[_approval(version, step) for step in approvals.get(version.version_id, [])],
            state=_state(version),
            attested=records[version.number],
            proof_url=found.url("proof", version.number),
        )
        for version in found.versions
    ]


def _diff(found: Opened, older: PublicVersion | None, newer: PublicVersion) -> str:
    return found.url("entry-diff", older.number, newer.number) if older else ""


def _state(version: PublicVersion) -> str:
    if version.withdrawn_at is not None:
        return "withdrawn"
    return "current" if version.is_current else "superseded"


def _approval(version: PublicVersion, step: ReleaseStep) -> Approval:
    """Name the role and the body of every stage, and whoever published, approved or reviewed the legality of it."""
    role = step.release.stages[step.stage_index]["role"]
    answers = step.by_id == version.published_by_id or role in ANSWERING
    return Approval(
        label=step.stage_label,
        role=Role(role).label,
        name=step.by.display_name if answers else "",
        organisation=step.by.organisation,
        step=step,
    )


def tombstone(request: HttpRequest, found: Opened, wanted: PublicVersion | None = None) -> HttpResponse:
    """Answer 410: that it was there, and why it is gone; nothing of what it said, nor of whom."""
    scope, register = found.scope, found.register
    latest = next(version for version in found.versions if version.withdrawn_at is not None)
    if wanted is not None and wanted.withdrawn_at is not None:
        latest = wanted
    title = f"{register.name}第 {latest.entry_number} 号已撤回"
    context = {
        "scope": scope,
        "register": register,
        "version": latest,
        "attested": attested(latest, public_standings(latest.entry)),
        "proof_url": found.url("proof", latest.number),
        "basis": [citation(key) for key in latest.withdrawn_basis.split("、") if key],
        "current": found.current,
        "current_url": found.url("entry"),
        "register_url": scope.register_link(register).url,
    }
    page = Page(
        site=scope.site,
        title=title,
        crumbs=[scope.register_link(register), Link(f"第 {latest.entry_number} 号", "")],
        indexed=False,
    )
    return show(request, "portal/withdrawn.html", page, context, status=410)


@public_page
def entry_diff(request: HttpRequest, agency: str, register: str, number: int, old: int, new: int) -> HttpResponse:
    """Show what changed between two versions, field by field."""
    found = opened(agency, register, number)
    before, after = found.version(old), found.version(new)
    if found.current is None or _any_withdrawn([before, after]):
        return tombstone(request, found, before if before.withdrawn_at else after)
    changes = compare(found.register, before, after)
    context = {
        "scope": found.scope,
        "register": found.register,
        "before": before,
        "after": after,
        "changed": [change for change in changes if change.changed],
        "same": [change.label for change in changes if not change.changed],
        "current_url": found.url("entry"),
    }
    crumbs = [found.scope.register_link(found.register), Link(found.current.title, found.url("entry"))]
    title = f"{found.current.title}：第 {old} 版与第 {new} 版对照"
    page = Page(site=found.scope.site, title=title, crumbs=[*crumbs, Link("版本对照", "")], indexed=False)
    return show(request, "portal/diff.html", page, context)


def _any_withdrawn(versions: Sequence[PublicVersion]) -> bool:
    return any(version.withdrawn_at is not None for version in versions)
