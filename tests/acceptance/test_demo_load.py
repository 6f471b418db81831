"""The demonstration: what it loads came through the acts of different people, and loading again changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from django.core.management.base import CommandError
from django.db.models import Model

from heliograph.config import demo
from heliograph.config.demo_script import BEIJING, OfficeHours
from heliograph.config.identity import current_code
from heliograph.config.installation import DemoAccount
from heliograph.disclosure.models import Adjustment, PublicChange, PublicVersion, Release, ReleaseStep
from heliograph.dossiers.models import Case, CaseEvent, Paper
from heliograph.duties.models import Duty
from heliograph.duties.rules import urgency
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.ledger.actions.reconciling import reconcile
from heliograph.ledger.models import Alarm, Record
from heliograph.ledger.record_names import KINDS
from heliograph.procedures.models import Run, Step, Token
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import (
    Account,
    Agency,
    Article,
    Certificate,
    Entry,
    EntryVersion,
    Government,
    RoleGrant,
)
from heliograph.registers.queries import status_on

NOW = datetime(2026, 11, 20, 12, tzinfo=BEIJING)
TODAY = NOW.date()
TABLES: tuple[type[Model], ...] = (
    Government, Agency, Account, RoleGrant, Certificate, Article, Entry, EntryVersion, Release, ReleaseStep,
    PublicVersion, PublicChange, Adjustment, Duty, Authenticator, Case, CaseEvent, Paper, Run, Step, Token,
)  # fmt: skip


@pytest.fixture
def loaded(db: None, settings: Any, tmp_path: Path) -> list[DemoAccount]:
    """An empty installation of its own, and the demonstration in it."""
    settings.HOME = tmp_path
    return demo.load_demo()


def test_the_demonstration(loaded: list[DemoAccount], tmp_path: Path) -> None:
    """One test, because loading is slow; each part below has its own name."""
    the_five_agencies_stand_under_their_governments()
    every_register_entry_rests_on_articles_of_the_library()
    whatever_is_public_was_released_by_different_people()
    there_is_one_of_every_fate()
    two_overseers_have_something_to_decide()
    certificates_are_valid_expired_and_suspended()
    everything_happened_in_office_hours_and_in_order()
    everybody_can_sign_in(loaded)
    administrators_do_no_case_work()
    every_agency_has_cases_of_all_its_categories()
    every_case_stands_where_its_line_says()
    cases_went_through_the_hands_of_several_people()
    cases_kept_office_hours()
    every_board_has_something_overdue_and_something_soon()
    every_row_is_as_its_last_record_says()
    every_kind_of_record_has_a_name()
    a_row_changed_behind_the_product_is_named()
    the_sign_in_data_is_private(tmp_path)
    a_second_load_changes_nothing(loaded)
    another_version_is_refused()


def the_five_agencies_stand_under_their_governments() -> None:
    assert set(Agency.objects.values_list("code", flat=True)) == set(demo.AGENCIES)
    assert Government.objects.count() == 5
    counts = Counter(Entry.objects.values_list("agency__code", flat=True))
    assert all(20 <= count <= 45 for count in counts.values()), counts


def every_register_entry_rests_on_articles_of_the_library() -> None:
    cited = {key for basis in EntryVersion.objects.values_list("basis", flat=True) for key in basis}
    assert len(cited) > 50
    known = set(Article.objects.filter(key__in=cited).values_list("key", flat=True))
    assert {key for key in cited if ":" in key} == known


def whatever_is_public_was_released_by_different_people() -> None:
    published = PublicVersion.objects.select_related("version__release", "agency")
    assert published.count() > 100
    for public in published.prefetch_related("version__release__steps"):
        release = public.version.release
        steps = list(release.steps.all())
        assert release.state == Release.State.PUBLISHED
        assert [step.stage for step in steps] == [stage["id"] for stage in release.stages]
        people = [step.by_id for step in steps] + [release.submitted_by_id]
        assert len(set(people)) == len(people), public


def there_is_one_of_every_fate() -> None:
    for agency in Agency.objects.all():
        public = PublicVersion.objects.filter(agency=agency)
        assert public.filter(number=2, is_current=True).exists(), agency
        assert public.exclude(withdrawn_at=None).exists(), agency
        releases = Release.objects.filter(agency=agency)
        returned = releases.filter(state=Release.State.RETURNED)
        assert returned.exists(), agency
        assert all(release.steps.get(decision="return").opinion for release in returned)
        waiting = releases.filter(state=Release.State.IN_REVIEW)
        assert set(waiting.values_list("stage_role", flat=True)) >= {"legality_reviewer", "release_approver"}, agency
        flagged = Duty.objects.filter(agency=agency, kind="adjust_register", state=Duty.State.OPEN)
        assert flagged.exists(), agency
        assert PublicChange.objects.filter(agency=agency, kind=PublicChange.Kind.ADJUSTMENT).exists()


def two_overseers_have_something_to_decide() -> None:
    waiting = Release.objects.filter(state=Release.State.IN_REVIEW, stage_role="supervisor")
    assert set(waiting.values_list("agency__code", flat=True)) == {"xinglongtai-mzj", "rizhao-rsj"}


def certificates_are_valid_expired_and_suspended() -> None:
    for agency in Agency.objects.all():
        found = {status_on(certificate, TODAY) for certificate in Certificate.objects.filter(agency=agency)}
        assert found == {"valid", "expired", "suspended"}, agency


def everything_happened_in_office_hours_and_in_order() -> None:
    for step in ReleaseStep.objects.select_related("release__version"):
        version = step.release.version
        assert version.created_at < step.release.submitted_at < step.at
        local = step.at.astimezone(BEIJING)
        assert local.weekday() < 5
        assert time(9) <= local.time() <= time(17)


def everybody_can_sign_in(accounts: list[DemoAccount]) -> None:
    assert Account.objects.count() == len(accounts)
    for each in accounts:
        account = Account.objects.get(username=each.username)
        assert account.check_password(each.password)
        assert len(each.password) >= 12
        kept = decrypt(Authenticator.objects.get(user=account).data["secret"])
        assert kept == each.totp_secret
        assert validate_totp_code(kept, current_code(each.totp_secret))
    assert len({each.password for each in accounts}) == len(accounts)


def administrators_do_no_case_work() -> None:
    administrators = Account.objects.exclude(duty_class="case")
    assert administrators.count() == 3
    assert not EntryVersion.objects.filter(created_by__in=administrators).exists()
    assert not ReleaseStep.objects.filter(by__in=administrators).exists()


def the_sign_in_data_is_private(home: Path) -> None:
    assert (home / "demo-accounts.json").stat().st_mode & 0o777 == 0o600


def a_second_load_changes_nothing(accounts: list[DemoAccount]) -> None:
    before = [table._default_manager.count() for table in TABLES]
    assert demo.load_demo() == accounts
    assert [table._default_manager.count() for table in TABLES] == before


def another_version_is_refused() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "DATA_VERSION", "2026.12-other")
        with pytest.raises(CommandError, match="RESET=1"):
            demo.load_demo()


@pytest.mark.by_hand
@pytest.mark.django_db
def test_a_database_with_real_work_is_left_alone(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    government = Government.objects.create(code="real", name="某县人民政府", overseer="某县司法局")
    Agency.objects.create(government=government, code="real", name="某县某局", short_name="某局", legal_body="法制科")
    with pytest.raises(CommandError, match="另一版本的数据"):
        demo.load_demo()
    assert Account.objects.count() == 0


def test_office_hours_skip_nights_and_weekends() -> None:
    friday = datetime(2026, 11, 20).date()  # noqa: DTZ001 - a plain day
    hours = OfficeHours(friday)
    instants = [hours.next(60) for _ in range(10)]
    assert {instant.date() for instant in instants} == {friday, friday + timedelta(days=3)}
    assert all(9 <= instant.hour < 17 for instant in instants)
    assert instants == sorted(instants)
    hours.skip_to(friday)
    assert hours.next() > instants[-1]


def every_agency_has_cases_of_all_its_categories() -> None:
    for agency in Agency.objects.all():
        pack = load_pack(shipped(), f"{agency.code}@{demo.PACK_VERSION}")
        found = set(Case.objects.filter(agency=agency).values_list("category", flat=True))
        assert found == {category.id for category in pack.rules.categories}, agency


def every_case_stands_where_its_line_says() -> None:
    for code in demo.AGENCIES:
        lines = demo.read_script(code).cases
        assert Case.objects.filter(agency__code=code).count() == len(lines)
        for line in lines:
            case = Case.objects.get(agency__code=code, title=line.title, parties__name=line.party.name)
            waiting = [token.place.rpartition("/")[2] for token in standing(case.pk).tasks]
            assert waiting == ([line.waits_at] if line.waits_at else []), (code, line.title)
            assert case.state == (Case.State.HANDLING if line.waits_at else Case.State.ARCHIVED), (code, line.title)


def cases_went_through_the_hands_of_several_people() -> None:
    for case in Case.objects.filter(state=Case.State.ARCHIVED):
        told = CaseEvent.objects.filter(case=case)
        assert told.filter(kind__in=["case.decided", "case.served", "case.closed"]).count() == 3, case
        closed, archived = told.get(kind="case.closed"), told.get(kind="case.archived")
        assert closed.made_by_id not in {case.handler_id, case.co_handler_id, archived.made_by_id}, case
        assert archived.made_by_id == case.handler_id, case


def cases_kept_office_hours() -> None:
    events = list(CaseEvent.objects.select_related("case"))
    assert len(events) > 150
    for told in events:
        local = told.made_at.astimezone(BEIJING)
        assert local < NOW, told
        assert local.weekday() < 5, told
        assert time(9) <= local.time() <= time(17), told


def every_board_has_something_overdue_and_something_soon() -> None:
    soon = work_calendar().add_workdays(TODAY, 3)
    for agency in Agency.objects.all():
        due = Duty.objects.filter(agency=agency, subject_kind="case", state=Duty.State.OPEN)
        lanes = {urgency(duty.due_on, TODAY, soon) for duty in due}
        assert lanes >= {"overdue", "soon"}, agency


def every_row_is_as_its_last_record_says() -> None:
    assert Record.objects.exists()
    assert reconcile(at=NOW) == []


def every_kind_of_record_has_a_name() -> None:
    written = set(Record.objects.values_list("kind", flat=True))
    assert len(written) > 20
    assert written - set(KINDS) == set()


def a_row_changed_behind_the_product_is_named() -> None:
    entry = Entry.objects.order_by("pk")[0]
    Entry.objects.filter(pk=entry.pk).update(title="改过的名称")
    certificate = Certificate.objects.order_by("pk")[0]
    Certificate.objects.filter(pk=certificate.pk).update(valid_to="2036-01-01")
    found = reconcile(at=NOW)
    assert {one.what for one in found} == {"changed"}
    assert f"registers_entry/{entry.pk}" in set(Alarm.objects.values_list("key", flat=True))
    assert len(found) == 2
    Entry.objects.filter(pk=entry.pk).update(title=entry.title)
    Certificate.objects.filter(pk=certificate.pk).update(valid_to=certificate.valid_to)
    assert reconcile(at=NOW) == []
    assert not Alarm.objects.filter(settled_at__isnull=True).exists()
