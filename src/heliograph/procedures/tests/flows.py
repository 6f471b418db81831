"""A small procedure for the tests: filing, an investigation with a reminder, a review that is called, two branches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any
from xml.sax.saxutils import quoteattr

from heliograph.kernel.bpmn import lay_out
from heliograph.procedures.actions import (
    DraftContent,
    approve_release,
    begin_new_draft,
    propose_from_draft,
    save_draft,
)
from heliograph.procedures.models import Draft, Release
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, TODAY

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zf="urn:heliograph:procedure:1" '
    'id="d_{id}" targetNamespace="urn:test"><process id="{id}" name="{name}" isExecutable="true" zf:basis="晴公3">'
)
DAYS: dict[str, Any] = {
    "id": "investigate",
    "name": "调查期限",
    "unit": "calendar_days",
    "length": 90,
    "month": None,
    "day": None,
    "roll": "none",
    "basis": ["行政处罚法@2021:60"],
    "extension": None,
}
LIMITS = {
    "investigate": DAYS,
    "publish": DAYS | {"id": "publish", "name": "公开期限", "unit": "working_days", "length": 7},
    "statement": DAYS | {"id": "statement", "name": "陈述期限", "unit": "working_days", "length": 3},
}
FACTS: list[dict[str, Any]] = [
    {"name": "准予立案", "type": "boolean"},
    {"name": "罚款金额", "type": "number", "unit": "元", "minimum": 0},
    {"name": "重大案件", "type": "boolean"},
    {"name": "重新办理", "type": "boolean", "initial": False},
    {"name": "处罚种类", "type": "choices", "choices": ["警告", "罚款"]},
    {"name": "当事人类型", "type": "choice", "choices": ["个人", "单位"]},
    {"name": "份数", "type": "integer", "minimum": 1},
    {"name": "立案日期", "type": "date"},
    {"name": "案情", "type": "text"},
]
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:zf="urn:heliograph:procedure:1"
 id="d_major" name="d_major" namespace="urn:test"><decision id="major" name="重大案件目录"{dates}>
<decisionTable id="dt_major" hitPolicy="UNIQUE"><input id="i1" label="罚款金额">
<inputExpression id="ie1" typeRef="number"><text>罚款金额</text></inputExpression></input>
<output id="o1" name="重大案件" typeRef="boolean"/>
<rule id="r_small" zf:basis="行政处罚法@2021:58"><inputEntry id="a1"><text>&lt; {bar}</text></inputEntry>
<outputEntry id="b1"><text>false</text></outputEntry></rule>
<rule id="r_big" zf:basis="行政处罚法@2021:58"><inputEntry id="a2"><text>&gt;= {bar}</text></inputEntry>
<outputEntry id="b2"><text>true</text></outputEntry></rule></decisionTable></decision></definitions>"""


def table(bar: int = 10_000, dates: str = "") -> str:
    """Return the table that calls a fine from `bar` yuan on a major one."""
    return TABLE.format(bar=bar, dates=dates)


def task(key: str, name: str, role: str, **own: str) -> str:
    """Return a user task."""
    more = "".join(f" zf:{name}={quoteattr(value)}" for name, value in own.items())
    return f'<userTask id="{key}" name="{name}" zf:role="{role}"{more}/>'


def timer(key: str, name: str, host: str, limit: str, *, interrupting: bool) -> str:
    """Return a timer on a task."""
    cancel = str(interrupting).lower()
    return (
        f'<boundaryEvent id="{key}" name="{name}" attachedToRef="{host}" cancelActivity="{cancel}">'
        f'<timerEventDefinition id="d_{key}" zf:limit="{limit}"/></boundaryEvent>'
    )


def flows(*pairs: str) -> str:
    """Return sequence flows from `from>to` or `from>to: condition`; their ids are numbered."""
    found = []
    for number, pair in enumerate(pairs):
        ends, _, condition = pair.partition(": ")
        source, target = ends.split(">")
        inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        key = f"f_{source}_{target}" if not condition else f"f_{source}_{target}_{number}"
        found.append(f'<sequenceFlow id="{key}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>')
    return "".join(found)


def process(key: str, name: str, parts: Sequence[str]) -> str:
    """Return a file with one process."""
    return HEAD.format(id=key, name=name) + "".join(parts) + "</process></definitions>"


