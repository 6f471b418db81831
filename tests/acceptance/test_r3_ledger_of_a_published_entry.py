"""What is published leaves a proof that anybody can check without the product; nothing in it can be altered (R3)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from heliograph.disclosure.actions import withdraw_publication
from heliograph.ledger.actions.running import anchor, open_logs
from heliograph.ledger.models import Tree
from heliograph.portal.tests.logs import Logs, make_logs
from heliograph.portal.tests.town import LAW, House, build_town, item
from tests.vectors.verifying import Answer, verify

STEP = 97  # every so many bytes one is flipped, each time another bit of it


@dataclass
class Reader:
    """A citizen with a folder for what is downloaded."""

    client: Client
    folder: Path

    def save(self, address: str, name: str) -> Path:
        """Download a file."""
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(answer.content)
        return self.folder / name

    def check(self, proof: Path, *more: str | Path) -> Answer:
        """Run the cold verifier with the policy that was saved."""
        return verify("proof", proof, "--policy", self.folder / "policy.txt", *more, lang="zh")


@pytest.fixture
def logs(settings: Settings, tmp_path: Path) -> Logs:
    """An installation's logs, which ask for no witness."""
    return make_logs(tmp_path, settings)


@pytest.fixture
def house(db: None, tmp_path: Path) -> House:
    """An agency that published an item in two versions, and another item."""
    found = build_town(tmp_path).statistics
    first = found.publish("items", item("查处虚报"))
    found.revise(first, item("查处虚报瞒报"), "增加瞒报")
    found.publish("items", item("查处拒报"))
    return found


@pytest.fixture
def reader(client: Client, house: House, logs: Logs, tmp_path: Path) -> Reader:
    """Somebody who saved the keys."""
    logs.run(house.later())
    found = Reader(client, tmp_path / "saved")
    found.save("/log/policy.txt", "policy.txt")
    return found


def test_downloaded_proof_holds_and_no_byte_of_it_can_be_changed(reader: Reader) -> None:
    proof = reader.save("/a/qinghe-tjj/items/1/v2/proof/published.tlog-proof", "v2.tlog-proof")
    answer = reader.check(proof)
    assert answer.code == 0, answer.text
    assert "记录内容与日志条目一致" in answer.text
    data = proof.read_bytes()
    signatures = data.rindex(b"\n\n")
    for place in range(0, len(data), STEP):
        forged = bytearray(data)
        forged[place] ^= 1 << place % 7
        proof.write_bytes(bytes(forged))
        flipped = reader.check(proof)
        # A signature line under another name or key ID is by a stranger, and passed over: the other line has to hold.
        passed_over = place > signatures and "由日志签名" in flipped.text
        assert flipped.code in {1, 2} or passed_over, f"byte {place}"


def test_whole_public_log_is_derived_anew_from_what_is_served(reader: Reader, house: House, logs: Logs) -> None:
    open_now = open_logs(logs.place, at=house.later())
    anchor(open_now, logs.place, at=house.later())
    log = logs.run(house.later())[Tree.PUBLIC]
    for path in ("checkpoint", f"tile/0/000.p/{log.size}", f"tile/entries/000.p/{log.size}"):
        reader.save(f"/log/public/{log.shard}/{path}", f"log/{path}")
    answer = verify("log", reader.folder / "log", "--policy", reader.folder / "policy.txt", lang="zh")
    assert answer.code == 0, answer.text


def test_withdrawal_leaves_its_own_proof_and_the_saved_copy_learns_of_it(
    reader: Reader, house: House, logs: Logs
) -> None:
    saved = reader.save("/a/qinghe-tjj/items/2/v1/proof/published.tlog-proof", "kept.tlog-proof")
    public = house.agency.public_versions.get(entry_number=2)
    withdraw_publication(public.pk, reason="依据有误", basis=f"{LAW}:24", actor=house.approver, at=house.later())
    log = logs.run(house.later())[Tree.PUBLIC]
    assert reader.client.get("/a/qinghe-tjj/items/2/v1/proof/published.tlog-proof").status_code == 404
    gone = reader.save("/a/qinghe-tjj/items/2/v1/proof/withdrawn.tlog-proof", "gone.tlog-proof")
    assert "拒报" not in gone.read_text("utf-8")
    assert reader.check(gone).code == 0
    for path in ("checkpoint", f"tile/0/000.p/{log.size}", f"tile/entries/000.p/{log.size}"):
        reader.save(f"/log/public/{log.shard}/{path}", f"log/{path}")
    answer = reader.check(saved, "--log", reader.folder / "log")
    assert answer.code == 0, answer.text
    assert "entry.withdrawn" in answer.text or "撤" in answer.text
