"""Reconsideration and lawsuits followed to their end; a decision that does not stand leaves the public eye."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Decision, Remedy
from heliograph.dossiers.queries import owed_on
from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.dossiers.tests.doing import do, due, refused
from heliograph.dossiers.tests.walks import answered, concluded, decided, investigated, noticed, served_on_party

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def decision_of(bureau: Bureau, *, served: bool = True) -> Decision:
    case = investigated(bureau)
    concluded(bureau, case)
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    if served:
        served_on_party(bureau, case)
    return Decision.objects.get(case=case)


def receive(bureau: Bureau, decision: Decision, kind: str = "reconsideration", **changes: Any) -> Remedy:
    given: dict[str, Any] = {
        "body": "晴川县人民政府",
        "number": "复〔2026〕1号",
        "received_on": bureau.today,
        **changes,
    }
    by = given.pop("by", bureau["handler"])
    return actions.receive_remedy(decision.pk, kind=kind, **given, actor=by, at=bureau.later())


def test_a_remedy_is_received_answered_and_ended_once_each(bureau: Bureau) -> None:
    decision = decision_of(bureau)
    assert refused(lambda: receive(bureau, decision, by=bureau["archivist"])) == "role.missing"
    assert refused(lambda: receive(bureau, decision, "appeal")) == "remedy.kind"
    one = receive(bureau, decision)
    assert refused(lambda: receive(bureau, decision)) == "remedy.pending"
    assert due(decision.case)["reconsideration_reply"] == "open"
    by: dict[str, Any] = {"actor": bureau["handler"]}
    actions.reply_remedy(one.pk, replied_on=bureau.today, **by, at=bureau.later())
    assert due(decision.case)["reconsideration_reply"] == "fulfilled"
    assert refused(lambda: actions.reply_remedy(one.pk, replied_on=bureau.today, **by, at=bureau.later())) == (
        "remedy.replied"
    )
    end: dict[str, Any] = {"outcome": "维持", "outcome_on": bureau.today}
    actions.end_remedy(one.pk, **end, **by, at=bureau.later())
    assert refused(lambda: actions.end_remedy(one.pk, **end, **by, at=bureau.later())) == "remedy.ended"
    receive(bureau, decision, "litigation")
    assert due(decision.case)["litigation_reply"] == "open"


def test_there_is_no_remedy_against_what_was_not_served(bureau: Bureau) -> None:
    assert refused(lambda: receive(bureau, decision_of(bureau, served=False))) == "remedy.not_served"


def test_the_surcharge_stops_while_a_remedy_is_pending(bureau: Bureau) -> None:
    decision = decision_of(bureau)
    bureau.later(days=20)
    one = receive(bureau, decision)
    bureau.later(days=30)
    actions.end_remedy(one.pk, outcome="维持", outcome_on=bureau.today, actor=bureau["handler"], at=bureau.later())
    pay: dict[str, Any] = {"state": "已履行", "paid_on": bureau.today, "bank": "农商银行", "receipt": "P-9"}
    too_much = Decimal(800)
    case = decision.case
    assert (
        refused(lambda: do(bureau, case, "record_payment", amount=Decimal(800) + too_much, surcharge=too_much, **pay))
        == "surcharge.days"
    )


def annul(bureau: Bureau, decision: Decision, **changes: Any) -> Decision:
    given: dict[str, Any] = {"how": "revoked", "reason": "复议撤销", "annulled_on": bureau.today, **changes}
    by = given.pop("by", bureau["legality_reviewer"])
    return actions.annul_decision(decision.pk, **given, actor=by, at=bureau.later())


def test_a_published_decision_that_is_revoked_is_taken_down_in_days(bureau: Bureau) -> None:
    decision = decision_of(bureau)
    case = decision.case
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    assert refused(lambda: annul(bureau, decision, by=bureau["archivist"])) == "role.missing"
    assert refused(lambda: annul(bureau, decision, how="lost")) == "annulment.how"
    assert refused(lambda: annul(bureau, decision, how="changed")) == "annulment.amount"
    assert refused(lambda: annul(bureau, decision, how="changed", fine_after=Decimal(900))) == "annulment.heavier"
    annul(bureau, decision)
    assert (due(case)["withdraw_publication"], due(case)["pay_fine"]) == ("open", "cancelled")
    decision.refresh_from_db()
    assert owed_on(decision) == 0
    assert refused(lambda: annul(bureau, decision)) == "annulment.twice"

    def withdraw() -> object:
        return actions.record_withdrawal(decision.pk, withdrawn_on=bureau.today, where="机关网站、信用平台",
                                         actor=bureau["handler"], at=bureau.later())  # fmt: skip

    withdraw()
    assert due(case)["withdraw_publication"] == "fulfilled"
    assert refused(withdraw) == "withdrawal.twice"


def test_what_was_never_public_needs_no_withdrawal(bureau: Bureau) -> None:
    decision = decision_of(bureau)
    annul(bureau, decision, how="changed", fine_after=Decimal(300))
    assert due(decision.case)["withdraw_publication"] == "fulfilled"
    decision.refresh_from_db()
    assert owed_on(decision) == Decimal(300)
    early: dict[str, Any] = {"withdrawn_on": bureau.today - timedelta(days=1), "where": "网站"}
    assert (
        refused(lambda: actions.record_withdrawal(decision.pk, **early, actor=bureau["handler"], at=bureau.later()))
        == "withdrawal.none"
    )
