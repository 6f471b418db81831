"""No major decision without its review, tried along every path that leads to one (L1; holes 39–48 of other systems)."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

import heliograph
from heliograph.documents.models import Document
from heliograph.dossiers import actions as cases
from heliograph.dossiers import gates
from heliograph.dossiers.actions import ExaminationContent
from heliograph.dossiers.actions.making import draft_document, issue_document
from heliograph.dossiers.models import Case, Decision, IssuedNumber, Paper
from heliograph.dossiers.tests.bureau import Bureau, corrected, fine, opened, papers, step_of
from heliograph.dossiers.tests.doing import do, on_site, open_steps, refused, tick
from heliograph.dossiers.tests.test_coercion import spot
from heliograph.dossiers.tests.walks import (
    answered,
    concluded,
    decided,
    investigated,
    noticed,
    served_on_party,
    took_evidence,
)
from heliograph.kernel.verdict import ActRefusedError, require
from heliograph.ledger.actions.reconciling import compare_rows
from heliograph.ledger.guards import guard_of
from heliograph.legality_review import actions
from heliograph.legality_review.models import OpinionItem, Review
from heliograph.legality_review.queries import grounds_of, may_be_decided, ratio_of
from heliograph.legality_review.tests.reviewing import (
    WHY,
    checked,
    coordinated,
    elements,
    met,
    opined,
    responded,
    reviewed,
    reviewing_bureau,
    submitted,
    to_review,
)
from heliograph.procedures.actions import complete_task
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db
SRC = Path(heliograph.__file__).parent
DECISION = "行政处罚决定书"
ASKED: dict[str, Any] = {"bank": "晴川农商银行营业部", "add_surcharge": True, "court": "晴川县人民法院"}


@pytest.fixture
def bureau() -> Bureau:
    return reviewing_bureau()


def ready(bureau: Bureau) -> Case:
    """A case that was reviewed, approved, noticed and answered: all but its decision."""
    return answered(bureau, noticed(bureau, reviewed(bureau, to_review(bureau))))


def pushed(bureau: Bureau, case: Case, act: str, by: str, **facts: Any) -> None:
    """Move the token of a case by the engine alone, past the act of its step."""
    complete_task(case.pk, step_of(case, act), facts=facts, actor=bureau[by], at=bureau.later())


def forged(bureau: Bureau, case: Case, **changes: Any) -> Decision:
    """Write the row of a decision as an import, a script or a change of data would: past every act."""
    paper = Paper.objects.create(
        agency=case.agency,
        case=case,
        step="t_decide",
        kind=DECISION,
        made_on=bureau.today,
        registered_by=bureau["handler"],
        registered_at=bureau.now,
    )
    given: dict[str, Any] = {
        "outcome": "penalty",
        "kinds": ["fine"],
        "fine": Decimal(800),
        "facts": "迟报一次",
        "reasons": "事实清楚",
        "basis": ["行政处罚法@2021:54"],
        "correction": "按时报送统计资料",
        **changes,
    }
    decision: Decision = apps.get_model("dossiers", "Decision").objects.create(
        agency=case.agency,
        case=case,
        number=f"伪〔2026〕{Decision.objects.count() + 1}号",
        decided_on=bureau.today,
        decided_by=bureau["leader_in_charge"],
        decided_at=bureau.now,
        paper=paper,
        **given,
    )
    return decision


# -- the paths
def test_l1_path_raw_act(bureau: Bureau) -> None:
    """39: the functions that the desk calls refuse by themselves."""
    case = to_review(bureau)
    [paper] = papers(bureau, DECISION)
    given: dict[str, Any] = {
        "paper": paper,
        "collecting_bank": "农商银行",
        "surcharge": True,
        "actor": bureau["leader_in_charge"],
    }
    assert refused(lambda: cases.decide(case.pk, "t_decide", at=bureau.later(), **given)) == "step.not_open"
    case = answered(bureau, noticed(bureau, reviewed(bureau, case)))
    took_evidence(bureau, case)
    place = step_of(case, "decide")
    assert refused(lambda: cases.decide(case.pk, place, at=bureau.later(), **given)) == "review.void"


def test_l1_path_issuing_the_document(bureau: Bureau) -> None:
    """A decision with number and PDF is a decision in the party's hands, whatever the flow says."""
    case = ready(bureau)
    step = step_of(case, "decide")
    document = draft_document(case.pk, step, kind=DECISION, asked=ASKED, actor=bureau["handler"], at=bureau.later())
    took_evidence(bureau, case)
    leader = bureau["leader_in_charge"]
    assert refused(lambda: issue_document(case.pk, document.pk, actor=leader, at=bureau.later())) == "review.void"
    assert Document.objects.get(pk=document.pk).number == ""
    assert not IssuedNumber.objects.filter(series__kind=DECISION).exists()


