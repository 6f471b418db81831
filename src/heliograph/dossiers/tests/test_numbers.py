"""Numbers under sixteen hands at once: none twice, none left out; a number of an act that fails is not lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from heliograph.dossiers.actions.numbering import take_number, void_number
from heliograph.dossiers.models import IssuedNumber, NumberSeries
from heliograph.dossiers.tests.doing import refused
from heliograph.registers.models import Account, Agency
from tests.cast import NOON

CLIENTS = 16
EACH = 6


def take(agency: Agency, actor: Account, kind: str = "行政处罚决定书") -> str:
    number, _rows = take_number(agency.pk, kind=kind, prefix="晴测罚", case=None, actor=actor, at=NOON)
    return number.text


@pytest.fixture
def busy(transactional_db: None, agency: Agency, handler: Account) -> Iterator[tuple[Agency, Account]]:
    yield agency, handler
    connection.close()


def test_sixteen_clients_get_every_number_once(busy: tuple[Agency, Account]) -> None:
    agency, actor = busy
    barrier = Barrier(CLIENTS)

    def work(client: int) -> list[str]:
        barrier.wait(timeout=60)
        got = []
        try:
            for turn in range(EACH):
                with transaction.atomic():
                    text = take(agency, actor)
                    if (client + turn) % 5 == 0:
                        transaction.set_rollback(True)  # the act that took the number fails after all
                    else:
                        got.append(text)
        finally:
            connection.close()
        return got

    with ThreadPoolExecutor(CLIENTS) as pool:
        taken = [text for texts in pool.map(work, range(CLIENTS)) for text in texts]
    kept = list(IssuedNumber.objects.filter(agency=agency).order_by("value").values_list("value", flat=True))
    assert len(taken) == len(set(taken)) == len(kept)
    assert kept == list(range(1, len(kept) + 1)), "no gap"
    assert NumberSeries.objects.get(agency=agency).last == len(kept)


@pytest.mark.django_db
@pytest.mark.by_hand
def test_each_kind_of_document_counts_for_itself(agency: Agency, handler: Account) -> None:
    assert [take(agency, handler), take(agency, handler, "归档号"), take(agency, handler)] == [
        "晴测罚〔2026〕1号",
        "晴测罚〔2026〕1号",
        "晴测罚〔2026〕2号",
    ]


@pytest.mark.django_db
@pytest.mark.by_hand
def test_a_void_number_keeps_its_place(agency: Agency, handler: Account, leader_in_charge: Account) -> None:
    take(agency, handler)
    number = IssuedNumber.objects.get(agency=agency)
    assert refused(lambda: void_number(number.pk, reason="打印作废", actor=handler, at=NOON)) == "role.missing"
    assert refused(lambda: void_number(number.pk, reason=" ", actor=leader_in_charge, at=NOON)) == "number.no_reason"
    void_number(number.pk, reason="打印作废", actor=leader_in_charge, at=NOON)
    assert refused(lambda: void_number(number.pk, reason="又", actor=leader_in_charge, at=NOON)) == "number.voided"
    assert take(agency, handler).endswith("2号")
