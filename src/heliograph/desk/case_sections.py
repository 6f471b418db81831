"""What the rows of a case file say, as sections of labelled lines: for the page of a case and for whoever decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from heliograph.dossiers import models
from heliograph.dossiers.models import Case, Decision, Inspection, Proposal
from heliograph.dossiers.models.decisions import Penalty, Terms

LEVIED = {"fee": "收费", "levy": "征收", "levy_requisition": "征收"}
APPROVING = frozenset({"approve_handling", "discuss_collectively"})  # acts that approve a version of what is proposed


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was written: its name, its words, or the articles that it cites."""

    label: str
    text: str = ""
    long: bool = False
    keys: tuple[str, ...] = ()
    proposal: Proposal | None = None  # whose discretion tables are shown
    file: UUID | None = None  # of the case, in which it is to be read
    by_rules: bool = False  # written by rules and not by people: clauses of sources in it are put into words


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading, with what became of it; a section that is done may be folded."""

    title: str
    lines: Sequence[Line]
    gist: str = ""
    mark: str = ""
    css: str = ""
    open: bool = False


def day(value: date | None) -> str:
    """Return a day as pages write it."""
    return value.isoformat() if value else ""


def moment(value: datetime | None) -> str:
    """Return an instant as pages write it."""
    return localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


def yuan(amount: Decimal) -> str:
    """Return an amount as pages write it."""
    return f"{amount:,.2f}".removesuffix(".00") + " 元"


def said(*pairs: tuple[str, str]) -> Iterator[Line]:
    """Return a line for each pair that says something; a text of several sentences is a long one."""
    for label, text in pairs:
        if text:
            yield Line(label, text, long="\n" in text or len(text) > 60)


# -- what is proposed and decided
def in_short(one: Terms, category: str = "") -> str:
    """Return what is meted out in one sentence: 给予行政处罚：警告、罚款 5,000 元."""
    parts = [_kind(kind, one) for kind in one.kinds]
    if one.fine and Penalty.FINE not in one.kinds:
        parts.append(f"罚款 {yuan(one.fine)}")
    if one.confiscated and not {Penalty.CONFISCATE_INCOME, Penalty.CONFISCATE_PROPERTY} & set(one.kinds):
        parts.append(f"没收 {yuan(one.confiscated)}")
    if one.levied:
        parts.append(f"{LEVIED.get(category, '征收或者收费')} {yuan(one.levied)}")
    outcome = one.get_outcome_display()
    return f"{outcome}：{'、'.join(parts)}" if parts else outcome


def _kind(kind: str, one: Terms) -> str:
    label = str(Penalty(kind).label) if kind in Penalty.values else kind
    amounts: dict[str, Decimal] = {Penalty.FINE: one.fine, Penalty.CONFISCATE_INCOME: one.confiscated}
    if Penalty.CONFISCATE_INCOME not in one.kinds:
        amounts[Penalty.CONFISCATE_PROPERTY] = one.confiscated
    amount = amounts.get(kind)
    return f"{label} {yuan(amount)}" if amount else label


def _terms(one: Terms) -> Iterator[Line]:
    yield from said(
        ("决定的内容", one.other),
        ("责令改正", one.correction),
        ("改正期限", day(one.correct_by)),
        ("认定的事实和证据", one.facts),
        ("理由", one.reasons),
    )
    if one.basis:
        yield Line("依据", keys=tuple(one.basis))


def proposal_section(one: Proposal, case: Case, parts: Mapping[str, Any], *, approving: bool) -> Section:
    """Return a version of what is proposed; approving: somebody approves it before the decision."""
    lines = [Line("处理意见", in_short(one, case.category)), *_terms(one)]
    if one.benchmark:
        lines.append(Line("裁量基准", _benchmark(one)))
    if one.benchmark_found:
        lines.append(Line("适用的档次", proposal=one))
    lines += said(("突破基准的理由", one.deviation_reason), ("提出", f"{moment(one.made_at)}"))
    mark, css = _standing(one, parts, approving=approving)
    if one.returned_at:
        lines.append(Line("退回理由", one.returned_reason, long=True))
    return Section(f"处理意见第 {one.number} 版", lines, in_short(one, case.category), mark, css)


def _benchmark(one: Proposal) -> str:
    bounds = ("不限" if bound is None else f"{bound:,}" for bound in (one.benchmark_min, one.benchmark_max))
    found = one.benchmark
    if one.benchmark_min is not None or one.benchmark_max is not None:
        found += f"，{' 至 '.join(bounds)} 元"
    return f"{found}（手工填写，出处：{one.benchmark_source}）" if one.benchmark_source else found


def _standing(one: Proposal, parts: Mapping[str, Any], *, approving: bool) -> tuple[str, str]:
    """Return what became of a version, with its colour; nothing where it needs nobody's approval."""
    if one.returned_at:
        return "退回", "red"
    if one.number < max(other.number for other in parts["proposals"]):
        return "已被后一版取代", "grey"
    if one.approved_at:
        return "已审批", "green"
    if any(made.proposal_id == one.pk for made in parts["decisions"]):
        return "已作出决定", "green"
    return ("未审批", "amber") if approving else ("", "")


