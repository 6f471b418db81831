"""Too much text and refused forms: an answer in Chinese that says what to do, and nothing left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet

from heliograph.desk.case_entry_forms import (
    CitationForm,
    EvidenceForm,
    MeasureEndForm,
    MeasureForm,
    OnSiteForm,
    SeatForm,
)
from heliograph.desk.clue_forms import ClueForm
from heliograph.desk.steps.uploads import Upload
from heliograph.desk.tests.casework import open_bureau, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, CaseEvent, CaseFile, Evidence, Paper
from heliograph.dossiers.tests.bureau import Bureau, generic_step, opened, step_of
from heliograph.dossiers.tests.walks import filed
from heliograph.evidence.models import Original
from heliograph.ledger.models import Record
from heliograph.registers.actions import drop_unused_files
from heliograph.registers.storage import storage

HUGE = "长" * 7_000_000  # 20 MB and more
PDF = b"%PDF-1.4 sent by a form"  # no bytes that the bureau keeps already
PROPOSED = {"facts_found": "迟报资料", "paper-0-number": "晴立〔2026〕1号"}


@pytest.fixture
def bureau(db: None, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


def proposing(bureau: Bureau) -> tuple[Case, str]:
    """A case that waits for its filing form, with the address of that step."""
    case = opened(bureau)
    actions.complete_step(case.pk, generic_step(case), note="属实", papers=[], facts={"线索核查结论": "建议立案"},
                          actor=bureau["handler"], at=bureau.later())  # fmt: skip
    return case, step_url(bureau, case, step_of(case, "propose_filing"))


def uploaded(case: Case) -> QuerySet[CaseFile]:
    """The files of a case but for the one that the bureau keeps of every case it opens."""
    return CaseFile.objects.filter(case=case).exclude(name="签章件.pdf")


def with_file(case: Case, **changes: Any) -> dict[str, Any]:
    upload = SimpleUploadedFile("立案审批表.pdf", PDF, "application/pdf")
    return {**PROPOSED, "rev": rev_of(case), "paper-0-on": "2026-11-20", "paper-0-file": upload, **changes}


@pytest.mark.parametrize("plain", [True, False])
def test_twenty_megabytes_of_text_are_answered_by_a_page_of_ours(
    bureau: Bureau, browser: Browser, *, plain: bool
) -> None:
    case = opened(bureau)
    address = step_url(bureau, case, generic_step(case))
    before = Record.objects.count()
    sent = {"note": HUGE, "rev": rev_of(case)}
    client = browser(bureau["handler"])
    answer = (
        client.post(address, data=f"note={'x' * 20_000_000}", content_type="application/x-www-form-urlencoded")
        if plain
        else client.post(address, sent)
    )
    assert answer.status_code == 413
    page = answer.content.decode()
    for words in ("提交的内容太大", "2.6 MB", "本次没有办理", "作为附件"):
        assert words in page
    assert Record.objects.count() == before
    assert CaseEvent.objects.filter(case=case).count() == 1


def test_too_many_fields_are_answered_likewise(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    sent = {f"note{number}": "x" for number in range((settings.DATA_UPLOAD_MAX_NUMBER_FIELDS or 0) + 1)}
    answer = browser(bureau["handler"]).post(step_url(bureau, case, generic_step(case)), sent)
    assert answer.status_code == 413
    assert "最多 1000 项" in answer.content.decode()


def test_a_text_above_its_own_limit_names_field_and_limit(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    sent = {"note": "长" * 2_001, "fact-线索核查结论": "建议立案", "rev": rev_of(case)}
    answer = browser(bureau["handler"]).post(step_url(bureau, case, generic_step(case)), sent)
    assert answer.status_code == 422
    assert "“办理情况”最多 2000 字，现为 2001 字" in answer.content.decode()


@pytest.mark.parametrize(
    "shape", [CitationForm, EvidenceForm, MeasureEndForm, MeasureForm, OnSiteForm, SeatForm, ClueForm]
)
def test_every_text_of_a_form_has_a_limit(shape: type[forms.Form]) -> None:
    texts = [field for field in shape.base_fields.values() if isinstance(field, forms.CharField)]
    assert texts
    assert [field.label for field in texts if not field.max_length] == []


def test_a_refused_step_leaves_no_file_behind(bureau: Bureau, browser: Browser) -> None:
    case, address = proposing(bureau)
    client = browser(bureau["handler"])
    before = Record.objects.count()
    for changes, status in [({"paper-0-on": "2031-01-01"}, 409), ({"rev": "1"}, 409), ({"facts_found": ""}, 422)]:
        assert client.post(address, with_file(case, **changes)).status_code == status
        assert not uploaded(case).exists()
        assert not Paper.objects.exists()
    assert browser(bureau["leader_in_charge"]).post(address, with_file(case)).status_code == 403
    assert Record.objects.count() == before
    assert client.post(address, with_file(case)).status_code == 302
    assert uploaded(case).get() == Paper.objects.get().file


def test_what_was_uploaded_is_kept_while_the_form_is_corrected(bureau: Bureau, browser: Browser) -> None:
    case, address = proposing(bureau)
    client = browser(bureau["handler"])
    page = client.post(address, with_file(case, **{"paper-0-on": "2031-01-01"})).content.decode()
    kept = page.split('name="paper-0-file-kept" value="')[1].split('"')[0]
    assert "立案审批表.pdf" in page
    again = {**PROPOSED, "rev": rev_of(case), "paper-0-on": "2026-11-20", "paper-0-file-kept": kept}
    assert client.post(address, again).status_code == 302
    assert uploaded(case).get().name == "立案审批表.pdf"


def test_a_reference_that_nobody_signed_brings_no_file(bureau: Bureau, browser: Browser) -> None:
    case, address = proposing(bureau)
    sha256 = storage().put(PDF)
    forged = Upload(sha256, "a.pdf", len(PDF), str(case.pk), str(bureau["handler"].pk)).reference[:-1] + "_"
    sent = {**PROPOSED, "rev": rev_of(case), "paper-0-on": "2026-11-20", "paper-0-file-kept": forged}
    assert browser(bureau["handler"]).post(address, sent).status_code == 302
    assert Paper.objects.get().file is None


def test_a_reference_is_good_for_its_own_form_alone(bureau: Bureau, browser: Browser) -> None:
    case, address = proposing(bureau)
    sha256, client = storage().put(PDF), browser(bureau["handler"])
    for whose, by in [(opened(bureau).pk, bureau["handler"].pk), (case.pk, bureau["co_handler"].pk)]:
        kept = Upload(sha256, "a.pdf", len(PDF), str(whose), str(by)).reference
        sent = {**PROPOSED, "rev": rev_of(case), "paper-0-on": "2026-11-20", "paper-0-file-kept": kept}
        answer = client.post(address, sent)
        assert answer.status_code == 409
        assert "已经失效" in answer.content.decode()
    assert not uploaded(case).exists()


def test_the_bytes_of_a_refused_form_are_swept_and_asked_for_anew(bureau: Bureau, browser: Browser) -> None:
    case, address = proposing(bureau)
    client = browser(bureau["handler"])
    page = client.post(address, with_file(case, **{"paper-0-on": "2031-01-01"})).content.decode()
    kept = page.split('name="paper-0-file-kept" value="')[1].split('"')[0]
    assert drop_unused_files(unused_for=timedelta(days=1), at=datetime.now(tz=UTC) + timedelta(days=2)) >= 1
    sent = {**PROPOSED, "rev": rev_of(case), "paper-0-on": "2026-11-20", "paper-0-file-kept": kept}
    answer = client.post(address, sent)
    assert answer.status_code == 409
    assert "请重新选择文件" in answer.content.decode()
    assert not Paper.objects.exists()


def test_evidence_that_is_refused_leaves_no_file_behind(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    sent = {"kind": "documentary", "name": "报表", "proves": "迟报", "source": "当事人", "obtained_on": "2026-11-20",
            "collector": str(bureau["handler"].pk), "second_collector": str(bureau["co_handler"].pk)}  # fmt: skip
    client, address = browser(bureau["handler"]), url(bureau, "evidence-new", case=case.pk)

    def upload() -> SimpleUploadedFile:
        return SimpleUploadedFile("报表.pdf", PDF)

    assert client.post(address, {**sent, "obtained_on": "2031-01-01", "originals": upload()}).status_code == 409
    assert not Original.objects.exists()
    assert client.post(address, {**sent, "originals": upload()}).status_code == 302
    assert Original.objects.get().subject_id == Evidence.objects.get().pk
