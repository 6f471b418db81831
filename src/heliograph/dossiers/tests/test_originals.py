"""Originals of evidence: who may attach them, at which stage, once, and what stays of looking at them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import bagit
import pytest
from django.db import DatabaseError, transaction
from pytest_django import Settings

from heliograph.dossiers import actions
from heliograph.dossiers.actions import EvidenceContent
from heliograph.dossiers.actions.originals import ReadOriginal
from heliograph.dossiers.bag import pack_bag
from heliograph.dossiers.models import Case, Evidence, RetrievalReading
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.dossiers.tests.doing import refused, told
from heliograph.dossiers.tests.retrieving import archived_early, granted
from heliograph.dossiers.tests.walks import filed, investigated
from heliograph.dossiers.volume_reading import volumes_of
from heliograph.evidence.actions import Arrival, receive
from heliograph.evidence.models import Original
from heliograph.evidence.tests.samples import boxed, pdf, picture, zipped
from heliograph.ledger.models import Record
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.actions import drop_unused_files, revoke_certificate
from heliograph.registers.models import Account, Certificate
from heliograph.registers.storage import storage
from tests.cast import new_account

FILM = boxed(b"isom") + b"\x00" * 2_000_000


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


@pytest.fixture
def bureau(db: None) -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def arrival(content: bytes, name: str) -> Arrival:
    return Arrival(receive([content]), name)


def content(bureau: Bureau, *originals: Arrival, **changes: Any) -> EvidenceContent:
    given: dict[str, Any] = {
        "kind": "audiovisual", "name": "现场录像", "proves": "迟报", "source": "现场拍摄", "obtained_on": bureau.today,
        "collector_id": bureau["handler"].pk, "second_collector_id": bureau["co_handler"].pk, "place": "晴川县一号",
        "originals": originals, **changes,
    }  # fmt: skip
    return EvidenceContent(**given)


def added(bureau: Bureau, case: Case, *originals: Arrival, **changes: Any) -> Evidence:
    made = content(bureau, *originals, **changes)
    return actions.add_evidence(case.pk, content=made, actor=bureau["handler"], at=bureau.later())


def attaching(bureau: Bureau, one: Evidence, new: Arrival, by: Account | None = None) -> Callable[[], Original]:
    return lambda: actions.attach_original(one.pk, arrival=new, actor=by or bureau["handler"], at=bureau.later())


def originals_of(one: Evidence) -> list[Original]:
    return list(Original.objects.filter(subject_id=one.pk).order_by("pk"))


def test_evidence_is_registered_with_its_originals_byte_for_byte(bureau: Bureau) -> None:
    case = filed(bureau)
    one = added(bureau, case, arrival(FILM, "录像.mp4"), arrival(picture(), "截图.jpg"))
    film, shot = originals_of(one)
    assert (film.name, film.media_type, film.size, film.encrypted) == ("录像.mp4", "video/mp4", len(FILM), False)
    assert (film.received_by, film.agency) == (bureau["handler"], bureau.agency)
    assert (shot.shown_kind, len(shot.sm3)) == ("JPEG 图片", 64)
    with storage().open(film.sha256) as file:
        assert file.read() == FILM
    record = Record.objects.filter(kind="case.evidence_added").latest("at")
    assert record.subject_id == str(case.pk)


def test_a_handler_attaches_later_whatever_step_is_open(bureau: Bureau) -> None:
    case = investigated(bureau)
    one = added(bureau, case, arrival(picture(), "截图.jpg"))
    kept = attaching(bureau, one, arrival(pdf(password="x"), "合同.pdf"))()
    assert kept.encrypted
    assert told(case)[-1] == "case.original_attached"
    assert Record.objects.filter(kind="case.original_attached", subject_id=str(case.pk)).count() == 1


def test_something_has_to_be_attached(bureau: Bureau) -> None:
    one = added(bureau, filed(bureau), arrival(picture(), "截图.jpg"))
    nothing = refused(lambda: actions.attach_originals(one.pk, arrivals=[], actor=bureau["handler"], at=bureau.later()))
    assert nothing == "evidence.no_file"


def test_the_same_bytes_are_not_attached_twice(bureau: Bureau) -> None:
    one = added(bureau, filed(bureau), arrival(picture(), "截图.jpg"))
    again = attaching(bureau, one, arrival(picture(), "另一个名字.jpg"))
    assert refused(again) == "original.twice"
    assert len(originals_of(one)) == 1


def test_only_the_two_officers_attach(bureau: Bureau) -> None:
    one = added(bureau, filed(bureau), arrival(picture(), "截图.jpg"))
    new = arrival(pdf(), "合同.pdf")
    assert refused(attaching(bureau, one, new, bureau["leader_in_charge"])) == "role.missing"
    assert refused(attaching(bureau, one, new, bureau["window_clerk"])) == "case.not_handler"
    assert attaching(bureau, one, new, bureau["co_handler"])().received_by == bureau["co_handler"]


def test_nothing_is_attached_under_a_decision_or_to_a_case_at_rest(bureau: Bureau) -> None:
    case = filed(bureau)
    one = added(bureau, case, arrival(picture(), "截图.jpg"))
    actions.suspend_case(case.pk, from_on=bureau.today, reason="等待鉴定", basis="行政处罚法@2021:60",
                         actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    assert refused(attaching(bureau, one, arrival(pdf(), "合同.pdf"))).startswith("case.")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (("照片.jpg", pdf()), "original.forged"),
        (("照片.pdf", b"\x01\x02\x03"), "original.forged"),
        (("程序.exe", b"MZ\x90"), "original.active"),
        (("网页.html", b"<html><script>1</script>"), "original.active"),
        (("空.txt", b""), "original.empty"),
    ],
)
def test_what_is_not_kept_leaves_no_evidence(bureau: Bureau, new: tuple[str, bytes], code: str) -> None:
    case = filed(bureau)
    name, bytes_of = new
    pair = arrival(picture(), "好.jpg"), arrival(bytes_of, name)
    before = Record.objects.count()
    assert refused(lambda: added(bureau, case, *pair)) == code
    assert not Evidence.objects.exists()
    assert not Original.objects.exists()
    assert Record.objects.count() == before


def test_a_file_above_the_limit_is_not_even_received(bureau: Bureau, settings: Settings, home: Path) -> None:
    settings.EVIDENCE_FILE_BYTES = 1_000_000
    assert refused(lambda: receive([FILM])) == "original.too_large"
    assert [path for path in home.rglob("*") if path.is_file() and path.stat().st_size >= 1_000_000] == []


def test_a_zip_bomb_is_data_and_is_never_unpacked(bureau: Bureau) -> None:
    bomb = zipped("a", "b", "c", content=b"\x00" * 20_000_000)
    assert len(bomb) < 100_000
    [kept] = originals_of(added(bureau, filed(bureau), arrival(bomb, "材料.zip")))
    assert (kept.media_type, kept.size) == ("application/zip", len(bomb))


def test_bytes_that_were_swept_away_are_asked_for_anew(bureau: Bureau) -> None:
    case, new = filed(bureau), arrival(FILM, "录像.mp4")
    storage().drop(new.received.sha256, before=bureau.later(days=1_000))
    assert refused(lambda: added(bureau, case, new)) == "original.gone"


def test_an_original_cannot_be_changed_or_deleted_by_anybody(bureau: Bureau) -> None:
    [kept] = originals_of(added(bureau, filed(bureau), arrival(picture(), "截图.jpg")))
    for change in (lambda: Original.objects.update(name="x"), lambda: Original.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    kept.refresh_from_db()
    assert kept.name == "截图.jpg"
    assert drop_unused_files(unused_for=timedelta(days=1), at=bureau.later(days=9)) >= 0
    assert storage().renew(kept.sha256)  # held, however old it is


def test_collectors_are_certified_on_the_day_that_they_took_it(bureau: Bureau) -> None:
    case, shot = filed(bureau), arrival(picture(), "截图.jpg")
    bureau.later(days=1)
    certificate = Certificate.objects.get(person=bureau["co_handler"].person)
    revoke_certificate(certificate.pk, on=bureau.today, actor=bureau["legality_reviewer"], at=bureau.later())
    assert refused(lambda: added(bureau, case, shot)) == "certificate.invalid"
    assert added(bureau, case, shot, obtained_on=bureau.today - timedelta(days=1))


def test_who_was_recused_from_the_case_took_no_evidence_for_it(bureau: Bureau) -> None:
    case, shot = filed(bureau), arrival(picture(), "截图.jpg")
    recusal = actions.ask_recusal(case.pk, officer_id=bureau["unit_head"].pk, asked_by="王某", asked_on=bureau.today,
                                  reason="近亲属", actor=bureau["handler"], at=bureau.later())  # fmt: skip
    actions.decide_recusal(recusal.pk, granted=True, reason="属实", actor=bureau["leader_in_charge"], at=bureau.later())
    assert refused(lambda: added(bureau, case, shot, second_collector_id=bureau["unit_head"].pk)) == "recusal.other"
    assert added(bureau, case, shot)


def test_every_look_and_every_copy_is_a_record(bureau: Bureau) -> None:
    case = filed(bureau)
    one = added(bureau, case, arrival(picture(), "截图.jpg"))
    [kept] = originals_of(one)
    viewer = bureau["leader_in_charge"]
    assert actions.view_original(one.pk, kept.pk, actor=viewer, at=bureau.later()).original == kept
    assert actions.take_original(one.pk, kept.pk, actor=viewer, at=bureau.later()).case == case
    kinds = ["case.original_viewed", "case.original_taken"]
    records = Record.objects.filter(kind__in=kinds, actor_id=viewer.pk).order_by("number")
    assert [record.kind for record in records] == kinds


def test_from_the_archive_an_original_is_seen_under_a_retrieval_and_not_taken(bureau: Bureau) -> None:
    case = opened(bureau)
    one = added(bureau, case, arrival(pdf(2), "合同.pdf"))
    [kept] = originals_of(one)
    archived_early(bureau, case)
    reader = bureau["handler"]

    def look() -> ReadOriginal:
        return actions.view_original(one.pk, kept.pk, actor=reader, at=bureau.later())

    assert refused(look) == "retrieval.needed"
    found = granted(bureau, case, reader)
    assert look().right.retrieval == found
    assert RetrievalReading.objects.get(retrieval=found).title == "合同.pdf"
    take = refused(lambda: actions.take_original(one.pk, kept.pk, actor=reader, at=bureau.later()))
    assert take == "original.retrieved"
    assert not Record.objects.filter(kind__in=["case.original_viewed", "case.original_taken"]).exists()


def test_nobody_reads_what_is_out_of_sight_or_of_another_piece(bureau: Bureau) -> None:
    one = added(bureau, filed(bureau), arrival(picture(), "截图.jpg"))
    other = added(bureau, filed(bureau), arrival(pdf(), "合同.pdf"))
    [kept] = originals_of(one)
    with pytest.raises(Original.DoesNotExist):
        actions.view_original(other.pk, kept.pk, actor=bureau["handler"], at=bureau.later())
    stranger = new_account("路人", "case", bureau.agency)
    with pytest.raises(Case.DoesNotExist):
        actions.view_original(one.pk, kept.pk, actor=stranger, at=bureau.later())


def test_originals_stand_in_the_catalogue_and_in_the_package(bureau: Bureau, home: Path) -> None:
    case = filed(bureau)
    added(bureau, case, arrival(FILM, "录像.mp4"), arrival(pdf(3), "合同.pdf"), arrival(b"\x01\x02", "数据.dat"),
          arrival(pdf(password="x"), "加密.pdf"))  # fmt: skip
    pack = pack_in_force(case.agency_id, case.opened_on)
    volumes = volumes_of(case, pack)
    lines = {line.item.title: line for volume in volumes for line in volume.lines if "现场录像" in line.item.title}
    assert len(lines) == 4
    notes = {title.partition("（")[2][:-1]: (line.item.pages, line.note) for title, line in lines.items()}
    assert notes["合同.pdf"] == (3, "")
    assert "音像资料" in notes["录像.mp4"][1]
    assert "加密，无法预览" in notes["加密.pdf"][1]
    made = io.BytesIO()
    pack_bag(case, volumes, [], proofs="无", on=bureau.today, into=made)
    with zipfile.ZipFile(made) as archive:
        archive.extractall(home)
    bagit.Bag(str(home / "bag")).validate()
    kept = {path.suffix: path.read_bytes() for path in (home / "bag/data/files").rglob("*") if "现场录像" in path.name}
    assert kept[".mp4"] == FILM
    assert kept[".bin"] == b"\x01\x02"
    rows = list(csv.DictReader(io.StringIO((home / "bag/data/catalogue.csv").read_text(encoding="utf-8-sig"))))
    assert any(row["文件"].endswith(".mp4") and row["SHA-256"] for row in rows)
