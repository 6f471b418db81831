"""Dossiers in the archive by what each agency's document asks: kept, retrieved, destroyed (R9–R11, R14, D15)."""

from __future__ import annotations

from functools import partial

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions.destroying import decide_destruction, destroy_dossier, propose_destruction
from heliograph.dossiers.actions.reading import read_case_file
from heliograph.dossiers.actions.retrieving import read_item
from heliograph.dossiers.models import Case, RetrievalReading
from heliograph.dossiers.retention_reading import retention_of
from heliograph.dossiers.retrieval_reading import rule_of
from heliograph.dossiers.rules.retrieving import shown_volumes
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.dossiers.tests.doing import due, refused
from heliograph.dossiers.tests.retrieving import archived_case, archived_early, colleague, granted, opened_at_once
from heliograph.dossiers.tests.test_dossier import pdf
from heliograph.dossiers.volume_reading import volumes_of
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.ledger.models import Record
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Role

pytestmark = pytest.mark.django_db
WS = "wenshang-gxj"
OTHERS = ("jinghai-tjj", "luozhuang-tjj", "rizhao-rsj", "xinglongtai-mzj")


def filed(bureau: Bureau) -> Case:
    """A case in the archive whose documents are a PDF that can be read."""
    case = opened(bureau)
    kept = actions.store_case_file(case.pk, name="笔录.pdf", content=pdf(1), actor=bureau["handler"], at=bureau.later())
    bureau.files[case.pk] = bureau.scan = kept.pk
    return archived_case(bureau, case)


def test_r11_wenshang_serves_the_legal_office_at_once_and_others_by_the_leader_in_charge() -> None:
    bureau = found_bureau(WS, "penalty_ordinary")
    case = filed(bureau)
    rule = rule_of(pack_in_force(bureau.agency.pk, bureau.today))
    assert rule.at_once == {Role.LEGALITY_REVIEWER}
    assert rule.approving == {Role.LEADER_IN_CHARGE}
    assert (rule.basis, rule.certain) == ("WS记15", True)
    assert opened_at_once(bureau, case).state == "open"
    stranger = colleague(bureau)
    found = granted(bureau, case, stranger)
    read_item(bureau.agency.pk, found.pk, volume="main", serial=1, form="view", actor=stranger, at=bureau.later())
    assert found.decided_by == bureau["leader_in_charge"]


@pytest.mark.parametrize("code", OTHERS)
def test_r11_agencies_whose_document_names_nobody_say_that_it_is_not_certain(code: str) -> None:
    rule = rule_of(load_pack(shipped(), f"{code}@2026.11"))
    assert rule.at_once
    assert rule.approving
    assert not rule.certain


def test_r11_nobody_reads_privately_and_r14_every_reading_is_a_record() -> None:
    bureau = found_bureau(WS, "penalty_ordinary")
    case = filed(bureau)
    for role in ("handler", "co_handler", "leader_in_charge", "head", "archivist", "legality_reviewer"):
        reading = partial(read_case_file, case.pk, bureau.files[case.pk], actor=bureau[role], at=bureau.later())
        assert refused(reading) == "retrieval.needed"
    granted(bureau, case, bureau["handler"])
    read_case_file(case.pk, bureau.files[case.pk], actor=bureau["handler"], at=bureau.later())
    assert RetrievalReading.objects.count() == 1
    assert Record.objects.filter(kind="case.dossier_read", actor_id=bureau["handler"].pk).count() == 1


def test_r10_wenshang_files_within_its_days_and_every_dossier_has_a_term() -> None:
    bureau = found_bureau(WS, "penalty_ordinary")
    case = filed(bureau)
    assert due(case)["archive_dossier"] == "fulfilled"
    kept = retention_of(case)
    assert kept is not None
    assert (kept.years, kept.from_on) == (30, case.archived_on)
    limit = pack_in_force(bureau.agency.pk, bureau.today).rule("time_limits", "archive_dossier")
    assert (limit.length, limit.unit) == (30, "calendar_days")


def test_r9_a_dossier_is_not_deleted_before_its_term_nor_by_one_person() -> None:
    bureau = found_bureau("jinghai-tjj", "penalty_ordinary")
    case = archived_early(bureau, opened(bureau))
    reviewer = bureau["legality_reviewer"]
    assert refused(lambda: propose_destruction(case.pk, appraisal="无价值", actor=reviewer, at=bureau.later())) == (
        "destruction.early"
    )
    bureau.now = bureau.now.replace(year=bureau.now.year + 31)
    found = propose_destruction(case.pk, appraisal="无价值", actor=reviewer, at=bureau.later())
    decide_destruction(found.pk, granted=True, actor=bureau["leader_in_charge"], at=bureau.later())
    assert refused(lambda: destroy_dossier(found.pk, actor=bureau["archivist"], at=bureau.later())) == (
        "destruction.cooling"
    )


def test_d15_what_told_the_party_stands_in_the_volume_that_may_be_given_out() -> None:
    bureau = found_bureau(WS, "penalty_ordinary")
    case = filed(bureau)
    volumes = volumes_of(case, pack_in_force(case.agency_id, case.opened_on))
    [outside] = shown_volumes(volumes, covered=(), side=False)
    titles = {line.item.title for line in outside.lines}
    assert {"行政处罚事先告知书", "行政处罚决定书", "送达回证"} <= titles
    assert not {"调查终结报告", "行政处罚审批表"} & titles
