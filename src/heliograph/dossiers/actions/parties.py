"""How a party is reached: who acts for it, its address, its consent to electronic service (联系方式、送达地址)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import require_fit
from heliograph.dossiers.actions.steps import tell
from heliograph.dossiers.models import Party
from heliograph.dossiers.permissions import access_case, require_handler
from heliograph.dossiers.rules import opening
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.registers.models import Account, Role


@dataclass(frozen=True, slots=True)
class ContactContent:
    """What may change of a party while its case runs; who the party is stays as it was registered."""

    representative: str = ""
    address: str = ""
    phone: str = ""
    e_service_consent_on: date | None = None
    e_service_address: str = ""


@transaction.atomic
def correct_party(party_id: UUID, *, content: ContactContent, reason: str, actor: Account, at: datetime) -> Party:
    """Correct how a party is reached, by an officer of the case or by the window; the history tells what changed.

    Case.DoesNotExist for a case out of sight. ActRefusedError: neither, nothing changed, a consent without an address.
    """
    case_id = Party.objects.values_list("case_id", flat=True).get(pk=party_id)
    case, who = access_case(actor, case_id, "edit_case", localdate(at))
    require(opening.may_work_on(case.state))
    if Role.WINDOW_CLERK not in who.roles:
        require_handler(case, who)
    party = Party.objects.select_for_update(of=("self",)).get(pk=party_id, case=case)
    given = {name: one.strip() if isinstance(one, str) else one for name, one in asdict(content).items()}
    changed = {name: value for name, value in given.items() if getattr(party, name) != value}
    require(
        first_refusal(
            opening.may_correct(changed),
            opening.check_text(reason, what="更正的理由", longest=300),
            opening.check_consent(content.e_service_consent_on, address=content.e_service_address, today=localdate(at)),
            opening.check_phone(content.phone),
        )
    )
    require_fit(Party, **changed)
    words = "；".join(_told(party, name, value) for name, value in changed.items())
    for name, value in changed.items():
        setattr(party, name, value)
    party.save(update_fields=list(changed))
    told = tell(case, event="case.party_corrected", act="correct_party", step="案卷登记",
                text=f"更正{party.name}的联系方式：{words}。理由：{reason.strip()}", basis=opening.RECORDING,
                on=localdate(at), actor=actor, at=at)  # fmt: skip
    append("case.party_corrected", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[party, told])  # fmt: skip
    return party


def _told(party: Party, name: str, value: object) -> str:
    """Say how one field changed."""
    label = Party._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    before, after = (str(one) if one else "空" for one in (getattr(party, name), value))
    return f"{label}由“{before}”改为“{after}”"
