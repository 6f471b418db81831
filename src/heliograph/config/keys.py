"""Secret keys of an installation: made once, kept in `<home>/keys`, readable by its own user only."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

KEY_BYTES = 48


def key_directory(home: Path) -> Path:
    """Return the directory of keys, made on first use."""
    directory = home / "keys"
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    return directory


def write_private(path: Path, text: str) -> None:
    """Write a file that is never readable by others, not even for a moment, and is either old or new."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    draft.replace(path)


def read_or_create_key(home: Path, name: str) -> str:
    """Return the named key; two processes that start together agree on one."""
    path = key_directory(home) / name
    if not path.exists():
        draft = path.with_name(f"{name}.{os.getpid()}.new")
        write_private(draft, secrets.token_urlsafe(KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # fails when another process was first: its key holds
        draft.unlink()
    key = path.read_text(encoding="utf-8").strip()
    if len(key) < KEY_BYTES:
        raise RuntimeError(f"密钥文件不完整，请从备份恢复：{path} / incomplete key file: {path}")
    return key
