"""What is published leaves a proof that anybody can check without the product; nothing in it can be altered (R3)."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from heliograph.disclosure.actions import withdraw_publication
from heliograph.ledger.actions.running import anchor, open_logs
from heliograph.ledger.models import Tree
from heliograph.portal.tests.logs import Logs, make_logs
from heliograph.portal.tests.test_log import ASKING, WITNESS
from heliograph.portal.tests.town import LAW, House, build_town, item
from heliograph.registers.actions import Content, revise_entry
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


@pytest.fixture
def watched(house: House, settings: Settings, tmp_path: Path) -> Logs:
    """Logs whose public one a witness has to see; the process log has been anchored there."""
    logs = make_logs(tmp_path, settings, policy=ASKING)
    logs.run(house.later())
    anchor(open_logs(logs.place, at=house.later()), logs.place, at=house.later())
    logs.run(house.later())
    logs.publish_with(WITNESS, house.later())
    return logs


@pytest.fixture
def desk(house: House) -> Client:
    """A browser in which the agency's author has signed in with both factors."""
    TOTP.activate(house.author, generate_totp_secret())
    found = Client()
    found.force_login(house.author, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def exported(desk: Client, agency: str, entry: object, saved: Path) -> dict[str, bytes]:
    """Export the records of an entry on the desk; return the files of the zip."""
    given = desk.post(reverse("desk:record-export", args=[agency, "registers_entry", entry]))
    assert given.status_code == 200, given.content.decode()
    saved.write_bytes(given.content)
    with zipfile.ZipFile(saved) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_exported_chain_is_tied_to_the_log_that_the_witness_saw(
    client: Client, desk: Client, house: House, watched: Logs, tmp_path: Path
) -> None:
    policy = Reader(client, tmp_path / "saved").save("/log/policy.txt", "policy.txt")
    entry = house.agency.public_versions.filter(entry_number=1)[0].entry_id
    saved = tmp_path / "case.zip"

    files = exported(desk, house.agency.code, entry, saved)
    whole = verify("case", saved, "--policy", policy, lang="zh")
    revise_entry(entry, content=Content(item("查处拒报瞒报"), "增加"), actor=house.author, at=house.later())
    watched.run(house.later())
    exported(desk, house.agency.code, entry, saved)
    later = verify("case", saved, "--policy", policy, lang="zh")

    assert whole.code == 0, whole.text
    assert "见证达到策略要求：河口区检察院" in whole.text
    assert "尚未锚定" not in whole.text
    assert later.code == 0, later.text
    assert "晚于最近一次锚定，尚未锚定" in later.text
    for name, data in files.items():
        if name.startswith("anchors/"):
            assert _codes_of_forgeries(files, name, data, saved, policy) <= {1, 2}, name


def _codes_of_forgeries(files: dict[str, bytes], name: str, data: bytes, saved: Path, policy: Path) -> set[int]:
    """Flip a bit of a file here and there, and return what the verifier says of the zips.

    The log signs twice, so that a line of it that is now by a stranger is no loss; the witness in the last line is one.
    """
    codes = set()
    signatures, last = data.rfind(b"\n\n"), data.rfind(b"\n", 0, -1)
    for place in [*range(0, signatures % len(data), STEP), *range(last + 1, len(data), STEP)]:
        forged = bytearray(data)
        forged[place] ^= 1 << place % 7
        codes.add(verify("case", _zip_with(files | {name: bytes(forged)}, saved), "--policy", policy).code)
    return codes


def _zip_with(files: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