def test_l1_path_engine_alone(bureau: Bureau) -> None:
    """A token that is moved by the engine leaves no opinion behind it, and the decision asks for one."""
    case = to_review(bureau)
    submitted(bureau, case)
    checked(bureau, case)
    pushed(bureau, case, "review_opinion", "legality_reviewer", 审核结论="同意")
    answered(bureau, noticed(bureau, case))
    assert open_steps(case) == {"t_decide"}
    assert refused(lambda: decided(bureau, case)) == "review.not_passed"


@pytest.mark.by_hand
def test_l1_path_import_script_and_change_of_data_are_refused_by_the_database(bureau: Bureau) -> None:
    """Whoever writes the row: where the catalogue found something, the database wants the opinion that agrees."""
    case = to_review(bureau)
    for _round in ("none", "problems"):
        with pytest.raises(IntegrityError, match="no opinion that agrees"), transaction.atomic():
            forged(bureau, case)
        if _round == "none":
            reviewed(bureau, case, "problems")
    called = investigated(bureau)
    actions.call_in(called.pk, reason="影响大", actor=bureau["legality_reviewer"], at=bureau.later())
    with pytest.raises(IntegrityError), transaction.atomic():
        forged(bureau, called)


@pytest.mark.by_hand
def test_l1_path_decision_changed_in_the_database(bureau: Bureau) -> None:
    case = decided(bureau, ready(bureau))
    with pytest.raises(IntegrityError, match="metes out"), transaction.atomic():
        Decision.objects.filter(case=case).update(fine=Decimal(80000))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_decision SET outcome = 'minor'")
    with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
        Review.objects.get(case=case).opinions.update(conclusion="agree")


@pytest.mark.by_hand
def test_l1_path_serving_and_publishing_what_was_written_past_the_acts(bureau: Bureau) -> None:
    """An agreed opinion lets a row in; only what was reviewed is served and published; the recount shows the row."""
    case = ready(bureau)
    pushed(bureau, case, "decide", "leader_in_charge", 决定意见="作出处罚决定")
    forged(bureau, case, fine=Decimal(80000))
    assert refused(lambda: served_on_party(bureau, case)) == "review.void"
    assert "罚款金额" in gates.asked(gates.IN_EFFECT, case.pk).message  # type: ignore[union-attr]
    pushed(bureau, case, "serve", "handler")
    publish: dict[str, Any] = {"published_on": bureau.today, "where": "机关网站"}
    assert refused(lambda: do(bureau, case, "record_publication", **publish)) == "review.void"
    assert any("dossiers_decision" in str(one) for one in compare_rows(guard_of(Decision)))


