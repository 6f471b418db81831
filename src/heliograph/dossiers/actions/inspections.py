"""Inspections from the application to the result (检查审批、通知、现场检查、结果、整改复查)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, localtime

from heliograph.dossiers import gates
from heliograph.dossiers.actions.dated import follow_order
from heliograph.dossiers.actions.investigating import OnSiteContent, write_on_site_act
from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, require_asked, take_step
from heliograph.dossiers.models import Case, CaseEvent, Clue, Inspection
from heliograph.dossiers.rules import inspecting as rules
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.dossiers.rules.serving import is_one_or_other
from heliograph.duties.queries import last_day
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import first_refusal, require
from heliograph.registers.models import Account, Entry, EntryVersion

ITEMS, SPOT_CHECKS = "items", "spot_checks"
INSPECTING = "行政检查"  # the category of enforcement as the register of items names it
LATE_APPROVAL = "inspection_urgent_approval"  # time limit of packs that set one


def inspection_items(agency_id: UUID) -> QuerySet[Entry]:
    """Return what an agency may inspect by its registers: items of that category, and the list of random checks."""
    inspecting = EntryVersion.objects.filter(entry=OuterRef("pk"), data__category=INSPECTING)
    return (
        Entry.objects.filter(agency_id=agency_id)
        .filter(Q(register=SPOT_CHECKS) | Q(Exists(inspecting), register=ITEMS))
        .order_by("number")
    )


@transaction.atomic
def apply_inspection(
    case_id: UUID,
    step: str,
    *,
    item_ids: Sequence[UUID],
    reason: str,
    facts: Mapping[str, FactValue],
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Ask for leave to inspect published items (检查审批表). An item that is not public may not be inspected."""
    taken = take_step(case_id, step, act="apply_inspection", actor=actor, at=at, rev=rev)
    require_asked(taken, facts)
    items = {entry.pk: entry.title for entry in inspection_items(taken.case.agency_id).filter(pk__in=item_ids)}
    unpublished = [name for key, name in items.items() if not gates.passed(gates.PUBLISHED_ITEM, key)]
    require(
        first_refusal(
            rules.may_inspect_items(list(items.values()), unpublished=unpublished),
            check_text(reason, what="检查理由", longest=1000),
        )
    )
    urgent = facts.get("情况紧急") is True
    if papers or not urgent:  # the form of an urgent inspection comes with the approval that follows it
        add_papers(taken, papers)
    inspection = Inspection.objects.filter(case=taken.case).first() or Inspection(
        agency_id=taken.case.agency_id, case=taken.case, registered_by=actor, registered_at=at
    )
    inspection.items = [{"id": str(key), "name": name} for key, name in items.items()]
    inspection.reason, inspection.urgent = reason.strip(), urgent
    inspection.granted, inspection.approved_by, inspection.approved_at = None, None, None
    inspection.save()
    taken.rows.append(inspection)
    text = f"申请检查：{'、'.join(items.values())[:900]}。理由：{inspection.reason}"[:2000]
    return finish_step(taken, event="case.inspection_applied", text=text, facts=facts)


def _inspection(taken: StepAct) -> Inspection:
    found = Inspection.objects.select_for_update(of=("self",)).get(case=taken.case)
    taken.rows.append(found)
    return found


