"""Levies and requisitions: told, heard, reviewed, then decided as told (征收、征用, 国办发118号5 and 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from heliograph.kernel.verdict import Allowed, Refused, Verdict

HEARD = "国办发118号@2018:5"
REVIEW = "国办发118号@2018:12"
PERFORMING = "行政强制法@2011:35"
RECORDS = "国办发118号@2018:7"
PAID_FOR = "民法典@2020:117"
USED = "民法典@2020:245"
GIVEN_BACK = {"returned": "已全部返还", "lost": "毁损、灭失，不能返还", "used_up": "已耗用，不能返还"}


def check_levied(levied: Decimal, *, kind: str, denied: bool, category: str, what: str = "") -> Verdict:
    """Check amount and kind of what is proposed: a requisition takes a thing, a levy money or a thing, a denial none.

    what: what is levied or requisitioned, in words.
    """
    if kind == "征用" and "征用" not in category:
        message = f"本案的类别是{category}，不含征用。征用事项请另按行政征收征用类别登记。"
        return Refused("levy.kind", message, HEARD)
    if denied:
        return Refused("levy.amount", "拟不实施征收征用的，不填金额。", RECORDS) if levied else Allowed()
    if kind == "征用" and levied:
        message = "征用是使用财物，不收取金额；请不填征收金额，在“决定的内容”里写明征用的财物和期间。"
        return Refused("levy.requisition_amount", message, USED)
    if not levied and not what.strip():
        thing = "征用的财物、数量和期间" if kind == "征用" else "征收的财物和数量；征收金钱的，填写征收金额"
        return Refused("levy.nothing", f"请在“决定的内容”里写明{thing}。", RECORDS)
    return Allowed()


def check_pay_days(days: int | None, *, owed: bool) -> Verdict:
    """Check the days within which the decision is to be carried out: said wherever something is to be done."""
    if owed and (days is None or days < 1):
        message = "请填写决定书确定的履行期限（自收到之日起多少日内），催告从期限届满后开始。"
        return Refused("decision.no_term", message, PERFORMING)
    if not owed and days is not None:
        return Refused("decision.term", "没有缴纳或者交付内容的决定，不填履行期限。", PERFORMING)
    return Allowed()


def may_tell_levy(until: date | None, *, least: date | None, served_on: date, days: int = 0) -> Verdict:
    """Say whether the party has days to state its view: those of the pack, or more as the notice says it.

    days: those of the pack, which no article sets.
    """
    if until is None or until <= served_on:
        message = "请填写当事人提出意见的期限，须在告知书送达日之后；本机关的规则包没有规定日数。"
        return Refused("levy.no_period", message, HEARD)
    if least is not None and until < least:
        message = (
            f"当事人提出意见的期限至少到 {least.isoformat()}，现为 {until.isoformat()}。"
            f"听取意见是国办发118号第五条的要求；{days} 个工作日没有条文规定，是本机关规则包设定的日数（待核）。"
        )
        return Refused("levy.short_period", message, HEARD)
    return Allowed()


def may_say_delivered(state: str, *, money: bool, delivered: str, filed: bool) -> Verdict:
    """Say whether a levy may be called carried out: money by its receipt, a thing by what was handed over, on paper."""
    if state != "已履行" or money:
        return Allowed()
    if not delivered.strip():
        message = "本决定不收取金钱，请写明交付的情况：何物、何时交付、由谁接收。"
        return Refused("levy.delivery", message, RECORDS)
    if not filed:
        return Refused("levy.no_voucher", "请上传双方签字或者盖章的交付凭证。", RECORDS)
    return Allowed()


def may_say_at_all(state: str, *, enforced: bool) -> Verdict:
    """Say whether this may be registered: deferral is for fines, and a fee that no court collects is waited for."""
    if state == "申请延期分期":
        return Refused("payment.no_deferral", "延期分期适用于罚款；本程序请登记已履行或者未履行。", RECORDS)
    if state != "已履行" and not enforced:
        return Refused("payment.only_paid", "收费事项在当事人缴费后登记，没有缴费的，本环节继续等候。", RECORDS)
    return Allowed()


def may_say_undelivered(state: str, *, money: bool, on: date, until: date | None) -> Verdict:
    """Say whether a party may be called in default of handing something over: the days of the decision are over."""
    if state == "未履行" and not money and (until is None or on <= until):
        till = "尚未起算" if until is None else f"至 {until.isoformat()}"
        return Refused("payment.not_due", f"履行期限{till}，届满前不能登记为未履行。", PERFORMING)
    return Allowed()


def check_compensation(
    *, state: str, returned: str, amount: Decimal, paid_by: str, waived: str, filed: bool
) -> Verdict:
    """Check what became of requisitioned things: given back or lost, and compensation paid or said why not.

    state: returned, lost (毁损、灭失) or used_up (耗用). What is lost or used up is always paid for (民法典245).
    """
    if state not in GIVEN_BACK:
        message = "请选择财物的处理情况；尚未返还的，本环节继续等候，不能登记。"
        return Refused("compensation.none", message, USED)
    if not returned.strip():
        return Refused("compensation.what", "请写明返还或者损失的财物、数量、状况和接收人。", RECORDS)
    if amount and not paid_by.strip():
        return Refused("compensation.voucher", "填写了补偿金额的，请填写支付凭证号码。", RECORDS)
    if not amount and state != "returned":
        return Refused("compensation.lost", "财物毁损、灭失或者耗用的，应当给予补偿，请填写补偿金额。", USED)
    if not amount and not waived.strip():
        message = "征用应当给予公平、合理的补偿；没有补偿金额的，请写明依据和被征用人的意见。"
        return Refused("compensation.waived", message, PAID_FOR)
    if not filed:
        return Refused("compensation.no_paper", "请上传返还、补偿的凭证。", RECORDS)
    return Allowed()


@dataclass(frozen=True, slots=True)
class LevyState:
    """What the decision on a levy waits for."""

    told: bool  # of this very proposal
    until: date | None
    answered: bool
    reviewed: bool  # every statement
    review_required: bool
    review_passed: bool
    denied: bool = False  # nothing is levied: nothing to be told, and nobody to be heard


def may_decide_levy(state: LevyState, *, on: date) -> Verdict:
    """Say whether a levy may be decided on a day: the party told of it and heard, the law reviewed."""
    if state.denied:
        return Allowed()
    if not state.told:
        message = "尚未就现在的核定意见告知当事人，不得作出决定。改变核定的，须重新告知。"
        return Refused("levy.not_told", message, HEARD)
    if not state.answered and state.until is not None and on <= state.until:
        message = f"当事人提出意见的期限至 {state.until.isoformat()}，届满前不得作出决定（书面放弃的除外）。"
        return Refused("levy.still_open", message, HEARD)
    if not state.reviewed:
        return Refused("levy.not_reviewed", "当事人的陈述申辩尚未复核，请先办理复核。", HEARD)
    if state.review_required and not state.review_passed:
        message = "本件属于应当进行法制审核的情形，未经法制审核或者审核未通过，不得作出决定。"
        return Refused("review.not_passed", message, REVIEW)
    return Allowed()
