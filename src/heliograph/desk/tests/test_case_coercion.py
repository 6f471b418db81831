"""The pages of coercion and inspections: what the leader reads, which articles are offered, and what is not asked."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from heliograph.desk import clock
from heliograph.desk.case_matter import answers_sections
from heliograph.desk.tests.casework import read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers.actions import CoercionContent, cite
from heliograph.dossiers.actions.drafting import save_step_draft
from heliograph.dossiers.actions.making import draft_document
from heliograph.dossiers.models import Case, Substitution
from heliograph.dossiers.tests.bureau import Bureau, at, found_bureau, opened, served, step_of
from heliograph.dossiers.tests.doing import do, refused
from heliograph.dossiers.tests.test_coercion import LAW, THINGS, applied, informed, penalty, spot
from heliograph.dossiers.tests.test_substitutes import performed, plan, urged
from heliograph.dossiers.tests.walks import served_on_party
from heliograph.kernel.bpmn.notation import Kind
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    made = found_bureau("jinghai-tjj", "coercion", "inspection", "penalty_ordinary", category="综合执法")
    made.category = "coercion"
    monkeypatch.setattr(clock, "now", lambda: made.later(seconds=1))
    return made


def test_the_leader_reads_what_is_to_be_seized_by_what_and_in_which_papers(bureau: Bureau, browser: Browser) -> None:
    case = applied(bureau)
    page = read(browser(bureau["leader_in_charge"]), step_url(bureau, case, step_of(case, "approve_coercion")))
    for said in ("申请的强制", "扣押", THINGS.items, THINGS.reason, "《行政强制法》（2011）第十八条", "行政强制审批表"):
        assert said in page
    assert str(bureau.files[case.pk]) in page  # the way to the form that was handed in
    assert "补办超时的说明" not in page
    assert "催告履行" not in page  # what may follow is what may follow a seizure


def test_the_leader_reads_what_was_done_on_site_before_an_urgent_approval(bureau: Bureau, browser: Browser) -> None:
    case = applied(bureau, "紧急查封扣押")
    content = spot(bureau, party_present=False, notified="电话通知两次，未到场", witness="李某")
    do(bureau, case, "carry_out_coercion", content=content)
    page = read(browser(bureau["leader_in_charge"]), step_url(bureau, case, step_of(case, "approve_coercion")))
    for said in ("现场：扣押", "李某", "电话通知两次，未到场", content.inventory, "补办超时的说明"):
        assert said in page


def test_only_grounds_are_offered_and_days_within_the_law(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau, "coercion", title="扣押涉案设备")
    client, place = browser(bureau["handler"]), step_of(case, "apply_coercion")
    cite(case.pk, use="violated", key="统计法@2024:44", actor=bureau["handler"], at=bureau.later())
    assert 'value="统计法@2024:44"' not in read(client, step_url(bureau, case, place))
    cite(case.pk, use="applied", key=LAW, actor=bureau["handler"], at=bureau.later())
    assert f'value="{LAW}"' in read(client, step_url(bureau, case, place))
    started = informed(bureau)
    address = step_url(bureau, started, step_of(started, "carry_out_coercion"))
    assert "“期限”应为 1 至 30 的整数" in client.post(address, {"days": "31", "rev": rev_of(started)}).content.decode()


def test_an_ordinary_inspection_asks_for_its_form_and_not_why_it_comes_late(bureau: Bureau, browser: Browser) -> None:
    bureau.category = "inspection"
    case = opened(bureau, "inspection", title="日常检查")
    place = step_of(case, "apply_inspection")
    client = browser(bureau["handler"])
    sent: dict[str, Any] = {"reason": "年度计划", "rev": rev_of(case)}
    page = client.post(step_url(bureau, case, place), {**sent, "fact-情况紧急": "no"}).content.decode()
    assert "请填写“制作日期”。" in page
    page = client.post(step_url(bureau, case, place), {**sent, "fact-情况紧急": "yes"}).content.decode()
    assert "请填写“制作日期”。" not in page


def test_a_refused_case_is_filed_from_its_page(bureau: Bureau, browser: Browser) -> None:
    case = applied(bureau)
    client, address = browser(bureau["handler"]), url(bureau, "case-acts", case=case.pk)
    assert "archive-ended" not in read(client, address)
    do(bureau, case, "approve_coercion", granted=False, opinion="没有必要")
    assert "archive-ended" in read(client, address)
    case.refresh_from_db()
    assert case.state == Case.State.CLOSED


def test_answers_stand_under_whoever_gave_them(bureau: Bureau) -> None:
    case = applied(bureau)
    stands = standing(case.pk)
    nodes = stands.compiled.definition.nodes.values()
    checked = next(one.id for one in nodes if one.kind is Kind.TASK and one.role == "legality_reviewer" and one.facts)

    def step(place: str, facts: dict[str, Any], role: str) -> Any:
        return SimpleNamespace(place=place, facts=facts, actor=bureau[role], at=bureau.now)

    done = [
        step("t_apply", {"强制方式": "查封扣押"}, "handler"),
        step(checked, {"送审材料齐全": True}, "legality_reviewer"),
    ]
    by_handler, by_reviewer = answers_sections(stands, done)
    assert (by_handler.title, by_handler.gist.split("，")[0]) == ("承办人的回答", bureau["handler"].display_name)
    assert by_reviewer.title == "法制审核人的回答"
    assert by_reviewer.gist.startswith(bureau["legality_reviewer"].display_name)
    assert [line.text for line in by_reviewer.lines] == ["是"]


def test_what_is_to_be_executed_says_what_stands_in_its_way_and_then_what_was_done(
    bureau: Bureau, browser: Browser
) -> None:
    unserved = penalty(bureau, serve=False)
    case = opened(bureau, "coercion", title="代履行")
    content = CoercionContent("逾期未履行", executes_id=unserved.pk, ground="pollution", due_on=bureau.today)
    apply = partial(do, bureau, case, "apply_coercion", facts={"强制方式": "代履行"})
    assert refused(partial(apply, content=content)) == "coercion.not_served"
    client = browser(bureau["handler"])
    page = read(client, step_url(bureau, case, step_of(case, "apply_coercion")))
    assert "尚未送达，不能申请强制执行，尚应缴纳 800.00 元，有尚未履行的行为义务" in page
    bureau.scan = bureau.files[unserved.case_id]
    served_on_party(bureau, unserved.case)
    bureau.scan = bureau.files[case.pk]
    bureau.later(days=1)
    apply(content=content)
    do(bureau, case, "approve_coercion", granted=True, opinion="同意")
    urged(bureau, case, 1)
    page = read(browser(bureau["leader_in_charge"]), step_url(bureau, case, step_of(case, "decide")))
    for said in ("申请行政复议，也可以自收到之日起", 'value="行政强制法@2011:51"', "最早为"):
        assert said in page
    assert page.count("checked") >= 2  # the articles on which the step rests are chosen beforehand
    leader, place = bureau["leader_in_charge"], step_of(case, "decide")
    sent = {"performer": ["某清运公司"], "planned_on": [plan(bureau).planned_on.isoformat()], "budget": ["3,000"]}
    save_step_draft(case.pk, place, data=sent, actor=leader, at=bureau.later())
    draft = draft_document(
        case.pk, place, kind="代履行决定书", asked={"how": "机械清除"}, actor=leader, at=bureau.later()
    )
    assert [draft.data[name] for name in ("performer", "planned", "budget")] == [
        "某清运公司", sent["planned_on"][0], "3000",
    ]  # fmt: skip
    assert 'value="机械清除"' in read(browser(leader), step_url(bureau, case, place)), "what the document says already"
    do(bureau, case, "decide", content=plan(bureau))
    do(bureau, case, "serve", content=served(bureau))
    urged(bureau, case, 1)
    bureau.now = at(Substitution.objects.get(case=case).planned_on)
    do(bureau, case, "substitute_performance", content=performed(bureau))
    page = read(client, url(bureau, "case", case=unserved.case_id))
    for said in ("本案决定由代履行执行", "已代履行", "2,800 元", f"{case.number} {case.title}"):
        assert said in page
    page = read(client, url(bureau, "case", case=case.pk))
    assert "见证人李某、周某" in page
