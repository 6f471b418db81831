"""From text to syntax: a strict subset of FEEL. No attributes, loops, powers, free functions or `null`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, cast, get_args

from heliograph.kernel.feel.errors import FeelError
from heliograph.kernel.feel.syntax import (
    Among,
    Bound,
    BoundSign,
    Call,
    Choose,
    Compare,
    CompareSign,
    Equal,
    FactOf,
    FunctionName,
    Interval,
    ListOf,
    Literally,
    Logic,
    Negative,
    Node,
    Not,
    Reckoning,
    Test,
    Tests,
)
from heliograph.kernel.feel.tokens import Token, tokens_of
from heliograph.kernel.feel.values import bounded

MAX_DEPTH: Final = 20
RESERVED: Final = frozenset({"and", "or", "not", "in", "if", "then", "else", "true", "false", "null", "date"})
_COMPARISONS: Final[frozenset[str]] = frozenset(get_args(CompareSign))
_BOUNDS: Final[frozenset[str]] = frozenset(get_args(BoundSign))
_FUNCTIONS: Final = {**{name: name for name in get_args(FunctionName)}, "list contains": "contains"}
_ARGUMENTS: Final = {
    "count": (1, 1),
    "contains": (2, 2),
    "floor": (1, 1),
    "sum": (1, 50),
    "min": (1, 50),
    "max": (1, 50),
}
_NOT_SUPPORTED: Final = frozenset(
    {"for", "return", "some", "every", "satisfies", "between", "instance", "function", "external", "null"}
)


def parse_expression(text: str) -> Node:
    """Read an expression."""
    parser = _Parser(tokens_of(text))
    node = parser.expression()
    parser.end()
    return node


def parse_tests(text: str) -> Tests:
    """Read the tests of a table's cell; nothing or a dash holds always."""
    if text.strip() in ("", "-"):
        return Tests(1, negated=False, tests=())
    parser = _Parser(tokens_of(text))
    found = parser.tests()
    parser.end()
    return found


def _day(written: str) -> date | None:
    """Return a day written as `2026-01-01`; week dates and days without hyphens are no way to write a deadline."""
    try:
        value = date.fromisoformat(written)
    except ValueError:
        return None
    return value if value.isoformat() == written else None


