"""Retrieval of an archived dossier by its acts: who asks, who decides, who reads what, how it ends; secrecy."""

from __future__ import annotations

from datetime import date
from functools import partial
from uuid import uuid4

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import binding
from heliograph.dossiers.actions.classifying import classify_item
from heliograph.dossiers.actions.reading import read_case_file
from heliograph.dossiers.actions.retrieving import (
    ask_for_dossier,
    decide_retrieval,
    end_retrieval,
    open_dossier,
    read_case_page,
    read_catalogue,
    read_item,
)
from heliograph.dossiers.file_access import require_readable_file, visible_volumes
from heliograph.dossiers.models import Case, CaseFile, Classification, Evidence, Retrieval, RetrievalReading
from heliograph.dossiers.permissions import reader
from heliograph.dossiers.retrieval_reading import MINE, latest_of_case, retrievals_of, rule_of
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.retrieving import (
    archived_case,
    archived_early,
    asked,
    colleague,
    granted,
    opened_at_once,
    soon,
)
from heliograph.dossiers.tests.test_dossier import pdf
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.ledger.models import Record
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role

pytestmark = pytest.mark.django_db
BASIS = "行政处罚法@2021:50"


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("wenshang-gxj", "penalty_ordinary")


@pytest.fixture
def case(bureau: Bureau) -> Case:
    made = opened(bureau)
    kept = actions.store_case_file(made.pk, name="笔录.pdf", content=pdf(2), actor=bureau["handler"], at=bureau.later())
    bureau.files[made.pk] = bureau.scan = kept.pk
    return made


def taken(bureau: Bureau, case: Case, by: Account) -> object:
    kept = bureau.files[case.pk]
    return read_case_file(case.pk, kept, actor=by, at=bureau.later())


def test_asking_is_for_the_archive_and_once(bureau: Bureau, case: Case) -> None:
    stranger = colleague(bureau)
    assert refused(lambda: asked(bureau, case, stranger)) == "retrieval.state"
    archived_case(bureau, case)
    assert refused(lambda: asked(bureau, case, stranger, purpose=" ")) == "text.no_reason"
    assert refused(lambda: asked(bureau, case, stranger, purpose="长" * 501)) == "text.too_long"
    supervisor = colleague(bureau, "监督", "supervisor")
    assert refused(lambda: asked(bureau, case, supervisor)) == "role.missing"
    found = asked(bureau, case, stranger)
    assert refused(lambda: asked(bureau, case, stranger)) == "retrieval.pending"
    assert (found.state, found.until_on, found.levels) == ("asked", None, [])
    assert Record.objects.filter(kind="retrieval.asked", subject_id=str(case.pk)).count() == 1
    with pytest.raises(Case.DoesNotExist):
        ask_for_dossier(bureau.agency.pk, uuid4(), purpose="x", actor=stranger, at=bureau.later())


def test_only_the_legal_office_opens_at_once(bureau: Bureau, case: Case) -> None:
    archived_case(bureau, case)
    assert refused(lambda: opened_at_once(bureau, case, "handler")) == "role.missing"
    for wrong, code in ((None, "retrieval.no_until"), (date(2026, 1, 1), "retrieval.past")):
        opening = partial(open_dossier, bureau.agency.pk, case.pk, purpose="评查", until_on=wrong,
                          actor=bureau["legality_reviewer"], at=bureau.later())  # fmt: skip
        assert refused(opening) == code
    found = opened_at_once(bureau, case)
    assert (found.state, found.at_once, found.side_volume) == ("open", True, True)
    assert "state" not in found.levels
    assert refused(lambda: opened_at_once(bureau, case)) == "retrieval.running"
    rule = rule_of(pack_in_force(bureau.agency.pk, bureau.today))
    assert (rule.basis, rule.certain) == ("WS记15", True)
    others = rule_of(load_pack(shipped(), "jinghai-tjj@2026.11"))
    assert others.approving == {Role.LEADER_IN_CHARGE}
    assert not others.certain


def decide(bureau: Bureau, found: Retrieval, by: str, **given: object) -> object:
    return decide_retrieval(bureau.agency.pk, found.pk, actor=bureau[by], at=bureau.later(),
                            **{"granted": True, "until_on": soon(bureau), **given})  # type: ignore[arg-type] # fmt: skip


