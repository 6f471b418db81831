"""One round of the sequencer's work, and what has to hold before the first."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from heliograph.kernel.tlog.fsck import check_log
from heliograph.kernel.tlog.notes import parse_note
from heliograph.kernel.tlog.policy import NO_QUORUM, Policy, parse_policy
from heliograph.kernel.tlog.policy import Log as KnownLog
from heliograph.kernel.tlog.proofs import consistency_proof
from heliograph.kernel.tlog.tiles import TileReader
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.ledger.actions.alarms import raise_alarm, settle_alarms
from heliograph.ledger.actions.keys import make_key, signers_of
from heliograph.ledger.actions.publishing import (
    check_standing,
    publish_checkpoint,
    sign_state,
    state_at,
    write_staged,
)
from heliograph.ledger.actions.records import PublicFacts, append_public
from heliograph.ledger.actions.sequencing import open_log, sequence
from heliograph.ledger.files import LogFiles
from heliograph.ledger.keystore import KeyStore
from heliograph.ledger.models import Checkpoint, Log, LogKey, Publication, Record, Tree
from heliograph.ledger.second_place import SecondPlace
from heliograph.ledger.witness_client import Collected, RefusalKind, collect
from heliograph.ledger.witness_seats import keep_former

BASIS = "C2SP tlog-witness"
FIRST_REST, LONGEST_REST = timedelta(seconds=1), timedelta(minutes=1)


class Asking:
    """Asking the witnesses, beside the sequencer's work where an executor is given: a slow one must not hold it up."""

    def __init__(self, background: Executor | None = None) -> None:
        self.background = background
        self.known_sizes: dict[str, int] = {}
        self.running: tuple[int, Future[Collected]] | None = None
        self.pause = timedelta(0)
        self.not_before: datetime | None = None

    def answer(self) -> tuple[int, Collected] | None:
        """Return which checkpoint was asked about and what the witnesses said, None while nothing was answered."""
        if self.running is None or not self.running[1].done():
            return None
        (asked, future), self.running = self.running, None
        collected = future.result()
        self.known_sizes.update(collected.known_sizes)
        return asked, collected

    def rest(self, at: datetime, *, well: bool) -> None:
        """Let witnesses that did not make a quorum rest, each time twice as long, up to a limit."""
        self.pause = timedelta(0) if well else min(max(self.pause * 2, FIRST_REST), LONGEST_REST)
        self.not_before = at + self.pause

    def ask(self, checkpoint: Checkpoint, policy: Policy, reader: TileReader, *, at: datetime) -> None:
        """Ask about a checkpoint, unless an answer is still awaited: then the next round asks about the newest."""
        if self.running is None and (self.not_before is None or at >= self.not_before):
            self.running = (checkpoint.pk, self._begin(checkpoint, policy, reader))

    def _begin(self, checkpoint: Checkpoint, policy: Policy, reader: TileReader) -> Future[Collected]:
        known = dict(self.known_sizes)

        def work() -> Collected:
            note = parse_note(checkpoint.note)
            return collect(
                policy,
                note,
                checkpoint.size,
                known,
                lambda old: consistency_proof(reader, old, checkpoint.size),
            )

        if self.background is not None:
            return self.background.submit(work)
        done: Future[Collected] = Future()
        done.set_result(work())
        return done


@dataclass(frozen=True)
class Place:
    """Where an installation keeps its logs, and under which names and rules it signs them."""

    directory: Path
    second: SecondPlace
    keys: KeyStore
    origin: str
    algorithms: Sequence[str]
    policy_file: Path
    anchor_every: timedelta
    may_lack_witnesses: bool = False
    sign_every: timedelta = timedelta(0)
    asking: Asking = field(default_factory=Asking)

    def files(self, log: Log) -> LogFiles:
        """Return a log's directory."""
        return LogFiles(self.directory / log.tree / log.shard)

    def policy(self) -> Policy | None:
        """Return the witnesses to ask, None while none are named; a quorum of none is for demonstrations only."""
        if not self.policy_file.exists():
            return None
        policy = parse_policy(self.policy_file.read_bytes())
        if policy.quorum == NO_QUORUM and not self.may_lack_witnesses:
            message = (
                f"见证规则 {self.policy_file.name} 的 quorum 为 none：没有见证方，日志就可以被改写。"
                "请至少指定一个见证方。"
            )
            raise ActRefusedError(Refused("ledger.no_quorum", message, BASIS))
        return policy


def open_logs(place: Place, *, at: datetime) -> dict[Tree, Log]:
    """Return the open log of each tree, begun with its keys where there is none."""
    found = {Tree(log.tree): log for log in Log.objects.filter(closed_at__isnull=True)}
    return {tree: found.get(tree) or _begin(tree, place, at) for tree in Tree}


def check_logs(logs: dict[Tree, Log], place: Place) -> None:
    """Refuse to start where going on would fork a log, or sign without witnesses. ActRefusedError with the way out."""
    place.policy()
    for log in logs.values():
        check_standing(log, place.second)


