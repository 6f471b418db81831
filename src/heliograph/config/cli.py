"""The `heliograph` command: thin names over Django commands. Exit codes: 0 fine, 1 findings, 2 misuse."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command, execute_from_command_line

from heliograph.config.databases import ROLE_VARIABLE, uses_embedded_cluster
from heliograph.config.embedded_postgres import Cluster, record_path
from heliograph.config.env import DEFAULT_BIND, BindAddress, check_demo_bind, parse_bind, read_bind, read_home
from heliograph.config.installation import claim_for_demo, database_running, read_demo_mark
from heliograph.config.postgres_binaries import PostgresUnavailableError
from heliograph.config.redaction_score import redaction_score
from heliograph.config.serving import ServingError
from heliograph.ledger.witness_home import WitnessError, WitnessHome
from heliograph.ledger.witness_server import Witness
from heliograph.ledger.witness_server import serve as serve_witness

MISUSE = 2
WITNESS_BIND = "127.0.0.1:8010"
SETTINGS = "heliograph.config.settings"


def _run(command: str, *arguments: str, role: str = "app", profile: str | None = None) -> int:
    """Run a Django command with the database there, as one of the two roles."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    os.environ[ROLE_VARIABLE] = role
    if profile is not None:
        os.environ["HELIOGRAPH_PROFILE"] = profile
    with database_running():
        django.setup()
        os.environ[ROLE_VARIABLE] = "app"  # whatever we start serves as the app role
        call_command(command, *arguments)
    return 0


def _serve(_arguments: argparse.Namespace) -> int:
    return _run("serve")


def _migrate(_arguments: argparse.Namespace) -> int:
    return _run("heliograph_migrate", role="owner")


def _demo(arguments: argparse.Namespace) -> int:
    home = read_home()
    check_demo_bind(read_bind("HELIOGRAPH_BIND", DEFAULT_BIND))  # before anything is made
    if arguments.reset:
        _reset_demo()
    claim_for_demo(home)
    return _run("demo", profile="demo")


def _reset_demo() -> None:
    """Delete the demonstration and nothing else: a home that was made for real work is refused."""
    home = read_home()
    if read_demo_mark(home) is None and (record_path(home).exists() or not uses_embedded_cluster()):
        claim_for_demo(home)
    if home.exists():
        Cluster(home).remove()
    for name in ("files", "keys", "static", "ledger", "ledger-second", "witness-1", "witness-2"):
        shutil.rmtree(home / name, ignore_errors=True)
    (home / "demo.json").unlink(missing_ok=True)


def _demo_code(arguments: argparse.Namespace) -> int:
    return _run("demo_code", arguments.username, profile="demo")


def _backup(arguments: argparse.Namespace) -> int:
    out = ["--out", arguments.out] if arguments.out else []
    return _run("backup", *out, *(["--without-files"] if arguments.without_files else []), role="owner")


def _restore(arguments: argparse.Namespace) -> int:
    salts = ["--salts", arguments.salts] if arguments.salts else []
    return _run("restore", arguments.file, *salts, *(["--force"] if arguments.force else []), role="owner")


def _packs_check(arguments: argparse.Namespace) -> int:
    return _run("packs_check", *arguments.rest)


def _packs_compliance(arguments: argparse.Namespace) -> int:
    return _run("packs_compliance", *arguments.rest)


def _packs_draw(arguments: argparse.Namespace) -> int:
    return _run("packs_draw", *arguments.rest)


def _packs_install(arguments: argparse.Namespace) -> int:
    return _run("packs_install", *arguments.rest)


def _account_recover(arguments: argparse.Namespace) -> int:
    return _run("account_recover", *arguments.rest)


def _agency_add(arguments: argparse.Namespace) -> int:
    return _run("agency_add", *arguments.rest)


def _fonts_install(arguments: argparse.Namespace) -> int:
    """Install fonts without a database: whoever sets a server up may do it first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    call_command("fonts_install", *arguments.rest)
    return 0


def _redaction_score(arguments: argparse.Namespace) -> int:
    """Measure without Django and without a database: anybody with marked texts may do it."""
    return redaction_score(arguments.rest)


def _ledger(command: str) -> Callable[[argparse.Namespace], int]:
    return lambda arguments: _run(command, *arguments.rest)


def _witness(arguments: argparse.Namespace) -> int:
    """Run a witness, or set one up: without Django and without a database."""
    home = WitnessHome(Path(arguments.home).expanduser().absolute() if arguments.home else read_home() / "witness")
    for vkey in arguments.add_log:
        sys.stdout.write("已加入日志。\n" if home.add_log(vkey) else "该日志已在名单中。\n")
    if arguments.vkey:
        sys.stdout.write(f"{home.open(arguments.name).vkey}\n")
    if arguments.vkey or arguments.add_log:
        return 0
    demo = os.environ.get("HELIOGRAPH_PROFILE") == "demo"
    witness = Witness(home, home.open(arguments.name), clock=lambda: int(time.time()), demo=demo)
    bind = arguments.bind
    serve_witness(witness, bind.host, bind.port, lambda: _announce(witness, bind))
    return 0


def _announce(witness: Witness, bind: BindAddress) -> None:
    sys.stdout.write(f"见证服务已启动：{bind.url}\n见证方：{witness.cosigner.name}\n")
    sys.stdout.flush()


def _bind_address(value: str) -> BindAddress:
    try:
        return parse_bind(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"应写作 地址:端口，现为 {value!r}。") from error


def _manage(arguments: argparse.Namespace) -> int:
    """Pass a line to Django's own commands, for developers; the role comes from the environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    with database_running():
        execute_from_command_line(["heliograph manage", *arguments.rest])
    return 0


