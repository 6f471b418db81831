"""Forms of the steps of a legality review: package, check, supplement, opinion, answers, coordination."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from heliograph.desk.article_field import ArticleField
from heliograph.desk.forms import Day, choice, several, text
from heliograph.desk.steps.fields import area, one_of
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers.models import CaseEvent
from heliograph.kernel.verdict import Refused
from heliograph.legality_review import actions
from heliograph.legality_review.actions import (
    AnswerContent,
    CoordinationContent,
    FindingContent,
    MaterialContent,
    OpinionContent,
)
from heliograph.legality_review.models import Coordination, ElementFinding, OpinionItem
from heliograph.legality_review.models.reviews import Conclusion
from heliograph.legality_review.package import pieces_of
from heliograph.legality_review.queries import elements_of, last_opinion, last_review, latest_materials, package_of
from heliograph.legality_review.rules.reviewing import faults_of, may_conclude

FILE, LACKING, FINDING, NOTE, CITED, SHOWN, ANSWER, REASON = (
    "file-", "lacking-", "finding-", "note-", "cited-", "shown-", "answer-", "reason-",
)  # fmt: skip
PROBLEM = ElementFinding.Finding.PROBLEM
PAPER_KEY, EVIDENCE_KEY = "paper:", "evidence:"
TRUTH = "承办机构对送审材料的真实性、准确性、完整性，以及执法的事实、证据、法律适用、程序的合法性负责"


def _call(function: Act, place: StepPlace, **values: Any) -> CaseEvent:
    done: CaseEvent = function(
        place.case.pk, place.place, **values, actor=place.scope.account, at=place.scope.at, rev=place.rev
    )
    return done


def _named(given: Given, prefix: str) -> dict[str, Any]:
    """Return the values of the fields that begin alike, by what follows."""
    found = {name.removeprefix(prefix): value for name, value in given.values.items() if name.startswith(prefix)}
    return {name: value for name, value in found.items() if value}


def _materials(given: Given) -> list[MaterialContent]:
    return [MaterialContent(name, file_id, signed=True) for name, file_id in _named(given, FILE).items()]


# -- the package
def _submit_fields(place: StepPlace) -> Fields:
    found: Fields = {}
    for kept in package_of(place.case, place.scope.pack):
        state = kept.state
        lack = "案卷中没有，请上传" if not state.present else f"案卷中已有：{kept.held}"
        if state.present and state.must_be_signed and not state.signed:
            lack = f"{lack}；没有签章后的文件，请上传"
        found[FILE + kept.rule.id] = CaseFileField(label=f"{kept.rule.name}（签章后的文件）", hint=lack)
    return {
        **found,
        "note": area("送审说明", limit=2000, rows=3, required=False, hint="争议焦点、需要着重审核的问题"),
        "truth_stated": several("责任确认", [("yes", TRUTH)]),
    }


def _submit(place: StepPlace, given: Given) -> CaseEvent:
    return _call(
        actions.submit_review,
        place,
        materials=_materials(given),
        note=given.values["note"],
        truth_stated="yes" in given.values["truth_stated"],
        papers=given.papers,
    )


def _check_fields(place: StepPlace) -> Fields:
    review = last_review(place.case)
    rows = latest_materials(review) if review else {}
    return {
        LACKING + key: text(f"{row.name}：须补充", limit=500, required=False, help_text=f"{row.held}。齐全的不填")
        for key, row in rows.items()
    }


def _check(place: StepPlace, given: Given) -> CaseEvent:
    return _call(actions.check_submission, place, lacking=_named(given, LACKING))


def _supplement_fields(place: StepPlace) -> Fields:
    review = last_review(place.case)
    rows = latest_materials(review) if review else {}
    found: Fields = {
        FILE + key: CaseFileField(label=f"{row.name}（签章后的文件）", hint=f"须补充：{row.lacking}")
        for key, row in rows.items()
        if row.lacking
    }
    return {**found, "note": area("补充情况", limit=2000, rows=3)}


def _supplement(place: StepPlace, given: Given) -> CaseEvent:
    return _call(actions.supplement_review, place, materials=_materials(given), note=given.values["note"])


# -- the opinion
def _opinion_fields(place: StepPlace) -> Fields:
    shown = [
        *((f"{PAPER_KEY}{one.pk}", f"文书：{one}") for one in place.case.papers.order_by("made_on", "id")),
        *((f"{EVIDENCE_KEY}{one.pk}", f"证据：{one}") for one in place.case.evidence.order_by("id")),
    ]
    found: Fields = {}
    for key, name in elements_of(place.scope.pack).items():
        found[FINDING + key] = one_of(name, ElementFinding.Finding.choices)
        found[NOTE + key] = area(
            "说明", limit=2000, rows=2, required=False, hint="存在问题的必须写明，将列为审核意见的问题"
        )
        found[CITED + key] = ArticleField("引用条文", required=False)
        found[SHOWN + key] = choice("所指的文书或者证据", shown, required=False)
    return {
        **found,
        "conclusion": one_of("审核结论", Conclusion.choices),
        "text": area("书面审核意见", hint="存在问题的要素会逐条列入意见，由承办机构逐项处理"),
    }


@dataclass(frozen=True, slots=True)
class Element:
    """The fields of one element on the page. open: something is said of it beyond its finding."""

    finding: forms.BoundField
    more: list[forms.BoundField]
    open: bool


def _beside_opinion(place: StepPlace, form: forms.Form) -> dict[str, Any]:
    """Return what the page of the opinion shows: the package to read, and the fields by element."""
    review = last_review(place.case)
    keys = list(elements_of(place.scope.pack))
    elements = []
    for key in keys:
        more = [form[prefix + key] for prefix in (NOTE, CITED, SHOWN)]
        said = form[FINDING + key].value() == PROBLEM or any(one.errors or one.value() for one in more)
        elements.append(Element(form[FINDING + key], more, said))
    pieces = pieces_of(review) if review else []
    return {
        "review": review,
        "pieces": pieces,
        "first_file": next((one.file for one in pieces if one.file), None),
        "elements": elements,
        "rest": [form["conclusion"], form["text"]],
        "grounds": review.grounds if review else [],
    }


def _finding(key: str, values: Mapping[str, Any]) -> FindingContent:
    shown = str(values.get(SHOWN + key) or "")
    return FindingContent(
        element=key,
        finding=values[FINDING + key],
        note=values.get(NOTE + key) or "",
        cited=values.get(CITED + key) or "",
        paper_id=_key(shown, PAPER_KEY),
        evidence_id=_key(shown, EVIDENCE_KEY),
    )


def _key(shown: str, prefix: str) -> Any:
    return shown.removeprefix(prefix) if shown.startswith(prefix) else None


def _opinion_faults(place: StepPlace, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return by field all that an opinion lacks, so that it stands together at the top of the page."""
    elements = elements_of(place.scope.pack)
    found = [_finding(key, values).found for key in elements if values.get(FINDING + key)]
    at = {"note": NOTE, "object": CITED}
    for one in faults_of(elements, found):
        if at[one.at] + one.element in values:  # what was typed there is not at fault by itself
            yield at[one.at] + one.element, one.refused.message
    problems = [one.element for one in found if one.finding == PROBLEM]
    if len(found) == len(elements) and values.get("conclusion"):
        text = values.get("text") or TRUTH  # the field itself says when it is empty
        told = may_conclude(values["conclusion"], found, problems, text=text, waiting=False)
        if isinstance(told, Refused):
            yield "conclusion", told.message


