"""What people do with their own sign-in, and what others try with it, leaves a record; secrets are in none."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from heliograph.config.identity import current_code
from heliograph.config.sign_in_records import FACTORS
from heliograph.kernel.canonical import parse_canonical
from heliograph.ledger.actions.reconciling import compare_rows
from heliograph.ledger.guards import guard_of
from heliograph.ledger.models import Record
from heliograph.registers.actions import close_account
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, PASSWORD

NEW_PASSWORD = "晴川局-新口令-2026-cc"
WRONG = "not the right word"
LOGIN, CODE = "account_login", "mfa_authenticate"


class BrokenOffError(Exception):
    """Stands for whatever keeps a record from being written."""


@pytest.fixture
def secret(handler: Account) -> str:
    """The handler's authenticator app, activated long ago."""
    drawn = str(generate_totp_secret())
    TOTP.activate(handler, drawn)
    return drawn


def told(account: Account, *kinds: str) -> list[Record]:
    """Return the records of these kinds about an account, the first one first."""
    found = Record.objects.filter(kind__in=[f"account.{kind}" for kind in kinds], subject_id=str(account.pk))
    return list(found.order_by("number"))


def facts(record: Record) -> dict[str, Any]:
    return dict(parse_canonical(bytes(record.content.manifest))["facts"])


def give(client: Client, account: Account, password: str) -> int:
    return client.post(reverse(LOGIN), {"login": account.username, "password": password}).status_code


def sign_in(client: Client, account: Account, code: str, password: str = PASSWORD) -> None:
    assert give(client, account, password) == 302
    assert client.post(reverse(CODE), {"code": code})["Location"] == "/desk/"


def other(code: str) -> str:
    return "000000" if code != "000000" else "000001"


def test_a_sign_in_is_recorded_with_both_factors_and_once_both_were_shown(
    client: Client, agency: Agency, handler: Account, secret: str
) -> None:
    give(client, handler, PASSWORD)
    assert told(handler, "signed_in") == []
    client.post(reverse(CODE), {"code": current_code(secret)})
    (record,) = told(handler, "signed_in")
    assert (record.actor_id, record.agency_id) == (handler.pk, agency.pk)
    assert facts(record) == {"factors": "密码、动态验证码", "address": "127.0.0.1"}
    assert told(handler, "sign_in_failed") == []


def test_a_sign_in_that_cannot_be_recorded_does_not_happen(
    client: Client, handler: Account, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any) -> None:
        raise BrokenOffError

    monkeypatch.setattr("heliograph.config.identity.note_sign_in", broken)
    give(client, handler, PASSWORD)
    with pytest.raises(BrokenOffError):
        client.post(reverse(CODE), {"code": current_code(secret)})
    handler.refresh_from_db()
    assert handler.last_login is None
    assert client.get("/desk/")["Location"].startswith(reverse(LOGIN))


def test_wrong_passwords_and_the_lock_are_recorded_and_nothing_more_while_it_holds(
    client: Client, handler: Account, secret: str
) -> None:
    for attempt in range(8):
        assert give(client, handler, WRONG) == (200 if attempt < 4 else 429)
    failed = told(handler, "sign_in_failed")
    assert len(failed) == 5
    assert facts(failed[0]) == {"cause": "密码不正确", "address": "127.0.0.1"}
    assert {one.actor_id for one in failed} == {None}
    (locked,) = told(handler, "locked")
    assert locked.number == failed[-1].number + 1
    assert give(client, handler, PASSWORD) == 429
    assert told(handler, "signed_in") == []


def test_a_name_that_nobody_has_leaves_no_record(client: Client, handler: Account) -> None:
    before = Record.objects.count()
    for name in ("nobody", PASSWORD):
        client.post(reverse(LOGIN), {"login": name, "password": WRONG})
    assert Record.objects.count() == before


def test_wrong_codes_are_recorded_and_tries_too_many_are_not(client: Client, handler: Account, secret: str) -> None:
    give(client, handler, PASSWORD)
    for _ in range(7):
        assert client.post(reverse(CODE), {"code": other(current_code(secret))}).status_code == 200
    failed = told(handler, "sign_in_failed")
    assert len(failed) == 5
    assert facts(failed[0])["cause"] == "动态验证码或恢复码不正确"
    assert told(handler, "signed_in") == []


def test_the_owner_of_a_closed_account_leaves_a_record_of_the_try(
    client: Client, agency: Agency, handler: Account, security_admin: Account
) -> None:
    close_account(handler.pk, agency_id=agency.pk, actor=security_admin, at=NOON)
    assert client.post(reverse(LOGIN), {"login": handler.username, "password": PASSWORD})["Location"] == reverse(
        "account_inactive"
    )
    (failed,) = told(handler, "sign_in_failed")
    assert facts(failed)["cause"] == "账户已停用"
    assert told(handler, "signed_in") == []


