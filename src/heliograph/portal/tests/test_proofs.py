"""Proofs of published versions: what the pages say, what the file carries, and what a withdrawal takes away."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from heliograph.disclosure.actions import withdraw_publication
from heliograph.disclosure.models import PublicVersion
from heliograph.kernel.tlog.hashing import leaf_hash
from heliograph.kernel.tlog.policy import parse_policy
from heliograph.kernel.tlog.proof_file import TlogProof, parse_proof, verify_proof
from heliograph.ledger.actions.erasing import erase_content
from heliograph.ledger.models import Record, Tree
from heliograph.ledger.queries import public_standings
from heliograph.portal.tests.logs import Logs, make_logs
from heliograph.portal.tests.test_log import ASKING, WITNESS
from heliograph.portal.tests.town import LAW, House, item

ENTRY = "/a/qinghe-tjj/items/1/"
FILE = f"{ENTRY}v1/proof/published.tlog-proof"
GONE = "proof/withdrawn.tlog-proof"


@pytest.fixture
def revised(house: House) -> PublicVersion:
    """An entry in its second version."""
    first = house.publish("items", item("查处虚报"))
    return house.revise(first, item("查处虚报瞒报"), "增加瞒报")


def withdraw(house: House, public: PublicVersion) -> None:
    """Withdraw with a reason and an article."""
    withdraw_publication(public.pk, reason="依据有误", basis=f"{LAW}:24", actor=house.approver, at=house.later())


def downloaded(client: Client, address: str) -> tuple[TlogProof, dict[str, object]]:
    """Return a proof that holds under the site's policy, and what it carries of its record."""
    proof = parse_proof(client.get(address).content)
    assert proof.extra is not None
    extra = json.loads(proof.extra)
    record = Record.objects.get(tree=Tree.PUBLIC, place__index=proof.index)
    assert verify_proof(proof, leaf_hash(bytes(record.leaf)), parse_policy(client.get("/log/policy.txt").content))
    return proof, extra


def test_entry_says_that_its_record_waits_and_then_where_it_is(
    client: Client, house: House, logs: Logs, revised: PublicVersion
) -> None:
    page = client.get(ENTRY).content.decode()
    assert "<dt>存证</dt><dd>" in page
    assert page.count("等待见证") == 1
    assert "等待见证" in client.get(f"{ENTRY}v2/proof/").content.decode()
    assert client.get(FILE).status_code == 404
    logs.run(house.later())
    page = client.get(ENTRY).content.decode()
    assert "收入公示日志，位置 1。" in page
    assert f'href="{ENTRY}v2/proof/"' in page
    assert f'href="{ENTRY}v1/proof/"' in page
    assert "收入公示日志，位置 0。" in client.get(f"{ENTRY}v1/").content.decode()


@pytest.mark.parametrize("version", [1, 2])
def test_proof_holds_and_carries_what_its_version_said(
    client: Client, house: House, logs: Logs, revised: PublicVersion, version: int
) -> None:
    logs.run(house.later())
    address = f"{ENTRY}v{version}/proof/"
    page = client.get(address).content.decode()
    assert f'href="{address}published.tlog-proof"' in page
    answer = client.get(f"{address}published.tlog-proof")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="qinghe-tjj-items-1-v{version}.tlog-proof"'
    proof, extra = downloaded(client, f"{address}published.tlog-proof")
    assert proof.index == version - 1
    published = extra["manifest"]["published"]  # type: ignore[index]
    assert (published["version"], published["title"]) == (version, ["查处虚报", "查处虚报瞒报"][version - 1])


