"""The experimental exports of a dossier (试验): of which dossiers, and what the XML package holds.

Pure. DA/T 48 is for text and still images [M]; what is neither is named with its SHA-256 and left out.
"""

from __future__ import annotations

from typing import Final

from heliograph.dossiers.rules.volumes import ARCHIVING, Line
from heliograph.evidence.kinds import DOCX, OFD, RTF, TEXT, Family, kind_of_type
from heliograph.kernel.verdict import Allowed, Refused, Verdict

TRIALS: Final = frozenset({"xml", "ofd"})
COMPLETE: Final = frozenset({"closed", "archived", "terminated"})
TEXTS: Final = frozenset(one.media_type for one in (TEXT, DOCX, RTF, OFD))
STILL: Final = frozenset({Family.PDF, Family.PICTURE})
MOVING: Final = frozenset({Family.AUDIO, Family.VIDEO})


def may_package(form: str, state: str) -> Verdict:
    """Say whether a dossier may be taken out in a form: in an experimental one when its case is at its end."""
    if form not in TRIALS or state in COMPLETE:
        return Allowed()
    return Refused("dossier.not_complete", "结案、终止或者归档后才能导出试验格式。", ARCHIVING)


def why_left_out(line: Line) -> str:
    """Return why the file of a line does not go into the XML package, nothing when it goes."""
    item = line.item
    if line.withheld:
        return line.withheld
    if not item.sha256:
        return item.note or "没有文件"
    family = kind_of_type(item.media_type).family
    if family in MOVING:
        return "音频、视频不在文本和静态图像之内，未封装，原文件见数据包"
    if family in STILL or item.media_type in TEXTS:
        return ""
    return "格式不在文本和静态图像之内，未封装，原文件见数据包"


def damaged(title: str) -> Refused:
    """Refuse a dossier one of whose files no longer has the SHA-256 under which it was registered."""
    message = f"“{title}”的文件与登记的哈希值不一致，没有导出。请联系系统管理员核对存储和备份。"
    return Refused("dossier.damaged", message, ARCHIVING)
