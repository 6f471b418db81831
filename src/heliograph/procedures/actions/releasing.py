"""Releases: proposed by the legal office, held against every gate, approved by a leader, in force from a day.

What is released never changes; its successor ends it. Drafts are where the editors work before they propose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from heliograph.duties.rules import snapshot
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.ledger.actions import append
from heliograph.procedures import bundles, rules
from heliograph.procedures.bundles import Bundle, Compiled
from heliograph.procedures.gates import ReleaseFaultsError, faults_of
from heliograph.procedures.models import Draft, Release
from heliograph.procedures.permissions import access, access_draft, access_release
from heliograph.procedures.queries import changes_to, latest_release
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Agency, Unit
from heliograph.registers.permissions import OWN_STAFF, same_person

ROLES = frozenset(role.value for role in OWN_STAFF)
FACT_FIELDS = ("name", "type", "choices", "unit", "minimum", "ask", "question", "initial")


@dataclass(frozen=True, slots=True)
class Content:
    """What is proposed: a bundle with the title and the categories it is for."""

    bundle: Bundle
    title: str
    categories: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What an editor saves: the drawings and tables as text, the facts, and the kept rules of the limits."""

    title: str
    files: Mapping[str, str]
    tables: Mapping[str, str] = field(default_factory=dict)
    facts: Sequence[Mapping[str, Any]] = ()
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def content_of(pack: Pack, procedure: str) -> Content:
    """Return what a pack says of a procedure: its drawing, those it calls, and the pack's tables, facts and limits."""
    known = {one.id: one for one in pack.rules.procedures}
    if procedure not in known:
        message = f"规则包 {pack.lineage[-1]} 里没有流程“{procedure}”。"
        raise ActRefusedError(Refused("procedure.none", message, rules.BASIS))
    files: dict[str, str] = {}
    waiting = [procedure]
    while waiting:
        name = waiting.pop()
        if name in known and name not in files:
            files[name] = known[name].source
            waiting += known[name].calls
    bundle = Bundle(
        root=procedure,
        files=files,
        tables={one.id: one.source for one in pack.rules.tables},
        facts=[_fact(one.model_dump(mode="json")) for one in pack.rules.facts],
        limits={one.id: snapshot(one) for one in pack.rules.time_limits},
    )
    used = bundles.used(bundle)
    return Content(used, known[procedure].name, known[procedure].categories)


def _fact(dumped: Mapping[str, Any]) -> dict[str, Any]:
    return {key: dumped[key] for key in FACT_FIELDS}


@transaction.atomic
def propose_from_pack(
    agency_id: UUID, procedure: str, *, effective_from: date, reason: str, actor: Account, at: datetime
) -> Release:
    """Propose a procedure of the pack that will be in force on the day it takes effect.

    Raises ReleaseFaultsError with every fault, ActRefusedError.
    """
    content = content_of(pack_in_force(agency_id, effective_from), procedure)
    return _propose(agency_id, procedure, content, effective_from, reason, actor, at)


@transaction.atomic
def propose_from_draft(
    draft_id: UUID, *, effective_from: date, reason: str, rev: int, actor: Account, at: datetime
) -> Release:
    """Propose a draft as it stands at a revision. Raises ReleaseFaultsError with every fault, ActRefusedError."""
    draft = access_draft(actor, draft_id, "propose_release", localdate(at))
    require(rules.may_save(draft.rev, rev))
    content = Content(draft_bundle(draft), draft.title, draft.categories)
    return _propose(draft.agency_id, draft.procedure, content, effective_from, reason, actor, at)


def draft_bundle(draft: Draft) -> Bundle:
    """Return what a draft would be released as."""
    return Bundle(draft.procedure, draft.files, draft.tables, draft.facts, draft.limits)