def _opine(place: StepPlace, given: Given) -> CaseEvent:
    found = [_finding(key, given.values) for key in elements_of(place.scope.pack)]
    content = OpinionContent(
        conclusion=given.values["conclusion"],
        text=given.values["text"],
        findings=found,
        items=[(one.element, one.note) for one in found if one.finding == PROBLEM],
    )
    return _call(actions.review_opinion, place, content=content, papers=given.papers)


# -- answers and disagreement
def _items(place: StepPlace) -> list[OpinionItem]:
    opinion = last_opinion(place.case)
    return list(opinion.items.order_by("number")) if opinion else []


def _respond_fields(place: StepPlace) -> Fields:
    found: Fields = {}
    for item in _items(place):
        found[f"{ANSWER}{item.number}"] = one_of(f"第 {item.number} 项：{item.problem}", OpinionItem.Answer.choices)
        found[f"{REASON}{item.number}"] = area(
            f"第 {item.number} 项的处理情况", limit=2000, rows=3, hint="采纳的写怎样处理，不采纳的写理由"
        )
    return found


def _respond(place: StepPlace, given: Given) -> CaseEvent:
    answers = {
        int(number): AnswerContent(answer, given.values.get(f"{REASON}{number}") or "")
        for number, answer in _named(given, ANSWER).items()
    }
    return _call(actions.respond_to_opinion, place, answers=answers, papers=given.papers)


def _coordinate_fields(_place: StepPlace) -> Fields:
    hint = "选集体讨论的，须先在案件页面召集负责人集体讨论，由参加人各自登录表态；表态和不同意见从讨论记录取得"
    return {
        "manner": one_of("协调方式", Coordination.Manner.choices, hint=hint),
        "held_on": Day(label="协调日期"),
        "minutes": area("协调经过", hint="各方意见、讨论经过"),
        "result": one_of(
            "协调结果", Coordination.Result.choices, hint="协调不能代替审核；重新审核由审核机构再次出具意见"
        ),
        "grounds": area("最终处理依据", rows=3),
    }


def _coordinate(place: StepPlace, given: Given) -> CaseEvent:
    return _call(actions.coordinate_review, place, content=CoordinationContent(**given.values), papers=given.papers)


REVIEWS: dict[Callable[..., Any], ActForm] = {
    actions.submit_review: ActForm("送法制审核", _submit, _submit_fields),
    actions.check_submission: ActForm("提交核对结果", _check, _check_fields, gives=frozenset({"送审材料齐全"})),
    actions.supplement_review: ActForm("提交补充材料", _supplement, _supplement_fields),
    actions.review_opinion: ActForm("出具审核意见", _opine, _opinion_fields, gives=frozenset({"审核结论"}),
                                    check=_opinion_faults, template="case_opinion.html", beside=_beside_opinion),
    actions.respond_to_opinion: ActForm("提交处理情况", _respond, _respond_fields, gives=frozenset({"对审核意见"})),
    actions.coordinate_review: ActForm("提交协调结果", _coordinate, _coordinate_fields, gives=frozenset({"协调结果"})),
}  # fmt: skip
