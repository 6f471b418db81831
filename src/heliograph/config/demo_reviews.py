"""The legality reviews of the demonstration: the steps of a round, a case called in, and the register of reviewers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from heliograph.config.demo_task import Task
from heliograph.dossiers import actions as cases
from heliograph.legality_review import actions
from heliograph.legality_review.actions import (
    AnswerContent,
    CoordinationContent,
    FindingContent,
    OpinionContent,
    ReviewerContent,
)
from heliograph.legality_review.models import OpinionItem, ReviewCall, ReviewOpinion
from heliograph.legality_review.queries import elements_of
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Agency

BEGAN = date(2017, 6, 1)
WRONG = "evidence"
PROBLEM = "证据之间不能相互印证，须补充说明。"
CALLED_AT = "t_notice"

Values = dict[str, Any]


def register_reviewers(agency: Agency, reviewer: Account, *, at: datetime) -> None:
    """Put the reviewer of an agency into its register."""
    content = ReviewerContent(
        reviewer.pk, "staff", began_on=BEGAN, from_on=BEGAN, qualification="演示-0001", qualified_on=BEGAN
    )
    actions.register_reviewer(agency.pk, content=content, actor=reviewer, at=at)


def was_called_in(task: Task) -> bool:
    """Let the legal office call a case in where its line says so, before the party is told; say whether it did."""
    here = task.token.place.rpartition("/")[2]
    line = task.line
    if not line.called_in or here != CALLED_AT or ReviewCall.objects.filter(case=task.case).exists():
        return False
    reviewer = task.people["legality_reviewer"]
    actions.call_in(task.case.pk, reason=line.called_in, actor=reviewer, at=task.hours.next())
    return True


def _submit(task: Task) -> Values:
    return {"materials": [], "note": "", "truth_stated": True, "papers": task.papers()}


def _opinion(task: Task) -> Values:
    """Return the next opinion of the line: problems as often as it says, then agreement."""
    given = ReviewOpinion.objects.filter(review__case=task.case).count()
    agreed = given >= task.line.problems
    elements = elements_of(pack_in_force(task.case.agency_id, task.case.opened_on))
    wrong = FindingContent(WRONG, "problem", note=PROBLEM, cited="行政处罚法@2021:46")
    findings = [wrong if key == WRONG and not agreed else FindingContent(key, "ok") for key in elements]
    content = OpinionContent(
        conclusion="agree" if agreed else "problems",
        text="事实清楚，证据充分，程序合法，同意拟处理意见。" if agreed else "证据部分存在问题，处理后再送审。",
        findings=findings,
        items=[] if agreed else [(WRONG, PROBLEM)],
    )
    return {"content": content, "papers": task.papers()}


def _respond(task: Task) -> Values:
    disputed = task.line.disputed
    said = AnswerContent("not_adopted", "现有证据已经能够证明违法事实。") if disputed else AnswerContent(
        "adopted", "已补充说明。"
    )  # fmt: skip
    numbers = OpinionItem.objects.filter(opinion__review__case=task.case).values_list("number", flat=True)
    return {"answers": dict.fromkeys(numbers, said), "papers": task.papers()}


def _coordinate(task: Task) -> Values:
    """Let the leaders meet, each confirm by signing in, and have the case reviewed again."""
    members = [task.people["head"], task.people["leader_in_charge"]]
    meeting = cases.call_discussion(
        task.case.pk, held_on=task.today, place="局会议室", chair_id=members[0].pk,
        member_ids=[one.pk for one in members], actor=task.people["handler"], at=task.hours.next(),
    )  # fmt: skip
    for member in members:
        cases.take_seat(meeting.pk, vote="agree", opinion="同意承办机构的意见。", actor=member, at=task.hours.next())
    content = CoordinationContent(
        manner="collective",
        held_on=meeting.held_on,
        minutes="承办机构和审核机构分别说明意见，讨论后一致认为证据能够证明违法事实。",
        result="again",
        grounds="证据来源合法，内容一致，可以作为定案依据。",
    )
    return {"content": content, "papers": task.papers()}


ACTS: dict[str, tuple[Callable[..., Any], Callable[[Task], Values]]] = {
    "submit_review": (actions.submit_review, _submit),
    "check_submission": (actions.check_submission, lambda _task: {"lacking": {}}),
    "review_opinion": (actions.review_opinion, _opinion),
    "respond_to_opinion": (actions.respond_to_opinion, _respond),
    "coordinate_review": (actions.coordinate_review, _coordinate),
}
