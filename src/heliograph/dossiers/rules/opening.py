"""Clues, cases and steps: what may be opened, what is open, and what a typed value must be."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from heliograph.kernel.ids import check_resident_id, check_uscc
from heliograph.kernel.verdict import Allowed, Refused, Verdict

FILING = "行政处罚法@2021:54"
RECORDING = "国办发118号@2018:7"  # of every category: what is recorded is complete, true and in time
ELECTRONIC = "民事诉讼法@2023:90"
LONGEST_TEXT = 20_000
SHORTEST_ADDRESS = 5
PHONE = re.compile(r"\+?[0-9（(][0-9()（） \-]{4,38}", re.ASCII)


def may_open_from(clue_state: str, *, has_case: bool) -> Verdict:
    """Say whether a case may come of a clue: one clue, one case."""
    if has_case or clue_state == "filed":
        return Refused("clue.used", "这条线索已经登记过案件，不能重复登记。请打开原案件办理。", FILING)
    if clue_state != "open":
        return Refused("clue.closed", "这条线索已经处理完毕，不能再登记案件。", FILING)
    return Allowed()


def may_register_clue(same: Collection[str], *, distinct_reason: str) -> Verdict:
    """Say whether a clue on a target with open clues may be registered: only with what makes it another matter."""
    if same and not distinct_reason.strip():
        listed = "；".join(same)
        message = f"同一对象已有未办结的线索：{listed}。是同一事项的请并入，不是的请写明区别。"
        return Refused("clue.duplicate", message, FILING)
    return Allowed()


def may_use_category(category: str, *, offered: Collection[str], name: str) -> Verdict:
    """Say whether an agency handles cases of a category by this procedure (S23)."""
    if category not in offered:
        message = f"本机关的规则包没有把“{category}”列入“{name}”适用的执法类别。"
        return Refused("case.category", message, "行政处罚法@2021:17")
    return Allowed()


def may_add_grounds(*, decided: str) -> Verdict:
    """Say whether evidence and articles may still be added. decided: number of the decision that stands on them."""
    if decided:
        message = (
            f"本案已作出决定（{decided}），决定所依据的证据和条文不能再增加。"
            "有新的事实或者证据、须重新处理的，先依法撤销或者变更决定。"
        )
        return Refused("case.decided", message, FILING)
    return Allowed()


def may_work_on(state: str) -> Verdict:
    """Say whether a case takes steps: not while suspended, not after its end."""
    if state == "suspended":
        return Refused("case.suspended", "案件已中止，恢复后才能办理。", RECORDING)
    if state in {"archived", "terminated"}:
        return Refused("case.ended", "案件已归档或者终止，不能再办理。", RECORDING)
    return Allowed()


def may_enter(state: str) -> Verdict:
    """Say whether something may still be entered into the file of a case outside its steps: not once it is closed."""
    if state == "closed":
        message = "案件已结案，不能再登记证据、措施或者引用条文。确有需要的，请先办理退回。"
        return Refused("case.closed", message, RECORDING)
    return may_work_on(state)


def is_current_step(act: str, *, open_act: str | None, name: str) -> Verdict:
    """Say whether a step waits for this act: it is open, and it is this act that it asks for."""
    if open_act is None:
        message = "这一环节已经办理过，或者还没有轮到。请刷新案件页面，查看当前环节。"
        return Refused("step.not_open", message, RECORDING)
    if open_act != act:
        return Refused("step.other_act", f"“{name}”须在它自己的页面办理。", RECORDING)
    return Allowed()


def may_go_by(seen: int, now: int, *, by: str, step: str) -> Verdict:
    """Say whether a form that was opened at one revision of a case may still be sent. by, step: who moved it, where."""
    if seen != now:
        who = f"{by}办理（{step}）" if by else "办理"
        message = f"该案件刚被{who}，您打开的页面已经不是最新的，本次没有办理。请核对案件现在的情况后再提交。"
        return Refused("run.stale", message, RECORDING)
    return Allowed()


def not_in_role(name: str, basis: str, *, role: str, holders: Collection[str]) -> Refused:
    """Refuse somebody without the role that a step demands. holders: names of those who hold it and may be asked."""
    who = f"可以办理的人员：{'、'.join(holders)}。" if holders else "目前没有人担任这一角色，请联系安全管理员。"
    return Refused("step.role", f"“{name}”由{role}办理，您在本机关没有这一角色。{who}", basis or RECORDING)


def check_party_number(kind: str, number: str, *, number_kind: str, on: date) -> Verdict:
    """Check the number of a party: the credit code of organisations and businesses, the resident's of persons."""
    if not number:
        return Allowed()
    if kind in {"organisation", "business"}:
        return check_uscc(number)
    if number_kind == "居民身份证":
        return check_resident_id(number, on=on)
    return Allowed()


def may_be_parties(standings: Collection[str]) -> Verdict:
    """Say whether a case has somebody whom it concerns: a party, not only third persons and agents."""
    if "party" not in standings:
        return Refused("party.none", "请至少登记一名当事人。", RECORDING)
    return Allowed()


def may_join(standing: str, *, decided: bool) -> Verdict:
    """Say whether somebody may be registered while a case runs: third persons and agents, until it is decided."""
    if standing not in {"third", "agent"}:
        message = "案件登记后只能增加第三人和代理人；当事人有变化的，请另行登记案件或者终止后重新登记。"
        return Refused("party.standing", message, RECORDING)
    if decided:
        return Refused("party.decided", "本案已作出决定，不能再登记第三人或者代理人。", RECORDING)
    return Allowed()


