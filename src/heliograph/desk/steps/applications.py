"""Forms of applications and levies: acceptance, correction, examination, hearing, decision (受理、审查、决定)."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from heliograph.desk.article_field import ArticleField
from heliograph.desk.cited import named
from heliograph.desk.forms import Day, choice, several, text
from heliograph.desk.steps.fields import area, money, one_of, yes_no
from heliograph.desk.steps.hearings import notify_fields, notify_values
from heliograph.desk.steps.penalty import NUMBERED
from heliograph.desk.steps.shape import Act, ActForm, Call, Fields, Given, StepPlace
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers.actions import accepting, levies, permit_hearings, permits
from heliograph.dossiers.models import CaseEvent, Citation, Party, Proposal, Statement
from heliograph.dossiers.models.cases import Source
from heliograph.dossiers.queries import heard_of, notice_of, proposal_of
from heliograph.dossiers.rules.levying import GIVEN_BACK
from heliograph.dossiers.rules.permitting import CERTIFICATES, GROUNDS, UNITS
from heliograph.kernel.packs.schema import Pack
from heliograph.registers.models import Agency

REMEDIES = "写明申请行政复议、提起行政诉讼的机关和期限；已按规则包填好，请核对"


def remedies_field(place: StepPlace, *, limit: int = 1000, required: bool = True) -> forms.Field:
    """Ask for the remedies as the document tells them: prepared by the pack, completed and checked by the officer."""
    found = area("告知的救济途径和期限", limit=limit, rows=3, required=required, hint=REMEDIES)
    found.initial = _remedies_told(place.scope.pack, place.case.agency)
    return found


def _remedies_told(pack: Pack, agency: Agency) -> str:
    """Return how a decision is contested: the bodies that the agency's pack names, the periods of the law."""
    told = {one.id: one for one in pack.rules.provisions}
    limits = {one.id: one for one in pack.rules.time_limits}

    def body(name: str, otherwise: str) -> str:
        return str(told[name].value) if name in told and told[name].value else otherwise

    def days(name: str) -> str:
        one = limits.get(name)
        return f"{one.length}{PERIODS.get(one.unit, '日')}" if one is not None else "法定期限"

    return (
        f"不服本决定的，可以自收到之日起{days('reconsideration_apply')}内"
        f"向{body('reconsideration_body', agency.government.name)}申请行政复议，也可以自收到之日起"
        f"{days('litigation_apply')}内向{body('litigation_court', '有管辖权的人民法院')}提起行政诉讼。"
    )


PERIODS = {**UNITS, "months": "个月"}


def _correction_fields(_place: StepPlace) -> Fields:
    return {
        "missing": area("需要补正的全部内容", limit=1900, hint="须一次告知全部内容，不得多次要求补正"),
        "until": Day(
            label="补正期限", required=False, help_text="补正告知书写明期限的填写；逾期未补正的才能据此不予受理"
        ),
    }


def _corrected_fields(place: StepPlace) -> Fields:
    received = Day(label="日期", help_text="收到材料或者撤回申请的日期；逾期未补正的填今天")
    received.initial = place.scope.on
    told = place.case.correct_until
    until = f"补正期限至 {told.isoformat()}" if told else "补正告知书没有写明期限，不能登记为逾期"
    kinds = [(one, one) for one in (accepting.RECEIVED, accepting.EXPIRED, accepting.WITHDRAWN)]
    return {
        "outcome": one_of("补正情况", kinds, hint=until),
        "received_on": received,
        "note": area("补正材料或者说明", limit=1900, rows=3),
    }


def _accept_fields(place: StepPlace) -> Fields:
    own_motion = place.case.category in permits.OUTCOMES or place.case.source != Source.APPLICATION
    note = {"note": area("登记意见" if own_motion else "受理意见", limit=1900, rows=3)}
    if place.case.category != permits.PERMIT:
        return note
    return note | {
        "own_length": forms.IntegerField(
            label="事项另有规定的办理期限", min_value=1, max_value=3650, required=False,
            help_text="法律、法规对本事项另行规定期限的填写，没有的不填，按一般期限办理",
        ),
        "own_unit": choice("期限单位", list(UNITS.items()), required=False),
        "own_basis": ArticleField("期限依据的条文", required=False),
    }  # fmt: skip


def _refuse_fields(place: StepPlace) -> Fields:
    return {
        "ground": one_of("不予受理的情形", list(GROUNDS.items())),
        "reason": area("理由", limit=800, rows=3),
        "competent": text("有权办理的机关", limit=120, required=False, help_text="不属于本机关职权范围的必须填写"),
        "remedies": remedies_field(place, limit=700),
    }


def _said(category: str, outcome: str) -> str:
    """Return what an examination proposes, in the words of its category."""
    if category in permits.OUTCOMES:
        return {"carried_out": "实施", "denied": "不实施"}[outcome]
    return {"granted": "准予许可", "denied": "不予许可"}[outcome] if category == permits.PERMIT else OTHER[outcome]


OTHER = {"granted": "准予办理", "denied": "不予办理"}


