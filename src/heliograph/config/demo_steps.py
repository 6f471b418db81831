"""What people write at the steps of the demonstration's cases: one builder of arguments for each act of the case file.

The line of the script gives facts, amounts and provisions; standing phrases of an office stand here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from heliograph.config.demo_script import CaseLine, OfficeHours
from heliograph.dossiers import actions
from heliograph.dossiers.actions import (
    EvidenceContent,
    OnSiteContent,
    PaperContent,
    ProposalContent,
    ServiceContent,
    coercion,
    executions,
    inspections,
    levies,
    permits,
)
from heliograph.dossiers.models import Case
from heliograph.kernel.bpmn import Node
from heliograph.kernel.feel import FactDef, FactValue
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.procedures.models import Token
from heliograph.procedures.queries import Standing
from heliograph.registers.models import Account, Entry

BANK = "演示代收银行"
REMEDIES = "可以自收到决定之日起六十日内申请行政复议，或者在六个月内提起行政诉讼。"
SITE = "本机关网站"
SCAN = b"%PDF-1.4\n% \xe6\xbc\x94\xe7\xa4\xba\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LAST_HOUR_TO_GO_OUT = 15

Values = dict[str, Any]


@dataclass
class Task:
    """An open task of a case, with everything needed to do it."""

    case: Case
    line: CaseLine
    people: dict[str, Account]
    hours: OfficeHours
    scans: dict[UUID, UUID] = field(default_factory=dict)  # one file per case serves all its documents
    stands: Standing = field(init=False)
    token: Token = field(init=False)

    @property
    def node(self) -> Node:
        """The task as the flowchart has it."""
        return self.stands.compiled.definition.nodes[self.token.place]

    @property
    def actor(self) -> Account:
        """Whoever holds the role of the task."""
        return self.people[self.token.role]

    @property
    def today(self) -> date:
        """The day it is."""
        return self.hours.now.date()

    @property
    def receiver(self) -> str:
        """Who signs for the party."""
        return self.line.party.representative or self.line.party.name

    def papers(self) -> list[PaperContent]:
        """Register the documents that the step declares, each with the scan of the case."""
        return [PaperContent(kind, self.today, file_id=self.scan()) for kind in self.node.documents]

    def scan(self) -> UUID:
        """Return the scan of the case, stored once."""
        if self.case.pk not in self.scans:
            stored = actions.store_case_file(
                self.case.pk, name="演示扫描件.pdf", content=SCAN, actor=self.people["handler"], at=self.hours.next(1)
            )
            self.scans[self.case.pk] = stored.pk
        return self.scans[self.case.pk]

    def answers(self) -> dict[str, FactValue]:
        """Answer what the step asks: as the line says, else no, else the first choice."""
        compiled = self.stands.compiled
        asked = (facts_ahead(compiled.definition, self.token.place) - set(self.stands.facts)) | set(self.node.facts)
        by_hand = {str(one["name"]) for one in compiled.bundle.facts if one.get("ask") == "handler"}
        wanted = sorted(asked & (by_hand | set(self.line.answers)))
        return {name: self._answer(compiled.dictionary[name]) for name in wanted}

    def _answer(self, fact: FactDef) -> FactValue:
        given: FactValue | None = self.line.answers.get(fact.name)
        if given is not None:
            return Decimal(str(given)) if fact.type == "number" else given
        defaults: dict[str, FactValue] = {"boolean": False, "number": Decimal(0), "integer": 0, "choices": []}
        return fact.choices[0] if fact.type == "choice" else defaults.get(fact.type, "无")

    def on_site(self, act: str) -> OnSiteContent:
        """Two officers go there, show their certificates and come back before the office closes."""
        if self.hours.now.hour >= LAST_HOUR_TO_GO_OUT:
            self.hours.skip_to(self.today + timedelta(days=1))
        began = self.hours.next(40)
        self.hours.next(45)
        return OnSiteContent(
            act=act,
            place=self.line.place,
            shown_at=began - timedelta(minutes=2),
            began_at=began,
            ended_at=began + timedelta(minutes=30),
            first_officer_id=self.people["handler"].pk,
            second_officer_id=self.people["co_handler"].pk,
            person_present=self.receiver,
            rights_told=True,
        )

    def proposal(self) -> ProposalContent:
        """The penalty that the line proposes."""
        line = self.line
        return ProposalContent(
            outcome="penalty",
            kinds=line.kinds,
            fine=line.fine,
            confiscated=Decimal(0),
            other="",
            facts=line.facts,
            reasons=line.reasons,
            basis=line.applied,
        )


# -- what is written at each act -------------------------------------------------------------------------------------
def _generic(task: Task) -> Values:
    if task.node.onsite:
        _go_there(task, "检查")
    note = task.line.notes.get(task.token.name, "已按规定办理。")
    return {"note": note, "papers": task.papers(), "facts": task.answers()}


def _go_there(task: Task, act: str) -> None:
    content = task.on_site(act)
    actions.register_on_site_act(task.case.pk, content=content, actor=task.people["handler"], at=task.hours.next())


def _investigate(task: Task) -> Values:
    _go_there(task, "询问")
    by = task.people["handler"]
    evidence = EvidenceContent(
        kind="documentary",
        name=task.line.evidence,
        proves=task.line.facts[:200],
        source="当事人提供",
        obtained_on=task.today,
        collector_id=by.pk,
        second_collector_id=task.people["co_handler"].pk,
        file_id=task.scan(),
    )
    actions.add_evidence(task.case.pk, content=evidence, actor=by, at=task.hours.next())
    for key in task.line.violated:
        actions.cite(task.case.pk, use="violated", key=key, actor=by, at=task.hours.next(2))
    return {"summary": "询问当事人，调取有关资料。", "papers": task.papers()}


def _conclude(task: Task) -> Values:
    return {"content": task.proposal(), "papers": task.papers(), "facts": task.answers()}


def _statement(task: Task) -> Values:
    said = task.line.statement
    kind = "hearing" if task.line.hearing else "statement" if said else "waiver"
    return {"kind": kind, "received_on": task.today, "content": said}


def _decide(task: Task) -> Values:
    [paper] = task.papers()
    fined = bool(task.line.fine)
    return {"paper": paper, "collecting_bank": BANK if fined else "", "surcharge": fined}


def _serve(task: Task) -> Values:
    content = ServiceContent("direct", task.today, task.today, receiver=task.receiver, proof_id=task.scan())
    return {"content": content, "papers": task.papers()}


def _payment(task: Task) -> Values:
    owed = task.line.fine + task.line.levied
    if not owed:
        return {"state": "已履行"}
    return {
        "state": "已履行",
        "amount": owed,
        "paid_on": task.today,
        "bank": BANK,
        "receipt": f"演示-{task.case.number}",
        "file_id": task.scan(),
    }


def _close(task: Task) -> Values:
    return {"outcome": task.line.notes.get("结案方式", "执行完毕"), "opinion": "同意结案。", "papers": task.papers()}


def _examine(task: Task) -> Values:
    line = task.line
    carried_out = task.case.category in permits.OUTCOMES
    content = permits.ExaminationContent(
        outcome="carried_out" if carried_out else "granted",
        facts=line.found or line.facts,
        reasons=line.reasons,
        basis=line.applied,
        levied=line.levied,
    )
    return {"content": content, "papers": task.papers(), "facts": task.answers()}


def _apply_inspection(task: Task) -> Values:
    found = Entry.objects.filter(agency_id=task.case.agency_id, title__in=task.line.items)
    return {
        "item_ids": list(found.values_list("pk", flat=True)),
        "reason": task.line.facts,
        "facts": task.answers(),
        "papers": task.papers(),
    }


def _result(task: Task) -> Values:
    until = task.line.rectify_by
    result = "rectify" if until else "clean"
    return {"result": result, "text": task.line.found, "rectify_until": until, "papers": task.papers()}


def _apply_coercion(task: Task) -> Values:
    content = coercion.CoercionContent(reason=task.line.reasons, kind=task.line.measure, items=task.line.found)
    return {"content": content, "facts": task.answers(), "papers": task.papers()}


def _inform(task: Task) -> Values:
    return {"content": task.on_site("告知"), "statement": task.line.statement or "没有提出陈述申辩。"}


def _seize(task: Task) -> Values:
    content = coercion.SeizureContent(
        on_site=task.on_site("查封扣押"),
        party_present=True,
        inventory=task.line.found,
        facts=task.line.facts,
        basis=task.line.applied,
        remedies=REMEDIES,
    )
    return {"content": content, "papers": task.papers()}


def _agreed(task: Task) -> Values:
    return {"granted": True, "opinion": "同意。", "papers": task.papers()}


def _told(task: Task) -> Values:
    return {"served_on": task.today, "papers": task.papers()}


def _published(task: Task) -> Values:
    return {"published_on": task.today, "where": SITE}


Builder = Callable[[Task], Values]
Act = Callable[..., Any]
ACTS: dict[str, tuple[Act, Builder]] = {
    "complete_step": (actions.complete_step, _generic),
    "propose_filing": (
        actions.propose_filing,
        lambda task: {"facts_found": task.line.facts, "papers": task.papers()},
    ),
    "decide_filing": (actions.decide_filing, lambda _task: {"granted": True, "opinion": "同意立案。"}),
    "investigate": (actions.investigate, _investigate),
    "conclude_investigation": (actions.conclude_investigation, _conclude),
    "approve_handling": (
        actions.approve_handling,
        lambda task: {"agreed": True, "opinion": "同意拟处理意见。", "papers": task.papers()},
    ),
    "give_prior_notice": (actions.give_prior_notice, _told),
    "end_statement": (actions.end_statement, _statement),
    "request_hearing": (actions.request_hearing, lambda task: {"note": task.line.statement}),
    "review_defence": (
        actions.review_defence,
        lambda task: {"adopted": "partly", "opinion": "已在拟处理意见中考虑。", "keeps": True, "papers": task.papers()},
    ),
    "decide": (actions.decide, _decide),
    "serve": (actions.serve, _serve),
    "record_publication": (actions.record_publication, _published),
    "record_payment": (actions.record_payment, _payment),
    "close_case": (actions.close_case, _close),
    "archive_case": (
        actions.archive_case,
        lambda task: {"note": "一案一卷，材料齐全。", "papers": task.papers()},
    ),
    "request_correction": (
        permits.request_correction,
        lambda task: {"missing": task.line.missing, "papers": task.papers()},
    ),
    "hand_in_corrections": (
        permits.hand_in_corrections,
        lambda task: {"received_on": task.today, "note": "补正材料已收齐。", "papers": task.papers()},
    ),
    "accept_application": (
        permits.accept_application,
        lambda task: {"note": "材料齐全，符合法定形式。", "papers": task.papers()},
    ),
    "examine": (permits.examine, _examine),
    "apply_inspection": (inspections.apply_inspection, _apply_inspection),
    "approve_inspection": (inspections.approve_inspection, _agreed),
    "give_inspection_notice": (inspections.give_inspection_notice, _told),
    "inspect_on_site": (
        inspections.inspect_on_site,
        lambda task: {"content": task.on_site("检查"), "found": task.line.found, "papers": task.papers()},
    ),
    "record_result": (inspections.record_result, _result),
    "feed_back": (inspections.feed_back, lambda task: {"told_on": task.today, "papers": task.papers()}),
    "check_rectification": (
        inspections.check_rectification,
        lambda task: {"passed": True, "content": task.on_site("复查"), "papers": task.papers()},
    ),
    "apply_coercion": (coercion.apply_coercion, _apply_coercion),
    "approve_coercion": (coercion.approve_coercion, _agreed),
    "carry_out_coercion": (coercion.carry_out_coercion, _seize),
    "release_coercion": (
        coercion.release_coercion,
        lambda task: {"how": "清点无误，当场退还当事人。", "papers": task.papers()},
    ),
}
# where a procedure does an act in its own way
ACTS_BY_PROCEDURE: dict[tuple[str, str], tuple[Act, Builder]] = {
    ("penalty_summary", "give_prior_notice"): (
        actions.notify_on_the_spot,
        lambda task: {"content": task.proposal(), "statement": "", "waived": True},
    ),
    ("levy", "give_prior_notice"): (levies.tell_levy, _told),
    ("levy", "decide"): (
        levies.decide_levy,
        lambda task: {"paper": task.papers()[0], "remedies": REMEDIES},
    ),
    ("coercion", "give_prior_notice"): (coercion.inform_on_the_spot, _inform),
    ("coercion", "record_publication"): (executions.publish_coercion, _published),
    ("inspection", "record_publication"): (inspections.publish_result, _published),
    **{
        (procedure, "decide"): (
            permits.decide_application,
            lambda task: {"paper": task.papers()[0], "remedies": REMEDIES, "valid_to": task.line.valid_to},
        )
        for procedure in ("permit", "simple")
    },
}


def do(task: Task) -> None:
    """Do the task as the person whose task it is."""
    name = task.node.act or "complete_step"
    act, builder = ACTS_BY_PROCEDURE.get((task.line.procedure, name)) or ACTS[name]
    values = builder(task)
    act(task.case.pk, task.token.place, **values, actor=task.actor, at=task.hours.next())
