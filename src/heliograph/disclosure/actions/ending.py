"""Withdrawal and expiry: what may not be read any more leaves every public table in the same transaction (D19, D22)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.disclosure.actions.preparing import case_of, lock_publication, private_in, standing
from heliograph.disclosure.actions.releasing import empty
from heliograph.disclosure.decided_facts import append_decision
from heliograph.disclosure.models import Publication, PublicDecision
from heliograph.disclosure.permissions import DECIDING, access_publication
from heliograph.disclosure.rules import deciding
from heliograph.dossiers.actions.remedies import note_withdrawal
from heliograph.dossiers.actions.rows import require_fit
from heliograph.dossiers.models import Case, Decision
from heliograph.dossiers.permissions import require_handler
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.registers.models import Account

BATCH = 500


@transaction.atomic
def withdraw_decision(
    publication_id: UUID, *, reason: str, basis: str, place: str, actor: Account, at: datetime
) -> Publication:
    """Withdraw what is public: a tombstone with the reason is left, no content, no search term (行政处罚法48).

    Of a decision that does not stand every publication goes, and the case says that it was taken down.
    """
    case, who = access_publication(actor, case_of(publication_id), "withdraw_decision", localdate(at))
    publication = lock_publication(publication_id, case)
    private = private_in(case)
    decides = bool(who.roles & DECIDING)
    if not decides:
        require_handler(case, who)
    require(
        first_refusal(
            deciding.may_end(annulled=is_annulled(publication), deciding=decides),
            deciding.may_withdraw(standing(publication), reason=reason, basis=basis),
            deciding.may_tell(reason.strip(), private),
            deciding.may_tell(basis.strip(), private),
        )
    )
    require_fit(Publication, withdrawn_reason=reason, withdrawn_basis=basis)
    decision = publication.decision
    gone = [publication]
    if is_annulled(publication):
        gone += _others(publication, case)
    for one in gone:
        _withdraw(one, reason.strip(), basis.strip(), actor, at)
    if decision is not None:
        _tell_case(case, decision, place, actor, at)
    return publication


def is_annulled(publication: Publication) -> bool:
    """Say whether the decision that was published does not stand any more."""
    return publication.decision is not None and publication.decision.annulled_on is not None


def _others(publication: Publication, case: Case) -> list[Publication]:
    others = Publication.objects.select_for_update(of=("self",)).filter(case=case, state=Publication.State.PUBLIC)
    return list(others.exclude(pk=publication.pk).order_by("pk"))


def _withdraw(publication: Publication, reason: str, basis: str, actor: Account, at: datetime) -> None:
    publication.state, publication.draft = Publication.State.WITHDRAWN, Publication.Draft.NONE
    publication.withdrawn_at, publication.withdrawn_by = at, actor
    publication.withdrawn_reason, publication.withdrawn_basis = reason, basis
    publication.rev += 1
    publication.save()
    rows = [publication, *_emptied(publication, PublicDecision.State.WITHDRAWN, at)]
    append("publication.withdrawn", subject=publication, agency_id=publication.agency_id, actor_id=actor.pk, at=at,
           rows=rows)  # fmt: skip
    append_decision(publication, "decision.withdrawn", at)


def _emptied(publication: Publication, state: str, at: datetime) -> list[Model]:
    """Empty every version that the public could read; return the rows."""
    rows = list(PublicDecision.objects.select_for_update().filter(publication=publication))
    for row in rows:
        row.state, row.ended_at = state, at
        empty(row)
        row.save()
    return list(rows)


def _tell_case(case: Case, decision: Decision, place: str, actor: Account, at: datetime) -> None:
    """Let the case say that a decision that does not stand was taken down, which fulfils its duty; once."""
    locked = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if locked.annulled_on is None or locked.published_on is None or locked.withdrawn_on is not None:
        return
    note_withdrawal(case, locked, withdrawn_on=localdate(at), where=place, actor=actor, at=at)


def expire_due(*, at: datetime) -> int:
    """Let every publication whose term is over leave the public; return how many. Each by itself, in order of keys."""
    done, last = 0, None
    while keys := _due(localdate(at), last):
        for key in keys:
            done += expire_publication(key, at=at)
        last = keys[-1]
    return done


def _due(on: date, last: UUID | None) -> list[UUID]:
    """Return the next keys of what is due on a day. One query."""
    found = Publication.objects.filter(state=Publication.State.PUBLIC, term_ends_on__lt=on)
    if last is not None:
        found = found.filter(pk__gt=last)
    return list(found.order_by("pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def expire_publication(publication_id: UUID, *, at: datetime) -> bool:
    """Let one publication leave the public because its term is over; the record stays. False where it is not so."""
    publication = Publication.objects.select_for_update(of=("self",)).get(pk=publication_id)
    if not deciding.may_expire(standing(publication), ends_on=publication.term_ends_on, on=localdate(at)):
        return False
    publication.state, publication.draft = Publication.State.EXPIRED, Publication.Draft.NONE
    publication.expired_at = at
    publication.rev += 1
    publication.save()
    rows = [publication, *_emptied(publication, PublicDecision.State.EXPIRED, at)]
    append("publication.expired", subject=publication, agency_id=publication.agency_id, actor_id=None, at=at, rows=rows)
    append_decision(publication, "decision.expired", at)
    return True