def decision_section(one: Decision, case: Case) -> Section:
    """Return a decision as made, and what became of it."""
    fine_after = yuan(one.fine_after) if one.fine_after is not None else ""
    lines = [
        Line("决定", in_short(one, case.category)),
        *_terms(one),
        *said(
            ("文号", one.number),
            ("作出", f"{day(one.decided_on)}，{one.decided_by.display_name}"),
            ("履行期限", f"收到决定书之日起 {one.pay_days} 日" if one.pay_days else ""),
            ("代收机构", one.collecting_bank),
            ("当场收缴", one.get_collected_ground_display()),
            ("逾期加处罚款", "决定书已写明" if one.surcharge else ""),
            ("许可证件", f"{one.certificate_kind} {one.certificate_number}".strip()),
            ("有效期至", day(one.valid_to)),
            ("救济途径", one.remedies_told),
            ("公示", f"{day(one.published_on)} 在{one.published_where}公示" if one.published_on else ""),
            ("撤下公示", day(one.withdrawn_on)),
            ("改正核实", f"{day(one.corrected_on)}，{one.corrected_how}" if one.corrected_on else ""),
            ("变更后的罚款", fine_after),
            ("处理理由", one.annulled_reason),
        ),
    ]
    mark = f"{day(one.annulled_on)} {one.get_annulled_how_display()}" if one.annulled_on else day(one.decided_on)
    css = "red" if one.annulled_on else "green"
    return Section(f"决定 {one.number}", lines, in_short(one, case.category), mark, css, open=True)


# -- what the party was told and said
def notice_section(one: models.Notice) -> Section:
    """Return a prior notice."""
    lines = said(
        ("送达", day(one.served_on)),
        ("陈述申辩", f"至 {day(one.statement_until)}"),
        ("要求听证", f"至 {day(one.hearing_until)}" if one.hearing_until else "没有告知听证权利"),
    )
    return Section(f"第 {one.number} 次告知", list(lines), f"{day(one.served_on)} 送达")


def statement_section(one: models.Statement) -> Section:
    """Return what the party said, and how it was reviewed."""
    reviewed = f"{one.get_adopted_display()}，{day(one.reviewed_on)}" if one.reviewed_on else ""
    lines = said(("收到", day(one.received_on)), ("内容", one.content), ("复核", reviewed), ("复核意见", one.review))
    waiting = one.kind == models.Statement.Kind.STATEMENT and not one.reviewed_on
    mark, css = ("待复核", "amber") if waiting else ("", "")
    title = f"{one.party.name}的意见" if one.party else "当事人意见"
    return Section(title, list(lines), f"{day(one.received_on)} {one.get_kind_display()}", mark, css, open=True)


def hearing_section(one: models.Hearing) -> Section:
    """Return a hearing from its request to the review of what was said."""
    time = one.scheduled_time.strftime(" %H:%M") if one.scheduled_time else ""
    lines = said(
        ("要求", day(one.requested_on)),
        ("视为放弃听证" if one.opinion else "撤回要求", day(one.withdrawn_on)),
        ("通知", day(one.notified_on)),
        ("定于", f"{day(one.scheduled_on)}{time}" if one.scheduled_on else ""),
        ("地点", one.place),
        ("主持人", one.chair.display_name if one.chair else ""),
        ("举行", day(one.held_on)),
        ("听证意见", one.opinion),
        ("复核意见", one.review),
    )
    gist = f"{day(one.held_on)} 已举行" if one.held_on else f"{day(one.requested_on)} 要求"
    if one.withdrawn_on:
        gist = f"{day(one.withdrawn_on)} {'视为放弃' if one.opinion else '撤回'}"
    return Section("听证", list(lines), gist, open=True)


def discussion_section(row: Mapping[str, Any]) -> Section:
    """Return a collective discussion with what each member confirmed."""
    one: models.Discussion = row["discussion"]
    seats = [(seat.member.display_name, _vote(seat)) for seat in row["seats"]]
    lines = [
        *said(("日期和地点", f"{day(one.held_on)}，{one.place}"), ("主持人", one.chair.display_name)),
        *said(*seats, ("结论", one.conclusion)),
    ]
    mark, css = ("未形成结论", "amber")
    if one.concluded_at:
        mark, css = ("同意处理意见", "green") if one.agreed else ("不同意处理意见", "red")
    return Section("集体讨论", lines, day(one.held_on), mark, css)


def _vote(seat: models.DiscussionSeat) -> str:
    if not seat.confirmed_at:
        return "未确认"
    return f"{seat.get_vote_display()}{f'（{seat.opinion}）' if seat.opinion else ''}"


# -- inspections
def inspection_section(one: Inspection) -> Section:
    """Return an inspection: what was asked for, approved, found and told."""
    items = "\n".join(str(item.get("name", "")) for item in one.items)
    rectified = {True: "整改合格", False: "整改不合格", None: ""}[one.rectified]
    lines = said(
        ("检查事项", items),
        ("检查理由", one.reason),
        ("情况紧急", "先行检查，事后补办审批" if one.urgent else ""),
        ("审批", _approval(one)),
        ("通知书送达", day(one.notified_on)),
        ("现场检查", moment(one.inspected_at)),
        ("检查情况", one.found),
        ("检查结果", "，".join(filter(None, (one.get_result_display(), day(one.result_on))))),
        ("改正期限", day(one.rectify_until)),
        ("结果告知", day(one.told_on)),
        ("复查", rectified),
        ("公示", f"{day(one.published_on)} 在{one.published_where}公示" if one.published_on else ""),
    )
    mark, css = (one.get_result_display(), "blue") if one.result else ("", "")
    return Section("行政检查", list(lines), "", mark, css, open=True)


def _approval(one: Inspection) -> str:
    if one.approved_at is None or one.approved_by is None:
        return ""
    return f"{one.approved_by.display_name}于 {moment(one.approved_at)} {'准予' if one.granted else '不准予'}"
