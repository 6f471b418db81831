"""Forms of coercion: sealing and seizure, substitute performance, execution (行政强制)."""

from __future__ import annotations

from heliograph.desk.forms import Day, choice, several, text
from heliograph.desk.steps.applications import REMEDIES, plain
from heliograph.desk.steps.execution import BY_HAND, publish_fields, urge_fields
from heliograph.desk.steps.fields import area, money, yes_no
from heliograph.desk.steps.inspections import approval_fields
from heliograph.desk.steps.on_site import beside, on_site_fields, on_site_of
from heliograph.desk.steps.penalty import NUMBERED
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers.actions import coercion, executions
from heliograph.dossiers.models import CaseEvent, Citation, Decision, Measure
from heliograph.dossiers.permissions import seen_by
from heliograph.dossiers.rules.coercing import THINGS

MOST = 100


def _cited(place: StepPlace) -> list[tuple[str, str]]:
    keys = Citation.objects.filter(case=place.case).order_by("key").values_list("key", flat=True).distinct()
    return [(key, key) for key in keys]


def _apply_fields(place: StepPlace) -> Fields:
    kinds = [(one, label) for one, label in Measure.Kind.choices if one in THINGS]
    made = Decision.objects.filter(case__in=seen_by(place.scope.reader)).select_related("case")
    decisions = [(str(one.pk), f"{one.number} {one.case.title}") for one in made.order_by("-decided_on", "-pk")[:MOST]]
    return {
        "reason": area("采取强制的理由", limit=1000, rows=3),
        "kind": choice("查封或者扣押", kinds, required=False, help_text="查封扣押的必须选择"),
        "items": area("物品或者场所", required=False, rows=3, hint="查封扣押的必须填写，每行一项"),
        "executes": choice("要执行的决定", decisions, required=False, help_text="代履行、申请法院强制执行的必须选择"),
    }


def _apply(place: StepPlace, given: Given) -> CaseEvent:
    values = {name: value for name, value in given.values.items() if name != "executes"}
    content = coercion.CoercionContent(**values, executes_id=given.key("executes"))
    return coercion.apply_coercion(
        place.case.pk,
        place.place,
        content=content,
        facts=given.facts,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
    )


def _inform_fields(place: StepPlace) -> Fields:
    return {**on_site_fields(place), "statement": area("当事人的陈述申辩", limit=1900, hint="没有提出的写明没有")}


def _inform(place: StepPlace, given: Given) -> CaseEvent:
    return coercion.inform_on_the_spot(
        place.case.pk,
        place.place,
        content=on_site_of(given, "告知"),
        **beside(given),
        actor=place.scope.account,
        at=place.scope.at,
    )


def _seize_fields(place: StepPlace) -> Fields:
    return {
        **on_site_fields(place),
        "party_present": yes_no("当事人是否到场"),
        "witness": text("见证人", limit=300, required=False, help_text="当事人不到场的必须填写"),
        "inventory": area("查封扣押清单", rows=4, hint="名称、规格、数量，每行一项，当场清点交付"),
        "facts": area("违法事实和证据"),
        "basis": several("依据", _cited(place), required=False, help_text="没有列出的，请先在案件页面引用条文"),
        "remedies": text("告知的救济途径和期限", limit=1000, help_text=REMEDIES),
    }


def _seize(place: StepPlace, given: Given) -> CaseEvent:
    content = coercion.SeizureContent(on_site=on_site_of(given, "查封扣押"), **beside(given))
    return coercion.carry_out_coercion(
        place.case.pk,
        place.place,
        content=content,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
    )


def _extend_fields(_place: StepPlace) -> Fields:
    return {"reason": area("延长理由", limit=1000, rows=3), "told_on": Day(label="书面告知当事人日期")}


def _end_fields(_place: StepPlace) -> Fields:
    return {"how": text("处理结果", limit=300, help_text="如 清点无误，当场退还当事人")}


def _substitute_decision_fields(place: StepPlace) -> Fields:
    return {
        "performer": text("代履行人", limit=200),
        "method": text("代履行的方式和时间", limit=500),
        "budget": money("费用预算"),
        "reasons": area("理由"),
        "basis": several("依据", _cited(place), required=False),
        "remedies": text("告知的救济途径和期限", limit=1000, help_text=REMEDIES),
    }


def _substitute_decision(place: StepPlace, given: Given) -> CaseEvent:
    return executions.decide_substitute(
        place.case.pk,
        place.place,
        **given.values,
        paper=given.papers[0],
        actor=place.scope.account,
        at=place.scope.at,
    )


def _substitute_fields(place: StepPlace) -> Fields:
    return {
        **on_site_fields(place),
        "result": area("代履行的经过和结果", limit=1900),
        "urgent_reason": text(
            "夜间或者法定节假日实施的理由",
            limit=500,
            required=False,
            help_text="只在情况紧急时才能在夜间或者法定节假日实施",
        ),
    }


def _substitute(place: StepPlace, given: Given) -> CaseEvent:
    return executions.substitute_performance(
        place.case.pk,
        place.place,
        content=on_site_of(given, "代履行"),
        **beside(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
    )


def _publish(place: StepPlace, given: Given) -> CaseEvent:
    return executions.publish_coercion(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at
    )


COERCION: dict[Act, ActForm] = {
    coercion.apply_coercion: ActForm("报请审批", _apply, _apply_fields, asks_facts=True),
    coercion.approve_coercion: ActForm(
        "提交审批结论", plain(coercion.approve_coercion), approval_fields, frozenset({"准予强制"})
    ),
    coercion.carry_out_coercion: ActForm("登记实施", _seize, _seize_fields, note=NUMBERED),
    coercion.extend_coercion: ActForm("批准延长", plain(coercion.extend_coercion), _extend_fields),
    coercion.release_coercion: ActForm("登记解除", plain(coercion.release_coercion), _end_fields),
    coercion.hand_over_items: ActForm("登记移交", plain(coercion.hand_over_items), _end_fields),
    executions.substitute_performance: ActForm("登记代履行", _substitute, _substitute_fields),
    coercion.inform_on_the_spot: ActForm("登记当场告知", _inform, _inform_fields, papers="none"),
    executions.decide_substitute: ActForm(
        "作出代履行决定", _substitute_decision, _substitute_decision_fields, papers="file", note=NUMBERED
    ),
    executions.demand_performance: ActForm("登记催告", plain(executions.demand_performance), urge_fields),
    executions.publish_coercion: ActForm(
        "登记公示情况", _publish, publish_fields, frozenset({"公开情况"}), papers="none", note=BY_HAND
    ),
}
