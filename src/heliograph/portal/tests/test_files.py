"""The public reads the file of a public version, and no other (委托书, 行政处罚法第二十条)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from heliograph.disclosure.actions import withdraw_publication
from heliograph.disclosure.models import PublicVersion
from heliograph.portal.tests.town import House, Town
from heliograph.registers.actions import Content, draft_entry, store_file

BODIES = "/a/qinghe-tjj/bodies/"
LETTER = f"{BODIES}1/v1/files/entrustment_letter/"
PDF = b"%PDF-1.7 letter"


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def downloaded(client: Client, address: str) -> bytes:
    """Return the bytes of a file."""
    return b"".join(client.get(address))


def body(house: House, content: bytes = PDF) -> dict[str, object]:
    kept = store_file(house.agency.pk, name="委托书.pdf", content=content, actor=house.author, at=house.later())
    return {"name": "县执法大队", "entrustment_letter": kept.as_value(), "scan": kept.as_value()}


@pytest.fixture
def public(house: House) -> PublicVersion:
    return house.publish("bodies", body(house))


def test_a_public_letter_is_linked_and_downloaded(client: Client, public: PublicVersion) -> None:
    page = client.get(f"{BODIES}1/").text
    assert f'href="{LETTER}"' in page
    assert "委托书.pdf" in page
    found = client.get(LETTER)
    assert b"".join(found) == PDF
    assert found["Content-Type"] == "application/pdf"
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Content-Disposition"].startswith("attachment;")


def test_lists_and_files_for_reading_name_the_letter(client: Client, public: PublicVersion) -> None:
    assert "委托书.pdf" in downloaded(client, "/a/qinghe-tjj/bodies.csv").decode("utf-8-sig")
    data = downloaded(client, "/a/qinghe-tjj/bodies.json").decode()
    assert "委托书.pdf" in data
    assert "scan" not in data


@pytest.mark.parametrize(
    "address",
    [
        f"{BODIES}1/v1/files/scan/",
        f"{BODIES}1/v1/files/name/",
        f"{BODIES}1/v1/files/nothing/",
        f"{BODIES}1/v2/files/entrustment_letter/",
        f"{BODIES}2/v1/files/entrustment_letter/",
        "/a/qinghe-gxj/bodies/1/v1/files/entrustment_letter/",
    ],
)
def test_nothing_else_is_given(client: Client, public: PublicVersion, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_draft_gives_nothing(client: Client, house: House) -> None:
    content = Content(data=body(house), reason="首次编制")
    draft_entry(
        house.agency.pk, register="bodies", content=content, owner_unit_id=None, actor=house.author, at=house.later()
    )
    assert client.get(LETTER).status_code == 404


def test_an_older_version_keeps_its_letter_and_the_change_is_seen(
    client: Client, house: House, public: PublicVersion
) -> None:
    house.revise(public, body(house, b"%PDF-1.7 other"), "换发委托书")
    assert downloaded(client, LETTER) == PDF
    assert downloaded(client, LETTER.replace("v1", "v2")) == b"%PDF-1.7 other"
    changed = client.get(f"{BODIES}1/diff/1-2/").text
    assert "<ins>" in changed


def test_a_withdrawn_letter_is_gone(client: Client, house: House, public: PublicVersion) -> None:
    withdraw_publication(
        public.pk, reason="委托终止", basis="行政处罚法@2021:20", actor=house.approver, at=house.later()
    )
    assert client.get(LETTER).status_code == 404


def test_the_other_agency_cannot_show_it(client: Client, town: Town, public: PublicVersion) -> None:
    town.industry.publish("bodies", {"name": "别家的大队"})
    assert client.get(LETTER.replace("tjj", "gxj")).status_code == 404
