"""The random walk of a penalty case, with the steps of its review: no decision without a valid one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from heliograph.dossiers.models import Case, CaseEvent, Decision
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.dossiers.tests.doing import do
from heliograph.dossiers.tests.machine import PenaltyMachine
from heliograph.dossiers.tests.walks import answered, decided, noticed, took_evidence
from heliograph.legality_review import actions
from heliograph.legality_review.actions import AnswerContent, CoordinationContent, OpinionContent
from heliograph.legality_review.models import ReviewOpinion
from heliograph.legality_review.queries import grounds_of, last_opinion, proposed_of
from heliograph.legality_review.rules.sealing import changed, seals_of
from heliograph.legality_review.tests.reviewing import WHY, elements, reviewed, to_review
from heliograph.procedures.queries import standing


def wanting(here: Bureau) -> Case:
    """A case whose review found a problem."""
    return reviewed(here, to_review(here), "problems")


def passed(here: Bureau) -> Case:
    """A case that passed its review."""
    return reviewed(here, to_review(here))


def ready(here: Bureau) -> Case:
    """A case that could be decided."""
    return answered(here, noticed(here, passed(here)))


class ReviewMachine(PenaltyMachine):
    """Answers to the catalogue are drawn, opinions agree or not, and evidence comes in after them."""

    @classmethod
    def walks(cls) -> list[Callable[[Bureau], Case]]:
        """Return also cases that wait for their review, that were found wanting, that passed it, that could be decided.

        And one that was reviewed and decided.
        """
        return [*super().walks(), to_review, wanting, passed, ready, ready, lambda here: decided(here, ready(here))]

    def given(self, act: str, data: st.DataObject) -> dict[str, Any]:
        """Return what an act is told; of the review its own."""
        told = self.of_review(act, data)
        if told is not None:
            return told
        found = super().given(act, data)
        if act == "conclude_investigation":
            found["facts"] = {WHY: data.draw(st.booleans())}
        return found

    def of_review(self, act: str, data: st.DataObject) -> dict[str, Any] | None:
        """Return what a step of the review is told, None for any other step."""
        agreed = data.draw(st.sampled_from([True, True, False]))
        wrong = {} if agreed else {"evidence": "problem"}
        content = OpinionContent("agree" if agreed else "problems", "意见", elements(self.here, **wrong),
                                 [] if agreed else [("evidence", "不足")])  # fmt: skip
        answer = data.draw(st.sampled_from(["adopted", "not_adopted", ""]))
        result = data.draw(st.sampled_from(["again", "follow"]))
        told: dict[str, dict[str, Any]] = {
            "submit_review": {"materials": [], "note": "", "truth_stated": data.draw(st.sampled_from([True, False]))},
            "check_submission": {"lacking": {}},
            "supplement_review": {"materials": [], "note": "已补"},
            "review_opinion": {"content": content},
            "respond_to_opinion": {"answers": {1: AnswerContent(answer, "已研究")}},
            "coordinate_review": {
                "content": CoordinationContent("leader", self.here.today, "听取意见", result, "条款")
            },
        }
        return told.get(act)

    @rule()
    def evidence_comes_in_late(self) -> None:
        """Somebody registers evidence, whatever the stage: a valid opinion is none any more."""
        self.tried(lambda: took_evidence(self.here, self.case))

    @rule()
    def it_is_called_in(self) -> None:
        """The legal office calls the case in."""
        self.tried(
            lambda: actions.call_in(self.case.pk, reason="影响大", actor=self.here["legality_reviewer"],
                                    at=self.here.later())
        )  # fmt: skip

    @rule()
    def review_it(self) -> None:
        """A whole round at once, so that walks get past it."""
        if standing(self.case.pk).place_of("submit_review") is None:
            return
        agreed = OpinionContent("agree", "同意", elements(self.here))
        self.tried(lambda: do(self.here, self.case, "submit_review", materials=[], note="", truth_stated=True))
        if standing(self.case.pk).place_of("check_submission") is not None:
            self.tried(lambda: do(self.here, self.case, "check_submission", lacking={}))
            self.tried(lambda: do(self.here, self.case, "review_opinion", content=agreed))

    @rule(data=st.data())
    def somebody_tries_to_decide(self, data: st.DataObject) -> None:
        """The decision is tried wherever it is open, reviewed or not."""
        if standing(self.case.pk).place_of("decide") is not None:
            given = super().given("decide", data)
            self.tried(lambda: do(self.here, self.case, "decide", **given))

    def musts(self) -> list[Callable[[], None]]:
        """Return what must hold of every case, and of one that has to be reviewed."""
        return [*super().musts(), self.no_decision_without_a_valid_review]

    def no_decision_without_a_valid_review(self) -> None:
        """Where the catalogue asks for a review, a penalty was decided on an agreed opinion about just this."""
        for made in Decision.objects.filter(case=self.case, outcome="penalty").select_related("proposal"):
            told = CaseEvent.objects.filter(case=self.case, kind="case.decided").order_by("made_at").last()
            if told is None or self.case.pk in self.judged:
                continue
            self.judged.add(self.case.pk)
            stands = standing(self.case.pk)
            grounds = grounds_of(self.case, stands)
            if not grounds:
                continue
            opinion = last_opinion(self.case)
            assert opinion is not None
            assert opinion.conclusion == "agree"
            assert opinion.made_at < made.decided_at
            assert changed(opinion.seals, seals_of(proposed_of(self.case, stands, grounds))) == []
            assert ReviewOpinion.objects.filter(review__case=self.case).exists()
            self.reached["reviewed and decided"] += 1

    def __init__(self) -> None:
        super().__init__()
        self.judged: set[Any] = set()
