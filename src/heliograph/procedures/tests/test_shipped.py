"""Every procedure that is shipped can be released as it is, in every agency."""

from __future__ import annotations

import pytest

from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.procedures.actions.releasing import content_of
from heliograph.procedures.bundles import Compiled, digest_of, from_bytes
from heliograph.procedures.gates import faults_of
from heliograph.registers.models import Unit
from heliograph.registers.permissions import CASE_ROLES

PACKS = sorted(
    f"{pack.name}@{version.name}"
    for pack in shipped().iterdir()
    if pack.is_dir() and not pack.name.startswith("__")
    for version in pack.iterdir()
)


@pytest.mark.parametrize("name", PACKS)
def test_every_procedure_of_a_pack_passes_every_gate(name: str) -> None:
    pack = load_pack(shipped(), name)
    begun = [one.id for one in pack.rules.procedures if one.kind != "called"]
    assert "penalty_ordinary" in begun
    for procedure in begun:
        bundle = content_of(pack, procedure).bundle
        assert faults_of(bundle, roles={role.value for role in CASE_ROLES}, units=set(Unit.Function.values)) == ()
        data = bundle.to_bytes()
        assert digest_of(from_bytes(data).to_bytes()) == digest_of(data)
        markings = Compiled(bundle).proof.markings
        assert frozenset() in markings
        assert len(markings) < 1_000
