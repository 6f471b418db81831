"""What a witness keeps in its own directory: its key, the logs it knows, and the last state it saw of each.

Who runs a witness runs no other part of the product: no Django here, no database server. The state is never restored
from a backup: an older one would let a log roll back behind what was cosigned.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from heliograph.kernel.tlog.cosignatures import SEED_SIZE, Ed25519Cosigner
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.notes import Verifier, parse_skey, parse_vkey, skey
from heliograph.kernel.tlog.policy import Policy, parse_policy
from heliograph.kernel.tlog.witnessing import Answer, Held

KEY: Final = "witness.key"
STATE: Final = "state.sqlite3"
LOGS: Final = "logs.policy"
LOCK_SECONDS: Final = 5.0

_QUORUM: Final = re.compile("^[ \t]*quorum[ \t]", re.MULTILINE)
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS held"
    " (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL)"
)
logger = logging.getLogger(__name__)


class WitnessError(RuntimeError):
    """The witness cannot be set up or run; the message says why, in both languages."""


class WitnessHome:
    """The directory of one witness."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.key_path = directory / KEY
        self.state = WitnessState(directory / STATE)
        self.logs = KnownLogs(directory / LOGS)

    def open(self, name: str | None = None) -> Ed25519Cosigner:
        """Return the key, made on the first call, which has to name the witness."""
        try:
            cosigner = self._load()
            if cosigner is None:
                return self._make(name)
        except TlogError as error:
            raise WitnessError(f"密钥或名称不能使用。 / Key or name cannot be used: {error}") from error
        except (OSError, sqlite3.Error) as error:
            raise WitnessError(
                f"目录 {self.directory} 不能使用。 / {self.directory} cannot be used: {error}"
            ) from error
        if name not in {None, cosigner.name}:
            raise WitnessError(
                f"此目录属于见证方 {cosigner.name}，不能改名。 / This directory is that of {cosigner.name}."
            )
        if not self.state.path.exists():
            # The key without its memory would cosign whatever comes: such a witness is retired, not restarted.
            raise WitnessError(
                f"见证记录 {STATE} 缺失，原密钥不得继续使用，请另建目录和新密钥。 / "
                f"{STATE} is missing: retire this key and start a new witness in a new directory."
            )
        return cosigner

    def _load(self) -> Ed25519Cosigner | None:
        try:
            text = self.key_path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise WitnessError(f"{KEY} 不是密钥文件。 / {KEY} is not a key file.") from error
        key = parse_skey(text.strip())
        if not isinstance(key, Ed25519Cosigner):
            raise WitnessError(f"{KEY} 不是见证密钥。 / {KEY} is not a cosigner's key.")
        return key

    def _make(self, name: str | None) -> Ed25519Cosigner:
        if name is None:
            raise WitnessError(
                "首次启动须以 --name 指定见证方名称。 / Name the witness with --name on its first start."
            )
        seed = secrets.token_bytes(SEED_SIZE)
        cosigner = Ed25519Cosigner(name, seed)
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.state.create()  # before the key: a key is never there without its memory
        _write(self.key_path, f"{skey(cosigner, seed)}\n", mode=0o600)
        return cosigner

    def add_log(self, vkey: str) -> bool:
        """Let the witness know a log by its verifier key; return whether it is new."""
        try:
            return self.logs.add(vkey)
        except TlogError as error:
            raise WitnessError(f"日志公钥不能使用。 / The log's key cannot be used: {error}") from error
        except OSError as error:
            raise WitnessError(f"不能写入 {LOGS}。 / {LOGS} cannot be written: {error}") from error


class KnownLogs:
    """The `log` lines of a policy file; the file is read anew whenever it is asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text = ""
        self._verifiers: tuple[Verifier, ...] = ()

    def verifiers(self, origin: str | None = None) -> tuple[Verifier, ...]:
        """Return the keys of a log, or all; while the file cannot be read, those of its last good reading."""
        try:
            text = self._read()
            if text != self._text:
                self._text = text
                self._verifiers = tuple(parse_vkey(log.vkey) for log in _policy(text).logs)
        except (TlogError, OSError) as error:
            logger.warning("%s is not taken, the former one stays: %s", LOGS, error)
        return tuple(each for each in self._verifiers if origin in {None, each.name})

    def add(self, vkey: str) -> bool:
        """Write a further `log` line; return whether it is new."""
        text = self._read()
        if any(log.vkey == vkey for log in _policy(text).logs):
            return False
        text = f"log {vkey}\n{text}"  # at the top: a policy that ends with a quorum line stays one
        if [log.vkey for log in _policy(text).logs].count(vkey) != 1:
            raise TlogError("policy.vkey", "a verifier key is one word")
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self.path, text, mode=0o644)
        return True

    def _read(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return ""


def _policy(text: str) -> Policy:
    """Read a policy whose quorum says nothing here, and may be missing."""
    return parse_policy(text if _QUORUM.search(text) else f"{text}quorum none\n")


class WitnessState:
    """The last checkpoint cosigned for each origin."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the file; it is never made again behind a key that exists."""
        self.path.touch(mode=0o600)
        with self._open() as link:
            link.execute(_SCHEMA)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        # Not created here: a lost file is an error, not an empty memory.
        link = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=LOCK_SECONDS
        )
        try:
            # More than FULL: after a power cut the journal that a commit removed must not come back and undo it.
            link.execute("PRAGMA synchronous = EXTRA")
            yield link
        finally:
            link.close()

    def held(self, origin: str) -> Held | None:
        """Return what was cosigned last for an origin."""
        with self._open() as link:
            return _held(link, origin)

    def all(self) -> dict[str, Held]:
        """Return what was cosigned last, by origin."""
        with self._open() as link:
            rows = link.execute("SELECT origin, size, root, note FROM held ORDER BY origin").fetchall()
        return {str(row[0]): Held(int(row[1]), bytes(row[2]), str(row[3])) for row in rows}

    def answer(self, origin: str, decide: Callable[[Held | None], Answer]) -> Answer:
        """Decide and keep in one transaction: the answer is returned only when what it cosigns is on the disk."""
        with self._open() as link:
            link.execute("BEGIN IMMEDIATE")
            answer = decide(_held(link, origin))
            new = answer.new_held
            if new is not None:
                link.execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?)", [origin, new.size, new.root, new.note])
            link.execute("COMMIT")
        return answer


def _held(link: sqlite3.Connection, origin: str) -> Held | None:
    row = link.execute("SELECT size, root, note FROM held WHERE origin = ?", [origin]).fetchone()
    return None if row is None else Held(int(row[0]), bytes(row[1]), str(row[2]))


def _write(path: Path, text: str, *, mode: int) -> None:
    """Put a file in its place whole, and on the disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(text.encode("utf-8", "surrogateescape"))
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
