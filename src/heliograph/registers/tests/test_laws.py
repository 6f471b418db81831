"""The law library: packs fill gaps, a person's import replaces texts, an article's change is recorded once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import (
    ArticleText,
    LawText,
    adopt_law,
    confirm_law,
    correct_article_change,
    mark_article_changed,
    propose_law,
    refuse_law,
)
from heliograph.registers.actions.laws import article_order
from heliograph.registers.models import Account, Agency, Article, FormerArticle, Law, LawImport, LawVersion
from tests.cast import NOON, TODAY


def law(*articles: ArticleText, **changes: Any) -> LawText:
    details: dict[str, Any] = {"key": "统计法@2024", "title": "中华人民共和国统计法", "level": "law"}
    return LawText(**{**details, **changes}, articles=articles)


def adopt(text: LawText, actor: Account | None = None) -> LawVersion:
    return adopt_law(text, actor=actor, at=NOON)


@pytest.mark.django_db
def test_a_version_comes_with_its_articles_in_order() -> None:
    adopt(law(*(ArticleText(no) for no in ("45", "9", "10(2)", "10"))))
    assert list(Article.objects.values_list("key", flat=True)) == [
        "统计法@2024:9",
        "统计法@2024:10",
        "统计法@2024:10(2)",
        "统计法@2024:45",
    ]


@pytest.mark.django_db
def test_adopting_again_doubles_nothing_and_fills_what_was_empty() -> None:
    adopt(law(ArticleText("45", summary="迟报的处罚")))
    adopt(law(ArticleText("45", text="条文", chapter="法律责任"), ArticleText("46")))
    article = Article.objects.get(no="45")
    assert (article.summary, article.text, article.chapter) == ("迟报的处罚", "条文", "法律责任")
    assert (Law.objects.count(), Article.objects.count()) == (1, 2)


@pytest.mark.django_db
def test_a_pack_does_not_replace_what_stands() -> None:
    adopt(law(ArticleText("45", summary="先到", text="先到的条文", verified="text", read_in="国家法律文本")))
    adopt(law(ArticleText("45", summary="后到", text="后到的条文", verified="secondary", read_in="转述")))
    article = Article.objects.get(no="45")
    assert (article.summary, article.text) == ("先到", "先到的条文")
    assert (article.verified, article.read_in) == ("text", "国家法律文本")


@pytest.mark.django_db
def test_what_was_unverified_becomes_verified() -> None:
    adopt(law(ArticleText("45", summary="迟报")))
    adopt(law(ArticleText("45", verified="text", read_in="国家法律文本")))
    article = Article.objects.get(no="45")
    assert (article.verified, article.read_in) == ("text", "国家法律文本")


def test_a_persons_import_replaces_the_full_text_and_keeps_the_paraphrase(legality_reviewer: Account) -> None:
    adopt(law(ArticleText("45", summary="概述", text="旧条文")))
    text = law(
        ArticleText("45", summary="另一概述", text="新条文"), overwrite=True, verified="text", read_in="国家法律文本"
    )
    version = adopt(text, legality_reviewer)
    article = Article.objects.get(no="45", version=version)
    assert (article.summary, article.text) == ("概述", "新条文")
    assert (version.verified, version.imported_by) == ("text", legality_reviewer)


@pytest.mark.django_db
def test_an_import_of_a_version_that_was_not_there_is_the_first() -> None:
    version = adopt(law(ArticleText("1", text="条文"), overwrite=True, effective_from=date(2024, 9, 13)))
    assert version.effective_from == date(2024, 9, 13)


@pytest.mark.django_db
def test_two_versions_of_a_law_are_one_law_with_all_its_names() -> None:
    adopt(law(aliases=["统计法"]))
    adopt(law(key="统计法@2009", aliases=["统计法", "老统计法"]))
    record = Law.objects.get()
    assert record.aliases == ["统计法", "老统计法"]
    assert record.versions.count() == 2


@pytest.mark.parametrize(
    ("no", "order"), [("9", 9000), ("10", 10000), ("10-1", 10001), ("10(2)", 10002), ("10(2)(3)", 10002), ("附", 0)]
)
def test_articles_sort_as_a_reader_expects(no: str, order: int) -> None:
    assert article_order(no) == order


@pytest.mark.by_hand
@pytest.mark.django_db
def test_a_change_of_an_article_is_recorded_forward_in_time() -> None:
    adopt(law(ArticleText("45")))
    article = Article.objects.get()
    assert mark_article_changed(article.pk, changed_on=TODAY, note="修改").change_note == "修改"
    for day in (TODAY, date(2026, 1, 1)):
        with pytest.raises(ActRefusedError, match="已登记于 2026-11-20 变动"):
            mark_article_changed(article.pk, changed_on=day, note="再改")


# -- two people
def propose(agency: Agency, actor: Account, verified: str = "text", text: str = "新条文") -> LawImport:
    wanted = law(
        ArticleText("45", text=text, verified=verified, read_in="公报"),
        overwrite=True, verified=verified, read_in="公报", effective_from=date(2024, 9, 13),
    )  # fmt: skip
    return propose_law(wanted, agency_id=agency.pk, actor=actor, at=NOON)


def test_an_import_enters_the_library_when_another_legal_officer_confirms_it(
    agency: Agency, legality_reviewer: Account, outsider: Account
) -> None:
    proposal = propose(agency, legality_reviewer)
    assert not LawVersion.objects.filter(key="统计法@2024").exists()
    with pytest.raises(ActRefusedError, match="须由另一名法制审核人"):
        confirm_law(proposal.pk, agency_id=agency.pk, actor=legality_reviewer, at=NOON)
    theirs = outsider.grants.all()[0].agency
    version = confirm_law(proposal.pk, agency_id=theirs.pk, actor=outsider, at=NOON)
    assert (version.imported_by, version.verified) == (legality_reviewer, "text")
    assert version.effective_from == date(2024, 9, 13)
    assert version.articles.get().text == "新条文"
    with pytest.raises(ActRefusedError, match="已经办理"):
        confirm_law(proposal.pk, agency_id=theirs.pk, actor=outsider, at=NOON)


def test_only_legal_officers_propose_and_confirm(
    agency: Agency, handler: Account, legality_reviewer: Account, outsider: Account
) -> None:
    with pytest.raises(ActRefusedError, match="没有导入法律文本的权限"):
        propose(agency, handler)
    proposal = propose(agency, legality_reviewer)
    for actor, refusal in ((handler, "没有导入法律文本的权限"), (outsider, "不是本机关人员")):
        with pytest.raises(ActRefusedError, match=refusal):
            confirm_law(proposal.pk, agency_id=agency.pk, actor=actor, at=NOON)


def test_what_an_import_replaces_is_kept_and_the_new_text_is_as_sure_as_its_reader_says(
    agency: Agency, legality_reviewer: Account, outsider: Account
) -> None:
    adopt(law(ArticleText("45", text="旧条文", verified="text", read_in="国家法律文本")))
    proposal = propose(agency, legality_reviewer, verified="secondary")
    confirm_law(proposal.pk, agency_id=outsider.grants.all()[0].agency_id, actor=outsider, at=NOON)
    article = Article.objects.get(key="统计法@2024:45")
    assert (article.text, article.verified, article.read_in) == ("新条文", "secondary", "公报")
    former = FormerArticle.objects.get()
    assert (former.text, former.verified, former.replaced_by) == ("旧条文", "text", legality_reviewer)


def test_a_proposed_text_is_put_aside_with_the_reason(agency: Agency, legality_reviewer: Account) -> None:
    proposal = propose(agency, legality_reviewer)
    with pytest.raises(ActRefusedError, match="须写明理由"):
        refuse_law(proposal.pk, agency_id=agency.pk, reason=" ", actor=legality_reviewer, at=NOON)
    aside = refuse_law(proposal.pk, agency_id=agency.pk, reason="传错文件", actor=legality_reviewer, at=NOON)
    assert (aside.state, aside.refusal) == ("refused", "传错文件")
    with pytest.raises(ActRefusedError, match="已经办理"):
        refuse_law(proposal.pk, agency_id=agency.pk, reason="再次", actor=legality_reviewer, at=NOON)


@pytest.mark.by_hand
def test_a_mistaken_day_of_change_is_corrected_with_a_reason_and_kept(
    agency: Agency, handler: Account, legality_reviewer: Account
) -> None:
    adopt(law(ArticleText("45")))
    article = Article.objects.get(key="统计法@2024:45")
    mark_article_changed(article.pk, changed_on=date(2036, 1, 1), note="误登")
    for actor, reason, refusal in (
        (handler, "误登", "没有更正条文变动登记的权限"),
        (legality_reviewer, " ", "更正须写明理由"),
    ):
        with pytest.raises(ActRefusedError, match=refusal):
            correct_article_change(
                article.pk, agency_id=agency.pk, changed_on=TODAY, reason=reason, actor=actor, at=NOON
            )
    right = correct_article_change(
        article.pk, agency_id=agency.pk, changed_on=None, reason="年份误写", actor=legality_reviewer, at=NOON
    )
    assert (right.changed_on, right.change_note) == (None, "")
    assert (right.former.get().changed_on, right.former.get().reason) == (date(2036, 1, 1), "年份误写")
    assert mark_article_changed(article.pk, changed_on=TODAY, note="修改").changed_on == TODAY
    with pytest.raises(ActRefusedError, match="没有登记变动"):
        correct_article_change(
            article.pk, agency_id=agency.pk, changed_on=TODAY, reason="再次", actor=legality_reviewer, at=NOON
        )
