"""Every step of a penalty: by the wrong person, from outside, too early, suspended, recused, uncertified, and twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.tests.bureau import Bureau, at, found_bureau, opened
from heliograph.dossiers.tests.stages import ORDINARY, enter_evidence, walk_to
from heliograph.dossiers.tests.walks import filed, took_evidence, went_on_site
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.models import Record
from heliograph.procedures.queries import standing
from heliograph.registers.actions import close_account, suspend_certificate
from heliograph.registers.models import Account, Certificate
from tests.cast import grant, new_account, open_office

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 80  # of one step with its documents, duties and record


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActRefusedError) as caught:
        act()
    assert caught.value.verdict.basis
    return caught.value.verdict.code


def security() -> Account:
    return Account.objects.get(username="安全")


ENTRIES = ("case.evidence_added", "case.cited")  # into the file, outside the steps


def test_each_step_is_done_once_by_its_own_people_and_tells_its_story(bureau: Bureau) -> None:
    case = opened(bureau)
    next_door = open_office("cloudy", "柳树县统计局")
    stranger = grant(next_door, new_account("外人", "case", next_door.agency), "handler")
    steps_told = CaseEvent.objects.filter(case=case).exclude(kind__in=ENTRIES)
    before = steps_told.count()
    for stage in ORDINARY:
        place = stage.place(case)
        for role in {"handler", "leader_in_charge", "window_clerk", "archivist"} - {stage.role}:
            with pytest.raises((ActRefusedError, Case.DoesNotExist)):
                stage.call(bureau, case, place, bureau[role])
        with pytest.raises(Case.DoesNotExist):
            stage.call(bureau, case, place, stranger)
        assert steps_told.count() == before
        told = stage.call(bureau, case, place, bureau[stage.role])
        assert isinstance(told, CaseEvent)
        assert (told.kind, told.made_by) == (stage.event, bureau[stage.role])
        assert told.text.strip()
        assert told.basis
        assert Record.objects.filter(kind=stage.event, subject_id=str(case.pk)).exists()
        again = refusal(lambda stage=stage, place=place: stage.call(bureau, case, place, bureau[stage.role]))  # type: ignore[misc]
        assert again in {"step.not_open", "case.ended"}
        before += 1


def test_no_step_is_taken_before_its_turn(bureau: Bureau) -> None:
    case = opened(bureau)
    nodes = standing(case.pk).compiled.definition.nodes
    for stage in ORDINARY[1:]:
        place = next(place for place, node in nodes.items() if node.act == stage.act)
        assert refusal(partial(stage.call, bureau, case, place, bureau[stage.role])) == "step.not_open", stage.act
    told = CaseEvent.objects.filter(case=case).exclude(kind__in=ENTRIES)
    assert list(told.values_list("kind", flat=True)) == ["case.received"]


def test_a_suspended_case_takes_no_step_until_it_is_resumed(bureau: Bureau) -> None:
    case = opened(bureau)
    for stage in ORDINARY[:7]:
        place = stage.place(case)
        if stage.act in {"decide_filing", "conclude_investigation", "give_prior_notice"}:
            actions.suspend_case(case.pk, from_on=bureau.today, reason="等待鉴定", basis="行政处罚法@2021:60",
                                 actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
            assert refusal(partial(stage.call, bureau, case, place, bureau[stage.role])) == "case.suspended"
            bureau.later(days=1)
            actions.resume_case(case.pk, reason="鉴定完成", basis="行政处罚法@2021:60",
                                actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
        stage.call(bureau, case, place, bureau[stage.role])


def recuse(bureau: Bureau, case: Case, who: Account) -> None:
    asked = actions.ask_recusal(case.pk, officer_id=who.pk, asked_by="当事人", asked_on=bureau.today,
                                reason="与当事人有亲属关系", actor=bureau["unit_head"], at=bureau.later())  # fmt: skip
    by = bureau["head"] if who == bureau["leader_in_charge"] else bureau["leader_in_charge"]
    actions.decide_recusal(asked.pk, granted=True, reason="情况属实", actor=by, at=bureau.later())


def test_nobody_goes_on_site_beside_a_recused_officer(bureau: Bureau) -> None:
    case = filed(bureau)
    recuse(bureau, case, bureau["co_handler"])
    assert refusal(lambda: went_on_site(bureau, case)) in {"recusal.other", "case.not_handler"}


def test_a_recused_leader_does_not_decide(bureau: Bureau) -> None:
    case = opened(bureau)
    stage = walk_to(bureau, case, "decide_filing")
    recuse(bureau, case, bureau["leader_in_charge"])
    assert refusal(lambda: stage.do(bureau, case)) == "recusal.granted"


def test_a_recused_handler_enters_nothing(bureau: Bureau) -> None:
    case = filed(bureau)
    recuse(bureau, case, bureau["handler"])
    assert refusal(lambda: took_evidence(bureau, case)) in {"recusal.granted", "case.not_handler"}


def certificate_of(account: Account) -> Certificate:
    assert account.person_id
    return Certificate.objects.get(person_id=account.person_id)


def test_certificates_are_asked_for_again_at_each_step_of_two_officers(bureau: Bureau) -> None:
    case = opened(bureau)
    stage = walk_to(bureau, case, "conclude_investigation")
    suspend_certificate(certificate_of(bureau["co_handler"]).pk, reason="年审未通过", from_on=bureau.today,
                        actor=bureau["legality_reviewer"], at=bureau.later())  # fmt: skip
    assert refusal(lambda: stage.do(bureau, case)) == "certificate.invalid"


def test_an_expired_certificate_stops_the_next_step(bureau: Bureau) -> None:
    case = opened(bureau)
    stage = walk_to(bureau, case, "conclude_investigation")
    bureau.now = at(date(2030, 1, 4))
    assert refusal(lambda: stage.do(bureau, case)) == "certificate.invalid"


def test_an_officer_whose_account_was_closed_is_replaced_first(bureau: Bureau) -> None:
    case = opened(bureau)
    stage = walk_to(bureau, case, "conclude_investigation")
    close_account(bureau["co_handler"].pk, agency_id=bureau.agency.pk, actor=security(), at=bureau.later())
    assert refusal(lambda: stage.do(bureau, case)) == "officers.left"


def test_two_people_on_two_branches_lose_nothing(bureau: Bureau) -> None:
    """Publication and payment wait side by side; whoever comes second works on the case as the first left it."""
    case = opened(bureau)
    walk_to(bureau, case, "record_publication")
    publish, pay = (next(one for one in ORDINARY if one.act == act) for act in ("record_publication", "record_payment"))
    pay.do(bureau, case)
    publish.do(bureau, case)
    assert [token.name for token in standing(case.pk).tasks] == ["审批结案"]


def test_a_step_writes_only_what_it_changed(bureau: Bureau) -> None:
    case = opened(bureau)
    stage = walk_to(bureau, case, "decide_filing")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        stage.do(bureau, case)
    [written] = [one["sql"] for one in asked if one["sql"].startswith('UPDATE "dossiers_case"')]
    assert '"filed_on"' in written
    assert '"handler_id"' not in written.partition("WHERE")[0]


def test_a_step_asks_the_database_a_bounded_number_of_things(bureau: Bureau) -> None:
    case = opened(bureau)
    counted: dict[str, int] = {}
    for stage in ORDINARY:
        place = stage.place(case)
        if stage.act == "investigate":
            enter_evidence(bureau, case)
        with CaptureQueriesContext(connection) as asked:
            stage.call(bureau, case, place, bureau[stage.role])
        counted[stage.act] = len(asked)
    assert max(counted.values()) <= MOST_STATEMENTS, counted


def test_the_events_of_a_case_read_as_a_story(bureau: Bureau) -> None:
    case = opened(bureau)
    for stage in ORDINARY:
        stage.do(bureau, case)
    told = list(CaseEvent.objects.filter(case=case))
    kinds = [one.kind for one in told if one.kind not in ENTRIES]
    assert kinds == ["case.received", *(stage.event for stage in ORDINARY)]
    assert [one.kind for one in told if one.kind in ENTRIES] == ["case.evidence_added", "case.cited"]
    assert [one.text for one in told][:4] == [
        "登记检查发现来源的案件，由承办甲承办。",
        "核查线索：线索属实",
        "填报立案审批表，报请立案。",
        "准予立案：同意立案",
    ]
    texts = "".join(one.text for one in told)
    filed = "归档号 晴测案卷〔2026〕1号"
    for said in ("罚款 800.00 元", "直接送达晴测罚〔2026〕1号", "在机关网站公示", "票据 P-1", filed):
        assert said in texts
    assert all(one.made_at <= later.made_at for one, later in pairwise(told))
