"""Procedures on the portal: what is released is shown from its own bytes, and nothing else is."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from heliograph.kernel.bpmn import read_process
from heliograph.kernel.bpmn.drawing import draw
from heliograph.kernel.dmn import parse_table
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import Register
from heliograph.portal.drawn import drawn
from heliograph.portal.scope import agency_scope
from heliograph.portal.tests.town import START, House
from heliograph.procedures.actions import (
    DraftContent,
    approve_release,
    begin_new_draft,
    propose_from_draft,
    save_draft,
)
from heliograph.procedures.actions.releasing import content_of
from heliograph.procedures.models import Release
from heliograph.procedures.tests.flows import content, release_of, table
from heliograph.registers.actions import grant_role
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, TODAY

LIST = "/a/sunny/procedures/"
PAGE = f"{LIST}penalty/"
LATER = TODAY + timedelta(days=30)
KILOBYTES = 60_000


@pytest.fixture
def released(agency: Agency, legality_reviewer: Account, leader_in_charge: Account) -> Release:
    return release_of(agency, legality_reviewer, leader_in_charge)


@pytest.fixture
def ordinary(agency: Agency, legality_reviewer: Account, leader_in_charge: Account) -> Release:
    """The nation's ordinary penalty procedure, with all that it calls."""
    found = content_of(load_pack(shipped(), "cn-national@2026.11"), "penalty_ordinary")
    bundle = found.bundle
    given = DraftContent(found.title, bundle.files, bundle.tables, bundle.facts, bundle.limits)
    draft = begin_new_draft(
        agency.pk, bundle.root, content=given, categories=found.categories, actor=legality_reviewer, at=NOON
    )
    proposed = propose_from_draft(
        draft.pk, effective_from=TODAY, reason="首次制定", rev=draft.rev, actor=legality_reviewer, at=NOON
    )
    return approve_release(proposed.pk, actor=leader_in_charge, at=NOON)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_before_a_release_the_list_says_why_it_is_empty(client: Client, agency: Agency) -> None:
    assert "还没有公开的办案流程" in text_of(client, LIST)
    assert client.get(PAGE).status_code == 404


def test_a_proposal_is_not_public(client: Client, agency: Agency, legality_reviewer: Account) -> None:
    draft = begin_new_draft(
        agency.pk, "penalty", content=content(), categories=["penalty"], actor=legality_reviewer, at=NOON
    )
    propose_from_draft(draft.pk, effective_from=TODAY, reason="试", rev=draft.rev, actor=legality_reviewer, at=NOON)
    assert "处罚程序" not in text_of(client, LIST)
    assert client.get(f"{PAGE}v1/").status_code == 404
    assert client.get(f"{PAGE}v1/penalty.bpmn").status_code == 404


def test_a_release_is_shown_with_its_drawings_steps_and_tables(client: Client, released: Release) -> None:
    listed = text_of(client, LIST)
    assert "处罚程序" in listed
    assert released.sha256[:16] in listed
    page = text_of(client, PAGE)
    assert page.count("<svg xmlns") == 2  # the procedure, and the review that it calls
    assert 'data-node="t_investigate"' in page
    for said in ("承办人", "调查期限：90 日", "不能由办理“填报立案审批表”的人办理", "不满10000"):
        assert said in page, said
    assert "准予立案 = true：调查取证" in page
    assert released.sha256 in page
    assert "style=" not in page


def test_files_are_the_bytes_of_the_release(client: Client, released: Release) -> None:
    whole = client.get(f"{PAGE}v1/release.json").content
    assert hashlib.sha256(whole).hexdigest() == released.sha256
    sources = json.loads(whole)
    drawing = client.get(f"{PAGE}v1/penalty.bpmn")
    assert drawing.content.decode() == sources["files"]["penalty"]
    assert read_process(drawing.content).id == "penalty"
    assert parse_table(client.get(f"{PAGE}v1/major.dmn").content).name == "重大案件目录"
    picture = client.get(f"{PAGE}v1/review.svg")
    assert picture["Content-Type"].startswith("image/svg+xml")
    for gone in ("v1/major.bpmn", "v1/penalty.dmn", "v1/penalty.exe", "v1/other.json", "v2/penalty.bpmn"):
        assert client.get(f"{PAGE}{gone}").status_code == 404, gone


def test_the_picture_is_drawn_from_the_published_file(client: Client, ordinary: Release) -> None:
    address = f"{LIST}penalty_ordinary/v1/penalty_ordinary"
    assert client.get(f"{address}.svg").content.decode() == draw(client.get(f"{address}.bpmn").content)


