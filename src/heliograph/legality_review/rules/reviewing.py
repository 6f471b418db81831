"""When a package may be submitted, an opinion given and answered, a disagreement settled, and a decision made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from heliograph.kernel.verdict import Allowed, Refused, Verdict

REVIEW = "行政处罚法@2021:58"
SUBMISSION = "国办发118号@2018:14"
ELEMENTS = "国办发118号@2018:13"
CATALOGUE = "国办发118号@2018:12"
PENALTY = "penalty"
OF_PENALTIES = "行政处罚法@"
AGREE = "agree"
PROBLEM = "problem"
ADOPTED = "adopted"
NOT_ADOPTED = "not_adopted"
COLLECTIVE = "collective"


def articles_for(category: str, articles: Sequence[str]) -> tuple[str, ...]:
    """Return on what a ground of review rests in a category: the statute of penalties governs penalties alone."""
    if category == PENALTY:
        return tuple(articles)
    return tuple(one for one in articles if not one.startswith(OF_PENALTIES)) or (CATALOGUE,)


def basis_for(category: str, articles: Sequence[str]) -> str:
    """Return what forbids to decide without a review: of penalties their statute, else what its grounds rest on."""
    return REVIEW if category == PENALTY else articles_for(category, articles)[0]


@dataclass(frozen=True, slots=True)
class Held:
    """A material as the case file holds it: what is there, and whether a signed file is."""

    id: str
    name: str
    present: bool
    signed: bool
    must_be_signed: bool


def missing_of(materials: Sequence[Held]) -> list[str]:
    """Return in words what a package lacks."""
    absent = [f"{one.name}（没有）" for one in materials if not one.present]
    unsigned = [
        f"{one.name}（没有签章后的文件）" for one in materials if one.present and one.must_be_signed and not one.signed
    ]
    return [*absent, *unsigned]


def may_submit(missing: Sequence[str], *, truth_stated: bool) -> Verdict:
    """Say whether a package may be handed in: complete, and answered for (L6, L8)."""
    if missing:
        message = f"送审材料不齐：{'、'.join(missing)}。请补齐后再送审。"
        return Refused("review.materials", message, SUBMISSION)
    if not truth_stated:
        message = "请确认承办机构对送审材料的真实性、准确性、完整性以及执法的事实、证据、法律适用、程序的合法性负责。"
        return Refused("review.not_answered_for", message, SUBMISSION)
    return Allowed()


def are_known(named: Collection[str], known: Collection[str], *, what: str) -> Verdict:
    """Say whether everything that is named is on its list."""
    strange = sorted(set(named) - set(known))
    if strange:
        return Refused("review.unknown", f"{what}中没有：{'、'.join(strange)}。请刷新页面后重新填写。", ELEMENTS)
    return Allowed()


def may_hand_in(still_lacking: Sequence[str], *, note: str) -> Verdict:
    """Say whether a supplement answers what was asked for."""
    if still_lacking:
        return Refused("review.materials", f"仍须补充：{'、'.join(still_lacking)}。", SUBMISSION)
    if not note.strip():
        return Refused("review.no_note", "请写明补充了哪些材料。", SUBMISSION)
    return Allowed()


def may_ask_supplement(*, reviewing: bool, waiting: bool, text: str) -> Verdict:
    """Say whether the reviewer may ask for more: while reviewing, one request at a time, saying what is wanted."""
    if not reviewing:
        return Refused("review.not_reviewing", "本案现在不在审核中，不能要求补充材料。", SUBMISSION)
    if waiting:
        return Refused("review.supplement_waiting", "已经要求补充材料，承办机构尚未提交。", SUBMISSION)
    if not text.strip():
        return Refused("review.no_note", "请写明须补充哪些材料。", SUBMISSION)
    return Allowed()


def may_answer_supplement(*, waiting: bool, note: str) -> Verdict:
    """Say whether there is a request to answer, and whether it is answered in words."""
    if not waiting:
        return Refused("review.supplement_none", "没有待补充的材料要求。", SUBMISSION)
    return may_hand_in([], note=note)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as given. points_at: whether it names a document or a piece of evidence of the case."""

    element: str
    finding: str
    note: str
    points_at: bool