def test_proof_page_costs_few_queries_and_shows_a_code_and_the_limits(
    client: Client,
    house: House,
    logs: Logs,
    revised: PublicVersion,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    logs.run(house.later())
    with django_assert_max_num_queries(8):
        page = client.get(f"{ENTRY}v2/proof/").content.decode()
    with django_assert_max_num_queries(8):
        client.get(FILE)
    with django_assert_max_num_queries(8):
        client.get(ENTRY)
    assert 'src="data:image/svg+xml' in page
    assert f"http://testserver{ENTRY}v2/proof/" in page
    assert "不说明记录的内容属实" in page
    assert 'content="noindex"' in page
    assert re.search(r"<dt>条目指纹</dt>\s*<dd[^>]*>\s*[0-9a-f]{64}\s*<", page)


def test_proof_names_the_witnesses_of_its_checkpoint(
    client: Client, house: House, revised: PublicVersion, settings: Settings, tmp_path: Path
) -> None:
    logs = make_logs(tmp_path, settings, policy=ASKING)
    logs.run(house.later())
    assert "等待见证" in client.get(ENTRY).content.decode()
    logs.publish_with(WITNESS, house.later())
    assert "河口区检察院（2026 年 11 月 9 日" in client.get(f"{ENTRY}v2/proof/").content.decode()
    assert "河口区检察院" in client.get("/log/policy.txt").content.decode()
    proof = parse_proof(client.get(FILE).content)
    assert WITNESS.name in {line.name for line in proof.note.signatures}


def test_unknown_versions_and_acts_have_no_proof(
    client: Client, house: House, logs: Logs, revised: PublicVersion
) -> None:
    logs.run(house.later())
    for address in (f"{ENTRY}v3/proof/", "/a/qinghe-tjj/items/9/v1/proof/", "/a/qinghe-tjj/nothing/1/v1/proof/"):
        assert client.get(address).status_code == 404, address
    for act in ("withdrawn", "drafted"):
        assert client.get(f"{ENTRY}v1/proof/{act}.tlog-proof").status_code == 404, act
    assert client.post(FILE).status_code == 405


def test_withdrawal_takes_the_proofs_of_all_versions_and_leaves_its_own(
    client: Client, house: House, logs: Logs, revised: PublicVersion
) -> None:
    logs.run(house.later())
    withdraw(house, revised)
    for version in ("v1/", "v2/"):
        assert client.get(f"{ENTRY}{version}proof/published.tlog-proof").status_code == 404
        page = client.get(f"{ENTRY}{version}proof/")
        assert page.status_code == 410
        assert "已撤回" in page.content.decode()
        assert "虚报" not in page.content.decode()
    logs.run(house.later())
    tombstone = client.get(ENTRY).content.decode()
    assert re.search("撤回已于 <time[^>]*>2026 年 11 月 9 日 [0-9:]+</time> 收入公示日志，位置 6。", tombstone)
    for version in ("v1/", "v2/"):
        proof, extra = downloaded(client, f"{ENTRY}{version}{GONE}")
        assert proof.index == 6
        assert "虚报" not in json.dumps(extra, ensure_ascii=False)
        manifest = extra["manifest"]
        assert manifest["published"]["withdrawn"]["reason"] == "依据有误"  # type: ignore[index]
        assert "虚报" not in client.get(f"{ENTRY}{version}proof/").content.decode()


def test_version_after_a_withdrawal_has_its_own_proof_and_the_withdrawn_ones_none(
    client: Client, house: House, logs: Logs, revised: PublicVersion
) -> None:
    withdraw(house, revised)
    house.revise(revised, item("查处瞒报"), "更正依据")
    logs.run(house.later())
    _, extra = downloaded(client, f"{ENTRY}v3/proof/published.tlog-proof")
    assert extra["manifest"]["published"]["title"] == "查处瞒报"  # type: ignore[index]
    assert client.get(FILE).status_code == 404
    page = client.get(ENTRY).content.decode()
    assert "撤回证明" in page
    assert "虚报" not in page


def test_older_versions_left_by_a_withdrawal_are_not_told_by_their_proofs(
    client: Client, house: House, logs: Logs, revised: PublicVersion
) -> None:
    withdraw_publication(
        revised.pk, reason="依据有误", basis=f"{LAW}:24", actor=house.approver, at=house.later(), earlier=False
    )
    logs.run(house.later())
    assert client.get(f"{ENTRY}v1/").status_code == 410
    assert client.get(FILE).status_code == 404
    page = client.get(f"{ENTRY}v1/proof/")
    assert page.status_code == 410
    assert "虚报" not in page.content.decode()


def test_erased_content_leaves_a_proof_without_it(
    client: Client, house: House, logs: Logs, revised: PublicVersion
) -> None:
    logs.run(house.later())
    first = public_standings(revised.entry)[0]
    erase_content(first.record_id, ground="当事人申请", basis=f"{LAW}:24", by_id=house.approver.pk, at=house.later())
    _, extra = downloaded(client, FILE)
    assert set(extra) == {"leaf"}
    assert "已依法删除" in client.get(f"{ENTRY}v1/proof/").content.decode()


def test_missing_log_file_is_said_and_nothing_is_given(
    client: Client, house: House, logs: Logs, revised: PublicVersion
) -> None:
    shard = logs.run(house.later())[Tree.PUBLIC].shard
    (logs.place.directory / "public" / shard / "tile" / "0" / "000.p" / "6").unlink()
    answer = client.get(f"{ENTRY}v1/proof/")
    assert answer.status_code == 503
    assert "日志文件暂时无法读取" in answer.content.decode()


def test_pages_lead_to_log_and_check(client: Client, db: None) -> None:
    page = client.get("/").content.decode()
    assert 'href="/log/"' in page
    check = client.get("/verify/")
    assert check.status_code == 200
    assert 'data-policy="/log/policy.txt"' in check.content.decode()
    assert "文件不会上传" in check.content.decode()
    assert "heliograph-verify proof" in check.content.decode()
    assert "unsafe" not in check["Content-Security-Policy"]
