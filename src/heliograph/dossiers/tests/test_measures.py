"""Preservation of evidence is asked for, approved by whoever signs in, and carried out after that; sampling is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import MeasureContent
from heliograph.dossiers.models import Case, CaseEvent, Measure, Message
from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.walks import filed, preserved
from heliograph.duties.models import Duty
from heliograph.registers.models import Account
from tests.cast import Office, grant

pytestmark = pytest.mark.django_db
BOOKS = MeasureContent("preservation", "账簿一册", "可能灭失")
SAMPLE = MeasureContent("sampling", "样品一份", "检验")


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def ask(bureau: Bureau, case: Case, content: MeasureContent = BOOKS, *, by: str = "handler",
        of: str = "leader_in_charge") -> Measure:  # fmt: skip
    return actions.ask_measure(case.pk, content=content, approver_id=bureau[of].pk, actor=bureau[by],
                               at=bureau.later())  # fmt: skip


def approve(bureau: Bureau, measure: Measure, by: str = "leader_in_charge", *, granted: bool = True) -> Measure:
    return actions.approve_measure(measure.pk, granted=granted, opinion="同意" if granted else "理由不足",
                                   actor=bureau[by], at=bureau.later())  # fmt: skip


def begin(bureau: Bureau, measure: Measure, started_at: datetime | None = None, by: str = "handler") -> Measure:
    began = started_at or bureau.later()
    return actions.begin_measure(measure.pk, started_at=began, actor=bureau[by], at=bureau.later())


def test_preservation_is_asked_approved_and_carried_out_once_each(bureau: Bureau) -> None:
    case = filed(bureau)
    measure = ask(bureau, case)
    assert Message.objects.get(to_account=bureau["leader_in_charge"]).text.endswith("账簿一册")
    assert refused(lambda: begin(bureau, measure)) == "measure.not_approved"
    assert not Duty.objects.filter(kind="preserve_evidence_decision").exists()
    approve(bureau, measure)
    assert refused(lambda: approve(bureau, measure)) == "measure.decided"
    measure = begin(bureau, measure)
    assert (measure.approved_by, measure.until_on is not None) == (bureau["leader_in_charge"], True)
    assert Duty.objects.get(kind="preserve_evidence_decision").due_on == measure.until_on
    assert refused(lambda: begin(bureau, measure)) == "measure.began"
    kinds = list(CaseEvent.objects.filter(case=case, step="调查取证").values_list("kind", flat=True))
    assert kinds == ["case.measure_asked", "case.measure_approved", "case.evidence_preserved"]


def test_only_persons_in_charge_are_asked_and_only_they_approve(bureau: Bureau) -> None:
    case = filed(bureau)
    assert refused(lambda: ask(bureau, case, of="co_handler")) == "measure.approver"
    assert refused(lambda: ask(bureau, case, by="window_clerk")) == "case.not_handler"
    measure = ask(bureau, case)
    for by in ("handler", "co_handler", "unit_head"):
        assert refused(lambda by=by: approve(bureau, measure, by)) == "role.missing"  # type: ignore[misc]
    approve(bureau, measure, "head")  # any person in charge, not only the one who was asked
    assert refused(lambda: begin(bureau, measure, by="window_clerk")) == "case.not_handler"


def test_an_officer_of_the_case_does_not_approve_even_as_a_leader(bureau: Bureau) -> None:
    office = Office(bureau.agency, Account.objects.get(username="安全"), Account.objects.get(username="系统"))
    grant(office, bureau["co_handler"], "leader_in_charge")
    measure = ask(bureau, filed(bureau))
    assert refused(lambda: approve(bureau, measure, "co_handler")) == "measure.own"


def test_what_was_refused_is_not_carried_out(bureau: Bureau) -> None:
    case = filed(bureau)
    measure = approve(bureau, ask(bureau, case), granted=False)
    assert measure.ended_how == "不批准先行登记保存：理由不足"
    assert refused(lambda: begin(bureau, measure)) == "measure.began"
    assert refused(lambda: approve(bureau, measure)) == "measure.decided"
    assert Message.objects.filter(to_account=bureau["handler"], text__contains="不批准").exists()


def test_nothing_is_carried_out_before_its_approval_or_in_time_to_come(bureau: Bureau) -> None:
    measure = ask(bureau, filed(bureau))
    bureau.later(hours=1)
    before = bureau.now
    bureau.later(hours=1)
    approve(bureau, measure)
    assert refused(lambda: begin(bureau, measure, before)) == "measure.time"
    assert refused(lambda: begin(bureau, measure, bureau.now + timedelta(days=1))) == "measure.time"


def test_sampling_is_registered_at_once_and_preservation_is_not(bureau: Bureau) -> None:
    case = filed(bureau)

    def take(content: MeasureContent, by: str = "handler") -> Measure:
        return actions.take_measure(case.pk, content=content, started_at=bureau.now, actor=bureau[by],
                                    at=bureau.later())  # fmt: skip

    assert refused(lambda: take(BOOKS)) == "measure.not_approved"
    assert refused(lambda: ask(bureau, case, SAMPLE)) == "measure.no_leave"
    assert refused(lambda: take(SAMPLE, "window_clerk")) == "case.not_handler"
    assert refused(lambda: take(MeasureContent("seizure", "一台", "查"))) == "measure.coercion"
    sample = take(SAMPLE)
    assert sample.approved_by is None
    assert refused(lambda: approve(bureau, sample)) == "measure.no_leave"
    assert not Duty.objects.filter(kind="preserve_evidence_decision").exists()


def test_what_was_not_begun_has_no_outcome(bureau: Bureau) -> None:
    case = filed(bureau)
    measure = ask(bureau, case)

    def end(one: Measure, by: str = "handler") -> Measure:
        return actions.end_measure(one.pk, how="发还", ended_on=bureau.today, actor=bureau[by], at=bureau.later())

    assert refused(lambda: end(measure)) == "measure.not_begun"
    held = preserved(bureau, case)
    assert refused(lambda: end(held, "window_clerk")) == "case.not_handler"
    end(held)
    assert refused(lambda: end(held)) == "measure.ended"
