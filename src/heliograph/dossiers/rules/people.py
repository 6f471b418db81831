"""Who may act in a case: two certified officers, nobody recused, certificates shown first."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from heliograph.dossiers.rules.opening import RECORDING
from heliograph.kernel.verdict import Allowed, Refused, Verdict
from heliograph.registers.rules import CertificateState, certificate_status

TWO_OFFICERS = "行政处罚法@2021:42"
_PAIRS = {
    "penalty": TWO_OFFICERS, "inspection": TWO_OFFICERS, "coercion": "行政强制法@2011:18",
    "permit": "行政许可法@2019:34",
}  # fmt: skip
SHOWN_FIRST = "行政处罚法@2021:55"
RECUSAL = "行政处罚法@2021:43"
_PARTS = re.compile(r"[、，,;；\s]+")
_EVERYTHING = frozenset({"综合", "综合执法", "行政执法"})
_LEVELS = frozenset("省市州盟区县旗镇乡")  # the last character of the name of an area of government


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A certificate with what it is good for."""

    number: str
    category: str  # 执法类别, several joined by 、
    area: str
    state: CertificateState


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer as the rules see one: the account, the name to be named by, and the certificates held."""

    id: UUID
    name: str
    certificates: tuple[HeldCertificate, ...]


def basis_of_pair(category: str, otherwise: str) -> str:
    """Return what asks for certified officers in a category, by its id; `otherwise` where no law of its own does."""
    return _PAIRS.get(category, otherwise)


def certificate_for(
    officer: Officer, *, category: str, area: str, on: date, basis: str = TWO_OFFICERS
) -> Verdict | HeldCertificate:
    """Return the certificate with which an officer may act, or the refusal that says what is wrong with those held."""
    if not officer.certificates:
        message = f"{officer.name}没有行政执法证件，不得从事行政执法活动。"
        return Refused("certificate.none", message, basis)
    valid = [one for one in officer.certificates if certificate_status(one.state, on) == "valid"]
    if not valid:
        message = f"{officer.name}的执法证件在 {on.isoformat()} 无效（过期、暂扣或者收回），请先办理换证或审核。"
        return Refused("certificate.invalid", message, basis)
    fitting = [one for one in valid if _covers(one.category, category)]
    if not fitting:
        held = "、".join(dict.fromkeys(one.category for one in valid))
        message = f"{officer.name}的执法证件类别为“{held}”，不含“{category}”，不能承办本案。"
        return Refused("certificate.category", message, basis)
    for one in fitting:
        if _reaches(one.area, area):
            return one
    areas = "、".join(dict.fromkeys(one.area for one in fitting))
    message = f"{officer.name}的执法区域为“{areas}”，不含案件所在的“{area}”。"
    return Refused("certificate.area", message, basis)


def _covers(held: str, wanted: str) -> bool:
    parts = set(_PARTS.split(held))
    return wanted in parts or bool(parts & _EVERYTHING)


def _reaches(held: str, wanted: str) -> bool:
    """Say whether a certificate's areas take in the area of a case; neither is limited where it is not written.

    A case in 某县某镇 lies in 某县, however much of the name before it is written; the certificate of a town does not
    reach the county around it.
    """
    areas = [part for part in _PARTS.split(held) if part]
    return not wanted or not areas or any(_lies_in(wanted, one) or _names(one, wanted) for one in areas)


def _lies_in(area: str, around: str) -> bool:
    at = area.find(around)
    return at == 0 or (at > 0 and area[at - 1] in _LEVELS)


def _names(written_out: str, area: str) -> bool:
    """Say whether a name written out from the province down is that of an area, e.g. 某市某县 of 某县."""
    return written_out.endswith(area) and written_out[: -len(area)][-1] in _LEVELS


def may_work_in_pair(
    officers: Collection[Officer], *, category: str, area: str, on: date, basis: str = TWO_OFFICERS
) -> Verdict:
    """Say whether these officers may handle or act on a day: two different people, each certified (D14)."""
    if len({officer.id for officer in officers}) < 2:
        message = "执法人员不得少于两人，且须是两名不同的人员，请登记另一名持证人员。"
        return Refused("officers.two", message, basis)
    for officer in officers:
        found = certificate_for(officer, category=category, area=area, on=on, basis=basis)
        if isinstance(found, Refused):
            return found
    return Allowed()


def may_work_alone(
    officers: Collection[Officer], *, category: str, area: str, on: date, basis: str = TWO_OFFICERS
) -> Verdict:
    """Say whether each of these officers may handle a matter that takes no two: everybody named is certified."""
    for officer in officers:
        found = certificate_for(officer, category=category, area=area, on=on, basis=basis)
        if isinstance(found, Refused):
            return found
    return Allowed()


def are_different(first: UUID, second: UUID | None, *, basis: str = TWO_OFFICERS) -> Verdict:
    """Say whether handler and co-handler are not the same account; a case may still lack its second officer."""
    if first == second:
        return Refused("officers.two", "承办人与协办人须是两名不同的执法人员，请登记另一名持证人员。", basis)
    return Allowed()


def may_act_unrecused(actor: UUID, *, recused: Collection[UUID]) -> Verdict:
    """Say whether somebody may act: not once recused (until a request is decided the work goes on)."""
    if actor in recused:
        return Refused("recusal.granted", "您已被决定回避本案，不能办理。请由其他人员办理。", RECUSAL)
    return Allowed()


def may_judge(actor: UUID, *, investigators: Collection[UUID], step: str) -> Verdict:
    """Say whether somebody may review a case or prepare and chair its hearing: not one who investigated it (58、64)."""
    if actor in investigators:
        message = f"您参加过本案的调查取证，不能办理“{step}”。请由没有参加调查的人员办理。"
        return Refused("step.investigated", message, "行政处罚法@2021:64")
    return Allowed()


def may_take_part(names: Collection[str]) -> Verdict:
    """Say whether others may be put down as acting in a case. names: those of them who were recused from it."""
    if names:
        message = f"{'、'.join(names)}已被决定回避本案，不能参与办理。请先办理案件交接或者另行安排人员。"
        return Refused("recusal.other", message, RECUSAL)
    return Allowed()


def may_stay_officers(left: Collection[str]) -> Verdict:
    """Say whether a case still has its officers. left: names of those whose account was closed."""
    if left:
        message = f"{'、'.join(left)}的账户已停用，不能继续承办。请科室负责人办理案件交接。"
        return Refused("officers.left", message, TWO_OFFICERS)
    return Allowed()


def may_go_on_site(
    *,
    shown_at: datetime | None,
    began_at: datetime,
    rights_told: bool,
    ended_at: datetime | None = None,
    at: datetime | None = None,
) -> Verdict:
    """Say whether an act before the party was in order: certificate shown first, rights told, times in order (D14).

    at: the moment of registration, which nothing may follow.
    """
    if shown_at is None:
        return Refused("on_site.not_shown", "执法活动开始前应当主动出示执法证件；请登记出示时间。", SHOWN_FIRST)
    if shown_at > began_at:
        message = "出示执法证件的时间晚于开始执法的时间；应当先出示证件。请核对时间，未出示的重新进行。"
        return Refused("on_site.shown_late", message, SHOWN_FIRST)
    if not rights_told:
        return Refused("on_site.rights", "须先告知当事人权利和义务，再登记这次活动。", "行政处罚法@2021:55")
    if (ended_at is not None and ended_at < began_at) or (at is not None and max(began_at, ended_at or began_at) > at):
        message = "活动的结束时间不能早于开始时间，两者都不能晚于现在。请核对时间。"
        return Refused("on_site.times", message, RECORDING)
    return Allowed()


def may_leave_site(step: str, basis: str, *, shown: bool) -> Verdict:
    """Say whether a step on site may be ended. shown: an act before the party with certificates shown is registered."""
    if not shown:
        message = (
            f"“{step}”是现场环节，尚未登记出示执法证件的现场活动。"
            "请先在案件页面登记现场活动：两名执法人员、出示证件的时间、在场人。"
        )
        return Refused("on_site.not_registered", message, basis or SHOWN_FIRST)
    return Allowed()
