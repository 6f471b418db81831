"""Procedures, tables, facts and duty rules in packs: how their files are read, merged and checked."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from heliograph.kernel.bpmn import Definition
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.kernel.packs.compiling import called_by, definition_of, dictionary_of, initial_facts, procedures_for
from heliograph.kernel.packs.elements import MAX_ELEMENT_BYTES
from heliograph.kernel.packs.load import check_packs, load_pack
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.tests.bpmn_written import choice, defined, end, flow, start, task
from heliograph.kernel.tests.packs_written import AGENCY, BASIS, NATION, agency, nation, province, write

FOLDER = ("cn", "2026.11")
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:zf="urn:heliograph:procedure:1" id="defs">'
)
FLOWCHART = f"""{HEAD}
<bpmn:process id="ordinary" name="普通程序" zf:basis="行政处罚法@2021:61">
 <bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="承办机构" zf:role="handler">
  <bpmn:flowNodeRef>s</bpmn:flowNodeRef><bpmn:flowNodeRef>t_ask</bpmn:flowNodeRef>
  <bpmn:flowNodeRef>r_hear</bpmn:flowNodeRef><bpmn:flowNodeRef>g_hear</bpmn:flowNodeRef>
  <bpmn:flowNodeRef>c_more</bpmn:flowNodeRef><bpmn:flowNodeRef>t_serve</bpmn:flowNodeRef>
  <bpmn:flowNodeRef>e</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
 <bpmn:startEvent id="s" />
 <bpmn:userTask id="t_ask" name="询问" zf:facts="情节严重" />
 <bpmn:businessRuleTask id="r_hear" name="对照" zf:decision="hearing" />
 <bpmn:exclusiveGateway id="g_hear" name="听证？" default="f4" />
 <bpmn:callActivity id="c_more" name="听证" calledElement="more" />
 <bpmn:userTask id="t_serve" name="送达" zf:act="serve" zf:limit="serve" zf:exclude="t_ask" />
 <bpmn:endEvent id="e" />
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t_ask" />
 <bpmn:sequenceFlow id="f2" sourceRef="t_ask" targetRef="r_hear" />
 <bpmn:sequenceFlow id="f3" sourceRef="r_hear" targetRef="g_hear" />
 <bpmn:sequenceFlow id="f4" sourceRef="g_hear" targetRef="c_more" />
 <bpmn:sequenceFlow id="f5" sourceRef="g_hear" targetRef="t_serve">
  <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">应当听证 = false</bpmn:conditionExpression>
 </bpmn:sequenceFlow>
 <bpmn:sequenceFlow id="f6" sourceRef="c_more" targetRef="t_serve" />
 <bpmn:sequenceFlow id="f7" sourceRef="t_serve" targetRef="e" />
</bpmn:process></bpmn:definitions>"""
CALLED = f"""{HEAD}
<bpmn:process id="more" name="听证">
 <bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="法制机构" zf:role="legality_reviewer">
  <bpmn:flowNodeRef>s</bpmn:flowNodeRef><bpmn:flowNodeRef>t_hear</bpmn:flowNodeRef>
  <bpmn:flowNodeRef>e</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
 <bpmn:startEvent id="s" /><bpmn:userTask id="t_hear" name="举行听证" zf:exclude="t_ask" /><bpmn:endEvent id="e" />
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t_hear" />
 <bpmn:sequenceFlow id="f2" sourceRef="t_hear" targetRef="e" />
