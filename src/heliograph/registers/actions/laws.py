"""The law library: adopting a version with its articles, and marking an article amended or repealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from heliograph.kernel.verdict import Refused, require
from heliograph.registers.models import Account, Article, Law, LawVersion

LIBRARY_BASIS = "国办发118号@2018"


@dataclass(frozen=True, slots=True)
class ArticleText:
    """One article to adopt: number as in keys (`58`), our paraphrase, the full text if there is one."""

    no: str
    summary: str = ""
    text: str = ""
    chapter: str = ""
    verified: str = "unverified"
    read_in: str = ""


@dataclass(frozen=True, slots=True)
class LawText:
    """A version of a law to adopt. `key` is `<name>@<year>`."""

    key: str
    title: str
    level: str
    articles: Sequence[ArticleText] = ()
    aliases: Sequence[str] = ()
    issued_on: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    verified: str = "unverified"
    read_in: str = ""
    overwrite: bool = field(default=False)  # a person's import replaces texts; a pack only fills gaps


@transaction.atomic
def adopt_law(law: LawText, *, actor: Account | None, at: datetime) -> LawVersion:
    """Bring a law version and its articles into the library; what is there is completed, not doubled.

    A pack (`overwrite=False`) fills empty fields only. An import by a person replaces the article's full text, and a
    paraphrase that stands is kept. The caller has authorised the act (`adopt_law` of an agency, or installing a pack).
    """
    name = law.key.partition("@")[0]
    defaults = {"title": law.title, "level": law.level, "aliases": list(law.aliases)}
    record = Law.objects.get_or_create(name=name, defaults=defaults)[0]
    missing = [alias for alias in law.aliases if alias not in record.aliases]
    if missing:
        record.aliases = [*record.aliases, *missing]
        record.save(update_fields=["aliases"])
    version, created = LawVersion.objects.get_or_create(
        key=law.key,
        defaults={
            "law": record,
            "issued_on": law.issued_on,
            "effective_from": law.effective_from,
            "effective_to": law.effective_to,
            "verified": law.verified,
            "read_in": law.read_in,
            "imported_by": actor,
            "imported_at": at,
        },
    )
    if law.overwrite and not created:
        version.verified, version.read_in = law.verified, law.read_in
        version.imported_by, version.imported_at = actor, at
        version.save(update_fields=["verified", "read_in", "imported_by", "imported_at"])
    _adopt_articles(version, law)
    return version


def article_order(no: str) -> int:
    """Return a number that sorts `9`, `10`, `10-1`, `10(2)` as a reader expects."""
    main, _, rest = no.replace("(", "-").partition("-")
    sub = rest.rstrip(")").partition(")")[0].partition("-")[0]
    return int(main) * 1000 + (int(sub) if sub.isdigit() else 0) if main.isdigit() else 0


def _adopt_articles(version: LawVersion, law: LawText) -> None:
    present = {article.no: article for article in version.articles.all()}
    fresh: list[Article] = []
    changed: list[Article] = []
    for text in law.articles:
        article = present.get(text.no)
        if article is None:
            fresh.append(_new_article(version, text))
        elif _complete(article, text, overwrite=law.overwrite):
            changed.append(article)
    Article.objects.bulk_create(fresh)
    Article.objects.bulk_update(changed, ["summary", "text", "chapter", "verified", "read_in"])


def _new_article(version: LawVersion, text: ArticleText) -> Article:
    return Article(
        version=version,
        no=text.no,
        order=article_order(text.no),
        key=f"{version.key}:{text.no}",
        summary=text.summary,
        text=text.text,
        chapter=text.chapter,
        verified=text.verified,
        read_in=text.read_in,
    )


def _complete(article: Article, text: ArticleText, *, overwrite: bool) -> bool:
    """Fill what is empty, replace the full text where a person imported it; say whether anything changed."""
    before = (article.summary, article.text, article.chapter, article.verified)
    article.summary = article.summary or text.summary
    article.chapter = article.chapter or text.chapter
    if text.text and (overwrite or not article.text):
        article.text = text.text
    if text.verified == "text" or article.verified == "unverified":
        article.verified, article.read_in = text.verified, text.read_in or article.read_in
    return before != (article.summary, article.text, article.chapter, article.verified)


@transaction.atomic
def mark_article_changed(article_id: UUID, *, changed_on: date, note: str) -> Article:
    """Mark an article amended or repealed from a day; the dynamic adjustment, its caller, finds what rests on it."""
    article = Article.objects.select_for_update().get(pk=article_id)
    if article.changed_on is not None and article.changed_on >= changed_on:
        message = f"该条已登记于 {article.changed_on.isoformat()} 变动，不能再登记更早或同日的变动。"
        require(Refused("article.changed", message, LIBRARY_BASIS))
    article.changed_on, article.change_note = changed_on, note
    article.save(update_fields=["changed_on", "change_note"])
    return article
