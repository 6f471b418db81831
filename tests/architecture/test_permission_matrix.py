"""Every address has a row: who gets in, who is sent to the sign-in, who does not even learn that it is there.

Rows name the roles that may open an address (GET) or do its act (POST). All other roles of the agency get 403, a role
held elsewhere gets 404, a visitor is sent to the sign-in. An address without a row fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from heliograph.disclosure.actions import adjust_for_function_change, confirm_adjustment, submit_for_release
from heliograph.disclosure.models import PublicVersion
from heliograph.legality_review.actions import ReviewerContent, register_reviewer
from heliograph.procedures.tests.flows import release_of
from heliograph.registers.actions import add_person, store_file
from heliograph.registers.models import Account, Agency, ImportBatch, Role, RoleGrant
from tests.architecture.places import SENT, Place, case_things, recorded_things, shared_things
from tests.cast import NOON, TODAY, Office, grant, item, new_account, publish
from tests.logs import Rounds

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ALL = frozenset(Role)
ADMINS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
CASE = ALL - ADMINS
STAFF = CASE - {Role.SUPERVISOR}
COMPILERS = frozenset({Role.HANDLER, Role.CO_HANDLER, Role.UNIT_HEAD, Role.WINDOW_CLERK, Role.LEGALITY_REVIEWER})
LEGAL = frozenset({Role.LEGALITY_REVIEWER})
READERS = CASE | {Role.AUDIT_ADMIN}
APPROVERS = LEGAL | {Role.UNIT_HEAD, Role.SUPERVISOR, Role.RELEASE_APPROVER, Role.LEADER_IN_CHARGE, Role.HEAD}
LEADERS = frozenset({Role.LEADER_IN_CHARGE, Role.HEAD})
SECURITY = frozenset({Role.SECURITY_ADMIN})
NOBODY: frozenset[Role] = frozenset()

# whoever passes the row may still lack the role of the step
OF_A_STEP = {"case-step", "document-issue", "document-seal"}
# a draft leads on to its form and has no file yet, nor has a destruction that is only proposed
OF_A_DRAFT = {"document", "document-make", "document-pdf", "destruction-certificate"}

PUBLIC = {
    "account_login", "account_inactive", "mfa_authenticate",
}  # fmt: skip
PUBLIC_NAMESPACES = {"portal"}
OWN_ACCOUNT = {
    "account_logout", "account_reauthenticate", "account_change_password", "mfa_index", "mfa_reauthenticate",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "desk:choose",
}  # fmt: skip
LOGS_OUT_ANYBODY = {"account_logout"}
SIGNED = {"desk:calendar-feed"}  # the address itself is signed for one account; see desk/tests/test_cases.py

pytestmark = pytest.mark.by_hand  # an import that is waiting


@dataclass(frozen=True)
class Row:
    """Who may read an address and who may send a form to it; None where the method is not served."""

    read: frozenset[Role] | None
    send: frozenset[Role] | None = None
    unseen: frozenset[Role] = frozenset()  # of these, whoever works in no unit sees no case: 404


SIGHT = LEADERS | LEGAL | {Role.ARCHIVIST, Role.RELEASE_APPROVER}  # see the cases of the whole agency
OUT_OF_SIGHT = STAFF - SIGHT
HANDLERS = frozenset({Role.HANDLER, Role.CO_HANDLER})
SUPERVISING = LEADERS | LEGAL
RETAINERS = SUPERVISING | {Role.ARCHIVIST}
TAKERS = HANDLERS | LEGAL | {Role.ARCHIVIST}
WITHDRAWERS = HANDLERS | LEGAL | {Role.RELEASE_APPROVER}
OPENERS = HANDLERS | {Role.UNIT_HEAD, Role.WINDOW_CLERK}
EDITORS = HANDLERS | {Role.WINDOW_CLERK}
CALLERS = HANDLERS | LEADERS | {Role.UNIT_HEAD}
SEATED = LEADERS | LEGAL | {Role.UNIT_HEAD}


DESK = {
    "home": Row(ALL),
    "cases": Row(STAFF),
    "case-search": Row(STAFF),
    "board": Row(STAFF),
    "clues": Row(STAFF),
    "clue": Row(STAFF, HANDLERS | {Role.UNIT_HEAD}, OUT_OF_SIGHT),
    "clue-new": Row(OPENERS, OPENERS),
    "case-new": Row(OPENERS, OPENERS),
    "case": Row(STAFF, None, OUT_OF_SIGHT),
    "case-step": Row(STAFF, STAFF, OUT_OF_SIGHT),
    "case-draft": Row(None, STAFF, OUT_OF_SIGHT),
    "case-file": Row(STAFF, None, OUT_OF_SIGHT),
    "document": Row(STAFF, STAFF, OUT_OF_SIGHT),
    "document-kinds": Row(STAFF, None, OUT_OF_SIGHT),
    "document-print": Row(STAFF, STAFF, OUT_OF_SIGHT),
    "document-make": Row(STAFF, STAFF, OUT_OF_SIGHT),
    "document-issue": Row(None, STAFF, OUT_OF_SIGHT),
    "document-seal": Row(None, HANDLERS | LEADERS, HANDLERS),
    "document-sign": Row(STAFF, STAFF, OUT_OF_SIGHT),
    "document-compare": Row(HANDLERS, HANDLERS, HANDLERS),
    "comparison": Row(STAFF, None, OUT_OF_SIGHT),
    "document-pdf": Row(STAFF, None, OUT_OF_SIGHT),
    "document-word": Row(STAFF, None, OUT_OF_SIGHT),
    "dossier": Row(STAFF, None, OUT_OF_SIGHT),
    "dossier-pdf": Row(None, TAKERS, HANDLERS),
    "dossier-bag": Row(None, TAKERS, HANDLERS),
    "dossier-xml": Row(None, TAKERS, HANDLERS),
    "dossier-ofd": Row(None, TAKERS, HANDLERS),
    "dossier-hand-over": Row(HANDLERS, HANDLERS, HANDLERS),
    "dossier-receive": Row(frozenset({Role.ARCHIVIST}), frozenset({Role.ARCHIVIST})),
    "paper-scan": Row(HANDLERS, HANDLERS, HANDLERS),
    "case-acts": Row(STAFF, None, OUT_OF_SIGHT),
    "case-act": Row(STAFF, STAFF, OUT_OF_SIGHT),
    "message-read": Row(None, STAFF, STAFF),  # for whoever it was sent to
    "evidence-new": Row(EDITORS, EDITORS, EDITORS),
    "evidence": Row(STAFF, None, OUT_OF_SIGHT),
    "evidence-attach": Row(EDITORS, EDITORS, EDITORS),
    "evidence-upload": Row(None, EDITORS, EDITORS),
    "original": Row(STAFF, None, OUT_OF_SIGHT),
    "original-page": Row(STAFF, None, OUT_OF_SIGHT),
    "original-media": Row(STAFF, None, OUT_OF_SIGHT),
    "original-file": Row(STAFF, None, OUT_OF_SIGHT),
    "on-site-new": Row(EDITORS, EDITORS, EDITORS),
    "citation-new": Row(EDITORS, EDITORS, EDITORS),
    "measure-new": Row(EDITORS, EDITORS, EDITORS),
    "measure-approve": Row(LEADERS, LEADERS),
    "measure-begin": Row(EDITORS, EDITORS, EDITORS),
    "measure-end": Row(EDITORS, EDITORS, EDITORS),
    "discussion-new": Row(CALLERS, CALLERS, OUT_OF_SIGHT),
    "seat": Row(SEATED, SEATED, OUT_OF_SIGHT),
    "dossier-secrecy": Row(HANDLERS | LEGAL, HANDLERS | LEGAL, HANDLERS),
    "retention": Row(RETAINERS),
    "destruction": Row(RETAINERS),
    "destruction-certificate": Row(RETAINERS),
    "destruction-decide": Row(None, LEADERS),
    "destruction-execute": Row(None, frozenset({Role.ARCHIVIST})),
    "dossier-retention": Row(RETAINERS, frozenset({Role.ARCHIVIST})),
    "destruction-new": Row(LEGAL | {Role.ARCHIVIST}, LEGAL | {Role.ARCHIVIST}),
    "retrievals": Row(STAFF),
    "retrieval-new": Row(STAFF, STAFF),
    "retrieval": Row(STAFF, LEADERS, STAFF - SUPERVISING),  # another's is not found
    "retrieval-end": Row(STAFF, STAFF, STAFF - SUPERVISING),
    "retrieval-file": Row(STAFF, None, STAFF),
    "retrieval-copy": Row(STAFF, None, STAFF),
    "publications": Row(STAFF),
    "publication": Row(STAFF, STAFF, OUT_OF_SIGHT),
    "publication-withdraw": Row(WITHDRAWERS, WITHDRAWERS, HANDLERS),
    "publication-correct": Row(HANDLERS, HANDLERS, HANDLERS),
    "publication-make": Row(HANDLERS, HANDLERS, HANDLERS),
    "reviews": Row(STAFF),
    "review-statistics": Row(STAFF),
    "case-review": Row(STAFF, None, OUT_OF_SIGHT),
    "review-accountability": Row(STAFF),
    "review-shown": Row(STAFF, None, OUT_OF_SIGHT),
    "review-package": Row(None, HANDLERS | LEADERS | LEGAL, HANDLERS),
    "reviewers": Row(STAFF, LEGAL | {Role.HEAD}),
    "reviewer": Row(STAFF, LEGAL | {Role.HEAD}),
    "duties": Row(READERS),
    "duty": Row(READERS, LEADERS),
    "registers": Row(READERS),
    "register": Row(READERS),
    "register-submit": Row(None, COMPILERS),
    "entry": Row(READERS),
    "entry-file": Row(READERS),
    "entry-new": Row(COMPILERS, COMPILERS),
    "entry-edit": Row(COMPILERS, COMPILERS),
    "entry-submit": Row(None, COMPILERS),
    "entry-withdraw": Row(frozenset({Role.RELEASE_APPROVER}), frozenset({Role.RELEASE_APPROVER})),
    "import": Row(COMPILERS, COMPILERS),
    "import-template": Row(COMPILERS),
    "import-progress": Row(COMPILERS, COMPILERS),
    "import-state": Row(COMPILERS),
    "export": Row(STAFF),
    "releases": Row(READERS),
    "release": Row(READERS, APPROVERS),
    "release-bulk": Row(None, APPROVERS),
    "adjustments": Row(READERS, LEGAL),
    "adjustment": Row(READERS),
    "adjustment-confirm": Row(None, frozenset({Role.RELEASE_APPROVER})),
    "log-status": Row(frozenset({Role.AUDIT_ADMIN, Role.SYSTEM_ADMIN})),
    "record-history": Row(READERS),
    "record-proof": Row(READERS),
    "record-export": Row(None, STAFF | {Role.AUDIT_ADMIN}),
    "erasure-request": Row(LEGAL, LEGAL),
    "erasures": Row(LEGAL | {Role.HEAD, Role.AUDIT_ADMIN}),
    "erasure": Row(None, frozenset({Role.HEAD})),
    "people": Row(STAFF | {Role.AUDIT_ADMIN}, LEGAL),
    "person": Row(STAFF | {Role.AUDIT_ADMIN}, LEGAL),
    "units": Row(STAFF | {Role.AUDIT_ADMIN}, LEGAL),
    "unit": Row(LEGAL, LEGAL),
    "accounts": Row(SECURITY, SECURITY),
    "account": Row(SECURITY, SECURITY),
    "account-known": Row(SECURITY, SECURITY),
    "account-person": Row(SECURITY, SECURITY),
    "account-close": Row(None, SECURITY),
    "account-reopen": Row(None, SECURITY),
    "account-unlock": Row(None, SECURITY),
    "account-password": Row(None, SECURITY),
    "account-second-factor": Row(None, SECURITY),
    "grant-end": Row(SECURITY, SECURITY),
    "laws": Row(READERS),
    "law": Row(READERS),
    "articles": Row(READERS),
    "law-import": Row(LEGAL, LEGAL),
    "law-proposal": Row(LEGAL, LEGAL),
    "article-correct": Row(LEGAL, LEGAL),
    "procedures": Row(READERS),
    "procedure": Row(READERS, LEGAL),
    "procedure-begin": Row(None, LEGAL),
    "procedure-release": Row(READERS, LEADERS),
    "procedure-sheets": Row(READERS),
    "procedure-draft": Row(READERS, LEGAL),
    "procedure-discard": Row(None, LEGAL),
    "procedure-draft-file": Row(READERS),
    "procedure-limit": Row(LEGAL, LEGAL),
    "procedure-flow": Row(LEGAL, LEGAL),
    "procedure-flow-check": Row(None, LEGAL),
    "procedure-flow-save": Row(None, LEGAL),
    "procedure-flow-layout": Row(None, LEGAL),
    "procedure-fact-new": Row(LEGAL, LEGAL),
    "procedure-fact-delete": Row(None, LEGAL),
    "procedure-table-new": Row(LEGAL, LEGAL),
    "procedure-table-file": Row(LEGAL, LEGAL),
    "procedure-table-delete": Row(None, LEGAL),
    "procedure-table": Row(LEGAL, LEGAL),
    "procedure-table-check": Row(None, LEGAL),
    "procedure-table-sheet": Row(LEGAL),
    "procedure-table-upload": Row(None, LEGAL),
    "templates": Row(READERS),
    "template": Row(READERS, LEGAL),
    "template-check": Row(None, LEGAL),
    "template-version": Row(READERS, LEGAL | LEADERS),
    "compliance": Row(READERS),
    "rollout": Row(READERS),
    "calendar": Row(READERS | {Role.SYSTEM_ADMIN}, LEGAL | {Role.SYSTEM_ADMIN}),
    "calendar-template": Row(LEGAL | {Role.SYSTEM_ADMIN}),
    "calendar-proposal": Row(LEGAL | {Role.SYSTEM_ADMIN}, LEGAL | {Role.SYSTEM_ADMIN}),
}


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    found = set(routes(get_resolver()))
    outside = {name for name in found if name.partition(":")[0] in PUBLIC_NAMESPACES}
    assert found - outside == PUBLIC | OWN_ACCOUNT | SIGNED | {f"desk:{name}" for name in DESK}


@pytest.fixture
def place(
    agency: Agency,
    handler: Account,
    legality_reviewer: Account,
    leader_in_charge: Account,
    release_approver: Account,
    sequence_all: Rounds,
) -> Place:
    public: PublicVersion = publish(
        item(agency, handler, name="公开着的事项"), handler, legality_reviewer, release_approver
    )
    # with a stage of external review: a supervisor reads no other
    letter = store_file(agency.pk, name="委托书.pdf", content=b"%PDF-1.7", actor=handler, at=NOON)
    body = item(agency, handler, register="bodies", name="测试局", entrustment_letter=letter.as_value())
    external = submit_for_release(body.pk, actor=handler, at=NOON)
    batch = ImportBatch.objects.create(
        agency=agency, register="items", file_name="a.csv", row_count=0, state="checked", reason="试",
        created_by=handler, created_at=NOON,
    )  # fmt: skip
    unit = agency.units.values_list("pk", flat=True)[0]
    adjustment = adjust_for_function_change(
        agency.pk, unit_id=unit, function="测试", effective_on=TODAY, reason="试", basis="国办发118号@2018",
        actor=legality_reviewer, at=NOON,
    )  # fmt: skip
    confirm_adjustment(adjustment.pk, actor=release_approver, at=NOON)
    person = add_person(agency.pk, name="何景", gender="男", actor=legality_reviewer, at=NOON)
    ids = {
        "entry": public.entry_id, "filed_entry": body.entry_id, "release": external.pk,
        "unit": unit,
        "batch": batch.pk, "adjustment": adjustment.pk,
        "person": person.pk, "account": handler.pk, "grant": RoleGrant.objects.get(account=handler).pk,
    }  # fmt: skip
    ids |= shared_things(agency, public.entry_id, legality_reviewer) | recorded_things(agency, legality_reviewer)
    procedure = release_of(agency, legality_reviewer, leader_in_charge)
    ids |= {"procedure_release": procedure.pk, "draft": agency.procedure_drafts.get().pk}
    ids |= case_things(agency, handler, leader_in_charge, procedure)
    content = ReviewerContent(legality_reviewer.pk, "staff", TODAY, TODAY)
    ids["reviewer"] = register_reviewer(agency.pk, content=content, actor=legality_reviewer, at=NOON).pk
    sequence_all()
    return Place(agency, ids)


def status_of(client: Client, address: str) -> int:
    """Return the status of a page, which is read to its end: that closes a file."""
    answer = client.get(address)
    list(answer)  # type: ignore[call-overload]
    return answer.status_code


def sign_in(account: Account) -> Client:
    TOTP.activate(account, generate_totp_secret())
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


@pytest.fixture
def holder(office: Office) -> Callable[[Role], Client]:
    """Open a browser in which the holder of one role, and no other, is signed in."""

    def open_for(role: Role) -> Client:
        duty_class = role.value if role in ADMINS else "case"
        account = new_account(f"矩阵-{role.value}", duty_class, office.agency)
        return sign_in(grant(office, account, role.value))

    return open_for


def test_a_visitor_is_sent_to_the_sign_in(client: Client, place: Place) -> None:
    for name in DESK:
        for answer in (client.get(place.address(name)), client.post(place.address(name))):
            assert answer.status_code == 302, name
            assert answer["Location"].startswith(reverse("account_login")), name
    for name in OWN_ACCOUNT - LOGS_OUT_ANYBODY:
        assert client.get(reverse(name)).status_code == 302, name
    for name in PUBLIC:
        assert client.get(reverse(name)).status_code in {200, 302}, name


def test_a_role_elsewhere_opens_nothing_here(place: Place, outsider: Account) -> None:
    client = sign_in(outsider)
    for name, row in DESK.items():
        address = place.address(name)
        if row.read is not None:
            assert client.get(address).status_code == 404, name
        if row.send is not None:
            assert client.post(address, SENT.get(name, {})).status_code == 404, name


def test_ids_of_this_agency_are_not_found_under_another(place: Place, next_door: Office, outsider: Account) -> None:
    security = sign_in(next_door.security_admin)
    client = sign_in(outsider)
    moved = Place(next_door.agency, place.ids)
    for name in (
        "entry",
        "release",
        "import-progress",
        "import-state",
        "adjustment",
        "person",
        "entry-withdraw",
        "entry-file",
        "duty",
        "clue",
        "case",
        "case-step",
        "case-file",
        "evidence",
        "original",
        "original-file",
        "case-act",
        "case-review",
        "publication",
        "publication-withdraw",
        "reviewer",
        "retrieval",
        "retrieval-end",
        "retrieval-file",
        "destruction",
        "destruction-certificate",
        "dossier-retention",
        "record-history",
        "record-proof",
        "procedure",
        "procedure-release",
        "procedure-draft",
        "procedure-draft-file",
        "procedure-flow",
        "procedure-limit",
        "procedure-table",
        "procedure-table-sheet",
        "procedure-sheets",
        "procedure-fact-new",
        "procedure-table-new",
        "procedure-table-file",
    ):
        assert client.get(moved.address(name)).status_code == 404, name
    for name in (
        "entry-submit",
        "entry-edit",
        "release",
        "procedure-begin",
        "procedure-discard",
        "procedure-flow-check",
        "procedure-flow-save",
        "procedure-table-check",
        "procedure-table-upload",
        "procedure-fact-delete",
        "procedure-table-delete",
    ):
        assert client.post(moved.address(name), SENT.get(name, {})).status_code == 404, name
    for name in ("account", "account-person", "grant-end"):
        assert security.get(moved.address(name)).status_code == 404, name
    for name in ("account-close", "account-reopen", "account-unlock", "account-password", "account-second-factor"):
        assert security.post(moved.address(name)).status_code == 404, name


@pytest.mark.parametrize("role", list(Role), ids=[role.value for role in Role])
def test_a_role_reads_what_its_row_says(role: Role, place: Place, holder: Callable[[Role], Client]) -> None:
    client = holder(role)
    found = {name: status_of(client, place.address(name)) for name in DESK}
    led_on = {name: 200 for name in OF_A_DRAFT if found[name] in {302, 409}}
    assert found | led_on == {name: _read_status(role, row) for name, row in DESK.items()}


def _read_status(role: Role, row: Row) -> int:
    if row.read is None:
        return 405
    if role not in row.read:
        return 403
    return 404 if role in row.unseen else 200


@pytest.mark.parametrize("role", list(Role), ids=[role.value for role in Role])
def test_a_role_does_what_its_row_says(role: Role, place: Place, holder: Callable[[Role], Client]) -> None:
    client = holder(role)
    for name, row in DESK.items():
        answer = client.post(place.address(name), SENT.get(name, {}))
        list(answer)  # type: ignore[call-overload]
        status = answer.status_code
        if row.send is None:
            assert status in {403, 405}, name
        elif role in row.unseen & (row.send | (row.read or NOBODY)):
            assert status == 404, name
        elif role in row.send:
            allowed = {200, 302, 409, 422} | ({403} if name in OF_A_STEP else set())
            assert status in allowed, name
        else:
            assert status == 403, name


def test_no_address_writes_without_the_token_of_its_own_page(place: Place, handler: Account) -> None:
    TOTP.activate(handler, generate_totp_secret())
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(handler, backend=BACKEND)
    for name, row in DESK.items():
        if row.send is not None:
            assert strict.post(place.address(name), SENT.get(name, {})).status_code == 403, name
