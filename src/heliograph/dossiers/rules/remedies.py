"""Reconsideration and lawsuits, and decisions that do not stand (复议、诉讼, 行政处罚法48、73)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from heliograph.kernel.verdict import Allowed, Refused, Verdict

RECONSIDERATION = "行政复议法@2023:48"
PENDING = "行政处罚法@2021:73"
WITHDRAWAL = "行政处罚法@2021:48"
HOW = {"revoked": "撤销", "changed": "变更", "unlawful": "确认违法", "invalid": "确认无效"}


def may_receive_remedy(kind: str, *, served: bool, pending: bool) -> Verdict:
    """Say whether a remedy may be registered: against a served decision, one of a kind at a time."""
    if kind not in {"reconsideration", "litigation"}:
        return Refused("remedy.kind", "请选择行政复议或者行政诉讼。", PENDING)
    if not served:
        return Refused("remedy.not_served", "决定书尚未送达，没有可以申请救济的决定。", PENDING)
    if pending:
        return Refused("remedy.pending", "同一途径的救济尚未终结，不能重复登记。", PENDING)
    return Allowed()


def may_reply(*, replied: bool, ended: bool) -> Verdict:
    """Say whether a reply may be registered: once, before the end."""
    if replied or ended:
        return Refused("remedy.replied", "已经登记答复或者答辩，或者程序已经终结。", RECONSIDERATION)
    return Allowed()


def may_end_remedy(*, ended: bool) -> Verdict:
    """Say whether the outcome of a remedy may be registered: once."""
    if ended:
        return Refused("remedy.ended", "结果已经登记，不能更改。", PENDING)
    return Allowed()


def may_annul(how: str, *, annulled: bool, fine: Decimal, fine_after: Decimal | None) -> Verdict:
    """Say whether a decision may be marked as one that does not stand: once, a change with its amount."""
    if how not in HOW:
        return Refused("annulment.how", "请选择撤销、变更、确认违法或者确认无效。", WITHDRAWAL)
    if annulled:
        return Refused("annulment.twice", "这一决定已经登记过处理结果。", WITHDRAWAL)
    if (how == "changed") != (fine_after is not None):
        return Refused("annulment.amount", "变更决定的须填变更后的罚款金额（不变的填原数），其他情形不填。", WITHDRAWAL)
    if fine_after is not None and not 0 <= fine_after <= fine:
        message = f"变更后的罚款金额应在 0 与原决定的 {fine} 元之间，现为 {fine_after} 元。"
        return Refused("annulment.heavier", message, "行政复议法@2023:63")
    return Allowed()


def may_withdraw(*, annulled_on: date | None, published: bool, withdrawn: bool) -> Verdict:
    """Say whether the withdrawal of a publication may be registered: of what does not stand, was public, and once."""
    if annulled_on is None or not published:
        return Refused("withdrawal.none", "决定没有被撤销、变更或者确认违法，或者没有公示过，无需撤下。", WITHDRAWAL)
    if withdrawn:
        return Refused("withdrawal.twice", "撤下公示已经登记。", WITHDRAWAL)
    return Allowed()
