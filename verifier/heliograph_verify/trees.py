"""Merkle trees of RFC 6962 and the files that hold them (C2SP tlog-tiles): proofs, and a whole log derived anew.

Nothing here trusts a tile: `Rederivation` makes every tile anew from the entries and compares; `Tiles` reads hashes for
proofs whose result is compared with a signed root.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from heliograph_verify.formats import ENTRY_LIMIT, Unreadable

HASH, WIDTH = 32, 256
TILE = HASH * WIDTH
BUNDLE_LIMIT = WIDTH * (ENTRY_LIMIT + 2)
NAMED_PROBLEMS = 20
DIRECTORY_OF_ZIP_LIMIT = 8 << 20
END_OF_ZIP, LOCATOR_OF_ZIP64 = b"PK\x05\x06", b"PK\x06\x07"
ZIP_FAULTS = (OSError, ValueError, EOFError, RuntimeError, OverflowError, struct.error, zipfile.BadZipFile, zlib.error)
PARTIAL_WIDTH = re.compile(r"[1-9][0-9]{0,2}")

# A pipe would be waited for, for ever; not every system knows the flag.
NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

Visitor = Callable[[int, list[bytes], bytes], None]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return sha256(b"\1" + left + right).digest()


def fold(hashes: bytes) -> bytes:
    """Return the root over concatenated hashes, whose number is a power of two."""
    while len(hashes) > HASH:
        hashes = b"".join([sha256(b"\1" + hashes[at : at + 64]).digest() for at in range(0, len(hashes), 64)])
    return hashes


def _sides(here: int, last: int, count: int) -> list[bool] | None:
    """Say for each of `count` siblings whether it stands on the left; None where a proof has another length."""
    sides = []
    for _ in range(count):
        if last == 0:
            return None
        sides.append(here & 1 == 1 or here == last)
        if sides[-1]:
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        here, last = here >> 1, last >> 1
    return sides if last == 0 else None


def inclusion_holds(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof by RFC 9162 2.1.3.2; its length must be exactly right."""
    sides = _sides(index, size - 1, len(proof)) if 0 <= index < size else None
    if sides is None:
        return False
    found = leaf
    for sibling, left in zip(proof, sides, strict=True):
        found = node_hash(sibling, found) if left else node_hash(found, sibling)
    return found == root


