"""Decision tables in DMN 1.3 and only so much of it as a lawyer can read: conditions are constants, cells are FEEL.

Reading goes one way: `reading` (XML to rows) → `table` (rows checked, `cells` read, `columns` indexed) → `proving`
(overlaps and gaps against the dictionary of facts) → `writing`; `grid` shows and takes the same rows in plain words.
"""

from heliograph.kernel.dmn.checking import check_table
from heliograph.kernel.dmn.faults import NoRule, Overlap, TableFault, TableRefusedError
from heliograph.kernel.dmn.grid import GridRow, table_from_rows, table_rows
from heliograph.kernel.dmn.proving import Finding, TableProof, prove_table
from heliograph.kernel.dmn.reading import parse_table
from heliograph.kernel.dmn.table import Decision, Input, Output, Row, Table
from heliograph.kernel.dmn.writing import write_table

__all__ = [
    "Decision",
    "Finding",
    "GridRow",
    "Input",
    "NoRule",
    "Output",
    "Overlap",
    "Row",
    "Table",
    "TableFault",
    "TableProof",
    "TableRefusedError",
    "check_table",
    "parse_table",
    "prove_table",
    "table_from_rows",
    "table_rows",
    "write_table",
]
