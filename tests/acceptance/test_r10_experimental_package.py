"""R10 in experimental forms: the dossier as an XML package and as OFD, under the gates and records of every export."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]
from pytest_django import Settings

import heliograph
from heliograph.desk.pages import dossier
from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import Browser, browser
from heliograph.dossiers import actions, archive_package
from heliograph.dossiers.actions.classifying import classify_item
from heliograph.dossiers.actions.originals import attach_original
from heliograph.dossiers.models import Case, Evidence, RetrievalReading
from heliograph.dossiers.tests.bureau import Bureau, opened
from heliograph.dossiers.tests.retrieving import granted
from heliograph.dossiers.tests.stages import ORDINARY, walk_to
from heliograph.dossiers.tests.test_dossier import pdf
from heliograph.evidence.actions import Arrival, receive
from heliograph.evidence.tests.samples import boxed, picture
from heliograph.ledger.models import Record

pytestmark = pytest.mark.django_db
__all__ = ["browser"]
SPACE = f"{{{archive_package.NAMESPACE}}}"
OFD = "{http://www.ofdspec.org/2016}"
SHAPE = Path(heliograph.__file__).parent / "dossiers" / "tests" / "data" / "archive_package.xsd"
UNREAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Bureau:
    settings.MEDIA_ROOT = tmp_path / "files"
    return open_bureau(monkeypatch)


@pytest.fixture
def case(bureau: Bureau, browser: Browser) -> Case:
    """A case in the archive with a PDF, a picture and a recording; before that nothing experimental is given."""
    made = opened(bureau)
    kept = actions.store_case_file(made.pk, name="笔录.pdf", content=pdf(2), actor=bureau["handler"], at=bureau.later())
    bureau.files[made.pk] = bureau.scan = kept.pk
    walk_to(bureau, made, "give_prior_notice")
    evidence = Evidence.objects.get(case=made)
    for name, content in (("现场.jpg", picture()), ("录像.mp4", boxed(b"isom"))):
        attach_original(evidence.pk, arrival=Arrival(receive([content]), name), actor=bureau["handler"],
                        at=bureau.later())  # fmt: skip
    for form in ("dossier-xml", "dossier-ofd"):
        assert browser(bureau["handler"]).post(url(bureau, form, case=made.pk)).status_code == 409
    assert "试验格式" not in read(browser(bureau["handler"]), url(bureau, "dossier", case=made.pk))
    acts = [stage.act for stage in ORDINARY]
    for stage in ORDINARY[acts.index("give_prior_notice") :]:
        stage.do(bureau, made)
    made.refresh_from_db()
    assert made.state == Case.State.ARCHIVED
    return made


def taken(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer)


def digests_of(element: Any) -> dict[str, str]:
    return {one.get("算法"): one.text for one in element.findall(f"{SPACE}摘要")}


def expected(content: bytes) -> dict[str, str]:
    return {"SHA-256": hashlib.sha256(content).hexdigest(), "SM3": hashlib.new("sm3", content).hexdigest()}


def recorded(case: Case, form: str, content: bytes) -> None:
    """Check that what was given is in the records and in the list of readings, by its very bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    assert RetrievalReading.objects.get(form=form, retrieval__case=case).sha256 == sha256
    record = Record.objects.filter(kind="case.dossier_exported", subject_id=str(case.pk)).latest("number")
    assert sha256 in bytes(record.content.manifest).decode()


def test_r10_the_xml_package_holds_the_text_and_still_images_of_a_dossier(
    bureau: Bureau, case: Case, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_package, "BLOCK", 100)  # as a storage that gives less than a whole line
    address = url(bureau, "dossier-xml", case=case.pk)
    assert browser(bureau["handler"]).post(address).status_code == 403  # in the archive without a retrieval
    assert browser(bureau["leader_in_charge"]).post(address).status_code == 403
    assert not RetrievalReading.objects.exists()
    granted(bureau, case, bureau["handler"])
    handler = browser(bureau["handler"])
    content = taken(handler.post(address))
    recorded(case, "xml", content)
    root = fromstring(content)
    etree.XMLSchema(etree.parse(SHAPE)).assertValid(etree.fromstring(content))
    assert "没有电子签名，也没有锁定签名" in root.findtext(f"{SPACE}封装包格式描述")
    assert root.find(f"{SPACE}锁定签名") is None
    codes = list(root.iter(f"{SPACE}编码"))
    kinds = {one.findtext(f"{SPACE}电子属性/{SPACE}格式信息") for one in codes}
    assert kinds == {"application/pdf", "image/jpeg"}
    for one in codes:
        file = base64.b64decode(one.findtext(f"{SPACE}编码数据"))
        assert int(one.findtext(f"{SPACE}电子属性/{SPACE}计算机文件大小")) == len(file)
        assert digests_of(one) == expected(file)
    assert picture() in [base64.b64decode(one.findtext(f"{SPACE}编码数据")) for one in codes]
    [left] = [one for one in root.iter(f"{SPACE}未封装") if one.text.startswith("音频、视频")]
    assert left.get("SHA-256") == hashlib.sha256(boxed(b"isom")).hexdigest()
    pages = [one.text for one in root.iter(f"{SPACE}页次")]
    assert pages[0] == "1—2"
    known = {one.text for one in root.iter(f"{SPACE}文档标识符")}
    assert {one.text for one in root.iter(f"{SPACE}同一文件")} <= known
    begin, end = content.index("<被签名对象>".encode()), content.index("</被签名对象>".encode())
    signed = content[begin : end + len("</被签名对象>".encode())]
    block = root.find(f"{SPACE}电子签名块")
    assert digests_of(block) == expected(signed)
    assert "没有电子签名" in block.findtext(f"{SPACE}说明")
    proof, without = block.find(f"{SPACE}存证证明"), block.findtext(f"{SPACE}未附存证证明")
    assert (proof is None) == bool(without)


