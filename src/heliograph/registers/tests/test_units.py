"""Units change and close, people leave; what is closed cannot be chosen any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import appoint, change_functions, close_unit, end_post
from heliograph.registers.fieldsets import field_set
from heliograph.registers.models import Account, Agency, Post, Unit
from heliograph.registers.queries import choices_of
from tests.cast import LONG_AGO, NOON, TODAY, Staffing

REFUSED = "没有登记.*的权限|不是本机关人员"


def test_a_unit_changes_what_it_does(handling_unit: Unit, legality_reviewer: Account) -> None:
    change_functions(handling_unit.pk, functions=["handling", "window"], actor=legality_reviewer, at=NOON)
    assert Unit.objects.get(pk=handling_unit.pk).functions == ["handling", "window"]
    with pytest.raises(ActRefusedError, match="职能“烧水”不在可选范围内"):
        change_functions(handling_unit.pk, functions=["烧水"], actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="至少选择一项职能"):
        change_functions(handling_unit.pk, functions=[], actor=legality_reviewer, at=NOON)


def test_a_closed_unit_vanishes_from_choices_and_takes_nobody(
    agency: Agency, staffing: Staffing, window_unit: Unit, legality_reviewer: Account, handling_unit: Unit
) -> None:
    fields = field_set(agency.pk, "items", TODAY)
    assert "服务窗口" in choices_of(agency.pk, fields)["units"]
    close_unit(window_unit.pk, on=TODAY, actor=legality_reviewer, at=NOON)
    assert "服务窗口" not in choices_of(agency.pk, fields)["units"]
    person = staffing.register("路遥", handling_unit)
    with pytest.raises(ActRefusedError, match="“服务窗口”已于 2026-11-20 撤并"):
        appoint(person.pk, unit_id=window_unit.pk, position="科员", from_on=TODAY, actor=legality_reviewer, at=NOON)


def test_a_unit_closes_once_and_only_when_nobody_holds_a_post_in_it(
    staffing: Staffing, handling_unit: Unit, legality_reviewer: Account
) -> None:
    person = staffing.register("路遥", handling_unit)
    with pytest.raises(ActRefusedError, match="仍有 1 人在“执法科”任职"):
        close_unit(handling_unit.pk, on=TODAY, actor=legality_reviewer, at=NOON)
    end_post(Post.objects.get(person=person).pk, to_on=TODAY, actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="不能晚于今天"):
        close_unit(handling_unit.pk, on=TODAY + timedelta(days=1), actor=legality_reviewer, at=NOON)
    close_unit(handling_unit.pk, on=TODAY, actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="已于 2026-11-20 撤并"):
        close_unit(handling_unit.pk, on=TODAY, actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="已于 2026-11-20 撤并"):
        change_functions(handling_unit.pk, functions=["window"], actor=legality_reviewer, at=NOON)


def test_a_person_leaves_without_a_new_post(
    staffing: Staffing, handling_unit: Unit, legality_reviewer: Account
) -> None:
    post = Post.objects.get(person=staffing.register("路遥", handling_unit))
    with pytest.raises(ActRefusedError, match="不能早于任职日期"):
        end_post(post.pk, to_on=LONG_AGO - timedelta(days=1), actor=legality_reviewer, at=NOON)
    with pytest.raises(ActRefusedError, match="不能晚于今天"):
        end_post(post.pk, to_on=TODAY + timedelta(days=1), actor=legality_reviewer, at=NOON)
    end_post(post.pk, to_on=TODAY, actor=legality_reviewer, at=NOON)
    assert Post.objects.get(pk=post.pk).to_on == TODAY
    with pytest.raises(ActRefusedError, match="已于 2026-11-20 结束"):
        end_post(post.pk, to_on=TODAY, actor=legality_reviewer, at=NOON)


@pytest.mark.parametrize("actor", ["handler", "outsider", "security_admin"])
def test_only_the_legal_office_changes_units_and_posts(
    request: pytest.FixtureRequest, actor: str, staffing: Staffing, handling_unit: Unit
) -> None:
    account = request.getfixturevalue(actor)
    post = Post.objects.get(person=staffing.register("路遥", handling_unit))
    for act in (
        lambda: change_functions(handling_unit.pk, functions=["window"], actor=account, at=NOON),
        lambda: close_unit(handling_unit.pk, on=TODAY, actor=account, at=NOON),
        lambda: end_post(post.pk, to_on=TODAY, actor=account, at=NOON),
    ):
        with pytest.raises(ActRefusedError, match=REFUSED):
            act()
