"""What the pages of cases show: the matter of a step, typed texts, citations in words, and only what is possible."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from heliograph.desk.case_page import until
from heliograph.desk.tests.casework import open_bureau, read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers.actions import (
    ClueContent,
    ContactContent,
    cite,
    correct_party,
    register_clue,
    terminate_case,
)
from heliograph.dossiers.models import Citation, Party
from heliograph.dossiers.tests.bureau import Bureau, fine, opened, step_of
from heliograph.dossiers.tests.walks import answered, concluded, decided, filed, investigated, noticed
from heliograph.kernel.verdict import ActRefusedError
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.asked_articles import Asked, asked_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


def test_the_approver_reads_what_is_to_be_approved(bureau: Bureau, browser: Browser) -> None:
    case = concluded(bureau, investigated(bureau))
    page = read(browser(bureau["leader_in_charge"]), step_url(bureau, case, step_of(case, "approve_handling")))
    content = fine()
    assert "请审批的处理意见：给予行政处罚" in page
    assert "罚款" in page
    assert content.facts in page
    assert content.reasons in page
    assert "承办人的回答" in page
    assert "按规则表得出的情形" in page
    assert "证据 1 项" in page
    assert page.index("请您审查的内容") < page.index("办理内容")


def test_the_decider_reads_what_will_be_decided(bureau: Bureau, browser: Browser) -> None:
    case = answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau))))
    page = read(browser(bureau["leader_in_charge"]), step_url(bureau, case, step_of(case, "decide")))
    assert "拟作出的决定：给予行政处罚：" in page
    assert "书面放弃" in page


def test_kinds_without_money_and_the_texts_stand_on_the_case_page(bureau: Bureau, browser: Browser) -> None:
    case = concluded(bureau, investigated(bureau), fine(kinds=["warning", "fine"]))
    page = read(browser(bureau["handler"]), url(bureau, "case", case=case.pk))
    assert "给予行政处罚：警告、罚款" in page
    assert fine().reasons in page
    assert "未审批" in page
    assert f"分管领导（{bureau['leader_in_charge'].display_name}）" in page


def test_no_key_of_an_article_is_left_on_the_pages(bureau: Bureau, browser: Browser) -> None:
    case = decided(bureau, answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau)))))
    for role in ("handler", "leader_in_charge"):
        page = read(browser(bureau[role]), url(bureau, "case", case=case.pk))
        assert "@2021" not in page
        assert "@2024" not in page
        assert "《行政处罚法》（2021）第五十四条" in page


def test_pages_take_as_many_queries_however_long_the_file(
    bureau: Bureau, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    case = concluded(bureau, investigated(bureau))
    keys = [key for key in sorted(browser_keys(bureau)) if not Citation.objects.filter(case=case, key=key).exists()]
    for key in keys[:4]:
        cite(case.pk, use="violated", key=key, actor=bureau["handler"], at=bureau.later())
    client = browser(bureau["leader_in_charge"])
    address = step_url(bureau, case, step_of(case, "approve_handling"))
    read(client, address)
    with django_assert_max_num_queries(5 + 30):
        read(client, address)


def browser_keys(bureau: Bureau) -> set[str]:
    """Return the articles that the bureau's pack knows."""
    return {key for key in pack_in_force(bureau.agency.pk, bureau.today).article_keys() if ":" in key}


def test_an_article_is_cited_as_people_write_it(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    client, address = browser(bureau["handler"]), url(bureau, "citation-new", case=case.pk)
    assert "@20" not in read(client, address)
    answer = client.post(address, {"use": "applied", "key": "统计法第四十四条", "rev": rev_of(case)})
    assert answer.status_code == 302, answer.content.decode()
    assert Citation.objects.get(case=case, use="applied").key == "统计法@2024:44"
    answer = client.post(address, {"use": "applied", "key": "没有的法第四条"})
    assert answer.status_code == 422
    assert "执法依据库中没有" in answer.content.decode()
    found = client.get(url(bureau, "articles") + "?q=统计法第四十四条").json()["articles"]
    assert found[0]["label"] == "《统计法》（2024）第四十四条"
    assert found[0]["text"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("统计法第四十四条", Asked("统计法", "", "44")),
        ("《统计法》（2024）第四十四条", Asked("统计法", "2024", "44")),
        ("行政处罚法第58条之1（2）", Asked("行政处罚法", "", "58-1(2)")),
        ("国办发〔2018〕118 号第七条", Asked("国办发118号", "2018", "7")),
        ("统计法 44", Asked("统计法", "", "44")),
        ("统计法", None),
        ("", None),
    ],
)
def test_an_article_may_be_asked_for_in_several_ways(words: str, asked: Asked | None) -> None:
    assert asked_article(words) == asked


