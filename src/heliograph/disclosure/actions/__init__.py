"""The acts of disclosure: releases of registers and their adjustments, publications of decisions."""

from heliograph.disclosure.actions.registers import (
    Decision,
    current_stage,
    decide_stage,
    release_in_bulk,
    state_of,
    submit_for_release,
    submit_in_bulk,
    withdraw_publication,
)
from heliograph.disclosure.adjustments import (
    adjust_for_function_change,
    adjust_for_law_change,
    confirm_adjustment,
    return_adjustment,
)

__all__ = [
    "Decision",
    "adjust_for_function_change",
    "adjust_for_law_change",
    "confirm_adjustment",
    "current_stage",
    "decide_stage",
    "release_in_bulk",
    "return_adjustment",
    "state_of",
    "submit_for_release",
    "submit_in_bulk",
    "withdraw_publication",
]
