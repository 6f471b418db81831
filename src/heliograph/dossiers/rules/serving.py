"""Service, publication, payment and what follows when nobody pays (送达、公示、缴款、催告、申请执行、结案)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from heliograph.dossiers.rules.terms import check_amount
from heliograph.kernel.verdict import Allowed, Refused, Verdict, first_refusal

SERVICE = "民事诉讼法@2023:88"
CIVIL = "民事诉讼法@2023"
PUBLICATION = "国办发118号@2018:6"
PAYMENT = "行政处罚法@2021:67"
DEMAND = "行政强制法@2011:54"
CLOSING = "国办发118号@2018:7"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ServiceState:
    """How a document is said to have been served."""

    method: str
    sent_on: date
    received_on: date | None
    receiver: str
    refusal_reason: str
    witness: str
    reason: str
    has_proof: bool
    consented: bool  # the party agreed to electronic service, in writing
    earliest_by_notice: date | None  # public notice: the day on which it counts as served
    addressed: bool = True  # an address of the party is registered


def may_serve(state: ServiceState) -> Verdict:
    """Say whether service by this method is proved as its article asks (民事诉讼法87 to 95, 行政处罚法61)."""
    if state.received_on is None:
        return Refused("service.no_date", "请填写送达日期（受送达人签收或者视为送达之日）。", SERVICE)
    checks = {"direct": _signed, "left": _left, "electronic": _electronic, "public_notice": _by_notice}
    return checks.get(state.method, _with_receipt)(state)


def _signed(state: ServiceState) -> Verdict:
    if not state.receiver.strip():
        return Refused("service.no_receiver", "直接送达须由受送达人或者依法代收的人签收，请填写签收人。", f"{CIVIL}:88")
    return Allowed()


def _left(state: ServiceState) -> Verdict:
    if not state.refusal_reason.strip() or not state.witness.strip():
        message = "留置送达须写明拒收事由，并有见证人签名，或者以拍照、录像等方式记录送达过程。"
        return Refused("service.left", message, f"{CIVIL}:89")
    return Allowed()


def _electronic(state: ServiceState) -> Verdict:
    if not state.consented:
        message = "电子送达须经受送达人同意并签订确认书；请先在当事人信息中登记同意日期和送达地址。"
        return Refused("service.no_consent", message, f"{CIVIL}:90")
    return Allowed()


def _by_notice(state: ServiceState) -> Verdict:
    if not state.reason.strip():
        return Refused("service.notice_reason", "公告送达须在案卷中记明原因和经过。", f"{CIVIL}:95")
    if state.received_on is not None and state.earliest_by_notice and state.received_on < state.earliest_by_notice:
        message = (
            f"{state.sent_on.isoformat()} 发出公告的，{state.earliest_by_notice.isoformat()} 起才视为送达，"
            f"现为 {state.received_on.isoformat()}。"
        )
        return Refused("service.notice_period", message, f"{CIVIL}:95")
    return Allowed()


def _with_receipt(state: ServiceState) -> Verdict:
    if state.method == "post" and not state.addressed:
        message = "没有登记受送达人的地址，不能登记邮寄送达。请先在案件页面更正联系方式，补登地址。"
        return Refused("service.no_address", message, f"{CIVIL}:91")
    if not state.has_proof:
        return Refused("service.no_proof", "请上传送达回证、邮寄回执或者委托送达的凭证。", f"{CIVIL}:91")
    return Allowed()


def is_one_or_other(*, published: bool, withheld_reason: str) -> Verdict:
    """Say whether a decision is said to be public, or kept from the public: one of the two."""
    if published and withheld_reason.strip():
        message = "填写了公示日期的，不填不公开的理由；依法不公开的，不填公示日期和渠道。"
        return Refused("publication.both", message, PUBLICATION)
    return Allowed()


def may_publish(*, served: bool, published: bool, withheld_reason: str, withheld: bool) -> Verdict:
    """Say whether a publication may be registered: after service, once; withholding with its ground."""
    if not served:
        return Refused("publication.not_served", "决定书尚未送达当事人，不能先行公示。", PUBLICATION)
    if published:
        message = "本决定已登记过公示日期，不能用再次登记改变。更正或者撤回请另行办理。"
        return Refused("publication.twice", message, PUBLICATION)
    if withheld and not withheld_reason.strip():
        message = "请填写公示日期和渠道；依法不公开的，写明依据和理由。"
        return Refused("publication.no_reason", message, "政府信息公开条例@2019:14")
    return Allowed()


def is_examined(*, withheld: bool, approved: bool) -> Verdict:
    """Say whether somebody else examined and decided that it is kept from the public (D23, WS公8)."""
    if withheld and not approved:
        message = (
            "依法不公开须经公开审查并由另一人审批，不能在本环节登记。请在“决定公示”中拟制并送审，审批后本环节自动办结。"
        )
        return Refused("publication.unexamined", message, "政府信息公开条例@2019:17")
    return Allowed()


def may_record_payment(*, amount: Decimal, owed: Decimal, surcharge: Decimal, receipt: str) -> Verdict:
    """Say whether a receipt can be: positive, with a number, not more than is owed (罚缴分离, S10)."""
    wrong = first_refusal(check_amount(amount, "缴款金额"), check_amount(surcharge, "加处罚款"))
    if isinstance(wrong, Refused):
        return wrong
    if amount <= 0:
        return Refused("payment.amount", "缴款金额应大于 0，单位元。", PAYMENT)
    if surcharge > amount:
        return Refused("payment.surcharge", "其中加处罚款应在 0 与缴款金额之间。", "行政处罚法@2021:72")
    if not receipt.strip():
        return Refused("payment.receipt", "请填写代收机构出具的票据号码；本系统只登记，不收款。", PAYMENT)
    if amount - surcharge > owed:
        message = f"尚应缴纳 {owed} 元，现登记 {amount - surcharge} 元，超过应缴数。请核对票据。"
        return Refused("payment.too_much", message, PAYMENT)
    return Allowed()


def may_surcharge(*, surcharge: Decimal, before: Decimal, cap: Decimal, ceiling: Decimal) -> Verdict:
    """Say whether a surcharge, with what was paid of it before, stays within its cap and its days (行政处罚法72)."""
    whole = surcharge + before
    if whole > cap:
        message = f"加处罚款累计不得超出 {cap} 元，现为 {whole} 元。"
        return Refused("surcharge.cap", message, "行政处罚法@2021:72")
    if surcharge and whole > ceiling:
        message = f"按逾期日数计算的加处罚款累计最多 {ceiling} 元，现为 {whole} 元。复议、诉讼期间不计算。"
        return Refused("surcharge.days", message, "行政处罚法@2021:72")
    return Allowed()


def is_surcharge_settled(*, due: Decimal, paid: Decimal, late_days: int, reason: str) -> Verdict:
    """Say whether a fine that came late may be called paid: with what the decision adds, or with why it is not asked.

    due: what the days since the period to pay add up to; none of it is lost by not being mentioned (行政处罚法72).
    """
    if due <= paid or reason.strip():
        return Allowed()
    message = (
        f"罚款逾期 {late_days} 日缴清，决定书写明逾期加处罚款，按日计算为 {due:,} 元，已登记 {paid:,} 元。"
        "请登记已收的加处罚款；不收取或者减免的，写明理由和依据。"
    )
    return Refused("surcharge.unsettled", message, "行政处罚法@2021:72")


def check_plan(*, owed: Decimal, parts: Collection[tuple[date, Decimal]], asked_on: date) -> Verdict:
    """Say whether a plan of instalments pays what is owed, in order of days after the request (行政处罚法66)."""
    amounts = first_refusal(*(check_amount(amount, f"{day.isoformat()} 的金额") for day, amount in parts))
    if isinstance(amounts, Refused):
        return amounts
    if not parts:
        return Refused("plan.empty", "请填写延期或者分期的日期和金额。", "行政处罚法@2021:66")
    days = [day for day, _amount in parts]
    if any(amount <= 0 for _day, amount in parts) or sum(amount for _day, amount in parts) != owed:
        return Refused("plan.sum", f"各期金额应大于 0，合计应等于尚应缴纳的 {owed} 元。", "行政处罚法@2021:66")
    if days != sorted(set(days)) or days[0] <= asked_on:
        return Refused("plan.days", "各期日期应在申请之后，按先后排列且不重复。", "行政处罚法@2021:66")
    return Allowed()


def may_urge(*, pay_until: date | None, on: date, owed: Decimal, money: bool) -> Verdict:
    """Say whether a demand may be served: the time to perform has run out and something is left (行政强制法54).

    money: whether the decision asks for any; what else it asks for is left undone when it comes to a demand.
    """
    if money and owed <= 0:
        return Refused("urge.paid", "当事人已经履行完毕，无需催告。", DEMAND)
    if pay_until is None:
        return Refused("urge.not_served", "决定书尚未送达，履行期限没有开始计算，不能催告。", DEMAND)
    if on <= pay_until:
        message = f"履行期限至 {pay_until.isoformat()}，届满前不能催告。"
        return Refused("urge.early", message, DEMAND)
    return Allowed()


@dataclass(frozen=True, slots=True)
class CourtState:
    """What an application to the court waits for: days as computed from the pack's limits."""

    demanded_until: date | None  # last day that the party has after the demand; None: no demand served
    remedies_until: date  # last day on which the party may apply for reconsideration or sue
    latest: date  # last day for the agency's application
    pending_remedy: bool
    begins: date | None = None  # the day from which the months for the application count

    @property
    def earliest(self) -> date:
        """The first day on which the agency may apply, as far as demand and remedies are known."""
        return max(self.demanded_until or self.remedies_until, self.remedies_until, self.begins or date.min) + DAY


