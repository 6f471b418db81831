"""What is to be decided at a step, for whoever decides it: the newest proposal, its grounds, answers and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heliograph.desk.case_sections import (
    APPROVING,
    Line,
    Section,
    day,
    hearing_section,
    in_short,
    inspection_section,
    moment,
    proposal_section,
    said,
    statement_section,
)
from heliograph.desk.case_sections_coercion import (
    COERCION,
    coercion_sections,
    opinion_sections,
    paper_sections,
)
from heliograph.desk.cited import CitedArticle, articles_of
from heliograph.desk.steps.shape import StepPlace
from heliograph.dossiers import models
from heliograph.dossiers.actions.coercion import MANNER
from heliograph.dossiers.models import Case, CaseEvent, Evidence, Proposal
from heliograph.dossiers.permissions import HANDLERS
from heliograph.kernel.bpmn import Node
from heliograph.kernel.bpmn.notation import Kind
from heliograph.procedures.models import Step
from heliograph.procedures.queries import Standing, steps_of
from heliograph.registers.models import Role

DECIDING = frozenset({"decide", "decide_no_penalty", "decide_application", "decide_levy", "decide_substitute"})
RETURNED = "case.returned"
AGREEING = APPROVING | DECIDING | {"decide_filing"}  # after these what was sent back is settled
STORY = 8  # of what happened last
YES_NO = {True: "是", False: "否"}


@dataclass(frozen=True, slots=True)
class Matter:
    """What a step's page shows of the case: one sentence, why it came back, the sections and the articles they cite."""

    headline: str
    returned: CaseEvent | None
    sections: Sequence[Section]
    articles: Mapping[str, CitedArticle]
    first: bool  # whether it stands before the form: for whoever did not write it


def matter_of(place: StepPlace) -> Matter:
    """Return what is to be decided at a step. A fixed number of queries."""
    case, stands = place.case, place.standing
    parts = _parts(case)
    done = list(steps_of(case.agency_id, case.pk))
    story = list(CaseEvent.objects.filter(case=case).select_related("made_by").order_by("-made_at", "-pk"))
    sections = [
        *_inspection(case),
        *coercion_sections(case, place.scope.pack, str(stands.facts.get(MANNER, "")), story),
        *_proposal(case, stands, parts),
        *(statement_section(one) for one in parts["statements"]),
        *(hearing_section(one) for one in parts["hearings"]),
        *opinion_sections(case),
        *grounds_sections(stands, done),
        *answers_sections(stands, done),
        case_section(case, parts),
        *evidence_sections(parts["evidence"]),
        *paper_sections(parts["papers"], shown=case.category == COERCION),
        story_section(story[:STORY]),
    ]
    keys = [key for section in sections for line in section.lines for key in line.keys]
    return Matter(
        headline=_headline(place, parts["proposals"]),
        returned=_returned(place, story, done),
        sections=sections,
        articles=articles_of(place.scope, keys),
        first=place.node.role not in HANDLERS,
    )


def _parts(case: Case) -> dict[str, list[Any]]:
    """Return the rows that the sections are made of."""
    return {
        "proposals": list(Proposal.objects.filter(case=case).order_by("-number")),
        "decisions": list(models.Decision.objects.filter(case=case).order_by("-decided_on", "-pk")),
        "parties": list(models.Party.objects.filter(case=case).order_by("standing", "pk")),
        "statements": list(models.Statement.objects.filter(case=case).order_by("received_on", "pk")),
        "hearings": list(models.Hearing.objects.filter(case=case).select_related("chair").order_by("requested_on")),
        "citations": list(models.Citation.objects.filter(case=case).order_by("use", "key")),
        "papers": list(models.Paper.objects.filter(case=case).order_by("made_on", "pk")),
        "evidence": list(
            Evidence.objects.filter(case=case).select_related("first_collector", "second_collector")
            .order_by("obtained_on", "pk")
        ),
    }  # fmt: skip


def _headline(place: StepPlace, proposals: Sequence[Proposal]) -> str:
    """Return what will be decided or approved, in one sentence; nothing at any other step."""
    if not proposals or place.act not in DECIDING | APPROVING:
        return ""
    word = "拟作出的决定" if place.act in DECIDING else "请审批的处理意见"
    return f"{word}：{in_short(proposals[0], place.case.category)}"


def _returned(place: StepPlace, story: Sequence[CaseEvent], done: Sequence[Step]) -> CaseEvent | None:
    """Return why the case came back, where nobody has done the step since, nor agreed to what was sent back."""
    last = next((step.at for step in reversed(done) if step.place == place.place), None)
    back = next((one for one in story if one.kind == RETURNED or one.text.startswith("退回")), None)
    if back is None or (last is not None and back.made_at < last):
        return None
    since = [one for one in story if one.made_at > back.made_at]
    return None if any(one.act == back.act or one.act in AGREEING for one in since) else back


