"""What somebody sees who only supervises: what is public, and the releases that pass through their hands.

The supervising body is no part of the agency: its drafts and internal fields are none of its business (D12, D27).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse

from heliograph.desk.entry_states import LABELS, Slice, current_public, field_rows
from heliograph.desk.scope import Scope
from heliograph.disclosure.models import Adjustment, AdjustmentItem, PublicVersion, Release, ReleaseStep
from heliograph.dossiers.permissions import seen_by
from heliograph.duties.models import Duty
from heliograph.duties.queries import SUBJECT_KINDS, open_duties
from heliograph.kernel.packs.schema import Register
from heliograph.registers.models import Entry, EntryVersion, Role
from heliograph.registers.permissions import CASE_ROLES

EXTERNAL = "external_review"


def only_supervises(scope: Scope) -> bool:
    """Say whether supervising is all that the account does in the agency's business."""
    return scope.roles & (CASE_ROLES | {Role.AUDIT_ADMIN}) == {Role.SUPERVISOR}


def seen_releases(scope: Scope, releases: QuerySet[Release]) -> QuerySet[Release]:
    """Return the releases that the account may read: for a supervisor those with a stage of external review."""
    return releases.filter(stages__contains=[{"id": EXTERNAL}]) if only_supervises(scope) else releases


def seen_entries(scope: Scope, entries: QuerySet[Any]) -> QuerySet[Any]:
    """Return the entries that the account may read: for a supervisor those that are public."""
    if not only_supervises(scope):
        return entries
    return entries.filter(public_versions__is_current=True)


def seen_duties(scope: Scope, duties: QuerySet[Duty]) -> QuerySet[Duty]:
    """Return the duties that the account may read: of cases those in sight; a supervisor none of unknown entries."""
    cases = Q(subject_kind="case")
    duties = duties.filter(~cases | Q(subject_id__in=seen_by(scope.reader).order_by().values("pk")))
    if not only_supervises(scope):
        return duties
    public = PublicVersion.objects.filter(agency_id=scope.id, is_current=True).values("entry_id")
    return duties.filter(~Q(subject_kind="entry") | Q(subject_id__in=public)).exclude(subject_kind="contract")


def open_in_sight(scope: Scope) -> list[QuerySet[Duty]]:
    """Return the open duties that the account may read, each kind of subject apart, for each has an index of its own.

    The cases in sight are asked for as a join: within an OR every one of them would be read for every page.
    """
    by_kind = {kind: open_duties(scope.id, subject_kind=kind) for kind in SUBJECT_KINDS}
    by_kind["case"] = by_kind["case"].filter(subject_id__in=seen_by(scope.reader).order_by().values("pk"))
    if only_supervises(scope):
        public = PublicVersion.objects.filter(agency_id=scope.id, is_current=True).values("entry_id")
        by_kind["entry"] = by_kind["entry"].filter(subject_id__in=public)
        del by_kind["contract"]
    return list(by_kind.values())


def titled(scope: Scope, duties: Iterable[Duty]) -> list[Duty]:
    """Return duties as the account may read them: for a supervisor under the public titles of their entries."""
    found = list(duties)
    if only_supervises(scope):
        subjects = [duty.subject_id for duty in found]
        public = PublicVersion.objects.filter(agency_id=scope.id, is_current=True, entry_id__in=subjects)
        titles = dict(public.values_list("entry_id", "title"))
        for duty in found:
            if duty.subject_id in titles:
                duty.title = f"“{titles[duty.subject_id]}”：{duty.event}"
    return found


def seen_adjustments(scope: Scope, adjustments: QuerySet[Adjustment]) -> QuerySet[Adjustment]:
    """Return the adjustments that the account may read: for a supervisor those that were told to the public."""
    return adjustments.filter(confirmation__passed=True) if only_supervises(scope) else adjustments


def seen_items(scope: Scope, items: QuerySet[AdjustmentItem]) -> list[AdjustmentItem]:
    """Return what an adjustment touches, as the account may read it."""
    if not only_supervises(scope):
        return list(items)
    public = PublicVersion.objects.filter(agency_id=scope.id, is_current=True)
    titles = dict(public.values_list("entry_id", "title"))
    found = [item for item in items.filter(draft=False) if item.entry_id in titles]
    for item in found:
        item.entry.title = titles[item.entry_id]
    return found


def public_words(entries: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Filter by words of the public title alone: a draft's words must not show through the search."""
    return entries.filter(public_versions__is_current=True, public_versions__title__icontains=words)


def as_public(shown: Slice) -> list[tuple[Entry, str, str]]:
    """Return the rows of a list under their public titles and versions."""
    current = PublicVersion.objects.filter(entry__in=shown.entries, is_current=True)
    public = {version.entry_id: version for version in current}
    for entry in shown.entries:
        version = public[entry.pk]
        entry.title = version.title
        setattr(entry, "latest", version.number)  # noqa: B010 - an annotation, unknown to the model's type
    return [(entry, *LABELS["public"]) for entry in shown.entries]


def public_detail(scope: Scope, entry: Entry, register: Register) -> HttpResponse:
    """Show what is public of an entry and its way through approval, nothing of what is being written."""
    public = current_public(scope.id, entry.pk)
    if public is None:
        raise PublicVersion.DoesNotExist
    steps = ReleaseStep.objects.filter(agency_id=scope.id, release__version_id=public.version_id)
    entry.title = public.title
    version = public.version
    context = {
        "entry": entry,
        "register": register,
        "state": "public",
        "tag": LABELS["public"],
        "latest": version,
        "versions": [version],
        "public": public,
        "rows": field_rows(register, public.data),
        "steps": steps.select_related("by", "release__version").order_by("-at"),
    }
    return scope.render("entry.html", context)


def may_read_version(scope: Scope, version: EntryVersion, *, public: bool) -> bool:
    """Say whether the account may read a field of a version; a supervisor only what is public or passes its hands."""
    if not only_supervises(scope):
        return True
    shown = PublicVersion.objects.filter(agency_id=scope.id, version=version, withdrawn_at__isnull=True)
    handed_in = seen_releases(scope, Release.objects.filter(agency_id=scope.id, version=version))
    return public and (shown.exists() or handed_in.exists())
