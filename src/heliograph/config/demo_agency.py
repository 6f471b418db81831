"""Loading one agency of the demonstration: set up, people, entries with their releases, what followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from heliograph.config import demo_accounts
from heliograph.config.demo_cases import Office, load_cases
from heliograph.config.demo_script import AgencyScript, EntryLine, LawLine, OfficeHours, StaffLine
from heliograph.config.installation import DemoAccount
from heliograph.disclosure.actions import (
    Decision,
    adjust_for_function_change,
    adjust_for_law_change,
    confirm_adjustment,
    decide_stage,
    release_in_bulk,
    submit_for_release,
    withdraw_publication,
)
from heliograph.disclosure.models import Release
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError
from heliograph.regimes.actions import install_pack
from heliograph.registers.actions import (
    ArticleText,
    Content,
    LawText,
    add_agency,
    add_government,
    add_person,
    add_unit,
    adopt_law,
    appoint,
    appoint_first_security_admin,
    create_account,
    draft_entry,
    draft_officer_entry,
    grant_role_by_name,
    issue_certificate,
    link_person,
    review_certificate,
    revise_entry,
    suspend_certificate,
)
from heliograph.registers.models import Account, Agency, Certificate, EntryVersion, Person, Role, Unit

ENTRIES_FROM = date(2026, 11, 3)
REVISIONS_FROM = date(2026, 11, 16)
APPOINTED_ON = date(2025, 1, 2)
REVIEWER = "reviewer"
SUPERVISOR = "supervisor"
EXTERNAL = "external_review"


@dataclass(frozen=True)
class Installation:
    """What the agencies share: administrators, drawn sign-in data, laws, the day everything begins."""

    drawn: dict[str, DemoAccount]
    administrators: dict[str, Account]
    set_up_at: datetime
    in_force_from: date
    laws: list[LawLine]


@dataclass(frozen=True)
class Handed:
    """A version handed in, with the line of the script that says how it ends."""

    release: Release
    line: EntryLine


class AgencyLoad:
    """One agency, step by step; each step is done by the account whose office it is."""

    def __init__(self, installation: Installation, script: AgencyScript, pack: Pack, order: int) -> None:
        self.installation = installation
        self.script = script
        self.pack = pack
        self.order = order  # also the minute, so that agencies do not act at the same instant
        self.hours = OfficeHours(installation.set_up_at.date(), minute=order)
        self.staff = {line.id: line for line in script.staff}
        self.accounts: dict[str, Account] = {}
        self.units: dict[str, Unit] = {}
        self.certificates: list[Certificate] = []

    def run(self) -> None:
        """Do everything in the order of the calendar."""
        self._found()
        self._register_people()
        self._adopt_laws(self.installation.laws)
        self.installation.laws.clear()  # the library is shared: the first agency's legal office fills it
        self.hours.skip_to(ENTRIES_FROM)
        published = [self._release(self._draft_all(line)) for line in self.script.entries]
        self.hours.skip_to(REVISIONS_FROM)
        for handed in published:
            self._follow_up(handed)
        self._adjust()
        office = Office(self.agency, self.pack, self.script, self.accounts, self.units, self.order)
        load_cases(office, released_from=OfficeHours(ENTRIES_FROM, minute=self.order))

    # -- set up ------------------------------------------------------------------------------------------------------
    def _found(self) -> None:
        """Government, agency, administrators, pack: the operator's and the administrators' part."""
        government, body = self.pack.government, self.pack.agency
        if government is None or body is None:
            raise ValueError(f"{self.script.agency} is no agency's pack")
        at = self.installation.set_up_at
        self.agency: Agency = add_agency(
            government=add_government(code=government.code, name=government.name, overseer=government.overseer, at=at),
            code=body.code,
            name=body.name,
            short_name=body.short,
            legal_body=body.legal_body,
            at=at,
        )
        day, at = self.installation.set_up_at.date(), self.hours.next()
        self.security = self.installation.administrators["security_admin"]
        appoint_first_security_admin(self.security.pk, agency_id=self.agency.pk, from_on=day, at=at)
        for role in ("system_admin", "audit_admin"):
            self._grant(self.installation.administrators[role], role)
        install_pack(
            self.agency.pk,
            pack=self.pack.pack,
            version=self.pack.version,
            in_force_from=self.installation.in_force_from,
            actor=self.installation.administrators["system_admin"],
            at=self.hours.next(),
        )

    def _grant(self, account: Account, role: str) -> None:
        grant_role_by_name(
            account.username,
            agency_id=self.agency.pk,
            role=role,
            from_on=self.installation.set_up_at.date(),
            actor=self.security,
            at=self.hours.next(1),
        )

    def _account(self, key: str, role: str, display_name: str, organisation: str, person: Person | None) -> None:
        drawn = self.installation.drawn[f"{self.script.prefix}-{key}"]
        account = create_account(
            username=drawn.username,
            display_name=display_name,
            organisation=organisation,
            password=drawn.password,
            duty_class=Account.DutyClass.CASE,
            person=person,
            must_change_password=False,
            at=self.hours.next(1),
        )
        demo_accounts.enrol(account, drawn)
        self._grant(account, role)
        if role == Role.RELEASE_APPROVER:  # in these offices the leader in charge approves what is released
            self._grant(account, Role.LEADER_IN_CHARGE)
        self.accounts[key] = account

    def _register_people(self) -> None:
        """The legal officer's account first: that officer then registers units and everybody, also themself."""
        head = self.staff[REVIEWER]
        self._account(REVIEWER, head.role, head.name, self.agency.name, None)
        units = [(unit.name, [str(each) for each in unit.functions]) for unit in self.pack.rules.units]
        units += [(unit.name, unit.functions) for unit in self.script.units]
        for name, functions in units:
            self.units[name] = add_unit(
                self.agency.pk, name=name, functions=functions, actor=self._reviewer, at=self.hours.next(1)
            )
        for line in self.script.staff:
            person = self._register(line)
            if line.id == REVIEWER:
                link_person(self._reviewer.pk, person=person, actor=self.security, at=self.hours.next(1))
            elif line.role:
                self._account(line.id, line.role, line.name, self.agency.name, person)
                for role in line.also:
                    self._grant(self.accounts[line.id], role)
        if self.script.supervisor:
            overseer = self.agency.government.overseer
            self._account(SUPERVISOR, "supervisor", self.script.supervisor, overseer, None)

    @property
    def _reviewer(self) -> Account:
        return self.accounts[REVIEWER]

    def _register(self, line: StaffLine) -> Person:
        by, at = self._reviewer, self.hours.next(1)
        person = add_person(self.agency.pk, name=line.name, gender=line.gender, actor=by, at=at)
        appoint(
            person.pk,
            unit_id=self.units[line.unit].pk,
            position=line.position,
            duty_post=line.duty_post,
            from_on=APPOINTED_ON,
            actor=by,
            at=at,
        )
        for certificate in line.certificates:
            details = certificate.model_dump(exclude={"reviewed", "suspended", "suspended_reason"})
            issued = issue_certificate(person.pk, **details, actor=by, at=at)
            if certificate.reviewed is not None:
                review_certificate(issued.pk, year=certificate.reviewed, actor=by, at=at)
            if certificate.suspended is not None:
                reason, from_on = certificate.suspended_reason, certificate.suspended
                suspend_certificate(issued.pk, reason=reason, from_on=from_on, actor=by, at=at)
            self.certificates.append(issued)
        return person

    def _adopt_laws(self, laws: list[LawLine]) -> None:
        for law in laws:
            read_in = "国家法律文本（2025-04 收录）"
            articles = [
                ArticleText(no=no, summary=text, verified="text", read_in=read_in) for no, text in law.articles.items()
            ]
            text = LawText(
                key=law.key,
                title=law.title,
                level=law.level,
                articles=articles,
                issued_on=law.issued_on,
                effective_from=law.effective_from,
                verified="text",
                read_in=read_in,
            )
            adopt_law(text, actor=self._reviewer, at=self.hours.next(1))

    # -- entries -----------------------------------------------------------------------------------------------------
    def _draft_all(self, line: EntryLine) -> list[Handed]:
        """Draft what a line says and hand it in, unless it stays a draft."""
        by = self._author(line)
        versions = [self._draft(line, data, by) for data in self._contents(line)]
        if line.certificates:
            versions = [
                draft_officer_entry(certificate.pk, reason=line.reason, actor=by, at=self.hours.next())
                for certificate in self.certificates
            ]
        if line.ends == "draft":
            return []
        return [Handed(submit_for_release(version.pk, actor=by, at=self.hours.next(2)), line) for version in versions]

    def _author(self, line: EntryLine) -> Account:
        """The account named by the line, else one of a unit that may compile the register, else the handler."""
        if line.by:
            return self.accounts[line.by]
        units = self.pack.register(line.register_id).compiled_by_units
        of_unit = [one.id for one in self.script.staff if one.unit in units and one.role in {"handler", "window_clerk"}]
        return self.accounts[of_unit[0] if of_unit else "handler"]

    def _contents(self, line: EntryLine) -> list[dict[str, Any]]:
        if line.certificates:
            return []
        if not line.each:
            return [line.data]
        rules: list[Any] = getattr(self.pack.rules, line.each)
        return [{key: _filled(key, value, rule) for key, value in line.data.items()} for rule in rules[: line.at_most]]

    def _draft(self, line: EntryLine, data: dict[str, Any], by: Account) -> EntryVersion:
        owner = self.units.get(str(data.get("handling_unit", ""))) or self._unit_of(by)
        content = Content(data=data, reason=line.reason, verified=line.verified, read_in=_read_in(line))
        return draft_entry(
            self.agency.pk,
            register=line.register_id,
            content=content,
            owner_unit_id=owner.pk,
            actor=by,
            at=self.hours.next(),
        )

    def _unit_of(self, account: Account) -> Unit:
        key = next(key for key, one in self.accounts.items() if one.pk == account.pk)
        return self.units[self.staff[key].unit]

    # -- releases ----------------------------------------------------------------------------------------------------
    def _release(self, handed: list[Handed]) -> list[Handed]:
        """Take what was handed in through its stages, in bulk where nothing asks for a closer look."""
        routine = [one for one in handed if one.line.ends in {"public", "withdrawn"} and not one.release.unfounded]
        for index in range(max((len(one.release.stages) for one in routine), default=0)):
            stage = routine[0].release.stages[index]
            ids = [one.release.pk for one in routine]
            actor, at = self._approver(stage["role"]), self.hours.next()
            for _, refused in release_in_bulk(ids, stage=stage["id"], actor=actor, at=at):
                if refused is not None:
                    raise ActRefusedError(refused)
        for one in handed:
            if one not in routine:
                self._decide_each(one)
        return handed

    def _decide_each(self, handed: Handed) -> None:
        stages = handed.release.stages
        if handed.line.ends == "returned":
            self._decide(handed.release, Decision(stages[0]["id"], passed=False, opinion=handed.line.why), stages[0])
            return
        ids = [stage["id"] for stage in stages]
        outside = ids.index(EXTERNAL) if EXTERNAL in ids else 0
        waits_before = {"waiting_first": 0, "waiting_external": outside, "waiting_last": len(stages) - 1}
        for stage in stages[: waits_before.get(handed.line.ends, len(stages))]:
            decision = Decision(stage["id"], passed=True, acknowledged=handed.release.unfounded)
            self._decide(handed.release, decision, stage)

    def _decide(self, release: Release, decision: Decision, stage: dict[str, str]) -> None:
        decide_stage(release.pk, decision=decision, actor=self._approver(stage["role"]), at=self.hours.next())

    def _approver(self, role: str) -> Account:
        if role == SUPERVISOR:
            return self.accounts[SUPERVISOR]
        return self.accounts[next(line.id for line in self.script.staff if line.role == role)]

    # -- what followed -----------------------------------------------------------------------------------------------
    def _follow_up(self, handed: list[Handed]) -> None:
        for one in handed:
            if one.line.ends == "withdrawn":
                withdraw_publication(
                    one.release.version.public_version.pk,
                    reason=one.line.why,
                    basis=one.line.basis,
                    actor=self._approver("release_approver"),
                    at=self.hours.next(),
                )
            if one.line.revision is not None:
                self._revise(one)

    def _revise(self, handed: Handed) -> None:
        revision = handed.line.revision
        if revision is None:
            return
        by = self._author(handed.line)
        data = {**handed.release.version.data, **revision.data}
        content = Content(data, revision.reason, handed.line.verified, _read_in(handed.line))
        version = revise_entry(handed.release.entry_id, content=content, actor=by, at=self.hours.next())
        release = submit_for_release(version.pk, actor=by, at=self.hours.next(2))
        self._release([Handed(release, handed.line)])

    def _adjust(self) -> None:
        line = self.script.adjustment
        if line is None:
            return
        self.hours.skip_to(line.effective_on)
        shared: dict[str, Any] = {"effective_on": line.effective_on, "reason": line.reason, "basis": line.basis}
        by, at = self._reviewer, self.hours.next()
        if line.article:
            made = adjust_for_law_change(
                self.agency.pk, article=line.article, repealed=line.repealed, **shared, actor=by, at=at
            )
        else:
            unit = self.units[line.unit].pk
            made = adjust_for_function_change(
                self.agency.pk, unit_id=unit, function=line.function, **shared, actor=by, at=at
            )
        confirm_adjustment(made.pk, actor=self._approver("release_approver"), at=self.hours.next())


def _read_in(line: EntryLine) -> str:
    """An entry that nobody checked was read nowhere."""
    return "" if line.verified == "unverified" else line.read_in


def _filled(key: str, value: Any, rule: Any) -> Any:
    """Fill `{name}` from a rule of the pack; a mapping is looked up by the rule's own value of that field."""
    if isinstance(value, dict):
        return value[getattr(rule, key)]
    if isinstance(value, str):
        return value.format_map(rule.model_dump())
    return value
