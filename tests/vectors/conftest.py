"""Files that the tests of verifiers hand to them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.vectors.verifying import Saved

SOURCE = Path(__file__).parent / "go"
GOPATH = Path("/usr/share/gocode")


@pytest.fixture(scope="session")
def go_verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the program with Debian's Go and x/mod, without a network."""
    assert shutil.which("go"), "no Go: apt-get install golang-go (scripts/test_requirements.sh does)"
    assert (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir(), "no x/mod: apt-get install golang-golang-x-mod-dev"
    folder = tmp_path_factory.mktemp("go")
    environment = {
        **os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(folder / "cache"), "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }  # fmt: skip
    program = folder / "independent-verifier"
    built = subprocess.run(
        ["go", "build", "-o", program, "."], cwd=SOURCE, env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return program


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    """Write a file and return its path."""

    def save(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return save
