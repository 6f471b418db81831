"""Pure rules of running cases: what may be done where, how facts are kept, and when a place is due."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from heliograph.duties.rules import Change, alarm_day, due_of
from heliograph.kernel.bpmn import Definition, Kind, Node
from heliograph.kernel.feel import FactDef, FactValue
from heliograph.kernel.timelimits import LEGAL_TIME
from heliograph.kernel.verdict import Allowed, Refused, Verdict, first_refusal
from heliograph.kernel.workdays import WorkCalendar

BASIS: Final = "国办发118号@2018"
SUSPENSION_BASIS: Final = "行政处罚法@2021:85"
TEXT_LIMIT: Final = 4_000
LARGEST: Final = 10**18
PLACES: Final = 40  # digits behind the point; what has more was not meant and would take pages to write
LONGEST_REASON: Final = 300
LONGEST_BASIS: Final = 200
LARGEST_DRAFT: Final = 8_000_000
_LONE: Final = re.compile("[\ud800-\udfff]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_WANTED: Final[Mapping[str, str]] = {
    "boolean": "是或否",
    "integer": "整数",
    "number": "数",
    "text": "文字",
    "date": "日期",
    "choice": "所列选项之一",
    "choices": "所列选项中的若干项",
}


# -- facts
def encode(value: FactValue) -> Any:
    """Return a fact as JSON: a number with decimals as text, a date as ISO text, all else as it is."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return value


def decode(definition: FactDef, kept: Any) -> FactValue:
    """Return a fact from its JSON."""
    if definition.type == "number":
        return Decimal(str(kept))
    if definition.type == "date":
        return date.fromisoformat(kept)
    found: FactValue = kept
    return found


def decoded(dictionary: Mapping[str, FactDef], kept: Mapping[str, Any]) -> dict[str, FactValue]:
    """Return the facts of a case; one that the dictionary does not know is left out."""
    return {name: decode(dictionary[name], value) for name, value in kept.items() if name in dictionary}


def settled(dictionary: Mapping[str, FactDef], found: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """Return what tables answered in the form in which facts are kept: whole numbers as such, each word once."""
    return {name: _settled(dictionary.get(name), value) for name, value in found.items()}


def _settled(definition: FactDef | None, value: FactValue) -> FactValue:
    if isinstance(value, list):
        return list(dict.fromkeys(value))
    whole = definition is not None and definition.type == "integer"
    if whole and isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def may_set(dictionary: Mapping[str, FactDef], facts: Mapping[str, Any]) -> Verdict:
    """Say whether facts are of the dictionary and of their types; the refusal names the first that is not."""
    for name, value in facts.items():
        definition = dictionary.get(name)
        if definition is None:
            return Refused("step.fact", f"本流程的事实目录里没有“{name}”。", BASIS)
        if not _fits(definition, value):
            wanted = _WANTED[definition.type]
            listed = f"（{'、'.join(definition.choices)}）" if definition.choices else ""
            least = f"，不小于 {definition.minimum}" if definition.minimum is not None else ""
            return Refused("step.fact", f"“{name}”应填{wanted}{listed}{least}。", BASIS)
    return Allowed()


def _fits(definition: FactDef, value: Any) -> bool:
    kinds: Mapping[str, bool] = {
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, (int, Decimal)) and not isinstance(value, bool),
        "text": isinstance(value, str) and len(value) <= TEXT_LIMIT and not _CONTROLS.search(value),
        "date": isinstance(value, date) and not isinstance(value, datetime),
        "choice": isinstance(value, str) and value in definition.choices,
        "choices": isinstance(value, list)
        and all(one in definition.choices for one in value)
        and len(value) == len(set(value)),
    }
    return kinds[definition.type] and (not isinstance(value, (int, Decimal)) or _in_bounds(definition, value))


def _in_bounds(definition: FactDef, value: int | Decimal) -> bool:
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -PLACES:  # no integer: not a number, or without end
            return False
    return -LARGEST <= value <= LARGEST and (definition.minimum is None or value >= definition.minimum)


# -- moving on
def fits(text: str, *, what: str, longest: int) -> Verdict:
    """Say whether a text has room in its column, and nothing in it that a database cannot keep."""
    if len(text) > longest:
        return Refused("text.too_long", f"{what}最长 {longest} 字，现为 {len(text)} 字，请精简。", BASIS)
    if _CONTROLS.search(text):
        return Refused("text.control", f"{what}里有看不见的控制字符，请删去。", BASIS)
    return Allowed()


def may_move(state: str) -> Verdict:
    """Say whether a run may move in its state."""
    if state == "suspended":
        return Refused("run.not_running", "该案件已中止，恢复后才能继续办理。", SUSPENSION_BASIS)
    if state == "ended":
        return Refused("run.not_running", "该案件的流程已经办结。", BASIS)
    return Allowed()


def may_end(state: str) -> Verdict:
    """Say whether a run may be ended before its flow is: it runs or rests."""
    return Allowed() if state == "suspended" else may_move(state)


