"""Evidence, measures and the end of an investigation."""

from __future__ import annotations

from collections.abc import Collection

from heliograph.kernel.verdict import Allowed, Refused, Verdict

EVIDENCE = "行政处罚法@2021:46"
PRESERVATION = "行政处罚法@2021:56"
INVESTIGATION = "行政处罚法@2021:54"
BASIS = "行政处罚法@2021:38"
OUTCOMES = frozenset({"penalty", "minor", "first", "no_fault", "time_barred", "not_established", "crime"})


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


def may_measure(kind: str, *, approved: bool) -> Verdict:
    """Say whether a measure on evidence may be taken in an investigation: of these kinds, approved beforehand."""
    if kind not in {"preservation", "sampling"}:
        message = "查封、扣押、冻结等强制措施须另行登记行政强制案件，按强制程序办理。"
        return Refused("measure.coercion", message, "行政强制法@2011:18")
    if kind == "preservation" and not approved:
        return Refused("measure.not_approved", "先行登记保存须经行政机关负责人批准，请填写批准人。", PRESERVATION)
    return Allowed()


def may_approve_measure(name: str, *, leader: bool, self_approved: bool) -> Verdict:
    """Say whether somebody may be named as having approved a measure: a person in charge, not who registers it."""
    if self_approved or not leader:
        message = f"批准人须是机关负责人，且不是登记人本人；{name}不符合。请填写实际批准的负责人。"
        return Refused("measure.approver", message, PRESERVATION)
    return Allowed()


def may_end_measure(*, ended: bool, how: str) -> Verdict:
    """Say whether the outcome of a measure may be registered: once, with what became of the things."""
    if ended:
        return Refused("measure.ended", "这项措施已经处理完毕。", PRESERVATION)
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


def may_conclude(*, cited_violation: bool, outcome: str, unknown_basis: Collection[str] = ()) -> Verdict:
    """Say whether an investigation may be concluded: one of its outcomes, on known articles, for a named violation.

    unknown_basis: what was given as basis and is no article of the agency's laws.
    """
    if outcome not in OUTCOMES:
        return Refused("conclusion.outcome", "请选择拟处理意见：给予处罚、不予处罚的法定情形或者移送。", INVESTIGATION)
    if unknown_basis:
        message = f"没有找到条文“{'、'.join(unknown_basis)}”。请从条文列表中选择，或者先由法制机构导入该法律。"
        return Refused("citation.unknown", message, BASIS)
    if outcome == "penalty" and not cited_violation:
        return Refused("conclusion.no_violation", "请先引用当事人违反的条文，再填写调查终结报告。", BASIS)
    return Allowed()
