"""An expression held against the dictionary of facts: unknown facts, kinds that do not fit, choices not in the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from heliograph.kernel.feel.compiling import Expression, UnaryTests
from heliograph.kernel.feel.errors import FeelError
from heliograph.kernel.feel.syntax import (
    Among,
    Bound,
    Call,
    Choose,
    Compare,
    Equal,
    FactOf,
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
from heliograph.kernel.feel.values import KIND_NAMES, KIND_OF_TYPE, FactDef, FactType, Kind, kind_of

Dictionary = Mapping[str, FactDef]


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a part before any value is: its kind, and the fact whose choices it may take."""

    kind: Kind | None
    fact: FactDef | None = None


_UNKNOWN: Final = _Found(None)


def check_expression(
    expression: Expression, dictionary: Dictionary, *, wants: FactType | None = None
) -> tuple[str, ...]:
    """Return what is wrong, in Chinese; ``wants`` is the type the result must have."""
    checker = _Checker(dictionary)
    found = checker.look(expression.node)
    if wants is not None:
        checker.need(found, KIND_OF_TYPE[wants], expression.node.at, "结果")
    return tuple(dict.fromkeys(checker.faults))


def check_tests(tests: UnaryTests, fact: FactDef, dictionary: Dictionary) -> tuple[str, ...]:
    """Return what is wrong with the tests of a cell in the column of a fact."""
    checker = _Checker(dictionary)
    checker.look_tests(_Found(fact.kind, fact), tests.tests)
    return tuple(dict.fromkeys(checker.faults))


