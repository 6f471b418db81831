"""What people write at the steps of the demonstration's cases: one builder of arguments for each act of the case file.

The line of the script gives facts, amounts and provisions; standing phrases of an office stand here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from heliograph.config import demo_reviews
from heliograph.config.demo_publications import decision_paper, publish
from heliograph.config.demo_task import Task
from heliograph.dossiers import actions
from heliograph.dossiers.actions import (
    EvidenceContent,
    ServiceContent,
    accepting,
    coercion,
    executions,
    inspections,
    levies,
    permit_hearings,
    permits,
    seizures,
)
from heliograph.dossiers.actions.closing import fitting_outcomes
from heliograph.dossiers.queries import decision_of, heard_of, notice_of
from heliograph.dossiers.rules import permitting
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Entry

BANK = "演示代收银行"
PAY_DAYS = 15
REMEDIES = "可以自收到决定之日起六十日内申请行政复议，或者在六个月内提起行政诉讼。"
SITE = "本机关网站"

Values = dict[str, Any]


# -- what is written at each act -------------------------------------------------------------------------------------
def _generic(task: Task) -> Values:
    if task.node.onsite:
        _go_there(task, "检查")
    note = task.line.notes.get(task.token.name, "已按规定办理。")
    return {"note": note, "papers": task.papers(), "facts": task.answers()}


def _go_there(task: Task, act: str) -> None:
    content = task.on_site(act)
    actions.register_on_site_act(task.case.pk, content=content, actor=task.people["handler"], at=task.hours.next())


def _identify(task: Task) -> Values:
    content = task.on_site("当场检查")
    _take_evidence(task)
    return {"content": content, "found": task.line.facts, "facts": task.answers()}


def _decide_on_the_spot(task: Task) -> Values:
    return {**_decide(task), "decided_on": task.today}


def _investigate(task: Task) -> Values:
    _go_there(task, "询问")
    _take_evidence(task)
    return {"summary": "询问当事人，调取有关资料。", "papers": task.papers()}


def _take_evidence(task: Task) -> None:
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


def _conclude(task: Task) -> Values:
    return {"content": task.proposal(), "papers": task.papers(), "facts": task.answers()}


def _statement(task: Task) -> Values:
    said = task.line.statement
    kind = "hearing" if task.line.hearing else "statement" if said and not task.has_spoken else "waiver"
    notice = notice_of(task.case)
    told = notice is not None and notice.hearing_until is not None
    given = {"kind": kind, "received_on": task.today, "content": said, "file_id": task.scan()}
    return {**given, "rest_waived": kind == "statement" and not told}


def _decide(task: Task) -> Values:
    paper = decision_paper(task)
    fined = bool(task.line.fine)
    return {"paper": paper, "collecting_bank": BANK if fined else "", "surcharge": fined}


def _serve(task: Task) -> Values:
    content = ServiceContent("direct", task.today, task.today, receiver=task.receiver, proof_id=task.scan())
    return {"content": content, "papers": task.papers()}


def _payment(task: Task) -> Values:
    owed = task.line.fine + task.line.levied
    if not owed:
        in_kind = {"delivered": "按决定书交付，当场清点。", "file_id": task.scan()}
        return {"state": "已履行", **(in_kind if task.line.procedure == "levy" else {})}
    return {
        "state": "已履行",
        "amount": owed,
        "paid_on": task.today,
        "bank": BANK,
        "receipt": f"演示-{task.case.number}",
        "file_id": task.scan(),
        "no_surcharge": "当事人有特殊困难，经机关负责人批准不再收取。",
    }


def _close(task: Task) -> Values:
    case = task.case
    fitting = fitting_outcomes(case, pack_in_force(case.agency_id, case.opened_on), task.stands.facts)
    wanted = task.line.notes.get("结案方式", fitting[0] if fitting else "办理完毕")
    decision = decision_of(case)
    ordered = decision is not None and decision.case_id == case.pk and decision.correction
    seen = {"corrected_on": task.today, "corrected_how": "已经改正。"} if ordered else {}
    return {"outcome": wanted, "opinion": "同意结案。", "papers": task.papers(), **seen}


def _examine(task: Task) -> Values:
    line = task.line
    carried_out = task.case.category in permits.OUTCOMES
    content = permits.ExaminationContent(
        outcome="carried_out" if carried_out else "granted",
        facts=line.found or line.facts,
        reasons=line.reasons,
        basis=line.applied,
        other=line.found if carried_out and not line.levied else "",
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
    content = coercion.CoercionContent(
        reason=task.line.reasons, kind=task.line.measure, items=task.line.found, basis=task.line.applied
    )
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
        statement=task.line.statement or "没有提出陈述申辩。",
    )
    return {"content": content, "papers": task.papers()}


def _agreed(task: Task) -> Values:
    return {"granted": True, "opinion": "同意。", "papers": task.papers()}


def _told(task: Task) -> Values:
    return {"served_on": task.today, "papers": task.papers()}


def _compensate(task: Task) -> Values:
    content = levies.CompensationContent(
        state="returned",
        returned="征用的财物完好返还，当场签收。",
        amount=Decimal(0),
        voucher="",
        done_on=task.today,
        waived="双方书面约定无偿使用。",
    )
    return {"content": content, "papers": task.papers()}


def _answers(task: Task) -> Values:
    kind = "hearing" if task.line.hearing else "waiver"
    answer = permit_hearings.HearingAnswer(kind, task.today, task.scan())
    return {"answers": {one.pk: answer for one in heard_of(task.case)}}


def _decide_application(task: Task) -> Values:
    values: Values = {"paper": task.papers()[0], "remedies": REMEDIES, "valid_to": task.line.valid_to}
    if task.line.procedure == "permit":
        kind = permitting.CERTIFICATES[0]
        values |= {"certificate_kind": kind, "certificate_number": f"演示许可 {task.case.number}"}
    return values | ({"pay_days": PAY_DAYS} if task.line.levied else {})


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
        accepting.request_correction,
        lambda task: {"missing": task.line.missing, "papers": task.papers()},
    ),
    "hand_in_corrections": (
        accepting.hand_in_corrections,
        lambda task: {"received_on": task.today, "note": "补正材料已收齐。", "papers": task.papers()},
    ),
    "accept_application": (
        accepting.accept_application,
        lambda task: {"note": "材料齐全，符合法定形式。", "papers": task.papers()},
    ),
    "examine": (permits.examine, _examine),
    "decide_extension": (
        permits.decide_extension,
        lambda task: {"granted": True, "reason": "须实地核实。", "papers": task.papers()},
    ),
    "register_compensation": (levies.register_compensation, _compensate),
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
        seizures.release_coercion,
        lambda task: {"how": "清点无误，当场退还当事人。", "papers": task.papers()},
    ),
    **demo_reviews.ACTS,
}
# where a procedure does an act in its own way
ACTS_BY_PROCEDURE: dict[tuple[str, str], tuple[Act, Builder]] = {
    ("penalty_summary", "give_prior_notice"): (
        actions.notify_on_the_spot,
        lambda task: {"content": task.proposal(), "told_on": task.today},
    ),
    ("penalty_summary", "investigate"): (actions.identify_on_the_spot, _identify),
    ("penalty_summary", "decide"): (actions.decide_on_the_spot, _decide_on_the_spot),
    ("penalty_summary", "serve"): (actions.hand_over_on_the_spot, lambda task: {"receiver": task.receiver}),
    ("levy", "give_prior_notice"): (levies.tell_levy, _told),
    ("permit", "end_statement"): (permit_hearings.answer_hearing_right, _answers),
    ("levy", "decide"): (
        levies.decide_levy,
        lambda task: {"paper": task.papers()[0], "remedies": REMEDIES, "pay_days": PAY_DAYS},
    ),
    ("coercion", "give_prior_notice"): (coercion.inform_on_the_spot, _inform),
    ("coercion", "record_publication"): (executions.publish_coercion, _published),
    ("inspection", "record_publication"): (inspections.publish_result, _published),
    **{
        (procedure, "decide"): (
            permits.decide_application,
            _decide_application,
        )
        for procedure in ("permit", "simple")
    },
}


def do(task: Task) -> None:
    """Do the task as the person whose task it is."""
    name = task.node.act or "complete_step"
    if name == "record_publication" and task.line.published:
        publish(task)
        return
    act, builder = ACTS_BY_PROCEDURE.get((task.line.procedure, name)) or ACTS[name]
    values = builder(task)
    act(task.case.pk, task.token.place, **values, actor=task.actor, at=task.hours.next())
