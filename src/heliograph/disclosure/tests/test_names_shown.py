"""What people see of a record in lists, messages and choices: a name they know, never a number of ours."""

from __future__ import annotations

from datetime import date

from heliograph.disclosure.actions import adjust_for_law_change
from heliograph.disclosure.models import PublicChange, PublicVersion
from heliograph.registers.actions import issue_certificate
from heliograph.registers.models import Account, Agency, Article, ImportBatch, LawVersion, Post, RoleGrant, Unit
from tests.cast import ITEM, LONG_AGO, NOON, TODAY, Staffing


def test_the_people_of_an_agency(
    agency: Agency, handling_unit: Unit, staffing: Staffing, handler: Account, legality_reviewer: Account
) -> None:
    person = staffing.register("路遥", handling_unit)
    certificate = issue_certificate(
        person.pk,
        kind="山东省行政执法证",
        number="37-0001",
        category="行政处罚",
        area="晴川县",
        issued_on=LONG_AGO,
        valid_to=date(2027, 1, 4),
        actor=legality_reviewer,
        at=NOON,
    )
    assert [str(each) for each in (agency.government, agency, handling_unit, person)] == [
        "晴川县人民政府",
        "晴川县测试局",
        "执法科",
        "路遥",
    ]
    assert str(certificate) == "山东省行政执法证 37-0001"
    assert str(Post.objects.get(person=person)) == "执法科 科员"
    assert str(handler) == "承办（晴川县测试局）"
    assert str(RoleGrant.objects.get(account=handler)) == "承办（晴川县测试局） 承办人"


def test_entries_releases_and_what_became_of_them(
    agency: Agency, published: PublicVersion, legality_reviewer: Account
) -> None:
    name = ITEM["name"]
    release = published.version.release
    assert str(published.entry) == name
    assert str(published.version) == str(published) == f"{name}（第 1 版）"
    assert str(release) == f"{name}（第 1 版） 已公开"
    assert [str(step) for step in release.steps.all()] == ["法制审核 同意", "发布审批 同意"]
    assert str(PublicChange.objects.get(entry=published.entry)) == f"公开 {name}"
    adjustment = adjust_for_law_change(
        agency.pk,
        article="行政处罚法@2021:61",
        repealed=False,
        effective_on=TODAY,
        reason="修改",
        basis="晴公5",
        actor=legality_reviewer,
        at=NOON,
    )
    assert str(adjustment) == "《行政处罚法》（2021）第 61 条"
    flagged = adjustment.items.get()
    assert str(flagged) == name
    assert str(flagged.duty) == f"调整“{name}”（《行政处罚法》（2021）第 61 条修改）"


def test_laws_and_imports(agency: Agency) -> None:
    version = LawVersion.objects.get(key="行政处罚法@2021")
    assert (str(version.law), str(version)) == ("中华人民共和国行政处罚法", "行政处罚法@2021")
    assert str(Article.objects.get(no="61", version=version)) == "行政处罚法@2021:61"
    assert str(ImportBatch(file_name="事项清单.xlsx")) == "事项清单.xlsx"
