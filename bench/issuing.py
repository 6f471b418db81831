"""Documents of one kind issued by many at once through the act itself: number, PDF, record and all."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from heliograph.desk import clock
from heliograph.documents.models import Document
from heliograph.dossiers.actions import cite
from heliograph.dossiers.actions.making import WHOLE_CASE, draft_document, issue_document
from heliograph.dossiers.models import IssuedNumber
from heliograph.dossiers.tests.bureau import Bureau, opened
from heliograph.kernel.verdict import ActRefusedError

ISSUERS, EACH = 16, 4
KIND = "责令改正通知书"
ASKED = {"facts": "迟报", "demand": "立即报送", "court": "晴川县人民法院", "reconsideration_body": "晴川县人民政府"}


def issue_at_once(bureau: Bureau) -> dict[str, float | str]:
    """Return documents issued in a second, with how many numbers were given twice or left out and acts that failed."""
    drafts = [_drafted(bureau, number) for number in range(ISSUERS * EACH)]
    at = clock.now()

    def issue(first: int) -> int:
        failed = 0
        for draft in drafts[first::ISSUERS]:
            try:
                issue_document(draft.subject_id, draft.pk, actor=bureau["handler"], at=at)
            except ActRefusedError:
                failed += 1
        connection.close()
        return failed

    begin = time.perf_counter()
    with ThreadPoolExecutor(ISSUERS) as pool:
        failed = sum(pool.map(issue, range(ISSUERS)))
    seconds = time.perf_counter() - begin
    given = sorted(IssuedNumber.objects.filter(series__kind=KIND).values_list("value", flat=True))
    twice, missing = len(given) - len(set(given)), len(set(range(1, len(drafts) + 1)) - set(given))
    figure = f"{len(given) / seconds:.1f}/s, {twice} given twice, {missing} left out, {failed} errors"
    return {f"documents of one kind issued by {ISSUERS} clients at once": figure}


def _drafted(bureau: Bureau, number: int) -> Document:
    case = opened(bureau, title=f"迟报资料案之{number}")
    cite(case.pk, use="violated", key="行政处罚法@2021:54", actor=bureau["handler"], at=bureau.later())
    return draft_document(case.pk, WHOLE_CASE, kind=KIND, asked=dict(ASKED), actor=bureau["handler"], at=bureau.later())
