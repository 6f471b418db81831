"""What may be done with a document, and the refusals with their articles. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from heliograph.documents.composing import Missing
from heliograph.kernel.verdict import Allowed, Refused, Verdict

RECORDING = "行政处罚法@2021:47"
NUMBERING = "GB/T 9704-2012:7.2.5"
LONGEST_REASON = 1000


def is_declared(kind: str, *, declared: bool) -> Verdict:
    """Say whether the pack has a form for a kind of document."""
    if declared:
        return Allowed()
    return Refused("document.unknown", f"规则包里没有“{kind}”的格式，请上传制作好的文件。", RECORDING)


def may_change(state: str) -> Verdict:
    """Say whether a document may still be changed or issued: only a draft may."""
    if state == "draft":
        return Allowed()
    message = "这份文书已经生成或者作废，不能再修改。需要更正的，请作废后重新制作。"
    return Refused("document.not_draft", message, RECORDING)


def is_complete(missing: Sequence[Missing]) -> Verdict:
    """Say whether every field that must be filled is; the refusal names each with its article."""
    if not missing:
        return Allowed()
    named = "、".join(_named(one) for one in missing)
    articles = next((one.basis for one in missing if one.basis), ())
    message = f"还不能生成文书，缺少：{named}。请补充后再生成；来自案件登记的内容请在案件里补充。"
    return Refused("document.incomplete", message, articles[0] if articles else RECORDING)


def _named(one: Missing) -> str:
    return f"{one.label}（{'、'.join(one.basis)}）" if one.basis else one.label


def not_drawn(why: str) -> Refused:
    """Say why the file of a document cannot be drawn."""
    return Refused("document.not_drawn", why, RECORDING)


def not_fit(why: str) -> Refused:
    """Say why a value cannot be kept."""
    return Refused("document.vague", why, RECORDING)


def is_fresh(rev: int | None, now: int) -> Verdict:
    """Say whether a draft is still as the form showed it."""
    if rev is None or rev == now:
        return Allowed()
    return Refused("document.stale", "他人刚刚修改了这份草稿。您填写的内容还在，请核对后再保存。", RECORDING)


def may_void(state: str, reason: str, *, used: bool) -> Verdict:
    """Say whether an issued document may be voided: not once a step has taken it, and only with a reason."""
    if state != "issued":
        return Refused("document.not_issued", "只有已生成的文书可以作废。", NUMBERING)
    if used:
        message = "这份文书已经用于办理环节，不能作废。文书有误的，依法更正或者撤销。"
        return Refused("document.used", message, RECORDING)
    if not reason.strip():
        return Refused("document.no_reason", "作废文书须写明理由。", NUMBERING)
    if len(reason.strip()) > LONGEST_REASON:
        return Refused("document.reason", f"理由最多 {LONGEST_REASON} 字，现为 {len(reason.strip())} 字。", NUMBERING)
    return Allowed()
