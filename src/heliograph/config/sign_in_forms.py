"""The forms of the second factor in our words: allauth calls one thing by several names."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm

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


class SignInCodeForm(NamedCode, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class ConfirmCodeForm(NamedCode, ReauthenticateForm):  # type: ignore[misc]
    """The code asked for again before an account matter."""


class ActivationForm(NamedCode, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    code_label = CODE
