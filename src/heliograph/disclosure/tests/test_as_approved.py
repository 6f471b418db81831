"""What the public reads is what a second person approved, and what the case says: nothing slips past either."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from heliograph.disclosure.actions.ending import expire_due
from heliograph.disclosure.actions.preparing import (
    PublicationContent,
    correct_publication,
    prepare_publication,
    submit_publication,
)
from heliograph.disclosure.actions.releasing import return_publication
from heliograph.disclosure.models import Publication
from heliograph.disclosure.redacting import Choice
from heliograph.disclosure.sources import standing_of
from heliograph.disclosure.tests.publishing import (
    annulled,
    published,
    ready_to_publish,
    release,
    rows_of,
    submitted,
    withdraw,
)
from heliograph.dossiers.models import Case, Measure
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.dossiers.tests.doing import refused
from heliograph.registers.actions import grant_role_by_name
from heliograph.registers.models import Account
from tests.cast import LONG_AGO, NOON

pytestmark = pytest.mark.django_db
EXAMINED = "不涉及国家秘密、商业秘密，个人信息已隐去。"
Ready = tuple[Bureau, Case]


@pytest.fixture
def ready() -> Ready:
    return ready_to_publish()


def test_what_nobody_approved_of_a_correction_is_not_acted_upon(ready: Ready) -> None:
    bureau, case = ready
    ends = bureau.today + timedelta(days=30)
    public = published(bureau, case, term_ends_on=ends, term_basis="本局公示办法第三条")
    begun = correct_publication(public.pk, reason="期限有误", conceals=False, actor=bureau["handler"],
                                at=bureau.later())  # fmt: skip
    sooner = PublicationContent(
        examined=EXAMINED, term_ends_on=bureau.today + timedelta(days=1), term_basis="他文第一条"
    )
    drafted = prepare_publication(case.pk, content=sooner, actor=bureau["handler"], at=bureau.later(), rev=begun.rev)
    assert (drafted.term_ends_on, drafted.term_basis) == (ends, "本局公示办法第三条")
    assert (drafted.next_term_ends_on, drafted.next_term_basis) == (sooner.term_ends_on, "他文第一条")
    assert expire_due(at=bureau.now + timedelta(days=5)) == 0
    choices = {one["key"]: Choice(one["action"]) for one in drafted.redactions}
    made = prepare_publication(case.pk, content=replace(sooner, choices=choices), actor=bureau["handler"],
                               at=bureau.later(), rev=drafted.rev)  # fmt: skip
    waiting = submit_publication(made.pk, rev=made.rev, actor=bureau["handler"], at=bureau.later())
    released = release(bureau, waiting)
    assert (released.term_ends_on, released.term_basis, released.drafted) == (sooner.term_ends_on, "他文第一条", {})
    assert rows_of(released)[-1].term_ends_on == sooner.term_ends_on


def test_what_the_case_says_of_itself_is_not_reworded(ready: Ready) -> None:
    bureau, case = ready
    prepare = partial(prepare_publication, case.pk, actor=bureau["handler"])
    for label, value in (("决定内容", "罚款80元"), ("文号", "晴测罚〔2026〕2号"), ("决定日期", "2020年1月1日")):
        content = PublicationContent(examined=EXAMINED, values={label: value})
        assert refused(lambda content=content: prepare(content=content, at=bureau.later())) == (  # type: ignore[misc]
            "publication.line_changed"
        ), label
    waiting = submitted(bureau, case, values={"案件名称": "迟报案"})
    assert ["案件名称", "迟报案"] in waiting.lines
    Publication.objects.filter(pk=waiting.pk).update(
        lines=[[label, "罚款80元" if label == "决定内容" else value] for label, value in waiting.lines]
    )
    assert refused(lambda: release(bureau, waiting)) == "publication.line_changed"
    Publication.objects.filter(pk=waiting.pk).update(lines=waiting.lines)


def test_own_work_is_not_released_and_a_stale_or_late_draft_goes_nowhere(ready: Ready) -> None:
    bureau, case = ready
    ends = bureau.today + timedelta(days=3)
    waiting = submitted(bureau, case, term_ends_on=ends, term_basis="本局公示办法第三条")
    assert waiting.authors == [str(bureau["handler"].pk)]
    for one in ("handler", "co_handler"):
        grant_role_by_name(bureau[one].username, agency_id=bureau.agency.pk, role="release_approver", from_on=LONG_AGO,
                           actor=Account.objects.get(username="安全"), at=NOON)  # fmt: skip
        assert refused(lambda one=one: release(bureau, waiting, by=one)) == "publication.same_person"  # type: ignore[misc]
    Publication.objects.filter(pk=waiting.pk).update(authors=[str(bureau["release_approver"].pk)])
    assert refused(lambda: release(bureau, waiting)) == "publication.same_person"
    Publication.objects.filter(pk=waiting.pk).update(authors=[])
    bureau.later(days=5)
    assert refused(lambda: release(bureau, waiting)) == "publication.term_over"
    back = return_publication(waiting.pk, rev=waiting.rev, reason="期限", actor=bureau["release_approver"],
                              at=bureau.later())  # fmt: skip
    fresh = PublicationContent(examined=EXAMINED)
    prepare = partial(prepare_publication, case.pk, content=fresh, actor=bureau["handler"])
    assert refused(lambda: prepare(at=bureau.later(), rev=None)) == "publication.stale"
    assert prepare(at=bureau.later(), rev=back.rev).term_ends_on is None


def test_its_officers_withdraw_only_what_does_not_stand(ready: Ready) -> None:
    bureau, case = ready
    public = published(bureau, case)
    assert refused(lambda: withdraw(bureau, public, by="handler")) == "publication.stands"
    annulled(bureau, public)
    assert withdraw(bureau, public, by="handler").state == "withdrawn"


def test_a_measure_is_a_result_only_of_a_case_about_it(ready: Ready) -> None:
    bureau, case = ready
    with transaction.atomic():
        Measure(agency_id=case.agency_id, case=case, kind=Measure.Kind.SAMPLING, items="样品", started_at=bureau.now,
                registered_by=bureau["handler"], registered_at=bureau.now).save()  # fmt: skip
        assert not standing_of(case, "result").has_result
        case.category = "coercion"
        assert standing_of(case, "result").has_result
        transaction.set_rollback(True)
