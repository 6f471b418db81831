"""Documents of a case printed together: which, how many, until when. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from heliograph.dossiers.rules.opening import RECORDING
from heliograph.dossiers.rules.retrieving import ARCHIVED, RETRIEVAL
from heliograph.kernel.verdict import Allowed, Refused, Verdict

ISSUED: Final = "issued"
MOST: Final = 60  # documents in one file


def may_print(state: str, chosen: Collection[str]) -> Verdict:
    """Say whether documents may be printed together. state: of the case; chosen: the state of each document."""
    if state == ARCHIVED:
        return Refused("retrieval.no_copy", "案卷已经归档，请通过调阅或者案卷导出取得文书。", RETRIEVAL)
    if not chosen:
        return Refused("printing.none", "请选择要打印的文书。", RECORDING)
    if len(chosen) > MOST:
        return Refused(
            "printing.too_many", f"一次最多打印 {MOST} 份文书，现为 {len(chosen)} 份。请分次打印。", RECORDING
        )
    if set(chosen) != {ISSUED}:
        return Refused("printing.not_issued", "只能打印已经生成并且没有作废的文书。", RECORDING)
    return Allowed()
