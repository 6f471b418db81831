"""Keys that sign checkpoints: made once, changed in the open by a leaf of the public log."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from heliograph.kernel.tlog.signatures import Signer
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.ledger.actions.records import PublicFacts, append_public
from heliograph.ledger.keystore import SIGNERS, KeyStore
from heliograph.ledger.models import Log, LogKey, LogKeyRetirement

BASIS = "C2SP signed-note"


@transaction.atomic
def make_key(log: Log, *, algorithm: str, keys: KeyStore, at: datetime) -> LogKey:
    """Make a key that signs a log from now on, beside those there are, and say so in the public log."""
    if algorithm not in SIGNERS:
        message = f"不认识的签名算法“{algorithm}”。可用的：{'、'.join(SIGNERS)}。"
        raise ActRefusedError(Refused("ledger.algorithm", message, BASIS))
    # A random part: a file left by a transaction that failed must not be in the way of the next try.
    file_name = f"{log.tree}-{log.shard}-{algorithm}-{secrets.token_hex(4)}.key"
    signer = keys.make(file_name, name=log.origin, algorithm=algorithm)
    made = LogKey.objects.create(log=log, vkey=signer.vkey, algorithm=algorithm, file_name=file_name, made_at=at)
    _tell(made, "made", at)
    return made


@transaction.atomic
def retire_key(key: LogKey, *, at: datetime) -> LogKeyRetirement:
    """Let a key sign no more; its signatures stay good. The last Ed25519 key of a log cannot go: witnesses need one."""
    if LogKeyRetirement.objects.filter(key=key).exists():
        raise ActRefusedError(Refused("ledger.key_retired", "该密钥已经停用。", BASIS))
    others = LogKey.objects.filter(log=key.log, algorithm=key.algorithm, retirement__isnull=True).exclude(pk=key.pk)
    if key.algorithm == "ed25519" and not others.exists():
        message = "这是日志唯一在用的 Ed25519 密钥，停用后检查点无人签名。请先生成新密钥。"
        raise ActRefusedError(Refused("ledger.last_key", message, BASIS))
    retired = LogKeyRetirement.objects.create(key=key, at=at)
    _tell(key, "retired", at)
    return retired


def signers_of(log: Log, keys: KeyStore) -> Sequence[Signer]:
    """Return the signers of a log, the oldest key first. Refused when a private key is not there."""
    held = LogKey.objects.filter(log=log, retirement__isnull=True).order_by("id")
    try:
        return [keys.load(key.file_name) for key in held]
    except OSError as error:
        message = f"日志的签名密钥文件不在（{error.filename}）。请从备份找回，或运行 heliograph ledger key 生成新密钥。"
        raise ActRefusedError(Refused("ledger.key_missing", message, BASIS)) from error


def _tell(key: LogKey, what: str, at: datetime) -> None:
    published = {"log": key.log.origin, "vkey": key.vkey, "change": what}
    facts = PublicFacts(agency=None, published=published)
    append_public("key.changed", subject=key, agency_id=None, actor_id=None, at=at, facts=facts)
