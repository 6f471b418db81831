"""The forms of the second factor in our words: allauth calls one thing by several names."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.exceptions import ValidationError

from heliograph.config.sign_in_records import note_wrong_code

CODE = "动态验证码"
CODE_OR_RECOVERY = "动态验证码或恢复码"


class NamedCode:
    """Gives the code its name, and no greyed example that disappears while it is typed."""

    code_label = CODE_OR_RECOVERY
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = self.code_label
        field.widget.attrs.pop("placeholder", None)
        field.error_messages["required"] = f"请填写“{self.code_label}”。"


class RecordedCode(NamedCode):
    """Records that a wrong code was tried."""

    user: Any

    def clean_code(self) -> str:
        """Refuse a wrong code, of which there is a record then; a try too many is refused without one."""
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except ValidationError as error:
            if error.code == "incorrect_code":
                note_wrong_code(context.request, self.user)
            raise


class SignInCodeForm(RecordedCode, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class ConfirmCodeForm(RecordedCode, ReauthenticateForm):  # type: ignore[misc]
    """The code asked for again before an account matter."""


class ActivationForm(NamedCode, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    code_label = CODE