def _examine_fields(place: StepPlace) -> Fields:
    category = place.case.category
    offered = permits.OUTCOMES.get(category, permits.GRANT_OR_DENY)
    cited = Citation.objects.filter(case=place.case).order_by("key").values_list("key", flat=True).distinct()
    found: Fields = {
        "outcome": one_of("审查意见", [(one, _said(category, one)) for one in offered]),
        "facts": area("审查认定的事实"),
        "reasons": area("理由"),
        "basis": several(
            "依据", named(place.scope, cited), help_text="从本案引用的条文中选；没有列出的，请先在案件页面引用条文"
        ),
        "other": text("决定的内容", limit=2000, required=False, help_text=CONTENT.get(category, "办理的内容和条件")),
    }
    if category != permits.PERMIT:
        levied = category in permits.OUTCOMES
        found["levied"] = money(
            "征收金额" if levied else "收费金额",
            required=False,
            hint="征收金钱的必须填写；征用、征收财物和不实施的不填" if levied else "须当事人缴费的必须填写",
        )
    last = Proposal.objects.filter(case=place.case).order_by("-number").first()
    for name in found if last is not None else ():
        found[name].initial = getattr(last, name)
    return found


CONTENT = {
    "permit": "许可的范围、条件",
    "levy": "征收的对象和标准；征收财物的必须写明",
    "levy_requisition": "征收的对象和标准；征用的必须写明财物、数量和期间",
}


