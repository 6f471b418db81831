"""Preparing the publication of a decision: summary, redaction group by group, examination, handing in (D17, D23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.disclosure import redacting
from heliograph.disclosure.models import Publication
from heliograph.disclosure.permissions import access_publication
from heliograph.disclosure.redacting import Choice
from heliograph.disclosure.rules import deciding, showing
from heliograph.disclosure.sources import (
    DEFAULT_CHAIN,
    Source,
    known_in,
    source_of,
    standing_of,
    term_of,
)
from heliograph.dossiers.actions.rows import require_fit
from heliograph.dossiers.actions.steps import duty_rules_of
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import require_handler
from heliograph.duties.models import Duty
from heliograph.kernel.packs.schema import NonDisclosure, Pack, ReleaseChain
from heliograph.kernel.redaction import RedactionError
from heliograph.kernel.verdict import ActRefusedError, Refused, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account

PUBLISHED = "case.published"
ENDED = (Publication.State.WITHDRAWN, Publication.State.EXPIRED)


@dataclass(frozen=True, slots=True)
class PublicationContent:
    """What an officer writes of a publication. values: lines of the summary by label, the case's own where left out.

    choices: of groups by key. added: further strings to be hidden. ground: of non-disclosure, by its id in the pack.
    """

    occasion: str = "decision"
    form: str = "full"
    values: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    added: Sequence[str] = ()
    ground: str = ""
    examined: str = ""
    term_ends_on: date | None = None
    term_basis: str = ""


def standing(publication: Publication) -> deciding.Standing:
    """Return where a publication stands, as the rules judge it."""
    return deciding.Standing(publication.state, publication.draft, publication.prepared_by_id)


def own_to(publication: Publication, case: Case) -> frozenset[UUID]:
    """Return to whom a publication is own work: who wrote or handed in its draft, and the two officers of the case."""
    officers = {one for one in (case.handler_id, case.co_handler_id) if one is not None}
    return frozenset({publication.prepared_by_id, *officers, *(UUID(one) for one in publication.authors)})


def chain_of(pack: Pack) -> ReleaseChain:
    """Return the chain of release approval (信息发布审批) of an agency; refused where its pack has none."""
    chains = {one.id: one for one in pack.rules.release_chains}
    found: ReleaseChain | None = chains.get(DEFAULT_CHAIN) or next(iter(chains.values()), None)
    if found is None:
        message = "本机关的规则包没有写明信息发布审批的环节，不能公示。请联系系统管理员更新规则包。"
        raise ActRefusedError(Refused("publication.no_chain", message, deciding.EXAMINING))
    return found


def ground_of(pack: Pack, ground: str) -> NonDisclosure | None:
    """Return a ground of non-disclosure of the pack, None where it has none of that id."""
    return next((rule for rule in pack.rules.non_disclosure if rule.id == ground), None)


def is_treatable(pack: Pack, ground: str) -> bool:
    """Say whether what falls under a ground may be published after treatment (D23); no ground at all may."""
    rule = ground_of(pack, ground)
    return rule is None or rule.redactable


def lock_publication(publication_id: UUID, case: Case) -> Publication:
    """Return a publication of a locked case, locked."""
    return Publication.objects.select_for_update(of=("self",)).get(pk=publication_id, case=case)


def case_of(publication_id: UUID) -> UUID:
    """Return the case of a publication. Publication.DoesNotExist for none."""
    return Publication.objects.values_list("case_id", flat=True).get(pk=publication_id)


@transaction.atomic
def prepare_publication(
    case_id: UUID, *, content: PublicationContent, actor: Account, at: datetime, rev: int | None = None
) -> Publication:
    """Write or change what is to be published of a case. For its two officers; refused while somebody judges it.

    rev: the revision of the draft that the form showed, None for a new one.
    """
    case, who = access_publication(actor, case_id, "prepare_publication", localdate(at))
    require_handler(case, who)
    publication = _draft_of(case, content.occasion)
    if publication is None:
        require(deciding.may_prepare(standing_of(case, content.occasion)))
        publication = Publication(agency_id=case.agency_id, case=case, occasion=content.occasion)
    else:
        require(deciding.may_write(standing(publication)))
        require(deciding.is_read_as_shown(rev, publication.rev))
    _write(publication, case, content, actor, at)
    publication.rev += 1
    publication.save()
    append("publication.prepared", subject=publication, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[publication], facts={"source": publication.source_sha256})  # fmt: skip
    return publication


def _draft_of(case: Case, occasion: str) -> Publication | None:
    found = Publication.objects.select_for_update(of=("self",)).filter(case=case, occasion=occasion)
    return found.exclude(state__in=ENDED).first()


def _write(publication: Publication, case: Case, content: PublicationContent, actor: Account, at: datetime) -> None:
    pack = pack_in_force(case.agency_id, localdate(at))
    source = source_of(case, content.occasion)
    lines = _lines(source, content)
    require(
        first_refusal(
            deciding.may_choose_form(content.form, issued=bool(source.text)),
            deciding.are_lines_sound(dict(lines), showing.REQUIRED[content.occasion]),
            deciding.are_lines_true(dict(lines), dict(source.lines), showing.FIXED),
            deciding.is_term_given(content.term_ends_on, content.term_basis, decided_on=source.decided_on),
            deciding.is_ground_known(content.ground, known=ground_of(pack, content.ground) is not None),
        )
    )
    require_fit(Publication, examined=content.examined, term_basis=content.term_basis)
    text = source.text if content.form == Publication.Form.FULL else ""
    added = list(dict.fromkeys(one.strip() for one in content.added if one.strip()))
    known = redacting.with_added(known_in(case), added)
    profile = redacting.profile_under(pack)
    original = showing.joined_text(lines, text)
    require(deciding.are_added_found(added, original))
    former = publication.redactions
    publication.redactions = redacting.decided(original, known, profile, former, content.choices)
    publication.form = content.form
    publication.lines, publication.added = [list(one) for one in lines], added
    publication.ground, publication.examined = content.ground, content.examined.strip()
    publication.source_sha256 = source.sha256
    _prepared(publication, actor, at)
    publication.draft = Publication.Draft.PREPARING
    publication.duty = duty_to(case, pack_in_force(case.agency_id, case.opened_on), PUBLISHED)
    publication.drafted = _drafted(case, content, pack, source)
    if publication.state != Publication.State.PUBLIC:
        settle(publication)


def _prepared(publication: Publication, actor: Account, at: datetime) -> None:
    """Note who had a hand in the draft, each once: none of them may release it."""
    publication.prepared_by, publication.prepared_at = actor, at
    _note_author(publication, actor)


def _note_author(publication: Publication, actor: Account) -> None:
    publication.authors = sorted({*publication.authors, str(actor.pk)})


def _lines(source: Source, content: PublicationContent) -> list[showing.Pair]:
    """Return the summary as written: the labels of the case in their order, a line that was emptied left out."""
    written = [(label, showing.one_line(content.values.get(label, value))) for label, value in source.lines]
    return [one for one in written if one[1]]


def _drafted(case: Case, content: PublicationContent, pack: Pack, source: Source) -> dict[str, str]:
    """Return number, decision, document and term in text.

    The term is the pack's; where the pack gives none, as the officer states it with its provision, or none.
    """
    term = term_of(case, pack, source.decided_on)
    ends_on = term.ends_on if term else content.term_ends_on
    return {
        "number": source.number,
        "decision": str(source.decision.pk) if source.decision else "",
        "document": str(source.document.pk) if source.document else "",
        "term_ends_on": ends_on.isoformat() if ends_on else "",
        "term_rule": term.rule if term else "",
        "term_basis": term.basis if term else content.term_basis.strip() if ends_on else "",
    }


def settle(publication: Publication) -> None:
    """Let what was drafted of number, decision, document and term hold: from the release on, or while all is new."""
    drafted = publication.drafted
    if not drafted:
        return
    publication.number = drafted["number"]
    publication.decision_id = UUID(drafted["decision"]) if drafted["decision"] else None
    publication.document_id = UUID(drafted["document"]) if drafted["document"] else None
    publication.term_ends_on = publication.next_term_ends_on
    publication.term_rule, publication.term_basis = drafted["term_rule"], drafted["term_basis"]
    publication.drafted = {}


def duty_to(case: Case, pack: Pack, event: str) -> Duty | None:
    """Return the duty of a case that an event fulfils, the latest opened, also where it is done. One query."""
    limits = [rule.limit for rule in duty_rules_of(case, pack) if event in rule.fulfilled_by]
    found = Duty.objects.filter(agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, kind__in=limits)
    return found.order_by("-opened_at", "-id").first()


def treated_draft(publication: Publication, case: Case, on: date) -> tuple[redacting.Treated, list[str]]:
    """Return what the public would read of a draft, and what would leak. ActRefusedError where it cannot be made."""
    pack = pack_in_force(case.agency_id, on)
    profile = redacting.profile_under(pack)
    known = redacting.with_added(known_in(case), publication.added)
    text = source_of(case, publication.occasion).text if publication.form == Publication.Form.FULL else ""
    lines = [(label, value) for label, value in publication.lines]
    try:
        done = redacting.treated(lines, text, publication.redactions, profile)
    except RedactionError as error:
        raise ActRefusedError(Refused("publication.redaction", str(error), deciding.TREATING)) from error
    except ValueError as error:
        message = "隐去的内容跨越了两项摘要，无法分开显示。请调整补充隐去的内容。"
        raise ActRefusedError(Refused("publication.split", message, deciding.TREATING)) from error
    return done, redacting.leaks(done, publication.redactions, known, profile)


@transaction.atomic
def submit_publication(publication_id: UUID, *, rev: int, actor: Account, at: datetime) -> Publication:
    """Hand a draft to the second person: every group confirmed, examined, nothing leaking (WS公8)."""
    case, who = access_publication(actor, case_of(publication_id), "prepare_publication", localdate(at))
    require_handler(case, who)
    publication = lock_publication(publication_id, case)
    pack = pack_in_force(case.agency_id, localdate(at))
    chain = chain_of(pack)
    withheld = not is_treatable(pack, publication.ground)
    require(
        first_refusal(
            deciding.is_read_as_shown(rev, publication.rev),
            deciding.may_submit(
                standing(publication),
                standing_of(case, publication.occasion),
                ground=publication.ground,
                examined=publication.examined,
                treatable=not withheld,
            ),
            deciding.is_one_stage(len(chain.stages), chain.stages[-1].basis[0]),
        )
    )
    if not withheld:
        require(deciding.is_handled(redacting.handled(publication.redactions)))
        _done, leaks = treated_draft(publication, case, localdate(at))
        require(deciding.is_safe(leaks))
    publication.draft, publication.submitted_at = Publication.Draft.WAITING, at
    publication.return_reason = ""
    _note_author(publication, actor)
    publication.rev += 1
    publication.save()
    append("publication.submitted", subject=publication, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[publication])  # fmt: skip
    return publication


@transaction.atomic
def correct_publication(
    publication_id: UUID, *, reason: str, conceals: bool, actor: Account, at: datetime
) -> Publication:
    """Begin a new version of what is public; it stays until the new one is released (纠错, D27).

    conceals: the former version may not be read any more then, because it told what it should not have.
    """
    case, who = access_publication(actor, case_of(publication_id), "prepare_publication", localdate(at))
    require_handler(case, who)
    publication = lock_publication(publication_id, case)
    require(deciding.may_correct(standing(publication), reason=reason))
    require(deciding.may_tell(reason.strip(), private_in(case)))
    publication.draft, publication.reason = Publication.Draft.PREPARING, reason.strip()
    publication.conceals, publication.examined = conceals, ""
    publication.authors, publication.drafted = [], {}
    _prepared(publication, actor, at)
    publication.redactions = [{**one, "confirmed": False} for one in publication.redactions]
    publication.rev += 1
    publication.save()
    append("publication.correcting", subject=publication, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[publication])  # fmt: skip
    return publication


def private_in(case: Case) -> list[str]:
    """Return what no reason that the public reads may name: the parties, and everybody the case record knows."""
    parties = [one.name for one in case.parties.all()]
    return [*parties, *(one.text for one in known_in(case) if one.role != "officer")]
