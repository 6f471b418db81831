"""Every text of the verifier, in Chinese and in English, by code. `{…}` are filled in with values from the input."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # what a line is
    "mark_ok": ("[通过]", "[ok]"),
    "mark_forged": ("[不符]", "[FORGED]"),
    "mark_unreadable": ("[无法读取]", "[unreadable]"),
    "mark_skipped": ("[未核验]", "[not checked]"),
    "mark_note": ("[说明]", "[note]"),
    # the last line
    "verdict_ok": ("结论：已核验的各项全部通过。", "Result: everything that was checked holds."),
    "verdict_ok_partly": (
        "结论：已核验的各项全部通过；另有 {count} 项未核验，见上。",
        "Result: everything that was checked holds; {count} thing(s) were not checked, see above.",
    ),
    "verdict_forged": ("结论：不一致，内容或日志被改动过。", "Result: does not agree; contents or log were altered."),
    "verdict_unreadable": ("结论：无法读取，不能作出判断。", "Result: unreadable; nothing can be said."),
    # inputs that cannot be judged
    "bad_base64": ("Base64 编码不合规范", "base64 is malformed"),
    "bad_hash": ("应为 32 字节的散列值或盐", "a hash or salt of 32 bytes was expected"),
    "bad_number": ("数字不合规范", "a number is malformed"),
    "bad_json": ("JSON 不合规范", "JSON is malformed"),
    "bad_note": ("签名文书（signed note）格式不合规范", "the signed note is malformed"),
    "bad_checkpoint": ("检查点格式不合规范", "the checkpoint is malformed"),
    "bad_leaf": ("日志条目格式不合规范", "the log entry is malformed"),
    "bad_manifest": ("记录清单格式不合规范", "the manifest is malformed"),
    "bad_extra": (
        "证明文件中的记录不完整（清单与盐须同时存在或同时删除）",
        "the record in the proof file is incomplete (manifest and salt come together or not at all)",
    ),
    "bad_proof": ("证明文件格式不合规范", "the proof file is malformed"),
    "bad_growth": ("一致性证明格式不合规范", "the consistency proof is malformed"),
    "bad_anchor": ("锚定记录不完整或格式不合规范", "the record of the anchor is incomplete or malformed"),
    "bad_vkey": ("策略中的公钥不合规范", "a key of the policy is malformed"),
    "bad_policy": ("策略文件不合规范", "the policy is malformed"),
    "policy_key_twice": ("策略中的公钥重复：{name}", "the policy has a key twice: {name}"),
    "too_big": ("文件过大，超出允许的长度", "the file is longer than allowed"),
    "bad_zip": ("压缩包损坏或使用了不支持的方式", "the zip is damaged or uses an unsupported method"),
    "zip_too_big": (
        "压缩包中的文件过多，请先解压再核验目录",
        "the zip has too many members: unpack it and check the directory",
    ),
    "not_a_file": ("不是可读取的普通文件：{name}", "not a readable ordinary file: {name}"),
    "missing_file": ("缺少文件：{name}", "missing file: {name}"),
    "no_records": (
        "压缩包中没有记录（records/NNNNNN.tlog-proof）",
        "the zip has no records (records/NNNNNN.tlog-proof)",
    ),
    "other_origin": ("两个检查点不属于同一日志：{old}；{new}", "the checkpoints are of two logs: {old}; {new}"),
    "need_log": (
        "两个检查点大小不同，须用 --log 指定日志目录",
        "the checkpoints differ in size: name the log by --log",
    ),
    "at_file": ("{name}：{reason}", "{name}: {reason}"),
    # checkpoints and signatures
    "checkpoint": (
        "检查点：日志 {origin}，共 {size} 条，根 {root}",
        "checkpoint: log {origin}, {size} entries, root {root}",
    ),
    "no_policy": (
        "未提供策略文件（--policy），检查点的签名和见证均未核验；仅能说明各文件相互一致",
        "no policy was given (--policy): signatures and witnesses of the checkpoint were not checked; the files agree "
        "with each other, no more",
    ),
    "own_policy": (
        "所用策略取自压缩包本身，不能证明签名人的身份；请用 --policy 提供从可靠渠道取得的策略",
        "the policy comes from the zip itself and does not prove who signed: name one that you trust by --policy",
    ),
    "bad_signature": ("已知公钥的签名无效：{name}", "invalid signature by a known key: {name}"),
    "unchecked_signature": (
        "签名的算法在此不能核验：{name}",
        "a signature's algorithm cannot be checked here: {name}",
    ),
    "log_signed": ("检查点由日志签名：{name}", "the checkpoint is signed by the log: {name}"),
    "log_not_signed": (
        "检查点没有策略所列日志的有效签名：{origin}",
        "the checkpoint has no valid signature of a log of the policy: {origin}",
    ),
    "no_log_keys": (
        "策略没有列出日志公钥，日志签名未核验",
        "the policy lists no log: the log's signature was not checked",
    ),
    "quorum_met": ("见证达到策略要求：{names}", "witnesses as the policy demands: {names}"),
    "quorum_missed": ("见证未达到策略要求；有效见证：{names}", "too few witnesses for the policy; valid: {names}"),
    "quorum_of_process": (
        "过程日志由机关自行签名，其状态以锚定条目进入公开日志并由见证方见证；锚定须用导出的案卷核验（case）",
        "a process log is signed by its agency; witnesses see it as anchors in the public log: to have these checked, "
        "export the case and check it with case",
    ),
    "quorum_none": ("策略不要求见证，见证未核验", "the policy asks for no witness: none was checked"),
    # proof
    "included": ("第 {index} 条确在日志之中", "entry {index} is in the log"),
    "not_included": ("第 {index} 条的收录证明不成立", "the inclusion proof of entry {index} does not hold"),
    "commitment_ok": ("记录内容与日志条目一致", "the record agrees with the log entry"),
    "commitment_wrong": ("记录内容与日志条目不一致", "the record does not agree with the log entry"),
    "public_ok": ("公开条目所载时间、编号、种类与记录一致", "the public entry agrees with the record"),
    "public_wrong": ("公开条目的 {key} 与记录不一致", "{key} of the public entry does not agree with the record"),
    "erased": (
        "记录内容与盐已依法删除（或未随附），仅核验收录：第 {index} 条",
        "contents and salt of the record were erased (or left out): only inclusion was checked, entry {index}",
    ),
    "record": (
        "记录：{kind}，机构 {agency}，时间 {at}，对象 {subject}，第 {number} 号",
        "record: {kind}, agency {agency}, at {at}, of {subject}, number {number}",
    ),
    "document_ok": (
        "文件的 {algorithm} 摘要列于记录：{place}",
        "the {algorithm} digest of the document is in the record: {place}",
    ),
    "document_wrong": (
        "记录中没有该文件的摘要（SHA-256 {digest}）",
        "the record has no digest of this document (SHA-256 {digest})",
    ),
    "document_erased": ("记录内容已删除，文件未核验", "the record was erased: the document was not checked"),
    "no_document": (
        "未提供原文件（--document），文件内容未核验",
        "no document was given (--document): none was compared",
    ),
    "later_not_searched": (
        "未提供日志（--log），该条其后是否被更正或撤下未核验",
        "no log was given (--log): whether a later entry corrects or withdraws this one was not checked",
    ),
    "another_log": ("--log 的日志中第 {index} 条不是该条", "entry {index} of the log given by --log is another one"),
    "later_out_of_range": (
        "--log 的日志只到第 {size} 条，尚不含该条",
        "the log given by --log has only {size} entries and does not reach this one",
    ),
    # log
    "tiles_ok": (
        "由条目重新推算的全部散列文件一致：{files} 个文件，{bytes} 字节条目",
        "every tile agrees with the one derived from the entries: {files} files, {bytes} bytes of entries",
    ),
    "older_ok": ("较早的部分文件一致：{count} 个", "partial files of earlier sizes agree: {count}"),
    "tile_wrong": ("与条目不符或无法划分：{name}", "does not agree with the entries, or cannot be divided: {name}"),
    "root_ok": ("由条目重新推算的根与检查点一致", "the root derived from the entries is that of the checkpoint"),
    "root_wrong": (
        "由条目重新推算的根与检查点不一致",
        "the root derived from the entries is not that of the checkpoint",
    ),
    "refs_ok": ("条目之间的引用均成立：{count} 处", "every reference of one entry to another holds: {count}"),
    "ref_wrong": (
        "第 {index} 条引用的条目不在所称的位置",
        "entry {index} refers to an entry that is not where it says",
    ),
    "referred": (
        "第 {target} 条其后被引用：第 {index} 条，{kind}，{at}",
        "entry {target} is referred to by entry {index}: {kind}, {at}",
    ),
    "referred_more": ("另有 {count} 条其后被引用，未逐一列出", "{count} more entries are referred to later"),
    "refs_elsewhere": (
        "有 {count} 处引用的条目不在本日志（可能在上一年度的日志），未核验",
        "{count} reference(s) are to entries that are not in this log (perhaps in that of a former year): not checked",
    ),
    "no_later_in_other": (
        "日志 {log} 中没有条目更正或撤下该条；其他年度的日志未查",
        "no entry of log {log} corrects or withdraws this one; logs of other years were not searched",
    ),
    "no_later": ("其后没有条目更正或撤下第 {index} 条", "no later entry corrects or withdraws entry {index}"),
    "unknown_leaves": (
        "有 {count} 条的格式本程序不认识，只核验了散列",
        "{count} entries have a format unknown to this program: only their hashes were checked",
    ),
    "leaf_contents": (
        "各条目所承诺的记录内容不在日志之中，须用 proof 或 case 逐件核验",
        "the records behind the entries are not in the log: check them one by one with proof or case",
    ),
    # between
    "consistent": (
        "日志由 {old} 条增至 {new} 条，此前的条目未被改动",
        "the log grew from {old} to {new} entries; the earlier ones are unaltered",
    ),
    "same_tree": ("两个检查点是同一棵树：{size} 条", "both checkpoints are of the same tree: {size} entries"),
    "forked": ("两个检查点大小相同而根不同：日志分叉", "same size, different roots: the log was forked"),
    "shrunk": (
        "新检查点（{new} 条）小于旧检查点（{old} 条）：日志倒退，或两个文件的次序颠倒",
        "the new checkpoint ({new} entries) is smaller than the old one ({old}): rolled back, or given in wrong order",
    ),
    "not_consistent": (
        "不能由旧检查点推至新检查点：此前的条目被改动，或散列文件被改动",
        "the old checkpoint does not lead to the new one: earlier entries or the tiles were altered",
    ),
    # case
    "record_ok": ("{name}：{what}", "{name}: {what}"),
    "record_line": ("第 {number} 号，{kind}，{at}", "number {number}, {kind}, {at}"),
    "other_log": (
        "{name} 起的记录在另一日志（如上一年度）：{origin}",
        "records from {name} on are in another log (such as a former year's): {origin}",
    ),
    "other_checkpoint": (
        "{name}：所附检查点与案卷的检查点不同",
        "{name}: carries a checkpoint other than that of the case",
    ),
    "other_subject": ("{name}：属于另一对象 {subject}", "{name}: is of another subject, {subject}"),
    "number_wrong": ("{name}：应为第 {expected} 号，实为第 {number} 号", "{name}: is number {number}, not {expected}"),
    "prev_wrong": ("{name}：与前一条记录不相接", "{name}: does not follow from the record before it"),
    "index_twice": ("{name}：与另一条记录是同一日志条目", "{name}: is the same log entry as another record"),
    "name_wrong": ("{name}：应为 {expected}", "{name}: {expected} was expected"),
    "record_not_included": ("{name}：收录证明不成立", "{name}: the inclusion proof does not hold"),
    "record_commitment": ("{name}：内容与日志条目不一致", "{name}: contents do not agree with the log entry"),
    "record_public": ("{name}：公开条目与记录不一致", "{name}: the public entry does not agree with the record"),
    "record_erased": ("{name}：内容已删除，仅核验收录", "{name}: contents were erased, only inclusion was checked"),
    "anchored": (
        "{name}：过程日志 {log} 的前 {size} 条已锚定于公开日志 {public} 第 {index} 条，{at}",
        "{name}: the first {size} entries of process log {log} are anchored by entry {index} of public log {public}, "
        "{at}",
    ),
    "anchor_not_included": (
        "{name}：锚定条目的收录证明不成立",
        "{name}: the inclusion proof of the anchor does not hold",
    ),
    "anchor_commitment": (
        "{name}：锚定内容与公开日志的条目不一致",
        "{name}: contents of the anchor do not agree with the entry of the public log",
    ),
    "anchor_public": (
        "{name}：锚定的公开条目与其记录不一致",
        "{name}: the public entry of the anchor does not agree with its record",
    ),
    "anchor_other_kind": ("{name}：不是公开日志的锚定条目", "{name}: is no anchor of a public log"),
    "anchor_other_house": (
        "{name}：{public} 不是过程日志 {log} 所属的公开日志",
        "{name}: {public} is not the public log that goes with process log {log}",
    ),
    "anchor_other_log": (
        "{name}：所锚定的 {log} 不是案卷记录所在的日志",
        "{name}: anchors {log}, where no record of the case is",
    ),
    "anchor_apart": (
        "{name}：不能由所锚定的状态推至案卷的检查点：日志或证明被改动，或日志分叉",
        "{name}: the anchored state does not lead to the checkpoint of the case: log or proof altered, or a fork",
    ),
    "records_anchored": (
        "已锚定于公开日志的记录：{count} 条",
        "records that are anchored in the public log: {count}",
    ),
    "not_anchored": (
        "{name}：晚于最近一次锚定，尚未锚定",
        "{name}: later than the last anchor, not yet anchored",
    ),
    "no_anchor": (
        "案卷没有过程日志 {log} 的锚定：其中的记录尚未锚定，或锚定没有随附",
        "the case has no anchor of process log {log}: its records are not yet anchored, or the anchor was left out",
    ),
    "chain_ok": (
        "案卷 {subject}：{count} 条记录，编号连续，首尾相接",
        "case {subject}: {count} records, numbered without gaps, each following from the one before",
    ),
    "tail_erased": (
        "末尾 {count} 条记录的内容已删除，其归属与次序未核验",
        "the last {count} record(s) were erased: whether they belong here was not checked",
    ),
    "case_end": (
        "案卷导出之后是否又有新的记录，不能由案卷本身得知",
        "whether there are records later than the export cannot be told from the export",
    ),
}


def text(code: str, language: str, **values: object) -> str:
    """Return a text in "zh" or "en"."""
    return TEXTS[code][language == "en"].format(**{key: printable(value) for key, value in values.items()})


def printable(value: object) -> str:
    """Make text of the input harmless on a terminal: no control characters, no reversed writing, not long."""
    shown = "".join(mark if mark.isprintable() else f"\\u{ord(mark):04x}" for mark in str(value)[:200])
    return shown.encode("utf-8", "replace").decode("utf-8")