def _examine(place: StepPlace, given: Given) -> CaseEvent:
    values = {**given.values, "levied": given.values.get("levied") or Decimal(0)}
    return permits.examine(
        place.case.pk,
        place.place,
        content=permits.ExaminationContent(**values),
        papers=given.papers,
        facts=given.facts,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _extension_fields(_place: StepPlace) -> Fields:
    return {
        "granted": yes_no("审批结论", words=("准予延长", "不准予延长")),
        "reason": area("理由", limit=1900, rows=3, hint="准予的，延长的理由须告知申请人"),
    }


def _open_answers(place: StepPlace) -> list[tuple[int, Party]]:
    """Return those who have not answered yet whether they want a hearing, each with a number for its fields."""
    notice = notice_of(place.case)
    before = set(Statement.objects.filter(notice=notice).values_list("party", flat=True)) if notice else set()
    return [(number, one) for number, one in enumerate(heard_of(place.case)) if one.pk not in before]


def _answers_fields(place: StepPlace) -> Fields:
    found: Fields = {}
    waiting = _open_answers(place)
    hint = "还没有答复的先不选，以后再登记" if len(waiting) > 1 else ""
    for number, one in waiting:
        found[f"kind{number}"] = one_of(
            f"{one.name}（{one.get_standing_display()}）", ANSWERS, hint=hint, required=len(waiting) == 1
        )
        found[f"day{number}"] = Day(label=f"{one.name}提出的日期", required=False, help_text="不填的为今天")
        found[f"file{number}"] = CaseFileField(label=f"{one.name}的书面材料", hint="放弃听证的必须上传")
    return found


ANSWERS = [
    ("hearing", "要求听证"),
    ("waiver", "书面放弃听证"),
    ("silence", "期满没有提出"),
    ("pending", "尚未答复（他人已要求听证，期限未满）"),
]


def _answer(place: StepPlace, given: Given) -> CaseEvent:
    values = given.values
    answers = {
        one.pk: permit_hearings.HearingAnswer(values[f"kind{number}"], values[f"day{number}"], values[f"file{number}"])
        for number, one in _open_answers(place)
        if values[f"kind{number}"]
    }
    return permit_hearings.answer_hearing_right(
        place.case.pk, place.place, answers=answers, actor=place.scope.account, at=place.scope.at, rev=place.rev
    )


def _told_levy_fields(_place: StepPlace) -> Fields:
    return {
        "served_on": Day(label="告知书送达日期", help_text="当事人提出意见的期限从这一天起算"),
        "statement_until": Day(
            label="提出意见的期限", required=False, help_text="告知书写明更长期限的填写；不填的按规则包的日数"
        ),
    }


def _told_fields(place: StepPlace) -> Fields:
    return {
        f"day{number}": Day(label=f"送达{one.name}的日期", help_text="其申请听证的期限从这一天起算")
        for number, one in enumerate(heard_of(place.case))
    }


def _tell(place: StepPlace, given: Given) -> CaseEvent:
    days = {one.pk: given.values[f"day{number}"] for number, one in enumerate(heard_of(place.case))}
    return permit_hearings.tell_hearing_right(
        place.case.pk, place.place, served_on=max(days.values()), served_each=days, papers=given.papers,
        actor=place.scope.account, at=place.scope.at, rev=place.rev,
    )  # fmt: skip


def _notify_fields(place: StepPlace) -> Fields:
    """Return what is asked of the announcement of a hearing on a permit, which is always public (行政许可法48)."""
    return {name: field for name, field in notify_fields(place).items() if name != "public"}


def _notify(place: StepPlace, given: Given) -> CaseEvent:
    return permit_hearings.notify_permit_hearing(
        place.case.pk,
        place.place,
        **notify_values(given),
        papers=given.papers,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _decide_fields(place: StepPlace) -> Fields:
    proposal = proposal_of(place.case)
    denied = proposal is not None and proposal.outcome == "denied"
    found: Fields = {}
    if denied:
        found["remedies"] = remedies_field(place)
    elif place.case.category == permits.PERMIT:
        found |= {
            "certificate_kind": choice("颁发的许可证件", [(one, one) for one in CERTIFICATES]),
            "certificate_number": text("许可证件编号", limit=80, required=False, help_text="不颁发证件的不填"),
            "valid_to": Day(label="有效期至", required=False, help_text="没有有效期的不填"),
        }
    if proposal is not None and proposal.levied:
        found["pay_days"] = _days("缴费期限")
    if place.case.category == permits.PERMIT:
        found["late_reason"] = text(
            "超期说明", limit=1000, required=False, help_text="只在期限届满后才作出决定时填写，由负责人写明情况"
        )
    return found


def _days(label: str) -> forms.Field:
    wrong = f"“{label}”应为 1 至 3650 的整数，单位日。"
    return forms.IntegerField(
        label=f"{label}（日）",
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
        min_value=1,
        max_value=3650,
        help_text="自当事人收到决定书之日起多少日内，以决定书写明的为准",
    )


def _decide(place: StepPlace, given: Given) -> CaseEvent:
    return permits.decide_application(
        place.case.pk,
        place.place,
        paper=given.papers[0],
        **given.values,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def _levy_fields(place: StepPlace) -> Fields:
    proposal = proposal_of(place.case)
    if proposal is not None and proposal.outcome == "denied":
        return {"remedies": remedies_field(place, required=False)}
    return {
        "remedies": remedies_field(place),
        "pay_days": _days("缴纳或者交付的期限"),
    }


def _compensation_fields(place: StepPlace) -> Fields:
    done = Day(label="返还或者补偿日期")
    done.initial = place.scope.on
    return {
        "state": one_of("财物的处理情况", list(GIVEN_BACK.items()), hint="使用期未满、尚未返还的，等返还后再登记"),
        "returned": area("返还或者损失情况", limit=1000, rows=3, hint="财物、数量、状况和接收人"),
        "amount": money("补偿金额", required=False, hint="没有补偿的不填"),
        "voucher": text("支付凭证号码", limit=100, required=False, help_text="填写补偿金额的必须填写"),
        "waived": area("没有补偿的依据", limit=500, rows=2, required=False,
                       hint="没有补偿金额的必须填写：依据和被征用人的意见"),
        "done_on": done,
    }  # fmt: skip


def _compensation(place: StepPlace, given: Given) -> CaseEvent:
    values = {**given.values, "amount": given.values["amount"] or Decimal(0)}
    return levies.register_compensation(
        place.case.pk, place.place, content=levies.CompensationContent(**values), papers=given.papers,
        actor=place.scope.account, at=place.scope.at, rev=place.rev,
    )  # fmt: skip


def _levy(place: StepPlace, given: Given) -> CaseEvent:
    return levies.decide_levy(
        place.case.pk,
        place.place,
        paper=given.papers[0],
        **given.values,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


def plain(act: Act) -> Call:
    """Return the call of an act that takes just its form's values and the documents."""

    def call(place: StepPlace, given: Given) -> CaseEvent:
        done: CaseEvent = act(
            place.case.pk,
            place.place,
            **given.values,
            papers=given.papers,
            actor=place.scope.account,
            at=place.scope.at,
            rev=place.rev,
        )
        return done

    return call


APPLICATIONS: dict[Act, ActForm] = {
    accepting.request_correction: ActForm("登记补正告知", plain(accepting.request_correction), _correction_fields),
    accepting.hand_in_corrections: ActForm(
        "登记补正情况", plain(accepting.hand_in_corrections), _corrected_fields, frozenset({"补正情况"})
    ),
    accepting.accept_application: ActForm("受理", plain(accepting.accept_application), _accept_fields),
    accepting.refuse_application: ActForm("不予受理", plain(accepting.refuse_application), _refuse_fields),
    permits.examine: ActForm("提交审查意见", _examine, _examine_fields, frozenset({permits.DENIED}), asks_facts=True),
    permits.decide_extension: ActForm(
        "提交审批结论", plain(permits.decide_extension), _extension_fields, frozenset({"准予延长"})
    ),
    permit_hearings.tell_hearing_right: ActForm("登记告知", _tell, _told_fields),
    permit_hearings.answer_hearing_right: ActForm(
        "登记各方意见", _answer, _answers_fields, frozenset({"当事人意见"}), papers="none"
    ),
    permit_hearings.notify_permit_hearing: ActForm("登记听证通知", _notify, _notify_fields),
    permits.decide_application: ActForm("作出决定", _decide, _decide_fields, papers="file", note=NUMBERED),
    levies.tell_levy: ActForm("登记告知", plain(levies.tell_levy), _told_levy_fields),
    levies.decide_levy: ActForm("作出决定", _levy, _levy_fields, papers="file", note=NUMBERED),
    levies.register_compensation: ActForm("登记返还和补偿", _compensation, _compensation_fields),
}
