"""Cross checks over a merged pack: every name in it leads somewhere, and every rule rests on something written.

The schema sees one value at a time and the merge one id at a time. Here the pack is read as a whole: citations reach
a clause or an article, requirement ids are known, chains, categories, period rules and registers named by other rules
exist, and a period counted by a law's own rule has the unit which that rule gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from heliograph.kernel.packs.check_documents import DOCUMENT_CHECKS
from heliograph.kernel.packs.check_procedures import PROCEDURE_CHECKS, categories_served
from heliograph.kernel.packs.faults import PackFault
from heliograph.kernel.packs.merge import written_rules
from heliograph.kernel.packs.references import Finding, References, citations, known
from heliograph.kernel.packs.schema import (
    Channel,
    DrawnRule,
    FieldDef,
    Pack,
    PeriodRule,
    Policy,
    PortalColumn,
    Register,
    ReleaseChain,
    ReviewMaterial,
    ReviewTrigger,
    RolloutTask,
    Rule,
    TimeLimit,
)
from heliograph.kernel.packs.validation import PackSource
from heliograph.kernel.packs.yaml_source import Path

_TARGET = re.compile(r"rule:(?P<section>\w+)/(?P<id>\S+)|page:\S+|act:[a-z_]+\.[a-z_]+")


def _of_rule(rule: Rule, refs: References) -> Iterator[Finding]:
    """Checks that every rule passes, whatever it is about."""
    yield from citations((), rule.basis, refs)
    yield from _requirements(rule.requirement, refs)
    if rule.effective_from and rule.effective_to and rule.effective_to < rule.effective_from:
        yield ("effective_to",), "失效日期早于生效日期"


def _requirements(ids: Sequence[str], refs: References) -> Iterator[Finding]:
    for index, requirement in enumerate(ids):
        if requirement not in refs.requirements:
            yield ("requirement", index), f"没有编号为 {requirement} 的要求"


def _of_time_limit(limit: TimeLimit, refs: References) -> Iterator[Finding]:
    yield from known("applies_to", limit.applies_to, refs.categories, "执法类别")
    if limit.unit in {"promptly", "hours"} and limit.roll == "forward":
        yield ("roll",), "以小时计或「及时」的期限没有可顺延的最后一日"
    if limit.unit == "date_of_year" and limit.length is not None:
        yield ("length",), "unit date_of_year 以月日为准，不写 length"
    if limit.unit != "date_of_year" and (limit.month is not None or limit.day is not None):
        yield ("month",), "month 与 day 只用于 unit date_of_year"
    if limit.counted_by is None:
        return
    rule = next((rule for rule in refs.pack.rules.period_rules if rule.id == limit.counted_by), None)
    if rule is None:
        yield ("counted_by",), f"没有期间计算规则「{limit.counted_by}」"
    elif limit.unit in {"working_days", "calendar_days"} and limit.length is not None:
        unit = unit_by(rule, limit.length)
        if unit is not None and unit != limit.unit:
            yield ("unit",), f"按「{rule.id}」，{limit.length} 日应为 {unit}"


def unit_by(rule: PeriodRule, length: int) -> str | None:
    """Return the unit that a law's rule gives to a period written as so many days, None when it gives none."""
    if rule.working_when == "explicit":
        return None
    working = {
        "listed": length in rule.days,
        "all": True,
        "up_to": rule.limit is not None and length <= rule.limit,
    }[rule.working_when]
    return "working_days" if working else "calendar_days"


def _of_period_rule(rule: PeriodRule, refs: References) -> Iterator[Finding]:
    if rule.law not in refs.laws:
        yield ("law",), f"laws 里没有 {rule.law}"
    if (rule.working_when == "listed") != bool(rule.days):
        yield ("days",), "working_when 为 listed 时须写 days，其他写法不写"
    if (rule.working_when == "up_to") != (rule.limit is not None):
        yield ("limit",), "working_when 为 up_to 时须写 limit，其他写法不写"


def _of_register(register: Register, refs: References) -> Iterator[Finding]:
    if register.release_chain not in refs.ids("release_chains"):
        yield ("release_chain",), f"没有发布审批流程「{register.release_chain}」"
    for index, field in enumerate(register.fields):
        path: Path = ("fields", index)
        yield from citations(path, field.basis, refs)
        if field.type in {"choice", "choices"}:
            if bool(field.choices) == bool(field.choices_from):
                yield (*path, "choices"), "选项字段须写 choices 或 choices_from 其中一项"
        elif field.choices or field.choices_from:
            yield (*path, "choices"), "只有 type 为 choice 或 choices 的字段才有选项"
        if refs.pack.kind == "agency" and field.choices_from and not refs.ids(field.choices_from):
            yield (*path, "choices_from"), f"本包没有 {field.choices_from}，选项将为空"

    if refs.pack.kind == "agency":
        yield from known("compiled_by_units", register.compiled_by_units, refs.names("units"), "科室")


def _of_chain(chain: ReleaseChain, refs: References) -> Iterator[Finding]:
    for index, stage in enumerate(chain.stages):
        yield from citations(("stages", index), stage.basis, refs)
    ids = [stage.id for stage in chain.stages]
    if len(ids) != len(set(ids)):
        yield ("stages",), "同一环节出现两次"


def _of_policy(policy: Policy, refs: References) -> Iterator[Finding]:
    for index, article in enumerate(policy.articles):
        yield from citations(("articles", index), article.basis, refs)
    numbers = [article.no for article in policy.articles]
    if len(numbers) != len(set(numbers)):
        yield ("articles",), "条号重复"


def _of_trigger(trigger: ReviewTrigger, refs: References) -> Iterator[Finding]:
    return known("categories", trigger.categories, refs.categories, "执法类别")


