"""A penalty case walked stage by stage, each function from where the one before it ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from heliograph.dossiers import actions
from heliograph.dossiers.actions import EvidenceContent, MeasureContent, OnSiteContent
from heliograph.dossiers.models import Case, Measure
from heliograph.dossiers.reasons import REASONS
from heliograph.dossiers.tests.bureau import Bureau, fine, generic_step, opened, papers, served, step_of
from heliograph.kernel.bpmn import Node
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.procedures.queries import standing


def filed(bureau: Bureau, **changes: Any) -> Case:
    """A case filed by the leader in charge."""
    case = opened(bureau, **changes)
    actions.complete_step(case.pk, generic_step(case), note="线索属实", papers=[], facts={"线索核查结论": "建议立案"},
                          actor=bureau["handler"], at=bureau.later())  # fmt: skip
    actions.propose_filing(case.pk, step_of(case, "propose_filing"), facts_found="迟报统计资料，建议立案",
                           papers=papers(bureau, "立案审批表"), actor=bureau["handler"], at=bureau.later())  # fmt: skip
    actions.decide_filing(case.pk, step_of(case, "decide_filing"), granted=True, opinion="同意立案",
                          actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    return case


def went_on_site(bureau: Bureau, case: Case) -> None:
    """Two officers show their certificates and question the party."""
    began = bureau.later()
    actions.register_on_site_act(
        case.pk,
        content=OnSiteContent(
            act="询问",
            place="晴川县一号",
            shown_at=began - timedelta(minutes=1),
            began_at=began,
            ended_at=began,
            first_officer_id=bureau["handler"].pk,
            second_officer_id=bureau["co_handler"].pk,
            person_present="王某",
            rights_told=True,
        ),
        actor=bureau["handler"],
        at=bureau.later(),
    )


def took_evidence(bureau: Bureau, case: Case) -> None:
    """The handler registers what proves the act."""
    content = EvidenceContent("documentary", "报表", "迟报", "当事人提供", bureau.today, bureau["handler"].pk,
                              second_collector_id=bureau["co_handler"].pk, file_id=bureau.files[case.pk])  # fmt: skip
    actions.add_evidence(case.pk, content=content, actor=bureau["handler"], at=bureau.later())


def preserved(bureau: Bureau, case: Case, items: str = "账簿一册") -> Measure:
    """Evidence is preserved: asked for, approved by the leader in charge, carried out."""
    content = MeasureContent("preservation", items, "可能灭失")
    leader = bureau["leader_in_charge"]
    asked = actions.ask_measure(case.pk, content=content, approver_id=leader.pk, actor=bureau["handler"],
                                at=bureau.later())  # fmt: skip
    actions.approve_measure(asked.pk, granted=True, opinion="同意", actor=leader, at=bureau.later())
    began = bureau.later()
    return actions.begin_measure(asked.pk, started_at=began, actor=bureau["handler"], at=bureau.later())


def investigated(bureau: Bureau, **changes: Any) -> Case:
    """A case whose evidence is taken."""
    case = filed(bureau, **changes)
    went_on_site(bureau, case)
    took_evidence(bureau, case)
    actions.cite(case.pk, use="violated", key="行政处罚法@2021:54", actor=bureau["handler"], at=bureau.later())
    actions.investigate(case.pk, step_of(case, "investigate"), summary="询问并调取报表",
                        papers=papers(bureau, "询问笔录", "现场笔录"), actor=bureau["handler"],
                        at=bureau.later())  # fmt: skip
    return case


def reasons_for(node: Node, names: Iterable[str]) -> dict[str, str]:
    """Return the text with a reason for each of these answers, where a step asks for reasons."""
    return {REASONS: "\n".join(f"{name}：经比对卷内材料判断" for name in names)} if REASONS in node.facts else {}


def answers(bureau: Bureau, case: Case, place: str, **yes: bool) -> dict[str, Any]:
    """No to every question that a step asks, but those named, each with a reason where the step wants one."""
    stands = standing(case.pk)
    node = stands.compiled.definition.nodes[place]
    asked = {*node.facts, *(facts_ahead(stands.compiled.definition, place) - stands.facts.keys())}
    questions = (one for name, one in stands.compiled.dictionary.items() if name in asked and one.type == "boolean")
    given: dict[str, Any] = {one.name: yes.get(one.name, False) for one in questions}
    return given | reasons_for(node, given)


def concluded(bureau: Bureau, case: Case, proposal: Any = None, **yes: bool) -> Case:
    """Write the report of a case."""
    place = step_of(case, "conclude_investigation")
    actions.conclude_investigation(
        case.pk,
        place,
        content=proposal or fine(),
        papers=papers(bureau, "调查终结报告"),
        facts=answers(bureau, case, place, **yes),
        actor=bureau["handler"],
        at=bureau.later(),
    )
    return case


def noticed(bureau: Bureau, case: Case) -> Case:
    """Approve the proposal and tell the party."""
    actions.approve_handling(case.pk, step_of(case, "approve_handling"), agreed=True, opinion="同意",
                             papers=papers(bureau, "行政处罚审批表"), actor=bureau["leader_in_charge"],
                             at=bureau.later())  # fmt: skip
    place = step_of(case, "give_prior_notice")
    node = standing(case.pk).node(place)
    assert node is not None
    actions.give_prior_notice(case.pk, place, served_on=bureau.today, papers=papers(bureau, *node.documents),
                              actor=bureau["handler"], at=bureau.later())  # fmt: skip
    return case


def answered(bureau: Bureau, case: Case, kind: str = "waiver", content: str = "") -> Case:
    """Register what the party said."""
    actions.end_statement(case.pk, step_of(case, "end_statement"), kind=kind, received_on=bureau.today,
                          content=content, file_id=bureau.files[case.pk], actor=bureau["handler"],
                          at=bureau.later())  # fmt: skip
    return case


def decided(bureau: Bureau, case: Case, **more: Any) -> Case:
    """Decide the case."""
    [paper] = papers(bureau, "行政处罚决定书")
    options = {"collecting_bank": "晴川农商银行", "surcharge": True, **more}
    actions.decide(case.pk, step_of(case, "decide"), paper=paper, actor=bureau["leader_in_charge"], at=bureau.later(),
                   **options)  # fmt: skip
    return case


def served_on_party(bureau: Bureau, case: Case, **changes: Any) -> Case:
    """Serve the decision."""
    actions.serve(case.pk, step_of(case, "serve"), content=served(bureau, **changes), papers=papers(bureau, "送达回证"),
                  actor=bureau["handler"], at=bureau.later())  # fmt: skip
    return case