class _Parser:
    """Reads from left to right with one word of lookahead; never goes back, so reading takes linear time."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.place, self.depth = tokens, 0, 0

    @property
    def here(self) -> Token:
        return self.tokens[self.place]

    def sees(self, *words: str) -> bool:
        return self.here.kind in ("sign", "name") and self.here.text in words

    def take(self) -> Token:
        token = self.here
        self.place += token.kind != "end"
        return token

    def accepts(self, *words: str) -> Token | None:
        return self.take() if self.sees(*words) else None

    def needs(self, *words: str) -> Token:
        if self.sees(*words):
            return self.take()
        wanted = " 或 ".join(words)
        raise FeelError(f"此处应为 {wanted}，{self._found()}", self.here.at)

    def end(self) -> None:
        if self.here.kind != "end":
            raise FeelError(f"此处应已结束，{self._found()}", self.here.at)

    def _found(self) -> str:
        return f"却是“{self.here.text}”" if self.here.kind != "end" else "却已结束"

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelError(f"嵌套过深（最多 {MAX_DEPTH} 层）", self.here.at)

    def expression(self) -> Node:
        self.deeper()
        node = self._choice() if self.sees("if") else self._logic("or")
        self.depth -= 1
        return node

    def _choice(self) -> Node:
        at = self.take().at
        condition = self.expression()
        self.needs("then")
        then = self.expression()
        self.needs("else")
        return Choose(at, condition, then, self.expression())

    def _logic(self, sign: str) -> Node:
        operands = [self._below(sign)]
        at = self.here.at
        while self.accepts(sign):
            operands.append(self._below(sign))
        if len(operands) == 1:
            return operands[0]
        return Logic(at, "or" if sign == "or" else "and", tuple(operands))

    def _below(self, sign: str) -> Node:
        return self._logic("and") if sign == "or" else self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        if token := self.accepts(*_COMPARISONS):
            return Compare(token.at, cast("CompareSign", token.text), left, self._sum())
        if token := self.accepts("in"):
            return Among(token.at, left, self._tests_after_in())
        return left

    def _tests_after_in(self) -> Tests:
        if self.sees("(") and not self._opens_interval():
            self.take()
            self.deeper()
            found = self.tests()
            self.depth -= 1
            self.needs(")")
            return found
        return Tests(self.here.at, negated=False, tests=(self._test(),))

    def _sum(self) -> Node:
        first = self._product()
        at, steps = self.here.at, []
        while token := self.accepts("+", "-"):
            steps.append((token.text, token.at, self._product()))
        return Reckoning(at, first, tuple(steps)) if steps else first

    def _product(self) -> Node:
        first = self._signed()
        at, steps = self.here.at, []
        while token := self.accepts("*", "/"):
            steps.append((token.text, token.at, self._signed()))
        return Reckoning(at, first, tuple(steps)) if steps else first

    def _signed(self) -> Node:
        if token := self.accepts("-"):
            self.deeper()
            operand = self._signed()
            self.depth -= 1
            if isinstance(operand, Literally) and type(operand.value) in (int, Decimal):
                return Literally(token.at, -cast("int | Decimal", operand.value))
            return Negative(token.at, operand)
        return self._atom()

    def _atom(self) -> Node:
        token = self.here
        if self.accepts("("):
            node = self.expression()
            self.needs(")")
            return node
        if self.accepts("["):
            return ListOf(token.at, self._items("]"))
        if token.kind == "number":
            self.take()
            written = Decimal(token.text) if "." in token.text else int(token.text)
            return Literally(token.at, bounded(written, token.at))
        if token.kind == "text":
            self.take()
            return Literally(token.at, token.text)
        if token.kind == "name":
            return self._named(self.take())
        raise FeelError(f"此处应为一个值，{self._found()}", token.at)

    def _named(self, token: Token) -> Node:
        if token.text in ("true", "false"):
            return Literally(token.at, token.text == "true")
        if token.text == "date":
            return self._date(token)
        if token.text == "not":
            self.needs("(")
            operand = self.expression()
            self.needs(")")
            return Not(token.at, operand)
        if token.text in RESERVED | _NOT_SUPPORTED:
            raise FeelError(f"此处不能写“{token.text}”", token.at)
        if not self.sees("("):
            return FactOf(token.at, token.text)
        return self._call(token)

    def _call(self, token: Token) -> Node:
        name = _FUNCTIONS.get(token.text)
        if name is None:
            raise FeelError(f"没有函数“{token.text}”，只可用 {'、'.join(sorted(_FUNCTIONS))}", token.at)
        self.take()
        arguments = self._items(")")
        least, most = _ARGUMENTS[name]
        if not least <= len(arguments) <= most:
            raise FeelError(f"函数 {token.text} 的参数个数不对", token.at)
        return Call(token.at, cast("FunctionName", name), arguments)

    def _date(self, token: Token) -> Node:
        self.needs("(")
        written = self.take()
        value = _day(written.text) if written.kind == "text" else None
        if value is None:
            raise FeelError('日期应写作 date("2026-01-01")', written.at)
        self.needs(")")
        return Literally(token.at, value)

    def _items(self, close: str) -> tuple[Node, ...]:
        items: list[Node] = []
        if self.accepts(close):
            return ()
        while True:
            items.append(self.expression())
            if self.needs(",", close).text == close:
                return tuple(items)

    def tests(self) -> Tests:
        """Read `not(…)` or tests joined by commas."""
        at = self.here.at
        negated = self.accepts("not") is not None
        if negated:
            self.needs("(")
        found = [self._test()]
        while self.accepts(","):
            found.append(self._test())
        if negated:
            self.needs(")")
        return Tests(at, negated=negated, tests=tuple(found))

    def _test(self) -> Test:
        at = self.here.at
        if token := self.accepts(*_BOUNDS):
            return Bound(at, cast("BoundSign", token.text), self._sum())
        if not self._opens_interval():
            return Equal(at, self._sum())
        with_low = self.take().text == "["
        low = self._sum()
        self.needs("..")
        high = self._sum()
        return Interval(at, low, with_low, high, with_high=self.needs("]", ")", "[").text == "]")

    def _opens_interval(self) -> bool:
        """Look for `..` inside the bracket that opens here, before it closes."""
        if not self.sees("[", "(", "]"):
            return False
        open_brackets = 0
        for token in self.tokens[self.place + 1 :]:
            if token.kind != "sign":
                continue
            if token.text == ".." and not open_brackets:
                return True
            open_brackets += (token.text in "([") - (token.text in ")]")
            if open_brackets < 0:
                return False
        return False
