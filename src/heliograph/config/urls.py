"""Addresses: the portal at the root, the desk behind the sign-in."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path

handler400 = "heliograph.config.errors.bad_request"
handler403 = "heliograph.config.errors.permission_denied"
handler404 = "heliograph.config.errors.not_found"
handler500 = "heliograph.config.errors.server_error"

# Only what staff need: no sign-up, no e-mail addresses, no password reset by mail.
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("desk/", include("heliograph.desk.urls")),
    path("", include("heliograph.portal.urls")),
]
