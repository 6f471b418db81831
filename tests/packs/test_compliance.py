"""Every clause of every agency's document is in its table, and points to what is really there."""

from __future__ import annotations

from pathlib import Path

import pytest

from heliograph.kernel.packs.load import available, load_pack, shipped
from heliograph.kernel.packs.schema import Pack
from heliograph.regimes.compliance import compliance_table

AGENCIES = ["jinghai-tjj", "luozhuang-tjj", "rizhao-rsj", "wenshang-gxj", "xinglongtai-mzj"]
EXPECTED = Path(__file__).parent / "clauses_expected"


def pack_of(agency: str) -> Pack:
    return load_pack(shipped(), [name for name in available(shipped()) if name.startswith(f"{agency}@")][-1])


def test_the_five_agencies_and_no_others_have_a_list_of_clauses() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*.txt")) == AGENCIES
    assert (
        sorted({pack.pack for name in available(shipped()) if (pack := load_pack(shipped(), name)).agency}) == AGENCIES
    )


@pytest.mark.parametrize("agency", AGENCIES)
def test_no_clause_of_the_document_is_skipped(agency: str) -> None:
    expected = [line.strip() for line in (EXPECTED / f"{agency}.txt").read_text("utf-8").splitlines() if line.strip()]
    assert len(expected) == len(set(expected)) > 0
    found = [clause.id for clause in pack_of(agency).clauses]
    assert set(expected) - set(found) == set(), "clauses of the document that the pack does not have"
    assert set(found) - set(expected) == set(), "clauses of the pack that the document does not have"


@pytest.mark.parametrize("agency", AGENCIES)
def test_no_clause_points_to_nothing(agency: str) -> None:
    broken = [
        f"{row.clause_id} → {target.kind}:{target.name}"
        for row in compliance_table(pack_of(agency))
        for target in row.broken
    ]
    assert broken == []


@pytest.mark.parametrize("agency", AGENCIES)
def test_what_is_not_served_says_why_and_what_is_served_says_by_what(agency: str) -> None:
    for row in compliance_table(pack_of(agency)):
        if row.state in {"served", "partly"}:
            assert row.targets, row.clause_id
        if row.state != "served":
            assert row.reason, row.clause_id
        if row.state != "asks_nothing":
            assert row.requirements, row.clause_id


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_page_and_act_of_the_table_is_called_by_a_chinese_name(agency: str) -> None:
    named = [target for row in compliance_table(pack_of(agency)) for target in row.targets]
    assert [target.name for target in named if target.label == target.name] == []
