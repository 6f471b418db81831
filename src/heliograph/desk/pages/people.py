"""People, their posts and certificates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.forms import CertificateActForm, CertificateForm, DeskForm, LeaveForm, PersonForm, PostForm
from heliograph.desk.scope import Scope, page, page_number
from heliograph.registers.actions import (
    add_person,
    appoint,
    draft_officer_entry,
    end_post,
    issue_certificate,
    reinstate_certificate,
    review_certificate,
    revoke_certificate,
    suspend_certificate,
)
from heliograph.registers.models import Certificate, Person, Post, Unit
from heliograph.registers.queries import may_enforce, people_of, status_on

PAGE = 50
STATUS = {
    "valid": ("有效", "green"),
    "expired": ("已过有效期", "red"),
    "suspended": ("已暂扣", "amber"),
    "revoked": ("已收回", "grey"),
    "not_yet": ("未到生效日", "grey"),
}
# an act on a certificate: its label, what it asks for, who may do it
ACTS: dict[str, tuple[str, list[str], str]] = {
    "review": ("年度审核", ["year"], "manage_people"),
    "suspend": ("暂扣", ["on", "reason"], "manage_people"),
    "reinstate": ("恢复", [], "manage_people"),
    "revoke": ("收回", ["on"], "manage_people"),
    "entry": ("起草公开信息", ["reason"], "draft_entry"),
}


@page("read_people")
def people(scope: Scope) -> HttpResponse:
    """List the agency's people by pinyin with their present post and certificates; register a new one."""
    form = PersonForm(scope.sent)
    if scope.posted:
        scope.require("manage_people")
        if form.is_valid():
            person = add_person(scope.id, **form.cleaned_data, actor=scope.account, at=scope.at)
            scope.done(f"已登记 {person.name}。请接着登记任职和证件。")
            return redirect("desk:person", agency=scope.agency.code, person=person.pk)
    words = scope.request.GET.get("q", "").strip()[:60]
    found = people_of(scope.id)
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(name_pinyin__icontains=words) | Q(certificates__number=words)
        ).distinct()
    shown = Paginator(found, PAGE).get_page(page_number(scope.request))
    rows = [
        {
            "person": person,
            "post": present_post(person),
            "certificates": [with_status(certificate, scope) for certificate in person.certificates.all()],
        }
        for person in shown
    ]
    context = {"rows": rows, "shown": shown, "words": words, "form": form, "may_manage": scope.may("manage_people")}
    return scope.render("people.html", context, status=422 if form.errors else 200)


def with_status(certificate: Certificate, scope: Scope) -> dict[str, Any]:
    """Return a certificate with how it stands today."""
    label, css = STATUS[status_on(certificate, scope.on)]
    return {"certificate": certificate, "label": label, "css": css}


@page("read_people")
def person(scope: Scope, person: UUID) -> HttpResponse:
    """Show somebody's posts and certificates, and take the acts on them."""
    found = get_object_or_404(people_of(scope.id), pk=person)
    forms = _forms(scope)
    if scope.posted:
        done = _act(scope, found, forms)
        if done:
            scope.done(done)
            return redirect("desk:person", agency=scope.agency.code, person=person)
    enforcing = may_enforce(found.pk, scope.on)
    context = {
        "person": found,
        "enforcing": enforcing,
        "may_enforce": bool(enforcing),
        "present": present_post(found),
        "leave_form": forms["leave"],
        "posts": found.posts.all(),
        "certificates": [with_status(certificate, scope) for certificate in found.certificates.all()],
        "may_manage": scope.may("manage_people"),
        "may_draft": scope.may("draft_entry"),
        "post_form": forms["post"],
        "certificate_form": forms["certificate"],
        "acts": _act_sections(scope, forms["act"]),
        "chosen": scope.request.POST.get("certificate", ""),
    }
    failed = any(form.errors for form in forms.values())
    return scope.render("person.html", context, status=422 if failed else 200)


def present_post(person: Person) -> Post | None:
    """Return the post that a person holds now."""
    return next((post for post in person.posts.all() if post.to_on is None), None)


