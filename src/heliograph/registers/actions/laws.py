"""The law library: adopting a version with its articles, and marking an article amended or repealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.registers.models import Account, Article, FormerArticle, Law, LawVersion

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


def adopt_law(law: LawText, *, actor: Account | None, at: datetime) -> LawVersion:
    """Bring one law version into the library; see `adopt_laws`."""
    return adopt_laws([law], actor=actor, at=at)[0]


@transaction.atomic
def adopt_laws(laws: Sequence[LawText], *, actor: Account | None, at: datetime) -> list[LawVersion]:
    """Bring law versions and their articles into the library; what is there is completed, not doubled.

    A pack (`overwrite=False`) fills empty fields only. An import by people replaces the article's full text, which is
    kept beside it, and a paraphrase that stands is kept. The caller has authorised the act: two people
    (`confirm_law`), or installing a pack.
    The number of queries does not depend on the number of laws.
    """
    records, written = _adopt_records(laws)
    versions = _adopt_versions(laws, records, actor, at)
    present: dict[UUID, dict[str, Article]] = defaultdict(dict)
    for article in Article.objects.filter(version__in=versions):
        present[article.version_id][article.no] = article
    fresh: list[Article] = []
    changed: list[Article] = []
    replaced: list[Article] = []
    for version, law in zip(versions, laws, strict=True):
        for text in law.articles:
            known = present[version.pk].get(text.no)
            if known is None:
                fresh.append(_new_article(version, text))
                continue
            if law.overwrite and text.text and known.text not in {"", text.text}:
                replaced.append(copy(known))
            if _complete(known, text, overwrite=law.overwrite):
                changed.append(known)
    former = keep_former(replaced, reason="导入新文本", actor=actor, at=at)
    Article.objects.bulk_create(fresh)
    Article.objects.bulk_update(changed, ["summary", "text", "chapter", "verified", "read_in"])
    for version in versions[:1]:
        rows = [*written, *versions, *fresh, *changed, *former]
        actor_id = actor.pk if actor else None
        append("laws.adopted", subject=version, agency_id=None, actor_id=actor_id, at=at, rows=rows)
    return versions


def keep_former(
    articles: Iterable[Article], *, reason: str, actor: Account | None, at: datetime
) -> list[FormerArticle]:
    """Keep what articles say now, before it is replaced. Nothing in the library is erased."""
    return FormerArticle.objects.bulk_create(
        FormerArticle(
            article=article,
            text=article.text,
            verified=article.verified,
            read_in=article.read_in,
            changed_on=article.changed_on,
            change_note=article.change_note,
            reason=reason,
            replaced_by=actor,
            replaced_at=at,
        )
        for article in articles
    )


def _name(law: LawText) -> str:
    return law.key.partition("@")[0]


def _adopt_records(laws: Sequence[LawText]) -> tuple[dict[str, Law], list[Law]]:
    """Return the laws by name, and those that were created or got new aliases."""
    held = set(Law.objects.filter(name__in=[_name(law) for law in laws]).values_list("name", flat=True))
    new = {_name(law): Law(name=_name(law), title=law.title, level=law.level) for law in laws}
    Law.objects.bulk_create(new.values(), ignore_conflicts=True)
    records = {record.name: record for record in Law.objects.filter(name__in=list(new))}
    renamed: dict[str, Law] = {}
    for law in laws:
        record = records[_name(law)]
        missing = [alias for alias in law.aliases if alias not in record.aliases]
        if missing:
            record.aliases = [*record.aliases, *missing]
            renamed[record.name] = record
    Law.objects.bulk_update(renamed.values(), ["aliases"])
    return records, [record for name, record in records.items() if name in renamed or name not in held]


def _adopt_versions(
    laws: Sequence[LawText], records: dict[str, Law], actor: Account | None, at: datetime
) -> list[LawVersion]:
    """Return the versions in the order of the laws; a person's import says anew who checked the text, and where."""
    kept = set(LawVersion.objects.filter(key__in=[law.key for law in laws]).values_list("key", flat=True))
    LawVersion.objects.bulk_create(
        LawVersion(
            law=records[_name(law)],
            key=law.key,
            issued_on=law.issued_on,
            effective_from=law.effective_from,
            effective_to=law.effective_to,
            verified=law.verified,
            read_in=law.read_in,
            imported_by=actor,
            imported_at=at,
        )
        for law in laws
        if law.key not in kept
    )
    versions = {version.key: version for version in LawVersion.objects.filter(key__in=[law.key for law in laws])}
    again = [law for law in laws if law.overwrite and law.key in kept]
    for law in again:
        version = versions[law.key]
        version.verified, version.read_in = law.verified, law.read_in
        version.imported_by, version.imported_at = actor, at
    fields = ["verified", "read_in", "imported_by", "imported_at"]
    LawVersion.objects.bulk_update([versions[law.key] for law in again], fields)
    return [versions[law.key] for law in laws]


def article_order(no: str) -> int:
    """Return a number that sorts `9`, `10`, `10-1`, `10(2)` as a reader expects."""
    main, _, rest = no.replace("(", "-").partition("-")
    sub = rest.rstrip(")").partition(")")[0].partition("-")[0]
    return int(main) * 1000 + (int(sub) if sub.isdigit() else 0) if main.isdigit() else 0


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
    replaces = overwrite and bool(text.text) and article.text != text.text
    article.summary = article.summary or text.summary
    article.chapter = article.chapter or text.chapter
    if text.text and (overwrite or not article.text):
        article.text = text.text
    # A new text is as sure as whoever read it in says, not as sure as the one it replaced.
    if replaces or text.verified == "text" or article.verified == "unverified":
        article.verified, article.read_in = text.verified, text.read_in or article.read_in
    return before != (article.summary, article.text, article.chapter, article.verified)


def mark_article_changed(article_id: UUID, *, changed_on: date, note: str) -> Article:
    """Mark an article amended or repealed from a day. Part of a dynamic adjustment, which records it."""
    article = Article.objects.select_for_update().get(pk=article_id)
    if article.changed_on is not None and article.changed_on >= changed_on:
        day = article.changed_on.isoformat()
        message = f"该条已登记于 {day} 变动，不能再登记更早或同日的变动；原登记有误的，请先更正。"
        require(Refused("article.changed", message, LIBRARY_BASIS))
    article.changed_on, article.change_note = changed_on, note
    article.save(update_fields=["changed_on", "change_note"])
    return article
