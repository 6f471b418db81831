"""Documents of a step: the declared ones are there, and a number is used once."""

from __future__ import annotations

from collections.abc import Sequence

from heliograph.kernel.verdict import Allowed, Refused, Verdict

RECORDING = "行政处罚法@2021:47"
NUMBERING = "GB/T 9704-2012:7.2.5"


def check_papers(*, declared: Sequence[str], given: Sequence[str]) -> Verdict:
    """Say whether the documents that a step declares were registered, all of them (R1)."""
    missing = [name for name in declared if name not in given]
    if missing:
        message = f"这一环节须登记文书：{'、'.join(missing)}。请填写日期和文号，并上传签章后的文件。"
        return Refused("papers.missing", message, RECORDING)
    return Allowed()


def is_number_free(number: str, *, kind: str, used: bool) -> Verdict:
    """Say whether a number may be given to a document of this kind."""
    if used:
        message = f"{kind}的文号“{number}”已经用过，文号不得重复。请核对后重新填写。"
        return Refused("papers.number_used", message, NUMBERING)
    return Allowed()
