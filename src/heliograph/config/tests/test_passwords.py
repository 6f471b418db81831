"""A short password is refused in Chinese, with the limit."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError


def test_a_short_password_is_refused_in_chinese_with_the_limit() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("晴川-7x")
    assert f"密码太短，至少 {settings.PASSWORD_MIN_LENGTH} 个字符。" in refused.value.messages
    assert f"密码至少 {settings.PASSWORD_MIN_LENGTH} 个字符。" in password_validators_help_texts()
