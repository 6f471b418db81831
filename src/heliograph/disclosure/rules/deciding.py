"""Pure rules of publications of decisions: who prepares, who releases, when one is withdrawn, corrected, expires."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from heliograph.kernel.verdict import Allowed, Refused, Verdict

OPINION = "国办发118号@2018:6"
EXAMINING = "政府信息公开条例@2019:17"
PRIVACY = "政府信息公开条例@2019:15"
TREATING = "政府信息公开条例@2019:37"
SERVICE = "行政处罚法@2021:61"
WITHDRAWAL = "行政处罚法@2021:48"
CHANGED = "变更、撤销、确认违法或者确认无效"
LONGEST_VALUE = 4000
LONGEST_REASON = 300
SHOWN = 100
FULL_AGE = 18
CARD_LENGTH = 18
BIRTH = slice(6, 14)

PREPARING, WAITING, RETURNED = "preparing", "waiting", "returned"
NEW, PUBLIC = "new", "public"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a publication stands: before the public, its draft, and who prepared that."""

    state: str = NEW
    draft: str = PREPARING
    prepared_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """What of the case decides whether it may be published: its decision, its closing, who it concerns."""

    occasion: str
    decided: bool
    has_result: bool = False
    closed: bool = False
    served: bool = False
    annulled: bool = False
    minors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Handled:
    """One group of strings as it stands in a draft: what it is, what was decided, whether somebody looked at it."""

    text: str
    suggested: str
    action: str
    reason: str
    confirmed: bool


def may_prepare(case: CaseStanding) -> Verdict:
    """Say whether there is anything to publish on this occasion (D17, D18, D20)."""
    if case.occasion == "decision" and not case.decided:
        return Refused("publication.undecided", "本案还没有作出决定，没有可以公示的决定。", OPINION)
    if case.occasion == "result" and (case.decided or not case.has_result):
        message = "本案没有可以公示的检查或者办理结果；有决定的，请拟制决定公示。"
        return Refused("publication.no_result", message, OPINION)
    if case.occasion == "closing" and not (case.closed and case.decided):
        return Refused("publication.not_closed", "案件作出决定并且结案后，才能公示结案情况。", OPINION)
    return Allowed()


def may_write(standing: Standing) -> Verdict:
    """Say whether a draft may be changed: only while nobody is judging it."""
    if standing.draft == WAITING:
        return Refused("publication.waiting", "本次公示已送审，等待发布审批；需要修改的，请审批人退回。", EXAMINING)
    if standing.draft not in {PREPARING, RETURNED}:
        return Refused("publication.closed", "本次公示已经办结，不能再修改；公示内容有误的，请办理更正。", OPINION)
    return Allowed()


def are_lines_sound(lines: Mapping[str, str], required: Collection[str]) -> Verdict:
    """Say whether the summary is whole: what the law wants published is there, nothing is too long (D17)."""
    for label in required:
        if not lines.get(label, "").strip():
            return Refused("publication.incomplete", f"摘要缺少“{label}”。公示须写明机关、对象、类别和结论。", OPINION)
    for label, value in lines.items():
        if len(value) > LONGEST_VALUE:
            message = f"“{label}”最多 {LONGEST_VALUE} 字，现为 {len(value)} 字。请压缩。"
            return Refused("publication.too_long", message, OPINION)
    return Allowed()


def are_lines_true(lines: Mapping[str, str], source: Mapping[str, str], fixed: Collection[str]) -> Verdict:
    """Say whether the lines that the case itself gives are as the case has them, or left out (D17)."""
    for label, value in lines.items():
        if label in fixed and value != source.get(label, ""):
            message = (
                f"“{label}”取自案卷，不能改写；案卷为“{source.get(label, '')[:SHOWN]}”。案卷有误的，请先更正案卷。"
            )
            return Refused("publication.line_changed", message, OPINION)
    return Allowed()


def are_added_found(added: Collection[str], text: str) -> Verdict:
    """Say whether the words that an officer adds are there to be hidden: a slip of the pen would leave them public."""
    whole = "".join(text.split())
    missing = next((one for one in added if "".join(one.split()) not in whole), "")
    if missing:
        message = f"补充隐去的内容“{missing[:SHOWN]}”在公示的文字中没有，请核对是否写错；不需要隐去的请删去。"
        return Refused("publication.added_absent", message, PRIVACY)
    return Allowed()


def may_choose_form(form: str, *, issued: bool) -> Verdict:
    """Say whether the full text can be published: only of a document that was made here."""
    if form == "full" and not issued:
        message = "决定书不是由本系统生成的，没有可以公示的文本。请按摘要公示，或者先在案件中生成决定书。"
        return Refused("publication.no_text", message, OPINION)
    return Allowed()


