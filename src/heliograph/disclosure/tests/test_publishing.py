"""From the case to the public and back: who may, when, once; and nothing that should be hidden (D17, D19, D22, D23)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from heliograph.disclosure.actions.ending import expire_due, expire_publication
from heliograph.disclosure.actions.preparing import (
    PublicationContent,
    correct_publication,
    prepare_publication,
    submit_publication,
)
from heliograph.disclosure.actions.releasing import release_publication, return_publication, withhold_publication
from heliograph.disclosure.models import Examination, Publication, PublicationVersion
from heliograph.disclosure.redacting import Choice
from heliograph.disclosure.sources import standing_of
from heliograph.disclosure.tests.publishing import (
    CARD,
    PERSON,
    PHONE,
    PLACE,
    annulled,
    prepared,
    published,
    ready_to_publish,
    release,
    rows_of,
    somebody,
    submitted,
    withdraw,
)
from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Decision
from heliograph.dossiers.tests.bureau import Bureau, opened, step_of
from heliograph.dossiers.tests.doing import do, due, open_steps, refused
from heliograph.dossiers.tests.walks import served_on_party
from heliograph.ledger.queries import public_records
from heliograph.registers.models import Account

pytestmark = pytest.mark.django_db
EXAMINED = "不涉及国家秘密、商业秘密，个人信息已隐去。"


Ready = tuple[Bureau, Case]


@pytest.fixture
def ready() -> Ready:
    return ready_to_publish()


def told_by(public: Publication) -> str:
    """Return all that the public can read of a publication, and all that a search finds it by."""
    return "".join(f"{one.title}{one.party}{one.lines}{one.text}{one.reason}{one.tokens}" for one in rows_of(public))


def test_d17_a_decision_is_prepared_by_one_and_released_by_another(ready: Ready) -> None:
    bureau, case = ready
    prepare = partial(prepare_publication, case.pk, content=PublicationContent(examined=EXAMINED))
    assert refused(lambda: prepare(actor=bureau["leader_in_charge"], at=bureau.later())) == "role.missing"
    draft = prepared(bureau, case)
    assert (draft.draft, draft.state, draft.number) == ("preparing", "new", "晴测罚〔2026〕1号")
    assert draft.duty is not None
    assert draft.duty.kind == "publish_permit_penalty"
    submit = partial(submit_publication, draft.pk, actor=bureau["handler"])
    assert refused(lambda: submit(rev=draft.rev - 1, at=bureau.later())) == "publication.stale"
    waiting = submit(rev=draft.rev, at=bureau.later())
    assert refused(lambda: submit(rev=waiting.rev, at=bureau.later())) == "publication.waiting"
    assert refused(lambda: prepared(bureau, case)) == "publication.waiting"
    assert refused(lambda: release(bureau, waiting, by="handler")) == "role.missing"
    assert refused(lambda: release(bureau, waiting, by="leader_in_charge")) == "role.missing"
    assert not rows_of(waiting)
    public = release(bureau, waiting)
    assert (public.state, public.draft, public.version) == ("public", "", 1)
    assert refused(lambda: release(bureau, public)) == "publication.not_waiting"
    assert "t_publish" not in open_steps(case)
    assert due(case)["publish_permit_penalty"] == "fulfilled"
    decision = Decision.objects.get(case=case)
    assert (decision.published_on, decision.published_where) == (bureau.today, PLACE)
    assert [one.kind for one in public_records(public)] == ["decision.published"]
    assert Examination.objects.get(publication=public).outcome == "treated"


def test_nothing_that_tells_who_somebody_is_gets_out(ready: Ready) -> None:
    bureau, case = ready
    public = published(bureau, case)
    [shown] = rows_of(public)
    said = told_by(public)
    for hidden in (CARD, PHONE, "502室"):
        assert hidden not in said
    version = PublicationVersion.objects.get(publication=public)
    assert CARD not in version.masked_text
    assert shown.masked_sha256 == version.masked_sha256 != version.original_sha256
    assert version.commitment != version.original_sha256
    assert shown.text.startswith("行政处罚决定书")
    assert any(one["text"] == CARD and one["action"] == "mask" for one in version.redactions)


def test_what_is_kept_needs_a_reason_and_what_must_go_cannot_be_kept(ready: Ready) -> None:
    bureau, case = ready
    draft = prepared(bureau, case)
    [card] = [one for one in draft.redactions if one["text"] == CARD]

    def keep(reason: str) -> Publication:
        choices = {card["key"]: Choice("keep", reason)}
        content = PublicationContent(examined=EXAMINED, choices=choices)
        draft.refresh_from_db()
        made = prepare_publication(case.pk, content=content, actor=bureau["handler"], at=bureau.later(), rev=draft.rev)
        return submit_publication(made.pk, rev=made.rev, actor=bureau["handler"], at=bureau.later())

    assert refused(lambda: keep("")) == "publication.keep_reason"
    draft.refresh_from_db()
    assert refused(lambda: keep("公众有权知道")) == "publication.leak"


def test_an_unconfirmed_group_or_an_unexamined_case_is_not_handed_in(ready: Ready) -> None:
    bureau, case = ready
    by: dict[str, Any] = {"actor": bureau["handler"]}
    made = prepare_publication(case.pk, content=PublicationContent(examined=EXAMINED), at=bureau.later(), **by)
    assert refused(lambda: submit_publication(made.pk, rev=made.rev, at=bureau.later(), **by)) == (
        "publication.unconfirmed"
    )
    unread = prepare_publication(case.pk, content=PublicationContent(), at=bureau.later(), rev=made.rev, **by)
    assert refused(lambda: submit_publication(unread.pk, rev=unread.rev, at=bureau.later(), **by)) == (
        "publication.unexamined"
    )
    wrong = PublicationContent(values={"当事人": ""})
    assert (
        refused(lambda: prepare_publication(case.pk, content=wrong, at=bureau.later(), rev=unread.rev, **by))
        == "publication.incomplete"
    )


def test_what_an_officer_adds_is_hidden_too(ready: Ready) -> None:
    bureau, case = ready
    public = published(bureau, case, added=["事实清楚"])
    assert "事实清楚" not in told_by(public)


def test_a_decision_waits_for_its_service() -> None:
    bureau, case = ready_to_publish(serve=False)
    waiting = submitted(bureau, case)
    assert waiting.duty is not None
    assert waiting.duty.due_on is not None
    assert refused(lambda: release(bureau, waiting)) == "publication.not_served"
    served_on_party(bureau, case)
    assert release(bureau, waiting).state == "public"


def test_a_case_that_changed_goes_back_to_its_author(ready: Ready) -> None:
    bureau, case = ready
    waiting = submitted(bureau, case)
    actions.hand_over_case(case.pk, place="co_handler", to_id=bureau["unit_head"].pk, reason="调离",
                           actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    assert refused(lambda: release(bureau, waiting)) == "publication.changed"


def test_it_is_returned_with_a_reason_and_handed_in_again(ready: Ready) -> None:
    bureau, case = ready
    waiting = submitted(bureau, case)
    give_back = partial(return_publication, waiting.pk, rev=waiting.rev)
    approver = bureau["release_approver"]
    assert refused(lambda: give_back(reason=" ", actor=approver, at=bureau.later())) == "publication.no_reason"
    assert refused(lambda: give_back(reason="改", actor=bureau["handler"], at=bureau.later())) == "role.missing"
    back = give_back(reason="摘要请写明金额", actor=approver, at=bureau.later())
    assert (back.draft, back.return_reason) == ("returned", "摘要请写明金额")
    again = prepare_publication(case.pk, content=PublicationContent(examined=EXAMINED), actor=bureau["handler"],
                                at=bureau.later(), rev=back.rev)  # fmt: skip
    assert submit_publication(again.pk, rev=again.rev, actor=bureau["handler"], at=bureau.later()).draft == "waiting"


def test_d23_a_ground_without_a_path_is_withheld_and_the_step_says_so(ready: Ready) -> None:
    bureau, case = ready
    unknown = PublicationContent(examined=EXAMINED, ground="nothing")
    assert (
        refused(lambda: prepare_publication(case.pk, content=unknown, actor=bureau["handler"], at=bureau.later()))
        == "publication.no_ground"
    )
    waiting = submitted(bureau, case, ground="endangers")
    assert refused(lambda: release(bureau, waiting)) == "publication.ground"

    def withhold(by: str) -> Publication:
        return withhold_publication(waiting.pk, rev=waiting.rev, actor=bureau[by], at=bureau.later())

    assert refused(lambda: withhold("handler")) == "role.missing"
    kept = withhold("release_approver")
    assert (kept.state, kept.shown_state) == ("withheld", "不予公开")
    assert refused(lambda: withhold("release_approver")) in {"publication.not_waiting", "publication.stale"}
    assert not rows_of(kept)
    assert not public_records(kept)
    decision = Decision.objects.get(case=case)
    assert decision.published_on is None
    assert decision.published_where.startswith("一旦公开") or "危害" in decision.published_where
    examined = Examination.objects.get(publication=kept)
    assert (examined.outcome, examined.ground) == ("withheld", "endangers")


def test_a_minor_is_noticed_by_the_number(ready: Ready) -> None:
    bureau, _case = ready
    young = somebody(number="371302201203141212", name="小明明")
    assert standing_of(opened(bureau, parties=[young]), "decision").minors == ("小明明",)


def test_d19_a_withdrawn_decision_leaves_a_tombstone_and_nothing_else(ready: Ready) -> None:
    bureau, case = ready
    public = published(bureau, case)
    annulled(bureau, public)
    assert due(case)["withdraw_publication"] == "open"
    by_hand = partial(actions.record_withdrawal, Decision.objects.get(case=case).pk, withdrawn_on=bureau.today,
                      where="机关网站", actor=bureau["handler"])  # fmt: skip
    assert refused(lambda: by_hand(at=bureau.later())) == "withdrawal.on_portal"
    assert refused(lambda: withdraw(bureau, public, by="archivist")) == "role.missing"
    assert refused(lambda: withdraw(bureau, public, reason=" ")) == "publication.no_reason"
    assert refused(lambda: withdraw(bureau, public, reason=f"对{PERSON}的决定被撤销")) == "publication.tells"
    gone = withdraw(bureau, public)
    assert (gone.state, gone.withdrawn_reason) == ("withdrawn", "决定被撤销")
    [row] = rows_of(gone)
    assert (row.state, row.title, row.party, row.text, row.lines, row.tokens) == ("withdrawn", "", "", "", [], [])
    assert row.document_number == "晴测罚〔2026〕1号"
    assert due(case)["withdraw_publication"] == "fulfilled"
    assert Decision.objects.get(case=case).withdrawn_on == bureau.today
    assert [one.kind for one in public_records(gone)] == ["decision.published", "decision.withdrawn"]
    assert refused(lambda: withdraw(bureau, public)) == "publication.not_public"


def test_what_does_not_stand_is_not_released(ready: Ready) -> None:
    bureau, case = ready
    waiting = submitted(bureau, case)
    annulled(bureau, waiting)
    assert refused(lambda: release(bureau, waiting)) == "publication.annulled"


def test_a_correction_is_a_new_version_and_may_conceal_the_former(ready: Ready) -> None:
    bureau, case = ready
    public = published(bureau, case)

    def correct(*, reason: str = "摘要的金额有误", conceals: bool = False, by: str = "handler") -> Publication:
        return correct_publication(public.pk, reason=reason, conceals=conceals, actor=bureau[by], at=bureau.later())

    assert refused(lambda: correct(by="release_approver")) == "role.missing"
    assert refused(lambda: correct(reason="")) == "publication.no_reason"
    begun = correct()
    assert (begun.state, begun.draft) == ("public", "preparing")
    assert refused(correct) == "publication.correcting"
    second = published_again(bureau, case, begun, {"认定的事实": "迟报一次"})
    former, now = rows_of(second)
    assert (former.state, now.state, now.reason) == ("former", "public", "摘要的金额有误")
    assert former.tokens == []
    assert former.text
    third = published_again(bureau, case, correct(reason="原版本有误", conceals=True), {})
    assert [one.state for one in rows_of(third)] == ["concealed", "concealed", "public"]
    assert [one.text for one in rows_of(third)][:2] == ["", ""]
    assert PublicationVersion.objects.filter(publication=third).count() == 3
    assert [one.kind for one in public_records(third)][1:] == ["decision.corrected"] * 2


def published_again(bureau: Bureau, case: Case, begun: Publication, values: dict[str, str]) -> Publication:
    content = PublicationContent(examined=EXAMINED, values=values)
    made = prepare_publication(case.pk, content=content, actor=bureau["handler"], at=bureau.later(), rev=begun.rev)
    choices = {one["key"]: Choice(one["action"]) for one in made.redactions}
    content = PublicationContent(examined=EXAMINED, values=values, choices=choices)
    made = prepare_publication(case.pk, content=content, actor=bureau["handler"], at=bureau.later(), rev=made.rev)
    waiting = submit_publication(made.pk, rev=made.rev, actor=bureau["handler"], at=bureau.later())
    return release(bureau, waiting)


def test_d22_a_publication_leaves_by_itself_when_its_term_is_over(ready: Ready) -> None:
    bureau, case = ready
    ends = bureau.today + timedelta(days=30)
    public = published(bureau, case, term_ends_on=ends, term_basis="本局公示办法第三条")
    assert public.term_ends_on == ends
    assert expire_due(at=bureau.later(days=30)) == 0
    assert expire_due(at=bureau.later(days=1)) == 1
    public.refresh_from_db()
    assert public.state == "expired"
    [row] = rows_of(public)
    assert (row.state, row.text, row.tokens) == ("expired", "", [])
    assert expire_publication(public.pk, at=bureau.later()) is False
    assert [one.kind for one in public_records(public)][1:] == ["decision.expired"]


def test_without_a_rule_no_term_is_made_up(ready: Ready) -> None:
    bureau, case = ready
    public = published(bureau, case)
    assert (public.term_ends_on, public.term_basis) == (None, "")
    assert expire_due(at=bureau.later(days=4000)) == 0


def test_what_was_published_elsewhere_by_hand_keeps_its_step(ready: Ready) -> None:
    bureau, case = ready
    waiting = submitted(bureau, case)
    do(bureau, case, "record_publication", published_on=bureau.today, where="信用平台")
    public = release(bureau, waiting)
    assert public.state == "public"
    assert Decision.objects.get(case=case).published_where == "信用平台"


def test_there_is_nothing_to_publish_before_the_decision(ready: Ready) -> None:
    bureau, _case = ready
    case = opened(bureau)

    def prepare(occasion: str) -> object:
        content = PublicationContent(occasion=occasion)
        return prepare_publication(case.pk, content=content, actor=bureau["handler"], at=bureau.later())

    assert refused(lambda: prepare("decision")) == "publication.undecided"
    assert refused(lambda: prepare("result")) == "publication.no_result"
    assert refused(lambda: prepare("closing")) == "publication.not_closed"


def test_a_case_out_of_sight_is_not_there(ready: Ready) -> None:
    bureau, case = ready
    waiting = submitted(bureau, case)
    stranger = Account.objects.get(username="安全")
    with pytest.raises(Case.DoesNotExist):
        release_publication(waiting.pk, rev=waiting.rev, place=PLACE, actor=stranger, at=bureau.later())


def test_the_step_is_not_ended_past_its_role_by_whoever_says_it_was_released(ready: Ready) -> None:
    bureau, case = ready
    given: dict[str, Any] = {"published_on": bureau.today, "where": "本机关网站", "released": True}
    act = partial(actions.record_publication, case.pk, step_of(case, "record_publication"), **given)
    assert refused(lambda: act(actor=bureau["release_approver"], at=bureau.later())) == "case.not_handler"
