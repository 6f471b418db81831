"""A row's whole chain of records as one zip, for the cold verifier: `heliograph-verify case`.

Layout: `checkpoint` (a published state of the process log), `policy.txt` (the logs' keys and the witnesses), one
`records/NNNNNN.tlog-proof` for each record in the order of its number, `README.txt`.

For each process log of the chain that has an anchor: `anchors/NNNNNN.tlog-proof`, the entry of the public log that
tells a state of it, under a checkpoint that witnesses saw, and `anchors/NNNNNN.consistency`, the proof that this state
led to the one the records are proved against: `old <size>` and the hashes, as a request of C2SP tlog-witness begins.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Model

from heliograph.kernel.tlog.encoding import encode_base64
from heliograph.kernel.tlog.policy import Policy
from heliograph.kernel.tlog.proof_file import FILE_SUFFIX, format_proof
from heliograph.kernel.tlog.proofs import consistency_proof
from heliograph.kernel.tlog.tiles import TileReader
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.ledger.files import LogFiles
from heliograph.ledger.models import Log, Publication, Record, Tree
from heliograph.ledger.queries import anchor_of, newest_publication, proof_of, public_policy, subject_key

BASIS = "行政处罚法@2021:47"
WHEN = (1980, 1, 1, 0, 0, 0)  # the same chain under the same checkpoints gives the same bytes
NAMED = 20
README = """存证导出
========

本压缩包是“{title}”的全部存证，共 {count} 条，由“{agency}”导出。

内容
  records/      每条存证一个文件，按序号排列，含该条存证的内容、盐值和收录证明
  checkpoint    过程存证日志的检查点，由日志密钥签名
  anchors/      过程存证日志的状态在公开存证日志中的锚定：锚定条目及其在见证方见证的检查点下的收录证明，
                以及由该状态到上述检查点的一致性证明
  policy.txt    核验所用的公钥和见证方

怎样核验（不联网，不需要本系统）
  heliograph-verify case 本文件.zip --policy 另行取得的公钥文件

退出码 0 表示已核验的各项全部通过，1 表示不一致，2 表示无法读取。包内的 policy.txt 只能说明各文件相互一致；
要核验签名出自谁手，请从机关公告、见证单位等可靠渠道另行取得公钥文件。

锚定
  {anchored}

标明“内容已依法删除”的存证，内容和盐值已按法定理由删除，收录证明仍可核验。
核验通过说明这些存证在检查点签署之前已经入册，此后未被改动、删除或调换次序；不说明所记内容属实，也不说明每件事都有存证。
"""

FilesOf = Callable[[Log], LogFiles]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What ties the first `size` entries of a process log to the public log: the texts of two files."""

    size: int
    proof: str
    consistency: str


def chain_of(subject: Model) -> list[Record]:
    """Return the process log's records of which a row is the subject, the first one first."""
    kind, key = subject_key(subject)
    chain = Record.objects.filter(tree=Tree.PROCESS, subject_kind=kind, subject_id=key)
    return list(chain.select_related("place__log", "content", "salt", "erasure").order_by("number"))


def export_case(chain: Sequence[Record], *, title: str, agency: str, files: FilesOf, witnesses: Policy | None) -> bytes:
    """Return the zip of a chain. ActRefusedError while a published checkpoint does not cover every record of it."""
    if not chain:
        raise ActRefusedError(Refused("records.none", "该对象还没有存证，不能导出。", BASIS))
    logs = {record.place.log_id: record.place.log for record in chain if hasattr(record, "place")}
    published = {key: newest_publication(key) for key in logs}
    proofs = [_proof(record, files, published) for record in chain]
    anchors = {key: found for key, log in logs.items() if (found := _anchor(log, files, published[key]))}
    last = published[chain[-1].place.log_id]
    content = {
        "README.txt": README.format(title=title, agency=agency, count=len(chain), anchored=_told(chain, anchors)),
        "policy.txt": public_policy(witnesses),
        "checkpoint": last.note if last else "",
    }
    content |= {f"records/{number:06d}{FILE_SUFFIX}": proof for number, proof in enumerate(proofs, 1)}
    return _zipped(content | _anchor_files(anchors.values()))


def _proof(record: Record, files: FilesOf, published: Mapping[int, Publication | None]) -> str:
    place = getattr(record, "place", None)
    proof = None if place is None else proof_of(record, files(place.log), published[place.log_id])
    if proof is None:
        raise ActRefusedError(Refused("records.waiting", "最近的存证还在排序，请稍候几秒再导出。", BASIS))
    return format_proof(proof)


def _anchor(log: Log, files: FilesOf, publication: Publication | None) -> Anchor | None:
    """Return the last witnessed anchor of a process log, and how it led to a published state. None without one."""
    size = publication.checkpoint.size if publication else 0
    found = anchor_of(log, size)
    if found is None:
        return None
    record, anchored = found
    public = record.place.log
    proof = proof_of(record, files(public), newest_publication(public.pk))
    if proof is None:
        return None
    hashes = consistency_proof(TileReader(files(log), size), anchored, size)
    return Anchor(anchored, format_proof(proof), "\n".join([f"old {anchored}", *map(encode_base64, hashes), ""]))


def _anchor_files(anchors: Iterable[Anchor]) -> dict[str, str]:
    content = {}
    for number, anchor in enumerate(anchors, 1):
        content[f"anchors/{number:06d}{FILE_SUFFIX}"] = anchor.proof
        content[f"anchors/{number:06d}.consistency"] = anchor.consistency
    return content


def _told(chain: Sequence[Record], anchors: Mapping[int, Anchor]) -> str:
    """Say which records are later than the last anchor of their log."""
    sizes = {key: anchor.size for key, anchor in anchors.items()}
    late = [str(record.number) for record in chain if record.place.index >= sizes.get(record.place.log_id, 0)]
    if not late:
        return "全部存证均已锚定于公开存证日志。"
    numbers = "、".join(late[:NAMED]) + ("等" if len(late) > NAMED else "")
    return f"有 {len(late)} 条存证尚未锚定（序号 {numbers}）；待下一次锚定后再次导出，即可一并核验。"


def _zipped(content: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            entry = zipfile.ZipInfo(name, WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return buffer.getvalue()