def test_nothing_is_offered_that_the_state_refuses(bureau: Bureau, browser: Browser) -> None:
    case = concluded(bureau, investigated(bureau))
    leader = browser(bureau["leader_in_charge"])
    acts = url(bureau, "case-acts", case=case.pk)
    assert "退回前一环节" in read(leader, acts)
    decided(bureau, answered(bureau, noticed(bureau, case)))
    assert "退回前一环节" not in read(leader, acts)
    page = read(browser(bureau["handler"]), url(bureau, "case", case=case.pk))
    assert f'{url(bureau, "evidence-new", case=case.pk)}"' not in page  # each piece has a page below the same address
    assert url(bureau, "citation-new", case=case.pk) not in page


def test_the_co_handler_is_told_what_she_may_do(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    page = read(browser(bureau["co_handler"]), step_url(bureau, case, step_of(case, "investigate")))
    assert "您可以查看，不能办理" not in page


def test_an_officer_corrects_how_a_party_is_reached(bureau: Bureau, browser: Browser) -> None:
    case = opened(bureau)
    party = Party.objects.get(case=case)
    address = f"{url(bureau, 'case-act', case=case.pk, act='party')}?row={party.pk}"
    client = browser(bureau["handler"])
    assert party.name in read(client, address)
    sent = {"row": str(party.pk), "representative": party.representative, "address": "新街一号",
            "phone": "0427-1234567",
            "e_service_consent_on": "", "e_service_address": "", "reason": "当事人告知"}  # fmt: skip
    assert client.post(address, sent).status_code == 302
    party.refresh_from_db()
    assert party.address == "新街一号"
    page = read(client, url(bureau, "case", case=case.pk))
    assert "更正" in page
    assert "改为“新街一号”" in page
    assert "没有需要更正的" in client.post(address, sent).content.decode()
    read(browser(bureau["unit_head"]), address, 403)


def test_a_party_is_corrected_by_its_officers_alone_and_while_the_case_runs(bureau: Bureau) -> None:
    case = opened(bureau)
    party = Party.objects.get(case=case)
    given: dict[str, Any] = {"content": ContactContent(address="新街一号"), "reason": "当事人告知"}
    with pytest.raises(ActRefusedError) as wrong:
        correct_party(party.pk, **given, actor=bureau["unit_head"], at=bureau.later())
    assert wrong.value.verdict.code == "role.missing"
    terminate_case(case.pk, reason="撤案", basis="行政处罚法@2021:57", actor=bureau["head"], at=bureau.later())
    with pytest.raises(ActRefusedError) as late:
        correct_party(party.pk, **given, actor=bureau["handler"], at=bureau.later())
    assert late.value.verdict.code == "case.ended"


def test_a_clue_that_waits_stands_on_the_desk_of_its_unit(bureau: Bureau, browser: Browser) -> None:
    content = ClueContent("report", bureau.today, "某某商店", "涉嫌迟报")
    register_clue(bureau.agency.pk, unit_id=bureau.unit.pk, content=content, actor=bureau["handler"], at=bureau.later())
    assert "核查线索：某某商店" in read(browser(bureau["handler"]), url(bureau, "home"))
    assert "核查线索：某某商店" not in read(browser(bureau["leader_in_charge"]), url(bureau, "home"))


def test_a_step_says_the_hour_where_its_period_is_in_hours() -> None:
    due_at = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    flow = SimpleNamespace(definition=SimpleNamespace(nodes={}), limits={})
    step: Any = SimpleNamespace(
        token=SimpleNamespace(due_on=date(2026, 11, 23), place="t_deliver"),
        place=SimpleNamespace(node=SimpleNamespace(limit="transfer_deliver"), standing=SimpleNamespace(compiled=flow)),
    )
    clock: Any = [SimpleNamespace(duty=SimpleNamespace(kind="transfer_deliver", due_at=due_at))]
    assert until(step, clock) == "限 2026-11-23 14:30 前"
    assert until(step, []) == "限 2026-11-23 前"
    step.token.due_on = None
    assert until(step, clock) == ""
