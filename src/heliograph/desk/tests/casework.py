"""A bureau with cases whose clock the desk reads, for the tests of the pages of cases."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from heliograph.desk import clock
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.procedures.queries import standing

PDF = b"%PDF-1.4 signed"


def open_bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """Found a bureau, and let the desk read its clock."""
    made = found_bureau("jinghai-tjj", "penalty_ordinary")
    monkeypatch.setattr(clock, "now", lambda: made.later(seconds=1))
    return made


def url(bureau: Bureau, name: str, **given: Any) -> str:
    """Return the address of a page of the bureau's desk."""
    return reverse(f"desk:{name}", kwargs={"agency": bureau.agency.code, **given})


def step_url(bureau: Bureau, case: Case, place: str) -> str:
    """Return the address of a step's page."""
    return url(bureau, "case-step", case=case.pk, step=place)


def rev_of(case: Case) -> str:
    """Return the revision that a form opened now would carry."""
    return str(standing(case.pk).run.rev)


def read(client: Client, address: str, status: int = 200) -> str:
    """Return a page that answers with a status."""
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()