</bpmn:process></bpmn:definitions>"""
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:zf="urn:heliograph:procedure:1"
 id="d" name="听证" namespace="urn:heliograph:procedure:1"><decision id="hearing" name="听证">
<decisionTable id="t" hitPolicy="UNIQUE">
<input id="i1" label="罚款"><inputExpression id="x1" typeRef="number"><text>罚款金额</text></inputExpression></input>
<output id="o1" name="应当听证" typeRef="boolean" />
<rule id="r1" zf:basis="行政处罚法@2021:61"><inputEntry id="c1"><text>&gt;= 5000</text></inputEntry>
<outputEntry id="v1"><text>true</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c2"><text>&lt; 5000</text></inputEntry>
<outputEntry id="v2"><text>false</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
FILES = {"ordinary.bpmn": FLOWCHART, "more.bpmn": CALLED, "hearing.dmn": TABLE}


def ruled() -> dict[str, Any]:
    """Return a nation with one procedure that calls another, a table, three facts and a duty rule."""
    pack = nation()
    pack["add"] |= {
        "facts": [
            {
                "id": "grave",
                "basis": BASIS,
                "name": "情节严重",
                "type": "boolean",
                "ask": "handler",
                "question": "严重吗",
            },
            {"id": "fine", "basis": BASIS, "name": "罚款金额", "type": "number", "minimum": 0, "initial": 0},
            {"id": "hear", "basis": BASIS, "name": "应当听证", "type": "boolean", "ask": "rule"},
        ],
        "tables": [{"id": "hearing", "basis": BASIS, "name": "听证", "file": "hearing.dmn"}],
        "procedures": [
            {"id": "ordinary", "basis": BASIS, "name": "普通程序", "file": "ordinary.bpmn", "calls": ["more"]}
            | {"categories": ["permit", "penalty"]},
            {"id": "more", "basis": BASIS, "name": "听证", "file": "more.bpmn", "kind": "called"},
        ],
        "duty_rules": [
            {
                "id": "serve",
                "basis": BASIS,
                "limit": "serve",
                "opened_by": "case.decided",
                "fulfilled_by": ["case.served"],
            }
            | {"when": "罚款金额 > 0", "procedures": ["ordinary"]}
        ],
    }
    return pack


def put(root: Path, *packs: dict[str, Any], **files: str | bytes | None) -> Path:
    """Write packs and the drawn files; `hearing_dmn=None` leaves a file out, other values replace its text."""
    write(root, *packs)
    for name, text in FILES.items():
        given = files.get(name.replace(".", "_"), text)
        if given is not None:
            data = given if isinstance(given, bytes) else given.encode()
            root.joinpath(*FOLDER, name).write_bytes(data)
    return root


def messages(root: Path) -> list[str]:
    return [f"{fault.key} {fault.message}" for fault in check_packs(root)]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load_pack(put(tmp_path, ruled()), NATION)


# -- what a sound pack offers ------------------------------------------------------------------------------------------
def test_a_sound_pack_has_no_faults_and_carries_its_drawings(pack: Pack, tmp_path: Path) -> None:
    assert messages(tmp_path) == []
    assert pack.rule("procedures", "ordinary").source == FLOWCHART
    assert pack.rule("tables", "hearing").source == TABLE


def test_the_hash_of_a_pack_binds_its_drawings(pack: Pack, tmp_path: Path) -> None:
    changed = CALLED.replace("举行听证", "组织听证")
    assert load_pack(put(tmp_path, ruled(), more_bpmn=changed), NATION).content_hash != pack.content_hash


def test_a_called_process_excludes_nobody_by_a_misspelt_name(tmp_path: Path) -> None:
    """One right name beside it used to be enough, for callers differ."""
    misspelt = CALLED.replace('zf:exclude="t_ask"', 'zf:exclude="t_ask,t_aks"')
    [fault] = messages(put(tmp_path, ruled(), more_bpmn=misspelt))
    assert "t_aks" in fault
    assert "调用它的流程里都不存在" in fault


def test_rules_become_a_dictionary_and_a_definition(pack: Pack) -> None:
    assert {name: fact.type for name, fact in dictionary_of(pack.rules).items()} == {
        "情节严重": "boolean",
        "罚款金额": "number",
        "应当听证": "boolean",
    }
    assert initial_facts(pack.rules) == {"罚款金额": 0}
    assert [one.id for one in called_by(pack.rules, "ordinary")] == ["ordinary", "more"]
    assert [one.id for one in procedures_for(pack.rules, "penalty")] == ["ordinary"]
    definition = definition_of(pack.rules, "ordinary")
    assert isinstance(definition, Definition)
    assert "c_more/t_hear" in definition.nodes
    assert definition_of(pack.rules, "ordinary") is definition


def test_a_form_asks_what_tables_and_gateways_read_before_the_next_task(pack: Pack) -> None:
    definition = definition_of(pack.rules, "ordinary")
    assert facts_ahead(definition, "t_ask") == {"罚款金额"}
    assert facts_ahead(definition, "c_more/t_hear") == frozenset()


def test_ways_that_meet_again_are_asked_about_once() -> None:
    definition = defined(
        start(), task("t_a"), choice("g_a", default="f_2"), choice("g_b", default="f_4"), task("t_b"), end(),
        flow("f_0", "s", "t_a"), flow("f_1", "g_a", "g_b", "材料齐全"), flow("f_2", "g_a", "g_b"),
        flow("f_3", "g_b", "t_b", "人数 > 1"), flow("f_4", "g_b", "e"), flow("f_5", "t_a", "g_a"),
        flow("f_6", "t_b", "e"),
    )  # fmt: skip
    assert facts_ahead(definition, "t_a") == {"材料齐全", "人数"}


# -- the files beside the pack -----------------------------------------------------------------------------------------
def test_a_missing_file_is_a_fault_at_its_line(tmp_path: Path) -> None:
    put(tmp_path, ruled(), hearing_dmn=None)
    (fault,) = check_packs(tmp_path)
    assert (fault.file, fault.key) == ("cn/2026.11/pack.yaml", "add.tables[hearing].file")
    assert fault.message == "规则包目录里没有文件 hearing.dmn"
    line = tmp_path.joinpath(*FOLDER, "pack.yaml").read_text("utf-8").splitlines()[fault.line - 1]
    assert "hearing.dmn" in line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x" * (MAX_ELEMENT_BYTES + 1), "文件 hearing.dmn 超过 400 千字节"),
        (b"\xff\xfe", "文件 hearing.dmn 不是 UTF-8 编码的文字"),
        (b" \n", "文件 hearing.dmn 是空的"),
    ],
)
def test_a_file_that_is_no_text_of_fair_size_is_a_fault(tmp_path: Path, content: bytes, message: str) -> None:
    assert messages(put(tmp_path, ruled(), hearing_dmn=content)) == [f"add.tables[hearing].file {message}"]


@pytest.mark.parametrize("name", ["../hearing.dmn", "/etc/passwd", "sub/hearing.dmn", "hearing.xml", "听证.dmn"])
def test_a_path_is_never_taken_for_a_file_name(tmp_path: Path, name: str) -> None:
    spoiled = ruled()
    spoiled["add"]["tables"][0]["file"] = name
    (fault,) = check_packs(put(tmp_path, spoiled))
    assert fault.key == "add.tables[hearing].file"


def test_a_link_to_somewhere_else_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.dmn"
    secret.write_text(TABLE, "utf-8")
    (tmp_path / "packs").mkdir()
    root = put(tmp_path / "packs", ruled(), hearing_dmn=None)
    root.joinpath(*FOLDER, "hearing.dmn").symlink_to(secret)
    assert messages(root) == ["add.tables[hearing].file 规则包目录里没有文件 hearing.dmn"]


def test_a_flowchart_is_not_taken_for_a_table_and_no_source_is_written_by_hand(tmp_path: Path) -> None:
    spoiled = ruled()
    spoiled["add"]["tables"][0]["file"] = "more.bpmn"
    spoiled["add"]["procedures"][1]["source"] = "<x/>"
    assert messages(put(tmp_path, spoiled)) == [
        "add.tables[hearing].file 这一类规则的文件应以 .dmn 结尾",
        "add.procedures[more].source source 由系统从文件读入，不能写在规则包里",
    ]


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>',
        "<bpmn:definitions",
        FLOWCHART.replace("bpmn:userTask", "bpmn:scriptTask"),
        FLOWCHART.replace("应当听证 = false", '__import__("os")'),
    ],
)
def test_a_hostile_flowchart_is_a_fault_and_no_crash(tmp_path: Path, bomb: str) -> None:
    found = check_packs(put(tmp_path, ruled(), ordinary_bpmn=bomb))
    assert found
    assert {fault.key for fault in found} <= {"add.procedures[ordinary].file", "add.procedures[ordinary].calls"}


# -- merging -----------------------------------------------------------------------------------------------------------
def test_an_agency_may_replace_the_head_of_a_procedure_and_keep_its_drawing(tmp_path: Path) -> None:
    child = agency()
    child["replace"]["procedures"] = [
        {"id": "ordinary", "basis": ["WS公3"], "name": "本局程序", "categories": ["penalty"], "calls": ["more"]}
        | {"why": "本局没有许可"}
    ]
    merged = load_pack(put(tmp_path, ruled(), province(), child), AGENCY)
    found = merged.rule("procedures", "ordinary")
    assert (found.name, found.file, found.source) == ("本局程序", "ordinary.bpmn", FLOWCHART)


def test_an_agency_may_bring_its_own_table(tmp_path: Path) -> None:
    child = agency()
    own = TABLE.replace("5000", "1000")
    child["replace"]["tables"] = [
        {"id": "hearing", "basis": ["WS公3"], "name": "听证", "file": "own.dmn", "why": "从宽"}
    ]
    root = put(tmp_path, ruled(), province(), child)
    root.joinpath("office", "2026.11", "own.dmn").write_text(own, "utf-8")
    definition = definition_of(load_pack(root, AGENCY).rules, "ordinary")
    assert definition.tables["hearing"].decide({"罚款金额": 2000}).outputs == {"应当听证": True}


def test_a_new_procedure_needs_a_drawing(tmp_path: Path) -> None:
    spoiled = ruled()
    del spoiled["add"]["procedures"][1]["file"]
    assert messages(put(tmp_path, spoiled)) == ["add.procedures[more].file 新增的流程或者表须写 file"]


def test_removing_what_a_procedure_needs_is_a_fault_of_who_removes_it(tmp_path: Path) -> None:
    child = agency()
    child["remove"].append({"section": "time_limits", "id": "serve", "basis": ["WS公3"], "why": "试试"})
    found = messages(put(tmp_path, ruled(), province(), child))
    assert any("procedures/ordinary 在本包不再成立" in one and "没有期限「serve」" in one for one in found)
    assert any("duty_rules/serve 在本包不再成立" in one for one in found)


def test_an_agency_without_a_procedure_for_a_category_is_told(tmp_path: Path) -> None:
    base = ruled()
    base["add"]["procedures"][0]["categories"] = ["permit"]
    assert messages(put(tmp_path, base, province(), agency())) == [" 执法类别「行政处罚」没有程序"]


# -- names that lead nowhere -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('zf:role="handler"', 'zf:role="boss"', "没有角色「boss」"),
        ('zf:act="serve"', 'zf:act="skip"', "没有办理行为「skip」"),
        ('zf:limit="serve"', 'zf:limit="soon"', "没有期限「soon」"),
        ('zf:facts="情节严重"', 'zf:facts="情节"', "没有事实「情节」"),
        ('zf:basis="行政处罚法@2021:61"', 'zf:basis="行政处罚法@2021:62"', "没有列出第 62 条"),
        ('zf:decision="hearing"', 'zf:decision="nothing"', "nothing"),
        ('calledElement="more"', 'calledElement="less"', "流程图里调用的程序与 calls 不一致：less"),
        ('zf:exclude="t_ask"', 'zf:exclude="t_nobody"', "t_nobody"),
        ('process id="ordinary"', 'process id="other"', "里的流程编号是 other"),
        ("应当听证 = false", "应当听 = false", "没有事实“应当听”"),
        ("应当听证 = false", '应当听证 = "否"', "文字"),
        ("应当听证 = false", "罚款金额 + 1", "结果须是"),
        (' default="f4"', "", "f4"),
        ('sourceRef="t_serve" targetRef="e"', 'sourceRef="t_serve" targetRef="t_serve"', "e"),
    ],
)
def test_a_flowchart_that_names_what_is_not_there_is_a_fault(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in FLOWCHART
    found = messages(put(tmp_path, ruled(), ordinary_bpmn=FLOWCHART.replace(old, new)))
    assert any(message in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("&lt; 5000", "&lt; 4000", "没有适用的行"),
        ("&lt; 5000", "&lt;= 5000", "同时适用"),
        ("罚款金额", "罚款", "没有事实“罚款”"),
        ('name="应当听证"', 'name="应当"', "没有事实「应当」"),
        ('decision id="hearing"', 'decision id="other"', "里的编号是 other"),
        ('zf:basis="行政处罚法@2021:61"', 'zf:basis="行政处罚法@2021:62"', "第 1 行依据"),
        ('hitPolicy="UNIQUE"', 'hitPolicy="PRIORITY"', "PRIORITY"),
    ],
)
def test_a_table_that_is_not_sound_is_a_fault(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TABLE
    found = messages(put(tmp_path, ruled(), hearing_dmn=TABLE.replace(old, new)))
    assert any(message in one for one in found), found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"limit": "soon"}, "没有期限「soon」"),
        ({"opened_by": "case.eaten"}, "没有事件「case.eaten」"),
        ({"fulfilled_by": ["step.t_nothing"]}, "没有事件「step.t_nothing」"),
        ({"extended_by": ["case.deferred"]}, "没有写可以延长多久"),
        ({"procedures": ["nothing"]}, "没有程序「nothing」"),
        ({"categories": ["nothing"]}, "没有执法类别「nothing」"),
        ({"when": "罚款金额"}, "结果须是"),
        ({"when": "罚金 > 0"}, "没有事实“罚金”"),
        ({"when": "罚款金额 >"}, "add.duty_rules[serve].when"),
        ({"opened_by": "decided"}, "应写作 case.事件"),
    ],
)
def test_a_duty_rule_that_leads_nowhere_is_a_fault(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    spoiled = ruled()
    spoiled["add"]["duty_rules"][0] |= change
    found = messages(put(tmp_path, spoiled))
    assert any(message in one for one in found), found


def test_a_duty_may_be_opened_by_the_end_of_any_task_called_ones_too(tmp_path: Path) -> None:
    changed = ruled()
    changed["add"]["duty_rules"][0] |= {"opened_by": "step.t_ask", "fulfilled_by": ["step.t_hear"]}
    assert messages(put(tmp_path, changed)) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "choice"}, "须写 choices"),
        ({"choices": ["甲"]}, "须写 choices"),
        ({"type": "choice", "choices": ["甲", "甲"]}, "choices 有重复"),
        ({"question": ""}, "须写 question"),
        ({"minimum": 0}, "只有数字才有 minimum"),
        ({"initial": 1}, "initial 与 type 不符"),
        ({"name": "a b"}, "事实名称应以汉字开头"),
        ({"name": "罚款金额"}, "事实「罚款金额」重复"),
    ],
)
def test_a_fact_that_cannot_be_asked_is_a_fault(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    spoiled = copy.deepcopy(ruled())
    spoiled["add"]["facts"][0] |= change
    found = messages(put(tmp_path, spoiled))
    assert any(message in one for one in found), found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "called"}, "kind 为 called 的程序不写 categories"),
        ({"categories": []}, "其他程序须写"),
        ({"calls": ["ordinary"]}, "没有可供调用的程序「ordinary」"),
        ({"calls": []}, "流程图里调用的程序与 calls 不一致：more"),
    ],
)
def test_a_procedure_that_does_not_fit_its_flowchart_is_a_fault(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    spoiled = ruled()
    spoiled["add"]["procedures"][0] |= change
    found = messages(put(tmp_path, spoiled))
    assert any(message in one for one in found), found
