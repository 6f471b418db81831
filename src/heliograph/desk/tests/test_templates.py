"""Forms on the desk: listed, written with faults and pages beside the text, proposed, approved by another, used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from heliograph.desk.template_views import LONGEST_DIFF, changed_lines
from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import Browser
from heliograph.documents.models import Template
from heliograph.documents.templates import kind_of_pack
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, opened
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db
KIND = "filing_approval"
NOTE = "  - {block: note, text: 本表一式两份。}\n"
HOSTILE = "  - {block: note, text: '{{ 7*7 }}'}\n"


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


@pytest.fixture
def reviewer(bureau: Bureau, browser: Browser) -> Client:
    return browser(bureau["legality_reviewer"])


@pytest.fixture
def leader(bureau: Bureau, browser: Browser) -> Client:
    return browser(bureau["leader_in_charge"])


def text_of(bureau: Bureau) -> str:
    found = kind_of_pack(pack_in_force(bureau.agency.pk, bureau.today), KIND)
    assert found is not None
    return f"{found.source.rstrip()}\n"


def editor(bureau: Bureau, name: str = "template") -> str:
    return url(bureau, name, kind=KIND)


def sent(bureau: Bureau, source: str, **more: str) -> dict[str, str]:
    return {"act": "propose", "source": source, "effective_from": f"{bureau.today}", "reason": "统一格式", **more}


def proposed(client: Client, bureau: Bureau, source: str, **more: str) -> Template:
    answer = client.post(editor(bureau), sent(bureau, source, **more))
    assert answer.status_code == 302, answer.content.decode()
    return Template.objects.get(state="proposed")


def version_url(bureau: Bureau, found: Template) -> str:
    return url(bureau, "template-version", version=found.pk)


def checked(client: Client, bureau: Bureau, source: str, **more: Any) -> dict[str, Any]:
    answer = client.post(editor(bureau, "template-check"), {"source": source, **more})
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_a_form_is_listed_written_proposed_approved_and_listed_as_own(
    reviewer: Client, leader: Client, bureau: Bureau
) -> None:
    page = read(reviewer, url(bureau, "templates"))
    assert editor(bureau) in page
    assert "国家通用模板" in page
    page = read(reviewer, editor(bureau))
    assert "上级包" not in page
    assert "规则包" not in page
    assert "<td>归档号</td>" in page  # what a case can give, by name
    assert "没有发现问题" in page
    assert "data:image/png;base64," in page
    found = proposed(reviewer, bureau, text_of(bureau) + NOTE)
    page = read(reviewer, version_url(bureau, found))
    assert "本人提出的模板不能由本人批准" in page
    assert "批准</button>" not in page
    assert version_url(bureau, found) not in read(reviewer, url(bureau, "home"))
    assert version_url(bureau, found) in read(leader, url(bureau, "home"))
    page = read(leader, version_url(bureau, found))
    assert "本表一式两份。" in page
    assert leader.post(version_url(bureau, found), {"decision": "approve"}).status_code == 302
    page = read(leader, url(bureau, "templates"))
    assert "本机关第 1 版" in page
    assert "施行中" in read(reviewer, editor(bureau))
    history = url(bureau, "record-history", table="documents_template", row=found.pk)
    assert "批准文书模板" in read(reviewer, history)


def test_faults_are_said_as_one_types_and_when_it_is_proposed(reviewer: Client, bureau: Bureau) -> None:
    hostile = text_of(bureau) + HOSTILE
    found = checked(reviewer, bureau, hostile)
    assert found["pages"] == []
    assert [one["line"] for one in found["faults"]] == [len(hostile.splitlines())]
    assert "花括号" in found["faults"][0]["message"]
    assert checked(reviewer, bureau, text_of(bureau))["faults"] == []
    unused = text_of(bureau).replace(
        "blocks:", "  - {id: archive, label: 归档号, source: case.archive_number}\nblocks:"
    )
    said = [one["message"] for one in checked(reviewer, bureau, unused)["faults"]]
    assert said == ["字段「归档号」（archive）没有用到。"]
    assert checked(reviewer, bureau, text_of(bureau))["pages"]
    answer = reviewer.post(editor(bureau), sent(bureau, hostile))
    assert answer.status_code == 422
    assert "没有提出" in answer.content.decode()
    assert "7*7" in answer.content.decode()
    answer = reviewer.post(editor(bureau), {"act": "check", "source": hostile, "reason": "写到一半"})
    assert answer.status_code == 200
    assert "写到一半" in answer.content.decode()
    assert reviewer.post(editor(bureau), sent(bureau, "")).status_code == 422
    assert not Template.objects.exists()


def test_typst_and_html_in_a_form_stay_text(reviewer: Client, bureau: Bureau) -> None:
    line = "  - {block: note, text: '#read(\"/etc/passwd\") <script>alert(1)</script> $x$'}\n"
    found = checked(reviewer, bureau, text_of(bureau) + line)
    assert found["faults"] == []
    assert found["pages"]
    page = reviewer.post(editor(bureau), {"act": "check", "source": text_of(bureau) + line}).content.decode()
    assert "<script>alert" not in page


def test_the_preview_takes_an_own_running_case_and_no_other(reviewer: Client, bureau: Bureau) -> None:
    case: Case = opened(bureau)
    assert case.number in read(reviewer, editor(bureau))
    assert checked(reviewer, bureau, text_of(bureau), case=str(case.pk))["pages"]
    for other in ("x", "00000000-0000-7000-8000-000000000000"):
        answer = reviewer.post(editor(bureau, "template-check"), {"source": text_of(bureau), "case": other})
        assert answer.status_code == 404


def test_without_fonts_the_page_says_so(reviewer: Client, bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.documents.fonts.are_ready", lambda: False)
    assert "没有安装文书字体" in checked(reviewer, bureau, text_of(bureau))["said"]
    assert "没有安装文书字体" in read(reviewer, editor(bureau))


def test_the_wrong_person_and_twice(reviewer: Client, leader: Client, bureau: Bureau, browser: Browser) -> None:
    source = text_of(bureau) + NOTE
    handler = browser(bureau["handler"])
    assert handler.post(editor(bureau), sent(bureau, source)).status_code == 403
    assert "readonly" in read(handler, editor(bureau))
    found = proposed(reviewer, bureau, source)
    answer = reviewer.post(editor(bureau), sent(bureau, source + NOTE))
    assert answer.status_code == 409
    assert "待批准" in answer.content.decode()
    assert handler.post(version_url(bureau, found), {"decision": "approve"}).status_code == 403
    assert reviewer.post(version_url(bureau, found), {"decision": "approve"}).status_code == 409
    answer = leader.post(version_url(bureau, found), {"decision": "return"})
    assert answer.status_code == 409
    assert "退回须写明意见" in answer.content.decode()
    assert leader.post(version_url(bureau, found), {"decision": "return", "opinion": "重写"}).status_code == 302
    assert leader.post(version_url(bureau, found), {"decision": "approve"}).status_code == 409
    found.refresh_from_db()
    assert (found.state, found.opinion) == ("returned", "重写")


def test_the_way_back_to_the_pack(reviewer: Client, leader: Client, bureau: Bureau) -> None:
    found = proposed(reviewer, bureau, text_of(bureau) + NOTE)
    leader.post(version_url(bureau, found), {"decision": "approve"})
    assert "恢复使用国家通用模板" in read(reviewer, editor(bureau))
    tomorrow = {"effective_from": f"{bureau.today.replace(day=bureau.today.day + 1)}"}
    back = proposed(reviewer, bureau, text_of(bureau) + NOTE, restore="on", **tomorrow)
    assert back.source == ""
    assert "本表一式两份。" in read(leader, version_url(bureau, back))
    leader.post(version_url(bureau, back), {"decision": "approve"})
    page = read(leader, url(bureau, "templates"))
    assert "第 2 版，" in page
    assert "本机关第 1 版" in page


def test_changes_are_shown_line_by_line() -> None:
    shown = [(one.mark, one.text) for one in changed_lines("a\nb\nc\n", "a\nx\nc\n")]
    assert shown == [("gap", "……"), ("", "a"), ("del", "b"), ("add", "x"), ("", "c")]
    assert changed_lines("a\n", "a\n") == []
    assert "不逐行比对" in changed_lines("a\n" * LONGEST_DIFF, "b\n")[0].text
