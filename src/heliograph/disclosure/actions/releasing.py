"""Releasing, returning, withholding what was prepared: by a second person, who sees both texts (WS公8, D23)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.disclosure import redacting
from heliograph.disclosure.actions.preparing import (
    case_of,
    chain_of,
    ground_of,
    is_treatable,
    lock_publication,
    own_to,
    settle,
    standing,
    treated_draft,
)
from heliograph.disclosure.actions.stepping import finish_publish_step
from heliograph.disclosure.decided_facts import append_decision
from heliograph.disclosure.models import Examination, Publication, PublicationVersion, PublicDecision
from heliograph.disclosure.permissions import access_publication
from heliograph.disclosure.rules import deciding, showing
from heliograph.disclosure.sources import source_of, standing_of
from heliograph.dossiers import gates
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.models import Case
from heliograph.kernel.bigrams import tokens
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account

SALT_BYTES = 32
LONGEST_TITLE = 300
EMPTY = {
    "title": "", "party": "", "lines": [], "text": "", "marks": [], "masked_sha256": "", "tokens": [], "reason": "",
}  # fmt: skip
"""A row of what the public reads that says nothing any more."""


def _taken(publication_id: UUID, rev: int, actor: Account, at: datetime) -> tuple[Case, Publication, Pack]:
    """Lock what waits and authorise whoever answers it."""
    case, who = access_publication(actor, case_of(publication_id), "answer_publication", localdate(at))
    publication = lock_publication(publication_id, case)
    pack = pack_in_force(case.agency_id, localdate(at))
    stage = chain_of(pack).stages[-1]
    roles = {role.value for role in who.roles}
    require(
        first_refusal(
            deciding.may_answer(
                standing(publication),
                actor=actor.pk,
                own=own_to(publication, case),
                roles=roles,
                releasing=stage.role,
                basis=stage.basis[0],
            ),
            deciding.is_read_as_shown(rev, publication.rev),
        )
    )
    return case, publication, pack


@transaction.atomic
def return_publication(publication_id: UUID, *, reason: str, rev: int, actor: Account, at: datetime) -> Publication:
    """Give a draft back to its author with a reason."""
    case, publication, _pack = _taken(publication_id, rev, actor, at)
    require(deciding.may_return(reason))
    require_fit(Publication, return_reason=reason)
    publication.draft, publication.return_reason = Publication.Draft.RETURNED, reason.strip()
    _answered(publication, actor, at)
    publication.save()
    append("publication.returned", subject=publication, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[publication])  # fmt: skip
    return publication


def _answered(publication: Publication, actor: Account, at: datetime) -> None:
    publication.answered_by, publication.answered_at = actor, at
    publication.rev += 1


@transaction.atomic
def release_publication(publication_id: UUID, *, rev: int, place: str, actor: Account, at: datetime) -> Publication:
    """Put what was prepared before the public, and end the case's own step of publication where it is open.

    place: the address at which the public reads it. Refused: by its author, when case or document changed since, before
    service, when the decision does not stand or not as it was reviewed, and when anything would leak.
    """
    case, publication, pack = _taken(publication_id, rev, actor, at)
    _require_releasable(case, publication, pack, localdate(at))
    done, leaks = treated_draft(publication, case, localdate(at))
    require(deciding.is_safe(leaks))
    first = publication.version == 0
    publication.version += 1
    settle(publication)
    former = _retire_former(publication, at)
    version = _write_version(publication, done, redacting.profile_under(pack).version, actor, at)
    shown = _show(publication, case, pack, done, at)
    examined = _examine(publication, _outcome(publication), actor, at)
    publication.state, publication.draft = Publication.State.PUBLIC, Publication.Draft.NONE
    publication.published_at = publication.published_at or at
    publication.reason, publication.conceals = "", False
    _answered(publication, actor, at)
    publication.save()
    rows = [publication, version, shown, examined, *former]
    append("publication.released", subject=publication, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows,
           facts={"masked": version.masked_sha256, "policy": version.policy})  # fmt: skip
    append_decision(publication, "decision.published" if first else "decision.corrected", at, version=version)
    if first and publication.occasion != Publication.Occasion.CLOSING:
        finish_publish_step(case, published_on=localdate(at), where=place, actor=actor, at=at)
    return publication


def _require_releasable(case: Case, publication: Publication, pack: Pack, on: date) -> None:
    source = source_of(case, publication.occasion)
    require(
        first_refusal(
            deciding.may_release(
                standing_of(case, publication.occasion),
                unchanged=source.sha256 == publication.source_sha256,
                ground=publication.ground,
                treatable=is_treatable(pack, publication.ground),
            ),
            deciding.are_lines_true(dict(publication.lines), dict(source.lines), showing.FIXED),
            deciding.is_term_open(publication.next_term_ends_on, on),
            gates.asked(gates.IN_EFFECT, case.pk),
            deciding.is_handled(redacting.handled(publication.redactions)),
        )
    )


def _retire_former(publication: Publication, at: datetime) -> list[PublicDecision]:
    """Let the version that was public be the former one; where the correction conceals it, nothing of it is left."""
    rows = list(PublicDecision.objects.select_for_update().filter(publication=publication))
    for row in rows:
        if publication.conceals:
            row.state, row.ended_at = PublicDecision.State.CONCEALED, row.ended_at or at
            empty(row)
        elif row.state == PublicDecision.State.PUBLIC:
            row.state, row.ended_at, row.tokens = PublicDecision.State.FORMER, at, []
        row.save()
    return rows


def empty(row: PublicDecision) -> None:
    """Take everything out of a row that says what was decided about whom."""
    for name, value in EMPTY.items():
        setattr(row, name, value)


def _write_version(
    publication: Publication, done: redacting.Treated, policy: str, actor: Account, at: datetime
) -> PublicationVersion:
    salt = secrets.token_hex(SALT_BYTES)
    return write_row(
        PublicationVersion,
        agency_id=publication.agency_id,
        publication=publication,
        number=publication.version,
        form=publication.form,
        lines=[list(one) for one in done.shown.lines],
        original_sha256=_digest(done.original),
        salt=salt,
        commitment=_digest(salt + done.original),
        masked_text=done.masked.text,
        masked_sha256=_digest(done.masked.text),
        spans=[one.to_dict() for one in done.masked.spans],
        redactions=publication.redactions,
        policy=policy,
        reason=publication.reason if publication.version > 1 else "",
        prepared_by=publication.prepared_by,
        prepared_at=publication.prepared_at,
        released_by=actor,
        released_at=at,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _show(publication: Publication, case: Case, pack: Pack, done: redacting.Treated, at: datetime) -> PublicDecision:
    """Make the row that the portal reads."""
    shown = done.shown
    return write_row(
        PublicDecision,
        agency_id=publication.agency_id,
        publication=publication,
        number=publication.version,
        occasion=publication.occasion,
        category=pack.rule("categories", case.category).name,
        document_number=publication.number,
        title=shown.value(showing.TITLE)[:LONGEST_TITLE],
        party=shown.value(showing.PARTY)[:LONGEST_TITLE],
        decided_on=source_of(case, publication.occasion).decided_on,
        published_at=at,
        term_ends_on=publication.term_ends_on,
        lines=[list(one) for one in shown.lines],
        text=shown.text,
        marks=[list(one) for one in shown.marks],
        masked_sha256=_digest(done.masked.text),
        tokens=tokens(showing.search_text(shown)),
        reason=publication.reason if publication.version > 1 else "",
    )


def _outcome(publication: Publication) -> str:
    treated = any(one["action"] == "mask" for one in publication.redactions)
    return Examination.Outcome.TREATED if treated else Examination.Outcome.OPEN


def _examine(publication: Publication, outcome: str, actor: Account, at: datetime) -> Examination:
    return write_row(
        Examination,
        agency_id=publication.agency_id,
        publication=publication,
        outcome=outcome,
        ground=publication.ground,
        reason=publication.examined,
        basis=deciding.EXAMINING,
        asked_by=publication.prepared_by,
        decided_by=actor,
        decided_at=at,
    )


@transaction.atomic
def withhold_publication(publication_id: UUID, *, rev: int, actor: Account, at: datetime) -> Publication:
    """Decide that the case is not published, on the ground that its author proposed (不予公开, D23)."""
    case, publication, pack = _taken(publication_id, rev, actor, at)
    rule = ground_of(pack, publication.ground)
    require(
        first_refusal(
            deciding.may_withhold(
                standing(publication),
                ground=publication.ground,
                known=rule is not None,
                treatable=rule is not None and rule.redactable,
            ),
            gates.asked(gates.IN_EFFECT, case.pk),
        )
    )
    examined = _examine(publication, Examination.Outcome.WITHHELD, actor, at)
    publication.state, publication.draft = Publication.State.WITHHELD, Publication.Draft.NONE
    _answered(publication, actor, at)
    publication.save()
    append("publication.withheld", subject=publication, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[publication, examined])  # fmt: skip
    if publication.occasion != Publication.Occasion.CLOSING and rule is not None:
        reason = f"{rule.text.rstrip('。')}（{'、'.join(rule.basis)}）"
        finish_publish_step(case, published_on=None, where="", withheld_reason=reason, actor=actor, at=at)
    return publication
