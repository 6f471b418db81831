"""The agency's rules as read by people: clause table and rollout plan."""

from __future__ import annotations

from django.http import HttpResponse

from heliograph.desk.menu import GROUPS
from heliograph.desk.scope import ACTS, Scope, page
from heliograph.regimes.compliance import STATES, Target, compliance_table, summary
from heliograph.regimes.queries import installed_packs

# What the addresses that a clause may name are called in Chinese; those of the desk are called as in its menu.
PAGE_NAMES = {
    "portal:index": "公示首页",
    "portal:government": "政府公示首页",
    "portal:government-register": "政府汇总清单",
    "portal:agency": "本机关公示首页",
    "portal:register": "公开清单",
    "portal:register-csv": "公开清单下载（CSV）",
    "portal:register-json": "公开清单下载（JSON）",
    "portal:register-feed": "更新订阅",
    "portal:entry": "公开条目",
    "portal:entry-version": "公开条目的历史版本",
    "portal:entry-diff": "公开条目的版本对照",
    "portal:officer-lookup": "执法人员查询",
    "portal:policy": "制度公开",
    "portal:changes": "变更记录",
    "portal:laws": "公开的执法依据",
    "portal:law": "法律条文",
    "portal:article": "条文与引用它的信息",
    "portal:board": "公示牌打印页",
    "portal:accessibility": "无障碍说明",
    "portal:sitemap": "网站地图",
    "portal:procedures": "办案流程图",
    "desk:case": "案件办理",
    "desk:on-site-new": "登记现场活动",
    "desk:record-history": "存证记录",
    "desk:register": "编制清单",
    "desk:entry": "清单条目",
    "desk:entry-new": "新建条目",
    "desk:entry-edit": "修改条目",
    "desk:import": "导入清单",
    "desk:export": "导出清单",
    "desk:release": "办理发布审批",
    "desk:release-bulk": "批量审批",
    "desk:law-import": "导入法律文本",
    "desk:law-proposal": "确认法律文本",
    "desk:article-correct": "更正条文变动",
    "desk:calendar-proposal": "确认放假安排",
    "desk:duty": "期限的延长、中止和恢复",
    "desk:person": "人员的任职和证件",
} | {f"desk:{name}": label for _heading, links in GROUPS for label, _icon, name, _act in links}
ACT_NAMES = {
    "add_unit": "登记内设机构",
    "add_person": "登记人员",
    "appoint": "登记任职",
    "issue_certificate": "登记执法证件",
    "review_certificate": "证件年度审核",
    "suspend_certificate": "暂扣证件",
    "reinstate_certificate": "恢复证件",
    "revoke_certificate": "收回证件",
    "draft_officer_entry": "起草执法人员公开信息",
    "create_account": "建立账户",
    "grant_role": "授予角色",
    "end_role": "终止角色",
    "release_in_bulk": "批量审批",
    "adjust_for_law_change": "登记法律变动",
    "adjust_for_function_change": "登记职能调整",
    "open_duty": "产生期限",
    "fulfil": "期限办结",
    "extend": "延长期限",
    "suspend": "中止期限",
    "resume": "恢复期限",
    "cancel_duty": "取消误登的期限",
    "propose_law": "提交法律文本",
    "confirm_law": "确认法律文本",
    "correct_article_change": "更正条文变动",
    "propose_calendar": "提交放假安排",
    "confirm_calendar": "确认放假安排",
} | {key: act.name for key, act in ACTS.items()}
KIND_NAMES = {"page": "页面", "act": "操作", "rule": "规则"}


@page("read_compliance", "GET", "HEAD")
def compliance(scope: Scope) -> HttpResponse:
    """Show each clause of the agency's document with what serves it, by state or requirement."""
    rows = compliance_table(scope.pack)
    state, words = scope.request.GET.get("state", ""), scope.request.GET.get("q", "").strip()[:60]
    shown = [row for row in rows if not state or row.state == state]
    if words:
        shown = [row for row in shown if words in row.clause_id or words in row.summary or words in row.requirements]
    counts = summary(rows)
    context = {
        "rows": [(row, [(*_named(target), target) for target in row.targets]) for row in shown],
        "total": len(rows),
        "counts": [(key, label, counts[key]) for key, label in STATES.items()],
        "state": state,
        "words": words,
        "pack": scope.pack,
        "installed": installed_packs(scope.id),
    }
    return scope.render("compliance.html", context)


def _named(target: Target) -> tuple[str, str]:
    """Return the kind of a target and its name, as people call them."""
    function = target.name.rpartition(".")[2]
    names = {"page": PAGE_NAMES.get(target.name), "act": ACT_NAMES.get(function)}
    return KIND_NAMES[target.kind], names.get(target.kind) or target.label


@page("read_compliance", "GET", "HEAD")
def rollout(scope: Scope) -> HttpResponse:
    """Show the rollout plan as printed: tasks, stages, reports."""
    rules = scope.pack.rules
    context = {
        "tasks": sorted(rules.rollout_tasks, key=lambda task: task.no),
        "stages": rules.rollout_stages,
        "systems": {"disclosure": "公示", "recording": "全过程记录", "review": "法制审核"},
    }
    return scope.render("rollout.html", context)
