"""The records of a row on the desk: who reads them, what they tell, their proofs, and that reading leaves a record."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.actions import Decision, decide_stage, submit_for_release
from heliograph.disclosure.models import PublicVersion, Release
from heliograph.kernel.canonical import parse_canonical
from heliograph.ledger.actions.running import Place
from heliograph.ledger.actions.succeeding import succeed_log
from heliograph.ledger.models import Record, RecordContent, Tree
from heliograph.registers.actions import (
    Content,
    close_account,
    confirm_erasure,
    request_erasure,
    revise_entry,
)
from heliograph.registers.models import Account, Agency, EntryVersion
from heliograph_verify.cli import main as verify
from tests.cast import ITEM, NOON, Office, grant, item, new_account
from tests.logs import Rounds

HERE = "/desk/sunny/records"


def of_entry(entry_id: UUID) -> str:
    return f"{HERE}/registers_entry/{entry_id}/"


def facts_of(kind: str) -> dict[str, object]:
    """Return the facts of the last record of a kind."""
    last = Record.objects.filter(kind=kind).order_by("-id")[0]
    said = parse_canonical(bytes(RecordContent.objects.get(record=last).manifest))
    facts: dict[str, object] = said["facts"]
    return facts


def test_history_tells_who_did_what_when_and_to_which_rows(
    browser: Browser, draft: EntryVersion, handler: Account
) -> None:
    page = browser(handler).get(of_entry(draft.entry_id))
    assert page.status_code == 200
    for words in (draft.title, "编制条目", "承办", "2026-11-20 12:00:00", "清单条目 1 条", "条目版本 1 条", "等待排序"):
        assert words in page.text


def test_opening_a_history_is_a_record_that_is_shown_on_request(
    browser: Browser, draft: EntryVersion, handler: Account, audit_admin: Account
) -> None:
    browser(handler).get(of_entry(draft.entry_id))
    read = Record.objects.get(kind="records.read")
    assert (read.actor_id, read.subject_id, read.agency_id) == (handler.pk, str(draft.entry_id), draft.agency_id)
    assert facts_of("records.read") == {"rows": 1}
    client = browser(audit_admin)
    assert "<b>查看存证记录</b>" not in client.get(of_entry(draft.entry_id)).text
    shown = client.get(f"{of_entry(draft.entry_id)}?reads=1").text
    assert shown.count("<b>查看存证记录</b>") == 2
    assert "条数：1" in shown
    assert client.head(of_entry(draft.entry_id)).status_code == 200
    assert Record.objects.filter(kind="records.read").count() == 3


def test_an_entry_shows_its_way_through_release_and_what_was_published(
    browser: Browser, published: PublicVersion, handler: Account
) -> None:
    page = browser(handler).get(of_entry(published.entry_id)).text
    for words in ("编制条目", "送审", "审批同意", "信息公开", "公开存证"):
        assert words in page
    assert page.count("<b>审批同意</b>") == 2


def test_pages_follow_one_another_by_key(browser: Browser, draft: EntryVersion, handler: Account) -> None:
    for number in range(35):
        revise_entry(draft.entry_id, content=Content({**ITEM, "name": f"第 {number} 稿"}, "改"), actor=handler, at=NOON)
    client = browser(handler)
    first = client.get(of_entry(draft.entry_id))
    assert first.text.count("<b>修改条目</b>") == 30
    second = client.get(f"{of_entry(draft.entry_id)}?before={first.context['next']}")
    assert second.text.count("<b>修改条目</b>") == 5
    assert second.text.count("<b>编制条目</b>") == 1
    assert second.context["next"] is None
    assert client.get(f"{of_entry(draft.entry_id)}?before=nonsense").status_code == 404


def test_number_of_queries_does_not_grow_with_the_page(
    browser: Browser, draft: EntryVersion, handler: Account, django_assert_max_num_queries: object
) -> None:
    for number in range(25):
        revise_entry(draft.entry_id, content=Content({**ITEM, "name": f"第 {number} 稿"}, "改"), actor=handler, at=NOON)
    client = browser(handler)
    client.get(of_entry(draft.entry_id))
    with django_assert_max_num_queries(45):  # type: ignore[operator]
        client.get(of_entry(draft.entry_id))


def test_proof_waits_for_the_log_and_verifies_outside(
    browser: Browser, draft: EntryVersion, handler: Account, sequence_all: Rounds, tmp_path: Path
) -> None:
    record = Record.objects.get(kind="entry.drafted", subject_id=str(draft.entry_id))
    where = f"{of_entry(draft.entry_id)}{record.pk}/proof/"
    client = browser(handler)
    early = client.get(where)
    assert early.status_code == 409
    assert "请稍候几秒再下载证明" in early.text
    sequence_all()
    given = client.get(where)
    assert given.status_code == 200
    assert given["Content-Disposition"] == f'attachment; filename="{record.pk}.tlog-proof"'
    saved = tmp_path / "one.tlog-proof"
    saved.write_bytes(given.content)
    assert verify(["proof", str(saved)]) == 0
    assert facts_of("proof.exported") == {"record": str(record.pk), "rows": 1}
    assert "下载证明" in client.get(of_entry(draft.entry_id)).text


def test_damaged_log_gives_no_proof_but_an_answer(
    browser: Browser, draft: EntryVersion, handler: Account, sequence_all: Rounds, tmp_path: Path
) -> None:
    sequence_all()
    record = Record.objects.get(kind="entry.drafted", subject_id=str(draft.entry_id))
    for tile in (tmp_path / "ledger").rglob("tile"):
        tile.rename(tile.with_name("gone"))
    client = browser(handler)
    answer = client.get(f"{of_entry(draft.entry_id)}{record.pk}/proof/")
    assert answer.status_code == 409
    assert "日志文件不完整" in answer.text
    assert client.post(f"{of_entry(draft.entry_id)}export/").status_code == 409


def exported(client: Client, entry_id: UUID, saved: Path) -> list[str]:
    """Take the chain out, keep it and return the names in it."""
    given = client.post(f"{of_entry(entry_id)}export/")
    assert given.status_code == 200, given.text
    saved.write_bytes(given.content)
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        return archive.namelist()


def test_exported_chain_verifies_also_after_an_erasure(
    browser: Browser,
    agency: Agency,
    draft: EntryVersion,
    handler: Account,
    legality_reviewer: Account,
    head: Account,
    sequence_all: Rounds,
    tmp_path: Path,
) -> None:
    for number in range(3):
        revise_entry(draft.entry_id, content=Content({**ITEM, "name": f"第 {number} 稿"}, "改"), actor=handler, at=NOON)
    client, saved = browser(handler), tmp_path / "case.zip"
    early = client.post(f"{of_entry(draft.entry_id)}export/")
    assert early.status_code == 409
    assert "请稍候几秒再导出" in early.text
    assert "存证记录：" in early.text
    sequence_all()
    names = exported(client, draft.entry_id, saved)
    proofs = [f"records/{number:06d}.tlog-proof" for number in range(1, 5)]
    assert names == ["README.txt", "policy.txt", "checkpoint", *proofs]
    assert verify(["case", str(saved)]) == 0
    assert facts_of("records.exported") == {"rows": 4}
    middle = Record.objects.get(subject_id=str(draft.entry_id), number=2)
    asked = request_erasure(
        middle.pk, agency_id=agency.pk, ground="保存期限已满", basis="个人信息保护法@2021:47", actor=legality_reviewer,
        at=NOON,
    )  # fmt: skip
    confirm_erasure(asked.pk, agency_id=agency.pk, actor=head, at=NOON)
    sequence_all()
    assert len(exported(client, draft.entry_id, saved)) == 3 + 5  # the export is the fifth record
    assert verify(["case", str(saved), "--policy", str(_policy_in(saved, tmp_path))]) == 0
    shown = client.get(of_entry(draft.entry_id)).text
    assert "内容已依法删除" in shown
    assert "保存期限已满（《个人信息保护法》（2021）第四十七条）" in shown
    proof = client.get(f"{of_entry(draft.entry_id)}{middle.pk}/proof/")
    single = tmp_path / "erased.tlog-proof"
    single.write_bytes(proof.content)
    assert verify(["proof", str(single)]) == 0


def _policy_in(saved: Path, directory: Path) -> Path:
    with zipfile.ZipFile(saved) as archive:
        return Path(archive.extract("policy.txt", directory))


def test_chain_goes_on_in_the_next_log(
    browser: Browser,
    draft: EntryVersion,
    handler: Account,
    log_place: Place,
    sequence_all: Rounds,
    tmp_path: Path,
) -> None:
    sequence_all()
    succeed_log(Tree.PROCESS, log_place, reason="新年度", at=NOON)
    revise_entry(draft.entry_id, content=Content({**ITEM, "name": "次年的稿"}, "改"), actor=handler, at=NOON)
    sequence_all()
    saved = tmp_path / "case.zip"
    assert len(exported(browser(handler), draft.entry_id, saved)) == 3 + 2
    assert verify(["case", str(saved)]) == 0


def test_tampered_export_is_found(
    browser: Browser, draft: EntryVersion, handler: Account, sequence_all: Rounds, tmp_path: Path
) -> None:
    sequence_all()
    saved = tmp_path / "case.zip"
    exported(browser(handler), draft.entry_id, saved)
    again = tmp_path / "forged.zip"
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(again, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"index ", b"index 1") if name.startswith("records/") else data)
    assert verify(["case", str(again)]) == 1


def test_another_agency_reads_nothing_and_other_rows_are_not_found(
    browser: Browser, agency: Agency, draft: EntryVersion, handler: Account, outsider: Account
) -> None:
    assert browser(outsider).get(of_entry(draft.entry_id)).status_code == 404
    moved = of_entry(draft.entry_id).replace("sunny", "cloudy")
    assert browser(outsider).get(moved).status_code == 404
    client = browser(handler)
    other = item(agency, handler, name="另一事项")
    strange = Record.objects.get(kind="entry.drafted", subject_id=str(other.entry_id))
    assert client.get(f"{of_entry(draft.entry_id)}{strange.pk}/proof/").status_code == 404
    assert client.get(f"{HERE}/django_session/{draft.entry_id}/").status_code == 404
    assert client.get(f"{HERE}/registers_entry/{other.pk}/").status_code == 404


def test_accounts_are_for_the_security_and_the_audit_administrator(
    browser: Browser, handler: Account, head: Account, security_admin: Account, audit_admin: Account
) -> None:
    where = f"{HERE}/registers_account/{handler.pk}/"
    for reader in (security_admin, audit_admin):
        page = browser(reader).get(where)
        assert page.status_code == 200
        assert "建立账户" in page.text
        assert "授予角色" in page.text
    for other in (handler, head):
        assert browser(other).get(where).status_code == 403
    assert Record.objects.filter(kind="records.read").count() == 2
    assert browser(security_admin).get(of_entry(handler.pk)).status_code == 403


def test_account_that_another_agency_wrote_to_is_not_exported_whole(
    browser: Browser, office: Office, next_door: Office, handler: Account, sequence_all: Rounds
) -> None:
    grant(next_door, handler, "handler")
    theirs = f"/desk/cloudy/records/registers_account/{handler.pk}/"
    where = f"{HERE}/registers_account/{handler.pk}/"
    client = browser(office.security_admin)
    assert browser(next_door.security_admin).get(theirs).status_code == 200
    sequence_all()
    refused = client.post(f"{where}export/")
    assert refused.status_code == 409
    assert "其他机关的记录" in refused.text
    assert "晴川县邻局" not in client.get(f"{where}?reads=1").text
    assert "cloudy-安全" not in client.get(f"{where}?reads=1").text


def test_supervisor_reads_what_was_decided_and_nothing_in_the_making(
    browser: Browser, agency: Agency, published: PublicVersion, handler: Account, supervisor: Account
) -> None:
    revise_entry(published.entry_id, content=Content({**ITEM, "name": "未公开的名称"}, "改"), actor=handler, at=NOON)
    submit_for_release(EntryVersion.objects.latest("created_at", "number").pk, actor=handler, at=NOON)
    client = browser(supervisor)
    page = client.get(f"{of_entry(published.entry_id)}?reads=1").text
    assert published.title in page
    assert "信息公开" in page
    assert page.count("<b>送审</b>") == 1
    for hidden in ("未公开的名称", "修改条目", "编制条目", "<b>查看存证记录</b>"):
        assert hidden not in page
    secret = item(agency, handler, name="没有公开的事项")
    assert client.get(of_entry(secret.entry_id)).status_code == 404
    assert client.post(f"{of_entry(published.entry_id)}export/").status_code == 403
    release = Release.objects.get(version=published.version)
    assert client.get(f"{HERE}/disclosure_release/{release.pk}/").status_code == 404


def test_release_unit_and_person_have_histories(
    browser: Browser, handed_in: Release, handler: Account, legality_reviewer: Account
) -> None:
    client = browser(legality_reviewer)
    decision = Decision("legal_review", passed=False, opinion="依据不足")
    decide_stage(handed_in.pk, decision=decision, actor=legality_reviewer, at=NOON)
    page = client.get(f"{HERE}/disclosure_release/{handed_in.pk}/").text
    assert "送审" in page
    assert "审批退回" in page
    assert "登记人员" in client.get(f"{HERE}/registers_person/{handler.person_id}/").text
    assert f"{HERE}/disclosure_release/{handed_in.pk}/" in client.get(f"/desk/sunny/releases/{handed_in.pk}/").text


def test_register_that_is_taken_out_is_a_record(browser: Browser, draft: EntryVersion, handler: Account) -> None:
    client = browser(handler)
    for form in ("xlsx", "csv", "json"):
        assert client.get(f"/desk/sunny/registers/items/export/{form}/").status_code == 200
        assert facts_of("entries.exported") == {"register": "items", "format": form, "rows": 1}
    assert client.head("/desk/sunny/registers/items/export/csv/").status_code == 200
    assert client.get("/desk/sunny/registers/items/export/pdf/").status_code == 404
    assert Record.objects.filter(kind="entries.exported", actor_id=handler.pk).count() == 3
    shown = client.get(f"{HERE}/registers_agency/{draft.agency_id}/?reads=1").text
    assert "导出清单" in shown
    assert "格式：csv" in shown


@pytest.fixture
def record(draft: EntryVersion) -> Record:
    return Record.objects.get(kind="entry.drafted", subject_id=str(draft.entry_id))


def test_erasure_is_asked_for_and_decided_on_its_pages(
    browser: Browser, record: Record, draft: EntryVersion, legality_reviewer: Account, head: Account, handler: Account
) -> None:
    legal, chief = browser(legality_reviewer), browser(head)
    where = f"{of_entry(draft.entry_id)}{record.pk}/erase/"
    assert where in legal.get(of_entry(draft.entry_id)).text
    assert where not in chief.get(of_entry(draft.entry_id)).text
    assert chief.get(where).status_code == 403
    sent = {"ground": "当事人撤回同意", "basis": "个人信息保护法@2021:47"}
    assert legal.post(where, {**sent, "ground": ""}).status_code == 422
    vague = legal.post(where, {**sent, "basis": "按规定"})
    assert vague.status_code == 409
    assert "当事人撤回同意" in vague.text
    assert legal.post(where, sent).status_code == 302
    assert "删除待审批" in legal.get(of_entry(draft.entry_id)).text
    assert legal.post(where, sent).status_code == 409
    listed = chief.get("/desk/sunny/erasures/")
    assert "当事人撤回同意" in listed.text
    address = f"/desk/sunny/erasures/{listed.context['pending'][0]['request'].pk}/"
    assert legal.post(address, {"decision": "confirm"}).status_code == 403
    assert browser(handler).get("/desk/sunny/erasures/").status_code == 403
    unfounded = chief.post(address, {"decision": "refuse", "reason": ""})
    assert unfounded.status_code == 409
    assert "不同意删除须写明理由" in unfounded.text
    assert chief.post(address, {"decision": "confirm"}).status_code == 302
    assert chief.post(address, {"decision": "confirm"}).status_code == 409
    assert "内容已依法删除" in chief.get(of_entry(draft.entry_id)).text
    assert "已删除" in chief.get("/desk/sunny/erasures/").text
    assert not RecordContent.objects.filter(record=record).exists()


def test_actor_whose_account_was_closed_is_still_named(
    office: Office, browser: Browser, agency: Agency, draft: EntryVersion, handler: Account
) -> None:
    close_account(handler.pk, agency_id=agency.pk, actor=office.security_admin, at=NOON)
    reader = grant(office, new_account("档案", "case", agency), "archivist")
    assert '<td data-label="行为人">承办</td>' in browser(reader).get(of_entry(draft.entry_id)).text
