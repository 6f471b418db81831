"""The law library: packs fill gaps, a person's import replaces texts, an article's change is recorded once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import ArticleText, LawText, adopt_law, mark_article_changed
from heliograph.registers.actions.laws import article_order
from heliograph.registers.models import Account, Article, Law, LawVersion
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


@pytest.mark.django_db
def test_a_change_of_an_article_is_recorded_forward_in_time() -> None:
    adopt(law(ArticleText("45")))
    article = Article.objects.get()
    assert mark_article_changed(article.pk, changed_on=TODAY, note="修改").change_note == "修改"
    for day in (TODAY, date(2026, 1, 1)):
        with pytest.raises(ActRefusedError, match="已登记于 2026-11-20 变动"):
            mark_article_changed(article.pk, changed_on=day, note="再改")
