"""A decision from the desk to the portal and back, with nothing but their pages (D17, D19, D23)."""

from __future__ import annotations

import re
from html import unescape

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from heliograph.desk import clock
from heliograph.disclosure.models import Publication
from heliograph.disclosure.tests.publishing import CARD, PERSON, PHONE, annulled, ready_to_publish
from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Decision
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.dossiers.tests.doing import due, open_steps

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
EXAMINED = "不涉及国家秘密、商业秘密，个人信息已隐去。"
pytestmark = pytest.mark.django_db


class Office:
    """The bureau's desks, each with its own browser, and a citizen's."""

    def __init__(self, bureau: Bureau, case: Case) -> None:
        self.bureau, self.case, self.citizen = bureau, case, Client()
        self.desks: dict[str, Client] = {}

    def desk(self, role: str) -> Client:
        if role not in self.desks:
            TOTP.activate(self.bureau[role], generate_totp_secret())
            self.desks[role] = Client()
            self.desks[role].force_login(self.bureau[role], backend=BACKEND)
        return self.desks[role]

    def url(self, name: str, **given: object) -> str:
        return reverse(f"desk:{name}", kwargs={"agency": self.bureau.agency.code, **given})

    def read(self, role: str, address: str) -> str:
        answer = self.desk(role).get(address)
        assert answer.status_code == 200, answer.content.decode()
        return unescape(answer.content.decode())

    def send(self, role: str, address: str, status: int = 302, **given: str) -> str:
        answer = self.desk(role).post(address, given)
        said = unescape(answer.content.decode())
        assert answer.status_code == status, said
        return said

    @property
    def make(self) -> str:
        return self.url("publication-make", case=self.case.pk, occasion="decision")

    def filled(self, role: str = "handler", **changes: str) -> dict[str, str]:
        """Return what the form would send as it stands, every group as it is suggested."""
        page = self.read(role, self.make)
        given = dict(re.findall(r'name="(rev|line-\d+)"[^>]*?value="([^"]*)"', page))
        given |= dict(re.findall(r'<textarea name="(line-\d+)"[^>]*>\s*([^<]*)</textarea>', page))
        found = re.findall(r'建议(隐去|保留).*?name="(g-\w+)"', page, re.DOTALL)
        picked = {key: "mask" if said == "隐去" else "keep" for said, key in found}
        return {**given, **picked, "form": "full", "examined": EXAMINED, **changes}

    def prepared(self, **changes: str) -> Publication:
        self.send("handler", self.make, **self.filled(**changes))
        return Publication.objects.get(case=self.case)

    def answer(self, role: str, decision: str, status: int = 302, **given: str) -> str:
        found = Publication.objects.get(case=self.case)
        address = self.url("publication", publication=found.pk)
        return self.send(role, address, status, rev=str(found.rev), decision=decision, **given)

    def public(self, name: str = "decision") -> str:
        found = Publication.objects.get(case=self.case)
        return reverse(f"portal:{name}", args=[self.bureau.agency.code, found.pk])


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    bureau, case = ready_to_publish()
    monkeypatch.setattr(clock, "now", lambda: bureau.later(seconds=1))
    monkeypatch.setattr(clock, "today", lambda: bureau.today)
    return Office(bureau, case)


def test_d17_a_decision_goes_from_the_case_to_the_portal(office: Office) -> None:
    listed = office.read("handler", office.url("publications"))
    assert office.case.title in listed
    assert "拟制公示" in listed
    page = office.read("handler", office.make)
    assert CARD in page
    assert 'class="open"' in page
    waiting = office.prepared()
    both = office.read("handler", office.url("publication", publication=waiting.pk))
    assert CARD in both
    assert 'class="mask"' in both
    assert office.citizen.get(office.public()).status_code == 404
    office.answer("handler", "submit")
    assert "等我审批" in office.read("release_approver", office.url("publications"))
    office.answer("handler", "release", status=403)
    assert "退回须写明理由" in office.answer("release_approver", "return", status=409)
    office.answer("release_approver", "return", reason="请压缩摘要")
    assert "请压缩摘要" in office.read("handler", office.make)
    office.prepared()
    office.answer("handler", "submit")
    office.answer("release_approver", "release")
    shown = office.citizen.get(office.public())
    assert shown.status_code == 200
    said = shown.content.decode()
    assert Decision.objects.get(case=office.case).number in said
    for hidden in (CARD, PHONE, "502室"):
        assert hidden not in said
    assert "t_publish" not in open_steps(office.case)
    assert "公示平台" in Decision.objects.get(case=office.case).published_where
    found = office.citizen.get(reverse("portal:decisions", args=[office.bureau.agency.code]), {"q": "迟报资料"})
    assert office.public() in found.content.decode()


def test_d23_what_may_not_be_published_is_withheld_with_its_ground(office: Office) -> None:
    waiting = office.prepared(ground="endangers")
    office.answer("handler", "submit")
    page = office.read("release_approver", office.url("publication", publication=waiting.pk))
    assert "决定不予公开" in page
    assert "同意公示" not in page
    assert "不能经处理后公开" in office.answer("release_approver", "release", status=409)
    office.answer("release_approver", "withhold")
    assert office.citizen.get(office.public()).status_code == 404
    assert "不予公开" in office.read("handler", office.url("publications"))
    assert due(office.case)["publish_permit_penalty"] == "fulfilled"


def test_d19_a_revoked_decision_is_taken_down_by_one_act(office: Office) -> None:
    office.prepared()
    office.answer("handler", "submit")
    office.answer("release_approver", "release")
    public = Publication.objects.get(case=office.case)
    annulled(office.bureau, public)
    assert "应当撤回" in office.read("handler", office.url("publications"))
    address = office.url("publication-withdraw", publication=public.pk)
    office.send("release_approver", address, 422, reason="")
    said = office.send("handler", address, 409, reason=f"撤销对{PERSON}的处罚", basis="行政处罚法第四十八条")
    assert "不能写入" in said
    office.send("handler", address, reason="原处罚决定被撤销", basis="行政处罚法第四十八条")
    gone = office.citizen.get(office.public())
    assert gone.status_code == 410
    assert "原处罚决定被撤销" in gone.content.decode()
    assert "迟报一次" not in gone.content.decode()
    assert due(office.case)["withdraw_publication"] == "fulfilled"
    office.send("release_approver", address, 409, reason="再撤", basis="行政处罚法第四十八条")


def test_the_second_person_sees_what_differs_and_a_changed_case_is_read_anew(office: Office) -> None:
    page = office.read("handler", office.make)
    lines = [one for one in re.findall(r'name="(line-\d+)"[^>]*?value="([^"]*)"', page) if one[1] == office.case.title]
    waiting = office.prepared(**{lines[0][0]: "迟报案"})
    office.answer("handler", "submit")
    both = office.read("release_approver", office.url("publication", publication=waiting.pk))
    assert f"案件名称：拟公示为「迟报案」，案卷为「{office.case.title}」" in both
    office.answer("release_approver", "return", reason="名称请照案卷")
    assert "迟报案" in office.read("handler", office.make)
    actions.hand_over_case(office.case.pk, place="co_handler", to_id=office.bureau["unit_head"].pk, reason="调离",
                           actor=office.bureau["leader_in_charge"], at=office.bureau.later())  # fmt: skip
    anew = office.read("handler", office.make)
    assert "摘要已按案卷重新填写" in anew
    assert 'value="迟报案"' not in anew
    assert "有变化" in office.send("handler", office.make, 409, **office.filled(source=waiting.source_sha256))
