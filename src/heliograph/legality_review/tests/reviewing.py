"""A bureau with a registered reviewer, and the steps of a review as calls."""

from __future__ import annotations

from datetime import date
from typing import Any

from heliograph.dossiers import actions as cases
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, papers, step_of
from heliograph.dossiers.tests.walks import concluded, investigated
from heliograph.legality_review import actions
from heliograph.legality_review.actions import (
    AnswerContent,
    CoordinationContent,
    FindingContent,
    OpinionContent,
    ReviewerContent,
)
from heliograph.legality_review.models import Review, Reviewer
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account
from tests.cast import LONG_AGO, NOON
from tests.replay import replayed

WHY = "涉及重大公共利益"


@replayed
def reviewing_bureau(code: str = "jinghai-tjj", *procedures: str, **more: Any) -> Bureau:
    """Found a bureau whose reviewer is registered and qualified."""
    bureau = found_bureau(code, *(procedures or ("penalty_ordinary",)), **more)
    registered(bureau)
    return bureau


def registered(bureau: Bureau, **changes: Any) -> Reviewer:
    """Put the reviewer of a bureau into the register."""
    content: dict[str, Any] = {
        "account_id": bureau["legality_reviewer"].pk,
        "kind": "staff",
        "began_on": date(2020, 1, 1),
        "from_on": max(LONG_AGO, date(2020, 1, 1)),
        "qualification": "A2020-0001",
        "qualified_on": date(2019, 3, 1),
        **changes,
    }
    return actions.register_reviewer(
        bureau.agency.pk, content=ReviewerContent(**content), actor=bureau["legality_reviewer"], at=NOON
    )


def to_review(bureau: Bureau, proposal: Any = None, **yes: bool) -> Case:
    """A case that has to be reviewed: concluded, with a ground answered yes."""
    return concluded(bureau, investigated(bureau), proposal, **(yes or {WHY: True}))


def submitted(bureau: Bureau, case: Case, *, by: Account | None = None, **changes: Any) -> CaseEvent:
    """Hand in the package."""
    given: dict[str, Any] = {"materials": [], "note": "", "truth_stated": True, **changes}
    given.setdefault("papers", papers(bureau, "法制审核送审表"))
    return actions.submit_review(case.pk, step_of(case, "submit_review"), actor=by or bureau["handler"],
                                 at=bureau.later(), **given)  # fmt: skip


def checked(bureau: Bureau, case: Case, *, by: Account | None = None, **lacking: str) -> CaseEvent:
    """Check the package."""
    return actions.check_submission(case.pk, step_of(case, "check_submission"), lacking=lacking,
                                    actor=by or bureau["legality_reviewer"], at=bureau.later())  # fmt: skip


def elements(bureau: Bureau, **findings: str) -> list[FindingContent]:
    """Find every element in order but those named."""
    rules = pack_in_force(bureau.agency.pk, bureau.today).rules.review_elements
    return [
        FindingContent(
            one.id,
            findings.get(one.id, "ok"),
            note="见卷内材料" if one.id in findings else "",
            cited="行政处罚法@2021:46" if one.id in findings else "",
        )
        for one in rules
    ]


def opined(
    bureau: Bureau, case: Case, conclusion: str = "agree", *, by: Account | None = None, **changes: Any
) -> CaseEvent:
    """Give an opinion: agreement, or one numbered problem about the evidence."""
    wrong = conclusion != "agree"
    given: dict[str, Any] = {
        "conclusion": conclusion,
        "text": "事实清楚，程序合法" if not wrong else "证据不足",
        "findings": elements(bureau, **({"evidence": "problem"} if wrong else {})),
        "items": [("evidence", "缺少送达时间的证据")] if wrong else [],
        **changes,
    }
    return actions.review_opinion(case.pk, step_of(case, "review_opinion"), content=OpinionContent(**given),
                                  papers=papers(bureau, "法制审核意见书"), actor=by or bureau["legality_reviewer"],
                                  at=bureau.later())  # fmt: skip


def reviewed(bureau: Bureau, case: Case, conclusion: str = "agree", **changes: Any) -> Case:
    """Take a case through a round as far as its opinion."""
    submitted(bureau, case)
    checked(bureau, case)
    opined(bureau, case, conclusion, **changes)
    return case


def responded(bureau: Bureau, case: Case, answer: str = "adopted", reason: str = "已补充证据") -> CaseEvent:
    """Answer the one problem."""
    return actions.respond_to_opinion(case.pk, step_of(case, "respond_to_opinion"),
                                      answers={1: AnswerContent(answer, reason)}, actor=bureau["handler"],
                                      at=bureau.later())  # fmt: skip


def coordinated(bureau: Bureau, case: Case, *, by: Account | None = None, **changes: Any) -> CaseEvent:
    """Settle a disagreement by the head."""
    given: dict[str, Any] = {
        "manner": "leader",
        "held_on": bureau.today,
        "minutes": "听取双方意见",
        "result": "again",
        "grounds": "证据能够相互印证",
        **changes,
    }
    return actions.coordinate_review(case.pk, step_of(case, "coordinate_review"), content=CoordinationContent(**given),
                                     papers=papers(bureau, "法制审核协调记录"), actor=by or bureau["head"],
                                     at=bureau.later())  # fmt: skip


def met(bureau: Bureau, case: Case, *votes: str) -> None:
    """The leaders meet and confirm by signing in."""
    people = [bureau["head"], bureau["leader_in_charge"]]
    meeting = cases.call_discussion(case.pk, held_on=bureau.today, place="会议室", chair_id=people[0].pk,
                                    member_ids=[one.pk for one in people], actor=bureau["handler"],
                                    at=bureau.later())  # fmt: skip
    for member, vote in zip(people, votes, strict=False):
        cases.take_seat(meeting.pk, vote=vote, opinion="证据尚可" if vote == "agree" else "应当补证", actor=member,
                        at=bureau.later())  # fmt: skip


def round_of(case: Case) -> Review:
    """Return the last round."""
    return Review.objects.filter(case=case).order_by("-number")[0]
