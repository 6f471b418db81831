"""Who works on a case: recusal, handover, and messages between those who do (回避、交接、消息)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.freshness import require_fresh_case
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import tell
from heliograph.dossiers.models import Case, Handover, Message, Recusal
from heliograph.dossiers.permissions import access_case, reader, seen_by
from heliograph.dossiers.queries import officers_of, recused_among
from heliograph.dossiers.rules import collaborating as rules
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.dossiers.rules.people import basis_of_pair, may_work_in_pair
from heliograph.kernel.verdict import ActRefusedError, Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account
from heliograph.registers.permissions import same_person

ENDED = frozenset({Case.State.ARCHIVED, Case.State.TERMINATED})
PLACES = {"handler": "承办人", "co_handler": "协办人"}


def _colleague(case: Case, account_id: UUID) -> Account:
    return Account.objects.get(pk=account_id, person__agency_id=case.agency_id, is_active=True)


@transaction.atomic
def ask_recusal(
    case_id: UUID, *, officer_id: UUID, asked_by: str, asked_on: date, reason: str, actor: Account, at: datetime
) -> Recusal:
    """Register that somebody asked an officer to keep away, or did so oneself; the work goes on meanwhile (43)."""
    case, _who = access_case(actor, case_id, "ask_recusal", localdate(at))
    officer = _colleague(case, officer_id)
    known = list(Recusal.objects.filter(case=case, officer=officer).values_list("granted", flat=True))
    require(
        first_refusal(
            rules.may_ask_recusal(waiting=None in known, granted=True in known),
            check_text(asked_by, what="申请人", longest=120),
            check_text(reason, what="理由", longest=1000),
            may_happen_on(asked_on, today=localdate(at), not_before=None, what="申请日期"),
        )
    )
    recusal = write_row(
        Recusal,
        agency_id=case.agency_id,
        case=case,
        officer=officer,
        asked_by=asked_by.strip(),
        asked_on=asked_on,
        reason=reason.strip(),
        registered_by=actor,
        registered_at=at,
    )
    told = tell(case, event="case.recusal_asked", act="ask_recusal", step="回避",
                text=f"{recusal.asked_by}申请{officer.display_name}回避：{recusal.reason}", basis=rules.RECUSAL,
                on=asked_on, actor=actor, at=at)  # fmt: skip
    append("case.recusal_asked", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[recusal, told])  # fmt: skip
    return recusal


@transaction.atomic
def decide_recusal(recusal_id: UUID, *, granted: bool, reason: str, actor: Account, at: datetime) -> Recusal:
    """Decide a request for recusal (行政处罚法43). Whoever must keep away takes no further step of the case."""
    case_id = Recusal.objects.values_list("case_id", flat=True).get(pk=recusal_id)
    case, _who = access_case(actor, case_id, "decide_recusal", localdate(at))
    recusal = Recusal.objects.select_for_update(of=("self",)).select_related("officer").get(pk=recusal_id, case=case)
    require(
        first_refusal(
            rules.may_decide_recusal(decided=recusal.granted is not None, own=same_person(actor, recusal.officer)),
            check_text(reason, what="决定理由", longest=1000),
        )
    )
    recusal.granted, recusal.decided_by, recusal.decided_at = granted, actor, at
    recusal.save()
    said = "准予" if granted else "驳回"
    text = f"{said}{recusal.officer.display_name}回避：{reason.strip()}"
    told = tell(case, event="case.recusal_decided", act="decide_recusal", step="回避", text=text, basis=rules.RECUSAL,
                on=localdate(at), actor=actor, at=at)  # fmt: skip
    sent = send(case, recusal.officer, actor, f"{case.number}：{text}", at)
    append("case.recusal_decided", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[recusal, told, sent])  # fmt: skip
    return recusal


@transaction.atomic
def hand_over_case(
    case_id: UUID, *, place: str, to_id: UUID, reason: str, actor: Account, at: datetime, rev: int | None = None
) -> Handover:
    """Give a case to another certified officer; both ends are told (交接). place: handler or co_handler."""
    case, _who = access_case(actor, case_id, "hand_over_case", localdate(at))
    require_fresh_case(case, rev)
    taker = _colleague(case, to_id)
    former = case.handler if place == "handler" else case.co_handler
    stays = case.co_handler if place == "handler" else case.handler
    require(
        first_refusal(
            rules.may_hand_over(
                ended=case.state in ENDED,
                same=former is not None and same_person(taker, former),
                recused=bool(recused_among(case, [taker])),
                other_place=stays is not None and same_person(taker, stays),
            ),
            _certified(case, taker, stays, localdate(at)),
            check_text(reason, what="理由", longest=1000),
        )
    )
    made = write_row(
        Handover, agency_id=case.agency_id, case=case, place=place, from_account=former, to_account=taker,
        reason=reason.strip(), decided_by=actor, decided_at=at,
    )  # fmt: skip
    setattr(case, place, taker)
    case.save(update_fields=[place])
    text = f"{PLACES[place]}由{former.display_name if former else '无'}交接给{taker.display_name}：{made.reason}"
    told = tell(case, event="case.handed_over", act="hand_over_case", step="交接", text=text, basis=rules.TWO_OFFICERS,
                on=localdate(at), actor=actor, at=at)  # fmt: skip
    ends = [one for one in (former, taker) if one is not None]
    sent = [send(case, one, actor, f"{case.number}：{text}", at) for one in ends]
    append("case.handed_over", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[case, made, told, *sent])  # fmt: skip
    return made


def _certified(case: Case, taker: Account, stays: Account | None, on: date) -> Verdict:
    pack = pack_in_force(case.agency_id, case.opened_on)
    category = pack.rule("categories", case.category).name
    basis = basis_of_pair(case.category, pack.rule("procedures", case.procedure).basis[0])
    pair = [taker, *([stays] if stays else [])]
    return may_work_in_pair(officers_of(pair), category=category, area=case.area, on=on, basis=basis)


def send(case: Case, to: Account, sender: Account, text: str, at: datetime) -> Message:
    """Write a message about a case; part of the act that tells of itself."""
    return write_row(
        Message,
        agency_id=case.agency_id,
        case=case,
        to_account=to,
        from_account=sender,
        text=text[:1000],
        sent_at=at,
    )


@transaction.atomic
def send_message(case_id: UUID, *, to_id: UUID, text: str, actor: Account, at: datetime) -> Message:
    """Send somebody who may see a case a message about it (消息)."""
    case, _who = access_case(actor, case_id, "send_message", localdate(at))
    to = _colleague(case, to_id)
    require(
        first_refusal(
            rules.may_send(sees_case=_sees(case, to, localdate(at)), to_self=same_person(to, actor)),
            check_text(text, what="内容", longest=1000),
        )
    )
    sent = send(case, to, actor, text.strip(), at)
    append("case.message_sent", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[sent])
    return sent


def _sees(case: Case, account: Account, on: date) -> bool:
    try:
        return seen_by(reader(account, case.agency_id, on)).filter(pk=case.pk).exists()
    except ActRefusedError:
        return False


@transaction.atomic
def read_message(message_id: UUID, *, actor: Account, at: datetime) -> Message:
    """Mark a message as read by whom it was sent to; reading it again changes nothing."""
    message = Message.objects.select_for_update(of=("self",)).select_related("case").get(pk=message_id)
    require(rules.may_read_message(own=message.to_account_id == actor.pk))
    if message.read_at is None:
        message.read_at = at
        message.save(update_fields=["read_at"])
        append("case.message_read", subject=message.case, agency_id=message.agency_id, actor_id=actor.pk, at=at,
               rows=[message])  # fmt: skip
    return message
