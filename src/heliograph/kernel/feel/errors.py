"""What an expression answers when it has no value: a sentence in Chinese, with the place where it went wrong."""

from __future__ import annotations


class FeelError(ValueError):
    """An expression cannot be read or has no value; ``position`` counts characters from 1, 0 for the whole."""

    def __init__(self, message: str, position: int = 0) -> None:
        self.message, self.position = message, position
        super().__init__(f"第 {position} 个字符处：{message}" if position else message)


class MissingFact(FeelError):  # noqa: N818 - named for the answer: the fact is not known, which is not "false"
    """A fact is asked for that the case does not hold yet; ``name`` says which."""

    def __init__(self, name: str, position: int = 0) -> None:
        self.name = name
        super().__init__(f"缺少事实“{name}”", position)
