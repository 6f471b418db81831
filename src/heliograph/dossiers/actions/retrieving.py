"""Retrieval of dossiers in the archive: asked for, opened at once, decided, read, ended (调阅)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.reading import note_reading
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.file_access import (
    FileRight,
    is_destroyed,
    require_in_right,
    right_of,
    running_retrievals,
    visible_volumes,
)
from heliograph.dossiers.models import Case, Retrieval, RetrievalReading
from heliograph.dossiers.permissions import ACTS, Reader, reader
from heliograph.dossiers.retrieval_reading import rule_of
from heliograph.dossiers.rules import retrieving as rules
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.volumes import Item
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import may, roles_of, same_person

PURPOSE = "调阅事由"


@transaction.atomic
def ask_for_dossier(agency_id: UUID, case_id: UUID, *, purpose: str, actor: Account, at: datetime) -> Retrieval:
    """Ask for the dossier of an archived case of the agency, also one out of sight. Case.DoesNotExist elsewhere."""
    case, _who = _case_for(agency_id, case_id, "ask_for_dossier", purpose, actor, at)
    made = write_row(Retrieval, agency_id=agency_id, case=case, purpose=purpose.strip(), asked_by=actor,
                     asked_at=at)  # fmt: skip
    return _recorded("retrieval.asked", made, actor, at)


@transaction.atomic
def open_dossier(
    agency_id: UUID, case_id: UUID, *, purpose: str, until_on: date | None, actor: Account, at: datetime
) -> Retrieval:
    """Open a dossier at once, with the purpose said: only for whom the rules of the agency let (实时提供)."""
    case, who = _case_for(agency_id, case_id, "open_dossier", purpose, actor, at)
    rule = rule_of(pack_in_force(agency_id, localdate(at)))
    require(
        first_refusal(
            rules.may_open_at_once(held=bool(who.roles & rule.at_once), office=rule.names(rule.at_once),
                                   basis=rule.basis),
            rules.check_until(until_on, today=localdate(at)),
        )
    )  # fmt: skip
    made = write_row(Retrieval, agency_id=agency_id, case=case, purpose=purpose.strip(), at_once=True,
                     state=Retrieval.State.OPEN, asked_by=actor, asked_at=at, until_on=until_on, side_volume=True,
                     levels=list(rules.AT_ONCE_LEVELS))  # fmt: skip
    return _recorded("retrieval.opened", made, actor, at)


def _case_for(
    agency_id: UUID, case_id: UUID, act: str, purpose: str, actor: Account, at: datetime
) -> tuple[Case, Reader]:
    """Fetch and lock a case of the agency that somebody may ask for or open."""
    who = reader(actor, agency_id, localdate(at))
    require(may(ACTS[act], who.roles))
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id, agency_id=agency_id)
    mine = Retrieval.objects.filter(case=case, asked_by=actor)
    require(
        first_refusal(
            check_text(purpose, what=PURPOSE, longest=rules.LONGEST_PURPOSE),
            rules.may_ask(
                case.state,
                pending=mine.filter(state=Retrieval.State.ASKED).exists(),
                running=running_retrievals(actor, localdate(at)).filter(case=case).exists(),
                destroyed=is_destroyed(case),
            ),
        )
    )
    return case, who


@transaction.atomic
def decide_retrieval(
    agency_id: UUID,
    retrieval_id: UUID,
    *,
    granted: bool,
    until_on: date | None = None,
    side_volume: bool = False,
    levels: Collection[str] = (),
    opinion: str = "",
    actor: Account,
    at: datetime,
) -> Retrieval:
    """Approve an application until a day, saying what it covers, or refuse it with the reason. By the leader, once."""
    who = reader(actor, agency_id, localdate(at))
    require(may(ACTS["decide_retrieval"], who.roles))
    found = _locked(agency_id, retrieval_id)
    rule = rule_of(pack_in_force(agency_id, localdate(at)))
    entitled = rule.approvers_of(roles_of(found.asked_by, agency_id, localdate(at)))
    require(
        first_refusal(
            rules.may_decide(found.state, own=same_person(actor, found.asked_by),
                             entitled=bool(who.roles & entitled), approvers=rule.names(entitled), basis=rule.basis),
            rules.check_until(until_on, today=localdate(at)) if granted
            else check_text(opinion, what="不同意的理由", longest=rules.LONGEST_OPINION),
        )
    )  # fmt: skip
    require_fit(Retrieval, opinion=opinion, levels=list(levels))
    found.state = Retrieval.State.OPEN if granted else Retrieval.State.REFUSED
    found.decided_by, found.decided_at, found.opinion = actor, at, opinion.strip()
    if granted:
        found.until_on, found.side_volume, found.levels = until_on, side_volume, sorted(levels)
    found.save(update_fields=["state", "decided_by", "decided_at", "opinion", "until_on", "side_volume", "levels"])
    return _recorded("retrieval.granted" if granted else "retrieval.refused", found, actor, at)


@transaction.atomic
def end_retrieval(agency_id: UUID, retrieval_id: UUID, *, reason: str, actor: Account, at: datetime) -> Retrieval:
    """End a retrieval whose reason fell away, or take an application back: by its reader or whoever may approve."""
    who = reader(actor, agency_id, localdate(at))
    require(may(ACTS["end_retrieval"], who.roles))
    found = _locked(agency_id, retrieval_id)
    entitled = rule_of(pack_in_force(agency_id, localdate(at))).approvers_of(frozenset()) | {Role.HEAD}
    require(
        first_refusal(
            rules.may_end(found.state, mine=actor.pk == found.asked_by_id, entitled=bool(who.roles & entitled)),
            check_text(reason, what="结束调阅的理由", longest=rules.LONGEST_OPINION),
        )
    )
    found.state, found.ended_by, found.ended_at = Retrieval.State.ENDED, actor, at
    found.end_reason = reason.strip()
    found.save(update_fields=["state", "ended_by", "ended_at", "end_reason"])
    return _recorded("retrieval.ended", found, actor, at)


def _locked(agency_id: UUID, retrieval_id: UUID) -> Retrieval:
    """Fetch and lock a retrieval. Retrieval.DoesNotExist for one of another agency."""
    found = Retrieval.objects.select_for_update(of=("self",)).select_related("asked_by", "case")
    return found.get(pk=retrieval_id, agency_id=agency_id)


def _recorded(kind: str, made: Retrieval, actor: Account, at: datetime) -> Retrieval:
    append(kind, subject=Case(pk=made.case_id), agency_id=made.agency_id, actor_id=actor.pk, at=at, rows=[made],
           facts={"retrieval": str(made.pk)})  # fmt: skip
    return made


# -- reading under a retrieval
def own_retrieval(agency_id: UUID, retrieval_id: UUID, *, actor: Account, on: date) -> tuple[Retrieval, FileRight]:
    """Return a retrieval of one's own that runs, with the right it gives.

    Retrieval.DoesNotExist for somebody else's: nobody learns of it. ActRefusedError for one that does not run.
    """
    who = reader(actor, agency_id, on)
    require(may(ACTS["read_retrievals"], who.roles))
    found = Retrieval.objects.select_related("case__agency", "case__unit", "case__handler", "case__co_handler").get(
        pk=retrieval_id, agency_id=agency_id, asked_by=actor
    )
    running = rules.runs(found.state, found.until_on, on=on)
    require(rules.may_read(found.case.state, running=running, destroyed=is_destroyed(found.case)))
    return found, right_of(found, found.case)


@transaction.atomic
def read_catalogue(agency_id: UUID, retrieval_id: UUID, *, actor: Account, at: datetime) -> RetrievalReading:
    """Record that the reader of a retrieval opened the catalogue of its dossier."""
    found, _right = own_retrieval(agency_id, retrieval_id, actor=actor, on=localdate(at))
    return note_reading(found, title="卷内目录", sha256="", form="catalogue", actor=actor, at=at)


@transaction.atomic
def read_item(
    agency_id: UUID, retrieval_id: UUID, *, volume: str, serial: int, form: str, actor: Account, at: datetime
) -> tuple[Case, Item]:
    """Record that the reader of a retrieval reads one line of the catalogue, and return what stands there.

    form: view or copy. ActRefusedError for what the retrieval does not cover, or has no file.
    """
    found, right = own_retrieval(agency_id, retrieval_id, actor=actor, on=localdate(at))
    pack = pack_in_force(agency_id, found.case.opened_on)
    lines = (line for one in visible_volumes(found.case, pack, right) if one.id == volume for line in one.lines)
    line = next((line for line in lines if line.serial == serial and line.item.sha256), None)
    if line is None:
        require(rules.not_in_retrieval())
    assert line is not None  # noqa: S101 - said by the rule above, for the type checker
    require_in_right(found.case, right, sha256=line.item.sha256)
    note_reading(found, title=line.item.title, sha256=line.item.sha256, form=form, actor=actor, at=at)
    return found.case, line.item


@transaction.atomic
def read_case_page(case: Case, retrieval: Retrieval, *, actor: Account, at: datetime) -> RetrievalReading:
    """Record that the reader of a retrieval opened the page of its case."""
    found, _right = own_retrieval(case.agency_id, retrieval.pk, actor=actor, on=localdate(at))
    return note_reading(found, title=f"{case.number} {case.title}", sha256="", form="page", actor=actor, at=at)
