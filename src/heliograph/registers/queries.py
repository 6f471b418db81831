"""Reads of the registers that more than one page needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet, Sum

from heliograph.kernel.verdict import Verdict
from heliograph.registers.asked_articles import asked_article
from heliograph.registers.citations import key_label
from heliograph.registers.fieldsets import FieldSet
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import (
    Account,
    Agency,
    Article,
    Certificate,
    Entry,
    EntryFile,
    EntryVersion,
    Person,
    Post,
    Role,
    RoleGrant,
    Unit,
)
from heliograph.registers.permissions import unended
from heliograph.registers.rules import CertificateState, certificate_status, may_act_with, named_keys

OFFERED = 600  # a list of choices that an older browser still opens at once
FOUND = 20
_UNIT = Kept(
    lambda agency, person: (
        Post.objects.filter(agency_id=agency, person_id=person, to_on__isnull=True)
        .order_by("-from_on")
        .values_list("unit_id", flat=True)[:1]
    ),
    agency=UUID,
    person=UUID,
)
TITLE = 40


def officer_fields(certificate: Certificate, on: date) -> dict[str, Any]:
    """Return every field the officer registers of the sources ask for, from a certificate and its holder's post.

    Keys are the field ids of the packs; an agency's pack picks the ones its own document names (D5).
    """
    post = (
        Post.objects.select_related("unit")
        .filter(agency_id=certificate.agency_id, person_id=certificate.person_id, to_on__isnull=True)
        .first()
    )
    return {
        "name": certificate.person.name,
        "gender": certificate.person.gender,
        "unit": post.unit.name if post else "",
        "position": post.position if post else "",
        "duty_post": post.duty_post if post else "",
        "certificate_no": certificate.number,
        "certificate_kind": certificate.kind,
        "category": certificate.category,
        "area": certificate.area,
        "valid_to": certificate.valid_to.isoformat(),
    }


def choices_of(agency_id: UUID, fields: FieldSet) -> dict[str, list[str]]:
    """Return what choice fields offer: the agency's categories by its pack, and the units that exist. One query."""
    return {
        "categories": [category.name for category in fields.categories],
        "units": list(
            Unit.objects.filter(agency_id=agency_id, closed_on__isnull=True)
            .order_by("name")
            .values_list("name", flat=True)
        ),
    }


def citable_articles(fields: FieldSet, values: Iterable[Any]) -> frozenset[str]:
    """Return the article keys that content may cite: the pack's, and those of the law library that it names."""
    named = named_keys(values) - fields.articles
    library = Article.objects.filter(key__in=named).values_list("key", flat=True) if named else []
    return fields.articles | frozenset(library)


def state_of(certificate: Certificate) -> CertificateState:
    """Return the values that decide whether a certificate is good."""
    return CertificateState(
        issued_on=certificate.issued_on,
        valid_to=certificate.valid_to,
        suspended_from=certificate.suspended_from,
        revoked_on=certificate.revoked_on,
    )


def status_on(certificate: Certificate, on: date) -> str:
    """Return `valid`, `expired`, `suspended`, `revoked` or `not_yet` for a day."""
    return certificate_status(state_of(certificate), on)


def may_enforce(person_id: UUID, on: date) -> Verdict:
    """Say whether a person may enforce on a day, by the certificates held. One query.

    Shown on the person's page; whatever a person does in a case asks here first. Publishing an officer does not ask:
    the public must see that a certificate is suspended or has expired.
    """
    held: Iterable[Certificate] = Certificate.objects.filter(person_id=person_id)
    return may_act_with([state_of(certificate) for certificate in held], on)


def entries_of(agency_id: UUID, register: str) -> QuerySet[Entry]:
    """Return the entries of a register, each with its latest version alone in `latest_versions`. Two queries."""
    newest = EntryVersion.objects.order_by("entry_id", "-number").distinct("entry_id")
    return (
        Entry.objects.filter(agency_id=agency_id, register=register)
        .select_related("owner_unit")
        .prefetch_related(Prefetch("versions", queryset=newest, to_attr="latest_versions"))
    )


def people_of(agency_id: UUID) -> QuerySet[Person]:
    """Return an agency's people by pinyin, with posts and certificates. Three queries."""
    posts = Post.objects.select_related("unit").order_by("-from_on")
    return Person.objects.filter(agency_id=agency_id).prefetch_related(
        Prefetch("posts", queryset=posts), "certificates"
    )


def agencies_of(account: Account, on: date) -> QuerySet[Agency]:
    """Return the agencies in which an account holds a role on a day."""
    return Agency.objects.filter(
        pk__in=RoleGrant.objects.filter(
            Q(to_on__isnull=True) | Q(to_on__gte=on), account=account, from_on__lte=on
        ).values("agency_id")
    ).select_related("government")


