"""Reading a procedure: what it says is understood, and everything beyond the subset is refused by name."""

from __future__ import annotations

import pytest

from heliograph.kernel.bpmn import BpmnRefusedError, Kind, Process, compile_definition, read_process
from heliograph.kernel.bpmn.source import MAX_BYTES
from heliograph.kernel.tests import bpmn_written as w
from heliograph.kernel.tests.bpmn_written import chain, choice, end, flow, parallel, start, task, timer

LINE = (start(), task("t"), end(), chain("s", "t", "e"))


def faults(xml: bytes) -> str:
    with pytest.raises(BpmnRefusedError) as refused:
        read_process(xml)
    assert refused.value.faults
    assert str(refused.value) == "\n".join(map(str, refused.value.faults))
    return str(refused.value)


def file(*parts: str, **values: object) -> bytes:
    return w.file(*parts, **values)  # type: ignore[arg-type]


def test_what_a_procedure_says_is_read() -> None:
    process = read_process(w.SAMPLE)
    assert (process.id, process.name, process.start) == ("sample", "示范许可程序", "s")
    assert [lane.role for lane in process.lanes] == ["handler", "legality_reviewer", "leader"]
    examine = process.elements["t_examine"]
    assert (examine.role, examine.officers, examine.onsite, examine.facts) == ("handler", 2, True, ("金额",))
    decide = process.elements["t_decide"]
    assert (decide.kind, decide.lane, decide.act, decide.exclude) == (Kind.TASK, "l_leader", "decide", ("t_examine",))
    assert process.elements["t_correct"].documents == ("补正通知书", "送达回证")
    late, unpublished = process.elements["b_late"], process.elements["b_unpublished"]
    assert (late.host, late.limit, late.interrupting) == ("t_correct", "ten_days", True)
    assert (unpublished.interrupting, process.elements["e_void"].terminate) == (False, True)
    assert process.elements["r_major"].decision == "major"
    assert process.elements["c_review"].called == "review"
    agreed = next(one for one in process.flows if one.id == "f_agreed")
    assert (agreed.condition, agreed.name, agreed.target) == ('审核意见 = "同意"', "同意", "t_decide")
    assert process.elements["p_split"].shown == "p_split"


def test_a_task_may_name_its_own_role_and_a_timer_stands_where_its_task_does() -> None:
    both = w.lanes(l="承办:handler:s t e e2")
    process = read_process(file(both, *LINE, timer("b", "t"), end("e2"), chain("b", "e2")))
    assert process.elements["b"].lane == "l"
    assert process.elements["t"].role == "handler"


def test_a_file_without_pool_and_lanes_is_enough() -> None:
    process: Process = read_process(file(*LINE, pool=False))
    assert process.lanes == ()
    assert process.elements["t"].lane == ""


def test_notes_and_empty_extensions_are_tolerated() -> None:
    note = '<bpmn:textAnnotation id="n"><bpmn:text>说明</bpmn:text></bpmn:textAnnotation>'
    line = '<bpmn:association id="a" sourceRef="t" targetRef="n"/><bpmn:extensionElements/>'
    ways = "<bpmn:documentation>依据</bpmn:documentation><bpmn:incoming>f_s_t</bpmn:incoming>"
    listed = w.node("userTask", "t", "办理", ways, zf_role="handler")
    diagram = '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" id="diagram"><x/></d:BPMNDiagram>'
    xml = file(start(), listed, end(), chain("s", "t", "e"), note, line).replace(
        b"</bpmn:def", diagram.encode() + b"</bpmn:def"
    )
    assert set(read_process(xml).elements) == {"s", "t", "e"}


BEYOND = [
    ("scriptTask", "脚本任务"),
    ("serviceTask", "服务任务"),
    ("manualTask", "手工任务"),
    ("receiveTask", "接收任务"),
    ("task", "未定类型的任务"),
    ("subProcess", "子流程"),
    ("inclusiveGateway", "包容网关"),
    ("eventBasedGateway", "事件网关"),
    ("intermediateCatchEvent", "中间捕获事件"),
    ("dataObject", "数据对象"),
    ("choreographyTask", "choreographyTask"),
]