def _propose(
    agency_id: UUID,
    procedure: str,
    content: Content,
    effective_from: date,
    reason: str,
    actor: Account,
    at: datetime,
) -> Release:
    on = localdate(at)
    access(actor, agency_id, "propose_release", on)
    compiled = _checked(content.bundle)
    _lock(agency_id)  # two proposals must not share a number
    former = latest_release(agency_id, procedure)
    earliest = former.effective_from if former else None
    require(rules.may_propose(effective_from=effective_from, on=on, former_from=earliest, reason=reason))
    if Release.objects.filter(agency_id=agency_id, procedure=procedure, state=Release.State.PROPOSED).exists():
        raise ActRefusedError(Refused("procedure.pending", "该流程已有一个版本待批准，请先批准或退回。", rules.BASIS))
    data = content.bundle.to_bytes()
    last = Release.objects.filter(agency_id=agency_id, procedure=procedure).aggregate(last=Max("number"))["last"]
    release = Release.objects.create(
        agency_id=agency_id,
        procedure=procedure,
        title=content.title,
        categories=list(content.categories),
        number=(last or 0) + 1,
        sha256=bundles.digest_of(data),
        bundle=data,
        effective_from=effective_from,
        proposed_by=actor,
        proposed_at=at,
        reason=reason.strip(),
        changes=changes_to(former, compiled, agency_id, procedure),
    )
    _append("procedure.proposed", release, actor, at)
    return release


def _lock(agency_id: UUID) -> None:
    """Let one at a time change what an agency runs by; not a lock that acts on its cases would wait for."""
    Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=agency_id)


def _checked(bundle: Bundle) -> Compiled:
    faults = faults_of(bundle, roles=ROLES, units=set(Unit.Function.values))
    if faults:
        raise ReleaseFaultsError(faults)
    return Compiled(bundle)


def _append(kind: str, release: Release, actor: Account, at: datetime, *former: Release) -> None:
    rows = [release, *former]
    facts = {"sha256": release.sha256}
    append(kind, subject=release, agency_id=release.agency_id, actor_id=actor.pk, at=at, rows=rows, facts=facts)


@transaction.atomic
def approve_release(release_id: UUID, *, opinion: str = "", actor: Account, at: datetime) -> Release:
    """Release what somebody else proposed; the version before it ends the day before. Raises ActRefusedError."""
    on = localdate(at)
    release = _settled(release_id, passed=True, opinion=opinion, actor=actor, at=at)
    former = latest_release(release.agency_id, release.procedure)
    earliest = former.effective_from if former else None
    effective = release.effective_from
    require(rules.may_propose(effective_from=effective, on=on, former_from=earliest, reason=release.reason))
    ended = []
    if former is not None:
        former.effective_to, former.state = effective - timedelta(days=1), Release.State.SUPERSEDED
        former.save(update_fields=["effective_to", "state"])
        ended = [former]
    release.state = Release.State.RELEASED
    release.save(update_fields=["state", "decided_by", "decided_at", "opinion"])
    _append("procedure.released", release, actor, at, *ended)
    return release


@transaction.atomic
def return_release(release_id: UUID, *, opinion: str, actor: Account, at: datetime) -> Release:
    """Return a proposed release with what is to be changed. Raises ActRefusedError."""
    release = _settled(release_id, passed=False, opinion=opinion, actor=actor, at=at)
    release.state = Release.State.RETURNED
    release.save(update_fields=["state", "decided_by", "decided_at", "opinion"])
    _append("procedure.returned", release, actor, at)
    return release


def _settled(release_id: UUID, *, passed: bool, opinion: str, actor: Account, at: datetime) -> Release:
    release = access_release(actor, release_id, "decide_release", localdate(at))
    own = same_person(actor, release.proposed_by)
    require(rules.may_settle(release.state, own=own, opinion=opinion, passed=passed))
    release.decided_by, release.decided_at, release.opinion = actor, at, opinion.strip()
    return release


