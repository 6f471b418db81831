"""The command `heliograph-verify`: arguments in, a report in Chinese or English out, exit 0, 1 or 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from heliograph_verify import cases, checks
from heliograph_verify.formats import Unreadable
from heliograph_verify.messages import text
from heliograph_verify.report import SKIPPED, Finding, Report

DESCRIPTION = "核验阳光执法的存证记录，不联网。 / Check records of a Heliograph ledger, without a network."
EPILOG = "退出码：0 通过，1 不一致（被改动），2 无法读取。 / Exit: 0 ok, 1 forged, 2 unreadable."
POLICY_HELP = "策略文件（C2SP tlog-policy）：信任哪些日志与见证 / policy: which logs and witnesses are trusted"
LOG_HELP = "日志目录或其 zip / the log, as a directory or a zip"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="heliograph-verify", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--lang", choices=("zh", "en"), help="输出语言 / language of the output")
    commands = parser.add_subparsers(dest="command", required=True, metavar="proof|log|between|case")

    proof = commands.add_parser("proof", help="一份证明文件 / one proof file", epilog=EPILOG)
    proof.add_argument("file", type=Path, help=".tlog-proof")
    proof.add_argument("--document", type=Path, help="与记录比对的原文件 / a document to compare with the record")
    proof.add_argument("--log", type=Path, help=f"{LOG_HELP}：查其后有无更正、撤下 / to find later corrections")

    log = commands.add_parser("log", help="整个日志 / a whole log", epilog=EPILOG)
    log.add_argument("log", type=Path, help=LOG_HELP)

    between = commands.add_parser("between", help="两个检查点之间 / between two checkpoints", epilog=EPILOG)
    between.add_argument("old", type=Path, help="旧检查点 / old checkpoint")
    between.add_argument("new", type=Path, help="新检查点 / new checkpoint")
    between.add_argument("--log", type=Path, help=LOG_HELP)

    case = commands.add_parser("case", help="导出的案卷 / an exported case", epilog=EPILOG)
    case.add_argument("file", type=Path, help="zip")
    for command in (proof, log, between, case):
        command.add_argument("--policy", type=Path, help=POLICY_HELP)
        command.add_argument("--lang", choices=("zh", "en"), default=argparse.SUPPRESS, help="输出语言 / language")
    return parser


def _proof(report: Report, given: argparse.Namespace) -> None:
    checks.check_proof(report, given.file, checks.load_policy(given.policy), given.document, given.log)


def _log(report: Report, given: argparse.Namespace) -> None:
    checks.check_log(report, given.log, checks.load_policy(given.policy))


def _between(report: Report, given: argparse.Namespace) -> None:
    checks.check_between(report, given.old, given.new, given.log, checks.load_policy(given.policy))


def _case(report: Report, given: argparse.Namespace) -> None:
    cases.check_case(report, given.file, checks.load_policy(given.policy))


COMMANDS: dict[str, Callable[[Report, argparse.Namespace], None]] = {
    "proof": _proof,
    "log": _log,
    "between": _between,
    "case": _case,
}


def _language() -> str:
    """Return English where the environment asks for it, else Chinese."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "en" if value.startswith("en") else "zh"
    return "zh"


def _shown(finding: Finding, language: str) -> str:
    values = {
        key: _shown(value, language) if isinstance(value, Finding) else value for key, value in finding.values.items()
    }
    return text(finding.code, language, **values)


def lines(report: Report, language: str) -> list[str]:
    """Return the report as text; the last line is the verdict."""
    shown = [f"{text(f'mark_{finding.status}', language)} {_shown(finding, language)}" for finding in report.findings]
    skipped = sum(finding.status == SKIPPED for finding in report.findings)
    verdict = ("verdict_ok_partly" if skipped else "verdict_ok", "verdict_forged", "verdict_unreadable")
    return [*shown, text(verdict[report.exit_code()], language, count=skipped)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    given = _parser().parse_args(arguments)
    report = Report()
    try:
        COMMANDS[given.command](report, given)
    except Unreadable as error:
        report.unreadable(error)
    output = "\n".join(lines(report, given.lang or _language())) + "\n"
    # A terminal that cannot show Chinese gets escapes, not a traceback.
    sys.stdout.write(
        output.encode(sys.stdout.encoding or "ascii", "backslashreplace").decode(sys.stdout.encoding or "ascii")
    )
    return report.exit_code()