def test_the_leader_in_charge_decides_once_and_never_their_own(bureau: Bureau, case: Case) -> None:
    archived_case(bureau, case)
    found = asked(bureau, case, bureau["handler"])
    assert refused(lambda: decide(bureau, found, "legality_reviewer")) == "role.missing"
    assert refused(lambda: decide(bureau, found, "head")) == "retrieval.approver"
    assert refused(lambda: decide(bureau, found, "leader_in_charge", until_on=None)) == "retrieval.no_until"
    assert refused(lambda: decide(bureau, found, "leader_in_charge", granted=False)) == "text.no_reason"
    assert refused(lambda: decide(bureau, found, "leader_in_charge", levels=["top"])) == "choice.unknown"
    decide(bureau, found, "leader_in_charge", levels=["trade"])
    assert refused(lambda: decide(bureau, found, "leader_in_charge")) == "retrieval.decided"
    own = asked(bureau, case, bureau["leader_in_charge"])
    assert refused(lambda: decide(bureau, own, "leader_in_charge")) == "retrieval.own"
    decide(bureau, own, "head", granted=False, opinion="没有工作需要")
    own.refresh_from_db()
    assert (own.state, own.until_on, own.opinion) == ("refused", None, "没有工作需要")
    assert refused(lambda: read_catalogue(bureau.agency.pk, own.pk, actor=bureau["leader_in_charge"],
                                          at=bureau.later())) == "retrieval.needed"  # fmt: skip


def test_a_retrieval_ends_by_its_reader_or_its_approver(bureau: Bureau, case: Case) -> None:
    archived_case(bureau, case)
    stranger = colleague(bureau)
    found = granted(bureau, case, stranger)

    def end(by: Account, reason: str = "查阅完毕", which: Retrieval = found) -> Retrieval:
        return end_retrieval(bureau.agency.pk, which.pk, reason=reason, actor=by, at=bureau.later())

    read_catalogue(bureau.agency.pk, found.pk, actor=stranger, at=bureau.later())
    assert refused(lambda: end(bureau["handler"])) == "retrieval.not_yours"
    assert refused(lambda: end(stranger, " ")) == "text.no_reason"
    end(bureau["leader_in_charge"], "事由消失")
    assert refused(lambda: end(stranger)) == "retrieval.over"
    assert refused(lambda: read_catalogue(bureau.agency.pk, found.pk, actor=stranger, at=bureau.later())) == (
        "retrieval.needed"
    )
    back = asked(bureau, case, stranger)
    assert end(stranger, "不需要了", back).state == "ended"
    latest = latest_of_case(case.pk, stranger)
    assert latest is not None
    assert latest.pk == back.pk


def test_files_of_the_archive_are_read_under_a_running_retrieval_only(bureau: Bureau, case: Case) -> None:
    handler = bureau["handler"]
    assert taken(bureau, case, handler).right.retrieval is None  # type: ignore[attr-defined]
    archived_case(bureau, case)
    for by in ("handler", "co_handler", "leader_in_charge", "head", "legality_reviewer", "archivist", "unit_head"):
        assert refused(partial(taken, bureau, case, bureau[by])) == "retrieval.needed", by
    for by in ("handler", "legality_reviewer", "archivist"):
        exporting = partial(binding.exportable, case.pk, form="zip", actor=bureau[by], at=bureau.later())
        assert refused(exporting) == "retrieval.needed"
    found = granted(bureau, case, handler)
    assert taken(bureau, case, handler).right.retrieval == found  # type: ignore[attr-defined]
    reading = RetrievalReading.objects.get(retrieval=found)
    assert (reading.read_by, reading.title, reading.form) == (handler, "笔录.pdf", "copy")
    assert Record.objects.filter(kind="case.dossier_read", subject_id=str(case.pk), actor_id=handler.pk).count() == 1
    assert refused(lambda: taken(bureau, case, bureau["co_handler"])) == "retrieval.needed"
    bureau.later(days=6)
    assert refused(lambda: taken(bureau, case, handler)) == "retrieval.needed"


