"""Procedures written for tests: parts as XML, and one sample procedure that uses everything the subset has."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from heliograph.kernel.bpmn import Definition, compile_definition, read_process
from heliograph.kernel.dmn import parse_table
from heliograph.kernel.feel import FactDef

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:zf="urn:heliograph:procedure:1"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions"'
    ' targetNamespace="urn:heliograph:procedures">\n'
)


def attributes(**values: str) -> str:
    """Return XML attributes; a leading `zf_` becomes our prefix."""
    return "".join(f" {name.replace('zf_', 'zf:')}={quoteattr(value)}" for name, value in values.items())


def node(tag: str, id: str, name: str = "", inner: str = "", **values: str) -> str:
    """Return one element of BPMN."""
    named = {"name": name} if name else {}
    return f"<bpmn:{tag}{attributes(id=id, **named, **values)}>{inner}</bpmn:{tag}>"


def start(id: str = "s", name: str = "开始") -> str:
    return node("startEvent", id, name)


def end(id: str = "e", name: str = "结束", *, terminate: bool = False) -> str:
    return node("endEvent", id, name, "<bpmn:terminateEventDefinition/>" if terminate else "")


def task(id: str, name: str = "", **values: str) -> str:
    """Return a user task; with a role unless the test takes it away."""
    values.setdefault("zf_role", "handler")
    return node("userTask", id, name or f"办理{id}", **{key: value for key, value in values.items() if value})


def rule(id: str, decision: str) -> str:
    return node("businessRuleTask", id, f"对照{id}", zf_decision=decision)


def call(id: str, called: str, name: str = "") -> str:
    return node("callActivity", id, name or f"调用{id}", calledElement=called)


def choice(id: str, name: str = "", default: str = "") -> str:
    return node("exclusiveGateway", id, name, **({"default": default} if default else {}))


def parallel(id: str) -> str:
    return node("parallelGateway", id)


def timer(id: str, host: str, limit: str = "ten_days", *, interrupting: bool = True) -> str:
    definition = f'<bpmn:timerEventDefinition id="{id}_d" zf:limit="{limit}"/>'
    cancel = "true" if interrupting else "false"
    return node("boundaryEvent", id, f"到期{id}", definition, attachedToRef=host, cancelActivity=cancel)


def flow(id: str, source: str, target: str, condition: str = "", name: str = "") -> str:
    formal = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
    inner = f"{formal}{escape(condition)}</bpmn:conditionExpression>" if condition else ""
    return node("sequenceFlow", id, name, inner, sourceRef=source, targetRef=target)


def chain(*names: str, prefix: str = "f") -> str:
    """Return flows from each node to the next."""
    return "".join(flow(f"{prefix}_{a}_{b}", a, b) for a, b in pairwise(names))


def lanes(**members: str) -> str:
    """Return lanes; each value is `name:role:ids parted by spaces`."""
    inner = ""
    for id, said in members.items():
        name, role, ids = said.split(":")
        refs = "".join(f"<bpmn:flowNodeRef>{one}</bpmn:flowNodeRef>" for one in ids.split())
        inner += node("lane", id, name, refs, zf_role=role)
    return f'<bpmn:laneSet id="lanes">{inner}</bpmn:laneSet>'


def file(*parts: str, id: str = "main", name: str = "流程", pool: bool = True, head: str = HEAD) -> bytes:
    """Return a whole file with one process, in a pool unless told otherwise."""
    participant = f'<bpmn:participant id="pool_{id}" name="{name}" processRef="{id}"/>'
    collaboration = f'<bpmn:collaboration id="c_{id}">{participant}</bpmn:collaboration>' if pool else ""
    process = f'<bpmn:process id="{id}" name="{name}" isExecutable="true">{"".join(parts)}</bpmn:process>'
    return f"{head}{collaboration}{process}</bpmn:definitions>".encode()


def defined(*parts: str, **called: bytes) -> Definition:
    """Compile one process and those it calls."""
    files = {"main": file(*parts), **called}
    return compile_definition("main", {name: read_process(xml) for name, xml in files.items()}, TABLES)


CATALOGUE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="tables" name="目录" namespace="urn:x">
<decision id="major" name="重大决定目录"><decisionTable id="major_t" hitPolicy="FIRST">
<input id="i1" label="金额"><inputExpression id="x1" typeRef="number"><text>金额</text></inputExpression></input>
<output id="o1" name="须审核" typeRef="boolean"/>
<rule id="row_large"><inputEntry id="n1"><text>&gt;= 10000</text></inputEntry>
<outputEntry id="u1"><text>true</text></outputEntry></rule>
<rule id="row_rest"><inputEntry id="n2"><text>-</text></inputEntry>
<outputEntry id="u2"><text>false</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
TABLES = {"major": parse_table(CATALOGUE.encode())}

DICTIONARY: Mapping[str, FactDef] = {
    fact.name: fact
    for fact in (
        FactDef("材料齐全", "boolean"),
        FactDef("须审核", "boolean"),
        FactDef("金额", "number", minimum=Decimal(0)),
        FactDef("审核意见", "choice", ("同意", "不同意")),
        FactDef("人数", "integer", minimum=Decimal(0)),
        FactDef("期满日", "date"),
        FactDef("情形", "choices", ("初次", "轻微", "改正")),
        FactDef("备注", "text"),
        FactDef("品类", "choices", tuple(f"品类{number}" for number in range(1, 14))),
    )
}

SAMPLE = file(
    lanes(
        l_handler="承办科室:handler:s t_accept g_complete t_correct b_late t_examine r_major g_major p_split t_deliver"
        " t_publish b_unpublished p_join t_archive e_done",
        l_reviewer="法制审核机构:legality_reviewer:c_review g_opinion",
        l_leader="负责人:leader:t_decide t_urge e_urged e_void",
    ),
    start(name="收到申请"),
    task("t_accept", "受理审查", zf_role="", zf_facts="材料齐全", zf_limit="accept_5"),
    choice("g_complete", "材料齐全？", default="f_incomplete"),
    task("t_correct", "一次告知补正", zf_role="", zf_documents="补正通知书,送达回证"),
    timer("b_late", "t_correct"),
    end("e_void", "视为撤回", terminate=True),
    task("t_examine", "实质审查（两人以上）", zf_role="", zf_officers="2", zf_onsite="true", zf_facts="金额"),
    rule("r_major", "major"),
    choice("g_major", "须法制审核？", default="f_minor"),
    call("c_review", "review", "法制审核"),
    choice("g_opinion", "审核意见？"),
    task("t_decide", "负责人作出决定", zf_role="", zf_exclude="t_examine", zf_act="decide"),
    parallel("p_split"),
    task("t_deliver", "送达决定书", zf_role=""),
    task("t_publish", "公示决定信息", zf_role=""),
    timer("b_unpublished", "t_publish", interrupting=False),
    task("t_urge", "督办逾期未公示的决定", zf_role=""),
    end("e_urged", "已督办"),
    parallel("p_join"),
    task("t_archive", "归档", zf_role=""),
    end("e_done", "办结"),
    chain("s", "t_accept", "g_complete"),
    flow("f_complete", "g_complete", "t_examine", "材料齐全 = true", "齐全"),
    flow("f_incomplete", "g_complete", "t_correct", name="不齐全"),
    chain("t_correct", "t_accept"),
    chain("b_late", "e_void"),
    chain("t_examine", "r_major", "g_major"),
    flow("f_major", "g_major", "c_review", "须审核", "须审核"),
    flow("f_minor", "g_major", "t_decide", name="不须审核"),
    chain("c_review", "g_opinion"),
    flow("f_agreed", "g_opinion", "t_decide", '审核意见 = "同意"', "同意"),
    flow("f_refused", "g_opinion", "t_examine", '审核意见 = "不同意"', "不同意"),
    chain("t_decide", "p_split", "t_deliver", "p_join"),
    chain("p_split", "t_publish", "p_join"),
    chain("b_unpublished", "t_urge", "e_urged"),
    chain("p_join", "t_archive", "e_done"),
    id="sample",
    name="示范许可程序",
)
REVIEW = file(
    lanes(
        l_reviewer="法制审核机构:legality_reviewer:s t_opinion g_settle e_agreed",
        l_leader="负责人:leader:t_settle e_settled",
    ),
    start(name="送审"),
    task("t_opinion", "出具法制审核意见", zf_role="", zf_exclude="t_examine,t_inspect", zf_facts="审核意见"),
    choice("g_settle", "有分歧？", default="f_agree"),
    task("t_settle", "协调分歧", zf_role=""),
    end("e_agreed", "审核完毕"),
    end("e_settled", "协调完毕"),
    chain("s", "t_opinion", "g_settle"),
    flow("f_dispute", "g_settle", "t_settle", '审核意见 = "不同意"', "有分歧"),
    flow("f_agree", "g_settle", "e_agreed", name="无分歧"),
    chain("t_settle", "e_settled"),
    id="review",
    name="法制审核",
)


def sample() -> Definition:
    """Compile the sample procedure."""
    files = {"sample": read_process(SAMPLE), "review": read_process(REVIEW)}
    return compile_definition("sample", files, TABLES)
