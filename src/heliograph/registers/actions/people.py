"""People, posts and enforcement certificates. History is kept: a new post closes the former one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from pypinyin import Style, lazy_pinyin

from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions import append
from heliograph.registers.models import Account, Certificate, Person, Post, Unit
from heliograph.registers.permissions import access_agency

CERTIFICATE_BASIS = "行政处罚法@2021:42"
POST_BASIS = "国办发118号@2018"


@transaction.atomic
def add_person(agency_id: UUID, *, name: str, gender: str, actor: Account, at: datetime) -> Person:
    """Register somebody who works for the agency."""
    access_agency(actor, agency_id, "manage_people", localdate(at))
    pinyin = " ".join(lazy_pinyin(name, style=Style.NORMAL))
    person = Person.objects.create(agency_id=agency_id, name=name, name_pinyin=pinyin, gender=gender)
    append("person.added", subject=person, agency_id=agency_id, actor_id=actor.pk, at=at, rows=[person])
    return person


@transaction.atomic
def appoint(
    person_id: UUID, *, unit_id: UUID, position: str, duty_post: str = "", from_on: date, actor: Account, at: datetime
) -> Post:
    """Give a person a post from a day; the present post ends the day before. Unit and person are of one agency."""
    person = Person.objects.select_for_update().get(pk=person_id)
    access_agency(actor, person.agency_id, "manage_people", localdate(at))
    unit = Unit.objects.filter(pk=unit_id, agency_id=person.agency_id).first()
    if unit is None:
        require(Refused("unit.elsewhere", "所选科室不属于本机关。", POST_BASIS))
    elif unit.closed_on is not None:
        require(Refused("unit.closed", f"“{unit.name}”已于 {unit.closed_on.isoformat()} 撤并。", POST_BASIS))
    former = Post.objects.filter(agency_id=person.agency_id, person=person, to_on__isnull=True).first()
    if former is not None:
        if former.from_on >= from_on:
            message = f"任职日期应晚于现任职务的任职日期 {former.from_on.isoformat()}。"
            require(Refused("post.order", message, POST_BASIS))
        former.to_on = from_on - timedelta(days=1)
        former.save(update_fields=["to_on"])
    post = Post.objects.create(
        agency_id=person.agency_id,
        person=person,
        unit_id=unit_id,
        position=position,
        duty_post=duty_post,
        from_on=from_on,
    )
    rows = [post] if former is None else [former, post]
    append("person.appointed", subject=person, agency_id=person.agency_id, actor_id=actor.pk, at=at, rows=rows)
    return post


@transaction.atomic
def end_post(post_id: UUID, *, to_on: date, actor: Account, at: datetime) -> Post:
    """End a post without a new one: the person leaves. What the person did stays under the person's name."""
    post = Post.objects.select_for_update(of=("self",)).get(pk=post_id)
    access_agency(actor, post.agency_id, "manage_people", localdate(at))
    if post.to_on is not None:
        require(Refused("post.ended", f"该任职已于 {post.to_on.isoformat()} 结束。", POST_BASIS))
    if to_on < post.from_on:
        require(Refused("post.order", f"离任日期不能早于任职日期 {post.from_on.isoformat()}。", POST_BASIS))
    if to_on > localdate(at):
        require(Refused("post.order", "离任日期不能晚于今天。", POST_BASIS))
    post.to_on = to_on
    post.save(update_fields=["to_on"])
    append("post.ended", subject=post.person, agency_id=post.agency_id, actor_id=actor.pk, at=at, rows=[post])
    return post


