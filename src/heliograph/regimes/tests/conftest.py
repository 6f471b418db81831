"""The cast: an agency with its packs on disk, a system administrator, a handler, an outsider."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from heliograph.kernel.tests.packs_written import agency as agency_pack
from heliograph.kernel.tests.packs_written import nation, province, write
from heliograph.registers.models import Account, Agency, Government, Role, RoleGrant

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=8)))
TODAY = date(2026, 11, 23)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, nation(), province(), agency_pack())


@pytest.fixture
def government(db: None) -> Government:
    return Government.objects.create(code="county", name="某县人民政府", overseer="司法局")


@pytest.fixture
def agency(government: Government) -> Agency:
    return Agency.objects.create(
        government=government, code="office", name="某县某局", short_name="某局", legal_body="法制科"
    )


@pytest.fixture
def another(government: Government) -> Agency:
    return Agency.objects.create(
        government=government, code="another", name="某县另一局", short_name="另一局", legal_body="法制科"
    )


def account(username: str, duty_class: str) -> Account:
    return Account.objects.create(
        username=username, display_name=username, organisation="某县", duty_class=duty_class, created_at=NOON
    )


def grant(holder: Account, agency: Agency, role: Role) -> Account:
    RoleGrant.objects.create(
        account=holder,
        duty_class=holder.duty_class,
        agency=agency,
        role=role,
        from_on=date(2026, 1, 1),
        granted_at=NOON,
    )
    return holder


@pytest.fixture
def system_admin(agency: Agency) -> Account:
    return grant(account("系统管理员", "system_admin"), agency, Role.SYSTEM_ADMIN)


@pytest.fixture
def handler(agency: Agency) -> Account:
    return grant(account("承办人", "case"), agency, Role.HANDLER)


@pytest.fixture
def outsider(another: Agency) -> Account:
    return grant(account("外单位系统管理员", "system_admin"), another, Role.SYSTEM_ADMIN)
