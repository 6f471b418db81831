"""Installing packs and loading the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from importlib.resources.abc import Traversable
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.merge import to_content
from heliograph.kernel.packs.schema import Law, Pack
from heliograph.kernel.verdict import require
from heliograph.kernel.workdays import CalendarDay as Day
from heliograph.kernel.workdays import parse_calendar_csv
from heliograph.ledger.actions import append
from heliograph.regimes import rules
from heliograph.regimes.models import CalendarDay, CalendarNotice, CalendarProposal, InstalledPack
from heliograph.regimes.queries import preview_calendar, proposed_days
from heliograph.registers.actions import ArticleText, LawText, adopt_laws
from heliograph.registers.models import Account, Agency
from heliograph.registers.permissions import access_agency, same_person

CALENDAR_SEED = ("cn-national", "2026.11", "calendar.csv")


@transaction.atomic
def install_pack(
    agency_id: UUID,
    *,
    pack: str,
    version: str,
    in_force_from: date,
    actor: Account | None,
    at: datetime,
    root: Traversable | None = None,
) -> InstalledPack:
    """Put an agency under a pack from a day; the pack before it ends the day before.

    `actor` is None for an installation from the command line. `root` is where packs lie, those shipped by default.
    Raises PackFaultsError when the pack has faults, ActRefusedError when it may not be installed.
    """
    if actor is not None:
        access_agency(actor, agency_id, "install_pack", localdate(at))
    agency = Agency.objects.select_for_update(of=("self",)).get(pk=agency_id)
    content = load_pack(shipped() if root is None else root, f"{pack}@{version}")
    candidate = _candidate(content)
    latest = InstalledPack.objects.filter(agency=agency).order_by("-in_force_from").first()
    current = None if latest is None else _in_force(latest)
    require(rules.may_install(candidate, agency=agency.code, current=current, in_force_from=in_force_from))
    former = [] if latest is None else [_ended_before(latest, in_force_from)]
    adopt_laws([_law_text(law) for law in content.laws], actor=actor, at=at)
    installed = InstalledPack.objects.create(
        agency=agency,
        pack=pack,
        version=version,
        content_hash=content.content_hash,
        content=to_content(content),
        in_force_from=in_force_from,
        in_force_to=content.effective_to,
        installed_by=actor,
        installed_at=at,
    )
    actor_id = actor.pk if actor else None
    rows = [installed, *former]
    append("pack.installed", subject=installed, agency_id=agency_id, actor_id=actor_id, at=at, rows=rows)
    return installed


def _ended_before(latest: InstalledPack, day: date) -> InstalledPack:
    """End the pack that is in force, unless it ended by itself."""
    if latest.in_force_to is None or latest.in_force_to >= day:
        latest.in_force_to = day - timedelta(days=1)
        latest.save(update_fields=["in_force_to"])
    return latest


def _candidate(content: Pack) -> rules.Candidate:
    return rules.Candidate(
        name=content.lineage[-1],
        content_hash=content.content_hash,
        agency=content.agency.code if content.agency else None,
        effective_from=content.effective_from,
        effective_to=content.effective_to,
    )


def _law_text(law: Law) -> LawText:
    """Return a pack's law as the library takes it: head, and the paraphrase of each article the pack cites."""
    return LawText(
        key=law.key,
        title=law.title,
        level=law.level,
        aliases=law.aliases,
        issued_on=law.issued_on,
        effective_from=law.effective_from,
        effective_to=law.effective_to,
        verified=law.verified,
        read_in=law.read,
        articles=[
            ArticleText(no=article.no, summary=article.text, verified=article.verified, read_in=article.read)
            for article in law.articles
        ],
    )


def _in_force(installed: InstalledPack) -> rules.InForce:
    return rules.InForce(str(installed), installed.content_hash, installed.in_force_from, installed.in_force_to)


@transaction.atomic
def load_calendar(rows: Sequence[Day], *, actor: Account | None, at: datetime) -> rules.CalendarChange:
    """Load the rows of holiday notices, all or none, and return what changed.

    Whoever calls has authorised it: the calendar belongs to no agency. For people it takes two, `propose_calendar` and
    `duties.confirm_calendar`, which recounts the due dates; the command line seeds an empty installation.
    Raises ActRefusedError.
    """
    require(rules.may_load(rows))
    # Two loads at once would each judge by a calendar that the other is changing.
    list(CalendarNotice.objects.select_for_update().values_list("pk"))
    change = preview_calendar(rows)
    removed = list(CalendarDay.objects.filter(day__in=[row.day for row in change.removed]))
    CalendarDay.objects.filter(day__in=[row.day for row in change.removed]).delete()
    CalendarDay.objects.bulk_create(
        [_row(day, actor, at) for day in [*change.added, *(after for _, after in change.changed)]],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["is_workday", "name", "notice", "source", "loaded_by", "loaded_at"],
    )
    for year, row in change.announced.items():
        CalendarNotice.objects.update_or_create(
            year=year, defaults={"notice": row.notice, "source": row.source, "loaded_at": at}
        )
    _append_loaded(rows, change, removed, actor, at)
    return change


