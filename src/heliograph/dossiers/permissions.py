"""Who may see and do what with a case: one table, act → roles, and fetching a case together with its authorisation."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from heliograph.dossiers.models import Case
from heliograph.dossiers.models.cases import Source
from heliograph.dossiers.rules.opening import not_in_role
from heliograph.kernel.bpmn import Node
from heliograph.kernel.verdict import Refused, require
from heliograph.procedures.models import Token
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import (
    OWN_STAFF,
    Act,
    may,
    place_columns,
    place_of,
    place_values,
    raise_outsider,
)
from heliograph.registers.queries import holders_of

HANDLERS = frozenset({Role.HANDLER, Role.CO_HANDLER})
LEADERS = frozenset({Role.LEADER_IN_CHARGE, Role.HEAD})
DOSSIER_OFFICE = frozenset({Role.LEGALITY_REVIEWER, Role.ARCHIVIST})  # who takes any dossier of the agency out
RECORDING = "行政处罚法@2021:47"
MOST_NAMED = 5  # of the people who hold a role; more would hide the sentence
# Who somebody is in the agency of a case, by one statement: it stands in the way of every act.
_WHO = f"SELECT c.agency_id, {place_columns('c.agency_id')} FROM dossiers_case c WHERE c.id = %(case)s"  # noqa: S608
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
    "archive_terminated": Act("终止案件归档", HANDLERS | {Role.ARCHIVIST}, "国办发118号@2018:9"),
    "add_scan": Act("补传文书的文件", HANDLERS, RECORDING),
    "seal_document": Act("加盖电子印章", HANDLERS | LEADERS, "电子签名法@2019:13"),
    "compare_scan": Act("比对扫描件", HANDLERS, RECORDING),
    "export_dossier": Act("导出案卷", HANDLERS | DOSSIER_OFFICE, RECORDING),
    "hand_over_dossier": Act("移交案卷", HANDLERS, "国办发118号@2018:9"),
    "read_retrievals": Act("查看案卷调阅", OWN_STAFF, "国办发118号@2018:10"),
    "ask_for_dossier": Act("申请调阅案卷", OWN_STAFF, "国办发118号@2018:10"),
    "open_dossier": Act("直接调阅案卷", frozenset({Role.LEGALITY_REVIEWER}), "国办发118号@2018:10"),
    "decide_retrieval": Act("审批案卷调阅", LEADERS, "国办发118号@2018:10"),
    "end_retrieval": Act("结束案卷调阅", OWN_STAFF, "国办发118号@2018:10"),
    "classify_item": Act("确定卷内材料的密级", HANDLERS | {Role.LEGALITY_REVIEWER}, "行政处罚法@2021:50"),
    "read_retention": Act("查看保管期限", DOSSIER_OFFICE | LEADERS, "档案法@2020:21"),
    "set_retention": Act("确定保管期限", frozenset({Role.ARCHIVIST}), "档案法@2020:21"),
    "propose_destruction": Act("提出销毁案卷", DOSSIER_OFFICE, "档案法@2020:21"),
    "decide_destruction": Act("审批销毁案卷", LEADERS, "档案法@2020:21"),
    "execute_destruction": Act("销毁案卷", frozenset({Role.ARCHIVIST}), "档案法@2020:21"),
    "receive_dossier": Act("签收案卷", frozenset({Role.ARCHIVIST}), "国办发118号@2018:9"),
    "return_case": Act("退回前一环节", LEADERS | {Role.UNIT_HEAD, Role.LEGALITY_REVIEWER}, "行政处罚法@2021:57"),
    "approve_measure": Act("批准先行登记保存", LEADERS, "行政处罚法@2021:56"),
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
    """Return who somebody is in an agency on a day. One query. Refused for outsiders."""
    roles, unit_id = place_of(account, agency_id, on)
    if not roles:
        raise_outsider()
    return Reader(account, agency_id, roles, unit_id)


def seen_by(who: Reader) -> QuerySet[Case]:
    """Return the cases somebody may see: leaders, reviewers and archivists all, others their unit's and their own.

    The window also sees what was applied for, and what waits for it.

    Every list, count, search, export and attachment of cases starts from here.
    """
    cases = _of_agency(who)
    if who.roles & WHOLE_AGENCY:
        return cases
    own = _handled_by(who)
    if who.unit_id is not None:
        own |= Q(unit_id=who.unit_id)
    if Role.WINDOW_CLERK in who.roles:  # one window receives and hands out for every unit of the agency
        own |= Q(source=Source.APPLICATION) | Q(Exists(_at_the_window(who)))
    return cases.filter(own)


def _at_the_window(who: Reader) -> QuerySet[Token]:
    """Return what of a case waits for the window, whatever began it: to be received, or to be handed out."""
    return Token.objects.filter(agency_id=who.agency_id, run_id=OuterRef("pk"), role=Role.WINDOW_CLERK).order_by()


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
    return Q(handler_id=who.account.pk) | Q(co_handler_id=who.account.pk)


def case_in_sight(who: Reader, case_id: UUID, *related: str, lock: bool = False) -> Case:
    """Return one of the cases that `seen_by` returns, with what is read beside it. One query; Case.DoesNotExist."""
    if not who.roles & ACTS["read_cases"].roles:
        raise Case.DoesNotExist(f"no case {case_id} for this account")
    values = {"case": case_id, "agency": who.agency_id}
    if not who.roles & WHOLE_AGENCY:
        values |= {"account": who.account.pk} | ({"unit": who.unit_id} if who.unit_id is not None else {})
    return _one_in_sight(who.roles, frozenset(values), related, lock=lock).get(**values)


@functools.lru_cache(maxsize=512)
def _one_in_sight(
    roles: frozenset[Role], values: frozenset[str], related: tuple[str, ...], *, lock: bool
) -> Kept[Case]:
    """Return the read of one case by `seen_by`, for somebody with these roles, and with a unit or without one."""

    def build(case: UUID, agency: UUID, account: UUID | None = None, unit: UUID | None = None) -> QuerySet[Case]:
        cases = seen_by(Reader(Account(pk=account), agency, roles, unit)).filter(pk=case).order_by()
        cases = cases.select_related(*related) if related else cases  # without a name it would follow every key
        return cases.select_for_update(of=("self",)) if lock else cases

    return Kept(build, **dict.fromkeys(sorted(values), UUID))


def access_case(account: Account, case_id: UUID, act: str, on: date, *, lock: bool = True) -> tuple[Case, Reader]:
    """Fetch a case, locked unless only read, and authorise the act on it.

    Case.DoesNotExist for a case that the account may not see, as for one that is not there: nobody learns which.
    ActRefusedError with the roles that may do the act.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WHO, {**place_values(account, on), "case": case_id})
        found = cursor.fetchone()
    if found is None or not found[1]:
        raise Case.DoesNotExist(f"no case {case_id} for this account")
    agency_id, roles, unit_id = found
    who = Reader(account, agency_id, frozenset(map(Role, roles)), unit_id)
    case = case_in_sight(who, case_id, "unit", "handler", "co_handler", lock=lock)
    require(may(ACTS[act], who.roles))
    return case, who


def require_role(who: Reader, node: Node, on: date) -> None:
    """Refuse somebody without the role that a step demands, naming the step's article, the role and who holds it."""
    if not node.role or node.role in who.roles:
        return
    holders = holders_of(who.agency_id, Role(node.role), on)[:MOST_NAMED]
    label = str(Role(node.role).label)
    require(not_in_role(node.shown, node.basis, role=label, holders=holders))


def require_doer(case: Case, who: Reader, node: Node, on: date) -> None:
    """Refuse whoever a step is not for: a step of the handlers is for the two of this case, any other for its role."""
    if node.role in HANDLERS:
        require_handler(case, who)
    require_role(who, node, on)


def require_handler(case: Case, who: Reader) -> None:
    """Refuse an act of the handlers to anybody but the two officers of the case."""
    if who.account.pk not in {case.handler_id, case.co_handler_id}:
        names = "、".join(one.display_name for one in (case.handler, case.co_handler) if one is not None)
        message = f"本案由{names}承办，须由承办人员办理；需要换人的，请科室负责人办理案件交接。"
        require(Refused("case.not_handler", message, "行政处罚法@2021:42"))