def is_left_to_enforce(*, money: bool, owed: Decimal, surcharge: Decimal) -> Verdict:
    """Say whether anything is left for the court: what was paid in full is no longer enforced (行政强制法53、54)."""
    if money and owed <= 0 and surcharge <= 0:
        message = "票据登记的金额已经足额，没有可以申请执行的内容。请在本环节选“已经履行，不再申请”，按履行完毕办结。"
        return Refused("court.paid", message, "行政强制法@2011:53")
    return Allowed()


def may_say_still_unpaid(*, on: date, until: date | None) -> Verdict:
    """Say whether the party may be called in default after a demand: the days after it are over (行政强制法54)."""
    if until is not None and on <= until:
        message = f"催告期至 {until.isoformat()}，届满后仍未履行的才能登记为未履行。"
        return Refused("payment.demand_open", message, DEMAND)
    return Allowed()


def is_court_result(outcome: str, *, offered: Collection[str]) -> Verdict:
    """Say whether a result is one that the court can come to."""
    if outcome not in offered:
        return Refused("court.no_result", "请选择法院的执行结果。", "行政强制法@2011:57")
    return Allowed()


def may_end_in_court(outcome: str, *, done: str, money: bool, owed: Decimal, recovered: Decimal) -> Verdict:
    """Say whether a result of the court fits the money: all of it came in, or the execution did not end in full."""
    if money and outcome == done and recovered < owed:
        message = f"尚应缴纳 {owed} 元，本次登记执行到位 {recovered} 元，还不能登记为“{done}”。"
        return Refused("court.short", message, "行政强制法@2011:57")
    return Allowed()


