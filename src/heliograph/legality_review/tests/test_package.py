"""The package of a round as the reviewer has it, and the opinions of all rounds side by side."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from django.conf import LazySettings

from heliograph.dossiers import actions as cases
from heliograph.dossiers.actions import EvidenceContent
from heliograph.dossiers.models import Case
from heliograph.dossiers.reasons import REASONS
from heliograph.dossiers.tests.bureau import Bureau, fine, opened, step_of
from heliograph.dossiers.tests.doing import do, refused
from heliograph.dossiers.tests.walks import answers, concluded, investigated
from heliograph.evidence.actions import Arrival, receive
from heliograph.evidence.tests.samples import boxed, picture
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.models import Record
from heliograph.legality_review import actions
from heliograph.legality_review.comparing import compared
from heliograph.legality_review.models import ReviewOpinion
from heliograph.legality_review.package import pieces_of
from heliograph.legality_review.queries import judgement_of
from heliograph.legality_review.tests.reviewing import (
    WHY,
    responded,
    reviewed,
    reviewing_bureau,
    round_of,
    submitted,
    to_review,
)
from heliograph.procedures.queries import standing
from heliograph.registers.storage import storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return reviewing_bureau()


@pytest.fixture
def case(bureau: Bureau) -> Case:
    return to_review(bureau)


def test_a_package_has_its_materials_and_every_piece_of_evidence(bureau: Bureau, case: Case) -> None:
    submitted(bureau, case)
    pieces = pieces_of(round_of(case))
    titles = [one.title for one in pieces]
    assert titles[:3] == ["拟处理意见及说明", "调查终结报告", "证据材料"]
    assert "证据 1：报表" in titles
    proposed, report = pieces[0], pieces[1]
    assert "罚款：800" in proposed.text
    assert "认定的事实：迟报一次" in proposed.text
    assert report.file is not None
    assert report.kept == report.file


def test_originals_of_evidence_are_pieces_of_the_package(
    bureau: Bureau, settings: LazySettings, tmp_path: Path
) -> None:
    """Each original under the evidence that it belongs to, as received; such evidence is no text of its own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    case = investigated(bureau)
    film, photo = boxed(b"isom") + b"1" * 1000, picture()
    content = EvidenceContent(
        kind="audiovisual", name="现场录像", proves="迟报", source="现场拍摄", obtained_on=bureau.today,
        collector_id=bureau["handler"].pk, second_collector_id=bureau["co_handler"].pk, place="晴川县一号",
        originals=(Arrival(receive([film]), "录像.mp4"), Arrival(receive([photo]), "照片.jpg")),
    )  # fmt: skip
    cases.add_evidence(case.pk, content=content, actor=bureau["handler"], at=bureau.later())
    concluded(bureau, case, **{WHY: True})
    submitted(bureau, case)
    _review, pieces = actions.packable(case.pk, actor=bureau["legality_reviewer"], at=bureau.later())
    found = {one.title: one for one in pieces if one.original is not None}
    assert list(found) == ["证据 2：现场录像（录像.mp4）", "证据 2：现场录像（照片.jpg）"]
    for piece, sent in zip(found.values(), (film, photo), strict=True):
        assert piece.kept is not None
        with storage().open(piece.kept.sha256) as kept:
            assert kept.read() == sent
        assert (piece.text, piece.note) == ("", "视听资料，证明：迟报")
    assert "证据 2：现场录像" not in {one.title for one in pieces}


def test_taking_the_package_out_is_for_those_of_the_case_and_recorded(bureau: Bureau, case: Case) -> None:
    reviewer = bureau["legality_reviewer"]
    at = bureau.later()
    assert refused(lambda: actions.packable(case.pk, actor=reviewer, at=at)) == "review.none"
    submitted(bureau, case)
    assert refused(lambda: actions.packable(case.pk, actor=bureau["archivist"], at=at)) == "role.missing"
    review, pieces = actions.packable(case.pk, actor=reviewer, at=bureau.later())
    assert review == round_of(case)
    actions.note_package(case.pk, sha256="0" * 64, actor=reviewer, at=bureau.later())
    record = Record.objects.get(kind="case.review_package_exported")
    assert record.actor_id == reviewer.pk
    assert pieces


def test_opinions_stand_side_by_side_by_element(bureau: Bureau, case: Case) -> None:
    reviewed(bureau, case, "problems")
    assert compared(list(ReviewOpinion.objects.filter(review__case=case))) is None
    responded(bureau, case)
    concluded(bureau, case, **{WHY: True})
    reviewed(bureau, case)
    opinions = list(ReviewOpinion.objects.filter(review__case=case).order_by("review__number"))
    found = compared(opinions)
    assert found is not None
    differing = [(text, [one.finding for one in findings if one]) for text, findings, differs in found.rows if differs]
    assert differing == [("证据是否合法充分", ["problem", "ok"])]


def test_what_the_handler_answered_is_told_with_its_reason(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau))
    told = judgement_of(standing(case.pk))
    assert len(told.answers) == 6
    assert {said for _question, said, _reason in told.answers} == {False}
    assert judgement_of(standing(investigated(bureau).pk)).answers == []


def test_l2_every_answer_to_the_catalogue_has_its_reason_whoever_calls_the_act(bureau: Bureau) -> None:
    """A no without a reason would let a case past its review unaccounted for: the act itself refuses it."""
    case = investigated(bureau)
    place = step_of(case, "conclude_investigation")
    full = answers(bureau, case, place)
    without = {name: value for name, value in full.items() if name != REASONS}
    one_short = "\n".join(line for line in full[REASONS].splitlines() if not line.startswith(WHY))
    for facts in (without, {**full, REASONS: "都不属于"}, {**full, REASONS: one_short}):
        with pytest.raises(ActRefusedError, match="是否涉及重大公共利益") as caught:
            do(bureau, case, "conclude_investigation", content=fine(), facts={REASONS: "", **facts})
        assert caught.value.verdict.code == "review.no_judgement_reason"
    assert not case.proposals.exists()
    do(bureau, case, "conclude_investigation", content=fine(), facts=full)
    assert {reason for _question, _said, reason in judgement_of(standing(case.pk)).answers} == {"经比对卷内材料判断"}


def test_l2_coercion_gives_its_reasons_too() -> None:
    """The step that does not conclude an investigation asks the same."""
    bureau = reviewing_bureau("jinghai-tjj", "coercion", category="综合执法")
    bureau.category = "coercion"
    case = opened(bureau, "coercion", title="扣押涉案设备")
    content = cases.CoercionContent("涉嫌用于违法经营", "seizure", "设备 2 台", basis=["行政强制法@2011:18"])
    facts = {"强制方式": "查封扣押", REASONS: ""}
    apply = partial(do, bureau, case, "apply_coercion", content=content, facts=facts)
    assert refused(apply) == "review.no_judgement_reason"
