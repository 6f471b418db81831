"""A fine that comes late is paid with what the decision adds, or with the reason why that is not asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, CaseEvent, Decision, Payment
from heliograph.dossiers.rules import serving
from heliograph.dossiers.surcharges import Surcharge
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened, step_of
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.stages import walk_to
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def late() -> tuple[Bureau, Case]:
    bureau = found_bureau("jinghai-tjj", "penalty_ordinary")
    case = opened(bureau)
    walk_to(bureau, case, "record_payment")
    bureau.later(days=19)  # served on Friday 20 November: due on Monday 7 December, two days ago
    return bureau, case


def paid(bureau: Bureau, case: Case, amount: int, **changes: Any) -> object:
    return actions.record_payment(
        case.pk, step_of(case, "record_payment"), state="已履行", amount=Decimal(amount), paid_on=bureau.today,
        bank="晴川农商银行", receipt="P-1", file_id=bureau.files[case.pk], actor=bureau["handler"], at=bureau.later(),
        **changes,
    )  # fmt: skip


def test_what_lateness_adds_is_not_passed_over(late: tuple[Bureau, Case]) -> None:
    bureau, case = late
    assert refused(lambda: paid(bureau, case, 800)) == "surcharge.unsettled"
    assert not Payment.objects.exists()
    due = serving.is_surcharge_settled(due=Decimal(48), paid=Decimal(0), late_days=2, reason=" ")
    assert "逾期 2 日" in str(getattr(due, "message", ""))
    paid(bureau, case, 800, no_surcharge="当事人经营困难，经负责人批准")
    assert "其余不收取：当事人经营困难" in CaseEvent.objects.get(case=case, kind="case.paid").text


def test_what_lateness_adds_is_paid(late: tuple[Bureau, Case]) -> None:
    bureau, case = late
    pack = pack_in_force(case.agency_id, bureau.today)
    due = Surcharge.of(Decision.objects.get(case=case), pack).until(bureau.today)
    assert due > 0
    assert refused(lambda: paid(bureau, case, 800 + int(due) - 24, surcharge=due - 24)) == "surcharge.unsettled"
    paid(bureau, case, 800 + int(due), surcharge=due)
    assert "不收取" not in CaseEvent.objects.get(case=case, kind="case.paid").text