def _append_loaded(
    rows: Sequence[Day], change: rules.CalendarChange, removed: list[CalendarDay], actor: Account | None, at: datetime
) -> None:
    """Record the days that a load left and took away, and the years it spoke of; the earliest year is its subject."""
    notices = CalendarNotice.objects.filter(year__in=change.announced).order_by("year")
    days = CalendarDay.objects.filter(day__in=[row.day for row in rows])
    left: list[Model] = [*notices, *days]
    append(
        "calendar.loaded",
        subject=left[0],
        agency_id=None,
        actor_id=actor.pk if actor else None,
        at=at,
        rows=left,
        removed=removed,
    )


@transaction.atomic
def propose_calendar(rows: Sequence[Day], *, agency_id: UUID, actor: Account, at: datetime) -> CalendarProposal:
    """Put a holiday notice before a second person; nothing is counted on it yet. Raises ActRefusedError."""
    access_agency(actor, agency_id, "load_calendar", localdate(at))
    require(rules.may_load(rows))
    kept = [{**asdict(row), "day": row.day.isoformat()} for row in rows]
    proposal = CalendarProposal.objects.create(agency_id=agency_id, rows=kept, proposed_by=actor, proposed_at=at)
    append("calendar.proposed", subject=proposal, agency_id=agency_id, actor_id=actor.pk, at=at, rows=[proposal])
    return proposal


@transaction.atomic
def confirm_calendar_days(proposal_id: UUID, *, actor: Account, at: datetime) -> rules.CalendarChange:
    """Load what somebody else proposed. `duties.confirm_calendar` has authorised it and recounts afterwards."""
    proposal = _settled(proposal_id, CalendarProposal.State.CONFIRMED, actor, at)
    _append_settled("calendar.confirmed", proposal, actor, at)
    return load_calendar(proposed_days(proposal), actor=actor, at=at)


@transaction.atomic
def refuse_calendar(
    proposal_id: UUID, *, agency_id: UUID, reason: str, actor: Account, at: datetime
) -> CalendarProposal:
    """Put a proposed notice aside with the reason; its proposer may do so too. Raises ActRefusedError."""
    access_agency(actor, agency_id, "load_calendar", localdate(at))
    proposal = _settled(proposal_id, CalendarProposal.State.REFUSED, actor, at)
    proposal.refusal = reason.strip()
    proposal.save(update_fields=["refusal"])
    _append_settled("calendar.refused", proposal, actor, at)
    return proposal


def _append_settled(kind: str, proposal: CalendarProposal, actor: Account, at: datetime) -> None:
    append(kind, subject=proposal, agency_id=proposal.agency_id, actor_id=actor.pk, at=at, rows=[proposal])


def _settled(proposal_id: UUID, state: CalendarProposal.State, actor: Account, at: datetime) -> CalendarProposal:
    proposal = CalendarProposal.objects.select_for_update(of=("self",)).get(pk=proposal_id)
    own = state == CalendarProposal.State.CONFIRMED and same_person(actor, proposal.proposed_by)
    require(rules.may_settle(pending=proposal.state == CalendarProposal.State.PENDING, own=own))
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor, at
    proposal.save(update_fields=["state", "decided_by", "decided_at"])
    return proposal


@transaction.atomic
def seed_calendar(*, at: datetime) -> None:
    """Load the holiday notices that come with the product, unless the calendar already holds some. The operator's."""
    if CalendarNotice.objects.exists():
        return
    rows, faults = parse_calendar_csv(shipped().joinpath(*CALENDAR_SEED).read_text(encoding="utf-8"))
    if faults:
        raise ValueError("; ".join(str(fault) for fault in faults))
    load_calendar(rows, actor=None, at=at)


def _row(day: Day, actor: Account | None, at: datetime) -> CalendarDay:
    return CalendarDay(
        day=day.day,
        is_workday=day.is_workday,
        name=day.name,
        notice=day.notice,
        source=day.source,
        loaded_by=actor,
        loaded_at=at,
    )