def test_former_and_coming_versions_stay_readable(
    client: Client, released: Release, legality_reviewer: Account, leader_in_charge: Account, agency: Agency
) -> None:
    draft = begin_after(released, legality_reviewer)
    proposed = propose_from_draft(
        draft, effective_from=LATER, reason="标准调整", rev=2, actor=legality_reviewer, at=NOON
    )
    approve_release(proposed.pk, actor=leader_in_charge, at=NOON)
    listed = text_of(client, LIST)
    assert "将要施行" in listed
    assert "第 2 版" in listed
    page = text_of(client, f"{PAGE}v2/")
    assert "不满20000" in page
    assert "标准调整" in page


def begin_after(released: Release, actor: Account) -> UUID:
    draft = released.agency.procedure_drafts.get()
    given = content()
    changed = DraftContent(given.title, given.files, {"major": table(20_000)}, given.facts, given.limits)
    return save_draft(draft.pk, content=changed, rev=draft.rev, actor=actor, at=NOON).pk


def test_the_longest_page_is_small_and_quick(
    client: Client, ordinary: Release, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        answer = client.get(f"{LIST}penalty_ordinary/")
    assert answer.status_code == 200
    assert len(gzip.compress(answer.content)) < KILOBYTES
    with django_assert_max_num_queries(8):
        client.get(LIST)


def test_a_released_procedure_is_the_drawing_of_its_category(client: Client, house: House) -> None:
    for category in ("行政处罚", "行政检查"):
        house.publish("flowcharts", {"category": category, "name": f"{category}流程", "state": "尚未绘制"})
    address = f"/a/{house.agency.code}/flowcharts/"
    assert text_of(client, address).count("尚未绘制") == 2
    admin = Account.objects.get(username=f"{house.agency.code}-security")
    grant_role(house.approver.pk, agency_id=house.agency.pk, role="head", from_on=START, actor=admin, at=house.later())
    release_of(house.agency, house.reviewer, house.approver)
    listed = text_of(client, address)
    assert "已由流程生成" in listed
    assert listed.count("尚未绘制") == 1  # nobody released a procedure of inspections
    drawing = f'href="/a/{house.agency.code}/procedures/penalty/v1/"'
    entry = text_of(client, f"{address}1/")
    assert drawing in entry
    assert "尚未绘制" not in entry
    assert drawing not in text_of(client, f"{address}2/")
    assert "办案流程图" in text_of(client, f"/a/{house.agency.code}/")


def register_named(code: str) -> Register:
    """A register of which only the name matters."""
    known: dict[str, Any] = {"id": code}
    return Register.model_construct(**known)


def test_the_review_is_shown_inside_the_procedures_that_call_it(ordinary: Release) -> None:
    register = register_named("review_flowcharts")
    found = drawn(agency_scope("sunny"), register)
    assert [link.url for link in found.of("")] == [f"{LIST}penalty_ordinary/v1/#d-legality_review"]
    assert found.of("行政检查") == []
    assert drawn(agency_scope("sunny"), register_named("items")).links == []


def test_a_procedure_without_review_has_no_review_drawing(released: Release) -> None:
    assert drawn(agency_scope("sunny"), register_named("review_flowcharts")).links == []


def test_the_printed_version_is_on_sheets_of_paper(client: Client, ordinary: Release) -> None:
    version = f"{LIST}penalty_ordinary/v1/"
    assert f"{version}print/A4/" in text_of(client, version)
    for paper, sheets in (("A4", "第 5 页，共 5 页"), ("A3", "第 3 页，共 3 页")):
        page = text_of(client, f"{version}print/{paper}/")
        assert sheets in page
        assert "style=" not in page
        assert "<script" not in page
        assert page.count("<section") == page.count("</svg></div>")
    assert client.get(f"{version}print/A5/").status_code == 404
    assert client.get(f"{LIST}penalty_ordinary/v2/print/A4/").status_code == 404


def test_search_engines_are_told_of_the_procedures_in_force(client: Client, released: Release) -> None:
    read = b"".join(client.get("/sitemap.xml")).decode()
    assert f"<loc>http://testserver{LIST}</loc>" in read
    assert f"<loc>http://testserver{PAGE}</loc>" in read
    assert f"{PAGE}v1/" not in read


def test_a_procedure_to_come_is_in_its_list_only(
    client: Client, agency: Agency, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    release_of(agency, legality_reviewer, leader_in_charge, on=LATER)
    read = b"".join(client.get("/sitemap.xml")).decode()
    assert f"<loc>http://testserver{LIST}</loc>" in read
    assert PAGE not in read
