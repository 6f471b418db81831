"""Tables against a slow, obvious oracle that reads each row from the top; proofs against trying every case."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.kernel.dmn import Input, NoRule, Output, Overlap, Row, Table, parse_table, prove_table, write_table
from heliograph.kernel.feel import FactDef, compile_tests

WORDS = ("甲", "乙", "丙")
DICTIONARY = {
    "金额": FactDef("金额", "number", minimum=Decimal(0)),
    "次数": FactDef("次数", "integer", minimum=Decimal(1)),
    "种类": FactDef("种类", "choice", WORDS),
    "措施": FactDef("措施", "choices", WORDS),
    "听证": FactDef("听证", "boolean"),
}
# Every value that cells with ends 0 to 5 can tell apart.
VALUES: dict[str, list[Any]] = {
    "金额": [Decimal(half) / 2 for half in range(13)],
    "次数": [1, 2, 3, 4, 5, 6],
    "种类": list(WORDS),
    "措施": [["甲"], ["乙"], ["丙"], ["甲", "乙"], ["甲", "丙"], ["乙", "丙"], ["甲", "乙", "丙"]],
    "听证": [True, False],
}
ENDS = st.integers(0, 4)


@st.composite
def ranges(draw: st.DrawFn) -> str:
    low = draw(ENDS)
    high = draw(st.integers(low + 1, 5))
    return f"{draw(st.sampled_from('[('))}{low}..{high}{draw(st.sampled_from('])'))}"


def negatable(one: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(one, min_size=1, max_size=3).map(", ".join)
    return st.one_of(st.just("-"), several, several.map(lambda text: f"not({text})"))


NUMBERS = negatable(st.one_of(ENDS.map(str), ranges(), ENDS.map("< {}".format), ENDS.map(">= {}".format)))
TEXTS = negatable(st.sampled_from([f'"{word}"' for word in WORDS]))
CELLS = {
    "金额": NUMBERS,
    "次数": NUMBERS,
    "种类": TEXTS,
    "措施": TEXTS,
    "听证": negatable(st.sampled_from(["true", "false"])),
}
KINDS: dict[str, Any] = {"金额": "number", "次数": "number", "种类": "text", "措施": "text", "听证": "boolean"}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    names = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3, unique=True))
    cells = draw(st.lists(st.tuples(*(CELLS[name] for name in names)), max_size=5))
    rows = tuple(Row(f"r{number}", one, (str(number % 2),)) for number, one in enumerate(cells, 1))
    policy: Any = draw(st.sampled_from(["UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"]))
    return Table(
        "t", "表", policy, tuple(Input(name, "", KINDS[name]) for name in names), (Output("结果", "number"),), rows
    )


def cases(table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.inputs]
    return [dict(zip(names, values, strict=True)) for values in product(*(VALUES[name] for name in names))]


def fitting(table: Table, facts: dict[str, Any]) -> list[Row]:
    """Return the rows that fit, each cell read anew."""
    return [
        row
        for row in table.rows
        if all(
            compile_tests(cell).holds(facts[column.name], {})
            for column, cell in zip(table.inputs, row.cells, strict=True)
        )
    ]


def expected(table: Table, facts: dict[str, Any]) -> object:
    rows = fitting(table, facts)
    results = [int(row.outputs[0]) for row in rows]
    names = tuple(row.id for row in rows)
    if table.hit_policy in ("COLLECT", "RULE ORDER"):
        return results, names
    if not rows:
        return NoRule
    if table.hit_policy == "FIRST":
        return results[0], names[:1]
    if len(rows) > 1 and (table.hit_policy == "UNIQUE" or len(set(results)) > 1):
        return Overlap
    return results[0], names


def decided(table: Table, facts: dict[str, Any]) -> object:
    try:
        decision = table.decide(facts)
    except (NoRule, Overlap) as error:
        return type(error)
    return decision.outputs["结果"], decision.rows


@given(tables())
@settings(deadline=None)
def test_a_table_decides_as_the_oracle(table: Table) -> None:
    for facts in cases(table):
        assert decided(table, facts) == expected(table, facts)


@given(tables())
@settings(deadline=None)
def test_a_proof_finds_what_trying_every_case_finds(table: Table) -> None:
    proof = prove_table(table, DICTIONARY)
    answers = {expected(table, facts) if isinstance(expected(table, facts), type) else None for facts in cases(table)}
    assert bool(proof.overlaps) == (Overlap in answers)
    assert bool(proof.gaps) == (NoRule in answers)
    assert all(decided(table, dict(found.example)) is Overlap for found in proof.overlaps)
    assert all(decided(table, dict(found.example)) is NoRule for found in proof.gaps)
    if proof.sound:
        assert answers == {None}


@given(tables())
@settings(deadline=None)
def test_a_table_reads_back_as_written(table: Table) -> None:
    assert parse_table(write_table(table)) == table


@given(st.data())
@settings(deadline=None)
def test_planted_overlaps_and_gaps_are_found(data: st.DataObject) -> None:
    """Cut a whole grid of amounts and times into rows, then plant one fault in it."""
    inputs = (Input("金额", "", "number"), Input("次数", "", "number"))
    spans = [("< 1", "[1..2)", "[2..4]", "> 4"), ("<= 2", "3", ">= 4")]
    rows = [Row(f"r{number}", cells, ("1",)) for number, cells in enumerate(product(*spans))]
    whole = Table("t", "表", "UNIQUE", inputs, (Output("结果", "number"),), tuple(rows))
    assert prove_table(whole, DICTIONARY).sound
    gone = data.draw(st.sampled_from(rows))
    less = Table("t", "表", "UNIQUE", inputs, whole.outputs, tuple(row for row in rows if row is not gone))
    (gap,) = prove_table(less, DICTIONARY).gaps
    assert fitting(whole, dict(gap.example)) == [gone]
    extra = Row("extra", data.draw(st.sampled_from([("2", "3"), ("[1.5..1.75]", "5"), ("> 100", "1")])), ("1",))
    more = Table("t", "表", "UNIQUE", inputs, whole.outputs, (*rows, extra))
    (overlap,) = prove_table(more, DICTIONARY).overlaps
    assert overlap.rows[1] == len(rows) + 1
    assert len(fitting(more, dict(overlap.example))) == 2