def test_r10_proofs_go_along_and_nothing_secret_or_damaged_does(
    bureau: Bureau, case: Case, browser: Browser, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    evidence = Evidence.objects.get(case=case)
    classify_item(case.pk, evidence.pk, level="trade", reason="客户名单", basis="行政处罚法@2021:50",
                  actor=bureau["legality_reviewer"], at=bureau.later())  # fmt: skip
    granted(bureau, case, bureau["archivist"])
    archivist, address = browser(bureau["archivist"]), url(bureau, "dossier-xml", case=case.pk)
    monkeypatch.setattr(dossier, "export_case", lambda *_given, **_more: b"PK proofs")
    root = fromstring(taken(archivist.post(address)))
    assert base64.b64encode(picture()).decode()[:40] not in "".join(root.itertext())
    assert "因商业秘密未附" in [one.text for one in root.iter(f"{SPACE}未封装")]
    proof = root.find(f"{SPACE}电子签名块/{SPACE}存证证明")
    assert base64.b64decode(proof.findtext(f"{SPACE}编码数据")) == b"PK proofs"
    assert digests_of(proof) == expected(b"PK proofs")
    outside = fromstring(taken(archivist.post(address, {"outside": "yes"})))
    assert "副卷" not in [one.text for one in outside.iter(f"{SPACE}卷")]
    assert outside.find(f"{SPACE}电子签名块/{SPACE}存证证明") is None
    before = Record.objects.count()
    sha256 = next(one for one in hashes(root))
    [kept] = Path(settings.MEDIA_ROOT).rglob(sha256)
    kept.chmod(0o600)
    kept.write_bytes(b"%PDF-1.7 other")
    answer = archivist.post(address)
    assert answer.status_code == 409
    assert "与登记的哈希值不一致" in answer.content.decode()
    assert Record.objects.count() == before


def hashes(root: Any) -> list[str]:
    return [digests_of(one)["SHA-256"] for one in root.iter(f"{SPACE}编码")]


def test_r10_the_ofd_of_a_dossier_reads_as_its_pdf(bureau: Bureau, case: Case, browser: Browser) -> None:
    granted(bureau, case, bureau["handler"])
    handler = browser(bureau["handler"])
    page = read(handler, url(bureau, "dossier", case=case.pk))
    assert "试验格式" in page
    drawn = pypdfium2.PdfDocument(taken(handler.post(url(bureau, "dossier-pdf", case=case.pk))))
    content = taken(handler.post(url(bureau, "dossier-ofd", case=case.pk)))
    recorded(case, "ofd", content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    about = fromstring(archive.read("OFD.xml"))
    assert "试验格式" in next(about.iter(f"{OFD}Abstract")).text
    document = fromstring(archive.read("Doc_0/Document.xml"))
    pages = list(document.iter(f"{OFD}Page"))
    assert len(pages) == len(drawn) > 4
    for number, one in enumerate(pages):
        shown = fromstring(archive.read(f"Doc_0/{one.get('BaseLoc')}"))
        lines = [text.text for text in shown.iter(f"{OFD}TextCode")]
        text = UNREAD.sub("", drawn[number].get_textpage().get_text_range())
        assert lines == [line for line in text.split("\n") if line]
        assert any(bureau["handler"].display_name in line for line in lines)  # the watermark, in words too
        assert archive.read(f"Doc_0/Res/page_{number}.jpg").startswith(b"\xff\xd8\xff")
    marks = [one.get("Title") for one in document.iter(f"{OFD}OutlineElem")]
    assert marks == [one.get_title() for one in drawn.get_toc()]
