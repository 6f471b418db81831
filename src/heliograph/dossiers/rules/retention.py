"""How long a dossier is kept, and who may destroy it after its term (保管期限、鉴定销毁). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from heliograph.dossiers.rules.volumes import Item
from heliograph.kernel.verdict import Allowed, Refused, Verdict

KEEPING = "档案法@2020:21"
PROPOSED, APPROVED, EXECUTED = "proposed", "approved", "executed"
LONGEST_APPRAISAL = 1000


def terms_of(items: Iterable[Item], *, years: int, for_ever: Collection[str]) -> dict[str, int | None]:
    """Return how many years each item of a dossier is kept, by key; None: for ever."""
    return {one.key: None if one.title in for_ever else years for one in items}


def longest(terms: Mapping[str, int | None], *, otherwise: int) -> int | None:
    """Return how long the dossier is kept: as long as what is kept longest in it."""
    if None in terms.values():
        return None
    return max((term for term in terms.values() if term is not None), default=otherwise)


def ends_on(begins: date, years: int | None) -> date | None:
    """Return the first day after a term; the 29th of February ends on the 1st of March."""
    if years is None:
        return None
    try:
        return begins.replace(year=begins.year + years)
    except ValueError:
        return date(begins.year + years, 3, 1)


def may_set(state: str, *, now: int | None, wanted: int | None, known: bool, destroyed: bool) -> Verdict:
    """Say whether a term may be set anew: of a dossier in the archive, never shorter than it was.

    known: a term was set before.
    """
    if destroyed:
        return Refused("retention.destroyed", "该案卷已经销毁。", KEEPING)
    if state != "archived":
        return Refused("retention.state", "案件归档后才能确定保管期限。", KEEPING)
    if wanted is not None and wanted < 1:
        return Refused("retention.years", "保管年数应为正整数。", KEEPING)
    if known and (now is None or (wanted is not None and wanted <= now)):
        return Refused("retention.shorter", "重新确定的保管期限只能延长，不能缩短。", KEEPING)
    return Allowed()


def may_propose(*, known: bool, until: date | None, on: date, pending: bool, held: Collection[str]) -> Verdict:
    """Say whether the destruction of a dossier may be proposed: its term is over, nothing holds it.

    known: a term was set; held: in words what still needs the dossier.
    """
    if not known:
        return Refused("destruction.no_term", "该案卷没有登记保管期限，不能提出销毁。", KEEPING)
    if until is None:
        return Refused("destruction.for_ever", "永久保管的案卷不得销毁。", KEEPING)
    if on < until:
        return Refused("destruction.early", f"保管期限至 {until.isoformat()}，期满后才能鉴定销毁。", KEEPING)
    if pending:
        return Refused("destruction.twice", "该案卷已经提出销毁或者已经销毁。", KEEPING)
    return may_go_on(held)


def may_go_on(held: Collection[str]) -> Verdict:
    """Say whether nothing holds a dossier: no open period, remedy, court case or retrieval."""
    if held:
        return Refused("destruction.held", f"该案卷还不能销毁：{'；'.join(held)}。", KEEPING)
    return Allowed()


def may_decide(state: str, *, own: bool) -> Verdict:
    """Say whether a proposal may be decided: once, by another person."""
    if state != PROPOSED:
        return Refused("destruction.decided", "该销毁申请已经办理，不能重复办理。", KEEPING)
    if own:
        return Refused("destruction.own", "提出人不能审批自己提出的销毁。", KEEPING)
    return Allowed()


def may_cancel(state: str) -> Verdict:
    """Say whether a destruction may be stopped: until it is carried out."""
    if state not in {PROPOSED, APPROVED}:
        return Refused("destruction.over", "该销毁已经办结，不能撤销。", KEEPING)
    return Allowed()


def not_before(on: date, days: int) -> date:
    """Return the first day on which what was approved on a day may be carried out."""
    return on + timedelta(days=days)


def certified(state: str) -> Verdict:
    """Say whether there is a certificate: of a destruction that was carried out."""
    if state != EXECUTED:
        return Refused("destruction.not_done", "还没有销毁，没有销毁清册。", KEEPING)
    return Allowed()


def may_execute(state: str, *, earliest: date | None, on: date, took_part: bool) -> Verdict:
    """Say whether a destruction may be carried out: approved, after the cooling-off, by a third person."""
    if state != APPROVED or earliest is None:
        return Refused("destruction.not_approved", "案卷销毁须先经批准，且只能执行一次。", KEEPING)
    if took_part:
        return Refused("destruction.same_person", "提出人和审批人不能执行销毁，请由另一人执行。", KEEPING)
    if on < earliest:
        return Refused("destruction.cooling", f"批准后须等待，{earliest.isoformat()} 起才能销毁。", KEEPING)
    return Allowed()
