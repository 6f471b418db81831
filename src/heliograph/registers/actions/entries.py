"""Drafting and revising entries of the registers. Nothing here is public: `disclosure` releases (D12)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.registers import rules
from heliograph.registers.errors import EntryFaultsError
from heliograph.registers.fieldsets import FieldSet, field_set
from heliograph.registers.models import Account, Agency, Certificate, Entry, EntryFile, EntryVersion, Post, Unit
from heliograph.registers.models.laws import Verified
from heliograph.registers.permissions import access_agency
from heliograph.registers.queries import choices_of, citable_articles, officer_fields
from heliograph.registers.rules import FieldFault
from heliograph.registers.storage import storage

TITLE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Content:
    """What somebody wrote: the fields, why, and how far it was checked against the text it rests on."""

    data: Mapping[str, Any]
    reason: str
    verified: str = Verified.UNVERIFIED
    read_in: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """The unit that answers for an entry from now on; None for nobody in particular."""

    unit_id: UUID | None


@transaction.atomic
def draft_entry(
    agency_id: UUID, *, register: str, content: Content, owner_unit_id: UUID | None, actor: Account, at: datetime
) -> EntryVersion:
    """Write a new entry of a register as version 1.

    EntryFaultsError with every fault of the content; ActRefusedError when the actor, or the actor's unit, may not, and
    for a register that certificates make.
    """
    on = localdate(at)
    access_agency(actor, agency_id, "draft_entry", on)
    fields = field_set(agency_id, register, on)
    require(rules.may_write_by_hand(fields.register))
    return _append("entry.drafted", _draft(agency_id, fields, content, owner_unit_id, actor, at), actor, at)


def _append(kind: str, version: EntryVersion, actor: Account, at: datetime) -> EntryVersion:
    rows = [version.entry, version]
    append(kind, subject=version.entry, agency_id=version.agency_id, actor_id=actor.pk, at=at, rows=rows)
    return version


def _draft(
    agency_id: UUID,
    fields: FieldSet,
    content: Content,
    owner_unit_id: UUID | None,
    actor: Account,
    at: datetime,
    certificate: Certificate | None = None,
) -> EntryVersion:
    """Write a new entry; the caller has authorised the act."""
    require_compiler(fields, agency_id, actor)
    _require_owner(agency_id, owner_unit_id, None)
    clean = cleaned(agency_id, fields, content)
    register = fields.register.id
    Agency.objects.select_for_update().get(pk=agency_id)  # numbers of a register are handed out one at a time
    last = Entry.objects.filter(agency_id=agency_id, register=register).aggregate(last=Max("number"))["last"]
    entry = Entry.objects.create(
        agency_id=agency_id,
        register=register,
        number=(last or 0) + 1,
        title=title_of(fields, clean),
        owner_unit_id=owner_unit_id,
        certificate=certificate,
        created_by=actor,
        created_at=at,
    )
    return _write_version(entry, 1, fields, clean, content, actor, at)


def _require_owner(agency_id: UUID, unit_id: UUID | None, former: UUID | None) -> None:
    if unit_id is None:
        return
    present = Unit.objects.filter(pk=unit_id, agency_id=agency_id, closed_on__isnull=True).exists()
    require(rules.may_own(present=present, kept=unit_id == former))


@transaction.atomic
def draft_officer_entry(certificate_id: UUID, *, reason: str, actor: Account, at: datetime) -> EntryVersion:
    """Draft, or revise, the officer register's entry from a certificate and its holder's post (D5)."""
    certificate = Certificate.objects.select_related("person").get(pk=certificate_id)
    access_agency(actor, certificate.agency_id, "draft_entry", localdate(at))
    fields = field_set(certificate.agency_id, "officers", localdate(at))
    data = officer_fields(certificate, localdate(at))
    known = {field.id for field in fields.register.fields}
    content = Content(
        data={key: value for key, value in data.items() if key in known},
        reason=reason,
        verified=Verified.TEXT,
        read_in="执法证件登记",
    )
    entry = Entry.objects.select_for_update(of=("self",)).filter(certificate=certificate).first()
    if entry is not None:
        return _append("entry.revised", revise(entry, fields, content, actor, at), actor, at)
    post = Post.objects.filter(agency_id=certificate.agency_id, person=certificate.person, to_on__isnull=True).first()
    owner = post.unit_id if post else None
    version = _draft(certificate.agency_id, fields, content, owner, actor, at, certificate)
    return _append("entry.drafted", version, actor, at)


@transaction.atomic
def revise_entry(
    entry_id: UUID,
    *,
    content: Content,
    actor: Account,
    at: datetime,
    rev: int | None = None,
    owner: Owner | None = None,
) -> EntryVersion:
    """Rewrite the open draft of an entry, or begin its next version when the latest is sealed.

    Refused while a version is under approval, and when `rev` shows that somebody else saved in between. Without `owner`
    the unit that answers for the entry stays.
    """
    entry = Entry.objects.select_for_update(of=("self",)).get(pk=entry_id)
    access_agency(actor, entry.agency_id, "revise_entry", localdate(at))
    fields = field_set(entry.agency_id, entry.register, localdate(at))
    require(rules.may_write_by_hand(fields.register))
    if rev is not None and rev != entry.rev:
        message = "您打开之后，别人已保存过这一条目。请重新打开，在最新内容上修改。"
        require(Refused("entry.stale", message, "国办发118号@2018"))
    if owner is not None:
        _require_owner(entry.agency_id, owner.unit_id, entry.owner_unit_id)
        entry.owner_unit_id = owner.unit_id
    return _append("entry.revised", revise(entry, fields, content, actor, at), actor, at)


def revise(entry: Entry, fields: FieldSet, content: Content, actor: Account, at: datetime) -> EntryVersion:
    """Write an entry that is locked; the caller has authorised the act. Everybody who wrote stays among the authors."""
    require_compiler(fields, entry.agency_id, actor)
    require(rules.may_revise(in_review=entry.in_review))
    clean = cleaned(entry.agency_id, fields, content)
    latest = entry.versions.order_by("-number")[0]
    if latest.sealed_at is not None:
        return _write_version(entry, latest.number + 1, fields, clean, content, actor, at)
    latest.created_by, latest.created_at = actor, at
    latest.authors = with_authors(latest.authors, [actor.pk])
    _fill(latest, fields, clean, content)
    latest.save()
    _touch(entry, latest)
    return latest


def require_compiler(fields: FieldSet, agency_id: UUID, actor: Account) -> None:
    """Refuse somebody whose unit is not the one that the source names for compiling the register."""
    unit = (
        Post.objects.filter(agency_id=agency_id, person=actor.person_id, to_on__isnull=True)
        .values_list("unit__name", flat=True)
        .first()
    )
    require(rules.may_compile(fields.register, unit))


def cleaned(agency_id: UUID, fields: FieldSet, content: Content) -> dict[str, Any]:
    """Return the content in stored form. EntryFaultsError with every fault; ActRefusedError without a reason."""
    if not content.reason.strip():
        require(Refused("entry.reason", "请写明编制或修改的理由，理由会随版本公开。", "国办发118号@2018"))
    choices = choices_of(agency_id, fields)
    articles = citable_articles(fields, content.data.values())
    clean, faults = rules.check_entry(fields.register, content.data, choices, articles)
    faults += _file_faults(agency_id, fields, clean)
    if faults:
        raise EntryFaultsError(faults)
    return clean


def _file_faults(agency_id: UUID, fields: FieldSet, clean: Mapping[str, Any]) -> list[FieldFault]:
    """Name the files that nobody of the agency uploaded, or that were dropped since: an entry holds none it has not.

    Content refers to a file by its SHA-256, name and size.
    """
    return [
        FieldFault(field.id, f"“{field.label}”的文件不在本机关上传过的文件中，请重新上传。")
        for field in fields.register.fields
        if field.type == "file"
        and field.id in clean
        and not (
            EntryFile.objects.filter(agency_id=agency_id, **clean[field.id]).exists()
            and storage().renew(clean[field.id]["sha256"])
        )
    ]


def with_authors(former: Iterable[UUID], more: Iterable[UUID]) -> list[UUID]:
    """Return everybody whose hand is in a version, each once, in the order they came."""
    return list(dict.fromkeys([*former, *more]))


def _write_version(
    entry: Entry,
    number: int,
    fields: FieldSet,
    clean: dict[str, Any],
    content: Content,
    actor: Account,
    at: datetime,
) -> EntryVersion:
    version = EntryVersion(
        agency_id=entry.agency_id, entry=entry, number=number, created_by=actor, authors=[actor.pk], created_at=at
    )
    _fill(version, fields, clean, content)
    version.save()
    _touch(entry, version)
    return version


def title_of(fields: FieldSet, clean: Mapping[str, Any]) -> str:
    """Return the entry's name in lists; a long text that serves as the name is cut to what a list holds."""
    text = str(clean[fields.register.title_field])
    return text if len(text) <= TITLE_LIMIT else text[: TITLE_LIMIT - 1] + "…"


