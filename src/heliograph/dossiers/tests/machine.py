"""Random acts, legal and not, on one penalty case; after each, what must hold of every case is asked of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from psycopg import sql

from heliograph.dossiers import actions
from heliograph.dossiers.actions import CourtResult, fire_due_timers
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
OWN = {"dossiers", "procedures", "duties", "documents", "legality_review"}
amounts = st.sampled_from([Decimal(100), Decimal(500), Decimal(800), Decimal(3000)])
roles = st.sampled_from(["handler", "co_handler", "leader_in_charge", "head", "legality_reviewer", "archivist"])
COURT = ["执行完毕", "终结执行", "不予受理"]


@dataclass(frozen=True, slots=True)
class Start:
    """A case that stands somewhere, and when it came to stand there."""

    case: Case
    now: datetime


def walked(walks: list[Callable[[Bureau, Case], Case]], bureau: Bureau) -> Case:
    """Walk an investigated case further."""
    case = investigated(bureau)
    for walk in walks:
        walk(bureau, case)
    return case


def touched() -> dict[str, tuple[int, int]]:
    """Return for each table of a case how many rows there are and which versions of them: one query, no row is read.

    A row that is written anew, even to the same values, is another version (xmin); what was rolled back is none.
    """
    tables = sorted(found.table for found in guards() if found.model._meta.app_label in OWN)
    parts = [
        sql.SQL("SELECT {}, count(*), coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0) FROM {}").format(
            sql.Literal(name), sql.Identifier(name)
        )
        for name in [*tables, "ledger_record"]
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return {table: (int(rows), int(mark)) for table, rows, mark in cursor.fetchall()}


class PenaltyMachine(RuleBasedStateMachine):
    """A case that stands somewhere, in a savepoint that is rolled back at the end of each walk.

    `begin` founds the bureau and walks a case to each place to begin at, once for all walks of a test.
    """

    bureau: ClassVar[Bureau]
    starts: ClassVar[list[Start]] = []
    reached: ClassVar[Counter[str]] = Counter()

    @classmethod
    def begin(cls, bureau: Bureau) -> None:
        """Take a bureau and stand cases where walks begin; later ones begin later, so that the clock fits."""
        cls.bureau, cls.reached = bureau, Counter()
        cls.starts = [Start(walk(bureau), bureau.now) for walk in cls.walks()]

    @classmethod
    def walks(cls) -> list[Callable[[Bureau], Case]]:
        """Return a case as it comes, and one that is investigated, concluded, noticed, answered, decided, served."""
        further: list[Callable[[Bureau, Case], Case]] = [concluded, noticed, answered, decided, served_on_party]
        return [opened, *(partial(walked, further[:far]) for far in range(len(further) + 1))]

    def __init__(self) -> None:
        super().__init__()
        self.here = replace(type(self).bureau)
        self.wrapped = transaction.atomic()
        self.wrapped.__enter__()
        self.seen: list[Any] = []
        self.done = 0
        self.first = self.last = touched()
        self.held: object = None
        self.case = Case()

    @initialize(data=st.data())
    def begin_somewhere(self, data: st.DataObject) -> None:
        """One of the cases that stand ready."""
        start = data.draw(st.sampled_from(type(self).starts))
        self.case = Case.objects.get(pk=start.case.pk)
        self.here.now, self.here.scan = start.now, self.here.files[start.case.pk]

    def teardown(self) -> None:
        """Hold the rows of every table that was touched against their records, then take everything back."""
        self.reached.update(set(CaseEvent.objects.filter(case=self.case).values_list("kind", flat=True)))
        try:
            now = touched()
            written = [found for found in guards() if now.get(found.table) != self.first.get(found.table)]
            assert [str(one) for found in written for one in compare_rows(found)] == []
        finally:
            transaction.set_rollback(True)
            self.wrapped.__exit__(None, None, None)

    def tried(self, act: Callable[[], object]) -> None:
        """Do an act; a refusal has written nothing: no row of any table of a case is another than before."""
        self.reached["acts"] += 1
        try:
            act()
            self.done += 1
            self.last = touched()
        except ActRefusedError:
            self.reached["refused"] += 1
            assert touched() == self.last
        self.case.refresh_from_db()

    @invariant()
    def what_must_hold(self) -> None:
        """Ask all that must hold after every step that wrote something; the others left every row as it was."""
        self.reached["steps"] += 1
        if self.last == self.held:
            return
        for must in self.musts():
            must()
        self.held = self.last

    def musts(self) -> list[Callable[[], None]]:
        """Return what must hold of every case."""
        return [
            self.nothing_is_decided_behind_the_partys_back,
            self.numbers_have_no_gap,
            self.the_story_only_grows,
            self.nothing_is_due_of_a_case_that_is_over,
            self.a_meeting_was_attended,
        ]

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
                              "received_on": day, "content": "从轻", "rest_waived": data.draw(st.booleans()),
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
            "record_court_result": {"content": CourtResult(data.draw(st.sampled_from(COURT)), "（2027）行审 1 号", day,
                                                           "裁定", data.draw(amounts))},
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
        asked = {"t_check": {"线索核查结论": "建议立案"}, "t_court_review": {"上级法院复议结果": "维持原裁定"}}
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
        self.last = touched()
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

    def numbers_have_no_gap(self) -> None:
        """Every series was given out from one on."""
        given: dict[Any, list[int]] = {}
        issued = IssuedNumber.objects.filter(series__agency=self.here.agency).order_by("value")
        for series, value in issued.values_list("series_id", "value"):
            given.setdefault(series, []).append(value)
        for series, last in NumberSeries.objects.filter(agency=self.here.agency).values_list("id", "last"):
            assert given.pop(series, []) == list(range(1, last + 1))
        assert not given

    def the_story_only_grows(self) -> None:
        """What was told stays told, in the same order."""
        now = list(CaseEvent.objects.filter(case=self.case).order_by("made_at", "id").values_list("id", "text"))
        assert now[: len(self.seen)] == self.seen
        self.seen = now

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

    def a_meeting_was_attended(self) -> None:
        """A discussion that agreed had people in it."""
        for one in Discussion.objects.filter(case=self.case, agreed=True):
            assert one.seats.filter(confirmed_at__isnull=False).count() > 1