@dataclass(frozen=True, slots=True)
class FindingFault:
    """What is wrong with the finding of an element. at: what is missing, its `note` or the `object` it speaks of."""

    element: str
    at: str
    refused: Refused


def faults_of(elements: Mapping[str, str], found: Sequence[Found]) -> list[FindingFault]:
    """Return what problems lack, in the order of the findings: an explanation, and what of the file shows them (L4)."""
    faults = []
    for one in found:
        if one.finding != PROBLEM:
            continue
        name = elements[one.element]
        if not one.note.strip():
            refused = Refused("review.no_note", f"“{name}”存在问题，请写明说明。", ELEMENTS)
            faults.append(FindingFault(one.element, "note", refused))
        if not one.points_at:
            message = f"“{name}”存在问题，请选择所指的文书或者证据，或者写明引用的条文。"
            faults.append(FindingFault(one.element, "object", Refused("review.no_object", message, ELEMENTS)))
    return faults


def check_findings(elements: Mapping[str, str], found: Sequence[Found]) -> Verdict:
    """Say whether every element was gone through, each problem explained and shown in the file (L4)."""
    given = {one.element for one in found}
    left = [text for key, text in elements.items() if key not in given]
    if left:
        return Refused("review.elements", f"还有审核要素没有填写：{'、'.join(left)}。", ELEMENTS)
    return next((one.refused for one in faults_of(elements, found)), Allowed())


def may_conclude(conclusion: str, found: Sequence[Found], items: Sequence[str], *, text: str, waiting: bool) -> Verdict:
    """Say whether an opinion is of one piece: agreement without problems, anything else with numbered ones (L5)."""
    problems = [one for one in found if one.finding == PROBLEM]
    if waiting:
        return Refused("review.supplement_waiting", "要求补充的材料尚未提交，不能出具审核意见。", SUBMISSION)
    if not text.strip():
        return Refused("review.no_note", "请填写书面审核意见。", ELEMENTS)
    if conclusion == AGREE and (problems or items):
        return Refused("review.agree_with_problems", "有要素存在问题或者列了问题的，审核结论不能是同意。", ELEMENTS)
    if conclusion != AGREE and not items:
        return Refused("review.no_items", "审核结论不是同意的，请逐条列明问题。", ELEMENTS)
    if any(not one.strip() for one in items):
        return Refused("review.no_items", "列出的问题不能为空。", ELEMENTS)
    return Allowed()


def may_respond(numbers: Collection[int], answers: Mapping[int, tuple[str, str]]) -> Verdict:
    """Say whether every numbered problem was answered: adopted with what was done, or not and why (L5)."""
    left = sorted(set(numbers) - answers.keys())
    if left:
        listed = "、".join(f"第 {number} 项" for number in left)
        return Refused("review.not_all_answered", f"还有问题没有处理：{listed}。", ELEMENTS)
    for number in sorted(numbers):
        answer, reason = answers[number]
        if answer not in {ADOPTED, NOT_ADOPTED}:
            return Refused("review.no_answer", f"第 {number} 项请选择采纳或者不采纳。", ELEMENTS)
        if not reason.strip():
            said = "怎样处理" if answer == ADOPTED else "不采纳的理由"
            return Refused("review.no_reason", f"第 {number} 项请写明{said}。", ELEMENTS)
    return Allowed()


@dataclass(frozen=True, slots=True)
class Meeting:
    """The meeting that settled a disagreement: who confirmed it by signing in."""

    present: int
    called: int
    held_on: date


def may_coordinate(
    manner: str, meeting: Meeting | None, *, least: int, opinion_on: date, minutes: str, grounds: str
) -> Verdict:
    """Say whether a disagreement may be settled: minutes and final basis written, a meeting really held (L6, L9)."""
    if not minutes.strip() or not grounds.strip():
        return Refused("review.no_minutes", "请写明协调经过和最终处理依据。", ELEMENTS)
    if manner != COLLECTIVE:
        return Allowed()
    if meeting is None or meeting.held_on < opinion_on:
        message = "没有审核意见出具之后召集的集体讨论。请先召集负责人集体讨论，由参加人各自登录表态。"
        return Refused("review.no_meeting", message, "行政处罚法@2021:57")
    if meeting.present < least or meeting.present * 2 <= meeting.called:
        message = (
            f"应到 {meeting.called} 人，已由本人确认参加的 {meeting.present} 人，至少须 {least} 人且超过半数。"
            "请参加人各自登录确认并表态。"
        )
        return Refused("review.meeting_empty", message, "行政处罚法@2021:57")
    return Allowed()


