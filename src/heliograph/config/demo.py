"""The demonstration: five agencies with their packs, people and registers, loaded through the public actions only.

People, certificate numbers and telephones are invented; agencies, laws and rules are real. Every act is done by the
person whose office it is, at an instant of November 2026, so nothing in it is imitated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

import yaml
from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from heliograph.config import demo_accounts
from heliograph.config.demo_agency import AgencyLoad, Installation
from heliograph.config.demo_script import BEIJING, AgencyScript, LawLine
from heliograph.config.installation import DemoAccount
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import Pack
from heliograph.regimes.actions import seed_calendar
from heliograph.registers.actions import create_account
from heliograph.registers.models import Account, Agency

AGENCIES = ("luozhuang-tjj", "rizhao-rsj", "xinglongtai-mzj", "wenshang-gxj", "jinghai-tjj")
PACK_VERSION = "2026.11"
SET_UP_AT = datetime(2026, 10, 30, 9, 0, tzinfo=BEIJING)
IN_FORCE_FROM = date(2026, 11, 1)
ADMINISTRATORS = (
    ("security", "security_admin", "安全管理员 郑文博"),
    ("system", "system_admin", "系统管理员 葛立群"),
    ("audit", "audit_admin", "审计管理员 沈若宁"),
)


def _files() -> Iterator[Traversable]:
    folder = files("heliograph.config").joinpath("demo_data")
    return iter(sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name))


def _data_version() -> str:
    digest = hashlib.sha256()
    for one in _files():
        digest.update(one.name.encode() + one.read_bytes())
    return f"{PACK_VERSION}-{digest.hexdigest()[:12]}"


DATA_VERSION = _data_version()


def read_script(agency: str) -> AgencyScript:
    """Return what the demonstration does in one agency."""
    text = files("heliograph.config").joinpath("demo_data", f"{agency}.yaml").read_text(encoding="utf-8")
    return AgencyScript.model_validate(yaml.safe_load(text))


def read_laws() -> list[LawLine]:
    """Return the laws of the agencies' fields that the packs do not carry."""
    text = files("heliograph.config").joinpath("demo_data", "laws.yaml").read_text(encoding="utf-8")
    return [LawLine.model_validate(line) for line in yaml.safe_load(text)]


def load_demo() -> list[DemoAccount]:
    """Load the demonstration into an empty installation and return who can sign in; a second load changes nothing.

    CommandError when the database holds something else: another version of the demonstration, or real work.
    """
    version, accounts = demo_accounts.kept(settings.HOME)
    if Agency.objects.exists():
        if version != DATA_VERSION:
            raise CommandError("数据库里是另一版本的数据。请运行 make demo RESET=1，重新载入演示数据。", returncode=2)
        return accounts
    scripts = [(read_script(agency), load_pack(shipped(), f"{agency}@{PACK_VERSION}")) for agency in AGENCIES]
    drawn = _draw_all(scripts)
    demo_accounts.keep(settings.HOME, DATA_VERSION, list(drawn.values()))
    with transaction.atomic():
        installation = _set_up(drawn)
        for order, (script, pack) in enumerate(scripts):
            AgencyLoad(installation, script, pack, order).run()
    return list(drawn.values())


def _draw_all(scripts: list[tuple[AgencyScript, Pack]]) -> dict[str, DemoAccount]:
    drawn = [demo_accounts.draw(username, label) for username, _, label in ADMINISTRATORS]
    for script, pack in scripts:
        short = pack.agency.short if pack.agency else script.agency
        for line in script.staff:
            if line.role:
                label = f"{short}{line.unit} {line.position} {line.name}"
                drawn.append(demo_accounts.draw(f"{script.prefix}-{line.id}", label))
        if script.supervisor and pack.government:
            label = f"{pack.government.overseer} 审核人员 {script.supervisor}"
            drawn.append(demo_accounts.draw(f"{script.prefix}-supervisor", label))
    return {account.username: account for account in drawn}


def _set_up(drawn: dict[str, DemoAccount]) -> Installation:
    """Create the three administrators, who serve all agencies of the demonstration and do no case work."""
    seed_calendar(at=SET_UP_AT)
    administrators: dict[str, Account] = {}
    for username, duty_class, label in ADMINISTRATORS:
        account = create_account(
            username=username,
            display_name=label.split()[1],
            organisation="演示系统管理",
            password=drawn[username].password,
            duty_class=duty_class,
            must_change_password=False,
            at=SET_UP_AT,
        )
        demo_accounts.enrol(account, drawn[username])
        administrators[duty_class] = account
    return Installation(
        drawn=drawn,
        administrators=administrators,
        set_up_at=SET_UP_AT,
        in_force_from=IN_FORCE_FROM,
        laws=read_laws(),
    )
