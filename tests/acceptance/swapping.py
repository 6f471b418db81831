"""A behaviour seen twice: under an agency's own pack, and under another agency's pack put in its place.

The agency, its units and its people stay the same; only the pack changes, by the public act that installs packs.
Each behaviour is an act done, or a page read, by somebody of that agency.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from lxml import html

from heliograph.disclosure.actions import Decision, decide_stage, submit_for_release
from heliograph.disclosure.models import PublicVersion, Release
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import FieldDef, Pack, Register
from heliograph.regimes.actions import install_pack
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.actions import (
    Content,
    add_agency,
    add_government,
    add_person,
    add_unit,
    appoint,
    appoint_first_security_admin,
    create_account,
    draft_entry,
    draft_officer_entry,
    grant_role,
    issue_certificate,
)
from heliograph.registers.models import Account, Agency, EntryVersion, Unit

VERSION = "2026.11"
LZ, RZ, XLT, WS, JH = "luozhuang-tjj", "rizhao-rsj", "xinglongtai-mzj", "wenshang-gxj", "jinghai-tjj"
BEIJING = ZoneInfo("Asia/Shanghai")
SET_UP = datetime(2026, 11, 2, 9, 0, tzinfo=BEIJING)
SWAPPED_FROM = date(2026, 12, 1)
PASSWORD = "yangguang-zhifa-1102"
OUTSIDE = "综合科"  # a unit that no document names


@cache
def pack_of(agency: str) -> Pack:
    """Return an agency's pack as shipped."""
    return load_pack(shipped(), f"{agency}@{VERSION}")


