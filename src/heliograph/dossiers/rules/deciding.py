"""When a case may be filed and a penalty be noticed and decided: notice, defence, hearing, discussion, review."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from heliograph.dossiers.rules.terms import Discretion, Terms, changed, check_terms, heavier, may_depart
from heliograph.kernel.verdict import Allowed, Refused, Verdict, first_refusal

NOTICE = "行政处罚法@2021:44"
DEFENCE = "行政处罚法@2021:45"
REVIEW = "行政处罚法@2021:58"
TOGETHER = "行政处罚法@2021:57"
TIME = "行政处罚法@2021:60"
NO_NOTICE = "行政处罚法@2021:62"
HEARING = "行政处罚法@2021:63"
HEARING_COURSE = "行政处罚法@2021:64"
LIMITATION = "行政处罚法@2021:36"


def may_file(*, ended_on: date | None, barred_after: date | None, found_on: date, long_ground: str) -> Verdict:
    """Say whether a case may be filed: not when the act came to light after the limitation period (行政处罚法36)."""
    if ended_on is None or barred_after is None or found_on <= barred_after or long_ground.strip():
        return Allowed()
    message = (
        f"违法行为终了于 {ended_on.isoformat()}，追责期限至 {barred_after.isoformat()}，发现于 {found_on.isoformat()}，"
        "不再给予处罚。涉及生命健康安全、金融安全且有危害后果的，请写明理由。"
    )
    return Refused("filing.barred", message, LIMITATION)


@dataclass(frozen=True, slots=True)
class NoticeState:
    """The last notice given, and what came back."""

    terms: Terms
    statement_until: date
    hearing_until: date | None  # None: no right to a hearing was notified
    waived: bool  # in writing: the party says no more
    reviewed: bool  # every statement and hearing was reviewed
    heard: bool = False  # a hearing was held on this very notice


@dataclass(frozen=True, slots=True)
class HearingState:
    """Hearings asked for in the whole case: a later notice does not wash out an earlier request."""

    asked: int = 0
    held: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Attendance:
    """A collective discussion as it really was: who was called, who confirmed by signing in, how they voted."""

    called: int
    agreed: int
    disagreed: int
    abstained: int
    concluded: bool
    about_this_proposal: bool

    @property
    def present(self) -> int:
        """How many confirmed that they took part."""
        return self.agreed + self.disagreed + self.abstained


def may_conclude_discussion(attendance: Attendance, *, minimum: int) -> Verdict:
    """Say whether a collective discussion may be concluded: people took part, each by own sign-in, most of them."""
    if attendance.concluded:
        return Refused("discussion.twice", "这次集体讨论已经形成结论。", TOGETHER)
    if attendance.present < minimum or attendance.present * 2 <= attendance.called:
        message = (
            f"应到 {attendance.called} 人，已由本人确认参加的 {attendance.present} 人，至少须 {minimum} 人且超过半数。"
            "请参加人各自登录确认并表态。"
        )
        return Refused("discussion.empty", message, TOGETHER)
    return Allowed()


def is_agreed(attendance: Attendance) -> bool:
    """Say whether most of those present agreed."""
    return attendance.agreed * 2 > attendance.present


def may_notify(terms: Terms, discretion: Discretion, *, approved: bool) -> Verdict:
    """Say whether the party may be told of a proposal: approved and in order (行政处罚法44)."""
    if not approved:
        return Refused("notice.not_approved", "拟处理意见尚未经负责人审批或者集体讨论，不能告知当事人。", NOTICE)
    if terms.outcome != "penalty":
        return Refused("notice.no_penalty", "拟不予处罚的不作处罚告知。", NOTICE)
    return first_refusal(check_terms(terms), may_depart(terms, discretion))


@dataclass(frozen=True, slots=True)
class DecisionState:
    """Everything that a penalty by the ordinary procedure waits for."""

    proposed: Terms
    discretion: Discretion
    approved: bool
    notice: NoticeState | None
    first_notice: Terms | None  # of those the party answered with a defence: nothing heavier may follow
    new_evidence: bool  # obtained after that defence
    hearing: HearingState
    discussion_required: bool
    discussed: bool  # agreed, on this proposal
    review_required: bool
    review_passed: bool
    due_on: date | None
    late_reason: str


def may_decide(state: DecisionState, *, on: date) -> Verdict:
    """Say whether a penalty may be decided on a day. The order is that in which a lawyer would ask."""
    return first_refusal(
        check_terms(state.proposed),
        _reviewed(state),
        _discussed(state),
        _heard(state, on),
        _as_noticed(state),
        may_depart(state.proposed, state.discretion),
        _in_time(state, on),
    )


def _reviewed(state: DecisionState) -> Verdict:
    if state.review_required and not state.review_passed:
        message = "本案属于应当进行法制审核的情形，未经法制审核或者审核未通过，不得作出决定。"
        return Refused("review.not_passed", message, REVIEW)
    return Allowed()


def _discussed(state: DecisionState) -> Verdict:
    if state.discussion_required and not state.discussed:
        message = "本案情节复杂或者处罚较重，须由机关负责人集体讨论决定；现在没有就这一处理意见形成的讨论结论。"
        return Refused("discussion.missing", message, TOGETHER)
    if not state.approved:
        return Refused("proposal.not_approved", "这一处理意见尚未经负责人审批。", TOGETHER)
    return Allowed()


def _heard(state: DecisionState, on: date) -> Verdict:
    notice = state.notice
    if notice is None:
        message = "尚未告知当事人拟作出的处罚内容及事实、理由、依据，不得作出处罚决定。"
        return Refused("notice.missing", message, NO_NOTICE)
    waiting = state.hearing.asked - state.hearing.held - state.hearing.withdrawn
    if waiting > 0:
        message = "当事人已要求听证，听证尚未举行，不得作出处罚决定；之后再次告知也不使原来的要求失效。"
        return Refused("hearing.not_held", message, HEARING)
    if not notice.reviewed:
        return Refused("defence.not_reviewed", "当事人的陈述申辩或者听证意见尚未复核，请先办理复核。", DEFENCE)
    if notice.waived or notice.heard:
        return Allowed()
    if notice.hearing_until is not None and on <= notice.hearing_until:
        message = f"当事人要求听证的期限至 {notice.hearing_until.isoformat()}，届满前不得作出决定（书面放弃的除外）。"
        return Refused("hearing.still_open", message, HEARING_COURSE)
    if on <= notice.statement_until:
        message = (
            f"陈述申辩期限至 {notice.statement_until.isoformat()}，届满前不得作出决定：当事人已经提出意见的，"
            "期限内仍可补充（书面放弃其余期限的除外）。"
        )
        return Refused("statement.still_open", message, DEFENCE)
    return Allowed()


def _as_noticed(state: DecisionState) -> Verdict:
    if state.first_notice is not None and not state.new_evidence:
        worse = heavier(state.first_notice, state.proposed)
        if worse:
            message = (
                f"不得因当事人陈述申辩而给予更重的处罚：{'；'.join(worse)}。有新的违法事实的，须退回调查并重新告知。"
            )
            return Refused("defence.heavier", message, DEFENCE)
    if state.notice is not None:
        other = changed(state.notice.terms, state.proposed)
        if other:
            message = f"拟作的处罚与告知的不一致：{'；'.join(other)}。须重新告知当事人并听取意见。"
            return Refused("notice.changed", message, NOTICE)
    return Allowed()


def _in_time(state: DecisionState, on: date) -> Verdict:
    if state.due_on is not None and on > state.due_on and not state.late_reason.strip():
        message = (
            f"办案期限至 {state.due_on.isoformat()}，已经届满。依法延长、中止的请先登记；"
            "确已超期的，须由负责人写明超期情况，决定后计入超期案件。"
        )
        return Refused("decision.late", message, TIME)
    return Allowed()


def may_decide_summarily(terms: Terms, discretion: Discretion, *, within_limits: bool, heard: bool) -> Verdict:
    """Say whether a penalty may be decided on the spot: warning or a small fine, the party heard (行政处罚法51、52)."""
    if not heard:
        return Refused("summary.not_heard", "当场处罚也须先告知并听取当事人的陈述申辩。", DEFENCE)
    if terms.kinds - {"warning", "fine"}:
        return Refused("summary.kind", "当场处罚限于警告和法定限额以下的罚款，请转普通程序。", "行政处罚法@2021:51")
    if not within_limits:
        message = f"罚款 {terms.fine} 元超过当场处罚的限额，请转普通程序。"
        return Refused("summary.ceiling", message, "行政处罚法@2021:51")
    return first_refusal(check_terms(terms), may_depart(terms, discretion))


def may_not_punish(outcome: str, reason: str) -> Verdict:
    """Say whether a decision not to punish is in order: one of the grounds of the statute, with the reason."""
    if outcome not in {"minor", "first", "no_fault", "time_barred", "not_established"}:
        return Refused("no_penalty.ground", "请选择不予处罚的法定情形。", "行政处罚法@2021:33")
    if not reason.strip():
        return Refused("no_penalty.no_reason", "不予处罚须写明事实和理由。", "行政处罚法@2021:57")
    return Allowed()


def may_request_hearing(*, asked_on: date, until: date | None, already: bool) -> Verdict:
    """Say whether a request for a hearing counts: the right was notified, in time, once (行政处罚法64)."""
    if until is None:
        return Refused("hearing.no_right", "本案告知书没有告知听证权利，不适用听证。", HEARING)
    if already:
        return Refused("hearing.twice", "当事人已经要求听证，不必重复登记。", HEARING_COURSE)
    if asked_on > until:
        message = f"要求听证的期限至 {until.isoformat()}，现为 {asked_on.isoformat()}，已经届满。"
        return Refused("hearing.late", message, HEARING_COURSE)
    return Allowed()


def may_schedule_hearing(*, notified_on: date, held_on: date, earliest: date, days: int) -> Verdict:
    """Say whether a hearing is announced early enough: `earliest` is the first day it may be held (行政处罚法64)."""
    if held_on < earliest:
        message = (
            f"听证须在举行的 {days} 个工作日前通知：{notified_on.isoformat()} 通知的，"
            f"最早 {earliest.isoformat()} 举行，现为 {held_on.isoformat()}。"
        )
        return Refused("hearing.notice_short", message, HEARING_COURSE)
    return Allowed()


def may_chair(chair: UUID, *, investigators: Collection[UUID]) -> Verdict:
    """Say whether somebody may chair the hearing: not one who investigated the case (行政处罚法64)."""
    if chair in investigators:
        return Refused("hearing.chair", "听证主持人须由非本案调查人员担任，请指定其他人员。", HEARING_COURSE)
    return Allowed()


def may_register_hearing(name: str, *, able: bool, role: str) -> Verdict:
    """Say whether somebody may chair the hearing who will have to register it: holds the role that does."""
    if not able:
        message = f"听证由主持人登记，{name}没有{role}的角色。请指定有该角色的人员主持。"
        return Refused("hearing.chair_role", message, HEARING_COURSE)
    return Allowed()


def is_chair(*, same: bool, chair: str) -> Verdict:
    """Say whether a hearing is registered by the one who chaired it, as the party was told."""
    if not same:
        message = f"听证笔录由主持人{chair}登记。更换主持人的，请退回通知环节，重新通知当事人。"
        return Refused("hearing.other_chair", message, HEARING_COURSE)
    return Allowed()


def may_hold_hearing(*, held_on: date, scheduled_on: date | None) -> Verdict:
    """Say whether a hearing was held as announced."""
    if scheduled_on is None:
        return Refused("hearing.not_announced", "尚未通知当事人听证的时间地点。", HEARING_COURSE)
    if held_on != scheduled_on:
        message = f"通知的举行日期是 {scheduled_on.isoformat()}，现为 {held_on.isoformat()}。改期的请重新通知。"
        return Refused("hearing.other_day", message, HEARING_COURSE)
    return Allowed()


def is_hearing_asked(*, asked: bool) -> Verdict:
    """Say whether a hearing is waiting to be announced or held."""
    if not asked:
        return Refused("hearing.none", "没有待办的听证申请。", HEARING_COURSE)
    return Allowed()


def may_be_given_till(until: date | None, *, served_on: date) -> Verdict:
    """Say whether the party has days to state its case: those of the pack or of the notice, never none (44、45)."""
    if until is None:
        message = "本机关的规则包没有陈述申辩的期限，请按告知书填写期限届满日。"
        return Refused("statement.no_period", message, DEFENCE)
    if until <= served_on:
        message = f"告知书 {served_on.isoformat()} 送达，陈述申辩的期限须在该日之后届满，现为 {until.isoformat()}。"
        return Refused("statement.no_days", message, DEFENCE)
    return Allowed()


def may_end_before_hearing(told: date | None, *, hearing_until: date | None) -> Verdict:
    """Say whether the day that a notice names for a statement leaves the days for asking for a hearing whole (64)."""
    if told is not None and hearing_until is not None and told < hearing_until:
        message = (
            f"要求听证的期限至 {hearing_until.isoformat()}，陈述申辩期限届满日不能早于这一天，现填 {told.isoformat()}。"
            "请与告知书核对；不填的按规则包计算。"
        )
        return Refused("statement.before_hearing", message, "行政处罚法@2021:64")
    return Allowed()


def is_in_writing(kind: str, *, filed: bool) -> Verdict:
    """Say whether what the party did is proved: rights are waived expressly, on paper (行政处罚法62)."""
    if kind == "waiver" and not filed:
        message = "放弃陈述申辩、听证的权利须有当事人签名或者盖章的书面声明，请上传。没有书面声明的，等候期限届满。"
        return Refused("waiver.no_paper", message, NO_NOTICE)
    return Allowed()


def may_waive_rest(*, waived: bool, kind: str, hearing: bool, filed: bool) -> Verdict:
    """Say whether a party that has spoken gives up the rest of its period: in writing, and no right to be heard yet."""
    if not waived:
        return Allowed()
    if kind != "statement":
        return Refused("waiver.rest", "只有提出陈述申辩的，才填写是否书面放弃其余期限。", NO_NOTICE)
    if hearing:
        message = "本案告知了听证权利，放弃听证的，提出陈述申辩登记后在下一环节登记。"
        return Refused("waiver.hearing", message, HEARING_COURSE)
    return is_in_writing("waiver", filed=filed)


def agrees_with_document(*, typed: str, written: str, said: bool | None, adds: bool | None) -> Verdict:
    """Say whether what is told of a decision is what its document says: the bank, and the surcharge (罚缴分离办法7)."""
    if typed and written and typed != written:
        message = f"决定书写明的代收机构是“{written}”，这里填的是“{typed}”。请不填，或者作废决定书后重新制作。"
        return Refused("decision.other_bank", message, "罚缴分离办法@1997:7")
    if said is not None and adds is not None and said != adds:
        message = f"决定书{'写明' if adds else '没有写明'}逾期加处罚款，这里的回答与决定书不一致。"
        return Refused("decision.other_surcharge", message, "罚缴分离办法@1997:7")
    return Allowed()


def is_surcharge_said(*, fined: bool, said: bool | None) -> Verdict:
    """Say whether a decision that fines says what follows when the fine is paid late (行政处罚法72)."""
    if fined and said is None:
        return Refused("decision.surcharge", "处以罚款的，请回答决定书是否写明逾期加处罚款。", "行政处罚法@2021:72")
    return Allowed()


def may_end_in_silence(*, silent: bool, on: date, until: date) -> Verdict:
    """Say whether the party may be said to have kept silent: the period has run out."""
    if silent and on <= until:
        message = f"当事人提出意见的期限至 {until.isoformat()}，届满前不能登记为期满未提出。"
        return Refused("statement.too_early", message, DEFENCE)
    return Allowed()


def may_say(verdict: str, *, offered: Collection[str], reason: str) -> Verdict:
    """Say whether whoever decides may say this at the step of the decision; what is no penalty is reasoned (57)."""
    if verdict not in offered:
        return Refused("decision.verdict", f"请选择决定意见：{'、'.join(offered)}。", TOGETHER)
    if verdict != "作出处罚决定" and not reason.strip():
        return Refused("decision.why", "不予处罚或者退回的，请写明理由。", TOGETHER)
    return Allowed()


def is_bank_named(*, fined: bool, bank: str) -> Verdict:
    """Say whether a decision that fines names the collecting bank: the agency takes no money (行政处罚法67)."""
    if fined and not bank.strip():
        return Refused("decision.no_reason", "处以罚款的决定书须写明代收机构。", "行政处罚法@2021:67")
    return Allowed()
