"""The proposal, the party's answer to it, and the review of the answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from heliograph.dossiers.rules.terms import Terms
from heliograph.kernel.verdict import Allowed, Refused, Verdict

NOTICE = "行政处罚法@2021:44"
# What the party hands in, by what it does: the documents of which it is the author.
PARTY_PAPERS = {"waiver": "放弃陈述申辩、听证权利声明", "statement": "陈述申辩材料", "hearing": "听证申请书"}
PARTY_PAPER = "当事人材料"
RECEIPTS = frozenset({"缴款凭证", "履行凭证", "缴费票据", "缴纳交付凭证"})  # made by whoever takes the money
DEFENCE = "行政处罚法@2021:45"


def no_proposal() -> Refused:
    """Refuse an act that rests on a proposal where none was made."""
    return Refused("proposal.missing", "还没有处理意见，请先填写调查终结报告。", NOTICE)


def may_answer(kind: str, *, offered: Collection[str], noticed: bool, content: str) -> Verdict:
    """Say whether what the party did may be registered: on a notice, as one of the kinds, with its content."""
    if not noticed:
        return Refused("statement.no_notice", "尚未告知当事人，不能登记当事人意见。", NOTICE)
    if kind not in offered:
        return Refused("statement.unknown", "请选择当事人意见的情形。", DEFENCE)
    if kind == "statement" and not content.strip():
        return Refused("statement.no_reason", "请填写当事人陈述申辩的内容。", DEFENCE)
    return Allowed()


SUMMARY = "行政处罚法@2021:51"
SUMMARY_KINDS = {
    "警告": frozenset({"warning"}),
    "罚款": frozenset({"fine"}),
    "警告并罚款": frozenset({"warning", "fine"}),
}


def is_summary(*, summary: bool) -> Verdict:
    """Say whether a case runs by the summary procedure, where notice is given by word of mouth."""
    if not summary:
        message = "普通程序的案件须书面告知，并给予陈述申辩的期限。"
        return Refused("notice.not_summary", message, NOTICE)
    return Allowed()


def is_written(*, summary: bool) -> Verdict:
    """Say whether notice is given in writing, as in every procedure but the summary one."""
    if summary:
        return Refused("notice.summary", "简易程序的案件当场口头告知并听取意见，请在当场告知页面办理。", SUMMARY)
    return Allowed()


def is_as_found(terms: Terms, *, kinds: object, fine: object) -> bool:
    """Say whether what is told on the spot is what the step before checked against the limits."""
    return terms.kinds == SUMMARY_KINDS.get(str(kinds)) and terms.fine == Decimal(str(fine))


def kinds_on_the_spot(terms: Terms) -> str | None:
    """Return what the limits call these kinds, None for what they know no name of."""
    return next((name for name, kinds in SUMMARY_KINDS.items() if kinds == terms.kinds), None)


def may_put_right(terms: Terms, *, within: bool) -> Verdict:
    """Say whether the answers of the step before may be put right on the spot: what is told stays within its limits."""
    if within:
        return Allowed()
    message = (
        f"按拟作的处罚（罚款 {terms.fine:,} 元）重新对照，超出当场处罚的范围，不能当场告知。请核对处罚种类和金额；"
        "确须转普通程序的，请机关负责人在案件页面“其他事项”中退回前一环节，再选择“转普通程序”。"
    )
    return Refused("summary.changed", message, SUMMARY)


def may_review(adopted: str, *, keeps: bool) -> Verdict:
    """Say whether the review of a defence says what became of it, and whether its two answers fit together."""
    if adopted not in {"yes", "partly", "no"}:
        return Refused("review.no_reason", "请选择对陈述申辩的采纳情况。", DEFENCE)
    if adopted == "yes" and keeps:
        message = "采纳了当事人的意见，就须改变处理意见；维持原意见的，采纳情况应为部分采纳或者不采纳。"
        return Refused("review.at_odds", message, DEFENCE)
    return Allowed()


TOGETHER = "行政处罚法@2021:57"
VOTES = ("agree", "disagree", "abstain")


def may_call_discussion(*, has_proposal: bool, members: int | None, minimum: int | None) -> Verdict:
    """Say whether persons in charge may be called: on a proposal, and enough of them. members None: already called.

    minimum: how many the pack asks for, None where it does not say.
    """
    if members is None and not has_proposal:
        message = "还没有就现在的处理意见召集集体讨论。请先登记讨论的时间、地点和参加人。"
        return Refused("discussion.none", message, TOGETHER)
    if not has_proposal:
        return no_proposal()
    if minimum is None:
        message = "本机关的规则包没有规定集体讨论最少几人参加，请先更新规则包。"
        return Refused("discussion.no_minimum", message, TOGETHER)
    if members is not None and members < minimum:
        message = f"集体讨论须由 {minimum} 名以上机关负责人参加，现为 {members} 名。"
        return Refused("discussion.members", message, TOGETHER)
    return Allowed()


def may_sit_together(*, chaired: bool, others: Collection[str]) -> Verdict:
    """Say whether these may discuss: the chair among them, all in charge. others: names of those who are not."""
    if not chaired:
        return Refused("discussion.no_chair", "主持人须是本机关在用账户，请重新选择主持人。", TOGETHER)
    if others:
        message = f"{'、'.join(others)}不是机关负责人，不参加表决；列席的请写入讨论记录。"
        return Refused("discussion.not_in_charge", message, TOGETHER)
    return Allowed()


def may_vote_on(held_on: date, *, today: date) -> Verdict:
    """Say whether a vote may be cast: on the day of the discussion or after it, not before."""
    if today < held_on:
        message = f"集体讨论定于 {held_on.isoformat()}，当日起才能确认参加和表态，今天是 {today.isoformat()}。"
        return Refused("discussion.too_early", message, TOGETHER)
    return Allowed()


def may_take_seat(*, called: bool, confirmed: bool, concluded: bool, vote: str, opinion: str) -> Verdict:
    """Say whether somebody may confirm a seat: called, once, in time, with a vote; dissent is reasoned."""
    if not called:
        return Refused("discussion.not_called", "您不是这次集体讨论的参加人。", TOGETHER)
    if confirmed or concluded:
        return Refused("discussion.confirmed", "您已经确认过，或者讨论已经形成结论，不能更改。", TOGETHER)
    if vote not in VOTES:
        return Refused("discussion.no_reason", "请选择同意、不同意或者弃权。", TOGETHER)
    if vote == "disagree" and not opinion.strip():
        return Refused("discussion.dissent", "不同意的，请写明意见；意见如实记入讨论记录。", TOGETHER)
    return Allowed()
