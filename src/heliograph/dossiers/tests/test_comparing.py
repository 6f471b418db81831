"""Scans of documents of a case: who uploads them, when, one at a time; what the worker writes down."""

from __future__ import annotations

import pytest

from heliograph.documents import scan_reading
from heliograph.documents.models import Comparison, Document
from heliograph.documents.queries import text_of
from heliograph.documents.scan_reading import CannotReadError, ReadPage
from heliograph.dossiers import tasks
from heliograph.dossiers.actions.comparing import compare_scan, fail_comparison, finish_comparison
from heliograph.dossiers.actions.making import sheet_for
from heliograph.dossiers.models import Case, CaseFile
from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.dossiers.tests.bureau import opened as open_case
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.test_making import NOTICE, case_at, drafted, issued, void
from heliograph.registers.files import FileRefusedError

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7 scan"


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    monkeypatch.setattr(scan_reading, "is_installed", lambda: True)
    return found_bureau("jinghai-tjj", "penalty_ordinary")


@pytest.fixture
def case(bureau: Bureau) -> Case:
    return case_at(bureau, "give_prior_notice")


@pytest.fixture
def made(bureau: Bureau, case: Case) -> Document:
    return issued(bureau, case, drafted(bureau, case, "give_prior_notice", NOTICE))


def upload(bureau: Bureau, case: Case, made: Document, *, by: str = "handler", content: bytes = SCAN) -> Comparison:
    return compare_scan(case.pk, made.pk, name="扫描.pdf", content=content, actor=bureau[by], at=bureau.later())


def test_who_may_compare_what_and_when(
    bureau: Bureau, case: Case, made: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(lambda: upload(bureau, case, made, by="archivist")) == "role.missing"
    draft = drafted(bureau, case, "give_prior_notice", NOTICE)
    assert refused(lambda: upload(bureau, case, draft)) == "document.not_issued"
    with pytest.raises(FileRefusedError):
        upload(bureau, case, made, content=b"text")
    with pytest.raises(Document.DoesNotExist):
        upload(bureau, open_case(bureau, title="别案"), made)
    monkeypatch.setattr(scan_reading, "is_installed", lambda: False)
    assert refused(lambda: upload(bureau, case, made)) == "comparison.no_engine"
    monkeypatch.setattr(scan_reading, "is_installed", lambda: True)
    held = upload(bureau, case, made)
    assert CaseFile.objects.filter(case=case, sha256=held.file_sha256).exists()
    assert refused(lambda: upload(bureau, case, made)) == "comparison.waiting"
    fail_comparison(held.pk, "坏了", at=bureau.later())
    void(bureau, case, made, "名称有误")
    assert refused(lambda: upload(bureau, case, made)) == "document.not_issued"


def test_finished_comparison_stays(bureau: Bureau, case: Case, made: Document) -> None:
    held = upload(bureau, case, made)
    lines = text_of(sheet_for(case, NOTICE), made)
    assert finish_comparison(held.pk, [ReadPage(lines, [])], at=bureau.later()).state == "same"
    assert fail_comparison(held.pk, "后来", at=bureau.later()).state == "same"
    assert finish_comparison(held.pk, [], at=bureau.later()).likeness == 1


def test_scan_that_cannot_be_read_is_said_and_another_taken(
    bureau: Bureau, case: Case, made: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_content: bytes) -> list[ReadPage]:
        raise CannotReadError("扫描件不能打开，可能设有密码或者已经损坏。请重新扫描后上传。")

    monkeypatch.setattr(tasks, "read_scan", locked)
    held = upload(bureau, case, made)
    tasks.read_and_compare(str(held.pk))
    held.refresh_from_db()
    assert (held.state, "密码" in held.failure) == ("failed", True)
    second = upload(bureau, case, made, content=SCAN + b"2")
    tasks.give_up(str(second.pk))
    second.refresh_from_db()
    assert "系统故障" in second.failure
