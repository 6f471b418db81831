"""Parties: registered with the case or later as third persons, and how each is reached (当事人、第三人、联系方式)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import tell
from heliograph.dossiers.models import Case, Party
from heliograph.dossiers.permissions import access_case, require_handler
from heliograph.dossiers.rules import opening
from heliograph.kernel.ids import normalise_number
from heliograph.kernel.verdict import Verdict, first_refusal, require
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


@dataclass(frozen=True, slots=True)
class PartyContent:
    """A party as registered: kind person, organisation or business; numbers are checked."""

    kind: str
    name: str
    number: str = ""
    number_kind: str = ""
    representative: str = ""
    address: str = ""
    phone: str = ""
    standing: str = "party"
    e_service_consent_on: date | None = None
    e_service_address: str = ""


def may_be_named(content: PartyContent, on: date) -> Verdict:
    """Say whether somebody may be registered with this name, these numbers, this consent."""
    return first_refusal(
        opening.check_text(content.name, what="当事人的姓名或者名称", longest=200),
        opening.check_party_number(content.kind, content.number, number_kind=content.number_kind, on=on),
        opening.check_consent(content.e_service_consent_on, address=content.e_service_address, today=on),
        opening.check_phone(content.phone),
    )


def write_party(case: Case, content: PartyContent, actor: Account, at: datetime) -> Party:
    """Write a party down; part of the act that registers it."""
    return write_row(
        Party,
        agency_id=case.agency_id,
        case=case,
        standing=content.standing,
        kind=content.kind,
        name=content.name.strip(),
        number_kind=content.number_kind,
        number=normalise_number(content.number),
        representative=content.representative.strip(),
        address=content.address.strip(),
        phone=content.phone.strip(),
        e_service_consent_on=content.e_service_consent_on,
        e_service_address=content.e_service_address.strip(),
        registered_by=actor,
        registered_at=at,
    )


@transaction.atomic
def add_party(case_id: UUID, *, content: PartyContent, reason: str, actor: Account, at: datetime) -> Party:
    """Register a third person or an agent who turns up while a case runs, before it is decided (行政许可法36).

    By an officer of the case or the window. Case.DoesNotExist for a case out of sight. ActRefusedError: neither, the
    case decided, somebody who is there already, a number that cannot be.
    """
    case, who = access_case(actor, case_id, "edit_case", localdate(at))
    require(opening.may_enter(case.state))
    if Role.WINDOW_CLERK not in who.roles:
        require_handler(case, who)
    require(
        first_refusal(
            opening.may_join(content.standing, decided=case.decided_on is not None),
            may_be_named(content, localdate(at)),
            opening.is_party_new(content.name, known=_is_known(case, content)),
            opening.check_text(reason, what="登记的理由", longest=300),
        )
    )
    party = write_party(case, content, actor, at)
    told = tell(case, event="case.party_added", act="add_party", step="案卷登记",
                text=f"登记{party.get_standing_display()}{party.name}。理由：{reason.strip()}", basis=opening.RECORDING,
                on=localdate(at), actor=actor, at=at)  # fmt: skip
    append("case.party_added", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[party, told])  # fmt: skip
    return party


def _is_known(case: Case, content: PartyContent) -> bool:
    """Say whether somebody of this standing is registered under this name or number."""
    same = Party.objects.filter(case=case, standing=content.standing)
    number = normalise_number(content.number)
    return same.filter(Q(name=content.name.strip()) | (Q(number=number) if number else Q(pk=None))).exists()


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
