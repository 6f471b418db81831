"""What the script of the demonstration says of its cases, before anything is loaded."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from heliograph.config import demo
from heliograph.config.demo_script import AgencyScript, CaseLine
from heliograph.kernel.packs.compiling import definition_of
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import Pack

FIRST, LAST = date(2026, 11, 3), date(2026, 11, 20)
CASES = [(agency, line) for agency in demo.AGENCIES for line in demo.read_script(agency).cases]
NAMES = [f"{agency}: {line.title}" for agency, line in CASES]


@cache
def pack_of(agency: str) -> Pack:
    return load_pack(shipped(), f"{agency}@{demo.PACK_VERSION}")


@pytest.mark.parametrize(("agency", "line"), CASES, ids=NAMES)
def test_a_case_waits_at_a_task_of_its_procedure(agency: str, line: CaseLine) -> None:
    pack = pack_of(agency)
    procedure = pack.rule("procedures", line.procedure)
    assert line.category in procedure.categories
    places = {place.rpartition("/")[2] for place in definition_of(pack.rules, line.procedure).nodes}
    assert not line.waits_at or line.waits_at in places


@pytest.mark.parametrize(("agency", "line"), CASES, ids=NAMES)
def test_a_case_is_invented_and_rests_on_articles_that_are_known(agency: str, line: CaseLine) -> None:
    laws = {f"{law.key}:{article}" for law in demo.read_laws() for article in law.articles}
    assert {*line.violated, *line.applied} <= laws | pack_of(agency).article_keys()
    assert "虚构" in line.party.name
    assert FIRST <= line.begins <= LAST


@pytest.mark.parametrize("agency", demo.AGENCIES)
def test_inspected_items_are_those_of_the_agencys_own_register(agency: str) -> None:
    script: AgencyScript = demo.read_script(agency)
    published = {str(line.data.get("name")) for line in script.entries if line.ends == "public"}
    assert {item for line in script.cases for item in line.items} <= published
