"""Forms of inspections (行政检查)."""

from __future__ import annotations

from uuid import UUID

from heliograph.desk.forms import Day, several
from heliograph.desk.steps.applications import plain
from heliograph.desk.steps.execution import BY_HAND, publish_fields
from heliograph.desk.steps.fields import area, one_of, yes_no
from heliograph.desk.steps.on_site import beside, on_site_fields, on_site_of
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers.actions import inspections
from heliograph.dossiers.models import CaseEvent, Inspection
from heliograph.dossiers.rules.inspecting import RESULTS

PUBLISHED = "只有已经公开的检查事项才能检查"


def _apply_fields(place: StepPlace) -> Fields:
    items = inspections.inspection_items(place.scope.id).filter(public_versions__is_current=True)
    listed = [(str(key), title) for key, title in items.values_list("pk", "title")]
    return {
        "item_ids": several("检查事项", listed, help_text=PUBLISHED),
        "reason": area("检查理由", limit=1000, rows=3),
    }


def _apply(place: StepPlace, given: Given) -> CaseEvent:
    return inspections.apply_inspection(
        place.case.pk,
        place.place,
        item_ids=[UUID(key) for key in given.values["item_ids"]],
        reason=given.values["reason"],
        facts=given.facts,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def approval_fields(_place: StepPlace) -> Fields:
    """Return what a leader is asked, also afterwards."""
    return {
        "granted": yes_no("审批结论", words=("准予", "不准予")),
        "opinion": area("审批意见", limit=1000, rows=3),
        "late_reason": area("补办超时的说明", limit=500, rows=2, required=False, hint="只在紧急情况补办审批超时时填写"),
    }


def _approve_fields(place: StepPlace) -> Fields:
    """Return what a leader is asked; why it comes late only where the inspection was made before."""
    found = approval_fields(place)
    if not Inspection.objects.filter(case=place.case, inspected_at__isnull=False).exists():
        del found["late_reason"]
    return found


def _notice_fields(_place: StepPlace) -> Fields:
    return {"served_on": Day(label="通知书送达日期")}


def _inspect_fields(place: StepPlace) -> Fields:
    return {**on_site_fields(place), "found": area("检查情况", hint="检查的内容和发现的情况")}


def _inspect(place: StepPlace, given: Given) -> CaseEvent:
    return inspections.inspect_on_site(
        place.case.pk,
        place.place,
        content=on_site_of(given, "现场检查"),
        **beside(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _result_fields(place: StepPlace) -> Fields:
    found_on = Day(label="认定日期", help_text="现场检查当天或者之后")
    found_on.initial = place.scope.on
    return {
        "result": one_of("检查结果", list(RESULTS.items())),
        "text": area("认定的情况", limit=1900),
        "rectify_until": Day(
            label="改正期限", required=False, help_text="责令改正的必须填写；当场改正的填认定当天，届时登记复查"
        ),
        "found_on": found_on,
    }


def _told_fields(_place: StepPlace) -> Fields:
    return {"told_on": Day(label="结果告知日期")}


def _rectified_fields(place: StepPlace) -> Fields:
    return {"passed": yes_no("复查结果", words=("整改合格", "整改不合格")), **on_site_fields(place)}


def _rectified(place: StepPlace, given: Given) -> CaseEvent:
    return inspections.check_rectification(
        place.case.pk,
        place.place,
        content=on_site_of(given, "整改复查"),
        **beside(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _refer_fields(_place: StepPlace) -> Fields:
    return {"content": area("涉嫌违法的情况", hint="提交后登记为一条线索，由承办机构核查立案")}


def _publish(place: StepPlace, given: Given) -> CaseEvent:
    return inspections.publish_result(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at, rev=place.rev
    )


INSPECTIONS: dict[Act, ActForm] = {
    inspections.apply_inspection: ActForm(
        "报请审批", _apply, _apply_fields, asks_facts=True, papers="some", papers_unless="情况紧急"
    ),
    inspections.approve_inspection: ActForm(
        "提交审批结论", plain(inspections.approve_inspection), _approve_fields, frozenset({"准予检查"})
    ),
    inspections.give_inspection_notice: ActForm(
        "登记检查通知", plain(inspections.give_inspection_notice), _notice_fields
    ),
    inspections.inspect_on_site: ActForm("登记现场检查", _inspect, _inspect_fields),
    inspections.record_result: ActForm(
        "提交检查结果", plain(inspections.record_result), _result_fields, frozenset({"检查结果"})
    ),
    inspections.feed_back: ActForm("登记结果告知", plain(inspections.feed_back), _told_fields),
    inspections.check_rectification: ActForm("登记复查", _rectified, _rectified_fields, frozenset({"整改情况"})),
    inspections.refer_to_case: ActForm("移交立案核查", plain(inspections.refer_to_case), _refer_fields),
    inspections.publish_result: ActForm(
        "登记公示情况", _publish, publish_fields, frozenset({"公开情况"}), papers="none", note=BY_HAND
    ),
}