@pytest.mark.parametrize(("tag", "said"), BEYOND)
def test_other_elements_are_refused_by_name(tag: str, said: str) -> None:
    found = faults(file(*LINE, w.node(tag, "x", "某某")))
    assert f"不支持的元素 {tag}" in found
    assert said in found
    assert "「某某」（x）" in found


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<bpmn:multiInstanceLoopCharacteristics/>", "多实例标记"),
        ("<bpmn:standardLoopCharacteristics/>", "循环标记"),
        ("<bpmn:ioSpecification/>", "输入输出定义"),
        ('<camunda:taskListener event="create"/>', "其他命名空间的元素 taskListener（http://camunda.org"),
        ("<bpmn:extensionElements><camunda:script/></bpmn:extensionElements>", "其他命名空间的元素 script"),
        ("<plain/>", "无命名空间"),
    ],
)
def test_what_editors_hang_on_a_task_is_refused(inner: str, said: str) -> None:
    assert said in faults(file(start(), w.node("userTask", "t", "办", inner, zf_role="r"), end(), chain("s", "t", "e")))


@pytest.mark.parametrize("event", ["message", "signal", "conditional", "error", "escalation", "link"])
def test_events_that_wait_for_something_else_are_refused(event: str) -> None:
    definition = f"<bpmn:{event}EventDefinition/>"
    assert f"不支持的元素 {event}EventDefinition" in faults(
        file(w.node("startEvent", "s", "", definition), task("t"), end(), chain("s", "t", "e"))
    )


@pytest.mark.parametrize("child", ["timeDuration", "timeDate", "timeCycle"])
def test_a_timer_says_its_limit_and_no_expression(child: str) -> None:
    definition = f'<bpmn:timerEventDefinition zf:limit="x"><bpmn:{child}>P5D</bpmn:{child}></bpmn:timerEventDefinition>'
    timed = w.node("boundaryEvent", "b", "到期", definition, attachedToRef="t")
    assert "期限须写 zf:limit" in faults(file(*LINE, timed, end("e2"), chain("b", "e2")))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"camunda:assignee": "x"}, "不支持其他命名空间的属性 assignee（http://camunda.org"),
        ({"zf_script": "x"}, "不支持的属性 zf:script"),
        ({"implementation": "x"}, "不支持的属性 implementation"),
        ({"zf_officers": "many"}, "zf:officers 的值「many」不对"),
        ({"zf_officers": "0"}, "zf:officers 的值「0」不对"),
        ({"zf_onsite": "yes"}, "zf:onsite 的值「yes」不对"),
        ({"zf_basis": "a\u202eb"}, "看不见的控制字符"),
        ({"zf_basis": "长" * 2001}, "超过 2000 字"),
    ],
)
def test_other_attributes_and_values_are_refused(given: dict[str, str], said: str) -> None:
    assert said in faults(file(start(), task("t", **given), end(), chain("s", "t", "e")))


def test_other_expression_languages_are_refused() -> None:
    branch = choice("g", default="d")
    ways = flow("d", "g", "e") + flow("c", "g", "e", "材料齐全").replace(
        "Expression xsi", 'Expression language="js" xsi'
    )
    assert "不支持表达式语言 js" in faults(file(start(), branch, end(), chain("s", "g"), ways))
    head = w.HEAD.replace("targetNamespace", 'expressionLanguage="groovy" targetNamespace')
    assert "不支持表达式语言 groovy" in faults(file(*LINE, head=head))
    odd = flow("c", "g", "e", "材料齐全").replace("bpmn:tFormalExpression", "bpmn:tExpression")
    assert "不支持其他命名空间的属性 type" in faults(
        file(start(), branch, end(), chain("s", "g"), flow("d", "g", "e"), odd)
    )


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">&b;</bpmn:definitions>'
)


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (BOMB.encode(), "文档类型定义或实体声明"),
        (b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><x/>', "文档类型定义"),
        (b"<a><b></a>", "第 1 行读不懂"),
        (b"", "第 1 行读不懂"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "读不懂"),
        (b"\xff\xfe\x00", "读不懂"),
        (b"<a/>", "最外层应为 BPMN 2.0 的 definitions"),
        (b" " * (MAX_BYTES + 1), "超过 1000 千字节"),
        (b"<a>" + b"<b/>" * 20_001 + b"</a>", "超过 20000 个 XML 元素"),
    ],
)
def test_hostile_files_are_refused(xml: bytes, said: str) -> None:
    assert said in faults(xml)


def test_a_process_too_large_to_read_is_refused() -> None:
    tasks = [task(f"t{number}") for number in range(400)]
    assert "元素不超过 400 个" in faults(file(start(), end(), *tasks))


@pytest.mark.parametrize("id", ["任务", "1t", "a/b", "x" * 65, ""])
def test_ids_that_editors_drop_are_refused(id: str) -> None:
    assert "编号只能用英文字母" in faults(file(start(), task(id), end(), chain("s", "e")))


