"""Evidence, measures and the end of an investigation."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from heliograph.kernel.verdict import Allowed, Refused, Verdict

EVIDENCE = "行政处罚法@2021:46"
PRESERVATION = "行政处罚法@2021:56"
INVESTIGATION = "行政处罚法@2021:54"
BASIS = "行政处罚法@2021:38"
LONGEST_OPINION = 280  # a refusal is kept as the outcome of the measure
OUTCOMES = frozenset({"penalty", "minor", "first", "no_fault", "time_barred", "not_established", "crime"})


UNFILED = frozenset({"physical"})  # a thing is kept in its place, not in the file


def may_keep(kind: str, *, filed: bool, alone: bool) -> Verdict:
    """Say whether a piece of evidence is as a file wants it: taken by two officers, and there to be looked at."""
    if alone and kind != "expert":
        message = "取证由两名以上执法人员进行，请登记取证人之二。"
        return Refused("evidence.one_officer", message, "行政处罚法@2021:42")
    if not filed and kind not in UNFILED:
        message = "请上传证据文件（扫描件、照片、电子数据等）；只有物证可以不上传文件。"
        return Refused("evidence.no_file", message, EVIDENCE)
    return Allowed()


def some_files(names: Collection[str]) -> Verdict:
    """Say whether there is anything to attach."""
    if not names:
        return Refused("evidence.no_file", "请选择要附加的证据文件。", EVIDENCE)
    return Allowed()


def may_take_out(name: str, *, retrieved: bool) -> Verdict:
    """Say whether the bytes of an original may be taken out. retrieved: read under a retrieval of an archived case."""
    if retrieved:
        message = f"调阅只能在线查看“{name}”；需要原文件的，由有权导出案卷的人员从数据包取得。"
        return Refused("original.retrieved", message, "国办发118号@2018:10")
    return Allowed()


def may_be_officers(reviewers: Collection[str]) -> Verdict:
    """Say whether these may be put down as officers. reviewers: those who review legality and handle no case."""
    if reviewers:
        message = f"{'、'.join(reviewers)}从事法制审核，不是办案人员，不能登记为本案的执法人员或者取证人。"
        return Refused("officers.reviewer", message, "行政处罚法@2021:58")
    return Allowed()


PAPER_OF_ACT = {"询问": "询问笔录", "现场检查": "现场笔录", "勘验": "现场笔录"}

# minutes that are themselves evidence, and of which kind (行政处罚法46)
MINUTES_AS_EVIDENCE = {"询问笔录": "当事人的陈述、证人证言", "现场笔录": "勘验笔录、现场笔录"}


def papers_of_acts(acts: Collection[str]) -> list[str]:
    """Return the minutes that go with what was done before the party (行政处罚法55)."""
    return list(dict.fromkeys(PAPER_OF_ACT[act] for act in acts if act in PAPER_OF_ACT))


def may_take(*, same_person: bool, unreviewed_monitoring: bool) -> Verdict:
    """Say whether something may be registered as evidence."""
    if same_person:
        return Refused("evidence.same_person", "两名取证人须是不同的执法人员。", "行政处罚法@2021:42")
    if unreviewed_monitoring:
        message = "电子技术监控记录未经审核或者审核不合格的，不得作为证据。请先办理法制和技术审核。"
        return Refused("evidence.monitoring", message, "行政处罚法@2021:41")
    return Allowed()


def may_cite(key: str, *, known: bool, already: bool) -> Verdict:
    """Say whether an article may be cited for a case: it is known here, and not cited for it yet."""
    if already:
        return Refused("citation.twice", "这一条文已经引用过。", BASIS)
    if not known:
        message = f"没有找到条文“{key}”。请从条文列表中选择，或者先由法制机构导入该法律。"
        return Refused("citation.unknown", message, BASIS)
    return Allowed()


def may_take_back(key: str, *, relied_on: bool) -> Verdict:
    """Say whether a citation may be taken out again: nothing that stands rests on it."""
    if relied_on:
        message = f"现有的处理意见以条文“{key}”为依据，不能撤去引用。请先退回处理意见，改用其他依据。"
        return Refused("citation.relied_on", message, BASIS)
    return Allowed()


OF_EVIDENCE = frozenset({"preservation", "sampling"})


def is_of_evidence(kind: str) -> Verdict:
    """Say whether a measure is one on evidence, taken within an investigation."""
    if kind not in OF_EVIDENCE:
        message = "查封、扣押、冻结等强制措施须另行登记行政强制案件，按强制程序办理。"
        return Refused("measure.coercion", message, "行政强制法@2011:18")
    return Allowed()


def is_asked_for(kind: str) -> Verdict:
    """Say whether a measure needs leave beforehand: preservation does."""
    if kind == "sampling":
        return Refused("measure.no_leave", "抽样取证不须报批，请直接登记。", PRESERVATION)
    return is_of_evidence(kind)


def may_take_at_once(kind: str) -> Verdict:
    """Say whether a measure may be taken without leave: preservation may not."""
    if kind == "preservation":
        message = "先行登记保存须先报请机关负责人批准，由负责人本人登录审批后再实施。"
        return Refused("measure.not_approved", message, PRESERVATION)
    return is_of_evidence(kind)


def may_be_asked(name: str, *, leader: bool, own: bool) -> Verdict:
    """Say whether somebody may be asked for leave: a person in charge, not whoever asks."""
    if own or not leader:
        message = f"批准人须是机关负责人，且不是报请人本人；{name}不符合。请选择机关负责人。"
        return Refused("measure.approver", message, PRESERVATION)
    return Allowed()


def may_approve_measure(*, decided: bool, own: bool) -> Verdict:
    """Say whether a person in charge may decide on a measure: once, and not on one of an own case."""
    if decided:
        return Refused("measure.decided", "这项措施已经审批过，不能再次审批。", PRESERVATION)
    if own:
        return Refused(
            "measure.own", "您是本案的承办人员或者报请人，不能审批这项措施。请由其他负责人审批。", PRESERVATION
        )
    return Allowed()


def may_begin_measure(*, approved_at: datetime | None, began: bool, started_at: datetime, at: datetime) -> Verdict:
    """Say whether a measure may be registered as carried out: once, after its approval, not in time to come."""
    if began:
        return Refused("measure.began", "这项措施已经登记实施，或者没有获得批准。", PRESERVATION)
    if approved_at is None:
        return Refused("measure.not_approved", "这项措施尚未获得机关负责人批准，不能实施。", PRESERVATION)
    if not approved_at.replace(second=0, microsecond=0) <= started_at <= at:
        message = f"实施时间不能早于批准时间（{approved_at:%Y-%m-%d %H:%M}），也不能晚于现在。"
        return Refused("measure.time", message, PRESERVATION)
    return Allowed()


def may_end_measure(*, ended: bool, how: str, began: bool = True) -> Verdict:
    """Say whether the outcome of a measure may be registered: begun, once, with what became of the things."""
    if ended:
        return Refused("measure.ended", "这项措施已经处理完毕。", PRESERVATION)
    if not began:
        return Refused("measure.not_begun", "这项措施还没有登记实施，没有物品可以处理。", PRESERVATION)
    if not how.strip():
        return Refused("measure.no_reason", "请填写处理结果，例如发还、没收、移送鉴定。", PRESERVATION)
    return Allowed()


def may_end_investigation(*, evidence: int, on_site_wanted: bool, on_site_acts: int) -> Verdict:
    """Say whether the taking of evidence may end: there is evidence, and the officers showed their certificates."""
    if on_site_wanted and not on_site_acts:
        message = "尚未登记出示执法证件的现场活动（询问、检查等）。请先登记两名执法人员、出示证件的时间和在场人。"
        return Refused("investigation.not_shown", message, "行政处罚法@2021:55")
    if not evidence:
        return Refused("investigation.no_evidence", "尚未登记任何证据，不能结束调查取证。", EVIDENCE)
    return Allowed()


def are_known(unknown: Collection[str]) -> Verdict:
    """Say whether what is given as basis are articles of the agency's laws. unknown: those that are not."""
    if unknown:
        message = f"没有找到条文“{'、'.join(unknown)}”。请从条文列表中选择，或者先由法制机构导入该法律。"
        return Refused("citation.unknown", message, BASIS)
    return Allowed()


def may_conclude(*, cited_violation: bool, outcome: str, unknown_basis: Collection[str] = ()) -> Verdict:
    """Say whether an investigation may be concluded: one of its outcomes, on known articles, for a named violation.

    unknown_basis: what was given as basis and is no article of the agency's laws.
    """
    if outcome not in OUTCOMES:
        return Refused("conclusion.outcome", "请选择拟处理意见：给予处罚、不予处罚的法定情形或者移送。", INVESTIGATION)
    if unknown_basis:
        return are_known(unknown_basis)
    if outcome == "penalty" and not cited_violation:
        return Refused("conclusion.no_violation", "请先引用当事人违反的条文，再填写调查终结报告。", BASIS)
    return Allowed()
