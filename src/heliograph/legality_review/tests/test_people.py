"""The register of reviewers: who may put whom in, under which contract, and what is recorded of them (L7, S15)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.dossiers.tests.doing import refused
from heliograph.duties.models import Duty
from heliograph.legality_review import actions
from heliograph.legality_review.actions import ContractContent, ReviewerContent
from heliograph.legality_review.models import AdviserContract, Reviewer, Training
from heliograph.legality_review.queries import ratio_of, reviewer_of
from heliograph.legality_review.tests.reviewing import registered
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db
TERM = {"signed_on": date(2026, 9, 8), "from_on": date(2026, 9, 20), "to_on": date(2027, 9, 19)}


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def contract(bureau: Bureau, *, by: str = "legality_reviewer", **changes: Any) -> AdviserContract:
    content: dict[str, Any] = {"firm": "某律师事务所", "lawyer": "律师甲", **TERM, **changes}
    return actions.register_contract(
        bureau.agency.pk, content=ContractContent(**content), actor=bureau[by], at=bureau.later()
    )


def test_a_contract_is_registered_by_the_legal_office_with_its_term(bureau: Bureau) -> None:
    made = contract(bureau)
    assert (made.firm, made.to_on) == ("某律师事务所", date(2027, 9, 19))
    assert refused(lambda: contract(bureau, by="handler")) == "role.missing"
    assert refused(lambda: contract(bureau, to_on=date(2026, 1, 1))) == "contract.dates"
    assert refused(lambda: contract(bureau, firm=" "))
    assert AdviserContract.objects.count() == 1


def test_a_reviewer_is_registered_once_and_holds_the_role(bureau: Bureau) -> None:
    made = registered(bureau)
    assert refused(lambda: registered(bureau)) == "reviewer.twice"
    assert refused(lambda: registered(bureau, account_id=bureau["handler"].pk)) == "reviewer.role"
    content = ReviewerContent(bureau["legality_reviewer"].pk, "staff", date(2020, 1, 1), bureau.today)
    assert (
        refused(
            lambda: actions.register_reviewer(
                bureau.agency.pk, content=content, actor=bureau["handler"], at=bureau.later()
            )
        )
        == "role.missing"
    )
    ended = actions.end_reviewer(made.pk, to_on=bureau.today, actor=bureau["head"], at=bureau.later())
    assert ended.to_on == bureau.today
    assert (
        refused(lambda: actions.end_reviewer(made.pk, to_on=bureau.today, actor=bureau["head"], at=bureau.later()))
        == "reviewer.ended"
    )
    assert refused(lambda: registered(bureau, qualified_on=None)) == "reviewer.dates"


def test_an_adviser_reviews_under_a_contract_in_term(bureau: Bureau) -> None:
    assert refused(lambda: registered(bureau, kind="adviser")) == "reviewer.no_contract"
    made = registered(bureau, kind="adviser", contract_id=contract(bureau).pk)
    found = reviewer_of(bureau.agency.pk, bureau["legality_reviewer"], bureau.today)
    assert found == made
    assert found is not None
    assert found.contract is not None
    assert found.contract.to_on == date(2027, 9, 19)


def test_training_and_examinations_are_recorded(bureau: Bureau) -> None:
    reviewer = registered(bureau)
    given: dict[str, Any] = {"kind": "training", "title": "行政处罚法", "hours": 8, "result": ""}

    def train(**more: Any) -> Training:
        told = {"held_on": bureau.today, "actor": bureau["head"], "at": bureau.later(), **given, **more}
        return actions.record_training(reviewer.pk, **told)

    train()
    train(kind="examination", title="年度考核", hours=0, result="合格")
    assert refused(lambda: train(held_on=bureau.today + timedelta(days=1))) == "training.day"
    assert refused(lambda: train(actor=bureau["handler"])) == "role.missing"
    assert refused(lambda: train(title=" "))
    assert Training.objects.filter(reviewer=reviewer).count() == 2


def test_the_ratio_counts_reviewers_beside_certified_officers(bureau: Bureau) -> None:
    pack = pack_in_force(bureau.agency.pk, bureau.today)
    before = ratio_of(bureau.agency.pk, pack, bureau.today)
    assert (before.reviewers, before.percent) == (0, 5)
    assert before.officers > 0
    assert before.short == 1
    registered(bureau)
    assert ratio_of(bureau.agency.pk, pack, bureau.today).short == 0
    assert Reviewer.objects.count() == 1


def reminders(bureau: Bureau) -> dict[str, str]:
    rows = Duty.objects.filter(agency_id=bureau.agency.pk, kind="adviser_renewal").order_by("opened_at", "id")
    return {str(one.due_on): one.state for one in rows}


def test_s15_a_contract_reminds_of_its_renewal_until_it_is_renewed_or_declined(bureau: Bureau) -> None:
    """Renewed every year in September (JH): what runs out is due, and a new contract or a reason settles it."""
    first = contract(bureau)
    assert reminders(bureau) == {"2027-09-19": "open"}
    contract(bureau, from_on=date(2027, 9, 20), to_on=date(2028, 9, 19))
    assert reminders(bureau) == {"2027-09-19": "fulfilled", "2028-09-19": "open"}
    last = AdviserContract.objects.get(to_on=date(2028, 9, 19))

    def decline(row: AdviserContract, reason: str = "业务调整", by: str = "head") -> object:
        return actions.decline_renewal(row.pk, reason=reason, actor=bureau[by], at=bureau.later())

    assert refused(lambda: decline(last, by="handler")) == "role.missing"
    assert refused(lambda: decline(last, reason=" "))
    assert refused(lambda: decline(first)) == "contract.settled"
    decline(last)
    assert refused(lambda: decline(last)) == "contract.settled"
    assert reminders(bureau)["2028-09-19"] == "fulfilled"
