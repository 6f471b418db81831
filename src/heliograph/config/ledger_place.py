"""Where this installation keeps its logs, from the settings."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from heliograph.ledger.actions.running import Place
from heliograph.ledger.keystore import KeyStore
from heliograph.ledger.second_place import SecondPlace

SIGN_EVERY = timedelta(seconds=1)  # a checkpoint is some kilobytes for ever; more often tells nobody anything


def installation_place() -> Place:
    """Return it; ImproperlyConfigured while the installation has no name for its logs."""
    if not settings.LEDGER_ORIGIN:
        raise ImproperlyConfigured(
            "请以 HELIOGRAPH_LEDGER_ORIGIN 指定存证日志的名称，如 zf.example.gov.cn，启用后不能更改。"
            " / Set HELIOGRAPH_LEDGER_ORIGIN, the lasting name of the logs."
        )
    return Place(
        directory=settings.LEDGER_HOME,
        second=SecondPlace(settings.LEDGER_SECOND_PLACE),
        keys=KeyStore(settings.HOME / "keys" / "ledger"),
        origin=settings.LEDGER_ORIGIN,
        algorithms=settings.LEDGER_ALGORITHMS,
        policy_file=settings.LEDGER_WITNESSES,
        anchor_every=timedelta(seconds=settings.LEDGER_ANCHOR_SECONDS),
        may_lack_witnesses=settings.IS_DEMO,
        sign_every=SIGN_EVERY,
    )
