"""Applications: acceptance, the one request to supplement, examination, hearing, decision (行政许可法29 to 48)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from heliograph.kernel.verdict import Allowed, Refused, Verdict, first_refusal

ACCEPTANCE = "行政许可法@2019:32"
EXAMINATION = "行政许可法@2019:34"
HEARING = "行政许可法@2019:46"
HEARING_RIGHT = "行政许可法@2019:47"
HEARING_COURSE = "行政许可法@2019:48"
DECISION = "行政许可法@2019:38"
EXTENSION = "行政许可法@2019:42"
REVIEW = "国办发118号@2018:11"
GROUNDS = {
    "not_needed": "依法不需要办理",
    "not_ours": "不属于本机关职权范围",
    "incomplete": "补正后材料仍不齐全或者不符合法定形式",
}


def may_request_correction(*, asked_before: bool) -> Verdict:
    """Say whether materials may be asked for: all that is missing at once, so only once (行政许可法32)."""
    if asked_before:
        message = "补正内容须一次告知；本件已经告知过，不得再次要求补正。请依已有材料决定是否受理。"
        return Refused("correction.twice", message, ACCEPTANCE)
    return Allowed()


def may_refuse_application(ground: str, *, asked_to_correct: bool) -> Verdict:
    """Say whether an application may be turned away: on a ground of the statute, incomplete only after being told."""
    if ground not in GROUNDS:
        return Refused("application.ground", "请选择不予受理的法定情形。", ACCEPTANCE)
    if ground == "incomplete" and not asked_to_correct:
        message = "材料不齐全的，须先一次告知补正，不能直接不予受理。"
        return Refused("application.not_told", message, ACCEPTANCE)
    return Allowed()


def check_examined(outcome: str, *, offered: Collection[str], basis: Collection[str]) -> Verdict:
    """Check what an examination proposes: one of the outcomes of its category, and a denial with its provisions."""
    if outcome not in offered:
        return Refused("examination.outcome", "请选择拟作出的决定。", EXAMINATION)
    if outcome == "denied" and not basis:
        return Refused("examination.no_basis", "拟不予许可或者不予办理的，须引用所依据的条文。", DECISION)
    return Allowed()


def may_ask_extension(*, asked: bool, extended: bool) -> Verdict:
    """Say whether the period for the decision may be lengthened: once (行政许可法42)."""
    if asked and extended:
        return Refused("extension.twice", "办理期限已经延长过一次，不能再次延长。", EXTENSION)
    return Allowed()


@dataclass(frozen=True, slots=True)
class HearingRight:
    """What became of the right to a hearing that was told."""

    until: date
    answered: bool  # waived, or something said


@dataclass(frozen=True, slots=True)
class ApplicationState:
    """What the decision on an application waits for."""

    outcome: str
    review_required: bool
    review_passed: bool
    right: HearingRight | None
    hearings_waiting: int
    hearings_held: int
    remedies: str  # told to the applicant who is denied
    due_on: date | None
    late_reason: str


def may_decide_application(state: ApplicationState, *, on: date) -> Verdict:
    """Say whether an application may be decided on a day: reviewed, heard, a denial with its remedies, in time."""
    return first_refusal(_reviewed(state), _heard(state, on), _with_remedies(state), _in_time(state, on))


def _reviewed(state: ApplicationState) -> Verdict:
    if state.review_required and not state.review_passed:
        message = "本件属于应当进行法制审核的情形，未经法制审核或者审核未通过，不得作出决定。"
        return Refused("review.not_passed", message, REVIEW)
    return Allowed()


def _heard(state: ApplicationState, on: date) -> Verdict:
    if state.hearings_waiting:
        message = "听证尚未举行，不得作出决定；决定须依据听证笔录。"
        return Refused("hearing.not_held", message, HEARING_COURSE)
    right = state.right
    if right is not None and not right.answered and not state.hearings_held and on <= right.until:
        message = (
            f"申请人、利害关系人申请听证的期限至 {right.until.isoformat()}，届满前不得作出决定（书面放弃的除外）。"
        )
        return Refused("hearing.still_open", message, HEARING_RIGHT)
    return Allowed()


def _with_remedies(state: ApplicationState) -> Verdict:
    if state.outcome == "denied" and not state.remedies.strip():
        message = "不予许可或者不予办理的，须说明理由，并告知申请行政复议或者提起行政诉讼的途径和期限。"
        return Refused("decision.remedies", message, DECISION)
    return Allowed()


def _in_time(state: ApplicationState, on: date) -> Verdict:
    if state.due_on is not None and on > state.due_on and not state.late_reason.strip():
        message = (
            f"办理期限至 {state.due_on.isoformat()}，已经届满。依法延长的请先办理；确已超期的，须由负责人写明超期情况。"
        )
        return Refused("decision.late", message, EXTENSION)
    return Allowed()


def may_hold_by(*, held_on: date, latest: date) -> Verdict:
    """Say whether a hearing is held soon enough after it was asked for (行政许可法47)."""
    if held_on > latest:
        message = f"听证须在 {latest.isoformat()} 前组织，现为 {held_on.isoformat()}。"
        return Refused("hearing.too_late", message, HEARING_RIGHT)
    return Allowed()


def is_valid_to(valid_to: date | None, *, granted: bool, on: date) -> Verdict:
    """Say whether the end of a permit's validity can be: after its decision, and only of what is granted."""
    if valid_to is not None and (not granted or valid_to <= on):
        return Refused("decision.valid_to", "有效期限于准予的决定，且应晚于决定日期。", DECISION)
    return Allowed()
