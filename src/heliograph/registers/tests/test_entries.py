"""Drafting and revising entries: by those who compile, in the agency, one version at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers import fieldsets
from heliograph.registers.actions import (
    Content,
    Owner,
    appoint,
    draft_entry,
    draft_officer_entry,
    end_review,
    issue_certificate,
    revise_entry,
    seal_version,
)
from heliograph.registers.errors import EntryFaultsError
from heliograph.registers.models import Account, Agency, Certificate, Entry, EntryVersion, Unit
from heliograph.registers.queries import entries_of
from tests.cast import ITEM, LONG_AGO, NOON, TODAY, Office, Staffing, grant, item


def revise(version: EntryVersion, actor: Account, rev: int | None = None, **data: Any) -> EntryVersion:
    return revise_entry(version.entry_id, content=Content({**ITEM, **data}, "核对"), actor=actor, at=NOON, rev=rev)


# -- drafting
def test_a_draft_is_numbered_in_its_register_and_keeps_its_pack(
    agency: Agency, handler: Account, handling_unit: Unit
) -> None:
    first, second = item(agency, handler, unit=handling_unit), item(agency, handler, name="第二项")
    assert (first.entry.number, second.entry.number) == (1, 2)
    assert (first.number, first.basis, first.pack) == (1, ["行政处罚法@2021:61"], "sunny@2026.11")
    assert (first.entry.owner_unit, second.entry.owner_unit) == (handling_unit, None)


def test_equal_contents_have_equal_hashes_and_different_ones_differ(agency: Agency, handler: Account) -> None:
    first, same = item(agency, handler), item(agency, handler)
    other = item(agency, handler, name="另一名称")
    assert first.content_hash == same.content_hash != other.content_hash


def test_every_fault_is_told_and_nothing_is_written(agency: Agency, handler: Account) -> None:
    with pytest.raises(EntryFaultsError) as caught:
        item(agency, handler, name="", category="行政奖励", basis=["统计法@2024:45"])
    assert [fault.field for fault in caught.value.faults] == ["name", "category", "basis"]
    assert "必须填写" in str(caught.value)
    assert not Entry.objects.exists()


def test_an_article_of_the_library_may_be_cited_though_the_pack_lacks_it(agency: Agency, handler: Account) -> None:
    version = item(agency, handler, conditions=["有依据 | 行政处罚法@2021:85"])
    assert version.basis == ["行政处罚法@2021:61", "行政处罚法@2021:85"]


def test_a_draft_states_its_reason(agency: Agency, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="请写明编制或修改的理由"):
        draft_entry(agency.pk, register="items", content=Content(ITEM, " "), owner_unit_id=None, actor=handler, at=NOON)


def test_a_register_that_the_pack_lacks_is_refused(agency: Agency, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="规则包没有这份清单"):
        item(agency, handler, register="dragons", name="龙")


def test_before_the_pack_is_in_force_there_is_no_register(agency: Agency) -> None:
    with pytest.raises(ActRefusedError, match="没有适用的规则包"):
        fieldsets.field_set(agency.pk, "items", date(2025, 12, 31))


def test_field_sets_have_one_source() -> None:
    with pytest.raises(RuntimeError):
        fieldsets.register_source(lambda *_: None)


def test_a_unit_of_another_agency_does_not_own_the_entry(
    next_door: Office, outsider: Account, handling_unit: Unit
) -> None:
    with pytest.raises(ActRefusedError, match="责任科室不属于本机关"):
        draft_entry(
            next_door.agency.pk,
            register="items",
            content=Content({"name": "邻局事项"}, "编制"),
            owner_unit_id=handling_unit.pk,
            actor=outsider,
            at=NOON,
        )


@pytest.mark.parametrize("actor", ["release_approver", "system_admin", "security_admin", "audit_admin", "supervisor"])
def test_those_who_approve_or_administer_do_not_compile(
    request: pytest.FixtureRequest, actor: str, agency: Agency
) -> None:
    with pytest.raises(ActRefusedError, match="没有编制清单条目的权限"):
        item(agency, request.getfixturevalue(actor))


def test_somebody_from_next_door_neither_drafts_nor_revises(
    agency: Agency, draft: EntryVersion, outsider: Account
) -> None:
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        item(agency, outsider)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        revise(draft, outsider)


def test_another_unit_does_not_compile_the_register(agency: Agency, window_clerk: Account, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="由执法科编制"):
        item(agency, window_clerk)
    with pytest.raises(ActRefusedError, match="由服务窗口编制"):
        item(agency, handler, register="guides", name="服务指南")
    assert item(agency, window_clerk, register="guides", name="服务指南").number == 1


def test_somebody_without_a_registered_post_does_not_compile_a_units_register(
    office: Office, release_approver: Account
) -> None:
    grant(office, release_approver, "handler")
    with pytest.raises(ActRefusedError, match="由执法科编制"):
        item(office.agency, release_approver)


# -- revising
def test_an_open_draft_is_rewritten_in_place(draft: EntryVersion, co_handler: Account) -> None:
    again = revise(draft, co_handler, name="改名")
    assert (again.pk, again.number, again.created_by) == (draft.pk, 1, co_handler)
    assert again.entry.title == "改名"
    assert again.entry.rev == 2


@pytest.mark.by_hand
def test_a_sealed_version_stays_and_the_change_is_a_new_one(draft: EntryVersion, handler: Account) -> None:
    seal_version(draft.pk, at=NOON)
    end_review(draft.entry_id)
    second = revise(draft, handler, name="改名")
    draft.refresh_from_db()
    assert (second.number, draft.title) == (2, ITEM["name"])


@pytest.mark.by_hand
def test_a_version_is_sealed_once(draft: EntryVersion) -> None:
    seal_version(draft.pk, at=NOON)
    with pytest.raises(ActRefusedError, match="已经送审"):
        seal_version(draft.pk, at=NOON)


@pytest.mark.by_hand
def test_an_entry_under_approval_is_not_revised(draft: EntryVersion, handler: Account) -> None:
    seal_version(draft.pk, at=NOON)
    with pytest.raises(ActRefusedError, match="正在审批"):
        revise(draft, handler)


def test_what_somebody_saved_in_between_is_not_overwritten(draft: EntryVersion, handler: Account) -> None:
    seen = Entry.objects.get(pk=draft.entry_id).rev
    revise(draft, handler, rev=seen, name="先保存")
    with pytest.raises(ActRefusedError, match="别人已保存过"):
        revise(draft, handler, rev=seen, name="后保存")
    assert Entry.objects.get(pk=draft.entry_id).title == "先保存"


def test_everybody_who_rewrites_a_draft_stays_among_its_authors(
    draft: EntryVersion, handler: Account, co_handler: Account
) -> None:
    assert draft.authors == [handler.pk]
    revise(draft, co_handler)
    assert revise(draft, handler).authors == [handler.pk, co_handler.pk]


# -- the unit that answers for it
def hand_over(version: EntryVersion, unit: Unit | None, actor: Account) -> EntryVersion:
    owner = Owner(unit.pk if unit else None)
    return revise_entry(version.entry_id, content=Content(ITEM, "职能调整"), actor=actor, at=NOON, owner=owner)


def test_the_unit_that_answers_changes_when_asked_and_stays_otherwise(
    draft: EntryVersion, handler: Account, legal_unit: Unit
) -> None:
    hand_over(draft, legal_unit, handler)
    assert Entry.objects.get().owner_unit == legal_unit
    revise(draft, handler)
    assert Entry.objects.get().owner_unit == legal_unit
    hand_over(draft, None, handler)
    assert Entry.objects.get().owner_unit is None


@pytest.mark.by_hand
def test_a_closed_unit_may_stay_but_not_take_over(
    draft: EntryVersion, agency: Agency, handler: Account, handling_unit: Unit, window_unit: Unit
) -> None:
    Unit.objects.filter(pk__in=[handling_unit.pk, window_unit.pk]).update(closed_on=TODAY)
    hand_over(draft, handling_unit, handler)
    with pytest.raises(ActRefusedError, match="不属于本机关或已撤并"):
        hand_over(draft, window_unit, handler)
    with pytest.raises(ActRefusedError, match="不属于本机关或已撤并"):
        item(agency, handler, unit=window_unit)


def test_an_approver_does_not_revise(draft: EntryVersion, release_approver: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有修改清单条目的权限"):
        revise(draft, release_approver)


# -- officers
@pytest.fixture
def certificate(staffing: Staffing, handling_unit: Unit, legality_reviewer: Account) -> Certificate:
    return issue_certificate(
        staffing.register("路遥", handling_unit).pk,
        kind="山东省行政执法证",
        number="37-0001",
        category="行政处罚",
        area="晴川县",
        issued_on=LONG_AGO,
        valid_to=date(2027, 1, 4),
        actor=legality_reviewer,
        at=NOON,
    )


def test_the_officer_register_is_drawn_from_certificates(
    certificate: Certificate, handler: Account, handling_unit: Unit
) -> None:
    version = draft_officer_entry(certificate.pk, reason="首次登记", actor=handler, at=NOON)
    assert version.data == {"name": "路遥", "unit": "执法科", "position": "科员", "certificate_no": "37-0001"}
    assert (version.entry.certificate, version.entry.owner_unit) == (certificate, handling_unit)


def test_drawing_the_same_certificate_again_revises_its_entry(
    certificate: Certificate, handler: Account, legality_reviewer: Account, legal_unit: Unit
) -> None:
    first = draft_officer_entry(certificate.pk, reason="首次登记", actor=handler, at=NOON)
    appoint(
        certificate.person_id,
        unit_id=legal_unit.pk,
        position="科长",
        from_on=TODAY,
        actor=legality_reviewer,
        at=NOON,
    )
    again = draft_officer_entry(certificate.pk, reason="调任", actor=handler, at=NOON)
    assert again.entry_id == first.entry_id
    assert (again.data["unit"], again.data["position"]) == ("政策法规科", "科长")


def test_the_officer_register_is_not_written_by_hand(
    agency: Agency, certificate: Certificate, handler: Account
) -> None:
    by_hand: dict[str, Any] = {"name": "查无此人", "certificate_no": "37-9999"}
    with pytest.raises(ActRefusedError, match="由执法证件登记生成"):
        item(agency, handler, register="officers", **by_hand)
    drawn = draft_officer_entry(certificate.pk, reason="首次登记", actor=handler, at=NOON)
    with pytest.raises(ActRefusedError, match="由证件起草"):
        revise_entry(drawn.entry_id, content=Content(by_hand, "改写"), actor=handler, at=NOON)
    assert EntryVersion.objects.get().data["name"] == "路遥"


def test_an_outsider_does_not_draw_from_certificates(certificate: Certificate, outsider: Account) -> None:
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        draft_officer_entry(certificate.pk, reason="登记", actor=outsider, at=NOON)


# -- the database
def test_sql_cannot_number_two_entries_alike(draft: EntryVersion, agency: Agency, handler: Account) -> None:
    second = item(agency, handler)
    with (
        pytest.raises(IntegrityError, match="entry_number_once_per_register"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE registers_entry SET number = 1 WHERE id = %s", [second.entry_id])


# -- reading
def test_entries_are_listed_with_their_latest_version_first(agency: Agency, draft: EntryVersion) -> None:
    (entry,) = entries_of(agency.pk, "items")
    assert [version.pk for version in entry.latest_versions] == [draft.pk]  # type: ignore[attr-defined]


@pytest.mark.by_hand
def test_former_versions_are_not_fetched_with_the_list(agency: Agency, draft: EntryVersion, handler: Account) -> None:
    seal_version(draft.pk, at=NOON)
    end_review(draft.entry_id)
    second = revise(draft, handler, name="改名")
    (entry,) = entries_of(agency.pk, "items")
    assert [version.pk for version in entry.latest_versions] == [second.pk]  # type: ignore[attr-defined]
