"""The dossier of a case: built, checked when it closes, completed later, taken out, handed over, received."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bagit
import pytest
from pypdf import PdfReader, PdfWriter

from heliograph.dossiers import actions
from heliograph.dossiers.actions import binding
from heliograph.dossiers.actions.closing import archive_case
from heliograph.dossiers.bag import pack_bag
from heliograph.dossiers.bound_pdf import bind_pdf, marked
from heliograph.dossiers.models import Case, Deposit, Paper, PaperScan
from heliograph.dossiers.tests.bureau import PROOF, Bureau, found_bureau, opened, papers, step_of
from heliograph.dossiers.tests.doing import refused, told
from heliograph.dossiers.tests.retrieving import granted, opened_at_once
from heliograph.dossiers.tests.stages import ORDINARY
from heliograph.dossiers.volume_reading import catalogue_sha256, deposit_of, lacking, pages_in, volumes_of
from heliograph.ledger.models import Record
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.files import FileRefusedError
from heliograph.registers.models import Account
from heliograph.registers.storage import storage

pytestmark = pytest.mark.django_db
REPORT = "调查终结报告"


def pdf(pages: int, *, password: str = "") -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    for number in range(pages):
        writer.add_blank_page(width=595 if number else 842, height=842 if number else 595)
    if password:
        writer.encrypt(password)
    writer.write(made)
    return made.getvalue()


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def lacking_report(bureau: Bureau) -> Case:
    """A case to be closed whose report was registered without its file."""
    case = opened(bureau)
    for stage in ORDINARY:
        if stage.act == "close_case":
            break
        bureau.scan = None if stage.act == "conclude_investigation" else bureau.files[case.pk]
        stage.do(bureau, case)
    case.refresh_from_db()
    return case


def close(bureau: Bureau, case: Case, missing_reason: str = "") -> object:
    return actions.close_case(case.pk, step_of(case, "close_case"), outcome="执行完毕", opinion="同意",
                              missing_reason=missing_reason, corrected_on=bureau.today, corrected_how="已改正",
                              papers=papers(bureau, "结案审批表"), actor=bureau["leader_in_charge"],
                              at=bureau.later())  # fmt: skip


def archive(bureau: Bureau, case: Case, reason: str = "") -> object:
    return archive_case(case.pk, step_of(case, "archive_case"), note="一案一卷", missing_reason=reason,
                        actor=bureau["handler"], at=bureau.later())  # fmt: skip


@pytest.fixture
def archived(bureau: Bureau) -> Case:
    case = lacking_report(bureau)
    close(bureau, case, missing_reason="报告在打印")
    archive(bureau, case, "报告在打印")
    case.refresh_from_db()
    return case


def add(bureau: Bureau, case: Case, by: Account, content: bytes = b"", reason: str = "补签后上传") -> PaperScan:
    paper = Paper.objects.get(case=case, kind=REPORT)
    return binding.add_scan(case.pk, paper.pk, name="报告.pdf", content=content or pdf(3), reason=reason, actor=by,
                            at=bureau.later())  # fmt: skip


def test_a_case_is_not_closed_or_filed_with_something_missing_unless_a_reason_is_given(bureau: Bureau) -> None:
    case = lacking_report(bureau)
    [piece] = lacking(case, pack_in_force(case.agency_id, case.opened_on))
    assert (piece.document, piece.lack, piece.required) == (REPORT, "没有上传文件", False)
    assert piece.step
    assert piece.basis
    assert refused(lambda: close(bureau, case)) == "dossier.incomplete"
    close(bureau, case, missing_reason="报告在打印")
    assert "缺少 1 件文件（调查终结报告），理由：报告在打印" in case.events.get(kind="case.closed").text
    assert refused(lambda: archive(bureau, case)) == "dossier.incomplete"
    add(bureau, case, bureau["handler"])
    archive(bureau, case)
    case.refresh_from_db()
    assert case.archive_number == "晴测案卷〔2026〕1号"


def test_the_catalogue_is_built_and_never_registered_by_hand(bureau: Bureau, archived: Case) -> None:
    catalogue = Paper.objects.get(case=archived, kind="卷内目录")
    assert (catalogue.file_id, catalogue.made_on) == (None, bureau.today)
    main, side = volumes_of(archived, pack_in_force(archived.agency_id, archived.opened_on))
    titles = [line.item.title for line in main.lines]
    assert titles.index("立案审批表") < titles.index("行政处罚决定书") < titles.index("送达回证")
    assert titles.index("送达回证") < titles.index("行政处罚事先告知书") < titles.index("书证：报表")
    assert "卷内目录" not in titles
    assert REPORT in [line.item.title for line in side.lines]


def test_a_missing_file_is_added_later_once_and_only_by_the_officers(bureau: Bureau, archived: Case) -> None:
    assert refused(lambda: add(bureau, archived, bureau["archivist"])) == "role.missing"
    other = bureau["handler"]
    with pytest.raises(FileRefusedError):
        add(bureau, archived, other, b"GIF89a")
    assert refused(lambda: add(bureau, archived, other, reason=" ")) == "text.no_reason"
    scan = add(bureau, archived, bureau["co_handler"])
    assert refused(lambda: add(bureau, archived, other)) == "scan.twice"
    assert Paper.objects.get(pk=scan.paper_id).file_id is None
    assert told(archived)[-1] == "case.scan_added"
    assert Record.objects.filter(kind="case.scan_added", subject_id=str(archived.pk)).count() == 1
    pack = pack_in_force(archived.agency_id, archived.opened_on)
    assert lacking(archived, pack) == []
    [line] = [line for line in volumes_of(archived, pack)[1].lines if line.item.title == REPORT]
    assert (line.pages, line.note) == ("1—3", f"{bureau.today.isoformat()} 补传")


def test_a_file_of_another_case_is_not_reached(bureau: Bureau, archived: Case) -> None:
    paper = Paper.objects.get(case=archived, kind=REPORT)
    other = opened(bureau)
    with pytest.raises(Paper.DoesNotExist):
        binding.add_scan(other.pk, paper.pk, name="a.pdf", content=pdf(1), reason="补", actor=bureau["handler"],
                         at=bureau.later())  # fmt: skip


def hand(bureau: Bureau, case: Case, by: str = "handler") -> Deposit:
    return binding.hand_over_dossier(case.pk, keeper="局办公室", note="", actor=bureau[by], at=bureau.later())


def receive(
    bureau: Bureau, deposit: Deposit, by: str = "archivist", *, accepted: bool = True, remark: str = ""
) -> object:
    return binding.receive_dossier(deposit.case_id, deposit.pk, accepted=accepted, remark=remark, actor=bureau[by],
                                   at=bureau.later())  # fmt: skip


def test_the_dossier_is_handed_over_sent_back_and_received(bureau: Bureau, archived: Case) -> None:
    assert refused(lambda: hand(bureau, archived, "archivist")) == "role.missing"
    first = hand(bureau, archived)
    assert refused(lambda: hand(bureau, archived)) == "deposit.twice"
    assert refused(lambda: receive(bureau, first, "handler")) == "role.missing"
    assert refused(lambda: receive(bureau, first, accepted=False)) == "deposit.reason"
    receive(bureau, first, accepted=False, remark="缺报告")
    assert refused(lambda: receive(bureau, first)) == "deposit.done"
    add(bureau, archived, bureau["handler"])
    second = hand(bureau, archived)
    assert second.catalogue_sha256 != first.catalogue_sha256
    assert second.pages == first.pages + 3
    receive(bureau, second)
    latest = deposit_of(archived)
    assert latest is not None
    assert (latest.state, latest.received_by) == ("received", bureau["archivist"])
    assert refused(lambda: hand(bureau, archived)) == "deposit.twice"
    kinds = [kind for kind in told(archived) if kind.startswith("case.dossier")]
    assert kinds == ["case.dossier_handed", "case.dossier_returned", "case.dossier_handed", "case.dossier_received"]


def test_the_dossier_is_not_handed_over_before_it_is_filed(bureau: Bureau) -> None:
    assert refused(lambda: hand(bureau, opened(bureau))) == "deposit.state"


def test_exports_are_for_officers_legal_office_and_archivist_and_recorded(bureau: Bureau, archived: Case) -> None:
    def note(by: str) -> Callable[[], object]:
        return lambda: binding.note_export(
            archived.pk, form="pdf", sha256="0" * 64, actor=bureau[by], at=bureau.later()
        )

    opened_at_once(bureau, archived)
    for role in ("handler", "co_handler", "legality_reviewer", "archivist"):
        if role != "legality_reviewer":
            granted(bureau, archived, bureau[role])
        note(role)()
    for role in ("leader_in_charge", "head", "unit_head"):
        assert refused(note(role)) == "role.missing"
    assert Record.objects.filter(kind="case.dossier_exported", subject_id=str(archived.pk)).count() == 4


def test_pages_are_counted_from_the_files(bureau: Bureau) -> None:
    assert [pages_in(storage().put(content), "application/pdf") for content in (
        pdf(3), pdf(1, password="x"), PROOF, b"%PDF-1.7\n" + b"\xff" * 999,
    )] == [3, None, None, None]  # fmt: skip
    assert pages_in("0" * 64, "image/png") == 1
    assert pages_in("1" * 64, "application/pdf") is None


def test_the_dossier_is_one_pdf_with_bookmarks_numbers_and_watermark(bureau: Bureau, archived: Case) -> None:
    add(bureau, archived, bureau["handler"])
    pack = pack_in_force(archived.agency_id, archived.opened_on)
    made, volumes = io.BytesIO(), volumes_of(archived, pack)
    mark = marked("承办甲", bureau.now)
    bind_pdf(archived, pack, volumes, [], mark=mark, on=bureau.today, into=made)
    reader = PdfReader(made)
    texts = [page.extract_text() for page in reader.pages]
    assert all("承办甲" in text for text in texts)
    assert "晴测案卷" in texts[0]
    assert any("SHA-256" in text and "无法并入" in text for text in texts)
    names = [one.title for one in flat(reader.outline)]
    assert [name for name in names if name in {"正卷", "副卷", "卷内备考表"}] == [
        "正卷",
        "卷内备考表",
        "副卷",
        "卷内备考表",
    ]
    assert any(name.endswith(REPORT) for name in names)


def flat(outline: list) -> list:  # type: ignore[type-arg]
    return [one for part in outline for one in (flat(part) if isinstance(part, list) else [part])]


def test_the_package_is_valid_bagit(bureau: Bureau, archived: Case, tmp_path: Path) -> None:
    pack = pack_in_force(archived.agency_id, archived.opened_on)
    made, volumes = io.BytesIO(), volumes_of(archived, pack)
    pack_bag(archived, volumes, lacking(archived, pack), proofs=b"PK", on=bureau.today, into=made)
    with zipfile.ZipFile(made) as archive:
        archive.extractall(tmp_path)
    bag = bagit.Bag(str(tmp_path / "bag"))
    bag.validate()
    assert {"data/mets.xml", "data/catalogue.csv", "data/proofs/case.zip", "data/missing.txt"} <= set(bag.entries)
    assert REPORT in (tmp_path / "bag/data/missing.txt").read_text()
    assert bag.info["External-Identifier"] == archived.archive_number
    changed = [replace(volumes[0], lines=volumes[0].lines[1:]), *volumes[1:]]
    assert catalogue_sha256(changed) != catalogue_sha256(volumes)
