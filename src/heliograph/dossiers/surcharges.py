"""What is still owed of a decision: the fine, and what is added for being late (加处罚款, 行政处罚法72、73)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Max, Sum

from heliograph.documents.wording import chinese_day, in_capitals, plain
from heliograph.dossiers.models import Decision, Payment, Remedy
from heliograph.dossiers.models.decisions import Penalty
from heliograph.dossiers.queries import fine_of, owed_on, pay_until
from heliograph.kernel.packs.schema import Pack

CENT = Decimal("0.01")
SURCHARGE = ("fine_surcharge_daily", "fine_surcharge_cap")  # provisions of the packs, %


@dataclass(frozen=True, slots=True)
class Surcharge:
    """What may be added to a fine that is not paid in time: a daily rate, up to a cap (行政处罚法72、73)."""

    decision: Decision
    fine: Decimal
    rate: Decimal
    cap: Decimal
    pay_until: date | None

    @classmethod
    def of(cls, decision: Decision, pack: Pack) -> Surcharge:
        """Return the surcharge of a decision under a pack; none where the decision does not provide for one."""
        given = {rule.id: Decimal(str(rule.value)) for rule in pack.rules.provisions if rule.id in SURCHARGE}
        fine = fine_of(decision) if decision.surcharge else Decimal(0)
        rate, cap = (given.get(one, Decimal(0)) / 100 for one in SURCHARGE)
        return cls(decision, fine, rate, (fine * cap).quantize(CENT, ROUND_HALF_UP), pay_until(decision, pack))

    def until(self, day: date) -> Decimal:
        """Return the most that may be added till a day, 元; days of a pending remedy do not count."""
        if self.pay_until is None or day <= self.pay_until:
            return Decimal(0)
        days = (day - self.pay_until).days - _days_of_remedies(self.decision, self.pay_until, day)
        return min(self.cap, (self.fine * self.rate * days).quantize(CENT, ROUND_HALF_UP))


def _days_of_remedies(decision: Decision, after: date, until: date) -> int:
    """Count the days after one day and up to another on which a remedy was pending, each day once."""
    stopped: set[int] = set()
    for began, ended in Remedy.objects.filter(decision=decision).values_list("received_on", "outcome_on"):
        first = max(began.toordinal(), after.toordinal() + 1)
        stopped.update(range(first, min(ended or until, until).toordinal() + 1))
    return len(stopped)


def surcharge_left(decision: Decision, pack: Pack, on: date) -> Decimal:
    """Return what of the surcharge till a day was not paid yet, 元; nothing where the decision provides for none.

    It grows no more once the fine is paid.
    """
    found = Payment.objects.filter(decision=decision).aggregate(all=Sum("surcharge"), last=Max("paid_on"))
    day = min(on, found["last"]) if found["last"] is not None and owed_on(decision) <= 0 else on
    return max(Surcharge.of(decision, pack).until(day) - (found["all"] or Decimal(0)), Decimal(0))


def owed_lines(decision: Decision, items: list[str], pack: Pack, on: date) -> list[str]:
    """Return in words what is left of a decision on a day: what was paid is taken off, the surcharge added.

    items: the decision's own words for each of its parts.
    """
    owed, due = owed_on(decision), fine_of(decision) + decision.confiscated + decision.levied
    lines = list(items)
    if owed < due:
        money = {str(Penalty.FINE.label), str(Penalty.CONFISCATE_INCOME.label)}
        parts = [one for one in items if any(one.startswith(name) for name in money)]
        lines = [one for one in items if one not in parts]
        left = f"{'；'.join(parts)}，已缴纳{plain(due - owed)}元，尚未缴纳{_amount(owed)}"
        lines += [left] if owed > 0 else []
    extra = surcharge_left(decision, pack, on)
    if extra > 0:
        whole = Surcharge.of(decision, pack)
        began = chinese_day(whole.pay_until + timedelta(days=1)) if whole.pay_until else ""
        rate = plain(whole.rate * 100)
        lines.append(f"加处罚款{_amount(extra)}，自{began}起每日按罚款数额的{rate}%计算至{chinese_day(on)}")
    return lines


def _amount(amount: Decimal) -> str:
    return f"{plain(amount)}元（大写：{in_capitals(amount)}）"
