"""What of a case may be published: its summary and document as they stand, and what in them tells who somebody is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from heliograph.disclosure.rules import showing
from heliograph.disclosure.rules.deciding import CaseStanding, is_minor
from heliograph.documents.models import Document
from heliograph.documents.queries import text_of
from heliograph.documents.templates import sheet_as_made
from heliograph.documents.wording import chinese_day
from heliograph.dossiers.document_data import case_data
from heliograph.dossiers.models import Case, Decision, Inspection, Measure, OnSiteAct, Party, Service
from heliograph.dossiers.queries import served_on
from heliograph.kernel.canonical import canonical_bytes
from heliograph.kernel.packs.redaction_rules import Role
from heliograph.kernel.packs.schema import Pack, Provision
from heliograph.kernel.redaction import Known
from heliograph.regimes.queries import pack_in_force

DEFAULT_CHAIN = "default"
COERCION = "coercion"  # the category of cases that carry out compulsory measures
TERM_MONTHS = "disclosure_term_months"  # provisions of the pack: how long a decision stays public, 个月
TERM_MONTHS_PERSON = "disclosure_term_months_person"  # the same where the party is a natural person
LONGEST_NAME = 12  # characters; a longer entry describes a picture or several people
SHORTEST = 2
ROLES: Mapping[str, Role] = {"party": "party", "third": "other", "agent": "agent"}


@dataclass(frozen=True, slots=True)
class Source:
    """Summary and text of what is to be published, unmasked, and where they come from."""

    lines: tuple[showing.Pair, ...]
    text: str
    number: str
    decided_on: date
    decision: Decision | None
    document: Document | None

    @property
    def sha256(self) -> str:
        """What shows that case or document changed since a draft was prepared from them."""
        return hashlib.sha256(canonical_bytes([[list(one) for one in self.lines], self.text])).hexdigest()


@dataclass(frozen=True, slots=True)
class Term:
    """How long the agency's rules let it be public: the last day, the rule's name and its clause."""

    ends_on: date
    rule: str
    basis: str


def decision_in(case: Case) -> Decision | None:
    """Return the decision that a case itself made, the latest; of what it carries out another case tells. One query."""
    return Decision.objects.filter(case=case).select_related("paper__document").order_by("-decided_on", "-id").first()


def source_of(case: Case, occasion: str) -> Source:
    """Return what there is to publish of a case on an occasion; the caller asked whether there is anything."""
    pack = pack_in_force(case.agency_id, case.opened_on)
    decision = decision_in(case)
    day = _day_of(case, decision)
    # as the case stood on the day of the decision: a certificate renewed later is no change of what was decided
    said = case_data(case, pack, day)
    known = {key: value for key, value in said.items() if isinstance(value, str)}
    lines = [
        (showing.TITLE, case.title),
        (showing.CATEGORY, known["case.category"]),
        (showing.NUMBER, decision.number if decision else ""),
        *_party_lines(case),
        *_content_lines(case, occasion, decision, said),
        (showing.AGENCY, case.agency.name),
        ("执法人员", _officers(known)),
        *_day_lines(case, occasion, day),
    ]
    document = decision.paper.document if decision and occasion == "decision" else None
    kept = tuple((label, showing.one_line(value)) for label, value in lines if value.strip())
    number = decision.number if decision else ""
    return Source(kept, _text_of(document, pack), number, day, decision, document)


def _day_of(case: Case, decision: Decision | None) -> date:
    if decision is not None:
        return decision.decided_on
    found = Inspection.objects.filter(case=case, result_on__isnull=False).values_list("result_on", flat=True).first()
    began = Measure.objects.filter(case=case, started_at__isnull=False).order_by("started_at").first()
    return found or (localdate(began.started_at) if began and began.started_at else case.opened_on)


def _text_of(document: Document | None, pack: Pack) -> str:
    if document is None or document.state != Document.State.ISSUED:
        return ""
    sheet = sheet_as_made(pack, document)
    return "\n".join(text_of(sheet, document)) if sheet else ""


def _party_lines(case: Case) -> Iterator[showing.Pair]:
    parties = list(Party.objects.filter(case=case, standing=Party.Standing.PARTY).order_by("pk"))
    yield showing.PARTY, "、".join(one.name for one in parties)
    codes = [one.number for one in parties if one.kind == Party.Kind.ORGANISATION and one.number]
    yield "统一社会信用代码", "、".join(codes)


def _content_lines(
    case: Case, occasion: str, decision: Decision | None, said: Mapping[str, object]
) -> list[showing.Pair]:
    if decision is None:
        return _result_lines(case)
    content = _joined(said.get("terms.items")) or decision.get_outcome_display()
    if occasion == "closing":
        performed = "已履行" if case.outcome.startswith("执行完毕") else case.outcome
        return [(showing.CONTENT, content), ("履行情况", performed)]
    return [
        ("认定的事实", decision.facts),
        ("依据", _joined(said.get("terms.basis"))),
        (showing.CONTENT, content),
        ("责令改正", decision.correction),
    ]


def _joined(value: object) -> str:
    return "；".join(str(one) for one in value) if isinstance(value, list) else ""


def _result_lines(case: Case) -> list[showing.Pair]:
    inspection = Inspection.objects.filter(case=case).first()
    if inspection is not None:
        items = "；".join(str(one["name"]) for one in inspection.items)
        until = chinese_day(inspection.rectify_until) if inspection.rectify_until else ""
        return [
            ("检查事项", items),
            (showing.RESULT, inspection.get_result_display() if inspection.result else ""),
            ("检查情况", inspection.found),
            ("改正期限", until),
        ]
    measures = Measure.objects.filter(case=case, started_at__isnull=False).order_by("started_at")
    return [(showing.RESULT, "；".join(_measure(one) for one in measures))]


def _measure(one: Measure) -> str:
    ended = f"，{one.ended_how}" if one.ended_how else ""
    return f"{one.get_kind_display()}{ended}"


def _officers(known: dict[str, str]) -> str:
    pairs = [
        (known.get(f"{role}.name", ""), known.get(f"{role}.certificate", "")) for role in ("handler", "co_handler")
    ]
    return "、".join(f"{name}（证号 {card}）" if card else name for name, card in pairs if name)


def _day_lines(case: Case, occasion: str, day: date) -> list[showing.Pair]:
    if occasion == "decision":
        return [(showing.DECIDED, chinese_day(day))]
    if occasion == "result":
        return [(showing.MADE, chinese_day(day))]
    filed = chinese_day(case.filed_on) if case.filed_on else ""
    closed = chinese_day(case.closed_on) if case.closed_on else ""
    return [("立案日期", filed), (showing.DECIDED, chinese_day(day)), ("结案日期", closed)]


def standing_of(case: Case, occasion: str) -> CaseStanding:
    """Return what of a case decides whether it may be published."""
    decision = decision_in(case)
    inspected = Inspection.objects.filter(case=case).exclude(result="").exists()
    # a measure is a result by itself only where the case is about nothing else; elsewhere it serves the inquiry
    coerced = case.category == COERCION and Measure.objects.filter(case=case, started_at__isnull=False).exists()
    day = _day_of(case, decision)
    people = Party.objects.filter(case=case, standing=Party.Standing.PARTY, kind=Party.Kind.PERSON)
    return CaseStanding(
        occasion=occasion,
        decided=decision is not None,
        has_result=inspected or coerced,
        closed=case.state in {Case.State.CLOSED, Case.State.ARCHIVED},
        served=decision is not None and served_on(decision) is not None,
        annulled=decision is not None and decision.annulled_on is not None,
        minors=tuple(one.name for one in people if is_minor(one.number, day)),
    )


def known_in(case: Case) -> tuple[Known, ...]:
    """Return the strings of the case record that may tell who somebody is, each once."""
    found: dict[str, Known] = {}
    for one in (*_known_parties(case), *_known_others(case)):
        if len(one.text) >= SHORTEST:
            found.setdefault(one.text, one)
    return tuple(found.values())


def _known_parties(case: Case) -> Iterator[Known]:
    day = _day_of(case, decision_in(case))
    for party in Party.objects.filter(case=case).order_by("standing", "pk"):
        if party.representative:
            yield Known(party.representative, "name", "representative")
        if party.kind != Party.Kind.PERSON:
            continue
        role = "minor" if is_minor(party.number, day) else ROLES[party.standing]
        yield Known(party.name, "name", role)
        yield Known(party.number, "id_number", role)
        yield Known(party.address, "address", role)
        yield Known(party.phone, "phone", role)
        yield Known(party.e_service_address, "email", role)


def _known_others(case: Case) -> Iterator[Known]:
    for account in (case.handler, case.co_handler):
        if account is not None:
            yield Known(account.display_name, "name", "officer")
    present = OnSiteAct.objects.filter(case=case).values_list("person_present", flat=True)
    services = Service.objects.filter(case=case).values_list("receiver", "witness")
    reporter = case.clue.reporter if case.clue else ""
    for name in (*present, *(one for pair in services for one in pair), reporter):
        if name and len(name) <= LONGEST_NAME:
            yield Known(name, "name", "witness")


def term_of(case: Case, pack: Pack, decided_on: date) -> Term | None:
    """Return how long the pack lets a decision be public, None where it does not say: no day is made up."""
    given = {rule.id: rule for rule in pack.rules.provisions}
    person = Party.objects.filter(case=case, standing=Party.Standing.PARTY, kind=Party.Kind.PERSON).exists()
    rule: Provision | None = (given.get(TERM_MONTHS_PERSON) if person else None) or given.get(TERM_MONTHS)
    if rule is None or isinstance(rule.value, bool) or not isinstance(rule.value, int):
        return None
    return Term(showing.months_after(decided_on, rule.value), rule.label, "、".join(rule.basis))
