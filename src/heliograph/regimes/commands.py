"""`heliograph packs check`, `packs compliance` and `packs draw`. Exit codes: 0 fine, 1 findings, 2 misuse."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NoReturn

from heliograph.kernel.bpmn import PAPERS, BpmnRefusedError, PaperSize, draw_sheets
from heliograph.kernel.bpmn.drawing import draw
from heliograph.kernel.bpmn.layout import lay_out
from heliograph.kernel.packs.elements import MAX_ELEMENT_BYTES
from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.packs.load import available, check_packs, load_pack, shipped
from heliograph.regimes.compliance import STATES, ComplianceRow, compliance_table, summary

FINE, FINDINGS, MISUSE = 0, 1, 2


class _UsageError(Exception):
    """The command line cannot be understood."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong instead of leaving the process: the caller decides how to exit."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting."""
        raise _UsageError(message)


def _parser(prog: str, description: str) -> _Parser:
    parser = _Parser(prog=prog, description=description, exit_on_error=False, add_help=False)
    parser.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
    parser.add_argument("--root", help="规则包所在目录，默认为随产品安装的规则包")
    return parser


def _root(given: str | None) -> Traversable:
    if given is None:
        return shipped()
    root = Path(given)
    if not root.is_dir():
        raise _UsageError(f"没有目录 {given}")
    return root


def _misuse(parser: _Parser, error: Exception) -> int:
    sys.stderr.write(f"命令有误：{error}\n{parser.format_usage()}")
    return MISUSE


def packs_check(argv: Sequence[str]) -> int:
    """Print every fault of every pack as `file:line key message`; 0 when there is none, 1 otherwise."""
    parser = _parser("heliograph packs check", "检查规则包")
    try:
        options = parser.parse_args(list(argv))
        root = _root(options.root)
    except (_UsageError, argparse.ArgumentError) as error:
        return _misuse(parser, error)
    faults = check_packs(root)
    if options.as_json:
        sys.stdout.write(json.dumps([asdict(fault) for fault in faults], ensure_ascii=False, indent=1) + "\n")
    else:
        lines = [*(str(fault) for fault in faults), f"共检查 {len(available(root))} 个规则包，{len(faults)} 处问题。"]
        sys.stdout.write("\n".join(lines) + "\n")
    return FINDINGS if faults else FINE


def packs_compliance(argv: Sequence[str]) -> int:
    """Print the compliance table of an agency; 1 when a clause points to something that is not there.

    Clauses that are open or partly served are shown as such and are no finding: honesty is not a fault.
    """
    parser = _parser("heliograph packs compliance", "列出一个执法机关的逐条对照表")
    parser.add_argument("agency", help="机关代码，可带版本，如 wenshang-gxj@2026.11")
    try:
        options = parser.parse_args(list(argv))
        root = _root(options.root)
        name = _latest(root, options.agency)
        pack = load_pack(root, name)
    except (_UsageError, argparse.ArgumentError) as error:
        return _misuse(parser, error)
    except PackFaultsError as error:
        sys.stderr.write(f"{error}\n")
        return FINDINGS
    rows = compliance_table(pack)
    if options.as_json:
        table = {"pack": name, "summary": summary(rows), "rows": [asdict(row) for row in rows]}
        sys.stdout.write(json.dumps(table, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(_text(pack.title, rows))
    return FINDINGS if any(row.broken for row in rows) else FINE


def packs_draw(argv: Sequence[str]) -> int:
    """Lay flowcharts out anew and write the drawing into each file; 1 when one of them is refused."""
    parser = _Parser(prog="heliograph packs draw", description="排版流程图", exit_on_error=False, add_help=False)
    parser.add_argument("files", nargs="+", help="流程图文件，如 permit.bpmn")
    parser.add_argument("--svg", action="store_true", help="在同一目录另存 svg 图")
    parser.add_argument("--paper", choices=list(PAPERS), help="在同一目录按纸张分页另存 svg 图")
    try:
        options = parser.parse_args(list(argv))
        files = [_flowchart(name) for name in options.files]
    except (_UsageError, argparse.ArgumentError) as error:
        return _misuse(parser, error)
    return max(_drawn(file, svg=options.svg, paper=options.paper) for file in files)


def _flowchart(name: str) -> Path:
    """Return the file, which has to be there before any other one is written."""
    file = Path(name)
    if file.suffix != ".bpmn" or not file.is_file():
        raise _UsageError(f"没有流程图文件 {name}")
    if file.stat().st_size > MAX_ELEMENT_BYTES:
        raise _UsageError(f"文件 {name} 超过 {MAX_ELEMENT_BYTES // 1000} 千字节")
    return file


def _drawn(file: Path, *, svg: bool, paper: PaperSize | None) -> int:
    try:
        laid_out = lay_out(file.read_bytes())
    except BpmnRefusedError as error:
        sys.stdout.write("".join(f"{file} {fault}\n" for fault in error.faults))
        return FINDINGS
    file.write_bytes(laid_out)
    if svg:
        file.with_suffix(".svg").write_text(draw(laid_out), "utf-8")
    for sheet in draw_sheets(laid_out, paper) if paper else ():
        for number, part in enumerate(sheet.parts, 1):
            file.with_name(f"{file.stem}-{paper}-{sheet.number}-{number}.svg").write_text(part, "utf-8")
    sys.stdout.write(f"{file} 已排版。\n")
    return FINE


def _latest(root: Traversable, agency: str) -> str:
    """Return the named pack, or the latest version of it."""
    names = [name for name in available(root) if agency in (name, name.partition("@")[0])]
    if not names:
        known = "、".join(sorted({name.partition("@")[0] for name in available(root)}))
        raise _UsageError(f"没有机关 {agency} 的规则包；现有：{known}")
    return names[-1]


def _text(title: str, rows: list[ComplianceRow]) -> str:
    lines = [title]
    for row in rows:
        lines.append(f"{row.clause_id}  {row.state_label}  {'、'.join(row.requirements) or '—'}  {row.summary}")
        lines += [f"    {target.kind}:{target.name}{'' if target.resolved else '（不存在）'}" for target in row.targets]
        if row.reason:
            lines.append(f"    {row.reason}")
    counted = summary(rows)
    lines.append("，".join(f"{label} {counted[state]} 条" for state, label in STATES.items()) + "。")
    return "\n".join(lines) + "\n"
