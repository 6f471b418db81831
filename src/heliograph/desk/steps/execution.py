"""Forms of the steps after the decision: service, publication, payment, execution, closing and the archive."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError

from heliograph.desk.forms import Day, choice, text
from heliograph.desk.steps.fields import CaseFileField, area, money, one_of, yes_no
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers import actions
from heliograph.dossiers.actions.executing import DEFERRED, PAID, UNPAID
from heliograph.dossiers.models import CaseEvent, Service
from heliograph.dossiers.queries import decision_of, owed_on

OUTCOMES = ("处罚决定执行完毕", "不予处罚", "不予立案", "移送其他机关", "终结执行", "其他")


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
    )


def publish_fields(_place: StepPlace) -> Fields:
    """Return what is asked of a publication that was made by hand."""
    return {
        "published_on": Day(label="公示日期", required=False, help_text="依法不公开的不填"),
        "where": text("公示渠道", limit=300, required=False, help_text="如本机关网站、信用信息公示平台"),
        "withheld_reason": text("不公开的依据和理由", limit=300, required=False, help_text="只在依法不公开时填写"),
    }


def _publish(place: StepPlace, given: Given) -> CaseEvent:
    return actions.record_publication(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at
    )


def _payment_fields(place: StepPlace) -> Fields:
    decision = decision_of(place.case)
    owed = owed_on(decision) if decision else Decimal(0)
    return {
        "state": one_of("履行情况", [(one, one) for one in (PAID, DEFERRED, UNPAID)], hint=f"尚应缴纳 {owed:,} 元"),
        "amount": money("缴款金额", required=False, hint="按代收机构的票据填；没有缴款的不填"),
        "surcharge": money("其中加处罚款", required=False),
        "paid_on": Day(label="缴款日期", required=False),
        "bank": text("代收机构", limit=200, required=False, help_text="本系统只登记票据，不收款"),
        "receipt": text("票据号码", limit=60, required=False),
        "file": CaseFileField(label="票据"),
    }


def _payment(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    file_id = values.pop("file")
    for name in ("amount", "surcharge"):
        values[name] = values[name] or Decimal(0)
    return actions.record_payment(
        place.case.pk, place.place, **values, file_id=file_id, actor=place.scope.account, at=place.scope.at
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
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def urge_fields(_place: StepPlace) -> Fields:
    """Return what is asked of a written demand."""
    return {
        "served_on": Day(label="催告书送达日期"),
        "content": area("履行期限、方式和金额", rows=3),
        "statement": area("当事人陈述申辩", required=False, rows=3),
    }


def _urge(place: StepPlace, given: Given) -> CaseEvent:
    return actions.urge(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _court_fields(_place: StepPlace) -> Fields:
    return {"court": text("人民法院"), "applied_on": Day(label="申请日期")}


def _court(place: StepPlace, given: Given) -> CaseEvent:
    return actions.apply_to_court(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _close_fields(_place: StepPlace) -> Fields:
    return {
        "outcome": choice("结案方式", [(one, one) for one in OUTCOMES]),
        "opinion": area("审批意见", limit=2000, rows=3),
    }


def _close(place: StepPlace, given: Given) -> CaseEvent:
    return actions.close_case(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


def _archive_fields(_place: StepPlace) -> Fields:
    return {"note": area("立卷说明", limit=2000, rows=3, hint="归档号由系统按序给出")}


def _archive(place: StepPlace, given: Given) -> CaseEvent:
    return actions.archive_case(
        place.case.pk, place.place, **given.values, papers=given.papers, actor=place.scope.account, at=place.scope.at
    )


BY_HAND = "决定的公示由人工在公示渠道办理，本环节登记公示的日期和渠道"

EXECUTION: dict[Act, ActForm] = {
    actions.serve: ActForm("登记送达", _serve, _serve_fields),
    actions.record_publication: ActForm(
        "登记公示情况", _publish, publish_fields, frozenset({"公开情况"}), papers="none", note=BY_HAND
    ),
    actions.record_payment: ActForm("登记履行情况", _payment, _payment_fields, frozenset({"履行情况"}), papers="none"),
    actions.grant_deferral: ActForm("提交审批结论", _deferral, _deferral_fields, frozenset({"准予延期"})),
    actions.urge: ActForm("登记催告", _urge, urge_fields),
    actions.apply_to_court: ActForm("登记申请执行", _court, _court_fields),
    actions.close_case: ActForm("批准结案", _close, _close_fields),
    actions.archive_case: ActForm("归档", _archive, _archive_fields),
}
