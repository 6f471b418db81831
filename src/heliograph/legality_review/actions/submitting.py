"""The package: handed in complete or not at all, checked by the reviewing body, supplemented by dated acts (L6, L8)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.papers import PaperContent, add_papers, file_of_case
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, let_duties_follow, take_step, tell
from heliograph.dossiers.models import Case, CaseEvent, CaseFile
from heliograph.dossiers.permissions import require_handler
from heliograph.dossiers.queries import proposal_of
from heliograph.duties.following import Event
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.legality_review.models import Review, ReviewMaterial, SupplementRequest
from heliograph.legality_review.permissions import access_review
from heliograph.legality_review.queries import Kept, grounds_of, last_review, latest_materials, package_of
from heliograph.legality_review.rules import reviewing as rules
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account


@dataclass(frozen=True, slots=True)
class MaterialContent:
    """A file handed in for a named material, beside what the case file holds of it; signed: it bears a signature."""

    material: str
    file_id: UUID
    signed: bool = False


@transaction.atomic
def submit_review(
    case_id: UUID,
    step: str,
    *,
    materials: Sequence[MaterialContent],
    note: str,
    truth_stated: bool,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Hand in the package of a case for review. ActRefusedError names every material that it lacks.

    truth_stated: the handling unit answers for what it hands in (国办发118号14).
    """
    taken = take_step(case_id, step, act="submit_review", actor=actor, at=at, rev=rev)
    held = package_of(taken.case, taken.pack)
    files = _files(taken.case, held, materials)
    states = [_with_file(one, files.get(one.rule.id)) for one in held]
    require(rules.may_submit(rules.missing_of(states), truth_stated=truth_stated))
    last = last_review(taken.case)
    review = write_row(
        Review,
        agency_id=taken.case.agency_id,
        case=taken.case,
        number=(last.number if last else 0) + 1,
        proposal=proposal_of(taken.case),
        grounds=[one.to_json() for one in grounds_of(taken.case, taken.standing)],
        note=note.strip(),
        truth_stated=truth_stated,
        submitted_by=actor,
        submitted_at=at,
    )
    taken.rows.append(review)
    for one in held:
        taken.rows.append(_add_material(review, one, files.get(one.rule.id), actor, at))
    add_papers(taken, papers)
    text = f"送法制审核（第 {review.number} 轮），材料 {len(held)} 项。承办机构对材料的真实性、准确性、完整性负责。"
    return finish_step(taken, event="case.review_submitted", text=text)


Sent = tuple[CaseFile, bool]


def _files(case: Case, held: Sequence[Kept], sent: Sequence[MaterialContent]) -> dict[str, Sent]:
    require(rules.are_known([one.material for one in sent], [one.rule.id for one in held], what="送审材料"))
    found = {}
    for one in sent:
        file = file_of_case(case, one.file_id)
        if file is not None:
            found[one.material] = (file, one.signed)
    return found


def _with_file(kept: Kept, sent: Sent | None) -> rules.Held:
    """Return a material as the rules see it; a file that was sent makes it present, and signed where it says so."""
    state = kept.state
    return state if sent is None else replace(state, present=True, signed=state.signed or sent[1])


def _add_material(review: Review, kept: Kept, sent: Sent | None, actor: Account, at: datetime) -> ReviewMaterial:
    file = sent[0] if sent else kept.paper.file if kept.paper else None
    made = kept.paper.document.sha256 if kept.paper and kept.paper.document else ""
    content = kept.content or kept.held
    return write_row(
        ReviewMaterial,
        agency_id=review.agency_id,
        review=review,
        material=kept.rule.id,
        name=kept.rule.name,
        held=kept.held or (file.name if file else ""),
        paper=kept.paper,
        file=file,
        sha256=file.sha256 if file else made or hashlib.sha256(content.encode()).hexdigest(),
        signed=kept.state.signed or bool(sent and sent[1]),
        added_by=actor,
        added_at=at,
    )


