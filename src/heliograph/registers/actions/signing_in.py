"""What people do with their own sign-in, and what is tried with it: each is a record (GB/T 22239-2019, 8.1.4.3).

No record holds a password, a hash, a secret or a code. Names that nobody has leave none: a visitor must not be able to
fill the ledger, and what was typed for a name may be a password. Records belong to the agency that manages the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.ledger.actions import append
from heliograph.registers.models import Account
from heliograph.registers.permissions import managing_agency


@transaction.atomic
def change_own_password(account: Account, *, password: str, at: datetime) -> Account:
    """Keep the password that its owner chose, which is then known to nobody else. Whoever calls has checked both."""
    account.must_change_password = False
    _record("account.own_password", account, at, rows=[_keep_password(account, password)])
    return account


def is_outdated(account: Account) -> bool:
    """Say whether a password is kept in a way that has been replaced by a stronger one since."""
    kept, wanted = identify_hasher(account.password), get_hasher("default")
    return kept.algorithm != wanted.algorithm or wanted.must_update(account.password)


@transaction.atomic
def renew_password_hash(account: Account, *, password: str, at: datetime) -> Account:
    """Keep the same password, which was just typed, in the present way."""
    _record("account.hash_renewed", account, at, rows=[_keep_password(account, password)])
    return account


def _keep_password(account: Account, password: str) -> Account:
    """Lock the row, write on the object that is given, on whose hash the session depends, and return the row.

    What is given may be a stand-in for the account, as the one of a request is.
    """
    row = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    account.set_password(password)
    account.save(update_fields=["password", "must_change_password"])
    return row


@transaction.atomic
def record_second_factor(account: Account, *, with_codes: bool, at: datetime) -> None:
    """Record that the owner activated an authenticator app, and whether recovery codes were made with it."""
    _record("account.own_second_factor", account, at)
    if with_codes:
        _record("account.recovery_codes", account, at)


@transaction.atomic
def record_recovery_codes(account: Account, *, at: datetime) -> None:
    """Record that the owner had new recovery codes made; the former ones are void."""
    _record("account.recovery_codes", account, at)


@transaction.atomic
def record_sign_in(account: Account, *, factors: str, address: str, at: datetime) -> None:
    """Record that somebody signed in, with what and from where."""
    _record("account.signed_in", account, at, facts={"factors": factors, "address": address})


@transaction.atomic
def record_failed_sign_in(account: Account, *, cause: str, locked: bool, address: str, at: datetime) -> None:
    """Record that somebody could not show to be the owner, and that the name was locked over it; by whom is unknown."""
    facts = {"cause": cause, "address": address}
    _record("account.sign_in_failed", account, at, facts=facts, own=False)
    if locked:
        _record("account.locked", account, at, facts={"address": address}, own=False)


def _record(
    kind: str,
    account: Account,
    at: datetime,
    *,
    rows: Iterable[Model] = (),
    facts: Mapping[str, str] | None = None,
    own: bool = True,
) -> None:
    append(
        kind,
        subject=account,
        agency_id=managing_agency(account.pk, localdate(at)),
        actor_id=account.pk if own else None,
        at=at,
        rows=rows,
        facts=facts,
    )
