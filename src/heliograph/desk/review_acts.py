"""Acts of legality review on a case as a whole: called in, supplemented while it runs, its period lengthened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heliograph.desk.case_acts import HANDLING, CaseAct, Fields, Options
from heliograph.desk.scope import Scope
from heliograph.desk.steps.fields import area
from heliograph.dossiers.models import Case
from heliograph.legality_review import actions
from heliograph.legality_review.models import Review, ReviewCall, SupplementRequest
from heliograph.legality_review.queries import grounds_of, last_review
from heliograph.procedures.queries import standing


def _reason(label: str) -> Fields:
    return {"reason": area(label, limit=1000, rows=3)}


def _call_in(scope: Scope, case: Case, sent: dict[str, Any]) -> object:
    return actions.call_in(case.pk, **sent, actor=scope.account, at=scope.at)


def _to_call_in(_scope: Scope, case: Case) -> Options:
    """Offer it once, before the decision, where the catalogue does not ask for a review already."""
    if case.decided_on is not None or ReviewCall.objects.filter(case=case).exists():
        return []
    return [] if grounds_of(case, standing(case.pk)) else [(str(case.pk), str(case))]


def _ask(scope: Scope, case: Case, sent: dict[str, Any]) -> object:
    return actions.ask_supplement(case.pk, text=sent["text"], actor=scope.account, at=scope.at)


def _reviewing(_scope: Scope, case: Case) -> Options:
    review = last_review(case)
    running = review is not None and review.state == Review.State.REVIEWING
    return [(str(case.pk), str(review))] if running else []


def _answer(scope: Scope, case: Case, sent: dict[str, Any]) -> object:
    return actions.answer_supplement(case.pk, note=sent["note"], actor=scope.account, at=scope.at)


def _waiting(_scope: Scope, case: Case) -> Options:
    found = SupplementRequest.objects.filter(review__case=case, answered_at__isnull=True)
    return [(str(one.pk), one.text) for one in found]


def _answer_fields(scope: Scope, case: Case) -> Fields:
    asked = "；".join(text for _key, text in _waiting(scope, case))
    return {"note": area("补充情况", limit=2000, rows=4, hint=f"要求补充：{asked}。文件请先作为证据或者文书登记")}


def _extend(scope: Scope, case: Case, sent: dict[str, Any]) -> object:
    return actions.extend_review(case.pk, **sent, actor=scope.account, at=scope.at)


REVIEW_ACTS: Mapping[str, CaseAct] = {
    "review-call": CaseAct("调取审核", "call_in", lambda _scope, _case: _reason("调取审核的理由"), _call_in, HANDLING,
                           "承办机构认为不属于审核情形、您认为应当审核的，在决定作出前调取；已过审核环节的退回调查终结环节",
                           rows=_to_call_in),
    "review-ask": CaseAct("要求补充送审材料", "ask_supplement",
                          lambda _scope, _case: {"text": area("须补充的材料", limit=2000, rows=4)}, _ask, HANDLING,
                          "审核期限自今日起中止，收到补充材料之日恢复", rows=_reviewing),
    "review-answer": CaseAct("提交审核补充材料", "answer_supplement", _answer_fields, _answer, HANDLING, rows=_waiting),
    "review-extend": CaseAct("延长审核期限", "extend_review", lambda _scope, _case: _reason("延长的理由"), _extend,
                             HANDLING, rows=_reviewing),
}  # fmt: skip
