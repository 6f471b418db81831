"""What the party may still do after it has spoken, what it wrote when it asked for a hearing, and who stays away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Hearing, Notice, Paper, Statement
from heliograph.dossiers.tests.bureau import Bureau, at, found_bureau, papers, step_of
from heliograph.dossiers.tests.walks import answered, concluded, decided, investigated, noticed
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActRefusedError) as caught:
        act()
    return caught.value.verdict.code


def reviewed(bureau: Bureau, case: Case) -> None:
    place = step_of(case, "review_defence")
    node = standing(case.pk).node(place)
    assert node is not None
    actions.review_defence(case.pk, place, adopted="no", opinion="不成立", keeps=True, actor=bureau["handler"],
                           papers=papers(bureau, *node.documents), at=bureau.later())  # fmt: skip


def spoken(bureau: Bureau, case: Case, **changes: Any) -> object:
    given = {"kind": "statement", "content": "请求从轻", "file_id": bureau.files[case.pk], **changes}
    return actions.end_statement(case.pk, step_of(case, "end_statement"), received_on=bureau.today,
                                 actor=bureau["handler"], at=bureau.later(), **given)  # fmt: skip


def test_who_has_spoken_may_add_until_the_period_ends(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    spoken(bureau, case)
    reviewed(bureau, case)
    assert refusal(lambda: decided(bureau, case)) == "statement.still_open"
    until = Notice.objects.get(case=case).statement_until
    bureau.later(days=(until - bureau.today).days)
    assert refusal(lambda: decided(bureau, case)) == "statement.still_open"
    bureau.later(days=1)
    decided(bureau, case)


def test_only_a_written_waiver_of_the_rest_ends_the_period_earlier(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    assert refusal(lambda: spoken(bureau, case, rest_waived=True, file_id=None)) == "waiver.no_paper"
    assert refusal(lambda: spoken(bureau, case, rest_waived=True, kind="waiver")) == "waiver.rest"
    spoken(bureau, case, rest_waived=True)
    kinds = list(Paper.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == ["陈述申辩材料", "放弃陈述申辩、听证权利声明"]
    reviewed(bureau, case)
    decided(bureau, case)


HEARD = {"罚款数额较大": True}


def test_what_is_written_in_a_request_for_a_hearing_is_kept_and_reviewed(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau), **HEARD))
    assert refusal(lambda: spoken(bureau, case, rest_waived=True)) == "waiver.hearing"
    answered(bureau, case, "hearing", "数额过高，要求公开听证")
    said = Statement.objects.get(case=case)
    assert (said.kind, said.content, said.reviewed_on) == ("statement", "数额过高，要求公开听证", None)
    told = case.events.order_by("made_at", "pk").last()
    assert told is not None
    assert "数额过高" in told.text


def test_who_stays_away_gives_the_hearing_up_and_the_case_goes_on(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau), **HEARD))
    answered(bureau, case, "hearing", "数额过高")
    actions.request_hearing(case.pk, step_of(case, "request_hearing"), note="数额过高", actor=bureau["handler"],
                            at=bureau.later())  # fmt: skip
    day, chair = date(2026, 12, 2), bureau["legality_reviewer"]
    actions.notify_hearing(case.pk, step_of(case, "notify_hearing"), notified_on=bureau.today, held_on=day,
                           place="二楼会议室", chair_id=chair.pk, public=True, papers=papers(bureau, "听证通知书"),
                           actor=chair, at=bureau.later())  # fmt: skip
    bureau.now = at(day)
    actions.hold_hearing(case.pk, step_of(case, "hold_hearing"), held_on=day, opinion="当事人未到场", absent=True,
                         papers=papers(bureau, "听证笔录"), actor=chair, at=bureau.later())  # fmt: skip
    hearing = Hearing.objects.get(case=case)
    assert (hearing.held_on, hearing.withdrawn_on) == (None, day)
    assert hearing.paper is not None
    assert standing(case.pk).facts["经过听证"] is False
    reviewed(bureau, case)
    decided(bureau, case)
