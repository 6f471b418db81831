"""Transfer of suspected crimes (移送, 310号令): reported by two officers, decided by the head, delivered at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from heliograph.kernel.verdict import Allowed, Refused, Verdict

REPORT = "移送规定310号令@2020:5"
DELIVERY = "移送规定310号令@2020:6"
REFUSAL = "移送规定310号令@2020:9"
ITEMS = "移送规定310号令@2020:12"


def may_report(*, open_already: bool) -> Verdict:
    """Say whether a transfer may be reported: none of this case is on its way."""
    if open_already:
        return Refused("transfer.open", "本案已有正在办理的移送，不能重复报告。", REPORT)
    return Allowed()


def may_decide_transfer(*, reported: bool, decided: bool) -> Verdict:
    """Say whether a transfer may be approved or refused: reported, and once."""
    if not reported:
        return Refused("transfer.not_reported", "尚未提出移送报告。", REPORT)
    if decided:
        return Refused("transfer.decided", "这次移送已经审批。", REPORT)
    return Allowed()


def may_deliver(
    *, approved_at: datetime | None, delivered: bool, at: datetime, now: datetime, latest: datetime | None, reason: str
) -> Verdict:
    """Say whether a transfer may be registered as delivered: approved, once, in its hours or late with the reason."""
    if approved_at is None:
        return Refused("transfer.not_approved", "移送须先经正职负责人批准。", REPORT)
    if delivered:
        return Refused("transfer.twice", "案件已经移送，不能重复登记。", DELIVERY)
    if at < approved_at or at > now:
        return Refused("transfer.time", "移送时间应在批准之后，且不晚于现在。", DELIVERY)
    if latest is not None and at > latest and not reason.strip():
        message = f"批准后应在 {latest.strftime('%Y-%m-%d %H:%M')} 前移送，现已超过，请写明原因。"
        return Refused("transfer.late", message, REPORT)
    return Allowed()


def may_follow_up(*, delivered: bool, answered: bool) -> Verdict:
    """Say whether what the police answered may be registered: after the delivery, once."""
    if not delivered:
        return Refused("transfer.not_delivered", "案件尚未移送，不能登记公安机关的答复。", DELIVERY)
    if answered:
        return Refused("transfer.answered", "公安机关已经立案，不能再登记答复。", DELIVERY)
    return Allowed()


def may_answer_refusal(how: str, *, offered: Collection[str]) -> Verdict:
    """Say whether a refusal of the police may be answered so: one of the ways that the rules know."""
    if how not in offered:
        return Refused("transfer.refusal", f"请选择对不予立案的处理：{'、'.join(offered)}。", REFUSAL)
    return Allowed()


def may_hand_items(*, accepted: bool, handed: bool) -> Verdict:
    """Say whether the things of the case may be registered as handed over: the police filed it, and once."""
    if not accepted:
        return Refused("transfer.not_accepted", "公安机关尚未立案，不移交涉案物品。", ITEMS)
    if handed:
        return Refused("transfer.items_twice", "涉案物品已经移交。", ITEMS)
    return Allowed()
