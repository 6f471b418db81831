"""Applications: acceptance, the one request to supplement, examination, hearing, decision (行政许可法29 to 48)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from heliograph.kernel.verdict import Allowed, Refused, Verdict, first_refusal

ACCEPTANCE = "行政许可法@2019:32"
EXAMINATION = "行政许可法@2019:34"
HEARING = "行政许可法@2019:46"
HEARING_RIGHT = "行政许可法@2019:47"
HEARING_COURSE = "行政许可法@2019:48"
DECISION = "行政许可法@2019:38"
EXTENSION = "行政许可法@2019:42"
REVIEW = "国办发118号@2018:11"
RECORDS = "国办发118号@2018:7"
FREE = "行政许可法@2019:58"
INTERESTED = "行政许可法@2019:36"
CERTIFICATE = "行政许可法@2019:39"
UNITS = {"working_days": "个工作日", "calendar_days": "日"}
NO_CERTIFICATE = "不颁发许可证件"
CERTIFICATES = (
    "许可证、执照或者其他许可证书", "资格证、资质证或者其他合格证书", "批准文件或者证明文件", "其他许可证件",
    "在物品上加贴标签或者加盖印章", NO_CERTIFICATE,
)  # fmt: skip
REMEDIES = {"复议机关和期限": ("复议",), "诉讼法院和期限": ("诉讼", "起诉")}
REMEDIES_EXAMPLE = "收到之日起六十日内向某机关申请行政复议，或者六个月内向某人民法院提起行政诉讼"
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


def may_end_correction(outcome: str, *, offered: Collection[str], until: date | None, on: date) -> Verdict:
    """Say what may have become of a request to supplement: run out only after the day that the applicant was told."""
    if outcome not in offered:
        return Refused("correction.outcome", "请选择补正情况。", ACCEPTANCE)
    if outcome == "逾期未补正" and (until is None or on <= until):
        told = "补正告知书没有写明补正期限" if until is None else f"补正期限至 {until.isoformat()}"
        return Refused("correction.not_over", f"{told}，还不能登记为逾期未补正。", ACCEPTANCE)
    return Allowed()


def check_own_period(length: int | None, *, unit: str, article: str, known: bool) -> Verdict:
    """Check the period that an item's own law sets: a number of days with its unit and a known article, or none."""
    if length is None and not article:
        return Allowed()
    if length is None or length < 1 or unit not in UNITS or not article:
        message = "本事项的法律、法规另行规定办理期限的，日数、单位和依据的条文须同时填写；没有另行规定的都不填。"
        return Refused("period.incomplete", message, EXTENSION)
    if not known:
        message = f"法律库和规则包里没有“{article}”，请核对写法，如 宗教事务条例@2017:22，或者先在法律库中登记。"
        return Refused("period.unknown", message, EXTENSION)
    return Allowed()


def may_refuse_application(ground: str, *, asked_to_correct: bool, competent: str = "") -> Verdict:
    """Say whether an application may be turned away: on a ground of the statute, incomplete only after being told.

    competent: whom to apply to instead, said where the matter is not this agency's.
    """
    if ground == "not_ours" and not competent.strip():
        message = "不属于本机关职权范围的，须告知申请人向哪个行政机关申请，请填写有权办理的机关。"
        return Refused("application.competent", message, ACCEPTANCE)
    if ground not in GROUNDS:
        return Refused("application.ground", "请选择不予受理的法定情形。", ACCEPTANCE)
    if ground == "incomplete" and not asked_to_correct:
        message = "材料不齐全的，须先一次告知补正，不能直接不予受理。"
        return Refused("application.not_told", message, ACCEPTANCE)
    return Allowed()


def check_examined(
    outcome: str, *, offered: Collection[str], basis: Collection[str], unknown: Collection[str] = ()
) -> Verdict:
    """Check what an examination proposes: an outcome of its category, resting on provisions that are known."""
    if outcome not in offered:
        return Refused("examination.outcome", "请选择拟作出的决定。", EXAMINATION)
    if not basis:
        message = "拟作出的决定须有依据，请选择所依据的条文；没有列出的，先在案件页面引用条文。"
        return Refused("examination.no_basis", message, RECORDS)
    if unknown:
        message = f"法律库和规则包里没有“{'、'.join(unknown)}”，请核对条文。"
        return Refused("examination.unknown_basis", message, RECORDS)
    return Allowed()


def costs_nothing(levied: Decimal) -> Verdict:
    """Say whether a permit may be granted at this price: none (行政许可法58)."""
    if levied:
        message = "实施行政许可不收取费用，请不填金额；法律、行政法规规定收费的，另按行政收费事项登记办理。"
        return Refused("examination.fee", message, FREE)
    return Allowed()