def test_ids_used_twice_and_ids_left_out_are_refused() -> None:
    assert "编号 t 重复" in faults(file(*LINE, task("t")))
    assert "userTask 没有编号" in faults(file(start(), '<bpmn:userTask name="无号"/>', end(), chain("s", "e")))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((task("t"), end(), chain("t", "e")), "须有一个开始事件，现有 0 个"),
        ((*LINE, start("s2"), chain("s2", "t")), "须有一个开始事件，现有 2 个"),
        ((*LINE, flow("f", "t", "nowhere")), "连线的终点 nowhere 不存在"),
        ((*LINE, flow("f", "", "t")), "连线的起点 （空） 不存在"),
        (
            (start(), task("t"), end("e"), end("e2"), chain("s", "t", "e"), chain("t", "e2")),
            "分支须用判断网关或并行网关画明",
        ),
        ((start(), task("t"), end(), flow("f", "s", "t")), "办理环节没有出口"),
        ((*LINE, task("u"), chain("u", "e")), "没有连线进入，永远走不到"),
        ((*LINE, chain("t", "s")), "开始事件不能有连线进入"),
        ((*LINE, chain("e", "t")), "结束事件不能有连线离开"),
        ((*LINE, timer("b", "t"), end("e2"), chain("b", "e2"), chain("t", "b")), "期限事件不能有连线进入"),
        ((*LINE, timer("b", "nobody"), end("e2"), chain("b", "e2")), "所附的环节 nobody 不存在"),
        ((*LINE, timer("b", "e"), end("e2"), chain("b", "e2")), "只能附在办理环节上，「结束」是结束事件"),
        ((*LINE, timer("b", "t", ""), end("e2"), chain("b", "e2")), "没有写明期限（zf:limit）"),
        (
            (*LINE, w.node("boundaryEvent", "b", "空", attachedToRef="t"), end("e2"), chain("b", "e2")),
            "只有一个定时定义",
        ),
        ((start(), task("t", zf_role=""), end(), chain("s", "t", "e")), "没有写明承办角色"),
        ((start(), w.node("userTask", "t", zf_role="r"), end(), chain("s", "t", "e")), "办理环节没有名称"),
        ((start(), w.rule("r", ""), end(), chain("s", "r", "e")), "没有写明所对照的表"),
        ((start(), w.call("c", ""), end(), chain("s", "c", "e")), "没有写明被调用的流程"),
        (
            (
                start(),
                task("t"),
                w.node("endEvent", "e", "", "<bpmn:terminateEventDefinition/>" * 2),
                chain("s", "t", "e"),
            ),
            "终止定义重复",
        ),
        (
            (start(), task("t"), end(), chain("s", "t"), flow("f", "t", "e", "材料齐全")),
            "只有从判断网关离开的连线才能写条件",
        ),
        ((start(), parallel("g"), end(), chain("s", "g"), flow("f", "g", "e", "材料齐全")), "只有从判断网关离开"),
    ],
)
def test_drawings_that_say_nothing_clear_are_refused(parts: tuple[str, ...], said: str) -> None:
    assert said in faults(file(*parts))


BRANCH = (start(), end(), end("e2"), chain("s", "g"))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            (choice("g", default="f_s_g"), flow("a", "g", "e", "材料齐全"), flow("b", "g", "e2", "须审核")),
            "不是从此网关离开",
        ),
        (
            (choice("g", default="b"), flow("a", "g", "e", "材料齐全"), flow("b", "g", "e2", "须审核")),
            "默认连线「b」不应再写条件",
        ),
        (
            (choice("g"), flow("a", "g", "e", "材料齐全"), flow("b", "g", "e2", name="否")),
            "连线「否」既没有条件，也不是默认连线",
        ),
        (
            (choice("g"), flow("a", "g", "e", "材料齐全 ="), flow("b", "g", "e2", "须审核")),
            "条件「材料齐全 =」写得不对",
        ),
        ((choice("g"), flow("a", "g", "e", "open('x')"), flow("b", "g", "e2", "须审核")), "写得不对"),
        ((choice("g"), flow("a", "g", "e", "a.__class__"), flow("b", "g", "e2", "须审核")), "写得不对"),
    ],
)
def test_gateways_that_do_not_decide_are_refused(parts: tuple[str, ...], said: str) -> None:
    assert said in faults(file(*BRANCH, *parts))


