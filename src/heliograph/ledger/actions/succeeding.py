"""One log follows another: in a new year, and after a restored backup. No record is left without a proof.

What the former log has is signed and published first. Where that cannot be any more, such as after the loss of its key,
the records that no published checkpoint covers are entered again into the next log, and a record there says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.alarms import raise_alarm, settle_alarms
from heliograph.ledger.actions.keys import make_key, signers_of
from heliograph.ledger.actions.publishing import check_standing, sign_state, write_staged
from heliograph.ledger.actions.records import PublicFacts, append, append_public
from heliograph.ledger.actions.running import Place, publish
from heliograph.ledger.actions.sequencing import close_log, open_log, sequence
from heliograph.ledger.models import LapsedLeaf, Leaf, Log, Pending, Publication, Record, Tree

UNSEEN = "见证方没有确认原日志最后的检查点"
ALARM = "year"


def succeed_log(tree: Tree, place: Place, *, reason: str, at: datetime) -> Log:
    """Close a tree's log and begin the next, whose first leaf carries the last signed state of the one before.

    For a new year, and for an installation restored from a backup that is behind what it had signed.
    """
    former = Log.objects.get(tree=tree, closed_at__isnull=True)
    hindrance = _finish(former, place, at=at)
    return _follow(former.pk, place, reason=reason, hindrance=hindrance, at=at)


def _finish(log: Log, place: Place, *, at: datetime) -> str:
    """Sign and publish what a log has, before it is closed; return what hinders that, nothing when all of it is out."""
    try:
        check_standing(log, place.second)
        files = place.files(log)
        write_staged(log, files)
        signers = signers_of(log, place.keys)
        checkpoint = sign_state(log, files, signers=signers, second=place.second, at=at)
        if checkpoint is not None and not Publication.objects.filter(checkpoint=checkpoint).exists():
            publish(log, checkpoint, files, place, at=at)
    except (ActRefusedError, TlogError) as error:
        return str(error)
    return "" if published_size(log) == log.size else UNSEEN


def published_size(log: Log) -> int:
    """Return how many entries of a log its last published checkpoint covers."""
    found = Publication.objects.filter(checkpoint__log=log).aggregate(size=Max("checkpoint__size"))
    return found["size"] or 0


@transaction.atomic
def _follow(former_id: int, place: Place, *, reason: str, hindrance: str, at: datetime) -> Log:
    former = Log.objects.select_for_update().get(pk=former_id)
    close_log(former, at=at)
    log = open_log(Tree(former.tree), origin=place.origin, at=at, used=place.second.origins())
    signed = place.second.last(former.origin)
    told = {
        "reason": reason,
        "former": former.origin,
        "size": signed.size if signed else 0,
        "root": (signed.root if signed else bytes(former.root)).hex(),
    }
    sequence(log.pk, first=_tell("log.begun", log, told, at).pk)
    _reenter(former, log, hindrance=hindrance, at=at)
    for algorithm in place.algorithms:
        make_key(log, algorithm=algorithm, keys=place.keys, at=at)
    return log


def _reenter(former: Log, log: Log, *, hindrance: str, at: datetime) -> None:
    """Let the records that no published checkpoint covers wait for a place in the next log, and say so there."""
    published = published_size(former)
    left = Leaf.objects.filter(log=former, index__gte=published)
    places = list(left.order_by("index").values_list("record_id", "index"))
    if not places:
        return
    LapsedLeaf.objects.bulk_create([LapsedLeaf(record_id=key, log=former, index=index) for key, index in places])
    left.delete()
    Pending.objects.bulk_create([Pending(record_id=key, tree=former.tree) for key, _ in places])
    told = {"reason": hindrance, "former": former.origin, "from": published, "rows": len(places)}
    sequence(log.pk, first=_tell("log.reentered", log, told, at).pk)


def reentered(log: Log) -> int:
    """Return how many records a log took over when it followed one that could not be published any more."""
    former = Log.objects.filter(tree=log.tree, pk__lt=log.pk).order_by("-pk").first()
    return 0 if former is None else former.lapsed_leaves.count()


def _tell(kind: str, log: Log, told: Mapping[str, Any], at: datetime) -> Record:
    if log.tree == Tree.PROCESS:
        return append(kind, subject=log, agency_id=None, actor_id=None, at=at, facts=told)
    facts = PublicFacts(agency=None, published=told)
    return append_public(kind, subject=log, agency_id=None, actor_id=None, at=at, facts=facts)


def turn_year(logs: dict[Tree, Log], place: Place, *, at: datetime) -> dict[Tree, Log]:
    """Begin the new logs of a new year, by China's clock, each once everything that the old one has was published.

    Witnesses do not know the public one yet: an alarm gives its key, until they have confirmed its first checkpoint.
    """
    turned = dict(logs)
    for tree, log in logs.items():
        if localdate(at).year > localdate(log.opened_at).year and 0 < log.size == published_size(log):
            turned[tree] = succeed_log(tree, place, reason="新年度", at=at)
    _tell_witnesses(turned[Tree.PUBLIC], at)
    return turned


def _tell_witnesses(log: Log, at: datetime) -> None:
    """Alarm while a successor of the public log waits for its first witnesses."""
    unknown = published_size(log) == 0 and Log.objects.filter(tree=log.tree, closed_at__isnull=False).exists()
    if unknown:
        keys = "，".join(log.keys.filter(algorithm="ed25519").values_list("vkey", flat=True))
        raise_alarm(ALARM, log.origin, f"公开日志已改用 {log.origin}，请把新公钥告知各见证方：{keys}", at=at)
    settle_alarms(ALARM, still={log.origin} if unknown else (), at=at)
