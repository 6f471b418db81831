"""The packs that come with the product: without faults, with parents, and cited to the article."""

from __future__ import annotations

import pytest

from heliograph.kernel.packs.load import available, check_packs, load_pack, load_requirements, shipped
from heliograph.kernel.packs.schema import Sections
from heliograph.kernel.workdays import parse_calendar_csv

GROUPS = {"D": 29, "R": 15, "L": 10, "I": 3, "S": 24, "C": 18}
LEVELS = {"cn-national", "shandong", "liaoning", "tianjin"}


def test_no_pack_has_a_fault() -> None:
    assert [str(fault) for fault in check_packs(shipped())] == []


def test_the_nation_three_provinces_and_five_agencies_are_there() -> None:
    packs = {name.partition("@")[0] for name in available(shipped())}
    assert packs >= LEVELS
    assert len(packs - LEVELS) == 5


def test_every_requirement_has_a_title_in_both_languages() -> None:
    titles = load_requirements(shipped())
    assert list(titles) == [f"{group}{number}" for group, last in GROUPS.items() for number in range(1, last + 1)]
    assert all(title.zh and title.en.isascii() for title in titles.values())


@pytest.mark.parametrize("name", available(shipped()))
def test_every_rule_rests_on_something_and_says_where_it_came_from(name: str) -> None:
    pack = load_pack(shipped(), name)
    rules = [(section, rule) for section in Sections.model_fields for rule in getattr(pack.rules, section)]
    assert {f"{section}/{rule.id}" for section, rule in rules} == pack.origins.keys()
    assert set(pack.origins.values()) <= set(pack.lineage)
    assert all(rule.basis for _, rule in rules)


@pytest.mark.parametrize("name", available(shipped()))
def test_what_was_not_read_in_the_text_says_where_it_was_read(name: str) -> None:
    pack = load_pack(shipped(), name)
    rules = [rule for section in Sections.model_fields for rule in getattr(pack.rules, section)]
    assert [rule.id for rule in rules if rule.verified == "secondary" and not rule.read] == []


def test_the_shipped_calendar_has_no_faults() -> None:
    text = shipped().joinpath("cn-national", "2026.11", "calendar.csv").read_text("utf-8")
    rows, faults = parse_calendar_csv(text)
    assert faults == []
    assert {row.day.year for row in rows} == set(range(2017, 2027))


AGENCIES = [name for name in available(shipped()) if load_pack(shipped(), name).kind == "agency"]
D4 = {"name", "nature", "funding", "staffing", "body_type", "duties", "legal_representative", "address", "phone"}


@pytest.mark.parametrize("name", available(shipped()))
def test_notes_on_checking_are_nowhere_public(name: str) -> None:
    registers = load_pack(shipped(), name).rules.registers
    assert [one.id for one in registers for field in one.fields if field.id == "verified_note" and field.public] == []


@pytest.mark.parametrize("name", AGENCIES)
def test_bodies_have_room_for_everything_the_public_may_ask_of_a_body(name: str) -> None:
    assert {field.id for field in load_pack(shipped(), name).register("bodies").fields} >= D4


@pytest.mark.parametrize("name", AGENCIES)
def test_bounds_of_benchmarks_are_numbers_with_a_unit(name: str) -> None:
    kinds = {field.id: field.type for field in load_pack(shipped(), name).register("benchmarks").fields}
    assert (kinds["min"], kinds["max"]) == ("number", "number")
    assert "unit" in kinds


@pytest.mark.parametrize("name", AGENCIES)
def test_units_that_compile_are_those_of_the_sources_own_words(name: str) -> None:
    for register in load_pack(shipped(), name).rules.registers:
        assert all(unit in register.compiled_by for unit in register.compiled_by_units), register.id


@pytest.mark.parametrize("name", AGENCIES)
def test_the_reminder_before_a_limit_is_said_to_be_ours_and_not_the_law(name: str) -> None:
    alarm = load_pack(shipped(), name).rule("provisions", "alarm_before")
    assert (alarm.value, alarm.unit, alarm.verified) == (3, "个工作日", "unverified")
    assert "不是法律规定" in alarm.note