def test_a_gateway_that_only_gathers_needs_no_condition() -> None:
    xml = file(start(), choice("g"), end(), chain("s", "g", "e"))
    assert read_process(xml).elements["g"].kind is Kind.CHOICE


def test_pools_lanes_and_listed_ways_must_fit() -> None:
    two = w.file(*LINE).replace(b"</bpmn:collaboration>", b'<bpmn:participant id="q"/></bpmn:collaboration>')
    assert "只能有一个泳池，现有 2 个" in faults(two)
    assert "泳池没有指向本文件的流程" in faults(two)
    assert "须有一个流程，现有 0 个" in faults((w.HEAD + "</bpmn:definitions>").encode())
    assert "只能有一组泳道" in faults(file(*LINE, w.lanes(a="甲:r:s t e"), "<bpmn:laneSet/>"))
    assert "嵌套泳道" in faults(
        file(*LINE, '<bpmn:laneSet><bpmn:lane id="l"><bpmn:childLaneSet/></bpmn:lane></bpmn:laneSet>')
    )
    assert "泳道所列的元素 gone 不存在" in faults(file(*LINE, w.lanes(a="甲:r:s t e gone")))
    assert "同时列入两条泳道" in faults(file(*LINE, w.lanes(a="甲:r:s t", b="乙:r:t e")))
    assert "没有列入任何泳道" in faults(file(*LINE, w.lanes(a="甲:r:s t")))
    listed = w.node("userTask", "t", "办", "<bpmn:outgoing>gone</bpmn:outgoing>", zf_role="r")
    assert "outgoing 所列的连线 gone 不存在" in faults(file(start(), listed, end(), chain("s", "t", "e")))


def compile_faults(root: str, **files: bytes) -> str:
    with pytest.raises(BpmnRefusedError) as refused:
        compile_definition(root, {name: read_process(xml) for name, xml in files.items()}, w.TABLES)
    return str(refused.value)


def calling(id: str, called: str) -> bytes:
    return file(start(), w.call("c", called), end(), chain("s", "c", "e"), id=id)


def test_what_is_called_must_exist_and_not_call_back() -> None:
    assert "流程 p 不存在" in compile_faults("p")
    assert "被调用的流程 q 不存在" in compile_faults("p", p=calling("p", "q"))
    assert "流程循环调用：p → p" in compile_faults("p", p=calling("p", "p"))
    circle = {"p": calling("p", "q"), "q": calling("q", "r"), "r": calling("r", "q")}
    assert "（c/c/c）：流程循环调用：p → q → r → q" in compile_faults("p", **circle)
    assert "所对照的表 none 不存在" in compile_faults(
        "p", p=file(start(), w.rule("r", "none"), end(), chain("s", "r", "e"))
    )


def test_calls_that_multiply_are_refused() -> None:
    twice = [
        file(
            start(),
            *(w.call(f"c{n}", f"p{level + 1}") for n in range(8)),
            end(),
            chain("s", *(f"c{n}" for n in range(8)), "e"),
        )
        for level in range(5)
    ]
    files = {f"p{level}": xml for level, xml in enumerate(twice)} | {"p5": file(*LINE)}
    assert "连同被调用的流程超过 2000 个元素" in compile_faults("p0", **files)


def test_tasks_whose_doers_keep_away_are_found_in_callers_too() -> None:
    nodes = w.sample().nodes
    assert nodes["c_review/t_opinion"].exclude == ("t_examine",)
    assert nodes["t_decide"].exclude == ("t_examine",)
    wrong = file(start(), task("t", zf_exclude="t,gone"), end(), chain("s", "t", "e"))
    assert "回避所列的办理环节 t、gone 不存在" in compile_faults("p", p=wrong)
    called = file(start(), task("t", zf_exclude="gone,s"), end(), chain("s", "t", "e"), id="q")
    assert "（c/t）：回避所列的办理环节 gone、s 不存在" in compile_faults("p", p=calling("p", "q"), q=called)


def test_a_process_called_by_a_called_one_looks_outwards() -> None:
    inner = file(start(), task("u", zf_exclude="t,v"), end(), chain("s", "u", "e"), id="r")
    middle = file(start(), task("v"), w.call("c", "r"), end(), chain("s", "v", "c", "e"), id="q")
    outer = file(start(), task("t"), w.call("c", "q"), end(), chain("s", "t", "c", "e"), id="p")
    files = {name: read_process(xml) for name, xml in {"p": outer, "q": middle, "r": inner}.items()}
    assert compile_definition("p", files, {}).nodes["c/c/u"].exclude == ("t", "c/v")
