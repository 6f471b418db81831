"""Private keys of the logs: files that only the product's own user reads, each holding one key as text."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from heliograph.kernel.tlog.cosignatures import MlDsa44Cosigner
from heliograph.kernel.tlog.notes import Ed25519Signer, parse_skey, skey
from heliograph.kernel.tlog.sm2 import Sm2Signer

SEED_BYTES = 32
LogSigner = Ed25519Signer | MlDsa44Cosigner | Sm2Signer
SIGNERS: dict[str, type[LogSigner]] = {"ed25519": Ed25519Signer, "ml-dsa-44": MlDsa44Cosigner, "sm2": Sm2Signer}


class KeyStore:
    """A directory of private keys."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def make(self, file_name: str, *, name: str, algorithm: str) -> LogSigner:
        """Make a key under a new file name and return its signer; LookupError for an unknown algorithm."""
        seed = secrets.token_bytes(SEED_BYTES)
        signer = SIGNERS[algorithm](name, seed)
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.directory / file_name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(f"{skey(signer, seed)}\n")
            stream.flush()
            os.fsync(stream.fileno())
        directory = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return signer

    def load(self, file_name: str) -> LogSigner:
        """Return the signer of a kept key; OSError when its file is not there."""
        signer = parse_skey((self.directory / file_name).read_text(encoding="utf-8").strip())
        if not isinstance(signer, LogSigner):
            raise TypeError(f"{file_name} holds no key that signs checkpoints")
        return signer
