"""Who may see and do what with a case: one table, act → roles, and fetching a case together with its authorisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from heliograph.dossiers.models import Case
from heliograph.dossiers.models.cases import Source
from heliograph.kernel.verdict import Refused, require
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import OWN_STAFF, Act, may, raise_outsider, roles_of
from heliograph.registers.queries import unit_of

HANDLERS = frozenset({Role.HANDLER, Role.CO_HANDLER})
LEADERS = frozenset({Role.LEADER_IN_CHARGE, Role.HEAD})
WHOLE_AGENCY = LEADERS | {Role.LEGALITY_REVIEWER, Role.ARCHIVIST, Role.RELEASE_APPROVER}

ACTS: dict[str, Act] = {
    "read_cases": Act("查看案件", OWN_STAFF, "行政处罚法@2021:50"),
    "register_clue": Act("登记线索", HANDLERS | {Role.UNIT_HEAD, Role.WINDOW_CLERK}, "行政处罚法@2021:54"),
    "close_clue": Act("处理线索", HANDLERS | {Role.UNIT_HEAD}, "行政处罚法@2021:54"),
    "open_case": Act("登记案件", HANDLERS | {Role.UNIT_HEAD, Role.WINDOW_CLERK}, "行政处罚法@2021:54"),
    "take_step": Act("办理案件环节", OWN_STAFF, "行政处罚法@2021:47"),
    "edit_case": Act("登记当事人、证据和案情", HANDLERS | {Role.WINDOW_CLERK}, "行政处罚法@2021:46"),
    "hand_over_case": Act("交接案件", LEADERS | {Role.UNIT_HEAD}, "行政处罚法@2021:42"),
    "ask_recusal": Act("登记回避申请", OWN_STAFF, "行政处罚法@2021:43"),
    "decide_recusal": Act("决定回避", LEADERS, "行政处罚法@2021:43"),
    "suspend_case": Act("中止或者恢复案件", LEADERS, "行政处罚法@2021:60"),
    "end_interval": Act("结束不计入期限的期间", HANDLERS | LEADERS, "行政处罚法@2021:85"),
    "extend_limit": Act("延长办案期限", LEADERS, "行政处罚法@2021:60"),
    "terminate_case": Act("终止案件", LEADERS, "行政处罚法@2021:57"),
    "return_case": Act("退回前一环节", LEADERS | {Role.UNIT_HEAD, Role.LEGALITY_REVIEWER}, "行政处罚法@2021:57"),
    "report_transfer": Act("报告移送", HANDLERS, "移送规定310号令@2020:5"),
    "approve_transfer": Act("批准移送", frozenset({Role.HEAD}), "移送规定310号令@2020:5"),
    "track_remedy": Act("登记复议诉讼", HANDLERS | {Role.LEGALITY_REVIEWER}, "行政处罚法@2021:73"),
    "call_discussion": Act("召集集体讨论", HANDLERS | LEADERS | {Role.UNIT_HEAD}, "行政处罚法@2021:57"),
    "take_seat": Act("参加集体讨论", LEADERS | {Role.UNIT_HEAD, Role.LEGALITY_REVIEWER}, "行政处罚法@2021:57"),
    "void_number": Act("作废编号", LEADERS | {Role.ARCHIVIST}, "GB/T 9704-2012"),
    "send_message": Act("发送消息", OWN_STAFF, "行政处罚法@2021:50"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody in an agency: the roles held and the unit worked in, which together decide what cases are seen."""

    account: Account
    agency_id: UUID
    roles: frozenset[Role]
    unit_id: UUID | None


def reader(account: Account, agency_id: UUID, on: date) -> Reader:
    """Return who somebody is in an agency on a day. Two queries. Refused for outsiders."""
    roles = roles_of(account, agency_id, on)
    if not roles:
        raise_outsider()
    return Reader(account, agency_id, roles, unit_of(account, agency_id))


def seen_by(who: Reader) -> QuerySet[Case]:
    """Return the cases somebody may see: leaders, reviewers and archivists all, others their unit's and their own.

    The window also sees what was applied for.

    Every list, count, search, export and attachment of cases starts from here.
    """
    cases = _of_agency(who)
    if who.roles & WHOLE_AGENCY:
        return cases
    own = _handled_by(who)
    if who.unit_id is not None:
        own |= Q(unit_id=who.unit_id)
    if Role.WINDOW_CLERK in who.roles:  # one window receives and hands out for every unit of the agency
        own |= Q(source=Source.APPLICATION)
    return cases.filter(own)


def own_cases(who: Reader) -> QuerySet[Case]:
    """Return those of the cases in sight that somebody handles.

    This and the next say their one condition alone: beside the wider one of `seen_by` the database would take both for
    far fewer cases than there are, and sort what it could read in order.
    """
    return _of_agency(who).filter(_handled_by(who))


def unit_cases(who: Reader) -> QuerySet[Case]:
    """Return those of the cases in sight that are of somebody's unit, none for somebody without a unit."""
    cases = _of_agency(who)
    return cases.none() if who.unit_id is None else cases.filter(unit_id=who.unit_id)


def _of_agency(who: Reader) -> QuerySet[Case]:
    cases = Case.objects.filter(agency_id=who.agency_id)
    return cases if who.roles & ACTS["read_cases"].roles else cases.none()


def _handled_by(who: Reader) -> Q:
    return Q(handler=who.account) | Q(co_handler=who.account)


def access_case(account: Account, case_id: UUID, act: str, on: date, *, lock: bool = True) -> tuple[Case, Reader]:
    """Fetch a case, locked unless only read, and authorise the act on it.

    Case.DoesNotExist for a case that the account may not see, as for one that is not there: nobody learns which.
    ActRefusedError with the roles that may do the act.
    """
    agency_id = Case.objects.values_list("agency_id", flat=True).get(pk=case_id)
    roles = roles_of(account, agency_id, on)
    if not roles:
        raise Case.DoesNotExist(f"no case {case_id} for this account")
    who = Reader(account, agency_id, roles, unit_of(account, agency_id))
    cases = seen_by(who).select_related("unit", "handler", "co_handler")
    found = cases.select_for_update(of=("self",)) if lock else cases
    case = found.get(pk=case_id)
    require(may(ACTS[act], who.roles))
    return case, who


def require_handler(case: Case, who: Reader) -> None:
    """Refuse an act of the handlers to anybody but the two officers of the case."""
    if who.account.pk not in {case.handler_id, case.co_handler_id}:
        names = "、".join(one.display_name for one in (case.handler, case.co_handler) if one is not None)
        message = f"本案由{names}承办，须由承办人员办理；需要换人的，请科室负责人办理案件交接。"
        require(Refused("case.not_handler", message, "行政处罚法@2021:42"))