def test_l1_path_coercion_carried_out_and_published_after_the_engine_alone() -> None:
    """Things are not taken, and what came of it is not published, on an approval that no review stands behind."""
    bureau = coercing()
    case = coercion_to_review(bureau)
    submitted(bureau, case)
    checked(bureau, case)
    pushed(bureau, case, "review_opinion", "legality_reviewer", 审核结论="同意")
    assert refused(lambda: do(bureau, case, "approve_coercion", granted=True, opinion="同意")) == "review.not_passed"
    pushed(bureau, case, "approve_coercion", "leader_in_charge", 准予强制=True)
    pushed(bureau, case, "give_prior_notice", "handler")
    assert refused(lambda: do(bureau, case, "carry_out_coercion", content=spot(bureau))) == "review.not_passed"
    pushed(bureau, case, "carry_out_coercion", "handler", 决定书当场交付=True)
    [place] = [token.place for token in standing(case.pk).tasks]
    complete_task(case.pk, place, facts={"查封扣押处理意见": "解除"}, actor=bureau["handler"], at=bureau.later())
    pushed(bureau, case, "release_coercion", "handler")
    publish: dict[str, Any] = {"published_on": bureau.today, "where": "机关网站"}
    assert refused(lambda: do(bureau, case, "record_publication", **publish)) == "review.not_passed"


def test_reviewed_coercion_is_carried_out_and_published() -> None:
    bureau = coercing()
    case = coercion_to_review(bureau)
    for one in (submitted, checked, opined):
        one(bureau, case)
    assert gates.asked(gates.IN_EFFECT, case.pk)
    do(bureau, case, "approve_coercion", granted=True, opinion="同意")
    do(bureau, case, "give_prior_notice", content=on_site(bureau, act="告知"), statement="没有意见")
    do(bureau, case, "carry_out_coercion", content=spot(bureau))
    tick(bureau, case, 查封扣押处理意见="解除")
    do(bureau, case, "release_coercion", how="退还当事人")
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    assert Decision.objects.get(case=case).published_on == bureau.today


def test_l1_path_no_other_code_writes_a_decision() -> None:
    """Import, commands, the portal, packs: one function of the product writes decisions, and it asks the gate."""
    writers = [
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if "tests" not in path.parts and "migrations" not in path.parts and _writes_decisions(path)
    ]
    assert writers == ["dossiers/actions/deciding.py"]


def _writes_decisions(path: Path) -> bool:
    tree = ast.parse(path.read_text())
    if not any(isinstance(one, ast.ImportFrom) and _takes_decision(one) for one in ast.walk(tree)):
        return False
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        told = ast.unparse(node.func)
        first = ast.unparse(node.args[0]) if node.args else ""
        if told in {"Decision", "Decision.objects.create", "Decision.objects.bulk_create"}:
            return True
        if told == "write_row" and first == "Decision":
            return True
    return False


def _takes_decision(one: ast.ImportFrom) -> bool:
    return (one.module or "").startswith("heliograph.dossiers.models") and any(a.name == "Decision" for a in one.names)


def test_l1_path_another_result_is_another_decision(bureau: Bureau) -> None:
    """Whoever decides does not turn a reviewed penalty into none: that is proposed and reviewed by itself."""
    case = ready(bureau)
    none: dict[str, Any] = {"verdict": "不予处罚", "reason": "情有可原", "paper": None}
    assert refused(lambda: decided_otherwise(bureau, case, **none)) == "review.withheld"
    decided_otherwise(bureau, case, verdict="退回", reason="改拟不予处罚", paper=None)
    minor = fine(outcome="minor", kinds=[], fine=Decimal(0), reasons="轻微并及时改正")
    concluded(bureau, case, minor, **{WHY: True})
    assert open_steps(case) == {"t_submit"}
    acquit: dict[str, Any] = {"outcome": "minor", "reason": "轻微并及时改正"}
    reviewed(bureau, case)
    assert refused(lambda: do(bureau, case, "decide_no_penalty", **{**acquit, "reason": "另有考虑"})) == "review.void"
    do(bureau, case, "decide_no_penalty", **acquit)
    assert Decision.objects.get(case=case).outcome == "minor"


def decided_otherwise(bureau: Bureau, case: Case, **given: Any) -> object:
    return cases.decide(case.pk, step_of(case, "decide"), actor=bureau["leader_in_charge"], at=bureau.later(), **given)