def may_be_fresh(rev: int, seen: int | None) -> Verdict:
    """Say whether what the caller saw is still how the run stands."""
    if seen is not None and seen != rev:
        return stale()
    return Allowed()


def stale() -> Refused:
    """Return the refusal of an act on a run that somebody else moved meanwhile."""
    return Refused("run.stale", "该案件刚被他人办理，页面内容已经变化，请刷新后再办。", BASIS)


def may_do(node: Node | None, place: str, marking: Collection[str]) -> Verdict:
    """Say whether a place is a task that is open now."""
    if node is None or node.kind is not Kind.TASK:
        return Refused("run.place", f"本流程没有“{place}”这一办理环节。", BASIS)
    if place not in marking:
        return Refused("run.place", f"“{node.shown}”不是当前待办的环节，可能已经办过。", node.basis or BASIS)
    return Allowed()


def may_act_as(node: Node, roles: Collection[str], label: str) -> Verdict:
    """Say whether somebody with these roles may do a task; `label` is what its role is called."""
    if node.role and node.role not in roles:
        message = f"“{node.shown}”由{label}办理，您在本机关没有这一角色。"
        return Refused("step.role", message, node.basis or BASIS)
    return Allowed()


def may_not_have_done(node: Node, done: Iterable[str]) -> Verdict:
    """Say whether somebody may do a task who did the places `done` of those it excludes (by their names)."""
    names = "、".join(f"“{name}”" for name in done)
    if names:
        message = f"您办理过本案的{names}，不能再办理“{node.shown}”。请由另一人办理。"
        return Refused("step.excluded", message, node.basis or BASIS)
    return Allowed()


# -- due days
@dataclass(frozen=True, slots=True)
class Due:
    """When a place is due, and the instant at which a timer of the same limit runs out."""

    on: date | None = None
    alarm_on: date | None = None
    provisional: bool = False
    timer_at: datetime | None = None


def due_at(limit: Mapping[str, Any], entered_at: datetime, calendar: WorkCalendar, away: Sequence[Change] = ()) -> Due:
    """Return when a place is due that was entered at an instant; a period of days runs out when its last day ends."""
    found = due_of(limit, entered_at, calendar, away)
    runs_out = found.at
    if runs_out is None and found.on is not None:
        runs_out = datetime.combine(found.on + timedelta(days=1), time(), LEGAL_TIME)
    return Due(found.on, alarm_day(found.alarm_on, calendar), found.provisional, runs_out)


@dataclass(frozen=True, slots=True)
class Pause:
    """An act that stopped or restarted the count of a run."""

    kind: str
    on: date


def pauses(acts: Iterable[Pause]) -> list[Change]:
    """Return the suspensions of a run, in order; the last one has no end while it lasts."""
    found: list[Change] = []
    for act in acts:
        if act.kind == "suspended":
            found.append(Change("suspend", from_on=act.on))
        elif found and found[-1].from_on is not None and act.on <= found[-1].from_on:
            found.pop()  # taken back on the day it began: nothing rested
        elif found:
            found[-1] = Change("suspend", from_on=found[-1].from_on, to_on=act.on - timedelta(days=1))
    return found


# -- acts on a whole run
def may_suspend(state: str, *, from_on: date, started_on: date, resumed_on: date | None) -> Verdict:
    """Say whether a run may be suspended from a day: it is running, and the day is not one already counted over."""
    if (moving := may_move(state)) and from_on < max(started_on, resumed_on or started_on):
        earliest = max(started_on, resumed_on or started_on)
        return Refused("run.suspend_date", f"中止日不能早于 {earliest.isoformat()}。", SUSPENSION_BASIS)
    return moving


def may_resume(state: str, *, suspended_from: date | None, on: date) -> Verdict:
    """Say whether a run may be resumed on a day: it is suspended, since that day at the latest."""
    if state != "suspended" or suspended_from is None:
        return Refused("run.not_suspended", "该案件没有中止，无需恢复。", SUSPENSION_BASIS)
    if on < suspended_from:
        message = f"恢复日不能早于中止日 {suspended_from.isoformat()}，现为 {on.isoformat()}。"
        return Refused("run.resume_date", message, SUSPENSION_BASIS)
    return Allowed()


def has_ground(reason: str, basis: str) -> Verdict:
    """Say whether an act on a whole run states its reason and the provision it rests on."""
    if not reason.strip() or not basis.strip():
        return Refused("run.ground", "须写明理由和法律依据。", BASIS)
    return first_refusal(
        fits(reason, what="理由", longest=LONGEST_REASON), fits(basis, what="法律依据", longest=LONGEST_BASIS)
    )


Marking = frozenset[str]


def return_marking(definition: Definition, proven: Iterable[Marking], current: Marking, place: str) -> Marking | None:
    """Return the marking in which a run stands when it is sent back to a task; None when no proven one has it.

    Of those that hold the task, the one that leaves most of the other branches as they are, has the task's own timers
    armed, and holds nothing else. The order of the rest is fixed, so that the same case always goes the same way.
    """
    armed = definition.nodes[place].places

    def distance(marking: Marking) -> tuple[int, int, int, list[str]]:
        return (-len(marking & current), -len(marking & armed), len(marking), sorted(marking))

    return min((marking for marking in proven if place in marking), key=distance, default=None)


