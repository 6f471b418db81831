"""Write `requirements.lock`: names, versions and hashes, first what the product runs on, then what developers add.

`requirements-ocr.lock` holds what reading scans adds (extra `ocr`), which is large and installed only on request.

Run by `make lock` inside the virtual environment. The file holds no index address, so any mirror can serve it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
OCR = ROOT / "requirements-ocr.lock"
MARKER = "# --- development: not installed by `make demo` ---"
FLAGS = [
    "--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-emit-index-url",
    "--no-emit-trusted-host", "--no-emit-find-links", "--no-emit-options", "--no-header", "--no-annotate",
]  # fmt: skip


def compile_requirements(output: Path, *extra: str) -> dict[str, str]:
    """Return the compiled block (pin and hashes) of each package, keyed by its name."""
    command = [sys.executable, "-m", "piptools", "compile", *FLAGS, *extra, "-o", str(output), "pyproject.toml"]
    subprocess.run(command, cwd=ROOT, check=True)
    blocks = re.split(r"\n(?=[a-z0-9])", output.read_text())
    return {block.split("==")[0]: block.rstrip("\n") for block in blocks if "==" in block}


def main() -> None:
    """Compile everything once, then the running product and reading scans against the same versions."""
    full = LOCK.with_name("requirements.full.tmp")
    small = LOCK.with_name("requirements.run.tmp")
    try:
        everything = compile_requirements(full, "--extra", "dev")
        pins = [re.sub(r" \\.*", "", block.splitlines()[0]) for block in everything.values()]
        full.write_text("\n".join(pins) + "\n")
        running = compile_requirements(small, "-c", str(full))
        reading = compile_requirements(small, "--extra", "ocr", "-c", str(full))
    finally:
        full.unlink(missing_ok=True)
        small.unlink(missing_ok=True)
    development = [block for name, block in everything.items() if name not in running]
    LOCK.write_text("\n".join([*running.values(), MARKER, *development]) + "\n")
    OCR.write_text("\n".join(block for name, block in reading.items() if name not in running) + "\n")


if __name__ == "__main__":
    main()
