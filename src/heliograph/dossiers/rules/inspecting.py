"""Inspections: published items only, approved first, announced, told (国办发54号@2024)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from heliograph.kernel.verdict import Allowed, Refused, Verdict

INSPECTION = "国办发54号@2024"
RECTIFICATION = "行政处罚法@2021:28"
ON_SITE = "行政处罚法@2021:55"
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


def may_inspect(
    *, granted: bool | None, urgent: bool, approved_at: datetime | None, notified_on: date | None, began_at: datetime
) -> Verdict:
    """Say whether officers may go in: approved and announced before they do, unless it is urgent."""
    if urgent:
        return Allowed()
    if not granted or approved_at is None:
        return Refused("inspection.not_approved", "检查未经负责人批准，不得实施。", INSPECTION)
    if notified_on is None:
        return Refused("inspection.not_notified", "尚未送达行政检查通知书，不得实施检查。", INSPECTION)
    if began_at < approved_at.replace(second=0, microsecond=0):
        message = (
            f"检查于 {approved_at:%Y-%m-%d %H:%M} 批准，现场检查的开始时间现为 {began_at:%Y-%m-%d %H:%M}。"
            "未经批准不得实施；情况紧急先行检查的，须按紧急检查申请并补办审批。"
        )
        return Refused("inspection.before_approval", message, INSPECTION)
    if began_at.date() < notified_on:
        message = f"检查通知书 {notified_on.isoformat()} 送达，现场检查不能早于该日，现为 {began_at:%Y-%m-%d}。"
        return Refused("inspection.before_notice", message, INSPECTION)
    return Allowed()


def may_find_on(found_on: date, *, inspected_on: date | None, today: date) -> Verdict:
    """Say whether a result may be found on a day: after the inspection or on its day, not in time to come."""
    if found_on > today:
        message = f"认定日期不能晚于今天（{today.isoformat()}），现为 {found_on.isoformat()}。"
        return Refused("inspection.result_day", message, ON_SITE)
    if inspected_on is not None and found_on < inspected_on:
        message = f"现场检查在 {inspected_on.isoformat()}，认定结果不能早于该日，现为 {found_on.isoformat()}。"
        return Refused("inspection.result_day", message, ON_SITE)
    return Allowed()


def may_record_result(result: str, *, granted: bool | None, until: date | None, on: date) -> Verdict:
    """Say whether a result may be recorded: of an approved inspection, an order to rectify with its last day.

    on: the day of the order; what is put right at once has that very day for its last.
    """
    if result not in RESULTS:
        return Refused("inspection.result", "请选择检查结果。", INSPECTION)
    if result != "clean" and not granted:
        message = "本次检查没有得到批准，所得材料不能作为责令改正或者立案的依据。"
        return Refused("inspection.unapproved_result", message, INSPECTION)
    if result == "rectify" and (until is None or until < on):
        message = "责令改正须写明改正期限；当场改正的填认定当天，限期改正的填之后的日期。"
        return Refused("inspection.until", message, RECTIFICATION)
    return Allowed()


def may_tell(told_on: date, *, found_on: date | None, today: date) -> Verdict:
    """Say whether the party may have been told of the result on a day: once there was one."""
    if told_on > today:
        message = f"结果告知日期不能晚于今天（{today.isoformat()}），现为 {told_on.isoformat()}。"
        return Refused("inspection.told_day", message, INSPECTION)
    if found_on is not None and told_on < found_on:
        message = f"检查结果在 {found_on.isoformat()} 认定，告知不能早于该日，现为 {told_on.isoformat()}。"
        return Refused("inspection.told_early", message, INSPECTION)
    return Allowed()


def may_check_rectification(
    *, passed: bool, until: date | None, began_at: datetime, inspected_at: datetime | None, ordered_on: date | None
) -> Verdict:
    """Say whether a rectification may be checked: after the inspection and the order, as failed after its last day.

    inspected_at: when the inspection began that found something to put right.
    """
    day = began_at.date()
    if inspected_at is not None and began_at < inspected_at:
        message = f"复查不能早于现场检查（{inspected_at:%Y-%m-%d %H:%M}），现为 {began_at:%Y-%m-%d %H:%M}。"
        return Refused("rectification.before_inspection", message, RECTIFICATION)
    if ordered_on is not None and day < ordered_on:
        message = f"责令改正于 {ordered_on.isoformat()} 作出，复查不能早于该日，现为 {day.isoformat()}。"
        return Refused("rectification.before_order", message, RECTIFICATION)
    if not passed and until is not None and day <= until:
        message = f"改正期限至 {until.isoformat()}，届满前不能认定整改不合格。"
        return Refused("rectification.early", message, RECTIFICATION)
    return Allowed()


def may_publish_result(*, withheld: bool, where: str, withheld_reason: str) -> Verdict:
    """Say whether the publication of a result names its place, or the ground on which it is withheld."""
    if withheld and not withheld_reason.strip():
        message = "请填写公示日期和渠道；依法不公开的，写明依据和理由。"
        return Refused("publication.no_reason", message, "政府信息公开条例@2019:14")
    if not withheld and not where.strip():
        return Refused("publication.place", "请填写公示渠道，例如机关网站、信用信息平台。", "政府信息公开条例@2019:26")
    return Allowed()
