"""The rules that cases run on: facts, decision tables, procedures and the duties that events open. See `sections`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from heliograph.kernel.packs.rule import Id, Label, Rule

FactName = Annotated[str, StringConstraints(pattern=r"^[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9]{0,39}$")]
ElementFile = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,79}\.(bpmn|dmn)$")]
EventId = Annotated[str, StringConstraints(pattern=r"^(case\.[a-z_]{3,60}|step\.[a-z][a-z0-9_]{0,59})$")]


class Fact(Rule):
    """One fact of a case: the Chinese name is what conditions and tables are written with, and what a lawyer reads.

    ask: `data` comes with an act's own form, `handler` is asked of whoever does the step, `rule` is set by a table.
    initial: what a case begins with, where that is not "not yet known".
    """

    name: FactName
    type: Literal["boolean", "integer", "number", "text", "date", "choice", "choices"]
    choices: list[Label] = []
    unit: str = ""
    minimum: int | None = None
    ask: Literal["data", "handler", "rule"] = "data"
    question: str = ""
    initial: bool | int | None = None

    @model_validator(mode="after")
    def is_askable(self) -> Self:
        """Choices where the type needs them and nowhere else; a question where the handler is asked."""
        if (self.type in {"choice", "choices"}) != bool(self.choices):
            raise ValueError("type 为 choice 或 choices 的事实须写 choices，其他不写")
        if len(self.choices) != len(set(self.choices)):
            raise ValueError("choices 有重复")
        if self.ask == "handler" and not self.question:
            raise ValueError("ask 为 handler 的事实须写 question")
        if self.minimum is not None and self.type not in {"integer", "number"}:
            raise ValueError("只有数字才有 minimum")
        if self.initial is not None and not self._may_begin():
            raise ValueError("initial 与 type 不符：是否写 true 或 false，数字写整数，其他类型不写")
        return self

    def _may_begin(self) -> bool:
        number = self.type in {"integer", "number"} and not isinstance(self.initial, bool)
        return number or (self.type == "boolean" and isinstance(self.initial, bool))


class DrawnRule(Rule):
    """A rule drawn in a file beside the pack file; the loader reads `file` into `source`.

    A rule that replaces a parent's may leave `file` out: the parent's drawing stays.
    """

    name: Label
    file: ElementFile | Literal[""] = ""
    source: str = ""


class DecisionTable(DrawnRule):
    """A decision table (DMN)."""


class Procedure(DrawnRule):
    """A procedure (BPMN) that cases of some categories run on, or that another procedure calls."""

    categories: list[Id] = []
    kind: Literal["ordinary", "summary", "called"] = "ordinary"
    calls: list[Id] = []

    @model_validator(mode="after")
    def is_for_somebody(self) -> Self:
        """A called procedure serves other procedures; any other one serves categories."""
        if (self.kind == "called") == bool(self.categories):
            raise ValueError("kind 为 called 的程序不写 categories，其他程序须写")
        return self


class DutyRule(Rule):
    """Which event of a case opens a duty with a time limit, and which events end, lengthen or stop it.

    when: a condition on the facts of the case at the opening event; empty means always. extended_by: adds the limit's
    own `extension` once.
    """

    limit: Id
    opened_by: EventId
    when: Annotated[str, StringConstraints(max_length=500)] = ""
    fulfilled_by: list[EventId] = Field(min_length=1)
    cancelled_by: list[EventId] = []
    extended_by: list[EventId] = []
    suspended_by: list[EventId] = []
    resumed_by: list[EventId] = []
    categories: list[Id] = []  # empty: all
    procedures: list[Id] = []  # empty: all

    @property
    def events(self) -> list[tuple[str, str]]:
        """Every event named, with the key that names it."""
        keys = ("fulfilled_by", "cancelled_by", "extended_by", "suspended_by", "resumed_by")
        return [("opened_by", self.opened_by), *((key, event) for key in keys for event in getattr(self, key))]


class ClosingOutcome(Rule):
    """One way in which a case may be closed (结案方式), and for which cases it fits.

    when: a condition on the facts of the case at its closing; empty means always. A fact that is not known is not met.
    """

    name: Label
    when: Annotated[str, StringConstraints(max_length=500)] = ""
    categories: list[Id] = []  # empty: all


# What the case file tells of itself; each event is emitted when the act of that name has been recorded. A duty rule may
# also name the completion of any user task, as `step.<task id>`.
CASE_EVENTS = frozenset({
    "case.received", "case.filing_proposed", "case.filed", "case.filing_refused", "case.investigated",
    "case.investigation_concluded", "case.evidence_preserved", "case.preservation_decided", "case.discussed",
    "case.handling_approved", "case.notified", "case.statement_ended", "case.hearing_requested",
    "case.hearing_notified", "case.hearing_held", "case.defence_reviewed", "case.decided", "case.no_penalty_decided",
    "case.served", "case.published", "case.publication_withdrawn", "case.annulled", "case.paid",
    "case.fine_collected", "case.fine_handed_in", "case.fine_banked", "case.correction_ordered",
    "case.violation_corrected", "case.deferred",
    "case.deferral_refused", "case.instalment_due", "case.instalment_paid", "case.statement_received", "case.urged",
    "case.court_applied", "case.court_awaited", "case.court_refused", "case.court_concluded",
    "case.closed", "case.archived", "case.terminated",
    "case.transferred", "case.police_filed", "case.police_returned", "case.items_handed_over", "case.accepted",
    "case.not_accepted", "case.correction_requested", "case.corrected", "case.examined", "case.inspection_approved",
    "case.inspection_notified", "case.inspected", "case.result_recorded", "case.fed_back",
    "case.rectification_checked", "case.coercion_approved", "case.coercion_urgent", "case.coercion_carried_out",
    "case.coercion_extended", "case.coercion_released", "case.items_handled", "case.reviewed",
    "case.demand_answered", "case.performed", "case.substituted", "case.substituted_absent", "case.told_afterwards",
    "case.review_submitted", "case.review_checked", "case.review_supplemented", "case.review_supplement_asked",
    "case.review_supplement_received", "case.review_extended", "case.review_answered", "case.review_coordinated",
    "case.review_called_in",
    "case.extension_granted", "case.extension_refused", "case.application_withdrawn", "case.refusal_served",
    "case.compensated", "case.reconsideration_received", "case.reconsideration_replied", "case.litigation_received",
    "case.litigation_replied", "case.testing_began", "case.testing_ended", "case.expert_review_began",
    "case.expert_review_ended", "case.public_notice_began", "case.public_notice_ended",
})  # fmt: skip

# Who may stand in a lane; the roles of the field, without the administrators who do no case work.
ROLES = frozenset({
    "handler", "co_handler", "unit_head", "legality_reviewer", "leader_in_charge", "head", "archivist", "window_clerk",
    "release_approver",
})  # fmt: skip

# What a step may ask the case file to do beyond taking note of answers: `zf:act` of a user task.
ACTS = frozenset({
    "propose_filing", "decide_filing", "investigate", "conclude_investigation", "discuss_collectively",
    "approve_handling", "give_prior_notice", "end_statement", "request_hearing", "notify_hearing", "hold_hearing",
    "review_defence", "decide", "decide_no_penalty", "serve", "record_publication", "record_payment", "grant_deferral",
    "urge", "apply_to_court", "record_court_result", "close_case", "archive_case", "transfer_case",
    "accept_application", "request_correction", "examine", "approve_inspection", "give_inspection_notice",
    "inspect_on_site", "record_result", "feed_back", "check_rectification", "approve_coercion", "carry_out_coercion",
    "extend_coercion",
    "release_coercion", "review_opinion", "report_transfer", "approve_transfer", "hand_in_corrections",
    "refuse_application", "apply_inspection", "refer_to_case", "apply_coercion", "hand_over_items",
    "substitute_performance", "submit_review", "check_submission", "supplement_review", "respond_to_opinion",
    "coordinate_review", "decide_extension", "register_compensation", "tell_extension", "record_police_answer",
    "hand_over_transfer_items", "answer_police_refusal", "answer_demand", "tell_afterwards",
})  # fmt: skip