def gateway(key: str, default: str) -> str:
    """Return an exclusive gateway whose default leads to an element."""
    return f'<exclusiveGateway id="{key}" name="{key}" default="f_{key}_{default}"/>'


def penalty(*, approve: str = "t_approve", extra: Sequence[str] = ()) -> str:
    """Return the procedure; `approve` names its second task, `extra` adds elements."""
    return process(
        "penalty",
        "处罚程序",
        [
            '<startEvent id="s"/>',
            task("t_file", "填报立案审批表", "handler", act="propose_filing"),
            task(approve, "立案审批", "leader_in_charge", act="decide_filing", exclude="t_file", basis="晴公3"),
            gateway("g_filed", "e_refused"),
            '<endEvent id="e_refused"/>',
            task("t_investigate", "调查取证", "handler", limit="investigate"),
            timer("b_late", "调查期满", "t_investigate", "investigate", interrupting=False),
            task("t_urge", "督办", "unit_head"),
            '<endEvent id="e_urged"/>',
            '<businessRuleTask id="r_major" name="判断重大案件" zf:decision="major"/>',
            gateway("g_major", "g_reviewed"),
            '<callActivity id="c_review" name="法制审核" calledElement="review"/>',
            '<exclusiveGateway id="g_reviewed"/>',
            '<parallelGateway id="p_split"/>',
            task("t_serve", "送达", "handler"),
            timer("b_silent", "期满未提出", "t_serve", "statement", interrupting=True),
            '<exclusiveGateway id="g_served"/>',
            task("t_publish", "公示", "handler", limit="publish", unit="window"),
            '<parallelGateway id="p_join" name="汇合"/>',
            '<exclusiveGateway id="g_close_in"/>',
            task("t_close", "结案", "handler"),
            gateway("g_again", "e_done"),
            '<endEvent id="e_done"/>',
            *extra,
            flows(
                "s>t_file",
                f"t_file>{approve}",
                f"{approve}>g_filed",
                "g_filed>t_investigate: 准予立案 = true",
                "g_filed>e_refused",
                "t_investigate>r_major",
                "b_late>t_urge",
                "t_urge>e_urged",
                "r_major>g_major",
                "g_major>c_review: 重大案件 = true",
                "g_major>g_reviewed",
                "c_review>g_reviewed",
                "g_reviewed>p_split",
                "p_split>t_serve",
                "p_split>t_publish",
                "t_serve>g_served",
                "b_silent>g_served",
                "g_served>p_join",
                "t_publish>p_join",
                "p_join>g_close_in",
                "g_close_in>t_close",
                "t_close>g_again",
                "g_again>t_close: 重新办理 = true",
                "g_again>e_done",
            ),
        ],
    )


def review() -> str:
    """Return the process that is called."""
    return process(
        "review",
        "法制审核",
        [
            '<startEvent id="s"/>',
            task("t_opinion", "出具审核意见", "legality_reviewer", unit="legal", exclude="t_file,t_investigate"),
            '<endEvent id="e"/>',
            flows("s>t_opinion", "t_opinion>e"),
        ],
    )


@cache
def drawn(xml: str) -> str:
    """Return a file with its diagram, without which nothing is released."""
    return lay_out(xml.encode()).decode()


def content(bar: int = 10_000, drawing: str | None = None) -> DraftContent:
    """Return the whole as an editor saves it."""
    files = {"penalty": drawn(drawing or penalty()), "review": drawn(review())}
    return DraftContent("处罚程序", files, {"major": table(bar)}, FACTS, LIMITS)


def release_of(
    agency: Agency, reviewer: Account, leader: Account, *, on: date = TODAY, drawing: str | None = None
) -> Release:
    """Propose the procedure as its legal officer and approve it as a leader."""
    draft = Draft.objects.filter(agency=agency, procedure="penalty").first()
    if draft is None:
        draft = begin_new_draft(
            agency.pk, "penalty", content=content(drawing=drawing), categories=["penalty"], actor=reviewer, at=NOON
        )
    else:
        draft = save_draft(draft.pk, content=content(drawing=drawing), rev=draft.rev, actor=reviewer, at=NOON)
    proposed = propose_from_draft(
        draft.pk, effective_from=on, reason="首次制定", rev=draft.rev, actor=reviewer, at=NOON
    )
    return approve_release(proposed.pk, actor=leader, at=NOON)
