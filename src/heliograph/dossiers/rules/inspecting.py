"""Inspections: published items only, approved first, announced, told (国办发54号@2024)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from heliograph.kernel.verdict import Allowed, Refused, Verdict

INSPECTION = "国办发54号@2024"
RECTIFICATION = "行政处罚法@2021:28"
FILING = "行政处罚法@2021:54"
RESULTS = {"clean": "未发现问题", "rectify": "责令改正", "suspected": "涉嫌违法"}


def may_inspect_items(names: Collection[str], *, unpublished: Collection[str]) -> Verdict:
    """Say whether items may be inspected: there are some, and all of them are published."""
    if not names:
        return Refused("inspection.no_item", "请从已公布的检查事项中选择本次检查的事项。", INSPECTION)
    if unpublished:
        message = f"以下事项未向社会公布，不得实施检查：{'、'.join(unpublished)}。请先公布，或者选择其他事项。"
        return Refused("inspection.not_published", message, INSPECTION)
    return Allowed()


def may_approve_late(*, urgent: bool, latest: date | None, on: date, reason: str) -> Verdict:
    """Say whether an urgent inspection may still be approved afterwards: in the pack's days, or with the reason."""
    if urgent and latest is not None and on > latest and not reason.strip():
        message = f"紧急检查应当在 {latest.isoformat()} 前补办审批，现已超过，请写明原因。"
        return Refused("inspection.late", message, INSPECTION)
    return Allowed()


def may_inspect(*, granted: bool | None, urgent: bool, notified: bool) -> Verdict:
    """Say whether officers may go in: approved and announced, unless it is urgent."""
    if urgent:
        return Allowed()
    if not granted:
        return Refused("inspection.not_approved", "检查未经负责人批准，不得实施。", INSPECTION)
    if not notified:
        return Refused("inspection.not_notified", "尚未送达行政检查通知书，不得实施检查。", INSPECTION)
    return Allowed()


def may_record_result(result: str, *, granted: bool | None, until: date | None, on: date) -> Verdict:
    """Say whether a result may be recorded: of an approved inspection, an order to rectify with its last day."""
    if result not in RESULTS:
        return Refused("inspection.result", "请选择检查结果。", INSPECTION)
    if result != "clean" and not granted:
        message = "本次检查没有得到批准，所得材料不能作为责令改正或者立案的依据。"
        return Refused("inspection.unapproved_result", message, INSPECTION)
    if result == "rectify" and (until is None or until <= on):
        return Refused("inspection.until", "责令改正须写明今天之后的改正期限。", RECTIFICATION)
    return Allowed()


def may_check_rectification(*, passed: bool, until: date | None, on: date) -> Verdict:
    """Say whether a rectification may be called failed: not before its last day."""
    if not passed and until is not None and on <= until:
        message = f"改正期限至 {until.isoformat()}，届满前不能认定整改不合格。"
        return Refused("rectification.early", message, RECTIFICATION)
    return Allowed()


def may_publish_result(*, withheld: bool, where: str, withheld_reason: str) -> Verdict:
    """Say whether the publication of a result names its place, or the ground on which it is withheld."""
    if withheld and not withheld_reason.strip():
        return Refused("publication.no_reason", "依法不公开的，须写明依据和理由。", "政府信息公开条例@2019:14")
    if not withheld and not where.strip():
        return Refused("publication.place", "请填写公示渠道，例如机关网站、信用信息平台。", "政府信息公开条例@2019:26")
    return Allowed()
