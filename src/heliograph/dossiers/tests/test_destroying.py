"""A dossier's term, and its destruction by three people after a time to think."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pypdf import PdfReader

from heliograph.dossiers import actions
from heliograph.dossiers.actions.destroying import (
    BESIDE,
    GONE,
    STAYED,
    cancel_destruction,
    decide_destruction,
    destroy_dossier,
    propose_destruction,
    set_retention,
)
from heliograph.dossiers.actions.retrieving import end_retrieval
from heliograph.dossiers.certificate import draw_certificate
from heliograph.dossiers.models import Case, CaseEvent, CaseFile, Destruction
from heliograph.dossiers.retention_reading import over_by, retention_of
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.retrieving import archived_early, asked
from heliograph.dossiers.tests.stages import walk_to
from heliograph.dossiers.tests.test_dossier import pdf
from heliograph.dossiers.tests.test_making import NOTICE, drafted, issued
from heliograph.kernel.canonical import parse_canonical
from heliograph.ledger.models import Record
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.storage import storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


@pytest.fixture
def case(bureau: Bureau) -> Case:
    made = opened(bureau)
    actions.store_case_file(made.pk, name="笔录.pdf", content=pdf(2), actor=bureau["handler"], at=bureau.later())
    return archived_early(bureau, made)


def propose(bureau: Bureau, case: Case, by: str = "legality_reviewer", appraisal: str = "已无保存价值") -> Destruction:
    return propose_destruction(case.pk, appraisal=appraisal, actor=bureau[by], at=bureau.later())


def decide(bureau: Bureau, found: Destruction, by: str = "leader_in_charge", **given: Any) -> Destruction:
    return decide_destruction(found.pk, **{"granted": True, **given}, actor=bureau[by], at=bureau.later())


def destroy(bureau: Bureau, found: Destruction, by: str = "archivist") -> Destruction:
    return destroy_dossier(found.pk, actor=bureau[by], at=bureau.later())


def thirty_years_on(bureau: Bureau) -> None:
    bureau.now = bureau.now.replace(year=bureau.now.year + 31)


def test_the_term_is_set_when_filed_and_only_lengthened(bureau: Bureau, case: Case) -> None:
    first = retention_of(case)
    assert first is not None
    assert (first.years, first.until_on) == (30, bureau.today.replace(year=bureau.today.year + 30))

    def set_to(years: int | None, by: str = "archivist", reason: str = "经鉴定") -> object:
        return set_retention(case.pk, years=years, reason=reason, basis="档案法@2020:21", actor=bureau[by],
                             at=bureau.later())  # fmt: skip

    assert refused(lambda: set_to(50, "leader_in_charge")) == "role.missing"
    assert refused(lambda: set_to(10)) == "retention.shorter"
    assert refused(lambda: set_to(50, reason="")) == "text.no_reason"
    set_to(None)
    assert refused(lambda: set_to(50)) == "retention.shorter"
    thirty_years_on(bureau)
    assert refused(lambda: propose(bureau, case)) == "destruction.for_ever"
    assert not over_by(bureau.agency.pk, bureau.today).exists()


def test_it_is_not_destroyed_early_nor_by_one_nor_while_something_holds_it(bureau: Bureau, case: Case) -> None:
    assert refused(lambda: propose(bureau, case)) == "destruction.early"
    thirty_years_on(bureau)
    assert [one.pk for one in over_by(bureau.agency.pk, bureau.today)] == [case.pk]
    assert refused(lambda: propose(bureau, case, "leader_in_charge")) == "role.missing"
    assert refused(lambda: propose(bureau, case, appraisal=" ")) == "text.no_reason"
    found = propose(bureau, case)
    assert refused(lambda: propose(bureau, case)) == "destruction.twice"
    assert refused(lambda: decide(bureau, found, "archivist")) == "role.missing"
    assert refused(lambda: decide(bureau, found, granted=False)) == "text.no_reason"
    assert refused(lambda: destroy(bureau, found)) == "destruction.not_approved"
    waiting = asked(bureau, case, bureau["handler"])
    assert refused(lambda: decide(bureau, found)) == "destruction.held"
    end_retrieval(bureau.agency.pk, waiting.pk, reason="不需要", actor=bureau["handler"], at=bureau.later())
    decide(bureau, found)
    assert refused(lambda: decide(bureau, found)) == "destruction.decided"
    assert refused(lambda: destroy(bureau, found, "leader_in_charge")) == "role.missing"
    assert refused(lambda: destroy(bureau, found)) == "destruction.cooling"
    assert refused(lambda: cancel_destruction(found.pk, reason="", actor=bureau["head"], at=bureau.later())) == (
        "text.no_reason"
    )
    cancel_destruction(found.pk, reason="仍有查考价值", actor=bureau["head"], at=bureau.later())
    assert refused(lambda: destroy(bureau, found)) == "destruction.not_approved"
    assert refused(lambda: cancel_destruction(found.pk, reason="再", actor=bureau["head"], at=bureau.later())) == (
        "destruction.over"
    )
    again = propose(bureau, case, "archivist")
    decide(bureau, again)
    bureau.later(days=31)
    assert refused(lambda: destroy(bureau, again)) == "destruction.same_person"


def test_the_bytes_go_and_catalogue_records_and_certificate_stay(bureau: Bureau, case: Case) -> None:
    mine = CaseFile.objects.get(case=case, name="笔录.pdf")
    shared = CaseFile.objects.get(case=case, name="签章件.pdf")  # the next case keeps the same bytes
    opened(bureau, title="另案")
    storage().open(mine.sha256).close()
    thirty_years_on(bureau)
    found = decide(bureau, propose(bureau, case))
    bureau.later(days=31)
    done = destroy(bureau, found)
    with pytest.raises(FileNotFoundError):
        storage().open(mine.sha256)
    storage().open(shared.sha256).close()
    became = {line["title"]: line["became"] for line in done.certificate}
    assert (became["笔录.pdf"], became["签章件.pdf"]) == ("已销毁", "另有使用，原件保留")
    assert len(done.certificate_sha256) == 64
    assert CaseFile.objects.filter(pk=mine.pk).exists()
    assert CaseEvent.objects.filter(case=case, kind="dossier.destroyed").exists()
    assert Record.objects.filter(kind="dossier.destroyed", subject_id=str(case.pk)).count() == 1
    assert refused(lambda: destroy(bureau, done)) == "destruction.not_approved"
    assert refused(lambda: asked(bureau, case, bureau["handler"])) == "retrieval.destroyed"
    assert not over_by(bureau.agency.pk, bureau.today).exists()


def approved_thirty_years_on(bureau: Bureau, case: Case) -> Destruction:
    thirty_years_on(bureau)
    found = decide(bureau, propose(bureau, case))
    bureau.later(days=31)
    return found


def test_the_certificate_names_what_stayed_because_somebody_uploaded_it_anew(bureau: Bureau, case: Case) -> None:
    mine = CaseFile.objects.get(case=case, name="笔录.pdf")
    found = approved_thirty_years_on(bureau, case)
    later = (bureau.now.replace(year=bureau.now.year + 1)).timestamp()
    os.utime(Path(settings.MEDIA_ROOT) / mine.sha256[:2] / mine.sha256, (later, later))
    done = destroy(bureau, found)
    storage().open(mine.sha256).close()
    assert {line["title"]: line["became"] for line in done.certificate}["笔录.pdf"] == STAYED
    told = CaseEvent.objects.get(case=case, kind="dossier.destroyed").text
    assert "另有 1 个文件在销毁时又有人上传，没有销毁" in told
    facts = parse_canonical(bytes(Record.objects.get(kind="dossier.destroyed").content.manifest))["facts"]
    assert (facts["kept"], facts["sha256"]) == (1, done.certificate_sha256)


def test_a_file_that_was_gone_already_counts_as_destroyed(bureau: Bureau, case: Case) -> None:
    mine = CaseFile.objects.get(case=case, name="笔录.pdf")
    found = approved_thirty_years_on(bureau, case)
    assert storage().drop(mine.sha256, before=bureau.now)
    done = destroy(bureau, found)
    assert {line["title"]: line["became"] for line in done.certificate}["笔录.pdf"] == GONE


def test_what_stands_in_no_catalogue_is_named_too_and_the_text_of_documents_stays(bureau: Bureau) -> None:
    made = opened(bureau)
    walk_to(bureau, made, "give_prior_notice")
    made.refresh_from_db()
    document = issued(bureau, made, drafted(bureau, made, "give_prior_notice", NOTICE))
    found = approved_thirty_years_on(bureau, archived_early(bureau, made))
    done = destroy(bureau, found)
    [line] = [line for line in done.certificate if line["sha256"] == document.sha256]
    assert (line["volume"], line["became"]) == (BESIDE, GONE)
    document.refresh_from_db()
    assert document.data["facts"] == "迟报一次"
    pdf_of = draw(done)
    assert pdf_of == draw(Destruction.objects.get(pk=done.pk))
    text = "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of)).pages).split())
    assert done.certificate_sha256[:32] in text
    assert "文书的登记内容" in text
    assert GONE in text


def draw(found: Destruction) -> bytes:
    return draw_certificate(found, pack_in_force(found.agency_id, found.case.opened_on))
