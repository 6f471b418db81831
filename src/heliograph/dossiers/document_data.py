"""What a case knows, by the dotted paths that forms of documents name (`kernel.packs.document_rules.CASE_DATA`).

A fixed number of queries, whatever the case holds. Values are plain JSON: days and instants in ISO form, amounts as
text, so that they can be kept with the document and hashed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model

from heliograph.documents.composing import Json, Sheet
from heliograph.documents.wording import article_in_words, chinese_day, in_capitals, plain
from heliograph.dossiers import models
from heliograph.dossiers.models import Case, Citation, Decision, Notice, Party, Proposal, Service
from heliograph.dossiers.models.decisions import Penalty
from heliograph.dossiers.queries import officers_of
from heliograph.kernel.packs.document_rules import FROM_PACK
from heliograph.kernel.packs.schema import Pack, Provision, TimeLimit
from heliograph.registers.models import Account, LawVersion

Values = dict[str, Json]
Row = TypeVar("Row", bound=Model)
SAID = {"waiver": "当事人书面放弃陈述、申辩的权利。", "silence": "当事人在规定的期限内没有提出陈述、申辩。"}
UNITS = {"working_days": "个工作日", "calendar_days": "日", "months": "个月", "hours": "小时"}
# What the pack of an agency may say of itself; what it does not say is asked.
OF_THE_AGENCY = {
    "agency.court": "litigation_court",
    "agency.reconsideration_body": "reconsideration_body",
    "agency.bank": "collecting_bank",
    "agency.phone": "contact_phone",
    "agency.address": "contact_address",
}


def data_for(sheet: Sheet, case: Case, pack: Pack, on: date) -> Values:
    """Return the value of every field of a document that has a source, by field."""
    known = case_data(case, pack, on)
    return {one.id: _from(one.source, known, pack) for one in sheet.form.fields if one.source}


def _from(source: str, known: Mapping[str, Json], pack: Pack) -> Json:
    part, _, rule_id = source.partition(".")
    if part in FROM_PACK:
        return _in_words(pack.rule(FROM_PACK[part], rule_id))
    return known.get(source)


def _in_words(rule: TimeLimit | Provision) -> str:
    """Return a period or a value of the pack as documents write it: 15日, 5个工作日, 3%."""
    if isinstance(rule, TimeLimit):
        return "" if rule.length is None else f"{rule.length}{UNITS.get(rule.unit, '')}"
    return f"{rule.value}{rule.unit}"


def case_data(case: Case, pack: Pack, on: date) -> Values:
    """Return everything that documents of a case may take from it."""
    proposal = _last(Proposal, case, "number")
    decision = _last(Decision, case, "decided_at")
    terms = decision or proposal
    return {
        "today": on.isoformat(),
        **_agency(case, pack),
        **_case(case, pack),
        **_people(case),
        **_party(case),
        **_cited(case, pack, terms),
        **_evidence(case),
        **_terms(terms, proposal),
        **_decision(decision, case, pack),
        **_heard(case),
        **_discussed(case),
        **_measured(case),
        **_afterwards(case),
    }


def _last(model: type[Row], case: Case, order: str) -> Row | None:
    return model._default_manager.filter(case=case).order_by(f"-{order}", "-pk").first()


def _plain(value: Any) -> Json:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, str | bool | list) or value is None else str(value)


def _of(prefix: str, row: Model | None, *names: str, **renamed: str) -> Values:
    """Return columns of a row under a prefix, nothing for a row that is not there."""
    pairs = {**{name: name for name in names}, **renamed}
    return {} if row is None else {f"{prefix}.{key}": _plain(getattr(row, name)) for key, name in pairs.items()}


def _agency(case: Case, pack: Pack) -> Values:
    provisions = {rule.id: str(rule.value) for rule in pack.rules.provisions}
    found: Values = {path: provisions.get(name, "") for path, name in OF_THE_AGENCY.items()}
    agency = case.agency
    found["agency.reconsideration_body"] = found["agency.reconsideration_body"] or agency.government.name
    named: Values = {
        "agency.name": agency.name,
        "agency.government": agency.government.name,
        "agency.legal_body": agency.legal_body,
        "unit.name": case.unit.name,
    }
    return {**found, **named}


def _case(case: Case, pack: Pack) -> Values:
    columns = _of("case", case, "number", "title", "facts", "place", "area", "opened_on", "filed_on", "occurred_from",
                  "occurred_to", "closed_on", "outcome", "archive_number")  # fmt: skip
    clue = case.clue
    return {
        **columns,
        "case.source": case.get_source_display(),
        "case.category": pack.rule("categories", case.category).name,
        **_of("clue", clue, "content", "received_on"),
    }


def _people(case: Case) -> Values:
    pair = [one for one in (case.handler, case.co_handler) if one is not None]
    certificates = {one.id: one.certificates for one in officers_of(pair)}
    found: Values = {}
    for role, one in (("handler", case.handler), ("co_handler", case.co_handler)):
        held = certificates.get(one.pk, ()) if one else ()
        found |= {f"{role}.name": name_of(one), f"{role}.certificate": held[-1].number if held else ""}
    return found


def name_of(account: Account | None) -> str:
    """Return the name by which somebody signs."""
    return "" if account is None else account.person.name if account.person else account.display_name


def _party(case: Case) -> Values:
    party = Party.objects.filter(case=case, standing=Party.Standing.PARTY).order_by("pk").first()
    if party is None:
        return {}
    columns = _of("party", party, "name", "number_kind", "number", "representative", "address", "phone")
    return {**columns, "party.kind": party.get_kind_display()}


def _cited(case: Case, pack: Pack, terms: Proposal | Decision | None) -> Values:
    rows = list(Citation.objects.filter(case=case).order_by("use", "key").values_list("use", "key"))
    by_use = {use: [key for found, key in rows if found == use] for use in Citation.Use.values}
    basis = list(terms.basis) if terms else []
    titles = _titles(pack, [*(key for _use, key in rows), *basis])
    return {
        "violated": [cited(key, titles) for key in by_use[Citation.Use.VIOLATED]],
        "applied": [cited(key, titles) for key in by_use[Citation.Use.APPLIED]],
        "terms.basis": [cited(key, titles) for key in basis],
    }


def _titles(pack: Pack, keys: Collection[str]) -> dict[str, str]:
    """Return the full titles of the laws that some keys name, from the library where the pack lacks one. One query."""
    laws = {key.partition(":")[0] for key in keys}
    library = LawVersion.objects.filter(key__in=laws).values_list("key", "law__title")
    return {**dict(library), **{law.key: law.title for law in pack.laws if law.key in laws}}


def cited(key: str, titles: Mapping[str, str]) -> str:
    """Return an article as documents cite it: 《中华人民共和国统计法》第四十一条."""
    law, _, no = key.partition(":")
    title = titles.get(law, law.partition("@")[0])
    return f"《{title}》{article_in_words(no) if no else ''}"


def _evidence(case: Case) -> Values:
    rows = list(models.Evidence.objects.filter(case=case).order_by("obtained_on", "pk"))
    return {
        "evidence": [
            {"kind": one.get_kind_display(), "name": one.name, "source": one.source, "proves": one.proves}
            for one in rows
        ],
        "evidence.lines": [f"{one.name}，证明{one.proves.removeprefix('证明')}" for one in rows],
        "papers": [
            {"kind": one.kind, "number": one.number, "made_on": one.made_on.isoformat()}
            for one in models.Paper.objects.filter(case=case).order_by("made_on", "pk")
        ],
    }


def _terms(terms: Proposal | Decision | None, proposal: Proposal | None) -> Values:
    if terms is None:
        return {}
    columns = _of("terms", terms, "fine", "confiscated", "levied", "facts", "reasons")
    return {
        **columns,
        "terms.outcome": terms.get_outcome_display(),
        "terms.items": items_of(terms),
        **_of("terms", proposal, "benchmark", "correction"),
        "terms.approved_by": name_of(proposal.approved_by) if proposal else "",
        "terms.approved_on": _plain(proposal.approved_at.date()) if proposal and proposal.approved_at else None,
    }


def items_of(terms: Proposal | Decision) -> list[str]:
    """Return the penalties one by one, amounts in figures and capitals."""
    amounts = {"fine": terms.fine, "confiscate_income": terms.confiscated}
    found = []
    for kind in terms.kinds:
        amount = amounts.get(kind)
        figures = f"{plain(amount)}元（大写：{in_capitals(amount)}）" if amount else ""
        found.append(f"{Penalty(kind).label}{figures}")
    return [*found, *([terms.other] if terms.other else [])]


def _decision(decision: Decision | None, case: Case, pack: Pack) -> Values:
    summary = any(rule.id == case.procedure and rule.kind == "summary" for rule in pack.rules.procedures)
    service = Service.objects.filter(case=case).select_related("paper").order_by("-sent_on", "-pk").first()
    paper = service.paper if service else decision.paper if decision else _last(models.Paper, case, "made_on")
    return {
        "case.on_the_spot": summary,
        **_of("decision", decision, "number", "decided_on", "surcharge"),
        **({"agency.bank": decision.collecting_bank} if decision and decision.collecting_bank else {}),
        **_of("service", service, "sent_on", "received_on", "receiver"),
        "service.method": service.get_method_display() if service else "",
        "service.paper": paper.kind if paper else "",
        "service.number": paper.number if paper else "",
    }


def _heard(case: Case) -> Values:
    notice = Notice.objects.filter(case=case).select_related("paper").order_by("-number").first()
    statement = _last(models.Statement, case, "registered_at")
    hearing = models.Hearing.objects.filter(case=case).select_related("chair__person").order_by("-pk").first()
    columns = _of("hearing", hearing, "requested_on", "notified_on", "scheduled_on", "held_on", "place", "opinion")
    return {
        **_of("notice", notice, "served_on", "statement_until", "hearing_until", "hearing_right"),
        "notice.number": notice.paper.number if notice and notice.paper else "",
        **_of("statement", statement, "content", "received_on", "review"),
        "statement.kind": statement.get_kind_display() if statement else "",
        "statement.adopted": statement.get_adopted_display() if statement else "",
        "statement.story": _story(statement, hearing),
        **columns,
        "hearing.chair": name_of(hearing.chair) if hearing else "",
    }


def _story(statement: models.Statement | None, hearing: models.Hearing | None) -> str:
    """Say what the party did with its rights, to begin the passage with; the officer completes it."""
    said = []
    if statement is not None:
        said.append(SAID.get(statement.kind, f"当事人提出陈述、申辩：{_closed(statement.content)}"))
        if statement.review:
            said.append(f"经复核，{statement.get_adopted_display()}：{_closed(statement.review)}")
    if hearing is not None and hearing.held_on is not None:
        said.append(f"本机关于{chinese_day(hearing.held_on)}举行了听证。{_closed(hearing.opinion)}")
    return "".join(said)


def _closed(text: str) -> str:
    return f"{text.rstrip('。；; ')}。" if text.strip() else ""


def _discussed(case: Case) -> Values:
    found = models.Discussion.objects.filter(case=case).order_by("-called_at")
    one = found.select_related("chair__person", "recorder__person").prefetch_related("seats__member__person").first()
    seats = list(one.seats.all()) if one else []
    return {
        **_of("discussion", one, "held_on", "place", "conclusion"),
        "discussion.chair": name_of(one.chair) if one else "",
        "discussion.recorder": name_of(one.recorder) if one else "",
        "discussion.members": [name_of(seat.member) for seat in seats],
        "discussion.opinions": [
            {"name": name_of(seat.member), "opinion": f"{seat.get_vote_display()}{_said(seat.opinion)}"}
            for seat in seats
        ],
    }


def _said(opinion: str) -> str:
    return f"：{opinion}" if opinion else ""


def _measured(case: Case) -> Values:
    measure = models.Measure.objects.filter(case=case).select_related("decision").order_by("-pk").first()
    on_site = _last(models.OnSiteAct, case, "began_at")
    return {
        **_of("measure", measure, "reason", "until_on", "ended_on", "ended_how", began_at="started_at"),
        "measure.kind": measure.get_kind_display() if measure else "",
        "measure.items": _lines(measure.items) if measure else [],
        "measure.number": measure.decision.number if measure and measure.decision else "",
        **_of("on_site", on_site, "place", "began_at", "ended_at", "note", person="person_present"),
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _afterwards(case: Case) -> Values:
    demand = _last(models.Demand, case, "served_on")
    return {
        **_of("payment", _last(models.Payment, case, "paid_on"), "amount", "paid_on", "receipt"),
        **_of("deferral", _last(models.Deferral, case, "approved_at"), "reason", "until_on"),
        **_of("demand", demand, urged_on="served_on"),
        **_of("transfer", _last(models.Transfer, case, "registered_at"), to="to_body"),
    }
