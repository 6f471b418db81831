"""Where the public log's files lie, and what its witnesses are asked: read from the settings, never written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from heliograph.kernel.tlog.policy import satisfied
from heliograph.ledger.files import LogFiles
from heliograph.ledger.histories import asked_witnesses
from heliograph.ledger.models import Publication, Tree
from heliograph.ledger.queries import known_policy


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A witness that the policy names, and when it cosigned a checkpoint; no time where it did not."""

    name: str
    at: datetime | None


def public_files(shard: str) -> LogFiles:
    """Return a shard of the public log."""
    return LogFiles(settings.LEDGER_HOME / Tree.PUBLIC.value / shard)


def witnessed(publication: Publication) -> list[Witnessed]:
    """Return who was asked about a published checkpoint and when each saw it. One query.

    TlogError when the policy, or the checkpoint under it, does not hold.
    """
    policy = known_policy(asked_witnesses())
    seen = satisfied(policy, publication.note).cosignatures
    times = {name: datetime.fromtimestamp(line.time, UTC) for name, line in seen.items() if line.time}
    return [Witnessed(one.name, times.get(one.name)) for one in policy.witnesses]
