"""What the editor of a procedure offers and says: choices with Chinese names, faults with the element they are at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, Final

from heliograph.desk.procedure_forms import LIMIT_UNITS
from heliograph.desk.procedure_part_forms import ASKS, TYPES
from heliograph.desk.scope import Scope
from heliograph.desk.steps.table import ACT_FORMS
from heliograph.dossiers.actions.steps import GENERIC
from heliograph.duties.rules import snapshot
from heliograph.kernel.bpmn import BpmnRefusedError, read_process
from heliograph.procedures.actions import draft_faults
from heliograph.procedures.models import Draft
from heliograph.procedures.showing import limit_in_words
from heliograph.registers.models import Role, Unit
from heliograph.registers.permissions import CASE_ROLES

ACT_NAMES: Final = {
    "propose_filing": "填报立案审批表", "decide_filing": "审批立案", "investigate": "调查取证",
    "conclude_investigation": "填写调查终结报告", "discuss_collectively": "集体讨论",
    "approve_handling": "审批处理意见", "give_prior_notice": "事先告知", "end_statement": "听取陈述申辩",
    "request_hearing": "登记听证申请", "notify_hearing": "通知听证", "hold_hearing": "举行听证",
    "review_defence": "复核陈述申辩", "decide": "作出决定", "decide_no_penalty": "决定不予处罚", "serve": "送达",
    "record_publication": "登记公示情况", "record_payment": "登记缴款", "grant_deferral": "批准延期或者分期",
    "urge": "催告", "apply_to_court": "申请法院强制执行", "record_court_result": "登记法院执行结果",
    "close_case": "结案", "archive_case": "归档",
    "transfer_case": "移送", "accept_application": "受理申请", "decide_extension": "审批延长期限",
    "register_compensation": "登记返还和补偿", "request_correction": "一次告知补正",
    "examine": "审查申请", "approve_inspection": "审批检查", "give_inspection_notice": "送达检查通知",
    "inspect_on_site": "现场检查", "record_result": "登记检查结果", "feed_back": "告知检查结果",
    "check_rectification": "复查整改", "approve_coercion": "批准强制措施", "carry_out_coercion": "实施强制措施",
    "extend_coercion": "延长强制措施", "release_coercion": "解除强制措施",
    "substitute_performance": "代履行到场监督", "answer_demand": "登记催告后履行情况",
    "tell_afterwards": "代履行后通知当事人",
    "tell_extension": "书面告知延长", "review_opinion": "出具法制审核意见",
}  # fmt: skip
_PLACE: Final = re.compile(r"（([A-Za-z_][A-Za-z0-9_./-]*)）(?=：)")
_FILE: Final = re.compile(r"^流程文件 ([A-Za-z0-9_]+)：")


def act_choices() -> list[tuple[str, str]]:
    """Return the acts that a step may ask for, the generic step aside."""
    return [(act, ACT_NAMES.get(act, form.button)) for act, form in ACT_FORMS.items() if act != GENERIC]


def offered(scope: Scope, draft: Draft, file: str) -> dict[str, Any]:
    """Return all that the editor's script has to know, as JSON."""
    of_pack = {one.id: one.model_dump(mode="json") for one in scope.pack.rules.time_limits}
    limits = {**of_pack, **draft.limits}
    fields = ("name", "unit", "length", "basis")
    return {
        "xml": draft.files[file],
        "rev": draft.rev,
        "roles": [(role.value, str(role.label)) for role in Role if role in CASE_ROLES and role != Role.SUPERVISOR],
        "units": [(one.value, str(one.label)) for one in Unit.Function],
        "acts": act_choices(),
        "limits": {
            key: {**{name: kept[name] for name in fields}, "words": limit_in_words(kept), "own": key in draft.limits}
            for key, kept in limits.items()
        },
        "limitUnits": [(key, label) for key, label in LIMIT_UNITS],
        "facts": [fact["name"] for fact in draft.facts],
        "tables": [(key, key) for key in draft.tables],
        "processes": [(key, key) for key in draft.files if key != file],
    }


def fact_in_words(fact: Mapping[str, Any]) -> str:
    """Return what a fact is: its type with choices and unit, and who gives it."""
    kind = TYPES.get(str(fact.get("type")), str(fact.get("type")))
    choices = f"（{'、'.join(map(str, fact.get('choices') or ()))}）" if fact.get("choices") else ""
    unit = f"，单位{fact['unit']}" if fact.get("unit") else ""
    return f"{kind}{choices}{unit}，{ASKS.get(str(fact.get('ask') or 'data'), '')}"


def edited(draft: Draft, **changed: Any) -> Draft:
    """Return a copy of a draft as it would be, not to be stored."""
    would = copy(draft)
    for name, value in changed.items():
        setattr(would, name, value)
    return would


def located(faults: Iterable[str], file: str, root: str) -> list[dict[str, str]]:
    """Return faults as the editor shows them: the element in this file, and the sentence without any id."""
    return [{"element": _element(fault, file, root), "text": _PLACE.sub("", fault)} for fault in faults]


def _element(fault: str, file: str, root: str) -> str:
    found = _PLACE.search(fault)
    named = _FILE.match(fault)
    if found is None or (named and named[1] != file):
        return ""
    head, _, tail = found[1].rpartition("/")
    if file == root:
        return head.partition("/")[0] or tail
    return tail


def faults_at(draft: Draft, file: str) -> list[dict[str, str]]:
    """Return what stands against a draft, with the elements of one of its files."""
    return located(draft_faults(draft), file, draft.procedure)


def used_limits(scope: Scope, files: Mapping[str, str], limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft's limits with those of the pack that its drawings have come to name."""
    named: set[str] = set()
    for xml in files.values():
        try:
            named |= {one.limit for one in read_process(xml.encode()).elements.values() if one.limit}
        except BpmnRefusedError:
            continue
    of_pack = {one.id: snapshot(one) for one in scope.pack.rules.time_limits if one.id in named}
    return {**of_pack, **limits}
