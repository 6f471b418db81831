"""A table held against the dictionary of facts: unknown facts, types that do not fit, choices not in the list."""

from __future__ import annotations

from heliograph.kernel.dmn.faults import TableFault
from heliograph.kernel.dmn.table import Input, Output, Table
from heliograph.kernel.feel.checking import Dictionary, check_expression, check_tests
from heliograph.kernel.feel.compiling import compile_expression, compile_tests
from heliograph.kernel.feel.values import KIND_NAMES


def check_table(table: Table, dictionary: Dictionary) -> tuple[TableFault, ...]:
    """Return what is wrong with a table for this dictionary; its results need not be facts of it."""
    faults = [fault for column in table.inputs for fault in _input_faults(column, dictionary)]
    faults += [fault for column in table.outputs for fault in _output_faults(column, dictionary)]
    for number, row in enumerate(table.rows, 1):
        for column, text in zip(table.inputs, row.cells, strict=True):
            fact = dictionary.get(column.name)
            found = check_tests(compile_tests(text), fact, dictionary) if fact else ()
            faults += [TableFault(number, column.name, message) for message in found]
        for result, text in zip(table.outputs, row.outputs, strict=True):
            faults += [TableFault(number, result.name, message) for message in _result_faults(result, text, dictionary)]
    return tuple(dict.fromkeys(faults))


def _input_faults(column: Input, dictionary: Dictionary) -> list[TableFault]:
    fact = dictionary.get(column.name)
    if fact is None:
        return [TableFault(0, column.name, f"没有事实“{column.name}”")]
    return _type_faults(column, dictionary)


def _output_faults(column: Output, dictionary: Dictionary) -> list[TableFault]:
    return _type_faults(column, dictionary) if column.name in dictionary else []


def _type_faults(column: Input | Output, dictionary: Dictionary) -> list[TableFault]:
    """Hold a column's type against its fact's; a list of words is tested and gathered word by word."""
    kind = dictionary[column.name].kind
    if column.type == ("text" if kind == "list" else kind):
        return []
    return [TableFault(0, column.name, f"此列写作{KIND_NAMES[column.type]}，事实却是{KIND_NAMES[kind]}")]


def _result_faults(column: Output, text: str, dictionary: Dictionary) -> tuple[str, ...]:
    """Hold a result against its column, and a word as written against the choices of the fact that it sets."""
    expression = compile_expression(text)
    faults = check_expression(expression, dictionary, wants=column.type)
    fact = dictionary.get(column.name)
    if faults or expression.names or fact is None or not fact.choices:
        return faults
    word = expression.evaluate({})
    return () if word in fact.choices else (f"“{fact.name}”没有“{word}”这一项，可选：{'、'.join(fact.choices)}",)