def test_a_changed_password_is_recorded_and_the_session_goes_on(client: Client, handler: Account, secret: str) -> None:
    sign_in(client, handler, current_code(secret))
    change = reverse("account_change_password")
    form = {"oldpassword": WRONG, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(change, form).status_code == 200
    assert told(handler, "own_password") == []
    assert client.post(change, {**form, "oldpassword": PASSWORD})["Location"] == "/desk/"
    (record,) = told(handler, "own_password")
    assert record.actor_id == handler.pk
    assert list(record.rows.values_list("table_name", "row_id")) == [("registers_account", str(handler.pk))]
    assert client.get("/desk/")["Location"] == "/desk/sunny/"
    handler.refresh_from_db()
    assert handler.check_password(NEW_PASSWORD)
    manifest = bytes(record.content.manifest).decode()
    for hidden in (NEW_PASSWORD, PASSWORD, handler.password, handler.password.rsplit("$", 1)[1]):
        assert hidden not in manifest
    assert compare_rows(guard_of(Account)) == []


@pytest.mark.parametrize("change", [{"password": make_password(WRONG)}, {"must_change_password": True}])
def test_a_password_put_in_past_the_acts_is_found(handler: Account, change: dict[str, Any]) -> None:
    with transaction.atomic():
        Account.objects.filter(pk=handler.pk).update(**change)
        assert [(one.row_id, one.what) for one in compare_rows(guard_of(Account))] == [(str(handler.pk), "changed")]
        transaction.set_rollback(True)


def test_an_app_and_its_codes_are_recorded_when_they_are_activated(client: Client, handler: Account) -> None:
    give(client, handler, PASSWORD)
    (record,) = told(handler, "signed_in")
    assert facts(record)["factors"] == "密码"
    client.get(reverse("mfa_activate_totp"))
    drawn = client.session["mfa.totp.secret"]
    client.post(reverse("mfa_activate_totp"), {"code": other(current_code(drawn))})
    assert told(handler, "own_second_factor", "recovery_codes", "sign_in_failed") == []
    client.post(reverse("mfa_activate_totp"), {"code": current_code(drawn)})
    records = told(handler, "own_second_factor", "recovery_codes")
    assert [one.kind for one in records] == ["account.own_second_factor", "account.recovery_codes"]
    for one in records:
        assert one.actor_id == handler.pk
        assert drawn not in bytes(one.content.manifest).decode()


def test_an_app_that_cannot_be_recorded_is_not_activated(
    client: Client, handler: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any, **_more: Any) -> None:
        raise BrokenOffError

    monkeypatch.setattr("heliograph.config.sign_in_views.record_second_factor", broken)
    give(client, handler, PASSWORD)
    client.get(reverse("mfa_activate_totp"))
    with pytest.raises(BrokenOffError):
        client.post(reverse("mfa_activate_totp"), {"code": current_code(client.session["mfa.totp.secret"])})
    assert not Authenticator.objects.filter(user=handler).exists()


def test_new_recovery_codes_are_recorded_and_one_of_them_signs_in(
    client: Client, handler: Account, secret: str
) -> None:
    sign_in(client, handler, current_code(secret))
    client.post(reverse("mfa_generate_recovery_codes"))
    (record,) = told(handler, "recovery_codes")
    codes = Authenticator.objects.get(user=handler, type="recovery_codes").wrap().get_unused_codes()
    assert not [code for code in codes if code in bytes(record.content.manifest).decode()]
    sign_in(Client(), handler, codes[0])
    assert facts(told(handler, "signed_in")[-1])["factors"] == f"密码、{FACTORS['recovery_codes']}"


def test_an_owner_cannot_take_the_app_away(client: Client, handler: Account, secret: str) -> None:
    sign_in(client, handler, current_code(secret))
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert Authenticator.objects.filter(user=handler, type="totp").exists()


def test_a_wrong_confirmation_is_recorded(client: Client, handler: Account, secret: str) -> None:
    sign_in(client, handler, current_code(secret))
    client.post(reverse("account_reauthenticate"), {"password": WRONG})
    client.post(reverse("mfa_reauthenticate"), {"code": other(current_code(secret))})
    assert [facts(one)["cause"] for one in told(handler, "sign_in_failed")] == [
        "密码不正确",
        "动态验证码或恢复码不正确",
    ]


def test_a_weak_hash_is_renewed_at_the_next_sign_in_by_an_act(client: Client, handler: Account, secret: str) -> None:
    stronger = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", "django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=stronger), pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 10)
        sign_in(client, handler, current_code(secret))
        give(Client(), handler, PASSWORD)
        handler.refresh_from_db()
        assert handler.password.startswith("pbkdf2")
    assert [one.kind for one in told(handler, "hash_renewed", "signed_in")] == [
        "account.hash_renewed",
        "account.signed_in",
    ]


def test_the_audit_administrator_reads_it_in_the_history_of_the_account(
    client: Client, handler: Account, audit_admin: Account, secret: str
) -> None:
    give(client, handler, WRONG)
    sign_in(client, handler, current_code(secret))
    TOTP.activate(audit_admin, generate_totp_secret())
    reader = Client()
    reader.force_login(audit_admin, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reader.get(f"/desk/sunny/records/registers_account/{handler.pk}/").text
    for words in (
        "登录",
        "身份核验失败",
        "来源地址",
        "127.0.0.1",
        "核验方式",
        "密码、动态验证码",
        "原因",
        "密码不正确",
    ):
        assert words in page
