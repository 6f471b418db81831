"""Forms of coercion: sealing and seizure, substitute performance, execution (行政强制)."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from heliograph.desk.forms import Choices, Day, choice, several, text
from heliograph.desk.steps.applications import plain, remedies_field
from heliograph.desk.steps.execution import BY_HAND, publish_fields, urge_fields, urge_values
from heliograph.desk.steps.fields import area, one_of, yes_no
from heliograph.desk.steps.inspections import approval_fields
from heliograph.desk.steps.on_site import beside, on_site_fields, on_site_of
from heliograph.desk.steps.penalty import NUMBERED
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers.actions import coercion, executions, seizures
from heliograph.dossiers.executable import confiscating, decisions_against, state_of_execution
from heliograph.dossiers.models import CaseEvent, Citation, Measure, Party
from heliograph.dossiers.permissions import seen_by
from heliograph.dossiers.rules.coercing import (
    DISPOSALS,
    IMMEDIATE_GROUNDS,
    SUBSTITUTE,
    SUBSTITUTE_AT_ONCE,
    SUBSTITUTE_GROUNDS,
    THINGS,
    ToExecute,
)
from heliograph.registers.citations import key_label

MOST = 100


CITE_FIRST = "没有列出的，请先在案件页面作为处理依据引用条文"
AT_ONCE_BASIS = (SUBSTITUTE, SUBSTITUTE_AT_ONCE)  # the articles that themselves allow to perform in the party's place
NOTHING_TO_EXECUTE = "没有对本案当事人作出、尚未履行完毕的行政决定"


def cited(place: StepPlace) -> list[tuple[str, str]]:
    """Return the articles that the case cites as its grounds; one that the party broke gives no power over things."""
    applied = Citation.objects.filter(case=place.case, use=Citation.Use.APPLIED)
    keys = applied.order_by("key").values_list("key", flat=True).distinct()
    return [(key, key_label(key)) for key in keys]


def with_own(offered: Choices, own: Iterable[str]) -> list[tuple[str, str]]:
    """Return the articles that are offered, with those on which a step itself rests."""
    found = {key: str(label) for key, label in offered}
    return list((found | {key: key_label(key) for key in own}).items())


def _decisions(place: StepPlace) -> list[tuple[str, str]]:
    """Return the decisions against a party of the case that are left to be carried out, with party and what is left."""
    seen = set(seen_by(place.scope.reader).values_list("pk", flat=True))
    found = []
    for one in decisions_against(place.case):
        state = state_of_execution(place.case, one, place.scope.pack)
        if one.case_id not in seen or not (state.owed or state.deed):
            continue
        parties = "、".join(one.case.parties.filter(standing=Party.Standing.PARTY).values_list("name", flat=True))
        found.append((str(one.pk), f"{one.number}，{parties}，{_left(state)}"))
    return found[:MOST]


def _left(state: ToExecute) -> str:
    """Say what of a decision is left to be carried out, and until when; one that nobody has received says so first."""
    deed = "有尚未履行的行为义务"
    if state.deed_until is not None:
        deed += f"（改正期限至 {state.deed_until.isoformat()}）"
    left = [f"尚应缴纳 {state.owed:,.2f} 元"] if state.owed else []
    left += [deed] if state.deed else []
    unserved = [] if state.served_on else ["尚未送达，不能申请强制执行"]
    return "，".join([*unserved, *left])


def _apply_fields(place: StepPlace) -> Fields:
    kinds = [(one, label) for one, label in Measure.Kind.choices if one in THINGS]
    decisions = _decisions(place)
    hint = "代履行、申请法院强制执行的必须选择" if decisions else NOTHING_TO_EXECUTE
    grounds = [*SUBSTITUTE_GROUNDS.items(), *IMMEDIATE_GROUNDS.items()]
    return {
        "reason": area(
            "采取强制的理由",
            limit=1000,
            rows=3,
            hint="立即代履行的，写明须立即清除的物品、地点和当事人不能清除的情况",
        ),
        "basis": several(
            "采取强制的依据",
            with_own(cited(place), AT_ONCE_BASIS),
            required=False,
            help_text=f"查封扣押和立即代履行的必须选择；{CITE_FIRST}",
        ),
        "kind": choice("措施种类", kinds, required=False, help_text="查封扣押的必须选择"),
        "items": area("物品或者场所", required=False, rows=3, hint="查封扣押的必须填写，每行一项"),
        "executes": choice("要执行的决定", decisions, required=False, help_text=hint),
        "ground": choice(
            "代履行的法定情形", grounds, required=False, help_text="代履行和立即代履行的必须选择，前三项用于代履行"
        ),
        "due_on": Day(
            label="决定确定的履行期限",
            required=False,
            help_text="代履行的填写：决定要求当事人最迟哪一天履行行为义务；系统已登记改正期限的，可以不填",
        ),
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
        rev=place.rev,
    )


def _approve_fields(place: StepPlace) -> Fields:
    """Return what a leader is asked; why it comes late only where the measure was taken before."""
    found = approval_fields(place)
    taken = Measure.objects.filter(case=place.case, kind__in=list(THINGS), started_at__isnull=False)
    if not taken.exists():
        del found["late_reason"]
    return found


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
        rev=place.rev,
    )


def _seize_fields(place: StepPlace) -> Fields:
    urgent = Measure.objects.filter(case=place.case, kind__in=list(THINGS)).order_by("-registered_at").first()
    heard = area("当事人的陈述申辩", limit=900, rows=3, hint="没有提出或者不在场的写明没有")
    return {
        **on_site_fields(place),
        "party_present": yes_no("当事人是否到场"),
        "notified": text(
            "通知当事人到场的情况", limit=300, required=False, help_text="当事人没有到场的必须填写：时间、方式、结果"
        ),
        "witness": text("见证人", limit=120, required=False, help_text="当事人没有到场的必须填写姓名和单位或者住址"),
        "refusal": text(
            "当事人拒绝签名或者签收的情况",
            limit=300,
            required=False,
            help_text="拒绝的填写事由，并须有见证人或者音像记录；决定书按留置送达登记",
        ),
        **({"statement": heard} if urgent and urgent.urgent else {}),
        "days": _days_field(place),
        "inventory": area("查封扣押清单", rows=4, hint="名称、规格、数量，每行一项，当场清点交付"),
        "facts": area("违法事实和证据"),
        "basis": several("依据", cited(place), help_text=CITE_FIRST),
        "remedies": remedies_field(place),
    }


def _days_field(place: StepPlace) -> forms.Field:
    """Return the question for a period shorter than that of the law."""
    most = next((one.length for one in place.scope.pack.rules.time_limits if one.id == coercion.SEIZURE), None)
    whole = f"“期限”应为 1 至 {most} 的整数。"
    return forms.IntegerField(
        label="期限（日）",
        required=False,
        min_value=1,
        max_value=most,
        help_text=f"从实施之日起计算，不填的按 {most} 日",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), whole),
    )


def _seize(place: StepPlace, given: Given) -> CaseEvent:
    content = coercion.SeizureContent(on_site=on_site_of(given, "查封扣押"), **beside(given))
    return coercion.carry_out_coercion(
        place.case.pk,
        place.place,
        content=content,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _extend_fields(_place: StepPlace) -> Fields:
    return {
        "granted": yes_no("审批结论", words=("准予延长", "不准予延长")),
        "reason": area("审批意见和理由", limit=1000, rows=3),
    }


def _told_fields(_place: StepPlace) -> Fields:
    return {"told_on": Day(label="书面告知当事人日期")}


def _end_fields(_place: StepPlace) -> Fields:
    return {"how": text("处理结果", limit=300, help_text="如 清点无误，当场退还当事人")}


def _dispose_fields(place: StepPlace) -> Fields:
    decisions = [(str(one.pk), f"{one.number} {one.case.title}") for one in confiscating(place.case)]
    hint = "没收的必须选择" if decisions else "没有对同一当事人作出、包含没收非法财物的处罚决定，不能没收"
    return {
        "kind": one_of("处置方式", list(DISPOSALS.items())),
        "decision": choice("没收所依据的处罚决定", decisions, required=False, help_text=hint),
        "basis": several("依据", cited(place), required=False, help_text=f"销毁、拍卖或者变卖的必须选择；{CITE_FIRST}"),
        "body": text("接收机关", limit=120, required=False, help_text="移送的必须填写"),
        "told_on": Day(label="书面告知当事人日期", required=False, help_text="移送的必须填写"),
        "how": text("处置的经过", limit=200),
    }


def _dispose(place: StepPlace, given: Given) -> CaseEvent:
    values = {name: value for name, value in given.values.items() if name != "decision"}
    return seizures.hand_over_items(
        place.case.pk,
        place.place,
        content=seizures.DisposalContent(**values, decision_id=given.key("decision")),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _demand_fields(place: StepPlace) -> Fields:
    found = urge_fields(place)
    courts = executions.comes_before_court(place.standing, place.place)
    hint = "不填的按法定的等候期限，更长的填最后一天" if courts else "催告书给当事人的最后一天，届满前不能强制执行"
    found["perform_by"] = Day(label="催告的履行期限", required=not courts, help_text=hint)
    return found


def _demand(place: StepPlace, given: Given) -> CaseEvent:
    return executions.demand_performance(
        place.case.pk,
        place.place,
        **urge_values(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _publish(place: StepPlace, given: Given) -> CaseEvent:
    return executions.publish_coercion(
        place.case.pk, place.place, **given.values, actor=place.scope.account, at=place.scope.at, rev=place.rev
    )


COERCION: dict[Act, ActForm] = {
    coercion.apply_coercion: ActForm("报请审批", _apply, _apply_fields, asks_facts=True),
    coercion.approve_coercion: ActForm(
        "提交审批结论", plain(coercion.approve_coercion), _approve_fields, frozenset({"准予强制"})
    ),
    coercion.carry_out_coercion: ActForm("登记实施", _seize, _seize_fields, note=NUMBERED),
    seizures.extend_coercion: ActForm(
        "提交审批结论", plain(seizures.extend_coercion), _extend_fields, frozenset({"准予延长查封扣押"})
    ),
    seizures.tell_extension: ActForm("登记告知", plain(seizures.tell_extension), _told_fields),
    seizures.release_coercion: ActForm("登记解除", plain(seizures.release_coercion), _end_fields),
    seizures.hand_over_items: ActForm(
        "登记处置", _dispose, _dispose_fields, frozenset({"财物处置改为解除"}), papers="some"
    ),
    coercion.inform_on_the_spot: ActForm("登记当场告知", _inform, _inform_fields, papers="none"),
    executions.demand_performance: ActForm("登记催告", _demand, _demand_fields),
    executions.publish_coercion: ActForm(
        "登记公示情况", _publish, publish_fields, frozenset({"公开情况"}), papers="none", note=BY_HAND
    ),
}
