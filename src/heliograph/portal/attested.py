"""Which record of the public log tells of which version of an entry, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from heliograph.disclosure.models import PublicVersion
from heliograph.ledger.queries import Standing

PUBLISHED = frozenset({"entry.published", "entry.corrected"})
WITHDRAWN = frozenset({"entry.withdrawn"})


@dataclass(frozen=True, slots=True)
class Attested:
    """A version, the record that it was published, and for a withdrawn one the record of that instead."""

    standing: Standing | None
    is_withdrawal: bool

    @property
    def state(self) -> str:
        """How the record stands: `covered`, `waiting`, or `none` for what became public without one."""
        if self.standing is None:
            return "none"
        return "waiting" if self.standing.covered_at is None else "covered"


def attested(version: PublicVersion, standings: Sequence[Standing]) -> Attested:
    """Return the record that may be shown of a version: of a withdrawn one never that of what it said.

    A record and the version it is about were written by one act and carry its time. One withdrawal takes the earlier
    versions along.
    """
    if version.withdrawn_at is not None:
        found = (one for one in standings if one.kind in WITHDRAWN and one.at == version.withdrawn_at)
        return Attested(next(found, None), is_withdrawal=True)
    found = (one for one in standings if one.kind in PUBLISHED and one.at == version.published_at)
    return Attested(next(found, None), is_withdrawal=False)


def attested_by_number(versions: Iterable[PublicVersion], standings: Sequence[Standing]) -> dict[int, Attested]:
    """Return the same by number for all versions of an entry."""
    return {version.number: attested(version, standings) for version in versions}
