"""The strict subset of BPMN 2.0 as tables: which elements and attributes a procedure may hold, all else is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
ZF: Final = "urn:heliograph:procedure:1"
FEEL: Final = "https://www.omg.org/spec/DMN/20191111/FEEL/"
PREFIXES: Final = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "zf": ZF}

DIAGRAM: Final = f"{{{BPMNDI}}}BPMNDiagram"


class Kind(StrEnum):
    """What a node of a procedure is; the values are BPMN's element names."""

    START = "startEvent"
    END = "endEvent"
    TASK = "userTask"
    RULE = "businessRuleTask"
    CALL = "callActivity"
    CHOICE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    TIMER = "boundaryEvent"


KIND_NAMES: Final = {
    Kind.START: "开始事件",
    Kind.END: "结束事件",
    Kind.TASK: "办理环节",
    Kind.RULE: "规则环节",
    Kind.CALL: "调用环节",
    Kind.CHOICE: "判断网关",
    Kind.PARALLEL: "并行网关",
    Kind.TIMER: "期限事件",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element may hold: plain attributes, attributes of our own namespace, children of BPMN."""

    attributes: frozenset[str]
    own: frozenset[str]
    children: frozenset[str]


def _rule(attributes: str = "", own: str = "", children: str = "") -> Rule:
    return Rule(
        frozenset(attributes.split()) | {"id"},
        frozenset(own.split()),
        frozenset(children.split()) | {"documentation", "extensionElements"},
    )


_NODES = " ".join(Kind)
_WAYS = "incoming outgoing"
_TASK = "role act limit documents officers exclude facts onsite basis unit"

GRAMMAR: Final = {
    "definitions": _rule(
        "name targetNamespace expressionLanguage exporter exporterVersion", children="collaboration process"
    ),
    "collaboration": _rule("name", children="participant textAnnotation association"),
    "participant": _rule("name processRef"),
    "process": _rule("name isExecutable", "basis", f"laneSet sequenceFlow textAnnotation association {_NODES}"),
    "laneSet": _rule("name", children="lane"),
    "lane": _rule("name", "role", "flowNodeRef"),
    "flowNodeRef": Rule(frozenset(), frozenset(), frozenset()),
    "incoming": Rule(frozenset(), frozenset(), frozenset()),
    "outgoing": Rule(frozenset(), frozenset(), frozenset()),
    "startEvent": _rule("name", "basis", "outgoing"),
    "endEvent": _rule("name", "basis", "incoming terminateEventDefinition"),
    "terminateEventDefinition": _rule(),
    "userTask": _rule("name", _TASK, _WAYS),
    "businessRuleTask": _rule("name", "decision basis", _WAYS),
    "callActivity": _rule("name calledElement", "basis", _WAYS),
    "exclusiveGateway": _rule("name default gatewayDirection", "basis", _WAYS),
    "parallelGateway": _rule("name gatewayDirection", "basis", _WAYS),
    "boundaryEvent": _rule("name attachedToRef cancelActivity", "basis", "outgoing timerEventDefinition"),
    "timerEventDefinition": _rule(own="limit"),
    "sequenceFlow": _rule("name sourceRef targetRef", "basis", "conditionExpression"),
    "conditionExpression": Rule(frozenset({"id", "language"}), frozenset(), frozenset()),
    "documentation": Rule(frozenset({"id", "textFormat"}), frozenset(), frozenset()),
    "extensionElements": Rule(frozenset(), frozenset(), frozenset()),
    "textAnnotation": _rule("textFormat", children="text"),
    "text": Rule(frozenset(), frozenset(), frozenset()),
    "association": _rule("associationDirection sourceRef targetRef"),
}

# What editors offer beyond the subset, so that a refusal says it as their menus do.
REFUSED_NAMES: Final = {
    "task": "未定类型的任务",
    "manualTask": "手工任务",
    "serviceTask": "服务任务",
    "scriptTask": "脚本任务",
    "script": "脚本",
    "sendTask": "发送任务",
    "receiveTask": "接收任务",
    "subProcess": "子流程",
    "adHocSubProcess": "自由子流程",
    "transaction": "事务子流程",
    "inclusiveGateway": "包容网关",
    "complexGateway": "复杂网关",
    "eventBasedGateway": "事件网关",
    "intermediateCatchEvent": "中间捕获事件",
    "intermediateThrowEvent": "中间抛出事件",
    "messageEventDefinition": "消息事件",
    "signalEventDefinition": "信号事件",
    "conditionalEventDefinition": "条件事件",
    "errorEventDefinition": "错误事件",
    "escalationEventDefinition": "升级事件",
    "compensateEventDefinition": "补偿事件",
    "cancelEventDefinition": "取消事件",
    "linkEventDefinition": "链接事件",
    "timerEventDefinition": "定时事件",
    "terminateEventDefinition": "终止定义",
    "standardLoopCharacteristics": "循环标记",
    "multiInstanceLoopCharacteristics": "多实例标记",
    "timeDuration": "时长表达式，期限须写 zf:limit",
    "timeDate": "时点表达式，期限须写 zf:limit",
    "timeCycle": "周期表达式，期限须写 zf:limit",
    "messageFlow": "消息流",
    "childLaneSet": "嵌套泳道",
    "dataObject": "数据对象",
    "dataObjectReference": "数据对象引用",
    "dataStoreReference": "数据存储引用",
    "group": "分组框",
    "ioSpecification": "输入输出定义",
    "property": "流程变量",
    "import": "外部导入",
}
