"""Ways around the law that officers of another system found; each is tried here and refused. One test each."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import fire_due_timers
from heliograph.dossiers.actions.drafting import save_step_draft
from heliograph.dossiers.actions.reading import read_case_file
from heliograph.dossiers.models import Case, CaseFile, Clue, Decision, StepDraft
from heliograph.dossiers.permissions import reader, seen_by
from heliograph.dossiers.queries import hearing_state
from heliograph.dossiers.tests.bureau import Bureau, fine, found_bureau, opened, papers, step_of
from heliograph.dossiers.tests.doing import do, on_site, open_steps, refused, tick
from heliograph.dossiers.tests.walks import (
    answered,
    concluded,
    decided,
    filed,
    investigated,
    noticed,
    served_on_party,
)
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import add_person, add_unit, appoint, close_account
from heliograph.registers.models import Account
from tests.cast import LONG_AGO, Office, grant, new_account

pytestmark = pytest.mark.django_db
LARGE = {"fine": Decimal(20000)}


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def proposed(bureau: Bureau, **changes: Any) -> Case:
    case = investigated(bureau)
    concluded(bureau, case, fine(**changes))
    return case


def with_hearing_right(bureau: Bureau) -> Case:
    """A case whose party was told that it may ask for a hearing."""
    case = investigated(bureau)
    concluded(bureau, case, fine(**LARGE), 罚款数额较大=True)
    noticed(bureau, case)
    return case


def test_a_second_notice_does_not_drop_the_request_for_a_hearing(bureau: Bureau) -> None:
    case = with_hearing_right(bureau)
    answered(bureau, case, "hearing")
    actions.return_case(case.pk, place="t_conclude", reason="改变处理意见", basis="行政处罚法@2021:57",
                        actor=bureau["head"], at=bureau.later())  # fmt: skip
    concluded(bureau, case, fine(fine=Decimal(500)))
    noticed(bureau, case)
    answered(bureau, case, "waiver")
    assert refused(lambda: decided(bureau, case)) == "hearing.not_held"
    assert hearing_state(case).asked == 1


def test_nothing_is_decided_before_the_period_of_defence_ends(bureau: Bureau) -> None:
    case = with_hearing_right(bureau)
    silence: dict[str, Any] = {"kind": "silence", "received_on": bureau.today, "content": ""}
    assert refused(lambda: do(bureau, case, "end_statement", **silence)) == "statement.too_early"
    assert "t_decide" not in open_steps(case)
    bureau.later(days=9)
    fire_due_timers(at=bureau.now)
    decided(bureau, case)


def test_a_notice_that_was_lowered_or_split_does_not_let_the_fine_rise_later(bureau: Bureau) -> None:
    case = proposed(bureau, fine=Decimal(500))
    noticed(bureau, case)
    answered(bureau, case, "statement", "请求从轻")
    do(bureau, case, "review_defence", adopted="no", opinion="不采纳", keeps=False)
    concluded(bureau, case, fine(fine=Decimal(900)))
    noticed(bureau, case)
    answered(bureau, case)
    assert refused(lambda: decided(bureau, case)) == "defence.heavier"


def test_the_same_officer_twice_does_not_make_two(bureau: Bureau) -> None:
    one = bureau["handler"].pk
    assert refused(lambda: opened(bureau, co_handler_id=one)) == "officers.two"
    case = filed(bureau)
    again = on_site(bureau, second_officer_id=one)
    assert (
        refused(
            lambda: actions.register_on_site_act(case.pk, content=again, actor=bureau["handler"], at=bureau.later())
        )
        == "officers.two"
    )


def grant_role(bureau: Bureau, account: Account, role: str) -> Account:
    security = Account.objects.get(username="安全")
    return grant(Office(bureau.agency, security, security), account, role)


def permit_case() -> tuple[Bureau, Case]:
    bureau = found_bureau("wenshang-gxj", "permit", category="行政许可")
    bureau.category = "permit"
    case = opened(bureau, "permit", source="application", title="许可", occurred_from=None, occurred_to=None)
    tick(bureau, case, 收件意见="受理")
    do(bureau, case, "accept_application", note="齐全")
    return bureau, case


def interval(bureau: Bureau, case: Case, kind: str, from_on: date) -> Any:
    return actions.record_interval(case.pk, kind=kind, from_on=from_on, reason="专家评审", basis="行政许可法@2019:45",
                                   actor=bureau["head"], at=bureau.later())  # fmt: skip


def test_an_expert_review_whose_start_is_filled_in_later_does_not_extend_the_period() -> None:
    bureau, case = permit_case()
    due = Duty.objects.get(subject_id=case.pk, kind="permit_decide").due_on
    bureau.later(days=10)
    assert refused(lambda: interval(bureau, case, "expert", bureau.today - timedelta(days=8))) == "interval.day"
    assert Duty.objects.get(subject_id=case.pk, kind="permit_decide").due_on == due


def test_exclusions_that_overlap_are_not_counted_twice() -> None:
    bureau, case = permit_case()
    before = Duty.objects.get(subject_id=case.pk, kind="permit_decide").due_on
    bureau.later(days=3)
    first = interval(bureau, case, "expert", bureau.today)
    second = interval(bureau, case, "testing", bureau.today)
    bureau.later(days=14)
    for one in (first, second):
        actions.end_interval(one.pk, result="完毕", actor=bureau["handler"], at=bureau.later())
    after = Duty.objects.get(subject_id=case.pk, kind="permit_decide").due_on
    assert before is not None
    assert after == before + timedelta(days=14)


def test_a_collective_meeting_without_people_concludes_nothing(bureau: Bureau) -> None:
    case = investigated(bureau)
    concluded(bureau, case, None, 情节复杂=True)
    conclude: dict[str, Any] = {"conclusion": "一致同意"}
    assert refused(lambda: do(bureau, case, "discuss_collectively", **conclude)) == "discussion.none"
    leaders = [bureau["head"].pk, bureau["leader_in_charge"].pk]
    discussion = actions.call_discussion(case.pk, held_on=bureau.today, place="会议室", chair_id=leaders[0],
                                         member_ids=leaders, actor=bureau["handler"], at=bureau.later())  # fmt: skip
    assert refused(lambda: do(bureau, case, "discuss_collectively", **conclude)) == "discussion.empty"
    assert (
        refused(
            lambda: actions.take_seat(
                discussion.pk, vote="agree", opinion="", actor=bureau["unit_head"], at=bureau.later()
            )
        )
        == "discussion.not_called"
    )


def test_nothing_is_published_before_it_is_served(bureau: Bureau) -> None:
    case = proposed(bureau)
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    publish: dict[str, Any] = {"published_on": bureau.today, "where": "网站", "actor": bureau["handler"]}
    assert refused(lambda: actions.record_publication(case.pk, "t_publish", **publish, at=bureau.later())) == (
        "step.not_open"
    )
    served_on_party(bureau, case)
    early = bureau.today - timedelta(days=1)
    assert refused(lambda: do(bureau, case, "record_publication", published_on=early, where="网站")) == (
        "date.too_early"
    )


def test_publishing_again_does_not_wash_out_lateness(bureau: Bureau) -> None:
    case = proposed(bureau)
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    served_on_party(bureau, case)
    bureau.later(days=30)
    place = step_of(case, "record_publication")
    do(bureau, case, "record_publication", published_on=bureau.today, where="网站")
    again: dict[str, Any] = {
        "published_on": bureau.today - timedelta(days=25),
        "where": "网站",
        "actor": bureau["handler"],
    }
    assert refused(lambda: actions.record_publication(case.pk, place, **again, at=bureau.later())) == "step.not_open"
    assert Decision.objects.get(case=case).published_on == bureau.today


def test_an_approval_that_is_clicked_twice_runs_once(bureau: Bureau) -> None:
    case = opened(bureau)
    tick(bureau, case, 线索核查结论="建议立案")
    do(bureau, case, "propose_filing", facts_found="迟报统计资料")
    place = step_of(case, "decide_filing")
    click: dict[str, Any] = {
        "granted": True,
        "opinion": "同意",
        "actor": bureau["leader_in_charge"],
        "at": bureau.later(),
    }
    actions.decide_filing(case.pk, place, **click)
    assert refused(lambda: actions.decide_filing(case.pk, place, **click)) == "step.not_open"
    assert Duty.objects.filter(subject_id=case.pk, kind="decide_case").count() == 1


def test_two_cases_do_not_come_of_one_clue(bureau: Bureau) -> None:
    content = actions.ClueContent("report", bureau.today, "晴川县某某有限公司", "迟报")
    clue = actions.register_clue(bureau.agency.pk, unit_id=bureau.unit.pk, content=content, actor=bureau["handler"],
                                 at=bureau.later())  # fmt: skip
    opened(bureau, clue_id=clue.pk)
    assert refused(lambda: opened(bureau, clue_id=clue.pk)) == "clue.used"
    assert Clue.objects.get(pk=clue.pk).state == "filed"


def neighbour(bureau: Bureau, unit_name: str) -> Account:
    """A handler of a unit that only sounds like the one that handles the case."""
    legal = bureau["legality_reviewer"]
    person = add_person(bureau.agency.pk, name="邻科", gender="女", actor=legal, at=bureau.now)
    unit = add_unit(bureau.agency.pk, name=unit_name, functions=["handling"], actor=legal, at=bureau.now)
    appoint(person.pk, unit_id=unit.pk, position="科员", duty_post="执法岗", from_on=LONG_AGO, actor=legal,
            at=bureau.now)  # fmt: skip
    return grant_role(bureau, new_account("邻科", "case", bureau.agency, person), "handler")


def test_who_sees_a_case_does_not_follow_from_a_name(bureau: Bureau) -> None:
    case = opened(bureau)
    other = neighbour(bureau, f"{bureau.unit.name}二科")
    assert not seen_by(reader(other, bureau.agency.pk, bureau.today)).filter(pk=case.pk).exists()
    namesake = new_account(f"{bureau['handler'].display_name}同名", "case", bureau.agency)
    with pytest.raises(ActRefusedError):
        reader(namesake, bureau.agency.pk, bureau.today)


def test_who_may_not_open_a_case_may_not_write_to_it_or_take_its_files_either(bureau: Bureau) -> None:
    case = filed(bureau)
    other = neighbour(bureau, "邻近科")
    with pytest.raises(Case.DoesNotExist):
        actions.store_case_file(case.pk, name="a.pdf", content=b"%PDF-1.4 x", actor=other, at=bureau.later())
    with pytest.raises(Case.DoesNotExist):
        actions.investigate(case.pk, step_of(case, "investigate"), summary="略", papers=[], actor=other,
                            at=bureau.later())  # fmt: skip
    with pytest.raises(Case.DoesNotExist):
        actions.send_message(case.pk, to_id=bureau["handler"].pk, text="打听", actor=other, at=bureau.later())
    with pytest.raises(Case.DoesNotExist):
        read_case_file(case.pk, case.pk, actor=bureau_stranger(bureau), at=bureau.later())


def bureau_stranger(bureau: Bureau) -> Account:
    return Account.objects.get(username="邻科")


def test_a_file_of_one_case_is_not_attached_to_another(bureau: Bureau) -> None:
    mine, theirs = filed(bureau), filed(bureau, title="另一案")
    kept = actions.store_case_file(theirs.pk, name="证据.pdf", content=b"%PDF-1.4 y", actor=bureau["handler"],
                                   at=bureau.later())  # fmt: skip
    content = actions.EvidenceContent("documentary", "报表", "迟报", "提供", bureau.today, bureau["handler"].pk,
                                      second_collector_id=bureau["co_handler"].pk, file_id=kept.pk)  # fmt: skip
    with pytest.raises(CaseFile.DoesNotExist):
        actions.add_evidence(mine.pk, content=content, actor=bureau["handler"], at=bureau.later())


def test_somebody_whose_account_was_disabled_does_nothing_more(bureau: Bureau) -> None:
    case = filed(bureau)
    officer = bureau["handler"]
    security = Account.objects.get(username="安全")
    step, papers_made = step_of(case, "investigate"), papers(bureau, "询问笔录", "现场笔录")
    close_account(officer.pk, agency_id=bureau.agency.pk, actor=security, at=bureau.later())
    with pytest.raises((Case.DoesNotExist, ActRefusedError)):
        actions.investigate(case.pk, step, summary="略", papers=papers_made, actor=officer, at=bureau.later())


def test_what_was_typed_in_one_case_does_not_stay_in_the_page_of_the_next(bureau: Bureau) -> None:
    first, second = opened(bureau), opened(bureau, title="另一案")
    step = next(iter(open_steps(first)))
    save_step_draft(first.pk, step, data={"note": ["第一案"]}, actor=bureau["handler"], at=bureau.later())
    assert not StepDraft.objects.filter(case=second).exists()
