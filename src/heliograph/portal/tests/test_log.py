"""The public log as outsiders read it: its files with their headers, its policy, its page."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.kernel.tlog.fsck import check_log
from heliograph.kernel.tlog.policy import parse_policy, satisfied
from heliograph.ledger.files import LogFiles
from heliograph.ledger.models import Log, Tree
from heliograph.ledger.queries import Health
from heliograph.portal.log_health import LATE, STOPPED, LogHealth
from heliograph.portal.tests.logs import Logs, make_logs
from heliograph.portal.tests.town import House, item

WITNESS = Ed25519Cosigner("witness.example/court", bytes([7]) * 32)
KEYS, ITEMS = 4, 3  # each log has two keys, and every key is told in the public log
SIZE = KEYS + ITEMS
ASKING = f"witness 河口区检察院 {WITNESS.vkey} https://witness.example\nquorum 河口区检察院\n"


@pytest.fixture
def shard(house: House, logs: Logs) -> str:
    """The address of a log that has something in it."""
    for number in range(ITEMS):
        house.publish("items", item(f"查处虚报第 {number} 类"))
    return f"/log/public/{logs.run(house.later())[Tree.PUBLIC].shard}/"


def test_checkpoint_is_given_as_text_and_only_for_seconds(
    client: Client, shard: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get(f"{shard}checkpoint")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=5"
    assert "Set-Cookie" not in answer
    policy = parse_policy(client.get("/log/policy.txt").content)
    assert satisfied(policy, answer.content).checkpoint.size == SIZE


def test_tiles_are_given_as_they_lie_for_ever(
    client: Client, shard: str, logs: Logs, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        tile = client.get(f"{shard}tile/0/000.p/7")
    assert tile["Content-Type"] == "application/octet-stream"
    assert tile["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(tile.content) == SIZE * 32
    assert "ETag" not in tile
    assert client.post(f"{shard}tile/0/000.p/7").status_code == 405
    assert client.head(f"{shard}tile/0/000.p/7").content == b""


def test_nobody_asks_who_reads_the_log(
    client: Client, house: House, shard: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(house.author, backend="allauth.account.auth_backends.AuthenticationBackend")
    with django_assert_num_queries(0):
        answers = [client.get(shard + path) for path in ("checkpoint", "tile/0/000.p/7", "tile/entries/000.p/7")]
    with django_assert_num_queries(1):
        answers.append(client.get("/log/policy.txt"))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert not any("Cookie" in answer.get("Vary", "") for answer in answers)


def test_entries_are_packed_for_who_takes_that(client: Client, shard: str) -> None:
    plain = client.get(f"{shard}tile/entries/000.p/7", headers={"accept-encoding": "identity"})
    packed = client.get(f"{shard}tile/entries/000.p/7", headers={"accept-encoding": "gzip, br"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]
    assert b'"kind":"entry.published"' in plain.content
    assert "虚报".encode() not in plain.content


def test_whole_log_can_be_derived_anew_from_what_is_served(client: Client, shard: str, tmp_path: Path) -> None:
    copy = LogFiles(tmp_path / "copy")
    for path in ("tile/0/000.p/7", "tile/entries/000.p/7"):
        copy.write(path, client.get(shard + path).content)
    checkpoint = satisfied(
        parse_policy(client.get("/log/policy.txt").content), client.get(f"{shard}checkpoint").content
    )
    report = check_log(copy, checkpoint.checkpoint.size, checkpoint.checkpoint.root)
    assert report.problem is None


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000", "tile/0/000.p/2", "tile/0/0", "tile/00/000.p/7", "tile/entries/000.p/256", "tile/0/x000/000.p/7",
        "tile/64/000", "tile/0/../0/000.p/7", "tile/0/%2e%2e/000", "tile/0/000.p/7.tmp", "tile/0/001", "tile/entries/",
    ],
)  # fmt: skip
def test_nothing_but_what_the_format_names_is_there(client: Client, shard: str, path: str) -> None:
    answer = client.get(shard + path)
    assert answer.status_code == 404
    assert answer.get("Cache-Control") != "public, max-age=31536000, immutable"


def test_process_log_and_other_places_are_not_served(client: Client, shard: str) -> None:
    year = shard.split("/")[3]
    for path in (
        f"/log/process/{year}/checkpoint",
        f"/log/process/{year}/tile/0/000.p/7",
        "/log/public/1999/checkpoint",
    ):
        assert client.get(path).status_code == 404, path


def test_policy_names_keys_and_witnesses_and_is_never_weaker_than_the_file(
    client: Client, house: House, settings: Settings, tmp_path: Path
) -> None:
    logs = make_logs(tmp_path, settings, policy=ASKING)
    house.publish("items", item("查处虚报"))
    logs.run(house.later())
    answer = client.get("/log/policy.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    policy = parse_policy(answer.content)
    assert len(policy.logs) == 4
    assert policy.quorum == "河口区检察院"
    settings.LEDGER_WITNESSES.write_text("quorum\n", encoding="utf-8")
    assert client.get("/log/policy.txt").status_code == 503
    settings.LEDGER_WITNESSES.unlink()
    assert parse_policy(client.get("/log/policy.txt").content).quorum == "none"


def test_page_tells_how_the_log_stands_and_who_saw_it(
    client: Client,
    house: House,
    settings: Settings,
    tmp_path: Path,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    assert "尚未启用" in client.get("/log/").content.decode()
    logs = make_logs(tmp_path, settings, policy=ASKING)
    house.publish("items", item("查处虚报"))
    log = logs.run(house.later())[Tree.PUBLIC]
    page = client.get("/log/").content.decode()
    assert "还没有发布检查点" in page
    assert "5 条，等待最久的 " in page
    logs.publish_with(WITNESS, house.later())
    with django_assert_max_num_queries(11):
        page = client.get("/log/").content.decode()
    assert "没有记录等待" in page
    assert "正常" in page
    assert "河口区检察院</dt><dd>2026 年 11 月 9 日" in page
    assert log.origin in page
    assert all(key.vkey in page.replace("&#x2B;", "+") for key in log.keys.all())
    for address in ("/log/policy.txt", "/verify/", f"/log/public/{log.shard}/checkpoint"):
        assert f'href="{address}"' in page
    settings.LEDGER_WITNESSES.write_text("quorum\n", encoding="utf-8")
    assert "见证情况暂时无法读取" in client.get("/log/").content.decode()


def test_page_counts_what_waits_by_when_it_was_entered(client: Client, house: House, logs: Logs) -> None:
    logs.run(house.later())
    house.publish("items", item("查处虚报"))  # an act of a day long past, entered just now
    page = client.get("/log/").content.decode()
    assert re.search("1 条，等待最久的 [0-9] 秒<", page)
    assert "正常" in page


@pytest.mark.parametrize(
    ("wait", "label", "words"),
    [
        (None, "正常", "0 秒"),
        (timedelta(seconds=59), "正常", "59 秒"),
        (LATE, "正常", "1 分钟"),
        (LATE + timedelta(seconds=1), "延迟", "1 分钟"),
        (STOPPED, "延迟", "1 小时"),
        (STOPPED + timedelta(seconds=1), "停止", "1 小时"),
        (timedelta(days=3), "停止", "3 天"),
    ],
)
def test_word_follows_the_stated_rule(wait: timedelta | None, label: str, words: str) -> None:
    standing = LogHealth(Health(Log(), None, 0), wait)
    assert (standing.label, standing.waited) == (label, words)
