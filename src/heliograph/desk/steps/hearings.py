"""Forms of the hearing and of the review of what the party said."""

from __future__ import annotations

from typing import Any

from django import forms

from heliograph.desk.forms import Day, text
from heliograph.desk.people_fit import chairs, pick
from heliograph.desk.steps.fields import area, one_of, yes_no
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers import actions
from heliograph.dossiers.models import CaseEvent, Statement
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Role


def _request_fields(place: StepPlace) -> Fields:
    """What the party wrote when it asked is filled in."""
    note = area("申请要点", limit=2000, rows=3)
    asked = Statement.objects.filter(case=place.case, kind=Statement.Kind.STATEMENT).order_by("-registered_at", "-pk")
    note.initial = asked.values_list("content", flat=True).first()
    return {"note": note}


def _request(place: StepPlace, given: Given) -> CaseEvent:
    return actions.request_hearing(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at, rev=place.rev
    )


def notify_fields(place: StepPlace) -> Fields:
    """Return what is asked of the announcement of a hearing."""
    return {
        "notified_on": Day(label="通知日期"),
        "held_on": Day(label="听证日期", help_text=_earliest(place)),
        "held_time": forms.TimeField(
            label="听证时间",
            help_text="格式如 09:30",
            widget=forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M"),
            error_messages={"invalid": "“听证时间”应为时和分，格式如 09:30。"},
        ),
        "place": text("听证地点", limit=300),
        "chair": pick(
            "听证主持人", chairs(place.scope, place.case, _chair_role(place)), help_text="须由非本案调查人员担任"
        ),
        "public": yes_no("是否公开举行", hint="涉及国家秘密、商业秘密、个人隐私的不公开"),
    }


def _earliest(place: StepPlace) -> str:
    """Say how many days before it a hearing is announced: they are counted back from the hearing."""
    name = "hearing_notice" if place.case.category == "penalty" else "permit_hearing_notice"
    days = next((one.length for one in place.scope.pack.rules.time_limits if one.id == name), None)
    if not days:
        return ""
    first = work_calendar().add_workdays(place.scope.on, days + 1)
    return f"通知须早于举行听证 {days} 个工作日，从听证日向前倒数；今天通知的，最早 {first.isoformat()} 举行"


def _chair_role(place: StepPlace) -> Role | None:
    """Return the role under which the hearing is registered in the flow, None where any will do."""
    nodes = place.standing.compiled.definition.nodes.values()
    return next((Role(node.role) for node in nodes if node.act == "hold_hearing" and node.role), None)


def notify_values(given: Given) -> dict[str, Any]:
    """Return when and where the hearing is and who chairs it, as the acts take it."""
    values = {name: value for name, value in given.values.items() if name != "chair"}
    return {**values, "chair_id": given.key("chair")}


def _notify(place: StepPlace, given: Given) -> CaseEvent:
    return actions.notify_hearing(
        place.case.pk,
        place.place,
        **notify_values(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _hold_fields(_place: StepPlace) -> Fields:
    return {
        "held_on": Day(label="举行日期"),
        "absent": yes_no(
            "当事人是否无正当理由未出席或者未经许可中途退出",
            required=False,
            hint="选“是”的视为放弃听证权利，终止听证；在听证意见和听证笔录中写明情况",
        ),
        "opinion": area("听证意见"),
    }


def _hold(place: StepPlace, given: Given) -> CaseEvent:
    return actions.hold_hearing(
        place.case.pk,
        place.place,
        **{**given.values, "absent": bool(given.values["absent"])},
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _review_fields(_place: StepPlace) -> Fields:
    adopted = [("yes", "采纳"), ("partly", "部分采纳"), ("no", "不采纳")]
    return {
        "adopted": one_of("采纳情况", adopted),
        "opinion": area("复核意见", hint="写明对当事人提出的事实、理由和证据复核的结果"),
        "keeps": yes_no(
            "复核结论", words=("维持原意见", "改变处理意见"), hint="改变的，退回重新提出处理意见，并重新告知"
        ),
    }


def _review(place: StepPlace, given: Given) -> CaseEvent:
    return actions.review_defence(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


HEARINGS: dict[Act, ActForm] = {
    actions.request_hearing: ActForm("登记听证申请", _request, _request_fields, papers="none"),
    actions.notify_hearing: ActForm("登记听证通知", _notify, notify_fields),
    actions.hold_hearing: ActForm("登记听证", _hold, _hold_fields, frozenset({"经过听证"})),
    actions.review_defence: ActForm("提交复核意见", _review, _review_fields, frozenset({"复核结论"})),
}