def check_fee(levied: Decimal, *, due: bool) -> Verdict:
    """Check that a fee has an amount where one is due, and none where none is: the flow collects what is due."""
    if due and not levied:
        return Refused("examination.no_amount", "须由当事人缴费的，请填写收费金额。", RECORDS)
    if levied and not due:
        return Refused("examination.not_due", "不须缴费或者拟不予办理的，不填收费金额。", RECORDS)
    return Allowed()


def may_hear(*, offered: bool, decided: bool) -> Verdict:
    """Say whether a statement may be registered beside the steps: while an accepted application is examined."""
    if decided:
        return Refused("statement.decided", "本案已作出决定，不再登记陈述申辩。", INTERESTED)
    if not offered:
        message = "本案的陈述申辩在相应环节登记；申请受理以后，许可等事项才在此登记。"
        return Refused("statement.own_step", message, INTERESTED)
    return Allowed()


def is_answered(adopted: str) -> Verdict:
    """Say whether it is known what was made of a statement."""
    if adopted not in {"yes", "partly", "no"}:
        return Refused("statement.unanswered", "请选择采纳情况。", INTERESTED)
    return Allowed()


def may_verify(*, wanted: bool, two: bool) -> Verdict:
    """Say whether the substance of an application may be verified: by two of the staff (行政许可法34)."""
    if wanted and not two:
        message = "对申请材料的实质内容进行核实，应当指派两名以上工作人员。请科室负责人先办理案件交接，登记协办人。"
        return Refused("examination.two", message, EXAMINATION)
    return Allowed()


def are_others_named(*, interested: bool, named: int) -> Verdict:
    """Say whether those are registered whose major interests a permit touches: they are told and heard (36、47)."""
    if interested and not named:
        message = "直接涉及他人重大利益的，须告知利害关系人。请先在案件页面登记第三人，再提交审查意见。"
        return Refused("examination.no_third", message, INTERESTED)
    return Allowed()


def may_ask_extension(*, asked: bool, extended: bool, own_basis: str = "") -> Verdict:
    """Say whether the period for the decision may be lengthened: once, and only the general one (行政许可法42)."""
    if asked and own_basis:
        message = (
            f"本件的办理期限依据{own_basis}确定，不适用一般期限的延长。该条规定可以延长的，请负责人另行办理延长期限。"
        )
        return Refused("extension.own_period", message, own_basis)
    if asked and extended:
        return Refused("extension.twice", "办理期限已经延长过一次，不能再次延长。", EXTENSION)
    return Allowed()


@dataclass(frozen=True, slots=True)
class HearingRight:
    """What became of the right to a hearing that was told."""

    until: date
    answered: bool  # waived, or something said
    untold: tuple[str, ...] = ()  # registered as concerned after the others were told


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
    adopted: Collection[str] = ()  # names of those whose statement was adopted after the examination


def may_decide_application(state: ApplicationState, *, on: date) -> Verdict:
    """Say whether an application may be decided on a day: reviewed, heard, a denial with its remedies, in time."""
    return first_refusal(_reviewed(state), _adopted(state), _heard(state, on), _with_remedies(state),
                         _in_time(state, on))  # fmt: skip


def _adopted(state: ApplicationState) -> Verdict:
    if state.adopted:
        message = (
            f"{'、'.join(state.adopted)}的陈述申辩已经采纳，审查意见还没有随之修改。"
            "请退回“审查申请”或者“审核事项”，重新提出审查意见后再决定。"
        )
        return Refused("statement.adopted", message, INTERESTED)
    return Allowed()


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
    if right is not None and right.untold and not state.hearings_held:
        return are_all_told(right.untold)
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
    return check_remedies(state.remedies) if state.remedies.strip() else Allowed()


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


def is_right_told(*, told: bool) -> Verdict:
    """Say whether the right to a hearing was told, so that it can be answered."""
    if not told:
        return Refused("statement.no_notice", "尚未告知听证权利，不能登记各方意见。", HEARING_RIGHT)
    return Allowed()


def may_name_all(missing: Collection[str], *, strangers: int) -> Verdict:
    """Say whether everybody who was told has an answer, and nobody else."""
    if missing or strangers:
        who = f"还缺{'、'.join(missing)}。" if missing else "其中有不是本案当事人、第三人的。"
        return Refused("hearing.not_all", f"申请人和每一名利害关系人的意见须逐一登记，{who}", HEARING_RIGHT)
    return Allowed()


def may_name_some(again: Collection[str], *, given: int) -> Verdict:
    """Say whether these answers can be registered now: of somebody, and of nobody for the second time."""
    if again:
        return Refused("hearing.answered", f"{'、'.join(again)}的意见已经登记，不能重复登记。", HEARING_RIGHT)
    if not given:
        return Refused("hearing.answer", "请至少登记一方的意见；还没有答复的，以后再登记。", HEARING_RIGHT)
    return Allowed()


