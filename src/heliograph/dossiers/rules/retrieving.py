"""Who may read a dossier that is in the archive, and what of it (调阅、密级).

Pure. A case that is not archived is read by whoever works on it; an archived one only under a retrieval that runs.
What is secret is read only by whom its level covers, before and after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from heliograph.dossiers.rules.volumes import SIDE, Item, Line, Volume
from heliograph.kernel.verdict import Allowed, Refused, Verdict

RETRIEVAL = "国办发118号@2018:10"
SECRECY = "行政处罚法@2021:50"
ARCHIVED = "archived"
ASKED, OPEN = "asked", "open"
STATE, TRADE, PRIVACY = "state", "trade", "privacy"
LEVELS: Final[Mapping[str, str]] = {STATE: "国家秘密", TRADE: "商业秘密", PRIVACY: "个人隐私"}  # the strictest first
AT_ONCE_LEVELS = (TRADE, PRIVACY)  # supervising reads them; a state secret is released by name only
LONGEST_PURPOSE = 500
LONGEST_OPINION = 300
HIDDEN_TITLE = "国家秘密材料"


# -- asking, deciding, ending
def may_ask(state: str, *, pending: bool, running: bool, destroyed: bool) -> Verdict:
    """Say whether somebody may ask for a dossier or open it: it is in the archive, and they have none open or asked."""
    if destroyed:
        return Refused("retrieval.destroyed", "该案卷已经按规定销毁，只保留目录和记录。", RETRIEVAL)
    if state != ARCHIVED:
        return Refused("retrieval.state", "案件还没有归档，承办机构直接查看，不用调阅。", RETRIEVAL)
    if pending:
        return Refused("retrieval.pending", "您已经申请调阅该案卷，正在等待审批。", RETRIEVAL)
    if running:
        return Refused("retrieval.running", "您的调阅还在期限内，不用重复办理。", RETRIEVAL)
    return Allowed()


def may_open_at_once(*, held: bool, office: str, basis: str) -> Verdict:
    """Say whether somebody reads without approval: only whom the rules of the agency let, the legal office."""
    if held:
        return Allowed()
    return Refused("retrieval.approval", f"只有{office}可以直接调阅，其他人员须经批准。请提交调阅申请。", basis)


def may_decide(state: str, *, own: bool, entitled: bool, approvers: str, basis: str) -> Verdict:
    """Say whether somebody may approve or refuse: by the leader whom the rules name, never one's own, once."""
    if not entitled:
        return Refused("retrieval.approver", f"调阅申请由{approvers}审批。", basis)
    if own:
        return Refused("retrieval.own", "不能审批自己的调阅申请。", basis)
    if state != ASKED:
        return Refused("retrieval.decided", "该调阅申请已经办理，不能重复办理。", basis)
    return Allowed()


def check_until(until: date | None, *, today: date) -> Verdict:
    """Check the last day of a retrieval: it is named, and not over."""
    if until is None:
        return Refused("retrieval.no_until", "准予调阅须写明调阅期限。", RETRIEVAL)
    if until < today:
        return Refused("retrieval.past", f"调阅期限不能早于今天（{today.isoformat()}）。", RETRIEVAL)
    return Allowed()


def may_end(state: str, *, mine: bool, entitled: bool) -> Verdict:
    """Say whether somebody may end a retrieval or take an application back: its reader, or whoever could approve it."""
    if not (mine or entitled):
        return Refused("retrieval.not_yours", "调阅由调阅人本人或者审批人结束。", RETRIEVAL)
    if state not in {ASKED, OPEN}:
        return Refused("retrieval.over", "该调阅已经结束。", RETRIEVAL)
    return Allowed()


def runs(state: str, until: date | None, *, on: date) -> bool:
    """Say whether an approved retrieval runs on a day."""
    return state == OPEN and until is not None and on <= until


