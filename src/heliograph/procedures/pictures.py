"""The drawing of a case: its own release, with what is done, what is open and, at the end, what was not needed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from heliograph.kernel.bpmn import draw
from heliograph.procedures.models import Run
from heliograph.procedures.queries import standing, steps_of


def picture(run_id: UUID, call: str = "") -> str:
    """Return the drawing of a run's release as SVG, or that of the process which one of its calls leads into.

    `call` is the place of the call, such as `c_review`. KeyError when there is no such call.
    """
    found = standing(run_id)
    nodes, files = found.compiled.definition.nodes, found.compiled.bundle.files
    drawn = files[nodes[call].called if call else found.compiled.bundle.root]
    passed = {
        place for step in steps_of(found.run.agency_id, run_id) for pair in step.passed for place in pair if place
    }
    now = _within(found.marking, call)
    done = _within(passed, call) - now
    every = _within(nodes, call) if found.run.state == Run.State.ENDED else set()
    return draw(drawn.encode(), done=done, now=now, skipped=every - done - now)


def _within(places: Iterable[str], call: str) -> set[str]:
    """Return the elements of one drawing that places lie in: for what is inside a call, the call."""
    scope = f"{call}/" if call else ""
    return {place.removeprefix(scope).partition("/")[0] for place in places if place.startswith(scope)}
