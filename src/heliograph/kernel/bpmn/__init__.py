"""Procedures as a strict subset of BPMN 2.0: read, compile, run, prove, compare, lay out and draw. No clock, no tables.

Going up: `notation` and `source` (what a file may hold) → `reading` and `structure` (a checked `Process`) →
`definition` (one graph with all called processes) → `tokens` → `stepping` (run a case) and `proving` (every marking).
Beside it: `coverage` (gateways and facts), `compare` (two definitions), `layout` (`placing`, `routing`, `geometry`),
`drawing`, and `sheets` (the drawing on paper).
"""

from heliograph.kernel.bpmn.compare import Change, carries_over, compare_definitions
from heliograph.kernel.bpmn.coverage import gateway_faults
from heliograph.kernel.bpmn.definition import Definition, Node, Way, compile_definition
from heliograph.kernel.bpmn.drawing import draw
from heliograph.kernel.bpmn.faults import BpmnRefusedError, Fault, StuckError
from heliograph.kernel.bpmn.layout import lay_out
from heliograph.kernel.bpmn.model import Element, Flow, Lane, Process
from heliograph.kernel.bpmn.notation import Kind
from heliograph.kernel.bpmn.proving import FlowProof, prove_flow
from heliograph.kernel.bpmn.reading import read_process
from heliograph.kernel.bpmn.sheets import PAPERS, PaperSize, SheetOf, draw_sheets
from heliograph.kernel.bpmn.stepping import Move, Passed, begin, complete, fire

__all__ = [
    "PAPERS",
    "BpmnRefusedError",
    "Change",
    "Definition",
    "Element",
    "Fault",
    "Flow",
    "FlowProof",
    "Kind",
    "Lane",
    "Move",
    "Node",
    "PaperSize",
    "Passed",
    "Process",
    "SheetOf",
    "StuckError",
    "Way",
    "begin",
    "carries_over",
    "compare_definitions",
    "compile_definition",
    "complete",
    "draw",
    "draw_sheets",
    "fire",
    "gateway_faults",
    "lay_out",
    "prove_flow",
    "read_process",
]
