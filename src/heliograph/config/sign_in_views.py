"""allauth's pages that change the second factor, each in one transaction with its record."""

from __future__ import annotations

from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from django.db import transaction
from django.http import HttpResponse

from heliograph.config.sign_in_records import moment
from heliograph.registers.actions.signing_in import record_recovery_codes, record_second_factor


class ActivateSecondFactor(ActivateTOTPView):  # type: ignore[misc]
    """Activates an authenticator app, the first time together with recovery codes."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Activate and record, or neither."""
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            record_second_factor(self.request.user, with_codes=self.did_generate_recovery_codes, at=moment())
        return answer


class NewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """Makes new recovery codes in the place of the former."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make and record, or neither."""
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            record_recovery_codes(self.request.user, at=moment())
        return answer
