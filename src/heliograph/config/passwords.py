"""Rules for passwords whose messages the framework's own Chinese catalogue lacks."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator


class MinimumLength(MinimumLengthValidator):
    """A password has at least so many characters; the message names the limit."""

    def get_error_message(self) -> str:
        """Say what is wrong and the limit."""
        return f"密码太短，至少 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """Say the limit beforehand."""
        return f"密码至少 {self.min_length} 个字符。"
