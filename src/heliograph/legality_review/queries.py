"""Reads of legality review: must a case be reviewed, was what is to be decided reviewed, and who reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from heliograph.dossiers.models import Case, Citation, Decision, Evidence, Hearing, Measure, OnSiteAct, Paper, Proposal
from heliograph.dossiers.models.decisions import Outcome
from heliograph.dossiers.originals import originals_by_evidence
from heliograph.dossiers.queries import proposal_of
from heliograph.dossiers.reasons import CATALOGUE, REASONS, questions_of, reasons_in
from heliograph.kernel.feel import FactValue, FeelError, MissingFact
from heliograph.kernel.packs.schema import Pack, ReviewMaterial
from heliograph.kernel.verdict import Verdict
from heliograph.legality_review.models import Review, ReviewCall, Reviewer, ReviewOpinion
from heliograph.legality_review.models import ReviewMaterial as Submitted
from heliograph.legality_review.rules.people import Ratio, ReviewerState
from heliograph.legality_review.rules.reviewing import (
    Held,
    Passage,
    articles_for,
    basis_for,
    may_decide,
)
from heliograph.legality_review.rules.sealing import Proposed, changed, seals_of
from heliograph.procedures.queries import Standing, standing
from heliograph.registers.models import Account, Certificate

GROUNDS: Final = "审核事由"
CALLED_IN: Final = "法制审核机构要求审核"
COERCION: Final = "coercion"
MANNER: Final = "强制方式"
RATIO: Final = "reviewer_ratio"
LEAST, MOST = "reviewers_minimum", "reviewers_maximum"  # provisions of packs that say how many
QUALIFIED_FROM: Final = "reviewer_qualification_from"
URGENT: Final = "紧急查封扣押"
FINISHED: Final = frozenset({Review.State.PASSED, Review.State.RETURNED})


@dataclass(frozen=True, slots=True)
class Ground:
    """A row of the catalogue that fired: its words and the articles that it rests on."""

    text: str
    basis: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept with a round."""
        return {"ground": self.text, "basis": list(self.basis)}


def grounds_of(case: Case, stands: Standing) -> list[Ground]:
    """Return why a case must be reviewed, by its facts as they are now: none, where it need not be.

    The catalogue is asked anew each time, so that it does not matter what a step found earlier. A case that never
    comes to the catalogue, such as a summary penalty, has none.
    """
    found = _by_catalogue(case, stands)
    if ReviewCall.objects.filter(case=case).exists() and all(one.text != CALLED_IN for one in found):
        found.append(Ground(CALLED_IN, ("国办发118号@2018:13",)))
    return found


