"""Versions of a document beside each other, and several documents printed as one file."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import Browser
from heliograph.documents.models import Document
from heliograph.dossiers.actions.making import WHOLE_CASE, draft_document, issue_document, void_document
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, opened
from heliograph.dossiers.tests.retrieving import archived_early
from heliograph.dossiers.tests.stages import walk_to
from heliograph.dossiers.tests.test_making import NOTICE, drafted, issued
from heliograph.kernel.canonical import parse_canonical
from heliograph.ledger.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


@pytest.fixture
def case(bureau: Bureau) -> Case:
    made = opened(bureau)
    walk_to(bureau, made, "give_prior_notice")
    made.refresh_from_db()
    return made


def notice(bureau: Bureau, case: Case, **asked: Any) -> Document:
    return issued(bureau, case, drafted(bureau, case, "give_prior_notice", NOTICE, **asked))


def shown(bureau: Bureau, client: Client, made: Document, other: Document | None = None) -> str:
    query = f"?with={other.pk}" if other else ""
    return read(client, url(bureau, "document", case=made.subject_id, document=made.pk) + query)


def test_two_issues_and_a_draft_are_held_side_by_side(bureau: Bureau, case: Case, browser: Browser) -> None:
    client = browser(bureau["handler"])
    first = notice(bureau, case)
    assert "其他版本" not in shown(bureau, client, first)
    void_document(case.pk, first.pk, reason="电话有误", actor=bureau["handler"], at=bureau.later())
    second = notice(bureau, case, phone="0539-8222222")
    page = shown(bureau, client, second)
    assert "其他版本" in page
    assert "8222222" not in page.partition("其他版本")[2].partition("</section>")[0]
    before = Record.objects.filter(kind="case.file_read").count()
    changed = shown(bureau, client, second, first).partition("其他版本")[2].partition("</section>")[0]
    assert Record.objects.filter(kind="case.file_read").count() == before + 2, "both were looked at"
    for said in ("0539-8100000", "0539-8222222", first.number, second.number, "电话有误"):
        assert said in changed, said
    assert "晴川县政务路" not in changed
    assert "在先" in changed
    draft = drafted(bureau, case, "give_prior_notice", NOTICE, phone="0539-8333333")
    of_draft = shown(bureau, client, second, draft).partition("其他版本")[2]
    assert "0539-8333333" in of_draft
    make = url(bureau, "document-make", case=case.pk, kind="prior_notice", step=draft.place)
    assert "0539-8222222" in read(client, f"{make}?with={second.pk}").partition("其他版本")[2]
    assert client.get(f"{make}?with=x").status_code == 404


def receipt(bureau: Bureau, case: Case) -> Document:
    made = draft_document(case.pk, WHOLE_CASE, kind="送达回证", asked={"paper": NOTICE}, actor=bureau["handler"],
                          at=bureau.later())  # fmt: skip
    return issue_document(case.pk, made.pk, actor=bureau["handler"], at=bureau.later())


def test_chosen_documents_come_as_one_file_and_that_is_a_record(bureau: Bureau, case: Case, browser: Browser) -> None:
    client, address = browser(bureau["handler"]), url(bureau, "document-print", case=case.pk)
    assert "还没有生成文书" in read(client, address)
    assert address in read(client, url(bureau, "case", case=case.pk))
    made = [notice(bureau, case), receipt(bureau, case)]
    page = read(client, address)
    assert all(str(one.pk) in page for one in made)
    answer = client.post(address, {"documents": [str(one.pk) for one in made]})
    content = b"".join(answer)
    assert [one.title for one in PdfReader(io.BytesIO(content)).outline] == [str(one) for one in made]  # type: ignore[union-attr]
    told = Record.objects.get(kind="case.documents_printed")
    facts = parse_canonical(bytes(told.content.manifest))["facts"]
    assert (facts["sha256"], facts["pieces"]) == (hashlib.sha256(content).hexdigest(), "2")
    assert told.actor_id == bureau["handler"].pk


def test_what_is_not_printed(bureau: Bureau, case: Case, browser: Browser) -> None:
    client, address = browser(bureau["handler"]), url(bureau, "document-print", case=case.pk)
    made = notice(bureau, case)
    draft = drafted(bureau, case, "give_prior_notice", NOTICE)
    assert client.post(address, {}).status_code == 409
    assert client.post(address, {"documents": [str(draft.pk)]}).status_code == 409
    assert client.post(address, {"documents": ["x"]}).status_code == 404
    other = opened(bureau, title="别案")
    elsewhere = url(bureau, "document-print", case=other.pk)
    assert client.post(elsewhere, {"documents": [str(made.pk)]}).status_code == 404
    void_document(case.pk, made.pk, reason="有误", actor=bureau["handler"], at=bureau.later())
    assert client.post(address, {"documents": [str(made.pk)]}).status_code == 409
    archived_early(bureau, case)
    assert client.get(address).status_code == 409
    assert client.post(address, {"documents": [str(made.pk)]}).status_code == 409
    assert not Record.objects.filter(kind="case.documents_printed").exists()
