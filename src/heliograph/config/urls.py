"""Addresses: the portal at the root, the desk behind the sign-in."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from heliograph.config.sign_in_views import ActivateSecondFactor, NewRecoveryCodes

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
    path("accounts/2fa/", mfa.index, name="mfa_index"),
    path("accounts/2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", ActivateSecondFactor.as_view(), name="mfa_activate_totp"),
    # A second factor is never given up by its owner; the activation page sends here whoever has one already.
    path("accounts/2fa/totp/deactivate/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/recovery-codes/generate/",
        NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("desk/", include("heliograph.desk.urls")),
    path("", include("heliograph.portal.urls")),
]
