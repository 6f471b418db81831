"""Recusal, handover and messages (回避、交接、消息)."""

from __future__ import annotations

from heliograph.dossiers.rules.opening import RECORDING
from heliograph.kernel.verdict import Allowed, Refused, Verdict

RECUSAL = "行政处罚法@2021:43"
TWO_OFFICERS = "行政处罚法@2021:42"


def may_ask_recusal(*, waiting: bool, granted: bool) -> Verdict:
    """Say whether a request for recusal may be registered: none about the same person waits or was granted."""
    if granted:
        return Refused("recusal.granted_before", "该人员已被决定回避本案。", RECUSAL)
    if waiting:
        return Refused("recusal.waiting", "对该人员的回避申请尚未决定，不必重复登记。", RECUSAL)
    return Allowed()


def may_decide_recusal(*, decided: bool, own: bool) -> Verdict:
    """Say whether somebody may decide a request: once, and not about oneself."""
    if decided:
        return Refused("recusal.decided", "这一回避申请已经决定。", RECUSAL)
    if own:
        return Refused("recusal.own", "不能决定本人是否回避，请由其他负责人决定。", RECUSAL)
    return Allowed()


def may_hand_over(*, ended: bool, same: bool, recused: bool, other_place: bool) -> Verdict:
    """Say whether a case may go to somebody: still open, to somebody else, neither recused nor its other officer."""
    if ended:
        return Refused("handover.ended", "案件已经办结，无需交接。", RECORDING)
    if same:
        return Refused("handover.same", "接收人就是现在的承办人员。", TWO_OFFICERS)
    if other_place:
        return Refused("handover.other_place", "接收人已是本案的另一名承办人员，两人须不同。", TWO_OFFICERS)
    if recused:
        return Refused("handover.recused", "接收人已被决定回避本案。", RECUSAL)
    return Allowed()


def may_read_message(*, own: bool) -> Verdict:
    """Say whether somebody may mark a message as read: its addressee."""
    if not own:
        return Refused("message.other", "只有收件人可以标记消息已读。", RECORDING)
    return Allowed()


def may_send(*, sees_case: bool, to_self: bool) -> Verdict:
    """Say whether a message about a case may go to somebody: who may see the case, and not oneself."""
    if to_self:
        return Refused("message.self", "收件人不能是本人。", RECORDING)
    if not sees_case:
        return Refused("message.scope", "收件人没有查看本案的权限，不能向其发送本案的消息。", RECORDING)
    return Allowed()
