"""Conditions and values as lawyers write them: a strict subset of FEEL compiled to closures, without `eval`.

Reading goes one way: `tokens` (text to words) → `parser` (words to syntax) → `compiling` (syntax to closures), and
`checking` holds the syntax against the dictionary of facts before anybody relies on it.
"""

from heliograph.kernel.feel.checking import check_expression
from heliograph.kernel.feel.compiling import Expression, UnaryTests, compile_expression, compile_tests
from heliograph.kernel.feel.errors import FeelError, MissingFact
from heliograph.kernel.feel.values import FactDef, Facts, FactType, FactValue

__all__ = [
    "Expression",
    "FactDef",
    "FactType",
    "FactValue",
    "Facts",
    "FeelError",
    "MissingFact",
    "UnaryTests",
    "check_expression",
    "compile_expression",
    "compile_tests",
]