PASSED_ON = (
    ("packs", "check", _packs_check, "检查规则包"),
    ("packs", "compliance", _packs_compliance, "列出一个执法机关的逐条对照表"),
    ("packs", "draw", _packs_draw, "排版流程图文件"),
    ("packs", "install", _packs_install, "为已设立的机关安装新版规则包"),
    ("account", "recover", _account_recover, "重置安全管理员的密码和动态验证码"),
    ("agency", "add", _agency_add, "按规则包设立一个机关"),
    ("fonts", "install", _fonts_install, "下载并核对文书字体"),
    ("redaction", "score", _redaction_score, "用标注句子测量去隐私识别的效果"),
    ("ledger", "check", _ledger("ledger_check"), "重算核对数据行、存证和日志文件"),
    ("ledger", "key", _ledger("ledger_key"), "查看、生成或停用日志签名密钥"),
    ("ledger", "rebuild", _ledger("ledger_rebuild"), "依数据库重写日志文件"),
    ("ledger", "redigest", _ledger("ledger_redigest"), "数据表的列变动后重新登记数据摘要"),
    ("ledger", "run", _ledger("ledger_run"), "为存证排序、签名和发布检查点"),
    ("ledger", "succeed", _ledger("ledger_succeed"), "从旧备份恢复后启用新日志"),
)
NOUN_HELP = {
    "packs": "规则包",
    "account": "账户",
    "agency": "机关",
    "fonts": "文书字体",
    "redaction": "去隐私",
    "ledger": "存证",
}


def _verbs() -> Iterator[tuple[str, list[tuple[str, Callable[[argparse.Namespace], int], str]]]]:
    """Group the commands whose arguments are read by the command itself."""
    for noun in NOUN_HELP:
        yield noun, [(verb, run, text) for each, verb, run, text in PASSED_ON if each == noun]


def _add_witness(witness: argparse.ArgumentParser) -> None:
    witness.add_argument("--home", metavar="目录", help="见证服务的目录")
    witness.add_argument("--bind", metavar="地址:端口", type=_bind_address, default=WITNESS_BIND, help="监听地址")
    witness.add_argument("--name", metavar="名称", help="见证方名称，首次启动时指定")
    witness.add_argument("--add-log", metavar="公钥", action="append", default=[], help="加入要见证的日志后退出")
    witness.add_argument("--vkey", action="store_true", help="显示见证方的验证公钥后退出")
    witness.set_defaults(run=_witness)


def parser() -> argparse.ArgumentParser:
    """Return the grammar of the command line."""
    top = argparse.ArgumentParser(prog="heliograph", description="阳光执法：行政执法公示、全过程记录、法制审核。")
    nouns = top.add_subparsers(dest="noun", required=True, metavar="命令")

    nouns.add_parser("serve", help="启动网站和后台任务").set_defaults(run=_serve)
    nouns.add_parser("migrate", help="建立或更新数据库结构").set_defaults(run=_migrate)

    demo = nouns.add_parser("demo", help="准备并启动演示环境")
    demo.add_argument("--reset", action="store_true", help="清除原有演示数据")
    demo.set_defaults(run=_demo)

    code = nouns.add_parser("demo-code", help="显示演示人员当前的动态验证码")
    code.add_argument("username", help="登录名")
    code.set_defaults(run=_demo_code)

    backup = nouns.add_parser("backup", help="备份数据库、文件和密钥")
    backup.add_argument("--out", help="备份文件或其所在目录")
    backup.add_argument("--without-files", action="store_true", help="文件存放在对象存储，另有保护")
    backup.set_defaults(run=_backup)

    restore = nouns.add_parser("restore", help="从备份恢复")
    restore.add_argument("file", help="备份文件")
    restore.add_argument("--salts", metavar="文件", help="盐值文件，默认取备份旁最新的一份")
    restore.add_argument("--force", action="store_true", help="覆盖现有数据")
    restore.set_defaults(run=_restore)

    _add_witness(nouns.add_parser("witness", help="启动日志见证服务（由其他单位运行，不需要数据库）"))

    for noun, verbs in _verbs():
        group = nouns.add_parser(noun, help=NOUN_HELP[noun]).add_subparsers(dest="verb", required=True, metavar="操作")
        for verb, run, text in verbs:
            one = group.add_parser(verb, help=text, add_help=False)
            one.add_argument("rest", nargs=argparse.REMAINDER)
            one.set_defaults(run=run)
    manage = nouns.add_parser("manage", help="执行 Django 命令（开发用）", add_help=False)
    manage.add_argument("rest", nargs=argparse.REMAINDER)
    manage.set_defaults(run=_manage)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.returncode
    except (PostgresUnavailableError, ServingError, WitnessError, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        return MISUSE


if __name__ == "__main__":
    sys.exit(main())