def is_party_new(name: str, *, known: bool) -> Verdict:
    """Say whether somebody is not registered in the case yet."""
    if known:
        return Refused("party.twice", f"{name.strip()}已经登记，不能重复登记。联系方式有变化的请更正。", RECORDING)
    return Allowed()


def may_correct(changed: Collection[str]) -> Verdict:
    """Say whether there is anything to correct of a party."""
    if not changed:
        return Refused("party.unchanged", "填写的内容与原登记相同，没有需要更正的。", RECORDING)
    return Allowed()


def check_consent(on: date | None, *, address: str, today: date) -> Verdict:
    """Check consent to electronic service: given by now, and it says where the documents are to be sent."""
    if on is None:
        return Allowed()
    if not address.strip():
        return Refused("party.no_address", "同意电子送达的，请填写电子送达地址。", ELECTRONIC)
    if len(address.strip()) < SHORTEST_ADDRESS:
        message = f"电子送达地址“{address.strip()}”不完整，请填写传真号码、电子邮箱或者平台账号。"
        return Refused("party.short_address", message, ELECTRONIC)
    return may_happen_on(on, today=today, not_before=None, what="同意电子送达的日期")


def check_phone(phone: str) -> Verdict:
    """Check a telephone number: digits, with the signs that are written between them."""
    if phone.strip() and not PHONE.fullmatch(phone.strip()):
        message = f"电话“{phone.strip()}”无法识别，只填数字、加号、横线和括号，如 0427-1234567。"
        return Refused("party.phone", message, RECORDING)
    return Allowed()


def may_come_from(source: str, *, applied_for: bool) -> Verdict:
    """Say whether a matter may come from this source: a permit comes of nothing but an application (行政许可法29)."""
    if applied_for and source != "application":
        message = "行政许可依申请办理，来源应为当事人申请；检查、举报发现的违法行为请登记为线索或者处罚案件。"
        return Refused("case.source", message, "行政许可法@2019:29")
    return Allowed()


def may_arrive_before(arrived_on: date | None, *, may: bool) -> Verdict:
    """Say whether officers may have been there before the registration: where the law lets the act come first."""
    if arrived_on is not None and not may:
        message = "到场日期只在当场处罚、紧急检查、紧急强制等先到场后登记的案件中填写，本案不填。"
        return Refused("case.arrived", message, RECORDING)
    return Allowed()


def may_span(first: date | None, last: date | None) -> Verdict:
    """Say whether an act may have lasted from one day to another; the last one is not known without the first."""
    if last is not None and (first is None or last < first):
        message = f"行为终了日为 {last.isoformat()}，发生日须填写且不晚于该日，现为 {first or '未填'}。"
        return Refused("date.order", message, RECORDING)
    return Allowed()


def may_handle(name: str, *, handler: bool) -> Verdict:
    """Say whether somebody may be put in charge of a case: holds the role of handler here today."""
    if not handler:
        message = f"{name}没有承办人的角色，不能登记为承办人。请选择其他人员，或者先由安全管理员授予角色。"
        return Refused("case.no_handler", message, RECORDING)
    return Allowed()


def check_value(value: object, *, what: str, longest: int | None, choices: Collection[object]) -> Verdict:
    """Check a value against its column: no longer than fits, one of the choices where there are any."""
    if longest is not None and isinstance(value, str) and len(value) > longest:
        message = f"{what}最长 {longest} 字，现为 {len(value)} 字。请精简，或者作为附件上传。"
        return Refused("text.too_long", message, RECORDING)
    if choices and value not in choices:
        return Refused("choice.unknown", f"{what}没有“{value}”这一项，请从所列选项中选择。", RECORDING)
    return Allowed()


def may_happen_on(day: date, *, today: date, not_before: date | None, what: str, since: str = "") -> Verdict:
    """Say whether a day can be: not after today, and not before what it follows. Dates are never made up later.

    since: what the earliest day is the day of.
    """
    if day > today:
        message = f"{what}不能晚于今天（{today.isoformat()}），现为 {day.isoformat()}。"
        return Refused("date.future", message, RECORDING)
    return may_follow(day, not_before, what=what, since=since)


def may_follow(day: date, before: date | None, *, what: str, since: str = "") -> Verdict:
    """Say whether a day, which may still be to come, is no earlier than what it follows."""
    if before is not None and day < before:
        named = f"（{since}）" if since else ""
        message = f"{what}不能早于 {before.isoformat()}{named}，现为 {day.isoformat()}。"
        return Refused("date.too_early", message, RECORDING)
    return Allowed()


def ended(text: str) -> str:
    """Return a text as a sentence: with the stop that whoever wrote it may have left out."""
    said = text.strip()
    return said if not said or said[-1] in "。！？；…" else f"{said}。"


def check_text(text: str, *, what: str, longest: int = LONGEST_TEXT) -> Verdict:
    """Check a running text: something is written, and no more than fits."""
    if not text.strip():
        return Refused("text.no_reason", f"请填写{what}。", RECORDING)
    if len(text) > longest:
        message = f"{what}最长 {longest} 字，现为 {len(text)} 字。请精简，或者作为附件上传。"
        return Refused("text.too_long", message, RECORDING)
    return Allowed()
