"""Release approval, publication and withdrawal: the only way anything becomes public (D12, WS公8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.disclosure import rules
from heliograph.disclosure.models import PublicChange, PublicVersion, Release, ReleaseStep
from heliograph.disclosure.permissions import access
from heliograph.disclosure.publications import append_publication
from heliograph.disclosure.queries import open_adjustments
from heliograph.duties.actions import fulfil
from heliograph.duties.models import Duty
from heliograph.kernel.bigrams import tokens
from heliograph.kernel.packs.schema import Pack, ReleaseChain
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.actions import end_review, lock_entry_of, seal_version
from heliograph.registers.fieldsets import field_set
from heliograph.registers.models import Account, Entry, EntryVersion

GUARDED_FIELDS = "guarded_fields"  # provision of the pack


@dataclass(frozen=True, slots=True)
class Decision:
    """What an approver decides of one stage: pass, with the unfounded demands seen, or return with the reason."""

    stage: str
    passed: bool
    opinion: str = ""
    acknowledged: Collection[str] = field(default_factory=tuple)


@transaction.atomic
def submit_for_release(
    version_id: UUID, *, actor: Account, at: datetime, rev: int | None = None, adjusted: bool = False
) -> Release:
    """Hand in a draft for release: it is sealed and waits at the first stage of the agency's chain.

    `adjusted` is the author's word that the version takes in the open dynamic adjustments of its entry (D10).
    Refused when `rev` shows that somebody else saved after the author had read the entry.
    """
    # The entry first, as everywhere: revising it locks in the same order, so neither waits for the other for ever.
    lock_entry_of(version_id)
    version = EntryVersion.objects.select_related("entry").select_for_update(of=("self",)).get(pk=version_id)
    on = localdate(at)
    access(actor, version.agency_id, "submit_for_release", on)
    changed = rev is not None and rev != version.entry.rev
    require(rules.may_submit(sealed=version.sealed_at is not None, in_review=version.entry.in_review, changed=changed))
    register = field_set(version.agency_id, version.entry.register, on).register
    pack = pack_in_force(version.agency_id, on)
    chain = pack.chain_for(register.id)
    public = PublicVersion.objects.filter(agency_id=version.agency_id, entry=version.entry, is_current=True).first()
    seal_version(version.pk, at=at, authors=_unpublished_authors(version))
    release = Release.objects.create(
        agency_id=version.agency_id,
        register=register.id,
        entry=version.entry,
        version=version,
        stages=_kept_stages(chain),
        stage_role=chain.stages[0].role,
        unfounded=rules.unfounded_lines(register, version.data, public.data if public else None, _guarded(pack)),
        adjusted=adjusted,
        submitted_by=actor,
        submitted_at=at,
    )
    rows = [release, version, version.entry]
    append("release.submitted", subject=release, agency_id=release.agency_id, actor_id=actor.pk, at=at, rows=rows)
    return release


def _unpublished_authors(version: EntryVersion) -> list[UUID]:
    """Return who wrote the versions that were returned since the last public one: their words may still be in it."""
    earlier = EntryVersion.objects.filter(agency_id=version.agency_id, entry_id=version.entry_id)
    public = PublicVersion.objects.filter(agency_id=version.agency_id, entry_id=version.entry_id)
    last = public.order_by("-number").values_list("number", flat=True).first() or 0
    found = earlier.filter(number__gt=last, number__lt=version.number).order_by("number")
    return [author for authors in found.values_list("authors", flat=True) for author in authors]


def _guarded(pack: Pack) -> list[str]:
    """Return the further fields to which nothing may be added without a basis, as the pack names them (S24)."""
    named = next((rule.value for rule in pack.rules.provisions if rule.id == GUARDED_FIELDS), None)
    return [str(each) for each in named] if isinstance(named, list) else []


def _kept_stages(chain: ReleaseChain) -> list[dict[str, str]]:
    return [
        {"id": stage.id, "label": stage.label, "role": stage.role, "basis": "、".join(stage.basis)}
        for stage in chain.stages
    ]


def current_stage(release: Release) -> rules.Stage:
    """Return the stage that waits for a decision, or the last one when all are done. No query."""
    return rules.Stage(**release.stages[min(release.stage_index, len(release.stages) - 1)])


def state_of(release: Release) -> rules.ReleaseState:
    """Return the values that decide what may happen to a release next. One query past the first stage."""
    passed_by = release.steps.values_list("by_id", flat=True) if release.stage_index else ()
    return rules.ReleaseState(
        state=release.state,
        stages=[rules.Stage(**stage) for stage in release.stages],
        stage_index=release.stage_index,
        authors=frozenset({release.submitted_by_id, *release.version.authors}),
        deciders=frozenset(passed_by),
        unfounded=release.unfounded,
    )


@transaction.atomic
def decide_stage(release_id: UUID, *, decision: Decision, actor: Account, at: datetime) -> Release:
    """Pass or return the stage that waits. The last pass publishes; a return goes back to the author with a reason."""
    release = Release.objects.select_related("version").select_for_update(of=("self",)).get(pk=release_id)
    roles = access(actor, release.agency_id, "decide_stage", localdate(at))
    state = state_of(release)
    require(rules.may_decide(state, stage=decision.stage, roles={role.value for role in roles}, actor=actor.pk))
    if decision.passed:
        require(rules.may_pass(state, decision.acknowledged))
    else:
        require(rules.may_return(state, decision.opinion))
    rows: list[Model] = [_record_step(release, state.current, decision, actor, at)]
    if decision.passed:
        rows += _pass_on(release, actor, at)
    else:
        rows.append(_close(release, Release.State.RETURNED))
    kind = "release.passed" if decision.passed else "release.returned"
    append(kind, subject=release, agency_id=release.agency_id, actor_id=actor.pk, at=at, rows=[release, *rows])
    return release


def _pass_on(release: Release, actor: Account, at: datetime) -> list[Model]:
    """Hand a passed release to its next stage, after the last one to the public; return what was written besides."""
    release.stage_index += 1
    if release.stage_index < len(release.stages):
        release.stage_role = release.stages[release.stage_index]["role"]
        release.save(update_fields=["stage_index", "stage_role"])
        return []
    return [*_publish(release, actor, at), _close(release, Release.State.PUBLISHED)]


def _record_step(release: Release, stage: rules.Stage, decision: Decision, actor: Account, at: datetime) -> ReleaseStep:
    return ReleaseStep.objects.create(
        agency_id=release.agency_id,
        release=release,
        stage_index=release.stage_index,
        stage=stage.id,
        stage_label=stage.label,
        decision=ReleaseStep.Decision.PASS if decision.passed else ReleaseStep.Decision.RETURN,
        opinion=decision.opinion.strip(),
        acknowledged=[text for text in release.unfounded if text in decision.acknowledged],
        basis=stage.basis,
        by=actor,
        at=at,
    )


def _close(release: Release, state: Release.State) -> Entry:
    release.state, release.stage_role = state, ""
    release.save(update_fields=["state", "stage_role", "stage_index"])
    end_review(release.entry_id)
    return release.entry


def _publish(release: Release, actor: Account, at: datetime) -> list[Model]:
    """Put the approved version before the public; the former one stays readable as superseded. Return what it wrote."""
    version = release.version
    register = field_set(release.agency_id, release.register, localdate(at)).register
    data = rules.public_fields(register, version.data)
    current = PublicVersion.objects.filter(agency_id=release.agency_id, entry=release.entry_id, is_current=True)
    former = list(current)
    current.update(is_current=False, superseded_at=at)
    published = PublicVersion.objects.create(
        agency_id=release.agency_id,
        register=release.register,
        entry_id=release.entry_id,
        entry_number=release.entry.number,
        version=version,
        number=version.number,
        title=version.title,
        data=data,
        fields=rules.public_definitions(register),
        basis=version.basis,
        category=rules.category_of(data),
        verified=version.verified,
        read_in=version.read_in,
        reason=version.reason,
        tokens=tokens(rules.search_text(register, data)),
        published_by=actor,
        published_at=at,
    )
    kind = PublicChange.Kind.REVISED if former else PublicChange.Kind.PUBLISHED
    change = _log_change(published, kind, version.reason, rules.joined(version.basis), at)
    append_publication(published, "entry.corrected" if former else "entry.published", actor, at)
    done = [duty for duty in open_adjustments(release.agency_id, release.entry_id) if _fulfils(duty, release)]
    _fulfil_all(done, f"公开第 {version.number} 版", actor, at)
    return [published, change, *former]


def _fulfils(duty: Duty, release: Release) -> bool:
    """Say whether a version answers every adjustment that asked for it under the duty."""
    asked = [item.adjustment for item in duty.adjustment_items.all()]
    return all(
        rules.fulfils(
            rules.OpenAdjustment(one.kind, one.article, one.made_at),
            cited=release.version.basis,
            written_at=release.version.created_at,
            adjusted=release.adjusted,
        )
        for one in asked
    )


def _log_change(public: PublicVersion, kind: PublicChange.Kind, reason: str, basis: str, at: datetime) -> PublicChange:
    return PublicChange.objects.create(
        agency_id=public.agency_id,
        register=public.register,
        entry_id=public.entry_id,
        number=public.number,
        kind=kind,
        title=public.title,
        reason=reason,
        basis=basis,
        at=at,
    )


def _fulfil_all(duties: Iterable[Duty], event: str, actor: Account, at: datetime) -> None:
    """Record the event that fulfils the duty to adjust an entry: a new version, or its withdrawal (D10)."""
    for duty in duties:
        fulfil(duty.pk, event=event, actor=actor, at=at)


def submit_in_bulk(
    drafts: Sequence[tuple[UUID, int | None]], *, actor: Account, at: datetime
) -> list[tuple[UUID, Refused | None]]:
    """Hand in several drafts, each with the entry's `rev` as it was read and in its own transaction.

    Return the refusals beside the versions' ids.
    """
    outcomes: list[tuple[UUID, Refused | None]] = []
    for version_id, rev in drafts:
        try:
            submit_for_release(version_id, actor=actor, at=at, rev=rev)
        except ActRefusedError as error:
            outcomes.append((version_id, error.verdict))
        else:
            outcomes.append((version_id, None))
    return outcomes


def release_in_bulk(
    release_ids: Sequence[UUID], *, stage: str, actor: Account, at: datetime
) -> list[tuple[UUID, Refused | None]]:
    """Pass the same stage of several releases, each in its own transaction; return the refusals beside the ids."""
    outcomes: list[tuple[UUID, Refused | None]] = []
    for release_id in release_ids:
        try:
            decide_stage(release_id, decision=Decision(stage=stage, passed=True), actor=actor, at=at)
        except ActRefusedError as error:
            outcomes.append((release_id, error.verdict))
        else:
            outcomes.append((release_id, None))
    return outcomes


@transaction.atomic
def withdraw_publication(
    public_version_id: UUID, *, reason: str, basis: str, actor: Account, at: datetime, earlier: bool = True
) -> PublicVersion:
    """Withdraw what is public: it leaves the lists, its page becomes a tombstone with the reason (撤回).

    With `earlier` the superseded versions of the entry go too, which would otherwise still tell what was withdrawn.
    """
    public = PublicVersion.objects.select_for_update(of=("self",)).get(pk=public_version_id)
    access(actor, public.agency_id, "withdraw_publication", localdate(at))
    require(rules.may_withdraw(current=public.is_current, reason=reason))
    require(rules.may_rest_on(basis))
    ended = {
        "withdrawn_at": at,
        "withdrawn_by": actor,
        "withdrawn_reason": reason.strip(),
        "withdrawn_basis": basis.strip(),
    }
    for name, value in {"is_current": False, **ended}.items():
        setattr(public, name, value)
    public.save(update_fields=["is_current", *ended])
    rows: list[Model] = [public]
    if earlier:
        former = PublicVersion.objects.filter(agency_id=public.agency_id, entry_id=public.entry_id)
        readable = former.filter(withdrawn_at__isnull=True).exclude(pk=public.pk)
        rows += list(readable)
        readable.update(**ended)
    rows.append(_log_change(public, PublicChange.Kind.WITHDRAWN, public.withdrawn_reason, public.withdrawn_basis, at))
    _fulfil_all(open_adjustments(public.agency_id, public.entry_id), f"撤回第 {public.number} 版", actor, at)
    append("entry.withdrawn", subject=public.entry, agency_id=public.agency_id, actor_id=actor.pk, at=at, rows=rows)
    append_publication(public, "entry.withdrawn", actor, at)
    return public
