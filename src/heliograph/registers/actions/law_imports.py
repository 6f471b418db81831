"""Imports of law texts by people: proposed by one legal officer, confirmed by another; corrections of a change."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.registers.actions.laws import LIBRARY_BASIS, ArticleText, LawText, adopt_law, keep_former
from heliograph.registers.models import Account, Article, LawImport, LawVersion
from heliograph.registers.permissions import access_agency, same_person

DATES = ("issued_on", "effective_from", "effective_to")


@transaction.atomic
def propose_law(law: LawText, *, agency_id: UUID, actor: Account, at: datetime) -> LawImport:
    """Put a law text before a second legal officer; the library, which all agencies share, is not touched yet."""
    access_agency(actor, agency_id, "adopt_law", localdate(at))
    kept = asdict(law)
    for name in DATES:
        kept[name] = kept[name].isoformat() if kept[name] else None
    proposal = LawImport.objects.create(
        agency_id=agency_id,
        key=law.key,
        law=kept,
        article_count=len(law.articles),
        proposed_by=actor,
        proposed_at=at,
    )
    append("law.proposed", subject=proposal, agency_id=agency_id, actor_id=actor.pk, at=at, rows=[proposal])
    return proposal


@transaction.atomic
def confirm_law(import_id: UUID, *, agency_id: UUID, actor: Account, at: datetime) -> LawVersion:
    """Take a proposed text into the library. Another legal officer than who read it in, of any agency; once.

    What it replaces is kept with the article. ActRefusedError when the actor may not.
    """
    access_agency(actor, agency_id, "adopt_law", localdate(at))
    proposal = LawImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if same_person(actor, proposal.proposed_by):
        message = "执法依据库由各机关共用，导入的文本须由另一名法制审核人核对确认。"
        require(Refused("law.own_import", message, LIBRARY_BASIS))
    _settle(proposal, LawImport.State.CONFIRMED, actor, at)
    return adopt_law(proposed_law(proposal), actor=proposal.proposed_by, at=at)


@transaction.atomic
def refuse_law(import_id: UUID, *, agency_id: UUID, reason: str, actor: Account, at: datetime) -> LawImport:
    """Put a proposed text aside with the reason; whoever read it in may do so too."""
    access_agency(actor, agency_id, "adopt_law", localdate(at))
    if not reason.strip():
        require(Refused("law.no_reason", "不采用须写明理由。", LIBRARY_BASIS))
    proposal = LawImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    proposal.refusal = reason.strip()
    return _settle(proposal, LawImport.State.REFUSED, actor, at)


def _settle(proposal: LawImport, state: LawImport.State, actor: Account, at: datetime) -> LawImport:
    if proposal.state != LawImport.State.PENDING:
        require(Refused("law.settled", "这份导入已经办理，不能重复办理。", LIBRARY_BASIS))
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor, at
    proposal.save(update_fields=["state", "decided_by", "decided_at", "refusal"])
    kind = f"law.{state}"
    append(kind, subject=proposal, agency_id=proposal.agency_id, actor_id=actor.pk, at=at, rows=[proposal])
    return proposal


def proposed_law(proposal: LawImport) -> LawText:
    """Return the law text that a proposal holds."""
    kept: dict[str, Any] = dict(proposal.law)
    articles = [ArticleText(**article) for article in kept.pop("articles")]
    days = {name: date.fromisoformat(kept[name]) if kept[name] else None for name in DATES}
    return LawText(**{**kept, **days}, articles=articles)


@transaction.atomic
def correct_article_change(
    article_id: UUID, *, agency_id: UUID, changed_on: date | None, reason: str, actor: Account, at: datetime
) -> Article:
    """Correct the day on which an article changes, or take the registration back with None. The former day is kept."""
    access_agency(actor, agency_id, "correct_article", localdate(at))
    article = Article.objects.select_for_update(of=("self",)).get(pk=article_id)
    if not reason.strip():
        require(Refused("article.no_reason", "更正须写明理由。", LIBRARY_BASIS))
    if article.changed_on is None or article.changed_on == changed_on:
        require(Refused("article.not_changed", "该条没有登记变动，或登记的日期与更正的相同。", LIBRARY_BASIS))
    former = keep_former([article], reason=reason.strip(), actor=actor, at=at)
    article.changed_on = changed_on
    article.change_note = article.change_note if changed_on else ""
    article.save(update_fields=["changed_on", "change_note"])
    rows = [article, *former]
    append("article.corrected", subject=article, agency_id=agency_id, actor_id=actor.pk, at=at, rows=rows)
    return article