def is_handled(groups: Sequence[Handled]) -> Verdict:
    """Say whether every string that may tell who somebody is was looked at, and keeping one has its reason."""
    open_ones = [one.text for one in groups if not one.confirmed]
    if open_ones:
        message = f"还有 {len(open_ones)} 处内容没有确认是否隐去，如“{open_ones[0]}”。请逐组确认。"
        return Refused("publication.unconfirmed", message, TREATING)
    kept = [one.text for one in groups if one.action == "keep" and one.suggested == "mask" and not one.reason.strip()]
    if kept:
        return Refused("publication.keep_reason", f"建议隐去而保留的内容须写明理由：“{kept[0]}”。", PRIVACY)
    return Allowed()


def is_term_given(ends_on: date | None, basis: str, *, decided_on: date) -> Verdict:
    """Say whether an end of the term is sound: after the decision, and with the provision that sets it."""
    if ends_on is None:
        return Allowed()
    if not basis.strip():
        return Refused("publication.term_basis", "填写公示期限的，须写明规定公示期限的文件和条款。", OPINION)
    if ends_on <= decided_on:
        return Refused("publication.term_dates", "公示期限届满日应在决定日期之后。", OPINION)
    return Allowed()


def is_ground_known(ground: str, *, known: bool) -> Verdict:
    """Say whether a ground of non-disclosure is one of the agency's rules; none at all is fine (D23)."""
    if ground and not known:
        return Refused("publication.no_ground", "不予公开的情形须从规定的情形中选择。", PRIVACY)
    return Allowed()


def may_submit(standing: Standing, case: CaseStanding, *, ground: str, examined: str, treatable: bool) -> Verdict:
    """Say whether a draft may go to the second person: examined, and nothing published of a minor."""
    stands = may_write(standing)
    if isinstance(stands, Refused):
        return stands
    if not examined.strip():
        message = "请填写公开审查意见：是否涉及国家秘密、商业秘密、个人隐私，以及公开后有无危害。"
        return Refused("publication.unexamined", message, EXAMINING)
    if case.minors and not (ground and not treatable):
        names = "、".join(case.minors)
        message = f"当事人{names}在作出决定时未满 {FULL_AGE} 周岁，本案信息不公示。请选择不予公开的情形后送审。"
        return Refused("publication.minor", message, PRIVACY)
    return Allowed()


def may_answer(
    standing: Standing, *, actor: UUID, own: Collection[UUID], roles: Collection[str], releasing: str, basis: str
) -> Verdict:
    """Say whether this person may decide on what waits: by the role of the agency's chain, not on own work (WS公8).

    own: to whom it is own work, as who wrote or handed in the draft and the officers of the case.
    """
    if standing.draft != WAITING:
        return Refused("publication.not_waiting", "本次公示没有在待审，可能已经由他人办理。请刷新后再看。", basis)
    if releasing not in roles:
        return Refused("role.missing", "本机关的信息发布审批由发布审批环节的角色办理，您没有这一角色。", basis)
    if actor == standing.prepared_by or actor in own:
        message = "拟制、送审本次公示的人和本案的两名执法人员不能审批，请由另一人审批。"
        return Refused("publication.same_person", message, basis)
    return Allowed()


def may_release(case: CaseStanding, *, unchanged: bool, ground: str, treatable: bool) -> Verdict:
    """Say whether the case lets itself be published now: unchanged, in force, served, on no ground against it."""
    if case.annulled:
        return Refused("publication.annulled", f"决定已被{CHANGED}，不能公示。", WITHDRAWAL)
    if not unchanged:
        message = "案件或者文书在拟制之后有变化，公示内容可能与案卷不一致。请退回，由拟制人重新拟制。"
        return Refused("publication.changed", message, OPINION)
    if case.occasion != "result" and not case.served:
        return Refused("publication.not_served", "待送达：决定书尚未送达当事人，不能先行公示。", SERVICE)
    if ground and not treatable:
        return Refused("publication.ground", "所选不予公开的情形不能经处理后公开，请办理不予公开。", TREATING)
    if case.minors:
        return Refused("publication.minor", "当事人是未成年人，本案信息不公示。", PRIVACY)
    return Allowed()


def may_return(reason: str) -> Verdict:
    """Say whether a draft may go back: with a reason that its author can act on."""
    if not reason.strip():
        return Refused("publication.no_reason", "退回须写明理由。", EXAMINING)
    return Allowed()


def is_term_open(ends_on: date | None, on: date) -> Verdict:
    """Say whether the term still runs on the day of the release: what would have to go at once is not published."""
    if ends_on is not None and on > ends_on:
        message = f"公示期限已于 {ends_on} 届满，不能再公示。期限填写有误的，请退回拟制人。"
        return Refused("publication.term_over", message, OPINION)
    return Allowed()


