"""A row's whole chain of records as one zip, for the cold verifier: `heliograph-verify case`.

Layout: `checkpoint` (a published state of the process log), `policy.txt` (the logs' keys), one
`records/NNNNNN.tlog-proof` for each record in the order of its number, `README.txt`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from django.db.models import Model

from heliograph.kernel.tlog.proof_file import format_proof
from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.files import LogFiles
from heliograph.ledger.models import Log, Publication, Record, Tree
from heliograph.ledger.queries import newest_publication, proof_of, public_policy, subject_key

BASIS = "行政处罚法@2021:47"
WHEN = (1980, 1, 1, 0, 0, 0)  # the same chain under the same checkpoint gives the same bytes
README = """存证导出
========

本压缩包是“{title}”的全部存证，共 {count} 条，由“{agency}”导出。

内容
  records/      每条存证一个文件，按序号排列，含该条存证的内容、盐值和收录证明
  checkpoint    过程存证日志的检查点，由日志密钥签名
  policy.txt    核验所用的公钥

怎样核验（不联网，不需要本系统）
  heliograph-verify case 本文件.zip --policy 另行取得的公钥文件

退出码 0 表示已核验的各项全部通过，1 表示不一致，2 表示无法读取。包内的 policy.txt 只能说明各文件相互一致；
要核验签名出自谁手，请从机关公告、见证单位等可靠渠道另行取得公钥文件。

标明“内容已依法删除”的存证，内容和盐值已按法定理由删除，收录证明仍可核验。
核验通过说明这些存证在检查点签署之前已经入册，此后未被改动、删除或调换次序；不说明所记内容属实，也不说明每件事都有存证。
"""


def chain_of(subject: Model) -> list[Record]:
    """Return the process log's records of which a row is the subject, the first one first."""
    kind, key = subject_key(subject)
    chain = Record.objects.filter(tree=Tree.PROCESS, subject_kind=kind, subject_id=key)
    return list(chain.select_related("place__log", "content", "salt", "erasure").order_by("number"))


def export_case(chain: list[Record], *, title: str, agency: str, files: Callable[[Log], LogFiles]) -> bytes:
    """Return the zip of a chain. ActRefusedError while a published checkpoint does not cover every record of it."""
    if not chain:
        require(Refused("records.none", "该对象还没有存证，不能导出。", BASIS))
    published: dict[int, Publication | None] = {}
    proofs = []
    for record in chain:
        proof = None
        if hasattr(record, "place"):
            log = record.place.log
            if log.pk not in published:
                published[log.pk] = newest_publication(log.pk)
            proof = proof_of(record, files(log), published[log.pk])
        if proof is None:
            require(Refused("records.waiting", "最近的存证还在排序，请稍候几秒再导出。", BASIS))
        else:
            proofs.append(format_proof(proof))
    last = published[chain[-1].place.log_id]
    content = {
        "README.txt": README.format(title=title, agency=agency, count=len(chain)),
        "policy.txt": public_policy(None),
        "checkpoint": last.note if last else "",
    }
    content |= {f"records/{number:06d}.tlog-proof": proof for number, proof in enumerate(proofs, 1)}
    return _zipped(content)


def _zipped(content: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            entry = zipfile.ZipInfo(name, WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return buffer.getvalue()
