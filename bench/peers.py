"""Peers to measure beside: each is installed, from hashes, into an environment of its own under `var/`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run_peer(name: str, *arguments: str) -> dict[str, float | str]:
    """Run `bench.peer_<name>` and return what it prints; a sentence under `reason` where it cannot be had."""
    home = ROOT / "var" / "bench" / name
    python = home / "bin" / "python"
    lock = ROOT / "bench" / f"requirements-{name}.txt"
    install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:", "-r", lock]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run(install, check=True, stderr=subprocess.PIPE)
        command = [python, "-m", f"bench.peer_{name}", *arguments]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT, env=environment)
    except (subprocess.CalledProcessError, OSError) as error:
        return {"reason": f"not measured: {error}"}
    return dict(json.loads(done.stdout))
