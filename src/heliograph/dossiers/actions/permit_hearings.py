"""The hearing on an application: its right told to everybody whom the matter concerns, asked for or waived by each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.papers import PaperContent, add_paper, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step, tell
from heliograph.dossiers.models import CaseEvent, Hearing, Notice, Party, Statement
from heliograph.dossiers.queries import heard_of, investigators_of, notice_of, proposal_of
from heliograph.dossiers.rules import deciding, permitting
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.dossiers.rules.proposing import no_proposal
from heliograph.duties.queries import last_day
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Account

WAIVER_PAPER = "放弃听证权利声明"
ANSWERED = "case.hearing_answered"  # by one of several, before the others
ASKED, WAIVED, SILENT = "要求听证", "放弃权利", "期满未提出"


@dataclass(frozen=True, slots=True)
class HearingAnswer:
    """What one person did with the right to a hearing. kind: hearing, waiver, silence, or pending while days are left.

    A waiver is on paper.
    """

    kind: str
    received_on: date | None = None
    file_id: UUID | None = None


@transaction.atomic
def tell_hearing_right(
    case_id: UUID,
    step: str,
    *,
    served_on: date,
    served_each: Mapping[UUID, date] | None = None,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Tell applicant and interested persons that they may ask for a hearing (行政许可法47).

    served_each: by the key of the party, who was told on another day than served_on; everybody's days count from there,
    and the step waits for the last of them.
    """
    taken = take_step(case_id, step, act="give_prior_notice", actor=actor, at=at, rev=rev)
    people = heard_of(taken.case)
    each = dict(served_each or {})
    days = {one: each.get(one.pk, served_on) for one in people}
    require(permitting.may_name_all([], strangers=len(each.keys() - {one.pk for one in people})))
    for one, day in days.items():
        require(may_happen_on(day, today=taken.on, not_before=taken.case.filed_on, what=f"{one.name}的送达日期"))
    last = max(days.values())
    told = {str(one.pk): day.isoformat() for one, day in days.items()}
    give_notice(taken, served_on=last, papers=papers, until=_hearing_until(taken, last), told=told)
    said = "，".join(f"{one.name} {day.isoformat()} 送达，至 {_hearing_until(taken, day).isoformat()}"
                    for one, day in days.items())  # fmt: skip
    return finish_step(taken, event="case.notified", text=f"告知听证权利。申请听证的期限：{said}。"[:2000], on=last)


def _hearing_until(taken: StepAct, served_on: date) -> date:
    return last_day(taken.limit("permit_hearing_request"), served_on)


def told_on(notice: Notice, party: Party) -> date | None:
    """Return the day on which somebody was told of the right to a hearing; None for whoever was registered later."""
    if not notice.told_on:  # a notice of before each had a day of its own
        return notice.served_on
    day = notice.told_on.get(str(party.pk))
    return date.fromisoformat(day) if day else None


def give_notice(
    taken: StepAct,
    *,
    served_on: date,
    papers: Sequence[PaperContent],
    until: date,
    hearing: bool = True,
    told: Mapping[str, str] | None = None,
) -> Notice:
    """Write down a notice of what is proposed, with the day until which it may be answered; part of an act.

    told: by the key of each party, the day on which it was told, where several are.
    """
    proposal = proposal_of(taken.case)
    if proposal is None:
        require(no_proposal())
        raise AssertionError
    require(may_happen_on(served_on, today=taken.on, not_before=taken.case.filed_on, what="告知书送达日期"))
    made = add_papers(taken, papers)
    last = notice_of(taken.case)
    notice = write_row(
        Notice,
        agency_id=taken.case.agency_id,
        case=taken.case,
        proposal=proposal,
        number=(last.number if last else 0) + 1,
        served_on=served_on,
        hearing_right=hearing,
        statement_until=until,
        hearing_until=until if hearing else None,
        told_on=dict(told or {}),
        paper=made[0] if made else None,
        given_by=taken.actor,
        given_at=taken.at,
    )
    taken.rows.append(notice)
    return notice


