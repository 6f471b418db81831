"""The navigation of the desk: what an account may open, in the order of the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Item:
    """One link; `current` marks the part of the desk that is open."""

    label: str
    icon: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Links under one heading."""

    label: str
    items: list[Item]


# heading, then (label, icon, url name, act that opens it)
GROUPS = [
    (
        "办理",
        [
            ("工作台", "home", "home", "read_compliance"),
            ("案件", "folder", "cases", "read_cases"),
            ("线索", "search", "clues", "read_cases"),
            ("案件期限", "clock", "board", "read_cases"),
            ("法制审核", "scale", "reviews", "read_reviews"),
            ("案卷调阅", "eye", "retrievals", "read_retrievals"),
            ("保管期限", "folder", "retention", "read_retention"),
            ("决定公示", "stamp", "publications", "read_publications"),
            ("发布审批", "stamp", "releases", "read_releases"),
            ("期限", "clock", "duties", "read_duties"),
            ("存证内容删除", "file", "erasures", "read_erasures"),
        ],
    ),
    (
        "公开清单",
        [
            ("清单", "list", "registers", "read_registers"),
            ("动态调整", "undo", "adjustments", "read_registers"),
        ],
    ),
    (
        "基础",
        [
            ("人员与证件", "users", "people", "read_people"),
            ("审核人员", "users", "reviewers", "read_reviewers"),
            ("内设机构", "folder", "units", "read_people"),
            ("执法依据库", "book", "laws", "read_registers"),
            ("工作日历", "calendar", "calendar", "read_compliance"),
        ],
    ),
    (
        "规则",
        [
            ("办案流程", "scale", "procedures", "read_procedures"),
            ("文书模板", "file", "templates", "read_templates"),
            ("条款对照", "scale", "compliance", "read_compliance"),
            ("落实台账", "check", "rollout", "read_compliance"),
        ],
    ),
    (
        "系统",
        [
            ("账户与角色", "gear", "accounts", "manage_accounts"),
            ("存证状态", "check", "log-status", "read_log_status"),
            ("工作日历", "calendar", "calendar", "load_calendar"),
        ],
    ),
]


def _is_deeper(name: str, path: str, agency: str) -> bool:
    """Say whether a page below an item's address has an item of its own."""
    return name == "cases" and path.startswith(reverse("desk:board", kwargs={"agency": agency}))


def menu(agency: str, may: Callable[[str], bool], path: str) -> list[Group]:
    """Return the groups with the links that the account may open, each once."""
    seen: set[str] = set()
    groups: list[Group] = []
    for heading, rows in GROUPS:
        items: list[Item] = []
        for label, icon, name, act in rows:
            if name in seen or not (name == "home" or may(act)):
                continue
            seen.add(name)
            url = reverse(f"desk:{name}", kwargs={"agency": agency})
            current = path == url if name == "home" else path.startswith(url) and not _is_deeper(name, path, agency)
            items.append(Item(label, icon, url, current))
        if items:
            groups.append(Group(heading, items))
    return groups
