"""Documents on the desk: made from the case, previewed, issued, taken by the step, voided; and without fonts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from heliograph.desk.tests.casework import open_bureau, read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.documents.models import Document
from heliograph.dossiers.models import Case, Paper
from heliograph.dossiers.tests.bureau import Bureau, opened, step_of
from heliograph.dossiers.tests.stages import walk_to
from heliograph.ledger.models import Record

pytestmark = pytest.mark.django_db
NOTICE = "行政处罚事先告知书"
TYPED = {"facts": "迟报一次", "evidence": "营业执照一份", "reasons": "事实清楚", "statement_days": "5个工作日",
         "contact": "承办甲", "phone": "0539-1", "address": "政务路 1 号"}  # fmt: skip


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


@pytest.fixture
def case(bureau: Bureau) -> Case:
    made = opened(bureau)
    walk_to(bureau, made, "give_prior_notice")
    made.refresh_from_db()
    return made


@pytest.fixture
def handler(bureau: Bureau, browser: Browser) -> Client:
    return browser(bureau["handler"])


def make_url(bureau: Bureau, case: Case, kind: str = "prior_notice", step: str = "") -> str:
    return url(bureau, "document-make", case=case.pk, kind=kind, step=step or step_of(case, "give_prior_notice"))


def document_url(bureau: Bureau, name: str, made: Document) -> str:
    return url(bureau, name, case=made.subject_id, document=made.pk)


def issue(handler: Client, bureau: Bureau, case: Case) -> Document:
    handler.post(make_url(bureau, case), TYPED)
    made = Document.objects.get(kind=NOTICE, state="draft")
    answer = handler.post(document_url(bureau, "document-issue", made), {"rev": made.rev})
    assert answer.status_code == 302, answer.content.decode()
    made.refresh_from_db()
    return made


def test_notice_is_made_previewed_issued_and_taken(handler: Client, bureau: Bureau, case: Case) -> None:
    page = read(handler, step_url(bureau, case, step_of(case, "give_prior_notice")))
    assert make_url(bureau, case) in page
    page = read(handler, make_url(bureau, case))
    assert "迟报一次" in page
    assert 'src="data:image/png;base64,' in page
    assert "生成文书" not in page
    phone = page.split('for="id_phone"')[1].split("</label>")[0]
    assert 'class="must"' in phone  # marked, though a draft may be kept without it
    handler.post(make_url(bureau, case), {**TYPED, "phone": ""})
    page = read(handler, make_url(bureau, case))
    assert "还缺少以下内容" in page
    assert "联系电话" in page
    made = issue_after_correction(handler, bureau, case)
    page = read(handler, document_url(bureau, "document", made))
    assert made.number in page
    assert made.fingerprint in page
    assert Record.objects.filter(kind="case.file_read", subject_id=str(case.pk)).exists()
    page = read(handler, step_url(bureau, case, step_of(case, "give_prior_notice")))
    assert f"系统生成的{NOTICE}{made.number}" in page
    sent = {"rev": rev_of(case), "served_on": f"{bureau.today:%Y-%m-%d}", "paper-0-document": str(made.pk)}
    here = step_url(bureau, case, step_of(case, "give_prior_notice"))
    other = handler.post(here, sent | {"paper-0-on": "2031-01-01"})
    assert other.status_code == 422
    assert "日期和文号以文书为准" in other.content.decode()
    by_hand = sent | {"paper-0-document": "by_hand"}
    bare = handler.post(here, by_hand)
    assert "另行制作的文书，请填写制作日期" in bare.content.decode()
    answer = handler.post(step_url(bureau, case, step_of(case, "give_prior_notice")), sent)
    assert answer.status_code == 302, answer.content.decode()
    assert Paper.objects.get(case=case, kind=NOTICE).document_id == made.pk
    assert document_url(bureau, "document", made) in read(handler, url(bureau, "case", case=case.pk))
    assert "作废理由" not in read(handler, document_url(bureau, "document", made))


def issue_after_correction(handler: Client, bureau: Bureau, case: Case) -> Document:
    draft = Document.objects.get(kind=NOTICE)
    handler.post(make_url(bureau, case), {**TYPED, "rev": draft.rev})
    draft.refresh_from_db()
    assert "生成文书" in read(handler, make_url(bureau, case))
    handler.post(document_url(bureau, "document-issue", draft), {"rev": draft.rev})
    draft.refresh_from_db()
    assert draft.state == "issued"
    return draft


def test_files_are_given(handler: Client, bureau: Bureau, case: Case) -> None:
    handler.post(make_url(bureau, case), TYPED)
    draft = Document.objects.get(kind=NOTICE)
    assert handler.get(document_url(bureau, "document", draft)).status_code == 302
    pdf = handler.get(document_url(bureau, "document-pdf", draft))
    assert pdf.content.startswith(b"%PDF")
    word = handler.get(document_url(bureau, "document-word", draft))
    assert word.content.startswith(b"PK")
    handler.post(document_url(bureau, "document-issue", draft), {"rev": draft.rev})
    whole = handler.get(document_url(bureau, "document-pdf", draft))
    assert b"".join(whole).startswith(b"%PDF")
    assert handler.get(document_url(bureau, "document-word", draft)).content.startswith(b"PK")


def test_stale_draft_and_missing_glyph_are_said_on_the_page(handler: Client, bureau: Bureau, case: Case) -> None:
    handler.post(make_url(bureau, case), {**TYPED, "contact": "承\U0001f600"})
    page = read(handler, make_url(bureau, case))
    assert "U+1F600" in page
    draft = Document.objects.get(kind=NOTICE)
    assert handler.get(document_url(bureau, "document-pdf", draft)).status_code == 409
    stale = handler.post(make_url(bureau, case), {**TYPED, "rev": "7"})
    assert stale.status_code == 409
    assert "他人刚刚修改了这份草稿" in stale.content.decode()
    long = handler.post(make_url(bureau, case), {**TYPED, "facts": "字" * 100_000, "rev": draft.rev})
    assert long.status_code == 422


def test_void_needs_a_reason(handler: Client, bureau: Bureau, case: Case, browser: Browser) -> None:
    made = issue(handler, bureau, case)
    address = document_url(bureau, "document", made)
    assert "作废</button>" in read(handler, address)
    assert "作废</button>" not in read(browser(bureau["leader_in_charge"]), address)
    assert handler.post(address, {"reason": ""}).status_code == 422
    assert handler.post(address, {"reason": "名称有误"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.void_reason) == ("voided", "名称有误")
    assert "名称有误" in read(handler, url(bureau, "case", case=case.pk))


def test_document_outside_of_steps(handler: Client, bureau: Bureau, case: Case) -> None:
    page = read(handler, url(bureau, "document-kinds", case=case.pk))
    assert "责令改正通知书" in page
    assert NOTICE not in page
    address = make_url(bureau, case, "correction_order", "case")
    typed = {"facts": "迟报", "demand": "立即报送", "court": "晴川县人民法院", "reconsideration_body": "晴川县人民政府"}
    handler.post(address, typed)
    draft = Document.objects.get(kind="责令改正通知书")
    assert handler.post(document_url(bureau, "document-issue", draft), {"rev": draft.rev}).status_code == 302
    assert Paper.objects.get(document=draft).number.endswith("责改〔2026〕1号")
    page = read(handler, document_url(bureau, "document", draft))
    assert "已经登记入卷，不能作废" in page
    assert "作废</button>" not in page
    assert handler.get(make_url(bureau, case, "prior_notice", "case")).status_code == 404
    assert handler.get(make_url(bureau, case, "nothing", "case")).status_code == 404
    assert handler.get(make_url(bureau, case, "penalty_decision")).status_code == 302


def test_without_fonts_the_desk_says_so_and_makes_no_pdf(
    handler: Client, bureau: Bureau, case: Case, settings: LazySettings, tmp_path: Path
) -> None:
    settings.FONT_FOLDERS = [tmp_path]
    handler.post(make_url(bureau, case), TYPED)
    page = read(handler, make_url(bureau, case))
    assert "本机没有安装文书字体" in page
    assert "heliograph fonts install" in page
    draft = Document.objects.get(kind=NOTICE)
    answer = handler.post(document_url(bureau, "document-issue", draft), {"rev": draft.rev})
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert handler.get(document_url(bureau, "document-word", draft)).status_code == 200


def test_document_of_another_case_is_not_there(handler: Client, bureau: Bureau, case: Case) -> None:
    made = issue(handler, bureau, case)
    other = opened(bureau)
    for name in ("document", "document-pdf", "document-word"):
        assert handler.get(url(bureau, name, case=other.pk, document=made.pk)).status_code == 404
