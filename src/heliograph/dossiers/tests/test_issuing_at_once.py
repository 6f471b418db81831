"""Sixteen people issue documents of one kind at once: every number once, none left out, nobody turned away (R2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import connection

from heliograph.documents.models import Document
from heliograph.dossiers.actions import cite
from heliograph.dossiers.actions.making import WHOLE_CASE, draft_document, issue_document
from heliograph.dossiers.models import IssuedNumber, NumberSeries, Paper
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.procedures.tests.test_races import at_once

CLIENTS = 16
KIND = "责令改正通知书"
ASKED: dict[str, Any] = {
    "facts": "迟报", "demand": "立即报送", "court": "晴川县人民法院", "reconsideration_body": "晴川县人民政府",
}  # fmt: skip


@pytest.fixture
def bureau(transactional_db: None) -> Iterator[Bureau]:
    yield found_bureau("jinghai-tjj", "penalty_ordinary")
    connection.close()


def drafted(bureau: Bureau, number: int, **changes: Any) -> Document:
    case = opened(bureau, title=f"迟报资料案之{number}")
    cite(case.pk, use="violated", key="行政处罚法@2021:54", actor=bureau["handler"], at=bureau.later())
    return draft_document(case.pk, WHOLE_CASE, kind=KIND, asked={**ASKED, **changes}, actor=bureau["handler"],
                          at=bureau.later())  # fmt: skip


def test_sixteen_clients_issue_documents_of_one_kind(bureau: Bureau) -> None:
    drafts = [drafted(bureau, number) for number in range(CLIENTS)]
    spoilt = [drafted(bureau, CLIENTS + number, facts="迟报\U0001f600") for number in range(2)]
    at = bureau.later()
    acts: list[Callable[[], object]] = [
        partial(issue_document, one.subject_id, one.pk, actor=bureau["handler"], at=at) for one in (*drafts, *spoilt)
    ]
    found = at_once(acts)
    assert found == ["done"] * CLIENTS + ["document.not_drawn"] * len(spoilt)
    values = list(IssuedNumber.objects.filter(series__kind=KIND).order_by("value").values_list("value", flat=True))
    assert values == list(range(1, CLIENTS + 1)), "no number twice, none left out"
    assert NumberSeries.objects.get(kind=KIND).last == CLIENTS
    issued = Document.objects.filter(kind=KIND, state="issued")
    assert len({one.number for one in issued}) == CLIENTS
    assert {one.number for one in issued} == {one.number for one in Paper.objects.filter(kind=KIND)}
