"""Inspections: published items, approval, notice, two officers, result, a clue that names the inspection."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from heliograph.dossiers import gates
from heliograph.dossiers.actions import OnSiteContent, PaperContent
from heliograph.dossiers.actions.inspections import inspection_items
from heliograph.dossiers.models import Case, Clue, Inspection, OnSiteAct
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.dossiers.tests.doing import do, due, on_site, open_steps, refused, tick
from heliograph.duties.models import Duty
from heliograph.registers.actions import Content, draft_entry
from heliograph.registers.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    made = found_bureau("jinghai-tjj", "inspection", category="行政检查")
    made.category = "inspection"
    return made


@pytest.fixture
def public_items(monkeypatch: pytest.MonkeyPatch) -> set[UUID]:
    """The items that the public may read, as the disclosure of registers would say."""
    public: set[UUID] = set()
    monkeypatch.setitem(gates._gates, gates.PUBLISHED_ITEM, lambda key: key in public)
    return public


def item(bureau: Bureau, category: str = "行政检查") -> Entry:
    """An item of the agency, not public yet."""
    data: dict[str, Any] = {"name": "统计资料检查", "category": category, "basis": ["行政处罚法@2021:55"]}
    version = draft_entry(bureau.agency.pk, register="items", content=Content(data=data, reason="编制"),
                       owner_unit_id=bureau.unit.pk, actor=bureau["handler"], at=bureau.later())  # fmt: skip
    return version.entry


def applied(
    bureau: Bureau, public: set[UUID], *, urgent: bool = False, papers: list[PaperContent] | None = None, **changes: Any
) -> Case:
    case = opened(bureau, "inspection", occurred_from=None, occurred_to=None, title="统计执法检查", **changes)
    entry = item(bureau)
    public.add(entry.pk)
    given: dict[str, Any] = {} if papers is None else {"papers": papers}
    facts = {"检查方式": "日常检查", "情况紧急": urgent}
    do(bureau, case, "apply_inspection", item_ids=[entry.pk], reason="年度计划", facts=facts, **given)
    return case


def approved(bureau: Bureau, public: set[UUID]) -> Case:
    case = applied(bureau, public)
    do(bureau, case, "approve_inspection", granted=True, opinion="同意")
    do(bureau, case, "give_inspection_notice", served_on=bureau.today)
    return case


def inspected(bureau: Bureau, public: set[UUID]) -> Case:
    case = approved(bureau, public)
    do(bureau, case, "inspect_on_site", content=on_site(bureau), found="报表与台账一致")
    return case


def test_an_inspection_goes_from_its_application_to_the_archive(bureau: Bureau, public_items: set[UUID]) -> None:
    case = inspected(bureau, public_items)
    do(bureau, case, "record_result", result="clean", text="未发现问题")
    do(bureau, case, "feed_back", told_on=bureau.today)
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    do(bureau, case, "close_case", outcome="未发现问题", opinion="办结")
    do(bureau, case, "archive_case", note="立卷")
    case.refresh_from_db()
    inspection = Inspection.objects.get(case=case)
    assert (case.state, inspection.published_where, inspection.told_on) == ("archived", "机关网站", bureau.today)
    assert set(due(case).values()) == {"fulfilled"}


def test_an_item_that_is_not_public_is_not_inspected(bureau: Bureau, public_items: set[UUID]) -> None:
    case = opened(bureau, "inspection", occurred_from=None, occurred_to=None, title="检查")
    facts: dict[str, Any] = {"检查方式": "日常检查", "情况紧急": False}
    hidden = item(bureau).pk

    def apply(*keys: UUID) -> str:
        return refused(lambda: do(bureau, case, "apply_inspection", item_ids=list(keys), reason="计划", facts=facts))

    assert apply(hidden) == "inspection.not_published"
    assert apply() == "inspection.no_item"


def test_nobody_but_the_leader_approves_and_a_refusal_ends_the_case(bureau: Bureau, public_items: set[UUID]) -> None:
    case = applied(bureau, public_items)
    wrong = bureau["handler"]
    assert (
        refused(lambda: do(bureau, case, "approve_inspection", by=wrong, granted=True, opinion="同意")) == "step.role"
    )
    do(bureau, case, "approve_inspection", granted=False, opinion="与上次间隔太短")
    case.refresh_from_db()
    assert case.state == "closed"


def test_officers_show_their_certificates_and_are_two(bureau: Bureau, public_items: set[UUID]) -> None:
    case = approved(bureau, public_items)

    def go(**changes: Any) -> str:
        content = on_site(bureau, **changes)
        return refused(lambda: do(bureau, case, "inspect_on_site", content=content, found="略"))

    assert go(shown_at=None) == "on_site.not_shown"
    assert go(second_officer_id=bureau["handler"].pk) == "officers.two"
    assert go(rights_told=False) == "on_site.rights"
    assert OnSiteAct.objects.count() == 0


def test_an_urgent_inspection_is_approved_afterwards_and_nothing_follows_from_one_that_is_not(
    bureau: Bureau, public_items: set[UUID]
) -> None:
    case = applied(bureau, public_items, urgent=True)
    do(bureau, case, "inspect_on_site", content=on_site(bureau), found="现场存在隐患")
    assert open_steps(case) == {"t_approve_urgent"}
    do(bureau, case, "approve_inspection", granted=True, opinion="同意补办")
    assert open_steps(case) == {"t_result"}


def test_an_order_to_rectify_has_a_last_day_before_which_it_has_not_failed(
    bureau: Bureau, public_items: set[UUID]
) -> None:
    case = inspected(bureau, public_items)
    assert refused(lambda: do(bureau, case, "record_result", result="fine", text="略")) == "inspection.result"
    assert refused(lambda: do(bureau, case, "record_result", result="rectify", text="台账不全")) == "inspection.until"
    until = bureau.today + timedelta(days=10)
    do(bureau, case, "record_result", result="rectify", text="台账不全", rectify_until=until)
    do(bureau, case, "feed_back", told_on=bureau.today)
    early = on_site(bureau, act="整改复查")
    assert refused(lambda: do(bureau, case, "check_rectification", passed=False, content=early)) == (
        "rectification.early"
    )
    bureau.later(days=11)
    do(bureau, case, "check_rectification", passed=False, content=on_site(bureau, act="整改复查"))
    do(bureau, case, "refer_to_case", content="逾期未改")
    clue = Clue.objects.get(inspection=case)
    assert (clue.source, clue.target) == ("inspection", "晴川县某某有限公司")


def test_a_suspected_violation_becomes_a_clue_that_names_the_inspection(
    bureau: Bureau, public_items: set[UUID]
) -> None:
    case = inspected(bureau, public_items)
    do(bureau, case, "record_result", result="suspected", text="涉嫌提供不真实资料")
    do(bureau, case, "feed_back", told_on=bureau.today)
    do(bureau, case, "refer_to_case", content="涉嫌提供不真实统计资料")
    assert Clue.objects.get(inspection=case).state == "open"
    assert (
        refused(lambda: do(bureau, case, "record_publication", published_on=None, where="")) == "publication.no_reason"
    )
    assert (
        refused(lambda: do(bureau, case, "record_publication", published_on=bureau.today, where=""))
        == "publication.place"
    )


def test_an_inspection_is_not_made_before_its_approval_or_its_notice(bureau: Bureau, public_items: set[UUID]) -> None:
    case = applied(bureau, public_items)
    early = on_site(bureau)
    do(bureau, case, "approve_inspection", granted=True, opinion="同意")
    noon = on_site(bureau)
    bureau.later(days=1)
    do(bureau, case, "give_inspection_notice", served_on=bureau.today)

    def go(content: OnSiteContent) -> str:
        return refused(lambda: do(bureau, case, "inspect_on_site", content=content, found="略"))

    assert go(early) == "inspection.before_approval"
    assert go(noon) == "inspection.before_notice"
    do(bureau, case, "inspect_on_site", content=on_site(bureau), found="报表与台账一致")


def test_only_what_is_to_be_inspected_is_offered(bureau: Bureau, public_items: set[UUID]) -> None:
    case = opened(bureau, "inspection", occurred_from=None, occurred_to=None, title="检查")
    penalty = item(bureau, category="行政处罚")
    public_items.add(penalty.pk)
    assert list(inspection_items(bureau.agency.pk)) == []
    facts: dict[str, Any] = {"检查方式": "日常检查", "情况紧急": False}
    assert refused(
        lambda: do(bureau, case, "apply_inspection", item_ids=[penalty.pk], reason="计划", facts=facts)
    ) == "inspection.no_item"  # fmt: skip


def test_an_urgent_inspection_may_precede_its_registration_and_needs_one_form(
    bureau: Bureau, public_items: set[UUID]
) -> None:
    seen = on_site(bureau)
    came = bureau.today
    bureau.later(days=1)
    case = applied(bureau, public_items, urgent=True, papers=[], arrived_on=came)
    minutes = [PaperContent("现场检查笔录", came, file_id=bureau.scan)]
    do(bureau, case, "inspect_on_site", content=seen, found="现场存在隐患", papers=minutes)
    assert due(case)["inspection_urgent_approval"] == "open"
    bureau.later(days=3)
    assert refused(lambda: do(bureau, case, "approve_inspection", granted=True, opinion="同意")) == "inspection.late"
    do(bureau, case, "approve_inspection", granted=True, opinion="同意", late_reason="负责人出差")
    assert due(case)["inspection_urgent_approval"] == "fulfilled"


def test_other_matters_have_no_day_of_arrival() -> None:
    ordinary = found_bureau("wenshang-gxj", "penalty_ordinary")
    assert refused(lambda: opened(ordinary, arrived_on=ordinary.today)) == "case.arrived"


def test_an_order_to_rectify_is_a_duty_and_is_checked_after_it(bureau: Bureau, public_items: set[UUID]) -> None:
    case = inspected(bureau, public_items)
    before = on_site(bureau)
    found_on = bureau.today
    bureau.later(days=2)
    yesterday = found_on - timedelta(days=1)

    def find(**days: Any) -> str:
        return refused(lambda: do(bureau, case, "record_result", result="rectify", text="台账不全", **days))

    assert find(found_on=yesterday, rectify_until=bureau.today) == "inspection.result_day"
    assert find(found_on=bureau.today + timedelta(days=1), rectify_until=bureau.today) == "inspection.result_day"
    assert find(found_on=bureau.today, rectify_until=found_on) == "inspection.until"
    do(bureau, case, "record_result", result="rectify", text="台账不全", rectify_until=bureau.today)
    assert Duty.objects.get(subject_id=case.pk, kind="rectify_inspected").due_on == bureau.today
    assert refused(lambda: do(bureau, case, "feed_back", told_on=found_on)) == "inspection.told_early"
    assert refused(lambda: do(bureau, case, "feed_back", told_on=bureau.today + timedelta(days=1))) == (
        "inspection.told_day"
    )
    do(bureau, case, "feed_back", told_on=bureau.today)
    assert refused(lambda: do(bureau, case, "check_rectification", passed=True, content=before)) == (
        "rectification.before_order"
    )
    again = on_site(bureau, act="整改复查")
    done = do(bureau, case, "check_rectification", passed=True, content=again)
    assert done.happened_on == bureau.today
    assert due(case)["rectify_inspected"] == "fulfilled"


def test_only_random_checks_are_published_as_such(bureau: Bureau, public_items: set[UUID]) -> None:
    case = inspected(bureau, public_items)
    do(bureau, case, "record_result", result="clean", text="未发现问题")
    assert "publish_spot_check" not in due(case)


def test_a_notice_is_not_served_before_the_approval(bureau: Bureau, public_items: set[UUID]) -> None:
    case = applied(bureau, public_items)
    bureau.later(days=3)
    do(bureau, case, "approve_inspection", granted=True, opinion="同意")
    early = bureau.today - timedelta(days=2)
    assert refused(lambda: do(bureau, case, "give_inspection_notice", served_on=early)) == "date.too_early"
    assert "t_notice" in open_steps(case)


def test_other_steps_are_not_taken_by_the_generic_one(bureau: Bureau, public_items: set[UUID]) -> None:
    case = applied(bureau, public_items)
    with pytest.raises(StopIteration):
        tick(bureau, case)