def test_a_retrieval_of_one_case_opens_no_other_and_nobody_elses(bureau: Bureau, case: Case) -> None:
    archived_case(bureau, case)
    other = archived_early(bureau, opened(bureau, title="另案"))
    stranger = colleague(bureau)
    found = granted(bureau, case, stranger)
    case_found, item = read_item(bureau.agency.pk, found.pk, volume="main", serial=1, form="view", actor=stranger,
                                 at=bureau.later())  # fmt: skip
    assert case_found == case
    assert item.sha256
    assert refused(lambda: read_item(bureau.agency.pk, found.pk, volume="side", serial=1, form="view", actor=stranger,
                                     at=bureau.later())) == "retrieval.not_covered"  # fmt: skip
    with pytest.raises(Retrieval.DoesNotExist):
        read_catalogue(bureau.agency.pk, found.pk, actor=bureau["handler"], at=bureau.later())
    with pytest.raises(Case.DoesNotExist):
        taken(bureau, other, stranger)
    granted(bureau, case, bureau["handler"])
    assert refused(lambda: taken(bureau, other, bureau["handler"])) == "retrieval.needed"
    read_case_page(case, found, actor=stranger, at=bureau.later())
    mine = retrievals_of(bureau.agency.pk, stranger, MINE, bureau.today, all_of_agency=False)
    assert [one.pk for one in mine] == [found.pk]


def classify(bureau: Bureau, case: Case, item: Evidence, level: str, by: str = "handler", **given: str) -> object:
    words = {"reason": "涉及客户名单", "basis": BASIS, **given}
    return classify_item(case.pk, item.pk, level=level, actor=bureau[by], at=bureau.later(), **words)


def test_what_is_secret_is_read_by_whom_its_level_covers(bureau: Bureau, case: Case) -> None:
    archived_case(bureau, case)
    item = Evidence.objects.get(case=case)
    extra = CaseFile.objects.get(pk=bureau.files[case.pk])
    assert item.file_id == extra.pk
    assert refused(lambda: classify(bureau, case, item, "trade", "unit_head")) == "role.missing"
    assert refused(lambda: classify(bureau, case, item, "trade", reason="")) == "text.no_reason"
    assert refused(lambda: classify_item(case.pk, uuid4(), level="trade", reason="x", basis=BASIS,
                                         actor=bureau["handler"], at=bureau.later())) == "secrecy.unknown"  # fmt: skip
    classify(bureau, case, item, "trade")
    assert refused(lambda: classify(bureau, case, item, "trade")) == "secrecy.same"
    assert refused(lambda: classify(bureau, case, item, "")) == "secrecy.lower"
    stranger = colleague(bureau)
    found = granted(bureau, case, stranger)
    who = reader(stranger, bureau.agency.pk, bureau.today)
    assert refused(lambda: require_readable_file(case, who, on=bureau.today, item=item.pk)) == "retrieval.not_covered"
    end_retrieval(bureau.agency.pk, found.pk, reason="换一份", actor=stranger, at=bureau.later())
    granted(bureau, case, stranger, levels=["trade"])
    right = require_readable_file(case, who, on=bureau.today, item=item.pk)
    lines = [line for one in visible_volumes(case, pack_in_force(case.agency_id, bureau.today), right)
             for line in one.lines]  # fmt: skip
    assert not [line for line in lines if line.withheld]
    assert "副卷" not in {one.name for one in visible_volumes(case, pack_in_force(case.agency_id, bureau.today), right)}
    classify(bureau, case, item, "", "legality_reviewer")
    assert list(Classification.objects.filter(case=case).values_list("level", flat=True)) == ["trade", ""]


def test_before_the_archive_a_secret_is_for_officers_leaders_and_legal_office(bureau: Bureau, case: Case) -> None:
    kept = CaseFile.objects.get(pk=bureau.files[case.pk])
    classify_item(case.pk, kept.pk, level="privacy", reason="住址", basis=BASIS, actor=bureau["co_handler"],
                  at=bureau.later())  # fmt: skip
    for by in ("handler", "co_handler", "leader_in_charge", "legality_reviewer"):
        taken(bureau, case, bureau[by])
    for by in ("unit_head", "archivist"):
        assert refused(partial(taken, bureau, case, bureau[by])) == "retrieval.secret"
