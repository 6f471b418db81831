"""What stops, lengthens, sends back or ends a case as a whole (中止、延长、退回、终止)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from heliograph.kernel.verdict import Allowed, Refused, Verdict

TIME = "行政处罚法@2021:85"
DECIDING = "行政处罚法@2021:60"
ENDING = "行政处罚法@2021:57"
SEIZURE = "行政强制法@2011:25"
BY_STEP = frozenset({"coercion_seizure"})  # periods that have a step of their own to be lengthened in
ARCHIVING = "国办发118号@2018:9"


def may_archive_terminated(state: str, *, stepping: bool) -> Verdict:
    """Say whether a case may be filed in the archive outside its flow: once, when it ended without a step to do so.

    stepping: a step of its flow is open, as it is after a closing, which leads to the step that files it.
    """
    if state != "terminated" and (state != "closed" or stepping):
        message = "只有已经终止或者不予批准而结束、尚未归档的案件在这里归档，其他案件按流程环节归档。"
        return Refused("archive.state", message, ARCHIVING)
    return Allowed()


def may_decline_closing(*, waiting: bool, declined: bool) -> Verdict:
    """Say whether the closing of a case may be sent back to its handler: it is asked for, and nothing is owed on it."""
    if not waiting:
        return Refused("closing.not_asked", "本案现在没有待审批的结案，不能退回。", ARCHIVING)
    if declined:
        message = "本案的结案已经退回，承办人还没有登记新的内容；有补充意见的，请发送消息。"
        return Refused("closing.declined", message, ARCHIVING)
    return Allowed()


def may_begin_interval(from_on: date, *, today: date) -> Verdict:
    """Say whether days may stop counting from a day: that on which it is registered, never one made up later."""
    if from_on != today:
        message = (
            f"不计入期限的期间自登记当日（{today.isoformat()}）起算，现为 {from_on.isoformat()}。"
            "已经过去的日子照常计算，不得事后补登；将来开始的，到时再登记。"
        )
        return Refused("interval.day", message, TIME)
    return Allowed()


def may_suspend_case(state: str, *, measures_open: int) -> Verdict:
    """Say whether a case may be suspended: on its way, and nothing held whose own last day goes on running."""
    if state != "handling":
        return Refused("suspension.state", "只有办理中的案件可以中止。", TIME)
    if measures_open:
        message = "先行登记保存、查封、扣押的期限不因案件中止而停止，请先处理或者解除，再中止案件。"
        return Refused("suspension.measures", message, TIME)
    return Allowed()


def may_resume_case(state: str, *, since: date | None, on: date) -> Verdict:
    """Say whether a case may be resumed on a day: it is suspended; on the first day that takes the suspension back."""
    if state != "suspended" or since is None:
        return Refused("suspension.none", "案件没有中止，无需恢复。", TIME)
    if on < since:
        message = f"案件自 {since.isoformat()} 中止，不能早于该日恢复。"
        return Refused("suspension.before", message, TIME)
    return Allowed()


def may_record_interval(kind: str, *, covered: bool, already: bool) -> Verdict:
    """Say whether an interval may begin: the pack leaves it out of a period of this case, and it is not open yet."""
    if not covered:
        message = f"本类案件适用的规则没有规定“{kind}”的时间不计入办理期限。"
        return Refused("interval.no_rule", message, TIME)
    if already:
        return Refused("interval.open", f"已经登记了正在进行的“{kind}”，不能重复登记。", TIME)
    return Allowed()


def may_end_interval(*, ended: bool, since: date, on: date) -> Verdict:
    """Say whether an interval may end on a day: once, after the day it began."""
    if ended:
        return Refused("interval.ended", "这段期间已经结束。", TIME)
    if on <= since:
        return Refused("interval.same_day", f"这段期间自 {since.isoformat()} 起，最早次日结束。", TIME)
    return Allowed()


def may_lengthen(*, allowed: int | None, extended: int, length: int, excepted: bool, by_head: bool) -> Verdict:
    """Say whether a period may be lengthened: as its own rule says, or where another law may say so, by the head.

    allowed: what the pack's limit knows, None where it knows no extension; excepted: the limit leaves room for
    another law, whose article is then the basis.
    """
    if length < 1:
        return Refused("extension.length", f"延长数应为正数，现为 {length}。", DECIDING)
    if extended:
        return Refused("extension.twice", "这一期限已经延长过，不能再次延长。", DECIDING)
    if allowed is None and not excepted:
        return Refused("extension.none", "这一期限的依据没有规定可以延长。", DECIDING)
    if allowed is None and not by_head:
        message = "这一期限只有法律、法规、规章另有规定的才能延长，须由主要负责人批准。"
        return Refused("extension.head", message, DECIDING)
    if allowed is not None and length > allowed:
        return Refused("extension.too_long", f"这一期限最多延长 {allowed}，现为 {length}。", DECIDING)
    return Allowed()


def is_lengthened_here(limit: str) -> Verdict:
    """Say whether a period is lengthened as an act on the whole case, and not in a step of its flow."""
    if limit in BY_STEP:
        message = "查封、扣押的期限在“查清事实并提出处理意见”环节提出延长，由负责人在流程中审批。"
        return Refused("extension.by_step", message, SEIZURE)
    return Allowed()


def is_basis_known(key: str, *, known: Collection[str]) -> Verdict:
    """Say whether the article that an act on the time of a case rests on is a known one."""
    if key not in known:
        return Refused("extension.basis", f"没有找到条文“{key}”，请从执法依据中选择条文。", DECIDING)
    return Allowed()


def may_terminate(state: str, *, measures_open: int) -> Verdict:
    """Say whether a case may be ended without its result: not closed yet, and nothing held."""
    if state not in {"handling", "suspended"}:
        return Refused("termination.state", "案件已经结案、归档或者终止。", ENDING)
    if measures_open:
        return Refused("termination.measures", "还有强制措施或者证据保存没有解除、处理，不能终止案件。", ENDING)
    return Allowed()


def may_return(*, decided: bool) -> Verdict:
    """Say whether a case may be sent back: not past its decision, which stands until it is annulled."""
    if decided:
        return Refused("return.decided", "已经作出决定，不能退回；决定有误的，依法撤销或者变更。", ENDING)
    return Allowed()