# -- the holes of other systems
def test_peer_40_each_ground_and_a_doubtful_no(bureau: Bureau) -> None:
    case = to_review(bureau)
    [ground] = grounds_of(case, standing(case.pk))
    assert (ground.text, bool(ground.basis)) == (WHY, True)
    other = concluded(bureau, investigated(bureau))
    assert open_steps(other) == {"t_approve"}
    actions.call_in(other.pk, reason="媒体关注", actor=bureau["legality_reviewer"], at=bureau.later())
    concluded(bureau, other)
    assert open_steps(other) == {"t_submit"}


def test_peer_41_reviewer_is_who_signed_in_and_no_handler(bureau: Bureau) -> None:
    case = to_review(bureau)
    submitted(bureau, case)
    checked(bureau, case)
    assert refused(lambda: opined(bureau, case, by=bureau["handler"])) in {"step.role", "step.excluded"}
    opined(bureau, case)
    assert Review.objects.get(case=case).opinions.get().reviewer == bureau["legality_reviewer"]


def test_peer_42_and_43_elements_and_package(bureau: Bureau) -> None:
    case = to_review(bureau)
    submitted(bureau, case)
    assert Review.objects.get(case=case).materials.count() >= 4
    checked(bureau, case)
    assert refused(lambda: opined(bureau, case, findings=elements(bureau)[:-1])) == "review.elements"


def test_peer_44_45_rounds_stay_and_disagreement_is_settled(bureau: Bureau) -> None:
    case = reviewed(bureau, to_review(bureau), "problems")
    responded(bureau, case)
    concluded(bureau, case, **{WHY: True})
    reviewed(bureau, case, "problems")
    responded(bureau, case, "not_adopted", "证据已经足够")
    assert open_steps(case) == {"t_coordinate"}
    met(bureau, case, "agree", "disagree")
    coordinated(bureau, case, manner="collective")
    assert refused(lambda: require(may_be_decided(case.pk))) == "review.not_passed"
    opined(bureau, case)
    assert may_be_decided(case.pk)
    assert list(Review.objects.filter(case=case).order_by("number").values_list("number", flat=True)) == [1, 2]
    assert list(OpinionItem.objects.order_by("opinion__review__number").values_list("answer", flat=True)) == [
        "adopted",
        "not_adopted",
    ]


def test_peer_46_supplements_are_dated_by_the_act_alone(bureau: Bureau) -> None:
    """No act of the review takes a day for a supplement: nobody can fill it in afterwards."""
    for act in (actions.ask_supplement, actions.answer_supplement, actions.check_submission, actions.supplement_review):
        assert not {"on", "from_on", "asked_on", "complete_on"} & set(act.__annotations__)


def test_peer_47_change_after_the_opinion_is_named(bureau: Bureau) -> None:
    case = ready(bureau)
    took_evidence(bureau, case)
    with pytest.raises(ActRefusedError, match="证据已经变动，该意见失效"):
        decided(bureau, case)


def test_peer_48_share_of_reviewers_is_computed(bureau: Bureau) -> None:
    ratio = ratio_of(bureau.agency.pk, pack_in_force(bureau.agency.pk, bureau.today), bureau.today)
    assert ratio.officers > 0
    assert ratio.wanted == 1
    assert ratio.share is not None


# -- the other categories (L2)
LEVY = ExaminationContent("carried_out", "占用河道", "依标准核定", ["行政处罚法@2021:9"], levied=Decimal("1200.50"))
PERMIT = ExaminationContent("granted", "材料真实", "符合条件", ["行政许可法@2019:38"])