def _of_material(material: ReviewMaterial, refs: References) -> Iterator[Finding]:
    return known("categories", material.categories, refs.categories, "执法类别")


def _of_channel(channel: Channel, refs: References) -> Iterator[Finding]:
    return known("carries", channel.carries, refs.ids("registers"), "登记册")


def _of_column(column: PortalColumn, refs: References) -> Iterator[Finding]:
    return known("registers", column.registers, refs.ids("registers"), "登记册")


def _of_task(task: RolloutTask, refs: References) -> Iterator[Finding]:
    if any(other.no == task.no and other.id != task.id for other in refs.pack.rules.rollout_tasks):
        yield ("no",), f"任务编号 {task.no} 重复"


_BY_SECTION: dict[str, Callable[[Any, References], Iterator[Finding]]] = {
    "time_limits": _of_time_limit,
    "period_rules": _of_period_rule,
    "registers": _of_register,
    "release_chains": _of_chain,
    "policies": _of_policy,
    "review_triggers": _of_trigger,
    "review_materials": _of_material,
    "channels": _of_channel,
    "columns": _of_column,
    "rollout_tasks": _of_task,
    **PROCEDURE_CHECKS,
    **DOCUMENT_CHECKS,
}


def _in_clauses(own: PackSource, refs: References) -> Iterator[Finding]:
    """The compliance table: unique ids of declared sources, and rules that exist."""
    codes = tuple(source.code for source in own.file.sources)
    seen: set[str] = set()
    for index, clause in enumerate(own.file.clauses):
        path: Path = ("clauses", index)
        if clause.id in seen:
            yield (*path, "id"), f"条款 {clause.id} 重复"
        seen.add(clause.id)
        if not codes or not clause.id.startswith(codes):
            yield (*path, "id"), f"条款 {clause.id} 的开头不是 sources 里的代号"
        for place, message in _requirements(clause.requirement, refs):
            yield (*path, *place), message
        for number, target in enumerate(clause.served_by):
            match = _TARGET.fullmatch(target)
            if match is None:
                yield (*path, "served_by", number), f"「{target}」应写作 rule:类/id、page:页名 或 act:应用.行为"
            elif match["id"] and not refs.has_rule(f"{match['section']}/{match['id']}"):
                yield (*path, "served_by", number), f"没有规则 {match['section']}/{match['id']}"


def _in_head(own: PackSource, refs: References) -> Iterator[Finding]:
    file = own.file
    if file.effective_to and file.effective_to < file.effective_from:
        yield ("effective_to",), "失效日期早于生效日期"
    if file.government is not None:
        for index, citation in enumerate(file.government.overseer_basis):
            fault = refs.citation_fault(citation)
            if fault:
                yield ("government", "overseer_basis", index), fault
    for index, removal in enumerate(file.remove):
        yield from citations(("remove", index), removal.basis, refs)


def check_pack(pack: Pack, own: PackSource, requirements: frozenset[str]) -> list[PackFault]:
    """Return the faults of one pack file, read together with its parents.

    `pack` is `own` merged with its parents. Rules of the parents are checked with the parents' own files, where their
    lines are; here they are only what this file's rules refer to.
    """
    refs = References(pack, requirements)
    findings = [*_in_head(own, refs), *_in_clauses(own, refs), *categories_served(refs)]
    for part in ("add", "replace"):
        for path, section, rule in written_rules(own, part):
            findings += [((*path, *place), message) for place, message in _in_rule(section, rule, refs)]
    return [own.fault(path, message) for path, message in findings]


def check_inherited(pack: Pack, own: PackSource, requirements: frozenset[str]) -> list[PackFault]:
    """Return the faults that a file brings about in sound rules of its parents, by what it removes or replaces."""
    refs = References(pack, requirements)
    faults: list[PackFault] = []
    for section, check in _BY_SECTION.items():
        for rule in getattr(pack.rules, section):
            if pack.origins[f"{section}/{rule.id}"] != own.name:
                faults += [
                    own.fault(("remove",), f"上级包的 {section}/{rule.id} 在本包不再成立：{message}")
                    for _, message in check(rule, refs)
                ]
    return faults


def check_privacy(chain: Sequence[PackSource]) -> list[PackFault]:
    """Return the fields of the last file that the public would read though a parent keeps them back, or the reverse.

    Whoever compiles an entry must be able to trust that an internal field is internal under every pack of the chain.
    """
    known: dict[tuple[str, str], tuple[bool, str]] = {}
    faults: list[PackFault] = []
    for file in chain:
        for path, register, field in _fields(file):
            public, where = known.setdefault((register.id, field.id), (field.public, file.name))
            if public != field.public and file is chain[-1]:
                words = "公开" if public else "不公开"
                message = f"字段 {register.id}.{field.id} 在 {where} 里{words}，同一字段在各级包里须一致"
                faults.append(file.fault((*path, "public" if not field.public else "id"), message))
    return faults


def _fields(file: PackSource) -> Iterator[tuple[Path, Register, FieldDef]]:
    for part in ("add", "replace"):
        for path, _, rule in written_rules(file, part):
            if isinstance(rule, Register):
                yield from (((*path, "fields", index), rule, field) for index, field in enumerate(rule.fields))


def _in_rule(section: str, rule: Rule, refs: References) -> Iterator[Finding]:
    yield from _of_rule(rule, refs)
    if isinstance(rule, DrawnRule):
        rule = refs.pack.rule(section, rule.id)  # as merged: it may keep the drawing of its parent
    if section in _BY_SECTION:
        yield from _BY_SECTION[section](rule, refs)
