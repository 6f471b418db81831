"""Witnesses that are replaced keep a seat in the policy, so that proofs saved before stay good under the published one.

A seat is a group `any` of a witness and those it replaced; a former witness has no address and is not asked. One whose
key is no longer to be trusted is kept out by a line `# revoked <vkey>`. No database and no Django.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain, combinations, count
from pathlib import Path
from typing import Final

from heliograph.kernel.tlog.policy import Group, Policy, Witness, format_policy, parse_policy, reached

SEAT: Final = "seat-"
MOST_COMPARED: Final = 12  # each set of so many witnesses is tried

_REVOKED: Final = re.compile(r"^#[ \t]*revoked[ \t]+(\S+)[ \t]*$", re.MULTILINE)
logger = logging.getLogger(__name__)


def keep_former(path: Path) -> bool:
    """Give the witnesses that a policy file lost since the last call a seat in it; return whether it was rewritten.

    What was there last lies beside it. TlogError, and nothing written, for a file that is no policy.
    """
    known = path.with_name(f"{path.name}.known")
    text, last = _read(path), _read(known)
    if not text or text == last:
        return False
    now = parse_policy(text)
    before = parse_policy(last) if last else now
    revoked = frozenset(_REVOKED.findall(text))
    kept = seated(now, before, revoked)
    if kept != now:
        comments = [line for line in text.splitlines(keepends=True) if line.lstrip(" \t").startswith("#")]
        text = "".join(comments) + format_policy(kept)
        _write(path, text)
    if not still_meets(before, kept, revoked):
        logger.warning("under the new %s some proofs that were saved before are no longer witnessed enough", path.name)
    _write(known, text)
    return kept != now


def seated(now: Policy, before: Policy, revoked: Collection[str] = ()) -> Policy:
    """Return a policy in which each witness of the one before has a seat: its old one, or that of who came for it."""
    for members in _seats(before):
        gone = [one for one in members if one.vkey not in {*_vkeys(now), *revoked}]
        heir = _heir(members, now, before) if gone else None
        if heir is not None:
            now = _with_seat(now, heir, gone)
    return now


def still_meets(before: Policy, after: Policy, revoked: Collection[str] = ()) -> bool:
    """Say whether every set of witnesses that was enough before is enough after; False for too many to try them all."""
    free = [vkey for vkey in _vkeys(before) if vkey not in revoked]
    if len(free) > MOST_COMPARED:
        return False
    sets = chain.from_iterable(combinations(free, size) for size in range(len(free) + 1))
    return all(_enough(after, chosen) for chosen in sets if _enough(before, chosen))


def _enough(policy: Policy, vkeys: Collection[str]) -> bool:
    return reached(policy, [one.name for one in policy.witnesses if one.vkey in vkeys])


def _vkeys(policy: Policy) -> list[str]:
    return [one.vkey for one in policy.witnesses]


def _seats(policy: Policy) -> list[list[Witness]]:
    """Return who sits where; a witness without such a group has a seat alone."""
    by_name = {one.name: one for one in policy.witnesses}
    seats = [[by_name[name] for name in group.members] for group in policy.groups if _is_seat(group, by_name)]
    shared = {one.name for seat in seats for one in seat}
    return [*seats, *([one] for one in policy.witnesses if one.name not in shared)]


def _is_seat(group: Group, names: Collection[str]) -> bool:
    return group.name.startswith(SEAT) and group.threshold == 1 and set(group.members) <= set(names)


def _heir(members: Iterable[Witness], now: Policy, before: Policy) -> Witness | None:
    """Return who of the seat is still there, else the first newcomer that nobody stands behind yet."""
    here = {one.vkey: one for one in now.witnesses}
    stayed = [here[one.vkey] for one in members if one.vkey in here]
    known = {*_vkeys(before)}
    taken = {name for group in now.groups if group.name.startswith(SEAT) for name in group.members}
    new = [one for one in now.witnesses if one.vkey not in known and one.name not in taken]
    return next(iter([*stayed, *new]), None)


def _with_seat(policy: Policy, heir: Witness, gone: Iterable[Witness]) -> Policy:
    """Let former witnesses share the seat of one; its group is made where it has none."""
    witnesses, names = list(policy.witnesses), []
    for one in gone:
        name = _free_name(f"{one.name.removesuffix('（原）')}（原）", replace(policy, witnesses=tuple(witnesses)))
        witnesses.append(Witness(name, one.vkey))
        names.append(name)
    policy = replace(policy, witnesses=tuple(witnesses))
    for place, group in enumerate(policy.groups):
        if group.name.startswith(SEAT) and heir.name in group.members:
            wider = replace(group, members=(*group.members, *names))
            return replace(policy, groups=(*policy.groups[:place], wider, *policy.groups[place + 1 :]))
    seat = Group(_free_name(f"{SEAT}{heir.name}", policy), 1, (heir.name, *names))
    groups = (
        replace(group, members=tuple(seat.name if name == heir.name else name for name in group.members))
        for group in policy.groups
    )
    quorum = seat.name if policy.quorum == heir.name else policy.quorum
    return replace(policy, groups=(seat, *groups), quorum=quorum)


def _free_name(wanted: str, policy: Policy) -> str:
    taken = {one.name for one in policy.witnesses} | {one.name for one in policy.groups}
    tries = chain([wanted], (f"{wanted}{number}" for number in count(2)))
    return next(name for name in tries if name not in taken)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    """Put a file in its place whole, and on the disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as stream:
        stream.write(text.encode("utf-8", "surrogateescape"))
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
