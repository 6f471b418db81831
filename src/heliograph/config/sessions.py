"""Sessions in the database, as Django keeps them; only the read that stands in the way of every page is kept as SQL."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from heliograph.registers.kept_reads import Kept

_SESSION = Kept(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now).order_by(), key=str, now=datetime
)


class SessionStore(DatabaseStore):
    """A session of a browser."""

    def _get_session_from_db(self) -> Session | None:
        """Return the row of an unexpired session; without one the next answer gives the browser a new key."""
        now = timezone.now()  # noqa: TID251 - of the request
        found = _SESSION.first(key=self.session_key, now=now) if self.session_key else None
        if found is None:
            self._session_key = None
        return found
