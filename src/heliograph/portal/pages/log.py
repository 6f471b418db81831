"""The pages on records (存证): what the public log is and how it stands, and checking a proof on one's own device."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from heliograph.kernel.tlog.errors import TlogError
from heliograph.ledger.models import Log, LogKey, Tree
from heliograph.ledger.queries import logs_of, published_sizes
from heliograph.portal.log_health import RULE, LogHealth, public_log_health
from heliograph.portal.log_places import Witnessed, witnessed
from heliograph.portal.site import Link, Page, Site, public_page, show

TITLE = "公开信息存证"
VERIFY = "核验收录证明"
ALGORITHMS = {"ed25519": "Ed25519", "ml-dsa-44": "ML-DSA-44（抗量子）", "sm2": "SM2"}


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of the public log: a year's, or the one after a restored backup."""

    log: Log
    size: int
    keys: list[tuple[str, LogKey]]

    @property
    def checkpoint_url(self) -> str:
        """Where its newest checkpoint is."""
        return reverse("portal:log-checkpoint", args=[self.log.shard])

    @property
    def prefix(self) -> str:
        """What monitors are given."""
        return self.checkpoint_url.removesuffix("checkpoint")


@public_page
def log(request: HttpRequest) -> HttpResponse:
    """Say what the public log is, how it stands, who watches it and with which keys it is checked. Eleven queries."""
    health = public_log_health(timezone.now())  # noqa: TID251 - a face reads the clock
    witnesses, readable = _witnesses(health)
    context = {
        "health": health,
        "rule": RULE,
        "witnesses": witnesses,
        "readable": readable,
        "shards": _shards(),
        "policy_url": reverse("portal:log-policy"),
        "verify_url": reverse("portal:verify"),
    }
    page = Page(site=Site(), title=TITLE, current="log", crumbs=[Link(TITLE, "")])
    return show(request, "portal/log.html", page, context)


def _witnesses(health: LogHealth | None) -> tuple[list[Witnessed], bool]:
    """Return the witnesses with the times of the last published checkpoint, and whether they could be read."""
    if health is None or health.health.publication is None:
        return [], True
    try:
        return witnessed(health.health.publication), True
    except TlogError:
        return [], False


def _shards() -> list[Shard]:
    logs = logs_of(Tree.PUBLIC)
    sizes = published_sizes(logs)
    return [Shard(one, sizes.get(one.pk, 0), [_named(key) for key in one.keys.all()]) for one in logs]


def _named(key: LogKey) -> tuple[str, LogKey]:
    return ALGORITHMS.get(key.algorithm, key.algorithm), key


@public_page
def verify(request: HttpRequest) -> HttpResponse:
    """Explain what can be checked; the check itself is done by the script of the page, on the reader's device."""
    crumbs = [Link(TITLE, reverse("portal:log")), Link(VERIFY, "")]
    page = Page(site=Site(), title=VERIFY, current="log", crumbs=crumbs)
    context = {"policy_url": reverse("portal:log-policy"), "log_url": reverse("portal:log")}
    return show(request, "portal/verify.html", page, context)