@transaction.atomic
def answer_hearing_right(
    case_id: UUID,
    step: str,
    *,
    answers: Mapping[UUID, HearingAnswer],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register what applicant and interested persons did with their right to a hearing, each by name (行政许可法47).

    answers: by the key of the party. One request is enough for a hearing; without one the flow goes on when everybody
    has waived in writing, or when the days are over. Who answers first is registered alone, and the step waits.
    """
    taken = take_step(case_id, step, act="end_statement", actor=actor, at=at, rev=rev)
    notice = notice_of(taken.case)
    require(permitting.is_right_told(told=notice is not None))
    assert notice is not None  # noqa: S101 - said by the rule above, for the type checker
    before = {one.party_id: one.kind for one in Statement.objects.filter(notice=notice, party__isnull=False)}
    people = {one.pk: one for one in heard_of(taken.case)}
    missing = [one.name for key, one in people.items() if key not in answers and key not in before]
    wanted = [answer for answer in answers.values() if answer.kind == "hearing"]
    require(
        first_refusal(
            permitting.may_name_some([people[key].name for key in answers if key in people and key in before],
                                     given=len(answers)),
            permitting.may_name_all(missing if wanted else [], strangers=len(answers.keys() - people.keys())),
            permitting.are_all_told([one.name for one in people.values() if told_on(notice, one) is None]),
        )
    )  # fmt: skip
    for key, answer in answers.items():
        require(_may_answer(taken, people[key], answer, notice, asked=bool(wanted)))
    said = f"{'；'.join(_register(taken, people[key], answer, notice) for key, answer in answers.items())}。"[:2000]
    if missing:
        return _still_open(taken, said)
    if wanted:
        _ask_hearing(taken, notice, min(one.received_on or taken.on for one in wanted))
    silent = "silence" in {*before.values(), *(one.kind for one in answers.values())}
    opinion = ASKED if wanted else SILENT if silent else WAIVED
    return finish_step(taken, event="case.statement_ended", text=said, facts={"当事人意见": opinion})


def _ask_hearing(taken: StepAct, notice: Notice, on: date) -> None:
    hearing = write_row(Hearing, agency_id=taken.case.agency_id, case=taken.case, notice=notice, requested_on=on,
                        registered_by=taken.actor, registered_at=taken.at)  # fmt: skip
    taken.rows.append(hearing)


def _still_open(taken: StepAct, said: str) -> CaseEvent:
    """Tell and record what those said who answered first; the step stays open for the others."""
    told = tell(taken.case, event=ANSWERED, act=taken.node.act, step=taken.node.name, text=said,
                basis=taken.node.basis, on=taken.on, actor=taken.actor, at=taken.at)  # fmt: skip
    append(ANSWERED, subject=taken.case, agency_id=taken.case.agency_id, actor_id=taken.actor.pk, at=taken.at,
           rows=[told, *taken.rows])  # fmt: skip
    return told


def _may_answer(taken: StepAct, who: Party, answer: HearingAnswer, notice: Notice, *, asked: bool) -> Verdict:
    """Say whether one person's answer can be: each has the days from the day on which it was told itself."""
    day = answer.received_on or taken.on
    served_on = told_on(notice, who) or notice.served_on
    until = _hearing_until(taken, served_on)
    return first_refusal(
        permitting.may_answer_right(answer.kind, name=who.name, on_paper=answer.file_id is not None, day=day,
                                    until=until),
        permitting.may_be_silent(answer.kind, name=who.name, on=taken.on, until=until, asked=asked),
        may_happen_on(day, today=taken.on, not_before=served_on, what=f"{who.name}提出的日期"),
    )  # fmt: skip


def _register(taken: StepAct, who: Party, answer: HearingAnswer, notice: Notice) -> str:
    """Write down what one person did; return it in words."""
    day = answer.received_on or taken.on
    if answer.file_id is not None:
        kind = WAIVER_PAPER if answer.kind == "waiver" else "听证申请书"
        add_paper(taken, PaperContent(kind, day, "", answer.file_id))
    if answer.kind in {"hearing", "pending"}:
        return f"{who.name}{'要求听证' if answer.kind == 'hearing' else '尚未答复，申请听证的期限未满'}"
    row = write_row(
        Statement,
        agency_id=taken.case.agency_id,
        case=taken.case,
        notice=notice,
        party=who,
        kind=answer.kind,
        received_on=day,
        registered_by=taken.actor,
        registered_at=taken.at,
    )
    taken.rows.append(row)
    return f"{who.name}{'书面放弃听证' if answer.kind == 'waiver' else '没有提出'}"


@transaction.atomic
def notify_permit_hearing(
    case_id: UUID,
    step: str,
    *,
    notified_on: date,
    held_on: date,
    held_time: time | None = None,
    place: str,
    chair_id: UUID,
    public: bool = True,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Tell applicant and interested persons when the hearing is (行政许可法48); one announced by law was asked by none.

    The chair is not somebody who examines the application.
    """
    taken = take_step(case_id, step, act="notify_hearing", actor=actor, at=at, rev=rev)
    waiting = Hearing.objects.filter(case=taken.case, held_on__isnull=True, withdrawn_on__isnull=True)
    hearing = waiting.order_by("requested_on", "id").first() or _announced(taken)
    chair = Account.objects.get(pk=chair_id, person__agency_id=taken.case.agency_id)
    require(
        first_refusal(
            check_text(place, what="听证地点", longest=300),
            may_happen_on(notified_on, today=taken.on, not_before=taken.case.filed_on, what="通知日期"),
            _may_schedule(taken, hearing, notified_on, held_on),
            deciding.may_chair(chair.pk, investigators=investigators_of(taken.case)),
            permitting.is_public(public=public),
        )
    )
    add_papers(taken, papers)
    hearing.notified_on, hearing.scheduled_on, hearing.place = notified_on, held_on, place.strip()
    hearing.chair, hearing.public, hearing.scheduled_time = chair, public, held_time
    hearing.save()
    taken.rows.append(hearing)
    hour = f" {held_time:%H:%M}" if held_time else ""
    text = f"通知 {held_on.isoformat()}{hour} 在{place.strip()}举行听证，主持人{chair.display_name}。"
    return finish_step(taken, event="case.hearing_notified", text=text, on=notified_on)


def _may_schedule(taken: StepAct, hearing: Hearing, notified_on: date, held_on: date) -> Verdict:
    """Late enough after the notice, early enough after the request: the days are those of the pack."""
    days = taken.limit("permit_hearing_notice").length or 0
    earliest = work_calendar().add_workdays(notified_on, days + 1)
    latest = last_day(taken.limit("permit_hearing_hold"), hearing.requested_on)
    return first_refusal(
        deciding.may_schedule_hearing(notified_on=notified_on, held_on=held_on, earliest=earliest, days=days),
        permitting.may_hold_by(held_on=held_on, latest=latest),
    )


def _announced(taken: StepAct) -> Hearing:
    """Return a hearing that the law itself asks for: announced to everybody, it counts from the day it is prepared."""
    return Hearing(
        agency_id=taken.case.agency_id,
        case=taken.case,
        requested_on=taken.on,
        registered_by=taken.actor,
        registered_at=taken.at,
    )
