"""The procedure pages of the desk: propose, approve by another, edit drafts without a programmer, see every fault."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from heliograph.desk.tests.conftest import Browser
from heliograph.procedures.actions import begin_new_draft, save_draft
from heliograph.procedures.models import Draft, Release
from heliograph.procedures.queries import definition_of, release_in_force
from heliograph.procedures.tables import table_on
from heliograph.procedures.tests.flows import content, flows, penalty, release_of, task
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, TODAY
from tests.settings import ROOT

LIST = "/desk/sunny/procedures/"
BUDGET = 20
LATER = TODAY + timedelta(days=30)


@pytest.fixture
def released(agency: Agency, legality_reviewer: Account, leader_in_charge: Account) -> Release:
    return release_of(agency, legality_reviewer, leader_in_charge)


@pytest.fixture
def draft(released: Release) -> Draft:
    """The draft that the release came from is still open."""
    return released.agency.procedure_drafts.get()


def page_of(draft: Draft) -> str:
    return f"{LIST}drafts/{draft.pk}/"


def propose(client: Client, draft: Draft) -> Release:
    draft.refresh_from_db()
    sent = {"effective_from": LATER.isoformat(), "reason": "调整", "rev": draft.rev}
    answer = client.post(page_of(draft), sent)
    assert answer.status_code == 302, answer.content.decode()
    return Release.objects.get(state="proposed")


def approve(client: Client, release: Release) -> None:
    answer = client.post(f"{LIST}releases/{release.pk}/", {"decision": "approve", "opinion": "同意"})
    assert answer.status_code == 302, answer.content.decode()


def post_json(client: Client, address: str, sent: Any) -> Any:
    answer = client.post(address, json.dumps(sent), content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def test_a_changed_period_is_released_by_two_people_and_told_in_words(
    browser: Browser, draft: Draft, agency: Agency, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    desk = browser(legality_reviewer)
    form = desk.get(f"{page_of(draft)}limits/investigate/")
    assert 'value="90"' in form.text
    sent = {"name": "调查期限", "unit": "working_days", "length": "30", "basis": "行政处罚法@2021:60", "rev": draft.rev}
    assert desk.post(f"{page_of(draft)}limits/investigate/", sent).status_code == 302
    release = propose(desk, draft)
    own = desk.post(f"{LIST}releases/{release.pk}/", {"decision": "approve"})
    assert own.status_code == 403
    leader = browser(leader_in_charge)
    assert "期限“调查期限”：90 日 → 30 个工作日" in leader.get(f"{LIST}releases/{release.pk}/").text
    approve(leader, release)
    now = release_in_force(agency.pk, "penalty", LATER)
    assert now is not None
    assert definition_of(now).limits["investigate"]["length"] == 30
    assert "第 2 版" in leader.get(LIST).text


def test_a_faulty_period_is_refused_with_its_reason(browser: Browser, draft: Draft, legality_reviewer: Account) -> None:
    desk = browser(legality_reviewer)
    whole = {"name": "期限", "unit": "working_days", "length": "3", "basis": "晴公3", "rev": draft.rev}
    for change, said in (
        ({"length": ""}, "请填写“长度”"),
        ({"length": "0"}, "不小于 1"),
        ({"length": "三"}, "应为整数"),
        ({"length": "99999"}, "不大于 3650"),
        ({"unit": "promptly"}, "不填长度"),
        ({"basis": ""}, "请填写“依据”"),
    ):
        answer = desk.post(f"{page_of(draft)}limits/new/", whole | change)
        assert answer.status_code == 422, change
        assert said in answer.text, change
    stale = desk.post(f"{page_of(draft)}limits/new/", whole | {"rev": 0})
    assert stale.status_code == 409
    assert "刚被他人修改" in stale.text
    assert desk.post(f"{page_of(draft)}limits/new/", whole).status_code == 302
    draft.refresh_from_db()
    assert draft.limits["limit_1"]["length"] == 3


def test_the_editor_saves_a_new_step_and_says_what_is_wrong_where(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    desk = browser(legality_reviewer)
    flow = f"{page_of(draft)}flow/penalty/"
    assert 'id="offered"' in desk.get(flow).text
    alone = penalty(extra=[task("t_new", "核对", "handler")])
    status, found = post_json(desk, f"{flow}check/", {"xml": alone})
    assert status == 200
    assert {one["element"] for one in found["faults"]} == {"t_new"}
    assert any("没有连线进入" in one["text"] and "t_new" not in one["text"] for one in found["faults"])
    draft.refresh_from_db()
    assert "t_new" not in draft.files["penalty"]
    joined = alone.replace('targetRef="t_close"', 'targetRef="t_new"', 1).replace(
        "</process>", flows("t_new>t_close") + "</process>"
    )
    status, found = post_json(desk, f"{flow}save/", {"xml": joined, "rev": draft.rev})
    assert status == 200
    assert found["rev"] == draft.rev + 1
    status, found = post_json(desk, f"{flow}save/", {"xml": joined, "rev": draft.rev})
    assert (status, found["refused"]) == (409, "该草稿刚被他人修改，请刷新后再保存。")


def test_the_editor_brings_its_own_periods(browser: Browser, draft: Draft, legality_reviewer: Account) -> None:
    desk = browser(legality_reviewer)
    flow = f"{page_of(draft)}flow/penalty/"
    xml = draft.files["penalty"].replace('zf:limit="publish"', 'zf:limit="limit_new_9"')
    limit = {"name": "公示期限", "unit": "working_days", "length": "5", "basis": "晴公3"}
    sent = {"xml": xml, "rev": draft.rev, "limits": {"limit_new_9": limit | {"length": "x"}}}
    status, found = post_json(desk, f"{flow}save/", sent)
    assert status == 422
    assert "应为整数" in found["faults"][0]["text"]
    status, found = post_json(desk, f"{flow}save/", sent | {"limits": {"limit_new_9": limit}})
    assert (status, found["faults"]) == (200, [])
    draft.refresh_from_db()
    assert draft.limits["limit_new_9"]["length"] == 5


@pytest.mark.parametrize(
    "sent",
    ["", "null", "[]", '{"xml": "<a", "rev": 1}', '{"xml": "<!DOCTYPE a []><a/>", "rev": 1}', '{"xml": 7, "rev": "x"}'],
)
def test_what_is_no_drawing_is_not_saved(browser: Browser, draft: Draft, legality_reviewer: Account, sent: str) -> None:
    desk = browser(legality_reviewer)
    for act in ("save", "layout"):
        answer = desk.post(f"{page_of(draft)}flow/penalty/{act}/", sent, content_type="application/json")
        assert answer.status_code == 422
        assert answer.json()["refused"]
    assert desk.post(f"{page_of(draft)}flow/penalty/check/", sent, content_type="application/json").json()["faults"]
    rev = draft.rev
    draft.refresh_from_db()
    assert draft.rev == rev


def test_without_script_the_file_goes_out_and_comes_back(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    desk = browser(legality_reviewer)
    out = desk.get(f"{page_of(draft)}files/penalty.bpmn").content
    back = SimpleUploadedFile("penalty.bpmn", out.replace("填报立案审批表".encode(), "填写立案表".encode()))
    assert desk.post(f"{page_of(draft)}flow/penalty/", {"file": back, "rev": draft.rev}).status_code == 302
    assert "填写立案表" in desk.get(page_of(draft)).text
    bad = SimpleUploadedFile("penalty.bpmn", b"hello")
    answer = desk.post(f"{page_of(draft)}flow/penalty/", {"file": bad, "rev": draft.rev + 1})
    assert answer.status_code == 422
    assert "不是完整的 XML" in answer.text


def test_a_draft_with_faults_is_not_proposed(browser: Browser, draft: Draft, legality_reviewer: Account) -> None:
    files = {**draft.files, "penalty": penalty(extra=[task("t_new", "核对", "handler")])}
    broken = replace(content(), files=files)
    save_draft(draft.pk, content=broken, rev=draft.rev, actor=legality_reviewer, at=NOON)
    desk = browser(legality_reviewer)
    sent = {"effective_from": LATER.isoformat(), "reason": "试", "rev": draft.rev + 1}
    answer = desk.post(page_of(draft), sent)
    assert answer.status_code == 422
    assert "永远走不到" in answer.text
    assert not Release.objects.filter(state="proposed").exists()


def test_a_draft_is_thrown_away_once(browser: Browser, draft: Draft, legality_reviewer: Account) -> None:
    desk = browser(legality_reviewer)
    assert desk.post(f"{page_of(draft)}discard/", {"rev": 0}).status_code == 409
    assert desk.post(f"{page_of(draft)}discard/", {"rev": draft.rev}).status_code == 302
    assert not Draft.objects.exists()
    assert desk.post(f"{page_of(draft)}discard/", {"rev": draft.rev}).status_code == 404


def test_a_release_is_returned_with_an_opinion_and_decided_once(
    browser: Browser, draft: Draft, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    release = propose(browser(legality_reviewer), draft)
    leader = browser(leader_in_charge)
    address = f"{LIST}releases/{release.pk}/"
    assert "须写明意见" in leader.post(address, {"decision": "return"}).text
    assert leader.post(address, {"decision": "return", "opinion": "期限再核对"}).status_code == 302
    assert leader.post(address, {"decision": "approve"}).status_code == 409
    assert "期限再核对" in leader.get(address).text


# -- tables
def table_page(draft: Draft) -> str:
    return f"{page_of(draft)}tables/major/"


def rows_of(*rows: tuple[str, list[str]]) -> str:
    return json.dumps([{"id": key, "cells": cells, "basis": "晴公3", "note": ""} for key, cells in rows])


GOOD = rows_of(("r_small", ["不满5000", "否"]), ("", ["5000以上且不满20000", "否"]), ("r_big", ["20000以上", "是"]))


def test_a_row_is_added_in_plain_words_and_decides_after_release(
    browser: Browser, draft: Draft, agency: Agency, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    desk = browser(legality_reviewer)
    assert "不满10000" in desk.get(table_page(draft)).text
    assert desk.post(table_page(draft), {"rows": GOOD, "rev": draft.rev}).status_code == 302
    release = propose(desk, draft)
    leader = browser(leader_in_charge)
    assert "新增第 2 行" in leader.get(f"{LIST}releases/{release.pk}/").text
    approve(leader, release)
    table = table_on(agency.pk, "penalty", "major", LATER)
    assert table is not None
    assert table.table.decide({"罚款金额": 15000}).outputs == {"重大案件": False}
    assert table.table.rows[1].basis == "晴公3"


def test_rows_are_checked_as_they_are_typed(browser: Browser, draft: Draft, legality_reviewer: Account) -> None:
    desk = browser(legality_reviewer)
    address = f"{table_page(draft)}check/"

    def said(rows: str) -> Any:
        status, found = post_json(desk, address, {"rows": json.loads(rows)})
        assert status == 200
        return found

    assert "没有重叠，也没有空缺" in said(GOOD)["said"]
    overlap = said(rows_of(("r_small", ["不满10000", "否"]), ("r_big", ["5000以上", "是"])))
    assert "第 1 行与第 2 行同时适用" in overlap["findings"][0]
    gap = said(rows_of(("r_small", ["不满5000", "否"]), ("r_big", ["超过5000", "是"])))
    assert "没有适用的行" in gap["findings"][0]
    for cells, column in ((["许多", "是"], "罚款金额"), (["10000以上", "也许"], "重大案件")):
        wrong = said(rows_of(("r_small", ["不满10000", "否"]), ("r_big", cells)))
        assert [(one["row"], one["column"]) for one in wrong["cells"]] == [(2, column)]
    draft.refresh_from_db()
    assert "许多" not in draft.tables["major"]


def test_without_script_rows_are_added_moved_and_removed(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    desk = browser(legality_reviewer)
    sent = {
        "row": ["0", "1"], "r0-id": "r_small", "r0-c0": "不满10000", "r0-c1": "否", "r0-basis": "晴公3",
        "r1-id": "r_big", "r1-c0": "10000以上", "r1-c1": "是", "r1-basis": "晴公5", "rev": draft.rev,
    }  # fmt: skip
    added = desk.post(table_page(draft), sent | {"act": "add"})
    assert added.status_code == 200
    assert "第 3 行 依据" in added.text
    moved = desk.post(table_page(draft), sent | {"act": "up-1"}).text
    assert moved.index('value="10000以上"') < moved.index('value="不满10000"')
    gone = desk.post(table_page(draft), sent | {"act": "remove-0"}).text
    assert 'value="不满10000"' not in gone
    assert desk.post(table_page(draft), sent | {"act": "save"}).status_code == 302
    draft.refresh_from_db()
    assert 'zf:basis="晴公5"' in draft.tables["major"]


def test_a_table_with_wrong_cells_is_kept_on_the_page(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    desk = browser(legality_reviewer)
    answer = desk.post(table_page(draft), {"rows": rows_of(("r_small", ["许多", "否"])), "rev": draft.rev})
    assert answer.status_code == 422
    assert "许多" in answer.text
    assert 'aria-invalid="true"' in answer.text
    stale = desk.post(table_page(draft), {"rows": GOOD, "rev": 0})
    assert stale.status_code == 409
    assert "5000以上且不满20000" in stale.text
    days = {"effective_from": "2027-01-01", "effective_to": "2026-01-01"}
    assert "失效日期早于生效日期" in desk.post(table_page(draft), {"rows": GOOD, "rev": draft.rev, **days}).text


def test_a_table_goes_out_as_a_sheet_and_comes_back_after_a_preview(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    desk = browser(legality_reviewer)
    book = load_workbook(BytesIO(desk.get(f"{table_page(draft)}sheet.xlsx").content))
    sheet = book.active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == ["行编号", "罚款金额", "重大案件", "依据", "说明"]
    sheet["B2"], sheet["B3"] = "不满8000", "8000以上"
    upload = f"{table_page(draft)}upload/"

    def sent() -> dict[str, Any]:
        buffer = BytesIO()
        book.save(buffer)
        return {"file": SimpleUploadedFile("a.xlsx", buffer.getvalue()), "rev": draft.rev}

    preview = desk.post(upload, sent())
    assert preview.status_code == 200
    assert "改变 2 行" in preview.text
    assert "8000" not in Draft.objects.get().tables["major"]
    token = preview.context["token"]
    assert desk.post(upload, {"confirmed": token, "rev": draft.rev}).status_code == 302
    assert "8000" in Draft.objects.get().tables["major"]
    sheet["B2"] = "许多"
    faulty = desk.post(upload, sent())
    assert faulty.status_code == 422
    assert "第 1 行“罚款金额”" in faulty.text
    sheet["B1"] = "金额"
    assert "缺少列：罚款金额" in desk.post(upload, sent()).text
    assert desk.post(upload, {"confirmed": token, "rev": draft.rev}).status_code == 422
    assert desk.post(upload, {}).status_code == 422


def test_pages_cost_few_queries(
    browser: Browser,
    draft: Draft,
    legality_reviewer: Account,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    desk = browser(legality_reviewer)
    release = Release.objects.get()
    for address in (
        LIST,
        f"{LIST}penalty/",
        f"{LIST}releases/{release.pk}/",
        page_of(draft),
        f"{page_of(draft)}flow/penalty/",
        table_page(draft),
    ):
        desk.get(address)
        with django_assert_max_num_queries(BUDGET):
            assert desk.get(address).status_code == 200, address


def test_a_new_draft_begins_from_the_version_in_force(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    desk = browser(legality_reviewer)
    assert desk.post(f"{LIST}penalty/draft/").status_code == 409
    desk.post(f"{page_of(draft)}discard/", {"rev": draft.rev})
    assert desk.post(f"{LIST}penalty/draft/").status_code == 302
    assert Draft.objects.get().files == draft.files
    assert desk.post(f"{LIST}nothing/draft/").status_code == 404
    assert desk.get(f"{LIST}nothing/").status_code == 404


def test_an_empty_agency_has_an_explanation(browser: Browser, agency: Agency, legality_reviewer: Account) -> None:
    assert "规则包里还没有流程" in browser(legality_reviewer).get(LIST).text
    begin_new_draft(agency.pk, "penalty", content=content(), categories=[], actor=legality_reviewer, at=NOON)
    assert "查看草稿" in browser(legality_reviewer).get(LIST).text


def test_the_editor_is_the_published_bundle_with_its_watermark() -> None:
    bundle = (ROOT / "src/heliograph/desk/static/vendor/bpmn-js-18.31.1/bpmn-modeler.development.js").read_bytes()
    assert hashlib.sha256(bundle).hexdigest() in (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    assert b"bjs-powered-by" in bundle
    own = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/heliograph/desk/static/desk").iterdir())
    assert "bjs-powered-by" not in own  # nothing of ours touches it