def may_apply_to_court(state: CourtState, *, on: date) -> Verdict:
    """Say whether execution may be applied for: demand served and run out, remedies run out, within the period."""
    if state.demanded_until is None:
        return Refused("court.no_demand", "申请法院强制执行前，须先催告当事人履行义务。", DEMAND)
    if on <= state.demanded_until:
        message = f"催告期至 {state.demanded_until.isoformat()}，届满后仍未履行的才能申请。"
        return Refused("court.demand_open", message, DEMAND)
    if state.pending_remedy:
        return Refused("court.remedy", "复议或者诉讼尚未终结，不能申请执行。", "行政强制法@2011:53")
    if on <= state.remedies_until:
        message = f"当事人申请复议、提起诉讼的期限至 {state.remedies_until.isoformat()}，届满前不能申请执行。"
        return Refused("court.early", message, "行政强制法@2011:53")
    if on > state.latest:
        message = f"申请期限至 {state.latest.isoformat()}，已经届满。"
        return Refused("court.late", message, "行政强制法@2011:53")
    return Allowed()


@dataclass(frozen=True, slots=True)
class ClosingState:
    """What is still open when a case is to be closed."""

    papers_missing: Collection[str]  # names of documents that the steps taken ask for
    measures_open: int
    owed: Decimal
    remedy_open: bool
    released: bool  # the debt ended otherwise: court took over, or execution ended


