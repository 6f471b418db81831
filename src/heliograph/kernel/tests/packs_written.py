"""Packs written to a directory for tests: a sound nation, province and agency that a test then spoils."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

REQUIREMENTS = {
    "D1": {"zh": "公示制度", "en": "Disclosure policy"},
    "D12": {"zh": "发布审批", "en": "Release approval"},
}
NATION = "cn@2026.11"
PROVINCE = "prov@2026.11"
AGENCY = "office@2026.11"


class _Plain(yaml.SafeDumper):
    """Writes everything in full: packs may not hold anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never."""
        return True


LAW = {
    "key": "行政处罚法@2021",
    "title": "中华人民共和国行政处罚法",
    "level": "law",
    "articles": [{"no": "61", "text": "七日内送达。"}, {"no": "85", "text": "列明的短期间为工作日。"}],
}
BASIS = ["行政处罚法@2021:61"]


def register(**changes: Any) -> dict[str, Any]:
    """Return a sound register."""
    return {
        "id": "items",
        "basis": BASIS,
        "name": "执法事项清单",
        "phase": "before",
        "fields": [{"id": "name", "label": "名称"}],
        "title_field": "name",
        "list_fields": ["name"],
        "compiled_by": "法制科",
        "release_chain": "default",
        **changes,
    }


def nation() -> dict[str, Any]:
    """Return a sound pack of the nation."""
    stage = {"id": "approve", "label": "批准", "role": "release_approver", "basis": BASIS}
    return {
        "pack": "cn",
        "version": "2026.11",
        "kind": "nation",
        "title": "国家规则",
        "effective_from": "2026-11-01",
        "laws": [copy.deepcopy(LAW)],
        "add": {
            "categories": [
                {"id": "permit", "basis": BASIS, "name": "行政许可", "code": "01"},
                {"id": "penalty", "basis": BASIS, "name": "行政处罚", "code": "02"},
            ],
            "period_rules": [
                {"id": "short", "basis": ["行政处罚法@2021:85"], "law": "行政处罚法@2021", "working_when": "listed"}
                | {"days": [2, 3, 5, 7]}
            ],
            "time_limits": [
                {"id": "serve", "basis": BASIS, "name": "送达", "event": "作出决定", "unit": "working_days"}
                | {"length": 7, "counted_by": "short", "applies_to": ["penalty"]}
            ],
            "release_chains": [{"id": "default", "basis": BASIS, "name": "发布审批", "stages": [stage]}],
            "registers": [register()],
        },
    }


def province() -> dict[str, Any]:
    """Return a sound pack of a province that adds nothing."""
    return {
        "pack": "prov",
        "version": "2026.11",
        "kind": "province",
        "title": "省级规则",
        "extends": NATION,
        "effective_from": "2026-11-01",
    }


def agency() -> dict[str, Any]:
    """Return a sound pack of an agency that adds, replaces and removes one rule each."""
    return {
        "pack": "office",
        "version": "2026.11",
        "kind": "agency",
        "title": "某局规则",
        "extends": PROVINCE,
        "effective_from": "2026-11-01",
        "sources": [{"code": "WS公", "title": "某局公示规定"}],
        "government": {"code": "county", "name": "某县人民政府", "overseer": "司法局", "overseer_basis": ["WS公8"]},
        "agency": {"code": "office", "name": "某县某局", "short": "某局", "legal_body": "法制科"},
        "add": {"units": [{"id": "legal", "basis": ["WS公8"], "name": "法制科", "functions": ["legal"]}]},
        "replace": {
            "registers": [register(basis=["WS公5(一)"], why="本局清单另有字段。", compiled_by="政策法规科")],
        },
        "remove": [{"section": "categories", "id": "permit", "basis": ["WS公3"], "why": "本局没有行政许可。"}],
        "clauses": [
            {"id": "WS公3", "summary": "适用类别", "requirement": ["D1"], "state": "served"}
            | {"served_by": ["rule:categories/penalty"]},
            {"id": "WS公5(一)", "summary": "公开事项", "requirement": ["D1"], "state": "served"}
            | {"served_by": ["rule:registers/items", "page:portal:register"]},
            {"id": "WS公8", "summary": "发布审批", "requirement": ["D12"], "state": "served"}
            | {"served_by": ["rule:release_chains/default", "act:disclosure.decide_stage"]},
            {"id": "WS公13", "summary": "施行日期", "state": "asks_nothing", "reason": "不涉及系统。"},
        ],
    }


def to_yaml(content: Any) -> bytes:
    """Return content as the YAML that people would write."""
    return yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False).encode()


def write(root: Path, *packs: dict[str, Any]) -> Path:
    """Write packs and the requirements below a root and return it."""
    (root / "requirements.yaml").write_bytes(to_yaml(REQUIREMENTS))
    for pack in packs:
        folder = root / pack["pack"] / pack["version"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pack.yaml").write_bytes(to_yaml(pack))
    return root
