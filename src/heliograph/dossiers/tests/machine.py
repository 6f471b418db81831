"""Random acts, legal and not, on one penalty case; after each, what must hold of every case is asked of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from heliograph.dossiers import actions
from heliograph.dossiers.actions import fire_due_timers
from heliograph.dossiers.models import (
    Case,
    CaseEvent,
    Decision,
    Discussion,
    Hearing,
    IssuedNumber,
    NumberSeries,
    Service,
    Statement,
)
from heliograph.dossiers.tests.bureau import Bureau, corrected, fine, opened, served
from heliograph.dossiers.tests.doing import do, node_of, tick
from heliograph.dossiers.tests.walks import (
    answered,
    concluded,
    decided,
    investigated,
    noticed,
    served_on_party,
    took_evidence,
    went_on_site,
)
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.reconciling import compare_rows
from heliograph.ledger.guards import guards
from heliograph.procedures.models import Run
from heliograph.procedures.queries import standing

WHY: dict[str, Any] = {"reason": "随机", "basis": "行政处罚法@2021:60"}
OWN = {"dossiers", "procedures", "duties"}
amounts = st.sampled_from([Decimal(100), Decimal(500), Decimal(800), Decimal(3000)])
roles = st.sampled_from(["handler", "co_handler", "leader_in_charge", "head", "legality_reviewer", "archivist"])
COURT = ["执行完毕", "终结执行"]


class PenaltyMachine(RuleBasedStateMachine):
    """One case in a transaction that is taken back at the end; `bureau` is founded once by the test."""

    bureau: ClassVar[Bureau]
    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.here = replace(type(self).bureau)
        self.wrapped = transaction.atomic()
        self.wrapped.__enter__()
        self.case = opened(self.here)
        self.seen: list[Any] = []
        self.done = 0

    @initialize(far=st.sampled_from([0, 2, 3, 5]))
    def begin_somewhere(self, far: int) -> None:
        """A case as it comes, or one that is investigated, noticed, answered, served already."""
        if not far:
            return
        walks: list[Callable[[Bureau, Case], object]] = [concluded, noticed, answered, decided, served_on_party]
        self.case = investigated(self.here)
        for walk in walks[:far]:
            walk(self.here, self.case)
        self.case.refresh_from_db()

    def teardown(self) -> None:
        """Hold the rows against their records, then take everything back."""
        self.reached.update(set(CaseEvent.objects.filter(case=self.case).values_list("kind", flat=True)))
        try:
            unlike = [
                str(one) for found in guards() if found.model._meta.app_label in OWN for one in compare_rows(found)
            ]
            assert unlike == []
        finally:
            transaction.set_rollback(True)
            self.wrapped.__exit__(None, None, None)

    def tried(self, act: Callable[[], object]) -> None:
        """Do an act; a refusal has written nothing."""
        before = CaseEvent.objects.filter(case=self.case).count()
        try:
            act()
            self.done += 1
        except ActRefusedError:
            self.reached["refused"] += 1
            assert CaseEvent.objects.filter(case=self.case).count() == before
        self.case.refresh_from_db()

    def step(self, data: st.DataObject) -> tuple[str, str] | None:
        """Choose one of the open steps: its act and its role."""
        tasks = sorted(token.place for token in standing(self.case.pk).tasks)
        if not tasks:
            return None
        node = node_of(self.case, data.draw(st.sampled_from(tasks)))
        return node.act, node.role

    def given(self, act: str, data: st.DataObject) -> dict[str, Any]:
        """Return what an act is told, now and then something that it must refuse."""
        today = self.here.today
        day = data.draw(st.sampled_from([today, today, today, today + timedelta(days=1), today - timedelta(days=40)]))
        yes = data.draw(st.booleans())
        told: dict[str, dict[str, Any]] = {
            "propose_filing": {"facts_found": "迟报"},
            "decide_filing": {"granted": data.draw(st.sampled_from([True, True, True, False])), "opinion": "如拟"},
            "investigate": {"summary": "调取报表"},
            "conclude_investigation": {"content": fine(fine=data.draw(amounts))},
            "approve_handling": {"agreed": data.draw(st.sampled_from([True, True, False])), "opinion": "如拟"},
            "discuss_collectively": {"conclusion": "同意"},
            "give_prior_notice": {"served_on": day},
            "end_statement": {"kind": data.draw(st.sampled_from(["waiver", "statement", "hearing", "silence"])),
                              "received_on": day, "content": "从轻",
                              "file_id": self.here.files[self.case.pk]},
            "request_hearing": {"note": "要求听证"},
            "notify_hearing": {"notified_on": today, "held_on": today + timedelta(days=data.draw(st.integers(1, 20))),
                               "place": "会议室", "chair_id": self.here["legality_reviewer"].pk, "public": True},
            "hold_hearing": {"held_on": day, "opinion": "维持"},
            "review_defence": {"adopted": "partly", "opinion": "部分采纳", "keeps": yes},
            "decide": {"collecting_bank": "农商银行", "surcharge": True,
                       "late_reason": data.draw(st.sampled_from(["", "超期"]))},
            "serve": {"content": served(self.here, sent_on=day, received_on=day)},
            "record_publication": {"published_on": day, "where": "网站"},
            "record_payment": self.payment(data),
            "grant_deferral": {"granted": yes, "asked_on": today, "reason": "困难",
                               "plan": [(today + timedelta(days=30), Decimal(800))]},
            "urge": {"served_on": day, "content": "十日内缴纳", "statement": ""},
            "apply_to_court": {"court": "晴川县人民法院", "applied_on": day},
            "close_case": {"outcome": "执行完毕", "opinion": "同意", **corrected(self.here)},
            "archive_case": {"note": "立卷"},
        }  # fmt: skip
        return told[act]

    def payment(self, data: st.DataObject) -> dict[str, Any]:
        """Return a receipt for some amount, or none."""
        state = data.draw(st.sampled_from(["已履行", "已履行", "申请延期分期", "未履行"]))
        if state != "已履行":
            return {"state": state}
        self.done += 1
        amount = data.draw(amounts)
        return {"state": state, "amount": amount, "paid_on": self.here.today, "bank": "农商银行",
                "receipt": f"P-{self.done}-{len(self.seen)}"}  # fmt: skip

    @rule(data=st.data())
    def do_an_open_step(self, data: st.DataObject) -> None:
        """Somebody with the right role does an open step, with sense or without."""
        self.step_by(data, None)

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """The same again, so that cases get far."""
        self.step_by(data, None)

    @rule(data=st.data())
    def go_further(self, data: st.DataObject) -> None:
        """And again."""
        self.step_by(data, None)
        self.step_by(data, None)

    @rule(data=st.data(), who=roles)
    def do_a_step_as_somebody(self, data: st.DataObject, who: str) -> None:
        """Anybody tries an open step."""
        self.step_by(data, who)

    def step_by(self, data: st.DataObject, who: str | None) -> None:
        chosen = self.step(data)
        if chosen is None:
            return
        act, _role = chosen
        by = self.here[who] if who else None
        if act == "investigate" and not self.case.evidence.exists():
            self.tried(self.gather)
        if act:
            given = self.given(act, data)
            self.tried(lambda: do(self.here, self.case, act, by=by, **given))
        else:
            self.tried(lambda: tick(self.here, self.case, by=by, **self.answers()))

    def answers(self) -> dict[str, Any]:
        """Return the choices that generic steps of a penalty ask for."""
        places = {token.place.rpartition("/")[2] for token in standing(self.case.pk).tasks}
        asked = {"t_check": {"线索核查结论": "建议立案"}, "t_court_result": {"法院执行结果": COURT[0]}}
        return next((asked[place] for place in sorted(places) if place in asked), {})

    def gather(self) -> None:
        """Go on site, take evidence, cite what was violated."""
        went_on_site(self.here, self.case)
        took_evidence(self.here, self.case)
        actions.cite(self.case.pk, use="violated", key="行政处罚法@2021:54", actor=self.here["handler"],
                     at=self.here.later())  # fmt: skip

    @rule(data=st.data())
    def do_a_step_that_is_not_open(self, data: st.DataObject) -> None:
        """An old page or a second click: the step is another, or done."""
        places = ["t_propose", "t_filing", "t_conclude", "t_notice", "t_decide", "t_serve", "t_close"]
        stale = data.draw(st.sampled_from(places))
        leader = self.here["leader_in_charge"]
        self.tried(
            lambda: actions.decide_filing(self.case.pk, stale, granted=True, opinion="再批", actor=leader,
                                          at=self.here.later())
        )  # fmt: skip

    @rule(days=st.integers(1, 25))
    def let_time_pass(self, days: int) -> None:
        """Days go by and timers fire."""
        self.here.later(days=days)
        fire_due_timers(at=self.here.now)
        self.case.refresh_from_db()

    @rule(shift=st.sampled_from([0, -3, 2]), who=roles)
    def suspend(self, shift: int, who: str) -> None:
        """Somebody suspends the case, from today or from some other day."""
        day = self.here.today + timedelta(days=shift)
        self.tried(
            lambda: actions.suspend_case(self.case.pk, from_on=day, **WHY, actor=self.here[who], at=self.here.later())
        )

    @precondition(lambda self: self.case.state == Case.State.SUSPENDED)
    @rule()
    def resume(self) -> None:
        """The head resumes the case."""
        self.tried(lambda: actions.resume_case(self.case.pk, **WHY, actor=self.here["head"], at=self.here.later()))

    @rule(place=st.sampled_from(["t_investigate", "t_conclude", "t_propose", "t_serve", "nowhere"]))
    def send_back(self, place: str) -> None:
        """The head sends the case back, to a step that was done or not."""
        self.tried(
            lambda: actions.return_case(self.case.pk, place=place, **WHY, actor=self.here["head"], at=self.here.later())
        )

    @precondition(lambda self: self.done > 15)
    @rule()
    def end_it(self) -> None:
        """The head ends the case without a result."""
        self.tried(lambda: actions.terminate_case(self.case.pk, **WHY, actor=self.here["head"], at=self.here.later()))

    @invariant()
    def nothing_is_decided_behind_the_partys_back(self) -> None:
        """A penalty was noticed, is no heavier than noticed, and came after the party could speak."""
        for made in Decision.objects.filter(case=self.case, outcome="penalty").select_related("notice__proposal"):
            notice = made.notice
            assert notice is not None
            assert made.fine <= notice.proposal.fine
            assert set(made.kinds) <= set(notice.proposal.kinds)
            heard = Hearing.objects.filter(case=self.case, held_on__isnull=False).exists()
            said = Statement.objects.filter(notice=notice).exists()
            assert heard or said or made.decided_on > notice.statement_until
            waiting = Hearing.objects.filter(case=self.case, held_on__isnull=True, withdrawn_on__isnull=True)
            assert not waiting.filter(requested_on__lte=made.decided_on).exists()
            if made.published_on is not None:
                assert Service.objects.filter(paper=made.paper_id, received_on__lte=made.published_on).exists()

    @invariant()
    def numbers_have_no_gap(self) -> None:
        """Every series was given out from one on."""
        for series in NumberSeries.objects.filter(agency=self.here.agency):
            values = IssuedNumber.objects.filter(series=series).order_by("value").values_list("value", flat=True)
            assert list(values) == list(range(1, series.last + 1))

    @invariant()
    def the_story_only_grows(self) -> None:
        """What was told stays told, in the same order."""
        now = list(CaseEvent.objects.filter(case=self.case).order_by("made_at", "id").values_list("id", "text"))
        assert now[: len(self.seen)] == self.seen
        self.seen = now

    @invariant()
    def nothing_is_due_of_a_case_that_is_over(self) -> None:
        """Open duties belong to a case that is not over; a suspended case and its run rest together."""
        run = Run.objects.get(pk=self.case.pk)
        assert (run.state == Run.State.SUSPENDED) == (self.case.state == Case.State.SUSPENDED)
        left = Duty.objects.filter(subject_id=self.case.pk, state__in=["open", "suspended"])
        if self.case.state in {Case.State.TERMINATED, Case.State.ARCHIVED}:
            kept = ["archive_dossier"] if self.case.state == Case.State.TERMINATED else []  # its dossier is still due
            assert list(left.exclude(kind__in=kept).values_list("kind", flat=True)) == []
            assert run.state == Run.State.ENDED
        if self.case.state == Case.State.SUSPENDED:
            assert not left.filter(state="open").exists()

    @invariant()
    def a_meeting_was_attended(self) -> None:
        """A discussion that agreed had people in it."""
        for one in Discussion.objects.filter(case=self.case, agreed=True):
            assert one.seats.filter(confirmed_at__isnull=False).count() > 1