@transaction.atomic
def approve_inspection(
    case_id: UUID,
    step: str,
    *,
    granted: bool,
    opinion: str,
    late_reason: str = "",
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Approve an inspection before it is made; an urgent one at once afterwards (国办发54号@2024)."""
    taken = take_step(case_id, step, act="approve_inspection", actor=actor, at=at, rev=rev)
    inspection = _inspection(taken)
    require(
        first_refusal(
            check_text(opinion, what="审批意见", longest=1000),
            rules.may_approve_late(
                urgent=inspection.urgent, latest=_latest_approval(taken, inspection), on=taken.on, reason=late_reason
            ),
        )
    )
    add_papers(taken, papers)
    inspection.granted, inspection.approved_by, inspection.approved_at = granted, actor, at
    inspection.save()
    text = f"{'准予' if granted else '不准予'}检查：{opinion.strip()}{late_reason.strip()}"
    return finish_step(taken, event="case.inspection_approved", text=text, facts={"准予检查": granted})


def _latest_approval(taken: StepAct, inspection: Inspection) -> date | None:
    known = [one for one in taken.pack.rules.time_limits if one.id == LATE_APPROVAL]
    if not known or inspection.inspected_at is None:
        return None
    return last_day(known[0], localdate(inspection.inspected_at))


@transaction.atomic
def give_inspection_notice(
    case_id: UUID,
    step: str,
    *,
    served_on: date,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Serve the notice of an approved inspection (行政检查通知书)."""
    taken = take_step(case_id, step, act="give_inspection_notice", actor=actor, at=at, rev=rev)
    inspection = _inspection(taken)
    approved = _day_of(inspection.approved_at)
    require(may_happen_on(served_on, today=taken.on, not_before=approved, what="通知书送达日期", since="批准检查之日"))
    add_papers(taken, papers)
    inspection.notified_on = served_on
    inspection.save()
    return finish_step(taken, event="case.inspection_notified", text="送达行政检查通知书。", on=served_on)


@transaction.atomic
def inspect_on_site(
    case_id: UUID,
    step: str,
    *,
    content: OnSiteContent,
    found: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Inspect on site: two certified officers, certificates shown first, approved and announced unless urgent."""
    taken = take_step(case_id, step, act="inspect_on_site", actor=actor, at=at, rev=rev)
    inspection = _inspection(taken)
    require(
        first_refusal(
            rules.may_inspect(
                granted=inspection.granted,
                urgent=inspection.urgent,
                approved_at=localtime(inspection.approved_at) if inspection.approved_at else None,
                notified_on=inspection.notified_on,
                began_at=localtime(content.began_at),
            ),
            check_text(found, what="检查情况"),
        )
    )
    taken.rows.append(write_on_site_act(taken.case, content, actor, at))
    add_papers(taken, papers)
    inspection.inspected_at, inspection.found = content.began_at, found.strip()
    inspection.save()
    text = f"在{content.place}现场检查，在场人{content.person_present}。检查情况：{found.strip()}"[:2000]
    return finish_step(
        taken, event="case.inspected", text=text, on=localdate(content.began_at), happened_at=content.began_at
    )


@transaction.atomic
def record_result(
    case_id: UUID,
    step: str,
    *,
    result: str,
    text: str,
    rectify_until: date | None = None,
    found_on: date | None = None,
    papers: Sequence[PaperContent] = (),
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Record what the inspection comes to. result: clean, rectify (with its last day) or suspected.

    found_on: the day on which it was found, that of the entry when left out; an order to rectify counts from it.
    """
    taken = take_step(case_id, step, act="record_result", actor=actor, at=at, rev=rev)
    inspection = _inspection(taken)
    day = found_on or taken.on
    require(
        first_refusal(
            rules.may_find_on(day, inspected_on=_day_of(inspection.inspected_at), today=taken.on),
            rules.may_record_result(result, granted=inspection.granted, until=rectify_until, on=day),
            check_text(text, what="认定的情况", longest=1800),
        )
    )
    add_papers(taken, papers)
    inspection.result, inspection.result_on = result, day
    inspection.rectify_until = until = rectify_until if result == "rectify" else None
    inspection.save()
    if until is not None:
        follow_order(taken.case, taken.pack, began=day, due=until, actor=actor, at=at)
    said = rules.RESULTS[result] + (f"，改正期限至 {until.isoformat()}" if until else "")
    return finish_step(
        taken, event="case.result_recorded", text=f"检查结果：{said}。{text.strip()}", on=day,
        facts={"检查结果": rules.RESULTS[result]},
    )  # fmt: skip


def _day_of(instant: datetime | None) -> date | None:
    return localdate(instant) if instant else None


@transaction.atomic
def feed_back(
    case_id: UUID,
    step: str,
    *,
    told_on: date,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Tell the inspected party the result (检查结果告知)."""
    taken = take_step(case_id, step, act="feed_back", actor=actor, at=at, rev=rev)
    inspection = _inspection(taken)
    found_on = inspection.result_on or _day_of(inspection.inspected_at)
    require(rules.may_tell(told_on, found_on=found_on, today=taken.on))
    add_papers(taken, papers)
    inspection.told_on = told_on
    inspection.save()
    return finish_step(taken, event="case.fed_back", text="告知检查结果。", on=told_on)


@transaction.atomic
def check_rectification(
    case_id: UUID,
    step: str,
    *,
    passed: bool,
    content: OnSiteContent,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Check on site whether what was ordered has been put right (整改复查)."""
    taken = take_step(case_id, step, act="check_rectification", actor=actor, at=at, rev=rev)
    inspection = _inspection(taken)
    require(
        rules.may_check_rectification(
            passed=passed,
            until=inspection.rectify_until,
            began_at=localtime(content.began_at),
            inspected_at=localtime(inspection.inspected_at) if inspection.inspected_at else None,
            ordered_on=inspection.result_on,
        )
    )
    taken.rows.append(write_on_site_act(taken.case, content, actor, at))
    add_papers(taken, papers)
    inspection.rectified = passed
    inspection.save()
    said = "整改合格" if passed else "整改不合格"
    return finish_step(
        taken, event="case.rectification_checked", text=f"复查，{said}。", facts={"整改情况": said},
        on=localdate(content.began_at), happened_at=content.began_at,
    )  # fmt: skip


@transaction.atomic
def refer_to_case(
    case_id: UUID,
    step: str,
    *,
    content: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Hand a suspected violation over for filing: a clue that names this inspection (移交立案核查, 行政处罚法54)."""
    taken = take_step(case_id, step, act="refer_to_case", actor=actor, at=at, rev=rev)
    require(check_text(content, what="涉嫌违法的情况"))
    add_papers(taken, papers)
    clue = write_clue_of(taken.case, content, on=taken.on, actor=actor, at=at)
    taken.rows.append(clue)
    return finish_step(taken, event="case.referred", text=f"移交立案核查：{clue.target}。")


def write_clue_of(case: Case, content: str, *, on: date, actor: Account, at: datetime) -> Clue:
    """Write the clue that a case leaves to be filed, which names that case; part of the act that leaves it."""
    party = case.parties.filter(standing="party").order_by("id").values_list("name", flat=True).first()
    return write_row(
        Clue,
        agency_id=case.agency_id,
        unit=case.unit,
        source="inspection" if case.category == "inspection" else case.source,
        received_on=on,
        target=party or case.title,
        content=content.strip(),
        inspection=case,
        registered_by=actor,
        registered_at=at,
    )


@transaction.atomic
def publish_result(
    case_id: UUID,
    step: str,
    *,
    published_on: date | None,
    where: str,
    withheld_reason: str = "",
    released: bool = False,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register that a result without a decision of its own was made public, or why it is not; by hand or `released`."""
    approved = released and gates.passed(gates.RELEASED, case_id)
    taken = take_step(case_id, step, act="record_publication", actor=actor, at=at, rev=rev, authorised=approved)
    withheld = published_on is None
    require(
        first_refusal(
            gates.asked(gates.IN_EFFECT, taken.case.pk),
            is_one_or_other(published=not withheld or bool(where.strip()), withheld_reason=withheld_reason),
            rules.may_publish_result(withheld=withheld, where=where, withheld_reason=withheld_reason),
            may_happen_on(published_on or taken.on, today=taken.on, not_before=taken.case.opened_on, what="公示日期"),
        )
    )
    for inspection in Inspection.objects.filter(case=taken.case):
        inspection.published_on, inspection.published_where = published_on, where.strip() or withheld_reason.strip()
        inspection.save()
        taken.rows.append(inspection)
    said = f"依法不公开：{withheld_reason.strip()}" if withheld else f"在{where.strip()}公示结果。"
    return finish_step(taken, event="case.published", text=said, on=published_on)
