"""Whether a form still shows the case as it is: asked by the act itself, once it holds the case."""

from __future__ import annotations

from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.rules.opening import may_go_by
from heliograph.kernel.verdict import require
from heliograph.procedures.models import Run


def require_fresh(case: Case, seen: int | None, now: int) -> None:
    """Refuse an act whose form was opened before somebody else moved the case; seen None: it came from no form.

    The caller holds the lock on the case and read `now` after it: nobody can move the case between this and the act.
    """
    if seen is None or seen == now:
        return
    last = CaseEvent.objects.filter(case=case).select_related("made_by").order_by("-made_at", "-pk").first()
    by = last.made_by.display_name if last and last.made_by else ""
    require(may_go_by(seen, now, by=by, step=last.step if last else ""))


def require_fresh_case(case: Case, seen: int | None) -> None:
    """The same for an act on a case as a whole, which has not read where the case stands. One query where asked."""
    if seen is not None:
        require_fresh(case, seen, Run.objects.values_list("rev", flat=True).get(pk=case.pk))
