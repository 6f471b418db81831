"""The policy pages: an agency's own articles (D1, R2, L10) and the tables that its pack gives rise to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from heliograph.kernel.packs.schema import AvDuty, Pack, Policy, PolicyArticle, Provision, Rule, TimeLimit
from heliograph.portal.citations import Citation, citations
from heliograph.portal.drawn import review_flowcharts, review_lists
from heliograph.portal.limits import length_in_words
from heliograph.portal.scope import agency_scope
from heliograph.portal.site import Link, NotFoundError, Page, public_page, show

KINDS = {"disclosure": "行政执法公示制度", "recording": "执法全过程记录制度", "review": "重大执法决定法制审核制度"}
# Requirement ids begin with the part of the three systems they belong to.
PARTS = {"disclosure": "D", "recording": "R", "review": "L"}
TOPICS = {
    "scope": "适用范围",
    "content": "内容",
    "carrier": "载体",
    "manner": "方式",
    "procedure": "程序",
    "time_limits": "期限",
    "term": "公示期限",
    "review": "审核",
    "correction": "更正和调整",
    "division": "分工",
    "supervision": "监督",
    "safeguards": "保障",
    "non_disclosure": "不予公开",
    "statistics": "统计年报",
    "body": "审核机构",
    "catalogue": "清单目录",
    "elements": "审核要素",
    "disagreement": "意见分歧",
    "responsibility": "责任",
    "retrieval": "调阅",
    "recording": "记录",
    "archiving": "归档",
    "other": "其他",
}
STRENGTHS = {"must": "应当记录", "circumstances": "根据实际情况记录", "encouraged": "鼓励记录"}
TRIGGERS = {"must": "必须审核", "may": "可以纳入审核"}
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a generated table: cells, the basis, and whether it still has to be checked."""

    cells: list[str]
    basis: list[Citation]
    verified: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table generated from the pack."""

    id: str
    title: str
    heads: list[str]
    lines: list[Line]
    note: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class ArticleShown:
    """An article of the agency's own document."""

    article: PolicyArticle
    topic: str
    basis: list[Citation]


@public_page
def policy(request: HttpRequest, agency: str, kind: str) -> HttpResponse:
    """Show one of the three policies of an agency."""
    scope = agency_scope(agency)
    if kind not in KINDS:
        raise NotFoundError("没有这一项制度。可以查看公示、全过程记录和法制审核三项制度。", scope.site)
    policies = [one for one in scope.pack.rules.policies if one.kind == kind] if scope.pack else []
    title = policies[0].title if policies else KINDS[kind]
    context = {
        "scope": scope,
        "kind": kind,
        "kinds": [
            Link(name, reverse("portal:policy", args=[scope.agency.code, key]), key) for key, name in KINDS.items()
        ],
        "policies": [(one, _articles(one)) for one in policies],
        "tables": [table for table in tables(scope.pack, kind, scope.on) if table.lines] if scope.pack else [],
        "sources": scope.pack.sources if scope.pack else [],
        "flowcharts": review_flowcharts(scope) if kind == "review" else [],
        "lists": review_lists(scope) if kind == "review" else [],
    }
    page = Page(site=scope.site, title=title, current="policy", crumbs=[Link("公示制度", "")])
    return show(request, "portal/policy.html", page, context)


def _articles(policy: Policy) -> list[ArticleShown]:
    return [ArticleShown(one, TOPICS[one.topic], citations(one.basis)) for one in policy.articles]


def tables(pack: Pack, kind: str, on: date) -> list[Table]:
    """Return the tables of one policy page."""
    return {"disclosure": _disclosure, "recording": _recording, "review": _review}[kind](pack, on)


def _now(rules: Sequence[R], on: date) -> list[R]:
    """Leave out rules that do not hold on the day."""
    return [
        rule
        for rule in rules
        if (rule.effective_from is None or rule.effective_from <= on)
        and (rule.effective_to is None or rule.effective_to >= on)
    ]


def _belongs(rule: Rule, kind: str) -> bool:
    return any(one.startswith(PARTS[kind]) for one in rule.requirement)


def _line(rule: Rule, *cells: str) -> Line:
    return Line([cell or "—" for cell in cells], citations(rule.basis), rule.verified)


def _limits(pack: Pack, limits: Sequence[TimeLimit], title: str, table_id: str, *, folded: bool = False) -> Table:
    names = {category.id: category.name for category in pack.rules.categories}
    lines = [
        _line(
            one,
            one.name,
            one.event,
            length_in_words(one),
            "、".join(names[category] for category in one.applies_to if category in names) or "各类",
            "、".join(one.exceptions),
        )
        for one in limits
    ]
    heads = ["事项", "从何时起算", "期限", "适用类别", "可另行规定的依据"]
    note = "数字和单位照原文件；写“及时”而没有天数的，不另外推算天数。"
    return Table(table_id, title, heads, lines, note, folded)


