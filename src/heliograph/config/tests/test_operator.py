"""The operator's commands: an agency, a new version of its pack, and a security administrator let in again."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command

from heliograph.config import cli
from heliograph.kernel.packs.load import shipped
from heliograph.regimes import actions
from heliograph.regimes.models import InstalledPack
from heliograph.registers.models import Account, AccountChange, RoleGrant
from tests.cast import Office

PACK = "wenshang-gxj@2026.11"
NEXT = "wenshang-gxj@2027.01"


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def wenshang(db: None) -> str:
    """What setting an agency up prints."""
    return run("agency_add", PACK, "--security-admin", "WS-anquan", "--name", "李安", "--from", "2026-11-01")


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Packs with one more version of the agency's."""
    root = tmp_path / "packs"
    shutil.copytree(Path(str(shipped())), root)
    shutil.copytree(root / "wenshang-gxj" / "2026.11", root / "wenshang-gxj" / "2027.01")
    path = root / "wenshang-gxj" / "2027.01" / "pack.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('version: "2026.11"', 'version: "2027.01"', 1)
    path.write_text(text.replace("effective_from: 2026-11-01", "effective_from: 2027-01-01", 1), encoding="utf-8")
    monkeypatch.setattr(actions, "shipped", lambda: root)
    return root


def test_an_agency_is_set_up_with_a_security_administrator_who_changes_the_password(wenshang: str) -> None:
    account = Account.objects.get(username="ws-anquan")
    password = wenshang.splitlines()[1]
    assert account.check_password(password)
    assert account.must_change_password
    assert RoleGrant.objects.get(account=account).role == "security_admin"
    with pytest.raises(CommandError, match="已经设立"):
        run("agency_add", PACK, "--security-admin", "another", "--name", "李安")


def test_an_installed_agency_gets_a_new_version_of_its_pack(wenshang: str, newer: Path) -> None:
    assert f"自 2027-01-01 起适用 {NEXT}" in run("packs_install", "wenshang-gxj", NEXT, "--from", "2027-01-01")
    found = InstalledPack.objects.order_by("in_force_from").values_list("version", "in_force_from", "in_force_to")
    assert list(found) == [
        ("2026.11", date(2026, 11, 1), date(2026, 12, 31)),
        ("2027.01", date(2027, 1, 1), None),
    ]
    with pytest.raises(CommandError, match="已在适用") as refused:
        run("packs_install", "wenshang-gxj", NEXT, "--from", "2027-02-01")
    assert refused.value.returncode == 1


@pytest.mark.parametrize(
    ("agency", "pack", "code", "text"),
    [
        ("nowhere", PACK, 2, "没有代码为 nowhere 的机关"),
        ("wenshang-gxj", "wenshang-gxj", 2, "应写作"),
        ("wenshang-gxj", "rizhao-rsj@2026.11", 1, "不是本机关的规则包"),
        ("wenshang-gxj", "wenshang-gxj@1999.01", 1, "1999.01"),
    ],
)
def test_a_pack_that_does_not_fit_is_not_installed(wenshang: str, agency: str, pack: str, code: int, text: str) -> None:
    with pytest.raises(CommandError, match=text) as refused:
        run("packs_install", agency, pack)
    assert refused.value.returncode == code
    assert InstalledPack.objects.count() == 1


def test_the_only_security_administrator_is_let_in_again(office: Office) -> None:
    account = office.security_admin
    TOTP.activate(account, generate_totp_secret())
    AccessAttempt.objects.create(username=account.username, ip_address="192.0.2.1", failures_since_start=5)
    password = run("account_recover", account.username).splitlines()[1]
    account.refresh_from_db()
    assert account.check_password(password)
    assert account.must_change_password
    assert not Authenticator.objects.exists()
    assert not AccessAttempt.objects.exists()
    assert {(each.act, each.made_by) for each in AccountChange.objects.all()} == {
        ("password", None),
        ("second_factor", None),
    }


def test_the_operator_recovers_nobody_else(office: Office, handler: Account) -> None:
    for name in (handler.username, office.system_admin.username, "没有"):
        with pytest.raises(CommandError, match="不是在任的安全管理员"):
            run("account_recover", name)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (["packs", "install", "a", "b@1", "--from", "2027-01-01"], "packs_install"),
        (["account", "recover", "li"], "account_recover"),
    ],
)
def test_the_command_line_passes_everything_on(monkeypatch: pytest.MonkeyPatch, line: list[str], command: str) -> None:
    called: list[str] = []

    def run_nothing(*words: str) -> int:
        called.extend(words)
        return 0

    monkeypatch.setattr(cli, "_run", run_nothing)
    assert cli.main(line) == 0
    assert called == [command, *line[2:]]