def consistency_holds(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Check by RFC 9162 2.1.4.2 that the tree of `new` leaves begins with the tree of `old` leaves."""
    if not 0 < old < new:
        expected = {0: sha256().digest(), new: new_root}
        return old in expected and not proof and old_root == expected[old]
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    sides = _sides(here, last, len(path) - 1)
    if not path or sides is None:
        return False
    before = after = path[0]
    for sibling, left in zip(path[1:], sides, strict=True):
        if left:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
        else:
            after = node_hash(after, sibling)
    return before == old_root and after == new_root


def file_path(kind: str, number: int) -> str:
    """Return the path of full tile or bundle `number` of a level ("0" to "63") or of "entries"."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    return f"tile/{kind}/" + "/".join(reversed(groups))


class Source(Protocol):
    """A tree of files, in a directory or in a zip."""

    def read(self, name: str, limit: int) -> bytes | None:
        """Return a file of at most `limit` bytes; None where there is none."""

    def partials(self, name: str) -> list[int]:
        """Return the widths of the partial files kept beside this full one."""


def read_file(path: str | Path, limit: int) -> bytes | None:
    """Read an ordinary file of at most `limit` bytes; None where there is none."""
    try:
        number = os.open(path, os.O_RDONLY | NO_WAITING)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise Unreadable("not_a_file", name=path) from error
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("not_a_file", name=path)
        if found.st_size > limit:
            raise Unreadable("too_big")
        return os.read(number, found.st_size)
    except OSError as error:
        raise Unreadable("not_a_file", name=path) from error
    finally:
        os.close(number)


class Directory:
    """A log as it lies in a directory."""

    def __init__(self, root: Path) -> None:
        """Read below `root`."""
        self.root = str(root)

    def read(self, name: str, limit: int) -> bytes | None:
        """Return a file."""
        return read_file(f"{self.root}/{name}", limit)

    def partials(self, name: str) -> list[int]:
        """Return the widths of the partial files."""
        try:
            return _widths(os.listdir(f"{self.root}/{name}.p"))
        except OSError:
            return []


def _widths(names: list[str]) -> list[int]:
    return sorted(int(name) for name in names if PARTIAL_WIDTH.fullmatch(name) and int(name) < WIDTH)


def _refuse_large_directory(path: Path) -> None:
    """Look at the end of the zip before its list of members is loaded: the list itself could fill the memory."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 22 - 20 - 0xFFFF))
        tail = stream.read(22 + 20 + 0xFFFF)
    for at in {tail.rfind(END_OF_ZIP), len(tail) - 22}:  # the two places where Python's zipfile looks
        length = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
        if length > DIRECTORY_OF_ZIP_LIMIT or tail[max(0, at - 20) : max(0, at - 16)] == LOCATOR_OF_ZIP64:
            raise Unreadable("zip_too_big")


class Archive:
    """A zip file; names are as they are in it, below the one folder that holds `checkpoint`."""

    def __init__(self, path: Path) -> None:
        """Open the zip, but read no member yet."""
        if not path.exists():
            raise Unreadable("missing_file", name=path)
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise Unreadable("not_a_file", name=path)
            _refuse_large_directory(path)
            self._zip = zipfile.ZipFile(path)
        except ZIP_FAULTS as error:
            raise Unreadable("bad_zip") from error
        names = self._zip.namelist()
        if len(set(names)) != len(names):
            raise Unreadable("bad_zip")
        tops = [
            name.removesuffix("checkpoint") for name in names if name == "checkpoint" or name.endswith("/checkpoint")
        ]
        self._top = tops[0] if len(tops) == 1 else ""
        self._members = {name.removeprefix(self._top): name for name in names if name.startswith(self._top)}
        self._partials: dict[str, list[str]] = {}
        for name in self._members:
            full, mark, width = name.rpartition(".p/")
            if mark:
                self._partials.setdefault(full, []).append(width)

    def names(self, folder: str) -> list[str]:
        """Return the names below a folder, in order."""
        return sorted(name for name in self._members if name.startswith(folder) and name != folder)

    def read(self, name: str, limit: int) -> bytes | None:
        """Return a member; its stated length is not believed."""
        member = self._members.get(name)
        if member is None:
            return None
        info = self._zip.getinfo(member)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise Unreadable("bad_zip")
        try:
            with self._zip.open(info) as stream:
                data = stream.read(limit + 1)
        except ZIP_FAULTS as error:
            raise Unreadable("bad_zip") from error
        if len(data) > limit:
            raise Unreadable("too_big")
        return data

    def partials(self, name: str) -> list[int]:
        """Return the widths of the partial files."""
        return _widths(self._partials.get(name, []))


def open_source(path: Path) -> Source:
    """Open a directory or a zip."""
    return Directory(path) if path.is_dir() else Archive(path)


def split_bundle(bundle: bytes, width: int) -> list[bytes] | None:
    """Return the `width` entries of a bundle; None where its framing does not come out even."""
    entries, at = [], 0
    try:
        for _ in range(width):
            start = at + 2
            at = start + (bundle[at] << 8 | bundle[at + 1])
            entries.append(bundle[start:at])
    except IndexError:
        return None
    return entries if at == len(bundle) else None


class Rederivation:
    """Make every tile and the root anew from the entry bundles; `problems` names each file that differs."""

    def __init__(self, source: Source, size: int, visit: Visitor) -> None:
        """Prepare; `visit` is given (first index, entries, their hashes) of each bundle."""
        self.source, self.size, self.visit = source, size, visit
        self.edge: list[bytes] = [b""]
        self.problems: list[str] = []
        self.files = self.older = self.bytes = 0

    def run(self) -> bytes | None:
        """Return the root of all entries; None where a bundle cannot be divided into entries."""
        for number in range((self.size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, self.size - number * WIDTH)
            entries = self._entries(number, width)
            if entries is None:
                return None
            hashes = b"".join([sha256(b"\0" + entry).digest() for entry in entries])
            self.visit(number * WIDTH, entries, hashes)
            self._compare(0, number, hashes)
            if width == WIDTH:
                self._carry(number, fold(hashes))
            else:
                self.edge[0] = hashes
        for level, hashes in enumerate(self.edge[1:], 1):
            if hashes:
                self._compare(level, self.size >> (8 * level + 8), hashes)
        return self._root()

    def _entries(self, number: int, width: int) -> list[bytes] | None:
        path = file_path("entries", number)
        name = path if width == WIDTH else f"{path}.p/{width}"
        bundle = self._read(name, BUNDLE_LIMIT)
        self.bytes += len(bundle)
        entries = split_bundle(bundle, width)
        if entries is None:
            self._problem(name)
            return None
        for older in self._older(path, width):
            partial = self._read(f"{path}.p/{older}", BUNDLE_LIMIT)
            if not bundle.startswith(partial) or split_bundle(partial, older) is None:
                self._problem(f"{path}.p/{older}")
        return entries

    def _carry(self, number: int, root: bytes) -> None:
        """Put the root of a full tile into the level above, and so on for as long as tiles fill up."""
        level, count = 1, number + 1
        while True:
            if len(self.edge) == level:
                self.edge.append(b"")
            self.edge[level] += root
            if len(self.edge[level]) < TILE:
                return
            count >>= 8
            self._compare(level, count - 1, self.edge[level])
            root, self.edge[level] = fold(self.edge[level]), b""
            level += 1

    def _compare(self, level: int, number: int, hashes: bytes) -> None:
        path, width = file_path(str(level), number), len(hashes) // HASH
        name = path if width == WIDTH else f"{path}.p/{width}"
        if self._read(name, TILE + 1) != hashes:
            self._problem(name)
        for older in self._older(path, width):
            if self._read(f"{path}.p/{older}", TILE + 1) != hashes[: older * HASH]:
                self._problem(f"{path}.p/{older}")

    def _older(self, path: str, width: int) -> list[int]:
        """Return the partial files of smaller trees, which may still lie beside this one and must agree with it."""
        found = [older for older in self.source.partials(path) if older < width]
        self.older += len(found)
        return found

    def _read(self, name: str, limit: int) -> bytes:
        data = self.source.read(name, limit)
        if data is None:
            raise Unreadable("missing_file", name=name)
        self.files += 1
        return data

    def _problem(self, name: str) -> None:
        if len(self.problems) < NAMED_PROBLEMS:
            self.problems.append(name)

    def _root(self) -> bytes:
        root = b""
        for hashes in self.edge:
            pieces, at, width = [], 0, len(hashes) // HASH
            while at < width:
                step = 1 << ((width - at).bit_length() - 1)
                pieces.append(fold(hashes[at * HASH : (at + step) * HASH]))
                at += step
            for piece in reversed(pieces):
                root = node_hash(piece, root) if root else piece
        return root or sha256().digest()


class Tiles:
    """Hashes of a tree of `size` leaves, read from its tiles and not trusted: for proofs that are then checked."""

    def __init__(self, source: Source, size: int) -> None:
        """Read from `source`."""
        self.source, self.size = source, size

    def slots(self, level: int, number: int) -> bytes:
        """Return the hashes of a tile: from the partial file of this size, else from any wider one."""
        width = min(WIDTH, (self.size >> (8 * level)) - number * WIDTH)
        path = file_path(str(level), number)
        names = [path, *(f"{path}.p/{wider}" for wider in self.source.partials(path) if wider >= width)]
        for name in names if width == WIDTH else reversed(names):
            tile = self.source.read(name, TILE + 1)
            if tile is not None and len(tile) >= width * HASH:
                return tile[: width * HASH]
        raise Unreadable("missing_file", name=path)

    def subtree(self, begin: int, end: int) -> bytes:
        """Return the hash over the leaves `begin` to `end`, where `begin` is where such a subtree begins."""
        pieces = []
        while begin < end:
            height = (end - begin).bit_length() - 1
            level, steps = divmod(height, 8)
            slot = begin >> (8 * level)
            slots = self.slots(level, slot // WIDTH)
            at = slot % WIDTH * HASH
            pieces.append(fold(slots[at : at + (HASH << steps)]))
            begin += 1 << height
        root = pieces.pop()
        while pieces:
            root = node_hash(pieces.pop(), root)
        return root

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof of RFC 6962 2.1.2 from the tree of `old` leaves to this one."""
        begin, end, proof, whole = 0, self.size, [], True
        if old in (0, end):
            return []
        while old != end:
            middle = begin + (1 << ((end - begin - 1).bit_length() - 1))
            if old <= middle:
                proof.append(self.subtree(middle, end))
                end = middle
            else:
                proof.append(self.subtree(begin, middle))
                begin, whole = middle, False
        if not whole:
            proof.append(self.subtree(begin, end))
        return proof[::-1]
