"""The compliance table: each clause of an agency's document, what it asks, and what serves it here.

A target is `rule:<section>/<id>`, `page:<url name>` or `act:<app>.<function>`. It is resolved against the pack, the
addresses and the actions of this very installation, so the table cannot claim what is not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils.module_loading import import_string

from heliograph.kernel.packs.schema import Clause, Pack
from heliograph.regimes.target_labels import ACTS, PAGES

STATES = {"served": "已落实", "partly": "部分落实", "open": "未落实", "asks_nothing": "不涉及系统"}


@dataclass(frozen=True, slots=True)
class Target:
    """What serves a clause. `url` is where to look, when the clause says all that the address asks for."""

    kind: str
    name: str
    resolved: bool
    url: str | None
    label: str


@dataclass(frozen=True, slots=True)
class ComplianceRow:
    """One clause with its state. `broken` names targets that are not there."""

    clause_id: str
    summary: str
    requirements: tuple[str, ...]
    targets: tuple[Target, ...]
    state: str
    reason: str

    @property
    def state_label(self) -> str:
        """Return the state in Chinese."""
        return STATES[self.state]

    @property
    def broken(self) -> tuple[Target, ...]:
        """Return the targets that do not exist."""
        return tuple(target for target in self.targets if not target.resolved)


def compliance_table(pack: Pack) -> list[ComplianceRow]:
    """Return one row per clause of the agency's document, in its order."""
    return [_row(pack, clause) for clause in pack.clauses]


def summary(rows: list[ComplianceRow]) -> dict[str, int]:
    """Return how many clauses are in each state, every state named."""
    counted = Counter(row.state for row in rows)
    return {state: counted[state] for state in STATES}


def _row(pack: Pack, clause: Clause) -> ComplianceRow:
    return ComplianceRow(
        clause_id=clause.id,
        summary=clause.summary,
        requirements=tuple(clause.requirement),
        targets=tuple(_target(pack, clause, target) for target in clause.served_by),
        state=clause.state,
        reason=clause.reason,
    )


def _target(pack: Pack, clause: Clause, written: str) -> Target:
    kind, _, name = written.partition(":")
    return _page(name, _known(pack, clause)) if kind == "page" else _RESOLVERS[kind](pack, name)


def _known(pack: Pack, clause: Clause) -> dict[str, str]:
    """Return what an address may ask for: whose clause it is, and the register and policy that serve it, if any."""
    known = {"agency": pack.agency.code} if pack.agency else {}
    if pack.government:
        known["government"] = pack.government.code
    for target in clause.served_by:
        section, _, rule_id = target.removeprefix("rule:").partition("/")
        if section == "registers":
            known.setdefault("register", rule_id)
        if section == "policies" and f"policies/{rule_id}" in pack.origins:
            known.setdefault("kind", pack.rule("policies", rule_id).kind)
    return known


def _rule(pack: Pack, name: str) -> Target:
    section, _, rule_id = name.partition("/")
    if name not in pack.origins:
        return Target("rule", name, resolved=False, url=None, label=name)
    rule = pack.rule(section, rule_id)
    named = next(
        (value for key in ("name", "title", "label", "act", "text", "measure") if (value := getattr(rule, key, ""))),
        name,
    )
    return Target("rule", name, resolved=True, url=None, label=named)


def _act(_pack: Pack, name: str) -> Target:
    """An act counts when the function exists."""
    app, _, function = name.partition(".")
    try:
        found: Callable[..., Any] = import_string(f"heliograph.{app}.actions.{function}")
    except ImportError:
        return Target("act", name, resolved=False, url=None, label=name)
    return Target("act", name, resolved=callable(found), url=None, label=ACTS.get(name, name))


def _page(name: str, given: Mapping[str, str]) -> Target:
    parameters = _parameters(name)
    return Target(
        "page", name, resolved=parameters is not None, url=_url(name, parameters, given), label=PAGES.get(name, name)
    )


def _parameters(name: str) -> frozenset[str] | None:
    """Return the parameters that the address of a page takes, None when there is no such page."""
    *namespaces, page = name.split(":")
    resolver: URLResolver = get_resolver()
    parameters: set[str] = set()
    for namespace in namespaces:
        if namespace not in resolver.namespace_dict:
            return None
        _, resolver = resolver.namespace_dict[namespace]
        parameters |= set(resolver.pattern.converters)
    if page not in resolver.reverse_dict:
        return None
    possibilities: Any = resolver.reverse_dict.getlist(page)
    return frozenset(parameters | {name for found in possibilities for _, names in found[0] for name in names})


def _url(name: str, parameters: frozenset[str] | None, given: Mapping[str, str]) -> str | None:
    """Return the address of a page when all that it asks for is known."""
    if parameters is None or not parameters <= given.keys():
        return None
    try:
        return reverse(name, kwargs={key: given[key] for key in parameters})
    except NoReverseMatch:
        return None


_RESOLVERS: Mapping[str, Callable[[Pack, str], Target]] = {"rule": _rule, "act": _act}
