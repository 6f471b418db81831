"""The packs of the five agencies as shipped, and how tests read them."""

from __future__ import annotations

from functools import cache

from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import FieldDef, Pack, TimeLimit

VERSION = "2026.11"
LZ, RZ, XLT, WS, JH = "luozhuang-tjj", "rizhao-rsj", "xinglongtai-mzj", "wenshang-gxj", "jinghai-tjj"
AGENCIES = (LZ, RZ, XLT, WS, JH)
RZ_BUSINESS_UNITS = [
    "人力资源配置科",
    "职业能力建设科",
    "劳动关系科",
    "外国专家科",
    "劳动监察支队",
    "各社保经办机构",
]


@cache
def pack(agency: str) -> Pack:
    return load_pack(shipped(), f"{agency}@{VERSION}")


def limit(agency: str, rule_id: str) -> TimeLimit:
    found: TimeLimit = pack(agency).rule("time_limits", rule_id)
    return found


def provision(agency: str, rule_id: str) -> object:
    return pack(agency).rule("provisions", rule_id).value


def has(agency: str, key: str) -> bool:
    return key in pack(agency).origins


def own(agency: str, key: str) -> bool:
    """Say whether a rule is the agency's own, not one that it takes over from a level above."""
    return pack(agency).origins[key] == f"{agency}@{VERSION}"


def fields(agency: str, register: str) -> dict[str, FieldDef]:
    return {field.id: field for field in pack(agency).register(register).fields}


def labels(agency: str, register: str) -> list[str]:
    return [field.label for field in pack(agency).register(register).fields]


def stages(agency: str, register: str) -> list[tuple[str, str]]:
    return [(stage.role, stage.body) for stage in pack(agency).chain_for(register).stages]


def clauses_of_stage(agency: str, register: str, stage_id: str) -> list[str]:
    return next(stage.basis for stage in pack(agency).chain_for(register).stages if stage.id == stage_id)