def _inspection(case: Case) -> list[Section]:
    found = models.Inspection.objects.filter(case=case).select_related("approved_by").first()
    return [inspection_section(found)] if found else []


def _proposal(case: Case, stands: Standing, parts: Mapping[str, list[Any]]) -> list[Section]:
    approving = is_approved(stands)
    found = [proposal_section(one, case, parts, approving=approving) for one in parts["proposals"][:1]]
    return [Section(one.title, one.lines, "", one.mark, one.css, open=True) for one in found]


def is_approved(stands: Standing) -> bool:
    """Say whether somebody approves what is proposed before it is decided, by the procedure of the case."""
    return any(node.act in APPROVING for node in stands.compiled.definition.nodes.values())


# -- grounds and answers
def grounds_sections(stands: Standing, done: Iterable[Step]) -> list[Section]:
    """Return which rows of the tables held, so why a review, a discussion or a hearing is due or is not."""
    nodes, tables = stands.compiled.definition.nodes, stands.compiled.tables
    found: dict[str, Line] = {}
    for step in done:
        for place in dict.fromkeys(place for pair in step.passed for place in pair):
            node = nodes.get(place)
            if node is None or node.kind is not Kind.RULE:
                continue
            table = tables[node.decision]
            rows = [row for row in table.rows if row.id in step.fired.get(place, ())]
            told = [_row(row.outputs, row.description, row.basis) for row in rows]
            found[table.id] = Line(table.name, "\n".join(told) or "没有适用的情形", long=len(told) > 1, by_rules=True)
    return [Section("按规则表得出的情形", list(found.values()), open=True)] if found else []


def _row(outputs: Sequence[str], description: str, basis: str) -> str:
    says = "、".join(one.strip('"') for one in outputs if one.strip('"') not in {"", "true", "false"}) or description
    return f"{says}（依据：{basis}）" if basis else says


def answers_sections(stands: Standing, done: Iterable[Step]) -> list[Section]:
    """Return what was answered, the last answer to each question: the handlers' apart from anybody else's (R1)."""
    asked = {one["name"]: one for one in stands.compiled.bundle.facts if one.get("ask", "handler") == "handler"}
    found: dict[str, tuple[str, Line]] = {}
    by: dict[str, str] = {}
    for step in done:
        answered = {name: step.facts[name] for name in asked if name in step.facts}  # in the order of the form
        title = _answering(stands.node(step.place))
        for name, value in answered.items():
            found[name] = (title, Line(asked[name].get("question") or name, _value(value)))
        if answered and step.actor is not None:
            by[title] = f"{step.actor.display_name}，{moment(step.at)}"
    titles = dict.fromkeys(title for title, _line in found.values())
    return [
        Section(title, [line for of, line in found.values() if of == title], by.get(title, ""), open=True)
        for title in titles
    ]


def _answering(node: Node | None) -> str:
    """Return whose answers a step holds: those of the handlers, or of the office that it belongs to."""
    if node is None or not node.role or node.role in HANDLERS:
        return "承办人的回答"
    return f"{Role(node.role).label}的回答"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return YES_NO[value]
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


# -- the case itself
def case_section(case: Case, parts: Mapping[str, list[Any]]) -> Section:
    """Return whom and what the case is about, and the articles it cites."""
    parties = "、".join(f"{one.name}（{one.get_kind_display()}）" for one in parts["parties"])
    span = " 至 ".join(dict.fromkeys(filter(None, (day(case.occurred_from), day(case.occurred_to)))))
    lines = [*said(("当事人", parties), ("案情", case.facts), ("行为时间", span), ("地点", case.place))]
    for use, label in models.Citation.Use.choices:
        keys = tuple(one.key for one in parts["citations"] if one.use == use)
        if keys:
            lines.append(Line(str(label), keys=keys))
    return Section("案情", lines, open=not parts["proposals"])


def evidence_sections(evidence: Sequence[Evidence]) -> list[Section]:
    """Return the list of the evidence."""
    lines = [
        Line(one.name, f"{one.get_kind_display()}，证明：{one.proves}；{day(one.obtained_on)}，{_takers(one)}")
        for one in evidence
    ]
    return [Section(f"证据 {len(lines)} 项", lines, open=False)] if lines else []


def _takers(one: Evidence) -> str:
    second = f"、{one.second_collector.display_name}" if one.second_collector else ""
    return f"{one.first_collector.display_name}{second}"


def story_section(story: Iterable[CaseEvent]) -> Section:
    """Return what happened last."""
    told = ((one, one.made_by.display_name if one.made_by else "系统") for one in story)
    lines = [Line(moment(one.made_at), f"{one.step}：{one.text}（{by}）", long=True) for one, by in told]
    return Section("最近的办案经过", lines)