@contextmanager
def packs_with(donor: str, agency: str) -> Iterator[Path]:
    """Give a root of packs in which the donor's pack names another agency as its own, all rules untouched."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        source = Path(str(shipped()))
        for one in source.iterdir():
            if one.is_dir() and not one.name.startswith("_"):
                shutil.copytree(one, root / one.name)
        shutil.copy(source / "requirements.yaml", root)
        written = root / donor / VERSION / "pack.yaml"
        text = written.read_text(encoding="utf-8")
        changed, times = re.subn(rf"(?m)^(agency:\n  code: ){donor}$", rf"\g<1>{agency}", text)
        assert times == 1
        written.write_text(changed, encoding="utf-8")
        yield root


@dataclass
class Sheet:
    """A page as a reader sees it."""

    status: int
    text: str
    rows: list[list[str]]
    heads: list[str]
    facts: dict[str, str]
    items: list[str]
    options: set[str]

    def row(self, first: str) -> list[str]:
        """Return the table row that begins with these words."""
        return next(row for row in self.rows if row and row[0] == first)


def sheet(status: int, content: bytes) -> Sheet:
    """Read a page."""
    tree = html.fromstring(content.decode())

    def words(node: Any) -> str:
        return "".join(node.text_content().split())

    names, values = tree.xpath("//main//dt"), tree.xpath("//main//dd")
    return Sheet(
        status=status,
        text=words(tree),
        rows=[[words(cell) for cell in row.xpath("./td|./th")] for row in tree.xpath("//tbody/tr")],
        heads=[words(cell) for cell in tree.xpath("//main//thead//th")],
        facts={words(name): words(value) for name, value in zip(names, values, strict=True)},
        items=[words(item) for item in tree.xpath("//main//li")],
        options={words(one) for one in tree.xpath("//select[@name='category']/option")} - {"全部类别"},
    )


@dataclass
class Stage:
    """An agency with its people, under one pack at a time."""

    agency: Agency
    at: datetime
    security: Account
    accounts: dict[str, Account] = field(default_factory=dict)
    made: int = 0

    # -- who -----------------------------------------------------------------------------------------------------------
    def later(self) -> datetime:
        """Return the next minute."""
        self.at += timedelta(minutes=1)
        return self.at

    @property
    def pack(self) -> Pack:
        """The pack in force."""
        return pack_in_force(self.agency.pk, self.at.date())

    def account(self, role: str, unit: str = "", *, duty_class: str = "case") -> Account:
        """Return the account of somebody with a role, in a unit where one is named."""
        key = f"{role} {unit}"
        if key not in self.accounts:
            person = self._person(unit) if unit else None
            self.made += 1
            account = create_account(
                username=f"person{self.made}",
                display_name=f"人员{self.made}",
                organisation=self.agency.name,
                password=PASSWORD,
                duty_class=duty_class,
                must_change_password=False,
                person=person,
                at=self.later(),
            )
            grant_role(
                account.pk,
                agency_id=self.agency.pk,
                role=role,
                from_on=SET_UP.date(),
                actor=self.security,
                at=self.later(),
            )
            self.accounts[key] = account
        return self.accounts[key]

    def _person(self, unit: str) -> Any:
        by = self.account("legality_reviewer")
        person = add_person(self.agency.pk, name=f"李{unit[:2]}", gender="女", actor=by, at=self.later())
        where = Unit.objects.get(agency=self.agency, name=unit)
        appoint(
            person.pk,
            unit_id=where.pk,
            position="科员",
            duty_post="清单编制",
            from_on=date(2025, 1, 2),
            actor=by,
            at=self.later(),
        )
        return person

    def add_units(self, pack: Pack) -> None:
        """Register the units that a pack names, and one that no document names."""
        known = set(Unit.objects.filter(agency=self.agency).values_list("name", flat=True))
        by = self.account("legality_reviewer")
        for name in [OUTSIDE, *(unit.name for unit in pack.rules.units)]:
            if name not in known:
                add_unit(self.agency.pk, name=name, functions=["handling"], actor=by, at=self.later())

    def compiler(self, register: Register) -> Account:
        """Return somebody of the unit that compiles a register; where none is named, of any other."""
        named = register.compiled_by_units
        return self.account("handler", named[0] if named else OUTSIDE)

    # -- the pack ------------------------------------------------------------------------------------------------------
    def swap(self, donor: str) -> None:
        """Put the agency under another agency's pack from a day on."""
        with packs_with(donor, self.agency.code) as root:
            install_pack(
                self.agency.pk,
                pack=donor,
                version=VERSION,
                in_force_from=SWAPPED_FROM,
                actor=None,
                at=self.later(),
                root=root,
            )
        self.at = datetime(2026, 12, 2, 9, 0, tzinfo=BEIJING)
        self.add_units(self.pack)

    # -- acts ----------------------------------------------------------------------------------------------------------
    def sample(self, register: Register) -> dict[str, Any]:
        """Return content that fits a register, without files."""
        return {one.id: _value(one, self.pack) for one in register.fields if one.type != "file"}

    def draft(self, register: str, data: Mapping[str, Any], by: Account | None = None) -> EntryVersion:
        """Draft an entry."""
        definition = self.pack.register(register)
        return draft_entry(
            self.agency.pk,
            register=register,
            content=Content(data=data, reason="按本机关文件编制"),
            owner_unit_id=None,
            actor=by or self.compiler(definition),
            at=self.later(),
        )

    def draft_sample(self, register: str) -> EntryVersion:
        """Draft content that fits a register; officers are drafted from a certificate."""
        definition = self.pack.register(register)
        return self.draft_officer() if definition.derived_from else self.draft(register, self.sample(definition))

    def submit(self, version: EntryVersion) -> Release:
        """Hand a draft in."""
        return submit_for_release(version.pk, actor=version.created_by, at=self.later())

    def pass_stage(self, release: Release) -> Release:
        """Pass the stage that waits, by whoever has its role."""
        release.refresh_from_db()
        stage = release.stages[release.stage_index]
        decision = Decision(stage["id"], passed=True, acknowledged=release.unfounded)
        return decide_stage(release.pk, decision=decision, actor=self.account(stage["role"]), at=self.later())

    def publish(self, version: EntryVersion) -> PublicVersion:
        """Take a draft through every stage of its chain."""
        release = self.submit(version)
        for _ in release.stages:
            assert not PublicVersion.objects.filter(version=version).exists()
            self.pass_stage(release)
        return PublicVersion.objects.get(version=version)

    def publish_sample(self, register: str) -> PublicVersion:
        """Publish content that fits a register."""
        return self.publish(self.draft_sample(register))

    def certified(self, kind: str = "山东省行政执法证") -> Any:
        """Return a fresh certificate of a fresh officer."""
        by = self.account("legality_reviewer")
        holder = self._person(OUTSIDE)
        self.made += 1
        return issue_certificate(
            holder.pk,
            kind=kind,
            number=f"0000-{self.made:04}",
            category="行政处罚",
            area="本行政区域",
            issued_on=date(2025, 6, 1),
            valid_to=date(2029, 5, 31),
            actor=by,
            at=self.later(),
        )

    def draft_officer(self, kind: str = "山东省行政执法证") -> EntryVersion:
        """Draft the officer register's entry from a fresh certificate."""
        by = self.compiler(self.pack.register("officers"))
        return draft_officer_entry(self.certified(kind).pk, reason="证件登记", actor=by, at=self.later())

    # -- pages ---------------------------------------------------------------------------------------------------------
    def page(self, name: str, *args: object, query: str = "", client: Client | None = None) -> Sheet:
        """Read a page as it is at this stage's time."""
        with (
            patch("heliograph.portal.scope.today", return_value=self.at.date()),
            patch("heliograph.desk.clock.now", return_value=self.at),
        ):
            answer = (client or Client()).get(reverse(name, args=args) + query)
        return sheet(answer.status_code, answer.content)

    def portal(self, name: str, *args: object, query: str = "") -> Sheet:
        """Read a page of the agency's part of the portal."""
        return self.page(f"portal:{name}", self.agency.code, *args, query=query)

    def desk(self, name: str, *args: object, by: Account | None = None) -> Sheet:
        """Read a page of the desk, signed in with the second factor."""
        client = self.signed_in(by or self.account("legality_reviewer"))
        return self.page(f"desk:{name}", self.agency.code, *args, client=client)

    def send(self, name: str, *args: object, data: Mapping[str, Any], by: Account) -> int:
        """Send a form of the desk and return the status of the answer."""
        with patch("heliograph.desk.clock.now", return_value=self.later()):
            address = reverse(f"desk:{name}", args=[self.agency.code, *args])
            return self.signed_in(by).post(address, data).status_code

    def signed_in(self, account: Account) -> Client:
        """Return a browser signed in with the second factor."""
        if not account.authenticator_set.exists():
            TOTP.activate(account, generate_totp_secret())
        client = Client()
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


