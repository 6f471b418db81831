"""Forms of performance in the party's place: its decision, what came of the demand, the day itself (代履行)."""

from __future__ import annotations

from datetime import date

from heliograph.desk.forms import Day, several, text
from heliograph.desk.steps.applications import plain, remedies_field
from heliograph.desk.steps.coercion import CITE_FIRST, cited, with_own
from heliograph.desk.steps.fields import area, money, one_of, yes_no
from heliograph.desk.steps.on_site import beside, on_site_fields, on_site_of
from heliograph.desk.steps.penalty import NUMBERED
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers.actions import substitutes
from heliograph.dossiers.actions.coercion import AT_ONCE, MANNER
from heliograph.dossiers.models import CaseEvent, Substitution


def _at_once(place: StepPlace) -> bool:
    return place.standing.facts.get(MANNER) == AT_ONCE


def _decision_fields(place: StepPlace) -> Fields:
    """Return what a decision says; the articles on which the step rests are offered and chosen beforehand."""
    own = [one for one in place.node.basis.split(",") if one]
    basis = several("依据", with_own(cited(place), own), help_text=f"环节本身的依据已选好，请核对；{CITE_FIRST}")
    basis.initial = own
    earliest = substitutes.earliest_day(place.scope.pack, place.scope.on, at_once=_at_once(place))
    planned = Day(label="代履行之日", help_text=_planned_words(place, earliest))
    return {
        "performer": text("代履行人", limit=200, help_text="本机关或者没有利害关系的第三人，不能是当事人"),
        "method": text("代履行的方式", limit=500),
        "object": text("标的", limit=500, help_text="代为清除、恢复或者排除的物品、场所"),
        "planned_on": planned,
        "budget": money("费用预算"),
        "reasons": area("理由"),
        "basis": basis,
        "remedies": remedies_field(place),
    }


def _planned_words(place: StepPlace, earliest: date) -> str:
    if _at_once(place):
        return "立即代履行的，填今天"
    return f"决定书送达后还要再次催告，最早为 {earliest.isoformat()}"


def _decide(place: StepPlace, given: Given) -> CaseEvent:
    return substitutes.decide_substitute(
        place.case.pk,
        place.place,
        content=substitutes.SubstituteContent(**given.values),
        paper=given.papers[0],
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _answer_fields(place: StepPlace) -> Fields:
    """Return what is asked after a demand; nothing is chosen beforehand, whatever was answered before."""
    until = substitutes.term_of(place.case)
    hint = f"催告的履行期限至 {until.isoformat()}，届满以前不能登记未履行" if until else ""
    states = [(one, one) for one in (substitutes.PERFORMED, substitutes.UNPERFORMED)]
    return {
        "state": one_of("催告后履行情况", states, hint=hint),
        "statement": area(
            "当事人的陈述、申辩和复核情况", limit=1900, rows=3, hint="没有提出的写明没有；提出的写明复核意见和是否采纳"
        ),
    }


def _substitute_fields(place: StepPlace) -> Fields:
    plan = Substitution.objects.filter(case=place.case).first()
    budget = f"预算 {plan.budget:,} 元" if plan else ""
    day = f"决定书写明的代履行之日是 {plan.planned_on.isoformat()}，" if plan else ""
    late = {
        "moved_reason": text(
            "改期的理由", limit=500, required=False, help_text=f"{day}在以后的日期实施的填写，并写明告知当事人的情况"
        ),
        "urgent_reason": text(
            "夜间或者法定节假日实施的理由", limit=500, required=False, help_text="只在情况紧急时才能在这些时间实施"
        ),
    }
    return {
        **on_site_fields(place),
        **({"party_present": yes_no("当事人是否在场")} if _at_once(place) else {}),
        "result": area("代履行的经过和结果", limit=1900),
        "cost": money("实际费用", hint=f"{budget}，按照成本合理确定，没有发生费用的填 0".lstrip("，")),
        "cost_note": text(
            "费用说明", limit=500, required=False, help_text="超过预算的写明原因；法律规定不由当事人承担的写明规定"
        ),
        "performer_signer": text("代履行人的签名人", help_text="在执行文书上签名或者盖章的人"),
        "party_signer": text("签名的当事人或者见证人", help_text="当事人不在场或者不签名的，写见证人"),
        **({} if _at_once(place) else late),
    }


def _substitute(place: StepPlace, given: Given) -> CaseEvent:
    content = substitutes.PerformedContent(on_site=on_site_of(given, "代履行"), **beside(given))
    return substitutes.substitute_performance(
        place.case.pk,
        place.place,
        content=content,
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _told_fields(_place: StepPlace) -> Fields:
    return {
        "told_on": Day(label="通知当事人日期"),
        "how": area("通知的方式和结果", limit=1900, rows=3, hint="何时、以何种方式通知何人，当事人的意见"),
    }


SUBSTITUTES: dict[Act, ActForm] = {
    substitutes.decide_substitute: ActForm("作出代履行决定", _decide, _decision_fields, papers="file", note=NUMBERED),
    substitutes.answer_demand: ActForm(
        "登记履行情况", plain(substitutes.answer_demand), _answer_fields, frozenset({substitutes.AFTER_DEMAND})
    ),
    substitutes.substitute_performance: ActForm(
        "登记代履行", _substitute, _substitute_fields, frozenset({substitutes.PRESENT})
    ),
    substitutes.tell_afterwards: ActForm("登记通知", plain(substitutes.tell_afterwards), _told_fields),
}