def file_of(agency_id: UUID, value: Any) -> EntryFile | None:
    """Return the file that a field's value refers to, None where the value is no file of the agency."""
    if not isinstance(value, dict) or "sha256" not in value:
        return None
    found = EntryFile.objects.filter(agency_id=agency_id, sha256=value["sha256"], name=value.get("name"))
    return found.first()


def accounts_holding(agency_id: UUID, roles: Collection[Role], on: date) -> set[UUID]:
    """Return who holds any of some roles in an agency on a day. One query."""
    grants = RoleGrant.objects.filter(unended(on), agency_id=agency_id, role__in=list(roles), from_on__lte=on)
    return set(grants.values_list("account_id", flat=True))


def holders_of(agency_id: UUID, role: Role, on: date) -> list[str]:
    """Return the names of those who hold a role in an agency on a day, in order. One query."""
    grants = RoleGrant.objects.filter(unended(on), agency_id=agency_id, role=role, from_on__lte=on)
    active = grants.filter(account__is_active=True).order_by("account__display_name")
    return list(dict.fromkeys(active.values_list("account__display_name", flat=True)))


def holders_by_role(agency_id: UUID, roles: Collection[Role], on: date) -> dict[str, list[str]]:
    """Return the names of those who hold each of some roles in an agency on a day, in order. One query."""
    grants = RoleGrant.objects.filter(unended(on), agency_id=agency_id, role__in=list(roles), from_on__lte=on)
    active = grants.filter(account__is_active=True).order_by("account__display_name")
    found: dict[str, list[str]] = {}
    for role, name in active.values_list("role", "account__display_name").distinct():
        found.setdefault(role, []).append(name)
    return found


def unit_of(account: Account, agency_id: UUID) -> UUID | None:
    """Return the unit in which the holder of an account works in an agency now, if it is registered."""
    if account.person_id is None:
        return None
    return _UNIT.first(agency=agency_id, person=account.person_id)


def offered_articles(fields: FieldSet, cited: Iterable[str]) -> list[tuple[str, str]]:
    """Return keys with titles to choose from while writing: what the agency cites, then what its pack knows."""
    keys = list(dict.fromkeys([*cited, *sorted(fields.articles)]))[:OFFERED]
    return _titled(Article.objects.filter(key__in=keys), keys)


def find_articles(words: str) -> list[tuple[str, str]]:
    """Return articles of the library that some words ask for, with their titles."""
    return [(article.key, article_title(article)) for article in articles_like(words)]


def articles_like(words: str) -> list[Article]:
    """Return the article that words ask for, 统计法第四十四条; else those whose key holds all of them. Two queries."""
    found = Article.objects.all()
    asked = asked_article(words)
    if asked is not None:
        named = Q(version__law__name__icontains=asked.law) | Q(version__law__title__icontains=asked.law)
        exact = Q(no=asked.no) | Q(no__startswith=f"{asked.no}(") | Q(no__startswith=f"{asked.no}-")
        meant = found.filter(named, exact, version__key__endswith=f"@{asked.year}" if asked.year else "")
        if told := list(meant.order_by("version__law__name", "-version__key", "order")[:FOUND]):
            return told
    for word in words.split():
        found = found.filter(Q(key__icontains=word) | Q(version__law__title__icontains=word))
    return list(found.order_by("version__key", "order")[:FOUND]) if words.split() else []


def _titled(articles: QuerySet[Article], keys: Iterable[str]) -> list[tuple[str, str]]:
    titles = {article.key: article_title(article) for article in articles}
    return [(key, titles.get(key, key_label(key))) for key in keys]


def article_title(article: Article) -> str:
    """Return an article in one line: how it is cited, and how it begins."""
    told = (article.summary or article.text).split("\n", 1)[0][:TITLE]
    return f"{key_label(article.key)}{'　' if told else ''}{told}"


@dataclass(frozen=True, slots=True)
class SignInState:
    """Whether an account can sign in now, as its administrator needs to know it."""

    wrong: int  # wrong passwords counted against the name now
    locked: bool
    second_factor: bool


def sign_in_state(account: Account, at: datetime) -> SignInState:
    """Return how signing in stands for an account. Two queries."""
    since = at - timedelta(hours=settings.AXES_COOLOFF_TIME)
    tries = AccessAttempt.objects.filter(username=account.username, attempt_time__gt=since)
    wrong: int = tries.aggregate(wrong=Sum("failures_since_start"))["wrong"] or 0
    factor = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.TOTP)
    return SignInState(wrong, wrong >= settings.AXES_FAILURE_LIMIT, factor.exists())