def may_answer_right(kind: str, *, name: str, on_paper: bool, day: date, until: date) -> Verdict:
    """Say whether one person may have done this with the right to a hearing: waived on paper, asked in time."""
    if kind not in {"hearing", "waiver", "silence", "pending"}:
        return Refused("hearing.answer", f"请选择{name}的意见。", HEARING_RIGHT)
    if kind == "waiver" and not on_paper:
        return Refused("waiver.no_paper", f"{name}放弃听证权利的，请上传其签名或者盖章的书面声明。", HEARING_RIGHT)
    if kind == "hearing" and day > until:
        message = f"申请听证的期限至 {until.isoformat()}，{name}于 {day.isoformat()} 提出，已经超过。"
        return Refused("hearing.late", message, HEARING_RIGHT)
    return Allowed()


def may_be_silent(kind: str, *, name: str, on: date, until: date, asked: bool) -> Verdict:
    """Say whether somebody may be put down as silent, or as not having answered yet.

    asked: somebody else asks for a hearing, for which nobody else is waited.
    """
    if kind == "silence" and on <= until:
        more = "；他人已要求听证的，请选“尚未答复”" if asked else ""
        message = f"{name}申请听证的期限至 {until.isoformat()}，届满前不能登记为没有提出{more}。"
        return Refused("statement.too_early", message, HEARING_RIGHT)
    if kind == "pending" and (not asked or on > until):
        message = f"{name}的期限已满或者没有人要求听证，不能登记为尚未答复。请按实际情况选择，或者等期限届满后登记。"
        return Refused("statement.not_pending", message, HEARING_RIGHT)
    return Allowed()


def are_all_told(untold: Collection[str]) -> Verdict:
    """Say whether everybody concerned was told of the right to a hearing, also who was registered later."""
    if untold:
        message = f"尚未向{'、'.join(untold)}告知听证权利，请退回“告知听证权利”，重新告知后再办理。"
        return Refused("hearing.not_told", message, HEARING_RIGHT)
    return Allowed()


def is_public(*, public: bool) -> Verdict:
    """Say whether a hearing on a permit may be held: in public, without exception (行政许可法48)."""
    if not public:
        return Refused("hearing.public", "行政许可听证应当公开举行。", HEARING_COURSE)
    return Allowed()


def may_still_ask(*, on: date, due_on: date | None) -> Verdict:
    """Say whether an application may still be called incomplete or turned away: its days to say so are not over."""
    if due_on is not None and on > due_on:
        message = (
            f"一次告知补正或者答复的期限至 {due_on.isoformat()}，已经届满：自收到申请材料之日起即为受理，"
            "不能再要求补正或者不予受理。系统将自动转入“受理申请”，请稍后刷新案件页面，登记受理。"
        )
        return Refused("correction.late", message, ACCEPTANCE)
    return Allowed()


def is_made_after(kind: str, made_on: date, *, came_on: date | None) -> Verdict:
    """Say whether a notice that answers an application can be of this day: not before the materials came."""
    if came_on is not None and made_on < came_on:
        message = f"{kind}的日期不能早于收到材料之日（{came_on.isoformat()}），现为 {made_on.isoformat()}。"
        return Refused("application.paper_early", message, ACCEPTANCE)
    return Allowed()


def check_remedies(text: str) -> Verdict:
    """Check that both ways against a decision are told, and until when: reconsideration and suit."""
    missing = [one for one, words in REMEDIES.items() if not any(word in text for word in words)]
    if missing:
        message = f"告知的救济途径和期限须写明{'和'.join(missing)}，如“{REMEDIES_EXAMPLE}”。"
        return Refused("remedies.incomplete", message, DECISION)
    return Allowed()


def check_certificate(kind: str, number: str, *, permitted: bool) -> Verdict:
    """Check what is issued to whom a permit is granted: its kind and its number, or that none is issued (39)."""
    if not permitted:
        if kind or number.strip():
            return Refused("certificate.none", "只有准予许可的决定才填写许可证件。", CERTIFICATE)
        return Allowed()
    if kind not in CERTIFICATES:
        return Refused("certificate.kind", "准予许可的，请选择颁发的许可证件类型；不需要颁发的选不颁发。", CERTIFICATE)
    if (kind == NO_CERTIFICATE) == bool(number.strip()):
        message = "请填写许可证件编号。" if kind != NO_CERTIFICATE else "不颁发许可证件的，不填编号。"
        return Refused("certificate.number", message, CERTIFICATE)
    return Allowed()


def is_valid_to(valid_to: date | None, *, granted: bool, on: date) -> Verdict:
    """Say whether the end of a permit's validity can be: after its decision, and only of what is granted."""
    if valid_to is not None and (not granted or valid_to <= on):
        return Refused("decision.valid_to", "有效期限于准予的决定，且应晚于决定日期。", DECISION)
    return Allowed()