def _by_catalogue(case: Case, stands: Standing) -> list[Ground]:
    table = stands.compiled.tables.get(CATALOGUE)
    facts = stands.facts
    if table is None or not _is_proposed(case, facts):
        return []
    rows = {row.id: row for row in table.rows}
    try:
        fired = [rows[key] for key in table.decide(facts).rows]
    except (MissingFact, FeelError):
        fired = []
    known = [Ground(row.outputs[0].strip('"'), articles_for(case.category, _articles(row.basis))) for row in fired]
    told = {one.text for one in known}
    return [*known, *(Ground(text, ()) for text in _listed(facts.get(GROUNDS)) if text not in told and not known)]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the handler answered to the catalogue: question, answer, reason; `general`: one reason given for all."""

    answers: list[tuple[str, bool, str]]
    general: str


def judgement_of(stands: Standing) -> Judgement:
    """Return why a handler thinks that a case has to be reviewed or not."""
    facts, asked = stands.facts, questions_of(stands)
    told = str(facts.get(REASONS, ""))
    reasons = reasons_in(told, asked)
    given = ((name, question, facts.get(name)) for name, question in asked.items())
    answers = [(question, said, reasons.get(name, "")) for name, question, said in given if isinstance(said, bool)]
    return Judgement(answers, "" if reasons else told)


def _is_proposed(case: Case, facts: Mapping[str, FactValue]) -> bool:
    """Say whether there is something to hold against the catalogue: a proposal of whatever result, or coercion.

    Not a crime that is handed over, which is no decision of the agency, and not an urgent measure that the law lets
    go first.
    """
    if case.category == COERCION:
        return GROUNDS in facts or facts.get(MANNER, URGENT) != URGENT
    proposal = proposal_of(case)
    return GROUNDS in facts if proposal is None else proposal.outcome != Outcome.CRIME


def _articles(basis: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in basis.split(",") if part.strip())


def _listed(value: FactValue | None) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def proposed_of(case: Case, stands: Standing, grounds: Iterable[Ground]) -> Proposed:
    """Return the decision as it is proposed now, as opinions are bound to it. Six queries.

    Coercion has no proposal before its approval: the manner and what is to be sealed or seized are what is reviewed.
    """
    proposal = None if case.category == COERCION else proposal_of(case)
    made = proposal or Proposal(outcome=str(stands.facts.get(MANNER, "")))
    return Proposed(
        **terms_in_text(made),
        cited=tuple(f"{use}:{key}" for use, key in Citation.objects.filter(case=case).values_list("use", "key")),
        discretion=(
            f"row:{made.benchmark}",
            f"least:{_money(made.benchmark_min)}",
            f"most:{_money(made.benchmark_max)}",
            f"source:{made.benchmark_source}",
            f"departs:{made.deviation_reason}",
        ),
        parties=tuple(f"{one.standing}:{one.kind}:{one.name}:{one.number}" for one in case.parties.order_by("id")),
        evidence=_evidence_of(case),
        measure=tuple(f"{one.kind}:{one.items}:{one.reason}" for one in Measure.objects.filter(case=case)),
        grounds=tuple(one.text for one in grounds),
    )


def terms_in_text(made: Proposal | Decision) -> dict[str, Any]:
    """Return what a proposal or a decision metes out, in the plain text that seals are made of."""
    return {
        "outcome": made.outcome,
        "kinds": tuple(made.kinds),
        "fine": _money(made.fine),
        "confiscated": _money(made.confiscated),
        "levied": _money(made.levied),
        "other": made.other,
        "correction": (made.correction, str(made.correct_by or "")),
        "facts": made.facts,
        "reasons": made.reasons,
        "basis": tuple(made.basis),
    }


def _evidence_of(case: Case) -> tuple[str, ...]:
    """Return each piece of evidence with what it proves and the hashes of its originals. Two queries."""
    found = list(Evidence.objects.filter(case=case))
    originals = originals_by_evidence(case.agency_id, found)
    return tuple(
        ":".join([f"{one.pk}:{one.file_id}:{one.proves}", *(kept.sha256 for kept in originals[one.pk])])
        for one in found
    )


def _money(amount: Any) -> str:
    return "" if amount is None else f"{amount:.2f}"


def last_review(case: Case) -> Review | None:
    """Return the round that counts: the latest."""
    return Review.objects.filter(case=case).select_related("proposal").order_by("-number").first()


def last_opinion(case: Case) -> ReviewOpinion | None:
    """Return the opinion that counts: the latest of the latest round that has one."""
    found = ReviewOpinion.objects.filter(review__case=case).select_related("review", "reviewer")
    return found.order_by("-review__number", "-number").first()


def passage_of(case: Case, stands: Standing) -> Passage:
    """Return what the gate before a decision looks at."""
    grounds = grounds_of(case, stands)
    opinion, review = last_opinion(case), last_review(case)
    differing = changed(opinion.seals, seals_of(proposed_of(case, stands, grounds))) if opinion else []
    return Passage(
        grounds=[one.text for one in grounds],
        conclusion=opinion.conclusion if opinion else None,
        open_round=review is not None and review.state not in FINISHED,
        changed=differing,
        basis=basis_of(case, grounds),
    )


def basis_of(case: Case, grounds: Iterable[Ground]) -> str:
    """Return what forbids to decide a case without its review: of a penalty its statute, else what the grounds cite."""
    return basis_for(case.category, [key for one in grounds for key in one.basis])


def may_be_decided(case_id: UUID) -> Verdict:
    """Answer the gate of the case file: may this case be decided as far as its review goes (行政处罚法58)."""
    case = Case.objects.get(pk=case_id)
    return may_decide(passage_of(case, standing(case_id)))


# -- the package
def materials_for(pack: Pack, category: str) -> list[ReviewMaterial]:
    """Return the materials that a category must submit under a pack, in order."""
    own = [one for one in pack.rules.review_materials if not one.categories or category in one.categories]
    return sorted(own, key=lambda one: one.order)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the case file holds for a material: in words, with the document and the hash of what it is."""

    rule: ReviewMaterial
    held: str = ""
    paper: Paper | None = None
    content: str = ""  # what the hash is made of where there is no file

    @property
    def state(self) -> Held:
        """The material as the rules see it."""
        rule = self.rule
        signed = self.paper is not None and (self.paper.file_id is not None or self.paper.document_id is not None)
        return Held(rule.id, rule.name, present=bool(self.held), signed=signed, must_be_signed=rule.signed)


def package_of(case: Case, pack: Pack) -> list[Kept]:
    """Return every material that a case needs, with what its file holds of it now."""
    heard = Hearing.objects.filter(case=case, held_on__isnull=False).exists()
    return [_kept(case, one) for one in materials_for(pack, case.category) if one.found_in != "hearing" or heard]