# -- drafts
@transaction.atomic
def begin_draft(agency_id: UUID, procedure: str, *, actor: Account, at: datetime) -> Draft:
    """Begin to edit a procedure: its latest release, else the pack in force. Refused while a draft is open."""
    on = localdate(at)
    access(actor, agency_id, "draft_procedure", on)
    _lock(agency_id)
    if Draft.objects.filter(agency_id=agency_id, procedure=procedure).exists():
        raise ActRefusedError(Refused("procedure.draft", "该流程已有草稿，请在原草稿上修改。", rules.BASIS))
    former = latest_release(agency_id, procedure)
    if former is None:
        content = content_of(pack_in_force(agency_id, on), procedure)
    else:
        content = Content(bundles.from_bytes(bytes(former.bundle)), former.title, former.categories)
    return _begin(agency_id, procedure, content, actor, at)


@transaction.atomic
def begin_new_draft(
    agency_id: UUID, procedure: str, *, content: DraftContent, categories: Sequence[str], actor: Account, at: datetime
) -> Draft:
    """Begin a procedure that neither the pack nor an earlier release has. Refused while a draft of it is open."""
    access(actor, agency_id, "draft_procedure", localdate(at))
    _lock(agency_id)
    if Draft.objects.filter(agency_id=agency_id, procedure=procedure).exists():
        raise ActRefusedError(Refused("procedure.draft", "该流程已有草稿，请在原草稿上修改。", rules.BASIS))
    bundle = Bundle(procedure, content.files, content.tables, content.facts, content.limits)
    return _begin(agency_id, procedure, Content(bundle, content.title, categories), actor, at)


def _begin(agency_id: UUID, procedure: str, content: Content, actor: Account, at: datetime) -> Draft:
    bundle = content.bundle
    require(rules.may_keep(content.title, procedure, [bundle.files, bundle.tables, bundle.facts, bundle.limits]))
    draft = Draft.objects.create(
        agency_id=agency_id,
        procedure=procedure,
        title=content.title,
        categories=list(content.categories),
        files=dict(bundle.files),
        tables=dict(bundle.tables),
        limits=dict(bundle.limits),
        facts=list(bundle.facts),
        edited_by=actor,
        edited_at=at,
    )
    _append_draft("procedure.drafted", draft, actor, at)
    return draft


@transaction.atomic
def save_draft(draft_id: UUID, *, content: DraftContent, rev: int, actor: Account, at: datetime) -> Draft:
    """Save a draft as edited, faults and all: only proposing it asks that it be sound. Refused when `rev` is stale."""
    draft = access_draft(actor, draft_id, "draft_procedure", localdate(at))
    require(rules.may_save(draft.rev, rev))
    parts = [dict(content.files), dict(content.tables), list(content.facts), dict(content.limits)]
    require(rules.may_keep(content.title, draft.procedure, parts))
    draft.title, draft.files, draft.tables = content.title, dict(content.files), dict(content.tables)
    draft.facts, draft.limits = list(content.facts), dict(content.limits)
    draft.rev, draft.edited_by, draft.edited_at = rev + 1, actor, at
    draft.save()
    _append_draft("procedure.edited", draft, actor, at)
    return draft


@transaction.atomic
def discard_draft(draft_id: UUID, *, rev: int, actor: Account, at: datetime) -> None:
    """Throw a draft away; what was proposed from it stays. Refused when `rev` is stale."""
    draft = access_draft(actor, draft_id, "draft_procedure", localdate(at))
    require(rules.may_save(draft.rev, rev))
    Draft.objects.filter(pk=draft.pk).delete()
    found = {"procedure": draft.procedure, "rev": draft.rev}
    append(
        "procedure.discarded",
        subject=draft,
        agency_id=draft.agency_id,
        actor_id=actor.pk,
        at=at,
        removed=[draft],
        facts=found,
    )


def _append_draft(kind: str, draft: Draft, actor: Account, at: datetime) -> None:
    append(kind, subject=draft, agency_id=draft.agency_id, actor_id=actor.pk, at=at, rows=[draft])


def draft_faults(draft: Draft) -> tuple[str, ...]:
    """Return what stands against proposing a draft, for the editor to show while it is written."""
    return faults_of(draft_bundle(draft), roles=ROLES, units=set(Unit.Function.values))
