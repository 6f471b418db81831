"""Forms of the court's part in carrying a decision out: the application, and what came of it (申请法院强制执行)."""

from __future__ import annotations

from decimal import Decimal

from heliograph.desk.forms import Day, text
from heliograph.desk.steps.fields import area, money, one_of
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.dossiers import actions
from heliograph.dossiers.actions.courts import RESULTS
from heliograph.dossiers.court_days import court_state
from heliograph.dossiers.models import CaseEvent, Decision, Demand
from heliograph.dossiers.queries import decision_of, owed_on, served_on
from heliograph.dossiers.surcharges import surcharge_left
from heliograph.regimes.queries import pack_in_force

APPLY, PAID = "apply", "paid"
OPEN_PAPERS = "some"  # whoever says that all is paid hands in no application


def window_of(place: StepPlace, decision: Decision) -> str:
    """Say from which day to which the court may be asked, and why not earlier."""
    state = court_state(decision, pack_in_force(place.case.agency_id, place.case.opened_on))
    told = f"当事人复议、诉讼的期限至 {state.remedies_until.isoformat()}"
    if state.demanded_until is not None:
        told += f"，催告期至 {state.demanded_until.isoformat()}"
    if state.pending_remedy:
        return f"{told}；复议或者诉讼尚未终结，终结后重新计算"
    return f"{told}；{state.earliest.isoformat()} 起可以申请，最迟 {state.latest.isoformat()}"


def standing_of(decision: Decision, owed: Decimal) -> str:
    """Say which decision the court is asked to enforce, when it and the demand were served, and what is owed."""
    served = served_on(decision)
    parts = [f"{decision.number}，{decision.decided_on.isoformat()} 作出"]
    parts += [f"{served.isoformat()} 送达"] if served else []
    days = Demand.objects.filter(decision=decision).order_by("served_on").values_list("served_on", flat=True)
    parts += [f"催告书 {day.isoformat()} 送达" for day in days]
    return "，".join([*parts, f"尚应缴纳 {owed:,} 元"])


def _court_fields(place: StepPlace) -> Fields:
    decision = decision_of(place.case)
    if decision is None:
        return {"court": text("人民法院"), "applied_on": Day(label="申请日期")}
    owed = owed_on(decision)
    asks = {
        "court": text("人民法院", help_text=standing_of(decision, owed)),
        "applied_on": Day(label="申请日期", help_text=window_of(place, decision)),
    }
    if owed > 0 or not decision.fine + decision.confiscated + decision.levied:
        return asks
    left = surcharge_left(decision, pack_in_force(place.case.agency_id, place.case.opened_on), place.scope.on)
    for field in asks.values():
        field.required = False
    choices = [(PAID, "已经履行，不再申请")] + ([(APPLY, "只就加处罚款申请")] if left else [])
    why = {"no_surcharge": area("不收取加处罚款的理由", limit=600, required=False, rows=2, hint="不再申请的必须填写")}
    rest = f"加处罚款尚有 {left:,} 元" if left else "没有可以申请执行的内容"
    hint = f"票据登记的金额已经足额，{rest}"
    return {"paid": one_of("是否申请", choices, hint=hint), **({**why, **asks} if left else {})}


def _court(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    paid = values.pop("paid", APPLY) == PAID
    return actions.apply_to_court(
        place.case.pk, place.place, **values, paid=paid, papers=given.papers, actor=place.scope.account,
        at=place.scope.at, rev=place.rev,
    )  # fmt: skip


def _result_fields(place: StepPlace) -> Fields:
    decision = decision_of(place.case)
    owed = owed_on(decision) if decision else Decimal(0)
    return {
        "outcome": one_of("法院的执行结果", [(one, one) for one in RESULTS]),
        "number": text("法院案号", limit=120, help_text="裁定书或者执行文书写明的案号"),
        "told_on": Day(label="收到法院文书日期", help_text="不予受理、不予执行的，申请复议的期限从这一天起算"),
        "recovered": money("执行到位金额", required=False, hint=f"尚应缴纳 {owed:,} 元；计入缴款，没有到位的不填"),
        "surcharge": money("其中加处罚款", required=False),
        "note": area("裁定和执行情况", limit=800, rows=3),
    }


def _result(place: StepPlace, given: Given) -> CaseEvent:
    values = dict(given.values)
    for name in ("recovered", "surcharge"):
        values[name] = values.get(name) or Decimal(0)
    return actions.record_court_result(
        place.case.pk, place.place, content=actions.CourtResult(**values), papers=given.papers,
        actor=place.scope.account, at=place.scope.at, rev=place.rev,
    )  # fmt: skip


COURTS: dict[Act, ActForm] = {
    actions.apply_to_court: ActForm("登记申请执行", _court, _court_fields, papers=OPEN_PAPERS),
    actions.record_court_result: ActForm("登记法院结果", _result, _result_fields, frozenset({"法院执行结果"})),
}
