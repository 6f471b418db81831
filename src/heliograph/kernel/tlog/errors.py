"""What all refusals of this package share: a sentence for developers and a code that upper floors translate."""

from __future__ import annotations


class TlogError(ValueError):
    """Something read or asked is not as the formats have it; ``code`` says what, for messages and tests."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
