"""Penalties on the spot: in order of days, proved, handed over, and when officers may collect the fine themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from heliograph.kernel.verdict import Allowed, Refused, Verdict

LIMITS = "行政处罚法@2021:51"
ON_THE_SPOT = "行政处罚法@2021:52"
EVIDENCE = "行政处罚法@2021:46"
DEFENCE = "行政处罚法@2021:45"
COLLECTING = "行政处罚法@2021:68"
HANDING_IN = "行政处罚法@2021:71"
SMALL = "small"
GROUNDS = frozenset({SMALL, "hard", "remote"})


def may_go_ordinary(*, over: bool, agreed: bool) -> Verdict:
    """Say whether a case may leave the summary procedure: what is beyond it goes on only when that is meant."""
    if over and not agreed:
        message = (
            "拟作的处罚超出当场处罚的范围，或者事实依据不足，不能当场决定。请核对；确须转普通程序的，选择“转普通程序”，"
            "系统为本案登记一条线索，由原承办人办理立案。"
        )
        return Refused("summary.beyond", message, LIMITS)
    return Allowed()


def may_follow_up(day: date, *, after: date | None, today: date, what: str, of: str) -> Verdict:
    """Say whether something on the spot can have been done on a day: after what it follows, not in time to come."""
    if day > today:
        message = f"{what}不能晚于今天（{today.isoformat()}），现为 {day.isoformat()}。"
        return Refused("summary.future", message, ON_THE_SPOT)
    if after is not None and day < after:
        message = f"{what}不能早于{of}（{after.isoformat()}），现为 {day.isoformat()}。"
        return Refused("summary.order", message, ON_THE_SPOT)
    return Allowed()


def may_answer_orally(content: str, *, adopted: str, review: str) -> Verdict:
    """Say whether what the party said on the spot is written down, and what was said was reviewed (行政处罚法45)."""
    if not content.strip():
        return Refused("statement.no_reason", "请填写当事人陈述申辩的内容。", DEFENCE)
    if adopted not in {"yes", "partly", "no"} or not review.strip():
        message = "当事人提出陈述申辩的，须当场复核，请选择采纳情况并写明复核意见。"
        return Refused("statement.not_reviewed", message, DEFENCE)
    if adopted == "yes":
        message = "采纳当事人的意见而不予处罚的，不能作出当场处罚决定，请退回上一环节重新认定。"
        return Refused("statement.adopted", message, DEFENCE)
    return Allowed()


def is_proved(*, evidence: int) -> Verdict:
    """Say whether there is evidence for a decision on the spot."""
    if not evidence:
        message = "本案还没有登记证据，不能作出处罚决定。请先在案件页面登记证据（现场照片、询问笔录、书证等）。"
        return Refused("summary.no_evidence", message, EVIDENCE)
    return Allowed()


def may_collect(ground: str, *, fine: Decimal, most: int | None, receipt: str, asked: bool) -> Verdict:
    """Say whether officers may collect a fine themselves: on a ground of the law, for a receipt of the treasury.

    most: the highest fine in 元 that is small, None where the pack does not say. asked: the party asked for it.
    """
    if not ground:
        return Allowed()
    if ground not in GROUNDS:
        return Refused("collection.ground", "请选择当场收缴的法定情形。", COLLECTING)
    if fine <= 0:
        return Refused("collection.no_fine", "没有罚款的，不填当场收缴。", COLLECTING)
    if ground == SMALL and (most is None or fine > most):
        message = f"罚款 {fine:,} 元超过可以当场收缴的 {most or 0:,} 元，请选择其他法定情形，或者由当事人到银行缴纳。"
        return Refused("collection.too_much", message, COLLECTING)
    if ground == "remote" and not asked:
        message = "因边远、交通不便当场收缴的，须由当事人提出；请确认当事人已提出。"
        return Refused("collection.not_asked", message, "行政处罚法@2021:69")
    if not receipt.strip():
        message = "当场收缴罚款的，须出具财政部门统一制发的专用票据，请填写票据号码；不出具的，当事人有权拒绝缴纳。"
        return Refused("collection.no_receipt", message, "行政处罚法@2021:70")
    return Allowed()


def may_hand_over(*, receiver: str, refusal: str) -> Verdict:
    """Say whether a decision was handed over on the spot: signed for, or the refusal noted on it (行政处罚法52)."""
    if not receiver.strip() and not refusal.strip():
        message = "请填写签收人；当事人拒绝签收的，在决定书上注明，并在此填写注明的内容。"
        return Refused("handover.no_receiver", message, ON_THE_SPOT)
    if receiver.strip() and refusal.strip():
        return Refused("handover.both", "已经签收的，不填拒绝签收的情况。", ON_THE_SPOT)
    return Allowed()


def may_pass_on(day: date, *, today: date, after: date | None, already: bool, voucher: str, what: str) -> Verdict:
    """Say whether money that officers collected may be registered as passed on: collected, once, with its voucher."""
    if after is None:
        return Refused("collection.none", f"本案没有可以登记{what}的当场收缴罚款。", HANDING_IN)
    if already:
        return Refused("collection.twice", f"本案已经登记过{what}。", HANDING_IN)
    if not after <= day <= today:
        message = f"{what}的日期应在 {after.isoformat()} 至今天（{today.isoformat()}）之间，现为 {day.isoformat()}。"
        return Refused("collection.day", message, HANDING_IN)
    if not voucher.strip():
        return Refused("collection.no_voucher", f"请填写{what}的凭证号码。", HANDING_IN)
    return Allowed()
