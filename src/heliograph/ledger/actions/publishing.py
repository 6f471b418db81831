"""From sequenced leaves to a checkpoint that outsiders can check, in an order that a crash at any step survives.

Staged resources are written and made safe; the new state is checked against the last signed one; it is signed, kept in
the second place and in the database; the witnesses answer; only then is the file `checkpoint` replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from heliograph.kernel.tlog.checkpoints import Checkpoint as State
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import fold, leaf_hashes
from heliograph.kernel.tlog.notes import Signature, SignedNote, Signer, format_note, parse_note, sign_note
from heliograph.kernel.tlog.proofs import consistency_proof, verify_consistency
from heliograph.kernel.tlog.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Edge,
    TileReader,
    entries_path,
    grow,
    parse_bundle,
    tile_path,
)
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.ledger.files import CHECKPOINT, LogFiles
from heliograph.ledger.models import Checkpoint, LapsedLeaf, Leaf, Log, Publication, Staged
from heliograph.ledger.second_place import SecondPlace, Signed

BASIS = "C2SP tlog-checkpoint"
CHUNK = 256 * TILE_WIDTH


def write_staged(log: Log, files: LogFiles) -> int:
    """Put the staged resources on disk, safely, and forget them; a repetition after a crash does no harm."""
    staged = list(Staged.objects.filter(log=log).order_by("id"))
    for one in staged:
        files.write(one.path, bytes(one.data))
    files.sync()
    Staged.objects.filter(pk__in=[one.pk for one in staged]).delete()
    return len(staged)


def check_standing(log: Log, second: SecondPlace) -> None:
    """Refuse to go on when the database stands behind, or beside, what was signed: it would fork the log.

    ActRefusedError names the way out: after a restored backup, a new log that carries the last signed state.
    """
    signed = second.last(log.origin)
    if signed is None:
        if Checkpoint.objects.filter(log=log).exists():
            message = (
                "保存最后签名状态的第二处文件不见了，请找回；确已损毁的，运行 heliograph ledger succeed 启用新日志。"
            )
            raise ActRefusedError(Refused("ledger.second_place_lost", message, BASIS))
        return
    if log.size < signed.size:
        message = (
            f"数据库里的日志只有 {log.size} 条，而最后签名的是 {signed.size} 条：数据库可能由旧备份恢复。"
            "为免日志分叉，不再签名。请换回最新的数据库，或运行 heliograph ledger succeed 启用新日志。"
        )
        raise ActRefusedError(Refused("ledger.behind", message, BASIS))
    if _edge_at(log, signed.size).root() != signed.root:
        message = (
            f"数据库里日志的前 {signed.size} 条与最后签名的不同，不再签名。请换回原来的数据库，"
            "或运行 heliograph ledger succeed 启用新日志。"
        )
        raise ActRefusedError(Refused("ledger.forked", message, BASIS))


def sign_state(
    log: Log, files: LogFiles, *, signers: Sequence[Signer], second: SecondPlace, at: datetime
) -> Checkpoint | None:
    """Sign where the log stands when it has grown; return the newest checkpoint, None for an empty log.

    Refused when the files do not give the sequenced root, or do not extend the last signed state.
    """
    last = Checkpoint.objects.filter(log=log).order_by("-size").first()
    if log.size == 0 or (last is not None and last.size == log.size):
        return last
    former = _last_signed(log, last, second)
    _check_files(log, files, former)
    root = bytes(log.root)
    note = sign_note(State(log.origin, log.size, root).text(), signers)
    second.keep(log.origin, former, Signed(log.size, root))
    with transaction.atomic():
        return Checkpoint.objects.create(log=log, size=log.size, root=root, note=format_note(note), signed_at=at)


def _last_signed(log: Log, last: Checkpoint | None, second: SecondPlace) -> Signed | None:
    """Return the state to grow from: the second place is ahead when the process died before the database had it."""
    known = None if last is None else Signed(last.size, bytes(last.root))
    kept = second.last(log.origin)
    ahead = kept is not None and (0 if known is None else known.size) < kept.size <= log.size
    return kept if ahead else known


def _check_files(log: Log, files: LogFiles, former: Signed | None) -> None:
    """Read back what was written: entries hash to their tiles, tiles to the root, and the old root is in the new."""
    try:
        _check_against(log, files, former)
    except TlogError as error:
        message = (
            f"日志文件与已排序的内容不符（{error}），不予签名。请运行 heliograph ledger rebuild 重写日志文件；"
            "重写后仍然不符的，运行 heliograph ledger succeed 启用新日志。"
        )
        raise ActRefusedError(Refused("ledger.files_differ", message, BASIS)) from error


def _check_against(log: Log, files: LogFiles, former: Signed | None) -> None:
    reader = TileReader(files, log.size)
    if reader.root() != bytes(log.root):
        raise TlogError("log.root", "the tiles do not give the sequenced root")
    before = former.size if former else 0
    for index in range(before // TILE_WIDTH, -(-log.size // TILE_WIDTH)):
        width = min(TILE_WIDTH, log.size - index * TILE_WIDTH)
        entries = parse_bundle(files.read(entries_path(index, width)), width)
        if leaf_hashes(entries) != files.read(tile_path(0, index, width)):
            raise TlogError("log.entry", f"bundle {index} does not hash to its tile")
    _check_full_tiles(reader, files, before)
    if former is not None:
        proof = consistency_proof(reader, former.size, log.size)
        verify_consistency(former.size, log.size, former.root, bytes(log.root), proof)


def _check_full_tiles(reader: TileReader, files: LogFiles, before: int) -> None:
    """Tie every tile that became full to the one above it: a forged entry may come with the tile that fits it."""
    level, span = 0, TILE_HEIGHT
    while reader.size >> span:
        for index in range(before >> span, reader.size >> span):
            if fold(files.read(tile_path(level, index))) != reader.node(span, index):
                raise TlogError("log.tile", f"tile {index} of level {level} does not hash to the one above")
        level, span = level + 1, span + TILE_HEIGHT


@transaction.atomic
def publish_checkpoint(
    checkpoint: Checkpoint, files: LogFiles, *, cosignatures: Sequence[Signature], at: datetime
) -> Publication:
    """Put a checkpoint with its cosignatures out, replacing the one before it, whose partial tiles may go now."""
    former = Publication.objects.filter(checkpoint__log_id=checkpoint.log_id).order_by("-checkpoint__size")
    former_size = former.values_list("checkpoint__size", flat=True).first() or 0
    signed = parse_note(checkpoint.note)
    note = format_note(SignedNote(signed.text, (*signed.signatures, *cosignatures)))
    publication = Publication.objects.create(checkpoint=checkpoint, note=note, witnesses=len(cosignatures), at=at)
    files.write(CHECKPOINT, note.encode())
    files.sync()
    _drop_partials(files, former_size, checkpoint.size)
    return publication


def _drop_partials(files: LogFiles, former: int, size: int) -> None:
    """Remove the partial versions of the tiles that became full between two published sizes."""
    first, last = former // TILE_WIDTH, size // TILE_WIDTH
    level = 0
    while last:
        for index in range(first, last):
            files.drop_partials(tile_path(level, index))
            if level == 0:
                files.drop_partials(entries_path(index))
        level, first, last = level + 1, first // TILE_WIDTH, last // TILE_WIDTH


def rebuild_files(log: Log, files: LogFiles, *, progress: Callable[[int], None]) -> int:
    """Write every file of a log anew from the records in the database; return how many entries it has.

    Files are a projection: none of them is needed to restore another. The partials of the last signed and of the last
    published checkpoint are among them. Refused, before anything is written, when the records give another root.
    """
    edge, tail, size = Edge(), b"", log.size
    if _edge_at(log, size).root() != bytes(log.root):
        message = "数据库里的存证与已排序的内容不符，重写会毁坏日志文件，不予办理。请换回原来的数据库。"
        raise ActRefusedError(Refused("ledger.leaf_changed", message, BASIS))
    stops = {*range(CHUNK, size, CHUNK), *_checkpoint_sizes(log), size} - {0}
    for stop in sorted(stops):
        leaves = _leaves(log, edge.size, stop)
        grown = grow(edge, tail, leaves)
        for path, data in grown.resources.items():
            files.write(path, data)
        edge, tail = grown.edge, grown.bundle_tail
        progress(stop)
    files.sync()
    published = Publication.objects.filter(checkpoint__log=log).order_by("-checkpoint__size").first()
    if published is not None:
        files.write(CHECKPOINT, published.note.encode())
        files.sync()
    return size


def _checkpoint_sizes(log: Log) -> list[int]:
    found = Checkpoint.objects.filter(log=log, size__lte=log.size).order_by("-size").values_list("size", flat=True)
    return [*found[:1], *found.filter(publication__isnull=False)[:1]]


def _leaves(log: Log, start: int, stop: int) -> list[bytes]:
    """Return the leaves of a log between two places, those of a closed one whose records have moved on included."""
    there = {"log": log, "index__gte": start, "index__lt": stop}
    found = dict(Leaf.objects.filter(**there).values_list("index", "record__leaf"))
    if len(found) < stop - start:
        found |= dict(LapsedLeaf.objects.filter(**there).values_list("index", "record__leaf"))
    if len(found) != stop - start:
        message = f"日志 {log.origin} 第 {start} 至 {stop} 条中缺 {stop - start - len(found)} 条，请换回原来的数据库。"
        raise ActRefusedError(Refused("ledger.leaves_missing", message, BASIS))
    return [bytes(found[index]) for index in range(start, stop)]


def state_at(log: Log, size: int) -> bytes:
    """Return the root that a log had at a size, from its records; nothing when some of them are not there."""
    there = {"log": log, "index__lt": size}
    if Leaf.objects.filter(**there).count() + LapsedLeaf.objects.filter(**there).count() < size:
        return b""
    return _edge_at(log, size).root()


def _edge_at(log: Log, size: int) -> Edge:
    """Return the edge a log had at a size, from its records."""
    edge, tail = Edge(), b""
    while edge.size < size:
        grown = grow(edge, tail, _leaves(log, edge.size, min(size, edge.size + CHUNK)))
        edge, tail = grown.edge, grown.bundle_tail
    return edge
