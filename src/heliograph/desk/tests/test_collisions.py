"""Two acts on the same things in opposite order: one is done, the other is asked to be repeated, and nothing breaks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from heliograph.desk.scope import Scope, page
from heliograph.ledger.actions.records import append
from heliograph.ledger.models import Record
from heliograph.registers.models import Account, Unit
from tests.cast import NOON, Office

ONE, OTHER = Unit(pk=UUID(int=1)), Unit(pk=UUID(int=2))  # keys whose locks are not by chance the same


@pytest.mark.django_db(transaction=True)
def test_deadlock_is_answered_by_a_refusal_and_the_repetition_succeeds(office: Office) -> None:
    both_hold_one = threading.Barrier(2)

    @page("manage_accounts", "POST")
    def act(scope: Scope, first: Unit, second: Unit, meet: bool) -> HttpResponse:
        with transaction.atomic():
            for subject in (first, second):
                append("test.acted", subject=subject, agency_id=scope.id, actor_id=scope.account.pk, at=NOON)
                if meet and subject is first:
                    both_hold_one.wait(10)
        return HttpResponse("done")

    def send(account: Account, first: Unit, second: Unit, *, meet: bool = True) -> tuple[int, str]:
        request = RequestFactory().post("/")
        request.user, request.session = account, {}  # type: ignore[assignment]
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        try:
            answer = act(request, office.agency.code, first=first, second=second, meet=meet)
        finally:
            connection.close()
        assert isinstance(answer, HttpResponse)
        return answer.status_code, answer.content.decode()

    account = office.security_admin
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(send, account, ONE, OTHER), pool.submit(send, account, OTHER, ONE)]
        answers = sorted(future.result(timeout=30) for future in sent)
    assert [status for status, _ in answers] == [200, 409]
    assert "请再提交一次" in answers[1][1]
    assert Record.objects.filter(kind="test.acted").count() == 2  # of the one that was done, and no half act
    assert send(account, OTHER, ONE, meet=False)[0] == 200
    assert Record.objects.filter(kind="test.acted").count() == 4


def test_other_faults_of_the_database_are_not_hidden(office: Office) -> None:
    @page("manage_accounts", "POST")
    def act(_scope: Scope) -> HttpResponse:
        raise OperationalError("the connection is lost")

    request = RequestFactory().post("/")
    request.user = office.security_admin
    with pytest.raises(OperationalError):
        act(request, office.agency.code)
