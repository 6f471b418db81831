"""What is asked about a dossier: a file that comes later, handing over, the receipt."""

from __future__ import annotations

from heliograph.desk.forms import DeskForm, text
from heliograph.desk.steps.fields import area, yes_no
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers.rules.volumes import LONGEST_REASON

LATER = "补上签章、签名后的文件，文书登记的内容不变"


class ScanForm(DeskForm):
    """A file that comes later."""

    file = CaseFileField(label="文件", required=True)
    reason = area("补传说明", limit=LONGEST_REASON, rows=3, hint="为什么登记时没有上传，如：当事人签字后才取回")


class HandOverForm(DeskForm):
    """To whom a dossier is handed over."""

    keeper = text("接收机构", limit=120, help_text="如 局办公室、机关档案室")
    note = area("移交说明", limit=LONGEST_REASON, rows=3, required=False)


class ReceiptForm(DeskForm):
    """Whether a dossier is received."""

    accepted = yes_no("签收意见", words=("签收", "退回"))
    remark = area("说明", limit=LONGEST_REASON, rows=3, required=False, hint="退回的，写明理由")
