"""The metadata of the package: `mets.xml` has its shape, its ids resolve, and each file lies where it says."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]

from heliograph.dossiers import actions
from heliograph.dossiers.bag import METS, XLINK, pack_bag
from heliograph.dossiers.tests.bureau import found_bureau, opened
from heliograph.dossiers.tests.retrieving import archived_case
from heliograph.dossiers.tests.test_dossier import pdf
from heliograph.dossiers.volume_reading import lacking, volumes_of
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db
SHAPE = Path(__file__).parent / "data" / "mets_shape.xsd"


def test_the_metadata_have_their_shape_and_name_every_file() -> None:
    bureau = found_bureau("jinghai-tjj", "penalty_ordinary")
    case = opened(bureau)
    kept = actions.store_case_file(case.pk, name="笔录.pdf", content=pdf(2), actor=bureau["handler"], at=bureau.later())
    bureau.files[case.pk] = bureau.scan = kept.pk
    archived_case(bureau, case)
    pack = pack_in_force(case.agency_id, case.opened_on)
    into = io.BytesIO()
    pack_bag(case, volumes_of(case, pack), lacking(case, pack), proofs="没有", on=bureau.today, into=into)
    with zipfile.ZipFile(into) as archive:
        mets = etree.fromstring(archive.read("bag/data/mets.xml"))
        shape = etree.XMLSchema(etree.parse(SHAPE))
        shape.assertValid(mets)
        files = mets.findall(f".//{{{METS}}}file")
        assert files
        for one in files:
            place = one.find(f"{{{METS}}}FLocat").get(f"{{{XLINK}}}href")
            assert hashlib.sha256(archive.read(f"bag/data/{place}")).hexdigest() == one.get("CHECKSUM")
        ids = {one.get("ID") for one in files}
        assert {one.get("FILEID") for one in mets.iter(f"{{{METS}}}fptr")} == ids
        files[0].set("CHECKSUM", "none")
        assert not shape.validate(mets)
