"""Seals, signatures by hand and timestamps on the documents of a case: who, when, once, and not before the review."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdf
import pytest
from django.conf import LazySettings
from procrastinate.contrib.django.models import ProcrastinateJob

from heliograph.documents import sealing
from heliograph.documents.actions import Handwriting
from heliograph.documents.models import Document, SealedFile, Signature, TimeToken
from heliograph.documents.pictures import draw_seal
from heliograph.documents.queries import issued_again, seal_place, signed_places
from heliograph.documents.sealing import CannotSealError, SealOrder, TrialSeal
from heliograph.documents.tests.authority import STATED, Authority
from heliograph.documents.timestamps import NoTimestampError, holds
from heliograph.documents.verifying import check_seal
from heliograph.dossiers import gates
from heliograph.dossiers.actions import PaperContent
from heliograph.dossiers.actions.making import WHOLE_CASE, draft_document, sheet_for
from heliograph.dossiers.actions.sealing import capture_signature, seal_document
from heliograph.dossiers.actions.stamping import STAMP_JOB, stamp_document
from heliograph.dossiers.models import Case, CaseFile, Paper
from heliograph.dossiers.rules.volumes import NOT_SIGNED, Line
from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.dossiers.tests.bureau import opened as open_case
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.test_making import DECISION, NOTICE, case_at, drafted, issued, notice_with, void
from heliograph.dossiers.volume_reading import volumes_of
from heliograph.kernel.canonical import parse_canonical
from heliograph.kernel.verdict import Allowed, Refused
from heliograph.ledger.models import Record
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.storage import storage
from tests.cast import new_account

pytestmark = pytest.mark.django_db
RECEIPT = "送达回证"


@pytest.fixture(scope="module")
def picture() -> bytes:
    return draw_seal("王某")


@pytest.fixture
def bureau(settings: LazySettings, tmp_path: Path) -> Bureau:
    settings.SEAL_PROVIDER, settings.SEAL_HOME = "test", tmp_path / "seal"
    return found_bureau("jinghai-tjj", "penalty_ordinary")


@pytest.fixture
def case(bureau: Bureau) -> Case:
    return case_at(bureau, "give_prior_notice")


def notice(bureau: Bureau, case: Case) -> Document:
    return issued(bureau, case, drafted(bureau, case, "give_prior_notice", NOTICE))


def seal(bureau: Bureau, case: Case, document: Document, *, by: str = "handler", rev: int | None = None) -> SealedFile:
    return seal_document(case.pk, document.pk, actor=bureau[by], at=bureau.later(), rev=rev)


def read(sha256: str) -> bytes:
    with storage().open(sha256) as file:
        return file.read()


def test_sealed_file_stands_beside_the_drawn_one(bureau: Bureau, case: Case, settings: LazySettings) -> None:
    made = notice(bureau, case)
    before = read(made.sha256)
    sealed = seal(bureau, case, made, rev=made.rev)
    assert (sealed.drawn_sha256, sealed.drawn_sm3) == (made.sha256, made.pdf_sm3)
    content = read(sealed.sha256)
    assert content.startswith(before)
    assert (len(content), len(sealed.sm3)) == (sealed.size, 64)
    assert read(made.sha256) == before == issued_again(sheet_for(case, NOTICE), made, agency=case.agency.name)
    trial = TrialSeal(settings.SEAL_HOME)
    assert check_seal(content, trial.roots(bureau.now), bureau.now).verdict == "valid"
    facts = parse_canonical(bytes(Record.objects.get(kind="document.sealed").content.manifest))["facts"]
    assert {"drawn_sha256", "drawn_sm3", "sha256", "sm3"} <= facts.keys()
    notice_with(bureau, case, [PaperContent(NOTICE, bureau.today, document_id=made.pk)])
    paper = Paper.objects.select_related("file").get(case=case, kind=NOTICE)
    assert paper.file is not None
    assert paper.file.sha256 == sealed.sha256


def test_the_dossier_lists_what_was_sealed_after_its_step_took_it(bureau: Bureau, case: Case) -> None:
    made = notice(bureau, case)
    notice_with(bureau, case, [PaperContent(NOTICE, bureau.today, document_id=made.pk)])

    def lines() -> list[Line]:
        pack = pack_in_force(case.agency_id, case.opened_on)
        return [line for one in volumes_of(case, pack) for line in one.lines if line.item.title.startswith(NOTICE)]

    assert [(one.item.sha256, one.note) for one in lines()] == [(made.sha256, NOT_SIGNED)]
    sealed = seal(bureau, case, made)
    assert [(one.item.sha256, one.note) for one in lines()] == [(sealed.sha256, "")]
    assert CaseFile.objects.filter(case=case, sha256=made.sha256).exists()


def test_seal_stands_over_the_name_of_the_agency(bureau: Bureau, case: Case) -> None:
    made = notice(bureau, case)
    sealed = read(seal(bureau, case, made).sha256)
    pages = pypdf.PdfReader(io.BytesIO(sealed)).pages
    [page] = [one for one in pages if "/Annots" in one]
    names: list[float] = []

    def note(text: str, cm: list[float], tm: list[float], _font: object, _size: float) -> None:
        if "晴川县测试局" in text:
            names.append(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    page.extract_text(visitor_text=note)
    _left, low, _right, high = (float(side) for side in page["/Annots"][0].get_object()["/Rect"])  # type: ignore[index]
    assert low < names[-1] < high, "the name stands under the seal"
    number, _x, y = seal_place(sheet_for(case, NOTICE), made, agency=case.agency.name)
    assert pages[number - 1] == page
    assert (low + high) / 2 == pytest.approx(841.89 - y, abs=1)


def test_who_may_seal_what_and_when(bureau: Bureau, case: Case, settings: LazySettings) -> None:
    document = drafted(bureau, case, "give_prior_notice", NOTICE)
    assert refused(lambda: seal(bureau, case, document)) == "document.not_issued"
    made = issued(bureau, case, document)
    assert refused(lambda: seal(bureau, case, made, by="archivist")) == "role.missing"
    other = open_case(bureau, title="别案")
    with pytest.raises(Document.DoesNotExist):
        seal(bureau, other, made)
    with pytest.raises(Case.DoesNotExist):
        seal_document(case.pk, made.pk, actor=new_account("外人", "case", bureau.agency), at=bureau.later())
    assert refused(lambda: seal(bureau, case, made, rev=9)) == "document.stale"
    settings.SEAL_PROVIDER = "none"
    assert refused(lambda: seal(bureau, case, made)) == "document.no_seal"
    settings.SEAL_PROVIDER = "test"
    seal(bureau, case, made, by="leader_in_charge")
    assert refused(lambda: seal(bureau, case, made)) == "document.sealed"
    assert SealedFile.objects.count() == 1


def test_voided_document_is_not_sealed(bureau: Bureau, case: Case) -> None:
    made = notice(bureau, case)
    void(bureau, case, made, "名称有误")
    assert refused(lambda: seal(bureau, case, made)) == "document.not_issued"


def test_nothing_is_kept_when_no_seal_comes(bureau: Bureau, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(TrialSeal):
        def seal(self, order: SealOrder) -> bytes:
            raise CannotSealError("印章服务器在 20 秒内没有答复，请稍后再试。")

    monkeypatch.setattr(sealing, "provider", lambda: Silent(Path("none")))
    made = notice(bureau, case)
    files = CaseFile.objects.count()
    assert refused(lambda: seal(bureau, case, made)) == "document.seal_failed"
    assert (SealedFile.objects.count(), CaseFile.objects.count()) == (0, files)


@pytest.mark.parametrize("gate", [gates.LEGALITY_REVIEW, gates.IN_EFFECT])
def test_decision_is_not_sealed_before_its_review(bureau: Bureau, monkeypatch: pytest.MonkeyPatch, gate: str) -> None:
    case = case_at(bureau, "decide")
    made = issued(bureau, case, drafted(bureau, case, "decide", DECISION), by="leader_in_charge")
    void_opinion = Refused("review.void", "罚款金额已经变动，该意见失效，须重新送审。", "行政处罚法@2021:58")
    monkeypatch.setitem(gates._gates, gate, lambda _case: void_opinion)
    assert refused(lambda: seal(bureau, case, made)) == "review.void"
    assert not SealedFile.objects.exists()
    monkeypatch.setitem(gates._gates, gate, lambda _case: Allowed())
    assert seal(bureau, case, made).document_id == made.pk


def test_gate_that_nobody_keeps_is_shut_for_a_seal_too(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_at(bureau, "decide")
    made = issued(bureau, case, drafted(bureau, case, "decide", DECISION), by="leader_in_charge")
    real = standing(case.pk)
    stands = SimpleNamespace(compiled=real.compiled, facts={**real.facts, "审核事由": ["数额较大"]})
    monkeypatch.setattr("heliograph.dossiers.actions.sealing.standing", lambda _case: stands)
    monkeypatch.setattr(gates, "_gates", {})
    assert refused(lambda: seal(bureau, case, made)) == "review.not_passed"


# -- signatures by hand
def sign(
    bureau: Bureau, case: Case, document: Document, picture: bytes, *, by: str = "handler", **changes: Any
) -> Signature:
    given = {"place": 0, "side": "officer", "signer": "承办甲", "picture": picture, "drawn": True, **changes}
    rev = given.pop("rev", None)
    return capture_signature(case.pk, document.pk, given=Handwriting(**given), actor=bureau[by], at=bureau.later(),
                             rev=rev)  # fmt: skip


@pytest.fixture
def receipt(bureau: Bureau, case: Case) -> Document:
    return drafted_receipt(bureau, case)


def drafted_receipt(bureau: Bureau, case: Case, **asked: Any) -> Document:
    given = {"paper": "行政处罚事先告知书", "method": "直接送达", **asked}
    return draft_document(case.pk, WHOLE_CASE, kind=RECEIPT, asked=given, actor=bureau["handler"], at=bureau.later())


def pictures_in(sha256: str) -> int:
    return sum(len(page.images) for page in pypdf.PdfReader(io.BytesIO(read(sha256))).pages)


def test_signatures_stand_in_the_issued_file(bureau: Bureau, case: Case, receipt: Document, picture: bytes) -> None:
    party = sign(bureau, case, receipt, picture, side="party", signer="王某")
    officer = sign(bureau, case, receipt, draw_seal("协"), place=3, by="co_handler", drawn=False)
    assert (party.place_name, officer.place_name) == ("收件人签章", "送达人签名")
    assert (party.content_sha256, party.on_issued) == (officer.content_sha256, False)
    made = issued(bureau, case, receipt)
    assert pictures_in(made.sha256) == 2
    assert issued_again(sheet_for(case, RECEIPT), made, agency=case.agency.name) == read(made.sha256)
    assert Record.objects.filter(kind="document.signed").count() == 2


def test_signature_for_a_changed_draft_is_void(bureau: Bureau, case: Case, receipt: Document, picture: bytes) -> None:
    sign(bureau, case, receipt, picture)
    assert refused(lambda: sign(bureau, case, receipt, picture)) == "signature.twice"
    drafted_receipt(bureau, case, method="留置送达")
    receipt.refresh_from_db()
    made = issued(bureau, case, receipt)
    assert [one.index for one in signed_places(sheet_for(case, RECEIPT), made) if one.held] == []
    assert b"/Subtype/Image" not in read(made.sha256).replace(b" ", b"")
    kept = sign(bureau, case, made, picture)
    assert kept.on_issued
    [held] = [one for one in signed_places(sheet_for(case, RECEIPT), made) if one.held]
    assert (held.index, held.held.pk if held.held else None) == (0, kept.pk)
    assert issued_again(sheet_for(case, RECEIPT), made, agency=case.agency.name) == read(made.sha256)


def test_who_may_take_a_signature_and_of_what(bureau: Bureau, case: Case, receipt: Document, picture: bytes) -> None:
    assert refused(lambda: sign(bureau, case, receipt, picture, by="archivist")) == "case.not_handler"
    assert refused(lambda: sign(bureau, case, receipt, picture, place=9)) == "signature.unknown"
    assert refused(lambda: sign(bureau, case, receipt, picture, signer=" ")) == "signature.vague"
    assert refused(lambda: sign(bureau, case, receipt, picture, rev=7)) == "document.stale"
    for bad in (b"", b"GIF89a", picture[:40], b"\x89PNG" + b"x" * 500_000):
        assert refused(lambda bad=bad: sign(bureau, case, receipt, bad)) == "signature.picture"  # type: ignore[misc]
    made = issued(bureau, case, receipt)
    assert not Signature.objects.exists()
    other = open_case(bureau, title="别案")
    with pytest.raises(Document.DoesNotExist):
        sign(bureau, other, made, picture)
    notice_made = notice(bureau, case)
    void(bureau, case, notice_made, "名称有误")
    assert refused(lambda: sign(bureau, case, notice_made, picture)) == "document.not_issued"


def test_leader_signs_what_the_step_of_the_leader_declares(bureau: Bureau, picture: bytes) -> None:
    case = case_at(bureau, "decide")
    document = drafted(bureau, case, "decide", DECISION)
    assert refused(lambda: sign(bureau, case, document, picture, by="leader_in_charge")) == "signature.unknown"
    assert refused(lambda: sign(bureau, case, document, picture, by="unit_head")) == "step.role"


# -- timestamps
@pytest.fixture
def authority(settings: LazySettings, tmp_path: Path) -> Iterator[Authority]:
    made = Authority()
    with made.served() as address:
        settings.TSA_URL, settings.TSA_ROOTS = address, made.write_root(tmp_path / "root.pem")
        yield made


def asked_for() -> list[dict[str, str]]:
    return list(ProcrastinateJob.objects.filter(task_name=STAMP_JOB).order_by("id").values_list("args", flat=True))


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_each_file_of_a_document_gets_a_timestamp(bureau: Bureau, case: Case, authority: Authority) -> None:
    made = notice(bureau, case)
    sealed = seal(bureau, case, made)
    assert [one["file_sha256"] for one in asked_for()] == [made.sha256, sealed.sha256]
    for one in asked_for():
        assert stamp_document(made.pk, one["file_sha256"], at=bureau.later())
    assert not stamp_document(made.pk, made.sha256, at=bureau.later()), "once"
    tokens = TimeToken.objects.filter(document=made).order_by("pk")
    assert [one.file_sha256 for one in tokens] == [made.sha256, sealed.sha256]
    assert {one.stated_at for one in tokens} == {STATED}
    assert [holds(one.token, read(one.file_sha256)) for one in tokens] == [True, True]


def test_without_an_authority_nothing_is_asked(bureau: Bureau, case: Case) -> None:
    notice(bureau, case)
    assert asked_for() == []


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_timestamp_that_does_not_hold_is_not_kept(bureau: Bureau, case: Case, authority: Authority) -> None:
    made = notice(bureau, case)
    authority.answers = b"nonsense"
    with pytest.raises(NoTimestampError):
        stamp_document(made.pk, made.sha256, at=bureau.later())
    assert not TimeToken.objects.exists()
