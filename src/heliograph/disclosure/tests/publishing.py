"""A bureau whose penalty has been decided by a document of the system, and the people who publish it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from heliograph.disclosure.actions.ending import withdraw_decision
from heliograph.disclosure.actions.preparing import PublicationContent, prepare_publication, submit_publication
from heliograph.disclosure.actions.releasing import release_publication
from heliograph.disclosure.models import Publication, PublicDecision
from heliograph.disclosure.redacting import Choice
from heliograph.dossiers import actions
from heliograph.dossiers.actions import PaperContent
from heliograph.dossiers.actions.making import draft_document, issue_document
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened, step_of
from heliograph.dossiers.tests.stages import walk_to
from heliograph.dossiers.tests.walks import served_on_party
from heliograph.registers.actions import grant_role_by_name
from heliograph.registers.models import Account
from tests.cast import LONG_AGO, NOON, new_account
from tests.replay import replayed

DECISION = "行政处罚决定书"
PLACE = "行政执法信息公示平台"
PERSON = "李堃"
CARD = "371302198803141211"
PHONE = "13905390001"


def publishing_bureau(code: str = "jinghai-tjj") -> Bureau:
    """Found a bureau with somebody who approves what is released."""
    bureau = found_bureau(code, "penalty_ordinary")
    security = Account.objects.get(username="安全")
    approver = new_account("审批", "case", bureau.agency)
    grant_role_by_name("审批", agency_id=bureau.agency.pk, role="release_approver", from_on=LONG_AGO,
                       actor=security, at=NOON)  # fmt: skip
    bureau.people["release_approver"] = approver
    return bureau


def somebody(**changes: Any) -> actions.PartyContent:
    """A natural person as a party, with all that must not be published."""
    given: dict[str, Any] = {
        "kind": "person",
        "name": PERSON,
        "number_kind": "居民身份证",
        "number": CARD,
        "address": "晴川县城关镇人民路12号3单元502室",
        "phone": PHONE,
    }
    return actions.PartyContent(**(given | changes))


def decided_case(bureau: Bureau, *, serve: bool = True, **changes: Any) -> Case:
    """A case decided by a document that the system made, and served."""
    case = opened(bureau, **{"parties": [somebody()], **changes})
    walk_to(bureau, case, "decide")
    asked: dict[str, Any] = {"bank": "晴川农商银行营业部", "add_surcharge": True, "court": "晴川县人民法院"}
    place = step_of(case, "decide")
    leader = bureau["leader_in_charge"]
    drafted = draft_document(case.pk, place, kind=DECISION, asked=asked, actor=bureau["handler"], at=bureau.later())
    made = issue_document(case.pk, drafted.pk, actor=leader, at=bureau.later())
    actions.decide(case.pk, place, paper=PaperContent(DECISION, bureau.today, document_id=made.pk),
                   collecting_bank="晴川农商银行营业部", surcharge=True, actor=leader, at=bureau.later())  # fmt: skip
    if serve:
        served_on_party(bureau, case)
    case.refresh_from_db()
    return case


@replayed
def ready_to_publish(*, serve: bool = True) -> tuple[Bureau, Case]:
    """A bureau and its case at the step of publication, built once for all tests."""
    bureau = publishing_bureau()
    return bureau, decided_case(bureau, serve=serve)


def prepared(bureau: Bureau, case: Case, **changes: Any) -> Publication:
    """A draft of which every group was confirmed as it is suggested."""
    content = PublicationContent(**({"examined": "不涉及国家秘密、商业秘密，个人信息已隐去。"} | changes))
    made = prepare_publication(case.pk, content=content, actor=bureau["handler"], at=bureau.later())
    choices = {one["key"]: Choice(one["action"]) for one in made.redactions} | dict(content.choices)
    return prepare_publication(case.pk, content=replace(content, choices=choices), actor=bureau["handler"],
                               at=bureau.later(), rev=made.rev)  # fmt: skip


def submitted(bureau: Bureau, case: Case, **changes: Any) -> Publication:
    """A draft that waits for the second person."""
    made = prepared(bureau, case, **changes)
    return submit_publication(made.pk, rev=made.rev, actor=bureau["handler"], at=bureau.later())


def release(bureau: Bureau, waiting: Publication, *, by: str = "release_approver") -> Publication:
    """Let the second person release what waits."""
    return release_publication(waiting.pk, rev=waiting.rev, place=PLACE, actor=bureau[by], at=bureau.later())


def published(bureau: Bureau, case: Case, **changes: Any) -> Publication:
    """What the public can read."""
    return release(bureau, submitted(bureau, case, **changes))


def withdraw(bureau: Bureau, public: Publication, *, by: str = "release_approver", **changes: Any) -> Publication:
    """Withdraw it."""
    given = {"reason": "决定被撤销", "basis": "行政处罚法第四十八条", **changes}
    return withdraw_decision(public.pk, **given, place=PLACE, actor=bureau[by], at=bureau.later())


def rows_of(public: Publication) -> list[PublicDecision]:
    """Return what the public reads of it, the first version first."""
    return list(PublicDecision.objects.filter(publication=public).order_by("number"))


def annulled(bureau: Bureau, public: Publication) -> None:
    """Let the decision be revoked."""
    bureau.later(days=1)
    assert public.decision is not None
    actions.annul_decision(public.decision.pk, how="revoked", reason="复议撤销", annulled_on=bureau.today,
                           actor=bureau["legality_reviewer"], at=bureau.now + timedelta(minutes=1))  # fmt: skip
