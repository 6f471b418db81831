"""The procedures that come with the product: one for every category (S23), and no way round what the law demands.

The bypass list is proved on the graph: without a step nobody gets to another, whatever is filled in.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from heliograph.kernel.bpmn import Definition, Kind, prove_flow, read_process
from heliograph.kernel.dmn import Table
from heliograph.kernel.feel import FactValue
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.kernel.packs.compiling import called_by, definition_of, dictionary_of, procedures_for, table_of
from heliograph.kernel.packs.load import available, load_pack, shipped
from heliograph.kernel.packs.schema import CASE_EVENTS, Procedure, Sections
from tests.packs.agencies import AGENCIES, JH, LZ, RZ, WS, XLT, pack

RULES = load_pack(shipped(), "cn-national@2026.11").rules
ROOTS = [one.id for one in RULES.procedures if one.kind != "called"]
DRAWN = [one.id for one in RULES.procedures]
CATEGORIES = {
    LZ: {"penalty", "inspection"},
    RZ: {"permit", "penalty", "coercion"},
    XLT: {"permit", "penalty", "coercion", "levy", "levy_requisition", "fee", "inspection"},
    WS: {"permit", "penalty", "other"},
    JH: {"penalty", "inspection", "coercion"},
}


def rules_of(agency: str) -> Sections:
    return pack(agency).rules


def reached(definition: Definition, *without: str) -> set[str]:
    """Return every place that a case can come to when nobody may pass some of them."""
    found: set[str] = set()
    waiting = [definition.start]
    while waiting:
        name = waiting.pop()
        if name in found or name in without:
            continue
        found.add(name)
        node = definition.nodes[name]
        waiting += [way.target for way in node.ways] if node.kind is not Kind.CALL else [node.begins]
        waiting += node.timers
        if node.kind is Kind.END and node.scope:
            waiting += [way.target for way in definition.nodes[node.scope[:-1]].ways]
    return found


# -- S23: each agency, each category -----------------------------------------------------------------------------------
@pytest.mark.parametrize("agency", AGENCIES)
def test_every_category_of_an_agency_has_a_procedure(agency: str) -> None:
    rules = rules_of(agency)
    assert {one.id for one in rules.categories} == CATEGORIES[agency]
    for category in CATEGORIES[agency]:
        found = procedures_for(rules, category)
        assert found, category
        assert [one.kind for one in found].count("ordinary") == 1, category


def test_penalties_have_an_ordinary_and_a_summary_procedure_everywhere() -> None:
    for agency in AGENCIES:
        found = {one.id: one.kind for one in procedures_for(rules_of(agency), "penalty")}
        assert found == {"penalty_ordinary": "ordinary", "penalty_summary": "summary"}


def test_categories_of_xinglongtai_that_the_nation_does_not_know_run_on_national_flowcharts() -> None:
    rules = rules_of(XLT)
    assert [one.id for one in procedures_for(rules, "levy_requisition")] == ["levy"]
    assert [one.id for one in procedures_for(rules, "fee")] == ["simple"]
    national: Procedure = load_pack(shipped(), "cn-national@2026.11").rule("procedures", "simple")
    assert pack(XLT).rule("procedures", "simple").source == national.source


# -- every flowchart runs and can be drawn -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", available(shipped()))
def test_every_procedure_of_every_pack_is_proved(name: str) -> None:
    rules = load_pack(shipped(), name).rules
    for procedure in rules.procedures:
        if procedure.kind != "called":
            assert prove_flow(definition_of(rules, procedure.id)).faults == ()


@pytest.mark.parametrize("procedure", DRAWN)
def test_every_flowchart_has_its_drawing_and_every_element_a_basis(procedure: str) -> None:
    rule = next(one for one in RULES.procedures if one.id == procedure)
    assert "BPMNDiagram" in rule.source
    process = read_process(rule.source.encode())
    assert process.basis
    for element in process.elements.values():
        if element.kind in {Kind.TASK, Kind.RULE, Kind.CALL}:
            assert element.basis, element.id
            assert f'bpmnElement="{element.id}"' in rule.source


def test_on_the_spot_steps_of_officers_are_done_by_two() -> None:
    for rule in RULES.procedures:
        for element in read_process(rule.source.encode()).elements.values():
            if element.onsite or element.act in {"investigate", "inspect_on_site", "carry_out_coercion"}:
                assert element.officers >= 2, element.id
                assert element.onsite, element.id


# -- what nobody gets round --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("procedure", "without", "never"),
    [
        ("penalty_ordinary", "t_filing", "t_investigate"),
        ("penalty_ordinary", "t_investigate", "t_conclude"),
        ("penalty_ordinary", "t_conclude", "t_decide"),
        ("penalty_ordinary", "r_catalogue", "t_approve"),
        ("penalty_ordinary", "r_discussion", "t_decide"),
        ("penalty_ordinary", "g_handling", "t_decide"),
        ("penalty_ordinary", "r_catalogue_again", "c_review_again/t_submit"),
        ("penalty_ordinary", "t_decide", "t_serve"),
        ("penalty_ordinary", "t_serve", "t_publish"),
        ("penalty_ordinary", "t_serve", "c_execution/t_perform"),
        ("penalty_ordinary", "c_execution/c_court/t_urge", "c_execution/c_court/t_apply_court"),
        ("penalty_ordinary", "c_transfer/t_transfer_approve", "c_transfer/t_transfer"),
        ("penalty_ordinary", "t_close", "t_archive"),
        ("penalty_summary", "t_identify", "t_decide"),
        ("penalty_summary", "r_summary", "t_decide"),
        ("penalty_summary", "t_notice", "t_decide"),
        ("penalty_summary", "t_serve", "c_execution/t_perform"),
        ("permit", "t_accept", "t_decide"),
        ("permit", "t_examine", "t_decide"),
        ("permit", "r_catalogue", "t_decide"),
        ("permit", "t_notify", "t_hearing"),
        ("permit", "t_decide", "t_publish"),
        ("inspection", "g_approved", "t_inspect"),
        ("inspection", "t_feedback", "t_publish"),
        ("coercion", "r_catalogue", "t_approve"),
        ("coercion", "t_approve", "t_carry_out"),
        ("coercion", "t_inform", "t_carry_out"),
        ("coercion", "t_approve", "c_substitute/t_substitute"),
        ("coercion", "c_substitute/t_urge_substitute", "c_substitute/t_substitute"),
        ("coercion", "t_approve_now", "c_immediate/t_decide"),
        ("coercion", "c_immediate/t_decide", "c_immediate/t_clear"),
        ("coercion", "c_court/t_urge", "c_court/t_apply_court"),
        ("levy", "t_statement", "t_decide"),
        ("levy", "r_catalogue", "t_decide"),
        ("simple", "r_catalogue", "t_decide"),
    ],
)
def test_there_is_no_way_round(procedure: str, without: str, never: str) -> None:
    definition = definition_of(RULES, procedure)
    assert without in definition.nodes
    assert never in reached(definition)
    assert never not in reached(definition, without)


def test_no_penalty_without_a_notice_of_either_kind() -> None:
    definition = definition_of(RULES, "penalty_ordinary")
    notices = [place for place, node in definition.nodes.items() if node.act == "give_prior_notice"]
    assert sorted(notices) == ["t_notice", "t_notice_hearing"]
    assert "t_decide" not in reached(definition, *notices)
    assert "t_decide" not in reached(definition, "t_statement", "t_statement_hearing")


def test_a_review_that_did_not_pass_leads_back_to_the_handlers_report() -> None:
    definition = definition_of(RULES, "penalty_ordinary")
    for gate in ("g_opinion", "g_opinion_again"):
        node = definition.nodes[gate]
        back = next(way for way in node.ways if way.id == node.default)
        assert back.target == "t_conclude"
        assert all(way.condition is not None and "同意" in way.condition.text for way in node.ways if way is not back)


@pytest.mark.parametrize("procedure", ROOTS)
def test_whoever_prepared_a_decision_does_not_take_it(procedure: str) -> None:
    for place, node in definition_of(RULES, procedure).nodes.items():
        if node.act in {"decide_filing", "approve_handling", "discuss_collectively", "decide_no_penalty"}:
            assert node.exclude, place
        if node.act == "decide" and node.role in {"leader_in_charge", "head"}:
            assert node.exclude, place
        if node.act in {"hold_hearing", "review_opinion"}:
            assert node.exclude, place


def test_the_chair_of_a_hearing_and_the_reviewer_did_not_investigate() -> None:
    definition = definition_of(RULES, "penalty_ordinary")
    assert {"t_investigate", "t_conclude"} <= set(definition.nodes["c_hearing/t_hearing"].exclude)
    assert {"t_investigate", "t_conclude"} <= set(definition.nodes["c_review/t_opinion"].exclude)
    assert "t_examine" in definition_of(RULES, "permit").nodes["c_review/t_opinion"].exclude


def test_only_the_head_decides_on_handing_a_case_to_the_police() -> None:
    node = definition_of(RULES, "penalty_ordinary").nodes["c_transfer/t_transfer_approve"]
    assert (node.role, node.limit) == ("head", "transfer_approve")


# -- tables ------------------------------------------------------------------------------------------------------------
def table(agency: str, name: str) -> Table:
    return table_of(pack(agency).rule("tables", name).source)


HEARING: dict[str, FactValue] = {
    "处罚种类": ["罚款"],
    "罚款数额较大": False,
    "没收数额或者价值较大": False,
    "其他较重的行政处罚": False,
    "法定应当听证的其他情形": False,
    "属于经营活动": False,
    "罚款达到法定上限半数": False,
}


@pytest.mark.parametrize(
    ("party", "business", "fine", "hearing"),
    [
        ("公民", False, 999, False),
        ("公民", False, 1000, True),
        ("公民", True, 2999, False),
        ("公民", True, 3000, True),
        ("个体工商户", True, 3000, True),
        ("法人或者其他组织", False, 4999, False),
        ("法人或者其他组织", False, 5000, True),
        ("法人或者其他组织", True, 9999, False),
        ("法人或者其他组织", True, 10000, True),
    ],
)
def test_shandong_has_its_amounts_for_hearings(party: str, business: bool, fine: int, hearing: bool) -> None:
    facts = {**HEARING, "当事人类型": party, "属于经营活动": business, "罚款金额": Decimal(fine)}
    for agency in (LZ, RZ, WS):
        assert bool(table(agency, "hearing_required").decide(facts).outputs["听证事由"]) is hearing


def test_where_no_amount_was_found_the_handler_says_whether_a_fine_is_large() -> None:
    for agency in (XLT, JH):
        found = table(agency, "hearing_required")
        assert "罚款金额" not in {column.name for column in found.inputs}
        assert found.decide({**HEARING, "罚款数额较大": True}).outputs["听证事由"] == ["较大数额罚款"]
        fact = next(one for one in rules_of(agency).facts if one.name == "罚款数额较大")
        assert fact.ask == "handler"
        assert "待核" in fact.note


@pytest.mark.parametrize("kind", ["吊销许可证件", "降低资质等级", "责令停产停业", "责令关闭", "限制从业"])
def test_grave_kinds_of_penalty_always_give_a_hearing(kind: str) -> None:
    facts = {**HEARING, "处罚种类": ["罚款", kind], "当事人类型": "公民", "罚款金额": Decimal(0)}
    for agency in AGENCIES:
        assert table(agency, "hearing_required").decide(facts).outputs["听证事由"]


REVIEW = dict.fromkeys(
    [column.name for column in table(LZ, "review_catalogue").inputs],
    False,
)


def reasons(agency: str, *true: str) -> object:
    facts: dict[str, FactValue] = {**REVIEW, **dict.fromkeys(true, True)}
    return table(agency, "review_catalogue").decide(facts).outputs["审核事由"]


def test_c10_what_is_reviewed_differs_between_the_agencies() -> None:
    assert [bool(reasons(agency)) for agency in (LZ, RZ, XLT, WS, JH)] == [False, True, False, False, False]
    assert reasons(LZ, "机关决定一并审核") == ["简易程序以外的执法决定"]
    for one in ("直接关系重大权益", "经过听证"):
        assert [bool(reasons(agency, one)) for agency in (LZ, XLT, WS, JH)] == [False, True, False, False]
    for agency in AGENCIES:
        assert reasons(agency, "直接关系重大权益", "经过听证")
        assert reasons(agency, "涉及重大公共利益")
        assert reasons(agency, "疑难复杂涉及多个法律关系")


def test_luozhuang_asks_its_own_question_without_a_flowchart_of_its_own() -> None:
    asked = facts_ahead(definition_of(rules_of(LZ), "penalty_ordinary"), "t_conclude")
    assert "机关决定一并审核" in asked
    assert "机关决定一并审核" not in facts_ahead(definition_of(rules_of(WS), "penalty_ordinary"), "t_conclude")


def test_the_summary_procedure_ends_where_the_law_ends_it() -> None:
    found = table(WS, "summary_allowed")
    provisions = {one.id: one.value for one in rules_of(WS).provisions}
    for party, limit in (("公民", "summary_fine_citizen"), ("法人或者其他组织", "summary_fine_organisation")):
        top = provisions[limit]
        assert isinstance(top, int)
        for fine, allowed in ((top, True), (top + 1, False)):
            facts: dict[str, FactValue] = {"违法事实确凿并有法定依据": True, "当场处罚种类": "罚款"}
            facts |= {"当事人类型": party, "罚款金额": Decimal(fine)}
            assert found.decide(facts).outputs["可以当场处罚"] is allowed


# -- duties ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "limit", "opened", "fulfilled"),
    [
        ("decide_case", "decide_case", "case.filed", "case.decided"),
        ("serve_decision", "serve_decision", "case.decided", "case.served"),
        ("pay_fine", "pay_fine", "case.served", "case.paid"),
        ("hearing_request", "hearing_request", "case.notified", "case.hearing_requested"),
        ("publish_permit_penalty", "publish_permit_penalty", "case.decided", "case.published"),
        ("archive_dossier", "archive_dossier", "case.closed", "case.archived"),
        (
            "preserve_evidence_decision",
            "preserve_evidence_decision",
            "case.evidence_preserved",
            "case.preservation_decided",
        ),
        ("permit_accept", "permit_accept", "case.received", "case.accepted"),
        ("permit_decide", "permit_decide", "case.accepted", "case.decided"),
        ("coercion_seizure", "coercion_seizure", "case.coercion_carried_out", "case.coercion_released"),
        ("coercion_urgent_report", "coercion_urgent_report", "case.coercion_urgent", "case.coercion_approved"),
        ("transfer_deliver", "transfer_deliver", "step.t_transfer_approve", "case.transferred"),
    ],
)
def test_duties_open_and_end_with_the_acts_of_the_law(rule: str, limit: str, opened: str, fulfilled: str) -> None:
    found = next(one for one in RULES.duty_rules if one.id == rule)
    assert (found.limit, found.opened_by) == (limit, opened)
    assert fulfilled in found.fulfilled_by


def test_every_event_that_opens_a_duty_is_known() -> None:
    for rule in RULES.duty_rules:
        assert rule.opened_by in CASE_EVENTS or rule.opened_by.startswith("step.")


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_limit_of_a_flowchart_has_a_citation(agency: str) -> None:
    rules = rules_of(agency)
    limits = {one.id: one for one in rules.time_limits}
    roots = [one.id for one in rules.procedures if one.kind != "called"]
    used = {node.limit for root in roots for node in definition_of(rules, root).nodes.values() if node.limit}
    assert used
    assert all(limits[name].basis for name in used)


def test_liaoning_reviews_in_seven_working_days_and_the_nation_names_no_number() -> None:
    limits = {agency: pack(agency).rule("time_limits", "review_time") for agency in (XLT, WS)}
    assert (limits[XLT].length, limits[XLT].unit, limits[XLT].extension) == (7, "working_days", 3)
    assert (limits[WS].length, limits[WS].unit) == (None, "promptly")


def test_every_fact_is_used_and_every_question_is_asked_somewhere() -> None:
    conditions = [rule.when for rule in (*RULES.duty_rules, *RULES.closing_outcomes)]
    used: set[str] = {name for text in conditions for name in dictionary_of(RULES) if name in text}
    for root in ROOTS:
        definition = definition_of(RULES, root)
        for place, node in definition.nodes.items():
            used |= set(node.facts)
            used |= facts_ahead(definition, place) if node.kind is Kind.TASK else frozenset()
    unused = {fact.name for fact in RULES.facts if fact.ask != "rule"} - used
    assert unused == set()
    assert {one.id for root in ROOTS for one in called_by(RULES, root)} == set(DRAWN)
