"""Signing in, session limits and page headers."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from heliograph.config import errors, settings
from heliograph.config.identity import client_address, current_code
from heliograph.config.middleware import SessionLimits
from heliograph.desk import drafts

pytestmark = pytest.mark.by_hand

PASSWORD = "a long sunlit word"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def li(db: None) -> str:
    account = get_user_model()(
        username="li",
        display_name="李明",
        organisation="测试单位",
        created_at=timezone.now(),  # noqa: TID251 - a test
    )
    account.set_password(PASSWORD)
    account.save()
    TOTP.activate(account, SECRET)
    return "li"


def sign_in(client: Client, password: str = PASSWORD, **headers: str) -> int:
    answer = client.post(reverse("account_login"), {"login": "li", "password": password}, headers=headers)
    return answer.status_code


def test_a_password_alone_does_not_sign_in(client: Client, li: str) -> None:
    answer = client.post(reverse("account_login"), {"login": li, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    answer = client.post(reverse("mfa_authenticate"), {"code": current_code(SECRET)})
    assert answer.headers["Location"] == "/desk/"
    assert "_auth_user_id" in client.session


def test_a_code_works_once(client: Client, li: str) -> None:
    code = current_code(SECRET)
    for expected in (302, 200):
        visitor = Client()
        assert sign_in(visitor) == 302
        assert visitor.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


def test_writing_the_name_differently_gives_no_new_tries(client: Client, li: str) -> None:
    for name in ("li", "Li", "LI", "lI", "ｌｉ"):
        client.post(reverse("account_login"), {"login": name, "password": "wrong"})
    assert sign_in(Client()) == 429


def test_a_locked_name_is_free_again_after_half_an_hour(client: Client, li: str) -> None:
    for _ in range(5):
        sign_in(client, "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=22))  # noqa: TID251 - a test
    locked = Client().post(reverse("account_login"), {"login": "li", "password": PASSWORD})
    assert locked.status_code == 429
    assert "请在 8 分钟后再试" in locked.text
    assert f'href="{reverse("account_login")}">返回登录' in locked.text
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=29))  # noqa: TID251 - a test
    assert sign_in(Client()) == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))  # noqa: TID251 - a test
    assert sign_in(Client()) == 302


def test_five_wrong_passwords_lock_the_name_whatever_address_is_forged(client: Client, li: str) -> None:
    for attempt in range(5):
        sign_in(client, "wrong", X_FORWARDED_FOR=f"10.0.0.{attempt}")
    assert sign_in(Client(), PASSWORD, X_FORWARDED_FOR="10.9.9.9") == 429


def test_five_wrong_codes_close_the_account_to_codes_whatever_address_they_come_from(client: Client, li: str) -> None:
    code = current_code(SECRET)
    wrong = "000000" if code != "000000" else "000001"
    for attempt in range(6):
        visitor = Client(REMOTE_ADDR=f"192.0.2.{attempt}")
        assert sign_in(visitor) == 302
        answer = visitor.post(reverse("mfa_authenticate"), {"code": wrong if attempt < 5 else current_code(SECRET)})
        assert answer.status_code == 200
    assert "_auth_user_id" not in visitor.session


def test_a_name_is_found_however_it_is_typed(client: Client, li: str) -> None:
    answer = client.post(reverse("account_login"), {"login": " ＬＩ", "password": PASSWORD})
    assert answer.headers["Location"] == reverse("mfa_authenticate")


def test_counted_tries_and_used_codes_are_not_pushed_out_by_uploads(li: str) -> None:
    assert settings.CACHES["default"]["OPTIONS"] == {"MAX_ENTRIES": 100_000}
    assert settings.CACHES["previews"]["LOCATION"] != settings.CACHES["default"]["LOCATION"]
    token = drafts.keep(UUID(int=7), "law", "文本")
    assert drafts.find(UUID(int=7), "law", token) == "文本"
    tables = ("cache_entries", "cache_previews")
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM cache_entries), (SELECT count(*) FROM cache_previews)")
        assert dict(zip(tables, cursor.fetchone(), strict=True)) == {"cache_entries": 0, "cache_previews": 1}


def test_a_forged_address_counts_only_behind_proxies_we_were_told_of() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="10.1.1.1, 198.51.100.7")
    assert client_address(request) == "192.0.2.1"
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        assert client_address(request) == "198.51.100.7"


def test_nobody_signs_up_and_no_address_resets_a_password() -> None:
    for name in ("account_signup", "account_reset_password", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


class Clock:
    """A signed-in session and the seconds since it began."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, username: str) -> None:
        self.now = 1_800_000_000.0
        monkeypatch.setattr("heliograph.config.middleware.time.time", lambda: self.now)
        self.request = RequestFactory().get("/desk/")
        self.request.session = SessionStore()
        self.request.user = get_user_model().objects.get(username=username)

    def visit_after(self, minutes: int) -> bool:
        """Ask for a page; return whether the visitor is still signed in."""
        self.now += minutes * 60
        SessionLimits(lambda _request: HttpResponse())(self.request)
        return self.request.user.is_authenticated


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (30, True), (31, False)])
def test_half_an_hour_without_a_request_ends_the_session(
    li: str, monkeypatch: pytest.MonkeyPatch, minutes: int, stays: bool
) -> None:
    clock = Clock(monkeypatch, li)
    assert clock.visit_after(0)
    assert clock.visit_after(minutes) is stays


def test_eight_hours_end_the_session_however_busy(li: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, li)
    clock.visit_after(0)
    assert all(clock.visit_after(20) for _ in range(24))
    assert not clock.visit_after(1)


def test_a_session_row_is_not_written_at_every_request(li: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, li)
    clock.visit_after(0)
    clock.request.session.modified = False
    clock.now += 30
    assert clock.visit_after(0)
    assert not clock.request.session.modified


def test_pages_behind_the_sign_in_are_never_cached_and_allow_nothing_foreign(client: Client, db: None) -> None:
    headers = client.get(reverse("account_login")).headers
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_production_cookies_belong_to_this_host_and_https(client: Client, db: None) -> None:
    cookie = client.get(reverse("account_login")).cookies["__Host-heliograph_csrf"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert settings.SESSION_COOKIE_NAME == "__Host-heliograph_session"
    assert settings.SECURE_HSTS_SECONDS > 0
    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    assert not settings.DEBUG


def test_a_page_is_closed_unless_it_says_otherwise(client: Client, db: None) -> None:
    answer = client.get(reverse("account_change_password"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {f"errors/{code}.html": f"{code} {{{{ reason }}}}" for code in (400, 403, 404, 500)},
                )
            ]
        },
    }
]


def test_failed_requests_get_our_own_pages(rf: RequestFactory) -> None:
    request = rf.get("/")
    with override_settings(TEMPLATES=TEMPLATES):
        assert errors.bad_request(request, ValueError()).status_code == 400
        assert "理由" in errors.permission_denied(request, PermissionError("理由")).content.decode()
        assert "页面已过期" in errors.csrf_failure(request).content.decode()
        assert errors.not_found(request, LookupError()).status_code == 404
        assert errors.server_error(request).status_code == 500


@pytest.mark.django_db
def test_a_statement_that_takes_too_long_is_stopped_and_said_so(rf: RequestFactory) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(5)")
    except OperationalError:
        answer = errors.server_error(rf.get("/"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "超过 30 秒" in answer.content.decode()
