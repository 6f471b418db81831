"""Prior notice, statement and defence, hearing, review of the defence (告知、陈述申辩、听证、复核)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.concluding import (
    present_proposal,
)
from heliograph.dossiers.actions.papers import PaperContent, add_main_paper, add_paper, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import CaseEvent, Hearing, Notice, Paper, Proposal, Statement
from heliograph.dossiers.periods import statement_written
from heliograph.dossiers.queries import discretion_of, investigators_of, notice_of, terms_of
from heliograph.dossiers.rules import deciding
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.dossiers.rules.papers import Differing, is_as_done
from heliograph.dossiers.rules.proposing import PARTY_PAPER, PARTY_PAPERS, is_written, may_answer, may_review
from heliograph.duties.queries import last_day
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import Allowed, Verdict, first_refusal, require
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import roles_of, same_person

REST = "当事人书面声明不再补充陈述、申辩。"
OPINIONS = {"waiver": "放弃权利", "statement": "提出陈述申辩", "hearing": "要求听证", "silence": "期满未提出"}


@transaction.atomic
def give_prior_notice(
    case_id: UUID,
    step: str,
    *,
    served_on: date,
    statement_until: date | None = None,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Tell the party what is proposed, why, on what basis, and which rights it has (行政处罚法44、63、64).

    served_on: the day on which the notice reached the party; the periods of the pack count from it. statement_until:
    the last day for a statement as the notice says it, else that of the pack. Whether the right to a hearing is told
    follows from the step: it is the one whose document says so.
    """
    taken = take_step(case_id, step, act="give_prior_notice", actor=actor, at=at, rev=rev)
    proposal = present_proposal(taken)
    approved_on = localdate(proposal.approved_at) if proposal.approved_at else None
    require(
        first_refusal(
            is_written(summary=taken.is_summary),
            deciding.may_notify(terms_of(proposal), discretion_of(proposal), approved=approved_on is not None),
            may_happen_on(served_on, today=taken.on, not_before=approved_on, what="告知书送达日期"),
        )
    )
    made = add_main_paper(taken, papers, kind="行政处罚事先告知书")
    hearing = "听证" in "".join(taken.node.documents)
    statement_until = _told_until(taken, made, served_on, statement_until)
    until_day = statement_until or statement_end(taken.pack, served_on)
    require(deciding.may_be_given_till(until_day, served_on=served_on))
    assert until_day is not None  # noqa: S101 - said by the rule above, for the type checker
    hearing_until = last_day(taken.limit("hearing_request"), served_on) if hearing else None
    require(deciding.may_end_before_hearing(statement_until, hearing_until=hearing_until))
    notice = write_notice(taken, proposal, served_on=served_on, hearing_right=hearing, hearing_until=hearing_until,
                     statement_until=max(until_day, hearing_until or until_day), paper=made)  # fmt: skip
    until = f"，要求听证的期限至 {hearing_until.isoformat()}" if hearing_until else ""
    text = f"第 {notice.number} 次告知拟作的处罚，陈述申辩的期限至 {notice.statement_until.isoformat()}{until}。"
    return finish_step(taken, event="case.notified", text=text, on=served_on)


def _told_until(taken: StepAct, paper: Paper, served_on: date, until: date | None) -> date | None:
    """Return the last day for a statement as a made notice says it; refuse a step that says another (44、45)."""
    written = statement_written(paper, taken.limit("hearing_request"), served_on)
    if written is None:
        return until
    said, last = written
    if until not in {None, last}:
        told = f"{said}（{served_on.isoformat()} 送达的至 {last.isoformat()}）"
        require(is_as_done([Differing(paper.kind, "陈述、申辩的期限", told, f"至 {until}")]))
    return last


