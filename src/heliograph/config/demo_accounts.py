"""Sign-in data of the demonstration's people: drawn at random for each installation and kept readable by it alone."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from heliograph.config.installation import DemoAccount
from heliograph.config.keys import write_private
from heliograph.registers.models import Account

FILE = "demo-accounts.json"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
GROUPS, GROUP_LENGTH = 4, 4


def draw_password() -> str:
    """Return a random password that people can read out: four groups of four."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def draw(username: str, description: str) -> DemoAccount:
    """Return fresh sign-in data for one of the cast."""
    return DemoAccount(username, draw_password(), generate_totp_secret(), description)


def enrol(account: Account, drawn: DemoAccount) -> None:
    """Give an account its second factor, so that its owner can sign in at once."""
    TOTP.activate(account, drawn.totp_secret)


def keep(home: Path, version: str, accounts: list[DemoAccount]) -> None:
    """Write the sign-in data before anything else is done: what was committed can then always be signed in to."""
    home.mkdir(parents=True, exist_ok=True)
    content = {"version": version, "accounts": [vars(account) for account in accounts]}
    write_private(home / FILE, json.dumps(content, ensure_ascii=False, indent=1))


def kept(home: Path) -> tuple[str, list[DemoAccount]]:
    """Return the version and the sign-in data of what is loaded, empty when nothing was kept."""
    path = home / FILE
    if not path.exists():
        return "", []
    content = json.loads(path.read_text(encoding="utf-8"))
    return str(content["version"]), [DemoAccount(**account) for account in content["accounts"]]
