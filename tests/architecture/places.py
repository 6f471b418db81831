"""What the permission matrix opens: one of everything, so that each address leads somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import URLPattern, get_resolver, reverse

from heliograph.disclosure.models import Publication
from heliograph.documents.models import Comparison, Document, Template
from heliograph.dossiers.actions import ClueContent, register_clue, store_case_file
from heliograph.dossiers.models import (
    Case,
    Deposit,
    Destruction,
    Discussion,
    Evidence,
    Measure,
    Message,
    Paper,
    Proposal,
    Retrieval,
)
from heliograph.dossiers.originals import EVIDENCE_SUBJECT
from heliograph.duties.actions import Subject, open_duty
from heliograph.evidence.models import Original
from heliograph.evidence.tests.samples import boxed, pdf
from heliograph.kernel.workdays import CalendarDay
from heliograph.ledger.models import Record
from heliograph.procedures.actions import start
from heliograph.procedures.models import Release as ProcedureRelease
from heliograph.regimes.actions import propose_calendar
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.actions import ArticleText, LawText, propose_law, request_erasure
from heliograph.registers.models import Account, Agency, Article
from heliograph.registers.queries import unit_of
from heliograph.registers.storage import storage
from tests.cast import NOON, TODAY

# what makes a form reach the act: without it a page would answer 422 before anybody's right is asked
SENT: dict[str, dict[str, str]] = {
    "release": {"stage": "legal_review", "decision": "pass"},
    "procedure-fact-delete": {"name": "准予立案"},
    "person": {
        "form": "certificate", "certificate-kind": "统计执法证", "certificate-number": "T-1",
        "certificate-category": "统计", "certificate-area": "晴川县", "certificate-issued_on": "2026-01-05",
        "certificate-valid_to": "2028-01-05",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Something of everything, so that each address leads somewhere."""

    agency: Agency
    ids: dict[str, Any]

    def address(self, name: str) -> str:
        wanted: dict[str, object] = {
            "agency": self.agency.code, "register": "items", "form": "json", "key": "行政处罚法@2021", **self.ids
        }  # fmt: skip
        if name.startswith(("record-", "erasure-")):
            wanted |= {"table": "registers_entry", "row": self.ids["entry"]}
        if name in {"law-proposal", "calendar-proposal"}:
            wanted["proposal"] = self.ids[name.partition("-")[0]]
        if name.startswith("procedure"):
            wanted |= {
                "procedure": "penalty", "file": "penalty", "name": "penalty", "form": "bpmn", "table": "major",
                "limit": "investigate", "release": self.ids["procedure_release"],
            }  # fmt: skip
        if name == "entry-file":
            wanted |= {
                "register": "bodies", "entry": self.ids["filed_entry"], "version": 1, "field": "entrustment_letter"
            }  # fmt: skip
        if name == "template-version":
            wanted["version"] = self.ids["template"]
        if name == "original-media":
            wanted["original"] = self.ids["film"]
        needs = next(set(pattern.pattern.converters) for pattern in desk_patterns() if pattern.name == name)
        return reverse(f"desk:{name}", kwargs={key: wanted[key] for key in needs})


def desk_patterns() -> list[URLPattern]:
    _, resolver = get_resolver().namespace_dict["desk"]
    return [pattern for pattern in resolver.url_patterns if isinstance(pattern, URLPattern)]


def shared_things(agency: Agency, entry_id: UUID, actor: Account) -> dict[str, UUID]:
    """A duty, a law and a holiday notice that wait for a second person, and an article."""
    limit = pack_in_force(agency.pk, TODAY).rule("time_limits", "publish_decision")
    subject = Subject("entry", entry_id, "公开一份决定")  # a public one: a supervisor reads no other
    duty = open_duty(agency.pk, limit=limit, subject=subject, event_on=TODAY, actor=None, at=NOON)
    text = LawText(key="测试法@2026", title="测试法", level="law", articles=[ArticleText("1", text="条文")])
    law = propose_law(text, agency_id=agency.pk, actor=actor, at=NOON)
    off = CalendarDay(date(2031, 1, 1), is_workday=False, name="元旦", notice="测试通知", source="测试")
    calendar = propose_calendar([off], agency_id=agency.pk, actor=actor, at=NOON)
    article = Article.objects.order_by("key")[0]
    form = Template.objects.create(
        agency=agency, kind="filing_approval", title="立案审批表", number=1, sha256="0" * 64, pack="试", reason="试",
        effective_from=TODAY, proposed_by=actor, proposed_at=NOON,
    )  # fmt: skip
    return {"duty": duty.pk, "law": law.pk, "calendar": calendar.pk, "article": article.pk, "template": form.pk}