def tidy(place: Place) -> int:
    """Remove the drafts that a killed sequencer left in the directories of the logs; return how many."""
    return sum(place.files(log).tidy() for log in Log.objects.order_by("pk"))


@transaction.atomic
def _begin(tree: Tree, place: Place, at: datetime) -> Log:
    log = open_log(tree, origin=place.origin, at=at)
    for algorithm in place.algorithms:
        make_key(log, algorithm=algorithm, keys=place.keys, at=at)
    return log


def run_round(logs: dict[Tree, Log], place: Place, *, at: datetime) -> int:
    """Sequence what waits, sign what has grown, publish what enough witnesses have seen. Returns how many records."""
    done = 0
    for log in logs.values():
        while count := sequence(log.pk):
            done += count
        log.refresh_from_db()
        files = place.files(log)
        write_staged(log, files)
        checkpoint = Checkpoint.objects.filter(log=log).order_by("-size").first()
        if checkpoint is None or (checkpoint.size < log.size and checkpoint.signed_at + place.sign_every <= at):
            signers = signers_of(log, place.keys)
            checkpoint = sign_state(log, files, signers=signers, second=place.second, at=at)
        if checkpoint is not None and not Publication.objects.filter(checkpoint=checkpoint).exists():
            publish(log, checkpoint, files, place, at=at)
    return done


def publish(log: Log, checkpoint: Checkpoint, files: LogFiles, place: Place, *, at: datetime) -> None:
    """The process log is ours alone, its state goes out in the public log; the public one waits for its witnesses."""
    if log.tree == Tree.PROCESS:
        publish_checkpoint(checkpoint, files, cosignatures=(), at=at)
        return
    keep_former(place.policy_file)
    policy = place.policy()
    if policy is None:
        raise_alarm("witness", "policy", "没有指定见证方，公开日志的检查点不能发布。", at=at)
        return
    known = Policy(tuple(KnownLog(vkey) for vkey in vkeys(log)), policy.witnesses, policy.groups, policy.quorum)
    place.asking.ask(checkpoint, known, TileReader(files, checkpoint.size), at=at)
    answered = place.asking.answer()
    if answered is None:
        return
    asked, collected = answered
    refusals = [one for one in collected.refusals if not (collected.satisfied and one.kind == RefusalKind.UNREACHABLE)]
    for refusal in refusals:  # one that is only late is no reason for an alarm while the quorum stands
        raise_alarm("witness", refusal.witness, f"{refusal.kind.label}：{refusal.text}", at=at)
    settle_alarms("witness", still={refusal.witness for refusal in refusals}, at=at)
    place.asking.rest(at, well=collected.satisfied)
    if collected.satisfied:
        lines = [line.signature for line in collected.cosignatures]
        publish_checkpoint(Checkpoint.objects.get(pk=asked), files, cosignatures=lines, at=at)


def vkeys(log: Log) -> list[str]:
    """Return the verifier keys of a log, those that sign no more included: old checkpoints stay good."""
    return list(LogKey.objects.filter(log=log).order_by("id").values_list("vkey", flat=True))


def anchor(logs: dict[Tree, Log], place: Place, *, at: datetime) -> Record | None:
    """Put the process log's last signed state into the public log when it moved and the last anchor is old enough."""
    signed = Checkpoint.objects.filter(log=logs[Tree.PROCESS]).order_by("-size").first()
    if signed is None:
        return None
    anchors = Record.objects.filter(tree=Tree.PUBLIC, kind="ledger.anchor", subject_id=str(signed.log_id))
    last = anchors.order_by("-number").first()
    if last is not None and (last.at + place.anchor_every > at or last.at >= signed.signed_at):
        return None
    published = {"log": logs[Tree.PROCESS].origin, "size": signed.size, "root": bytes(signed.root).hex()}
    return append_public(
        "ledger.anchor",
        subject=logs[Tree.PROCESS],
        agency_id=None,
        actor_id=None,
        at=at,
        facts=PublicFacts(agency=None, published=published),
    )


def check_files(place: Place, *, at: datetime) -> list[str]:
    """Derive each published log anew, from its records and from its files, closed ones too.

    Raise an alarm for each that differs from what was published, and return them in words.
    """
    found: dict[str, str] = {}
    for log in Log.objects.order_by("pk"):
        published = Publication.objects.filter(checkpoint__log=log).order_by("-checkpoint__size").first()
        if published is None:
            continue
        checkpoint = published.checkpoint
        if state_at(log, checkpoint.size) != bytes(checkpoint.root):
            found[f"{log.origin} database"] = f"数据库里日志 {log.origin} 的条目与已发布的检查点不符。"
        report = check_log(place.files(log), checkpoint.size, bytes(checkpoint.root))
        if report.problem is not None:
            found[log.origin] = (
                f"日志 {log.origin} 的文件 {report.problem.resource} 与条目不符（{report.problem.code}）。"
            )
    for key, detail in found.items():
        raise_alarm("files", key, detail, at=at)
    settle_alarms("files", still=found, at=at)
    return list(found.values())