def levied(bureau: Bureau, content: ExaminationContent = LEVY) -> Case:
    case = opened(bureau, "levy", title="征收某费", source="other")
    do(bureau, case, "accept_application", note="登记")
    do(bureau, case, "examine", content=content, facts={"征收征用类型": "征收", WHY: True})
    if content.outcome == "carried_out":
        do(bureau, case, "give_prior_notice", served_on=bureau.today)
        do(bureau, case, "end_statement", kind="waiver", received_on=bureau.today, content="", file_id=bureau.scan)
    return case


def by_catalogue(bureau: Bureau, case: Case, act: str, **given: Any) -> None:
    """A case of any category waits for its review, does not go on without it, and is decided after it."""
    assert open_steps(case) == {"t_submit"}
    assert not may_be_decided(case.pk)
    for one in (submitted, checked, opined):
        one(bureau, case)
    do(bureau, case, act, **given)


def test_l2_levies_are_reviewed_where_the_catalogue_says_so() -> None:
    bureau = reviewing_bureau("xinglongtai-mzj", "levy", category="综合执法")
    bureau.category = "levy"
    by_catalogue(bureau, levied(bureau), "decide", remedies="六十日内申请复议", pay_days=31)
    denied = ExaminationContent("denied", "不占河道", "不属于征收范围", ["行政处罚法@2021:9"])
    by_catalogue(bureau, levied(bureau, denied), "decide", remedies="")
    assert Decision.objects.count() == 2


def test_l2_permits_are_reviewed_where_the_catalogue_says_so() -> None:
    bureau = reviewing_bureau("wenshang-gxj", "permit", category="行政许可")
    bureau.category = "permit"
    case = opened(bureau, "permit", source="application", title="设立许可", occurred_from=None, occurred_to=None)
    cases.complete_step(case.pk, open_place(case), note="收件", papers=papers(bureau, "申请材料接收凭证"),
                        facts={"收件意见": "受理"}, actor=bureau["window_clerk"], at=bureau.later())  # fmt: skip
    do(bureau, case, "accept_application", note="齐全")
    do(bureau, case, "examine", content=PERMIT, facts={"疑难复杂涉及多个法律关系": True})
    by_catalogue(bureau, case, "decide", valid_to=date(2031, 1, 1), certificate_number="晴许 1 号",
                 certificate_kind="许可证、执照或者其他许可证书")  # fmt: skip


def open_place(case: Case) -> str:
    [token] = standing(case.pk).tasks
    return token.place


def coercing() -> Bureau:
    bureau = reviewing_bureau("jinghai-tjj", "coercion", category="综合执法")
    bureau.category = "coercion"
    return bureau


def coercion_to_review(bureau: Bureau) -> Case:
    case = opened(bureau, "coercion", title="扣押涉案设备")
    content = cases.CoercionContent("涉嫌用于违法经营", "seizure", "设备 2 台", basis=["行政强制法@2011:18"])
    do(bureau, case, "apply_coercion", content=content, facts={"强制方式": "查封扣押", WHY: True})
    return case


def test_l2_coercion_is_reviewed_where_the_catalogue_says_so() -> None:
    bureau = coercing()
    case = coercion_to_review(bureau)
    by_catalogue(bureau, case, "approve_coercion", granted=True, opinion="同意")
    assert open_steps(case) == {"t_inform"}


def test_l3_rizhao_reviews_a_decision_not_to_punish_too() -> None:
    """All but the summary procedure, so also what ends without a penalty."""
    bureau = reviewing_bureau("rizhao-rsj")
    minor = fine(outcome="minor", kinds=[], fine=Decimal(0), reasons="轻微并及时改正")
    by_catalogue(bureau, concluded(bureau, investigated(bureau), minor), "decide_no_penalty", outcome="minor",
                 reason="轻微并及时改正")  # fmt: skip


def test_the_way_that_is_open(bureau: Bureau) -> None:
    """All of it does not stand in the way of a decision that was reviewed, to its end."""
    case = decided(bureau, ready(bureau))
    served_on_party(bureau, case)
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    assert gates.asked(gates.IN_EFFECT, case.pk)
    assert corrected(bureau)
