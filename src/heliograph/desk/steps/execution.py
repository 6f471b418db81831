"""Forms of the steps after the decision: service, publication, payment, execution, closing and the archive."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from heliograph.desk.forms import Day, choice, text
from heliograph.desk.steps.courts import COURTS
from heliograph.desk.steps.fields import area, money, one_of, yes_no
from heliograph.desk.steps.lacking import missing_fields
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers import actions
from heliograph.dossiers.actions.closing import fitting_outcomes
from heliograph.dossiers.actions.executing import DEFERRED, PAID, PENALTY, UNPAID
from heliograph.dossiers.models import CaseEvent, Service
from heliograph.dossiers.queries import decision_of, owed_on
from heliograph.dossiers.surcharges import Surcharge


def _serve_fields(place: StepPlace) -> Fields:
    return {
        "method": choice("送达方式", Service.Method.choices),
        "sent_on": Day(label="发出日期", help_text="直接送达的，填当天"),
        "received_on": Day(label="送达日期", help_text="签收或者视为送达之日"),
        "receiver": text("签收人", limit=120, required=False, help_text="直接送达的必须填写"),
        "relation": text("签收人与受送达人的关系", limit=120, required=False),
        "refusal_reason": text("拒收事由", limit=1000, required=False, help_text="留置送达的必须填写"),
        "witness": text("见证人或者影像说明", limit=300, required=False, help_text="留置送达的必须填写"),
        "reason": text("公告送达的原因和经过", limit=2000, required=False, help_text="公告送达的必须填写"),
        **({} if place.node.documents else {"proof": CaseFileField(label="送达凭证")}),
    }


def _serve(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    proof = values.pop("proof", None) or next((paper.file_id for paper in given.papers if paper.file_id), None)
    return actions.serve(
        place.case.pk,
        place.place,
        content=actions.ServiceContent(**values, proof_id=proof),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def publish_fields(_place: StepPlace) -> Fields:
    """Return what is asked of a publication that was made by hand."""
    return {
        "published_on": Day(label="公示日期", required=False, help_text="公示日期、渠道与不公开的理由只填一样"),
        "where": text("公示渠道", limit=300, required=False, help_text="如本机关网站、信用信息公示平台"),
        "withheld_reason": text("不公开的依据和理由", limit=300, required=False, help_text="只在依法不公开时填写"),
    }


def _publish(place: StepPlace, given: Given) -> CaseEvent:
    return actions.record_publication(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at, rev=place.rev
    )


def _payment_fields(place: StepPlace) -> Fields:
    decision = decision_of(place.case)
    owed = owed_on(decision) if decision else Decimal(0)
    if place.case.category != PENALTY:
        return _performance_fields(place, owed)
    hint = f"尚应缴纳 {owed:,} 元；分次收到的票据用案件页面的“登记缴款回执”登记，足额后再登记已履行"
    return {
        "state": one_of("履行情况", [(one, one) for one in (PAID, DEFERRED, UNPAID)], hint=hint),
        "amount": money("缴款金额", required=False, hint="按代收机构的票据填；没有缴款的不填"),
        "surcharge": money("其中加处罚款", required=False, hint=_late_words(place)),
        **_given_up(place),
        "paid_on": Day(label="缴款日期", required=False),
        "bank": text("代收机构", limit=200, required=False, help_text="本系统只登记票据，不收款"),
        "receipt": text("票据号码", limit=60, required=False),
        "file": CaseFileField(label="票据"),
    }


def _late_words(place: StepPlace) -> str:
    """Say what lateness adds up to today, nothing while there is time or where the decision adds nothing."""
    decision = decision_of(place.case)
    most = Surcharge.of(decision, place.scope.pack) if decision else None
    due = most.until(place.scope.on) if most else Decimal(0)
    if most is None or most.pay_until is None or not due:
        return ""
    return f"缴款期限至 {most.pay_until.isoformat()}，决定书写明逾期加处罚款，计算到今天为 {due:,} 元，按缴款日期计算"


def _given_up(place: StepPlace) -> Fields:
    """Ask why a surcharge is not asked for, where one has come up."""
    late = _late_words(place)
    hint = "只在逾期缴清而没有收足加处罚款时填写，写明理由和依据"
    return {"no_surcharge": area("不收取加处罚款的理由", limit=600, required=False, rows=2, hint=hint)} if late else {}


def _performance_fields(place: StepPlace, owed: Decimal) -> Fields:
    """Return what is asked of a levy or a fee: no surcharge, no deferral, and what was handed over instead of money."""
    nodes = place.standing.compiled.definition.nodes.values()
    enforced = any(one.act == "apply_to_court" for one in nodes)
    states = (PAID, UNPAID) if enforced else (PAID,)
    handed_over = area("交付情况", limit=1500, required=False, rows=3, hint="不是缴款的必须填写：何物、何时、由谁接收")
    return {
        "state": one_of("履行情况", [(one, one) for one in states], hint=f"尚应缴纳 {owed:,} 元"),
        **({"delivered": handed_over} if enforced else {}),
        "amount": money("缴款金额", required=False, hint="按收款票据填；没有缴款的不填"),
        "paid_on": Day(label="缴款日期", required=False),
        "bank": text("收款机构", limit=200, required=False, help_text="本系统只登记票据，不收款"),
        "receipt": text("票据号码", limit=60, required=False),
        "file": CaseFileField(label="票据"),
    }


def _payment(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    file_id = values.pop("file")
    for name in ("amount", "surcharge"):
        values[name] = values.get(name) or Decimal(0)
    return actions.record_payment(
        place.case.pk,
        place.place,
        **values,
        file_id=file_id,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


class PlanField(forms.CharField):
    """Instalments, one a line: the day and the amount."""

    def __init__(self) -> None:
        super().__init__(
            label="分期计划",
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 4}),
            help_text="每行一期，写作：日期 金额，如 2026-12-20 5000.00；延期的只写一行",
        )

    def clean(self, value: str) -> list[tuple[date, Decimal]]:
        """Return the parts; a line that is none is named."""
        return [_part(line) for line in super().clean(value).splitlines() if line.strip()]


def _part(line: str) -> tuple[date, Decimal]:
    day, _, amount = line.replace("　", " ").strip().partition(" ")
    try:
        return date.fromisoformat(day), Decimal(amount.strip().replace(",", "").removesuffix("元").strip())
    except (ValueError, InvalidOperation):
        raise ValidationError(f"“{line.strip()[:40]}”应写作：日期 金额，如 2026-12-20 5000.00。") from None


def _deferral_fields(_place: StepPlace) -> Fields:
    return {
        "granted": yes_no("审批结论", words=("准予", "不准予")),
        "asked_on": Day(label="当事人申请日期"),
        "reason": area("理由", limit=1000, rows=3),
        "plan": PlanField(),
    }


def _deferral(place: StepPlace, given: Given) -> CaseEvent:
    return actions.grant_deferral(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def urge_fields(place: StepPlace) -> Fields:
    """Return what is asked of a written demand, and how it reached the party."""
    how = {name: field for name, field in _serve_fields(place).items() if name in HOW}
    return {
        "served_on": Day(label="催告书送达日期"),
        "sent_on": Day(label="催告书发出日期", required=False, help_text="邮寄、公告等与送达不在同一天的填写"),
        **{name: how[name] for name in HOW if name in how},
        "proof": CaseFileField(label="送达凭证"),
        "content": area("履行期限、方式和金额", rows=3),
        "statement": area("当事人陈述申辩", required=False, rows=3),
    }


HOW = ("method", "receiver", "relation", "refusal_reason", "witness", "reason")


def urge_values(given: Given) -> dict[str, Any]:
    """Return what a demand is registered with: its own values, and its service by the method that was chosen."""
    values = dict(given.values)
    how = {name: values.pop(name) for name in HOW if name in values}
    proof, sent_on = values.pop("proof", None), values.pop("sent_on", None)
    if how.get("method"):
        day = values["served_on"]
        values["service"] = actions.ServiceContent(sent_on=sent_on or day, received_on=day, proof_id=proof, **how)
    return values


def _demand_fields(place: StepPlace) -> Fields:
    """Return what a demand asks, and whether the party paid before it was needed after all."""
    decision = decision_of(place.case)
    if decision is None or owed_on(decision) > 0 or not decision.fine + decision.confiscated + decision.levied:
        return urge_fields(place)
    return {
        "paid": yes_no("票据登记的金额已经足额，是否不再催告", words=("不再催告", "暂不办理")),
        **_given_up(place),
    }


def _urge(place: StepPlace, given: Given) -> CaseEvent:
    return actions.urge(
        place.case.pk,
        place.place,
        **urge_values(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _close_fields(place: StepPlace) -> Fields:
    fitting = fitting_outcomes(place.case, place.scope.pack, place.standing.facts)
    decision = decision_of(place.case)
    found: Fields = {
        "outcome": choice("结案方式", [(one, one) for one in fitting]) if fitting else text("结案方式", limit=60),
        "opinion": area(
            "审批意见", limit=2000, rows=3, hint="不同意结案的，不在本页提交：到案件页面“其他事项”中“退回结案”"
        ),
    }
    if len(fitting) == 1:
        found["outcome"].initial = fitting[0]
    if decision and decision.correction and decision.case_id == place.case.pk:
        until = f"（期限至 {decision.correct_by.isoformat()}）" if decision.correct_by else ""
        found["corrected_on"] = Day(label="改正核实日期", help_text=f"决定责令改正：{decision.correction}{until}")
        found["corrected_how"] = area("改正情况", limit=1000, rows=3, hint="没有改正的，写明采取的措施")
    return {**found, **missing_fields(place.case)}


def _close(place: StepPlace, given: Given) -> CaseEvent:
    return actions.close_case(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _archive_fields(place: StepPlace) -> Fields:
    note = area("立卷说明", limit=2000, rows=3, hint="归档号由系统按序给出，卷内目录由系统编制")
    return {"note": note, **missing_fields(place.case)}


def _archive(place: StepPlace, given: Given) -> CaseEvent:
    return actions.archive_case(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


BY_HAND = "在本平台公示或者依法不公开的，在“决定公示”中拟制送审，审批后本环节自动办结；下面只登记已在其他平台公示的"

EXECUTION: dict[Act, ActForm] = {
    **COURTS,
    actions.serve: ActForm("登记送达", _serve, _serve_fields),
    actions.record_publication: ActForm(
        "登记公示情况", _publish, publish_fields, frozenset({"公开情况"}), papers="none", note=BY_HAND
    ),
    actions.record_payment: ActForm("登记履行情况", _payment, _payment_fields, frozenset({"履行情况"}), papers="none"),
    actions.grant_deferral: ActForm("提交审批结论", _deferral, _deferral_fields, frozenset({"准予延期"})),
    actions.urge: ActForm("登记催告", _urge, _demand_fields, papers="some"),
    actions.close_case: ActForm("批准结案", _close, _close_fields),
    actions.archive_case: ActForm("归档", _archive, _archive_fields),
}