def write_notice(taken: StepAct, proposal: Proposal, **given: Any) -> Notice:
    """Write the next notice of a case; part of the act that gives it."""
    last = notice_of(taken.case)
    notice = write_row(
        Notice,
        agency_id=taken.case.agency_id,
        case=taken.case,
        proposal=proposal,
        number=(last.number if last else 0) + 1,
        given_by=taken.actor,
        given_at=taken.at,
        **given,
    )
    taken.rows.append(notice)
    return notice


def statement_end(pack: Pack, served_on: date) -> date | None:
    """Return the last day for a statement by the pack, None where it says nothing of it."""
    limit = next((one for one in pack.rules.time_limits if one.id == "statement"), None)
    return None if limit is None else last_day(limit, served_on)


@transaction.atomic
def end_statement(
    case_id: UUID, step: str, *, kind: str, received_on: date, content: str, file_id: UUID | None = None,
    rest_waived: bool = False, actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Register what the party said to the notice. kind: waiver, statement, hearing or silence (行政处罚法45、64).

    Silence is refused while the period runs; a hearing is asked for in time or not at all. file_id: the paper that the
    party handed in; of a waiver there is one. rest_waived: a party that made its statement says in it that there is
    nothing to add, else its period runs to the end. A statement leaves the right to a hearing as it is: where that was
    told and still runs, the flow goes on waiting for it.
    """
    taken = take_step(case_id, step, act="end_statement", actor=actor, at=at, rev=rev)
    notice = notice_of(taken.case)
    require(may_answer(kind, offered=OPINIONS, noticed=notice is not None, content=content))
    assert notice is not None  # noqa: S101 - said by the rule above, for the type checker
    require(
        first_refusal(
            may_happen_on(received_on, today=taken.on, not_before=notice.served_on, what="日期"),
            deciding.may_end_in_silence(
                silent=kind == "silence", on=received_on, until=notice.hearing_until or notice.statement_until
            ),
            deciding.may_request_hearing(asked_on=received_on, until=notice.hearing_until, already=_asked(taken))
            if kind == "hearing"
            else Allowed(),
            deciding.may_waive_rest(
                waived=rest_waived, kind=kind, hearing=notice.hearing_until is not None, filed=file_id is not None
            ),
        )
    )
    _write(taken, notice, kind, received_on, content, file_id)
    if rest_waived:
        _write(taken, notice, "waiver", received_on, REST, file_id)
    waits = kind == "statement" and notice.hearing_until is not None and received_on <= notice.hearing_until
    return finish_step(
        taken, event="case.statement_received" if waits else "case.statement_ended",
        text=_said(kind, content, rest_waived=rest_waived),
        facts={"当事人意见": OPINIONS[kind]}, on=received_on,
    )  # fmt: skip


def _said(kind: str, content: str, *, rest_waived: bool) -> str:
    words = f"：{content.strip().rstrip('。')}" if kind == "hearing" and content.strip() else ""
    return f"当事人{OPINIONS[kind]}{words}。{REST if rest_waived else ''}"[:2000]


def _write(taken: StepAct, notice: Notice, kind: str, received_on: date, content: str, file_id: UUID | None) -> None:
    """Write what the party said, with the paper that it handed in; part of the act that registers it.

    What it says when it asks for a hearing is a statement like any other, to be reviewed with what is said there.
    """
    add_party_paper(taken, kind, received_on, file_id)
    if kind != "hearing" or content.strip():
        said = Statement.Kind.STATEMENT if kind == "hearing" else kind
        taken.rows.append(write_statement(taken, notice, said, received_on, content))
    if kind == "hearing":
        taken.rows.append(_hearing(taken, notice, received_on))


def add_party_paper(taken: StepAct, kind: str, received_on: date, file_id: UUID | None) -> None:
    """Register the paper that the party handed in; a waiver counts only in writing (行政处罚法62)."""
    require(deciding.is_in_writing(kind, filed=file_id is not None))
    if file_id is not None:
        add_paper(taken, PaperContent(PARTY_PAPERS.get(kind, PARTY_PAPER), received_on, "", file_id))


def write_statement(taken: StepAct, notice: Notice, kind: str, received_on: date, content: str) -> Statement:
    """Write what the party said to a notice; part of the act that registers it."""
    return write_row(
        Statement,
        agency_id=taken.case.agency_id,
        case=taken.case,
        notice=notice,
        kind=kind,
        received_on=received_on,
        content=content.strip(),
        registered_by=taken.actor,
        registered_at=taken.at,
    )


def _hearing(taken: StepAct, notice: Notice, requested_on: date) -> Hearing:
    return Hearing.objects.create(
        agency_id=taken.case.agency_id,
        case=taken.case,
        notice=notice,
        requested_on=requested_on,
        registered_by=taken.actor,
        registered_at=taken.at,
    )


def _asked(taken: StepAct) -> bool:
    return _open_hearing(taken) is not None


def _open_hearing(taken: StepAct) -> Hearing | None:
    waiting = Hearing.objects.filter(case=taken.case, held_on__isnull=True, withdrawn_on__isnull=True)
    return waiting.order_by("requested_on", "id").first()


@transaction.atomic
def request_hearing(
    case_id: UUID, step: str, *, note: str, actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:
    """Confirm the registered request, so that the hearing can be prepared (行政处罚法64)."""
    taken = take_step(case_id, step, act="request_hearing", actor=actor, at=at, rev=rev)
    hearing = _open_hearing(taken)
    require(
        first_refusal(
            deciding.is_hearing_asked(asked=hearing is not None), check_text(note, what="申请要点", longest=2000)
        )
    )
    asked_on = hearing.requested_on if hearing else taken.on  # the days for holding it count from the request itself
    return finish_step(taken, event="case.hearing_requested", text=f"登记听证申请：{note.strip()}", on=asked_on)


@transaction.atomic
def notify_hearing(
    case_id: UUID, step: str, *, notified_on: date, held_on: date, held_time: time | None = None, place: str,
    chair_id: UUID, public: bool, papers: Sequence[PaperContent], actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Tell the party when and where the hearing is, early enough, under a fit chair (行政处罚法64).

    The days before the hearing are counted back from the day on which it is held. held_time: the hour.
    """
    taken = take_step(case_id, step, act="notify_hearing", actor=actor, at=at, rev=rev)
    hearing = _open_hearing(taken)
    limit = taken.limit("hearing_notice")
    earliest = work_calendar().add_workdays(notified_on, (limit.length or 0) + 1)
    chair = Account.objects.get(pk=chair_id, person__agency_id=taken.case.agency_id, is_active=True)
    require(
        first_refusal(
            deciding.is_hearing_asked(asked=hearing is not None),
            check_text(place, what="听证地点", longest=300),
            may_happen_on(notified_on, today=taken.on, what="通知日期",
                          not_before=hearing.requested_on if hearing else None),
            deciding.may_schedule_hearing(
                notified_on=notified_on, held_on=held_on, earliest=earliest, days=limit.length or 0
            ),
            deciding.may_chair(chair.pk, investigators=investigators_of(taken.case)),
            _may_register(taken, chair),
        )
    )  # fmt: skip
    assert hearing is not None  # noqa: S101
    add_papers(taken, papers)
    hearing.notified_on, hearing.scheduled_on, hearing.place = notified_on, held_on, place.strip()
    hearing.chair, hearing.public, hearing.scheduled_time = chair, public, held_time
    hearing.save(update_fields=["notified_on", "scheduled_on", "scheduled_time", "place", "chair", "public"])
    taken.rows.append(hearing)
    hour = f" {held_time:%H:%M}" if held_time else ""
    text = f"通知当事人 {held_on.isoformat()}{hour} 在{place.strip()}举行听证，主持人{chair.display_name}。"
    return finish_step(taken, event="case.hearing_notified", text=text, on=notified_on)


def _may_register(taken: StepAct, chair: Account) -> Verdict:
    """Say whether the chair can register the hearing in the flow, under the role of its task."""
    nodes = taken.standing.compiled.definition.nodes.values()
    wanted = next((Role(node.role) for node in nodes if node.act == "hold_hearing" and node.role), None)
    able = wanted is None or wanted in roles_of(chair, taken.case.agency_id, taken.on)
    return deciding.may_register_hearing(chair.display_name, able=able, role=wanted.label if wanted else "")


@transaction.atomic
def hold_hearing(
    case_id: UUID,
    step: str,
    *,
    held_on: date,
    opinion: str,
    papers: Sequence[PaperContent],
    absent: bool = False,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register the hearing as held, by its chair, with the signed minutes (行政处罚法64、65).

    absent: the party stayed away or left without good reason, which gives the right up; the hearing ends, and the
    minutes say so (行政处罚法64). What was stated in writing is reviewed all the same.
    """
    taken = take_step(case_id, step, act="hold_hearing", actor=actor, at=at, rev=rev)
    hearing = _open_hearing(taken)
    require(
        first_refusal(
            deciding.is_hearing_asked(asked=hearing is not None),
            deciding.may_hold_hearing(held_on=held_on, scheduled_on=hearing.scheduled_on if hearing else None),
            may_happen_on(held_on, today=taken.on, not_before=None, what="举行日期"),
            check_text(opinion, what="听证意见"),
            deciding.may_chair(actor.pk, investigators=investigators_of(taken.case)),
            _is_chair(hearing, actor),
        )
    )
    assert hearing is not None  # noqa: S101
    hearing.held_on, hearing.withdrawn_on = (None, held_on) if absent else (held_on, None)
    hearing.opinion = opinion.strip()
    hearing.paper = add_main_paper(taken, papers, kind="听证笔录")
    hearing.save(update_fields=["held_on", "withdrawn_on", "opinion", "paper"])
    taken.rows.append(hearing)
    text = "举行听证，制作听证笔录。"
    if absent:
        text = "当事人无正当理由未出席听证或者未经许可中途退出，视为放弃听证权利，终止听证，记入听证笔录。"
    return finish_step(taken, event="case.hearing_held", text=text, facts={"经过听证": not absent}, on=held_on)


def _is_chair(hearing: Hearing | None, actor: Account) -> Verdict:
    chair = hearing.chair if hearing else None
    return deciding.is_chair(same=chair is None or same_person(chair, actor), chair=chair.display_name if chair else "")


@transaction.atomic
def review_defence(
    case_id: UUID,
    step: str,
    *,
    adopted: str,
    opinion: str,
    keeps: bool,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Review what the party said and say what was adopted (行政处罚法45). keeps: the proposal stands as it is.

    Otherwise the case goes back to its report, and the changed proposal needs a new notice.
    """
    taken = take_step(case_id, step, act="review_defence", actor=actor, at=at, rev=rev)
    require(first_refusal(may_review(adopted, keeps=keeps), check_text(opinion, what="复核意见")))
    add_papers(taken, papers)
    for one in Statement.objects.filter(case=taken.case, kind=Statement.Kind.STATEMENT, reviewed_on__isnull=True):
        one.adopted, one.review, one.reviewed_by, one.reviewed_on = adopted, opinion.strip(), actor, taken.on
        one.save(update_fields=["adopted", "review", "reviewed_by", "reviewed_on"])
        taken.rows.append(one)
    for held in Hearing.objects.filter(case=taken.case, held_on__isnull=False, reviewed_on__isnull=True):
        held.review, held.reviewed_on = opinion.strip(), taken.on
        held.save(update_fields=["review", "reviewed_on"])
        taken.rows.append(held)
    said = "维持原意见" if keeps else "改变处理意见"
    return finish_step(taken, event="case.defence_reviewed", text=f"复核陈述申辩，{said}。", facts={"复核结论": said})
