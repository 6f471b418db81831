"""What a case knows, by the dotted paths that forms of documents name (`kernel.packs.document_rules.CASE_DATA`).

A fixed number of queries, whatever the case holds. Values are plain JSON: days and instants in ISO form, amounts as
text, so that they can be kept with the document and hashed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model

from heliograph.documents.composing import Json, Sheet
from heliograph.documents.wording import article_in_words, chinese_day, in_capitals, plain
from heliograph.dossiers import models
from heliograph.dossiers.document_coercion import COERCION, owed_by, substituted
from heliograph.dossiers.document_evidence import evidence_data
from heliograph.dossiers.models import Case, Citation, Decision, Notice, Party, Proposal, Service
from heliograph.dossiers.models.decisions import Penalty
from heliograph.dossiers.queries import officers_of, served_on
from heliograph.dossiers.rules.people import HeldCertificate, Officer, certificate_for
from heliograph.dossiers.typed import NOTHING, Typed
from heliograph.kernel.packs.document_rules import FROM_PACK
from heliograph.kernel.packs.schema import Pack, Provision, TimeLimit
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account, LawVersion

Values = dict[str, Json]
Row = TypeVar("Row", bound=Model)
SAID = {"waiver": "当事人书面放弃陈述、申辩的权利。", "silence": "当事人在规定的期限内没有提出陈述、申辩。"}
# The same where the right to a hearing was told.
SAID_OF_HEARING = {
    "waiver": "当事人书面放弃陈述、申辩和要求听证的权利。",
    "silence": "当事人在规定的期限内没有提出陈述、申辩，也没有要求听证。",
}
NO_MORE = "当事人书面声明不再补充陈述、申辩。"
UNITS = {"working_days": "个工作日", "calendar_days": "日", "months": "个月", "hours": "小时"}
# What the pack of an agency may say of itself; what it does not say is asked.
OF_THE_AGENCY = {
    "agency.court": "litigation_court",
    "agency.reconsideration_body": "reconsideration_body",
    "agency.bank": "collecting_bank",
    "agency.phone": "contact_phone",
    "agency.address": "contact_address",
}


def data_for(sheet: Sheet, case: Case, pack: Pack, on: date, typed: Typed = NOTHING) -> Values:
    """Return the value of every field of a document that has a source, by field.

    typed: what is being filled in at the step whose document it is.
    """
    known = case_data(case, pack, on, typed)
    return {one.id: _from(one.source, known, pack) for one in sheet.form.fields if one.source}


def payment_written(sheet: Sheet, data: Mapping[str, Json]) -> tuple[str, bool | None]:
    """Return what a made document says of how its fine is paid: the bank, and whether lateness adds to it."""
    found = {one.source: data.get(one.id) for one in sheet.form.fields if one.source}
    adds = found.get("decision.surcharge")
    return str(found.get("agency.bank") or "").strip(), adds if isinstance(adds, bool) else None


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


def case_data(case: Case, pack: Pack, on: date, typed: Typed = NOTHING) -> Values:
    """Return everything that documents of a case may take from it."""
    proposal = typed.proposal if typed.replaces else _last(Proposal, case, "number")
    decision = _last(Decision, case, "decided_at") or case.executes
    terms, owing = decision or proposal, case.executes or decision
    return {
        "today": on.isoformat(),
        **_agency(case, pack),
        **_case(case, pack),
        **_people(case, pack, on),
        **_party(case),
        **_cited(case, pack, terms),
        **evidence_data(case),
        **_terms(terms, proposal),
        **_decision(decision, case, pack),
        "owed.lines": owed_by(case, owing, items_of(owing) if owing else [], pack, on),
        **_heard(case),
        **_discussed(case),
        **_measured(case, pack, typed),
        **_afterwards(case, on),
        **substituted(case, typed, lambda keys: [cited(key, _titles(pack, keys)) for key in keys]),
        **typed.values,
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
        "case.occurred": _span(case.occurred_from, case.occurred_to),
        "case.source": case.get_source_display(),
        "case.category": pack.rule("categories", case.category).name,
        **_of("clue", clue, "content", "received_on"),
    }


def _span(first: date | None, last: date | None) -> str:
    """Return the days of what happened: one, or from the first to the last."""
    days = [chinese_day(one) for one in dict.fromkeys((first, last)) if one is not None]
    return "至".join(days)


def _people(case: Case, pack: Pack, on: date) -> Values:
    """Return the officers, each with the certificate with which they act in this very case."""
    pair = [one for one in (case.handler, case.co_handler) if one is not None]
    category = pack.rule("categories", case.category).name
    cards = {one.id: _card(one, category, case.area, on) for one in officers_of(pair)}
    found: Values = {}
    for role, one in (("handler", case.handler), ("co_handler", case.co_handler)):
        found |= {f"{role}.name": name_of(one), f"{role}.certificate": cards.get(one.pk, "") if one else ""}
    return found


def _card(officer: Officer, category: str, area: str, on: date) -> str:
    """Return the number of the certificate that is valid for the case, else the last that is held."""
    found = certificate_for(officer, category=category, area=area, on=on)
    if isinstance(found, HeldCertificate):
        return found.number
    return officer.certificates[-1].number if officer.certificates else ""


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


def _terms(terms: Proposal | Decision | None, proposal: Proposal | None) -> Values:
    if terms is None:
        return {}
    columns = _of("terms", terms, "fine", "confiscated", "levied", "facts", "reasons")
    return {
        **columns,
        "terms.outcome": terms.get_outcome_display(),
        "terms.items": items_of(terms),
        **_of("terms", proposal, "benchmark", "correction", "correct_by"),
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
    services = Service.objects.filter(case=case, **({"paper": decision.paper_id} if decision else {}))  # no demand's
    service = services.select_related("paper").order_by("-sent_on", "-pk").first()
    paper = service.paper if service else decision.paper if decision else _last(models.Paper, case, "made_on")
    return {
        "case.on_the_spot": summary,
        **_of("decision", decision, "number", "decided_on", "surcharge"),
        "decision.collected_on_spot": bool(decision.collected_ground) if decision else None,
        "decision.served_on": _plain(served_on(decision)) if decision else None,
        "executes.number": case.executes.number if case.executes else "",
        **({"agency.bank": decision.collecting_bank} if decision and decision.collecting_bank else {}),
        **_of("service", service, "sent_on", "received_on", "receiver"),
        "service.method": service.get_method_display() if service else "",
        "service.paper": paper.kind if paper else "",
        "service.number": paper.number if paper else "",
    }


def _heard(case: Case) -> Values:
    notice = Notice.objects.filter(case=case).select_related("paper").order_by("-number").first()
    statements = list(models.Statement.objects.filter(case=case).order_by("registered_at", "pk"))
    statement = next((one for one in reversed(statements) if one.kind == models.Statement.Kind.STATEMENT), None)
    statement = statement or next(reversed(statements), None)
    hearing = models.Hearing.objects.filter(case=case).select_related("chair__person").order_by("-pk").first()
    columns = _of("hearing", hearing, "requested_on", "notified_on", "scheduled_on", "held_on", "place", "opinion")
    return {
        **_of("notice", notice, "served_on", "statement_until", "hearing_until", "hearing_right"),
        "notice.number": notice.paper.number if notice and notice.paper else "",
        "notice.name": notice.paper.kind.removeprefix("行政处罚") if notice and notice.paper else "",
        **_of("statement", statement, "content", "received_on", "review"),
        "statement.kind": statement.get_kind_display() if statement else "",
        "statement.adopted": statement.get_adopted_display() if statement else "",
        "statement.story": _story(
            [one for one in statements if notice and one.notice_id == notice.pk],
            hearing,
            hearing_told=notice is not None and notice.hearing_until is not None,
        ),
        **columns,
        "hearing.chair": name_of(hearing.chair) if hearing else "",
        "hearing.hour": f"{hearing.scheduled_time:%H:%M}" if hearing and hearing.scheduled_time else "",
    }


def _story(
    statements: Sequence[models.Statement], hearing: models.Hearing | None, *, hearing_told: bool = False
) -> str:
    """Say what the party did with its rights, to begin the passage with; the officer completes it.

    What the chair told the agency of the hearing is for the agency: the party reads what the review made of it.
    """
    said: list[str] = []
    silent = SAID_OF_HEARING if hearing_told else SAID
    for one in statements:
        words = NO_MORE if said and one.kind == models.Statement.Kind.WAIVER else silent.get(one.kind)
        said.append(words or f"当事人提出陈述、申辩：{_closed(one.content)}")
        if one.review:
            said.append(f"经复核，{one.get_adopted_display()}：{_closed(one.review)}")
    if hearing is not None and hearing.held_on is not None:
        said.append(f"应当事人要求，本机关于{chinese_day(hearing.held_on)}举行了听证。{_closed(hearing.review)}")
    if hearing is not None and hearing.withdrawn_on is not None and hearing.opinion:
        said.append("当事人要求听证后无正当理由未出席或者中途退出，视为放弃听证权利，听证终止。")
    return "".join(dict.fromkeys(said))


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


def _measured(case: Case, pack: Pack, typed: Typed) -> Values:
    """Return the measure on things: as it was asked for, or as it is being typed into the form of its step."""
    measure = models.Measure.objects.filter(case=case).select_related("decision").order_by("-pk").first()
    on_site = _last(models.OnSiteAct, case, "began_at")
    said = {name: values for name, values in typed.measure.items() if values}
    basis = said.get("basis") or (measure.basis if measure else [])
    items = _lines("\n".join(said.get("inventory") or said.get("items") or [measure.items if measure else ""]))
    titles = _titles(pack, basis)
    reason = {"measure.reason": "\n".join(said["reason"])} if "reason" in said else {}
    return {
        **_of("measure", measure, "reason", "until_on", "ended_on", "ended_how", began_at="started_at"),
        **reason,
        "measure.kind": _kind(said) or (measure.get_kind_display() if measure else _executing(case)),
        "measure.items": items,
        "measure.rows": [{"name": line} for line in items],
        "measure.basis": [cited(key, titles) for key in dict.fromkeys(basis)],
        "measure.days": _days(measure, said, pack),
        "measure.number": measure.decision.number if measure and measure.decision else "",
        **_of("on_site", on_site, "place", "began_at", "ended_at", "note", person="person_present"),
    }


def _kind(said: Mapping[str, list[str]]) -> str:
    """Return in words which measure is being asked for; of an execution its manner."""
    labels = {str(kind): str(label) for kind, label in models.Measure.Kind.choices}
    kinds = [labels[one] for one in said.get("kind", []) if one in labels]
    return next(iter([*kinds, *said.get("fact-强制方式", [])]), "")


def _executing(case: Case) -> str:
    """Return how the decision that a case carries out is executed, as the case was asked to."""
    return str(standing(case.pk).facts.get("强制方式", "")) if case.category == COERCION else ""


def _days(measure: models.Measure | None, said: Mapping[str, list[str]], pack: Pack) -> str:
    """Return the days of a measure in words: as decided or typed, at most those of the law."""
    limit = next((rule for rule in pack.rules.time_limits if rule.id == "coercion_seizure"), None)
    if limit is None or limit.length is None:
        return ""
    given = [int(one) for one in said.get("days", []) if one.isdecimal()]
    own = given[0] if given else measure.days if measure else None
    return f"{min(own or limit.length, limit.length)}{UNITS.get(limit.unit, '')}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _afterwards(case: Case, on: date) -> Values:
    demand = _last(models.Demand, case, "served_on")
    running = demand if demand and demand.perform_by and demand.perform_by >= on else None  # no earlier one's words
    return {
        **_of("payment", _last(models.Payment, case, "paid_on"), "amount", "paid_on", "receipt"),
        **_of("extension", _last(models.Extension, case, "approved_at"), "reason"),
        **_of("deferral", _last(models.Deferral, case, "approved_at"), "reason", "until_on"),
        **_of("demand", demand, urged_on="served_on"),
        **_of("demand", running, "perform_by", "content"),
        **_of("transfer", _last(models.Transfer, case, "registered_at"), to="to_body"),
    }