def _forms(scope: Scope) -> dict[str, DeskForm]:
    """Return the forms of the page; the one that was sent is bound."""
    sent = scope.request.POST.get("form", "")
    data = {name: scope.request.POST if sent == name else None for name in ("post", "leave", "certificate", "act")}
    units = Unit.objects.filter(agency_id=scope.id, closed_on__isnull=True)
    return {
        "post": PostForm(data["post"], units=units, prefix="post"),
        "leave": LeaveForm(data["leave"], prefix="leave"),
        "certificate": CertificateForm(data["certificate"], prefix="certificate"),
        "act": CertificateActForm(data["act"], prefix="act"),
    }


def _act_sections(scope: Scope, sent: DeskForm) -> list[dict[str, Any]]:
    """Return one short form for each act on a certificate that the account may do; the one that was sent is open."""
    sections = []
    for name, (label, fields, act) in ACTS.items():
        bound = sent.is_bound and sent["act"].value() == name
        form = sent if bound else CertificateActForm(prefix="act", auto_id=f"id_{name}_%s")
        if scope.may(act):
            sections.append({"name": name, "label": label, "form": form, "fields": [form[one] for one in fields]})
    return sections


def _act(scope: Scope, person: Person, forms: dict[str, DeskForm]) -> str:
    """Do what the sent form asks for; an empty text means that the form has faults."""
    bound = next(((name, form) for name, form in forms.items() if form.is_bound), None)
    if bound is None or not bound[1].is_valid():
        return ""
    name, form = bound
    if isinstance(form, PostForm):
        given = {key: value for key, value in form.cleaned_data.items() if key != "unit"}
        appoint(person.pk, unit_id=form.unit_id(), **given, actor=scope.account, at=scope.at)
        return "已登记任职。"
    if name == "leave":
        end_post(_present_key(person), **form.cleaned_data, actor=scope.account, at=scope.at)
        return "已登记离任。其账户和角色请由安全管理员另行停用。"
    if name == "certificate":
        issue_certificate(person.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
        return "已登记证件。可以接着起草公开信息。"
    return _act_on_certificate(scope, person, form.cleaned_data)


def _present_key(person: Person) -> UUID:
    post = present_post(person)
    if post is None:
        raise Post.DoesNotExist
    return post.pk


def _act_on_certificate(scope: Scope, person: Person, given: dict[str, Any]) -> str:
    text = scope.request.POST.get("certificate", "")
    certificate = next((one for one in person.certificates.all() if str(one.pk) == text), None)
    if certificate is None:
        raise Certificate.DoesNotExist
    return _CERTIFICATE_ACTS[given["act"]](scope, certificate.pk, given)


def _review(scope: Scope, key: UUID, given: dict[str, Any]) -> str:
    review_certificate(key, year=given["year"], actor=scope.account, at=scope.at)
    return f"已登记 {given['year']} 年度审核。"


def _suspend(scope: Scope, key: UUID, given: dict[str, Any]) -> str:
    suspend_certificate(key, reason=given["reason"], from_on=given["on"], actor=scope.account, at=scope.at)
    return "已登记暂扣，暂扣期间不得执法。"


def _reinstate(scope: Scope, key: UUID, _given: dict[str, Any]) -> str:
    reinstate_certificate(key, actor=scope.account, at=scope.at)
    return "已恢复。"


def _revoke(scope: Scope, key: UUID, given: dict[str, Any]) -> str:
    revoke_certificate(key, on=given["on"], actor=scope.account, at=scope.at)
    return "已登记收回。"


def _entry(scope: Scope, key: UUID, given: dict[str, Any]) -> str:
    version = draft_officer_entry(key, reason=given["reason"], actor=scope.account, at=scope.at)
    return f"已起草“{version.title}”的公开信息，请到执法人员清单送审。"


_CERTIFICATE_ACTS: dict[str, Callable[[Scope, UUID, dict[str, Any]], str]] = {
    "review": _review,
    "suspend": _suspend,
    "reinstate": _reinstate,
    "revoke": _revoke,
    "entry": _entry,
}