@transaction.atomic
def issue_certificate(
    person_id: UUID,
    *,
    kind: str,
    number: str,
    category: str,
    area: str,
    issued_on: date,
    valid_to: date,
    actor: Account,
    at: datetime,
) -> Certificate:
    """Register an enforcement certificate. ActRefusedError when its number is taken or it ends before it begins."""
    person = Person.objects.get(pk=person_id)
    access_agency(actor, person.agency_id, "manage_people", localdate(at))
    if valid_to < issued_on:
        message = f"有效期至 {valid_to.isoformat()} 早于发证日期 {issued_on.isoformat()}，请核对。"
        require(Refused("certificate.dates", message, CERTIFICATE_BASIS))
    if Certificate.objects.filter(agency_id=person.agency_id, kind=kind, number=number).exists():
        message = f"{kind}编号 {number} 已经登记。请核对编号，或在原证件上办理审核。"
        require(Refused("certificate.exists", message, CERTIFICATE_BASIS))
    certificate = Certificate.objects.create(
        agency_id=person.agency_id,
        person=person,
        kind=kind,
        number=number,
        category=category,
        area=area,
        issued_on=issued_on,
        valid_to=valid_to,
    )
    return _append("issued", certificate, actor, at)


def _append(what: str, certificate: Certificate, actor: Account, at: datetime) -> Certificate:
    append(
        f"certificate.{what}",
        subject=certificate,
        agency_id=certificate.agency_id,
        actor_id=actor.pk,
        at=at,
        rows=[certificate],
    )
    return certificate


def _certificate(certificate_id: UUID, actor: Account, at: datetime) -> Certificate:
    """Fetch, lock and authorise; a revoked certificate takes no further act."""
    certificate = Certificate.objects.select_for_update().get(pk=certificate_id)
    access_agency(actor, certificate.agency_id, "manage_people", localdate(at))
    if certificate.revoked_on is not None:
        message = f"证件已于 {certificate.revoked_on.isoformat()} 收回，不能再办理；如需执法请发新证。"
        require(Refused("certificate.revoked", message, CERTIFICATE_BASIS))
    return certificate


@transaction.atomic
def review_certificate(certificate_id: UUID, *, year: int, actor: Account, at: datetime) -> Certificate:
    """Record the annual review of a certificate (证件年度审核, RZ一(一)5); a year is reviewed once."""
    certificate = _certificate(certificate_id, actor, at)
    if certificate.reviewed_year is not None and certificate.reviewed_year >= year:
        message = f"该证件已完成 {certificate.reviewed_year} 年度审核，不能再登记 {year} 年度。"
        require(Refused("certificate.reviewed", message, CERTIFICATE_BASIS))
    certificate.reviewed_year = year
    certificate.save(update_fields=["reviewed_year"])
    return _append("reviewed", certificate, actor, at)


@transaction.atomic
def suspend_certificate(
    certificate_id: UUID, *, reason: str, from_on: date, actor: Account, at: datetime
) -> Certificate:
    """Suspend a certificate: its holder may not enforce while it lasts."""
    certificate = _certificate(certificate_id, actor, at)
    if certificate.suspended_from is not None:
        message = f"该证件自 {certificate.suspended_from.isoformat()} 起已暂扣。"
        require(Refused("certificate.suspended", message, CERTIFICATE_BASIS))
    certificate.suspended_from, certificate.suspended_reason = from_on, reason
    certificate.save(update_fields=["suspended_from", "suspended_reason"])
    return _append("suspended", certificate, actor, at)


@transaction.atomic
def reinstate_certificate(certificate_id: UUID, *, actor: Account, at: datetime) -> Certificate:
    """End a suspension."""
    certificate = _certificate(certificate_id, actor, at)
    if certificate.suspended_from is None:
        require(Refused("certificate.not_suspended", "该证件没有暂扣，无需恢复。", CERTIFICATE_BASIS))
    certificate.suspended_from, certificate.suspended_reason = None, ""
    certificate.save(update_fields=["suspended_from", "suspended_reason"])
    return _append("reinstated", certificate, actor, at)


@transaction.atomic
def revoke_certificate(certificate_id: UUID, *, on: date, actor: Account, at: datetime) -> Certificate:
    """Take a certificate back for good."""
    certificate = _certificate(certificate_id, actor, at)
    certificate.revoked_on = on
    certificate.save(update_fields=["revoked_on"])
    return _append("revoked", certificate, actor, at)