@dataclass(slots=True)
class _Checker:
    dictionary: Dictionary
    faults: list[str] = field(default_factory=list)

    def fault(self, at: int, message: str) -> None:
        self.faults.append(str(FeelError(message, at)))

    def look(self, node: Node) -> _Found:
        return _LOOKS[type(node)](self, node)

    def need(self, found: _Found, kind: Kind, at: int, what: str = "此处") -> None:
        if found.kind not in (None, kind):
            self.fault(at, f"{what}须是{KIND_NAMES[kind]}，写的是{KIND_NAMES[found.kind]}")

    def literal(self, node: Literally) -> _Found:
        return _Found(kind_of(node.value))

    def fact_of(self, node: FactOf) -> _Found:
        fact = self.dictionary.get(node.name)
        if fact is None:
            near = get_close_matches(node.name, self.dictionary, n=1)
            self.fault(node.at, f"没有事实“{node.name}”" + (f"，是否指“{near[0]}”" if near else ""))
            return _UNKNOWN
        return _Found(fact.kind, fact)

    def negative(self, node: Negative) -> _Found:
        self.need(self.look(node.operand), "number", node.operand.at)
        return _Found("number")

    def contrary(self, node: Not) -> _Found:
        self.need(self.look(node.operand), "boolean", node.operand.at)
        return _Found("boolean")

    def logic(self, node: Logic) -> _Found:
        for operand in node.operands:
            self.need(self.look(operand), "boolean", operand.at)
        return _Found("boolean")

    def reckoning(self, node: Reckoning) -> _Found:
        for operand in (node.first, *(step[2] for step in node.steps)):
            self.need(self.look(operand), "number", operand.at)
        return _Found("number")

    def compare(self, node: Compare) -> _Found:
        left, right = self.look(node.left), self.look(node.right)
        if node.sign in ("=", "!="):
            self.same(left, node.left, right, node.right, node.at)
        else:
            self.orderable(left, right, node.at)
        return _Found("boolean")

    def orderable(self, left: _Found, right: _Found, at: int) -> None:
        for found in (left, right):
            if found.kind not in (None, "number", "date"):
                self.fault(at, f"{KIND_NAMES[found.kind]}不能比较大小")
                return
        self.alike(left.kind, right.kind, at)

    def alike(self, one: Kind | None, other: Kind | None, at: int) -> None:
        if one is not None and other is not None and one != other:
            self.fault(at, f"{KIND_NAMES[one]}不能与{KIND_NAMES[other]}比较")

    def same(self, left: _Found, left_node: Node, right: _Found, right_node: Node, at: int) -> None:
        if left.kind == "list" or right.kind == "list":
            self.fault(at, "清单不能整个比较，请用 contains 或 in")
            return
        self.alike(left.kind, right.kind, at)
        self.choice(left.fact, right_node)
        self.choice(right.fact, left_node)

    def choice(self, fact: FactDef | None, node: Node) -> None:
        """Hold a word as written against the choices of the fact it is compared with."""
        if fact is None or not fact.choices:
            return
        for word in node.items if isinstance(node, ListOf) else (node,):
            if isinstance(word, Literally) and isinstance(word.value, str) and word.value not in fact.choices:
                choices = "、".join(fact.choices)
                self.fault(word.at, f"“{fact.name}”没有“{word.value}”这一项，可选：{choices}")

    def among(self, node: Among) -> _Found:
        self.look_tests(self.look(node.value), node.tests, node.value)
        return _Found("boolean")

    def list_of(self, node: ListOf) -> _Found:
        for item in node.items:
            if self.look(item).kind == "list":
                self.fault(item.at, "清单里不能再有清单")
        return _Found("list")

    def choose(self, node: Choose) -> _Found:
        self.need(self.look(node.condition), "boolean", node.condition.at)
        then, otherwise = self.look(node.then), self.look(node.otherwise)
        if then.kind and otherwise.kind and then.kind != otherwise.kind:
            self.fault(node.at, "then 与 else 的结果须是同一类型")
        return _Found(then.kind or otherwise.kind)

    def call(self, node: Call) -> _Found:
        found = [self.look(argument) for argument in node.arguments]
        if node.name == "contains":
            return self.contains(node, found)
        if node.name == "count":
            self.need(found[0], "list", node.at)
        elif len(found) > 1 or found[0].kind != "list" or node.name == "floor":
            for one, argument in zip(found, node.arguments, strict=True):
                self.need(one, "number", argument.at)
        return _Found("number")

    def contains(self, node: Call, found: list[_Found]) -> _Found:
        whole, part = found
        if whole.kind not in (None, "text", "list"):
            self.fault(node.at, f"contains 的第一项须是文字或清单，写的是{KIND_NAMES[whole.kind]}")
        if whole.kind == "text" or (whole.kind == "list" and whole.fact is not None):  # list facts hold text
            self.need(part, "text", node.arguments[1].at)
        if whole.kind == "list":
            self.choice(whole.fact, node.arguments[1])
        return _Found("boolean")

    def look_tests(self, value: _Found, tests: Tests, node: Node | None = None) -> None:
        for test in tests.tests:
            self.look_test(value, test, node)

    def look_test(self, value: _Found, test: Test, node: Node | None) -> None:
        if not isinstance(test, Equal):
            ends = (test.operand,) if isinstance(test, Bound) else (test.low, test.high)
            for end in ends:
                self.orderable(value, self.look(end), test.at)
            return
        found = self.look(test.operand)
        items = test.operand.items if isinstance(test.operand, ListOf) else (test.operand,)
        kinds = {self.item_kind(self.look(item)) for item in items}
        for kind in kinds:
            self.alike(self.item_kind(value), kind, test.at)
        self.choice(value.fact, test.operand)
        if node is not None:
            self.choice(found.fact, node)

    def item_kind(self, found: _Found) -> Kind | None:
        """Return the kind of what is compared one by one: of a list fact its words."""
        if found.kind == "list":
            return "text" if found.fact is not None else None
        return found.kind


_LOOKS: Final[Mapping[type, Callable[[_Checker, Any], _Found]]] = {
    Literally: _Checker.literal,
    FactOf: _Checker.fact_of,
    Negative: _Checker.negative,
    Not: _Checker.contrary,
    Logic: _Checker.logic,
    Reckoning: _Checker.reckoning,
    Compare: _Checker.compare,
    Among: _Checker.among,
    ListOf: _Checker.list_of,
    Choose: _Checker.choose,
    Call: _Checker.call,
}
