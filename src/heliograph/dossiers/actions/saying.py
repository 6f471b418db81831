"""What people say to an application under examination, and what was made of it (陈述申辩)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.papers import file_of_case
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import tell
from heliograph.dossiers.models import Case, Paper, Party, Statement
from heliograph.dossiers.permissions import access_case, require_handler
from heliograph.dossiers.queries import proposal_of
from heliograph.dossiers.rules import permitting
from heliograph.dossiers.rules.opening import check_text, may_enter, may_happen_on
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account

PAPER = "陈述申辩材料"
MADE_OF_IT = {"yes": "采纳", "partly": "部分采纳", "no": "不采纳"}


@dataclass(frozen=True, slots=True)
class SaidContent:
    """What one person said and what was made of it. adopted: yes, partly or no; file_id: the paper, where there is one.

    opinion: what the examination found of it, and why.
    """

    party_id: UUID
    received_on: date
    content: str
    adopted: str
    opinion: str
    file_id: UUID | None = None


@transaction.atomic
def hear_party(case_id: UUID, *, content: SaidContent, actor: Account, at: datetime) -> Statement:
    """Register what an applicant or an interested person says before the decision, and the answer (行政许可法36).

    For flows that examine an application and have no step of their own for it. What was adopted after the examination
    was handed in asks for another one: the decision waits for it.
    """
    case, who = access_case(actor, case_id, "edit_case", localdate(at))
    require(may_enter(case.state))
    require_handler(case, who)
    party = Party.objects.get(pk=content.party_id, case=case)
    require(
        first_refusal(
            permitting.may_hear(offered=is_heard_beside(case), decided=case.decided_on is not None),
            check_text(content.content, what="陈述申辩的内容", longest=5000),
            permitting.is_answered(content.adopted),
            check_text(content.opinion, what="采纳或者不采纳的理由", longest=5000),
            may_happen_on(content.received_on, today=localdate(at), not_before=case.began_on, what="提出日期"),
        )
    )
    row = write_row(
        Statement, agency_id=case.agency_id, case=case, party=party, kind=Statement.Kind.STATEMENT,
        received_on=content.received_on, content=content.content.strip(), adopted=content.adopted,
        review=content.opinion.strip(), reviewed_by=actor, reviewed_on=localdate(at), registered_by=actor,
        registered_at=at,
    )  # fmt: skip
    text = f"{party.name}陈述申辩，{MADE_OF_IT[content.adopted]}：{content.opinion.strip()}"[:2000]
    told = tell(case, event="case.party_heard", act="hear_party", step="听取意见", text=text,
                basis=permitting.INTERESTED, on=content.received_on, actor=actor, at=at)  # fmt: skip
    append("case.party_heard", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[row, told, *_paper(case, content, actor, at)])  # fmt: skip
    return row


def _paper(case: Case, content: SaidContent, actor: Account, at: datetime) -> list[Paper]:
    """Put what was handed in into the file of the case."""
    file = file_of_case(case, content.file_id)
    if file is None:
        return []
    return [write_row(Paper, agency_id=case.agency_id, case=case, step="", kind=PAPER, number="",
                      made_on=content.received_on, file=file, registered_by=actor, registered_at=at)]  # fmt: skip


def is_heard_beside(case: Case) -> bool:
    """Say whether the flow of a case examines something and leaves the hearing of people to this act."""
    acts = {one.act for one in standing(case.pk).compiled.definition.nodes.values()}
    return case.filed_on is not None and "examine" in acts and "review_defence" not in acts


def adopted_since(case: Case) -> list[str]:
    """Return who was proved right after the examination that now stands: it does not say so yet. Two queries."""
    proposal = proposal_of(case)
    if proposal is None:
        return []
    said = Statement.objects.filter(case=case, adopted__in=("yes", "partly"), registered_at__gt=proposal.made_at)
    return [one.party.name for one in said.select_related("party").order_by("registered_at") if one.party]