def _provisions(rules: Sequence[Provision], title: str, *, folded: bool = False) -> Table:
    lines = [_line(one, one.label, value_in_words(one), one.text) for one in rules]
    return Table("provisions", title, ["事项", "规定", "说明"], lines, folded=folded)


def value_in_words(provision: Provision) -> str:
    """Return a named value with its unit: 「5 %」 reads 「5%」, a yes reads 「是」."""
    value = provision.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value)
    if not provision.unit:
        return str(value)
    return f"{value}{provision.unit}" if provision.unit == "%" else f"{value} {provision.unit}"


def _disclosure(pack: Pack, on: date) -> list[Table]:
    limits = _now(pack.rules.time_limits, on)
    own = [one for one in limits if _belongs(one, "disclosure")]
    placed = {one.id for kind in PARTS for one in limits if _belongs(one, kind)}
    other = [one for one in limits if one.id not in placed]
    provisions = _now(pack.rules.provisions, on)
    return [
        _limits(pack, own, "公开和办理的期限", "limits"),
        Table(
            "non-disclosure",
            "不予公开的情形",
            ["情形", "处理后能否公开"],
            [
                _line(one, one.text, "依法确需公开的，处理后可以公开" if one.redactable else "没有处理后公开的规定")
                for one in _now(pack.rules.non_disclosure, on)
            ],
        ),
        Table(
            "channels",
            "公开的渠道",
            ["渠道", "公开什么"],
            [_line(one, one.name, _carried(pack, one.carries)) for one in _now(pack.rules.channels, on)],
        ),
        _chains(pack, on),
        _provisions([one for one in provisions if _belongs(one, "disclosure")], "文件中的其他数字和要求"),
        _limits(pack, other, "法律规定的其他办理期限", "other-limits", folded=True),
    ]


def _carried(pack: Pack, registers: Sequence[str]) -> str:
    names = {register.id: register.name for register in pack.rules.registers}
    return "、".join(names[one] for one in registers if one in names) if registers else "各类执法信息"


def _chains(pack: Pack, on: date) -> Table:
    """Who must agree before an entry of each register is public, stage by stage (D12)."""
    chains = {chain.id: chain for chain in pack.rules.release_chains}
    lines = []
    for register in _now(pack.rules.registers, on):
        chain = chains[register.release_chain]
        stages = " → ".join(f"{stage.label}（{stage.body}）" if stage.body else stage.label for stage in chain.stages)
        lines.append(Line([register.name, register.compiled_by, stages], citations(chain.basis), chain.verified))
    heads = ["清单", "谁编制", "公开前的审批"]
    return Table("chains", "发布审批", heads, lines, "没有走完审批的信息不会出现在本平台。")


def _recording(pack: Pack, on: date) -> list[Table]:
    limits = [one for one in _now(pack.rules.time_limits, on) if _belongs(one, "recording")]
    duties = [_line(one, one.act, _strength(one), _waiver(one)) for one in _now(pack.rules.av_duties, on)]
    provisions = [one for one in _now(pack.rules.provisions, on) if _belongs(one, "recording")]
    return [
        Table("av", "音像记录的要求", ["执法活动或场所", "要求", "文字记录能否代替"], duties),
        _limits(pack, limits, "记录和归档的期限", "limits"),
        _provisions(provisions, "文件中的其他数字和要求"),
    ]


def _strength(duty: AvDuty) -> str:
    return f"{STRENGTHS[duty.strength]}{'，全程' if duty.whole else ''}"


def _waiver(duty: AvDuty) -> str:
    if duty.strength == "encouraged":
        return "不作强制要求"
    return "文字已足以记录的，可以不录" if duty.waivable_by_text else "不能代替"


def _review(pack: Pack, on: date) -> list[Table]:
    names = {category.id: category.name for category in pack.rules.categories}
    elements = sorted(_now(pack.rules.review_elements, on), key=lambda one: one.order)
    triggers = [
        _line(
            one, one.text, TRIGGERS[one.strength], "、".join(names[c] for c in one.categories if c in names) or "各类"
        )
        for one in _now(pack.rules.review_triggers, on)
    ]
    limits = [one for one in _now(pack.rules.time_limits, on) if _belongs(one, "review")]
    provisions = [one for one in _now(pack.rules.provisions, on) if _belongs(one, "review")]
    return [
        Table("triggers", "哪些决定要审核", ["情形", "要求", "适用类别"], triggers),
        Table(
            "elements",
            "审核什么",
            ["序号", "审核内容"],
            [_line(one, str(number), one.text) for number, one in enumerate(elements, 1)],
        ),
        _limits(pack, limits, "审核的期限", "limits"),
        _provisions(provisions, "文件中的其他数字和要求"),
    ]
