"""The publications of the demonstration: prepared by the handler, released by the approver, one withdrawn again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from heliograph.config.demo_task import Task
from heliograph.disclosure.actions.ending import withdraw_decision
from heliograph.disclosure.actions.preparing import PublicationContent, prepare_publication, submit_publication
from heliograph.disclosure.actions.releasing import release_publication
from heliograph.disclosure.models import Publication
from heliograph.disclosure.redacting import Choice
from heliograph.disclosure.sources import source_of
from heliograph.documents.fonts import are_ready
from heliograph.dossiers.actions import PaperContent, annul_decision
from heliograph.dossiers.actions.making import draft_document, issue_document

PLATFORM = "行政执法信息公示平台"
EXAMINED = "不涉及国家秘密、商业秘密；个人信息已经隐去。公开后没有危害。"
BANK, COURT = "演示代收银行", "演示人民法院"
PERFORMED = "自收到本决定书之日起十五日内改正，并将改正情况书面报告本机关。"
NO_NAMES = frozenset({"本机关", "查明"})
WITHDRAWN = "withdrawn"


def decision_paper(task: Task) -> PaperContent:
    """Return the document of a decision: made by the system where it is published in full and there are fonts."""
    if task.line.procedure != "penalty_ordinary" or not task.line.published or not are_ready():
        [paper] = task.papers()
        return paper
    [kind] = task.node.documents
    fined = bool(task.line.fine)
    paying = {"bank": BANK if fined else "", "add_surcharge": fined, "performance": PERFORMED}
    asked: dict[str, Any] = {**paying, "court": COURT}
    place, handler = task.token.place, task.people["handler"]
    drafted = draft_document(task.case.pk, place, kind=kind, asked=asked, actor=handler, at=task.hours.next())
    made = issue_document(task.case.pk, drafted.pk, actor=task.actor, at=task.hours.next())
    return PaperContent(kind, task.today, document_id=made.pk, file_id=task.scan())


def publish(task: Task) -> None:
    """Prepare, confirm every group as it is suggested, hand in, release: the step of the case ends with it."""
    case, handler = task.case, task.people["handler"]
    case.refresh_from_db()
    occasion = "result" if task.line.procedure == "inspection" else "decision"
    full = bool(source_of(case, occasion).text)
    content = PublicationContent(occasion=occasion, form="full" if full else "summary", examined=EXAMINED)
    draft = prepare_publication(case.pk, content=content, actor=handler, at=task.hours.next())
    choices = {one["key"]: _choice(one["text"], one["action"]) for one in draft.redactions}
    draft = prepare_publication(case.pk, content=replace(content, choices=choices), actor=handler,
                                at=task.hours.next(), rev=draft.rev)  # fmt: skip
    waiting = submit_publication(draft.pk, rev=draft.rev, actor=handler, at=task.hours.next())
    approver = task.people["release_approver"]
    release_publication(waiting.pk, rev=waiting.rev, place=PLATFORM, actor=approver, at=task.hours.next())


def _choice(text: str, suggested: str) -> Choice:
    """Confirm what is suggested, but where the words are nobody's name."""
    return Choice("keep", "不是姓名。") if text in NO_NAMES else Choice(suggested)


def withdraw_again(task: Task) -> None:
    """Let the decision of a line that says so be revoked, and its publication be withdrawn."""
    if task.line.published != WITHDRAWN:
        return
    public = Publication.objects.select_related("decision").get(case=task.case, state="public")
    if public.decision is None:
        raise ValueError(f"{task.line.title}: only a decision is withdrawn here")
    at = task.hours.next()
    reviewer, approver = task.people["legality_reviewer"], task.people["release_approver"]
    annul_decision(public.decision.pk, how="revoked", reason="行政复议决定撤销原处罚决定。", annulled_on=at.date(),
                   actor=reviewer, at=at)  # fmt: skip
    withdraw_decision(public.pk, reason="行政复议决定撤销原处罚决定", basis="行政处罚法第四十八条第二款",
                      place=PLATFORM, actor=approver, at=task.hours.next())  # fmt: skip