def may_call_in(*, decided: bool, called: bool, required: bool, reason: str) -> Verdict:
    """Say whether the legal office may call a case in: before its decision, once, where review is not required yet."""
    if decided:
        message = "本案已经作出决定，不能再调取审核。发现决定有误的，请按纠错程序办理。"
        return Refused("review.decided", message, CATALOGUE)
    if called:
        return Refused("review.called_twice", "本案已经调取审核。", CATALOGUE)
    if required:
        return Refused("review.required_already", "本案已属于应当审核的情形，由承办机构送审。", CATALOGUE)
    if not reason.strip():
        return Refused("review.no_reason", "请写明调取审核的理由。", CATALOGUE)
    return Allowed()


def may_extend(*, running: bool, given: int | None, extended: bool, reason: str) -> Verdict:
    """Say whether the period of review may be lengthened: once, where the pack gives days for it, with a reason."""
    if not running:
        return Refused("review.not_running", "审核期限没有在计算，不能延长。", ELEMENTS)
    if given is None:
        return Refused("review.no_extension", "本机关适用的规定没有写审核期限可以延长。", ELEMENTS)
    if extended:
        return Refused("review.extended", "审核期限已经延长过一次，不能再延长。", ELEMENTS)
    if not reason.strip():
        return Refused("review.no_reason", "请写明延长的理由。", ELEMENTS)
    return Allowed()


@dataclass(frozen=True, slots=True)
class Passage:
    """What the gate before a decision looks at: grounds to review, the last round, what changed since its opinion."""

    grounds: Sequence[str]
    conclusion: str | None  # of the last opinion; None: there is none
    open_round: bool  # the last round is still under way
    changed: Sequence[str]  # fields of the decision that are not what was reviewed
    basis: str = REVIEW  # what forbids to decide without it


def may_decide(passage: Passage) -> Verdict:
    """Say whether a case may be decided as far as its review goes: the question at every way to a decision (L1)."""
    if not passage.grounds:
        return Allowed()
    why = "、".join(passage.grounds)
    if passage.conclusion is None:
        message = f"本案属于应当进行法制审核的情形（{why}），未经法制审核，不得作出决定。"
        return Refused("review.not_passed", message, passage.basis)
    if passage.conclusion != AGREE or passage.open_round:
        message = f"本案属于应当进行法制审核的情形（{why}），审核未通过，不得作出决定。"
        return Refused("review.not_passed", message, passage.basis)
    if passage.changed:
        message = f"审核意见出具后，{'、'.join(passage.changed)}已经变动，该意见失效，须重新送审。"
        return Refused("review.void", message, passage.basis)
    return Allowed()


def may_take_effect(passage: Passage) -> Verdict:
    """Say whether what was decided may be sealed, served, published: it was reviewed, and is what was reviewed (L1)."""
    if not passage.grounds:
        return Allowed()
    why = "、".join(passage.grounds)
    if passage.conclusion != AGREE or passage.open_round:
        message = (
            f"本案属于应当进行法制审核的情形（{why}），决定作出时没有通过审核，不得用印、送达、公示。请按纠错程序处理。"
        )
        return Refused("review.not_passed", message, passage.basis)
    if passage.changed:
        message = f"决定的{'、'.join(passage.changed)}与审核意见所审的不一致，不得用印、送达、公示。请按纠错程序处理。"
        return Refused("review.void", message, passage.basis)
    return Allowed()


def may_withhold(grounds: Sequence[str]) -> Verdict:
    """Say whether no penalty may be given where one was reviewed: that is another decision, and reviewed by itself."""
    if grounds:
        message = (
            f"本案属于应当进行法制审核的情形（{'、'.join(grounds)}），审核的是给予处罚的意见，不予处罚须另行审核。"
            "请选择退回，由承办机构改拟不予处罚意见后送审。"
        )
        return Refused("review.withheld", message, CATALOGUE)
    return Allowed()
