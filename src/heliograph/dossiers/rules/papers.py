"""Documents of a step: the declared ones are there, and a number is used once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from heliograph.dossiers.rules.opening import RECORDING
from heliograph.kernel.verdict import Allowed, Refused, Verdict

NUMBERING = "GB/T 9704-2012:7.2.5"


def check_papers(*, declared: Sequence[str], given: Sequence[str]) -> Verdict:
    """Say whether the documents that a step declares were registered, all of them (R1)."""
    missing = [name for name in declared if name not in given]
    if missing:
        message = f"这一环节须登记文书：{'、'.join(missing)}。请填写日期和文号，并上传签章后的文件。"
        return Refused("papers.missing", message, RECORDING)
    return Allowed()


def check_some_papers(*, declared: Sequence[str], wanted: Sequence[str], given: Sequence[str]) -> Verdict:
    """Say whether the documents of what was really done are there: some of the declared ones, and those wanted."""
    missing = [name for name in declared if name in wanted and name not in given]
    if missing or (declared and not given):
        listed = "、".join(missing) or "或者".join(declared)
        return Refused("papers.missing", f"这一环节须登记文书：{listed}。请填写日期并上传文件。", RECORDING)
    return Allowed()


def is_signed(kind: str, *, filed: bool, wanted: Collection[str]) -> Verdict:
    """Say whether a document of the case is in the file as it was signed. wanted: the kinds that must be."""
    if kind in wanted and not filed:
        message = f"“{kind}”须以签章后的文件入卷，请上传文件，或者选用系统制作的文书，结案前签名、盖章或者补传扫描件。"
        return Refused("papers.unsigned", message, RECORDING)
    return Allowed()


def is_file_here(name: str, *, here: bool) -> Verdict:
    """Say whether a file that was uploaded with a form is still there to be kept with the act."""
    if not here:
        return Refused("file.gone", f"附件“{name}”已经失效，本次没有办理。请重新选择文件后再提交。", RECORDING)
    return Allowed()


def is_number_free(number: str, *, kind: str, used: bool) -> Verdict:
    """Say whether a number may be given to a document of this kind."""
    if used:
        message = f"{kind}的文号“{number}”已经用过，文号不得重复。请核对后重新填写。"
        return Refused("papers.number_used", message, NUMBERING)
    return Allowed()


@dataclass(frozen=True, slots=True)
class Differing:
    """A value that a document of the system says otherwise than the step that takes it."""

    document: str
    label: str
    said: str
    done: str

    def __str__(self) -> str:
        return f"《{self.document}》的“{self.label}”是“{self.said}”，本环节是“{self.done}”"


def is_as_done(differing: Sequence[Differing]) -> Verdict:
    """Say whether the documents of a step say what the step does."""
    if differing:
        listed = "；".join(str(one) for one in differing)
        message = f"文书与本环节填写的内容不一致：{listed}。请更正填写的内容，或者作废文书后重新制作。"
        return Refused("papers.differ", message, RECORDING)
    return Allowed()


def is_asked_here(kind: str, *, declared: Sequence[str]) -> Verdict:
    """Say whether an open step declares a document of this kind."""
    if kind in declared:
        return Allowed()
    message = f"“{kind}”不属于正在办理的环节。可能有人已经办结该环节，请回到案件查看当前环节。"
    return Refused("document.not_here", message, RECORDING)


def may_take_document(kind: str, *, issued: bool, same_kind: bool, taken: bool) -> Verdict:
    """Say whether a step may take a document made by the system as its own: issued, of the kind, and only once."""
    if issued and same_kind and not taken:
        return Allowed()
    message = f"所选的“{kind}”没有生成，或者已经作废，或者已经用于其他环节。请重新选择。"
    return Refused("document.not_issued", message, RECORDING)
