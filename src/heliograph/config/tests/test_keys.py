"""Keys are made once, private, and never silently replaced."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.test import override_settings

from heliograph.config.identity import EncryptingMFAAdapter, current_code
from heliograph.config.keys import read_or_create_key


def test_a_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = read_or_create_key(tmp_path, "one")
    assert read_or_create_key(tmp_path, "one") == key
    assert read_or_create_key(tmp_path, "two") != key
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()] == [0o600, 0o600]


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    read_or_create_key(tmp_path, "one")
    (tmp_path / "keys" / "one").write_text("short")
    with pytest.raises(RuntimeError, match="从备份恢复"):
        read_or_create_key(tmp_path, "one")


def test_a_second_factor_secret_is_stored_encrypted(tmp_path: Path) -> None:
    with override_settings(HOME=tmp_path):
        adapter = EncryptingMFAAdapter()
        stored = adapter.encrypt("JBSWY3DPEHPK3PXP")
        assert "JBSWY3DPEHPK3PXP" not in stored
        assert adapter.decrypt(stored) == "JBSWY3DPEHPK3PXP"


def test_the_current_code_is_the_one_of_rfc_6238(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.config.identity.time.time", lambda: 1111111109.0)
    assert current_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") == "081804"