def may_return(node: Node | None, place: str, *, current: Marking, done: Collection[str]) -> Verdict:
    """Say whether a run may be sent back to a place: a task that was done before and is not open now."""
    if node is None or node.kind is not Kind.TASK:
        return Refused("run.place", f"本流程没有“{place}”这一办理环节。", BASIS)
    if place in current:
        return Refused("run.return_open", f"“{node.shown}”正在办理，无需退回。", BASIS)
    if place not in done:
        return Refused("run.return_new", f"本案还没有办过“{node.shown}”，不能退回到该环节。", BASIS)
    return Allowed()


def may_reach(target: Marking | None, proven: Collection[Marking], shown: str) -> Verdict:
    """Say whether a run may be put into a marking: only one that the proof of the flow reached."""
    if target is None or target not in proven:
        return Refused("run.unreachable", f"按流程图不可能停在{shown}，不能这样变更。", BASIS)
    return Allowed()


# -- releases
def may_propose(*, effective_from: date, on: date, former_from: date | None, reason: str) -> Verdict:
    """Say whether a release may be proposed, or approved, on a day to take effect on another."""
    if not reason.strip():
        return Refused("procedure.reason", "须写明制定或修改的理由。", BASIS)
    if effective_from < on:
        message = f"施行日期不能早于批准之日：现为 {effective_from.isoformat()}，今天是 {on.isoformat()}。"
        return Refused("procedure.effective", message, BASIS)
    if former_from is not None and effective_from <= former_from:
        message = f"施行日期应晚于前一版本的施行日期 {former_from.isoformat()}。"
        return Refused("procedure.effective", message, BASIS)
    return fits(reason, what="理由", longest=LONGEST_REASON)


def may_settle(state: str, *, own: bool, opinion: str, passed: bool) -> Verdict:
    """Say whether a proposed release may be approved or returned: once, not by its proposer, returned with reason."""
    if state != "proposed":
        return Refused("procedure.settled", "该流程版本已经批准或者退回。", BASIS)
    if passed and own:
        return Refused("procedure.own_work", "本人提出的流程版本不能由本人批准，请由另一名负责人办理。", BASIS)
    if not passed and not opinion.strip():
        return Refused("procedure.no_opinion", "退回须写明意见。", BASIS)
    return fits(opinion, what="意见", longest=LONGEST_REASON)


def may_save(rev: int, seen: int) -> Verdict:
    """Say whether a draft may be saved by somebody who read it at a revision."""
    if rev != seen:
        return Refused("procedure.stale", "该草稿刚被他人修改，请刷新后再保存。", BASIS)
    return Allowed()


def may_keep(title: str, procedure: str, parts: Iterable[Any]) -> Verdict:
    """Say whether a draft can be kept as it is: not whether it is sound."""
    written = json.dumps(list(parts), ensure_ascii=False, default=str)
    if len(written) > LARGEST_DRAFT or "\\u0000" in written:
        message = f"流程草稿的全部文件不得超过 {LARGEST_DRAFT // 1_000_000} 兆字符，也不得含有控制字符。"
        return Refused("procedure.too_large", message, BASIS)
    if not title.strip():
        return Refused("procedure.title", "请填写流程的名称。", BASIS)
    return first_refusal(
        fits(title, what="流程名称", longest=120),
        fits(procedure, what="流程编号", longest=60),
        Refused("procedure.text", "流程草稿里有无法保存的字符，请删去。", BASIS)
        if _LONE.search(written)
        else Allowed(),
    )


def may_run_by(state: str, *, effective_from: date, on: date) -> Verdict:
    """Say whether a case may run by a release from a day: somebody approved it, and it has taken effect."""
    if state not in {"released", "superseded"}:
        return Refused("run.not_released", "案件只能按已经批准发布的流程版本办理。", BASIS)
    if on < effective_from:
        message = f"该流程版本自 {effective_from.isoformat()} 起施行，此前不能适用。"
        return Refused("run.not_effective", message, BASIS)
    return Allowed()


def may_migrate(*, same: bool, other_procedure: bool) -> Verdict:
    """Say whether a case may be moved to a release: one of the same procedure, and another one."""
    if other_procedure:
        return Refused("run.other_procedure", "所选版本不是本案所用的流程。", BASIS)
    if same:
        return Refused("run.same_release", "本案已经适用这一流程版本。", BASIS)
    return Allowed()


def may_carry(dictionary: Mapping[str, FactDef], kept: Mapping[str, Any]) -> Verdict:
    """Say whether the facts of a case can be read by another release's dictionary."""
    for name, value in kept.items():
        definition = dictionary.get(name)
        if definition is None or not _readable(definition, value):
            return Refused("run.facts", f"新版本的事实目录容不下本案已有的事实“{name}”。", BASIS)
    return Allowed()


def _readable(definition: FactDef, kept: Any) -> bool:
    try:
        return _fits(definition, decode(definition, kept))
    except (ValueError, TypeError, ArithmeticError):
        return False
