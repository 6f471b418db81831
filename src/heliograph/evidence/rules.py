"""What may be kept as an original of evidence. Pure."""

from __future__ import annotations

from heliograph.evidence.kinds import ACTIVE_SUFFIXES, DATA, KNOWN_SUFFIXES, Family, Kind
from heliograph.kernel.verdict import Allowed, Refused, Verdict

EVIDENCE = "行政处罚法@2021:46"
RECORDING = "行政处罚法@2021:47"
MEGABYTE = 1_000_000


def ending(name: str) -> str:
    """Return the ending of a name with its dot, in small letters; empty where there is none."""
    stem, dot, end = name.rpartition(".")
    return f".{end.lower()}" if dot and stem and end else ""


def may_be_kept(size: int, *, limit: int) -> Verdict:
    """Say whether a file has a size that is kept. size, limit: bytes."""
    if size <= 0:
        return Refused("original.empty", "文件是空的，没有内容。请核对后重新选择。", RECORDING)
    if size > limit:
        return too_large(limit)
    return Allowed()


def too_large(limit: int) -> Refused:
    """Return the refusal of a file above the limit (bytes)."""
    message = f"单个证据文件最大 {limit // MEGABYTE} MB，没有保存。请分段或者压缩后重新上传。"
    return Refused("original.too_large", message, RECORDING)


def may_be_taken(name: str, kind: Kind) -> Verdict:
    """Say whether a file may be taken as evidence: no program, script or page, and what its name says it is."""
    end = ending(name)
    if kind.family is Family.ACTIVE or end in ACTIVE_SUFFIXES:
        what = kind.label if kind.family is Family.ACTIVE else f"{end} 文件"
        message = (
            f"“{name}”是{what}，在同事的电脑上可能被运行，不能直接保存。"
            "网页请另存为 PDF 或者截图；程序和脚本请压缩为 zip 后上传。"
        )
        return Refused("original.active", message, RECORDING)
    if end in KNOWN_SUFFIXES and end not in kind.suffixes:
        found = "内容无法识别" if kind is DATA else f"内容实际是{kind.label}"
        message = f"“{name}”的扩展名与内容不符：{found}。证据须以原始文件保存，请核对来源后上传未改名的原件。"
        return Refused("original.forged", message, EVIDENCE)
    return Allowed()


def may_attach(name: str, *, already: bool) -> Verdict:
    """Say whether a file may be attached to a piece of evidence: the same bytes once."""
    if already:
        message = f"“{name}”与这项证据已有的原件内容完全相同，不重复保存。"
        return Refused("original.twice", message, RECORDING)
    return Allowed()


def is_here(name: str, *, here: bool) -> Verdict:
    """Say whether the bytes of a file that was received before are still kept."""
    if not here:
        message = f"“{name}”上传后搁置过久，已被清理，本次没有登记。请重新选择文件后再提交。"
        return Refused("original.gone", message, RECORDING)
    return Allowed()
