"""Paper is the document (R3), numbers have no gap (R2), and no decision is sealed before its review (L1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from heliograph.documents import scan_reading
from heliograph.documents.models import Comparison, Document, SealedFile
from heliograph.documents.queries import issued_again, text_of
from heliograph.documents.scan_reading import ReadPage
from heliograph.dossiers import tasks
from heliograph.dossiers.actions.comparing import compare_scan
from heliograph.dossiers.actions.making import draft_document, issue_document, sheet_for
from heliograph.dossiers.actions.sealing import seal_document
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, step_of
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.walks import answered, noticed, took_evidence
from heliograph.legality_review.queries import may_be_decided
from heliograph.legality_review.tests.reviewing import reviewed, reviewing_bureau, to_review
from heliograph.registers.storage import storage

pytestmark = pytest.mark.django_db
DECISION = "行政处罚决定书"
ASKED: dict[str, Any] = {"bank": "晴川农商银行营业部", "add_surcharge": True, "court": "晴川县人民法院"}
SCAN = b"%PDF-1.7 the signed sheet"


@pytest.fixture
def bureau(settings: LazySettings, tmp_path: Path) -> Bureau:
    settings.SEAL_PROVIDER, settings.SEAL_HOME = "test", tmp_path / "seal"
    return reviewing_bureau()


def decision(bureau: Bureau) -> tuple[Case, Document]:
    case = answered(bureau, noticed(bureau, reviewed(bureau, to_review(bureau))))
    step = step_of(case, "decide")
    draft = draft_document(case.pk, step, kind=DECISION, asked=dict(ASKED), actor=bureau["handler"], at=bureau.later())
    made = issue_document(case.pk, draft.pk, actor=bureau["leader_in_charge"], at=bureau.later())
    return case, made


def sealed(bureau: Bureau, case: Case, made: Document) -> SealedFile:
    return seal_document(case.pk, made.pk, actor=bureau["handler"], at=bureau.later())


def test_r3_reviewed_decision_is_sealed_and_the_drawn_file_stays(bureau: Bureau) -> None:
    case, made = decision(bureau)
    kept = sealed(bureau, case, made)
    with storage().open(made.sha256) as drawn, storage().open(kept.sha256) as under_seal:
        before = drawn.read()
        assert under_seal.read().startswith(before)
    assert issued_again(sheet_for(case, DECISION), made, agency=case.agency.name) == before


def test_l1_opinion_that_a_change_made_void_lets_no_seal_through(bureau: Bureau) -> None:
    case, made = decision(bureau)
    took_evidence(bureau, case)
    assert not may_be_decided(case.pk)
    assert refused(lambda: sealed(bureau, case, made)) == "review.void"
    assert not SealedFile.objects.exists()


def test_r3_scan_of_the_signed_sheet_is_held_against_the_document(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_reading, "is_installed", lambda: True)
    case, made = decision(bureau)
    lines = text_of(sheet_for(case, DECISION), made)
    code = f"{made.number}\n{made.fingerprint}"
    monkeypatch.setattr(tasks, "read_scan", lambda _content: [ReadPage(lines, [code])])
    assert compared(bureau, case, made, SCAN).state == "same"
    changed = [line.replace("伍仟", "伍万").replace("5000", "50000").replace("捌佰", "捌仟") for line in lines]
    changed = [line.replace("800元", "8000元") for line in changed]
    assert changed != lines
    monkeypatch.setattr(tasks, "read_scan", lambda _content: [ReadPage(changed, [code])])
    found = compared(bureau, case, made, SCAN + b" changed")
    assert found.state == "different"
    assert any(one["weight"] == "strict" for one in found.differences)


def compared(bureau: Bureau, case: Case, made: Document, scan: bytes) -> Comparison:
    held = compare_scan(case.pk, made.pk, name="扫描.pdf", content=scan, actor=bureau["handler"], at=bureau.later())
    tasks.read_and_compare(str(held.pk))
    tasks.read_and_compare(str(held.pk))  # a job may run twice
    held.refresh_from_db()
    return held
