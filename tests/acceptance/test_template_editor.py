"""The legal office changes a form without a programmer (R1), and what the law wants said cannot be lost by it."""

from __future__ import annotations

from typing import Any

import pytest

from heliograph.documents.actions import ProposedForm, decide_template, propose_template
from heliograph.documents.models import Document, Template
from heliograph.documents.queries import issued_again, text_of
from heliograph.documents.templates import FormFaultsError, kind_of_pack
from heliograph.dossiers.actions.making import draft_document, issue_document, sheet_for, sheet_of_document
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened, step_of
from heliograph.dossiers.tests.stages import walk_to
from heliograph.kernel.packs.document_rules import DocumentKind
from heliograph.kernel.verdict import ActRefusedError
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.storage import storage

pytestmark = pytest.mark.django_db
NOTICE = "行政处罚事先告知书"
NEW = "来访请预约。"
ASKED: dict[str, Any] = {
    "facts": "迟报一次", "evidence": ["营业执照一份"], "reasons": "事实清楚", "statement_days": "5个工作日",
    "contact": "承办甲", "phone": "0539-1", "address": "政务路 1 号",
}  # fmt: skip


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


@pytest.fixture
def case(bureau: Bureau) -> Case:
    made = opened(bureau)
    walk_to(bureau, made, "give_prior_notice")
    made.refresh_from_db()
    return made


def of_pack(bureau: Bureau) -> DocumentKind:
    found = kind_of_pack(pack_in_force(bureau.agency.pk, bureau.today), NOTICE)
    assert found is not None
    return found


def reworded(bureau: Bureau) -> str:
    seal = '  - {block: seal, text: "{agency}"}'
    source = of_pack(bureau).source
    assert seal in source
    return source.replace(seal, f"  - {{block: paragraph, text: {NEW}}}\n{seal}")


def proposed(bureau: Bureau, source: str) -> Template:
    content = ProposedForm(source, bureau.today, "便于当事人")
    return propose_template(
        bureau.agency.pk, "prior_notice", content=content, actor=bureau["legality_reviewer"], at=bureau.later()
    )


def approved(bureau: Bureau, found: Template) -> Template:
    return decide_template(found.pk, passed=True, actor=bureau["leader_in_charge"], at=bureau.later())


def drafted(bureau: Bureau, case: Case) -> Document:
    step = step_of(case, "give_prior_notice")
    return draft_document(case.pk, step, kind=NOTICE, asked=ASKED, actor=bureau["handler"], at=bureau.later())


def issued(bureau: Bureau, case: Case, draft: Document) -> Document:
    return issue_document(case.pk, draft.pk, actor=bureau["handler"], at=bureau.later())


def test_r1_form_of_the_agency_is_used_once_a_second_person_approved_it(bureau: Bureau, case: Case) -> None:
    found = proposed(bureau, reworded(bureau))
    with pytest.raises(ActRefusedError, match="不能由本人批准"):
        decide_template(found.pk, passed=True, actor=bureau["legality_reviewer"], at=bureau.later())
    assert sheet_for(case, NOTICE, bureau.today).kind.source == of_pack(bureau).source
    approved(bureau, found)
    made = issued(bureau, case, drafted(bureau, case))
    sheet = sheet_of_document(case, made, bureau.today)
    assert made.template_sha256 == sheet.template_sha256
    assert NEW in text_of(sheet, made)


def test_r1_draft_from_before_goes_on_under_the_new_form(bureau: Bureau, case: Case) -> None:
    draft = drafted(bureau, case)
    before = draft.template_sha256
    approved(bureau, proposed(bureau, reworded(bureau)))
    made = issued(bureau, case, draft)
    assert made.template_sha256 != before
    assert made.data["facts"] == "迟报一次"


def test_r1_issued_document_keeps_the_form_that_it_was_made_by(bureau: Bureau, case: Case) -> None:
    made = issued(bureau, case, drafted(bureau, case))
    approved(bureau, proposed(bureau, reworded(bureau)))
    sheet = sheet_of_document(case, made, bureau.today)
    assert sheet.template_sha256 == made.template_sha256
    assert NEW not in text_of(sheet, made)
    with storage().open(made.sha256) as file:
        assert issued_again(sheet, made, agency=case.agency.name) == file.read()


def test_r1_required_statement_cannot_be_edited_away(bureau: Bureau) -> None:
    source = of_pack(bureau).source
    without = "\n".join(line for line in source.splitlines() if "statement: right_to_statement" not in line)
    with pytest.raises(FormFaultsError, match="不得省略"):
        proposed(bureau, without)
    assert not Template.objects.exists()