def _kept(case: Case, rule: ReviewMaterial) -> Kept:
    if rule.found_in in {"papers", "hearing"}:
        paper = Paper.objects.filter(case=case, kind__in=rule.papers).select_related("file", "document")
        last = paper.order_by("-registered_at", "-id").first()
        return Kept(rule, held=f"{last.kind}{last.number}（{last.made_on}）" if last else "", paper=last)
    if rule.found_in == "evidence":
        names = list(Evidence.objects.filter(case=case).values_list("pk", "name"))
        return Kept(rule, _listed_names([name for _key, name in names]), content="\n".join(str(k) for k, _ in names))
    if rule.found_in == "proposal" and case.category == COERCION:
        asked = [f"{one.get_kind_display()}：{one.reason}" for one in Measure.objects.filter(case=case)]
        return Kept(rule, _listed_names(asked) or case.title, content="\n".join(asked) or case.title)
    proposal = proposal_of(case)
    if rule.found_in == "proposal" and proposal is not None:
        text = f"{proposal.get_outcome_display()}（第 {proposal.number} 版）"
        return Kept(rule, text, content=f"{proposal.pk}\n{proposal.facts}\n{proposal.reasons}")
    if rule.found_in == "basis" and proposal is not None:
        return Kept(rule, _listed_names(proposal.basis), content="\n".join(proposal.basis))
    return Kept(rule)


def _listed_names(names: Sequence[str]) -> str:
    return "、".join(names)[:500]


def latest_materials(review: Review) -> dict[str, Submitted]:
    """Return the row that counts of every material of a round."""
    return {row.material: row for row in review.materials.order_by("added_at", "id")}


def elements_of(pack: Pack) -> dict[str, str]:
    """Return the elements of review by id, in the order of the list (L4)."""
    return {one.id: one.text for one in sorted(pack.rules.review_elements, key=lambda one: one.order)}


# -- people
def reviewer_of(agency_id: UUID, account: Account, on: date) -> Reviewer | None:
    """Return the entry of the register under which an account reviews on a day, else its latest one."""
    found = Reviewer.objects.filter(agency_id=agency_id, account=account).select_related("contract")
    rows = list(found.order_by("-from_on", "-id"))
    return next((one for one in rows if one.from_on <= on and (one.to_on is None or one.to_on >= on)), None) or next(
        iter(rows), None
    )


def reviewer_state(reviewer: Reviewer | None) -> ReviewerState | None:
    """Return an entry of the register as the rules see it."""
    if reviewer is None:
        return None
    contract = reviewer.contract
    return ReviewerState(
        kind=reviewer.kind,
        from_on=reviewer.from_on,
        to_on=reviewer.to_on,
        qualified_on=reviewer.qualified_on,
        began_on=reviewer.began_on,
        contract_from=contract.from_on if contract else None,
        contract_to=contract.to_on if contract else None,
    )


def qualified_from(pack: Pack) -> date | None:
    """Return since when who begins to review penalties must be qualified; None where the pack does not say."""
    value = next((one.value for one in pack.rules.provisions if one.id == QUALIFIED_FROM), None)
    return date.fromisoformat(value) if isinstance(value, str) else None


def took_part(case: Case, account: Account) -> list[str]:
    """Return in words what somebody, or another account of the same person, did in a case. Three queries."""
    same = {account.pk}
    if account.person_id is not None:
        same |= set(Account.objects.filter(person_id=account.person_id).values_list("pk", flat=True))
    found = []
    if {case.handler_id, case.co_handler_id} & same:
        found.append("承办")
    evidence = Evidence.objects.filter(case=case)
    if (evidence.filter(first_collector__in=same) | evidence.filter(second_collector__in=same)).exists():
        found.append("取证")
    on_site = OnSiteAct.objects.filter(case=case)
    if (on_site.filter(first_officer__in=same) | on_site.filter(second_officer__in=same)).exists():
        found.append("现场执法")
    if Review.objects.filter(case=case, submitted_by__in=same).exists():
        found.append("送审")
    return found


def ratio_of(agency_id: UUID, pack: Pack, on: date) -> Ratio:
    """Return the reviewers of an agency beside its officers on a day: officers hold a certificate in force (L7)."""
    numbers = {one.id: one.value for one in pack.rules.provisions}
    reviewers = Reviewer.objects.filter(agency_id=agency_id, from_on__lte=on, to_on__isnull=True)
    ended = Reviewer.objects.filter(agency_id=agency_id, from_on__lte=on, to_on__gte=on)
    officers = Certificate.objects.filter(person__agency_id=agency_id, issued_on__lte=on, valid_to__gte=on)
    return Ratio(
        reviewers=(reviewers | ended).values("account").distinct().count(),
        officers=officers.values("person").distinct().count(),
        percent=_whole(numbers.get(RATIO)),
        least=_whole(numbers.get(LEAST)) or 0,
        most=_whole(numbers.get(MOST)),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
