"""Timestamps: asked over the hash, verified against the installation's own certificate before they count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from asn1crypto import tsp  # type: ignore[import-untyped]
from django.conf import LazySettings

from heliograph.documents import timestamps
from heliograph.documents.tests.authority import STATED, Authority
from heliograph.documents.timestamps import NoTimestampError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
FILE = b"%PDF-1.7 a decision"


@pytest.fixture
def authority(settings: LazySettings, tmp_path: Path) -> Iterator[Authority]:
    made = Authority()
    with made.served() as address:
        settings.TSA_URL, settings.TSA_ROOTS, settings.TSA_SECONDS = address, made.write_root(tmp_path / "root.pem"), 2
        yield made


def test_timestamp_is_obtained_and_holds_for_its_file_alone(authority: Authority) -> None:
    assert timestamps.is_set_up()
    stated = timestamps.obtain(FILE)
    assert (stated.at, stated.authority) == (STATED, "测试时间戳")
    assert timestamps.holds(stated.token, FILE)
    assert not timestamps.holds(stated.token, FILE + b" ")
    assert not timestamps.holds("bm8gdG9rZW4=", FILE)
    [query] = authority.asked
    imprint = tsp.TimeStampReq.load(query)["message_imprint"]["hashed_message"].native
    assert imprint == hashlib.sha256(FILE).digest()
    assert FILE not in query


def test_answer_to_another_query_is_not_taken(authority: Authority) -> None:
    timestamps.obtain(FILE)
    authority.answers = authority.answer(authority.asked[0])
    with pytest.raises(NoTimestampError, match="没有通过验证"):
        timestamps.obtain(FILE)


def test_answer_of_somebody_else_is_not_taken(authority: Authority, settings: LazySettings, tmp_path: Path) -> None:
    settings.TSA_ROOTS = Authority().write_root(tmp_path / "other.pem")
    with pytest.raises(NoTimestampError, match="没有通过验证"):
        timestamps.obtain(FILE)
    settings.TSA_ROOTS = ""
    with pytest.raises(NoTimestampError, match="没有通过验证"):
        timestamps.obtain(FILE)


def test_nonsense_and_silence(authority: Authority, settings: LazySettings) -> None:
    authority.answers = b"nonsense"
    with pytest.raises(NoTimestampError, match="不是时间戳"):
        timestamps.obtain(FILE)
    settings.TSA_URL = "http://127.0.0.1:9/"
    with pytest.raises(NoTimestampError, match="连接不上时间戳服务器"):
        timestamps.obtain(FILE)
    settings.TSA_URL = ""
    assert not timestamps.is_set_up()