def may_close(state: ClosingState) -> Verdict:
    """Say whether a case may be closed: documents complete, measures ended, the decision carried out (R10)."""
    if state.measures_open:
        message = f"还有 {state.measures_open} 项措施（查封、扣押、先行登记保存等）没有解除或者处理。"
        return Refused("closing.measures", message, "行政强制法@2011:28")
    if state.owed > 0 and not state.released:
        return Refused("closing.owed", f"尚有 {state.owed} 元没有履行，不能结案。", CLOSING)
    if state.remedy_open:
        return Refused("closing.remedy", "复议或者诉讼尚未终结，不能结案。", CLOSING)
    if state.papers_missing:
        listed = "；".join(state.papers_missing)
        return Refused("closing.papers", f"案卷缺少文书：{listed}。请在相应环节登记。", CLOSING)
    return Allowed()


def may_close_as(outcome: str, *, fitting: Collection[str]) -> Verdict:
    """Say whether a case may be closed under this name: one that fits its category and its facts."""
    if fitting and outcome not in fitting:
        message = f"本案的结案方式应为：{'、'.join(fitting)}；“{outcome}”与本案的办理情况不符。"
        return Refused("closing.outcome", message, CLOSING)
    return Allowed()


def is_correction_seen(*, ordered: bool, on: date | None, how: str) -> Verdict:
    """Say whether it was seen what became of an order to correct: a case is not closed without (行政处罚法28)."""
    if ordered and (on is None or not how.strip()):
        message = "决定责令改正的，结案时须填写核实改正的日期和改正情况。"
        return Refused("closing.correction", message, "行政处罚法@2021:28")
    if not ordered and (on is not None or how.strip()):
        return Refused("closing.no_order", "本案的决定没有责令改正，不填改正情况。", "行政处罚法@2021:28")
    return Allowed()


def is_decided(*, decided: bool) -> Verdict:
    """Say whether there is a decision to serve, publish or carry out."""
    if not decided:
        return Refused("decision.none", "本案尚未作出决定。", SERVICE)
    return Allowed()


def is_place_named(*, withheld: bool, where: str) -> Verdict:
    """Say whether a publication names where it stands."""
    if not withheld and not where.strip():
        return Refused("publication.place", "请填写公示渠道，例如机关网站、信用信息平台。", PUBLICATION)
    return Allowed()


def may_say_carried_out(state: str, *, owed: Decimal, amount: Decimal) -> Verdict:
    """Say whether a decision may be called carried out: nothing is owed once this receipt is counted."""
    if state not in {"已履行", "申请延期分期", "未履行"}:
        return Refused("payment.no_reason", "请选择履行情况。", PAYMENT)
    if state == "已履行" and amount < owed:
        message = f"尚应缴纳 {owed} 元，登记的票据为 {amount} 元，还不能登记为已履行。"
        return Refused("payment.short", message, PAYMENT)
    return Allowed()


def may_say_unpaid(*, on: date, due_on: date | None, owed: Decimal) -> Verdict:
    """Say whether a party may be called in default: the day to pay, or that of an instalment, is over (66、67).

    due_on: the first day by which something is due that was not paid; None while the decision is not served.
    """
    if owed <= 0:
        return Refused("payment.all_paid", "票据登记的金额已经足额，请登记为已履行。", PAYMENT)
    if due_on is None or on <= due_on:
        until = "尚未起算" if due_on is None else f"至 {due_on.isoformat()}"
        message = f"缴款期限{until}，届满前不能登记为未履行。已经收到的票据，请在案件页面登记缴款。"
        return Refused("payment.not_due", message, PAYMENT)
    return Allowed()


def is_receipt_new(receipt: str, *, used: bool) -> Verdict:
    """Say whether a receipt has not been registered before."""
    if used:
        return Refused("payment.receipt_used", f"票据“{receipt}”已经登记过，不能重复登记。", PAYMENT)
    return Allowed()
