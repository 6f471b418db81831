"""What follows a decision, as sections of labelled lines: service, payment, execution, transfer, remedies."""

from __future__ import annotations

from decimal import Decimal

from heliograph.desk.case_sections import Line, Section, day, moment, said, yuan
from heliograph.dossiers import models


def service_section(one: models.Service) -> Section:
    """Return how a document reached the party."""
    refused = f"{one.refusal_reason}；{one.witness}".strip("；")
    lines = said(
        ("文书", str(one.paper)),
        ("发出", day(one.sent_on)),
        ("送达", day(one.received_on)),
        ("签收人", f"{one.receiver}{f'（{one.relation}）' if one.relation else ''}"),
        ("拒收和见证", refused),
        ("公告送达的原因", one.reason),
    )
    mark, css = ("", "") if one.received_on else ("未送达", "amber")
    gist = f"{one.get_method_display()}，{day(one.received_on)}"
    return Section(f"送达：{one.paper.kind}", list(lines), gist, mark, css)


def payment_section(one: models.Payment) -> Section:
    """Return a receipt of the collecting bank."""
    lines = said(
        ("金额", yuan(one.amount)),
        ("其中加处罚款", yuan(one.surcharge) if one.surcharge else ""),
        ("缴款日期", day(one.paid_on)),
        ("代收机构", one.bank),
        ("票据号码", one.receipt),
    )
    return Section("缴款", list(lines), f"{day(one.paid_on)}，{yuan(one.amount)}")


def deferral_section(one: models.Deferral) -> Section:
    """Return a plan of instalments with every part of it."""
    parts = [Line(f"第 {number} 期", f"{part['on']}，{yuan(Decimal(part['amount']))}")
             for number, part in enumerate(one.plan, 1)]  # fmt: skip
    lines = [
        *said(("当事人申请", day(one.asked_on)), ("理由", one.reason)),
        *parts,
        *said(("批准", f"{one.approved_by.display_name}于 {moment(one.approved_at)}")),
    ]
    return Section("延期分期缴纳", lines, f"共 {len(one.plan)} 期，最后一期 {day(one.until_on)}", open=True)


def demand_section(one: models.Demand) -> Section:
    """Return a written demand and what the party said to it."""
    lines = said(
        ("送达", day(one.served_on)),
        ("履行期限", day(one.perform_by)),
        ("履行方式和金额", one.content),
        ("陈述申辩", one.statement),
    )
    return Section("催告", list(lines), f"{day(one.served_on)} 送达")


def court_section(one: models.CourtApplication) -> Section:
    """Return an application to the court."""
    lines = said(("申请", day(one.applied_on)), ("人民法院", one.court), ("法院案号", one.number),
                 ("裁定和执行", one.result), ("收到法院文书", day(one.result_on)),
                 ("执行到位", yuan(one.recovered) if one.recovered else ""))  # fmt: skip
    mark, css = (one.result.partition("：")[0], "green") if one.result else ("等候法院", "amber")
    return Section("申请法院强制执行", list(lines), f"{day(one.applied_on)}，{one.court}", mark, css)


def substitution_section(one: models.Substitution, case: models.Case) -> Section:
    """Return a performance in the party's place: on its own case's page, and on that of the case it executes."""
    own = one.case_id == case.pk
    lines = said(
        ("执行案件", "" if own else f"{one.case.number} {one.case.title}"),
        ("代履行决定", one.decision.number),
        ("代履行人", one.performer),
        ("方式", one.method),
        ("标的", one.object),
        ("代履行之日", day(one.planned_on)),
        ("实施日期", day(one.performed_on)),
        ("改期的理由", one.moved_reason),
        ("费用预算", yuan(one.budget)),
        ("实际费用", yuan(one.cost) if one.cost is not None else ""),
        ("费用说明", one.cost_note),
        ("执行文书签名", "、".join(name for name in (one.party_signer, one.performer_signer) if name)),
        ("事后通知当事人", day(one.told_on)),
    )
    done = one.performed_on is not None
    mark, css = ("已代履行", "green") if done else ("尚未实施", "amber")
    title = "代履行" if own else "本案决定由代履行执行"
    return Section(title, list(lines), f"{day(one.performed_on or one.planned_on)}，{one.performer}", mark, css)


def _state_of_transfer(one: models.Transfer) -> tuple[str, str]:
    """Return the last that happened to a transfer, with its colour: the answer of the police tells more."""
    if not one.delivered_at:
        return ("不予移送", "red") if one.result else ("待移交", "amber")
    if one.items_delivered_on:
        return "已立案，物品已移交", "green"
    if one.accepted_on:
        return "公安机关已立案", "green"
    return (one.result.partition("：")[0], "red") if one.result else ("已移交，待答复", "amber")


def transfer_section(one: models.Transfer) -> Section:
    """Return a transfer to another body."""
    approved = one.approved_by.display_name if one.approved_by else ""
    lines = said(
        ("受移送机关", one.to_body),
        ("移送理由", one.reason),
        ("报告", day(one.reported_on)),
        ("批准", f"{approved}于 {moment(one.approved_at)}" if one.approved_at else ""),
        ("移交", moment(one.delivered_at)),
        ("回执", one.receipt),
        ("对方立案", day(one.accepted_on)),
        ("处理结果", one.result),
        ("物品移交", day(one.items_delivered_on)),
    )
    mark, css = _state_of_transfer(one)
    return Section("移送", list(lines), one.to_body, mark, css, open=not one.delivered_at)


def remedy_section(one: models.Remedy) -> Section:
    """Return a reconsideration or lawsuit."""
    lines = said(
        ("机关", one.body),
        ("案号", one.number),
        ("收到", day(one.received_on)),
        ("答复或者答辩", day(one.replied_on)),
        ("结果", one.outcome),
        ("结果日期", day(one.outcome_on)),
    )
    mark, css = (one.outcome[:20], "green") if one.outcome_on else ("未结", "amber")
    return Section(one.get_kind_display(), list(lines), one.body, mark, css, open=not one.outcome_on)
