"""The agency's own forms: proposed by the legal office, held against every check, decided by another person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from heliograph.documents import rules
from heliograph.documents.models import Template
from heliograph.documents.permissions import access
from heliograph.documents.templates import FormFaultsError, digest, faults_of, kind_of_pack, latest_template
from heliograph.kernel.packs.document_rules import DocumentKind
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Agency
from heliograph.registers.permissions import same_person


@dataclass(frozen=True, slots=True)
class ProposedForm:
    """What is proposed: the text of the form, empty to return to the pack's, from which day, and why."""

    source: str
    effective_from: date
    reason: str


@transaction.atomic
def propose_template(agency_id: UUID, kind: str, *, content: ProposedForm, actor: Account, at: datetime) -> Template:
    """Propose the form of a kind of document for an agency. FormFaultsError with every fault, ActRefusedError."""
    on = localdate(at)
    access(actor, agency_id, "propose_template", on)
    source = content.source.replace("\r\n", "\n").strip()
    source = f"{source}\n" if source else ""
    pack = pack_in_force(agency_id, max(content.effective_from, on))
    declared = kind_of_pack(pack, kind)
    require(rules.is_declared(kind, declared=declared is not None))
    assert declared is not None  # noqa: S101 - said by the rule above, for the type checker
    require_sound(source, declared, pack)
    _lock(agency_id)  # two proposals must not share a number
    former = latest_template(agency_id, declared.id)
    mine = Template.objects.filter(agency_id=agency_id, kind=declared.id)
    require(
        first_refusal(
            _may_begin(content.effective_from, content.reason, on, former),
            rules.is_only_form(waiting=mine.filter(state=Template.State.PROPOSED).exists()),
            rules.is_other_form(same=_in_use(former, declared) == (source or declared.source)),
        )
    )
    proposed = Template.objects.create(
        agency_id=agency_id,
        kind=declared.id,
        title=declared.name,
        number=(mine.aggregate(last=Max("number"))["last"] or 0) + 1,
        source=source,
        sha256=digest(source or declared.source),
        pack=pack.lineage[-1],
        effective_from=content.effective_from,
        reason=content.reason.strip(),
        proposed_by=actor,
        proposed_at=at,
    )
    _append("template.proposed", proposed, actor, at)
    return proposed


def require_sound(source: str, kind: DocumentKind, pack: Pack) -> None:
    """Raise FormFaultsError with everything that stands against a form; the pack's own, meant by no text, is sound."""
    faults = faults_of(source, kind, pack) if source else []
    if faults:
        raise FormFaultsError(faults)


def _in_use(former: Template | None, kind: DocumentKind) -> str:
    return (former.source if former is not None else "") or kind.source


def _may_begin(effective_from: date, reason: str, on: date, former: Template | None) -> Verdict:
    earliest = former.effective_from if former is not None else None
    return rules.may_propose_form(effective_from=effective_from, on=on, former_from=earliest, reason=reason)


def _lock(agency_id: UUID) -> None:
    """Let one at a time change what an agency works by; not a lock that acts on its cases would wait for."""
    Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=agency_id)


def _append(kind: str, template: Template, actor: Account, at: datetime, *former: Template) -> None:
    append(kind, subject=template, agency_id=template.agency_id, actor_id=actor.pk, at=at, rows=[template, *former],
           facts={"sha256": template.sha256})  # fmt: skip


@transaction.atomic
def decide_template(template_id: UUID, *, passed: bool, opinion: str = "", actor: Account, at: datetime) -> Template:
    """Approve what somebody else proposed, so that the version before it ends the day before; or return it.

    The text is held against the pack once more: one may have come since. FormFaultsError, ActRefusedError.
    """
    on = localdate(at)
    found = Template.objects.select_for_update(of=("self",)).get(pk=template_id)
    access(actor, found.agency_id, "decide_template", on)
    own = same_person(actor, found.proposed_by)
    require(rules.may_settle_form(found.state, own=own, opinion=opinion, passed=passed))
    found.decided_by, found.decided_at, found.opinion = actor, at, opinion.strip()
    if not passed:
        found.state = Template.State.RETURNED
        found.save(update_fields=["state", "decided_by", "decided_at", "opinion"])
        _append("template.returned", found, actor, at)
        return found
    _lock(found.agency_id)
    former = latest_template(found.agency_id, found.kind)
    require(_may_begin(found.effective_from, found.reason, on, former))
    pack = pack_in_force(found.agency_id, found.effective_from)
    declared = kind_of_pack(pack, found.kind)
    require(rules.is_declared(found.title, declared=declared is not None))
    assert declared is not None  # noqa: S101 - said by the rule above, for the type checker
    require_sound(found.source, declared, pack)
    ended = _ended(former, found.effective_from)
    found.state = Template.State.IN_FORCE
    found.save(update_fields=["state", "decided_by", "decided_at", "opinion"])
    _append("template.approved", found, actor, at, *ended)
    return found


def _ended(former: Template | None, day: date) -> list[Template]:
    """End the version before a new one the day before; return it where there is one."""
    if former is None:
        return []
    former.effective_to, former.state = day - timedelta(days=1), Template.State.SUPERSEDED
    former.save(update_fields=["effective_to", "state"])
    return [former]
