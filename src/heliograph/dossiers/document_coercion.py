"""What documents of coercion take from a case: the performance in the party's place, and what is still to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from heliograph.documents.composing import Json
from heliograph.documents.wording import chinese_day
from heliograph.dossiers.models import Case, Decision, Substitution
from heliograph.dossiers.rules.coercing import SUBSTITUTE, SUBSTITUTE_AT_ONCE, SUBSTITUTE_COURSE
from heliograph.dossiers.surcharges import owed_lines
from heliograph.dossiers.typed import Typed
from heliograph.kernel.packs.schema import Pack

COERCION = "coercion"


def substituted(case: Case, typed: Typed, cite: Callable[[Sequence[str]], list[str]]) -> dict[str, Json]:
    """Return how it is performed in the party's place: as decided, or with the articles to begin with before that.

    typed: its articles are those of the form that is being filled in; cite: puts articles into words.
    """
    if case.category != COERCION:
        return {}
    plan = Substitution.objects.filter(case=case).select_related("decision").first()
    own = (SUBSTITUTE, SUBSTITUTE_COURSE) if case.executes_id else (SUBSTITUTE_AT_ONCE,)
    basis: dict[str, Json] = {"substitute.basis": [*cite(typed.basis or (plan.decision.basis if plan else own))]}
    if plan is None:
        return basis
    return basis | {
        "substitute.performer": plan.performer,
        "substitute.method": plan.method,
        "substitute.object": plan.object,
        "substitute.planned_on": plan.planned_on.isoformat(),
        "substitute.budget": str(plan.budget),
        "substitute.cost": str(plan.cost) if plan.cost is not None else "",
        "substitute.reason": plan.decision.reasons,
    }


def owed_by(case: Case, decision: Decision | None, items: list[str], pack: Pack, on: date) -> list[Json]:
    """Return in words what of a decision is still to be done; of one that another case executes, its order too."""
    if decision is None:
        return []
    lines: list[Json] = [*owed_lines(decision, items, pack, on)]
    if case.executes_id == decision.pk and decision.correction and decision.corrected_on is None:
        until = f"（改正期限至{chinese_day(decision.correct_by)}）" if decision.correct_by else ""
        lines.append(f"责令改正：{decision.correction.rstrip('。')}{until}")
    return lines
