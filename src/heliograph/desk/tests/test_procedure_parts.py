"""New parts of a draft, made without a file and without a programmer: facts, tables, DMN files; and taking them out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from heliograph.desk.tests.conftest import Browser
from heliograph.procedures.actions import draft_faults
from heliograph.procedures.models import Draft, Release
from heliograph.procedures.tests.flows import release_of, table
from heliograph.registers.models import Account, Agency

pytestmark = pytest.mark.django_db
LIST = "/desk/sunny/procedures/"
LATE = {"name": "迟报次数", "type": "integer", "unit": "次", "minimum": "1", "ask": "handler", "question": "迟报了几次"}


@pytest.fixture
def released(agency: Agency, legality_reviewer: Account, leader_in_charge: Account) -> Release:
    return release_of(agency, legality_reviewer, leader_in_charge)


@pytest.fixture
def draft(released: Release) -> Draft:
    return released.agency.procedure_drafts.get()


def post(client: Client, draft: Draft, part: str, **sent: Any) -> Any:
    draft.refresh_from_db()
    return client.post(f"{LIST}drafts/{draft.pk}/{part}/", {"rev": draft.rev, **sent})


def fresh(draft: Draft) -> Draft:
    draft.refresh_from_db()
    return draft


def dmn(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("t.dmn", text.encode(), "application/xml")


def test_a_fact_is_added_once_and_held_against_its_type(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    desk = browser(legality_reviewer)
    for change, told in (
        ({"name": "罚款金额"}, "已有事实“罚款金额”"),
        ({"name": "迟报 次数"}, "不含空格和符号"),
        ({"type": "choice"}, "请填写“选项”"),
        ({"choices": "轻、重"}, "只有单选、多选才填选项"),
        ({"type": "text"}, "只有整数、数才填最小值"),
        ({"question": ""}, "请填写“询问办理人的话”"),
        ({"minimum": "一"}, "“最小值”应为整数"),
        ({"ask": "nobody"}, "请从列表中选择"),
    ):
        answer = post(desk, draft, "facts/new", **LATE | change)
        assert answer.status_code == 422, change
        assert told in answer.text, change
    stale = desk.post(f"{LIST}drafts/{draft.pk}/facts/new/", {**LATE, "rev": 0})
    assert stale.status_code == 409
    assert post(desk, draft, "facts/new", **LATE).status_code == 302
    assert fresh(draft).facts[-1] == {
        "name": "迟报次数", "type": "integer", "choices": [], "unit": "次", "minimum": 1, "ask": "handler",
        "question": "迟报了几次", "initial": None,
    }  # fmt: skip
    assert post(desk, draft, "facts/new", **LATE).status_code == 422
    assert draft_faults(draft) == ()
    assert "迟报次数" in desk.get(f"{LIST}drafts/{draft.pk}/").text


def test_a_form_is_checked_as_it_is_typed_and_nothing_is_saved(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    address = f"{LIST}drafts/{draft.pk}/facts/new/"
    sent = {"rev": draft.rev, "name": "罚款金额", "type": ""}
    answer = browser(legality_reviewer).post(address, sent, headers={"Accept": "application/json"})
    assert answer.json() == {"faults": {"name": "已有事实“罚款金额”，请换一个名称。"}}
    assert fresh(draft).rev == draft.rev


def test_a_fact_that_is_used_stays(browser: Browser, draft: Draft, legality_reviewer: Account) -> None:
    desk = browser(legality_reviewer)
    used = post(desk, draft, "facts/delete", name="罚款金额")
    assert used.status_code == 409
    assert "规则表 major" in used.text
    assert post(desk, draft, "facts/delete", name="没有").status_code == 404
    post(desk, draft, "facts/new", **LATE)
    assert post(desk, draft, "facts/delete", name="迟报次数").status_code == 302
    assert "迟报次数" not in {one["name"] for one in fresh(draft).facts}


def test_a_discretion_table_is_made_filled_in_and_deleted(
    browser: Browser, draft: Draft, legality_reviewer: Account
) -> None:
    desk = browser(legality_reviewer)
    post(desk, draft, "facts/new", **LATE)
    new = {"name": "迟报裁量基准", "hit_policy": "UNIQUE", "inputs": ["迟报次数"], "articles": "行政处罚法@2021:54"}
    refused = post(desk, draft, "new-table", **new | {"hit_policy": "COLLECT"})
    assert refused.status_code == 422
    assert "只能得出一个阶次" in refused.text
    assert "请选择“结果”" in post(desk, draft, "new-table", **new | {"articles": ""}).text
    made = post(desk, draft, "new-table", **new)
    assert made.status_code == 302
    assert "规则表“迟报裁量基准”" in "".join(draft_faults(fresh(draft)))  # nothing is decided by no row
    grid = desk.get(made["Location"]).text
    assert "所属处罚条文：行政处罚法@2021:54" in grid
    rows = [
        {"id": "", "cells": ["1", "轻微", "100", "500"], "basis": "基准第 1 条", "note": ""},
        {"id": "", "cells": ["2以上", "一般", "500", "900"], "basis": "基准第 2 条", "note": ""},
    ]
    saved = desk.post(made["Location"], {"rows": json.dumps(rows), "rev": fresh(draft).rev})
    assert saved.status_code == 302
    assert draft_faults(fresh(draft)) == ()
    assert "一般" in desk.get(f"{LIST}drafts/{draft.pk}/files/table_1.dmn").content.decode()
    assert post(desk, draft, "tables/table_1/delete").status_code == 302
    assert "table_1" not in fresh(draft).tables
    assert post(desk, draft, "tables/table_1/delete").status_code == 404


def test_a_table_that_a_step_asks_is_not_deleted(browser: Browser, draft: Draft, legality_reviewer: Account) -> None:
    answer = post(browser(legality_reviewer), draft, "tables/major/delete")
    assert answer.status_code == 409
    assert "判断重大案件" in answer.text
    assert "major" in fresh(draft).tables


def test_a_dmn_file_is_taken_strictly(browser: Browser, draft: Draft, legality_reviewer: Account) -> None:
    desk = browser(legality_reviewer)
    good = table(7).replace('id="major"', 'id="second"')
    for text, told in (
        ("<a", "不是有效的 XML 文件"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DTD 或实体声明"),
        ("<definitions/>", "不是 DMN 1.3 文件"),
        (good.replace('hitPolicy="UNIQUE"', 'hitPolicy="PRIORITY"'), "不支持命中策略"),
        (good.replace("罚款金额", "罚款总额"), "没有事实“罚款总额”"),
        (good.replace("<text>&lt; 7</text>", "<text>import os</text>"), "第 1 行"),
        ("x" * 1_100_000, "文件过大"),
    ):
        answer = post(desk, draft, "upload-table", file=dmn(text))
        assert answer.status_code == 422, told
        assert told in answer.text, told
    assert post(desk, draft, "upload-table").status_code == 422
    assert set(fresh(draft).tables) == {"major"}
    assert post(desk, draft, "upload-table", file=dmn(good)).status_code == 302
    assert set(fresh(draft).tables) == {"major", "second"}
    replaced = post(desk, draft, "upload-table", file=dmn(table(9)))
    assert "已用上传的文件替换" in desk.get(replaced["Location"]).text
    assert "9" in fresh(draft).tables["major"]
