"""From the words of an address to what they name: government, agency, pack, register."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate

from heliograph.disclosure.models import PublicVersion
from heliograph.kernel.packs.schema import Pack, Register
from heliograph.portal.site import Link, NotFoundError, Site
from heliograph.regimes.queries import find_pack, packs_for_agencies, retired_registers
from heliograph.registers.models import Agency, Government

RETIRED = "已停用的清单"


@dataclass(frozen=True, slots=True)
class Scope:
    """An agency's part of the portal, today: the pack is None when none is in force."""

    agency: Agency
    pack: Pack | None
    on: date

    @property
    def site(self) -> Site:
        """Whose pages these are."""
        return Site(government=self.agency.government, agency=self.agency)

    @property
    def registers(self) -> list[Register]:
        """The registers the agency publishes, in the order of its pack."""
        return self.pack.rules.registers if self.pack else []

    def register(self, code: str) -> Register:
        """Return a register of the agency, also one that its pack dropped after entries had become public.

        NotFoundError when there is and was none such.
        """
        for register in self.registers:
            if register.id == code:
                return register
        if PublicVersion.objects.filter(agency=self.agency, register=code).exists():
            retired = retired_registers(self.agency.pk, [code], self.on)
            if code in retired:
                return retired[code]
        raise NotFoundError(f"{self.agency.name}没有这份清单。请从机关首页选择清单。", self.site)

    def is_retired(self, register: Register) -> bool:
        """Whether the pack in force no longer has a register: what is public stays readable, nothing is added."""
        return all(one.id != register.id for one in self.registers)

    def register_name(self, code: str) -> str:
        """Return the name of a register, also of one that the pack no longer has."""
        return next((register.name for register in self.registers if register.id == code), RETIRED)

    def register_link(self, register: Register) -> Link:
        """Return the crumb that leads to a register."""
        return Link(register.name, reverse("portal:register", args=[self.agency.code, register.id]))


def today() -> date:
    """Return today's date in Beijing: pages are read now."""
    return localdate()


def agency_scope(code: str) -> Scope:
    """Return an agency's scope. NotFoundError when no such agency is on this portal."""
    agency = Agency.objects.select_related("government").filter(code=code).first()
    if agency is None:
        raise NotFoundError("这个平台上没有这个机关。请从首页选择机关。")
    on = today()
    return Scope(agency=agency, pack=find_pack(agency.pk, on), on=on)


def government_of(code: str) -> Government:
    """Return a government. NotFoundError when it is not on this portal."""
    government = Government.objects.filter(code=code).first()
    if government is None:
        raise NotFoundError("这个平台上没有这个人民政府。请从首页选择。")
    return government


def scopes_of(agencies: Collection[Agency]) -> list[Scope]:
    """Return the scopes of several agencies, for the pages of their government."""
    on = today()
    packs = packs_for_agencies([agency.pk for agency in agencies], on)
    return [Scope(agency=agency, pack=packs.get(agency.pk), on=on) for agency in agencies]
