"""Penalties on the spot over HTTP against the product's own server, with all guards on, by officers who are signed in.

A flow is three requests: the case is opened, the party is told and heard, the penalty is decided. What lies between the
first and the second (the officers show their certificates, the basis is cited, the facts are found) is done by the
public acts outside the timing. Forms are sent as a browser sends them; the pages that a person reads in between are
another figure. Server, database and clients share the machine; sequencer and worker do not run.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client
from django.urls import reverse

from bench.product_server import BIND
from heliograph.desk import clock
from heliograph.desk.clue_forms import PARTIES
from heliograph.dossiers import actions
from heliograph.dossiers.actions import EvidenceContent, OnSiteContent
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, step_of
from heliograph.kernel.feel import FactValue
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account

BASIS = "行政处罚法@2021:51"
FOUND: dict[str, FactValue] = {"违法事实确凿并有法定依据": True, "当场处罚种类": "警告", "罚款金额": 0}
CSRF = "a" * 32  # what the form carries and what the cookie says are to be the same
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DONE = 302


@dataclass(slots=True)
class Desk:
    """A browser that is signed in, with a connection of its own; `errors` are answers that are not what was wanted."""

    bureau: Bureau
    cookie: str
    link: http.client.HTTPConnection = field(init=False)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.link = http.client.HTTPConnection(BIND.host, BIND.port, timeout=30)

    def send(self, name: str, query: str = "", *, sent: dict[str, object], **given: object) -> str:
        """Send a form; return where the answer leads, nothing when it is an error."""
        address = reverse(f"desk:{name}", kwargs={"agency": self.bureau.agency.code, **given}) + query
        body = urlencode({"csrfmiddlewaretoken": CSRF, **sent}, doseq=True)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.link.request("POST", address, body, headers)
        answer = self.link.getresponse()
        text = answer.read().decode()
        if answer.status == DONE:
            return answer.headers["Location"]
        self.errors.append(f"{answer.status} {name}: {text[:20_000]}")
        return ""


def sign_in(bureau: Bureau, account: Account) -> Desk:
    """Open a browser in which somebody is signed in."""
    if not Authenticator.objects.filter(user=account).exists():
        TOTP.activate(account, generate_totp_secret())
    client = Client()
    client.force_login(account, backend=BACKEND)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Desk(bureau, f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}")


def open_case(desk: Desk) -> UUID | None:
    """Open a case by the form for it."""
    bureau = desk.bureau
    today = clock.today().isoformat()
    sent = {
        "title": "现场检查发现的违法行为",
        "source": "inspection",
        "handler": bureau["handler"].pk,
        "co_handler": bureau["co_handler"].pk,
        "area": "晴川县",
        "facts": "现场检查时发现",
        "place": "晴川县一号",
        "occurred_from": today,
        "occurred_to": today,
        **{f"party{number}-standing": "party" for number in range(PARTIES)},
        "party0-kind": "organisation",
        "party0-name": "晴川县某某有限公司",
        "party0-address": "晴川县一号",
    }
    where = desk.send("case-new", "?kind=penalty.penalty_summary", sent=sent)
    return UUID(where.rstrip("/").rpartition("/")[2]) if where else None


def prepare(bureau: Bureau, case_id: UUID) -> None:
    """Let the officers show their certificates, cite the basis and find the facts; by the acts of the desk."""
    case, at = Case.objects.get(pk=case_id), clock.now()
    content = OnSiteContent(
        act="现场检查",
        place="晴川县一号",
        shown_at=at,
        began_at=at,
        ended_at=at,
        first_officer_id=bureau["handler"].pk,
        second_officer_id=bureau["co_handler"].pk,
        person_present="王某",
        rights_told=True,
    )
    actions.cite(case.pk, use="applied", key=BASIS, actor=bureau["handler"], at=at)
    evidence = EvidenceContent("physical", "样品", "违法事实", "现场", at.date(), bureau["handler"].pk,
                               second_collector_id=bureau["co_handler"].pk)  # fmt: skip
    actions.add_evidence(case.pk, content=evidence, actor=bureau["handler"], at=at)
    actions.identify_on_the_spot(
        case.pk, "t_identify", content=content, found="事实清楚", facts=FOUND, actor=bureau["handler"], at=at
    )
    if step_of(case, "give_prior_notice") != "t_notice":
        raise RuntimeError("the case is not to be decided on the spot")


def tell_and_decide(desk: Desk, case_id: UUID) -> None:
    """Tell the party and hear it, then decide: two forms."""
    rev = standing(case_id).run.rev
    told = {"kinds": ["warning"], "facts": "现场查实", "reasons": "初次违法", "basis": [BASIS], "answer": "no_comment"}
    today = clock.today().isoformat()
    desk.send("case-step", sent={"rev": rev, "told_on": today, **told}, case=case_id, step="t_notice")
    desk.send("case-step", sent={"rev": rev + 1, "decided_on": today}, case=case_id, step="t_decide")


def timed(desks: Sequence[Desk], work: Callable[[Desk], object]) -> float:
    """Let every desk work at the same time; return the seconds until the last one was done."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(len(desks)) as browsers:
        list(browsers.map(work, desks))
    return time.perf_counter() - begin


def flows(bureau: Bureau, clients: int, count: int) -> str:
    """Decide so many penalties at so many desks; return how many in a second, and how many answers were errors."""
    desks = [sign_in(bureau, bureau["handler"]) for _ in range(clients)]
    opened: dict[int, list[UUID]] = {number: [] for number in range(clients)}

    def begin(desk: Desk) -> None:
        for _ in range(count // clients):
            case_id = open_case(desk)
            opened[desks.index(desk)] += [case_id] if case_id else []

    def end(desk: Desk) -> None:
        for case_id in opened[desks.index(desk)]:
            tell_and_decide(desk, case_id)

    seconds = timed(desks, begin)
    for case_id in (one for some in opened.values() for one in some):
        prepare(bureau, case_id)
    seconds += timed(desks, end)
    errors = [error for desk in desks for error in desk.errors]
    return f"{count / seconds:.1f} flows/s, {len(errors)} errors"