def _value(definition: FieldDef, pack: Pack) -> Any:
    """Return a value that fits a field."""
    key = min(pack.article_keys())
    options = {"categories": pack.rules.categories[0].name, "units": OUTSIDE, "": ""}
    chosen = definition.choices[0] if definition.choices else options[definition.choices_from]
    fitting: dict[str, Any] = {
        "choice": chosen,
        "choices": [chosen],
        "basis": [key],
        "lines": [{"text": "示例一项", "basis": key}],
        "yesno": True,
        "phone": "0000-1234567",
        "date": "2026-11-20",
        "number": "2026",
    }
    if definition.id == "uscc":
        return "91350100M000100Y43"
    return fitting.get(definition.type, f"示例{definition.label}")


def found_agency(code: str) -> Stage:
    """Set an agency up under its own pack."""
    pack = pack_of(code)
    government, body = pack.government, pack.agency
    assert government is not None
    assert body is not None
    agency = add_agency(
        government=add_government(code=government.code, name=government.name, overseer=government.overseer, at=SET_UP),
        code=body.code,
        name=body.name,
        short_name=body.short,
        legal_body=body.legal_body,
        at=SET_UP,
    )
    security = create_account(
        username="security",
        display_name="安全管理员",
        organisation=body.name,
        password=PASSWORD,
        duty_class="security_admin",
        must_change_password=False,
        at=SET_UP,
    )
    appoint_first_security_admin(security.pk, agency_id=agency.pk, from_on=SET_UP.date(), at=SET_UP)
    install_pack(agency.pk, pack=code, version=VERSION, in_force_from=SET_UP.date(), actor=None, at=SET_UP)
    stage = Stage(agency=agency, at=SET_UP, security=security)
    stage.add_units(pack)
    stage.at = datetime(2026, 11, 10, 9, 0, tzinfo=BEIJING)
    return stage


Behaviour = Callable[[Stage], object]


def assert_swapped(agency: str, clause: str, behaviour: Behaviour, own: object, *, other: str, others: object) -> None:
    """Assert what a clause of an agency's document makes happen, and what happens under another agency's pack."""
    assert own != others
    assert any(one.id.startswith(clause) for one in pack_of(agency).clauses)
    stage = found_agency(agency)
    seen = behaviour(stage)
    assert seen == own, f"{clause}: {seen}"
    stage.swap(other)
    seen = behaviour(stage)
    assert seen == others, f"{clause} under {other}: {seen}"