def _fill(version: EntryVersion, fields: FieldSet, clean: dict[str, Any], content: Content) -> None:
    version.title = title_of(fields, clean)
    version.data = clean
    version.basis = rules.bases_of(fields.register, clean)
    version.reason = content.reason.strip()
    version.verified = content.verified
    version.read_in = content.read_in
    version.pack = fields.pack
    version.content_hash = content_hash(fields.register.id, clean, content)


def content_hash(register: str, clean: Mapping[str, Any], content: Content) -> str:
    """Return the SHA-256 (hex) of what the version says, over its canonical JSON."""
    said = {"register": register, "data": clean, "verified": content.verified, "read_in": content.read_in}
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _touch(entry: Entry, version: EntryVersion) -> None:
    entry.title = version.title
    entry.rev += 1
    entry.save(update_fields=["title", "rev", "owner_unit"])


def lock_entry_of(version_id: UUID) -> Entry:
    """Lock the entry of a version for the rest of the transaction: before the version, by everybody."""
    return Entry.objects.select_for_update(of=("self",)).get(versions=version_id)


def seal_version(version_id: UUID, *, at: datetime, authors: Iterable[UUID] = ()) -> EntryVersion:
    """Seal a draft handed in for release: from now on it never changes. Part of handing in, which records it.

    `authors` are further people whose hand is in it: those of earlier versions that never became public.
    """
    entry = lock_entry_of(version_id)
    version = EntryVersion.objects.select_for_update(of=("self",)).get(pk=version_id)
    if version.sealed_at is not None:
        require(Refused("version.sealed", "这一版已经送审，修改请另起新版。", "国办发118号@2018"))
    version.sealed_at, version.authors = at, with_authors(version.authors, authors)
    version.save(update_fields=["sealed_at", "authors"])
    entry.in_review = True
    entry.save(update_fields=["in_review"])
    return version


def end_review(entry_id: UUID) -> None:
    """Open an entry for revision again after its release was published or returned. Part of that act."""
    Entry.objects.filter(pk=entry_id).update(in_review=False)