def recorded_things(agency: Agency, actor: Account) -> dict[str, UUID]:
    """A record of what was decided on the public entry, and one whose content somebody wants erased."""
    passed = Record.objects.filter(kind="release.passed").order_by("-id")[0]
    drafted = Record.objects.filter(kind="entry.drafted").order_by("id")[0]
    request = request_erasure(
        drafted.pk, agency_id=agency.pk, ground="试", basis="个人信息保护法@2021:47", actor=actor, at=NOON
    )
    return {"record": passed.pk, "erasure": request.pk}


def case_things(agency: Agency, handler: Account, other: Account, release: ProcedureRelease) -> dict[str, Any]:
    """A case on a small procedure with one of everything that its pages show."""
    unit = unit_of(handler, agency.pk)
    assert unit is not None
    content = ClueContent("report", TODAY, "某公司", "迟报")
    clue = register_clue(agency.pk, unit_id=unit, content=content, actor=handler, at=NOON)
    case = Case.objects.create(
        agency=agency, number="1", procedure=release.procedure, category="penalty", title="某案", source="report",
        unit_id=unit, handler=handler, opened_on=TODAY, opened_by=handler, opened_at=NOON,
    )  # fmt: skip
    start(case.pk, agency_id=agency.pk, procedure=release.procedure, facts={}, actor=handler, at=NOON, unit_id=unit)
    who = {"agency": agency, "case": case, "registered_at": NOON}
    measure = Measure.objects.create(**who, kind="sampling", items="一件", reason="试", registered_by=handler)
    terms = {"outcome": "penalty", "facts": "试", "reasons": "试"}
    proposal = Proposal.objects.create(agency=agency, case=case, number=1, made_by=handler, made_at=NOON, **terms)
    discussion = Discussion.objects.create(
        agency=agency, case=case, proposal=proposal, held_on=TODAY, place="会议室", chair=other, recorder=handler,
        called_at=NOON,
    )  # fmt: skip
    message = Message.objects.create(agency=agency, case=case, to_account=handler, text="试", sent_at=NOON)
    document = Document.objects.create(
        agency=agency, subject_kind="case", subject_id=case.pk, kind="立案审批表", place="t_file", drafted_by=handler,
        drafted_at=NOON,
    )  # fmt: skip
    kept = store_case_file(case.pk, name="试.pdf", content=b"%PDF-1.7", actor=handler, at=NOON)
    compared = Comparison.objects.create(agency=agency, document=document, file_sha256=kept.sha256, file_name="试.pdf",
                                         uploaded_by=handler, uploaded_at=NOON)  # fmt: skip
    paper = Paper.objects.create(**who, step="t_file", kind="立案审批表", made_on=TODAY, registered_by=handler)
    evidence = Evidence.objects.create(
        **who, kind="audiovisual", name="试", proves="试", source="试", obtained_on=TODAY, first_collector=handler,
        registered_by=handler,
    )  # fmt: skip
    originals = [
        Original.objects.create(
            agency=agency, subject_kind=EVIDENCE_SUBJECT, subject_id=evidence.pk, name="试", size=len(content),
            sha256=storage().put(content), sm3="0" * 64, media_type=kind, received_by=handler, received_at=NOON,
        )
        for content, kind in ((pdf(), "application/pdf"), (boxed(b"isom"), "video/mp4"))
    ]  # fmt: skip
    deposit = Deposit.objects.create(agency=agency, case=case, keeper="档案室", volumes=1, items=1, pages=1,
                                     catalogue_sha256="0" * 64, given_by=handler, given_at=NOON)  # fmt: skip
    destruction = Destruction.objects.create(agency=agency, case=case, appraisal="试", proposed_by=other,
                                             proposed_at=NOON)  # fmt: skip
    publication = Publication.objects.create(
        agency=agency, case=case, occasion="decision", state="public", draft="", version=1, source_sha256="0" * 64,
        prepared_by=handler, prepared_at=NOON, published_at=NOON,
    )  # fmt: skip
    retrieval = Retrieval.objects.create(agency=agency, case=case, purpose="试", asked_by=handler, asked_at=NOON)
    return {
        "evidence": evidence.pk, "original": originals[0].pk, "film": originals[1].pk,
        "registered": paper.pk, "deposit": deposit.pk, "item": paper.pk,
        "destruction": destruction.pk, "retrieval": retrieval.pk, "volume": "main", "serial": 1,
        "clue": clue.pk, "case": case.pk, "step": "t_file", "measure": measure.pk, "discussion": discussion.pk,
        "message": message.pk, "file": kept.pk, "act": "message", "document": document.pk, "kind": "filing_approval",
        "comparison": compared.pk,
        "paper": "A4", "publication": publication.pk, "occasion": "decision",
    }  # fmt: skip
