"""A wrong environment variable stops the start and says what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from heliograph.config import databases, env
from heliograph.config.env import BindAddress


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("X", raising=False)
    return monkeypatch


def test_a_text_without_a_default_must_be_set(said: pytest.MonkeyPatch) -> None:
    assert env.read_text("X", "default") == "default"
    with pytest.raises(ImproperlyConfigured, match=r"X：必须设置。 / X: must be set\."):
        env.read_text("X")
    said.setenv("X", " value ")
    assert env.read_text("X") == "value"


@pytest.mark.parametrize(("word", "value"), [("", True), ("yes", True), ("ON", True), ("0", False), ("no", False)])
def test_flags_are_words(said: pytest.MonkeyPatch, word: str, value: bool) -> None:
    said.setenv("X", word)
    assert env.read_flag("X", default=True) is value


def test_an_unknown_flag_is_refused(said: pytest.MonkeyPatch) -> None:
    said.setenv("X", "maybe")
    with pytest.raises(ImproperlyConfigured, match="只能是 yes 或 no"):
        env.read_flag("X", default=True)


@pytest.mark.parametrize("wrong", ["0", "9", "-1", "two", "٣"])
def test_numbers_keep_their_limits(said: pytest.MonkeyPatch, wrong: str) -> None:
    assert env.read_number("X", default=3, least=1, most=5) == 3
    said.setenv("X", "5")
    assert env.read_number("X", default=3, least=1, most=5) == 5
    said.setenv("X", wrong)
    with pytest.raises(ImproperlyConfigured, match="1 到 5"):
        env.read_number("X", default=3, least=1, most=5)


def test_choices_and_lists(said: pytest.MonkeyPatch) -> None:
    assert env.read_choice("X", ("a", "b"), default="a") == "a"
    assert env.read_list("X", ("d",)) == ["d"]
    said.setenv("X", "c, d,")
    assert env.read_list("X") == ["c", "d"]
    with pytest.raises(ImproperlyConfigured, match="a, b"):
        env.read_choice("X", ("a", "b"), default="a")


@pytest.mark.parametrize(
    ("written", "host", "loopback", "url"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True, "http://127.0.0.1:8000/"),
        ("[::1]:80", "::1", True, "http://[::1]:80/"),
        ("0.0.0.0:8000", "0.0.0.0", False, "http://0.0.0.0:8000/"),
    ],
)
def test_bind_addresses(said: pytest.MonkeyPatch, written: str, host: str, loopback: bool, url: str) -> None:
    said.setenv("X", written)
    bind = env.read_bind("X", "")
    assert (bind.host, bind.is_loopback, bind.url) == (host, loopback, url)
    assert BindAddress(host, bind.port) == bind


@pytest.mark.parametrize("wrong", ["8000", ":8000", "host:", "host:0", "host:70000"])
def test_half_a_bind_address_is_refused(said: pytest.MonkeyPatch, wrong: str) -> None:
    said.setenv("X", wrong)
    with pytest.raises(ImproperlyConfigured, match="地址:端口"):
        env.read_bind("X", "127.0.0.1:8000")


def test_a_database_address_is_taken_apart(said: pytest.MonkeyPatch) -> None:
    assert env.read_database_url("X") is None
    said.setenv("X", "postgresql://app:p%40ss@db.example:5433/law?sslmode=require")
    found = env.read_database_url("X")
    assert found is not None
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("app", "p@ss", "db.example", "5433")
    assert (found["NAME"], found["OPTIONS"]) == ("law", {"sslmode": "require"})


@pytest.mark.parametrize("wrong", ["mysql://host/name", "sqlite:///file", "postgresql://host/"])
def test_only_postgresql_is_a_database(said: pytest.MonkeyPatch, wrong: str) -> None:
    said.setenv("X", wrong)
    with pytest.raises(ImproperlyConfigured, match="只支持 PostgreSQL"):
        env.read_database_url("X")


def test_an_object_storage_is_taken_apart(said: pytest.MonkeyPatch) -> None:
    assert env.read_object_storage("X", key="X_KEY", secret="X_SECRET") is None
    said.setenv("X", "s3://zhengju/zf/?endpoint=https://s3.example.gov.cn:9000&region=cn-1")
    found = env.read_object_storage("X", key="X_KEY", secret="X_SECRET")
    assert found == {"bucket": "zhengju", "prefix": "zf/", "endpoint": "https://s3.example.gov.cn:9000",
                     "region": "cn-1", "key": "", "secret": ""}  # fmt: skip
    said.setenv("X", "s3://zhengju")
    said.setenv("X_KEY", "a")
    with pytest.raises(ImproperlyConfigured, match="X_KEY 和 X_SECRET"):
        env.read_object_storage("X", key="X_KEY", secret="X_SECRET")
    said.setenv("X_SECRET", "b")
    bare = env.read_object_storage("X", key="X_KEY", secret="X_SECRET")
    assert bare is not None
    assert (bare["prefix"], bare["endpoint"], bare["key"], bare["secret"]) == ("", "", "a", "b")


@pytest.mark.parametrize(
    "wrong", ["zhengju", "https://zhengju", "s3://", "s3://zhengju?acl=public", "s3://zhengju?endpoint=ftp://host"]
)
def test_anything_else_is_no_object_storage(said: pytest.MonkeyPatch, wrong: str) -> None:
    said.setenv("X", wrong)
    with pytest.raises(ImproperlyConfigured, match="s3://存储桶"):
        env.read_object_storage("X", key="X_KEY", secret="X_SECRET")


def test_a_named_database_needs_the_owner_named_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@host/law")
    monkeypatch.delenv("HELIOGRAPH_OWNER_DATABASE_URL", raising=False)
    assert databases.default_database(tmp_path)["USER"] == "app"
    assert not databases.uses_embedded_cluster()
    monkeypatch.setenv("HELIOGRAPH_DB_ROLE", "owner")
    with pytest.raises(ImproperlyConfigured, match="HELIOGRAPH_OWNER_DATABASE_URL"):
        databases.default_database(tmp_path)
    monkeypatch.setenv("HELIOGRAPH_OWNER_DATABASE_URL", "postgresql://owner@host/law")
    assert databases.default_database(tmp_path)["USER"] == "owner"


def test_the_home_is_named_or_in_the_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert env.read_home().is_absolute()
    monkeypatch.delenv("HELIOGRAPH_HOME")
    root = env.checkout_root()
    assert root is not None
    assert env.read_home() == root / "var"
    monkeypatch.setattr(env, "checkout_root", lambda: None)
    monkeypatch.chdir(tmp_path)
    assert env.read_home() == tmp_path / "var"