def may_withhold(standing: Standing, *, ground: str, known: bool, treatable: bool) -> Verdict:
    """Say whether it may be decided not to publish at all: on a ground of the pack, and nothing is public yet (D23)."""
    if standing.state != NEW:
        return Refused("publication.is_public", "已经公示过的，不能改为不予公开；需要停止公示的，请办理撤回。", OPINION)
    if not ground or not known:
        return Refused("publication.no_ground", "不予公开须选择规定的情形，请退回拟制人选择。", PRIVACY)
    if treatable:
        message = "所选情形可以经处理后公开，不能整件不予公开。请隐去有关内容后公示，或者退回拟制人。"
        return Refused("publication.treatable", message, TREATING)
    return Allowed()


def may_end(*, annulled: bool, deciding: bool) -> Verdict:
    """Say whether this person may end a publication: of a decision that stands only who decides on publications."""
    if not annulled and not deciding:
        message = f"决定没有被{CHANGED}，承办人员不能自行撤回公示，请由发布审批人或者法制审核人员办理。"
        return Refused("publication.stands", message, WITHDRAWAL)
    return Allowed()


def may_withdraw(standing: Standing, *, reason: str, basis: str) -> Verdict:
    """Say whether what is public may be withdrawn: with reason and provision, which the public reads (行政处罚法48)."""
    if standing.state != PUBLIC:
        return Refused("publication.not_public", "该信息没有在公示，无需撤回。", WITHDRAWAL)
    if not reason.strip():
        return Refused("publication.no_reason", "撤回须写明理由，理由会向社会公开。", WITHDRAWAL)
    if not basis.strip():
        return Refused("publication.no_basis", "撤回须写明依据的条款或者文书。", WITHDRAWAL)
    return Allowed()


def may_tell(text: str, private: Collection[str]) -> Verdict:
    """Say whether a reason that the public will read keeps silent of what is not public: names, numbers of people."""
    found = next((one for one in private if len(one) > 1 and one in text), "")
    if found:
        message = f"理由和依据会向社会公开，不能写入“{found}”。请改为不指明个人的说法。"
        return Refused("publication.tells", message, PRIVACY)
    if len(text) > LONGEST_REASON:
        return Refused("publication.too_long", f"最多 {LONGEST_REASON} 字，现为 {len(text)} 字。", OPINION)
    return Allowed()


def may_correct(standing: Standing, *, reason: str) -> Verdict:
    """Say whether a new version may be prepared: of what is public, one at a time, with a reason (D27)."""
    if standing.state != PUBLIC:
        return Refused("publication.not_public", "该信息没有在公示，不能更正。", OPINION)
    if standing.draft:
        return Refused("publication.correcting", "本条公示已有更正在办理，请先办结。", OPINION)
    if not reason.strip():
        return Refused("publication.no_reason", "更正须写明理由，理由会向社会公开。", OPINION)
    return Allowed()


def may_expire(standing: Standing, *, ends_on: date | None, on: date) -> Verdict:
    """Say whether the term of what is public is over: on the day after its last one."""
    if standing.state != PUBLIC:
        return Refused("publication.not_public", "该信息没有在公示。", OPINION)
    if ends_on is None or on <= ends_on:
        return Refused("publication.term_runs", "公示期限没有届满。", OPINION)
    return Allowed()


def is_one_stage(stages: int, basis: str) -> Verdict:
    """Say whether the agency's chain can be kept: for decisions the one second person is the whole chain."""
    if stages != 1:
        message = f"本机关的信息发布审批有 {stages} 个环节；决定公示目前按一个审批环节办理，请联系系统管理员。"
        return Refused("publication.chain", message, basis)
    return Allowed()


def is_safe(leaks: Sequence[str]) -> Verdict:
    """Say whether nothing leaks: the last look at what the public would read."""
    if leaks:
        message = f"公示文本未通过检查：{'；'.join(leaks[:3])}。请退回拟制人处理。"
        return Refused("publication.leak", message, TREATING)
    return Allowed()


def is_read_as_shown(seen: int | str | None, now: int | str) -> Verdict:
    """Say whether somebody decides on what stands there now: it may have changed since the page was opened."""
    if seen != now:
        return Refused("publication.stale", "内容在您打开页面之后有变化，请核对后再办理。", EXAMINING)
    return Allowed()


def is_minor(number: str, on: date) -> bool:
    """Say whether a citizen's identity number tells of somebody under eighteen on a day."""
    if len(number) != CARD_LENGTH or not number[BIRTH].isdecimal():
        return False
    born = number[BIRTH]
    come_of_age = (int(born[:4]) + FULL_AGE, born[4:])
    return (on.year, f"{on:%m%d}") < come_of_age
