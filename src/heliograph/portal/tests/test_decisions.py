"""What the public reads of decisions, and what it finds nowhere: not released, withdrawn, expired, another's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from heliograph.disclosure.actions.ending import expire_due
from heliograph.disclosure.models import Publication
from heliograph.disclosure.tests.publishing import (
    CARD,
    PHONE,
    published,
    ready_to_publish,
    rows_of,
    submitted,
    withdraw,
)
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.portal import decided
from heliograph.registers.actions import add_agency
from tests.cast import NOON
from tests.logs import Rounds

pytestmark = pytest.mark.django_db
NUMBER = "晴测罚〔2026〕1号"


def text(client: Client, address: str, **asked: str) -> str:
    answer = client.get(address, asked)
    return answer.content.decode()


def places(bureau: Bureau, public: Publication) -> list[str]:
    """Return every address at which something of the publication could be told, but its own page."""
    code = bureau.agency.code
    return [
        reverse("portal:decisions", args=[code]),
        reverse("portal:decisions", args=[code]) + "?q=迟报",
        reverse("portal:decisions", args=[code]) + f"?q={NUMBER}",
        reverse("portal:decision-feed", args=[code]),
        reverse("portal:agency", args=[code]),
        reverse("portal:changes", args=[code]),
        reverse("portal:sitemap"),
    ]


def told(client: Client, bureau: Bureau, public: Publication) -> str:
    """Return what all those places say."""
    found = []
    for place in places(bureau, public):
        answer = client.get(place)
        found.append(b"".join(answer).decode())
    return "".join(found)


def own(bureau: Bureau, public: Publication, name: str = "decision", *more: object) -> str:
    return reverse(f"portal:{name}", args=[bureau.agency.code, public.pk, *more])


def test_a_decision_is_listed_searched_read_and_proved(client: Client, sequence_all: Rounds) -> None:
    bureau, case = ready_to_publish()
    public = published(bureau, case)
    sequence_all()
    code = bureau.agency.code
    listed = reverse("portal:decisions", args=[code])
    assert "共 1 条" in text(client, listed)
    for words in ("迟报资料", NUMBER, "罚款", "迟报 罚款"):
        assert NUMBER in text(client, listed, q=words), words
    assert "没有找到符合条件的公示" in text(client, listed, q="报迟")
    assert "没有找到符合条件的公示" in text(client, listed, q=CARD)
    assert NUMBER in text(client, listed, category="行政处罚", year="2026")
    assert NUMBER not in text(client, listed, year="2025")
    for wrong in ({"year": "20266"}, {"category": "没有这一类"}, {"after": "x"}, {"q": "字" * 101}):
        assert client.get(listed, wrong).status_code == 400
    page = text(client, own(bureau, public))
    assert "公示期限待核" in page
    assert '<span class="redact">' in page
    assert NUMBER in text(client, own(bureau, public, "decision-version", 1))
    data = client.get(own(bureau, public, "decision-json")).json()
    assert (data["number"], data["state"], data["version"]) == (NUMBER, "公示中", 1)
    feed = text(client, reverse("portal:decision-feed", args=[code]))
    assert NUMBER in feed
    assert "1 条" in text(client, reverse("portal:agency", args=[code]))
    assert "已收入公示日志" in text(client, own(bureau, public, "decision-proof", 1))
    file = client.get(own(bureau, public, "decision-proof-file", 1, "published"))
    assert file.status_code == 200
    every = page + feed + str(data) + file.content.decode() + told(client, bureau, public)
    assert CARD not in every
    assert PHONE not in every


def test_what_is_not_released_is_nowhere(client: Client) -> None:
    bureau, case = ready_to_publish()
    waiting = submitted(bureau, case)
    everywhere = told(client, bureau, waiting)
    assert str(waiting.pk) not in everywhere
    assert "迟报资料案" not in everywhere
    assert "没有公示中的决定" in text(client, reverse("portal:decisions", args=[bureau.agency.code]))
    for name in ("decision", "decision-json"):
        assert client.get(own(bureau, waiting, name)).status_code == 404
    assert client.get(own(bureau, waiting, "decision-version", 1)).status_code == 404
    assert client.get(own(bureau, waiting, "decision-proof", 1)).status_code == 404


def test_what_was_withdrawn_is_a_tombstone_everywhere(client: Client, sequence_all: Rounds) -> None:
    bureau, case = ready_to_publish()
    public = published(bureau, case)
    [row] = rows_of(public)
    said = {row.title, row.party, "迟报一次", "罚款800元"}
    withdraw(bureau, public)
    sequence_all()
    everywhere = told(client, bureau, public)
    assert not [one for one in said if one in everywhere]
    for name, more in (("decision", ()), ("decision-version", (1,)), ("decision-json", ()), ("decision-proof", (1,))):
        answer = client.get(own(bureau, public, name, *more))
        shown = answer.content.decode()
        assert answer.status_code == 410, name
        assert not [one for one in said if one in shown], name
        assert "决定被撤销" in shown, name
    page = text(client, own(bureau, public))
    assert 'content="noindex"' in page
    assert NUMBER in page
    assert client.get(own(bureau, public, "decision-proof-file", 1, "published")).status_code == 404
    ended = client.get(own(bureau, public, "decision-proof-file", 1, "withdrawn"))
    assert ended.status_code == 200


def test_what_expired_says_so_and_no_more(client: Client) -> None:
    bureau, case = ready_to_publish()
    ends = bureau.today + timedelta(days=1)
    public = published(bureau, case, term_ends_on=ends, term_basis="本局公示办法第三条")
    assert "本局公示办法第三条" in text(client, own(bureau, public))
    assert expire_due(at=bureau.later(days=2)) == 1
    answer = client.get(own(bureau, public))
    assert answer.status_code == 410
    assert "公示期限届满" in answer.content.decode()
    assert "罚款800元" not in answer.content.decode() + told(client, bureau, public)


def test_what_is_over_is_gone_before_the_sweep_comes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau, case = ready_to_publish()
    ends = bureau.today + timedelta(days=1)
    public = published(bureau, case, term_ends_on=ends, term_basis="本局公示办法第三条")
    monkeypatch.setattr(decided, "localdate", lambda: ends)
    assert client.get(own(bureau, public)).status_code == 200
    assert NUMBER in told(client, bureau, public)
    monkeypatch.setattr(decided, "localdate", lambda: ends + timedelta(days=1))
    for name, more in (("decision", ()), ("decision-version", (1,)), ("decision-json", ())):
        answer = client.get(own(bureau, public, name, *more))
        assert answer.status_code == 410, name
        assert "公示期" in answer.content.decode()
        assert "罚款800元" not in answer.content.decode()
    assert NUMBER not in text(client, reverse("portal:decisions", args=[bureau.agency.code]))
    assert NUMBER not in text(client, reverse("portal:decision-feed", args=[bureau.agency.code]))


def test_another_agency_s_decision_is_not_found_under_this_one(client: Client) -> None:
    bureau, case = ready_to_publish()
    public = published(bureau, case)
    other = add_agency(
        government=bureau.agency.government, code="other", name="晴川县别局", short_name="别局", legal_body="法规科",
        at=NOON,
    )  # fmt: skip
    for name, more in (("decision", ()), ("decision-json", ()), ("decision-version", (1,)), ("decision-proof", (1,))):
        address = reverse(f"portal:{name}", args=[other.code, public.pk, *more])
        assert client.get(address).status_code == 404, name
    assert NUMBER not in text(client, reverse("portal:decisions", args=[other.code]))
