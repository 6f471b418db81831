"""Which function does an act of a flowchart, by the category of the case: what the desk and the walks call.

An act that means the same everywhere has one row, under "". The summary procedure has rows of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from heliograph.dossiers.actions import (
    accepting,
    closing,
    coercion,
    concluding,
    courts,
    deciding,
    discussing,
    executing,
    executions,
    filing,
    hearing,
    inspections,
    investigating,
    levies,
    permit_hearings,
    permits,
    seizures,
    serving,
    substitutes,
    summary,
    transferring,
)
from heliograph.dossiers.actions.steps import GENERIC

SUMMARY: Final = "summary"
EVERY: Final = ""

ACTS_OF_STEPS: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    GENERIC: {EVERY: filing.complete_step},
    "propose_filing": {EVERY: filing.propose_filing},
    "decide_filing": {EVERY: filing.decide_filing},
    "investigate": {EVERY: investigating.investigate, SUMMARY: summary.identify_on_the_spot},
    "conclude_investigation": {EVERY: concluding.conclude_investigation},
    "discuss_collectively": {EVERY: discussing.discuss_collectively},
    "approve_handling": {EVERY: deciding.approve_handling},
    "give_prior_notice": {
        EVERY: permit_hearings.tell_hearing_right,
        "penalty": hearing.give_prior_notice,
        SUMMARY: summary.notify_on_the_spot,
        "levy": levies.tell_levy,
        "levy_requisition": levies.tell_levy,
        "coercion": coercion.inform_on_the_spot,
    },
    "end_statement": {EVERY: hearing.end_statement, "permit": permit_hearings.answer_hearing_right},
    "request_hearing": {EVERY: hearing.request_hearing},
    "notify_hearing": {EVERY: permit_hearings.notify_permit_hearing, "penalty": hearing.notify_hearing},
    "hold_hearing": {EVERY: hearing.hold_hearing},
    "review_defence": {EVERY: hearing.review_defence},
    "decide": {
        EVERY: permits.decide_application,
        "penalty": deciding.decide,
        SUMMARY: summary.decide_on_the_spot,
        "levy": levies.decide_levy,
        "levy_requisition": levies.decide_levy,
        "coercion": substitutes.decide_substitute,
    },
    "decide_no_penalty": {EVERY: deciding.decide_no_penalty},
    "serve": {EVERY: serving.serve, SUMMARY: summary.hand_over_on_the_spot},
    "record_publication": {
        EVERY: serving.record_publication,
        "inspection": inspections.publish_result,
        "coercion": executions.publish_coercion,
    },
    "record_payment": {EVERY: executing.record_payment},
    "grant_deferral": {EVERY: executing.grant_deferral},
    "urge": {EVERY: executions.demand_performance, "penalty": executing.urge},
    "apply_to_court": {EVERY: courts.apply_to_court},
    "record_court_result": {EVERY: courts.record_court_result},
    "close_case": {EVERY: closing.close_case},
    "archive_case": {EVERY: closing.archive_case},
    "report_transfer": {EVERY: transferring.report_transfer},
    "approve_transfer": {EVERY: transferring.approve_transfer},
    "transfer_case": {EVERY: transferring.transfer_case},
    "record_police_answer": {EVERY: transferring.record_police_answer},
    "answer_police_refusal": {EVERY: transferring.answer_police_refusal},
    "hand_over_transfer_items": {EVERY: transferring.hand_over_transfer_items},
    "accept_application": {EVERY: accepting.accept_application},
    "refuse_application": {EVERY: accepting.refuse_application},
    "request_correction": {EVERY: accepting.request_correction},
    "hand_in_corrections": {EVERY: accepting.hand_in_corrections},
    "decide_extension": {EVERY: permits.decide_extension},
    "register_compensation": {EVERY: levies.register_compensation},
    "examine": {EVERY: permits.examine},
    "apply_inspection": {EVERY: inspections.apply_inspection},
    "approve_inspection": {EVERY: inspections.approve_inspection},
    "give_inspection_notice": {EVERY: inspections.give_inspection_notice},
    "inspect_on_site": {EVERY: inspections.inspect_on_site},
    "record_result": {EVERY: inspections.record_result},
    "feed_back": {EVERY: inspections.feed_back},
    "check_rectification": {EVERY: inspections.check_rectification},
    "refer_to_case": {EVERY: inspections.refer_to_case},
    "apply_coercion": {EVERY: coercion.apply_coercion},
    "approve_coercion": {EVERY: coercion.approve_coercion},
    "carry_out_coercion": {EVERY: coercion.carry_out_coercion},
    "tell_extension": {EVERY: seizures.tell_extension},
    "extend_coercion": {EVERY: seizures.extend_coercion},
    "release_coercion": {EVERY: seizures.release_coercion},
    "hand_over_items": {EVERY: seizures.hand_over_items},
    "substitute_performance": {EVERY: substitutes.substitute_performance},
    "answer_demand": {EVERY: substitutes.answer_demand},
    "tell_afterwards": {EVERY: substitutes.tell_afterwards},
}


def register_act(act: str, function: Callable[..., Any], category: str = EVERY) -> None:
    """Let an app of a higher floor do an act of the flowcharts, of one category or of all."""
    ACTS_OF_STEPS.setdefault(act, {})[category] = function


def act_of(act: str, category: str, *, summary: bool = False) -> Callable[..., Any]:
    """Return the function that does an act in a case of a category. KeyError for an act that nobody does yet."""
    rows = ACTS_OF_STEPS[act or GENERIC]
    wanted = SUMMARY if summary and SUMMARY in rows else category
    return rows.get(wanted) or rows[EVERY]