# -- reading
def may_read(state: str, *, running: bool, destroyed: bool) -> Verdict:
    """Say whether the files of a case may be read: freely until it is archived, then only under a retrieval."""
    if destroyed:
        return Refused("retrieval.destroyed", "该案卷已经按规定销毁，只保留目录和记录。", RETRIEVAL)
    if state == ARCHIVED and not running:
        message = "案卷已经归档，须先调阅：法制机构写明事由直接调阅，其他人员经批准后在期限内阅读。请从“案卷调阅”办理。"
        return Refused("retrieval.needed", message, RETRIEVAL)
    return Allowed()


def covered_levels(state: str, *, released: Collection[str], trusted: bool) -> frozenset[str]:
    """Return the levels somebody may read: under a retrieval those released, before by the officers and their leaders.

    trusted: one of the two officers of the case, a leader, or the legal office.
    """
    if state == ARCHIVED:
        return frozenset(released)
    return frozenset(LEVELS) if trusted else frozenset()


def may_read_item(level: str, *, covered: Collection[str]) -> Verdict:
    """Say whether somebody whom some levels cover may read something of a level."""
    if level and level not in covered:
        return Refused("retrieval.secret", f"该材料涉及{LEVELS[level]}，您没有查看的权限。", SECRECY)
    return Allowed()


def not_in_retrieval() -> Refused:
    """Refuse what stands in no volume that a retrieval covers."""
    return Refused("retrieval.not_covered", "您的调阅不含该材料。需要查看的，请重新申请并写明事由。", RETRIEVAL)


def strictest(levels: Iterable[str]) -> str:
    """Return the strictest of some levels, empty for none."""
    found = set(levels)
    return next((level for level in LEVELS if level in found), "")


def with_levels(items: Iterable[Item], levels: Mapping[str, str]) -> list[Item]:
    """Return the items with their levels: those of their own, and those of every item with the same file."""
    every = [replace(one, level=levels.get(one.key, "")) for one in items]
    by_file: dict[str, set[str]] = {}
    for one in every:
        if one.sha256 and one.level:
            by_file.setdefault(one.sha256, set()).add(one.level)
    return [replace(one, level=strictest(by_file.get(one.sha256, {one.level}))) for one in every]


def shown_volumes(volumes: Sequence[Volume], *, covered: Collection[str], side: bool) -> list[Volume]:
    """Return the volumes as somebody reads them: what is not for them keeps its line and says why it is left out.

    side: with what only the agency sees (副卷).
    """
    return [
        replace(one, lines=tuple(_shown(line, covered) for line in one.lines if side or line.item.volume != SIDE))
        for one in volumes
        if side or one.id != SIDE
    ]


def _shown(line: Line, covered: Collection[str]) -> Line:
    if not line.item.level or line.item.level in covered:
        return line
    level = line.item.level
    title = HIDDEN_TITLE if level == STATE else line.item.title
    author, number = ("", "") if level == STATE else (line.item.author, line.item.number)
    item = replace(line.item, title=title, author=author, number=number, sha256="", media_type="")
    words = f"因{LEVELS[level]}未附"
    return replace(line, item=item, note=words, withheld=words)


# -- levels of secrecy
def may_classify(now: str, level: str, *, legal_office: bool, known: bool) -> Verdict:
    """Say whether something of a dossier may be given a level: by its officers or the legal office, to lower by these.

    known: the item stands in the dossier.
    """
    if not known:
        return Refused("secrecy.unknown", "卷内没有该材料。", SECRECY)
    if level and level not in LEVELS:
        return Refused("secrecy.level", "密级应为国家秘密、商业秘密或者个人隐私。", SECRECY)
    if now == level:
        return Refused("secrecy.same", "该材料已经是这一密级，没有变化。", SECRECY)
    if now and not legal_office and strictest({now, level}) == now:
        return Refused("secrecy.lower", "降低或者解除密级由法制机构办理。", SECRECY)
    return Allowed()