@transaction.atomic
def check_submission(
    case_id: UUID,
    step: str,
    *,
    lacking: Mapping[str, str],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Check a package (核对送审材料). lacking: by material what must be supplied; nothing: the period begins."""
    taken = take_step(case_id, step, act="check_submission", actor=actor, at=at, rev=rev)
    review = _round(taken)
    latest = latest_materials(review)
    wanted = {key: text.strip() for key, text in lacking.items() if text.strip()}
    require(rules.are_known(wanted, latest, what="送审材料"))
    for key, row in latest.items():
        said = wanted.get(key, "")
        if row.lacking != said:
            require_fit(ReviewMaterial, lacking=said)
            row.lacking = said
            row.save(update_fields=["lacking"])
            taken.rows.append(row)
    review.state = Review.State.INCOMPLETE if wanted else Review.State.REVIEWING
    review.complete_on = None if wanted else taken.on
    review.save(update_fields=["state", "complete_on"])
    taken.rows.append(review)
    listed = "、".join(f"{latest[key].name}（{said}）" for key, said in wanted.items())
    text = f"送审材料不齐，须补充：{listed}。" if wanted else "送审材料齐全，开始审核。"
    return finish_step(taken, event="case.review_checked", text=text, facts={"送审材料齐全": not wanted})


def _round(taken: StepAct) -> Review:
    return Review.objects.select_for_update(of=("self",)).filter(case=taken.case).order_by("-number")[0]


@transaction.atomic
def supplement_review(
    case_id: UUID,
    step: str,
    *,
    materials: Sequence[MaterialContent],
    note: str,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Hand in what a package lacked (补充送审材料). Refused while anything that was named is still not there."""
    taken = take_step(case_id, step, act="supplement_review", actor=actor, at=at, rev=rev)
    review = _round(taken)
    latest = latest_materials(review)
    held = {one.rule.id: one for one in package_of(taken.case, taken.pack)}
    files = _files(taken.case, list(held.values()), materials)
    wanted = {key: row for key, row in latest.items() if row.lacking}
    still = [row.name for key, row in wanted.items() if key not in files and not _renewed(row, held[key])]
    require(rules.may_hand_in(still, note=note))
    for key in wanted.keys() | files.keys():
        taken.rows.append(_add_material(review, held[key], files.get(key), actor, at))
    review.state = Review.State.SUBMITTED
    review.save(update_fields=["state"])
    taken.rows.append(review)
    return finish_step(taken, event="case.review_supplemented", text=f"补充送审材料：{note.strip()}")


def _renewed(row: ReviewMaterial, held: Kept) -> bool:
    """Say whether the case file holds something else now than what was found lacking."""
    return held.paper is not None and held.paper.pk != row.paper_id


@transaction.atomic
def ask_supplement(case_id: UUID, *, text: str, actor: Account, at: datetime) -> SupplementRequest:
    """Ask for more while the review runs: its period stands still from today until it is handed in, never earlier."""
    case, _who = access_review(actor, case_id, "ask_supplement", localdate(at))
    review = last_review(case)
    waiting = review is not None and review.requests.filter(answered_at__isnull=True).exists()
    reviewing = review is not None and review.state == Review.State.REVIEWING
    require(rules.may_ask_supplement(reviewing=reviewing, waiting=waiting, text=text))
    asked = write_row(
        SupplementRequest, agency_id=case.agency_id, review=review, text=text.strip(), asked_by=actor, asked_at=at
    )
    _tell(case, asked, "case.review_supplement_asked", f"审核中要求补充材料：{asked.text}", actor, at)
    return asked


@transaction.atomic
def answer_supplement(case_id: UUID, *, note: str, actor: Account, at: datetime) -> SupplementRequest:
    """Hand in what was asked for while the review runs: its period goes on from today."""
    case, who = access_review(actor, case_id, "answer_supplement", localdate(at))
    require_handler(case, who)
    asked = SupplementRequest.objects.select_for_update(of=("self",)).filter(review__case=case)
    waiting = asked.filter(answered_at__isnull=True).first()
    require(first_refusal(rules.may_answer_supplement(waiting=waiting is not None, note=note)))
    assert waiting is not None  # noqa: S101 - said by the rule above, for the type checker
    require_fit(SupplementRequest, answer=note.strip())
    waiting.answer, waiting.answered_by, waiting.answered_at = note.strip(), actor, at
    waiting.save(update_fields=["answer", "answered_by", "answered_at"])
    _tell(case, waiting, "case.review_supplement_received", f"提交补充材料：{waiting.answer}", actor, at)
    return waiting


def _tell(case: Case, row: SupplementRequest, event: str, text: str, actor: Account, at: datetime) -> None:
    on = localdate(at)
    told = tell(case, event=event, act="review_supplement", step="法制审核", text=text, basis=rules.SUBMISSION, on=on,
                actor=actor, at=at)  # fmt: skip
    pack = pack_in_force(case.agency_id, case.opened_on)
    let_duties_follow(case, pack, Event(event, on, at), actor, at)
    append(event, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[row, told])
